//! 存证与出证 (`organisation` chapter 13, R-80, R-81).

use std::sync::Mutex;

use pdfseal::{Document, Limits};
use qishu_app::evidence::{PackageReport, verify_package};
use qishu_model::rights::Area;
use qishu_testkit::{TestRandom, fresh_sqlite, on_both};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::contract_pdf;
use crate::flow::{PERSON, code, draft, draft_body, open_page, send, signature, status};

const NOTARY: &str = "/v2/chain/notary";
const PROOF: &str = "/chain/evidence/electronic/prove/apply";
const REPORT: &str = "/chain/evidence/complete/report/apply";

fn operator() -> String {
    json!({ "name": "王晓", "contact": "13800000001", "contactType": "MOBILE" }).to_string()
}

/// A contract that company and person have signed.
async fn complete(app: &TestApp) -> (String, String) {
    let drafted = draft(app, &draft_body(&[PERSON])).await;
    assert_eq!(send(app, &drafted).await.code(), 0);
    let sealed = json!({ "contractId": drafted.contract });
    assert_eq!(app.post("/v2/contract/companysign", &sealed).await.code(), 0);
    let (session, revisions) = open_page(app, &drafted.contract, PERSON).await;
    let code = code(app, &session, &revisions, PERSON).await;
    let signed = app
        .page("/sign", &session, Some(&signature(&revisions, &code)))
        .await;
    assert_eq!(signed.status, 200, "{}", signed.text());
    assert_eq!(status(app, &drafted.contract).await, "COMPLETE");
    (drafted.contract, drafted.document)
}

async fn notarise_file(app: &TestApp, data_id: &str) -> Value {
    let operator = operator();
    let fields = [
        ("notaryName", "采购订单"),
        ("notaryDataID", data_id),
        ("notaryType", "FILE"),
        ("fileType", "pdf"),
        ("operatorInfo", operator.as_str()),
    ];
    let headers = app.signed_headers();
    app.upload_with(NOTARY, &headers, &fields, ("notaryFile", contract_pdf()))
        .await
        .result()
}

/// Applies, lets the background work, downloads.
async fn report(app: &TestApp, order: &Value) -> Vec<u8> {
    let applied = app.post(REPORT, order).await.result();
    let id = applied["proveId"].as_str().unwrap();
    let told = |answer: Value| answer["status"].as_str().unwrap().to_owned();
    let target = format!("/chain/evidence/complete/report/status?proveId={id}");
    assert_eq!(told(app.get(&target).await.result()), "PROCESSING");
    let early = format!("/chain/evidence/complete/report/download?proveId={id}");
    assert_eq!(app.get(&early).await.code(), 1608);
    app.work().await;
    let now = app.get(&target).await.result();
    assert_eq!(now, json!({ "proveId": id, "status": "COMPLETE" }));
    let file = app.get(&early).await;
    assert!(file.head.contains("application/pdf"), "{}", file.head);
    file.body
}

fn check(app: &TestApp, pdf: &[u8]) -> Option<PackageReport> {
    let root = app.app.authority.root_certificate().clone();
    let now_s = app.clock.now_ms().div_euclid(1000);
    verify_package(pdf, &[root], now_s, true)
}

fn attached(pdf: &[u8]) -> Vec<(String, Vec<u8>)> {
    let document = Document::open(pdf, &Limits::default()).unwrap();
    let files = document.attachments().unwrap();
    files.into_iter().map(|file| (file.name, file.bytes)).collect()
}

fn facts(pdf: &[u8]) -> Value {
    let files = attached(pdf);
    let (_, facts) = files.iter().find(|(name, _)| name == "evidence.json").unwrap();
    serde_json::from_slice(facts).unwrap()
}

