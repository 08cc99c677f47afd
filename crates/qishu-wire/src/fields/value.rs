//! The loose forms of single values: text, number or boolean, JSON text instead of JSON.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};

use crate::body::{JsonSize, Limits};

/// Largest whole number that a 64-bit float holds exactly.
const EXACT_DOUBLE: f64 = 9_007_199_254_740_992.0;

/// Neither `null` nor blank text.
pub(super) fn is_given(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    }
}

pub(super) fn scalar_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => Some(Cow::Borrowed("")),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Number(number) => Some(Cow::Owned(number_text(number))),
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whole floats of any size without exponent, so that ids that became floats can be read.
fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() >= EXACT_DOUBLE => {
            format!("{float:.0}.0")
        }
        _ => number.to_string(),
    }
}

/// The whole part of a number whose fraction is zero; any other text unchanged.
pub(super) fn whole_digits(text: &str) -> &str {
    match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    }
}

pub(super) fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['[', '{'])
}

/// JSON text inside a field obeys the same limits as a body.
pub(super) fn parse_json(text: &str) -> Option<Value> {
    let (size, limits) = (JsonSize::of(text.as_bytes()), Limits::default());
    let is_bounded = size.depth <= limits.depth && size.members <= limits.json_members;
    is_bounded.then(|| serde_json::from_str(text).ok()).flatten()
}

pub(super) fn into_members(value: Cow<'_, Value>) -> Option<Cow<'_, Map<String, Value>>> {
    match value {
        Cow::Borrowed(Value::Object(members)) => Some(Cow::Borrowed(members)),
        Cow::Owned(Value::Object(members)) => Some(Cow::Owned(members)),
        other => match other.as_ref() {
            Value::String(text) if looks_like_json(text) => match parse_json(text)? {
                Value::Object(members) => Some(Cow::Owned(members)),
                _ => None,
            },
            _ => None,
        },
    }
}
