//! Reading SignedData (RFC 5652 5): the structure only, nothing is judged here but what no good CMS has.

use super::CmsError;
use super::shape::Shape;
use super::verify::UnsignedAttribute;
use crate::certificate::Certificate;
use crate::der::{DerError, Element, Reader, oid, tag};
use crate::digest::DigestAlgorithm;
use crate::key::SignatureAlgorithm;

/// The largest CMS read, in bytes.
pub(super) const CMS_LEN_MAX: usize = 1024 * 1024;
/// The most certificates one CMS may carry.
const CERTIFICATES_MAX: usize = 32;
/// The most attributes of one kind (signed, unsigned).
pub(super) const ATTRIBUTES_MAX: usize = 32;

/// The outer structure (RFC 5652 5.1).
pub(crate) struct SignedData<'a> {
    pub(super) digest_algorithm: DigestAlgorithm,
    /// The octets inside, for shapes that enclose their content.
    pub(crate) content: Option<&'a [u8]>,
    pub(super) certificates: Vec<Certificate>,
    /// Contents of the only SignerInfo.
    pub(super) signer: &'a [u8],
}

impl<'a> SignedData<'a> {
    pub(crate) fn read(cms: &'a [u8], shape: &Shape) -> Result<Self, CmsError> {
        if cms.len() > CMS_LEN_MAX {
            return Err(CmsError::TooLarge);
        }
        let mut info = Reader::open_only(cms, tag::SEQUENCE)?;
        if info.oid()? != shape.outer_type {
            return Err(CmsError::NotSignedData);
        }
        let mut explicit = info.open(tag::context_constructed(0))?;
        info.finish()?;
        let mut fields = explicit.open(tag::SEQUENCE)?;
        explicit.finish()?;
        if fields.small_integer()? != shape.version {
            return Err(CmsError::Version);
        }
        let digest_algorithm = only_digest_algorithm(fields.open(tag::SET)?)?;
        let content = read_content_info(fields.open(tag::SEQUENCE)?, shape)?;
        let certificates = match fields.optional(tag::context_constructed(0))? {
            Some(set) => read_certificates(set)?,
            None => Vec::new(),
        };
        let revocation_data = fields.optional(tag::context_constructed(1))?;
        if revocation_data.is_some() && !shape.allows_revocation_data {
            return Err(CmsError::RevocationData);
        }
        let signer = only_signer(fields.open(tag::SET)?)?;
        fields.finish()?;
        Ok(Self {
            digest_algorithm,
            content,
            certificates,
            signer,
        })
    }
}

fn only_digest_algorithm(mut set: Reader<'_>) -> Result<DigestAlgorithm, CmsError> {
    if set.is_empty() {
        return Err(CmsError::DigestAlgorithms);
    }
    let algorithm =
        DigestAlgorithm::read(set.element(tag::SEQUENCE)?)?.map_err(CmsError::UnsupportedDigest)?;
    if set.is_empty() {
        Ok(algorithm)
    } else {
        Err(CmsError::DigestAlgorithms)
    }
}

/// EncapsulatedContentInfo (RFC 5652 5.2).
fn read_content_info<'a>(mut info: Reader<'a>, shape: &Shape) -> Result<Option<&'a [u8]>, CmsError> {
    if info.oid()? != shape.content_type {
        return Err(CmsError::ContentType);
    }
    if !shape.is_enclosed {
        return if info.is_empty() {
            Ok(None)
        } else {
            Err(CmsError::ContentPresent)
        };
    }
    let Some(content) = info.optional_explicit(0)? else {
        return Err(CmsError::ContentMissing);
    };
    info.finish()?;
    let mut octets = Reader::new(content.whole);
    Ok(Some(octets.octet_string()?))
}

fn read_certificates(set: Element<'_>) -> Result<Vec<Certificate>, CmsError> {
    let mut certificates = Vec::new();
    let mut list = Reader::new(set.contents);
    while !list.is_empty() {
        let element = list.any()?;
        if element.tag != tag::SEQUENCE {
            return Err(CmsError::CertificateKind);
        }
        if certificates.len() == CERTIFICATES_MAX {
            return Err(CmsError::TooLarge);
        }
        certificates.push(Certificate::from_der(element.whole)?);
    }
    Ok(certificates)
}

