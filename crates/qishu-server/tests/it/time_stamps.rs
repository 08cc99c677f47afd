//! Time-stamps of others: used while their server answers, made up for when it was away, renewed before they age.

use pdfseal::Limits;
use pdfseal::verify::{Level, SignatureKind, VerificationReport, verify};
use qishu_app::SignatureLevel;
use qishu_app::signing::keep_proofs;
use qishu_app::verify_all::verify_all;
use qishu_model::id::{ContractId, DocumentId};
use qishu_store::act;
use qishu_store::proof::{self, Proof};
use qishu_testkit::{FakeClock, TestDatabase, on_both};
use serde_json::json;

use crate::app::TestApp;
use crate::flow::{Drafted, PERSON, draft, draft_body, send, status};
use crate::stamp_server::StampServer;

const DAY_MS: i64 = 86_400_000;
const YEAR_DAYS: i64 = 365;

/// An application that gets its time-stamps from a server whose certificate is valid for some days.
async fn start(database: &TestDatabase, level: SignatureLevel, days: i64) -> (TestApp, StampServer) {
    let clock = FakeClock::default();
    let server = StampServer::start(&clock, days).await;
    let app = TestApp::start_with_servers(database, clock, server.client(), level).await;
    (app, server)
}

/// The company seals a contract of its own and these people.
async fn seal(app: &TestApp, people: &[&str]) -> Drafted {
    let drafted = draft(app, &draft_body(people)).await;
    assert_eq!(send(app, &drafted).await.code(), 0);
    let sealing = json!({ "contractId": drafted.contract });
    assert_eq!(app.post("/v2/contract/companysign", &sealing).await.code(), 0);
    drafted
}

async fn file(app: &TestApp, drafted: &Drafted) -> Vec<u8> {
    let target = format!("/v2/document/download?documentId={}", drafted.document);
    app.get(&target).await.body
}

async fn proof_of(app: &TestApp, drafted: &Drafted) -> Proof {
    let id = DocumentId::new(drafted.document.parse().unwrap());
    let found = proof::find(&mut app.app.store.read("proof"), id).await.unwrap();
    found.unwrap().value
}

/// The level that the first act on a contract has written down.
async fn level_of_act(app: &TestApp, drafted: &Drafted) -> String {
    let id = ContractId::new(drafted.contract.parse().unwrap());
    let acts = act::list(&mut app.app.store.read("acts"), id).await.unwrap();
    acts[0].value.details["level"].as_str().unwrap().to_owned()
}

/// What somebody finds who looks at the file some days from now.
fn judged(app: &TestApp, server: &StampServer, file: &[u8], days: i64) -> VerificationReport {
    let anchors = [app.app.authority.root_certificate().clone(), server.root()];
    let at_s = (app.app.now().ms() + days * DAY_MS) / 1000;
    verify(file, &Limits::default(), &anchors, at_s)
}

async fn assert_promises(app: &TestApp) {
    for promise in verify_all(&app.app).await.unwrap() {
        assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
    }
}

