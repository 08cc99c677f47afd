//! 授权管理: personal-signature authorisations and the modules of single sign-on, asked for, answered and withdrawn on pages.

use qishu_app::demo::{PLATFORM_COMPANY, SUBSIDIARY};
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::{NOBODYS, SECRET, TOKEN, add_stranger};
use crate::client::Answer;
use crate::organisation::{form_field, receiver};
use crate::person_auth::{authenticate, open, shown, user};
use crate::stage::{list, text};

const PATH: &str = "/v2/personalsign/authurl";
const MOBILE: &str = "13700000021";
/// System administrator of the demo's platform company.
const ADMIN: &str = "13800000000";

fn ask() -> Value {
    json!({ "user": user(MOBILE), "authDeadline": "2027-12-31", "remark": "入职文件自动签署" })
}

async fn page(app: &TestApp, path: &str, body: &Value) -> String {
    let made = app.post(path, body).await.result();
    open(app, text(&made["pageUrl"]).rsplit('/').next().unwrap()).await
}

async fn post(app: &TestApp, session: &str, action: &str, body: Value) -> Answer {
    app.page(&format!("/identity/{action}"), session, Some(&body))
        .await
}

/// Asks for a code on the page, and gives it.
async fn code(app: &TestApp, session: &str, action: &str, contact: &str) -> String {
    app.clock.advance_ms(61_000);
    let sent = post(app, session, action, json!({})).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    app.work().await;
    app.simulator.last_code(contact).unwrap()
}

async fn records(app: &TestApp, filter: Value) -> Vec<Value> {
    let mut body = json!({ "user": user(MOBILE) });
    for (name, value) in filter.as_object().unwrap() {
        body[name] = value.clone();
    }
    list(&app.post("/v2/personalsign/query", &body).await.result()).clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_authorises_once_known_for_sure() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (hook, mut calls) = receiver("anything").await;
        let mut body = ask();
        body["callbackUrl"] = json!(hook);
        body["allowPersonalAuto"] = json!(true);
        body["authInfo"] = json!({ "username": "周舟", "modifyFields": [] });
        let session = page(&app, PATH, &body).await;
        let view = shown(&app, &session).await;
        assert_eq!(
            (
                &view["companyName"],
                &view["remark"],
                &view["until"],
                &view["status"],
                &view["name"]
            ),
            (
                &json!(PLATFORM_COMPANY),
                &json!("入职文件自动签署"),
                &json!("2027-12-31"),
                &json!("unauthorized"),
                &json!(null)
            )
        );
        let [record] = records(&app, json!({})).await.try_into().unwrap();
        assert_eq!(
            (&record["authStatus"], &record["authMethod"]),
            (&json!("unauthorized"), &json!(null))
        );
        let given = code(&app, &session, "authorise/code", MOBILE).await;
        let early = post(
            &app,
            &session,
            "authorise",
            json!({ "agree": true, "code": given }),
        )
        .await;
        assert_eq!(early.json()["code"], "AUTH_REQUIRED");
        let way = post(&app, &session, "authorise/auth", json!({})).await.json();
        let auth = open(&app, text(&way["pageUrl"]).rsplit('/').next().unwrap()).await;
        assert_eq!(
            shown(&app, &auth).await["fields"]["username"],
            json!({ "shown": "周舟", "locked": true })
        );
        authenticate(&app, MOBILE, "周舟").await;
        let given = code(&app, &session, "authorise/code", MOBILE).await;
        let changed = json!({ "agree": true, "code": given, "until": "2028-01-31" });
        assert_eq!(
            post(&app, &session, "authorise", changed).await.json()["field"],
            "until"
        );
        let done = post(
            &app,
            &session,
            "authorise",
            json!({ "agree": true, "code": given }),
        )
        .await;
        assert_eq!(done.json()["shown"]["status"], "authorized", "{}", done.text());
        app.work().await;
        let told = calls.recv().await.unwrap();
        let content: Value = serde_json::from_str(&form_field(&told, "content").unwrap()).unwrap();
        assert_eq!(
            (
                &content["companyName"],
                &content["assignee"],
                &content["user"],
                &content["userType"]
            ),
            (
                &json!(PLATFORM_COMPANY),
                &json!(PLATFORM_COMPANY),
                &json!(MOBILE),
                &json!("MOBLIE")
            )
        );
        assert_eq!(
            (
                &content["item"],
                &content["authDeadline"],
                &content["deauthorizeDate"]
            ),
            (&json!("AUTHORIZE"), &json!("2027-12-31"), &json!(null))
        );
        assert_recorded(&app).await;
        app.assert_promises().await;
    })
    .await;
}

