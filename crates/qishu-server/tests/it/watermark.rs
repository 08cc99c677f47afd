//! 水印: marks over the pages (4.19, 3.13, D-34).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pdfseal::text::{TextIndex, TextLimits};
use qishu_testkit::on_both;
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::{Answer, contract_pdf};
use crate::flow::{Drafted, PERSON, code, draft, draft_body, open_page, send, signature};
use crate::void::keep;

const STROKE: &[u8] = include_bytes!("stroke.png");

async fn add(app: &TestApp, contract: &str, delete_old: Value, watermarks: Value) -> Answer {
    let body = json!({ "contractId": contract, "deleteOldData": delete_old, "watermarks": watermarks });
    app.post("/v2/contract/addwartermark", &body).await
}

async fn pdf(app: &TestApp, document: &str) -> Vec<u8> {
    let answer = app
        .get(&format!("/v2/document/download?documentId={document}"))
        .await;
    assert!(
        answer
            .head
            .to_lowercase()
            .contains("content-type: application/pdf"),
        "{}",
        answer.text()
    );
    answer.body
}

fn hits(pdf: &[u8], text: &str) -> usize {
    let index = TextIndex::read(pdf, &TextLimits::default()).unwrap();
    index.find(text).len()
}

async fn add_second(app: &TestApp, drafted: &Drafted) -> String {
    let fields = [
        ("contractId", drafted.contract.as_str()),
        ("title", "附件"),
        ("fileSuffix", "pdf"),
    ];
    let added = app
        .upload("/v2/document/addbyfile", &fields, contract_pdf())
        .await;
    added.result()["documentId"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_stand_on_every_page_of_every_document_and_can_be_removed() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        let id = drafted.contract.as_str();
        let plain = pdf(&app, &drafted.document).await;
        let text = |content: &str| json!([{ "type": "TEXT", "content": content, "position": "MIDDLE_CENTER", "fontSize": "30", "angle": 45 }]);
        assert_eq!(add(&app, id, json!(false), text("内部资料")).await.code(), 0);
        assert_eq!(hits(&pdf(&app, &drafted.document).await, "内部资料"), 2, "once on each page");
        let second = add_second(&app, &drafted).await;
        assert_eq!(hits(&pdf(&app, &second).await, "内部资料"), 2, "documents added later have it too");
        let other = app.post("/v2/contract/addwatermark", &json!({ "contractId": id, "watermarks": text("仅供审阅") })).await;
        assert_eq!(other.code(), 0, "the right spelling is an alias");
        let both = pdf(&app, &drafted.document).await;
        assert_eq!((hits(&both, "内部资料"), hits(&both, "仅供审阅")), (2, 2));
        assert_eq!(add(&app, id, json!("true"), text("定稿")).await.code(), 0);
        let only = pdf(&app, &second).await;
        assert_eq!((hits(&only, "内部资料"), hits(&only, "定稿")), (0, 2));
        assert_eq!(add(&app, id, json!(true), json!([])).await.code(), 0);
        let none = pdf(&app, &drafted.document).await;
        assert_eq!(hits(&none, "定稿"), 0);
        assert_eq!(hits(&none, "甲方"), hits(&plain, "甲方"));
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_marked_contract_is_sent_signed_and_valid() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        let id = drafted.contract.as_str();
        let marks = json!([
            { "type": "TEXT", "content": "甲方（盖章）", "position": "TILE", "angle": 30, "diaphaneity": 85, "fontColor": "#c01f1f", "tileDensity": "SPARSE" },
            { "type": "PIC", "content": STANDARD.encode(STROKE), "position": "BOTTOM_LEFT", "imgScale": 0.5 },
            { "type": "QRCODE", "position": "TOP_RIGHT", "viewPermission": "PUBLIC" },
            { "type": "QRCODE", "position": "BOTTOM_RIGHT" },
            { "type": "GRATING", "content": "Q", "position": "TOP_LEFT", "gratingSize": "SQUARE_10" },
            { "type": "NOTARY", "position": "BOTTOM_LEFT", "fontSize": 8 },
            { "type": "NO" },
        ]);
        let added = add(&app, id, json!(""), marks).await;
        assert_eq!(added.code(), 0, "{}", added.text());
        assert_eq!(send(&app, &drafted).await.code(), 0, "the keyword is found where the document has it, not in the marks");
        let sealed = app.post("/v2/contract/companysign", &json!({ "contractId": id })).await;
        assert_eq!(sealed.code(), 0, "{}", sealed.text());
        let (session, revisions) = open_page(&app, id, PERSON).await;
        let code = code(&app, &session, &revisions, PERSON).await;
        let signed = app.page("/sign", &session, Some(&signature(&revisions, &code))).await;
        assert_eq!(signed.json()["contractStatus"], "COMPLETE", "{}", signed.text());
        let file = pdf(&app, &drafted.document).await;
        keep(&file, "marked-signed.pdf");
        let anchors = [app.app.authority.root_certificate().clone()];
        let report = pdfseal::verify::verify(&file, &pdfseal::Limits::default(), &anchors, app.clock.now_ms() / 1000);
        assert!(report.all_passed(), "{report:?}");
        assert_eq!(report.signatures.len(), 2);
        assert_eq!(add(&app, id, json!(false), json!([{ "type": "NOTARY" }])).await.code(), 1101, "signed pages do not change");
        for promise in qishu_app::verify_all::verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_that_break_a_limit_are_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        let id = drafted.contract.as_str();
        let text = |name: &str, value: Value| {
            let mut mark = json!({ "type": "TEXT", "content": "合同专用" });
            mark[name] = value;
            mark
        };
        for mark in [
            json!({ "content": "a" }),
            json!({ "type": "STRIPES" }),
            json!({ "type": "TEXT" }),
            text("content", json!("一二三四五六七八九十一二三四五六七八九十一")),
            text("content", json!("😀")),
            text("fontSize", json!(5)),
            text("fontSize", json!("73")),
            text("angle", json!(181)),
            text("angle", json!("x")),
            text("fontColor", json!("red")),
            text("diaphaneity", json!(101)),
            text("position", json!("SOMEWHERE")),
            text("tileDensity", json!("SOME")),
            json!({ "type": "QRCODE", "position": "TILE" }),
            json!({ "type": "QRCODE", "viewPermission": "ALL" }),
            json!({ "type": "GRATING", "content": "AB" }),
            json!({ "type": "GRATING", "content": "契" }),
            json!({ "type": "GRATING", "content": "A", "position": "MIDDLE_CENTER" }),
            json!({ "type": "GRATING", "content": "A", "gratingSize": "SQUARE_20" }),
            json!({ "type": "PIC" }),
            json!({ "type": "PIC", "content": "not base64!" }),
            json!({ "type": "PIC", "content": STANDARD.encode(b"GIF89a no picture") }),
            json!({ "type": "PIC", "content": STANDARD.encode(vec![0_u8; 205 * 1024]) }),
            json!({ "type": "PIC", "content": STANDARD.encode(STROKE), "imgScale": 4.5 }),
        ] {
            let refused = add(&app, id, json!(false), json!([mark])).await;
            assert_eq!(refused.code(), 1005, "{mark}: {}", refused.text());
        }
        assert_eq!(add(&app, id, json!(false), json!([])).await.code(), 1005);
        assert_eq!(add(&app, id, json!(false), json!("x")).await.code(), 1005);
        let many: Vec<Value> = (0..21).map(|_| json!({ "type": "NOTARY" })).collect();
        assert_eq!(add(&app, id, json!(false), json!(many)).await.code(), 1005);
        assert_eq!(
            add(&app, "3014826187358859384", json!(true), json!([]))
                .await
                .code(),
            1003
        );
        assert_eq!(send(&app, &drafted).await.code(), 0);
        assert_eq!(add(&app, id, json!(true), json!([])).await.code(), 1101);
        assert_eq!(hits(&pdf(&app, &drafted.document).await, "合同专用"), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_came_signed_is_not_marked() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let first = draft(&app, &draft_body(&[])).await;
        assert_eq!(send(&app, &first).await.code(), 0);
        assert_eq!(
            app.post(
                "/v2/contract/companysign",
                &json!({ "contractId": first.contract })
            )
            .await
            .code(),
            0
        );
        let signed = pdf(&app, &first.document).await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        let fields = [
            ("contractId", drafted.contract.as_str()),
            ("title", "已签"),
            ("fileSuffix", "pdf"),
        ];
        let mark = json!([{ "type": "NOTARY" }]);
        assert_eq!(
            add(&app, &drafted.contract, json!(false), mark.clone())
                .await
                .code(),
            0
        );
        assert_eq!(
            app.upload("/v2/document/addbyfile", &fields, &signed)
                .await
                .code(),
            1403
        );
        assert_eq!(
            add(&app, &drafted.contract, json!(true), json!([])).await.code(),
            0
        );
        assert_eq!(
            app.upload("/v2/document/addbyfile", &fields, &signed)
                .await
                .code(),
            0
        );
        assert_eq!(
            add(&app, &drafted.contract, json!(false), mark).await.code(),
            1403
        );
    })
    .await;
}
