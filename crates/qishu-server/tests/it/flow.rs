//! Contracts from draft to archive.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pdfseal::Limits;
use pdfseal::verify::verify;
use qishu_app::demo::PLATFORM_COMPANY;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, contract_pdf};

pub(crate) const PERSON: &str = "13900000001";

/// A draft of the company and some people, with the example as its document.
pub(crate) struct Drafted {
    pub(crate) contract: String,
    pub(crate) document: String,
    pub(crate) action: String,
    pub(crate) people: Vec<String>,
}

pub(crate) fn person(contact: &str) -> Value {
    json!({ "tenantType": "PERSONAL", "tenantName": "张三",
            "receiver": { "name": "张三", "contact": contact, "contactType": "MOBILE" } })
}

pub(crate) fn draft_body(contacts: &[&str]) -> Value {
    let company = json!({ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY, "serialNo": "1",
                          "actions": [{ "type": "COMPANY" }] });
    let mut signatories = vec![company];
    signatories.extend(contacts.iter().map(|contact| person(contact)));
    json!({ "subject": "劳动合同", "bizId": "", "signatories": signatories })
}

pub(crate) async fn draft(app: &TestApp, body: &Value) -> Drafted {
    let contract = app.post("/v2/contract/draft", body).await.result();
    let id = contract["id"].as_str().unwrap().to_owned();
    let fields = [
        ("contractId", id.as_str()),
        ("title", "合同正文"),
        ("fileSuffix", "pdf"),
        ("bizId", ""),
    ];
    let document = app
        .upload("/v2/document/addbyfile", &fields, contract_pdf())
        .await
        .result();
    let parties = contract["signatories"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    Drafted {
        contract: id,
        document: text(&document["documentId"]),
        action: text(&parties[0]["actions"][0]["id"]),
        people: parties[1..].iter().map(|party| text(&party["id"])).collect(),
    }
}

pub(crate) async fn send(app: &TestApp, drafted: &Drafted) -> Answer {
    let at = |mut stamper: Value| {
        stamper["documentId"] = json!(drafted.document);
        stamper
    };
    let mut stampers = vec![
        at(
            json!({ "actionId": drafted.action, "type": "COMPANY", "keyword": "甲方（盖章）", "offsetY": "-0.05" }),
        ),
        at(json!({ "actionId": drafted.action, "type": "ACROSS_PAGE", "offsetY": 0.5 })),
    ];
    for person in &drafted.people {
        stampers.push(at(
            json!({ "signatoryId": person, "type": "PERSONAL", "page": -1, "offsetX": 0.6, "offsetY": 0.3 }),
        ));
    }
    app.post(
        "/v2/contract/send",
        &json!({ "contractId": drafted.contract, "stampers": stampers }),
    )
    .await
}

pub(crate) async fn status(app: &TestApp, contract: &str) -> String {
    let detail = app
        .get(&format!("/v2/contract/detail?contractId={contract}"))
        .await
        .result();
    detail["status"].as_str().unwrap().to_owned()
}

/// Opens the person's link; answers the session and what is needed to sign.
pub(crate) async fn open_page(app: &TestApp, contract: &str, contact: &str) -> (String, Value) {
    let user = json!({ "contact": contact, "contactType": "MOBILE" });
    let body = json!({ "contractId": contract, "user": user, "hideRejectButton": false });
    let link = app.post("/v2/contract/pageurl", &body).await.result()["pageUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = link.rsplit('/').next().unwrap();
    let opened = app.page("/open", "", Some(&json!({ "token": token }))).await;
    assert_eq!(opened.status, 200, "{}", opened.text());
    let session = opened.json()["session"].as_str().unwrap().to_owned();
    let page = app.page("/contract", &session, None).await.json();
    let revisions: Vec<Value> = page["documents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|document| json!({ "documentId": document["id"], "revision": document["revision"] }))
        .collect();
    (session, json!(revisions))
}

/// Asks for a code and reads it where the simulated provider put it.
pub(crate) async fn code(app: &TestApp, session: &str, revisions: &Value, contact: &str) -> String {
    let sent = app
        .page("/code", session, Some(&json!({ "revisions": revisions })))
        .await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    app.work().await;
    app.simulator.last_code(contact).expect("a code was sent")
}

pub(crate) fn signature(revisions: &Value, code: &str) -> Value {
    json!({ "revisions": revisions, "code": code, "signature": { "pngBase64": STANDARD.encode(stroke()) } })
}

/// A PNG with one dark stroke on a transparent ground.
fn stroke() -> &'static [u8] {
    include_bytes!("stroke.png")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_is_drafted_sent_sealed_signed_and_complete() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        assert_eq!(status(&app, &drafted.contract).await, "SIGNING");
        let sealed = app
            .post(
                "/v2/contract/companysign",
                &json!({ "contractId": drafted.contract }),
            )
            .await;
        assert_eq!(sealed.code(), 0, "{}", sealed.text());
        let (session, revisions) = open_page(&app, &drafted.contract, PERSON).await;
        let code = code(&app, &session, &revisions, PERSON).await;
        let wrong = app
            .page("/sign", &session, Some(&signature(&revisions, "000000")))
            .await;
        assert_eq!(
            (
                wrong.status,
                wrong.json()["code"].clone(),
                wrong.json()["triesLeft"].clone()
            ),
            (400, json!("CODE_WRONG"), json!(4))
        );
        let signed = app
            .page("/sign", &session, Some(&signature(&revisions, &code)))
            .await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
        let pdf = app
            .get(&format!("/v2/document/download?documentId={}", drafted.document))
            .await;
        assert!(pdf.head.to_lowercase().contains("content-type: application/pdf"));
        let anchors = [app.app.authority.root_certificate().clone()];
        let report = verify(&pdf.body, &Limits::default(), &anchors, app.clock.now_ms() / 1000);
        assert!(report.all_passed(), "{report:?}");
        assert_eq!(report.signatures.len(), 2);
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn status_rules_are_those_of_the_specification() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        let contract = json!({ "contractId": drafted.contract });
        assert_eq!(app.post("/v2/contract/companysign", &contract).await.code(), 1101);
        let user = json!({ "contractId": drafted.contract, "user": { "contact": PERSON, "contactType": "MOBILE" } });
        assert_eq!(app.post("/v2/contract/pageurl", &user).await.code(), 1101);
        assert_eq!(send(&app, &drafted).await.code(), 0);
        assert_eq!(send(&app, &drafted).await.code(), 1101);
        assert_eq!(app.post("/v2/contract/legalpersonsign", &json!({ "contractId": drafted.contract, "stampers": [] })).await.code(), 1107);
        let stranger = json!({ "contractId": drafted.contract, "user": { "contact": "13911112222", "contactType": "MOBILE" } });
        let refused = app.post("/v2/contract/pageurl", &stranger).await;
        assert_eq!((refused.code(), refused.json()["responseCode"].clone()), (1110, json!("11011121")));
        assert_eq!(app.post("/v2/contract/invalid", &contract).await.code(), 0);
        assert_eq!(status(&app, &drafted.contract).await, "RECALLED");
        assert_eq!(app.post("/v2/contract/invalid", &contract).await.code(), 0);
        assert_eq!(app.get(&format!("/v2/contract/detail?contractId={}", drafted.contract)).await.code(), 1003);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_overwritten_by_biz_id_until_they_are_sent() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = draft_body(&[PERSON]);
        body["bizId"] = json!("ORDER-1");
        let first = draft(&app, &body).await;
        body["subject"] = json!("劳动合同（修订）");
        let second = app.post("/v2/contract/draft", &body).await.result();
        assert_eq!(second["id"], json!(first.contract));
        assert_eq!(second["documents"].as_array().unwrap().len(), 1, "documents stay");
        let parties = second["signatories"].as_array().unwrap();
        let again = Drafted {
            action: parties[0]["actions"][0]["id"].as_str().unwrap().to_owned(),
            people: vec![parties[1]["id"].as_str().unwrap().to_owned()],
            ..first
        };
        assert_eq!(send(&app, &again).await.code(), 0);
        assert_eq!(app.post("/v2/contract/draft", &body).await.code(), 1112);
        assert_eq!(
            app.get("/v2/contract/detail?bizId=ORDER-1").await.result()["subject"],
            "劳动合同（修订）"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_that_cannot_work_are_refused_with_the_documented_code() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let code = async |body: Value| app.post("/v2/contract/draft", &body).await.code();
        assert_eq!(code(json!({ "signatories": [] })).await, 1005, "no subject");
        assert_eq!(code(draft_body(&[PERSON, PERSON])).await, 1102);
        let company = |actions: Value| {
            json!({ "subject": "a", "signatories": [{ "tenantType": "COMPANY", "tenantName": PLATFORM_COMPANY, "actions": actions }] })
        };
        assert_eq!(code(company(json!([]))).await, 1103);
        assert_eq!(code(company(json!([{ "type": "AUDIT", "operators": [] }]))).await, 1105);
        assert_eq!(code(company(json!([{ "type": "OPERATOR" }]))).await, 1111);
        assert_eq!(code(company(json!([{ "type": "COMPANY", "sealId": "3014826187358859384" }]))).await, 1201);
        let nobody = json!([{ "type": "AUDIT", "operators": [{ "contact": "13911112222", "contactType": "MOBILE" }] }]);
        assert_eq!(code(company(nobody)).await, 1701);
        assert_eq!(code(json!({ "subject": "a", "tenantName": "没有这家公司" })).await, 1801);
        assert_eq!(code(json!({ "subject": "a", "category": { "name": "没有" } })).await, 1302);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_deadline_expires_the_contract_and_tells_the_integrator() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        app.clock.advance_ms(32 * 86_400_000);
        app.work().await;
        assert_eq!(status(&app, &drafted.contract).await, "EXPIRED");
        let id = drafted.contract.parse().unwrap();
        let events = qishu_store::callback::list(&mut app.app.store.read("test"), id)
            .await
            .unwrap();
        let kinds: Vec<&str> = events.iter().map(|event| event.event.kind.as_str()).collect();
        assert_eq!(kinds, ["SEND_SIGNING", "EXPIRED"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_that_is_signed_is_the_one_that_was_shown() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = draft_body(&[PERSON, "13900000002"]);
        body["ordinal"] = json!(false);
        let drafted = draft(&app, &body).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let (session, revisions) = open_page(&app, &drafted.contract, PERSON).await;
        let code = code(&app, &session, &revisions, PERSON).await;
        let sealed = app
            .post(
                "/v2/contract/companysign",
                &json!({ "contractId": drafted.contract }),
            )
            .await;
        assert_eq!(sealed.code(), 0);
        let late = app
            .page("/sign", &session, Some(&signature(&revisions, &code)))
            .await;
        assert_eq!(
            (late.status, late.json()["code"].clone()),
            (409, json!("REVISION_CHANGED"))
        );
        assert_eq!(status(&app, &drafted.contract).await, "SIGNING");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_returned_contract_keeps_its_reason() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = draft_body(&[PERSON]);
        body["ordinal"] = json!(false);
        let drafted = draft(&app, &body).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let (session, _) = open_page(&app, &drafted.contract, PERSON).await;
        let forged = app
            .post_with(
                "/page/api/reject",
                &format!("X-Qishu-Session: {session}\r\n"),
                &json!({ "reason": "a" }),
            )
            .await;
        assert_eq!(forged.status, 403, "another site cannot act for the person");
        let returned = app
            .page("/reject", &session, Some(&json!({ "reason": "金额不符" })))
            .await;
        assert_eq!(returned.status, 200, "{}", returned.text());
        let detail = app
            .get(&format!("/v2/contract/detail?contractId={}", drafted.contract))
            .await
            .result();
        assert_eq!(
            (detail["status"].clone(), detail["comments"].clone()),
            (json!("REJECTED"), json!("金额不符"))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_link_asks_for_log_in_and_tells_nothing_before() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = draft_body(&[PERSON]);
        body["ordinal"] = json!(false);
        let drafted = draft(&app, &body).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let short = app
            .get(&format!("/v2/contract/shorturl?contractId={}", drafted.contract))
            .await
            .result();
        let token = short["shorturl"].as_str().unwrap().rsplit('/').next().unwrap();
        let opened = app
            .page("/open", "", Some(&json!({ "token": token })))
            .await
            .json();
        assert_eq!(opened["purpose"], "LOG_IN");
        let session = opened["session"].as_str().unwrap();
        assert_eq!(app.page("/contract", session, None).await.status, 403);
        let stranger = app
            .page("/login/code", session, Some(&json!({ "contact": "13911112222" })))
            .await;
        assert_eq!(stranger.status, 200, "the answer does not tell who is a party");
        app.page("/login/code", session, Some(&json!({ "contact": PERSON })))
            .await;
        app.work().await;
        assert_eq!(app.simulator.last_code("13911112222"), None);
        let code = app.simulator.last_code(PERSON).unwrap();
        let login = json!({ "contact": PERSON, "code": code });
        let logged_in = app.page("/login", session, Some(&login)).await.json();
        assert_eq!(logged_in["purpose"], "SIGN");
        let page = app
            .page("/contract", logged_in["session"].as_str().unwrap(), None)
            .await
            .json();
        assert_eq!(page["step"]["canSign"], true);
        assert_eq!(
            app.page("/login", session, Some(&login)).await.status,
            401,
            "a session is used up by logging in"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_that_seal_themselves_are_sealed_when_they_are_reached() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = draft_body(&[PERSON]);
        body["signatories"][0]["actions"][0]["autoSign"] = json!("true");
        let drafted = draft(&app, &body).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        app.work().await;
        let target = format!("/v2/contract/detail?contractId={}", drafted.contract);
        let detail = app.get(&target).await.result();
        let parties = detail["signatories"].as_array().unwrap();
        assert_eq!(
            (&parties[0]["status"], &parties[1]["status"]),
            (&json!("SIGNED"), &json!("SIGNING"))
        );
        assert_eq!(parties[0]["complateTime"], parties[0]["completeTime"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_paged() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for _ in 0..3 {
            draft(&app, &draft_body(&[PERSON])).await;
            app.clock.advance_ms(1000);
        }
        let sent = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &sent).await.code(), 0);
        let list = async |query: &str| app.get(&format!("/v2/contract/list?{query}")).await.result();
        assert_eq!(list("").await["totalCount"], 4);
        assert_eq!(
            list("status=SIGNING").await["list"][0]["id"],
            json!(sent.contract)
        );
        let page = list("status=DRAFT,SIGNING&selectOffset=1&selectLimit=2&createTimeOrder=ASC").await;
        assert_eq!(
            (page["totalCount"].clone(), page["list"].as_array().unwrap().len()),
            (json!(4), 2)
        );
        assert_eq!(list("signatoryType=RECEIVER").await["totalCount"], 0);
        assert_eq!(app.get("/v2/contract/list?status=SIGNED").await.code(), 1005);
    })
    .await;
}
