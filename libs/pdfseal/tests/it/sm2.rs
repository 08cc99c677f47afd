//! Chinese cryptography: SM2 signatures in both layouts of the CMS, seals of GB/T 38540, dual signing.

use pdfseal::{
    Limits,
    sign::{
        SignError, SignOptions, SignRequest, SignatureFormat, SigningPlan, prepare_signature,
        prepare_signature_with,
    },
    verify::{Indication, SubIndication, VerificationReport, verify},
};
use sealpki::{
    Certificate, CmsLayout, CmsOptions, DigestAlgorithm, ElectronicSeal, KeyAlgorithm, SealInfo, SealPicture,
    SealSignature, SealSignatureTemplate, SealSigners, SesVersion, SignerIdentity, Sm2Identifier,
};

use crate::attack::scene::{Scene, contract};
use crate::sign::{NOW, plan, sign, stamp};

fn judge(file: &[u8], anchors: &[Certificate]) -> VerificationReport {
    verify(file, &Limits::default(), anchors, NOW.unix_seconds)
}

fn request(prefix: &str, contents_reserve: usize) -> SignRequest<'_> {
    SignRequest {
        stamps: &[],
        pictures: &[],
        field_prefix: prefix,
        signer_name: None,
        reason: None,
        location: None,
        time: NOW,
        contents_reserve,
    }
}

#[test]
fn both_layouts_of_the_cms_are_made_and_judged_under_both_names() {
    let scene = Scene::new(KeyAlgorithm::Sm2);
    for layout in [CmsLayout::Rfc5652, CmsLayout::Gmt0010] {
        for sm2_identifier in [Sm2Identifier::Sm2Sign, Sm2Identifier::Sm2WithSm3] {
            for format in [SignatureFormat::Cades, SignatureFormat::Pkcs7] {
                let options = CmsOptions {
                    layout,
                    sm2_identifier,
                };
                let certificate = scene.signer.certificate().clone();
                let chain = vec![scene.root.clone()];
                let signer = SignerIdentity::with_options(scene.key(), certificate, chain, options).unwrap();
                let mut file = contract();
                let first = plan(&file).with_sm3(&file).unwrap();
                let wanted = SignOptions {
                    format,
                    ..SignOptions::default()
                };
                let request = request("a", signer.cms_len_max());
                let pending = prepare_signature_with(&first, &request, &wanted).unwrap();
                let digest = pending.digest_by(DigestAlgorithm::Sm3).unwrap();
                let revision = pending.complete(&signer.sign_detached(&digest).unwrap()).unwrap();
                file.extend_from_slice(&revision.bytes);
                let report = judge(&file, std::slice::from_ref(&scene.root));
                assert!(report.all_passed(), "{wanted:?} {options:?}: {report:#?}");
            }
        }
    }
}

#[test]
fn an_sm2_signature_and_an_rsa_signature_live_in_one_document() {
    let (chinese, rsa) = (Scene::new(KeyAlgorithm::Sm2), Scene::new(KeyAlgorithm::Rsa2048));
    let mut file = contract();
    let first = plan(&file).with_sm3(&file).unwrap();
    let stored = SigningPlan::from_bytes(&first.to_bytes()).unwrap();
    assert!(stored.has_sm3());
    let next = sign(&mut file, &stored, &chinese.signer, "sm2", &[stamp(0)]);
    let next = sign(&mut file, &next, &rsa.signer, "rsa", &[stamp(1)]);
    assert_eq!(next.file_sha256(), sealpki::sha256(&file));
    let report = judge(&file, &[chinese.root.clone(), rsa.root.clone()]);
    assert!(report.all_passed(), "{report:#?}");
    let signer = report.signatures[0].signer.as_ref().unwrap();
    assert_eq!(signer.digest_algorithm, "Sm3");
    // The state that went through both signatures is that of the file.
    sign(&mut file, &next, &chinese.signer, "again", &[]);
    assert!(judge(&file, &[chinese.root, rsa.root]).all_passed());
}