fn stamps_of_document(report: &VerificationReport) -> usize {
    let is_stamp = |kind| kind == SignatureKind::DocumentTimeStamp;
    report.signatures.iter().filter(|one| is_stamp(one.kind)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn time_stamps_come_from_the_server_that_the_operator_names() {
    on_both(async |database| {
        let (app, server) = start(database, SignatureLevel::BaselineLta, 5 * YEAR_DAYS).await;
        let drafted = seal(&app, &[PERSON]).await;
        assert_eq!(server.asked(), 2, "one for the signature, one for the document");
        let report = judged(&app, &server, &file(&app, &drafted).await, 2 * YEAR_DAYS);
        assert!(report.all_passed(), "{report:#?}");
        let stamps = report.signatures.iter().flat_map(|one| &one.time_stamps);
        assert!(
            stamps
                .into_iter()
                .all(|stamp| stamp.authority.contains("Test Stamp Server"))
        );
        let proof = proof_of(&app, &drafted).await;
        assert_eq!((proof.reached.as_str(), proof.is_lacking), ("B-LTA", false));
        assert_eq!(level_of_act(&app, &drafted).await, "B-LTA");
        assert_eq!(keep_proofs(&app.app).await.unwrap(), 0);
        assert_promises(&app).await;
    })
    .await;
}

/// the action is accepted, the lack is written down, and the stamp comes when the server is back.
#[tokio::test(flavor = "multi_thread")]
async fn signing_goes_on_while_the_server_is_away_and_is_completed_when_it_is_back() {
    on_both(async |database| {
        let (app, server) = start(database, SignatureLevel::BaselineLta, 5 * YEAR_DAYS).await;
        server.switch(false);
        let drafted = seal(&app, &[]).await;
        assert_eq!(status(&app, &drafted.contract).await, "COMPLETE");
        let bare = file(&app, &drafted).await;
        let report = judged(&app, &server, &bare, 0);
        assert!(report.all_passed() && stamps_of_document(&report) == 0);
        assert!(
            report.signatures[0].time_stamps.is_empty(),
            "no time of our own takes its place"
        );
        assert!(!judged(&app, &server, &bare, YEAR_DAYS).all_passed());
        let proof = proof_of(&app, &drafted).await;
        assert_eq!((proof.reached.as_str(), proof.is_lacking), ("B-B", true));
        assert_eq!(level_of_act(&app, &drafted).await, "B-B");

        assert_eq!(keep_proofs(&app.app).await.unwrap(), 0);
        assert!(proof_of(&app, &drafted).await.is_lacking);
        server.switch(true);
        // A server that failed rests for a moment; R-6 leaves a minute.
        app.clock.advance_ms(59_000);
        assert_eq!(keep_proofs(&app.app).await.unwrap(), 1);
        assert_eq!(keep_proofs(&app.app).await.unwrap(), 0);
        let completed = file(&app, &drafted).await;
        assert!(completed.starts_with(&bare), "what was signed stays as it is");
        let report = judged(&app, &server, &completed, 2 * YEAR_DAYS);
        assert!(report.all_passed(), "{report:#?}");
        assert_eq!(report.signatures[0].level, Some(Level::Archive));
        let proof = proof_of(&app, &drafted).await;
        assert_eq!((proof.reached.as_str(), proof.is_lacking), ("B-LTA", false));
        assert_eq!(level_of_act(&app, &drafted).await, "B-LTA");
        assert_promises(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_between_outage_and_repair_does_not_hide_what_is_missing() {
    on_both(async |database| {
        let (app, server) = start(database, SignatureLevel::BaselineT, 5 * YEAR_DAYS).await;
        server.switch(false);
        let drafted = seal(&app, &[PERSON]).await;
        let bare = file(&app, &drafted).await;
        server.switch(true);
        app.clock.advance_ms(30_000);
        assert_eq!(
            keep_proofs(&app.app).await.unwrap(),
            1,
            "also while others are still to sign"
        );
        let report = judged(&app, &server, &file(&app, &drafted).await, YEAR_DAYS);
        assert!(report.all_passed(), "{report:#?}");
        assert_eq!(stamps_of_document(&report), 1);
        assert!(
            !file(&app, &drafted).await.windows(4).any(|four| four == b"/DSS"),
            "B-T wants no more"
        );
        assert!(file(&app, &drafted).await.len() > bare.len());
        assert_promises(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_stamp_of_a_completed_contract_is_renewed_before_it_ends() {
    on_both(async |database| {
        let (app, server) = start(database, SignatureLevel::BaselineLta, YEAR_DAYS).await;
        let complete = seal(&app, &[]).await;
        let open = seal(&app, &[PERSON]).await;
        let before = file(&app, &complete).await;
        app.clock.advance_ms((YEAR_DAYS - 91) * DAY_MS);
        assert_eq!(keep_proofs(&app.app).await.unwrap(), 0, "there is time");
        app.clock.advance_ms(2 * DAY_MS);
        server.renew(3 * YEAR_DAYS);
        assert_eq!(
            keep_proofs(&app.app).await.unwrap(),
            1,
            "the open contract is left alone"
        );
        assert_eq!(keep_proofs(&app.app).await.unwrap(), 0);
        let renewed = file(&app, &complete).await;
        assert!(renewed.starts_with(&before));
        // When the first certificate is long over and the second one is not.
        assert!(!judged(&app, &server, &before, YEAR_DAYS).all_passed());
        let report = judged(&app, &server, &renewed, YEAR_DAYS);
        assert!(report.all_passed(), "{report:#?}");
        assert_eq!(stamps_of_document(&report), 2);
        assert_eq!(
            stamps_of_document(&judged(&app, &server, &file(&app, &open).await, 0)),
            1
        );
        assert_promises(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_stamp_that_lasts_no_longer_is_no_renewal() {
    on_both(async |database| {
        let (app, server) = start(database, SignatureLevel::BaselineLta, YEAR_DAYS).await;
        let drafted = seal(&app, &[]).await;
        let before = file(&app, &drafted).await;
        app.clock.advance_ms((YEAR_DAYS - 30) * DAY_MS);
        let asked = server.asked();
        assert_eq!(keep_proofs(&app.app).await.unwrap(), 0);
        assert_eq!(server.asked(), asked + 1);
        assert_eq!(keep_proofs(&app.app).await.unwrap(), 0);
        assert_eq!(server.asked(), asked + 1, "it is tried again tomorrow");
        assert_eq!(file(&app, &drafted).await, before);
        app.clock.advance_ms(DAY_MS);
        server.renew(2 * YEAR_DAYS);
        assert_eq!(keep_proofs(&app.app).await.unwrap(), 1);
        assert_promises(&app).await;
    })
    .await;
}

/// The certificate would be good for years, the algorithm is not.
#[tokio::test(flavor = "multi_thread")]
async fn an_algorithm_that_ages_counts_as_the_end() {
    on_both(async |database| {
        let end = FakeClock::START_MS + 200 * DAY_MS;
        let ages = |settings: &mut qishu_app::Settings| {
            settings.signature_level = SignatureLevel::BaselineLta;
            settings.ageing = vec![(
                "ecdsasha256".to_owned(),
                qishu_model::time::Timestamp::from_ms(end),
            )];
        };
        let app = TestApp::start_changed(database, ages, |_| {}).await;
        let drafted = seal(&app, &[]).await;
        let proof = proof_of(&app, &drafted).await;
        assert_eq!(proof.proven_until.unwrap().ms(), end);
    })
    .await;
}
