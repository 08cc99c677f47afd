//! Time-stamps (RFC 3161): requests, tokens, responses, and judging them.
//!
//! The authority is given the time and a serial number; it has neither a clock nor a counter. Times are whole seconds,
//! so that tokens have a foreseeable size.

mod authority;
mod error;
mod info;
mod request;
mod response;
mod verify;

pub use authority::{TimeStampAnswer, TimeStampAuthority};
pub use error::{TimeStampError, TimeStampFailure};
pub use info::{Accuracy, MessageImprint, TimeStampInfo};
pub use request::TimeStampRequest;
pub use response::time_stamp_token;
pub(crate) use verify::TimeStampToken;
pub use verify::{VerifiedTimeStamp, read_time_stamp, verify_time_stamp};