/// Where an operator asks for it, the reports made here are kept to be looked at.
fn keep(name: &str, pdf: &[u8]) {
    if let Some(folder) = option_env!("QISHU_KEEP_REPORTS") {
        std::fs::write(format!("{folder}/{name}.pdf"), pdf).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_a_completed_contract_verifies_without_the_server() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let (contract, document) = complete(&app).await;
        let original = app
            .get(&format!("/v2/document/download?documentId={document}"))
            .await
            .body;
        let order = json!({ "proveSource": 1, "proveDataId": contract });
        let pdf = report(&app, &order).await;
        keep("contract", &pdf);
        let verified = check(&app, &pdf).unwrap();
        assert_eq!(verified.faults, Vec::<String>::new());
        assert_eq!((verified.files, verified.signatures), (1, 2));
        assert!(verified.rows > 8, "{verified:?}");
        assert!(verified.sealed_by.as_deref().unwrap().contains("evidence-"));
        assert_eq!(verified.sealed_at_unix_s, Some(app.clock.now_ms() / 1000));

        let names: Vec<String> = attached(&pdf).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["evidence.json", "ledger.json", "originals/1.pdf"]);
        assert!(attached(&pdf).contains(&("originals/1.pdf".to_owned(), original.clone())));
        let facts = facts(&pdf);
        let told = &facts["contract"];
        assert_eq!(
            (&told["id"], &told["status"]),
            (&json!(contract), &json!("已完成"))
        );
        let document = &told["documents"][0];
        assert_eq!(
            document["last"]["sha256"],
            hex::encode(sealpki::sha256(&original))
        );
        assert_ne!(document["first"]["sm3"], document["last"]["sm3"]);
        let signatures = document["signatures"].as_array().unwrap();
        assert_eq!(signatures.len(), 2);
        assert_eq!(
            (&signatures[1]["result"], &signatures[1]["act"]["confirmed"]),
            (&json!("TOTAL-PASSED"), &json!("短信验证码"))
        );
        assert_eq!(signatures[1]["act"]["revisionSha256"].as_str().unwrap().len(), 64);
        assert!(
            signatures[0]["act"]["seals"][0]
                .as_str()
                .unwrap()
                .contains("公章"),
            "{facts}"
        );
        let person = &told["parties"][1];
        assert_eq!(person["contact"], "139****0001", "contacts are masked");
        let kinds: Vec<&str> = told["timeline"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|line| line["kind"].as_str())
            .collect();
        for kind in ["CREATE", "SEND", "SIGN_INTENDED", "SIGN", "COMPLETE"] {
            assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
        }
        assert_eq!(facts["platform"]["simulated"], true);
        assert!(
            !String::from_utf8_lossy(&serde_json::to_vec(&facts).unwrap()).contains(PERSON),
            "no contact in full"
        );

        // By bizId and by document the same contract is found; documents keep to themselves.
        let of_document = report(
            &app,
            &json!({ "proveSource": 2, "documentIds": told["documents"][0]["id"] }),
        )
        .await;
        assert_eq!(check(&app, &of_document).unwrap().faults, Vec::<String>::new());
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn notarised_data_are_stamped_once_and_proved() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let first = notarise_file(&app, "order-1").await;
        assert_eq!(first["hash"], hex::encode(sealpki::sha256(contract_pdf())));
        assert_eq!(
            (&first["notaryDataID"], &first["hashAlgorithm"]),
            (&json!("order-1"), &json!("SHA256"))
        );
        assert_eq!(first["createTime"].as_str().unwrap().len(), 19);
        let by_hash = json!({ "notaryName": "日志", "notaryDataID": "order-1", "notaryType": "HASH",
                              "hashAlgorithm": "SM3", "notaryDataHash": "0F".repeat(32) });
        assert_eq!(
            app.post(NOTARY, &by_hash).await.result(),
            first,
            "the same id gets the first one (D-37)"
        );
        let mut other = by_hash;
        other["notaryDataID"] = json!("log-7");
        let second = app.post(NOTARY, &other).await.result();
        assert_eq!(
            (&second["hash"], &second["hashAlgorithm"]),
            (&json!("0f".repeat(32)), &json!("SM3"))
        );

        let proof = app
            .post(
                PROOF,
                &json!({ "chainId": first["chainId"], "proveSource": "CUSTOM_DATA" }),
            )
            .await
            .result();
        assert_eq!(
            (&proof["chainId"], &proof["status"]),
            (&first["chainId"], &json!("PROCESSING"))
        );
        app.work().await;
        let target = format!(
            "/chain/evidence/complete/report/download?proveId={}",
            proof["proveId"].as_str().unwrap()
        );
        let pdf = app.get(&target).await.body;
        keep("notary", &pdf);
        let verified = check(&app, &pdf).unwrap();
        assert_eq!(
            (verified.faults, verified.files, verified.rows),
            (Vec::new(), 1, 1)
        );
        assert!(
            attached(&pdf)
                .iter()
                .any(|(name, bytes)| name == "originals/data.pdf" && bytes == contract_pdf())
        );

        // With material, by the caller's own id, and a number for the source.
        let fields = [("proveSource", "4"), ("proveDataId", "log-7")];
        let headers = app.signed_headers();
        let applied = app
            .upload_with(REPORT, &headers, &fields, ("proveMaterial", b"any bytes"))
            .await
            .result();
        app.work().await;
        let target = format!(
            "/chain/evidence/complete/report/download?proveId={}",
            applied["proveId"].as_str().unwrap()
        );
        let pdf = app.get(&target).await.body;
        let verified = check(&app, &pdf).unwrap();
        assert_eq!((verified.faults, verified.files), (Vec::new(), 1));
        assert!(attached(&pdf).contains(&("materials/1.bin".to_owned(), b"any bytes".to_vec())));
        app.assert_promises().await;
    })
    .await;
}

