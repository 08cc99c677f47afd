//! Signatures that stay valid: time-stamps, validation data, renewal, certification and locks.

use pdfseal::{
    Limits,
    sign::{
        AppendedRevision, Certification, Lock, PlanError, SignError, SignOptions, SignRequest,
        SignatureEvidence, SigningPlan, ValidationData, append_validation_data, evidence_key,
        prepare_signature, prepare_signature_with, prepare_time_stamp,
    },
    verify::{
        Indication, LaterChanges, Level, Revocation, SignatureKind, SubIndication, Validation,
        VerificationReport, validate,
    },
};
use sealpki::{CertificateStatus, KeyAlgorithm, RevocationReason, RevokedCertificate};

use crate::attack::scene::{Scene, contract, contract_with_stream};
use crate::sign::{
    NOW,
    demo::{DemoPki, Services},
    pdf, plan, sign_first, stamp,
};

const DAY: i64 = 86_400;
const NOW_S: i64 = NOW.unix_seconds;

fn judge(file: &[u8], scene: &Scene, at_unix_s: i64) -> VerificationReport {
    let limits = Limits::default();
    let anchors = [scene.root.clone()];
    validate(file, &Validation::new(&limits, &anchors, at_unix_s))
}

fn request<'a>(prefix: &'a str, reserve: usize) -> SignRequest<'a> {
    SignRequest {
        stamps: &[],
        pictures: &[],
        field_prefix: prefix,
        signer_name: None,
        reason: None,
        location: None,
        time: NOW,
        contents_reserve: reserve,
    }
}

fn append(file: &mut Vec<u8>, revision: AppendedRevision) -> SigningPlan {
    let AppendedRevision {
        bytes,
        plan,
        revision_sha256,
        ..
    } = revision;
    file.extend_from_slice(&bytes);
    assert_eq!(revision_sha256, sealpki::sha256(file));
    // Through its stored form, as a server would.
    SigningPlan::from_bytes(&plan.to_bytes()).unwrap()
}

/// Level B-T.
fn sign_with_time(
    file: &mut Vec<u8>,
    plan: &SigningPlan,
    scene: &Scene,
    services: &Services,
    prefix: &str,
) -> SigningPlan {
    let pending = prepare_signature(plan, &request(prefix, services.reserve(&scene.signer))).unwrap();
    append(file, services.sign(&scene.signer, pending, NOW_S).unwrap())
}

/// Level B-LT, from B-T.
fn add_data(
    file: &mut Vec<u8>,
    plan: &SigningPlan,
    scene: &Scene,
    services: &Services,
    at: i64,
) -> SigningPlan {
    let revision = services.add_validation_data(plan, scene.signer.certificate(), at);
    append(file, revision.unwrap())
}

/// Level B-LTA, from B-LT.
fn add_stamp(
    file: &mut Vec<u8>,
    plan: &SigningPlan,
    services: &Services,
    name: &str,
    at: i64,
) -> SigningPlan {
    append(file, services.add_time_stamp(plan, name, at).unwrap())
}

fn status(report: &VerificationReport, index: usize) -> (Indication, Option<SubIndication>) {
    let one = &report.signatures[index];
    (one.status, one.sub_indication)
}

