//! Every encoding, what is refused, and bodies made by chance.

use proptest::collection::vec;
use proptest::prelude::*;
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
fn json_in_gbk() {
    let body = Bytes::from(encoding_rs::GBK.encode("{\"title\":\"采购合同\"}").0.into_owned());
    let fields = read(Some(JSON.as_bytes()), &body, b"", &Limits::default()).unwrap();
    assert_eq!(fields.to_value(), json!({"title": "采购合同"}));
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
    let many = format!("{{\"a\":[{}0]}}", "0,".repeat(100_000));
    assert_eq!(
        fields(JSON, &many, "").unwrap_err(),
        BodyError::TooManyFields { limit: 100_000 }
    );
    assert_eq!(
        JsonSize::of(br#"{"a":"[[,[[\"[[["}"#),
        JsonSize { depth: 1, members: 1 }
    );
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

#[test]
fn a_multipart_body_that_is_too_large_is_a_file_that_is_too_large() {
    let limits = Limits {
        file_bytes: 5,
        multipart_bytes: 10,
        ..Limits::default()
    };
    let body = Bytes::from_static(b"--B\r\nlonger than ten bytes");
    let refused = read(Some(b"multipart/form-data; boundary=B"), &body, b"", &limits).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::FileTooLarge);
    assert_eq!(refused.to_string(), "file is larger than 5 bytes");
}

/// Bytes that are likely to mean something to one of the parsers.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let words = prop_oneof![
        Just(b"--B".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"--".to_vec()),
        Just(b"Content-Disposition:form-data;name=\"a\"".to_vec()),
        Just(b";filename=\"x".to_vec()),
        Just(b"{\"a\":[".to_vec()),
        Just(b"a[0].b=%E5%".to_vec()),
        Just(b"&%25+?=".to_vec()),
        vec(any::<u8>(), 0..6),
    ];
    vec(words, 0..24).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn no_body_breaks_a_reader(body in pieces(), query in pieces(), kind in 0_usize..5) {
        let content_types = [None, Some(JSON), Some(FORM), Some("multipart/form-data; boundary=B"), Some("text/plain")];
        let content_type = content_types[kind].map(str::as_bytes);
        let read = read(content_type, &Bytes::from(body), &query, &Limits::default());
        if let Ok(fields) = read {
            for name in ["a", "b", "contact"] {
                let _ = (fields.root().text(name, 10), fields.root().objects(name).is_ok(), fields.file(name));
            }
        }
    }

    #[test]
    fn multipart_content_comes_back_whole(contents in vec(vec(any::<u8>(), 0..60), 1..5)) {
        let mut body = Vec::new();
        for content in &contents {
            body.extend_from_slice(b"--B\r\nContent-Disposition:form-data;name=\"files\";filename=\"a.pdf\"\r\n\r\n");
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--B--\r\n");
        let fields = read(Some(b"multipart/form-data; boundary=B"), &Bytes::from(body), b"", &Limits::default()).unwrap();
        let files: Vec<Vec<u8>> = fields.files("files").map(|file| file.bytes.to_vec()).collect();
        prop_assert_eq!(files, contents);
    }

    #[test]
    fn escaped_text_comes_back_whole(text in "\\PC{0,40}") {
        let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let fields = read(Some(FORM.as_bytes()), &Bytes::from(format!("title={escaped}")), b"", &Limits::default()).unwrap();
        prop_assert_eq!(fields.to_value(), json!({ "title": text }));
    }
}
