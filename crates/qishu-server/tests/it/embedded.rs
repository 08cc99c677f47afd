//! Pages inside pages of others: `/uniformapi` as each proxy calls it (5.6 of the protocol), and tickets of mini-programs (7.3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qishu_app::demo::{APP_SECRET, APP_TOKEN};
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::{SECRET, TOKEN, add_stranger};
use crate::client::{Answer, contract_pdf, md5};
use crate::flow::{PERSON, draft, draft_body, send, signature, status};
use crate::stage::{contract_of, drafted, individual, sent, text};

const OTHER: &str = "13900000042";
const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) fn frame(op: &str, session: Option<&str>, params: &Value) -> String {
    let p = URL_SAFE_NO_PAD.encode(params.to_string());
    json!({ "v": 1, "op": op, "s": session, "p": p, "l": "zh" }).to_string()
}

pub(crate) fn open_frame(contract: &str, contact: &str) -> String {
    frame(
        "sign.open",
        None,
        &json!({ "contractId": contract, "contact": contact }),
    )
}

pub(crate) fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// As the Java, C# and Python proxies forward what has no file.
async fn post(app: &TestApp, request_data: &str) -> Answer {
    let body = format!("requestData={}", escaped(request_data));
    let headers = app.signed_headers();
    let answer = app
        .post_bytes("/uniformapi", &headers, FORM, body.as_bytes())
        .await;
    assert_fit_for_proxies(&answer);
    answer
}

async fn get(app: &TestApp, request_data: &str) -> Answer {
    app.get(&format!("/uniformapi?requestData={}", escaped(request_data)))
        .await
}

/// Nothing in between may swallow, repeat or spoil it.
fn assert_fit_for_proxies(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(!answer.body.is_empty());
    assert!(
        answer.body.iter().all(|byte| (b' '..=b'~').contains(byte)),
        "{}",
        answer.text()
    );
    assert!(!answer.body.contains(&b'\\'), "{}", answer.text());
    assert!(!answer.head.to_ascii_lowercase().contains("content-encoding"));
}

fn unpacked(answer: &Answer) -> Value {
    let envelope = answer.json();
    let packed = envelope["result"].as_str().unwrap_or_default();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(packed).unwrap())
        .unwrap_or_else(|error| panic!("{error}: {envelope}"))
}

async fn perform(app: &TestApp, op: &str, session: &str, params: &Value) -> Value {
    let answer = post(app, &frame(op, Some(session), params)).await;
    assert_eq!(answer.code(), 0, "{op}: {}", answer.text());
    unpacked(&answer)
}

/// The number of the refusal and what the page is told.
fn refusal(answer: &Answer) -> (i64, String) {
    (answer.code(), text(&unpacked(answer)["code"]))
}

