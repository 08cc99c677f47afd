//! What can be wrong with a seal or a signature with it.

use crate::certificate::CertificateError;
use crate::der::DerError;
use crate::digest::UnacceptedAlgorithm;
use crate::key::{KeyError, SignatureError};
use crate::tsp::TimeStampError;

/// Why a seal or a signature with it was not made or is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SesError {
    /// A certificate inside cannot be read.
    #[error("a certificate in the seal cannot be read: {0}")]
    Certificate(#[from] CertificateError),
    /// A critical extension, of the seal or of the signature; none is processed.
    #[error("the seal has the critical extension {0}, which is not processed")]
    CriticalExtension(String),
    /// The document was changed: its digest is not the signed one.
    #[error("the document does not have the signed digest")]
    DataHash,
    /// Not DER, or not the structure of a seal or of a signature with one.
    #[error("the seal is malformed: {0}")]
    Der(#[from] DerError),
    /// The header does not begin with `ES`, or a text is too long or not ASCII.
    #[error("the header or a name in the seal is not as the standard wants it")]
    Header,
    /// The key could not sign.
    #[error("the seal could not be signed: {0}")]
    Key(#[from] KeyError),
    /// The certificate is for another key.
    #[error("the certificate is not for this private key")]
    KeyMismatch,
    /// The key usage of the certificate of the maker or of the signer does not allow signatures.
    #[error("the key usage of the certificate of {0} does not allow signatures")]
    KeyUsage(String),
    /// The signature of the maker of the seal is wrong.
    #[error("the seal is not signed by its maker: {0}")]
    MakerSignature(SignatureError),
    /// The signer is not among those who may use the seal.
    #[error("the seal must not be used with the certificate of {0}")]
    Signer(String),
    /// The signature of the document is wrong.
    #[error("the signature with the seal is not valid: {0}")]
    SignerSignature(SignatureError),
    /// The time-stamp is not accepted, or not about this signature.
    #[error("the time-stamp of the signature with the seal is not accepted: {0}")]
    TimeStamp(#[from] TimeStampError),
    /// More than 4 MiB, 64 certificates or 64 extensions.
    #[error("the seal is larger than any real one")]
    TooLarge,
    /// An algorithm that is not accepted.
    #[error("the seal is signed with an algorithm that is not accepted: {0}")]
    UnsupportedAlgorithm(#[from] UnacceptedAlgorithm),
    /// The seal was not valid when it was used.
    #[error("the seal was not valid when it was used")]
    Validity,
    /// A version that is not known, or another one in the signature than in the seal.
    #[error("the version of the seal is not known or does not fit its structure")]
    Version,
}
