use std::fs;
use std::path::PathBuf;
use std::process::Command;

use qishu_authority::{
    Authority, AuthorityServices, Holder, KeyAlgorithm, OneTimeKey, Publication, Reference, VerifiedSubject,
};
use sealpki::{
    Certificate, CertificateId, CertificateStatus, MessageImprint, OcspHash, OcspRequest, Profile,
    RevocationReason, RevokedCertificate, TimeStampRequest, lint, verify_ocsp_response, verify_time_stamp,
};
use tempfile::TempDir;

use crate::authority::{NOW_MS, create, master};

const NOW_S: i64 = NOW_MS / 1000;
const YEAR_MS: i64 = 365 * 86_400_000;

fn opened() -> (TempDir, PathBuf, Authority, AuthorityServices) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("authority");
    let authority = create(&folder).unwrap();
    let services = AuthorityServices::open(&folder, &master(), &authority, NOW_MS).unwrap();
    (parent, folder, authority, services)
}

fn signer(authority: &Authority) -> Certificate {
    let subject = VerifiedSubject {
        holder: Holder::Person {
            name: "张三".to_owned(),
        },
        reference: Reference::IdentityDigest([9; 32]),
    };
    let prepared = authority.prepare(&subject, "1", [5; 16], NOW_MS).unwrap();
    let key = OneTimeKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
    authority.issue(prepared, key).unwrap().certificate().clone()
}

#[test]
fn time_stamps_end_at_the_root_and_fit_their_room() {
    let (_parent, _, authority, services) = opened();
    let imprint = MessageImprint::of(sealpki::DigestAlgorithm::Sha256, b"signature");
    let token = services.time_stamp(imprint, [3; 16], NOW_MS).unwrap();
    assert!(token.len() <= services.time_stamp_len_max());
    let verified = verify_time_stamp(&token, |algorithm| algorithm.digest(b"signature"), &[]).unwrap();
    assert_eq!(verified.info.time_unix_s, NOW_S);
    let path = verified
        .build_path(&[], &[authority.root_certificate().clone()])
        .unwrap();
    assert_eq!(path.len(), 3);
    assert_eq!(
        lint(services.time_stamping_certificate(), Profile::TimeStamping),
        Ok(())
    );
}

#[test]
fn requests_for_time_stamps_from_outside_are_answered() {
    let (_parent, _, authority, services) = opened();
    let imprint = MessageImprint::of(sealpki::DigestAlgorithm::Sha256, b"file");
    let request = TimeStampRequest::new(imprint, [7; 8]);
    let answer = services.answer_time_stamp(&request.to_der(), [4; 16], NOW_MS);
    assert_eq!(answer.outcome.unwrap().time_unix_s, NOW_S);
    let verified = request.verify_response(&answer.response, &[]).unwrap();
    assert!(
        verified
            .build_path(&[], &[authority.root_certificate().clone()])
            .is_ok()
    );
    assert!(
        services
            .answer_time_stamp(b"nonsense", [4; 16], NOW_MS)
            .outcome
            .is_err()
    );
}

#[test]
fn the_state_of_certificates_is_stated() {
    let (_parent, _, authority, services) = opened();
    let (certificate, issuing) = (signer(&authority), authority.issuing_certificate());
    let good = services.state_good(&certificate, NOW_MS).unwrap();
    let good = verify_ocsp_response(&good, &certificate, issuing, &[]).unwrap();
    assert_eq!(good.status, CertificateStatus::Good);
    assert!(good.is_current_at(NOW_S + 3600, 0) && !good.is_current_at(NOW_S + 2 * 86_400, 0));

    let asked = OcspRequest::new(&certificate, issuing);
    let revoked = CertificateStatus::Revoked {
        at_unix_s: NOW_S,
        reason: Some(RevocationReason::KeyCompromise),
    };
    let answer = services.answer_ocsp(&asked, |_| revoked, NOW_MS).unwrap();
    assert_eq!(
        verify_ocsp_response(&answer, &certificate, issuing, &[])
            .unwrap()
            .status,
        revoked
    );
    let own = services.time_stamping_certificate();
    let asked = OcspRequest::new(own, issuing);
    let answer = services
        .answer_ocsp(&asked, |_| CertificateStatus::Unknown, NOW_MS)
        .unwrap();
    let answer = verify_ocsp_response(&answer, own, issuing, &[]).unwrap();
    assert_eq!(answer.status, CertificateStatus::Good);
    let foreign = CertificateId::new(OcspHash::Sha1, authority.root_certificate(), certificate.serial());
    let asked = OcspRequest {
        certificates: vec![foreign],
        ..asked
    };
    let refused = services
        .answer_ocsp(&asked, |_| CertificateStatus::Good, NOW_MS)
        .unwrap();
    assert!(verify_ocsp_response(&refused, &certificate, issuing, &[]).is_err());
}