#[test]
fn each_level_is_reached_and_recognised() {
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048, KeyAlgorithm::Sm2] {
        let scene = Scene::new(algorithm);
        let services = scene.services((-DAY, 9 * DAY));
        for original in [contract(), contract_with_stream()] {
            let mut file = original;
            let level = |file: &[u8]| {
                let report = judge(file, &scene, NOW_S);
                assert!(report.all_passed(), "{report:#?}");
                report.signatures[0].level.unwrap()
            };
            let first = plan(&file).with_sm3(&file).unwrap();
            let mut basic = file.clone();
            sign_first(&mut basic, &scene.signer, "a", &[]);
            assert_eq!(level(&basic), Level::Basic);
            let next = sign_with_time(&mut file, &first, &scene, &services, "a");
            assert_eq!(level(&file), Level::Time);
            let next = add_data(&mut file, &next, &scene, &services, NOW_S);
            assert_eq!(level(&file), Level::LongTerm);
            let next = add_stamp(&mut file, &next, &services, "stamp", NOW_S + 1);
            assert_eq!(level(&file), Level::Archive);
            let report = judge(&file, &scene, NOW_S + 5 * DAY);
            assert!(
                report.all_passed(),
                "the signer's certificate has expired: {report:#?}"
            );
            assert_eq!(report.signatures[0].judged_at_unix_s, Some(NOW_S));
            assert_eq!(report.signatures[1].kind, SignatureKind::DocumentTimeStamp);
            assert_eq!(report.signatures[0].later_changes, LaterChanges::ValidationData);
            assert_eq!(
                status(&judge(&basic, &scene, NOW_S + 5 * DAY), 0),
                (Indication::Indeterminate, Some(SubIndication::OutOfBoundsNoPoe))
            );
            // The same plan goes on with another signer.
            sign_with_time(&mut file, &next, &scene, &services, "b");
            let report = judge(&file, &scene, NOW_S + 5);
            assert!(report.all_passed(), "{report:#?}");
            assert_eq!(report.signatures[0].later_changes, LaterChanges::Signatures);
        }
    }
}

#[test]
fn the_reserve_for_a_time_stamp_is_exact() {
    let scene = Scene::new(KeyAlgorithm::Rsa2048);
    let services = scene.services((-DAY, DAY));
    let file = contract();
    let reserve = services.reserve(&scene.signer);
    let sign = |reserve| {
        let pending = prepare_signature(&plan(&file), &request("a", reserve)).unwrap();
        services.sign(&scene.signer, pending, NOW_S).map(|_| ())
    };
    assert!(sign(reserve).is_ok());
    assert!(sign(reserve - 1).is_err(), "with RSA every length is known");
    let pending = prepare_time_stamp(&plan(&file), "t", services.token_len_max()).unwrap();
    let token = services.token(&pending.digest(), NOW_S).unwrap();
    assert_eq!(token.len(), services.token_len_max());
    assert!(pending.complete(&token).is_ok());
}

#[test]
fn renewal_keeps_a_document_valid_when_the_first_time_stamp_runs_out() {
    let scene = Scene::new(KeyAlgorithm::EcdsaP256);
    let (old, new) = (scene.services((-DAY, 2 * DAY)), scene.services((-DAY, 9 * DAY)));
    let mut file = contract();
    let next = sign_with_time(&mut file, &plan(&contract()), &scene, &old, "a");
    let next = add_data(&mut file, &next, &scene, &old, NOW_S);
    let next = add_stamp(&mut file, &next, &old, "stamp1", NOW_S);
    assert!(!judge(&file, &scene, NOW_S + 5 * DAY).all_passed());
    // Renewed in time, from the file as it is and not from a kept plan.
    assert_eq!(next.file_sha256(), sealpki::sha256(&file));
    let anew = SigningPlan::prepare_augmentation(&file, &Limits::default()).unwrap();
    let mut renewed = file.clone();
    let next = add_data(&mut renewed, &anew, &scene, &new, NOW_S + DAY);
    add_stamp(&mut renewed, &next, &new, "stamp2", NOW_S + DAY + 10);
    let report = judge(&renewed, &scene, NOW_S + 5 * DAY);
    assert!(report.all_passed(), "{report:#?}");
    assert_eq!(report.signatures[0].level, Some(Level::Archive));
    // Too late: the first time-stamp could have been forged by then.
    let next = add_data(&mut file, &anew, &scene, &new, NOW_S + 3 * DAY);
    add_stamp(&mut file, &next, &new, "stamp2", NOW_S + 3 * DAY);
    let report = judge(&file, &scene, NOW_S + 5 * DAY);
    assert_eq!(
        status(&report, 1),
        (Indication::Indeterminate, Some(SubIndication::OutOfBoundsNoPoe))
    );
    assert!(!report.all_passed());
}

