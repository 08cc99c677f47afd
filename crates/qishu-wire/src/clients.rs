//! Whole requests as the client libraries put them on the wire (2.5, 2.8, 1.5), from raw bytes to the endpoint's struct.

use std::net::{IpAddr, Ipv4Addr};

use bytes::Bytes;
use qishu_model::application::Application;
use qishu_model::time::Timestamp;
use serde_json::json;

use crate::body::{self, Limits};
use crate::endpoints::{self, Lookup};
use crate::fields::Fields;
use crate::request_line::repair;
use crate::requests::{
    AddByFileRequest, DetailRequest, DownloadRequest, DraftRequest, ListRequest, PageUrlRequest, SendRequest,
};
use crate::signature::{AuthHeaders, InstallationRules, ReplayKey, RequestLine, body_digest, check};

const NOW: Timestamp = Timestamp::from_ms(1_700_000_000_000);
const SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Headers of a request with nonce and of one without, signed with the pair of the published vectors.
const SIGNED: &str = "x-qys-open-accesstoken: demoToken01\r\nx-qys-open-timestamp: 1700000000000\r\n\
    x-qys-open-nonce: 3f2504e0-4f89-41d3-9a0c-0305e82c3301\r\n\
    x-qys-open-signature: acae7d9da836b06f9081ef487344a3dd\r\n";
const SIGNED_OLD: &str = "x-qys-open-accesstoken: demoToken01\r\nx-qys-open-timestamp: 1700000000000\r\n\
    x-qys-open-signature: 47e27fc84f0a413f9001b99afc4f3295\r\n";

fn application() -> Application {
    let record = json!({
        "id": "1", "company_id": "2", "name": "ERP", "token": "demoToken01",
        "secrets": ["demoSecret0123456789abcdef012345"], "enabled": true,
        "callback": {"encrypt": false, "encrypt_type": "AES_ECB", "secret_key": "0123456789abcdef"},
        "rules": {"nonce_required": false, "md5_refused": false, "signature_v2_required": false,
                  "whole_hour_shift": false, "ip_list": []},
        "create_time": 0
    });
    serde_json::from_value(record).unwrap()
}

/// What a server makes of the bytes of one request: the documented path, the replay key and the fields.
fn receive(request: &[u8]) -> (&'static str, ReplayKey, Fields) {
    let end = request
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let (head, body) = (&request[..end], Bytes::copy_from_slice(&request[end + 4..]));
    let mut lines = head
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let line = repair(lines.next().unwrap());
    let parts: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let (method, target) = (std::str::from_utf8(parts[0]).unwrap(), parts[1]);
    let mut halves = target.splitn(2, |byte| *byte == b'?');
    let path = std::str::from_utf8(halves.next().unwrap()).unwrap();
    let raw_query = halves.next().unwrap_or_default();
    let headers: Vec<(&str, &[u8])> = lines
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            Some((
                std::str::from_utf8(&line[..colon]).unwrap(),
                line[colon + 1..].trim_ascii(),
            ))
        })
        .collect();

    let application = application();
    let auth = AuthHeaders::read(headers.iter().copied());
    let credential = auth.application().unwrap();
    let verified = check(
        credential,
        Some(&application),
        InstallationRules::default(),
        SOURCE,
        NOW,
    )
    .unwrap();
    let body_sha256 = body_digest(&body);
    let key = verified
        .replay_key(&RequestLine {
            method,
            path,
            raw_query,
            body_sha256: &body_sha256,
        })
        .unwrap();
    let Lookup::Found(endpoint) = endpoints::find(method, path) else {
        panic!("{path}")
    };
    let content_type = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let fields = body::read(
        content_type.map(|(_, value)| *value),
        &body,
        raw_query,
        &Limits::default(),
    )
    .unwrap();
    (endpoint.path, key, fields)
}

fn fields(head: &str, signed: &str, body: &str) -> Fields {
    receive(format!("{head}\r\n{signed}\r\n{body}").as_bytes()).2
}

#[test]
fn java_sends_json_with_ids_as_numbers() {
    let head = "POST /v2/contract/send HTTP/1.1\r\nUser-Agent: qiyuesuo-java-sdk\r\nversion: JAVA-3.5.0\r\n\
        Accept: text/plain,application/json\r\nAccept-Encoding: gzip,deflate\r\nContent-Type: application/json;charset=UTF-8";
    let body = r#"{"contractId":3014826187358859384,"bizId":"","stampers":[{"actionId":3014826187358859385,"type":"COMPANY","documentId":3014826187358859386,"keyword":"甲方","offsetX":"0.1"}]}"#;
    let request = SendRequest::read(&fields(head, SIGNED, body)).unwrap();
    assert_eq!(
        request.address.contract_id.unwrap().get(),
        3_014_826_187_358_859_384
    );
    assert_eq!(request.stampers[0].document_id, Some(3_014_826_187_358_859_386));
}