#[test]
fn revoked_certificates_are_listed() {
    let (_parent, _, authority, services) = opened();
    let certificate = signer(&authority);
    let entry = RevokedCertificate {
        serial: certificate.serial().clone(),
        at_unix_s: NOW_S,
        reason: Some(RevocationReason::Superseded),
    };
    let list = authority.revocation_list(vec![entry.clone()], NOW_MS).unwrap();
    list.verify(authority.issuing_certificate()).unwrap();
    assert_eq!(list.find(certificate.serial()), Some(&entry));
    let root = services.root_list().unwrap();
    root.verify(authority.root_certificate()).unwrap();
    assert!(root.covers(authority.issuing_certificate()) && root.revoked().is_empty());
}

#[test]
fn services_keep_their_keys_until_they_must_be_renewed() {
    let (_parent, folder, authority, services) = opened();
    let reopened = |now_ms| AuthorityServices::open(&folder, &master(), &authority, now_ms).unwrap();
    let (tsa, ocsp) = (services.time_stamping_certificate(), services.ocsp_certificate());
    let soon = reopened(NOW_MS + YEAR_MS / 4);
    assert_eq!(
        (soon.time_stamping_certificate(), soon.ocsp_certificate()),
        (tsa, ocsp)
    );
    assert_eq!(
        soon.root_list().unwrap().der(),
        services.root_list().unwrap().der()
    );
    let later = reopened(NOW_MS + 3 * YEAR_MS - 86_400_000);
    assert_eq!(later.time_stamping_certificate(), tsa);
    assert_ne!(later.ocsp_certificate(), ocsp);
    assert_ne!(
        later.root_list().unwrap().der(),
        services.root_list().unwrap().der()
    );
}

#[test]
fn without_the_key_of_the_root_its_list_stays() {
    let (_parent, folder, authority, services) = opened();
    fs::remove_file(folder.join("root.key.sealed")).unwrap();
    let later = AuthorityServices::open(&folder, &master(), &authority, NOW_MS + YEAR_MS).unwrap();
    assert_eq!(
        later.root_list().unwrap().der(),
        services.root_list().unwrap().der()
    );
    fs::remove_file(folder.join("root.crl")).unwrap();
    assert!(AuthorityServices::open(&folder, &master(), &authority, NOW_MS).is_err());
}

#[test]
fn a_half_written_service_key_is_made_again() {
    let (_parent, folder, authority, services) = opened();
    fs::write(folder.join("tsa.key.sealed"), b"half").unwrap();
    let again = AuthorityServices::open(&folder, &master(), &authority, NOW_MS).unwrap();
    assert_ne!(
        again.time_stamping_certificate(),
        services.time_stamping_certificate()
    );
}

#[test]
fn published_addresses_stand_in_new_certificates_and_openssl_agrees() {
    let (parent, _, authority, services) = opened();
    let authority = authority.with_publication(Publication {
        base_url: "https://sign.example.com/pki".to_owned(),
    });
    let certificate = signer(&authority);
    let path = |name: &str| parent.path().join(name);
    fs::write(path("signer.cer"), certificate.der()).unwrap();
    fs::write(
        path("list.crl"),
        authority.revocation_list(Vec::new(), NOW_MS).unwrap().der(),
    )
    .unwrap();
    fs::write(
        path("answer.ocsp"),
        services.state_good(&certificate, NOW_MS).unwrap(),
    )
    .unwrap();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl")
            .current_dir(parent.path())
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let text = openssl(&["x509", "-inform", "DER", "-in", "signer.cer", "-noout", "-text"]);
    for address in ["/pki/ocsp", "/pki/issuing.cer", "/pki/issuing.crl"] {
        assert!(
            text.contains(&format!("URI:https://sign.example.com{address}")),
            "{text}"
        );
    }
    assert!(openssl(&["crl", "-inform", "DER", "-in", "list.crl", "-noout", "-text"]).contains("No Revoked"));
    let answer = openssl(&["ocsp", "-respin", "answer.ocsp", "-noverify", "-resp_text"]);
    assert!(
        answer.contains("Cert Status: good") && answer.contains("OCSP No Check"),
        "{answer}"
    );
}
