//! Contracts: drafting, sending, reading, taking back.

mod build;
mod category;
mod category_documents;
mod detail;
mod draft;
mod events;
mod invalid;
mod list;
mod locate;
mod notice;
mod params;
mod send;
mod stream;

pub(crate) use build::check_contact;
pub use detail::{Detail, DetailQuery, Related, contract_detail};
pub use draft::draft_contract;
pub(crate) use events::{entry, store_change};
pub use invalid::{InvalidContract, invalidate_contract};
pub use list::{CategoryFilter, ContractQuery, SignatoryRole, list_contracts};
pub(crate) use locate::{load_contract, locate, locate_for_party, locate_initiated};
pub use notice::notice_contract;
pub use params::{belongs_to_sponsor, required_detail, set_params};
pub(crate) use params::{check_all_positions, check_given, give_values, missing_params, remake_documents};
pub use send::{SendOptions, send_contract};
pub use stream::{StreamRow, contract_stream};
