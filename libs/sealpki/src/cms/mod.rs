//! Detached CMS signatures (RFC 5652) as PAdES wants them (ETSI EN 319 142-1, EN 319 122-1): making and judging.

mod attributes;
mod error;
mod sign;
mod verify;

pub use error::CmsError;
pub use sign::{IdentityError, SignerIdentity};
pub use verify::{UnsignedAttribute, VerifiedSigner, verify_detached};
