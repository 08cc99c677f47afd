//! Writing SignedData: everything but content, digest and key operation is encoded once.

use super::shape::Shape;
use crate::certificate::Certificate;
use crate::der::{Writer, encode, header, header_len, oid, tag};
use crate::digest::DigestAlgorithm;
use crate::key::{KeyError, PrivateKey, SignatureAlgorithm, Sm2Identifier};

/// Encoded parts of the CMS in the order they are written.
pub(crate) struct Prepared {
    shape: &'static Shape,
    /// SignedData up to its content: version and digest algorithms.
    signed_data_head: Vec<u8>,
    /// The `[0]` field with the certificates.
    certificates: Vec<u8>,
    /// SignerInfo up to its attributes: version, issuer and serial number, digest algorithm.
    signer_head: Vec<u8>,
    /// The signed attributes as the SET that is signed (RFC 5652 5.4), with room for the digest.
    attributes: Vec<u8>,
    /// Where the digest goes in `attributes`.
    digest_at: usize,
    digest_algorithm: DigestAlgorithm,
    /// The signature algorithm after the attributes.
    signature_algorithm: Vec<u8>,
}

/// What differs from one signature to the next.
#[derive(Clone, Copy)]
pub(crate) struct Parts<'a> {
    /// Octets of the enclosed content; `None` for a detached signature.
    pub(crate) content: Option<&'a [u8]>,
    /// Whether the certificates travel along.
    pub(crate) with_certificates: bool,
}

impl Parts<'_> {
    pub(crate) const DETACHED: Self = Self {
        content: None,
        with_certificates: true,
    };
}

/// Lengths of the contents of each level, from the inside out.
struct Lengths {
    signer: usize,
    signers: usize,
    /// Contents of EncapsulatedContentInfo, of its `[0]` field and of the OCTET STRING in it.
    content_info: usize,
    content_field: usize,
    signed_data: usize,
    explicit: usize,
    info: usize,
    whole: usize,
}

const fn with_header(contents: usize) -> usize {
    header_len(contents) + contents
}

impl Prepared {
    pub(crate) fn new(
        shape: &'static Shape,
        certificate: &Certificate,
        chain: &[Certificate],
        algorithm: SignatureAlgorithm,
        sm2: Sm2Identifier,
    ) -> Self {
        let digest = algorithm.digest();
        let (attributes, digest_at) = signed_attributes(shape, certificate, digest);
        Self {
            shape,
            signed_data_head: encode(|w| {
                w.small_integer(shape.version);
                w.nested(tag::SET, |w| digest.write(w));
            }),
            certificates: certificate_set(certificate, chain),
            signer_head: encode(|w| {
                // RFC 5652 5.3: version 1 goes with issuer and serial number.
                w.small_integer(1);
                write_issuer_and_serial(w, certificate);
                digest.write(w);
            }),
            attributes,
            digest_at,
            digest_algorithm: digest,
            signature_algorithm: encode(|w| algorithm.write_cms(w, sm2)),
        }
    }

    /// The digest that [`sign`](Self::sign) wants.
    pub(crate) fn digest_algorithm(&self) -> DigestAlgorithm {
        self.digest_algorithm
    }

    /// The length of the CMS for a signature value of `signature_len` bytes, content of `content_len` bytes and an
    /// unsigned-attributes field of `unsigned_len` bytes.
    pub(crate) fn len(
        &self,
        content_len: Option<usize>,
        with_certificates: bool,
        signature_len: usize,
        unsigned_len: usize,
    ) -> usize {
        self.lengths(content_len, with_certificates, signature_len, unsigned_len)
            .whole
    }

    /// Signs content whose digest is given.
    pub(crate) fn sign(
        &self,
        key: &PrivateKey,
        parts: Parts<'_>,
        content_digest: &[u8],
    ) -> Result<Vec<u8>, KeyError> {
        if content_digest.len() != self.digest_algorithm.len_bytes() {
            return Err(KeyError::DigestLength);
        }
        let mut attributes = self.attributes.clone();
        attributes
            .get_mut(self.digest_at..self.digest_at + content_digest.len())
            .ok_or(KeyError::Signing)?
            .copy_from_slice(content_digest);
        let signature = key.sign(&attributes)?;
        Ok(self.assemble(parts, attributes, &signature))
    }

    fn lengths(
        &self,
        content_len: Option<usize>,
        with_certificates: bool,
        signature_len: usize,
        unsigned_len: usize,
    ) -> Lengths {
        let signer = self.signer_head.len()
            + self.attributes.len()
            + self.signature_algorithm.len()
            + with_header(signature_len)
            + unsigned_len;
        let signers = with_header(signer);
        let content_field = content_len.map_or(0, with_header);
        let content_info = with_header(self.shape.content_type.len())
            + content_len.map_or(0, |_| with_header(content_field));
        let certificates = if with_certificates {
            self.certificates.len()
        } else {
            0
        };
        let signed_data =
            self.signed_data_head.len() + with_header(content_info) + certificates + with_header(signers);
        let explicit = with_header(signed_data);
        let info = with_header(self.shape.outer_type.len()) + with_header(explicit);
        Lengths {
            signer,
            signers,
            content_info,
            content_field,
            signed_data,
            explicit,
            info,
            whole: with_header(info),
        }
    }