/// The record of an authorisation that was granted by a code.
async fn assert_recorded(app: &TestApp) {
    let [record] = records(
        app,
        json!({ "authStatus": "authorized", "company": PLATFORM_COMPANY }),
    )
    .await
    .try_into()
    .unwrap();
    assert_eq!(
        (
            &record["authMethod"],
            &record["authDeadline"],
            &record["allowPersonalAuto"],
            &record["delete"]
        ),
        (
            &json!("SMS"),
            &json!("2027-12-31 23:59:59"),
            &json!(true),
            &json!(false)
        )
    );
}

/// Asks, and has the person agree with a code.
async fn grant(app: &TestApp, body: &Value) {
    let session = page(app, PATH, body).await;
    let given = code(app, &session, "authorise/code", MOBILE).await;
    let done = post(
        app,
        &session,
        "authorise",
        json!({ "agree": true, "code": given }),
    )
    .await;
    assert_eq!(done.json()["shown"]["status"], "authorized", "{}", done.text());
    app.work().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn either_side_withdraws() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (hook, mut calls) = receiver("anything").await;
        authenticate(&app, MOBILE, "周舟").await;
        let mut body = ask();
        body["callbackUrl"] = json!(hook);
        grant(&app, &body).await;
        assert!(calls.recv().await.unwrap().contains("AUTHORIZE"));
        // The company withdraws.
        let target = "/v2/personalsign/deauthorize";
        let who = json!({ "user": user(MOBILE) });
        assert_eq!(app.post(target, &who).await.code(), 0);
        assert_eq!(app.post(target, &who).await.code(), 1606);
        app.work().await;
        let told = calls.recv().await.unwrap();
        let content: Value = serde_json::from_str(&form_field(&told, "content").unwrap()).unwrap();
        assert_eq!(content["item"], "DEAUTHORIZE");
        assert!(content["deauthorizeDate"].is_string());
        assert_eq!(
            records(&app, json!({ "authStatus": "deauthorized" })).await.len(),
            1
        );
        // The person withdraws, under the link of the receipt.
        app.clock.advance_ms(3_600_000);
        grant(&app, &body).await;
        app.clock.advance_ms(30 * 86_400_000);
        let receipt = app.simulator.messages(Some(MOBILE)).pop().unwrap().text;
        let session = open(&app, receipt.rsplit('/').next().unwrap()).await;
        let given = code(&app, &session, "authorise/code", MOBILE).await;
        let withdrawn = post(&app, &session, "authorise/withdraw", json!({ "code": given })).await;
        assert_eq!(
            withdrawn.json()["shown"]["status"],
            "deauthorized",
            "{}",
            withdrawn.text()
        );
        assert_eq!(app.post(target, &who).await.code(), 1606);
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demanded_way_and_the_person_decide() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        authenticate(&app, MOBILE, "周舟").await;
        let mut body = ask();
        body["authMethod"] = json!("FACE");
        body["authTimeModifiable"] = json!(true);
        body["tenantName"] = json!(SUBSIDIARY);
        let session = page(&app, PATH, &body).await;
        assert_eq!(shown(&app, &session).await["ways"], json!(["FACE"]));
        let given = code(&app, &session, "authorise/code", MOBILE).await;
        let by_code = post(
            &app,
            &session,
            "authorise",
            json!({ "agree": true, "code": given }),
        )
        .await;
        assert_eq!(by_code.json()["field"], "confirm");
        let by_face = json!({ "agree": true, "face": true, "until": "2026-12-31" });
        assert_eq!(
            post(&app, &session, "authorise", by_face.clone()).await.json()["code"],
            "AUTH_REQUIRED"
        );
        let way = post(&app, &session, "authorise/auth", json!({ "face": true }))
            .await
            .json();
        let auth = open(&app, text(&way["pageUrl"]).rsplit('/').next().unwrap()).await;
        let face = json!({ "mode": "FACE", "consent": "FACE-1" });
        app.clock.advance_ms(61_000);
        post(&app, &auth, "code", face.clone()).await;
        app.work().await;
        let mut face = face;
        face["code"] = json!(app.simulator.last_code(MOBILE).unwrap());
        let started = post(&app, &auth, "check", face).await;
        assert_eq!(started.json()["purpose"], "ELSEWHERE", "{}", started.text());
        assert_eq!(
            post(&app, &auth, "result", json!({})).await.json()["shown"]["passedBy"],
            "FACE"
        );
        let done = post(&app, &session, "authorise", by_face).await;
        assert_eq!(
            (&done.json()["shown"]["status"], &done.json()["shown"]["until"]),
            (&json!("authorized"), &json!("2026-12-31")),
            "{}",
            done.text()
        );
        assert_eq!(
            records(&app, json!({ "company": SUBSIDIARY })).await[0]["authMethod"],
            "FACE"
        );
        let late = post(&app, &session, "authorise", json!({ "agree": false })).await;
        assert_eq!(late.json()["code"], "AUTH_OVER");
        let session = page(&app, PATH, &ask()).await;
        let refused = post(&app, &session, "authorise", json!({ "agree": false })).await;
        assert_eq!(refused.json()["shown"]["status"], "refused");
        let both = json!({ "agree": true, "code": "1", "password": "2" });
        assert_eq!(
            post(&app, &session, "authorise", both).await.json()["field"],
            "confirm"
        );
        let statuses: Vec<String> = records(&app, json!({}))
            .await
            .iter()
            .map(|row| text(&row["authStatus"]))
            .collect();
        assert_eq!(statuses, ["refused", "authorized"], "newest first");
        app.clock.advance_ms(400 * 86_400_000);
        assert_eq!(records(&app, json!({ "authStatus": "expired" })).await.len(), 1);
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authorisations_that_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let with = |name: &str, value: Value| {
            let mut body = ask();
            body[name] = value;
            body
        };
        let table = [
            (json!({}), 1005, "authDeadline"),
            (with("user", json!(null)), 1005, "user"),
            (
                with("user", json!({ "contact": "7", "contactType": "NUMBER" })),
                1005,
                "user.contactType",
            ),
            (with("authDeadline", json!("soon")), 1005, "authDeadline"),
            (with("authDeadline", json!("2020-01-01")), 1005, "authDeadline"),
            (with("remark", json!("")), 1005, "remark"),
            (with("authMethod", json!("SMILE")), 1005, "authMethod"),
            (
                with("allowPersonalAuto", json!("maybe")),
                1005,
                "allowPersonalAuto",
            ),
            (
                with("authInfo", json!({ "mode": "SMILE" })),
                1005,
                "authInfo.mode",
            ),
            (with("callbackUrl", json!("ftp://x")), 1005, "callbackUrl"),
            (with("tenantName", json!("无此公司")), 1801, ""),
            (with("tenantName", json!("别家科技有限公司")), 1802, ""),
        ];
        app.assert_refused(PATH, &table).await;
        let target = "/v2/personalsign/deauthorize";
        let table = [
            (json!({}), 1005, "user"),
            (json!({ "user": user(MOBILE) }), 1606, ""),
            (
                json!({ "user": user(MOBILE), "tenantName": "无此公司" }),
                1801,
                "",
            ),
            (
                json!({ "user": user(MOBILE), "tenantName": "别家科技有限公司" }),
                1802,
                "",
            ),
        ];
        app.assert_refused(target, &table).await;
        let table = [
            (json!({}), 1005, "user"),
            (
                json!({ "user": user(MOBILE), "authStatus": "refused" }),
                1005,
                "authStatus",
            ),
        ];
        app.assert_refused("/v2/personalsign/query", &table).await;
        page(&app, PATH, &ask()).await;
        assert_eq!(records(&app, json!({})).await.len(), 1);
        let theirs = app
            .post_with(
                "/v2/personalsign/query",
                &app.headers_of(TOKEN, SECRET),
                &json!({ "user": user(MOBILE) }),
            )
            .await;
        assert_eq!(theirs.result(), json!([]), "other applications see nothing");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_opens_modules_to_single_sign_on() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let (hook, mut calls) = receiver("anything").await;
        let target = "/v2/ssoprivilege/url";
        let body = json!({ "company": { "name": PLATFORM_COMPANY }, "user": user(ADMIN), "callbackUrl": hook,
                           "successUrl": "https://erp.example.com/ok" });
        let session = page(&app, target, &body).await;
        let view = shown(&app, &session).await;
        assert_eq!(
            (&view["companyName"], &view["mayGrant"], &view["granted"]),
            (&json!(PLATFORM_COMPANY), &json!(true), &json!(false))
        );
        let wrong = post(&app, &session, "sso", json!({ "agree": true, "code": "000000" })).await;
        assert_eq!(wrong.json()["code"], "CODE_EXPIRED");
        let given = code(&app, &session, "sso/code", ADMIN).await;
        let done = post(&app, &session, "sso", json!({ "agree": true, "code": given })).await;
        assert_eq!(done.json()["shown"]["granted"], true, "{}", done.text());
        app.work().await;
        let told = calls.recv().await.unwrap();
        let content: Value = serde_json::from_str(&form_field(&told, "content").unwrap()).unwrap();
        assert_eq!(
            (
                &content["companyName"],
                &content["user"],
                &content["userType"],
                &content["status"]
            ),
            (
                &json!(PLATFORM_COMPANY),
                &json!(ADMIN),
                &json!("MOBILE"),
                &json!("AUTHORIZED")
            )
        );
        post(&app, &session, "sso", json!({ "agree": false })).await;
        app.work().await;
        assert!(calls.recv().await.unwrap().contains("REFUSED"));
        let mut other = body.clone();
        other["user"] = user(MOBILE);
        let session = page(&app, target, &other).await;
        assert_eq!(shown(&app, &session).await["mayGrant"], false);
        let given = code(&app, &session, "sso/code", MOBILE).await;
        let refused = post(&app, &session, "sso", json!({ "agree": true, "code": given })).await;
        assert_eq!(refused.json()["code"], "NO_PERMISSION");
        let with = |name: &str, value: Value| {
            let mut changed = body.clone();
            changed[name] = value;
            changed
        };
        let table = [
            (json!({}), 1005, "company"),
            (with("company", json!({})), 1005, "company"),
            (with("company", json!({ "name": "无此公司" })), 1801, ""),
            (with("company", json!({ "name": "别家科技有限公司" })), 1802, ""),
            (with("company", json!({ "id": NOBODYS })), 1801, ""),
            (
                with("user", json!({ "contact": "7", "contactType": "NUMBER" })),
                1005,
                "user.contactType",
            ),
            (with("successUrl", json!("javascript:1")), 1005, "successUrl"),
        ];
        app.assert_refused(target, &table).await;
        app.assert_promises().await;
    })
    .await;
}
