//! The request signature: may this request be looked at? (2.1 to 2.4, D3 to D9, D40, R-10 to R-13)
//!
//! The caller goes four steps: [`AuthHeaders::read`], then [`AuthHeaders::application`], then look the token up and
//! [`check`], then, when the body is here, put [`Verified::replay_key`] into the store shared by all nodes. Refusals come in the order clients
//! know: missing header 441, unknown token 442, address 446, timestamp 444, signature 443, repetition 445.
//!
//! The compatible signature covers neither path nor body; it proves who sends, not what. `x-open-signature-v2`
//! is our own stronger one.

mod headers;
mod scheme;
#[cfg(test)]
mod tests;
mod time;

use std::net::IpAddr;

use aws_lc_rs::digest::{self, SHA256};
use qishu_model::application::Application;
use qishu_model::time::Timestamp;

pub use headers::{
    AGENT_SIGNATURE, AGENT_TOKEN, AuthHeaders, Credential, NONCE, SIGNATURE, SIGNATURE_V2, TIMESTAMP, TOKEN,
};
pub use scheme::SignatureForm;
use scheme::{Signature, whole_request_is_signed};

use crate::code::ErrorCode;
use crate::ip_list;

/// Default of [`InstallationRules::window_ms`].
pub const DEFAULT_WINDOW_MS: u32 = 600_000;

/// Why a request is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthRefusal {
    /// 441: this header is missing, contradictory or unreadable.
    #[error("header {0} is missing or unreadable")]
    HeaderRequired(&'static str),
    /// 442: no enabled application has this token.
    #[error("the token is unknown")]
    InvalidToken,
    /// 446: the source address is not on the application's list.
    #[error("the source address is not on the list of the application")]
    IpNotAllowed,
    /// 444: not a time, or too far from ours.
    #[error("the timestamp is no Unix time in milliseconds or lies outside the accepted window")]
    InvalidTimestamp,
    /// 443: no accepted form of signature fits.
    #[error("the signature fits no accepted form")]
    InvalidSignature,
    /// 445: seen before. The caller reports it when the replay store knows the key.
    #[error("the request was sent before")]
    Duplicate,
}

impl AuthRefusal {
    /// The code to answer.
    #[must_use]
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::HeaderRequired(_) => ErrorCode::HeaderRequired,
            Self::InvalidToken => ErrorCode::InvalidToken,
            Self::IpNotAllowed => ErrorCode::IpNotAllowed,
            Self::InvalidTimestamp => ErrorCode::InvalidTimestamp,
            Self::InvalidSignature => ErrorCode::InvalidSignature,
            Self::Duplicate => ErrorCode::DuplicateNonce,
        }
    }

    /// What stands behind the name of the code: the header's name for 441, nothing otherwise.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::HeaderRequired(name) => name,
            _ => "",
        }
    }
}

/// Rules of the installation; those of one application are in its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstallationRules {
    /// How far a timestamp may be from our clock, in milliseconds; 0 = any (D6).
    pub window_ms: u32,
    /// Accept HMAC-SHA256 in the forms of D5. They need the secret like MD5 does, so nothing is weakened.
    pub hmac_accepted: bool,
}

impl Default for InstallationRules {
    fn default() -> Self {
        Self {
            window_ms: DEFAULT_WINDOW_MS,
            hmac_accepted: true,
        }
    }
}

/// What the request is about, as far as it identifies a repetition.
#[derive(Debug, Clone, Copy)]
pub struct RequestLine<'a> {
    /// HTTP method in upper case.
    pub method: &'a str,
    /// Path as sent.
    pub path: &'a str,
    /// Query as sent, without the question mark.
    pub raw_query: &'a [u8],
    /// SHA-256 of the body as sent.
    pub body_sha256: &'a [u8; 32],
}

/// Names a request in the replay store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReplayKey(pub [u8; 32]);

/// A request whose signature is right. It is not accepted before its replay key was new.
#[derive(Debug, Clone)]
pub struct Verified<'a> {
    credential: Credential<'a>,
    application: &'a Application,
    signature: Signature,
    secret: usize,
    form: SignatureForm,
}

