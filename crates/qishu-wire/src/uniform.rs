//! What a browser with the JS-SDK says through an integrator's proxy: the frame inside `requestData` (5.6, D31).
//!
//! The proxies treat `requestData` as an opaque text, each with oddities of its own: one decodes it twice, one unescapes
//! answers, one loses everything outside Latin-1. So both directions carry their data as Base64URL inside plain ASCII.

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::language::Language;
use crate::text::{decode, percent_decode};

/// The one version of the frame.
const VERSION: u64 = 1;
/// Longest name of an operation.
const MOST_NAME: usize = 40;

/// One request of the JS-SDK.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// Name of a page operation, as `sign.open`.
    pub op: String,
    /// Ticket of the page session; absent for operations that open one.
    pub session: Option<String>,
    /// Parameters of the operation.
    pub params: Map<String, Value>,
    /// Language of the page.
    pub language: Option<Language>,
}

/// Why `requestData` is not understood; all of them are 1005.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// No `requestData`, or an empty one.
    #[error("requestData is required")]
    Missing,
    /// JSON of somebody else's script.
    #[error(
        "requestData is not of this JS-SDK, replace its folders fonts, img and js by those of this server"
    )]
    Foreign,
    /// Not JSON at all.
    #[error("requestData is no JSON")]
    NoJson,
    /// A member of the frame has the wrong form.
    #[error("requestData.{0} is missing or malformed")]
    Member(&'static str),
}

#[derive(Deserialize)]
struct Raw {
    v: Option<u64>,
    op: Option<String>,
    s: Option<String>,
    p: Option<String>,
    l: Option<String>,
}

impl Frame {
    /// Reads `requestData`. A proxy may have encoded it once more than it should.
    ///
    /// # Errors
    /// [`FrameError`], all of them 1005.
    pub fn read(text: &str) -> Result<Self, FrameError> {
        if text.trim().is_empty() {
            return Err(FrameError::Missing);
        }
        match serde_json::from_str::<Value>(text) {
            Ok(value) => Self::of(value),
            Err(_) => {
                let decoded = decode(&percent_decode(text.as_bytes()));
                Self::of(serde_json::from_str(&decoded).map_err(|_| FrameError::NoJson)?)
            }
        }
    }

    fn of(value: Value) -> Result<Self, FrameError> {
        let raw: Raw = serde_json::from_value(value).map_err(|_| FrameError::Foreign)?;
        let (Some(VERSION), Some(op)) = (raw.v, raw.op) else {
            return Err(FrameError::Foreign);
        };
        let is_name = |name: &str| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
        };
        if op.is_empty() || op.len() > MOST_NAME || !is_name(&op) {
            return Err(FrameError::Member("op"));
        }
        Ok(Self {
            op,
            session: raw.s.filter(|ticket| !ticket.is_empty()),
            params: raw.p.map_or(Ok(Map::new()), |p| params(&p))?,
            language: raw.l.as_deref().map(Language::read),
        })
    }
}

/// Blanks that a proxy put in the place of `+` or line breaks do not occur in Base64URL, so nothing is forgiven here but
/// padding.
fn params(text: &str) -> Result<Map<String, Value>, FrameError> {
    let wrong = FrameError::Member("p");
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .map_err(|_| wrong)?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(wrong),
    }
}

/// The data of an answer as `result` carries it.
#[must_use]
pub fn packed(data: &impl Serialize) -> String {
    // A value that cannot be written is a fault of ours; the page then finds nothing in the answer.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(data).unwrap_or_default())
}

/// Data that is JSON bytes already.
#[must_use]
pub fn packed_bytes(json: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(json)
}

/// A message that survives every proxy: what is not printable ASCII becomes a question mark.
#[must_use]
pub fn ascii(message: &str) -> String {
    message
        .chars()
        .map(|c| if c == ' ' || c.is_ascii_graphic() { c } else { '?' })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn frame() -> String {
        let p = packed(&json!({ "contractId": "3014826187358859384", "contact": "张+三 \"%41\"" }));
        format!(r#"{{"v":1,"op":"sign.open","p":"{p}","l":"en"}}"#)
    }

    #[test]
    fn frames_are_read_with_whatever_their_parameters_hold() {
        let frame = Frame::read(&frame()).unwrap();
        assert_eq!(frame.op, "sign.open");
        assert_eq!(frame.session, None);
        assert_eq!(frame.params["contact"], "张+三 \"%41\"");
        assert_eq!(frame.language, Some(Language::English));
    }

    #[test]
    fn a_frame_that_was_encoded_once_too_often_is_read_too() {
        let encoded: String = frame().bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(Frame::read(&encoded), Frame::read(&frame()));
    }

    #[test]
    fn other_contents_are_refused_with_what_to_do() {
        for (text, error) in [
            ("", FrameError::Missing),
            ("  ", FrameError::Missing),
            ("hello", FrameError::NoJson),
            ("Array", FrameError::NoJson),
            (r#"{"url":"/sign","data":{}}"#, FrameError::Foreign),
            (r#"{"v":2,"op":"sign.open"}"#, FrameError::Foreign),
            ("[1]", FrameError::Foreign),
            (r#"{"v":1,"op":"/v2/contract/send"}"#, FrameError::Member("op")),
            (r#"{"v":1,"op":"a","p":"*"}"#, FrameError::Member("p")),
            (r#"{"v":1,"op":"a","p":"WzFd"}"#, FrameError::Member("p")),
        ] {
            assert_eq!(Frame::read(text), Err(error), "{text}");
        }
        assert!(FrameError::Foreign.to_string().contains("replace its folders"));
    }

    #[test]
    fn messages_and_data_are_plain_ascii() {
        assert_eq!(ascii("合同 NOT FOUND"), "?? NOT FOUND");
        let data = packed(&json!({ "subject": "采购合同 100% \"+\"" }));
        assert!(
            data.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
    }
}
