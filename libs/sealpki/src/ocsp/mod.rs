//! The online certificate status protocol (RFC 6960): requests, responses, and judging them.
//!
//! SHA-1 occurs here as a name only: nearly every client and responder names certificates and responders by it (RFC 5019
//! 2.1.1). Nothing is proved by it, signatures with it are refused.

mod id;
mod request;
mod responder;
mod verify;

pub use id::{CertificateId, OcspHash};
pub use request::{OcspRefusal, OcspRequest};
pub use responder::{OcspAnswer, OcspResponder};
pub use verify::{OcspError, VerifiedOcspResponse, verify_ocsp_response};

use crate::crl::RevocationReason;

/// What a responder says about a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateStatus {
    /// Not revoked.
    Good,
    /// Revoked or suspended.
    Revoked {
        /// Since when, in seconds since 1970-01-01T00:00:00Z.
        at_unix_s: i64,
        /// Why, when the issuer says so.
        reason: Option<RevocationReason>,
    },
    /// The responder does not know the certificate.
    Unknown,
}