#[test]
fn revocation_counts_from_its_time() {
    let scene = Scene::new(KeyAlgorithm::EcdsaP256);
    let services = scene.services((-DAY, 9 * DAY));
    let mut stamped = contract();
    sign_with_time(&mut stamped, &plan(&contract()), &scene, &services, "a");
    let mut basic = contract();
    sign_first(&mut basic, &scene.signer, "a", &[]);
    let judge_with = |file: &[u8], lists: &[&[u8]], responses: &[&[u8]]| {
        let (limits, anchors) = (Limits::default(), [scene.root.clone()]);
        let options = Validation {
            revocation_lists: lists,
            ocsp_responses: responses,
            ..Validation::new(&limits, &anchors, NOW_S + 60)
        };
        status(&validate(file, &options), 0)
    };
    let revoked = |since: i64| RevokedCertificate {
        serial: scene.signer.certificate().serial().clone(),
        at_unix_s: since,
        reason: Some(RevocationReason::KeyCompromise),
    };
    let list = |since| {
        services
            .revocation_list(vec![revoked(since)], NOW_S + 60)
            .unwrap()
    };
    let (before, after) = (list(NOW_S - 10), list(NOW_S + 30));
    let no_proof = (Indication::Indeterminate, Some(SubIndication::RevokedNoPoe));
    let passed = (Indication::TotalPassed, None);
    assert_eq!(judge_with(&stamped, &[before.der()], &[]), no_proof);
    assert_eq!(judge_with(&basic, &[before.der()], &[]), no_proof);
    assert_eq!(judge_with(&basic, &[after.der()], &[]), no_proof);
    assert_eq!(
        judge_with(&stamped, &[after.der()], &[]),
        passed,
        "signed before it was revoked"
    );
    let status = CertificateStatus::Revoked {
        at_unix_s: NOW_S - 10,
        reason: None,
    };
    let response = services.ocsp(scene.signer.certificate(), status, NOW_S).unwrap();
    assert_eq!(judge_with(&stamped, &[], &[&response]), no_proof);
    // Somebody else's list says nothing about our certificates.
    let strange = scene.strange_services();
    let foreign = strange.revocation_list(vec![revoked(NOW_S - 10)], NOW_S).unwrap();
    assert_eq!(judge_with(&stamped, &[foreign.der()], &[]), passed);
}

#[test]
fn revocation_data_can_be_demanded() {
    let scene = Scene::new(KeyAlgorithm::EcdsaP256);
    let services = scene.services((-DAY, 9 * DAY));
    let mut file = contract();
    let next = sign_with_time(&mut file, &plan(&contract()), &scene, &services, "a");
    let strict = |file: &[u8], grace_s| {
        let (limits, anchors) = (Limits::default(), [scene.root.clone()]);
        let options = Validation {
            revocation: Revocation::Required,
            grace_s,
            ..Validation::new(&limits, &anchors, NOW_S + 60)
        };
        status(&validate(file, &options), 0)
    };
    let later = (Indication::Indeterminate, Some(SubIndication::TryLater));
    assert_eq!(strict(&file, 0), later);
    let mut good = file.clone();
    add_data(&mut good, &next, &scene, &services, NOW_S);
    assert_eq!(strict(&good, 0), (Indication::TotalPassed, None));
    // Data that had run out before the signature was made say nothing about it, but for a grace.
    add_data(&mut file, &next, &scene, &services, NOW_S - 7_200);
    assert_eq!(strict(&file, 0), later);
    assert_eq!(strict(&file, 7_200), (Indication::TotalPassed, None));
}

#[test]
fn a_signature_proven_older_than_its_certificate_fails() {
    let scene = Scene::new(KeyAlgorithm::EcdsaP256);
    let services = scene.services((-DAY, DAY));
    let signer = scene.signer_valid((600, DAY));
    let pending = prepare_signature(&plan(&contract()), &request("a", services.reserve(&signer))).unwrap();
    let mut file = contract();
    append(&mut file, services.sign(&signer, pending, NOW_S).unwrap());
    assert_eq!(
        status(&judge(&file, &scene, NOW_S + 3_600), 0),
        (Indication::TotalFailed, Some(SubIndication::NotYetValid))
    );
}

