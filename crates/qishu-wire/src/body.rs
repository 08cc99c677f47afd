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
use crate::text::decode;

/// Bounds on what one request may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Nesting of JSON, and of indexed names in forms.
    pub depth: usize,
    /// Fields of a form or query.
    pub fields: usize,
    /// Members of all lists and objects of JSON together.
    pub json_members: usize,
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
            json_members: 100_000,
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

    /// The refusal of a body larger than [`Limits::body_bytes`]: 1010 for multipart, where a file is the reason, 1011
    /// for all else.
    #[must_use]
    pub fn refusal(&self, content_type: Option<&[u8]>) -> BodyError {
        match stated(content_type) {
            Some(Stated::Multipart(_)) => BodyError::FileTooLarge {
                name: "file".to_owned(),
                limit: self.file_bytes,
            },
            _ => BodyError::TextTooLong {
                limit: self.body_bytes(content_type),
            },
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
    #[error("{name} is larger than {limit} bytes")]
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
    if body.len() > limits.body_bytes(content_type) {
        return Err(limits.refusal(content_type));
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
    let size = JsonSize::of(text);
    if size.depth > limits.depth {
        return Err(BodyError::TooDeep { limit: limits.depth });
    }
    if size.members > limits.json_members {
        return Err(BodyError::TooManyFields {
            limit: limits.json_members,
        });
    }
    // JSON is UTF-8; a text that is not comes from a client that writes GBK (D11).
    let parsed = match std::str::from_utf8(text) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_str(&decode(text)),
    };
    match parsed {
        Ok(Value::Object(members)) => Ok(Fields::new(members, Vec::new())),
        Ok(Value::Null) => Ok(Fields::new(Map::new(), Vec::new())),
        Ok(_) => Err(BodyError::NoObject),
        Err(error) => Err(BodyError::Json {
            line: error.line(),
            column: error.column(),
        }),
    }
}

/// What a JSON text holds, counted before it is parsed: a few bytes of text become a hundred bytes of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct JsonSize {
    /// Deepest nesting of brackets.
    pub(crate) depth: usize,
    /// Members of all lists and objects, give or take one for each.
    pub(crate) members: usize,
}

impl JsonSize {
    pub(crate) fn of(json: &[u8]) -> Self {
        let (mut size, mut depth, mut in_string, mut escaped) = (Self::default(), 0_usize, false, false);
        for byte in json {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => {
                    depth += 1;
                    size.members += 1;
                    size.depth = size.depth.max(depth);
                }
                b',' if !in_string => size.members += 1,
                b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        size
    }
}

#[cfg(test)]
mod tests;