/// bytes of every member, and those of the last time-stamp, which nothing covers.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_with_any_byte_changed_fails() {
    let database = fresh_sqlite();
    let app = TestApp::start(&database).await;
    let (contract, _) = complete(&app).await;
    let pdf = report(
        &app,
        &json!({ "proveSource": "CONTRACT", "proveDataId": contract }),
    )
    .await;
    let mut places = Vec::new();
    // The beginning of each stream as it stands in the file, some places in it, and its end.
    let text = |needle: &[u8]| {
        pdf.windows(needle.len())
            .enumerate()
            .filter(|(_, window)| *window == needle)
            .map(|(at, _)| at)
            .collect::<Vec<usize>>()
    };
    for at in [
        text(b"stream"),
        text(b"/EmbeddedFile"),
        text(b"/EF"),
        text(b"/Names"),
        text(b"%%EOF"),
    ]
    .concat()
    {
        places.extend([at, at + 9, at + 40]);
    }
    let hole = *text(b"/Contents<")
        .iter()
        .chain(&text(b"/Contents <"))
        .max()
        .unwrap();
    let end = hole + pdf[hole..].iter().position(|byte| *byte == b'>').unwrap();
    places.extend((hole..=end).step_by(401));
    places.extend([hole + 12, end - 1, end - 2, end]);
    let random = TestRandom::new(81);
    for _ in 0..20 {
        places.push(usize::try_from(random.below(pdf.len() as u64)).unwrap());
    }
    let passed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for chunk in places.chunks(places.len().div_ceil(4)) {
            let (app, pdf, passed) = (&app, &pdf, &passed);
            scope.spawn(move || {
                for at in chunk.iter().copied().filter(|at| *at < pdf.len()) {
                    let flip = if at % 2 == 0 { 0x01 } else { 0x20 };
                    let mut altered = pdf.clone();
                    altered[at] ^= flip;
                    if check(app, &altered).is_some_and(|report| report.faults.is_empty()) {
                        passed.lock().unwrap().push((at, flip));
                    }
                }
            });
        }
    });
    let passed = passed.into_inner().unwrap();
    assert_eq!(
        passed,
        Vec::<(usize, u8)>::new(),
        "{} bytes, the last time-stamp is at {hole}..{end}",
        pdf.len()
    );
    assert_eq!(check(&app, &pdf).unwrap().faults, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_proved_is_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let hash = |change: Value| {
            let mut body = json!({ "notaryName": "日志", "notaryDataID": "log", "notaryType": "HASH",
                                   "hashAlgorithm": "SHA256", "notaryDataHash": "ab".repeat(32) });
            for (name, value) in change.as_object().unwrap() {
                body[name] = value.clone();
            }
            body
        };
        app.assert_refused(
            NOTARY,
            &[
                (json!({}), 1005, "notaryName"),
                (hash(json!({ "notaryType": "PAPER" })), 1005, "notaryType"),
                (hash(json!({ "notaryName": "" })), 1005, "notaryName"),
                (hash(json!({ "notaryDataID": null })), 1005, "notaryDataID"),
                (hash(json!({ "notaryDataID": ["a", "b"] })), 1005, "notaryDataID"),
                (hash(json!({ "hashAlgorithm": "MD5" })), 1005, "hashAlgorithm"),
                (hash(json!({ "hashAlgorithm": "SHA512" })), 1005, "notaryDataHash"),
                (hash(json!({ "notaryDataHash": "zz" })), 1005, "notaryDataHash"),
                (hash(json!({ "notaryType": "FILE" })), 1005, "fileType"),
                (
                    hash(json!({ "notaryType": "FILE", "fileType": "pdf" })),
                    1005,
                    "notaryFile",
                ),
                (hash(json!({ "operatorInfo": "not json" })), 1005, "operatorInfo"),
                (
                    hash(json!({ "operatorInfo": { "name": "王晓" } })),
                    1005,
                    "operatorInfo",
                ),
                (
                    hash(json!({ "notaryName": "长".repeat(2_000) })),
                    1011,
                    "notaryName",
                ),
            ],
        )
        .await;
        let nobody = "3014826187358859384";
        app.assert_refused(
            PROOF,
            &[
                (json!({}), 1005, "chainId"),
                (json!({ "chainId": "x" }), 1005, "chainId"),
                (json!({ "chainId": nobody }), 1607, ""),
                (json!({ "proveDataId": "nothing" }), 1607, ""),
                (
                    json!({ "proveDataId": "nothing", "proveSource": "PAPER" }),
                    1005,
                    "proveSource",
                ),
            ],
        )
        .await;
        app.assert_refused(
            REPORT,
            &[
                (json!({}), 1005, "proveSource"),
                (json!({ "proveSource": 9 }), 1005, "proveSource"),
                (json!({ "proveSource": 1 }), 1005, "proveDataId"),
                (json!({ "proveSource": 2 }), 1005, "documentIds"),
                (json!({ "proveSource": 4 }), 1005, "chainId"),
                (json!({ "proveSource": 1, "proveDataId": nobody }), 1003, ""),
                (json!({ "proveSource": 2, "documentIds": nobody }), 1402, ""),
                (json!({ "proveSource": 3, "chainId": nobody }), 1607, ""),
            ],
        )
        .await;
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        app.assert_refused(
            REPORT,
            &[(
                json!({ "proveSource": 1, "proveDataId": drafted.contract }),
                1101,
                "DRAFT",
            )],
        )
        .await;
        app.assert_get_refused(&[
            ("/chain/evidence/complete/report/status", 1005),
            ("/chain/evidence/complete/report/status?proveId=x", 1005),
            (
                &format!("/chain/evidence/complete/report/status?proveId={nobody}"),
                1607,
            ),
            (
                &format!("/chain/evidence/complete/report/download?proveId={nobody}"),
                1607,
            ),
        ])
        .await;
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_notarised_by_a_wrong_clock_or_for_applications_confined_elsewhere() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let data = json!({ "notaryName": "日志", "notaryDataID": "log", "notaryType": "HASH",
                           "hashAlgorithm": "SHA256", "notaryDataHash": "ab".repeat(32) });
        // Nobody stamps anything while the clock cannot be trusted.
        app.clock_fault("two seconds ahead");
        assert_eq!(app.post(NOTARY, &data).await.code(), 1001);
        app.clock_fault("");
        let confined = app
            .application_of(qishu_app::demo::PLATFORM_COMPANY, &[Area::Contracts])
            .await;
        let headers = app.headers_of(&confined.token, &confined.secret);
        assert_eq!(app.post_with(NOTARY, &headers, &data).await.code(), 1002);
        app.assert_promises().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_of_others_is_none() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let notary = notarise_file(&app, "order-1").await;
        let (contract, document) = complete(&app).await;
        let applied = app
            .post(REPORT, &json!({ "proveSource": 1, "proveDataId": contract }))
            .await
            .result();
        app.work().await;
        let stranger = app.stranger().await;
        let headers = || app.headers_of(&stranger.token, &stranger.secret);
        for (body, code) in [
            (json!({ "proveSource": 4, "chainId": notary["chainId"] }), 1607),
            (json!({ "proveSource": 4, "proveDataId": "order-1" }), 1607),
            (json!({ "proveSource": 1, "proveDataId": contract }), 1003),
            (json!({ "proveSource": 2, "documentIds": document }), 1402),
        ] {
            assert_eq!(
                app.post_with(REPORT, &headers(), &body).await.code(),
                code,
                "{body}"
            );
        }
        let id = applied["proveId"].as_str().unwrap();
        for page in ["status", "download"] {
            let target = format!("/chain/evidence/complete/report/{page}?proveId={id}");
            assert_eq!(app.get_with(&target, &headers()).await.code(), 1607, "{page}");
        }
        // Somebody else's data may have the same id of their own.
        let own = json!({ "notaryName": "日志", "notaryDataID": "order-1", "notaryType": "HASH",
                          "hashAlgorithm": "SHA-256", "notaryDataHash": "cd".repeat(32) });
        let theirs = app.post_with(NOTARY, &headers(), &own).await.result();
        assert_ne!(theirs["chainId"], notary["chainId"]);
    })
    .await;
}