#[test]
fn java_encodes_query_values_as_a_form() {
    let head = "GET /v2/contract/list?tenantName=%E5%A5%91%E4%B9%A6+%E5%85%AC%E5%8F%B8&publishTimeStart=2026-01-01+00%3A00%3A00 HTTP/1.1";
    let request = ListRequest::read(&fields(head, SIGNED, "")).unwrap();
    assert_eq!(request.tenant_name.as_deref(), Some("契书 公司"));
    assert_eq!(
        request.published.start.unwrap().date_time_text(),
        "2026-01-01 00:00:00"
    );
}

#[test]
fn the_java_proxy_sends_the_token_twice() {
    let head = "GET /v2/contract/detail?contractId=7 HTTP/1.1\r\nX-QYS-Open-AccessToken: demoToken01";
    assert_eq!(
        DetailRequest::read(&fields(head, SIGNED, ""))
            .unwrap()
            .address
            .contract_id
            .unwrap()
            .get(),
        7
    );
}

#[test]
fn csharp_signs_a_fractional_timestamp_and_starts_multipart_with_a_line_break() {
    let signed = "x-qys-open-accesstoken: demoToken01\r\nx-qys-open-timestamp: 1700000000000.75\r\n\
        x-qys-open-signature: 4e59554e09259890e0d863d8a4be08de\r\n";
    let head = "POST /v2/document/addbyfile HTTP/1.1\r\nversion: C#-3.0.2\r\nExpect: 100-continue\r\n\
        Content-Type: multipart/form-data;charset=UTF-8; boundary=----sdkboundary1a2B3c";
    let body = "\r\n------sdkboundary1a2B3c\r\nContent-Disposition:form-data;name=\"contractId\"\r\n\
        Content-Type:text/plain\r\n\r\n7\r\n\
        ------sdkboundary1a2B3c\r\nContent-Disposition:form-data;name=\"title\"\r\nContent-Type:text/plain\r\n\r\n合同\r\n\
        ------sdkboundary1a2B3c\r\nContent-Disposition:form-data;name=\"file\";filename=\"streamFile\"\r\n\
        Content-Type:application/octet-stream\r\n\r\n%PDF\r\n------sdkboundary1a2B3c--\r\n";
    let request = AddByFileRequest::read(&fields(head, signed, body)).unwrap();
    assert_eq!(
        (request.title.as_str(), request.file_suffix, request.file.suffix()),
        ("合同", None, None)
    );
}

#[test]
fn go_sends_forms_as_multipart_in_any_order_and_floats_with_six_digits() {
    let head = "POST /v2/document/addbyfile HTTP/1.1\r\nversion: GO-3.1.1\r\n\
        Content-Type: multipart/form-data; boundary=5d41402abc4b2a76b9719d911017c592";
    let body = "--5d41402abc4b2a76b9719d911017c592\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"合同.pdf\"\r\nContent-Type: application/octet-stream\r\n\r\n\
        %PDF\r\n--5d41402abc4b2a76b9719d911017c592\r\n\
        Content-Disposition: form-data; name=\"stampers\"\r\n\r\n[{\"type\":\"COMPANY\",\"offsetX\":0.500000}]\r\n\
        --5d41402abc4b2a76b9719d911017c592\r\nContent-Disposition: form-data; name=\"documentSort\"\r\n\r\n2.000000\r\n\
        --5d41402abc4b2a76b9719d911017c592\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n合同\r\n\
        --5d41402abc4b2a76b9719d911017c592\r\nContent-Disposition: form-data; name=\"contractId\"\r\n\r\n7\r\n\
        --5d41402abc4b2a76b9719d911017c592--\r\n";
    let request = AddByFileRequest::read(&fields(head, SIGNED, body)).unwrap();
    assert_eq!(
        (request.document_sort, request.stampers[0].offset_x),
        (Some(2), Some(0.5))
    );
    assert_eq!(request.file.suffix().as_deref(), Some("pdf"));
}

