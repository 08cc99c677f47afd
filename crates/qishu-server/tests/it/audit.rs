//! 审批

use qishu_app::demo::SUBSIDIARY;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::add_stranger;
use crate::flow::PERSON;
use crate::stage::{
    LI, WANG, assert_hidden, assert_refused, callbacks, company, contract_of, detail, individual, log,
    messages, mobile, sent, standing, text,
};

const PATH: &str = "/v2/contract/employeeaudit";

/// Approval by Wang or Li, then the seal, then a person.
fn audited() -> Value {
    let approval = json!({ "type": "AUDIT", "operators": [mobile("王晓", WANG), mobile("李明", LI)] });
    contract_of(&[
        company(&json!([approval, { "type": "COMPANY" }])),
        individual(PERSON),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_lets_the_flow_go_on_and_tells_who_agreed() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = text(&sent(&app, &audited()).await["id"]);
        assert_eq!(
            standing(&app, &id).await,
            "SIGNING [SIGNING(START INIT), WAITING]"
        );
        assert_eq!(messages(&app, WANG).await, ["SIGN_INVITATION"]);
        assert_eq!(messages(&app, LI).await, ["SIGN_INVITATION"]);
        assert_eq!(messages(&app, PERSON).await, Vec::<String>::new(), "not in turn");
        let body =
            json!({ "contractId": id, "pass": "true", "comment": "同意", "employee": mobile("李明", LI) });
        assert_eq!(
            app.post(PATH, &body).await.text(),
            r#"{"code":0,"message":"SUCCESS","responseCode":"00000000"}"#
        );
        assert_eq!(
            standing(&app, &id).await,
            "SIGNING [SIGNING(FINISH START), WAITING]"
        );
        let step = detail(&app, &id).await["signatories"][0]["actions"][0].clone();
        assert_eq!(step["operators"], json!([mobile("李明", LI)]));
        assert_eq!(step["complateTime"], step["completeTime"]);
        assert_eq!(callbacks(&app, &id).await, ["SEND_SIGNING", "AUDIT"]);
        let stream = app
            .get(&format!("/v2/contract/stream?contractId={id}"))
            .await
            .result();
        let row = stream["list"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["operateType"] == "AUDIT")
            .cloned();
        let row = row.unwrap();
        assert_eq!(
            (&row["userName"], &row["contact"], &row["comments"]),
            (&json!("李明"), &json!(LI), &json!("同意"))
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_employee_the_first_of_the_people_is_recorded() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = text(&sent(&app, &audited()).await["id"]);
        assert_eq!(
            app.post(PATH, &json!({ "contractId": id, "pass": true }))
                .await
                .code(),
            0
        );
        let step = detail(&app, &id).await["signatories"][0]["actions"][0].clone();
        assert_eq!(step["operators"], json!([mobile("王晓", WANG)]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_approval_returns_the_contract_with_its_reason() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = text(&sent(&app, &audited()).await["id"]);
        // The employee's number leads to the same person as the mobile of the step.
        let employee = json!({ "contact": "E001", "contactType": "NUMBER" });
        let body = json!({ "contractId": id, "pass": false, "comment": "金额有误", "employee": employee });
        assert_eq!(app.post(PATH, &body).await.code(), 0);
        assert_eq!(
            standing(&app, &id).await,
            "REJECTED [REJECTED(STOP STOP), CLOSED]"
        );
        assert_eq!(detail(&app, &id).await["comments"], "金额有误");
        assert_eq!(callbacks(&app, &id).await, ["SEND_SIGNING", "REJECTED"]);
        assert_eq!(log(&app, &id).await, ["CREATE", "MODIFY", "SEND", "AUDIT"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn approvals_that_cannot_be_are_refused_with_the_documented_code() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let id = text(&sent(&app, &audited()).await["id"]);
        let with = |change: Value| {
            let mut body = json!({ "contractId": id, "pass": true });
            body.as_object_mut()
                .unwrap()
                .extend(change.as_object().unwrap().clone());
            body
        };
        let nobody = json!({ "contact": "13911112222", "contactType": "MOBILE" });
        let rows = [
            (json!({ "pass": true }), 1005, "no contract"),
            (json!({ "contractId": id }), 1005, "pass is missing"),
            (with(json!({ "pass": "maybe" })), 1005, "pass of a wrong type"),
            (with(json!({ "contractId": "abc" })), 1005, "no id"),
            (
                with(json!({ "comment": "字".repeat(501) })),
                1011,
                "comment too long",
            ),
            (
                with(json!({ "employee": { "contact": "1", "contactType": "FAX" } })),
                1005,
                "unknown kind of contact",
            ),
            (
                with(json!({ "employee": nobody })),
                1002,
                "none of the step's people",
            ),
            (
                with(json!({ "tenantName": "没有这家公司" })),
                1801,
                "unknown company",
            ),
            (
                with(json!({ "tenantName": SUBSIDIARY })),
                1107,
                "a company without a step",
            ),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        assert_hidden(&app, PATH, &id, &json!({ "pass": true })).await;
        let pass = json!({ "contractId": id, "pass": true });
        assert_eq!(app.post(PATH, &pass).await.code(), 0);
        assert_eq!(app.post(PATH, &pass).await.code(), 1107, "the seal comes next");
        app.post("/v2/contract/invalid", &json!({ "contractId": id }))
            .await;
        assert_eq!(app.post(PATH, &pass).await.code(), 1101);
    })
    .await;
}
