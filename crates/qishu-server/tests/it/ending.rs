//! 强制结束合同, 上传强制结束附件, 合同延期, and what ends by itself.

use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::add_stranger;
use crate::client::contract_pdf;
use crate::flow::PERSON;
use crate::stage::{
    assert_hidden, assert_refused, callbacks, company, contract_of, detail, drafted, individual, log, sent,
    standing, text,
};

const DAY_MS: i64 = 86_400_000;

fn two_parties() -> Value {
    contract_of(&[company(&json!([{ "type": "COMPANY" }])), individual(PERSON)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forced_end_keeps_signatures_and_ends_everything_else() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = text(&sent(&app, &two_parties()).await["id"]);
        assert_eq!(
            app.post("/v2/contract/companysign", &json!({ "contractId": id }))
                .await
                .code(),
            0
        );
        let ended = app
            .post(
                "/v2/contract/forceend",
                &json!({ "contractId": id, "reason": "项目取消" }),
            )
            .await;
        assert_eq!(ended.code(), 0, "{}", ended.text());
        assert_eq!(standing(&app, &id).await, "FORCE_END [SIGNED(FINISH), FORCE_END]");
        assert_eq!(detail(&app, &id).await["comments"], "项目取消");
        assert_eq!(callbacks(&app, &id).await, ["SEND_SIGNING", "SEAL", "UNKNOWN"]);
        assert_eq!(log(&app, &id).await.last().unwrap(), "FORCE_END");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_step_of_a_forced_end_is_ended() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let id = text(&sent(&app, &two_parties()).await["id"]);
        let ended = app
            .post(
                "/v2/contract/forceend",
                &json!({ "contractId": id, "reason": "a" }),
            )
            .await;
        assert_eq!(ended.code(), 0);
        assert_eq!(standing(&app, &id).await, "FORCE_END [FORCE_END(END), FORCE_END]");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forced_ends_that_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        const PATH: &str = "/v2/contract/forceend";
        let draft = text(&drafted(&app, &two_parties()).await["id"]);
        let id = text(&sent(&app, &two_parties()).await["id"]);
        let rows = [
            (json!({ "reason": "a" }), 1005, "no contract"),
            (json!({ "contractId": id }), 1005, "no reason"),
            (
                json!({ "contractId": id, "reason": "字".repeat(501) }),
                1011,
                "reason too long",
            ),
            (
                json!({ "contractId": id, "reason": ["a", "b"] }),
                1005,
                "reason of a wrong type",
            ),
            (json!({ "contractId": draft, "reason": "a" }), 1101, "a draft"),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        assert_hidden(&app, PATH, &id, &json!({ "reason": "a" })).await;
        let end = json!({ "contractId": id, "reason": "a" });
        assert_eq!(app.post(PATH, &end).await.code(), 0);
        assert_eq!(app.post(PATH, &end).await.code(), 1101, "ended already");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_explain_a_forced_end_are_kept_until_it_and_given_out_after() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        const PATH: &str = "/v2/contract/forceend/addattachment";
        let id = text(&sent(&app, &two_parties()).await["id"]);
        let add = async |fields: &[(&str, &str)], file: &[u8]| {
            let address = [("contractId", id.as_str()), ("title", "终止协议")];
            app.upload(PATH, &[&address, fields].concat(), file).await
        };
        let added = add(&[("fileSuffix", ".PDF")], contract_pdf()).await.result();
        assert_eq!(added["id"], added["attachmentId"]);
        assert_eq!(add(&[], contract_pdf()).await.code(), 1005, "no suffix");
        assert_eq!(add(&[("fileSuffix", "png")], contract_pdf()).await.code(), 1403);
        assert_eq!(add(&[("fileSuffix", "exe")], b"MZ\x90\x00").await.code(), 1402);
        let target = format!("/v2/contract/download?contractId={id}&downloadItems=ENDSIGN_ATTACHMENT&needCompressForOneFile=false");
        assert_eq!(app.get(&target).await.code(), 1402, "not ended yet");
        assert_eq!(app.post("/v2/contract/forceend", &json!({ "contractId": id, "reason": "a" })).await.code(), 0);
        let file = app.get(&target).await;
        assert_eq!(file.body, contract_pdf());
        assert!(file.head.contains("application/pdf"), "{}", file.head);
        let links = app.get(&format!("/v2/contract/downloadurl?contractId={id}&downloadItems=ENDSIGN_ATTACHMENT")).await.result();
        let link = links["downloadUrls"][0].clone();
        assert_eq!((&link["contractId"], &link["documentId"], &link["title"]), (&json!(id), &Value::Null, &json!("终止协议.pdf")));
        let address = text(&link["downloadUrl"]);
        let path = address.split_once("/d/").unwrap().1;
        assert_eq!(app.get_with(&format!("/d/{path}"), "").await.body, contract_pdf());
        // One more after the end, and one too late.
        assert_eq!(add(&[("fileSuffix", "pdf")], contract_pdf()).await.code(), 0);
        let done = text(&drafted(&app, &two_parties()).await["id"]);
        let fields = [("contractId", done.as_str()), ("title", "a"), ("fileSuffix", "pdf")];
        assert_eq!(app.upload(PATH, &fields, contract_pdf()).await.code(), 1101, "a draft");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delay_moves_the_deadline_and_wakes_an_expired_contract() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        const PATH: &str = "/v2/contract/delay";
        let mut body = two_parties();
        body["expireTime"] = json!("2026-12-01 12:00:00");
        let id = text(&sent(&app, &body).await["id"]);
        assert_eq!(
            app.post(
                PATH,
                &json!({ "contractId": id, "days": "2", "expireDate": "2027-01-01" })
            )
            .await
            .code(),
            0
        );
        assert_eq!(
            detail(&app, &id).await["expireTime"],
            "2026-12-03 12:00:00",
            "days win"
        );
        assert_eq!(
            app.post(PATH, &json!({ "contractId": id, "expireDate": "2026-12-20" }))
                .await
                .code(),
            0
        );
        assert_eq!(detail(&app, &id).await["expireTime"], "2026-12-20 23:59:59");
        app.clock.advance_ms(60 * DAY_MS);
        app.work().await;
        assert_eq!(standing(&app, &id).await, "EXPIRED [EXPIRED(START), EXPIRED]");
        assert_eq!(
            app.post(PATH, &json!({ "contractId": id, "days": 1 }))
                .await
                .code(),
            1005,
            "it would expire again at once"
        );
        assert_eq!(
            app.post(PATH, &json!({ "contractId": id, "days": 90 }))
                .await
                .code(),
            0
        );
        assert_eq!(standing(&app, &id).await, "SIGNING [SIGNING(START), WAITING]");
        assert_eq!(
            callbacks(&app, &id).await,
            ["SEND_SIGNING", "EXPIRED"],
            "a delay is not told"
        );
        assert_eq!(
            log(&app, &id).await,
            ["CREATE", "MODIFY", "SEND", "DELAY", "DELAY", "EXPIRE", "DELAY"]
        );
        assert_eq!(
            app.post("/v2/contract/companysign", &json!({ "contractId": id }))
                .await
                .code(),
            0
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn delays_that_cannot_be_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        const PATH: &str = "/v2/contract/delay";
        let draft = text(&drafted(&app, &two_parties()).await["id"]);
        let id = text(&sent(&app, &two_parties()).await["id"]);
        let rows = [
            (json!({ "contractId": id }), 1005, "neither days nor date"),
            (json!({ "contractId": id, "days": 0 }), 1005, "no day"),
            (json!({ "contractId": id, "days": -3 }), 1005, "backwards"),
            (json!({ "contractId": id, "days": "soon" }), 1005, "no number"),
            (
                json!({ "contractId": id, "expireDate": "12/31/2026" }),
                1005,
                "no date",
            ),
            (
                json!({ "contractId": id, "expireDate": "2020-01-01" }),
                1005,
                "before the present deadline",
            ),
            (
                json!({ "contractId": id, "days": 731 }),
                1005,
                "more than two years",
            ),
            (json!({ "contractId": draft, "days": 1 }), 1101, "a draft"),
            (json!({ "days": 1 }), 1005, "no contract"),
        ];
        assert_refused(&app, PATH, &id, &rows).await;
        assert_hidden(&app, PATH, &id, &json!({ "days": 1 })).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_nobody_sends_is_deleted_after_a_year() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let old = text(&drafted(&app, &two_parties()).await["id"]);
        let kept = text(&sent(&app, &two_parties()).await["id"]);
        app.clock.advance_ms(364 * DAY_MS);
        let young = text(&drafted(&app, &two_parties()).await["id"]);
        app.clock.advance_ms(2 * DAY_MS);
        assert_eq!(qishu_app::job::delete_old_drafts(&app.app).await.unwrap(), 1);
        let code = async |id: &str| {
            app.get(&format!("/v2/contract/detail?contractId={id}"))
                .await
                .code()
        };
        assert_eq!(
            (code(&old).await, code(&kept).await, code(&young).await),
            (1003, 0, 0)
        );
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_request_that_lapses_leaves_the_contract_complete() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let alone = contract_of(&[company(&json!([{ "type": "COMPANY" }]))]);
        let id = text(&sent(&app, &alone).await["id"]);
        let sealed = app
            .post("/v2/contract/companysign", &json!({ "contractId": id }))
            .await;
        assert_eq!(sealed.code(), 0);
        start_void(&app, &id, 3).await;
        app.clock.advance_ms(2 * DAY_MS);
        app.work().await;
        assert_eq!(standing(&app, &id).await, "INVALIDING [INVALIDING(FINISH)]");
        app.clock.advance_ms(2 * DAY_MS);
        app.work().await;
        assert_eq!(standing(&app, &id).await, "COMPLETE [SIGNED(FINISH)]");
        assert_eq!(detail(&app, &id).await["invalidFailType"], "INVALID_CANCEL");
        assert_eq!(callbacks(&app, &id).await.last().unwrap(), "COMPLETE");
    })
    .await;
}

/// A void request with a deadline in so many days, as the machine makes it.
async fn start_void(app: &TestApp, id: &str, days: i64) {
    use qishu_model::contract::{Command, VoidRequest};
    use qishu_store::{Scope, contract};
    let mut transaction = app.app.store.begin("test");
    let found = contract::find(&mut transaction, Scope::System, id.parse().unwrap()).await;
    let mut stored = found.unwrap().unwrap();
    let request = VoidRequest {
        expire_time: Some(app.app.now().plus_days(days)),
        ..VoidRequest::default()
    };
    let transition = stored.value.apply(Command::StartVoid { request }, app.app.now());
    stored.value = transition.unwrap().contract.unwrap();
    contract::update(&mut transaction, &stored).await.unwrap();
    transaction.record(crate::authorisation::test_entry(app));
    transaction.commit().await.unwrap();
}
