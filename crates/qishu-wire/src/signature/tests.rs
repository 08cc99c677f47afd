//! Vectors, variants, order of checks, mutations and repetitions.

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use qishu_model::application::{CallbackSettings, EncryptType, RequestRules, SecretText};
use qishu_model::id::{ApplicationId, CompanyId};

use super::*;

const APP_TOKEN: &str = "demoToken01";
const APP_SECRET: &str = "demoSecret0123456789abcdef012345";
const SENT: &str = "1700000000000";
const NONCE_TEXT: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const MD5_WITH_NONCE: &str = "acae7d9da836b06f9081ef487344a3dd";
const MD5_WITHOUT_NONCE: &str = "47e27fc84f0a413f9001b99afc4f3295";
const HMAC_A: &str = "16da0ba70e1d4f28aaf3247f771a25303c4318257d51b8c36e357f00813cea2d";
const HMAC_B: &str = "4519c7f6174977da2c306de08a8a16f7e92f72287ccad976a421ec99cf32e185";
const HMAC_C: &str = "48e6ab30cf7670077a5cf58e7e64df49bdea28ac7f0d8e6d69303627558f4885";
const NOW: Timestamp = Timestamp::from_ms(1_700_000_000_000);
const SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

fn application_of(token: &str, secrets: &[&str]) -> Application {
    Application {
        id: ApplicationId::new(1),
        company_id: CompanyId::new(2),
        name: "ERP".to_owned(),
        token: token.to_owned(),
        secrets: secrets
            .iter()
            .map(|secret| SecretText::new((*secret).to_owned()))
            .collect(),
        enabled: true,
        callback: CallbackSettings {
            url: None,
            encrypt: false,
            encrypt_type: EncryptType::AesEcb,
            secret_key: SecretText::new("0123456789abcdef".to_owned()),
            signature_in_form: false,
            webhook_secrets: Vec::new(),
        },
        rules: RequestRules::default(),
        return_origins: Vec::new(),
        theme_color: None,
        sso: None,
        create_time: NOW,
    }
}

fn application() -> Application {
    application_of(APP_TOKEN, &[APP_SECRET])
}

fn credential<'a>(timestamp: &'a str, nonce: Option<&'a str>, signature: &'a str) -> Credential<'a> {
    Credential {
        token: APP_TOKEN,
        timestamp,
        nonce,
        signature,
        signature_v2: None,
    }
}

fn checked<'a>(
    credential: Credential<'a>,
    application: &'a Application,
) -> Result<Verified<'a>, AuthRefusal> {
    check(
        credential,
        Some(application),
        InstallationRules::default(),
        SOURCE,
        NOW,
    )
}

fn form(timestamp: &str, nonce: Option<&str>, signature: &str) -> Result<SignatureForm, AuthRefusal> {
    checked(credential(timestamp, nonce, signature), &application()).map(|verified| verified.form())
}

fn md5_of(parts: &[&str]) -> String {
    hex::encode(Md5::digest(parts.concat().as_bytes()))
}

fn line<'a>(path: &'a str, body_sha256: &'a [u8; 32]) -> RequestLine<'a> {
    RequestLine {
        method: "POST",
        path,
        raw_query: b"",
        body_sha256,
    }
}

#[test]
fn published_vectors() {
    assert_eq!(
        form(SENT, Some(NONCE_TEXT), MD5_WITH_NONCE),
        Ok(SignatureForm::Md5)
    );
    assert_eq!(form(SENT, None, MD5_WITHOUT_NONCE), Ok(SignatureForm::Md5));
    assert_eq!(form(SENT, Some(NONCE_TEXT), HMAC_A), Ok(SignatureForm::HmacA));
    assert_eq!(form(SENT, Some(NONCE_TEXT), HMAC_B), Ok(SignatureForm::HmacB));
    assert_eq!(form(SENT, Some(NONCE_TEXT), HMAC_C), Ok(SignatureForm::HmacC));
}

