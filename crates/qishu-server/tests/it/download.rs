//! Downloads as bundles and by link, the signing log, and the lock against frequent ones (4.14, 4.22, D-32).

use std::io::{Cursor, Read as _};

use pdfseal::text::{TextIndex, TextLimits};
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Answer;
use crate::flow::{PERSON, code, draft, draft_body, open_page, send, signature};
use crate::void::keep;

const MINUTE_MS: i64 = 60_000;

/// A contract that the company and a person have signed.
async fn complete(app: &TestApp) -> (String, String) {
    let drafted = draft(app, &draft_body(&[PERSON])).await;
    assert_eq!(send(app, &drafted).await.code(), 0);
    let body = json!({ "contractId": drafted.contract });
    assert_eq!(app.post("/v2/contract/companysign", &body).await.code(), 0);
    let (session, revisions) = open_page(app, &drafted.contract, PERSON).await;
    let code = code(app, &session, &revisions, PERSON).await;
    let signed = app
        .page("/sign", &session, Some(&signature(&revisions, &code)))
        .await;
    assert_eq!(signed.status, 200);
    (drafted.contract, drafted.document)
}

/// Names and bytes of the files in a ZIP.
fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn names(answer: &Answer) -> Vec<String> {
    unzip(&answer.body).into_iter().map(|(name, _)| name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bundle_holds_the_documents_and_the_signing_log() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (id, _) = complete(&app).await;
        let download = async |query: &str| {
            app.get(&format!("/v2/contract/download?contractId={id}&{query}"))
                .await
        };
        let usual = download("").await;
        assert!(
            usual
                .head
                .to_lowercase()
                .contains("content-type: application/zip"),
            "{}",
            usual.head
        );
        assert_eq!(
            names(&usual),
            ["合同-劳动合同-张三.pdf", "签署日志-劳动合同-张三.pdf"]
        );
        assert_eq!(
            names(&download("fileNameRule=ORIGINAL").await),
            ["合同正文.pdf", "签署日志.pdf"]
        );
        assert_eq!(
            names(&download("downloadItems=SIGNLOG").await),
            ["签署日志-劳动合同-张三.pdf"]
        );
        let bare = download("downloadItems=SIGNLOG&needCompressForOneFile=false").await;
        assert!(bare.head.to_lowercase().contains("content-type: application/pdf"));
        keep(&bare.body, "signing-log.pdf");
        let index = TextIndex::read(&bare.body, &TextLimits::default()).unwrap();
        let contract = app
            .get(&format!("/v2/contract/detail?contractId={id}"))
            .await
            .result();
        for text in [
            "劳动合同",
            contract["sn"].as_str().unwrap(),
            "139****0001",
            "短信验证码",
            "授权签署",
            "如何验证",
            "127.0.0.1",
        ] {
            assert!(!index.find(text).is_empty(), "{text}");
        }
        assert!(index.find(PERSON).is_empty(), "contacts are masked");
        let files = unzip(&usual.body);
        let digest = sha256(&files[0].1);
        assert!(
            !index.find(&digest).is_empty(),
            "the log names the bytes that were given out"
        );
        assert_eq!(
            download("downloadItems=NOTARY").await.code(),
            1402,
            "what does not exist is left out"
        );
        assert_eq!(download("downloadItems=SEALS").await.code(), 1005);
    })
    .await;
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(sealpki::sha256(bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_has_documents_and_no_signing_log() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        let id = drafted.contract.as_str();
        let bundle = app.get(&format!("/v2/contract/download?contractId={id}")).await;
        assert_eq!(names(&bundle), ["合同-劳动合同-张三.pdf"]);
        let log = app
            .get(&format!(
                "/v2/contract/downloadurl?contractId={id}&downloadItems=SIGNLOG"
            ))
            .await;
        assert_eq!(log.code(), 1402);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_give_single_files_or_one_bundle_for_an_hour() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (id, document) = complete(&app).await;
        let links = async |query: &str| {
            let target = format!("/v2/contract/downloadurl?contractId={id}&{query}");
            app.get(&target).await.result()["downloadUrls"].clone()
        };
        let open = async |link: &Value| {
            let target = link["downloadUrl"].as_str().unwrap().split_once("/d/").unwrap().1;
            app.get_with(&format!("/d/{target}"), "").await
        };
        let rows = links("compress=false").await;
        assert_eq!(rows.as_array().unwrap().len(), 2);
        assert_eq!(
            (&rows[0]["documentId"], rows[0].get("contractId")),
            (&json!(document), None)
        );
        assert_eq!(
            (&rows[1]["contractId"], rows[1].get("documentId")),
            (&json!(id), None)
        );
        assert_eq!(
            (&rows[1]["title"], &rows[1]["downloadItems"]),
            (&json!("签署日志.pdf"), &json!("SIGNLOG"))
        );
        for row in rows.as_array().unwrap() {
            assert!(open(row).await.body.starts_with(b"%PDF"));
        }
        let bundle = links("compress=true").await;
        assert_eq!(bundle.as_array().unwrap().len(), 1);
        assert_eq!(
            (&bundle[0]["title"], &bundle[0]["downloadItems"]),
            (&json!("劳动合同"), &json!("CONTRACT,SIGNLOG"))
        );
        assert_eq!(names(&open(&bundle[0]).await).len(), 2);
        let one = links("compress=true&downloadItems=SIGNLOG").await;
        assert_eq!(
            names(&open(&one[0]).await).len(),
            1,
            "compressed on demand even when alone"
        );
        app.clock.advance_ms(61 * MINUTE_MS);
        assert_ne!(open(&rows[0]).await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_downloads_in_a_row_lock_a_document() {
    on_both(async |database| {
        let app = TestApp::start_changed(database, |settings| settings.download_lock = true, |_| {}).await;
        let (id, document) = complete(&app).await;
        app.clock.advance_ms(2 * MINUTE_MS);
        let (other, _) = complete(&app).await;
        let single = async || {
            app.get(&format!("/v2/document/download?documentId={document}"))
                .await
        };
        let locked = |answer: &Answer| answer.body.starts_with(b"{") && answer.code() == 1405;
        for _ in 0..9 {
            assert!(!locked(&single().await));
            app.clock.advance_ms(24 * MINUTE_MS);
        }
        let bundle = app.get(&format!("/v2/contract/download?contractId={id}")).await;
        assert!(!locked(&bundle), "the tenth is given out");
        let refused = single().await;
        assert!(locked(&refused), "{}", refused.text());
        assert_eq!(refused.json()["responseCode"], "11011405");
        assert!(locked(
            &app.get(&format!("/v2/contract/download?contractId={id}")).await
        ));
        let log = app
            .get(&format!(
                "/v2/contract/download?contractId={id}&downloadItems=SIGNLOG"
            ))
            .await;
        assert!(!locked(&log), "the log is no document");
        let link = app
            .get(&format!(
                "/v2/contract/downloadurl?contractId={id}&downloadItems=CONTRACT"
            ))
            .await
            .result();
        let token = link["downloadUrls"][0]["downloadUrl"]
            .as_str()
            .unwrap()
            .split_once("/d/")
            .unwrap()
            .1
            .to_owned();
        assert_eq!(app.get_with(&format!("/d/{token}"), "").await.status, 429);
        assert!(
            !locked(
                &app.get(&format!("/v2/contract/download?contractId={other}"))
                    .await
            ),
            "other documents are free"
        );
        app.clock.advance_ms(12 * 60 * MINUTE_MS);
        for _ in 0..10 {
            assert!(!locked(&single().await));
            app.clock.advance_ms(MINUTE_MS);
        }
        app.clock.advance_ms(13 * 60 * MINUTE_MS);
        assert!(locked(&single().await), "the second lock is twice as long");
        app.clock.advance_ms(12 * 60 * MINUTE_MS);
        assert!(!locked(&single().await));
    })
    .await;
}
