//! Asking for the state of certificates: OCSPRequest (RFC 6960 4.1).

use super::{CertificateId, OcspHash};
use crate::certificate::Certificate;
use crate::der::{DerError, Reader, Writer, encode, oid, tag};
use crate::extension;

/// The most certificates one request may ask about.
const CERTIFICATES_MAX: usize = 32;
/// RFC 9654 2.1: a nonce has 1 to 128 octets.
const NONCE_LEN_MAX: usize = 128;

/// Why a responder gives no answer: OCSPResponseStatus (RFC 6960 4.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OcspRefusal {
    /// The request is malformed (1).
    #[error("the request is malformed")]
    MalformedRequest,
    /// The responder failed (2).
    #[error("the responder failed")]
    InternalError,
    /// Ask again later (3).
    #[error("the responder is busy; ask again later")]
    TryLater,
    /// Only signed requests are answered (5).
    #[error("the responder answers signed requests only")]
    SignatureRequired,
    /// The responder does not answer this, or not for this issuer (6).
    #[error("the responder does not answer for this issuer")]
    Unauthorized,
}

const REFUSALS: [(OcspRefusal, u8); 5] = [
    (OcspRefusal::MalformedRequest, 1),
    (OcspRefusal::InternalError, 2),
    (OcspRefusal::TryLater, 3),
    (OcspRefusal::SignatureRequired, 5),
    (OcspRefusal::Unauthorized, 6),
];

impl OcspRefusal {
    /// The OCSPResponse that says so.
    pub fn to_response(self) -> Vec<u8> {
        let code = REFUSALS
            .iter()
            .find(|(refusal, _)| *refusal == self)
            .map_or(2, |(_, code)| *code);
        encode(|w| w.sequence(|w| w.enumerated(code)))
    }

    pub(super) fn from_code(code: u8) -> Option<Self> {
        REFUSALS
            .iter()
            .find(|(_, known)| *known == code)
            .map(|(refusal, _)| *refusal)
    }
}

/// A request for the state of certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OcspRequest {
    /// Which certificates.
    pub certificates: Vec<CertificateId>,
    /// Octets the answer should repeat, against answers that are played back. Responders that prepare their answers do
    /// not repeat it.
    pub nonce: Option<Vec<u8>>,
}

impl OcspRequest {
    /// A request about one certificate without a nonce, naming it by SHA-1 as every responder understands.
    pub fn new(certificate: &Certificate, issuer: &Certificate) -> Self {
        Self {
            certificates: vec![CertificateId::new(OcspHash::Sha1, issuer, certificate.serial())],
            nonce: None,
        }
    }

    /// The DER to send (content type `application/ocsp-request`).
    pub fn to_der(&self) -> Vec<u8> {
        encode(|w| {
            w.sequence(|w| {
                w.sequence(|w| {
                    w.sequence(|w| {
                        for id in &self.certificates {
                            w.sequence(|w| id.write(w));
                        }
                    });
                    if let Some(nonce) = &self.nonce {
                        w.explicit(2, |w| write_nonce(w, nonce));
                    }
                });
            });
        })
    }

    /// Reads a request, as a responder does. The signature of a signed request is not looked at.
    ///
    /// # Errors
    /// The [`OcspRefusal`] to answer with.
    pub fn from_der(der: &[u8]) -> Result<Self, OcspRefusal> {
        Self::read(der)
            .map_err(|_| OcspRefusal::MalformedRequest)?
            .ok_or(OcspRefusal::Unauthorized)
    }

    /// `Ok(None)` when nothing that was asked for can be answered.
    fn read(der: &[u8]) -> Result<Option<Self>, DerError> {
        let mut outer = Reader::open_only(der, tag::SEQUENCE)?;
        let mut fields = outer.open(tag::SEQUENCE)?;
        outer.optional(tag::context_constructed(0))?;
        outer.finish()?;
        let version = fields.optional_explicit(0)?;
        if version.is_some_and(|version| version.whole != [tag::INTEGER, 1, 0]) {
            return Err(DerError::Value);
        }
        fields.optional(tag::context_constructed(1))?;
        let mut list = fields.open(tag::SEQUENCE)?;
        let mut certificates = Vec::new();
        let mut asked = 0;
        while !list.is_empty() {
            asked += 1;
            if asked > CERTIFICATES_MAX {
                return Err(DerError::Value);
            }
            let mut single = list.open(tag::SEQUENCE)?;
            certificates.extend(CertificateId::read(&mut single)?);
            if let Some(extensions) = single.optional_explicit(0)? {
                no_critical(extensions.whole)?;
            }
            single.finish()?;
        }
        let nonce = match fields.optional_explicit(2)? {
            Some(extensions) => read_nonce(extensions.whole)?,
            None => None,
        };
        fields.finish()?;
        if asked == 0 || nonce.as_ref().is_some_and(|nonce| nonce.len() > NONCE_LEN_MAX) {
            return Err(DerError::Value);
        }
        Ok((!certificates.is_empty()).then_some(Self { certificates, nonce }))
    }
}

/// Extensions with a nonce (RFC 9654 2.1: an OCTET STRING inside the value).
pub(super) fn write_nonce(writer: &mut Writer, nonce: &[u8]) {
    let value = encode(|w| w.octet_string(nonce));
    writer.sequence(|w| extension::write(w, oid::OCSP_NONCE, false, &value));
}

/// The nonce among extensions; other critical ones are refused. Old software puts the octets into the value without an
/// OCTET STRING around them.
pub(super) fn read_nonce(extensions: &[u8]) -> Result<Option<Vec<u8>>, DerError> {
    let mut nonce = None;
    for found in extension::read_list(Reader::open_only(extensions, tag::SEQUENCE)?)? {
        if found.oid == oid::OCSP_NONCE {
            let inner = Reader::open_only(found.value, tag::OCTET_STRING);
            let octets = inner.map_or(found.value, |mut octets| octets.rest());
            nonce = Some(octets.to_vec());
        } else if found.critical {
            return Err(DerError::Value);
        }
    }
    Ok(nonce)
}

pub(super) fn no_critical(extensions: &[u8]) -> Result<(), DerError> {
    let list = extension::read_list(Reader::open_only(extensions, tag::SEQUENCE)?)?;
    if list.iter().any(|found| found.critical) {
        Err(DerError::Value)
    } else {
        Ok(())
    }
}
