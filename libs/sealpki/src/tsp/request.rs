//! Asking for a time-stamp: TimeStampReq (RFC 3161 2.4.1).

use super::info::{MessageImprint, policy_octets};
use super::{TimeStampError, TimeStampFailure, VerifiedTimeStamp, time_stamp_token};
use crate::certificate::Certificate;
use crate::der::{DerError, Reader, encode, oid, tag};
use crate::extension;

/// The longest nonce answered, in octets; real ones have eight to twenty.
const NONCE_LEN_MAX: usize = 64;

/// A request for a time-stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStampRequest {
    /// What is to be stamped.
    pub imprint: MessageImprint,
    /// The policy wanted, as dotted numbers; `None` leaves it to the authority.
    pub policy: Option<String>,
    /// Contents octets of the nonce INTEGER, which the answer has to repeat.
    pub nonce: Option<Vec<u8>>,
    /// Whether the authority's certificate is to be in the token. PAdES wants it.
    pub wants_certificate: bool,
}

impl TimeStampRequest {
    /// A request under any policy, with a nonce of eight random octets, that asks for the certificate.
    pub fn new(imprint: MessageImprint, mut random: [u8; 8]) -> Self {
        // Positive, minimal and always of the same length.
        if let Some(first) = random.first_mut() {
            *first = (*first & 0x3f) | 0x40;
        }
        Self {
            imprint,
            policy: None,
            nonce: Some(random.to_vec()),
            wants_certificate: true,
        }
    }

    /// The DER to send (content type `application/timestamp-query`).
    pub fn to_der(&self) -> Vec<u8> {
        encode(|w| {
            w.sequence(|w| {
                w.small_integer(1);
                self.imprint.write(w);
                if let Some(policy) = &self.policy {
                    w.oid(&policy_octets(policy));
                }
                if let Some(nonce) = &self.nonce {
                    w.element(tag::INTEGER, nonce);
                }
                if self.wants_certificate {
                    w.true_value();
                }
            });
        })
    }

    /// Reads a request, as an authority does.
    ///
    /// # Errors
    /// The [`TimeStampFailure`] to answer with.
    pub fn from_der(der: &[u8]) -> Result<Self, TimeStampFailure> {
        Self::read(der).map_err(|_| TimeStampFailure::BadDataFormat)?
    }

    fn read(der: &[u8]) -> Result<Result<Self, TimeStampFailure>, DerError> {
        let mut fields = Reader::open_only(der, tag::SEQUENCE)?;
        if fields.small_integer()? != 1 {
            return Ok(Err(TimeStampFailure::BadRequest));
        }
        let imprint = MessageImprint::read(&mut fields)?;
        let policy = if fields.peek_tag() == Some(tag::OID) {
            Some(oid::to_text(fields.oid()?))
        } else {
            None
        };
        let nonce = if fields.peek_tag() == Some(tag::INTEGER) {
            Some(fields.integer()?.to_vec())
        } else {
            None
        };
        let wants_certificate = fields.default_false()?;
        let extensions = fields.optional(tag::context_constructed(0))?;
        fields.finish()?;
        if let Some(list) = extensions {
            extension::read_list(Reader::new(list.contents))?;
            return Ok(Err(TimeStampFailure::UnacceptedExtension));
        }
        let Ok(imprint) = imprint else {
            return Ok(Err(TimeStampFailure::BadAlgorithm));
        };
        if nonce.as_ref().is_some_and(|nonce| nonce.len() > NONCE_LEN_MAX) {
            return Ok(Err(TimeStampFailure::BadRequest));
        }
        Ok(Ok(Self {
            imprint,
            policy,
            nonce,
            wants_certificate,
        }))
    }

    /// Judges the answer to this request: granted, about these bytes, with this nonce, under this policy, and signed by
    /// an authority for time-stamps. `certificates` are searched for the authority's when it is not in the token.
    /// Whether the authority is trusted is said by [`VerifiedTimeStamp::build_path`].
    ///
    /// # Errors
    /// [`TimeStampError`], a variant for each thing that can be wrong.
    pub fn verify_response(
        &self,
        response: &[u8],
        certificates: &[Certificate],
    ) -> Result<VerifiedTimeStamp, TimeStampError> {
        let token = time_stamp_token(response)?;
        let verified = super::verify::verified(token, certificates)?;
        let info = &verified.info;
        if info.imprint != self.imprint {
            return Err(TimeStampError::Imprint);
        }
        if info.nonce != self.nonce {
            return Err(TimeStampError::Nonce);
        }
        if self.policy.as_ref().is_some_and(|policy| *policy != info.policy) {
            return Err(TimeStampError::Policy(info.policy.clone()));
        }
        Ok(verified)
    }
}
