//! What the embedded authority answers to everybody: the state of certificates, revocation lists, time-stamps.

mod revoke;
mod state;
mod time_stamp;

pub use revoke::{RevokeRefusal, revoke_certificate};
pub use state::{answer_ocsp, revocation_list};
pub use time_stamp::answer_time_stamp;