    fn assemble(&self, parts: Parts<'_>, mut attributes: Vec<u8>, signature: &[u8]) -> Vec<u8> {
        // RFC 5652 5.4: signed as SET, stored as [0] IMPLICIT.
        if let Some(first) = attributes.first_mut() {
            *first = tag::context_constructed(0);
        }
        let lengths = self.lengths(
            parts.content.map(<[u8]>::len),
            parts.with_certificates,
            signature.len(),
            0,
        );
        let mut cms = Vec::with_capacity(lengths.whole);
        header(&mut cms, tag::SEQUENCE, lengths.info);
        header(&mut cms, tag::OID, self.shape.outer_type.len());
        cms.extend_from_slice(self.shape.outer_type);
        header(&mut cms, tag::context_constructed(0), lengths.explicit);
        header(&mut cms, tag::SEQUENCE, lengths.signed_data);
        cms.extend_from_slice(&self.signed_data_head);
        header(&mut cms, tag::SEQUENCE, lengths.content_info);
        header(&mut cms, tag::OID, self.shape.content_type.len());
        cms.extend_from_slice(self.shape.content_type);
        if let Some(content) = parts.content {
            header(&mut cms, tag::context_constructed(0), lengths.content_field);
            header(&mut cms, tag::OCTET_STRING, content.len());
            cms.extend_from_slice(content);
        }
        if parts.with_certificates {
            cms.extend_from_slice(&self.certificates);
        }
        header(&mut cms, tag::SET, lengths.signers);
        header(&mut cms, tag::SEQUENCE, lengths.signer);
        cms.extend_from_slice(&self.signer_head);
        cms.extend_from_slice(&attributes);
        cms.extend_from_slice(&self.signature_algorithm);
        header(&mut cms, tag::OCTET_STRING, signature.len());
        cms.extend_from_slice(signature);
        cms
    }
}

fn certificate_set(certificate: &Certificate, chain: &[Certificate]) -> Vec<u8> {
    let mut certificates: Vec<Vec<u8>> = std::iter::once(certificate)
        .chain(chain)
        .map(|certificate| certificate.der().to_vec())
        .collect();
    certificates.sort();
    certificates.dedup();
    encode(|w| w.set_of(tag::context_constructed(0), certificates))
}

/// The signed attributes with a digest of zeros, and where that digest stands.
fn signed_attributes(shape: &Shape, certificate: &Certificate, digest: DigestAlgorithm) -> (Vec<u8>, usize) {
    let digest_len = digest.len_bytes();
    let content_type = attribute(oid::CONTENT_TYPE, |w| w.oid(shape.content_type));
    let message_digest = attribute(oid::MESSAGE_DIGEST, |w| w.octet_string(&vec![0; digest_len]));
    let signing_certificate = attribute(oid::SIGNING_CERTIFICATE_V2, |w| {
        write_signing_certificate(w, certificate, digest);
    });
    // Their types differ before the digest begins, so the order of the set (X.690 11.6) never depends on it.
    let mut sorted = [content_type, message_digest.clone(), signing_certificate];
    sorted.sort();
    let before: usize = sorted
        .iter()
        .take_while(|encoded| **encoded != message_digest)
        .map(Vec::len)
        .sum();
    let contents = sorted.concat();
    // The digest is the last thing in its attribute.
    let digest_at = header_len(contents.len()) + before + message_digest.len() - digest_len;
    (encode(|w| w.element(tag::SET, &contents)), digest_at)
}

/// An attribute with one value (RFC 5652 5.3).
pub(super) fn attribute(attribute_type: &[u8], value: impl FnOnce(&mut Writer)) -> Vec<u8> {
    encode(|w| {
        w.sequence(|w| {
            w.oid(attribute_type);
            w.nested(tag::SET, value);
        });
    })
}

/// SigningCertificateV2 (RFC 5035 3) with one ESSCertIDv2. The hash algorithm SHA-256 is left out, as DER demands of a
/// default.
fn write_signing_certificate(writer: &mut Writer, certificate: &Certificate, digest: DigestAlgorithm) {
    writer.sequence(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                if digest != DigestAlgorithm::Sha256 {
                    digest.write(w);
                }
                w.octet_string(&digest.digest(certificate.der()));
                // IssuerSerial: GeneralNames with one directoryName, and the serial number.
                w.sequence(|w| {
                    w.sequence(|w| {
                        w.element(tag::context_constructed(4), certificate.issuer().as_der());
                    });
                    w.element(tag::INTEGER, certificate.serial().as_octets());
                });
            });
        });
    });
}

fn write_issuer_and_serial(writer: &mut Writer, certificate: &Certificate) {
    writer.sequence(|w| {
        w.raw(certificate.issuer().as_der());
        w.element(tag::INTEGER, certificate.serial().as_octets());
    });
}
