//! Every form of every kind of value, and what the refusals say.

use qishu_model::id::ContractId;
use serde_json::json;

use super::*;
use crate::code::ErrorCode;

fn fields(value: Value) -> Fields {
    match value {
        Value::Object(members) => Fields::new(members, Vec::new()),
        other => panic!("{other} is no object"),
    }
}

fn one(value: impl Into<Value>) -> Fields {
    Fields::new(Map::from_iter([("a".to_owned(), value.into())]), Vec::new())
}

#[test]
fn absent_is_missing_null_or_blank() {
    for value in [
        json!({}),
        json!({"a": null}),
        json!({"a": ""}),
        json!({"a": "  "}),
        json!({"a": []}),
    ] {
        let fields = fields(value);
        let root = fields.root();
        assert_eq!(root.text("a", 10), Ok(None));
        assert_eq!(root.boolean("a"), Ok(None));
        assert_eq!(root.id::<ContractId>("a"), Ok(None));
        assert_eq!(root.texts("a", 10, 10), Ok(Vec::new()));
        assert!(root.objects("a").unwrap().is_empty());
    }
}

#[test]
fn keys_without_case_are_the_second_try() {
    let fields = fields(
        json!({"Applicant": "x", "publishTimeStart\t": "y", "b": null, "B": "z", "c": "exact", "C": "other"}),
    );
    let root = fields.root();
    let text = |name: &str| root.text(name, 10).unwrap();
    assert_eq!(text("applicant").as_deref(), Some("x"));
    assert_eq!(text("publishTimeStart").as_deref(), Some("y"));
    assert_eq!(text("b").as_deref(), Some("z"));
    assert_eq!(text("c").as_deref(), Some("exact"));
}

#[test]
fn texts_and_their_limits() {
    assert_eq!(
        one(json!(" 契书 ")).root().text("a", 2),
        Ok(Some("契书".to_owned()))
    );
    assert_eq!(
        one(json!(" x ")).root().opaque("a", 3),
        Ok(Some(" x ".to_owned()))
    );
    assert_eq!(one(json!(42)).root().text("a", 2), Ok(Some("42".to_owned())));
    assert_eq!(
        one(json!(["x", "x"])).root().text("a", 2),
        Ok(Some("x".to_owned()))
    );
    let too_long = one(json!("契书契")).root().text("a", 2).unwrap_err();
    assert_eq!(
        (too_long.to_string().as_str(), too_long.code()),
        ("a is longer than 2 characters", ErrorCode::ParamTooLong)
    );
    for (value, problem) in [
        (json!("x\u{0}"), Problem::ControlCharacter),
        (json!(["x", "y"]), Problem::Repeated),
        (json!({"x": 1}), Problem::Not("a single value")),
    ] {
        let error = one(value).root().text("a", 5).unwrap_err();
        assert_eq!(
            (error.problem.clone(), error.code()),
            (problem, ErrorCode::InvalidParam)
        );
    }
    assert_eq!(one(json!(true)).root().text_only("a", 5), Ok(None));
    assert_eq!(one(json!("true")).root().text_only("a", 5), Ok(None));
}

#[test]
fn ids_as_text_and_number() {
    let expected = ContractId::new(3_014_826_187_358_859_384);
    for value in [
        json!("3014826187358859384"),
        json!(3_014_826_187_358_859_384_u64),
        json!(" 3014826187358859384 "),
        json!("3014826187358859384.000000"),
    ] {
        assert_eq!(one(value).root().id("a"), Ok(Some(expected)));
    }
    for value in [
        json!("abc"),
        json!("-1"),
        json!("0"),
        json!("99999999999999999999"),
        json!(1.5),
        json!(true),
    ] {
        let error = one(value).root().id::<ContractId>("a").unwrap_err();
        assert_eq!(
            error.to_string(),
            "a must be an id, a decimal number of at most 19 digits"
        );
    }
}

