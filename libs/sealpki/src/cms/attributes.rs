//! The signed attributes: what the signer really signed.

use super::CmsError;
use super::parse::ATTRIBUTES_MAX;
use crate::certificate::Certificate;
use crate::der::{DerError, Element, Reader, oid, tag};
use crate::digest::DigestAlgorithm;

/// The attributes PAdES demands; others that are signed are allowed and not judged.
pub(super) struct SignedAttributes<'a> {
    /// Contents octets of the object identifier.
    pub(super) content_type: &'a [u8],
    pub(super) message_digest: &'a [u8],
    /// DER of the SigningCertificateV2.
    pub(super) signing_certificate: &'a [u8],
    pub(super) has_signing_time: bool,
}

impl<'a> SignedAttributes<'a> {
    pub(super) fn read(contents: &'a [u8]) -> Result<Self, CmsError> {
        let attributes = list_attributes(contents)?;
        let value = |wanted: &[u8]| {
            attributes
                .iter()
                .find(|(attribute, _)| *attribute == wanted)
                .map(|(_, values)| *values)
        };
        let malformed = |attribute: &'static [u8]| move |_| CmsError::Attribute(oid::to_text(attribute));
        let content_type = value(oid::CONTENT_TYPE).ok_or(CmsError::MissingContentType)?;
        let content_type = only_value(content_type, Reader::oid).map_err(malformed(oid::CONTENT_TYPE))?;
        let message_digest = value(oid::MESSAGE_DIGEST).ok_or(CmsError::MissingMessageDigest)?;
        let message_digest =
            only_value(message_digest, Reader::octet_string).map_err(malformed(oid::MESSAGE_DIGEST))?;
        let signing_certificate =
            value(oid::SIGNING_CERTIFICATE_V2).ok_or(CmsError::MissingSigningCertificate)?;
        let signing_certificate = only_value(signing_certificate, |reader| {
            Ok(reader.element(tag::SEQUENCE)?.whole)
        })
        .map_err(malformed(oid::SIGNING_CERTIFICATE_V2))?;
        Ok(Self {
            content_type,
            message_digest,
            signing_certificate,
            has_signing_time: value(oid::SIGNING_TIME).is_some(),
        })
    }
}

/// Type and contents of the set of values.
type Attribute<'a> = (&'a [u8], &'a [u8]);

/// Types and value sets of all attributes, in DER order and each once.
fn list_attributes(contents: &[u8]) -> Result<Vec<Attribute<'_>>, CmsError> {
    let mut list = Reader::new(contents);
    let mut previous: &[u8] = &[];
    let mut attributes: Vec<Attribute<'_>> = Vec::new();
    while !list.is_empty() {
        if attributes.len() == ATTRIBUTES_MAX {
            return Err(CmsError::TooLarge);
        }
        let element = list.element(tag::SEQUENCE)?;
        let mut attribute = Reader::new(element.contents);
        let attribute_type = attribute.oid()?;
        let values = attribute.element(tag::SET)?.contents;
        attribute.finish()?;
        if attributes.iter().any(|(known, _)| *known == attribute_type) {
            return Err(CmsError::DuplicateAttribute(oid::to_text(attribute_type)));
        }
        if element.whole < previous {
            return Err(CmsError::AttributeOrder);
        }
        previous = element.whole;
        attributes.push((attribute_type, values));
    }
    Ok(attributes)
}

fn only_value<'a>(
    values: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> Result<&'a [u8], DerError>,
) -> Result<&'a [u8], DerError> {
    let mut reader = Reader::new(values);
    let value = read(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// RFC 5035 3: the first identifier is the one of the signer's certificate.
pub(super) fn check_signing_certificate(der: &[u8], certificate: &Certificate) -> Result<(), CmsError> {
    let identifier = first_certificate_id(der).map_err(|error| match error {
        CmsError::Der(_) => CmsError::Attribute(oid::to_text(oid::SIGNING_CERTIFICATE_V2)),
        other => other,
    })?;
    let same_hash = identifier.hash == identifier.algorithm.digest(certificate.der());
    let same_name = identifier.issuer_serial.is_none_or(|(issuer, serial)| {
        issuer == certificate.issuer().as_der() && serial == certificate.serial().as_octets()
    });
    if same_hash && same_name {
        Ok(())
    } else {
        Err(CmsError::SigningCertificateMismatch)
    }
}

/// ESSCertIDv2.
struct CertificateId<'a> {
    algorithm: DigestAlgorithm,
    hash: &'a [u8],
    /// DER of the issuer name, contents octets of the serial number.
    issuer_serial: Option<(&'a [u8], &'a [u8])>,
}

fn first_certificate_id(der: &[u8]) -> Result<CertificateId<'_>, CmsError> {
    let mut fields = Reader::open_only(der, tag::SEQUENCE)?;
    let mut identifiers = fields.open(tag::SEQUENCE)?;
    // Policies say under which rules the certificate was issued; they do not change which one it is.
    fields.optional(tag::SEQUENCE)?;
    fields.finish()?;
    let mut first = identifiers.open(tag::SEQUENCE)?;
    let algorithm = match first.optional(tag::SEQUENCE)? {
        Some(explicit) => DigestAlgorithm::read(explicit)?.map_err(CmsError::UnsupportedDigest)?,
        None => DigestAlgorithm::Sha256,
    };
    let hash = first.octet_string()?;
    let issuer_serial = match first.optional(tag::SEQUENCE)? {
        Some(element) => Some(read_issuer_serial(element)?),
        None => None,
    };
    first.finish()?;
    Ok(CertificateId {
        algorithm,
        hash,
        issuer_serial,
    })
}

/// IssuerSerial: GeneralNames with exactly one directoryName, and a serial number.
fn read_issuer_serial(element: Element<'_>) -> Result<(&[u8], &[u8]), DerError> {
    let mut fields = Reader::new(element.contents);
    let mut names = fields.open(tag::SEQUENCE)?;
    let issuer = names.element(tag::context_constructed(4))?.contents;
    names.finish()?;
    let serial = fields.integer()?;
    fields.finish()?;
    Ok((issuer, serial))
}
