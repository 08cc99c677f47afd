//! 抄送合同, and copies that go out by themselves.

use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::add_stranger;
use crate::flow::PERSON;
use crate::stage::{
    WANG, assert_hidden, assert_refused, company, contract_of, detail, drafted, individual, log, messages,
    mobile, sent, standing, text,
};

const PATH: &str = "/v2/contract/copysend";
const READER: &str = "13900000066";

fn alone() -> Value {
    contract_of(&[company(&json!([{ "type": "COMPANY" }]))])
}

fn copy_to(name: &str, contact: &str) -> Value {
    json!({ "name": "存档", "receiver": mobile(name, contact) })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_sent_once_per_contact_and_opens_the_contract() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = text(&sent(&app, &alone()).await["id"]);
        let by_number = json!({ "receiver": { "name": "王晓", "contact": "E001", "contactType": "NUMBER" } });
        let receivers = json!([
            copy_to("周", READER),
            copy_to("周", "+86 139 0000 0066"),
            by_number
        ]);
        for _ in 0..2 {
            let copied = app
                .post(PATH, &json!({ "contractId": id, "receivers": receivers }))
                .await;
            assert_eq!(copied.code(), 0, "{}", copied.text());
        }
        assert_eq!(messages(&app, READER).await, ["COPY"]);
        assert_eq!(
            messages(&app, WANG).await,
            ["COPY"],
            "an employee number leads to a mobile"
        );
        let copies = detail(&app, &id).await["copySendReceivers"].clone();
        assert_eq!(copies.as_array().unwrap().len(), 2);
        assert_eq!(
            (&copies[0]["send"], &copies[0]["createTime"]),
            (&json!(true), &json!("2026-11-20 10:00:00"))
        );
        assert_eq!(
            log(&app, &id).await,
            ["CREATE", "MODIFY", "SEND", "COPY_SEND", "COPY_SEND"]
        );
        let page = json!({ "contractId": id, "user": { "contact": READER, "contactType": "MOBILE" } });
        assert_eq!(
            app.post("/v2/contract/pageurl", &page).await.code(),
            0,
            "they may look at it"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_a_draft_go_out_when_it_says() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let with = |time: Value| {
            let mut body = alone();
            body["copySendReceivers"] = json!([copy_to("周", READER)]);
            body["copySendTime"] = time;
            body
        };
        let at_sending = text(&sent(&app, &with(json!("SEND"))).await["id"]);
        assert_eq!(messages(&app, READER).await.len(), 1);
        assert_eq!(
            log(&app, &at_sending).await,
            ["CREATE", "MODIFY", "SEND", "COPY_SEND"]
        );
        for time in [json!("FINISH"), Value::Null] {
            let before = messages(&app, READER).await.len();
            let id = text(&sent(&app, &with(time)).await["id"]);
            assert_eq!(detail(&app, &id).await["copySendReceivers"][0]["send"], false);
            assert_eq!(messages(&app, READER).await.len(), before);
            assert_eq!(
                app.post("/v2/contract/companysign", &json!({ "contractId": id }))
                    .await
                    .code(),
                0
            );
            assert_eq!(standing(&app, &id).await, "COMPLETE [SIGNED(FINISH)]");
            assert_eq!(detail(&app, &id).await["copySendReceivers"][0]["send"], true);
            assert_eq!(messages(&app, READER).await.len(), before + 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_that_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let draft = text(&drafted(&app, &contract_of(&[individual(PERSON)])).await["id"]);
        let id = text(&sent(&app, &alone()).await["id"]);
        let one = json!([copy_to("周", READER)]);
        let rows = [
            (json!({ "receivers": one }), 1005, "no contract"),
            (json!({ "contractId": id }), 1005, "no receivers"),
            (
                json!({ "contractId": id, "receivers": [] }),
                1005,
                "empty receivers",
            ),
            (json!({ "contractId": id, "receivers": "周" }), 1005, "no objects"),
            (
                json!({ "contractId": id, "receivers": [{ "name": "a" }] }),
                1005,
                "no person",
            ),
            (
                json!({ "contractId": id, "receivers": [{ "receiver": { "contact": READER } }] }),
                1005,
                "no name",
            ),
            (
                json!({ "contractId": id, "receivers": [copy_to("周", "abc")] }),
                1005,
                "no contact",
            ),
            (json!({ "contractId": draft, "receivers": one }), 1101, "a draft"),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        assert_hidden(&app, PATH, &id, &json!({ "receivers": one })).await;
        for _ in 0..60 {
            assert_eq!(
                app.post(PATH, &json!({ "contractId": id, "receivers": one }))
                    .await
                    .code(),
                0
            );
        }
        let often = app
            .post(PATH, &json!({ "contractId": id, "receivers": one }))
            .await;
        assert_eq!(
            (often.code(), &often.json()["responseCode"]),
            (1006, &json!("11990006"))
        );
    })
    .await;
}