fn only_signer(mut set: Reader<'_>) -> Result<&[u8], CmsError> {
    let mut signers = Vec::new();
    while !set.is_empty() {
        signers.push(set.element(tag::SEQUENCE)?.contents);
    }
    match signers.as_slice() {
        [only] => Ok(only),
        several => Err(CmsError::SignerCount(several.len())),
    }
}

/// One signer (RFC 5652 5.3).
pub(super) struct SignerInfo<'a> {
    /// DER of the issuer name.
    pub(super) issuer: &'a [u8],
    /// Contents octets of the serial number.
    pub(super) serial: &'a [u8],
    pub(super) digest_algorithm: DigestAlgorithm,
    /// Contents of the signed attributes.
    pub(super) attributes: &'a [u8],
    pub(super) signature_algorithm: SignatureAlgorithm,
    pub(super) signature: &'a [u8],
    pub(super) unsigned_attributes: Vec<UnsignedAttribute>,
}

impl<'a> SignerInfo<'a> {
    pub(super) fn read(contents: &'a [u8]) -> Result<Self, CmsError> {
        let mut fields = Reader::new(contents);
        let version = fields.small_integer()?;
        if fields.peek_tag() != Some(tag::SEQUENCE) {
            return Err(CmsError::SignerIdentifier);
        }
        let mut identifier = fields.open(tag::SEQUENCE)?;
        let issuer = identifier.element(tag::SEQUENCE)?.whole;
        let serial = identifier.integer()?;
        identifier.finish()?;
        if version != 1 {
            return Err(CmsError::Version);
        }
        let digest_algorithm =
            DigestAlgorithm::read(fields.element(tag::SEQUENCE)?)?.map_err(CmsError::UnsupportedDigest)?;
        let attributes = fields
            .optional(tag::context_constructed(0))?
            .ok_or(CmsError::MissingSignedAttributes)?
            .contents;
        let signature_algorithm = read_signature_algorithm(fields.element(tag::SEQUENCE)?, digest_algorithm)?;
        let signature = fields.octet_string()?;
        let unsigned_attributes = match fields.optional(tag::context_constructed(1))? {
            Some(set) => read_unsigned_attributes(set)?,
            None => Vec::new(),
        };
        fields.finish()?;
        Ok(Self {
            issuer,
            serial,
            digest_algorithm,
            attributes,
            signature_algorithm,
            signature,
            unsigned_attributes,
        })
    }
}

/// RFC 5754 3: identifiers with a digest in their name must name the signer's digest.
fn read_signature_algorithm(
    element: Element<'_>,
    digest: DigestAlgorithm,
) -> Result<SignatureAlgorithm, CmsError> {
    let algorithm =
        SignatureAlgorithm::read_cms(element, digest)?.map_err(CmsError::UnsupportedSignatureAlgorithm)?;
    if algorithm.digest() == digest {
        Ok(algorithm)
    } else {
        Err(CmsError::AlgorithmMismatch)
    }
}

fn read_unsigned_attributes(set: Element<'_>) -> Result<Vec<UnsignedAttribute>, CmsError> {
    let mut attributes = Vec::new();
    let mut list = Reader::new(set.contents);
    while !list.is_empty() {
        if attributes.len() == ATTRIBUTES_MAX {
            return Err(CmsError::TooLarge);
        }
        let mut attribute = list.open(tag::SEQUENCE)?;
        let oid = oid::to_text(attribute.oid()?);
        let values_der = attribute.element(tag::SET)?.whole.to_vec();
        attribute.finish()?;
        attributes.push(UnsignedAttribute { oid, values_der });
    }
    // RFC 5652 5.3: SIZE (1..MAX)
    if attributes.is_empty() {
        Err(DerError::Value.into())
    } else {
        Ok(attributes)
    }
}
