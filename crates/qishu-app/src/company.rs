//! Companies: who acts, the group, accounts, customers, and the application's own settings.

mod account;
mod acting;
mod callback_settings;
mod customer;
mod employee;
mod group;
mod invite;
mod set_up;

pub(crate) use account::charge_contract;
pub use account::{AccountChange, company_account, set_account};
pub use acting::acting_company;
pub(crate) use acting::is_own;
pub(crate) use callback_settings::check_callback_url;
pub use callback_settings::{CallbackChange, update_callback};
pub use customer::{NewCustomer, add_customer};
pub(crate) use employee::{current_employee, find_employee, is_current, require_employee, require_operator};
pub use group::{CompanyKey, company_detail, list_group, remove_subsidiary};
pub use invite::{Invite, answer_invitation, invite_company, open_invitations};
pub use set_up::{NewCompany, create_company, find_company, list_companies};
pub(crate) use set_up::{operator_actor, platform_company};
