//! Making time-stamps.

use std::fmt;

use super::info::{Accuracy, TimeStampInfo};
use super::request::TimeStampRequest;
use super::{TimeStampFailure, response};
use crate::certificate::{Certificate, SerialNumber};
use crate::cms::prepared::{Parts, Prepared};
use crate::cms::{IdentityError, check_key, shape};
use crate::der::oid;
use crate::digest::DigestAlgorithm;
use crate::key::{KeyError, PrivateKey, Sm2Identifier};
use crate::tsp::MessageImprint;

/// A time-stamping authority: key, certificate and policy.
pub struct TimeStampAuthority {
    key: PrivateKey,
    certificate: Certificate,
    prepared: Prepared,
    policy: String,
    accuracy: Option<Accuracy>,
}

/// What an authority answers.
#[derive(Debug)]
pub struct TimeStampAnswer {
    /// The TimeStampResp to send (content type `application/timestamp-reply`).
    pub response: Vec<u8>,
    /// What was stated, to be recorded; or why nothing was.
    pub outcome: Result<TimeStampInfo, TimeStampFailure>,
}

impl TimeStampAuthority {
    /// Prepares an authority. `chain` holds the certificates above its own, which travel in the tokens; `policy` is the
    /// dotted identifier of the rules it works by.
    ///
    /// # Errors
    /// [`IdentityError`] when the certificate is not for the key or not for time-stamping alone, critically
    /// (RFC 3161 2.3), or when the policy is no identifier.
    pub fn new(
        key: PrivateKey,
        certificate: Certificate,
        chain: &[Certificate],
        policy: &str,
        accuracy: Option<Accuracy>,
    ) -> Result<Self, IdentityError> {
        check_key(&key, &certificate)?;
        if !certificate.is_only_for(oid::EKU_TIME_STAMPING) || !certificate.extended_key_usage_is_critical() {
            return Err(IdentityError::ExtendedKeyUsage(certificate.subject().to_string()));
        }
        if oid::from_text(policy).is_none() {
            return Err(IdentityError::ObjectIdentifier(policy.to_owned()));
        }
        let algorithm = key.signature_algorithm();
        Ok(Self {
            prepared: Prepared::new(
                &shape::TIME_STAMP,
                &certificate,
                chain,
                algorithm,
                Sm2Identifier::default(),
            ),
            key,
            certificate,
            policy: policy.to_owned(),
            accuracy,
        })
    }

    /// The authority's certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The longest token with certificates that [`issue`](Self::issue) can make for a request with this digest and a
    /// nonce of `nonce_len` octets (8 with [`TimeStampRequest::new`]), under a serial number of 16 octets. With RSA every
    /// such token has this length, with ECDSA it is a few bytes shorter.
    pub fn token_len_max(&self, digest: DigestAlgorithm, nonce_len: usize) -> usize {
        let request = TimeStampRequest {
            imprint: MessageImprint::of(digest, &[]),
            policy: None,
            nonce: (nonce_len > 0).then(|| vec![0x40; nonce_len]),
            wants_certificate: true,
        };
        let info = self.statement(&request, SerialNumber::from_random([0; 16]), 0);
        self.prepared
            .len(Some(info.to_der().len()), true, self.key.signature_len_max(), 0)
    }

    /// States that the imprint of `request` existed at `time_unix_s` (seconds since 1970-01-01T00:00:00Z): a
    /// TimeStampToken in DER. `serial` must never have been used by this authority before. The policy of the request is
    /// not looked at, see [`respond`](Self::respond).
    ///
    /// # Errors
    /// [`KeyError::Signing`] when the key operation fails.
    pub fn issue(
        &self,
        request: &TimeStampRequest,
        serial: SerialNumber,
        time_unix_s: i64,
    ) -> Result<Vec<u8>, KeyError> {
        self.signed(
            &self.statement(request, serial, time_unix_s),
            request.wants_certificate,
        )
    }

    /// Answers a request as it came, with a token or a refusal.
    pub fn respond(&self, request: &[u8], serial: SerialNumber, time_unix_s: i64) -> TimeStampAnswer {
        match self.granted(request, serial, time_unix_s) {
            Ok((token, info)) => TimeStampAnswer {
                response: response::granted(&token),
                outcome: Ok(info),
            },
            Err(failure) => Self::refuse(failure),
        }
    }

    /// A refusal, for an authority whose clock or counter is not available.
    pub fn refuse(failure: TimeStampFailure) -> TimeStampAnswer {
        TimeStampAnswer {
            response: response::refused(failure),
            outcome: Err(failure),
        }
    }

    fn granted(
        &self,
        request: &[u8],
        serial: SerialNumber,
        time_unix_s: i64,
    ) -> Result<(Vec<u8>, TimeStampInfo), TimeStampFailure> {
        let request = TimeStampRequest::from_der(request)?;
        if request
            .policy
            .as_ref()
            .is_some_and(|policy| *policy != self.policy)
        {
            return Err(TimeStampFailure::UnacceptedPolicy);
        }
        // A token from outside the certificate's validity could never be verified.
        if !self.certificate.is_valid_at(time_unix_s) {
            return Err(TimeStampFailure::TimeNotAvailable);
        }
        let info = self.statement(&request, serial, time_unix_s);
        let token = self
            .signed(&info, request.wants_certificate)
            .map_err(|_| TimeStampFailure::SystemFailure)?;
        Ok((token, info))
    }

    fn statement(&self, request: &TimeStampRequest, serial: SerialNumber, time_unix_s: i64) -> TimeStampInfo {
        TimeStampInfo {
            policy: self.policy.clone(),
            imprint: request.imprint.clone(),
            serial,
            time_unix_s,
            time_micros: 0,
            accuracy: self.accuracy,
            ordering: false,
            nonce: request.nonce.clone(),
            tsa: None,
        }
    }

    fn signed(&self, info: &TimeStampInfo, with_certificates: bool) -> Result<Vec<u8>, KeyError> {
        let content = info.to_der();
        let digest = self.prepared.digest_algorithm().digest(&content);
        let parts = Parts {
            content: Some(&content),
            with_certificates,
        };
        self.prepared.sign(&self.key, parts, &digest)
    }
}

impl fmt::Debug for TimeStampAuthority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TimeStampAuthority")
            .field("certificate", &self.certificate)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}
