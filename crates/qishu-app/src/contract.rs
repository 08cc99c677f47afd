//! Contracts: drafting, sending, changing, reading, taking back.

mod add_party;
mod build;
mod category;
mod category_documents;
mod copy_send;
mod delay;
mod detail;
mod draft;
mod edit_party;
mod events;
mod force_end;
mod identity;
mod invalid;
mod join;
mod list;
mod locate;
mod modify;
mod notice;
mod params;
mod resend;
mod send;
mod stream;

pub use add_party::add_party;
pub(crate) use build::check_contact;
pub use copy_send::copy_send_contract;
pub use delay::{Delay, delay_contract};
pub use detail::{Detail, DetailQuery, Related, contract_detail};
pub use draft::draft_contract;
pub use edit_party::{OperatorsChange, OperatorsEdit, PartyEdit, edit_operators, edit_party};
pub(crate) use events::{entry, store_change};
pub use force_end::{add_force_end_file, force_end_contract};
pub use identity::{PartyIdentity, party_identity};
pub use invalid::{InvalidContract, invalidate_contract};
pub use join::{FreePlace, FreePlaces, Joiner, free_place, join_contract, join_urls};
pub use list::{CategoryFilter, ContractQuery, SignatoryRole, list_contracts};
pub(crate) use locate::{for_change, load_contract, locate, locate_for_party, locate_initiated};
pub use modify::modify_contract;
pub use notice::notice_contract;
pub use params::{belongs_to_sponsor, required_detail, set_params};
pub(crate) use params::{
    check_all_positions, check_given, give_values, missing_params, remake_documents, store_values,
};
pub use resend::resend_contract;
pub use send::{SendOptions, send_contract};
pub use stream::{StreamRow, contract_stream};