#[test]
fn agent_vector() {
    let headers = [
        (AGENT_TOKEN, "agentToken01"),
        (AGENT_SIGNATURE, "a9da0cb9f525dfd113f30ca8c50e4245"),
        (TIMESTAMP, SENT),
        (NONCE, NONCE_TEXT),
        (TOKEN, APP_TOKEN),
        (SIGNATURE, MD5_WITH_NONCE),
    ];
    let headers = AuthHeaders::read(headers.iter().map(|(name, value)| (*name, value.as_bytes())));
    let agent = application_of("agentToken01", &["agentSecret0123456789abcdef01234"]);
    assert!(checked(headers.agent().unwrap(), &agent).is_ok());
    assert!(checked(headers.application().unwrap(), &application()).is_ok());
    assert_eq!(
        checked(headers.agent().unwrap(), &application()).unwrap_err(),
        AuthRefusal::InvalidToken
    );
}

#[test]
fn spellings_of_one_signature() {
    let upper = MD5_WITH_NONCE.to_uppercase();
    assert_eq!(form(SENT, Some(NONCE_TEXT), &upper), Ok(SignatureForm::Md5));
    for hmac in [HMAC_A, HMAC_B, HMAC_C] {
        let base64 = STANDARD.encode(hex::decode(hmac).unwrap());
        assert_eq!(base64.len(), 44);
        let from_hex = form(SENT, Some(NONCE_TEXT), &hmac.to_uppercase()).unwrap();
        assert_eq!(form(SENT, Some(NONCE_TEXT), &base64), Ok(from_hex));
    }
}

#[test]
fn old_clients_remove_blanks() {
    let app = application_of("demo Token", &["demo Secret"]);
    let signature = md5_of(&["demoToken", "demoSecret", SENT]);
    let credential = Credential {
        token: "demo Token",
        ..credential(SENT, None, &signature)
    };
    assert_eq!(
        checked(credential, &app).unwrap().form(),
        SignatureForm::Md5WithoutBlanks
    );
    let with_nonce = Credential {
        nonce: Some("n"),
        ..credential
    };
    assert_eq!(
        checked(with_nonce, &app).unwrap_err(),
        AuthRefusal::InvalidSignature
    );
}

#[test]
fn the_text_of_the_timestamp_is_signed_and_its_number_judged() {
    for sent in ["1700000000000.75", "1700000000", "1700000000.25"] {
        let signature = md5_of(&[APP_TOKEN, APP_SECRET, sent]);
        assert_eq!(form(sent, None, &signature), Ok(SignatureForm::Md5), "{sent}");
    }
    let rounded = md5_of(&[APP_TOKEN, APP_SECRET, SENT]);
    assert_eq!(
        form("1700000000000.75", None, &rounded),
        Err(AuthRefusal::InvalidSignature)
    );
    for sent in ["1700000600001", "1699999399999", "1700000601", "17", "now"] {
        let signature = md5_of(&[APP_TOKEN, APP_SECRET, sent]);
        assert_eq!(
            form(sent, None, &signature),
            Err(AuthRefusal::InvalidTimestamp),
            "{sent}"
        );
    }
}

#[test]
fn shifted_clocks_only_when_the_operator_says_so() {
    let eight_hours_ahead = "1700028800000.5";
    let signature = md5_of(&[APP_TOKEN, APP_SECRET, eight_hours_ahead]);
    let credential = credential(eight_hours_ahead, None, &signature);
    let mut app = application();
    assert_eq!(
        checked(credential, &app).unwrap_err(),
        AuthRefusal::InvalidTimestamp
    );
    app.rules.whole_hour_shift = true;
    assert!(checked(credential, &app).is_ok());
    let off = InstallationRules {
        window_ms: 0,
        ..InstallationRules::default()
    };
    assert!(check(credential, Some(&application()), off, SOURCE, NOW).is_ok());
}

#[test]
fn both_secrets_are_valid_during_a_rotation() {
    let app = application_of(APP_TOKEN, &["newSecret", APP_SECRET]);
    let verified = checked(credential(SENT, Some(NONCE_TEXT), MD5_WITH_NONCE), &app);
    assert_eq!(verified.unwrap().secret_index(), 1);
    let signature = md5_of(&[APP_TOKEN, "newSecret", SENT]);
    assert_eq!(
        checked(credential(SENT, None, &signature), &app)
            .unwrap()
            .secret_index(),
        0
    );
}

