//! Hosted pages: links, sessions, what the signing page shows, and what people do on it.

mod code;
mod link;
mod person_act;
mod reject;
mod session;
mod sign;
mod view;
mod void_act;

pub use code::{CodeSent, send_confirm_code, send_login_code};
pub(crate) use link::{
    ContractLink, DOWNLOAD_PURPOSE, FILE_PURPOSE, LinkData, insert_contract_link, short_link, store_link,
};
pub use link::{Lifetime, PageOptions, SignPage, ViewPage, contract_short_url, sign_page_url, view_page_url};
pub(crate) use person_act::PersonAct;
pub use person_act::{PagePlacement, Picture, SeenRevision};
pub use reject::reject_on_page;
pub use session::{Opened, PageSession, Purpose, log_in, open_link, resume, return_page};
pub use sign::{PageSignature, sign_on_page};
pub use view::{PageContract, page_contract, page_document, record_print};
pub(crate) use void_act::plan_void;
