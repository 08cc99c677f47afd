//! The forms of signature in circulation (2.2, D3, D5): what is digested, and how the result is written.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::{Credential, RequestLine};

/// The form a request was signed in; worth a line in the log until the vendor's HMAC form is known (D5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureForm {
    /// MD5 of token, secret, timestamp and, when sent, nonce.
    Md5,
    /// MD5 of token, secret and timestamp with every blank removed; old PHP clients.
    Md5WithoutBlanks,
    /// HMAC-SHA256 of token, secret, timestamp, nonce.
    HmacA,
    /// HMAC-SHA256 of token, timestamp, nonce.
    HmacB,
    /// HMAC-SHA256 of timestamp, nonce.
    HmacC,
}

/// A signature header as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signature {
    Md5([u8; 16]),
    Hmac([u8; 32]),
}

impl Signature {
    /// 32 hexadecimal digits are MD5; 64 of them, or 44 characters of Base64, are HMAC-SHA256. Case does not matter
    /// for hexadecimal digits.
    pub(super) fn decode(text: &str) -> Option<Self> {
        match text.len() {
            32 => hex::decode(text).ok()?.try_into().ok().map(Self::Md5),
            64 => hex::decode(text).ok()?.try_into().ok().map(Self::Hmac),
            44 => STANDARD.decode(text).ok()?.try_into().ok().map(Self::Hmac),
            _ => None,
        }
    }

    pub(super) const fn bytes(&self) -> &[u8] {
        match self {
            Self::Md5(bytes) => bytes,
            Self::Hmac(bytes) => bytes,
        }
    }

    /// The form under which this signature is the one `secret` makes for `credential`, if any.
    pub(super) fn form(&self, credential: &Credential<'_>, secret: &str) -> Option<SignatureForm> {
        match self {
            Self::Md5(bytes) => md5_form(bytes, credential, secret),
            Self::Hmac(bytes) => hmac_form(bytes, credential, secret),
        }
    }
}

fn md5_form(signature: &[u8; 16], credential: &Credential<'_>, secret: &str) -> Option<SignatureForm> {
    let Credential {
        token,
        timestamp,
        nonce,
        ..
    } = *credential;
    let full = [token, secret, timestamp, nonce.unwrap_or_default()].concat();
    if equal(signature, &Md5::digest(full.as_bytes())) {
        return Some(SignatureForm::Md5);
    }
    let without_blanks = full.replace(' ', "");
    let matches = nonce.is_none() && equal(signature, &Md5::digest(without_blanks.as_bytes()));
    matches.then_some(SignatureForm::Md5WithoutBlanks)
}

fn hmac_form(signature: &[u8; 32], credential: &Credential<'_>, secret: &str) -> Option<SignatureForm> {
    let Credential {
        token,
        timestamp,
        nonce,
        ..
    } = *credential;
    let nonce = nonce.unwrap_or_default();
    let messages = [
        (SignatureForm::HmacA, [token, secret, timestamp, nonce].concat()),
        (SignatureForm::HmacB, [token, timestamp, nonce].concat()),
        (SignatureForm::HmacC, [timestamp, nonce].concat()),
    ];
    let matching = messages
        .into_iter()
        .find(|(_, message)| equal(signature, &hmac_sha256(secret, message.as_bytes())));
    matching.map(|(form, _)| form)
}

/// Whether `signature` (hex), sent as `x-open-signature-v2`, is HMAC-SHA256 over method, path, raw query, SHA-256 of the body in lower-case hex,
/// timestamp and nonce, joined by line feeds.
pub(super) fn whole_request_is_signed(
    signature: &str,
    credential: &Credential<'_>,
    secret: &str,
    request: &RequestLine<'_>,
) -> bool {
    let Ok(signature) = hex::decode(signature) else {
        return false;
    };
    let body = hex::encode(request.body_sha256);
    let fields: [&[u8]; 6] = [
        request.method.as_bytes(),
        request.path.as_bytes(),
        request.raw_query,
        body.as_bytes(),
        credential.timestamp.as_bytes(),
        credential.nonce.unwrap_or_default().as_bytes(),
    ];
    equal(&signature, &hmac_sha256(secret, &fields.join(&b'\n')))
}

fn hmac_sha256(secret: &str, message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hmac::sign(&key, message).as_ref().to_vec()
}

/// Compares without telling by its time where the first difference is.
fn equal(a: &[u8], b: &[u8]) -> bool {
    verify_slices_are_equal(a, b).is_ok()
}
