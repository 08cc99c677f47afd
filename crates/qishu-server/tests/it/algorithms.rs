//! Keys of other kinds than the usual ones: SM2 alone, and SM2 below another signature in one act.

use pdfseal::Limits;
use pdfseal::verify::{Level, SignatureKind, SignatureReport, VerificationReport, verify};
use qishu_app::authority::revoke_certificate;
use qishu_app::verify_all::verify_all;
use qishu_app::{Settings, SignatureLevel};
use qishu_authority::KeyAlgorithm;
use qishu_store::act;
use qishu_testkit::on_both;
use sealpki::{
    Certificate, CertificateStatus, MessageImprint, OcspRequest, RevocationList, RevocationReason,
    TimeStampRequest, verify_ocsp_response,
};
use serde_json::json;

use crate::app::TestApp;
use crate::flow::{PERSON, draft, draft_body, send};
use crate::void::keep;

const YEAR_S: i64 = 365 * 86_400;

/// A contract that the company sealed: its id and its file.
async fn sealed(app: &TestApp) -> (u64, Vec<u8>) {
    let drafted = draft(app, &draft_body(&[PERSON])).await;
    assert_eq!(send(app, &drafted).await.code(), 0);
    let sealing = json!({ "contractId": drafted.contract });
    assert_eq!(app.post("/v2/contract/companysign", &sealing).await.code(), 0);
    let target = format!("/v2/document/download?documentId={}", drafted.document);
    let file = app.get(&target).await.body;
    (drafted.contract.parse().unwrap(), file)
}

/// What a reader that trusts these roots finds in a year.
fn judged(app: &TestApp, file: &[u8], anchors: &[Certificate]) -> VerificationReport {
    verify(
        file,
        &Limits::default(),
        anchors,
        app.app.now().ms() / 1000 + YEAR_S,
    )
}

/// Algorithm and level of every signature but the time-stamps of the document.
fn signatures(report: &VerificationReport) -> Vec<(&str, Option<Level>)> {
    let one = |one: &SignatureReport| one.kind == SignatureKind::Signature;
    let mut found = Vec::new();
    for signature in report.signatures.iter().filter(|signature| one(signature)) {
        let signer = signature.signer.as_ref().unwrap();
        found.push((signer.signature_algorithm.as_str(), signature.level));
    }
    found
}

fn holds(file: &[u8], word: &str) -> bool {
    file.windows(word.len()).any(|window| window == word.as_bytes())
}

async fn assert_promises(app: &TestApp) {
    for promise in verify_all(&app.app).await.unwrap() {
        assert_eq!(promise.broken, Vec::<String>::new(), "{}", promise.name);
    }
}