#[test]
fn switches_of_an_application() {
    let without_nonce = credential(SENT, None, MD5_WITHOUT_NONCE);
    let with_nonce = credential(SENT, Some(NONCE_TEXT), MD5_WITH_NONCE);
    let hmac = credential(SENT, Some(NONCE_TEXT), HMAC_A);
    let mut app = application();
    assert!(checked(without_nonce, &app).unwrap().lacks_nonce());

    app.rules = RequestRules {
        nonce_required: true,
        ..RequestRules::default()
    };
    assert_eq!(
        checked(without_nonce, &app).unwrap_err(),
        AuthRefusal::HeaderRequired(NONCE)
    );
    assert!(checked(with_nonce, &app).is_ok());

    app.rules = RequestRules {
        md5_refused: true,
        ..RequestRules::default()
    };
    assert_eq!(
        checked(with_nonce, &app).unwrap_err(),
        AuthRefusal::InvalidSignature
    );
    assert!(checked(hmac, &app).is_ok());

    app.rules = RequestRules {
        signature_v2_required: true,
        ..RequestRules::default()
    };
    assert_eq!(
        checked(with_nonce, &app).unwrap_err(),
        AuthRefusal::HeaderRequired(SIGNATURE_V2)
    );

    let no_hmac = InstallationRules {
        hmac_accepted: false,
        ..InstallationRules::default()
    };
    assert_eq!(
        check(hmac, Some(&application()), no_hmac, SOURCE, NOW).unwrap_err(),
        AuthRefusal::InvalidSignature
    );
}

#[test]
fn the_first_failing_check_is_reported() {
    let broken = credential("not a time", Some(NONCE_TEXT), "not a signature");
    let mut app = application();
    app.enabled = false;
    assert_eq!(checked(broken, &app).unwrap_err(), AuthRefusal::InvalidToken);
    assert_eq!(
        check(broken, None, InstallationRules::default(), SOURCE, NOW).unwrap_err(),
        AuthRefusal::InvalidToken
    );
    app.enabled = true;
    app.rules.ip_list = vec!["198.51.100.0/24".to_owned()];
    assert_eq!(checked(broken, &app).unwrap_err(), AuthRefusal::IpNotAllowed);
    app.rules.ip_list.push("203.0.113.9".to_owned());
    assert_eq!(checked(broken, &app).unwrap_err(), AuthRefusal::InvalidTimestamp);
    let bad_signature = Credential {
        timestamp: SENT,
        ..broken
    };
    assert_eq!(
        checked(bad_signature, &app).unwrap_err(),
        AuthRefusal::InvalidSignature
    );
}

#[test]
fn refusals_have_the_documented_codes() {
    let refusals = [
        (AuthRefusal::HeaderRequired(TOKEN), 441),
        (AuthRefusal::InvalidToken, 442),
        (AuthRefusal::InvalidSignature, 443),
        (AuthRefusal::InvalidTimestamp, 444),
        (AuthRefusal::Duplicate, 445),
        (AuthRefusal::IpNotAllowed, 446),
    ];
    for (refusal, number) in refusals {
        assert_eq!(
            (refusal.code().number(), refusal.code().http_status()),
            (number, number)
        );
    }
    assert_eq!(
        AuthRefusal::HeaderRequired(TOKEN).detail(),
        "x-qys-open-accesstoken"
    );
}

