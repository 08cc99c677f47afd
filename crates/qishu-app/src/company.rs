//! Companies: who acts, and the application's own settings.

mod acting;
mod callback_settings;
mod employee;

pub use acting::acting_company;
pub(crate) use acting::is_own;
pub(crate) use callback_settings::check_callback_url;
pub use callback_settings::{CallbackChange, update_callback};
pub(crate) use employee::{find_employee, require_employee};
