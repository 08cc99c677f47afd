//! Callbacks: what is posted, how it is protected, when it is tried again, what counts as received, and where it may go.
//!
//! The caller stores events and attempts; this crate turns an event into a request ([`prepare`]), delivers it with a
//! guard against internal addresses ([`Deliverer`], R-40 and R-41), judges the answer ([`ReplyRule`]) and knows the
//! schedule ([`Schedule`]). It keeps no state, reads no clock and has no opinion on which address is the right one.

mod ask;
mod body;
mod cipher;
mod client;
mod deliver;
mod event;
mod guard;
mod schedule;
mod verdict;

pub use ask::{AskError, Asked};
pub use body::{
    Body, Encryption, PrepareError, Prepared, Protection, Secrets, callback_signature, prepare,
    webhook_signature,
};
pub use deliver::{
    Attempt, Deliverer, FetchError, Limits, NameResolver, Outcome, Resolving, SetUpError, SystemResolver,
};
pub use event::ContractEvent;
pub use guard::{AddressPolicy, Blocked, check_url};
pub use schedule::Schedule;
pub use verdict::{Failure, ReplyRule};