#[test]
fn ids_that_went_through_a_float() {
    let stored = 2_490_828_768_980_361_631;
    for value in [
        json!("2490828768980361630.000000"),
        json!(2_490_828_768_980_361_700_u64),
        json!(2.490_828_768_980_361_7e18),
    ] {
        let id = one(value).root().rounded_id("a").unwrap().unwrap();
        assert!(id.rounded && equal_as_double(id.value, stored), "{id:?}");
    }
    let exact = one(json!("2490828768980361631"))
        .root()
        .rounded_id("a")
        .unwrap()
        .unwrap();
    assert_eq!(
        exact,
        RoundedId {
            value: stored,
            rounded: false
        }
    );
    assert!(!equal_as_double(stored, stored + 1024));
}

#[test]
fn booleans() {
    for (value, flag) in [
        (json!(true), true),
        (json!("true"), true),
        (json!("TRUE"), true),
        (json!(1), true),
        (json!("1"), true),
        (json!(false), false),
        (json!("false"), false),
        (json!(0), false),
        (json!("0"), false),
    ] {
        assert_eq!(one(value).root().boolean("a"), Ok(Some(flag)));
    }
    assert_eq!(
        one(json!("yes")).root().boolean("a").unwrap_err().to_string(),
        "a must be true or false"
    );
}

#[test]
fn numbers() {
    for value in [json!(4), json!("4"), json!("4.000000"), json!(4.0)] {
        assert_eq!(one(value).root().integer("a", 1..=10), Ok(Some(4)));
    }
    assert_eq!(one(json!("-2")).root().integer("a", -5..=5), Ok(Some(-2)));
    let error = one(json!(11)).root().integer("a", 1..=10).unwrap_err();
    assert_eq!(error.to_string(), "a must be from 1 to 10");
    assert!(one(json!("4.5")).root().integer("a", 1..=10).is_err());
    for value in [json!(0.1), json!("0.1"), json!("0.100000"), json!("1e-1")] {
        assert_eq!(one(value).root().decimal("a", 0.0..=1.0), Ok(Some(0.1)));
    }
    for value in [
        json!("NaN"),
        json!("inf"),
        json!("1e999"),
        json!("0,1"),
        json!("x"),
    ] {
        assert!(one(value).root().decimal("a", 0.0..=1.0).is_err());
    }
    assert_eq!(
        one(json!(1.5))
            .root()
            .decimal("a", 0.0..=1.0)
            .unwrap_err()
            .to_string(),
        "a must be from 0 to 1"
    );
}

#[test]
fn times_and_dates() {
    let time = |text: &str| {
        one(json!(text))
            .root()
            .date_time("a", DayEdge::End)
            .map(|t| t.unwrap().date_time_text())
    };
    assert_eq!(time("2026-01-31 08:00:00").unwrap(), "2026-01-31 08:00:00");
    assert_eq!(time("2026-01-31").unwrap(), "2026-01-31 23:59:59");
    assert_eq!(
        time("31.01.2026").unwrap_err().to_string(),
        "a must be a time, yyyy-MM-dd HH:mm:ss"
    );
    let date = |text: &str| {
        one(json!(text))
            .root()
            .date("a")
            .map(|t| t.unwrap().date_time_text())
    };
    assert_eq!(date("2026-01-31").unwrap(), "2026-01-31 00:00:00");
    assert_eq!(date("2026-01-31 12:00:00").unwrap(), "2026-01-31 00:00:00");
    assert_eq!(
        date("2026-02-30").unwrap_err().to_string(),
        "a must be a date, yyyy-MM-dd"
    );
}

#[test]
fn wire_names_have_no_case() {
    let read = |value: Value| one(value).root().one_of("a", &["SIGN", "PRINT"], |name| name);
    assert_eq!(read(json!(" sign ")), Ok(Some("SIGN")));
    assert_eq!(
        read(json!("x")).unwrap_err().to_string(),
        "a must be one of SIGN PRINT"
    );
    let list = one(json!("sign,Print"))
        .root()
        .list_of("a", &["SIGN", "PRINT"], |name| name);
    assert_eq!(list, Ok(vec!["SIGN", "PRINT"]));
}

