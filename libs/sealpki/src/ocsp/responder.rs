//! Answering for an authority: OCSPResponse (RFC 6960 4.2).

use std::fmt;

use super::request::write_nonce;
use super::{CertificateId, CertificateStatus};
use crate::certificate::Certificate;
use crate::cms::{IdentityError, check_key};
use crate::der::{Writer, encode, oid, tag, time};
use crate::digest::sha1_name;
use crate::key::{KeyError, PrivateKey};

/// What is said about one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspAnswer {
    /// The certificate, as the request named it.
    pub id: CertificateId,
    /// Its state.
    pub status: CertificateStatus,
    /// The last time the state was known to be right, in seconds since 1970-01-01T00:00:00Z.
    pub this_update_unix_s: i64,
    /// When newer knowledge will be there at the latest; `None` says that it always is.
    pub next_update_unix_s: Option<i64>,
}

/// A responder: the authority itself, or one it made a certificate for.
pub struct OcspResponder {
    key: PrivateKey,
    certificate: Certificate,
    is_delegated: bool,
}

impl OcspResponder {
    /// Prepares a responder for certificates of `issuer`. `certificate` is that of the responder, which may be the issuer
    /// itself.
    ///
    /// # Errors
    /// [`IdentityError`] when the certificate is not for the key, or is that of another than the issuer and not made by it
    /// for OCSP (RFC 6960 4.2.2.2).
    pub fn new(
        key: PrivateKey,
        certificate: Certificate,
        issuer: &Certificate,
    ) -> Result<Self, IdentityError> {
        let subject = || certificate.subject().to_string();
        let is_delegated = certificate != *issuer;
        if is_delegated {
            check_key(&key, &certificate)?;
            if !certificate.has_usage(oid::EKU_OCSP_SIGNING) {
                return Err(IdentityError::ExtendedKeyUsage(subject()));
            }
            if certificate.verify_issued_by(issuer).is_err() {
                return Err(IdentityError::NotIssued(subject()));
            }
        } else if certificate.public_key() != key.public_key() {
            return Err(IdentityError::KeyMismatch(subject()));
        }
        Ok(Self {
            key,
            certificate,
            is_delegated,
        })
    }

    /// The responder's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Signs answers: the OCSPResponse to send (content type `application/ocsp-response`). The responder is named by its
    /// key. `nonce` is the one of the request. Times are in seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`KeyError::Signing`] when the key operation fails.
    pub fn respond(
        &self,
        answers: &[OcspAnswer],
        nonce: Option<&[u8]>,
        produced_at_unix_s: i64,
    ) -> Result<Vec<u8>, KeyError> {
        let data = encode(|w| {
            w.sequence(|w| {
                // ResponderID byKey [2] EXPLICIT KeyHash
                let name = sha1_name(self.certificate.public_key().key_bits());
                w.explicit(2, |w| w.octet_string(&name));
                time::write_generalized(w, produced_at_unix_s);
                w.sequence(|w| answers.iter().for_each(|answer| write_answer(w, answer)));
                if let Some(nonce) = nonce {
                    w.explicit(1, |w| write_nonce(w, nonce));
                }
            });
        });
        let algorithm = self.key.signature_algorithm();
        let signature = self.key.sign(&data)?;
        let basic = encode(|w| {
            w.sequence(|w| {
                w.raw(&data);
                algorithm.write(w);
                w.bit_string_octets(&signature);
                if self.is_delegated {
                    w.explicit(0, |w| w.sequence(|w| w.raw(self.certificate.der())));
                }
            });
        });
        Ok(encode(|w| {
            w.sequence(|w| {
                w.enumerated(0);
                w.explicit(0, |w| {
                    w.sequence(|w| {
                        w.oid(oid::OCSP_BASIC);
                        w.octet_string(&basic);
                    });
                });
            });
        }))
    }
}

impl fmt::Debug for OcspResponder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OcspResponder")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

/// SingleResponse.
fn write_answer(writer: &mut Writer, answer: &OcspAnswer) {
    writer.sequence(|w| {
        answer.id.write(w);
        match answer.status {
            CertificateStatus::Good => w.element(tag::context(0), &[]),
            CertificateStatus::Revoked { at_unix_s, reason } => {
                w.nested(tag::context_constructed(1), |w| {
                    time::write_generalized(w, at_unix_s);
                    if let Some(reason) = reason {
                        w.explicit(0, |w| w.enumerated(reason.code()));
                    }
                });
            }
            CertificateStatus::Unknown => w.element(tag::context(2), &[]),
        }
        time::write_generalized(w, answer.this_update_unix_s);
        if let Some(next) = answer.next_update_unix_s {
            w.explicit(0, |w| time::write_generalized(w, next));
        }
    });
}
