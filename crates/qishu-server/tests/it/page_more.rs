//! The pages beside signing: taking a free place, files to hand in, starting again, agreeing to void.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, contract_pdf};
use crate::flow::{PERSON, code, draft, draft_body, open_page, send, signature, status};
use crate::stage::{company, contract_of, detail, individual, sent, text};

const NEWCOMER: &str = "13900000041";
const ADMIN: &str = "13800000000";

fn refused(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
    (answer.status, code)
}

async fn last_code(app: &TestApp, contact: &str) -> String {
    app.work().await;
    app.simulator.last_code(contact).expect("a code was sent")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_free_place_is_taken_on_the_page_after_the_contact_is_proven() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let unknown = json!({ "tenantType": "PERSONAL", "delaySet": true, "serialNo": 1 });
        let contract = sent(&app, &contract_of(&[unknown, individual(PERSON)])).await;
        let id = text(&contract["id"]);
        let urls = app
            .get(&format!("/v2/contract/personal/joinurl?contractId={id}"))
            .await
            .result();
        let url = text(&urls["joinUrls"][0]["url"]);
        let token = url.rsplit('/').next().unwrap();
        let opened = app
            .page("/open", "", Some(&json!({ "token": token })))
            .await
            .json();
        assert_eq!(
            (&opened["purpose"], &opened["place"]["subject"], &opened["place"]["company"]),
            (&json!("JOIN"), &json!("采购合同"), &json!(false))
        );
        let asked = json!({ "token": token, "contact": NEWCOMER });
        assert_eq!(app.page("/join/code", "", Some(&asked)).await.status, 200);
        let code = last_code(&app, NEWCOMER).await;
        let join = |name: &str, code: &str| json!({ "token": token, "name": name, "contact": NEWCOMER, "code": code });
        let wrong = app.page("/join", "", Some(&join("孙悦", "000000"))).await;
        assert_eq!(refused(&wrong), (400, "CODE_WRONG".to_owned()));
        let nameless = app.page("/join", "", Some(&join(" ", &code))).await;
        assert_eq!(refused(&nameless), (400, "INVALID_PARAM".to_owned()));
        let joined = app.page("/join", "", Some(&join("孙悦", &code))).await;
        assert_eq!(joined.json()["purpose"], "SIGN", "{}", joined.text());
        let session = text(&joined.json()["session"]);
        let page = app.page("/contract", &session, None).await.json();
        assert_eq!((&page["me"]["name"], &page["step"]["canSign"]), (&json!("孙悦"), &json!(true)));
        let late = app.page("/open", "", Some(&json!({ "token": token }))).await;
        assert_eq!(refused(&late), (410, "LINK_EXPIRED".to_owned()), "the place is taken");
        assert_eq!(detail(&app, &id).await["signatories"][0]["tenantName"], "孙悦");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn demanded_files_are_handed_in_before_signing() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut person = individual(PERSON);
        person["attachments"] = json!([{ "title": "身份证复印件", "required": true }]);
        let contract = sent(&app, &contract_of(&[person])).await;
        let id = text(&contract["id"]);
        let (session, revisions) = open_page(&app, &id, PERSON).await;
        let page = app.page("/contract", &session, None).await.json();
        let demand = &page["attachments"][0];
        assert_eq!(
            (&demand["title"], &demand["required"], &demand["isHandedIn"]),
            (&json!("身份证复印件"), &json!(true), &json!(false))
        );
        let confirmed = code(&app, &session, &revisions, PERSON).await;
        let early = app
            .page("/sign", &session, Some(&signature(&revisions, &confirmed)))
            .await;
        assert_eq!(refused(&early), (409, "ATTACHMENT_REQUIRED".to_owned()));
        let headers = format!("X-Qishu-Session: {session}\r\nX-Qishu-Page: 1\r\n");
        let target = format!("/page/api/attachments/{}?name=%E8%AF%81.pdf", text(&demand["id"]));
        let junk = app
            .post_bytes(
                &target,
                &headers,
                "application/octet-stream",
                b"no file of a known type",
            )
            .await;
        assert_eq!(junk.status, 400, "{}", junk.text());
        let handed = app
            .post_bytes(&target, &headers, "application/octet-stream", contract_pdf())
            .await;
        assert_eq!(handed.status, 200, "{}", handed.text());
        let forged = app
            .post_bytes(
                &target,
                &format!("X-Qishu-Session: {session}\r\n"),
                "application/octet-stream",
                contract_pdf(),
            )
            .await;
        assert_eq!(forged.status, 403, "another site cannot hand in for the person");
        let page = app.page("/contract", &session, None).await.json();
        assert_eq!(page["attachments"][0]["isHandedIn"], true);
        let signed = app
            .page("/sign", &session, Some(&signature(&revisions, &confirmed)))
            .await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
    })
    .await;
}

