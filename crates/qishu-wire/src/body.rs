//! A request's query and body, in whichever encoding, as one tree of fields (2.5, D10 to D13, D-04).
//!
//! Every endpoint takes JSON, urlencoded text and multipart, and reads query parameters on POST too. Limits are
//! checked here against bytes that the caller has received; [`Limits::body_bytes`] is for refusing them earlier.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::code::ErrorCode;
use crate::fields::Fields;
use crate::multipart::{self, boundary_in_body, parameters};
use crate::query;

/// Bounds on what one request may hold (R-17).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Nesting of JSON, and of indexed names in forms.
    pub depth: usize,
    /// Fields of a form or query.
    pub fields: usize,
    /// Parts of a multipart body.
    pub parts: usize,
    /// Bytes of JSON or of all texts of a form together.
    pub text_bytes: usize,
    /// Bytes of one uploaded file; larger ones answer 1010 (D-57).
    pub file_bytes: usize,
    /// Bytes of a whole multipart body.
    pub multipart_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            depth: 32,
            fields: 5_000,
            parts: 500,
            text_bytes: 16 * MIB,
            file_bytes: 50 * MIB,
            // Files of 50 MiB together (D-57), their texts, and enough beyond to answer 1010 instead of cutting off.
            multipart_bytes: 80 * MIB,
        }
    }
}

impl Limits {
    /// Most bytes worth receiving for a body of this content type.
    #[must_use]
    pub fn body_bytes(&self, content_type: Option<&[u8]>) -> usize {
        let may_be_multipart = !matches!(stated(content_type), Some(Stated::Json | Stated::Form));
        if may_be_multipart {
            self.multipart_bytes
        } else {
            self.text_bytes
        }
    }
}

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Not JSON although it should be.
    #[error("the body is not valid JSON, see line {line} column {column}")]
    Json {
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault, from 1.
        column: usize,
    },
    /// JSON, but no object.
    #[error("the body must be a JSON object")]
    NoObject,
    /// Not multipart although it should be.
    #[error("the multipart body cannot be read, {0}")]
    Multipart(&'static str),
    /// Neither JSON nor a form.
    #[error("the body is neither JSON nor urlencoded nor multipart, set the header Content-Type")]
    UnknownEncoding,
    /// The same name is a list in one place and no list in another.
    #[error("field {name} is used both with and without index")]
    Contradiction {
        /// The name, shortened.
        name: String,
    },
    /// [`Limits::depth`].
    #[error("the body is nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// [`Limits::fields`].
    #[error("the request has more than {limit} fields")]
    TooManyFields {
        /// The limit.
        limit: usize,
    },
    /// [`Limits::parts`].
    #[error("the body has more than {limit} parts")]
    TooManyParts {
        /// The limit.
        limit: usize,
    },
    /// [`Limits::text_bytes`] or [`Limits::multipart_bytes`].
    #[error("the request holds more than {limit} bytes")]
    TextTooLong {
        /// The limit.
        limit: usize,
    },
    /// [`Limits::file_bytes`].
    #[error("file {name} is larger than {limit} bytes")]
    FileTooLarge {
        /// Name of the field.
        name: String,
        /// The limit.
        limit: usize,
    },
}

impl BodyError {
    /// The code to answer: 1010 for a file, 1011 for too much text, 1005 for all else.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::FileTooLarge { .. } => ErrorCode::FileTooLarge,
            Self::TextTooLong { .. } => ErrorCode::ParamTooLong,
            _ => ErrorCode::InvalidParam,
        }
    }
}

/// Reads a request. `content_type` is the header as it came, `raw_query` the query without its question mark. Where
/// body and query both have a field, the body counts.
///
/// # Errors
/// [`BodyError`] when the body is malformed or a limit is exceeded.
pub fn read(
    content_type: Option<&[u8]>,
    body: &Bytes,
    raw_query: &[u8],
    limits: &Limits,
) -> Result<Fields, BodyError> {
    let limit = limits.body_bytes(content_type);
    if body.len() > limit {
        return Err(BodyError::TextTooLong { limit });
    }
    let mut fields = read_body(content_type, body, limits)?;
    if !raw_query.is_empty() {
        fields.add_missing(query::read(raw_query, limits)?);
    }
    Ok(fields)
}

/// Encoding a content type states.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Stated {
    Json,
    Form,
    Multipart(Option<String>),
}

fn stated(content_type: Option<&[u8]>) -> Option<Stated> {
    let text = String::from_utf8_lossy(content_type?);
    let essence = text
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "application/json" | "text/json" => Some(Stated::Json),
        "application/x-www-form-urlencoded" => Some(Stated::Form),
        "multipart/form-data" => {
            let boundary = parameters(&text)
                .into_iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("boundary"));
            Some(Stated::Multipart(boundary.map(|(_, value)| value)))
        }
        other if other.ends_with("+json") => Some(Stated::Json),
        _ => None,
    }
}

fn read_body(content_type: Option<&[u8]>, body: &Bytes, limits: &Limits) -> Result<Fields, BodyError> {
    let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    if text.is_empty() {
        return Ok(Fields::default());
    }
    match stated(content_type) {
        // What starts with a brace is no form: hand-written calls often leave the default content type.
        Some(Stated::Form) if text.starts_with(b"{") => read_json(text, limits),
        Some(Stated::Form) => query::read_form(text, limits),
        Some(Stated::Json) => read_json(text, limits),
        Some(Stated::Multipart(boundary)) => {
            read_multipart(body, boundary.as_deref().map(str::as_bytes), limits)
        }
        None => match text {
            [b'{' | b'[', ..] | b"null" => read_json(text, limits),
            [b'-', b'-', ..] => read_multipart(body, None, limits),
            _ if text.contains(&b'=') && !text.contains(&b'\n') => query::read_form(text, limits),
            _ => Err(BodyError::UnknownEncoding),
        },
    }
}

