use super::*;

const KEY: &str = "0123456789AbCdEf";
const NOW: i64 = 1_700_000_000_000;

fn protection(encryption: Encryption) -> Protection<'static> {
    Protection {
        encryption,
        parameters_in_form: false,
        secrets: Secrets {
            callback_key: KEY,
            webhook: &[],
        },
    }
}

fn fields() -> Vec<(String, String)> {
    [
        ("contractId", "3014826187358859384"),
        ("callbackType", "COMPLETE"),
        ("contractStatus", "COMPLETE"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn make(address: &str, body: Body, protection: &Protection<'_>) -> Prepared {
    prepare(address, "77", &fields(), body, protection, NOW).unwrap()
}

fn form(prepared: &Prepared) -> Vec<(String, String)> {
    form_urlencoded::parse(&prepared.body).into_owned().collect()
}

fn names(prepared: &Prepared) -> Vec<String> {
    form(prepared).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn the_signature_has_the_documented_values() {
    assert_eq!(callback_signature(KEY, NOW), "f1b4b3bfd8a394220e4562c520209e3d");
    assert_eq!(
        callback_signature("0123456789abcdef", NOW),
        "bc1dd1036eefc0f0ae789c8afd3203a9"
    );
}

#[test]
fn without_encryption_flat_fields_and_content_are_sent() {
    let prepared = make(
        "http://r.example/cb",
        Body::FlatAndContent,
        &protection(Encryption::None),
    );
    assert_eq!(
        names(&prepared),
        ["contractId", "callbackType", "contractStatus", "content"]
    );
    let content = &form(&prepared)[3].1;
    assert_eq!(
        content,
        r#"{"contractId":"3014826187358859384","callbackType":"COMPLETE","contractStatus":"COMPLETE"}"#
    );
    let query = prepared.url.query().unwrap();
    assert_eq!(
        query,
        "signature=f1b4b3bfd8a394220e4562c520209e3d&timestamp=1700000000000"
    );
}

#[test]
fn with_encryption_only_the_cipher_text_is_sent() {
    let ecb = make(
        "http://r.example/cb",
        Body::FlatAndContent,
        &protection(Encryption::AesEcb),
    );
    let expected = "Z3t1HCYR4w3/AwFrdQGZJ/0Wn74izuJItyNw2UTHH8OlXcOyKZxxBcxpwMr/Ora709gLUvOHqErWCvtw6oQ479u61753AdSnjBMLwNv6pNz0OQqRGiuUh/hoPP+g1BqJ";
    assert_eq!(form(&ecb), [("content".to_owned(), expected.to_owned())]);
    let cbc = make(
        "http://r.example/cb",
        Body::FlatAndContent,
        &protection(Encryption::AesCbc),
    );
    assert_eq!(names(&cbc), ["content", "iv"]);
    assert_eq!(form(&cbc)[1].1, STANDARD.encode(KEY));
    assert!(
        !String::from_utf8(cbc.body)
            .unwrap()
            .contains("3014826187358859384")
    );
}

#[test]
fn the_configured_query_is_kept_as_it_was() {
    let address = "https://r.example:8443/a%20b/cb?company=A&x=%E5%A5%91+1&&empty=#part";
    let prepared = make(address, Body::FlatAndContent, &protection(Encryption::None));
    assert_eq!(
        prepared.url.as_str(),
        "https://r.example:8443/a%20b/cb?company=A&x=%E5%A5%91+1&&empty=\
         &signature=f1b4b3bfd8a394220e4562c520209e3d&timestamp=1700000000000"
    );
}

#[test]
fn own_parameters_move_into_the_form_on_demand() {
    let switched = Protection {
        parameters_in_form: true,
        ..protection(Encryption::AesEcb)
    };
    let prepared = make("http://r.example/cb?a=1", Body::FlatAndContent, &switched);
    assert_eq!(prepared.url.as_str(), "http://r.example/cb?a=1");
    assert_eq!(names(&prepared), ["content", "signature", "timestamp"]);
}

#[test]
fn flat_callbacks_are_neither_signed_nor_encrypted() {
    let prepared = make("http://r.example/cb", Body::Flat, &protection(Encryption::AesEcb));
    assert_eq!(prepared.url.as_str(), "http://r.example/cb");
    assert_eq!(form(&prepared), fields());
}

#[test]
fn an_authorisation_callback_has_content_only() {
    let prepared = make(
        "http://r.example/cb",
        Body::Content,
        &protection(Encryption::None),
    );
    assert_eq!(names(&prepared), ["content"]);
    assert!(prepared.url.query().unwrap().starts_with("signature="));
}

#[test]
fn special_characters_survive_the_form() {
    let odd = vec![("businessData".to_owned(), "a&b=c+d e%f\"契书\n/?#".to_owned())];
    let prepared = prepare(
        "http://r.example",
        "1",
        &odd,
        Body::FlatAndContent,
        &protection(Encryption::None),
        NOW,
    );
    let back = form(&prepared.unwrap());
    assert_eq!(back[0], odd[0]);
    let content: serde_json::Value = serde_json::from_str(&back[1].1).unwrap();
    assert_eq!(content["businessData"], *odd[0].1);
}

#[test]
fn webhook_headers_carry_one_signature_per_secret() {
    let secrets: [&[u8]; 2] = [b"new secret", b"old secret"];
    let with = Protection {
        secrets: Secrets {
            callback_key: KEY,
            webhook: &secrets,
        },
        ..protection(Encryption::None)
    };
    let prepared = make("http://r.example/cb", Body::FlatAndContent, &with);
    let header = |name: &str| {
        prepared
            .headers
            .iter()
            .find(|(n, _)| *n == name)
            .unwrap()
            .1
            .clone()
    };
    assert_eq!(
        (
            header("webhook-id").as_str(),
            header("webhook-timestamp").as_str()
        ),
        ("77", "1700000000")
    );
    let signature = header("webhook-signature");
    let parts: Vec<&str> = signature.split(' ').collect();
    assert_eq!(parts.len(), 2);
    let old = webhook_signature(b"old secret", "77", 1_700_000_000, &prepared.body);
    assert_eq!(parts[1], old);
    let plain = make(
        "http://r.example/cb",
        Body::FlatAndContent,
        &protection(Encryption::None),
    );
    assert!(plain.headers.is_empty());
}

#[test]
fn the_webhook_signature_has_a_known_value() {
    // printf '77.1700000000.a=b' | openssl dgst -sha256 -hmac secret -binary | base64
    assert_eq!(
        webhook_signature(b"secret", "77", 1_700_000_000, b"a=b"),
        "v1,vzbXOm0pJGJF88ggMZJpXmeaHxtvjH4JEYkXB2O5jOM="
    );
}

#[test]
fn impossible_requests_are_refused() {
    for address in [
        "",
        "r.example/cb",
        "ftp://r.example/",
        "http://",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ] {
        let result = prepare(
            address,
            "1",
            &fields(),
            Body::Flat,
            &protection(Encryption::None),
            NOW,
        );
        assert!(matches!(result, Err(PrepareError::Address(_))), "{address}");
    }
    let short = Protection {
        secrets: Secrets {
            callback_key: "short",
            webhook: &[],
        },
        ..protection(Encryption::AesEcb)
    };
    let result = prepare("http://r.example", "1", &fields(), Body::Content, &short, NOW);
    assert_eq!(result, Err(PrepareError::KeyLength(5)));
}

#[test]
fn debug_output_shows_no_data() {
    let prepared = make(
        "http://r.example/cb?company=A",
        Body::FlatAndContent,
        &protection(Encryption::None),
    );
    let text = format!("{prepared:?}");
    assert!(
        !text.contains("3014826187358859384") && !text.contains("company"),
        "{text}"
    );
}
