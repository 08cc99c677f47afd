use std::fs;
use std::process::Command;

use qishu_authority::{
    Authority, AuthorityError, Holder, KeyAlgorithm, KeyPool, OneTimeKey, Reference, SubjectError,
    VerifiedSubject,
};
use sealpki::{Certificate, Profile, SignerIdentity, build_path, lint, sha256, verify_detached};
use tempfile::TempDir;

use crate::authority::{NOW_MS, create, master, names};

const NOW_S: i64 = NOW_MS / 1000;
const DAY_MS: i64 = 86_400_000;

fn authority() -> (TempDir, Authority) {
    let parent = tempfile::tempdir().unwrap();
    let authority = create(&parent.path().join("authority")).unwrap();
    (parent, authority)
}

fn company() -> VerifiedSubject {
    VerifiedSubject {
        holder: Holder::Company {
            name: "契书演示科技有限公司".to_owned(),
            operator: Some("李四".to_owned()),
        },
        reference: Reference::RegisterNo("91310000MA1FL0000X".to_owned()),
    }
}

fn person() -> VerifiedSubject {
    VerifiedSubject {
        holder: Holder::Person {
            name: "张三".to_owned(),
        },
        reference: Reference::IdentityDigest([9; 32]),
    }
}

fn key() -> OneTimeKey {
    OneTimeKey::generate(KeyAlgorithm::EcdsaP256).unwrap()
}

fn issue(authority: &Authority, now_ms: i64) -> SignerIdentity {
    let prepared = authority.prepare(&person(), "2801-1", [1; 16], now_ms).unwrap();
    authority.issue(prepared, key()).unwrap()
}

#[test]
fn a_signature_of_a_one_time_certificate_ends_at_the_root() {
    let (_parent, authority) = authority();
    let pool = KeyPool::new(KeyAlgorithm::EcdsaP256);
    for subject in [company(), person()] {
        let prepared = authority.prepare(&subject, "2801-1", [1; 16], NOW_MS).unwrap();
        let signer = authority.issue(prepared, pool.take().unwrap()).unwrap();
        let digest = sha256(b"contract");
        let verified = verify_detached(&signer.sign_detached(&digest).unwrap(), |_| digest).unwrap();
        let anchors = [authority.root_certificate().clone()];
        let path = build_path(
            &verified.certificate,
            &verified.embedded_certificates,
            &anchors,
            NOW_S,
        )
        .unwrap();
        assert_eq!(path.len(), 3);
        verified.check_embedded(&path).unwrap();
    }
}

/// R-53, P11: what is recorded before is what stands in the certificate afterwards.
#[test]
fn the_certificate_is_the_one_that_was_announced() {
    let (_parent, authority) = authority();
    let prepared = authority
        .prepare(&company(), "2801-1", [0xab; 16], NOW_MS)
        .unwrap();
    let (serial, subject) = (prepared.serial().clone(), prepared.subject().clone());
    let (issuer, validity) = (prepared.issuer().clone(), prepared.validity_unix_s());
    assert_eq!(prepared.act_id(), "2801-1");
    let signer = authority.issue(prepared, key()).unwrap();
    let certificate = signer.certificate();
    assert_eq!(*certificate.serial(), serial);
    assert_eq!(*certificate.subject(), subject);
    assert_eq!(*certificate.issuer(), issuer);
    assert_eq!(
        (certificate.not_before_unix_s(), certificate.not_after_unix_s()),
        validity
    );
    assert_eq!(serial.to_string(), format!("6b{}", "ab".repeat(15)));
    assert_eq!(lint(certificate, Profile::DocumentSigning), Ok(()));
    assert_eq!(
        signer.chain(),
        [
            authority.issuing_certificate().clone(),
            authority.root_certificate().clone()
        ]
    );
}

