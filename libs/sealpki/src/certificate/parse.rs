//! Reading a certificate (RFC 5280 4.1).

use std::sync::Arc;

use super::extensions::{self, Extensions};
use super::{Certificate, Fields, Inner, SerialNumber};
use crate::der::{DerError, Reader, header_len, tag, time};
use crate::key::{PublicKey, SignatureAlgorithm};
use crate::name::DistinguishedName;

/// The largest certificate read. Real ones have one or two kilobytes.
const CERTIFICATE_LEN_MAX: usize = 64 * 1024;

/// Why bytes are not a certificate this crate reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The signature algorithm inside and outside the signed part differ (RFC 5280 4.1.1.2).
    #[error("the certificate names two different signature algorithms")]
    AlgorithmsDiffer,
    /// Not the structure or not the encoding of a certificate.
    #[error("the certificate is malformed: {0}")]
    Der(#[from] DerError),
    /// The same extension twice (RFC 5280 4.2).
    #[error("the certificate has the extension {0} twice")]
    DuplicateExtension(String),
    /// An extension whose value is malformed.
    #[error("the certificate extension {oid} is malformed: {source}")]
    Extension {
        /// The extension as dotted numbers.
        oid: String,
        /// What is wrong with it.
        source: DerError,
    },
    /// More than 64 KiB.
    #[error("the certificate is larger than 64 KiB")]
    TooLarge,
    /// Another version than 3.
    #[error("the certificate is not of version 3")]
    Version,
}

pub(super) fn certificate(der: &[u8]) -> Result<Certificate, CertificateError> {
    if der.len() > CERTIFICATE_LEN_MAX {
        return Err(CertificateError::TooLarge);
    }
    let mut outer = Reader::new(der);
    let whole = outer.element(tag::SEQUENCE)?;
    outer.finish()?;
    let mut parts = Reader::new(whole.contents);
    let to_be_signed = parts.element(tag::SEQUENCE)?;
    let algorithm = parts.element(tag::SEQUENCE)?;
    let signature = parts.bit_string_octets()?.to_vec();
    parts.finish()?;
    let (fields, inner_algorithm) = to_be_signed_fields(to_be_signed.whole)?;
    if inner_algorithm != algorithm.whole {
        return Err(CertificateError::AlgorithmsDiffer);
    }
    let start = header_len(whole.contents.len());
    let range = start..start + to_be_signed.whole.len();
    Ok(Certificate {
        inner: Arc::new(Inner {
            der: der.to_vec(),
            to_be_signed: range,
            fields,
            signature,
        }),
    })
}

/// The fields of a TBSCertificate and its signature algorithm as encoded.
pub(super) fn to_be_signed_fields(der: &[u8]) -> Result<(Fields, &[u8]), CertificateError> {
    let mut parts = Reader::open_only(der, tag::SEQUENCE)?;
    version(&mut parts)?;
    let serial = SerialNumber {
        octets: parts.integer()?.to_vec(),
    };
    let algorithm = parts.element(tag::SEQUENCE)?;
    let issuer = DistinguishedName::from_der(parts.element(tag::SEQUENCE)?.whole)?;
    let mut validity = parts.open(tag::SEQUENCE)?;
    let not_before_unix_s = time::read(validity.any()?)?;
    let not_after_unix_s = time::read(validity.any()?)?;
    validity.finish()?;
    let subject = DistinguishedName::from_der(parts.element(tag::SEQUENCE)?.whole)?;
    let public_key = PublicKey::from_spki(parts.element(tag::SEQUENCE)?.whole)?;
    let extensions = match parts.optional(tag::context_constructed(3))? {
        Some(tagged) => extensions::read(tagged.contents)?,
        None => Extensions::default(),
    };
    parts.finish()?;
    let fields = Fields {
        serial,
        signature_algorithm: SignatureAlgorithm::read(algorithm)?,
        issuer,
        not_before_unix_s,
        not_after_unix_s,
        subject,
        public_key,
        extensions,
    };
    Ok((fields, algorithm.whole))
}

/// Version 3 only: the older ones cannot say what a key may be used for.
fn version(parts: &mut Reader<'_>) -> Result<(), CertificateError> {
    let Some(tagged) = parts.optional(tag::context_constructed(0))? else {
        return Err(CertificateError::Version);
    };
    let mut explicit = Reader::new(tagged.contents);
    let version = explicit.small_integer()?;
    explicit.finish()?;
    if version == 2 {
        Ok(())
    } else {
        Err(CertificateError::Version)
    }
}
