//! Judging a signature. Everything not known to be good is refused, each thing with its own error: "no error found"
//! must never be reached by leaving something out.

use super::CmsError;
use super::attributes::{SignedAttributes, check_signing_certificate};
use crate::certificate::Certificate;
use crate::der::{DerError, Element, Reader, encode, oid, tag};
use crate::digest::DigestAlgorithm;
use crate::key::{SignatureAlgorithm, SignatureError, null_parameters};

/// The largest CMS read, in bytes.
const CMS_LEN_MAX: usize = 1024 * 1024;
/// The most certificates one CMS may carry.
const CERTIFICATES_MAX: usize = 32;
/// The most attributes of one kind (signed, unsigned).
pub(super) const ATTRIBUTES_MAX: usize = 32;

/// An attribute outside the signature, as it stands. Nothing about it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsignedAttribute {
    /// The type as dotted numbers.
    pub oid: String,
    /// DER of the SET of values.
    pub values_der: Vec<u8>,
}

/// A signature that is right in itself. Whether the certificate can be trusted is not said here, see
/// [`build_path`](crate::build_path) and [`check_embedded`](Self::check_embedded).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VerifiedSigner {
    /// The certificate whose key made the signature, as committed to by the signed attributes.
    pub certificate: Certificate,
    /// All embedded certificates, the signer's among them, in the order found.
    pub embedded_certificates: Vec<Certificate>,
    /// The digest of the content.
    pub digest_algorithm: DigestAlgorithm,
    /// The algorithm of the signature.
    pub signature_algorithm: SignatureAlgorithm,
    /// The signature value, which time-stamps refer to.
    pub signature: Vec<u8>,
    /// Attributes outside the signature, unchecked.
    pub unsigned_attributes: Vec<UnsignedAttribute>,
}

impl VerifiedSigner {
    /// Checks that nothing unexplained travels in the signature: each embedded certificate is on `path` (from
    /// [`build_path`](crate::build_path)) or issued by one on it. With it, no byte of a CMS as made here can be changed
    /// unnoticed, although embedded certificates are not covered by the signature.
    ///
    /// # Errors
    /// [`CmsError::UnexplainedCertificate`] names the first one.
    pub fn check_embedded(&self, path: &[Certificate]) -> Result<(), CmsError> {
        let explained = |certificate: &Certificate| {
            path.contains(certificate)
                || path
                    .iter()
                    .any(|issuer| certificate.verify_issued_by(issuer).is_ok())
        };
        match self
            .embedded_certificates
            .iter()
            .find(|certificate| !explained(certificate))
        {
            Some(stray) => Err(CmsError::UnexplainedCertificate(stray.subject().to_string())),
            None => Ok(()),
        }
    }
}

/// Judges a detached CMS signature for PAdES (ETSI EN 319 142-1 6.3) over content whose digest `content_digest`
/// computes for the algorithm the signer used. The CMS must be the whole of `cms`; cut padding off before with
/// [`element_len`](crate::element_len).
///
/// # Errors
/// [`CmsError`], a variant for each thing that can be wrong.
pub fn verify_detached<D: AsRef<[u8]>>(
    cms: &[u8],
    content_digest: impl FnOnce(DigestAlgorithm) -> D,
) -> Result<VerifiedSigner, CmsError> {
    let signed_data = SignedData::read(cms)?;
    let signer = SignerInfo::read(signed_data.signer)?;
    if signed_data.digest_algorithm != signer.digest_algorithm {
        return Err(CmsError::DigestAlgorithms);
    }
    let certificate = signed_data
        .certificates
        .iter()
        .find(|certificate| {
            certificate.issuer().as_der() == signer.issuer
                && certificate.serial().as_octets() == signer.serial
        })
        .ok_or(CmsError::SignerCertificateMissing)?
        .clone();
    let attributes = SignedAttributes::read(signer.attributes)?;
    if attributes.content_type != oid::CMS_DATA {
        return Err(CmsError::ContentType);
    }
    check_signing_certificate(attributes.signing_certificate, &certificate)?;
    if attributes.message_digest != content_digest(signer.digest_algorithm).as_ref() {
        return Err(CmsError::DigestMismatch);
    }
    check_signature(&signer, &certificate)?;
    Ok(VerifiedSigner {
        certificate,
        embedded_certificates: signed_data.certificates,
        digest_algorithm: signer.digest_algorithm,
        signature_algorithm: signer.signature_algorithm,
        signature: signer.signature.to_vec(),
        unsigned_attributes: signer.unsigned_attributes,
    })
}

