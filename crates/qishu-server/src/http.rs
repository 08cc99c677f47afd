//! What lies between the socket and the handlers.

pub(crate) mod demo;
pub(crate) mod description;
pub(crate) mod health;
pub(crate) mod log;
mod minute_counter;
mod peer;
pub(crate) mod pki;
mod tolerant;

pub(crate) use minute_counter::MinuteCounter;
pub(crate) use peer::{ClientAddress, client_address};
pub(crate) use tolerant::TolerantListener;
