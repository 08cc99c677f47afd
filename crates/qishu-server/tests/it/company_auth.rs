//! 企业认证: links, both ways of authorising, the staff's review, results and callbacks.

use qishu_app::company_auth::{
    CompanyReviewFile, company_review_file, list_company_reviews, review_basics, review_letter,
};
use qishu_app::demo::PLATFORM_COMPANY;
use qishu_app::person_auth::{list_person_reviews, review_person};
use qishu_store::ledger::Actor;
use qishu_testkit::on_both;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::app::TestApp;
use crate::authorisation::{SECRET, TOKEN, add_stranger};
use crate::client::Answer;
use crate::organisation::{form_field, receiver};
use crate::person_auth::{authenticate, open, shown};
use crate::stage::text;

const PATH: &str = "/companyauth/h5page";
const NAME: &str = "新锐科技有限公司";
const NUMBER: &str = "91310000MA1NEWCO01";
const APPLICANT: &str = "13700000011";
const LEGAL: &str = "13700000012";
const LICENCE: &[u8] = b"%PDF-1.7 licence";
const LETTER: &[u8] = b"\xFF\xD8\xFF letter";

fn request() -> Value {
    json!({ "companyName": NAME, "registerNo": NUMBER, "legalPerson": "赵法人",
            "applicant": { "name": "周舟", "contact": APPLICANT, "contactType": "MOBILE" } })
}

async fn link(app: &TestApp, body: &Value) -> (String, String) {
    let made = app.post(PATH, body).await.result();
    let url = text(&made["authUrl"]);
    (
        url.rsplit('/').next().unwrap().to_owned(),
        text(&made["requestId"]),
    )
}

async fn post(app: &TestApp, session: &str, action: &str, body: Value) -> Answer {
    app.page(&format!("/identity/{action}"), session, Some(&body))
        .await
}

async fn hand_in(app: &TestApp, session: &str, what: &str, file: &[u8]) -> Answer {
    let headers = format!("X-Qishu-Session: {session}\r\nX-Qishu-Page: 1\r\n");
    let target = format!("/page/api/identity/company/{what}");
    app.post_bytes(&target, &headers, "application/octet-stream", file)
        .await
}

/// `(status, actionEvent)` of the callbacks that came, in order.
async fn events(app: &TestApp, calls: &mut UnboundedReceiver<String>) -> Vec<(String, String)> {
    // Events of one request go out one after the other.
    for _ in 0..4 {
        app.work().await;
    }
    let mut events = Vec::new();
    while let Ok(call) = calls.try_recv() {
        let info: Value = serde_json::from_str(&form_field(&call, "authInfo").unwrap()).unwrap();
        assert_eq!(
            (&info["name"], &info["applicantName"], &info["applicantPhone"]),
            (&json!(NAME), &json!("周舟"), &json!(APPLICANT))
        );
        events.push((
            form_field(&call, "status").unwrap(),
            form_field(&call, "actionEvent").unwrap(),
        ));
    }
    events
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(status, event): &(&str, &str)| ((*status).to_owned(), (*event).to_owned());
    expected.iter().map(owned).collect()
}

async fn result(app: &TestApp, id: &str) -> Value {
    app.get(&format!("/companyauth/result?requestId={id}"))
        .await
        .result()
}

