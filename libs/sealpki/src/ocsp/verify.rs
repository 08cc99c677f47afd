//! Judging responses.

use super::request::{no_critical, read_nonce};
use super::{CertificateId, CertificateStatus, OcspAnswer, OcspRefusal};
use crate::certificate::{Certificate, CertificateError};
use crate::crl::RevocationReason;
use crate::der::{DerError, Element, Reader, oid, tag, time};
use crate::digest::{UnacceptedAlgorithm, sha1_name};
use crate::key::{SignatureAlgorithm, SignatureError};

/// The largest response read, in bytes.
const RESPONSE_LEN_MAX: usize = 1024 * 1024;
/// The most certificates and answers in one response.
const PARTS_MAX: usize = 64;

/// Why a response is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OcspError {
    /// A certificate inside cannot be read.
    #[error("a certificate in the response cannot be read: {0}")]
    Certificate(#[from] CertificateError),
    /// Not DER, not the structure of a basic response, or a critical extension that is not processed.
    #[error("the response is malformed: {0}")]
    Der(#[from] DerError),
    /// Nothing is said about the certificate.
    #[error("the response says nothing about this certificate")]
    NoAnswer,
    /// The nonce is there and another than that of the request: an old answer was played back.
    #[error("the nonce of the response is not that of the request")]
    Nonce,
    /// The responder refused.
    #[error("the responder refused: {0}")]
    Refused(OcspRefusal),
    /// Nobody who may answer for the issuer has the name the responder gives itself (RFC 6960 4.2.2.2).
    #[error("the responder is neither the issuer nor one it made a certificate for")]
    Responder,
    /// The responder's certificate was not valid when it answered.
    #[error("the certificate of the responder was not valid when it answered")]
    ResponderExpired,
    /// The signature is wrong.
    #[error("the signature of the response is not valid: {0}")]
    Signature(#[from] SignatureError),
    /// More than 1 MiB, 64 certificates or 64 answers.
    #[error("the response is larger than any real one")]
    TooLarge,
    /// Another status or type of response than RFC 6960 knows.
    #[error("the response is of an unknown kind")]
    UnknownKind,
    /// The response is signed with an algorithm that is not accepted, such as one with SHA-1.
    #[error("the response is signed with an algorithm that is not accepted: {0}")]
    UnsupportedAlgorithm(#[from] UnacceptedAlgorithm),
}

/// What an authorised responder says about one certificate.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VerifiedOcspResponse {
    /// The state of the certificate.
    pub status: CertificateStatus,
    /// The last time the state was known to be right, in seconds since 1970-01-01T00:00:00Z.
    pub this_update_unix_s: i64,
    /// When newer knowledge is due; `None` when the responder says that it always has the newest.
    pub next_update_unix_s: Option<i64>,
    /// When the response was signed, in seconds since 1970-01-01T00:00:00Z.
    pub produced_at_unix_s: i64,
    /// Who signed: the issuer itself, or a responder with a certificate of the issuer. The latter is not to be asked
    /// about when it [says so](Certificate::has_ocsp_no_check).
    pub responder: Certificate,
    /// The nonce that was repeated.
    pub nonce: Option<Vec<u8>>,
}

impl VerifiedOcspResponse {
    /// Whether the response says something about the time `unix_s`: it was right before, and newer knowledge was not due
    /// for longer than `grace_s` seconds. A response that names no next one is current only in the grace after it.
    pub fn is_current_at(&self, unix_s: i64, grace_s: u32) -> bool {
        let end = self.next_update_unix_s.unwrap_or(self.this_update_unix_s);
        self.this_update_unix_s <= unix_s && unix_s <= end.saturating_add(i64::from(grace_s))
    }

    /// Checks the nonce of the request. A response without any is accepted, as prepared responses have none.
    ///
    /// # Errors
    /// [`OcspError::Nonce`] when there is another one.
    pub fn check_nonce(&self, asked: &[u8]) -> Result<(), OcspError> {
        match &self.nonce {
            Some(nonce) if nonce != asked => Err(OcspError::Nonce),
            _ => Ok(()),
        }
    }
}

/// Judges a response about `certificate`, which `issuer` issued: who signed it, and what it says. `responders` are
/// certificates to look for the responder's in when it is not inside. How old it is has to be asked with
/// [`VerifiedOcspResponse::is_current_at`].
///
/// # Errors
/// [`OcspError`], a variant for each thing that can be wrong.
pub fn verify_ocsp_response(
    response: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
    responders: &[Certificate],
) -> Result<VerifiedOcspResponse, OcspError> {
    let basic = BasicResponse::read(basic_response(response)?)?;
    let responder = basic.responder(issuer, responders)?;
    let answer = basic
        .answers
        .iter()
        .find(|answer| answer.id.serial() == certificate.serial() && answer.id.is_issued_by(issuer))
        .filter(|_| certificate.issuer() == issuer.subject())
        .ok_or(OcspError::NoAnswer)?;
    Ok(VerifiedOcspResponse {
        status: answer.status,
        this_update_unix_s: answer.this_update_unix_s,
        next_update_unix_s: answer.next_update_unix_s,
        produced_at_unix_s: basic.produced_at_unix_s,
        responder,
        nonce: basic.nonce,
    })
}

/// The octets of the BasicOCSPResponse in a response.
fn basic_response(response: &[u8]) -> Result<&[u8], OcspError> {
    if response.len() > RESPONSE_LEN_MAX {
        return Err(OcspError::TooLarge);
    }
    let mut outer = Reader::open_only(response, tag::SEQUENCE)?;
    let status = outer.enumerated()?;
    let bytes = outer.optional_explicit(0)?;
    outer.finish()?;
    let Some(bytes) = bytes.filter(|_| status == 0) else {
        let refusal = OcspRefusal::from_code(status).ok_or(OcspError::UnknownKind)?;
        return Err(OcspError::Refused(refusal));
    };
    let mut fields = Reader::open_only(bytes.whole, tag::SEQUENCE)?;
    if fields.oid()? != oid::OCSP_BASIC {
        return Err(OcspError::UnknownKind);
    }
    let basic = fields.octet_string()?;
    fields.finish()?;
    Ok(basic)
}

/// How the responder names itself.
enum ResponderId<'a> {
    /// DER of a Name.
    Name(&'a [u8]),
    /// SHA-1 of the key bits.
    Key(&'a [u8]),
}

struct BasicResponse<'a> {
    /// The ResponseData as signed.
    data: &'a [u8],
    responder: ResponderId<'a>,
    produced_at_unix_s: i64,
    answers: Vec<OcspAnswer>,
    nonce: Option<Vec<u8>>,
    algorithm: SignatureAlgorithm,
    signature: &'a [u8],
    certificates: Vec<Certificate>,
}

impl<'a> BasicResponse<'a> {
    fn read(der: &'a [u8]) -> Result<Self, OcspError> {
        let mut outer = Reader::open_only(der, tag::SEQUENCE)?;
        let data = outer.element(tag::SEQUENCE)?;
        let algorithm = SignatureAlgorithm::read(outer.element(tag::SEQUENCE)?)?;
        let signature = outer.bit_string_octets()?;
        let certificates = match outer.optional_explicit(0)? {
            Some(list) => read_certificates(list.whole)?,
            None => Vec::new(),
        };
        outer.finish()?;
        let mut fields = Reader::new(data.contents);
        if fields
            .optional_explicit(0)?
            .is_some_and(|version| version.whole != [tag::INTEGER, 1, 0])
        {
            return Err(OcspError::UnknownKind);
        }
        let responder = match fields.any()? {
            name if name.tag == tag::context_constructed(1) => ResponderId::Name(name.contents),
            key if key.tag == tag::context_constructed(2) => {
                let mut inner = Reader::new(key.contents);
                let octets = inner.octet_string()?;
                inner.finish()?;
                ResponderId::Key(octets)
            }
            _ => return Err(DerError::Value.into()),
        };
        let (produced_at_unix_s, _) = time::read_generalized(fields.any()?)?;
        let mut list = fields.open(tag::SEQUENCE)?;
        let mut answers = Vec::new();
        while !list.is_empty() {
            if answers.len() == PARTS_MAX {
                return Err(OcspError::TooLarge);
            }
            answers.extend(read_answer(list.open(tag::SEQUENCE)?)?);
        }
        let nonce = match fields.optional_explicit(1)? {
            Some(extensions) => read_nonce(extensions.whole)?,
            None => None,
        };
        fields.finish()?;
        Ok(Self {
            data: data.whole,
            responder,
            produced_at_unix_s,
            answers,
            nonce,
            algorithm: algorithm?,
            signature,
            certificates,
        })
    }

    /// Finds who signed, and checks that the issuer lets them (RFC 6960 4.2.2.2).
    fn responder(&self, issuer: &Certificate, others: &[Certificate]) -> Result<Certificate, OcspError> {
        let mut reason = OcspError::Responder;
        let candidates = std::iter::once(issuer).chain(&self.certificates).chain(others);
        for candidate in candidates.filter(|candidate| self.is_named(candidate)) {
            match self.check_responder(candidate, issuer) {
                Ok(()) => return Ok(candidate.clone()),
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }

    fn is_named(&self, candidate: &Certificate) -> bool {
        match self.responder {
            ResponderId::Name(name) => candidate.subject().as_der() == name,
            ResponderId::Key(name) => sha1_name(candidate.public_key().key_bits()) == name,
        }
    }

    fn check_responder(&self, candidate: &Certificate, issuer: &Certificate) -> Result<(), OcspError> {
        let is_issuer =
            candidate.public_key() == issuer.public_key() && candidate.subject() == issuer.subject();
        if !is_issuer {
            let may_answer = candidate.has_usage(oid::EKU_OCSP_SIGNING)
                && candidate.unprocessed_critical_extensions().is_empty()
                && candidate
                    .key_usage()
                    .is_none_or(|usage| usage.digital_signature() || usage.non_repudiation())
                && candidate.verify_issued_by(issuer).is_ok();
            if !may_answer {
                return Err(OcspError::Responder);
            }
            if !candidate.is_valid_at(self.produced_at_unix_s) {
                return Err(OcspError::ResponderExpired);
            }
        }
        candidate
            .public_key()
            .verify(self.algorithm, self.data, self.signature)?;
        Ok(())
    }
}

fn read_certificates(list: &[u8]) -> Result<Vec<Certificate>, OcspError> {
    let mut list = Reader::open_only(list, tag::SEQUENCE)?;
    let mut certificates = Vec::new();
    while !list.is_empty() {
        if certificates.len() == PARTS_MAX {
            return Err(OcspError::TooLarge);
        }
        certificates.push(Certificate::from_der(list.element(tag::SEQUENCE)?.whole)?);
    }
    Ok(certificates)
}

/// SingleResponse; `None` for one about a certificate named by an unknown digest.
fn read_answer(mut fields: Reader<'_>) -> Result<Option<OcspAnswer>, DerError> {
    let id = CertificateId::read(&mut fields)?;
    let status = read_status(fields.any()?)?;
    let (this_update_unix_s, _) = time::read_generalized(fields.any()?)?;
    let next_update_unix_s = match fields.optional_explicit(0)? {
        Some(next) => Some(time::read_generalized(next)?.0),
        None => None,
    };
    if let Some(extensions) = fields.optional_explicit(1)? {
        no_critical(extensions.whole)?;
    }
    fields.finish()?;
    if next_update_unix_s.is_some_and(|next| next < this_update_unix_s) {
        return Err(DerError::Value);
    }
    Ok(id.map(|id| OcspAnswer {
        id,
        status,
        this_update_unix_s,
        next_update_unix_s,
    }))
}

fn read_status(element: Element<'_>) -> Result<CertificateStatus, DerError> {
    const GOOD: u8 = tag::context(0);
    const REVOKED: u8 = tag::context_constructed(1);
    const UNKNOWN: u8 = tag::context(2);
    match (element.tag, element.contents) {
        (GOOD, []) => Ok(CertificateStatus::Good),
        (UNKNOWN, []) => Ok(CertificateStatus::Unknown),
        (REVOKED, contents) => {
            let mut fields = Reader::new(contents);
            let (at_unix_s, _) = time::read_generalized(fields.any()?)?;
            let reason = match fields.optional_explicit(0)? {
                Some(code) => {
                    let code = Reader::new(code.whole).enumerated()?;
                    Some(RevocationReason::from_code(code).ok_or(DerError::Value)?)
                }
                None => None,
            };
            fields.finish()?;
            Ok(CertificateStatus::Revoked { at_unix_s, reason })
        }
        _ => Err(DerError::Value),
    }
}
