//! What can be wrong with time-stamps, and what an authority answers instead of one.

use crate::cms::CmsError;
use crate::der::DerError;
use crate::digest::UnacceptedAlgorithm;

/// Why an authority gives no time-stamp: PKIFailureInfo (RFC 3161 2.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeStampFailure {
    /// The digest algorithm is unknown or not accepted (bit 0).
    #[error("the digest algorithm is not accepted")]
    BadAlgorithm,
    /// The request is not one this service answers (bit 2).
    #[error("the request is not supported")]
    BadRequest,
    /// The data has the wrong format (bit 5).
    #[error("the request is malformed")]
    BadDataFormat,
    /// The source of time is not available (bit 14).
    #[error("the source of time is not available")]
    TimeNotAvailable,
    /// The policy that was asked for is not supported (bit 15).
    #[error("the requested policy is not supported")]
    UnacceptedPolicy,
    /// An extension that was asked for is not supported (bit 16).
    #[error("a requested extension is not supported")]
    UnacceptedExtension,
    /// Additional information that was asked for is not understood or not available (bit 17).
    #[error("the additional information requested is not available")]
    AdditionalInfoNotAvailable,
    /// The service failed (bit 25).
    #[error("the service failed")]
    SystemFailure,
}

const FAILURES: [(TimeStampFailure, u8); 8] = [
    (TimeStampFailure::BadAlgorithm, 0),
    (TimeStampFailure::BadRequest, 2),
    (TimeStampFailure::BadDataFormat, 5),
    (TimeStampFailure::TimeNotAvailable, 14),
    (TimeStampFailure::UnacceptedPolicy, 15),
    (TimeStampFailure::UnacceptedExtension, 16),
    (TimeStampFailure::AdditionalInfoNotAvailable, 17),
    (TimeStampFailure::SystemFailure, 25),
];

impl TimeStampFailure {
    pub(super) fn bit(self) -> u8 {
        FAILURES
            .iter()
            .find(|(failure, _)| *failure == self)
            .map_or(25, |(_, bit)| *bit)
    }

    pub(super) fn from_bit(bit: u8) -> Option<Self> {
        FAILURES
            .iter()
            .find(|(_, known)| *known == bit)
            .map(|(failure, _)| *failure)
    }
}

/// Why a time-stamp is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeStampError {
    /// The signature around the time-stamp is not accepted.
    #[error("the signature of the time-stamp is not accepted: {0}")]
    Cms(#[from] CmsError),
    /// A critical extension that is not processed (RFC 3161 2.4.2).
    #[error("the time-stamp has the critical extension {0}, which is not processed")]
    CriticalExtension(String),
    /// Not DER, or not the structure of a time-stamp or a response.
    #[error("the time-stamp is malformed: {0}")]
    Der(#[from] DerError),
    /// The signer's certificate is not one for time-stamping alone (RFC 3161 2.3).
    #[error(
        "the certificate of the time-stamping authority is not made for time-stamping alone, or not critically"
    )]
    ExtendedKeyUsage,
    /// The time-stamp is about other bytes.
    #[error("the time-stamp is not about these bytes")]
    Imprint,
    /// The nonce is not that of the request: an old answer was played back.
    #[error("the nonce of the time-stamp is not that of the request")]
    Nonce,
    /// The authority refused.
    #[error("the time-stamping authority refused: status {status}, {text}")]
    Refused {
        /// PKIStatus: 2 rejection, 3 waiting, 4 and 5 revocation.
        status: u8,
        /// What the authority says is wrong, when it says so.
        failure: Option<TimeStampFailure>,
        /// The words of the authority; empty when it gave none.
        text: String,
    },
    /// Another policy than the one asked for.
    #[error("the time-stamp was made under the policy {0}, which was not asked for")]
    Policy(String),
    /// The time-stamp names another authority than the one that signed it (RFC 3161 2.4.2).
    #[error("the time-stamp names another authority than the one that signed it")]
    TsaName,
    /// The digest of the time-stamped bytes is not accepted, such as SHA-1.
    #[error("the digest algorithm of the time-stamp is not accepted: {0}")]
    UnsupportedDigest(UnacceptedAlgorithm),
    /// Another version than 1.
    #[error("the version of the time-stamp is not 1")]
    Version,
}