async fn opened(app: &TestApp, contract: &str, contact: &str) -> String {
    let answer = post(app, &open_frame(contract, contact)).await;
    assert_eq!(answer.code(), 0, "{}", answer.text());
    text(&unpacked(&answer)["session"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_through_a_proxy() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &contract_of(&[individual(PERSON)])).await;
        let id = text(&contract["id"]);
        let session = opened(&app, &id, PERSON).await;
        let page = perform(&app, "sign.contract", &session, &json!({})).await;
        assert_eq!(page["contract"]["subject"], "采购合同");
        let listed = perform(&app, "sign.documents", &session, &json!({})).await;
        let document = &listed["documents"][0];
        assert_eq!(document["revision"], page["documents"][0]["revision"]);
        let size = document["size"].as_u64().unwrap();
        let asked = json!({ "documentId": document["id"], "revision": document["revision"], "first": 0, "end": size });
        let file = get(&app, &frame("file.get", Some(&session), &asked)).await;
        assert_eq!((file.body.len() as u64, &file.body[..5]), (size, &b"%PDF-"[..]));
        let mut piece = asked.clone();
        piece["first"] = json!(5);
        piece["end"] = json!(10);
        let piece = get(&app, &frame("file.get", Some(&session), &piece)).await;
        assert_eq!(piece.body, &file.body[5..10]);
        let revisions = json!([{ "documentId": document["id"], "revision": document["revision"] }]);
        let code = json!({ "revisions": revisions });
        let told = perform(&app, "sign.sendCode", &session, &code).await;
        assert_eq!(told["sentTo"], "139****0001");
        app.work().await;
        let code = app.simulator.last_code(PERSON).expect("a code was sent");
        let wrong = frame("sign.submit", Some(&session), &signature(&revisions, "000000"));
        let wrong = post(&app, &wrong).await;
        assert_eq!(refusal(&wrong), (1002, "CODE_WRONG".to_owned()));
        assert_eq!(unpacked(&wrong)["triesLeft"], 4);
        let signed = perform(&app, "sign.submit", &session, &signature(&revisions, &code)).await;
        assert_eq!(signed["contractStatus"], "COMPLETE");
        assert_eq!(status(&app, &id).await, "COMPLETE");
        let stale = get(&app, &frame("file.get", Some(&session), &asked)).await;
        assert_eq!(refusal(&stale).1, "REVISION_CHANGED", "the shown bytes are those of the shown revision");
        let again = post(&app, &open_frame(&id, PERSON)).await;
        assert_eq!(refusal(&again), (1107, "ALREADY_SIGNED".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_proxy_reaches_the_same_operation() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &contract_of(&[individual(PERSON)])).await;
        let id = text(&contract["id"]);
        let data = open_frame(&id, PERSON);
        assert_eq!(post(&app, &data).await.code(), 0, "Java, C#, Python");
        assert_eq!(post(&app, &escaped(&data)).await.code(), 0, "encoded once too often");
        assert_eq!(get(&app, &data).await.code(), 0, "in the query");
        // PHP: three headers, always multipart, with an empty part named file.
        let timestamp = app.clock.now_ms().to_string();
        let signed = md5(&[APP_TOKEN, APP_SECRET, &timestamp]);
        let php = format!(
            "x-qys-open-accesstoken: {APP_TOKEN}\r\nx-qys-open-timestamp: {timestamp}\r\nx-qys-open-signature: {signed}\r\n"
        );
        let parts = format!(
            "--b\r\nContent-Disposition: form-data; name=\"requestData\"\r\n\r\n{data}\r\n\
             --b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--b--\r\n"
        );
        let kind = "multipart/form-data; boundary=b";
        let answer = app.post_bytes("/uniformapi", &php, kind, parts.as_bytes()).await;
        assert_fit_for_proxies(&answer);
        assert_eq!(answer.code(), 0, "PHP: {}", answer.text());
        // Java and C#: the token twice, the file named by the proxy.
        let twice = format!("x-qys-open-accesstoken: {APP_TOKEN}\r\n{}", app.signed_headers());
        let answer = app
            .upload_with("/uniformapi", &twice, &[("requestData", &data)], ("file", b""))
            .await;
        assert_fit_for_proxies(&answer);
        assert_eq!(answer.code(), 0, "Java with an empty file: {}", answer.text());
        let checked = json!({ "contractId": id, "contact": PERSON, "check": true });
        let checked = unpacked(&post(&app, &frame("sign.open", None, &checked)).await);
        assert_eq!(checked["session"], Value::Null, "a page that only asks gets no ticket");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_handed_in_through_a_proxy() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut person = individual(PERSON);
        person["attachments"] = json!([{ "title": "身份证复印件", "required": true }]);
        let contract = sent(&app, &contract_of(&[person])).await;
        let session = opened(&app, &text(&contract["id"]), PERSON).await;
        let page = perform(&app, "sign.contract", &session, &json!({})).await;
        let demand = json!({ "attachmentId": page["attachments"][0]["id"], "name": "证.pdf" });
        let data = frame("file.put", Some(&session), &demand);
        let without = post(&app, &data).await;
        assert_eq!(refusal(&without), (1005, "INVALID_PARAM".to_owned()));
        let handed = app
            .upload("/uniformapi", &[("requestData", &data)], contract_pdf())
            .await;
        assert_eq!(handed.code(), 0, "{}", handed.text());
        let page = perform(&app, "sign.contract", &session, &json!({})).await;
        assert_eq!(page["attachments"][0]["isHandedIn"], true);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_to_sign_now_is_told_why() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let first = draft(&app, &draft_body(&[PERSON])).await;
        let draft_yet = post(&app, &open_frame(&first.contract, PERSON)).await;
        assert_eq!(refusal(&draft_yet), (1101, "CONTRACT_CLOSED".to_owned()));
        assert_eq!(send(&app, &first).await.code(), 0);
        let rows = [
            (
                open_frame(&first.contract, PERSON),
                1107,
                "NOT_YOUR_TURN",
                "the company is first",
            ),
            (
                open_frame(&first.contract, OTHER),
                1110,
                "NO_PERMISSION",
                "nobody of the contract",
            ),
            (
                open_frame(crate::stage::UNKNOWN, PERSON),
                1101,
                "CONTRACT_CLOSED",
                "no such contract",
            ),
            (
                open_frame(&first.contract, " "),
                1005,
                "INVALID_PARAM",
                "no contact",
            ),
            (
                frame("sign.open", None, &json!({ "contact": PERSON })),
                1005,
                "INVALID_PARAM",
                "no contract",
            ),
            (
                frame("sign.contract", None, &json!({})),
                1002,
                "SESSION_EXPIRED",
                "no ticket",
            ),
            (
                frame("sign.contract", Some("x"), &json!({})),
                1002,
                "SESSION_EXPIRED",
                "an unknown ticket",
            ),
        ];
        for (data, code, told, why) in rows {
            let answer = post(&app, &data).await;
            let (number, page_code) = refusal(&answer);
            assert_eq!(page_code, told, "{why}: {}", answer.text());
            if code != 1101 {
                assert_eq!(number, code, "{why}");
            }
        }
        let expiring = json!({ "subject": "采购合同", "signatories": [individual(PERSON)],
                               "expireTime": "2030-01-01 00:00:00" });
        let contract = text(&sent(&app, &expiring).await["id"]);
        let session = opened(&app, &contract, PERSON).await;
        app.clock.advance_ms(3 * 3_600_000);
        let ended = post(&app, &frame("sign.contract", Some(&session), &json!({}))).await;
        assert_eq!(refusal(&ended).1, "SESSION_EXPIRED", "two hours later");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_page_operations_can_be_reached() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &contract_of(&[individual(PERSON)])).await;
        let session = opened(&app, &text(&contract["id"]), PERSON).await;
        for op in [
            "sign.end",
            "sign.recall",
            "contract.send",
            "v2.contract.send",
            "sign",
        ] {
            let answer = post(&app, &frame(op, Some(&session), &json!({}))).await;
            assert_eq!(refusal(&answer), (1005, "INVALID_PARAM".to_owned()), "{op}");
        }
        for data in ["", "hello", "{\"url\":\"/v2/contract/send\"}", "{\"v\":1}", "[]"] {
            let answer = post(&app, data).await;
            assert_eq!(answer.code(), 1005, "{data}");
        }
        let foreign = post(&app, "{\"method\":\"sign\",\"名\":\"值\"}").await;
        assert!(
            foreign.text().contains("replace its folders"),
            "{}",
            foreign.text()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_is_good_for_its_application_and_its_proxy_only() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let contract = sent(&app, &contract_of(&[individual(PERSON)])).await;
        let session = opened(&app, &text(&contract["id"]), PERSON).await;
        let body = format!(
            "requestData={}",
            escaped(&frame("sign.contract", Some(&session), &json!({})))
        );
        let headers = app.headers_of(TOKEN, SECRET);
        let stolen = app
            .post_bytes("/uniformapi", &headers, FORM, body.as_bytes())
            .await;
        assert_eq!(refusal(&stolen).1, "SESSION_EXPIRED", "another application");
        let direct = app.page("/contract", &session, None).await;
        assert_eq!(direct.status, 401, "past the proxy");
        let (link_session, _) = crate::flow::open_page(&app, &text(&contract["id"]), PERSON).await;
        let linked = post(&app, &frame("sign.contract", Some(&link_session), &json!({}))).await;
        assert_eq!(refusal(&linked).1, "SESSION_EXPIRED", "a session of a link");
    })
    .await;
}