#[test]
fn lists_of_texts_in_every_form() {
    for value in [
        json!(["a", 2, null, ""]),
        json!("[\"a\",2]"),
        json!("a,2"),
        json!("a , 2,"),
        json!(["a", "2"]),
    ] {
        assert_eq!(
            one(value.clone()).root().texts("a", 5, 5),
            Ok(vec!["a".to_owned(), "2".to_owned()]),
            "{value}"
        );
    }
    assert_eq!(
        one(json!(["a,b"])).root().texts("a", 5, 5),
        Ok(vec!["a,b".to_owned()])
    );
    assert_eq!(
        one(json!("a,b,c"))
            .root()
            .texts("a", 2, 5)
            .unwrap_err()
            .to_string(),
        "a has more than 2 members"
    );
    assert_eq!(
        one(json!(["ok", "longer"]))
            .root()
            .texts("a", 2, 5)
            .unwrap_err()
            .to_string(),
        "a[1] is longer than 5 characters"
    );
    assert_eq!(
        one(json!([{}])).root().texts("a", 2, 5).unwrap_err().to_string(),
        "a[0] must be text"
    );
    assert_eq!(
        one(json!(["1", 2])).root().ids("a", 5),
        Ok(vec![ContractId::new(1), ContractId::new(2)])
    );
    assert_eq!(
        one(json!(["1", "x"]))
            .root()
            .ids::<ContractId>("a", 5)
            .unwrap_err()
            .to_string(),
        "a[1] must be an id"
    );
}

#[test]
fn lists_of_objects_in_every_form() {
    for value in [
        json!([{"b": 1}, {"b": 2}]),
        json!("[{\"b\":1},{\"b\":2}]"),
        json!(["{\"b\":1}", "{\"b\":2}"]),
        json!([{"b": 1}, null, "", {"b": 2}]),
    ] {
        let fields = one(value.clone());
        let root = fields.root();
        let numbers: Result<Vec<_>, _> = root
            .objects("a")
            .unwrap()
            .iter()
            .map(|o| o.integer("b", 0..=9))
            .collect();
        assert_eq!(numbers, Ok(vec![Some(1), Some(2)]), "{value}");
    }
    assert_eq!(
        one(json!([{}, 5])).root().objects("a").unwrap_err().to_string(),
        "a[1] must be an object"
    );
    assert_eq!(
        one(json!("[{]")).root().objects("a").unwrap_err().to_string(),
        "a must be JSON"
    );
    let deep = format!("[{}{}]", "[".repeat(99), "]".repeat(99));
    assert_eq!(
        one(json!(deep)).root().objects("a").unwrap_err().to_string(),
        "a must be JSON"
    );
}

#[test]
fn lists_of_objects_are_bounded() {
    let objects = |count: usize| one(vec![json!({}); count]);
    assert_eq!(objects(2_000).root().objects("a").unwrap().len(), 2_000);
    assert_eq!(
        objects(2_001).root().objects("a").unwrap_err().to_string(),
        "a has more than 2000 members"
    );
}

#[test]
fn paths_name_nested_fields() {
    let fields =
        fields(json!({"signatories": [{"receiver": {"contact": 1}}, "{\"receiver\":\"{\\\"x\\\":1}\"}"]}));
    let root = fields.root();
    let signatories = root.objects("signatories").unwrap();
    let receiver = signatories[0].object("receiver").unwrap().unwrap();
    assert_eq!(
        receiver.require::<()>("name", None).unwrap_err().to_string(),
        "signatories[0].receiver.name is missing"
    );
    let second = signatories[1].object("receiver").unwrap().unwrap();
    assert_eq!(second.boolean("x"), Ok(Some(true)));
    assert!(root.object("signatories").is_err());
}

#[test]
fn files_by_field() {
    let file = |field: &str, name: &str| UploadedFile {
        field: field.to_owned(),
        file_name: Some(name.to_owned()),
        content_type: None,
        bytes: Bytes::new(),
    };
    let fields = Fields::new(
        Map::new(),
        vec![
            file("files[1]", "b.PDF"),
            file("file", "a"),
            file("Files", "c.x.png"),
        ],
    );
    let suffixes: Vec<_> = fields.files("files").map(UploadedFile::suffix).collect();
    assert_eq!(suffixes, [Some("pdf".to_owned()), Some("png".to_owned())]);
    assert_eq!(fields.file("file").unwrap().suffix(), None);
    assert!(fields.file("other").is_none());
}