#[test]
fn sm3_is_kept_on_request_and_for_the_right_file_only() {
    let file = contract();
    let without = plan(&file);
    assert!(!without.has_sm3());
    let pending = prepare_signature(&without, &request("a", 2_000)).unwrap();
    assert!(matches!(
        pending.digest_by(DigestAlgorithm::Sm3),
        Err(SignError::NoSm3)
    ));
    assert!(matches!(
        pending.digest_by(DigestAlgorithm::Sha512),
        Err(SignError::NoSm3)
    ));
    let mut other = file;
    let last = other.len() - 1;
    other[last] ^= 1;
    assert!(without.with_sm3(&other).is_err());
}

/// A seal of the honest signer's own making, and the signature of a document with it.
fn sealed(scene: &Scene, version: SesVersion, format: SignatureFormat) -> Vec<u8> {
    let now = NOW.unix_seconds;
    let info = SealInfo {
        version,
        vendor: "QISHU".to_owned(),
        id: "0001".to_owned(),
        kind: 1,
        name: "合同专用章".to_owned(),
        signers: SealSigners::Certificates(vec![scene.signer.certificate().clone()]),
        created_at_unix_s: now - 60,
        valid_from_unix_s: now - 60,
        valid_to_unix_s: now + 3_600,
        picture: SealPicture {
            kind: "PNG".to_owned(),
            data: vec![1, 2, 3],
            width_mm: 42,
            height_mm: 42,
        },
        extensions: Vec::new(),
    };
    let seal = ElectronicSeal::sign(&info, &scene.key(), scene.signer.certificate()).unwrap();
    let mut file = contract();
    let options = SignOptions {
        format,
        ..SignOptions::default()
    };
    let first = plan(&file).with_sm3(&file).unwrap();
    let pending = prepare_signature_with(&first, &request("seal", 8_000), &options).unwrap();
    let template = SealSignatureTemplate {
        seal,
        signed_at_unix_s: now,
        data_hash: pending.digest_by(DigestAlgorithm::Sm3).unwrap().to_vec(),
        property: String::new(),
        extensions: Vec::new(),
    };
    let signature = SealSignature::sign(&template, &scene.key(), scene.signer.certificate()).unwrap();
    file.extend_from_slice(&pending.complete(signature.der()).unwrap().bytes);
    file
}

#[test]
fn seals_of_the_national_standard_are_signed_and_judged() {
    let scene = Scene::new(KeyAlgorithm::Sm2);
    let other_names = SignatureFormat::Seal {
        filter: "Gomain.GMPkiLite".to_owned(),
        sub_filter: "Gomain.sm2seal".to_owned(),
    };
    for format in [SignatureFormat::seal(), other_names] {
        for version in [SesVersion::V4, SesVersion::V5] {
            let file = sealed(&scene, version, format.clone());
            let report = judge(&file, std::slice::from_ref(&scene.root));
            assert!(report.all_passed(), "{version:?}: {report:#?}");
            assert_eq!(
                report.signatures[0].signer.as_ref().unwrap().signature_algorithm,
                "Sm2Sm3"
            );
            let stranger = Scene::new(KeyAlgorithm::Sm2);
            let report = judge(&file, &[stranger.root]);
            assert_eq!(
                (report.signatures[0].status, report.signatures[0].sub_indication),
                (
                    Indication::Indeterminate,
                    Some(SubIndication::NoCertificateChainFound)
                )
            );
        }
    }
}

#[test]
fn one_changed_bit_of_a_sealed_document_never_passes() {
    let scene = Scene::new(KeyAlgorithm::Sm2);
    let file = sealed(&scene, SesVersion::V4, SignatureFormat::seal());
    for offset in (0..file.len()).step_by(11) {
        let mut changed = file.clone();
        changed[offset] ^= 1 << (offset % 8);
        let report = judge(&changed, std::slice::from_ref(&scene.root));
        assert!(!report.all_passed(), "offset {offset}");
    }
}

#[test]
fn format_names_are_checked() {
    for name in ["", "a b", "GM/x", &"x".repeat(101)] {
        let options = SignOptions {
            format: SignatureFormat::Seal {
                filter: "GM.PKILite".to_owned(),
                sub_filter: name.to_owned(),
            },
            ..SignOptions::default()
        };
        let error = prepare_signature_with(&plan(&contract()), &request("a", 100), &options).unwrap_err();
        assert!(matches!(error, SignError::FormatName { .. }), "{name}");
    }
}