async fn ticket(app: &TestApp, path: &str, body: &Value) -> String {
    text(&app.post(path, body).await.result()["ticket"])
}

async fn enter(app: &TestApp, ticket: &str, client: &str) -> Answer {
    app.page(
        "/ticket",
        "",
        Some(&json!({ "ticket": ticket, "client": client })),
    )
    .await
}

const PHONE: &str = "phone-0123456789abcdef";
const THIEF: &str = "thief-0123456789abcdef";

#[tokio::test(flavor = "multi_thread")]
async fn a_mini_program_signs_with_a_ticket_until_it_is_used_up() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &contract_of(&[individual(PERSON), individual(OTHER)])).await;
        let id = text(&contract["id"]);
        let user = json!({ "contact": PERSON, "contactType": "MOBILE" });
        let asked = json!({ "contractId": id, "user": user, "allowPasswordSign": true });
        let ticket = ticket(&app, "/v2/contract/miniappexchange", &asked).await;
        let as_link = app.page("/open", "", Some(&json!({ "token": ticket }))).await;
        assert_eq!(as_link.status, 410, "a ticket is no link");
        let first = enter(&app, &ticket, PHONE).await;
        assert_eq!(first.json()["purpose"], "SIGN", "{}", first.text());
        assert_eq!(enter(&app, &ticket, THIEF).await.status, 410, "another client");
        let session = text(&enter(&app, &ticket, PHONE).await.json()["session"]);
        let page = app.page("/contract", &session, None).await.json();
        let document = &page["documents"][0];
        let revisions = json!([{ "documentId": document["id"], "revision": document["revision"] }]);
        let code = crate::flow::code(&app, &session, &revisions, PERSON).await;
        let signed = app
            .page("/sign", &session, Some(&signature(&revisions, &code)))
            .await;
        assert_eq!(signed.json()["contractStatus"], "SIGNING", "{}", signed.text());
        assert_eq!(
            enter(&app, &ticket, PHONE).await.status,
            410,
            "used up by signing"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_refused_for_strangers_drafts_and_when_old() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &contract_of(&[individual(PERSON)])).await;
        let (id, path) = (text(&contract["id"]), "/v2/contract/miniappexchange");
        let user = |contact: &str| json!({ "contact": contact, "contactType": "MOBILE" });
        let draft = text(&drafted(&app, &contract_of(&[individual(PERSON)])).await["id"]);
        for (body, code) in [
            (json!({ "contractId": id, "user": user(OTHER) }), 1110),
            (json!({ "contractId": id }), 1005),
            (json!({ "user": user(PERSON) }), 1005),
            (json!({ "contractId": draft, "user": user(PERSON) }), 1101),
            (
                json!({ "contractId": id, "user": { "contact": PERSON, "contactType": "FAX" } }),
                1005,
            ),
        ] {
            assert_eq!(app.post(path, &body).await.code(), code, "{body}");
        }
        let old = ticket(&app, path, &json!({ "contractId": id, "user": user(PERSON) })).await;
        assert_eq!(
            enter(&app, &old, "short").await.status,
            400,
            "a key that can be guessed"
        );
        app.clock.advance_ms(30 * 60_000);
        assert_eq!(enter(&app, &old, PHONE).await.status, 410, "after half an hour");
        let view = format!("{path}/view");
        let wrong = json!({ "contractId": id, "documentId": crate::stage::UNKNOWN });
        assert_eq!(
            app.post(&view, &wrong).await.code(),
            1005,
            "a document of another contract"
        );
        let seen = ticket(
            &app,
            &view,
            &json!({ "contractId": id, "lang": "en", "themeColor": "#112233" }),
        )
        .await;
        let opened = enter(&app, &seen, PHONE).await.json();
        assert_eq!(
            (&opened["purpose"], &opened["lang"], &opened["themeColor"]),
            (&json!("VIEW"), &json!("en"), &json!("#112233"))
        );
    })
    .await;
}