#[test]
fn go_sends_null_for_a_missing_object_and_mistypes_two_fields() {
    let head = "POST /v2/contract/draft HTTP/1.1\r\nContent-Type: application/json;charset=UTF-8";
    assert!(
        DraftRequest::read(&fields(head, SIGNED, "null"))
            .unwrap()
            .contract
            .signatories
            .is_empty()
    );
    let draft = DraftRequest::read(&fields(head, SIGNED, r#"{"tags":"a,b","callbackUrl":true}"#)).unwrap();
    assert_eq!(
        (draft.contract.tags.len(), draft.contract.callback_url),
        (2, None)
    );
}

#[test]
fn go_escapes_a_query_as_a_path_and_downloads_unescaped() {
    let head = "GET /v2/contract/list?publishTimeStart%09=2026-01-01%2000:00:00&categoryId=2490828768980361630.000000 HTTP/1.1";
    let list = ListRequest::read(&fields(head, SIGNED, "")).unwrap();
    assert!(list.published.start.is_some() && list.category_id.unwrap().rounded);
    let head = "GET /v2/contract/download?bizId=合同 1&tenantName=契书演示 公司&downloadItems=CONTRACT,SIGNLOG HTTP/1.1";
    let download = DownloadRequest::read(&fields(head, SIGNED, "")).unwrap();
    assert_eq!(download.address.biz_id.as_deref(), Some("合同 1"));
    assert_eq!(download.address.tenant_name.as_deref(), Some("契书演示 公司"));
}

#[test]
fn go_3_0_posts_unescaped_forms() {
    let head = "POST /v2/contract/pageurl HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    let body = "contractId=7&user={\"contact\":\"13900000000\",\"name\":\"王 五\"}&callbackPage=https://example.com/a";
    let request = PageUrlRequest::read(&fields(head, SIGNED, body)).unwrap();
    assert_eq!(request.user.name.as_deref(), Some("王 五"));
    assert_eq!(request.callback_page.as_deref(), Some("https://example.com/a"));
}

#[test]
fn php_sends_no_nonce_empty_keys_full_paths_and_the_query_twice() {
    let head = "GET /v2/contract/detail?contractId=7&bizId=&tenantName=契书?contractId=7&bizId=&tenantName=契书 HTTP/1.1\r\n\
        User-Agent: qiyuesuo-php-sdk\r\nversion: PHP-1.5.0";
    let detail = DetailRequest::read(&fields(head, SIGNED_OLD, "")).unwrap();
    assert_eq!(
        (detail.address.biz_id, detail.address.tenant_name.as_deref()),
        (None, Some("契书"))
    );

    let head = "POST /v2/document/addbyfile HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=------------------------4ebf00fbcf09";
    let body = "--------------------------4ebf00fbcf09\r\nContent-Disposition: form-data; name=\"contractId\"\r\n\r\n7\r\n\
        --------------------------4ebf00fbcf09\r\nContent-Disposition: form-data; name=\"bizId\"\r\n\r\n\r\n\
        --------------------------4ebf00fbcf09\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n合同\r\n\
        --------------------------4ebf00fbcf09\r\nContent-Disposition: form-data; name=\"file\"; filename=\"/var/www/up/合同.docx\"\r\n\
        Content-Type: application/octet-stream\r\n\r\nPK\r\n\
        --------------------------4ebf00fbcf09--\r\n";
    let request = AddByFileRequest::read(&fields(head, SIGNED_OLD, body)).unwrap();
    assert_eq!(request.file.file_name.as_deref(), Some("合同.docx"));
    assert_eq!(request.address.biz_id, None);

    let head = "POST /v2/contract/draft HTTP/1.1\r\nContent-Type: application/json;charset=UTF-8";
    let draft = DraftRequest::read(&fields(
        head,
        SIGNED_OLD,
        r#"{"bizId":null,"subject":"","sn":"","creator":null}"#,
    ));
    assert_eq!(draft.unwrap().contract.creator, None);
}

#[test]
fn configured_trailing_slashes_double_the_first_slash() {
    let request = format!("POST //v2/contract/draft HTTP/1.1\r\n{SIGNED}\r\n{{}}");
    assert_eq!(receive(request.as_bytes()).0, "/v2/contract/draft");
}

#[test]
fn integrators_post_to_get_endpoints() {
    let head = "POST /v2/contract/detail HTTP/1.1\r\nContent-Type: application/json";
    let detail =
        DetailRequest::read(&fields(head, SIGNED, r#"{"contractId":"7","queryLocation":"1"}"#)).unwrap();
    assert!(detail.query_location);
}

#[test]
fn a_repeated_request_meets_its_own_key() {
    let keys = |signed: &str, body: &str| {
        let request = format!(
            "POST /v2/contract/send HTTP/1.1\r\nContent-Type: application/json\r\n{signed}\r\n{body}"
        );
        receive(request.as_bytes()).1
    };
    assert_eq!(keys(SIGNED, "{}"), keys(SIGNED, "{}"));
    assert_eq!(keys(SIGNED, "{}"), keys(SIGNED, "{\"contractId\":1}"));
    assert_eq!(keys(SIGNED_OLD, "{}"), keys(SIGNED_OLD, "{}"));
    assert_ne!(keys(SIGNED_OLD, "{}"), keys(SIGNED_OLD, "{\"contractId\":1}"));
}