fn check_signature(signer: &SignerInfo<'_>, certificate: &Certificate) -> Result<(), CmsError> {
    if certificate
        .key_usage()
        .is_some_and(|usage| !usage.digital_signature() && !usage.non_repudiation())
    {
        return Err(CmsError::KeyUsage);
    }
    // RFC 5652 5.4: what is signed has the tag of SET, not that of the field.
    let message = encode(|w| w.element(tag::SET, signer.attributes));
    match certificate
        .public_key()
        .verify(signer.signature_algorithm, &message, signer.signature)
    {
        Err(SignatureError::AlgorithmMismatch) => Err(CmsError::AlgorithmMismatch),
        result => Ok(result?),
    }
}

/// The outer structure (RFC 5652 5.1).
struct SignedData<'a> {
    digest_algorithm: DigestAlgorithm,
    certificates: Vec<Certificate>,
    /// Contents of the only SignerInfo.
    signer: &'a [u8],
}

impl<'a> SignedData<'a> {
    fn read(cms: &'a [u8]) -> Result<Self, CmsError> {
        if cms.len() > CMS_LEN_MAX {
            return Err(CmsError::TooLarge);
        }
        let mut info = Reader::open_only(cms, tag::SEQUENCE)?;
        if info.oid()? != oid::CMS_SIGNED_DATA {
            return Err(CmsError::NotSignedData);
        }
        let mut explicit = info.open(tag::context_constructed(0))?;
        info.finish()?;
        let mut fields = explicit.open(tag::SEQUENCE)?;
        explicit.finish()?;
        if fields.small_integer()? != 1 {
            return Err(CmsError::Version);
        }
        let digest_algorithm = only_digest_algorithm(fields.open(tag::SET)?)?;
        check_content_info(fields.open(tag::SEQUENCE)?)?;
        let certificates = match fields.optional(tag::context_constructed(0))? {
            Some(set) => read_certificates(set)?,
            None => Vec::new(),
        };
        if fields.optional(tag::context_constructed(1))?.is_some() {
            return Err(CmsError::RevocationData);
        }
        let signer = only_signer(fields.open(tag::SET)?)?;
        fields.finish()?;
        Ok(Self {
            digest_algorithm,
            certificates,
            signer,
        })
    }
}

fn only_digest_algorithm(mut set: Reader<'_>) -> Result<DigestAlgorithm, CmsError> {
    if set.is_empty() {
        return Err(CmsError::DigestAlgorithms);
    }
    let algorithm = DigestAlgorithm::read(set.element(tag::SEQUENCE)?)?.ok_or(CmsError::UnsupportedDigest)?;
    if set.is_empty() {
        Ok(algorithm)
    } else {
        Err(CmsError::DigestAlgorithms)
    }
}

fn check_content_info(mut content: Reader<'_>) -> Result<(), CmsError> {
    if content.oid()? != oid::CMS_DATA {
        return Err(CmsError::ContentType);
    }
    if content.is_empty() {
        Ok(())
    } else {
        Err(CmsError::ContentPresent)
    }
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
struct SignerInfo<'a> {
    /// DER of the issuer name.
    issuer: &'a [u8],
    /// Contents octets of the serial number.
    serial: &'a [u8],
    digest_algorithm: DigestAlgorithm,
    /// Contents of the signed attributes.
    attributes: &'a [u8],
    signature_algorithm: SignatureAlgorithm,
    signature: &'a [u8],
    unsigned_attributes: Vec<UnsignedAttribute>,
}

impl<'a> SignerInfo<'a> {
    fn read(contents: &'a [u8]) -> Result<Self, CmsError> {
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
            DigestAlgorithm::read(fields.element(tag::SEQUENCE)?)?.ok_or(CmsError::UnsupportedDigest)?;
        let attributes = fields
            .optional(tag::context_constructed(0))?
            .ok_or(CmsError::MissingSignedAttributes)?
            .contents;
        let signature_algorithm = read_signature_algorithm(fields.open(tag::SEQUENCE)?, digest_algorithm)?;
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
    mut fields: Reader<'_>,
    digest: DigestAlgorithm,
) -> Result<SignatureAlgorithm, CmsError> {
    let algorithm = match fields.oid()? {
        oid::ECDSA_WITH_SHA256 => SignatureAlgorithm::EcdsaP256Sha256,
        oid::RSA_ENCRYPTION | oid::SHA256_WITH_RSA => {
            null_parameters(&mut fields)?;
            SignatureAlgorithm::RsaPkcs1Sha256
        }
        _ => return Err(CmsError::UnsupportedSignatureAlgorithm),
    };
    fields.finish()?;
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
