//! What can be wrong with a signature.

use crate::certificate::CertificateError;
use crate::der::DerError;
use crate::digest::UnacceptedAlgorithm;
use crate::key::SignatureError;

/// Why a CMS is not an accepted signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CmsError {
    /// Digest and signature algorithm of the signer, or signature algorithm and key, do not belong together.
    #[error("digest, signature algorithm and key of the signer do not belong together")]
    AlgorithmMismatch,
    /// A signed attribute without exactly one well-formed value.
    #[error("the attribute {0} does not have exactly one well-formed value")]
    Attribute(String),
    /// The signed attributes are not in the order of a DER set (X.690 11.6).
    #[error("the signed attributes are not in DER order")]
    AttributeOrder,
    /// An embedded certificate cannot be read.
    #[error("an embedded certificate cannot be read: {0}")]
    Certificate(#[from] CertificateError),
    /// Something else than X.509 certificates among the certificates.
    #[error("the signature carries something else than X.509 certificates")]
    CertificateKind,
    /// No content inside a signature that has to enclose it.
    #[error("the signature does not contain the content it is about")]
    ContentMissing,
    /// Content inside the signature, which must be detached.
    #[error("the signature contains content; it must be detached")]
    ContentPresent,
    /// The content type is not the one to be signed, inside or in the signed attribute (ETSI EN 319 142-1 6.3:
    /// id-data; RFC 3161 2.4.2: id-ct-TSTInfo).
    #[error("the content type is not the one this kind of signature is about")]
    ContentType,
    /// Not DER, or not the structure of SignedData.
    #[error("the signature is malformed: {0}")]
    Der(#[from] DerError),
    /// The list of digest algorithms is not exactly the signer's.
    #[error("the digest algorithms listed are not exactly that of the signer")]
    DigestAlgorithms,
    /// The content was changed: its digest is not the signed one.
    #[error("the content does not have the signed digest")]
    DigestMismatch,
    /// The same signed attribute twice.
    #[error("the attribute {0} is there twice")]
    DuplicateAttribute(String),
    /// The signer's certificate must not sign documents (RFC 5280 4.2.1.3).
    #[error("the key usage of the signer's certificate does not allow signatures")]
    KeyUsage,
    /// No content type among the signed attributes (RFC 5652 11.1).
    #[error("the signed attribute content-type is missing")]
    MissingContentType,
    /// No message digest among the signed attributes (RFC 5652 11.2).
    #[error("the signed attribute message-digest is missing")]
    MissingMessageDigest,
    /// No signed attributes at all.
    #[error("there are no signed attributes")]
    MissingSignedAttributes,
    /// No signing certificate among the signed attributes (ETSI EN 319 122-1 5.2.2).
    #[error("the signed attribute signing-certificate-v2 is missing")]
    MissingSigningCertificate,
    /// Another CMS content type than SignedData.
    #[error("this is not CMS SignedData")]
    NotSignedData,
    /// Revocation lists inside the CMS, where PAdES has none (they belong to the document security store).
    #[error("the signature carries revocation data; it belongs to the document")]
    RevocationData,
    /// The signature value is wrong.
    #[error("the signature of the signed attributes is not valid: {0}")]
    Signature(#[from] SignatureError),
    /// The certificate of the signer is not embedded.
    #[error("the certificate of the signer is not embedded")]
    SignerCertificateMissing,
    /// Another number of signers than one.
    #[error("there are {0} signers; there must be exactly one")]
    SignerCount(usize),
    /// The signer is not named by issuer and serial number.
    #[error("the signer is not named by issuer and serial number")]
    SignerIdentifier,
    /// The certificate in use is not the one the signer committed to (RFC 5035 5).
    #[error("the signed attribute signing-certificate-v2 is about another certificate")]
    SigningCertificateMismatch,
    /// A signing time, which PAdES does not allow (ETSI EN 319 142-1 6.3).
    #[error("there is a signing-time attribute; the time belongs to the document")]
    SigningTime,
    /// A time-stamp that is not about this signature.
    #[error("the time-stamp is not about this signature: {0}")]
    TimeStamp(String),
    /// More than 1 MiB, 32 certificates or 32 attributes.
    #[error("the signature is larger than any real one")]
    TooLarge,
    /// An embedded certificate is neither on the path nor issued by one on it.
    #[error("the embedded certificate of {0} has nothing to do with the signer")]
    UnexplainedCertificate(String),
    /// A digest that is not accepted, such as MD5 or SHA-1.
    #[error("the digest algorithm is not accepted: {0}")]
    UnsupportedDigest(UnacceptedAlgorithm),
    /// A signature algorithm that is not accepted.
    #[error("the signature algorithm is not accepted: {0}")]
    UnsupportedSignatureAlgorithm(UnacceptedAlgorithm),
    /// A version number that does not fit the contents (RFC 5652 5.1, 5.3).
    #[error("the version number does not fit the contents")]
    Version,
}
