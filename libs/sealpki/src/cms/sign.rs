//! Making a signature: everything but the digest and the key operation is prepared once.

use std::fmt;

use crate::certificate::Certificate;
use crate::der::{Writer, encode, header, header_len, oid, tag};
use crate::digest::{DigestAlgorithm, sha256};
use crate::key::{KeyError, PrivateKey, SignatureAlgorithm};

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
    /// The certificate is for another key.
    #[error("the certificate of {0} is not for this private key")]
    KeyMismatch(String),
    /// The certificate does not allow to sign documents (RFC 5280 4.2.1.3).
    #[error(
        "the key usage of the certificate of {0} allows neither digital signatures nor content commitment"
    )]
    KeyUsage(String),
}

/// Encoded parts of the CMS in the order they are written.
struct Prepared {
    /// SignedData up to its signer infos: version, digest algorithms, content type, certificates.
    signed_data_head: Vec<u8>,
    /// SignerInfo up to its attributes: version, issuer and serial number, digest algorithm.
    signer_head: Vec<u8>,
    /// The signed attributes as the SET that is signed (RFC 5652 5.4), with room for the digest.
    attributes: Vec<u8>,
    /// Where the digest goes in `attributes`.
    digest_at: usize,
    /// The signature algorithm after the attributes.
    algorithm: Vec<u8>,
}

const DIGEST_LEN: usize = 32;

impl SignerIdentity {
    /// Prepares a signer. `chain` holds the certificates above the signer's, which travel in every signature.
    ///
    /// # Errors
    /// [`IdentityError`] when the certificate is not for the key or must not sign documents.
    pub fn new(
        key: PrivateKey,
        certificate: Certificate,
        chain: Vec<Certificate>,
    ) -> Result<Self, IdentityError> {
        if certificate.public_key() != key.public_key() {
            return Err(IdentityError::KeyMismatch(certificate.subject().to_string()));
        }
        if certificate
            .key_usage()
            .is_some_and(|usage| !usage.digital_signature() && !usage.non_repudiation())
        {
            return Err(IdentityError::KeyUsage(certificate.subject().to_string()));
        }
        let prepared = Prepared::new(&certificate, &chain, key.signature_algorithm());
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
        self.prepared.lengths(self.key.signature_len_max()).whole
    }

    /// Signs content by its SHA-256 digest: a DER ContentInfo with SignedData for PAdES level B-B (ETSI EN 319 142-1
    /// 6.3). It is detached, has one signer with content type, message digest and signing certificate as signed
    /// attributes, and no signing time (the time stands in the PDF).
    ///
    /// # Errors
    /// [`KeyError::Signing`] when the key operation fails.
    pub fn sign_detached(&self, content_digest: &[u8; DIGEST_LEN]) -> Result<Vec<u8>, KeyError> {
        let mut attributes = self.prepared.attributes.clone();
        let hole = self.prepared.digest_at..self.prepared.digest_at + DIGEST_LEN;
        attributes
            .get_mut(hole)
            .ok_or(KeyError::Signing)?
            .copy_from_slice(content_digest);
        let signature = self.key.sign(&attributes)?;
        Ok(self.prepared.assemble(attributes, &signature))
    }
}

impl fmt::Debug for SignerIdentity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SignerIdentity")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// Lengths of the contents of each level, from the inside out.
struct Lengths {
    signer: usize,
    signers: usize,
    signed_data: usize,
    explicit: usize,
    info: usize,
    whole: usize,
}

impl Prepared {
    fn new(certificate: &Certificate, chain: &[Certificate], algorithm: SignatureAlgorithm) -> Self {
        let digest = algorithm.digest();
        let (attributes, digest_at) = signed_attributes(certificate);
        Self {
            signed_data_head: signed_data_head(certificate, chain, digest),
            signer_head: encode(|w| {
                // RFC 5652 5.3: version 1 goes with issuer and serial number.
                w.small_integer(1);
                write_issuer_and_serial(w, certificate);
                digest.write(w);
            }),
            attributes,
            digest_at,
            algorithm: encode(|w| write_signature_algorithm(w, algorithm)),
        }
    }

    fn lengths(&self, signature_len: usize) -> Lengths {
        let with_header = |contents: usize| header_len(contents) + contents;
        let signer = self.signer_head.len()
            + self.attributes.len()
            + self.algorithm.len()
            + with_header(signature_len);
        let signers = with_header(signer);
        let signed_data = self.signed_data_head.len() + with_header(signers);
        let explicit = with_header(signed_data);
        let info = with_header(oid::CMS_SIGNED_DATA.len()) + with_header(explicit);
        Lengths {
            signer,
            signers,
            signed_data,
            explicit,
            info,
            whole: with_header(info),
        }
    }

