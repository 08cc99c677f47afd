//! Making a signature: everything but the digest and the key operation is prepared once.

use std::fmt;

use super::prepared::{Parts, Prepared};
use super::shape::CmsOptions;
use super::unsigned::time_stamp_field_len;
use crate::certificate::Certificate;
use crate::digest::DigestAlgorithm;
use crate::key::{KeyError, PrivateKey, SignatureAlgorithm};
use crate::ses::{SealSignature, SealSignatureTemplate, SesError};

/// A signer ready to sign: key, certificate, the certificates above it, and the unchanging bytes of the CMS.
pub struct SignerIdentity {
    key: PrivateKey,
    certificate: Certificate,
    chain: Vec<Certificate>,
    prepared: Prepared,
}

/// Why key and certificates do not make a signer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The certificate is not made for this service, or not for it alone (RFC 3161 2.3, RFC 6960 4.2.2.2).
    #[error("the extended key usages of the certificate of {0} do not make it the one of this service")]
    ExtendedKeyUsage(String),
    /// The certificate is for another key.
    #[error("the certificate of {0} is not for this private key")]
    KeyMismatch(String),
    /// The certificate does not allow to sign documents (RFC 5280 4.2.1.3).
    #[error(
        "the key usage of the certificate of {0} allows neither digital signatures nor content commitment"
    )]
    KeyUsage(String),
    /// A text that is no object identifier, such as `1.2.840.113549`.
    #[error("{0:?} is no object identifier")]
    ObjectIdentifier(String),
    /// The certificate is not issued by the authority the service answers for.
    #[error("the certificate of {0} is not issued by the authority it answers for")]
    NotIssued(String),
}

impl SignerIdentity {
    /// Prepares a signer in the layout of RFC 5652. `chain` holds the certificates above the signer's, which travel in every signature.
    ///
    /// # Errors
    /// [`IdentityError`] when the certificate is not for the key or must not sign documents.
    pub fn new(
        key: PrivateKey,
        certificate: Certificate,
        chain: Vec<Certificate>,
    ) -> Result<Self, IdentityError> {
        Self::with_options(key, certificate, chain, CmsOptions::default())
    }

    /// Prepares a signer as [`new`](Self::new) does, with a choice where there is one.
    ///
    /// # Errors
    /// [`IdentityError`] when the certificate is not for the key or must not sign documents.
    pub fn with_options(
        key: PrivateKey,
        certificate: Certificate,
        chain: Vec<Certificate>,
        options: CmsOptions,
    ) -> Result<Self, IdentityError> {
        check_key(&key, &certificate)?;
        let prepared = Prepared::new(
            options.layout.shape(),
            &certificate,
            &chain,
            key.signature_algorithm(),
            options.sm2_identifier,
        );
        Ok(Self {
            key,
            certificate,
            chain,
            prepared,
        })
    }

    /// The signer's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The certificates above the signer's.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The algorithm of the signatures.
    pub fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.key.signature_algorithm()
    }

    /// The longest CMS [`sign_detached`](Self::sign_detached) can return, in bytes. With RSA every CMS has this
    /// length, with ECDSA it is a few bytes shorter.
    pub fn cms_len_max(&self) -> usize {
        self.prepared.len(None, true, self.key.signature_len_max(), 0)
    }

    /// The longest CMS after [`add_signature_time_stamp`](crate::add_signature_time_stamp) with a token of at most
    /// `token_len_max` bytes (see [`TimeStampAuthority::token_len_max`](crate::TimeStampAuthority::token_len_max)).
    pub fn cms_len_max_with_time_stamp(&self, token_len_max: usize) -> usize {
        let unsigned_len = time_stamp_field_len(token_len_max);
        self.prepared
            .len(None, true, self.key.signature_len_max(), unsigned_len)
    }

    /// The digest of the content that [`sign_detached`](Self::sign_detached) takes.
    pub fn digest_algorithm(&self) -> DigestAlgorithm {
        self.prepared.digest_algorithm()
    }

    /// Signs content by its digest (of [`digest_algorithm`](Self::digest_algorithm)): a DER ContentInfo with SignedData for PAdES level B-B (ETSI EN 319 142-1
    /// 6.3). It is detached, has one signer with content type, message digest and signing certificate as signed
    /// attributes, and no signing time (the time stands in the PDF).
    ///
    /// # Errors
    /// [`KeyError::DigestLength`] for a digest of another algorithm, [`KeyError::Signing`] when the key operation fails.
    pub fn sign_detached(&self, content_digest: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.prepared.sign(&self.key, Parts::DETACHED, content_digest)
    }
}

impl SignerIdentity {
    /// Signs with an electronic seal (GB/T 38540) in place of a CMS.
    ///
    /// # Errors
    /// As [`SealSignature::sign`].
    pub fn sign_with_seal(&self, template: &SealSignatureTemplate) -> Result<SealSignature, SesError> {
        SealSignature::sign(template, &self.key, &self.certificate)
    }
}

/// The certificate is for the key and may sign something else than certificates.
pub(crate) fn check_key(key: &PrivateKey, certificate: &Certificate) -> Result<(), IdentityError> {
    if certificate.public_key() != key.public_key() {
        return Err(IdentityError::KeyMismatch(certificate.subject().to_string()));
    }
    if certificate
        .key_usage()
        .is_some_and(|usage| !usage.digital_signature() && !usage.non_repudiation())
    {
        return Err(IdentityError::KeyUsage(certificate.subject().to_string()));
    }
    Ok(())
}

impl fmt::Debug for SignerIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignerIdentity")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}
