//! Making certificates: a template, its encoding, the signature.

use super::lint::{self, LintError};
use super::{Certificate, CertificateError, KeyUsage, SerialNumber};
use crate::der::{Writer, encode, oid, tag, time};
use crate::extension;
use crate::key::{KeyError, PrivateKey, PublicKey, SignatureAlgorithm};
use crate::name::DistinguishedName;

/// What a certificate is for. Each profile fixes the extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// A self-signed authority: critical CA constraint without depth, keyCertSign and cRLSign.
    Root,
    /// An authority below a root that issues end certificates only (pathLenConstraint 0).
    IssuingCa,
    /// A signer of documents: digitalSignature and nonRepudiation, extended key usages document signing (RFC 9336)
    /// and e-mail protection. The latter is there because validators built on NSS and OpenSSL judge document
    /// signatures by their S/MIME rules and refuse an extended key usage extension without it.
    DocumentSigning,
    /// A responder that answers for its issuer by OCSP (RFC 6960 4.2.2.2): digitalSignature, extended key usage
    /// OCSPSigning, and ocsp-nocheck, because nobody can ask it about itself. Make such certificates short-lived.
    OcspResponder,
    /// A time-stamping authority (RFC 3161 2.3): digitalSignature, and timeStamping as the only, critical extended key
    /// usage.
    TimeStamping,
}

/// Who issues: the exact name and the key identifier of the issuing certificate.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// Becomes the issuer name, byte for byte.
    pub name: DistinguishedName,
    /// Becomes the authority key identifier.
    pub key_id: Vec<u8>,
}

impl Issuer {
    /// The holder of a certificate as issuer.
    pub fn from_certificate(certificate: &Certificate) -> Self {
        let key_id = certificate
            .subject_key_id()
            .map_or_else(|| certificate.public_key().key_id().to_vec(), <[u8]>::to_vec);
        Self {
            name: certificate.subject().clone(),
            key_id,
        }
    }
}

/// Everything that goes into a certificate but the signature.
#[derive(Debug, Clone)]
pub struct CertificateTemplate {
    /// Unique per issuer.
    pub serial: SerialNumber,
    /// The issuer; for [`Profile::Root`] the subject itself.
    pub issuer: Issuer,
    /// The subject.
    pub subject: DistinguishedName,
    /// First second of validity, in seconds since 1970-01-01T00:00:00Z.
    pub not_before_unix_s: i64,
    /// Last second of validity, in seconds since 1970-01-01T00:00:00Z.
    pub not_after_unix_s: i64,
    /// The key of the subject.
    pub public_key: PublicKey,
    /// What the certificate is for.
    pub profile: Profile,
    /// Where the issuer's certificate can be fetched (RFC 5280 4.2.2.1).
    pub ca_issuers_url: Option<String>,
    /// Where the state of the certificate can be asked for (RFC 5280 4.2.2.1).
    pub ocsp_url: Option<String>,
    /// Where the issuer's revocation list can be fetched (RFC 5280 4.2.1.13).
    pub crl_url: Option<String>,
}

