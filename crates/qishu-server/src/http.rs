//! What lies between the socket and the handlers.

pub(crate) mod demo;
pub(crate) mod health;
pub(crate) mod log;
mod peer;
mod refusals;
mod tolerant;

pub(crate) use peer::{ClientAddress, client_address};
pub(crate) use refusals::RefusalCounter;
pub(crate) use tolerant::TolerantListener;