#[test]
fn the_whole_request_can_be_signed() {
    let body = body_digest(b"{}");
    let request = line("/v2/contract/detail", &body);
    // Made with another implementation of HMAC-SHA256.
    let right = "3d16d5d04ef5942778c192dd8f6b0fbe183c3ba8fc04a528970ccd4519b9b21e";
    assert_eq!(v2_of(&request, Some(right)), Ok(()));
    assert_eq!(v2_of(&request, Some(&right.to_uppercase())), Ok(()));
    assert_eq!(v2_of(&request, Some("3d16")), Err(AuthRefusal::InvalidSignature));
    assert_eq!(v2_of(&request, None), Ok(()));
    let other_body = body_digest(b"{} ");
    let others = [
        RequestLine {
            method: "GET",
            ..request
        },
        line("/v2/contract/list", &body),
        RequestLine {
            raw_query: b"a=1",
            ..request
        },
        line("/v2/contract/detail", &other_body),
    ];
    for other in others {
        assert_eq!(v2_of(&other, Some(right)), Err(AuthRefusal::InvalidSignature));
    }
}

fn v2_of(request: &RequestLine<'_>, signature_v2: Option<&str>) -> Result<(), AuthRefusal> {
    let credential = Credential {
        signature_v2,
        ..credential(SENT, Some(NONCE_TEXT), MD5_WITH_NONCE)
    };
    checked(credential, &application())
        .unwrap()
        .replay_key(request)
        .map(|_| ())
}

/// The replay store of one test.
#[derive(Default)]
struct Seen(HashSet<ReplayKey>);

impl Seen {
    fn accepts(&mut self, headers: &[(&str, String)], request: &RequestLine<'_>, app: &Application) -> bool {
        let headers = AuthHeaders::read(headers.iter().map(|(name, value)| (*name, value.as_bytes())));
        let Ok(credential) = headers.application() else {
            return false;
        };
        let Ok(verified) = checked(credential, app) else {
            return false;
        };
        verified.replay_key(request).is_ok_and(|key| self.0.insert(key))
    }
}

fn header_set(timestamp: &str, nonce: Option<&str>) -> Vec<(&'static str, String)> {
    let signature = md5_of(&[APP_TOKEN, APP_SECRET, timestamp, nonce.unwrap_or_default()]);
    let mut headers = vec![
        (TOKEN, APP_TOKEN.to_owned()),
        (TIMESTAMP, timestamp.to_owned()),
        (SIGNATURE, signature),
    ];
    headers.extend(nonce.map(|nonce| (NONCE, nonce.to_owned())));
    headers
}

#[test]
fn every_split_of_timestamp_and_nonce_is_a_repetition() {
    let app = application();
    let body = body_digest(b"{}");
    let request = line("/v2/contract/send", &body);
    let originals = [
        ("1700000000000", Some(NONCE_TEXT)),
        ("1700000000000", Some("1234")),
        ("1700000000000", Some("000")),
        ("1700000000000", Some(".75")),
        ("1700000000", Some("000")),
        ("1700000000", Some("000.5")),
        ("1700000000", Some("0003f25")),
        ("1700000000000.75", Some("8421")),
        ("1700000000000", None),
        ("1700000000000.75", None),
        ("1700000000", None),
    ];
    for (timestamp, nonce) in originals {
        let mut seen = Seen::default();
        let joined = [timestamp, nonce.unwrap_or_default()].concat();
        let original = header_set(timestamp, nonce);
        assert!(seen.accepts(&original, &request, &app), "{timestamp} {nonce:?}");
        for split in 0..=joined.len() {
            let (timestamp, nonce) = joined.split_at(split);
            let replay = header_set(timestamp, (!nonce.is_empty()).then_some(nonce));
            assert_eq!(replay[2], original[2], "the signature does not show the split");
            assert!(!seen.accepts(&replay, &request, &app), "{timestamp}|{nonce}");
        }
    }
}

#[test]
fn a_nonce_protects_against_another_body_and_path() {
    let app = application();
    let (body, other) = (body_digest(b"{}"), body_digest(b"{\"a\":1}"));
    for nonce in [NONCE_TEXT, "1234"] {
        let mut seen = Seen::default();
        let headers = header_set(SENT, Some(nonce));
        assert!(seen.accepts(&headers, &line("/v2/contract/send", &body), &app));
        assert!(!seen.accepts(&headers, &line("/v2/contract/send", &other), &app));
        assert!(!seen.accepts(&headers, &line("/v2/contract/invalid", &body), &app));
        let joined = [SENT, nonce].concat();
        for split in 1..joined.len() {
            let (timestamp, nonce) = joined.split_at(split);
            assert!(!seen.accepts(&header_set(timestamp, Some(nonce)), &line("/other", &other), &app));
        }
    }
}

