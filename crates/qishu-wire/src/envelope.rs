//! Answers as bytes: `{"code":0,"message":"SUCCESS","result":{…},"responseCode":"00000000"}`.
//!
//! Clients in the field cut this text with regular expressions and fixed type casts, so its form is part of the
//! protocol (2.6, 2.8, D-02, D14): `code` is first and a number, the text is compact, `result` is left out when there
//! is none and is never last, and `message` holds no quote, backslash or control character. An answer is never empty.

use serde::Serialize;

use crate::code::ErrorCode;

/// Content type of every JSON answer; stream endpoints answer it only for errors (2.7).
pub const CONTENT_TYPE: &str = "application/json;charset=UTF-8";

/// Longest message in characters: some clients read an error body with a single read.
const MESSAGE_CHARACTERS: usize = 300;

#[derive(Serialize)]
struct Envelope<'a, T> {
    code: u16,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a T>,
    #[serde(rename = "responseCode")]
    response_code: &'a str,
}

/// A success without data.
#[must_use]
pub fn success() -> Vec<u8> {
    write::<()>(ErrorCode::Success, ErrorCode::Success.name(), None)
}

/// A success with data. `result` should serialise to a JSON object; typed clients fail on anything else.
///
/// A result that cannot be written as JSON becomes the answer of [`ErrorCode::InternalError`].
#[must_use]
pub fn success_with<T: Serialize>(result: &T) -> Vec<u8> {
    write(ErrorCode::Success, ErrorCode::Success.name(), Some(result))
}

/// A refusal: the name of `code`, and behind a colon `detail` when it is not empty (D-56).
#[must_use]
pub fn failure(code: ErrorCode, detail: &str) -> Vec<u8> {
    write::<()>(code, &message(code, detail), None)
}

/// A refusal that carries data, for callers of ours that show more than a message.
#[must_use]
pub fn failure_with<T: Serialize>(code: ErrorCode, message: &str, result: &T) -> Vec<u8> {
    write(code, message, Some(result))
}

/// The text of `message` for a code and an explanation, made safe for clients that cut text (2.8).
///
/// The one text with a fixed form is that of a missing header: `HEADER REQUIRED,<header name>` (2.3).
#[must_use]
pub fn message(code: ErrorCode, detail: &str) -> String {
    let separator = if code == ErrorCode::HeaderRequired {
        ","
    } else {
        ": "
    };
    let full = if detail.is_empty() {
        code.name().to_owned()
    } else {
        format!("{}{separator}{detail}", code.name())
    };
    full.chars().map(harmless).take(MESSAGE_CHARACTERS).collect()
}

fn harmless(character: char) -> char {
    match character {
        '"' => '\'',
        '\\' => '/',
        other if other.is_control() => ' ',
        other => other,
    }
}

fn write<T: Serialize>(code: ErrorCode, message: &str, result: Option<&T>) -> Vec<u8> {
    let envelope = Envelope {
        code: code.number(),
        message,
        result,
        response_code: code.response_code(),
    };
    serde_json::to_vec(&envelope).unwrap_or_else(|_| {
        let (number, digits) = (
            ErrorCode::InternalError.number(),
            ErrorCode::InternalError.response_code(),
        );
        format!(r#"{{"code":{number},"message":"ERROR","responseCode":"{digits}"}}"#).into_bytes()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn success_is_compact_and_ordered() {
        assert_eq!(
            text(success()),
            r#"{"code":0,"message":"SUCCESS","responseCode":"00000000"}"#
        );
        assert_eq!(
            text(success_with(&json!({"documentId": "3014826187358859384"}))),
            r#"{"code":0,"message":"SUCCESS","result":{"documentId":"3014826187358859384"},"responseCode":"00000000"}"#
        );
    }

    #[test]
    fn refusals_carry_both_numbers_and_no_result() {
        assert_eq!(
            text(failure(ErrorCode::InvalidContractStatus, "")),
            r#"{"code":1101,"message":"INVALID CONTRACT STATUS","responseCode":"11011101"}"#
        );
        assert_eq!(
            text(failure(ErrorCode::InvalidParam, "title is missing")),
            r#"{"code":1005,"message":"INVALID PARAM: title is missing","responseCode":"11990005"}"#
        );
        assert_eq!(
            text(failure(ErrorCode::HeaderRequired, "x-qys-open-accesstoken")),
            r#"{"code":441,"message":"HEADER REQUIRED,x-qys-open-accesstoken","responseCode":"11990441"}"#
        );
    }

    #[test]
    fn messages_survive_clients_that_cut_text() {
        let answer = text(failure(
            ErrorCode::InvalidFile,
            "a \"quoted\" C:\\path\r\nand\u{0} more",
        ));
        assert_eq!(
            answer,
            r#"{"code":1403,"message":"INVALID FILE: a 'quoted' C:/path  and  more","responseCode":"11011403"}"#
        );
        let long = message(ErrorCode::InvalidFile, &"长".repeat(5000));
        assert_eq!(long.chars().count(), MESSAGE_CHARACTERS);
    }

    #[test]
    fn a_result_that_cannot_be_written_is_an_internal_error() {
        let impossible = BTreeMap::from([((1, 2), "a map key that is no text")]);
        assert_eq!(
            text(success_with(&impossible)),
            r#"{"code":1001,"message":"ERROR","responseCode":"21990001"}"#
        );
    }
}
