//! Turns an event into a request: form, encryption, signatures.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde_json::Map;
use url::{Url, form_urlencoded};

use crate::cipher::{KEY_LENGTH, encrypt_cbc, encrypt_ecb};

/// What a callback carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Flat form fields only: authentication and seal-review callbacks, documented without signature and encryption.
    Flat,
    /// `content` with the JSON text of the fields: personal-signature authorisation (4.10).
    Content,
    /// Flat fields and `content`; with encryption `content` only: contract status (D24).
    FlatAndContent,
}

/// How `content` is encrypted (4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encryption {
    /// Not at all.
    #[default]
    None,
    /// AES-128 in CBC mode, initial vector = key, sent as form field `iv` too (D26).
    AesCbc,
    /// AES-128 in ECB mode.
    AesEcb,
}

/// The application's secrets.
#[derive(Clone, Copy)]
pub struct Secrets<'a> {
    /// `callbackSecretKey`: signs, and encrypts when it has 16 bytes (D27).
    pub callback_key: &'a str,
    /// Secrets of the `webhook-signature` header, newest first; two during rotation, none without the header.
    pub webhook: &'a [&'a [u8]],
}

/// How the application wants its callbacks.
#[derive(Clone, Copy)]
pub struct Protection<'a> {
    /// Encryption of `content`.
    pub encryption: Encryption,
    /// Puts `signature` and `timestamp` into the form instead of the address (switch of D24).
    pub parameters_in_form: bool,
    /// Keys.
    pub secrets: Secrets<'a>,
}

/// A request ready to be posted.
#[derive(Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Where to; own parameters appended, the configured query kept as it was.
    pub url: Url,
    /// `application/x-www-form-urlencoded` in UTF-8.
    pub body: Vec<u8>,
    /// Extra headers: names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
}

/// Shows no parameters and no body: they are personal data.
impl std::fmt::Debug for Prepared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Prepared")
            .field("host", &self.url.host_str())
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why a callback cannot be prepared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrepareError {
    /// The configured address is no http(s) address.
    #[error("the callback address is not an http or https address: {0}")]
    Address(String),
    /// The key cannot encrypt.
    #[error("callbackSecretKey has {0} bytes: encryption needs exactly 16")]
    KeyLength(usize),
    /// The cryptographic library refused.
    #[error("the callback could not be encrypted")]
    Cipher,
}

/// Makes the request of one attempt. `event_id` is stable over all attempts; `timestamp_ms` is fresh in each (D27).
///
/// # Errors
/// [`PrepareError`]: nothing that another try would change.
pub fn prepare(
    address: &str,
    event_id: &str,
    fields: &[(String, String)],
    body: Body,
    protection: &Protection<'_>,
    timestamp_ms: i64,
) -> Result<Prepared, PrepareError> {
    let mut url = Url::parse(address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
        .ok_or_else(|| PrepareError::Address(address.chars().take(300).collect()))?;
    url.set_fragment(None);

    let mut form = form_urlencoded::Serializer::new(String::new());
    let encrypted = protection.encryption != Encryption::None && body != Body::Flat;
    if body == Body::Flat || (body == Body::FlatAndContent && !encrypted) {
        form.extend_pairs(fields);
    }
    if body != Body::Flat {
        append_content(&mut form, fields, protection)?;
        let signature = callback_signature(protection.secrets.callback_key, timestamp_ms);
        let own = [("signature", signature), ("timestamp", timestamp_ms.to_string())];
        if protection.parameters_in_form {
            form.extend_pairs(own);
        } else {
            url.query_pairs_mut().extend_pairs(own);
        }
    }
    let body = form.finish().into_bytes();
    let headers = webhook_headers(event_id, timestamp_ms / 1000, &body, protection.secrets.webhook);
    Ok(Prepared { url, body, headers })
}

fn append_content(
    form: &mut form_urlencoded::Serializer<'_, String>,
    fields: &[(String, String)],
    protection: &Protection<'_>,
) -> Result<(), PrepareError> {
    let members: Map<String, serde_json::Value> = fields
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    let plain = serde_json::Value::Object(members).to_string();
    let encrypt = match protection.encryption {
        Encryption::None => {
            form.append_pair("content", &plain);
            return Ok(());
        }
        Encryption::AesCbc => encrypt_cbc,
        Encryption::AesEcb => encrypt_ecb,
    };
    let key = protection.secrets.callback_key.as_bytes();
    let key: &[u8; KEY_LENGTH] = key.try_into().map_err(|_| PrepareError::KeyLength(key.len()))?;
    let cipher_text = encrypt(key, plain.as_bytes()).ok_or(PrepareError::Cipher)?;
    form.append_pair("content", &STANDARD.encode(cipher_text));
    if protection.encryption == Encryption::AesCbc {
        form.append_pair("iv", &STANDARD.encode(key));
    }
    Ok(())
}

/// `signature` of a callback: lower-case hex MD5 of the time stamp and the secret (4.6). The form is prescribed; MD5
/// protects nothing against an attacker, which is why the `webhook-signature` header exists beside it.
#[must_use]
pub fn callback_signature(secret: &str, timestamp_ms: i64) -> String {
    let mut digest = Md5::new();
    digest.update(timestamp_ms.to_string());
    digest.update(secret);
    hex::encode(digest.finalize())
}

/// Value of `webhook-signature` for one secret: `v1,` and Base64 of HMAC-SHA256 over `id.timestamp.body`.
#[must_use]
pub fn webhook_signature(secret: &[u8], event_id: &str, timestamp_s: i64, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret));
    context.update(format!("{event_id}.{timestamp_s}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

fn webhook_headers(
    event_id: &str,
    timestamp_s: i64,
    body: &[u8],
    secrets: &[&[u8]],
) -> Vec<(&'static str, String)> {
    if secrets.is_empty() {
        return Vec::new();
    }
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| webhook_signature(secret, event_id, timestamp_s, body))
        .collect();
    vec![
        ("webhook-id", event_id.to_owned()),
        ("webhook-timestamp", timestamp_s.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

#[cfg(test)]
mod tests;
