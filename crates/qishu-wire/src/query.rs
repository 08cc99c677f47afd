//! Query strings and `application/x-www-form-urlencoded` bodies, escaped or not (2.5, D11, D-04).

use crate::body::{BodyError, Limits};
use crate::fields::Fields;
use crate::text::{decode, percent_decode, undo_second_escaping};
use crate::tree::TreeBuilder;

/// Fields that can only hold a phone number or mail address: there `+` is a plus (D11).
const CONTACT_FIELDS: [&str; 5] = ["contact", "mobile", "email", "bankMobile", "phone"];

/// Reads the query of a request, as it stood in the request line behind the question mark: raw UTF-8, raw blanks, GBK,
/// invalid percent sequences and a second escaping of the values are all understood.
///
/// # Errors
/// [`BodyError`] when a limit is exceeded or names contradict each other.
pub fn read(raw: &[u8], limits: &Limits) -> Result<Fields, BodyError> {
    parse(once(raw), limits, true)
}

/// Reads an urlencoded body. Unlike a query it is escaped at most once.
pub(crate) fn read_form(raw: &[u8], limits: &Limits) -> Result<Fields, BodyError> {
    parse(raw, limits, false)
}

fn parse(raw: &[u8], limits: &Limits, escaped_twice: bool) -> Result<Fields, BodyError> {
    let mut tree = TreeBuilder::new(limits);
    for pair in raw.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let name = decode(&percent_decode(&plus_to_blank(parts.next().unwrap_or_default())));
        let value = parts.next().unwrap_or_default();
        let value = value_of(&name, value, escaped_twice);
        tree.add(&name, value)?;
    }
    Ok(Fields::new(tree.finish(), Vec::new()))
}

fn value_of(name: &str, raw: &[u8], escaped_twice: bool) -> String {
    let member = name
        .trim()
        .rsplit(['.', '['])
        .next()
        .unwrap_or_default()
        .trim_end_matches(']');
    let is_contact = CONTACT_FIELDS
        .iter()
        .any(|field| field.eq_ignore_ascii_case(member));
    let bytes = if is_contact {
        raw.to_vec()
    } else {
        plus_to_blank(raw)
    };
    let text = decode(&percent_decode(&bytes));
    let text = if escaped_twice {
        undo_second_escaping(text)
    } else {
        text
    };
    // A blank before digits is a plus that something on the way took for a blank.
    match text.strip_prefix(' ') {
        Some(number) if is_contact && number.starts_with(|first: char| first.is_ascii_digit()) => {
            format!("+{number}")
        }
        _ => text,
    }
}

fn plus_to_blank(raw: &[u8]) -> Vec<u8> {
    raw.iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect()
}

/// PHP's second try appends the query a second time behind another question mark (2.8).
fn once(raw: &[u8]) -> &[u8] {
    let (first, second) = raw.split_at(raw.len() / 2);
    match second.split_first() {
        Some((b'?' | b'&', second)) if first == second => first,
        _ => raw,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn query(raw: impl AsRef<[u8]>) -> Value {
        read(raw.as_ref(), &Limits::default()).unwrap().to_value()
    }

    #[test]
    fn escaped_and_raw_text_are_the_same() {
        let expected = json!({"tenantName": "契书演示 公司"});
        for raw in [
            "tenantName=%E5%A5%91%E4%B9%A6%E6%BC%94%E7%A4%BA%20%E5%85%AC%E5%8F%B8",
            "tenantName=%e5%a5%91%e4%b9%a6%e6%bc%94%e7%a4%ba+%e5%85%ac%e5%8f%b8",
            "tenantName=契书演示 公司",
            "tenantName=契书%E6%BC%94示+公司",
            "tenantName=%25E5%25A5%2591%25E4%25B9%25A6%25E6%25BC%2594%25E7%25A4%25BA%2520%25E5%2585%25AC%25E5%258F%25B8",
        ] {
            assert_eq!(query(raw), expected, "{raw}");
        }
        let gbk = [
            b"tenantName=".as_slice(),
            &encoding_rs::GBK.encode("契书演示 公司").0,
        ]
        .concat();
        assert_eq!(query(gbk), expected);
    }

    #[test]
    fn go_escapes_the_whole_string_as_a_path() {
        assert_eq!(
            query("bizId=a=b&downloadItems=CONTRACT%2CSIGNLOG&x=1:2@3$4"),
            json!({"bizId": "a=b", "downloadItems": "CONTRACT,SIGNLOG", "x": "1:2@3$4"})
        );
    }

    #[test]
    fn tabs_around_names_go_and_empty_keys_stay_empty() {
        assert_eq!(
            query("publishTimeStart%09=2026-01-01%2000:00:00&bizId=&tenantName"),
            json!({"publishTimeStart": "2026-01-01 00:00:00", "bizId": "", "tenantName": ""})
        );
        assert_eq!(query(b"publishTimeEnd\t=x"), json!({"publishTimeEnd": "x"}));
        assert_eq!(query(""), json!({}));
        assert_eq!(query("&&a=1&"), json!({"a": "1"}));
    }

    #[test]
    fn invalid_sequences_are_left_as_they_are() {
        assert_eq!(
            query("subject=100%&x=%zz"),
            json!({"subject": "100%", "x": "%zz"})
        );
    }

    #[test]
    fn a_plus_is_a_blank_except_in_contacts() {
        assert_eq!(
            query("subject=a+b&contact=+8613900000000"),
            json!({"subject": "a b", "contact": "+8613900000000"})
        );
        assert_eq!(
            query("contact=%2B8613900000000"),
            json!({"contact": "+8613900000000"})
        );
        assert_eq!(
            query("contact=%208613900000000"),
            json!({"contact": "+8613900000000"})
        );
        assert_eq!(
            query("contact=%252B8613900000000"),
            json!({"contact": "+8613900000000"})
        );
        assert_eq!(
            query("user[contact]=a+b@example.com"),
            json!({"user": {"contact": "a+b@example.com"}})
        );
    }

    #[test]
    fn a_query_appended_twice_counts_once() {
        assert_eq!(query("contractId=1?contractId=1"), json!({"contractId": "1"}));
        assert_eq!(query("a=1&b=2&a=1&b=2"), json!({"a": "1", "b": "2"}));
        assert_eq!(query("a=1?2"), json!({"a": "1?2"}));
    }

    #[test]
    fn forms_are_escaped_once_only() {
        let form = |raw: &[u8]| read_form(raw, &Limits::default()).unwrap().to_value();
        assert_eq!(form(b"title=%2541"), json!({"title": "%41"}));
        assert_eq!(query("title=%2541"), json!({"title": "A"}));
        assert_eq!(
            form("title=合同+1&x=%E5%90%88".as_bytes()),
            json!({"title": "合同 1", "x": "合"})
        );
    }

    #[test]
    fn limits_hold() {
        let limits = Limits {
            fields: 2,
            text_bytes: 10,
            ..Limits::default()
        };
        assert_eq!(
            read(b"a=1&b=2&c=3", &limits).unwrap_err(),
            BodyError::TooManyFields { limit: 2 }
        );
        assert_eq!(
            read(b"a=1234567890", &limits).unwrap_err(),
            BodyError::TextTooLong { limit: 10 }
        );
    }
}