#[test]
fn validation_data_are_written_once_and_refer_to_signatures_by_name() {
    let scene = Scene::new(KeyAlgorithm::Rsa2048);
    let services = scene.services((-DAY, DAY));
    let mut file = contract();
    let pending = prepare_signature(&plan(&file), &request("a", services.reserve(&scene.signer))).unwrap();
    let contents = pending.contents();
    let revision = services.sign(&scene.signer, pending, NOW_S).unwrap();
    let key = evidence_key(&revision.bytes[contents]);
    let next = append(&mut file, revision);
    let certificates = [scene.signer.certificate().der(), scene.root.der()];
    let list = services.revocation_list(Vec::new(), NOW_S).unwrap();
    let entry = SignatureEvidence {
        key,
        certificates: vec![0, 1],
        revocation_lists: vec![0],
        ..SignatureEvidence::default()
    };
    let data = ValidationData {
        certificates: &certificates,
        revocation_lists: &[list.der()],
        signatures: std::slice::from_ref(&entry),
        ..ValidationData::default()
    };
    let next = append(&mut file, append_validation_data(&next, &data).unwrap());
    let name: String = key.iter().map(|byte| format!("{byte:02X}")).collect();
    let text = String::from_utf8_lossy(&file).into_owned();
    assert!(text.contains(&format!("/VRI << /{name} << /Cert [")), "{name}");
    assert!(text.contains("/Extensions << /ESIC << /BaseVersion /1.7 /ExtensionLevel 5 >> >>"));
    assert!(judge(&file, &scene, NOW_S).all_passed());
    let anew = plan(&file);
    for plan in [&next, &anew] {
        let again = append_validation_data(plan, &data).unwrap_err();
        assert!(matches!(again, SignError::NothingToAdd));
    }
    let wrong = SignatureEvidence {
        key: [1; 20],
        certificates: vec![2],
        ..SignatureEvidence::default()
    };
    let data = ValidationData {
        signatures: &[wrong],
        ..data
    };
    let error = append_validation_data(&next, &data).unwrap_err();
    assert!(matches!(error, SignError::NoSuchEvidence { entry: 0 }));
    // A second certificate goes into the store that is there.
    let other = scene.certificate("Other", 9, (-DAY, DAY));
    let data = ValidationData {
        certificates: &[other.der()],
        ..ValidationData::default()
    };
    let mut from_anew = file.clone();
    append(&mut file, append_validation_data(&next, &data).unwrap());
    append(&mut from_anew, append_validation_data(&anew, &data).unwrap());
    assert!(judge(&file, &scene, NOW_S).all_passed());
    assert!(judge(&from_anew, &scene, NOW_S).all_passed());
}

/// Catalogs and forms as other producers write them.
#[test]
fn stores_and_forms_inside_the_catalog_are_extended_too() {
    let scene = Scene::new(KeyAlgorithm::EcdsaP256);
    let services = scene.services((-DAY, DAY));
    let tail = [
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] >>",
        "<< /Length 3 >>\nstream\nabc\nendstream",
    ];
    let catalogs = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>>>",
        "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/SigFlags 3>>/DSS<</Certs[4 0 R]>>/Version/2.0>>",
        "<</Type/Catalog/Pages 2 0 R/DSS<</VRI<</AB<</Cert[4 0 R]>>>>/Certs[4 0 R]>>/Extensions<</X<<>>>>>>",
    ];
    for catalog in catalogs {
        let mut file = pdf(&[catalog, tail[0], tail[1], tail[2]]);
        let first = plan(&file);
        let next = sign_with_time(&mut file, &first, &scene, &services, "a");
        let next = add_data(&mut file, &next, &scene, &services, NOW_S);
        let next = add_stamp(&mut file, &next, &services, "t", NOW_S);
        sign_with_time(&mut file, &next, &scene, &services, "b");
        let report = judge(&file, &scene, NOW_S + 5);
        assert!(report.all_passed(), "{catalog}: {report:#?}");
        assert_eq!(report.signatures[0].level, Some(Level::Archive), "{catalog}");
    }
}