    fn assemble(&self, mut attributes: Vec<u8>, signature: &[u8]) -> Vec<u8> {
        // RFC 5652 5.4: signed as SET, stored as [0] IMPLICIT.
        if let Some(first) = attributes.first_mut() {
            *first = tag::context_constructed(0);
        }
        let lengths = self.lengths(signature.len());
        let mut cms = Vec::with_capacity(lengths.whole);
        header(&mut cms, tag::SEQUENCE, lengths.info);
        header(&mut cms, tag::OID, oid::CMS_SIGNED_DATA.len());
        cms.extend_from_slice(oid::CMS_SIGNED_DATA);
        header(&mut cms, tag::context_constructed(0), lengths.explicit);
        header(&mut cms, tag::SEQUENCE, lengths.signed_data);
        cms.extend_from_slice(&self.signed_data_head);
        header(&mut cms, tag::SET, lengths.signers);
        header(&mut cms, tag::SEQUENCE, lengths.signer);
        cms.extend_from_slice(&self.signer_head);
        cms.extend_from_slice(&attributes);
        cms.extend_from_slice(&self.algorithm);
        header(&mut cms, tag::OCTET_STRING, signature.len());
        cms.extend_from_slice(signature);
        cms
    }
}

fn signed_data_head(certificate: &Certificate, chain: &[Certificate], digest: DigestAlgorithm) -> Vec<u8> {
    let mut certificates: Vec<Vec<u8>> = std::iter::once(certificate)
        .chain(chain)
        .map(|certificate| certificate.der().to_vec())
        .collect();
    certificates.sort();
    certificates.dedup();
    encode(|w| {
        // RFC 5652 5.1: version 1, as content is plain data and nothing newer is inside.
        w.small_integer(1);
        w.nested(tag::SET, |w| digest.write(w));
        // EncapsulatedContentInfo without eContent: the signature is detached.
        w.sequence(|w| w.oid(oid::CMS_DATA));
        w.set_of(tag::context_constructed(0), certificates);
    })
}

/// The signed attributes with a digest of zeros, and where that digest stands.
fn signed_attributes(certificate: &Certificate) -> (Vec<u8>, usize) {
    let content_type = attribute(oid::CONTENT_TYPE, |w| w.oid(oid::CMS_DATA));
    let message_digest = attribute(oid::MESSAGE_DIGEST, |w| w.octet_string(&[0; DIGEST_LEN]));
    let signing_certificate = attribute(oid::SIGNING_CERTIFICATE_V2, |w| {
        write_signing_certificate(w, certificate);
    });
    // Their lengths differ, so the order of the set (X.690 11.6) never depends on the digest.
    let mut sorted = [content_type, message_digest.clone(), signing_certificate];
    sorted.sort();
    let before: usize = sorted
        .iter()
        .take_while(|encoded| **encoded != message_digest)
        .map(Vec::len)
        .sum();
    let contents = sorted.concat();
    // The digest is the last thing in its attribute.
    let digest_at = header_len(contents.len()) + before + message_digest.len() - DIGEST_LEN;
    (encode(|w| w.element(tag::SET, &contents)), digest_at)
}

/// An attribute with one value (RFC 5652 5.3).
fn attribute(attribute_type: &[u8], value: impl FnOnce(&mut Writer)) -> Vec<u8> {
    encode(|w| {
        w.sequence(|w| {
            w.oid(attribute_type);
            w.nested(tag::SET, value);
        });
    })
}

/// SigningCertificateV2 (RFC 5035 3) with one ESSCertIDv2. The hash algorithm is SHA-256, which DER leaves out as the
/// default.
fn write_signing_certificate(writer: &mut Writer, certificate: &Certificate) {
    writer.sequence(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.octet_string(&sha256(certificate.der()));
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

/// RFC 3370 3.2: for RSA with PKCS #1 v1.5 rsaEncryption is the identifier every reader must know. RFC 5754 3.3:
/// ecdsa-with-SHA256 without parameters.
fn write_signature_algorithm(writer: &mut Writer, algorithm: SignatureAlgorithm) {
    writer.sequence(|w| match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => w.oid(oid::ECDSA_WITH_SHA256),
        SignatureAlgorithm::RsaPkcs1Sha256 => {
            w.oid(oid::RSA_ENCRYPTION);
            w.null();
        }
    });
}
