//! What becomes of uploaded files.

use std::time::Duration;

use qishu_app::file_work::FileWork;
use qishu_testkit::{office, on_both};
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

#[tokio::test(flavor = "multi_thread")]
async fn pictures_and_text_become_documents() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let gbk = b"\xbc\xd7\xb7\xbd";
        for (suffix, file, pages) in [
            ("txt", "甲方（盖章）：\n\x0c第二页".as_bytes(), 2),
            ("txt", gbk.as_slice(), 1),
            ("gif", include_bytes!("two-frames.gif").as_slice(), 2),
        ] {
            let (contract, answer) = add(&app, suffix, file).await;
            assert_eq!(answer.code(), 0, "{suffix}: {}", answer.text());
            let documents = documents(&app, &contract).await;
            assert_eq!(documents[0]["pageCount"], pages, "{suffix}: {documents:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_not_what_they_say_or_reach_out_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let linked = office::archive(&office::docx_entries(
            &["甲方"],
            &office::external("image", "http://192.0.2.1/a.png"),
        ));
        for (suffix, file, reason) in [
            (
                "doc",
                b"<html><img src=http://192.0.2.1/a.png></html>".to_vec(),
                "its content is html",
            ),
            ("docx", b"\x89PNG\r\n\x1a\n".to_vec(), "its content is png"),
            ("xls", b"%PDF-1.4".to_vec(), "its content is pdf"),
            ("docx", linked, "takes a picture from outside"),
            (
                "rtf",
                b"{\\rtf1{\\object\\objdata 01}}".to_vec(),
                "takes an object",
            ),
            ("txt", b"\0\0\0".to_vec(), "its content is of an unknown kind"),
        ] {
            let (contract, answer) = add(&app, suffix, &file).await;
            assert_eq!(answer.code(), 1403, "{suffix}: {}", answer.text());
            assert!(answer.text().contains(reason), "{suffix}: {}", answer.text());
            assert_eq!(documents(&app, &contract).await, Vec::<Value>::new());
        }
    })
    .await;
}