#[test]
fn without_nonce_only_the_same_request_is_a_repetition() {
    let app = application();
    let (body, other) = (body_digest(b"{}"), body_digest(b"{\"a\":1}"));
    let headers = header_set(SENT, None);
    let mut seen = Seen::default();
    assert!(seen.accepts(&headers, &line("/v2/contract/send", &body), &app));
    assert!(!seen.accepts(&headers, &line("/v2/contract/send", &body), &app));
    assert!(seen.accepts(&headers, &line("/v2/contract/send", &other), &app));
    assert!(seen.accepts(&headers, &line("/v2/contract/detail", &body), &app));
    let with_query = RequestLine {
        raw_query: b"a=1",
        ..line("/v2/contract/detail", &body)
    };
    assert!(seen.accepts(&headers, &with_query, &app));
}

#[test]
fn another_spelling_of_the_signature_is_a_repetition() {
    let app = application();
    let body = body_digest(b"");
    let request = line("/v2/contract/send", &body);
    let base64 = STANDARD.encode(hex::decode(HMAC_A).unwrap());
    let keys: HashSet<ReplayKey> = [HMAC_A, &HMAC_A.to_uppercase(), &base64]
        .into_iter()
        .map(|text| {
            checked(credential(SENT, Some(NONCE_TEXT), text), &app)
                .unwrap()
                .replay_key(&request)
                .unwrap()
        })
        .collect();
    assert_eq!(keys.len(), 1);
}

/// Numbers from a fixed seed (SplitMix64), so that a failure can be repeated.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % bound
    }
}

/// One change to a valid set of headers: a character replaced, added or removed, a value swapped or dropped.
fn mutate(headers: &mut Vec<(&'static str, String)>, numbers: &mut Numbers) {
    let target = numbers.below(headers.len());
    let printable = char::from(0x21 + u8::try_from(numbers.below(94)).unwrap());
    let value = &mut headers[target].1;
    let place = numbers.below(value.len());
    match numbers.below(6) {
        0 => value.insert(place, printable),
        1 => drop(value.remove(place)),
        2 => value.truncate(place),
        3 => drop(headers.remove(target)),
        4 => {
            let other = numbers.below(headers.len());
            let (a, b) = (headers[target].1.clone(), headers[other].1.clone());
            (headers[target].1, headers[other].1) = (b, a);
        }
        _ => value.replace_range(place..=place, &printable.to_string()),
    }
}

#[test]
fn ten_thousand_mutated_header_sets_are_refused() {
    let app = application();
    let body = body_digest(b"{}");
    let request = line("/v2/contract/send", &body);
    let mut numbers = Numbers(7);
    let (mut tried, mut accepted) = (0, 0);
    let originals = [
        header_set(SENT, Some(NONCE_TEXT)),
        header_set(SENT, None),
        header_set("1700000000", Some("42")),
    ];
    let hmac = [
        (TOKEN, APP_TOKEN),
        (TIMESTAMP, SENT),
        (SIGNATURE, HMAC_A),
        (NONCE, NONCE_TEXT),
    ];
    let hmac = hmac.map(|(name, value)| (name, value.to_owned())).to_vec();
    let mut seen = Seen::default();
    for original in originals.iter().chain([&hmac]) {
        assert!(seen.accepts(original, &request, &app));
    }
    while tried < 10_000 {
        let original = if tried % 4 == 3 {
            &hmac
        } else {
            &originals[tried % 3]
        };
        let mut mutated = original.clone();
        for _ in 0..=numbers.below(3) {
            if !mutated.is_empty() && mutated.iter().all(|(_, value)| !value.is_empty()) {
                mutate(&mut mutated, &mut numbers);
            }
        }
        tried += 1;
        accepted += usize::from(seen.accepts(&mutated, &request, &app));
    }
    assert_eq!(accepted, 0);
}
