//! What the embedded authority publishes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_app::authority::{RevokeRefusal, revoke_certificate};
use qishu_testkit::on_both;
use sealpki::{
    Certificate, CertificateStatus, DigestAlgorithm, MessageImprint, OcspRequest, RevocationList,
    RevocationReason, TimeStampRequest, verify_ocsp_response,
};
use serde_json::json;

use crate::app::TestApp;
use crate::client::Answer;
use crate::flow::{PERSON, draft, draft_body, send};

async fn fetch(app: &TestApp, file: &str) -> Answer {
    app.get_with(&format!("/pki/{file}"), "").await
}

/// The certificate of a seal that the company put on a contract.
async fn signer(app: &TestApp) -> Certificate {
    let drafted = draft(app, &draft_body(&[PERSON])).await;
    assert_eq!(send(app, &drafted).await.code(), 0);
    let sealed = app
        .post(
            "/v2/contract/companysign",
            &json!({ "contractId": drafted.contract }),
        )
        .await;
    assert_eq!(sealed.code(), 0);
    let target = format!("/v2/document/download?documentId={}", drafted.document);
    let file = app.get(&target).await.body;
    let report = pdfseal::verify::verify(
        &file,
        &pdfseal::Limits::default(),
        &[app.app.authority.root_certificate().clone()],
        app.app.now().ms() / 1000,
    );
    let serial = &report.signatures[0].signer.as_ref().unwrap().serial;
    let mut reader = app.app.store.read("find_certificate");
    let stored = qishu_store::act::find_certificate(&mut reader, &serial.to_lowercase())
        .await
        .unwrap()
        .unwrap();
    Certificate::from_der(&stored.issued.unwrap().1).unwrap()
}

async fn state(app: &TestApp, certificate: &Certificate) -> CertificateStatus {
    let issuing = app.app.authority.issuing_certificate();
    let request = OcspRequest::new(certificate, issuing).to_der();
    let posted = app
        .post_bytes("/pki/ocsp", "", "application/ocsp-request", &request)
        .await;
    assert!(
        posted.head.contains("application/ocsp-response"),
        "{}",
        posted.head
    );
    let fetched = fetch(
        app,
        &format!("ocsp/{}", STANDARD.encode(&request).replace('/', "%2F")),
    )
    .await;
    let verified = |answer: &Answer| {
        verify_ocsp_response(&answer.body, certificate, issuing, &[])
            .unwrap()
            .status
    };
    assert_eq!(verified(&posted), verified(&fetched));
    verified(&posted)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_certificate_is_revoked_everywhere() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let certificate = signer(&app).await;
        let serial = certificate.serial().to_string();
        assert_eq!(state(&app, &certificate).await, CertificateStatus::Good);
        assert_eq!(listed(&app, &certificate).await, None);
        revoke_certificate(&app.app, &serial.to_uppercase(), RevocationReason::KeyCompromise)
            .await
            .unwrap();
        let at_unix_s = app.app.now().ms() / 1000;
        let reason = Some(RevocationReason::KeyCompromise);
        assert_eq!(
            state(&app, &certificate).await,
            CertificateStatus::Revoked { at_unix_s, reason }
        );
        assert_eq!(listed(&app, &certificate).await, Some((at_unix_s, reason)));
        let again = revoke_certificate(&app.app, &serial, RevocationReason::Unspecified).await;
        assert!(matches!(again, Err(RevokeRefusal::Already(_))));
        let unknown = revoke_certificate(&app.app, "0123456789abcdef", RevocationReason::Unspecified).await;
        assert!(matches!(unknown, Err(RevokeRefusal::Unknown(_))));
        let own = app.app.services.time_stamping_certificate();
        assert_eq!(state(&app, own).await, CertificateStatus::Good);
    })
    .await;
}

async fn listed(app: &TestApp, certificate: &Certificate) -> Option<(i64, Option<RevocationReason>)> {
    let list = RevocationList::from_der(&fetch(app, "issuing.crl").await.body).unwrap();
    let issuing = Certificate::from_der(&fetch(app, "issuing.cer").await.body).unwrap();
    list.verify(&issuing).unwrap();
    list.find(certificate.serial())
        .map(|entry| (entry.at_unix_s, entry.reason))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_and_its_list_are_published() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let root = Certificate::from_der(&fetch(&app, "root.cer").await.body).unwrap();
        assert_eq!(&root, app.app.authority.root_certificate());
        let list = RevocationList::from_der(&fetch(&app, "root.crl").await.body).unwrap();
        list.verify(&root).unwrap();
        assert_eq!(fetch(&app, "root.key.sealed").await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_stamps_are_given_while_the_clock_can_be_trusted() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        let request = TimeStampRequest::new(MessageImprint::of(DigestAlgorithm::Sha256, b"file"), [1; 8]);
        let ask = async || {
            app.post_bytes("/pki/tsa", "", "application/timestamp-query", &request.to_der())
                .await
        };
        let stamped = request.verify_response(&ask().await.body, &[]).unwrap();
        assert_eq!(stamped.info.time_unix_s, app.app.now().ms() / 1000);
        app.clock_fault("set back");
        let refused = request.verify_response(&ask().await.body, &[]).unwrap_err();
        assert!(refused.to_string().contains("time"), "{refused}");
        let drafted = draft(&app, &draft_body(&[PERSON])).await;
        assert_eq!(send(&app, &drafted).await.code(), 0);
        let sealing = json!({ "contractId": drafted.contract });
        assert_eq!(app.post("/v2/contract/companysign", &sealing).await.code(), 1001);
        assert_eq!(app.get_with("/readyz", "").await.status, 503);
        app.clock_fault("");
        assert_eq!(app.post("/v2/contract/companysign", &sealing).await.code(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_asks_too_often_is_refused() {
    on_both(async |database| {
        let app = TestApp::start(database).await;
        for _ in 0..120 {
            let answer = app
                .post_bytes("/pki/ocsp", "", "application/ocsp-request", b"x")
                .await;
            assert_eq!(answer.status, 200);
        }
        let refused = app
            .post_bytes("/pki/ocsp", "", "application/ocsp-request", b"x")
            .await;
        assert_eq!(refused.status, 429);
    })
    .await;
}