/// Checks a credential against the application found under its token (`None`: not found).
///
/// # Errors
/// In this order: 442 unknown or disabled, 446 address, 441 nonce required, 444 timestamp, 443 signature; for an
/// application that demands it also 441 naming `x-open-signature-v2`.
pub fn check<'a>(
    credential: Credential<'a>,
    application: Option<&'a Application>,
    rules: InstallationRules,
    source: IpAddr,
    now: Timestamp,
) -> Result<Verified<'a>, AuthRefusal> {
    let application = application
        .filter(|found| found.enabled && found.token == credential.token)
        .ok_or(AuthRefusal::InvalidToken)?;
    let own = &application.rules;
    if !ip_list::allows(&own.ip_list, source) {
        return Err(AuthRefusal::IpNotAllowed);
    }
    if own.nonce_required && credential.nonce.is_none() {
        return Err(AuthRefusal::HeaderRequired(NONCE));
    }
    if own.signature_v2_required && credential.signature_v2.is_none() {
        return Err(AuthRefusal::HeaderRequired(SIGNATURE_V2));
    }
    let sent = time::read(credential.timestamp).ok_or(AuthRefusal::InvalidTimestamp)?;
    if !time::in_window(sent, now, rules.window_ms, own.whole_hour_shift) {
        return Err(AuthRefusal::InvalidTimestamp);
    }
    let signature = Signature::decode(credential.signature)
        .filter(|signature| match signature {
            Signature::Md5(_) => !own.md5_refused,
            Signature::Hmac(_) => rules.hmac_accepted,
        })
        .ok_or(AuthRefusal::InvalidSignature)?;
    let matching = application.secrets.iter().enumerate();
    let (secret, form) = matching
        .filter_map(|(index, secret)| Some((index, signature.form(&credential, secret.expose())?)))
        .next()
        .ok_or(AuthRefusal::InvalidSignature)?;
    Ok(Verified {
        credential,
        application,
        signature,
        secret,
        form,
    })
}

impl Verified<'_> {
    /// The form of signature that matched.
    #[must_use]
    pub const fn form(&self) -> SignatureForm {
        self.form
    }

    /// Which of the application's secrets was used, by its place in the list.
    #[must_use]
    pub const fn secret_index(&self) -> usize {
        self.secret
    }

    /// Whether the request came without a nonce; the console lists such applications.
    #[must_use]
    pub const fn lacks_nonce(&self) -> bool {
        self.credential.nonce.is_none()
    }

    /// Checks `x-open-signature-v2` when it was sent and gives the key under which this request must not have been
    /// seen. Keep keys for at least twice the window.
    ///
    /// The key is made of token and signature bytes, so no other spelling of the signature and no other split of
    /// timestamp and nonce makes a new request out of an old one. Without nonce several requests of one millisecond
    /// have one signature; method, path, query and body then tell them apart. The same goes for a request *with*
    /// nonce whose timestamp and nonce joined read as a timestamp: it could be a request without nonce cut in two,
    /// and must meet the key of that one.
    ///
    /// # Errors
    /// [`AuthRefusal::InvalidSignature`] when the signature over the whole request does not fit.
    pub fn replay_key(&self, request: &RequestLine<'_>) -> Result<ReplayKey, AuthRefusal> {
        self.check_whole_request(request)?;
        if self.repeats_are_judged_by_content() {
            let RequestLine {
                method,
                path,
                raw_query,
                body_sha256,
            } = *request;
            Ok(self.key(&[method.as_bytes(), path.as_bytes(), raw_query, body_sha256]))
        } else {
            Ok(self.key(&[]))
        }
    }

    fn check_whole_request(&self, request: &RequestLine<'_>) -> Result<(), AuthRefusal> {
        let Some(sent) = self.credential.signature_v2 else {
            return Ok(());
        };
        let secret = self
            .application
            .secrets
            .get(self.secret)
            .map_or("", |secret| secret.expose());
        let signed = whole_request_is_signed(sent, &self.credential, secret, request);
        signed.then_some(()).ok_or(AuthRefusal::InvalidSignature)
    }

    fn repeats_are_judged_by_content(&self) -> bool {
        let Credential { timestamp, nonce, .. } = self.credential;
        let joined = [timestamp, nonce.unwrap_or_default()].concat();
        !self.application.rules.nonce_required && time::read(&joined).is_some()
    }

    fn key(&self, request: &[&[u8]]) -> ReplayKey {
        let mut context = digest::Context::new(&SHA256);
        let fields = [self.credential.token.as_bytes(), self.signature.bytes()]
            .into_iter()
            .chain(request.iter().copied());
        for field in fields {
            context.update(&(field.len() as u64).to_be_bytes());
            context.update(field);
        }
        let mut key = [0; 32];
        key.copy_from_slice(context.finish().as_ref());
        ReplayKey(key)
    }
}

/// SHA-256 of a body, as [`RequestLine`] wants it.
#[must_use]
pub fn body_digest(body: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest::digest(&SHA256, body).as_ref());
    bytes
}
