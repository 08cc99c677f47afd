//! CMS signatures (RFC 5652), detached ones as PAdES wants them (ETSI EN 319 142-1, EN 319 122-1) and those around
//! time-stamps: making and judging.

mod attributes;
mod error;
mod parse;
pub(crate) mod prepared;
pub(crate) mod shape;
mod sign;
mod unsigned;
mod verify;

pub use error::CmsError;
pub(crate) use parse::SignedData;
pub use shape::{CmsLayout, CmsOptions};
pub(crate) use sign::check_key;
pub use sign::{IdentityError, SignerIdentity};
pub use unsigned::add_signature_time_stamp;
pub(crate) use verify::judge;
pub use verify::{UnsignedAttribute, VerifiedSigner, verify_detached};