#[test]
fn a_certified_document_takes_invisible_signatures_and_nothing_else() {
    let scene = Scene::new(KeyAlgorithm::EcdsaP256);
    let services = scene.services((-DAY, DAY));
    let certify = SignOptions {
        certification: Some(Certification::FillInAndSign),
        ..SignOptions::default()
    };
    for original in [
        contract(),
        pdf(&[
            "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>>>",
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] >>",
        ]),
        pdf(&[
            "<</Type/Catalog/Pages 2 0 R>>",
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] >>",
        ]),
    ] {
        let mut file = original;
        let reserve = services.reserve(&scene.signer);
        let pending = prepare_signature_with(&plan(&file), &request("a", reserve), &certify).unwrap();
        let next = append(&mut file, services.sign(&scene.signer, pending, NOW_S).unwrap());
        let seal = crate::sign::demo::seal().unwrap();
        for plan in [&next, &plan(&file)] {
            let visible = SignRequest {
                stamps: &[stamp(0)],
                pictures: &[&seal],
                ..request("b", reserve)
            };
            let error = prepare_signature(plan, &visible).unwrap_err();
            assert!(matches!(error, SignError::VisibleForbidden));
            let error = prepare_signature_with(plan, &request("b", reserve), &certify).unwrap_err();
            assert!(matches!(error, SignError::CannotCertify { .. }));
        }
        let next = sign_with_time(&mut file, &next, &scene, &services, "b");
        let next = add_data(&mut file, &next, &scene, &services, NOW_S);
        add_stamp(&mut file, &next, &services, "t", NOW_S);
        let report = judge(&file, &scene, NOW_S);
        assert!(report.all_passed(), "{report:#?}");
        assert!(report.signatures[0].certifies && !report.signatures[1].certifies);
    }
}

#[test]
fn the_last_signature_can_lock_the_document() {
    let scene = Scene::new(KeyAlgorithm::EcdsaP256);
    let services = scene.services((-DAY, DAY));
    let lock = SignOptions {
        lock: Some(Lock::AllFields),
        ..SignOptions::default()
    };
    let reserve = services.reserve(&scene.signer);
    let mut file = contract();
    let pending = prepare_signature_with(&plan(&file), &request("a", reserve), &lock).unwrap();
    let next = append(&mut file, services.sign(&scene.signer, pending, NOW_S).unwrap());
    let error = prepare_signature(&next, &request("b", reserve)).unwrap_err();
    assert!(matches!(error, SignError::Locked));
    assert!(matches!(
        SigningPlan::prepare(&file, &Limits::default()),
        Err(PlanError::Locked { .. })
    ));
    let next = add_data(&mut file, &next, &scene, &services, NOW_S);
    add_stamp(&mut file, &next, &services, "t", NOW_S);
    let report = judge(&file, &scene, NOW_S);
    assert!(report.all_passed(), "{report:#?}");
    // Locking some fields leaves room for new ones.
    let some = SignOptions {
        lock: Some(Lock::Fields(vec!["amount".to_owned(), "金额".to_owned()])),
        ..SignOptions::default()
    };
    let mut file = contract();
    let pending = prepare_signature_with(&plan(&file), &request("a", reserve), &some).unwrap();
    let next = append(&mut file, services.sign(&scene.signer, pending, NOW_S).unwrap());
    sign_with_time(&mut file, &next, &scene, &services, "b");
    assert!(judge(&file, &scene, NOW_S).all_passed());
}

#[test]
fn fifty_signatures_reach_level_b_lta_together() {
    let pki = DemoPki::new(KeyAlgorithm::EcdsaP256, NOW_S, 0x11).unwrap();
    let services = &pki.services;
    let mut file = contract();
    let mut next = plan(&file);
    for act in 0..50 {
        let name = format!("act{act}");
        let request = request(&name, services.reserve(&pki.signer));
        let pending = prepare_signature(&next, &request).unwrap();
        next = append(&mut file, services.sign(&pki.signer, pending, NOW_S).unwrap());
    }
    let data = services.add_validation_data(&next, pki.signer.certificate(), NOW_S);
    next = append(&mut file, data.unwrap());
    add_stamp(&mut file, &next, services, "stamp", NOW_S);
    let (limits, anchors) = (Limits::default(), [pki.root]);
    let report = validate(&file, &Validation::new(&limits, &anchors, NOW_S + 60));
    assert!(report.all_passed());
    assert_eq!(report.signatures.len(), 51);
    assert!(
        report.signatures[..50]
            .iter()
            .all(|one| one.level == Some(Level::Archive))
    );
}
