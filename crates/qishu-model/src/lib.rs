//! Domain types and state machines of Qishu.
//!
//! Pure code: nothing here reads a clock, draws a random number, or does input or output. Times and new ids
//! are passed in. What may happen to a contract, and what follows from it, is decided in [`contract`] and
//! nowhere else; the Open API, the signing page, the console and the background jobs all ask the same
//! machine.

pub mod account;
pub mod application;
pub mod authorisation;
pub mod category;
pub mod company;
pub mod company_auth;
pub mod contact;
pub mod contract;
pub mod customer;
pub mod evidence;
pub mod id;
pub mod invitation;
pub mod log;
pub mod person_auth;
pub mod placement;
pub mod rights;
pub mod seal;
pub mod seal_review;
pub mod template;
pub mod time;
