//! 合同催签: who is reminded, and how often (5.4, D-43).

use qishu_app::demo::SUBSIDIARY;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::add_stranger;
use crate::flow::PERSON;
use crate::stage::{
    LI, UNKNOWN, assert_hidden, assert_refused, company, contract_of, drafted, individual, log, messages,
    mobile, sent, text,
};

const PATH: &str = "/v2/contract/notice";
const LATER: &str = "13900000067";

/// The company first, then a person, then another one.
fn in_order() -> Value {
    let mut body = contract_of(&[
        company(&json!([{ "type": "COMPANY", "operators": [mobile("李强", LI)] }])),
        individual(PERSON),
        individual(LATER),
    ]);
    body["ordinal"] = json!(true);
    body
}

async fn remind(app: &TestApp, body: &Value) {
    let reminded = app.post(PATH, body).await;
    assert_eq!(reminded.code(), 0, "{}", reminded.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_in_turn_is_reminded_but_not_the_initiator() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &in_order()).await;
        let id = text(&contract["id"]);
        let parties = &contract["signatories"];
        let told = messages(&app, LI).await.len();
        remind(&app, &json!({ "contractId": id })).await;
        assert_eq!(
            messages(&app, LI).await.len(),
            told,
            "without an id the initiator is left out"
        );
        remind(
            &app,
            &json!({ "contractId": id, "signatoryId": parties[0]["id"] }),
        )
        .await;
        assert_eq!(messages(&app, LI).await.len(), told + 1, "named, it is reminded");
        remind(
            &app,
            &json!({ "contractId": id, "signatoryId": parties[1]["id"] }),
        )
        .await;
        assert_eq!(
            messages(&app, PERSON).await,
            Vec::<String>::new(),
            "not in turn: nothing is sent"
        );
        let seal = json!({ "contractId": id });
        assert_eq!(app.post("/v2/contract/companysign", &seal).await.code(), 0);
        assert_eq!(
            messages(&app, PERSON).await.len(),
            1,
            "invited when the turn came"
        );
        remind(&app, &json!({ "contractId": id, "onlySigning": "false" })).await;
        assert_eq!(messages(&app, PERSON).await.len(), 2);
        assert_eq!(messages(&app, LATER).await, Vec::<String>::new());
        assert_eq!(
            log(&app, &id)
                .await
                .iter()
                .filter(|kind| *kind == "NOTICE")
                .count(),
            2
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_within_a_minute_are_merged() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &contract_of(&[individual(PERSON), individual(LATER)])).await;
        let id = text(&contract["id"]);
        for (wait_ms, expected) in [(0, 2), (1_000, 2), (60_000, 3)] {
            app.clock.advance_ms(wait_ms);
            remind(&app, &json!({ "contractId": id, "n": wait_ms })).await;
            assert_eq!(messages(&app, PERSON).await.len(), expected, "after {wait_ms} ms");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parties_that_have_to_agree_to_a_void_request_are_reminded_when_asked_for() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let other = json!({ "tenantType": "COMPANY", "tenantName": SUBSIDIARY, "receiver": mobile("李强", LI),
            "actions": [{ "type": "COMPANY" }] });
        let contract = sent(
            &app,
            &contract_of(&[company(&json!([{ "type": "COMPANY" }])), other]),
        )
        .await;
        let id = text(&contract["id"]);
        for body in [
            json!({ "contractId": id }),
            json!({ "contractId": id, "tenantName": SUBSIDIARY }),
        ] {
            assert_eq!(app.post("/v2/contract/companysign", &body).await.code(), 0);
        }
        let void = json!({ "contractId": id, "reason": "改签" });
        assert_eq!(app.post("/v2/contract/invalid", &void).await.code(), 0);
        app.work().await;
        let told = messages(&app, LI).await.len();
        assert_eq!(
            app.post(PATH, &json!({ "contractId": id })).await.code(),
            1101,
            "by default only while signing"
        );
        app.clock.advance_ms(61_000);
        remind(&app, &json!({ "contractId": id, "onlySigning": false })).await;
        assert_eq!(messages(&app, LI).await.len(), told + 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_that_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let id = text(&sent(&app, &in_order()).await["id"]);
        let draft = text(&drafted(&app, &in_order()).await["id"]);
        let rows = [
            (json!({}), 1005, "no contract"),
            (json!({ "contractId": UNKNOWN }), 1126, "nobody's contract"),
            (json!({ "contractId": draft }), 1101, "a draft"),
            (
                json!({ "contractId": id, "signatoryId": UNKNOWN }),
                1005,
                "no party of it",
            ),
            (json!({ "contractId": id, "signatoryId": "x" }), 1005, "no id"),
            (
                json!({ "contractId": id, "onlySigning": "vielleicht" }),
                1005,
                "no boolean",
            ),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        assert_hidden(&app, PATH, &id, &json!({})).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_without_parties_is_not_sent() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let draft = drafted(&app, &json!({ "subject": "无人" })).await;
        let send = json!({ "contractId": draft["id"] });
        let refused = app.post("/v2/contract/send", &send).await;
        assert_eq!(refused.code(), 1113, "{}", refused.text());
    })
    .await;
}