#[test]
fn a_one_time_certificate_lives_as_long_as_set() {
    let (_parent, authority) = authority();
    let hours = |certificate: &Certificate| (certificate.not_after_unix_s() - NOW_S) / 3600;
    let standard = issue(&authority, NOW_MS);
    assert_eq!(hours(standard.certificate()), 24);
    assert_eq!(standard.certificate().not_before_unix_s(), NOW_S - 300);
    let authority = authority.with_certificate_hours(8760);
    assert_eq!(hours(issue(&authority, NOW_MS).certificate()), 8760);
    let authority = authority.with_certificate_hours(u32::MAX);
    assert_eq!(hours(issue(&authority, NOW_MS).certificate()), 3 * 8760);
    let authority = authority.with_certificate_hours(0);
    assert_eq!(hours(issue(&authority, NOW_MS).certificate()), 1);
}

#[test]
fn nothing_is_issued_outside_the_validity_of_the_authority() {
    let (_parent, authority) = authority();
    let prepare = |now_ms| authority.prepare(&person(), "1", [1; 16], now_ms);
    assert!(matches!(
        prepare(NOW_MS - DAY_MS),
        Err(AuthorityError::ClockBehind)
    ));
    assert!(matches!(
        prepare(NOW_MS + 3650 * DAY_MS),
        Err(AuthorityError::Expired)
    ));
    let issuing = authority.issuing_certificate();
    let near_end = prepare(NOW_MS + 3650 * DAY_MS - 3_600_000).unwrap();
    assert_eq!(near_end.validity_unix_s().1, issuing.not_after_unix_s());
    let at_start = prepare(issuing.not_before_unix_s() * 1000).unwrap();
    assert_eq!(at_start.validity_unix_s().0, issuing.not_before_unix_s());
}

#[test]
fn subjects_that_cannot_be_certified_are_refused_before_anything_is_recorded() {
    let (_parent, authority) = authority();
    let phone = VerifiedSubject {
        holder: Holder::Person {
            name: "13800000000".to_owned(),
        },
        reference: Reference::PlatformId("1".to_owned()),
    };
    let error = authority.prepare(&phone, "1", [1; 16], NOW_MS).unwrap_err();
    assert!(
        matches!(error, AuthorityError::Subject(SubjectError::NumberInName)),
        "{error}"
    );
    assert!(!error.to_string().contains("138"), "{error}");
}

/// The serial number of the subject is the same after a restart, and another one in another installation.
#[test]
fn one_person_has_one_reference_per_installation() {
    let (parent, authority) = authority();
    let subject = |authority: &Authority| {
        authority
            .prepare(&person(), "1", [1; 16], NOW_MS)
            .unwrap()
            .subject()
            .to_string()
    };
    let reopened = Authority::open(&parent.path().join("authority"), &master()).unwrap();
    assert_eq!(subject(&reopened), subject(&authority));
    let elsewhere = tempfile::tempdir().unwrap();
    let other_master = qishu_authority::MasterKey::from_bytes([1; 32]);
    let folder = elsewhere.path().join("authority");
    let other = Authority::create(&folder, &other_master, &names(), KeyAlgorithm::EcdsaP256, NOW_MS).unwrap();
    assert_ne!(subject(&other), subject(&authority));
}

#[test]
fn openssl_accepts_what_the_authority_issues() {
    if let Err(error) = Command::new("openssl").arg("version").output() {
        println!("skipped: openssl cannot be started: {error}");
        return;
    }
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("authority");
        let authority = Authority::create(&folder, &master(), &names(), algorithm, NOW_MS).unwrap();
        let prepared = authority.prepare(&company(), "2801-1", [1; 16], NOW_MS).unwrap();
        let signer = authority
            .issue(prepared, OneTimeKey::generate(algorithm).unwrap())
            .unwrap();
        let cms = signer.sign_detached(&sha256(b"contract")).unwrap();
        fs::write(folder.join("content"), b"contract").unwrap();
        fs::write(folder.join("cms.der"), cms).unwrap();
        let line = format!(
            "cms -verify -cades -binary -inform DER -in cms.der -content content -CAfile root.pem \
             -attime {NOW_S} -x509_strict -out /dev/null"
        );
        let output = Command::new("openssl")
            .args(line.split_whitespace())
            .current_dir(&folder)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
