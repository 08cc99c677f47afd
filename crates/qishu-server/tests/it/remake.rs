//! 修改合同, 重新发起合同.

use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::add_stranger;
use crate::client::contract_pdf;
use crate::flow::PERSON;
use crate::stage::{
    UNKNOWN, assert_hidden, assert_refused, company, contract_of, detail, drafted, individual, list, log,
    send, sent, standing, text,
};

fn two_parties() -> Value {
    contract_of(&[company(&json!([{ "type": "COMPANY" }])), individual(PERSON)])
}

async fn second_document(app: &TestApp, id: &str) -> Value {
    let fields = [("contractId", id), ("title", "附件一"), ("fileSuffix", "pdf")];
    app.upload("/v2/document/addbyfile", &fields, contract_pdf())
        .await
        .result()["documentId"]
        .clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_gets_other_data_and_keeps_the_rest() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        const PATH: &str = "/v2/contract/contractModify";
        let mut body = two_parties();
        body["templateParams"] =
            json!([{ "name": "金额", "value": "1" }, { "name": "地点", "value": "上海" }]);
        let contract = drafted(&app, &body).await;
        let id = text(&contract["id"]);
        let (first, second) = (
            contract["documents"][0]["id"].clone(),
            second_document(&app, &id).await,
        );
        let change = json!({ "id": id, "subject": "采购合同（修订）", "expireTime": "2026-12-24 18:00:00",
                             "endTime": "2027-12-31 08:00:00", "documents": [second, first],
                             "templateParams": [{ "name": "金额", "value": "2" }] });
        let changed = app.post(PATH, &change).await.result();
        assert_eq!(changed["id"], json!(id));
        assert_eq!(
            (&changed["subject"], &changed["expireTime"], &changed["endTime"]),
            (
                &json!("采购合同（修订）"),
                &json!("2026-12-24 18:00:00"),
                &json!("2027-12-31 23:59:59")
            )
        );
        let ids: Vec<&Value> = list(&changed["documents"])
            .iter()
            .map(|document| &document["id"])
            .collect();
        assert_eq!(ids, [&second, &first]);
        let values: Vec<&Value> = list(&changed["templateParams"])
            .iter()
            .map(|param| &param["value"])
            .collect();
        assert_eq!(values, ["2", "上海"]);
        let one = app
            .post(PATH, &json!({ "contractId": id, "documents": [first] }))
            .await
            .result();
        assert_eq!(list(&one["documents"]).len(), 1);
        assert_eq!(one["subject"], "采购合同（修订）", "what is not named stays");
        assert_eq!(send(&app, &detail(&app, &id).await).await.code(), 0);
        assert_eq!(
            log(&app, &id).await,
            ["CREATE", "MODIFY", "MODIFY", "MODIFY", "MODIFY", "SEND"]
        );
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn positions_on_a_dropped_document_go_with_it() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = drafted(&app, &contract_of(&[company(&json!([{ "type": "COMPANY" }]))])).await;
        let id = text(&contract["id"]);
        let place = json!([{ "type": "COMPANY", "actionId": contract["signatories"][0]["actions"][0]["id"], "page": 1 }]).to_string();
        let fields = [("contractId", id.as_str()), ("title", "附件一"), ("fileSuffix", "pdf"), ("stampers", place.as_str())];
        app.upload("/v2/document/addbyfile", &fields, contract_pdf()).await.result();
        assert_eq!(detail(&app, &id).await["signatories"][0]["hasLocation"], true);
        let keep = json!({ "contractId": id, "documents": [contract["documents"][0]["id"]] });
        let changed = app.post("/v2/contract/contractModify", &keep).await.result();
        assert_eq!(changed["signatories"][0]["hasLocation"], false);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        const PATH: &str = "/v2/contract/contractModify";
        let sent = text(&sent(&app, &two_parties()).await["id"]);
        let id = text(&drafted(&app, &two_parties()).await["id"]);
        let rows = [
            (json!({ "subject": "a" }), 1005, "no contract"),
            (
                json!({ "id": id, "expireTime": "2020-01-01 00:00:00" }),
                1005,
                "a deadline in the past",
            ),
            (json!({ "id": id, "expireTime": "soon" }), 1005, "no time"),
            (
                json!({ "id": id, "subject": "字".repeat(101) }),
                1011,
                "subject too long",
            ),
            (
                json!({ "id": id, "documents": [UNKNOWN] }),
                1402,
                "unknown document",
            ),
            (json!({ "id": id, "documents": ["x"] }), 1005, "no id"),
            (json!({ "id": sent, "subject": "a" }), 1101, "sent"),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        assert_hidden(&app, PATH, &id, &json!({ "subject": "a" })).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recalled_contract_is_sent_again_with_unsigned_documents_and_its_positions() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = two_parties();
        body["bizId"] = json!("OLD-1");
        body["tags"] = json!(["采购", "2026"]);
        body["businessData"] = json!("order 7");
        let old = text(&sent(&app, &body).await["id"]);
        assert_eq!(
            app.post("/v2/contract/companysign", &json!({ "contractId": old }))
                .await
                .code(),
            0
        );
        assert_eq!(
            app.post("/v2/contract/invalid", &json!({ "contractId": old }))
                .await
                .code(),
            0
        );
        let again =
            json!({ "contractId": old, "newBizId": "NEW-1", "subject": "采购合同（再次）", "send": true });
        let new = app.post("/v2/contract/resend", &again).await.result();
        let id = text(&new["id"]);
        assert_ne!(id, old);
        assert_eq!(
            (&new["bizId"], &new["subject"], &new["tags"], &new["businessData"]),
            (
                &json!("NEW-1"),
                &json!("采购合同（再次）"),
                &json!(["采购", "2026"]),
                &json!("order 7")
            )
        );
        assert_eq!(standing(&app, &id).await, "SIGNING [SIGNING(START), WAITING]");
        let document = text(&new["documents"][0]["id"]);
        let pdf = app
            .get(&format!("/v2/document/download?documentId={document}"))
            .await
            .body;
        assert!(
            !pdf.windows(9).any(|window| window == b"ByteRange"),
            "no signature is copied"
        );
        assert_eq!(
            app.post("/v2/contract/companysign", &json!({ "contractId": id }))
                .await
                .code(),
            0,
            "its position was copied"
        );
        assert_eq!(
            standing(&app, &old).await,
            "RECALLED [SIGNED(FINISH), RECALLED]",
            "the old one stays"
        );
        assert_eq!(log(&app, &id).await, ["CREATE", "SEND", "DOWNLOAD", "SIGN"]);
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_request_gives_replaces_what_would_be_copied() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = two_parties();
        body["expireTime"] = json!("2026-11-25 12:00:00");
        let old = text(&sent(&app, &body).await["id"]);
        app.clock.advance_ms(10 * 86_400_000);
        app.work().await;
        assert_eq!(detail(&app, &old).await["status"], "EXPIRED");
        let again = json!({ "id": old, "ordinal": false, "signFlowStrategy": "ANY_SIGN_FINISH",
                            "signatories": [individual("13900000031"), individual("13900000032")] });
        let new = app.post("/v2/contract/resend", &again).await.result();
        assert_eq!(
            (&new["status"], &new["ordinal"], &new["signFlowStrategy"]),
            (&json!("DRAFT"), &json!(false), &json!("ANY_SIGN_FINISH"))
        );
        assert_eq!(list(&new["signatories"]).len(), 2);
        assert_eq!(new["expireTime"], "2026-12-30 23:59:59", "the category's days");
        assert!(new.get("bizId").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contracts_that_are_still_needed_are_not_sent_again() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        const PATH: &str = "/v2/contract/resend";
        let mut body = two_parties();
        body["bizId"] = json!("TAKEN");
        let draft = text(&drafted(&app, &body).await["id"]);
        let id = text(&sent(&app, &two_parties()).await["id"]);
        let rows = [
            (json!({}), 1005, "no contract"),
            (json!({ "contractId": id }), 1101, "in signing"),
            (json!({ "contractId": draft }), 1101, "a draft"),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        assert_hidden(&app, PATH, &id, &json!({})).await;
        app.post("/v2/contract/invalid", &json!({ "contractId": id }))
            .await;
        let rows = [
            (
                json!({ "contractId": id, "newBizId": "TAKEN" }),
                1112,
                "a number in use",
            ),
            (
                json!({ "contractId": id, "newBizId": "字".repeat(51) }),
                1011,
                "a number too long",
            ),
            (
                json!({ "contractId": id, "creator": { "contact": "13911112222" } }),
                1701,
                "no employee",
            ),
            (
                json!({ "contractId": id, "signatories": [individual(PERSON), individual(PERSON)] }),
                1102,
                "a party twice",
            ),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        let total = app.get("/v2/contract/list").await.result()["totalCount"].clone();
        assert_eq!(total, 2, "nothing was made");
    })
    .await;
}
