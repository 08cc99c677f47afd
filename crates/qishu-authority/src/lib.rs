//! The embedded certificate authority and the custody of its keys.
//!
//! For each signing act it issues a certificate for a key that signs once and is then forgotten. The authority is not a
//! licensed one, and every name it gives itself says so. It never makes new keys where keys already are, and never
//! signs a certificate whose serial number the caller had no chance to record before.
//!
//! Master key and files are handled here, the clock is not: times come from the caller. Randomness for keys, nonces and
//! the serial numbers of the two authorities comes from the operating system through the cryptographic library; a
//! caller cannot weaken it.

mod authority;
mod files;
mod master;
mod pool;
mod services;
mod store;
mod stream;
mod subject;

pub use authority::{Authority, AuthorityError, AuthorityNames, PreparedCertificate};
pub use master::{MasterKey, MasterKeyError, SealError, open, seal};
pub use pool::{KeyPool, OneTimeKey};
pub use sealpki::KeyAlgorithm;
pub use services::{AuthorityServices, Hierarchy, Publication, refuse_time_stamp};
pub use stream::{SealedReader, SealedWriter};
pub use subject::{Holder, Reference, SubjectError, VerifiedSubject};
