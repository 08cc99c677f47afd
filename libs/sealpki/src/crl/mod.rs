//! Certificate revocation lists (RFC 5280 5): making, reading, judging.
//!
//! Complete lists of one issuer are processed. Delta lists, lists of several issuers and lists of some reasons only are
//! refused: what they leave out could be taken for "not revoked".

mod build;
mod list;

pub use build::{CrlTemplate, sign_crl};
pub use list::{CrlError, RevocationList};

use crate::certificate::SerialNumber;

/// Why a certificate was revoked (RFC 5280 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevocationReason {
    /// Not said (0).
    Unspecified,
    /// The private key is or may be known to others (1).
    KeyCompromise,
    /// The private key of an authority is or may be known to others (2).
    CaCompromise,
    /// The subject's name or other data changed (3).
    AffiliationChanged,
    /// There is a newer certificate (4).
    Superseded,
    /// The certificate is not needed any more (5).
    CessationOfOperation,
    /// Suspended; may become valid again (6).
    CertificateHold,
    /// No longer suspended; only in delta lists (8).
    RemoveFromCrl,
    /// A privilege in the certificate was withdrawn (9).
    PrivilegeWithdrawn,
    /// The private key of an attribute authority is or may be known to others (10).
    AaCompromise,
}

const REASONS: [(RevocationReason, u8); 10] = [
    (RevocationReason::Unspecified, 0),
    (RevocationReason::KeyCompromise, 1),
    (RevocationReason::CaCompromise, 2),
    (RevocationReason::AffiliationChanged, 3),
    (RevocationReason::Superseded, 4),
    (RevocationReason::CessationOfOperation, 5),
    (RevocationReason::CertificateHold, 6),
    (RevocationReason::RemoveFromCrl, 8),
    (RevocationReason::PrivilegeWithdrawn, 9),
    (RevocationReason::AaCompromise, 10),
];

impl RevocationReason {
    /// The number of the reason in RFC 5280 5.3.1.
    pub fn code(self) -> u8 {
        REASONS
            .iter()
            .find(|(reason, _)| *reason == self)
            .map_or(0, |(_, code)| *code)
    }

    /// The reason with this number; `None` for 7 and for numbers above 10.
    pub fn from_code(code: u8) -> Option<Self> {
        REASONS
            .iter()
            .find(|(_, known)| *known == code)
            .map(|(reason, _)| *reason)
    }
}

/// An entry of a revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedCertificate {
    /// Which certificate of the issuer.
    pub serial: SerialNumber,
    /// When the issuer revoked it, in seconds since 1970-01-01T00:00:00Z.
    pub at_unix_s: i64,
    /// Why, when the issuer says so.
    pub reason: Option<RevocationReason>,
}
