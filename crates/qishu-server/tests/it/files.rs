//! What becomes of uploaded files.

use std::time::Duration;

use qishu_app::file_work::FileWork;
use qishu_testkit::on_both;
use serde_json::Value;

use crate::app::TestApp;
use crate::client::{Answer, contract_pdf};
use crate::flow::draft_body;

/// Adds a file to a new draft; answers the draft's id, too.
async fn add(app: &TestApp, suffix: &str, file: &[u8]) -> (String, Answer) {
    let contract = app.post("/v2/contract/draft", &draft_body(&[])).await.result();
    let id = contract["id"].as_str().unwrap().to_owned();
    let fields = [
        ("contractId", id.as_str()),
        ("title", "合同正文"),
        ("fileSuffix", suffix),
    ];
    let answer = app.upload("/v2/document/addbyfile", &fields, file).await;
    (id, answer)
}

async fn documents(app: &TestApp, contract: &str) -> Vec<Value> {
    let detail = app
        .get(&format!("/v2/contract/detail?contractId={contract}"))
        .await
        .result();
    detail["documents"].as_array().cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_takes_too_long_is_refused_and_nothing_is_stored() {
    on_both(async |database| {
        let app = TestApp::start_with_files(database, FileWork::in_this_process(Duration::ZERO)).await;
        let (contract, answer) = add(&app, "pdf", contract_pdf()).await;
        assert_eq!(answer.code(), 1403, "{}", answer.text());
        assert!(
            answer.text().contains("handling the file took longer than 0 s"),
            "{}",
            answer.text()
        );
        assert_eq!(documents(&app, &contract).await, Vec::<Value>::new());
    })
    .await;
}