fn dual(settings: &mut Settings) {
    settings.dual = true;
    settings.signature_level = SignatureLevel::BaselineLta;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_act_signs_with_sm2_and_covers_that_with_the_usual_key() {
    on_both(async |database| {
        let app = TestApp::start_changed(database, dual, |_| {}).await;
        let (_, file) = sealed(&app).await;
        keep(&file, "dual.pdf");
        keep(app.app.authority.root_certificate().der(), "dual-root.der");
        let report = judged(&app, &file, &app.app.roots());
        assert!(report.all_passed(), "{report:#?}");
        assert_eq!(
            signatures(&report),
            [
                ("Sm2Sm3", Some(Level::Archive)),
                ("EcdsaSha256", Some(Level::Archive))
            ]
        );
        assert!(holds(&file, "/SubFilter /GM.sm2seal"));
        // The stamps are shown once, by the signature that every reader knows.
        let visible = |index: usize| report.signatures[index].fields.iter().any(|field| field.visible);
        assert_eq!([visible(0), visible(1)], [false, true]);
        assert_promises(&app).await;

        let drafted = judged(&app, &file, &[app.app.authority.root_certificate().clone()]);
        let passed = |one: &SignatureReport| one.status == pdfseal::verify::Indication::TotalPassed;
        let verdicts: Vec<bool> = drafted.signatures.iter().map(passed).collect();
        assert_eq!(
            verdicts,
            [false, true, true],
            "the outer ones need the first root only"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_electronic_seals_the_sm2_signature_is_a_cms() {
    on_both(async |database| {
        let change = |settings: &mut Settings| {
            dual(settings);
            settings.electronic_seals = false;
        };
        let app = TestApp::start_changed(database, change, |_| {}).await;
        let (_, file) = sealed(&app).await;
        let report = judged(&app, &file, &app.app.roots());
        assert!(report.all_passed(), "{report:#?}");
        assert_eq!(signatures(&report).len(), 2);
        assert!(!holds(&file, "/SubFilter /GM.sm2seal"));
        assert_promises(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sm2_alone_signs_at_every_level() {
    on_both(async |database| {
        let levels = [
            (SignatureLevel::BaselineT, Level::Time, false),
            (SignatureLevel::BaselineLta, Level::Archive, true),
        ];
        for (level, reached, has_seal) in levels {
            let change = |settings: &mut Settings| settings.signature_level = level;
            let app = TestApp::start_signing_with(database, KeyAlgorithm::Sm2, change).await;
            let (_, file) = sealed(&app).await;
            let report = judged(&app, &file, &app.app.roots());
            assert!(report.all_passed(), "{report:#?}");
            assert_eq!(signatures(&report), [("Sm2Sm3", Some(reached))]);
            // SES_Signature has no place for the chain: below B-LT a CMS carries it.
            assert_eq!(holds(&file, "/SubFilter /GM.sm2seal"), has_seal);
            assert!(report.signatures[0].fields.iter().any(|field| field.visible));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_below_both_signatures_breaks_both() {
    on_both(async |database| {
        let app = TestApp::start_changed(database, dual, |_| {}).await;
        let (_, mut file) = sealed(&app).await;
        let place = file.windows(9).position(|window| window == b"/MediaBox").unwrap();
        file[place + 13] ^= 1;
        let report = judged(&app, &file, &app.app.roots());
        assert!(report.signatures.iter().all(|one| !one.integrity), "{report:#?}");
    })
    .await;
}

async fn fetch(app: &TestApp, path: &str) -> Vec<u8> {
    app.get_with(path, "").await.body
}

async fn ask(app: &TestApp, path: &str, request: &[u8]) -> Vec<u8> {
    app.post_bytes(path, "", "application/octet-stream", request)
        .await
        .body
}

/// Each hierarchy answers for its own certificates.
#[tokio::test(flavor = "multi_thread")]
async fn both_hierarchies_publish_what_holds_of_their_certificates() {
    on_both(async |database| {
        let app = TestApp::start_changed(database, dual, |_| {}).await;
        let (contract, _) = sealed(&app).await;
        let root = Certificate::from_der(&fetch(&app, "/pki/sm2/root.cer").await).unwrap();
        let issuing = Certificate::from_der(&fetch(&app, "/pki/sm2/issuing.cer").await).unwrap();
        issuing.verify_issued_by(&root).unwrap();
        assert!(root.subject().to_string().contains("SM2"));

        let mut reader = app.app.store.read("certificates");
        let contract = qishu_model::id::ContractId::new(contract);
        let known = act::list_certificates(&mut reader, contract).await.unwrap();
        drop(reader);
        let known: Vec<Certificate> = known
            .into_iter()
            .map(|one| Certificate::from_der(&one.issued.unwrap().1).unwrap())
            .collect();
        assert_eq!(known.len(), 2);
        let of_sm2 = known
            .iter()
            .find(|one| one.issuer() == issuing.subject())
            .unwrap();
        let asked = OcspRequest::new(of_sm2, &issuing).to_der();
        let answer = ask(&app, "/pki/sm2/ocsp", &asked).await;
        let verified = verify_ocsp_response(&answer, of_sm2, &issuing, &[]).unwrap();
        assert_eq!(verified.status, CertificateStatus::Good);

        let serial = of_sm2.serial().to_string();
        revoke_certificate(&app.app, &serial, RevocationReason::KeyCompromise)
            .await
            .unwrap();
        let list = async |path: &str| RevocationList::from_der(&fetch(&app, path).await).unwrap();
        let sm2_list = list("/pki/sm2/issuing.crl").await;
        sm2_list.verify(&issuing).unwrap();
        assert!(sm2_list.find(of_sm2.serial()).is_some());
        assert!(list("/pki/issuing.crl").await.revoked().is_empty());

        let imprint = MessageImprint::of(sealpki::DigestAlgorithm::Sm3, b"file");
        let request = TimeStampRequest::new(imprint, [7; 8]);
        let answer = ask(&app, "/pki/sm2/tsa", &request.to_der()).await;
        let stamp = request.verify_response(&answer, &[]).unwrap();
        assert!(stamp.build_path(&[], &[root]).is_ok());
    })
    .await;
}