async fn initiator(app: &TestApp, contract: &str, resend: bool) -> String {
    let user = json!({ "contact": ADMIN, "contactType": "MOBILE" });
    let body = json!({ "contractId": contract, "user": user, "showResendButton": resend });
    let url = text(&app.post("/v2/contract/pageurl", &body).await.result()["pageUrl"]);
    let token = url.rsplit('/').next().unwrap().to_owned();
    let opened = app.page("/open", "", Some(&json!({ "token": token }))).await;
    text(&opened.json()["session"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recalled_contract_starts_again_as_a_draft_where_the_link_offers_it() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let session = initiator(&app, &drafted.contract, true).await;
        let early = app.page("/resend", &session, Some(&json!({}))).await;
        assert_eq!(refused(&early), (409, "CONTRACT_CLOSED".to_owned()));
        assert_eq!(
            app.page("/recall", &session, Some(&json!({ "reason": "改价" })))
                .await
                .status,
            200
        );
        let page = app.page("/contract", &session, None).await.json();
        assert_eq!(
            (&page["buttons"]["resend"], &page["contract"]["reason"]),
            (&json!(true), &json!("改价"))
        );
        let plain = initiator(&app, &drafted.contract, false).await;
        assert_eq!(app.page("/resend", &plain, Some(&json!({}))).await.status, 403);
        let again = app.page("/resend", &session, Some(&json!({}))).await;
        let url = text(&again.json()["pageUrl"]);
        let token = url.rsplit('/').next().unwrap();
        let opened = app
            .page("/open", "", Some(&json!({ "token": token })))
            .await
            .json();
        assert_eq!(opened["purpose"], "APPOINT");
        let shown = app.page("/appoint", &text(&opened["session"]), None).await.json();
        assert_eq!(
            (&shown["offer"]["mode"], &shown["contract"]["subject"]),
            (&json!("DRAFT"), &json!("劳动合同"))
        );
        assert_ne!(shown["contract"]["id"], json!(drafted.contract));
        assert_eq!(status(&app, &drafted.contract).await, "RECALLED");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_agrees_to_void_on_the_page_or_refuses() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for agrees in [true, false] {
            let actions = json!([{ "type": "COMPANY" }]);
            let contract = sent(&app, &contract_of(&[company(&actions), individual(PERSON)])).await;
            let id = text(&contract["id"]);
            let sealed = app.post("/v2/contract/companysign", &json!({ "contractId": id })).await;
            assert_eq!(sealed.code(), 0, "{}", sealed.text());
            app.clock.advance_ms(60_000);
            let (session, revisions) = open_page(&app, &id, PERSON).await;
            let confirmed = code(&app, &session, &revisions, PERSON).await;
            let signed = app.page("/sign", &session, Some(&signature(&revisions, &confirmed))).await;
            assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
            let void = app.post("/v2/contract/invalid", &json!({ "contractId": id, "reason": "重复签订" })).await;
            assert_eq!(void.code(), 0, "{}", void.text());
            assert_eq!(status(&app, &id).await, "INVALIDING");

            app.clock.advance_ms(60_000);
            let (session, revisions) = open_page(&app, &id, PERSON).await;
            let page = app.page("/contract", &session, None).await.json();
            assert_eq!((&page["tasks"][0]["type"], &page["void"]["reason"]), (&json!("VOID"), &json!("重复签订")));
            if agrees {
                let confirmed = code(&app, &session, &revisions, PERSON).await;
                let body = json!({ "revisions": revisions, "code": confirmed, "steps": [page["tasks"][0]["id"]],
                    "signature": { "pngBase64": STANDARD.encode(include_bytes!("stroke.png")) } });
                let agreed = app.page("/sign", &session, Some(&body)).await;
                assert_eq!(agreed.json()["contractStatus"], "INVALIDED", "{}", agreed.text());
            } else {
                let refusal: Value = json!({ "reason": "合同有效" });
                assert_eq!(app.page("/reject", &session, Some(&refusal)).await.status, 200);
                assert_eq!(status(&app, &id).await, "COMPLETE");
            }
        }
    })
    .await;
}