/// Why a certificate was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// What was built does not read back; the template contains something unencodable.
    #[error("the new certificate cannot be read back: {0}")]
    Certificate(#[from] CertificateError),
    /// The key could not sign.
    #[error("the certificate could not be signed: {0}")]
    Key(#[from] KeyError),
    /// The certificate would break a rule.
    #[error("the certificate was not signed because it breaks a rule: {0}")]
    Lint(#[from] LintError),
}

/// The TBSCertificate (RFC 5280 4.1.2) of a template, to be signed with the given algorithm.
pub fn to_be_signed(template: &CertificateTemplate, algorithm: SignatureAlgorithm) -> Vec<u8> {
    encode(|w| {
        w.sequence(|w| {
            w.nested(tag::context_constructed(0), |w| w.small_integer(2));
            w.element(tag::INTEGER, template.serial.as_octets());
            algorithm.write(w);
            w.raw(template.issuer.name.as_der());
            w.sequence(|w| {
                time::write(w, template.not_before_unix_s);
                time::write(w, template.not_after_unix_s);
            });
            w.raw(template.subject.as_der());
            w.raw(template.public_key.spki());
            w.nested(tag::context_constructed(3), |w| {
                w.sequence(|w| write_extensions(w, template));
            });
        });
    })
}

/// Lints a template, signs it and reads the result back.
///
/// # Errors
/// [`BuildError::Lint`] before anything is signed; the others when the key fails or the result is unreadable.
pub fn sign_certificate(
    template: &CertificateTemplate,
    issuer_key: &PrivateKey,
) -> Result<Certificate, BuildError> {
    let algorithm = issuer_key.signature_algorithm();
    let to_be_signed = to_be_signed(template, algorithm);
    lint::lint_addresses(template)?;
    lint::lint_to_be_signed(&to_be_signed, template.profile)?;
    let signature = issuer_key.sign(&to_be_signed)?;
    let der = encode(|w| {
        w.sequence(|w| {
            w.raw(&to_be_signed);
            algorithm.write(w);
            w.bit_string_octets(&signature);
        });
    });
    Ok(Certificate::from_der(&der)?)
}

fn write_extensions(writer: &mut Writer, template: &CertificateTemplate) {
    let subject_key_id = encode(|w| w.octet_string(&template.public_key.key_id()));
    let critical = true;
    match template.profile {
        Profile::Root => {
            extension::write(writer, oid::BASIC_CONSTRAINTS, critical, &constraints(None));
            extension::write(writer, oid::KEY_USAGE, critical, &key_usage(AUTHORITY_USAGE));
            extension::write(writer, oid::SUBJECT_KEY_ID, false, &subject_key_id);
            return;
        }
        Profile::IssuingCa => {
            extension::write(writer, oid::BASIC_CONSTRAINTS, critical, &constraints(Some(0)));
            extension::write(writer, oid::KEY_USAGE, critical, &key_usage(AUTHORITY_USAGE));
        }
        Profile::DocumentSigning => {
            extension::write(writer, oid::KEY_USAGE, critical, &key_usage(SIGNER_USAGE));
            let usages = encode(|w| {
                w.sequence(|w| {
                    w.oid(oid::EKU_DOCUMENT_SIGNING);
                    w.oid(oid::EKU_EMAIL_PROTECTION);
                });
            });
            extension::write(writer, oid::EXTENDED_KEY_USAGE, false, &usages);
        }
        Profile::OcspResponder => {
            extension::write(writer, oid::KEY_USAGE, critical, &key_usage(SERVICE_USAGE));
            let usages = encode(|w| w.sequence(|w| w.oid(oid::EKU_OCSP_SIGNING)));
            extension::write(writer, oid::EXTENDED_KEY_USAGE, false, &usages);
            extension::write(writer, oid::OCSP_NO_CHECK, false, &encode(Writer::null));
        }
        Profile::TimeStamping => {
            extension::write(writer, oid::KEY_USAGE, critical, &key_usage(SERVICE_USAGE));
            let usages = encode(|w| w.sequence(|w| w.oid(oid::EKU_TIME_STAMPING)));
            extension::write(writer, oid::EXTENDED_KEY_USAGE, critical, &usages);
        }
    }
    extension::write(writer, oid::SUBJECT_KEY_ID, false, &subject_key_id);
    let issuer_key_id = extension::authority_key_id(&template.issuer.key_id);
    extension::write(writer, oid::AUTHORITY_KEY_ID, false, &issuer_key_id);
    write_addresses(writer, template);
}

/// Key usage of authorities; shared with lint.
pub(super) const AUTHORITY_USAGE: u16 = KeyUsage::KEY_CERT_SIGN | KeyUsage::CRL_SIGN;
/// Key usage of signers of documents; shared with lint.
pub(super) const SIGNER_USAGE: u16 = KeyUsage::DIGITAL_SIGNATURE | KeyUsage::NON_REPUDIATION;
/// Key usage of time-stamping authorities and OCSP responders; shared with lint.
pub(super) const SERVICE_USAGE: u16 = KeyUsage::DIGITAL_SIGNATURE;

/// Where to fetch the issuer's certificate and the state of this one.
fn write_addresses(writer: &mut Writer, template: &CertificateTemplate) {
    let accesses = [
        (oid::ACCESS_OCSP, template.ocsp_url.as_deref()),
        (oid::ACCESS_CA_ISSUERS, template.ca_issuers_url.as_deref()),
    ];
    if accesses.iter().any(|(_, url)| url.is_some()) {
        let list = encode(|w| {
            w.sequence(|w| {
                for (method, url) in accesses {
                    let Some(url) = url else { continue };
                    w.sequence(|w| {
                        w.oid(method);
                        w.element(tag::context(6), url.as_bytes());
                    });
                }
            });
        });
        extension::write(writer, oid::AUTHORITY_INFO_ACCESS, false, &list);
    }
    if let Some(url) = &template.crl_url {
        let points = encode(|w| {
            w.sequence(|w| {
                w.sequence(|w| {
                    // DistributionPoint.distributionPoint [0] EXPLICIT CHOICE, fullName [0] GeneralNames
                    w.nested(tag::context_constructed(0), |w| {
                        w.nested(tag::context_constructed(0), |w| {
                            w.element(tag::context(6), url.as_bytes());
                        });
                    });
                });
            });
        });
        extension::write(writer, oid::CRL_DISTRIBUTION_POINTS, false, &points);
    }
}

fn constraints(path_len: Option<u8>) -> Vec<u8> {
    encode(|w| {
        w.sequence(|w| {
            w.true_value();
            if let Some(path_len) = path_len {
                w.small_integer(path_len);
            }
        });
    })
}

/// A named bit list of usages within the first octet (X.690 11.2.2: no trailing zero bits).
fn key_usage(bits: u16) -> Vec<u8> {
    let octet = bits
        .to_le_bytes()
        .first()
        .copied()
        .unwrap_or_default()
        .reverse_bits();
    let unused = u8::try_from(octet.trailing_zeros()).unwrap_or(8);
    encode(|w| w.element(tag::BIT_STRING, &[unused, octet]))
}
