//! The request protocol (chapters 2 and 3, checklist in chapter 11 of the protocol).

use qishu_app::demo::{APP_SECRET, APP_TOKEN};
use qishu_testkit::on_both;
use serde_json::json;

use crate::app::TestApp;
use crate::client::md5;

#[tokio::test(flavor = "multi_thread")]
async fn refusals_come_in_the_documented_order() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let missing = app.get_with("/nowhere", "").await;
        assert_eq!(missing.status, 441);
        assert_eq!(
            missing.text(),
            r#"{"code":441,"message":"HEADER REQUIRED,x-qys-open-accesstoken","responseCode":"11990441"}"#
        );
        let unknown = app
            .get_with("/nowhere", &app.headers_of("NoSuchToken", APP_SECRET))
            .await;
        assert_eq!((unknown.status, unknown.code()), (442, 442));
        let wrong = app
            .get_with("/nowhere", &app.headers_of(APP_TOKEN, "wrong"))
            .await;
        assert_eq!((wrong.status, wrong.code()), (443, 443));
        let nowhere = app.get("/nowhere").await;
        assert_eq!((nowhere.status, nowhere.code()), (404, 404));
        assert!(nowhere.text().contains(r#""responseCode":"11990404""#));
        let method = app.get("/v2/contract/draft").await;
        assert_eq!((method.status, method.code()), (405, 405));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_served_once() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let headers = app.signed_headers();
        assert_eq!(app.get_with("/company/platforminfo", &headers).await.code(), 0);
        let again = app.get_with("/company/platforminfo", &headers).await;
        assert_eq!((again.status, again.code()), (445, 445));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_calls_too_often_waits_for_the_next_minute() {
    on_both(async |database| {
        let app = TestApp::start_with(database, |settings| settings.calls_per_minute = 3).await;
        for _ in 0..3 {
            assert_eq!(app.get("/company/platforminfo").await.code(), 0);
        }
        let refused = app.get("/company/platforminfo").await;
        assert_eq!((refused.status, refused.code()), (200, 1006));
        app.clock.advance_ms(60_000);
        assert_eq!(app.get("/company/platforminfo").await.code(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_clients_without_nonce_and_with_odd_times_are_served() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let fractional = format!("{}.75", app.clock.now_ms());
        let headers = format!(
            "X-QYS-Open-AccessToken: {APP_TOKEN}\r\nx-qys-open-timestamp: {fractional}\r\nx-qys-open-signature: {}\r\n",
            md5(&[APP_TOKEN, APP_SECRET, &fractional])
        );
        assert_eq!(app.get_with("/company/platforminfo", &headers).await.code(), 0);
        let stale = (app.clock.now_ms() - 601_000).to_string();
        let headers = format!(
            "x-qys-open-accesstoken: {APP_TOKEN}\r\nx-qys-open-timestamp: {stale}\r\nx-qys-open-signature: {}\r\n",
            md5(&[APP_TOKEN, APP_SECRET, &stale])
        );
        assert_eq!(app.get_with("/company/platforminfo", &headers).await.code(), 444);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_have_the_exact_form_clients_cut() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let answer = app.get("/company/platforminfo").await;
        assert!(
            answer
                .text()
                .starts_with(r#"{"code":0,"message":"SUCCESS","result":{"status":"AUTH_SUCCESS","id":""#)
        );
        assert!(answer.text().ends_with(r#"},"responseCode":"00000000"}"#));
        let head = answer.head.to_lowercase();
        assert!(
            head.contains("content-type: application/json;charset=utf-8") && head.contains("content-length:")
        );
        assert!(!head.contains("content-encoding"));
        let health = app.get_with("/v2/checkhealth", "").await;
        assert_eq!(
            health.text(),
            r#"{"code":0,"message":"SUCCESS","responseCode":"00000000"}"#
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn query_strings_are_read_raw_and_escaped() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let total = |answer: crate::client::Answer| answer.result()["totalCount"].clone();
        let escaped = app
            .get("/v2/seal/list?tenantName=%E5%A5%91%E4%B9%A6%E6%BC%94%E7%A4%BA%E5%88%86%E5%85%AC%E5%8F%B8")
            .await;
        assert_eq!(total(escaped), json!(1));
        let raw = app.get("/v2/seal/list?tenantName=契书演示分公司").await;
        assert_eq!(total(raw), json!(1));
        let blank = app.get("/v2/seal/list?tenantName=契书 公司").await;
        assert_eq!(blank.code(), 1801, "{}", blank.text());
        let twice = app.get("//v2//seal/list/?selectLimit=2").await;
        assert_eq!(twice.result()["list"].as_array().unwrap().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_parameters_are_named_and_bad_downloads_are_json() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let wrong = app
            .post(
                "/v2/contract/draft",
                &json!({ "subject": "劳动合同", "ordinal": "perhaps" }),
            )
            .await;
        assert_eq!((wrong.status, wrong.code()), (200, 1005));
        assert!(wrong.text().contains("ordinal"), "{}", wrong.text());
        let missing = app
            .get("/v2/document/download?documentId=3014826187358859384")
            .await;
        assert_eq!((missing.status, missing.code()), (200, 1402));
        assert!(
            missing
                .head
                .to_lowercase()
                .contains("content-type: application/json")
        );
        let not_json = app
            .post_bytes(
                "/v2/contract/draft",
                &app.signed_headers(),
                "application/json",
                b"{\"a\":",
            )
            .await;
        assert_eq!(not_json.code(), 1005);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_signatures_ends_after_thirty_refusals() {
    let database = qishu_testkit::fresh_sqlite();
    let app = TestApp::start(&database).await;
    for _ in 0..30 {
        assert_eq!(
            app.get_with("/nowhere", &app.headers_of(APP_TOKEN, "wrong"))
                .await
                .status,
            443
        );
    }
    assert_eq!(
        app.get_with("/nowhere", &app.headers_of(APP_TOKEN, "wrong"))
            .await
            .status,
        429
    );
    app.clock.advance_ms(60_000);
    assert_eq!(app.get("/company/platforminfo").await.code(), 0);
}
