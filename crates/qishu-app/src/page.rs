//! Hosted pages: links, sessions, what the signing page shows, and what people do on it.

mod appoint;
mod appoint_params;
mod audit;
mod code;
mod confirm_way;
mod embedded;
mod fill;
mod founding;
mod identify;
mod initiator;
mod join;
mod link;
mod password;
mod person;
mod person_act;
mod reject;
mod resend;
mod seal_choice;
mod session;
mod sign;
mod take_up;
mod task;
mod ticket;
mod view;
mod void_act;

pub use appoint::{
    AppointView, Basics, PositionEdit, appoint_page, save_basics, save_positions, send_on_page,
};
pub use appoint_params::{params_of_sponsor, save_params};
pub use audit::{PageAudit, audit_on_page};
pub(crate) use code::issue;
pub use code::{CodeSent, send_confirm_code, send_login_code};
pub use embedded::{EmbeddedDocument, EmbeddedOpen, embedded_documents, open_embedded, resume_embedded};
pub use fill::{FilledParam, fill_params, params_of_party, party_filling};
pub use founding::ConfirmedCompany;
pub(crate) use founding::Founding;
pub use identify::signer_auth_url;
pub use initiator::{end_on_page, recall_on_page};
pub use join::{Client, JoinRequest, join_on_page, send_join_code};
pub use link::{
    AppointMode, AppointOptions, AppointPage, Lifetime, PageOptions, SignPage, ViewPage, appoint_page_url,
    contract_short_url, sign_page_url, view_page_url,
};
pub(crate) use link::{
    ContractLink, DOWNLOAD_PURPOSE, check_callback_page, concerns, insert_contract_link, is_listed,
    new_token, require_sent, short_link,
};
pub(crate) use password::judge_password;
pub use password::{PasswordOffer, send_password_code, set_sign_password};
pub use person_act::{PagePlacement, Picture, SeenRevision};
pub(crate) use person_act::{PersonAct, person_subject, proven_identity};
pub use reject::reject_on_page;
pub use resend::resend_on_page;
pub(crate) use session::store_session;
pub use session::{Opened, PageSession, Purpose, log_in, open_link, resume, return_page};
pub use sign::{Confirming, PageSignature, Signed, sign_on_page};
pub(crate) use take_up::take_up;
pub use task::{PageTask, Visit};
pub use ticket::{ContractTicket, ViewTicket, contract_ticket, open_ticket, view_ticket};
pub use view::{
    PageContract, SealOption, TaskView, UnverifiedCompany, page_contract, page_document, record_print,
    step_seal,
};
pub(crate) use void_act::plan_void;