fn read_multipart(body: &Bytes, boundary: Option<&[u8]>, limits: &Limits) -> Result<Fields, BodyError> {
    let boundary = boundary
        .filter(|boundary| !boundary.is_empty())
        .or_else(|| boundary_in_body(body));
    let boundary = boundary.ok_or(BodyError::Multipart("the content type names no boundary"))?;
    multipart::read(body, boundary, limits)
}

fn read_json(text: &[u8], limits: &Limits) -> Result<Fields, BodyError> {
    if text.len() > limits.text_bytes {
        return Err(BodyError::TextTooLong {
            limit: limits.text_bytes,
        });
    }
    if nesting(text) > limits.depth {
        return Err(BodyError::TooDeep { limit: limits.depth });
    }
    match serde_json::from_slice(text) {
        Ok(Value::Object(members)) => Ok(Fields::new(members, Vec::new())),
        Ok(Value::Null) => Ok(Fields::new(Map::new(), Vec::new())),
        Ok(_) => Err(BodyError::NoObject),
        Err(error) => Err(BodyError::Json {
            line: error.line(),
            column: error.column(),
        }),
    }
}

/// Deepest nesting of brackets outside strings.
pub(crate) fn nesting(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(content_type: &str, body: &str, query: &str) -> Result<Fields, BodyError> {
        let content_type = Some(content_type.as_bytes()).filter(|text| !text.is_empty());
        read(
            content_type,
            &Bytes::copy_from_slice(body.as_bytes()),
            query.as_bytes(),
            &Limits::default(),
        )
    }

    fn value(content_type: &str, body: &str, query: &str) -> Value {
        fields(content_type, body, query).unwrap().to_value()
    }

    const JSON: &str = "application/json;charset=UTF-8";
    const FORM: &str = "application/x-www-form-urlencoded;charset=UTF-8";

    #[test]
    fn json_bodies() {
        let expected = json!({"contractId": 3_014_826_187_358_859_384_u64, "bizId": null});
        let body = r#"{"contractId":3014826187358859384,"bizId":null}"#;
        for content_type in [
            JSON,
            "application/json",
            "APPLICATION/JSON",
            "text/json",
            "",
            "text/plain",
            FORM,
        ] {
            assert_eq!(value(content_type, body, ""), expected, "{content_type}");
        }
        assert_eq!(value(JSON, &format!("\u{feff} {body}\r\n"), ""), expected);
        for empty in ["null", "{}", "", " \r\n"] {
            assert_eq!(value(JSON, empty, ""), json!({}), "{empty}");
        }
    }

    #[test]
    fn bad_json_is_refused_with_its_place() {
        assert_eq!(
            fields(JSON, "{\"a\":\n1,}", "").unwrap_err(),
            BodyError::Json { line: 2, column: 3 }
        );
        for body in ["[]", "\"text\"", "1"] {
            assert_eq!(fields(JSON, body, "").unwrap_err(), BodyError::NoObject, "{body}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(
            fields(JSON, &deep, "").unwrap_err(),
            BodyError::TooDeep { limit: 32 }
        );
        assert_eq!(nesting(br#"{"a":"[[[[\"[[["}"#), 1);
    }

    #[test]
    fn urlencoded_bodies() {
        assert_eq!(
            value(FORM, "title=a+b&x=%E5%90%88", ""),
            json!({"title": "a b", "x": "合"})
        );
        assert_eq!(value("", "title=a+b", ""), json!({"title": "a b"}));
    }

    #[test]
    fn multipart_with_charset_before_boundary_or_without_any() {
        let body = "\r\n------sdkboundaryAbC123\r\nContent-Disposition:form-data;name=\"a\"\r\n\r\n1\r\n\
            ------sdkboundaryAbC123--\r\n";
        for content_type in [
            "multipart/form-data;charset=UTF-8; boundary=----sdkboundaryAbC123",
            "multipart/form-data; boundary=\"----sdkboundaryAbC123\"; charset=utf-8",
            "multipart/form-data",
            "",
        ] {
            assert_eq!(value(content_type, body, ""), json!({"a": "1"}), "{content_type}");
        }
    }

    #[test]
    fn query_parameters_count_on_post_but_the_body_wins() {
        assert_eq!(
            value(
                JSON,
                r#"{"contractId":"1"}"#,
                "contractId=2&ContractID=4&tenantName=契书"
            ),
            json!({"contractId": "1", "tenantName": "契书"})
        );
        assert_eq!(value("", "", "documentId=3"), json!({"documentId": "3"}));
    }

    #[test]
    fn other_bodies_are_refused() {
        assert_eq!(
            fields("text/plain", "hello", "").unwrap_err(),
            BodyError::UnknownEncoding
        );
        assert_eq!(
            fields("application/pdf", "%PDF-1.4\nx=1", "").unwrap_err(),
            BodyError::UnknownEncoding
        );
    }

    #[test]
    fn sizes_are_known_before_receiving() {
        let limits = Limits {
            text_bytes: 10,
            multipart_bytes: 100,
            ..Limits::default()
        };
        assert_eq!(limits.body_bytes(Some(JSON.as_bytes())), 10);
        assert_eq!(limits.body_bytes(Some(b"multipart/form-data; boundary=x")), 100);
        assert_eq!(limits.body_bytes(None), 100);
        let body = Bytes::from_static(br#"{"a":"0123456789"}"#);
        let refused = read(Some(JSON.as_bytes()), &body, b"", &limits).unwrap_err();
        assert_eq!(
            (refused.code(), refused),
            (ErrorCode::ParamTooLong, BodyError::TextTooLong { limit: 10 })
        );
    }
}
