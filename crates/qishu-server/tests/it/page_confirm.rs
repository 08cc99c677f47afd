//! How people confirm on pages, and in which language they are written to.

use qishu_testkit::on_both;
use serde_json::json;

use crate::app::TestApp;
use crate::flow::PERSON;
use crate::page_steps::{open, page, refused, revisions, sign, step_ids};
use crate::stage::{WANG, callbacks, company, contract_of, detail, individual, mobile, sent, standing, text};

/// A contract that one person signs and has to confirm in this way.
async fn asking(app: &TestApp, way: &str) -> String {
    let mut person = individual(PERSON);
    person["signValidateWay"] = json!(way);
    text(&sent(app, &contract_of(&[person])).await["id"])
}

async fn set_password(app: &TestApp, session: &str, password: &str) {
    let asked = app.page("/password/code", session, Some(&json!({}))).await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    app.work().await;
    let code = app.simulator.last_code(PERSON).unwrap();
    let body = json!({ "code": code, "password": password });
    assert_eq!(app.page("/password", session, Some(&body)).await.status, 200);
}

async fn sign_by(app: &TestApp, session: &str, confirming: (&str, &str)) -> crate::client::Answer {
    let shown = page(app, session).await;
    let mut body = json!({ "revisions": revisions(&shown), "steps": step_ids(&shown),
                           "signature": { "pngBase64": crate::flow::signature(&json!([]), "")["signature"]["pngBase64"] } });
    body[confirming.0] = json!(confirming.1);
    app.page("/sign", session, Some(&body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_password_is_asked_for_a_code_is_not_enough() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = asking(&app, "SIGNPWD").await;
        let session = open(&app, &id, PERSON, json!({})).await;
        let shown = page(&app, &session).await;
        assert_eq!(
            shown["password"],
            json!({ "usable": false, "isSet": false, "maySet": true, "required": true })
        );
        let seen = json!({ "revisions": revisions(&shown) });
        let code = app.page("/code", &session, Some(&seen)).await;
        assert_eq!(refused(&code), (409, "PASSWORD_REQUIRED".to_owned()));
        let by_code = sign_by(&app, &session, ("code", "123456")).await;
        assert_eq!(refused(&by_code), (409, "PASSWORD_REQUIRED".to_owned()));

        set_password(&app, &session, "k7#mQ2").await;
        assert_eq!(page(&app, &session).await["password"]["usable"], true);
        let wrong = sign_by(&app, &session, ("password", "k7#mQ3")).await;
        assert_eq!(refused(&wrong), (400, "PASSWORD_WRONG".to_owned()));
        let signed = sign_by(&app, &session, ("password", "k7#mQ2")).await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
        assert_eq!(
            detail(&app, &id).await["signatories"][0]["intentionConfirm"],
            "SIGNPWD"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_code_is_asked_for_the_password_is_not_offered() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let free = asking(&app, "DEFAULT").await;
        let session = open(&app, &free, PERSON, json!({ "allowPasswordSign": true })).await;
        set_password(&app, &session, "k7#mQ2").await;
        app.clock.advance_ms(60_000);
        let id = asking(&app, "PIN").await;
        let session = open(&app, &id, PERSON, json!({ "allowPasswordSign": true })).await;
        assert_eq!(
            page(&app, &session).await["password"],
            json!({ "usable": false, "isSet": false, "maySet": false, "required": false })
        );
        let by_password = sign_by(&app, &session, ("password", "k7#mQ2")).await;
        assert_eq!(refused(&by_password), (409, "PASSWORD_NOT_OFFERED".to_owned()));
        let signed = sign(&app, &session, PERSON, json!({})).await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
        assert_eq!(
            detail(&app, &id).await["signatories"][0]["intentionConfirm"],
            "SMS"
        );

        let mut person = individual(PERSON);
        person["signValidateWay"] = json!("FACE");
        let face = app.post("/v2/contract/draft", &contract_of(&[person])).await;
        assert_eq!(face.code(), 1005, "pages have no face check: {}", face.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_tells_how_it_was_confirmed() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let approval = json!({ "type": "AUDIT", "operators": [mobile("王晓", WANG)] });
        let body = contract_of(&[
            company(&json!([approval, { "type": "COMPANY" }])),
            individual(PERSON),
        ]);
        let confirmed = async |id: &str| {
            detail(&app, id).await["signatories"][0]["actions"][0]["intentionConfirm"].clone()
        };
        let by_page = text(&sent(&app, &body).await["id"]);
        let session = open(&app, &by_page, WANG, json!({})).await;
        let shown = page(&app, &session).await;
        let seen = revisions(&shown);
        let code = crate::flow::code(&app, &session, &seen, WANG).await;
        let approve =
            json!({ "stepId": shown["tasks"][0]["id"], "revisions": seen, "pass": true, "code": code });
        assert_eq!(app.page("/audit", &session, Some(&approve)).await.status, 200);
        assert_eq!(confirmed(&by_page).await, "SMS");
        assert_eq!(
            standing(&app, &by_page).await,
            "SIGNING [SIGNING(FINISH START), WAITING]"
        );
        assert_eq!(callbacks(&app, &by_page).await, ["SEND_SIGNING", "AUDIT"]);

        let by_api = text(&sent(&app, &body).await["id"]);
        let pass = json!({ "contractId": by_api, "pass": true });
        assert_eq!(app.post("/v2/contract/employeeaudit", &pass).await.code(), 0);
        assert_eq!(confirmed(&by_api).await, "AUTHORIZED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_written_in_the_language_of_the_page() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let last = async || {
            app.work().await;
            app.simulator.messages(Some(PERSON)).last().unwrap().text.clone()
        };
        let id = asking(&app, "DEFAULT").await;
        assert!(last().await.starts_with("【契书】"), "nobody knows better yet");

        // Switched to English on the page: the code comes in English, and so does whatever follows.
        let session = open(&app, &id, PERSON, json!({})).await;
        let seen = json!({ "revisions": revisions(&page(&app, &session).await) });
        let english = format!("X-Qishu-Session: {session}\r\nX-Qishu-Page: 1\r\nX-Qishu-Lang: en\r\n");
        assert_eq!(app.post_with("/page/api/code", &english, &seen).await.status, 200);
        let code = last().await;
        assert!(
            code.starts_with("[Qishu] Your code is ") && code.contains("to sign \"采购合同\""),
            "{code}"
        );
        asking(&app, "DEFAULT").await;
        let invited = last().await;
        assert!(invited.contains("asks you to sign"), "{invited}");

        let chinese = english.replace("Lang: en", "Lang: cn");
        app.clock.advance_ms(60_000);
        assert_eq!(app.post_with("/page/api/code", &chinese, &seen).await.status, 200);
        let code = last().await;
        assert!(code.contains("用于签署《采购合同》"), "{code}");
    })
    .await;
}
