//! Judging a signature. Everything not known to be good is refused, each thing with its own error: "no error found"
//! must never be reached by leaving something out.

use super::CmsError;
use super::attributes::{SignedAttributes, check_signing_certificate};
use super::parse::{SignedData, SignerInfo};
use super::shape::{CmsLayout, Shape};
use crate::certificate::Certificate;
use crate::der::{DerError, Reader, encode, oid, tag};
use crate::digest::DigestAlgorithm;
use crate::key::{SignatureAlgorithm, SignatureError};

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
    /// The signature time-stamp tokens among the unsigned attributes (RFC 3161 appendix A), unchecked. Each is to be
    /// judged by [`verify_time_stamp`](crate::verify_time_stamp) over [`signature`](Self::signature).
    ///
    /// # Errors
    /// [`DerError`] when such an attribute is not a set of at least one element.
    pub fn signature_time_stamps(&self) -> Result<Vec<Vec<u8>>, DerError> {
        let wanted = oid::to_text(oid::SIGNATURE_TIME_STAMP);
        let mut tokens = Vec::new();
        for attribute in self
            .unsigned_attributes
            .iter()
            .filter(|found| found.oid == wanted)
        {
            let mut values = Reader::open_only(&attribute.values_der, tag::SET)?;
            if values.is_empty() {
                return Err(DerError::Value);
            }
            while !values.is_empty() {
                tokens.push(values.element(tag::SEQUENCE)?.whole.to_vec());
            }
        }
        Ok(tokens)
    }

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
/// [`element_len`](crate::element_len). Both [layouts](crate::CmsLayout) are read.
///
/// # Errors
/// [`CmsError`], a variant for each thing that can be wrong.
pub fn verify_detached<D: AsRef<[u8]>>(
    cms: &[u8],
    content_digest: impl FnOnce(DigestAlgorithm) -> D,
) -> Result<VerifiedSigner, CmsError> {
    let layout = layout_of(cms);
    let signed_data = SignedData::read(cms, layout.shape())?;
    judge(signed_data, layout.shape(), &[], |algorithm, _| {
        content_digest(algorithm).as_ref().to_vec()
    })
}

/// The layout the outer type announces; a CMS without a readable one is judged by RFC 5652.
fn layout_of(cms: &[u8]) -> CmsLayout {
    let outer_type = Reader::open_only(cms, tag::SEQUENCE).and_then(|mut info| info.oid());
    match outer_type {
        Ok(oid::GM_SIGNED_DATA) => CmsLayout::Gmt0010,
        _ => CmsLayout::Rfc5652,
    }
}

/// Judges a SignedData that was read: its attributes, its digest and its signature. `others` are certificates to look
/// for the signer's in when it is not embedded.
pub(crate) fn judge(
    signed_data: SignedData<'_>,
    shape: &Shape,
    others: &[Certificate],
    content_digest: impl FnOnce(DigestAlgorithm, Option<&[u8]>) -> Vec<u8>,
) -> Result<VerifiedSigner, CmsError> {
    let signer = SignerInfo::read(signed_data.signer)?;
    if signed_data.digest_algorithm != signer.digest_algorithm {
        return Err(CmsError::DigestAlgorithms);
    }
    let certificate = signed_data
        .certificates
        .iter()
        .chain(others)
        .find(|certificate| {
            certificate.issuer().as_der() == signer.issuer
                && certificate.serial().as_octets() == signer.serial
        })
        .ok_or(CmsError::SignerCertificateMissing)?
        .clone();
    let attributes = SignedAttributes::read(signer.attributes)?;
    if attributes.has_signing_time && !shape.allows_signing_time {
        return Err(CmsError::SigningTime);
    }
    if attributes.content_type != shape.content_type {
        return Err(CmsError::ContentType);
    }
    check_signing_certificate(attributes.signing_certificate, &certificate)?;
    if attributes.message_digest != content_digest(signer.digest_algorithm, signed_data.content) {
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
