//! Levels of signatures beyond B-B: what makes them valid when the one-time certificate is long over.

use pdfseal::Limits;
use pdfseal::verify::{Indication, SignatureReport, verify};
use qishu_app::job::checkpoint_ledger;
use qishu_app::verify_all::verify_all;
use qishu_app::{Settings, SignatureLevel};
use qishu_store::ledger::{Checkpoint, checkpoints, head, insert_checkpoint};
use qishu_testkit::on_both;
use serde_json::json;

use crate::app::TestApp;
use crate::flow::{PERSON, draft, draft_body, send};

const YEAR_S: i64 = 365 * 86_400;

/// A contract that the company sealed at this level: its file, and whether every signature is valid now and in a year.
async fn sealed(app: &TestApp) -> (Vec<u8>, [bool; 2]) {
    let drafted = draft(app, &draft_body(&[PERSON])).await;
    assert_eq!(send(app, &drafted).await.code(), 0);
    let sealing = json!({ "contractId": drafted.contract });
    assert_eq!(app.post("/v2/contract/companysign", &sealing).await.code(), 0);
    let target = format!("/v2/document/download?documentId={}", drafted.document);
    let file = app.get(&target).await.body;
    let anchors = [app.app.authority.root_certificate().clone()];
    let now_s = app.app.now().ms() / 1000;
    let valid = [now_s, now_s + YEAR_S].map(|at_s| {
        let report = verify(&file, &Limits::default(), &anchors, at_s);
        assert!(report.failure.is_none() && !report.signatures.is_empty());
        let passed = |one: &SignatureReport| one.status == Indication::TotalPassed;
        report.signatures.iter().all(passed)
    });
    (file, valid)
}

fn holds(file: &[u8], word: &[u8]) -> bool {
    file.windows(word.len()).any(|window| window == word)
}

/// What a level promises: whether it outlives the certificate, has a security store, has a time-stamp of the document.
async fn check_level(level: SignatureLevel, [outlives, store, stamp]: [bool; 3]) {
    on_both(async |database| {
        let change = |settings: &mut Settings| settings.signature_level = level;
        let app = TestApp::start_changed(database, change, |_| {}).await;
        let (file, [now, in_a_year]) = sealed(&app).await;
        assert!(now);
        assert_eq!(in_a_year, outlives);
        assert_eq!(holds(&file, b"/DSS"), store);
        assert_eq!(holds(&file, b"/DocTimeStamp"), stamp);
        for promise in verify_all(&app.app).await.unwrap() {
            assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bare_signature_ends_with_its_certificate() {
    check_level(SignatureLevel::BaselineB, [false, false, false]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_stamped_signature_outlives_its_certificate() {
    check_level(SignatureLevel::BaselineT, [true, false, false]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_term_signature_carries_what_validates_it() {
    check_level(SignatureLevel::BaselineLt, [true, true, false]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_signature_has_a_time_stamp_over_everything() {
    check_level(SignatureLevel::BaselineLta, [true, true, true]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_ledger_is_stamped_and_a_forged_stamp_is_found() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let broken = async || {
            let promises = verify_all(&app.app).await.unwrap();
            let chain = promises.into_iter().find(|promise| promise.name == "P7").unwrap();
            chain.broken
        };
        checkpoint_ledger(&app.app).await.unwrap();
        checkpoint_ledger(&app.app).await.unwrap();
        draft(&app, &draft_body(&[PERSON])).await;
        checkpoint_ledger(&app.app).await.unwrap();
        let known = checkpoints(&mut app.app.store.read("checkpoints")).await.unwrap();
        assert_eq!(known.len(), 2, "nothing was added between the first two");
        assert_eq!(broken().await, Vec::<String>::new());

        draft(&app, &draft_body(&[PERSON])).await;
        let head = head(&mut app.app.store.read("head")).await.unwrap();
        let forged = Checkpoint {
            head,
            ..known[0].clone()
        };
        let mut transaction = app.app.store.begin("forge");
        insert_checkpoint(&mut transaction, &forged).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(broken().await.len(), 1);
    })
    .await;
}
