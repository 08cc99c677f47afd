//! What can be wrong with a path, in words and in the terms of ETSI EN 319 102-1.

use std::fmt;

use crate::certificate::IssuerError;
use crate::crl::RevocationReason;
use crate::key::SignatureError;

/// Why no path to an anchor was found. With several candidates, the reason of the one that came closest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// A certificate has a critical extension that is not processed (RFC 5280 6.1.4 (o)).
    #[error("the certificate of {subject} has the critical extension {oid}, which is not processed")]
    CriticalExtension {
        /// Whose certificate.
        subject: String,
        /// The extension as dotted numbers.
        oid: String,
    },
    /// A certificate's validity was over (RFC 5280 6.1.3 (a)(2)).
    #[error("the certificate of {0} had expired")]
    Expired(String),
    /// An issuer's key must not sign certificates (RFC 5280 6.1.4 (n)).
    #[error("the key usage of {0} does not allow to sign certificates")]
    KeyUsage(String),
    /// A name below an issuer is one that it must not give (RFC 5280 6.1.3 (b), (c)).
    #[error("{subject} must not issue certificates for {name}")]
    NameConstraints {
        /// The issuer.
        subject: String,
        /// The name, or its kind when names of that kind cannot be judged.
        name: String,
    },
    /// No certificate of the issuer is at hand.
    #[error("no certificate of the issuer of {0} is at hand, and it is no trust anchor itself")]
    NoIssuer(String),
    /// Nothing at hand says whether a certificate was revoked.
    #[error("nothing at hand says whether the certificate of {0} was revoked")]
    NoRevocationInformation(String),
    /// The issuer is not an authority (RFC 5280 6.1.4 (k)).
    #[error("{0} is not an authority and must not issue certificates")]
    NotAuthority(String),
    /// A certificate was not yet valid (RFC 5280 6.1.3 (a)(2)).
    #[error("the certificate of {0} was not yet valid")]
    NotYetValid(String),
    /// A certificate was suspended; ask again later.
    #[error("the certificate of {0} was suspended")]
    OnHold(String),
    /// More authorities below an issuer than it allows (RFC 5280 6.1.4 (m)).
    #[error("{0} does not allow so many authorities below it")]
    PathLength(String),
    /// A certificate was revoked.
    #[error("the certificate of {subject} was revoked")]
    Revoked {
        /// Whose certificate.
        subject: String,
        /// Since when, in seconds since 1970-01-01T00:00:00Z.
        at_unix_s: i64,
        /// Why, when the issuer says so.
        reason: Option<RevocationReason>,
        /// Whether it is the certificate of an authority on the path rather than the one the path begins with.
        is_authority: bool,
    },
    /// A certificate was not signed by its issuer (RFC 5280 6.1.3 (a)(1)).
    #[error("the certificate of {subject} is not signed by its issuer: {source}")]
    Signature {
        /// Whose certificate.
        subject: String,
        /// What is wrong.
        source: IssuerError,
    },
    /// More than 8 certificates in a row, or too many candidates.
    #[error("the path is too long or has too many branches")]
    TooComplex,
    /// The path ends at a self-signed root that is not among the anchors.
    #[error("the root {0} is not a trust anchor")]
    Untrusted(String),
}

/// The sub-indications of ETSI EN 319 102-1 (table 4) that a path can lead to. All go with the indication INDETERMINATE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubIndication {
    /// A certificate is not signed by its issuer.
    CertificateChainGeneralFailure,
    /// An issuer does what it must not, or a certificate demands what is not processed.
    ChainConstraintsFailure,
    /// An algorithm or key on the path is too weak, and nothing proves that the signature is from before that.
    CryptoConstraintsFailureNoPoe,
    /// No path leads to an anchor.
    NoCertificateChainFound,
    /// A certificate was not yet valid or had expired, and nothing proves that the signature is from when it was valid.
    OutOfBoundsNoPoe,
    /// The certificate of an authority was revoked, and nothing proves that the signature is from before.
    RevokedCaNoPoe,
    /// The signer's certificate was revoked, and nothing proves that the signature is from before.
    RevokedNoPoe,
    /// It is not known yet whether a certificate was revoked.
    TryLater,
}

impl SubIndication {
    /// The name in ETSI EN 319 102-1, such as `NO_CERTIFICATE_CHAIN_FOUND`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CertificateChainGeneralFailure => "CERTIFICATE_CHAIN_GENERAL_FAILURE",
            Self::ChainConstraintsFailure => "CHAIN_CONSTRAINTS_FAILURE",
            Self::CryptoConstraintsFailureNoPoe => "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
            Self::NoCertificateChainFound => "NO_CERTIFICATE_CHAIN_FOUND",
            Self::OutOfBoundsNoPoe => "OUT_OF_BOUNDS_NO_POE",
            Self::RevokedCaNoPoe => "REVOKED_CA_NO_POE",
            Self::RevokedNoPoe => "REVOKED_NO_POE",
            Self::TryLater => "TRY_LATER",
        }
    }
}

impl fmt::Display for SubIndication {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl PathError {
    /// What ETSI EN 319 102-1 calls this problem.
    pub fn sub_indication(&self) -> SubIndication {
        match self {
            Self::CriticalExtension { .. }
            | Self::KeyUsage(_)
            | Self::NameConstraints { .. }
            | Self::NotAuthority(_)
            | Self::PathLength(_) => SubIndication::ChainConstraintsFailure,
            Self::Expired(_) | Self::NotYetValid(_) => SubIndication::OutOfBoundsNoPoe,
            Self::NoIssuer(_) | Self::TooComplex | Self::Untrusted(_) => {
                SubIndication::NoCertificateChainFound
            }
            Self::NoRevocationInformation(_) | Self::OnHold(_) => SubIndication::TryLater,
            Self::Revoked {
                is_authority: true, ..
            } => SubIndication::RevokedCaNoPoe,
            Self::Revoked { .. } => SubIndication::RevokedNoPoe,
            Self::Signature { source, .. } if is_weak(source) => SubIndication::CryptoConstraintsFailureNoPoe,
            Self::Signature { .. } => SubIndication::CertificateChainGeneralFailure,
        }
    }
}

/// Algorithms and keys that are too weak or not known at all.
fn is_weak(error: &IssuerError) -> bool {
    matches!(
        error,
        IssuerError::UnsupportedAlgorithm(_)
            | IssuerError::Signature(SignatureError::WeakKey(_) | SignatureError::UnsupportedKey)
    )
}