/// A session of the applicant with approved basic data, its request, and the callbacks.
async fn approved(app: &TestApp) -> (String, String, UnboundedReceiver<String>) {
    let (hook, mut calls) = receiver(r#"{"code":0}"#).await;
    let mut body = request();
    body["callbackUrl"] = json!(hook);
    let (token, id) = link(app, &body).await;
    authenticate(app, APPLICANT, "周舟").await;
    let session = open(app, &token).await;
    assert_eq!(hand_in(app, &session, "license", LICENCE).await.status, 200);
    let submitted = post(app, &session, "company/basics", json!({})).await;
    assert_eq!(
        submitted.json()["shown"]["state"],
        "AUTHORISING",
        "{}",
        submitted.text()
    );
    assert_eq!(events(app, &mut calls).await, pairs(&[("0", "0"), ("0", "1")]));
    let standing = result(app, &id).await;
    assert_eq!(
        (&standing["status"], &standing["basicStatus"]),
        (&json!(4), &json!(3))
    );
    (session, id, calls)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_legal_representative_authorises_online() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (session, id, mut calls) = approved(&app).await;
        let invited = post(&app, &session, "company/legal", json!({ "legalContact": LEGAL })).await;
        assert_eq!(invited.status, 200, "{}", invited.text());
        app.work().await;
        let message = app.simulator.messages(Some(LEGAL)).pop().unwrap().text;
        let token = message.rsplit('/').next().unwrap().to_owned();
        let legal = open(&app, &token).await;
        let page = shown(&app, &legal).await;
        assert_eq!(
            (&page["companyName"], &page["proven"], &page["open"]),
            (&json!(NAME), &json!(false), &json!(true))
        );
        let agree = async |session: &str| {
            app.clock.advance_ms(61_000);
            post(&app, session, "legal/code", json!({})).await;
            app.work().await;
            let code = app.simulator.last_code(LEGAL).unwrap();
            let body = json!({ "code": code, "consent": "LETTER-1" });
            post(&app, session, "legal/authorise", body).await
        };
        assert_eq!(agree(&legal).await.json()["code"], "AUTH_REQUIRED");
        let way = post(&app, &legal, "legal/auth", json!({})).await.json();
        let token = text(&way["pageUrl"]).rsplit('/').next().unwrap().to_owned();
        let auth = open(&app, &token).await;
        assert_eq!(shown(&app, &auth).await["fields"]["username"]["shown"], "赵法人");
        authenticate(&app, LEGAL, "赵法人").await;
        let back = app.page("/identity", &auth, None).await.json();
        assert!(text(&back["callbackPage"]).contains("/s/") && back["callbackTrusted"] == true);
        assert_eq!(shown(&app, &legal).await["proven"], true);
        let no_consent = post(
            &app,
            &legal,
            "legal/authorise",
            json!({ "code": "1", "consent": "" }),
        )
        .await;
        assert_eq!(no_consent.json()["field"], "consent");
        let done = agree(&legal).await;
        assert_eq!(done.json()["shown"]["passed"], true, "{}", done.text());
        assert_eq!(events(&app, &mut calls).await, pairs(&[("1", "7")]));
        let standing = result(&app, &id).await;
        assert_eq!(
            (
                &standing["status"],
                &standing["applicantName"],
                &standing["applicant"],
                &standing["applicantPhone"]
            ),
            (&json!(2), &json!("周舟"), &json!("周舟"), &json!(APPLICANT))
        );
        assert!(standing["authEndTime"].is_string());
        // The company is there, the applicant administers it, and it is not authenticated again.
        let company = app
            .get(&format!("/v2/company/detail?companyName={NAME}"))
            .await
            .result();
        assert_eq!(
            (
                &company["status"],
                &company["registerNo"],
                &company["legalPerson"]
            ),
            (&json!("AUTH_SUCCESS"), &json!(NUMBER), &json!("赵法人"))
        );
        let again = app.post(PATH, &request()).await;
        assert_eq!(again.code(), 1605);
        assert!(again.text().contains("已完成认证"), "{}", again.text());
        app.assert_promises().await;
        app.clock.advance_ms(367 * 86_400_000);
        assert_eq!(result(&app, &id).await["status"], 6);
        assert_eq!(app.post(PATH, &request()).await.code(), 0, "it lapsed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stamped_letter_and_a_small_payment_do_as_well() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (session, id, mut calls) = approved(&app).await;
        let account = json!({ "accountNo": "6222 0000 0000 1111", "bankName": "某某银行上海分行" });
        let early = post(&app, &session, "company/payment", account.clone()).await;
        assert_eq!(early.status, 403, "the letter comes first");
        assert_eq!(
            hand_in(&app, &session, "letter", b"text").await.json()["code"],
            "INVALID_FILE"
        );
        assert_eq!(hand_in(&app, &session, "letter", LETTER).await.status, 200);
        let [review] = list_company_reviews(&app.app).await.unwrap().try_into().unwrap();
        assert!(review.letter && review.auth.request_id == id);
        let file = company_review_file(&app.app, &id, CompanyReviewFile::Letter)
            .await
            .unwrap();
        assert_eq!(file, LETTER);
        review_letter(&app.app, &id, Some("没有公章".to_owned()), Actor::default())
            .await
            .unwrap();
        assert_eq!(events(&app, &mut calls).await, pairs(&[("2", "4")]));
        let standing = result(&app, &id).await;
        assert_eq!(
            (
                &standing["status"],
                &standing["basicStatus"],
                &standing["operAuthorizationReason"]
            ),
            (&json!(3), &json!(3), &json!("没有公章"))
        );
        hand_in(&app, &session, "letter", LETTER).await;
        let bad = json!({ "accountNo": "12x", "bankName": "某某银行" });
        assert_eq!(
            post(&app, &session, "company/payment", bad).await.json()["field"],
            "accountNo"
        );
        let refused = json!({ "accountNo": "6222000000000404", "bankName": "某某银行" });
        assert_eq!(
            post(&app, &session, "company/payment", refused).await.json()["code"],
            "CHECK_UNAVAILABLE"
        );
        let amount = async |fen: i64| {
            let answer = post(&app, &session, "company/amount", json!({ "amountFen": fen })).await;
            answer.json()["right"].clone()
        };
        let pay = async || {
            let paid = post(&app, &session, "company/payment", account.clone()).await;
            paid.json()["simulatedFen"].as_i64().unwrap()
        };
        let first = pay().await;
        assert!((1..100).contains(&first));
        for _ in 0..3 {
            assert_eq!(amount(first + 1).await, false);
        }
        assert_eq!(events(&app, &mut calls).await, pairs(&[("2", "6")]));
        let second = pay().await;
        assert_eq!(amount(second).await, true);
        assert_eq!(result(&app, &id).await["status"], 4, "the letter still waits");
        review_letter(&app.app, &id, None, Actor::default())
            .await
            .unwrap();
        assert_eq!(events(&app, &mut calls).await, pairs(&[("1", "7")]));
        assert_eq!(result(&app, &id).await["status"], 2);
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_data_are_refused_corrected_and_looked_at() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (hook, mut calls) = receiver(r#"{"code":0}"#).await;
        let mut body = request();
        body["callbackUrl"] = json!(hook);
        body["registerNo"] = json!("91310000MA1NEW0404");
        body["modifyFields"] = json!("registerNo,legalPerson");
        let (token, id) = link(&app, &body).await;
        assert_eq!(result(&app, &id).await["status"], 1);
        let session = open(&app, &token).await;
        let submit = async |number: &str| {
            let body = json!({ "companyName": "别的公司", "registerNo": number });
            post(&app, &session, "company/basics", body).await
        };
        assert_eq!(submit(NUMBER).await.json()["code"], "AUTH_REQUIRED");
        let way = post(&app, &session, "company/applicant", json!({})).await.json();
        assert!(text(&way["pageUrl"]).contains("/s/"));
        authenticate(&app, APPLICANT, "周舟").await;
        assert_eq!(submit("").await.json()["field"], "license");
        hand_in(&app, &session, "license", LICENCE).await;
        assert_eq!(submit("").await.json()["shown"]["state"], "BASIC_FAILED");
        assert_eq!(events(&app, &mut calls).await, pairs(&[("0", "0"), ("2", "2")]));
        let standing = result(&app, &id).await;
        assert_eq!(
            (&standing["status"], &standing["basicStatus"]),
            (&json!(3), &json!(2))
        );
        assert!(text(&standing["basicReason"]).contains("统一社会信用代码"));
        let silent = submit("91310000MA1NEW0504").await;
        assert_eq!(silent.json()["code"], "CHECK_UNAVAILABLE");
        assert_eq!(result(&app, &id).await["status"], 3, "nothing happened");
        let undecided = submit("91310000MA1NEW0606").await.json();
        assert_eq!(
            (&undecided["shown"]["state"], &undecided["shown"]["companyName"]),
            (&json!("REVIEWING"), &json!(NAME))
        );
        assert_eq!(events(&app, &mut calls).await, pairs(&[("0", "0")]));
        assert_eq!(submit(NUMBER).await.status, 403, "they are looked at");
        let file = company_review_file(&app.app, &id, CompanyReviewFile::License)
            .await
            .unwrap();
        assert_eq!(file, LICENCE);
        review_basics(&app.app, &id, Some("名称已注销".to_owned()), Actor::default())
            .await
            .unwrap();
        submit("91310000MA1NEW0606").await;
        review_basics(&app.app, &id, None, Actor::default())
            .await
            .unwrap();
        assert_eq!(
            events(&app, &mut calls).await,
            pairs(&[("2", "2"), ("0", "0"), ("0", "1")])
        );
        assert!(
            review_basics(&app.app, &id, None, Actor::default())
                .await
                .is_err()
        );
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_picture_of_the_legal_representative_is_an_event_of_its_own() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (session, id, mut calls) = approved(&app).await;
        post(&app, &session, "company/legal", json!({ "legalContact": LEGAL })).await;
        app.work().await;
        let message = app.simulator.messages(Some(LEGAL)).pop().unwrap().text;
        let legal = open(&app, message.rsplit('/').next().unwrap()).await;
        let way = post(&app, &legal, "legal/auth", json!({})).await.json();
        let auth = open(&app, text(&way["pageUrl"]).rsplit('/').next().unwrap()).await;
        let body = |mode: &str| {
            json!({ "mode": mode, "idCardNo": "110105190412310025", "mobile": LEGAL, "consent": "IDENTITY-1" })
        };
        let send = async |mode: &str| {
            let mut body = body(mode);
            app.clock.advance_ms(61_000);
            post(&app, &auth, "code", body.clone()).await;
            app.work().await;
            body["code"] = json!(app.simulator.last_code(LEGAL).unwrap());
            post(&app, &auth, "check", body).await
        };
        assert_eq!(send("IVS").await.json()["shown"]["failed"]["mode"], "IVS");
        let headers = format!("X-Qishu-Session: {auth}\r\nX-Qishu-Page: 1\r\n");
        let target = "/page/api/identity/photos/front";
        app.post_bytes(target, &headers, "application/octet-stream", LETTER).await;
        assert_eq!(send("MANUAL").await.json()["shown"]["state"], "REVIEWING");
        let [review] = list_person_reviews(&app.app).await.unwrap().try_into().unwrap();
        let reason = Some("看不清".to_owned());
        review_person(&app.app, review.id, false, reason, Actor::default()).await.unwrap();
        assert_eq!(events(&app, &mut calls).await, pairs(&[("2", "9")]));
        assert_eq!(shown(&app, &session).await["reason"], "看不清");
        assert_eq!(result(&app, &id).await["status"], 3);
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_are_continued_and_die() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (first, id) = link(&app, &request()).await;
        assert!(
            id.len() == 36 && id == id.to_lowercase() && id.matches('-').count() == 4,
            "a UUID: {id}"
        );
        let (second, same) = link(&app, &request()).await;
        assert_eq!(same, id, "one open request per company and applicant (D-53)");
        let mut other = request();
        other["applicant"]["contact"] = json!("13700000099");
        assert_ne!(link(&app, &other).await.1, id);
        let opening = async |token: &str| {
            let answer = app.page("/open", "", Some(&json!({ "token": token }))).await;
            answer.status
        };
        assert_eq!(
            [
                opening(&first).await,
                opening(&second).await,
                opening(&first).await
            ],
            [200; 3]
        );
        app.clock.advance_ms(7 * 86_400_000);
        assert_eq!(opening(&first).await, 410);
        let (unopened, next) = link(&app, &request()).await;
        assert_ne!(next, id);
        app.clock.advance_ms(30 * 60_000);
        assert_eq!(opening(&unopened).await, 410);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let with = |name: &str, value: Value| {
            let mut body = request();
            body[name] = value;
            body
        };
        let table = [
            (json!({}), 1005, "companyName"),
            (json!({ "companyName": NAME }), 1005, "applicant"),
            (
                with("applicant", json!({ "contact": APPLICANT })),
                1005,
                "applicant.name",
            ),
            (
                with("applicant", json!({ "name": "周舟", "contact": "1" })),
                1005,
                "applicant.contact",
            ),
            (
                with(
                    "applicant",
                    json!({ "name": "周舟", "contact": "7", "contactType": "BIZID" }),
                ),
                1005,
                "applicant.contactType",
            ),
            (with("modifyFields", json!("shoe")), 1005, "modifyFields"),
            (with("closeButton", json!("maybe")), 1005, "closeButton"),
            (with("callbackUrl", json!("ftp://x")), 1005, "callbackUrl"),
            (with("companyName", json!("长".repeat(101))), 1011, "companyName"),
            (with("companyName", json!(PLATFORM_COMPANY)), 1605, "已完成认证"),
        ];
        for path in [PATH, "/companyauth/pcpage"] {
            app.assert_refused(path, &table).await;
        }
        // A client sends the applicant under a capital letter; forms send it as JSON text.
        let mut capital = request();
        capital["Applicant"] = capital["applicant"].take();
        assert_eq!(app.post(PATH, &capital).await.code(), 0);
        let applicant = request()["applicant"].to_string();
        let fields = [
            ("companyName", NAME),
            ("applicantInfo", applicant.as_str()),
            ("closeButton", "false"),
        ];
        for path in ["/companyauth/pcpagewithlicense", "/companyauth/h5pagewithlicense"] {
            let send =
                async |file: (&str, &[u8])| app.upload_with(path, &app.signed_headers(), &fields, file).await;
            let made = send(("license", LICENCE)).await.result();
            let session = open(&app, text(&made["authUrl"]).rsplit('/').next().unwrap()).await;
            let page = app.page("/identity", &session, None).await.json();
            assert_eq!(
                (
                    &page["closeButton"],
                    &page["shown"]["license"],
                    &page["shown"]["locked"]
                ),
                (&json!(false), &json!(true), &json!(["license"]))
            );
            assert_eq!(hand_in(&app, &session, "license", LICENCE).await.status, 403);
            assert_eq!(send(("license", b"GIF89a")).await.code(), 1402);
            assert_eq!(send(("other", LICENCE)).await.code(), 1005);
        }
        let (_, id) = link(&app, &request()).await;
        app.assert_get_refused(&[("/companyauth/result", 1005)]).await;
        let nothing = json!({ "status": -1 });
        for query in [
            "requestId=none".to_owned(),
            "companyName=无此公司".to_owned(),
            format!("requestId={id}&companyName=别的"),
        ] {
            assert_eq!(
                app.get(&format!("/companyauth/result?{query}")).await.result(),
                nothing
            );
        }
        for query in [format!("requestId={id}"), format!("companyName={NAME}")] {
            let target = format!("/companyauth/result?{query}");
            assert_eq!(app.get(&target).await.result()["status"], 1);
            let foreign = app.get_with(&target, &app.headers_of(TOKEN, SECRET)).await;
            assert_eq!(foreign.result(), nothing);
        }
    })
    .await;
}
