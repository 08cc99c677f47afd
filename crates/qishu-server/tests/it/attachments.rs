//! Files demanded from parties: handed in on the page, blocking the signature, signed, downloaded.

use std::io::Read as _;

use bytes::Bytes;
use pdfseal::Limits;
use pdfseal::verify::verify;
use qishu_app::AppError;
use qishu_app::document::{Upload, upload_attachment};
use qishu_app::page::resume;
use qishu_model::contract::Contract;
use qishu_model::id::AttachmentId;
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::authorisation::{SECRET, TOKEN, add_stranger};
use crate::client::contract_pdf;
use crate::flow::{PERSON, code, open_page, signature};
use crate::stage::{UNKNOWN, company, contract_of, drafted, individual, log, sent, standing, text};

const OTHER: &str = "13900000051";

fn demanding() -> Value {
    let mut person = individual(PERSON);
    person["attachments"] = json!([
        { "title": "身份证", "required": true },
        { "title": "授权书", "needSign": "true" },
    ]);
    contract_of(&[person, individual(OTHER)])
}

fn upload(bytes: &'static [u8]) -> Upload {
    Upload {
        suffix: None,
        bytes: Bytes::from_static(bytes),
    }
}

async fn hand_in(
    app: &TestApp,
    session: &str,
    attachment: &Value,
    file: Upload,
) -> Result<Contract, AppError> {
    let session = resume(&app.app, session).await.unwrap();
    let id: AttachmentId = text(attachment).parse().unwrap();
    upload_attachment(&app.app, &session, id, file).await
}

fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_file_blocks_the_signature_and_one_to_be_signed_is_signed_with_it() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let contract = sent(&app, &demanding()).await;
        let id = text(&contract["id"]);
        let demands = contract["signatories"][0]["attachments"].clone();
        assert_eq!(
            (&demands[0]["required"], &demands[1]["needSign"]),
            (&json!(true), &json!(true))
        );
        let (session, revisions) = open_page(&app, &id, PERSON).await;
        let code = code(&app, &session, &revisions, PERSON).await;
        let early = app
            .page("/sign", &session, Some(&signature(&revisions, &code)))
            .await;
        assert_eq!(
            (early.status, &early.json()["code"]),
            (409, &json!("ATTACHMENT_REQUIRED"))
        );
        hand_in(
            &app,
            &session,
            &demands[0]["id"],
            upload(include_bytes!("stroke.png")),
        )
        .await
        .unwrap();
        hand_in(&app, &session, &demands[1]["id"], upload(contract_pdf()))
            .await
            .unwrap();
        let signed = app
            .page("/sign", &session, Some(&signature(&revisions, &code)))
            .await;
        assert_eq!(
            signed.status,
            200,
            "the refusal did not spoil the code: {}",
            signed.text()
        );
        assert_eq!(standing(&app, &id).await, "SIGNING [SIGNED, SIGNING]");
        assert_eq!(
            log(&app, &id).await,
            ["CREATE", "MODIFY", "SEND", "VIEW", "MODIFY", "MODIFY", "SIGN"]
        );

        let target = format!("/v2/attachment/download?contractId={id}");
        let files = unzip(&app.get(&target).await.body);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["附件-张三-身份证.pdf", "附件-张三-授权书.pdf"]);
        let anchors = [app.app.authority.root_certificate().clone()];
        let report = verify(
            &files[1].1,
            &Limits::default(),
            &anchors,
            app.clock.now_ms() / 1000,
        );
        assert!(report.all_passed() && report.signatures.len() == 1, "{report:?}");
        let origin = unzip(&app.get(&format!("{target}&origin=true")).await.body);
        assert_eq!(
            origin[0],
            (
                "附件-张三-身份证.png".to_owned(),
                include_bytes!("stroke.png").to_vec()
            )
        );
        assert_eq!(origin[1].1, contract_pdf());

        let items = "downloadItems=CONTRACT%2CATTACHMENT";
        let links = app
            .get(&format!("/v2/contract/downloadurl?contractId={id}&{items}"))
            .await
            .result();
        let rows = links["downloadUrls"].as_array().unwrap();
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1]["downloadItems"], "ATTACHMENT");
        let path = text(&rows[2]["downloadUrl"]);
        let path = path.split_once("/d/").unwrap().1;
        assert_eq!(app.get_with(&format!("/d/{path}"), "").await.body, files[1].1);
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_taken_from_the_party_that_owes_them_while_it_can_still_act() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let mut body = demanding();
        body["ordinal"] = json!(false);
        let contract = sent(&app, &body).await;
        let id = text(&contract["id"]);
        let (plain, to_sign) = (
            &contract["signatories"][0]["attachments"][0]["id"],
            &contract["signatories"][0]["attachments"][1]["id"],
        );
        let (owner, _) = open_page(&app, &id, PERSON).await;
        let (neighbour, _) = open_page(&app, &id, OTHER).await;
        let foreign = hand_in(&app, &neighbour, plain, upload(contract_pdf())).await;
        assert!(matches!(foreign, Err(AppError::NoViewPermission)), "{foreign:?}");
        let unknown = hand_in(&app, &owner, &json!(UNKNOWN), upload(contract_pdf())).await;
        assert!(unknown.is_err());
        let broken = hand_in(&app, &owner, plain, upload(b"%PDF-1.7 nothing more")).await;
        assert!(matches!(broken, Err(AppError::InvalidFile { .. })), "{broken:?}");
        let page = hand_in(
            &app,
            &owner,
            to_sign,
            upload(b"<!DOCTYPE html><html><body>a</body></html>"),
        )
        .await;
        assert!(matches!(page, Err(AppError::UnsupportedFile { .. })), "{page:?}");
        hand_in(&app, &owner, plain, upload(include_bytes!("stroke.png")))
            .await
            .unwrap();
        hand_in(&app, &owner, plain, upload(contract_pdf()))
            .await
            .unwrap();
        let origin = unzip(
            &app.get(&format!("/v2/attachment/download?contractId={id}&origin=1"))
                .await
                .body,
        );
        assert_eq!(origin.len(), 1, "the later file replaces the earlier one");
        assert_eq!(origin[0].1, contract_pdf());
        app.post("/v2/contract/invalid", &json!({ "contractId": id }))
            .await;
        let late = hand_in(&app, &owner, plain, upload(contract_pdf())).await;
        assert!(late.is_err(), "recalled");
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_handed_in_is_an_error_of_its_own_and_strangers_learn_nothing() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        add_stranger(&app).await;
        let contract = drafted(&app, &contract_of(&[company(&json!([{ "type": "COMPANY" }]))])).await;
        let id = text(&contract["id"]);
        let target = |id: &str| format!("/v2/attachment/download?contractId={id}");
        let nothing = app.get(&target(&id)).await;
        assert_eq!(
            (nothing.code(), &nothing.json()["responseCode"]),
            (1404, &json!("11011404"))
        );
        assert!(
            nothing.head.to_lowercase().contains("application/json"),
            "{}",
            nothing.head
        );
        assert_eq!(
            app.get("/v2/attachment/download").await.code(),
            1005,
            "no contract"
        );
        assert_eq!(
            app.get(&format!("{}&origin=perhaps", target(&id))).await.code(),
            1005
        );
        let ask = async |id: &str| app.get_with(&target(id), &app.headers_of(TOKEN, SECRET)).await;
        assert_eq!(ask(&id).await.text(), ask(UNKNOWN).await.text());
    })
    .await;
}
