//! Signatures an attacker could present. Each is refused, and for the right reason.

use sealpki::{
    Certificate, CmsError, KeyAlgorithm, PathError, PrivateKey, SignatureError, UnacceptedAlgorithm,
    build_path, sha256, verify_detached,
};

use crate::pki::{NOW, Pki};
use crate::tree::{Forgery, Node};

const CONTENT: &[u8] = b"contract";
const CONTENT_TYPE: &str = "2a864886f70d010903";
const MESSAGE_DIGEST: &str = "2a864886f70d010904";
const SIGNING_TIME: &str = "2a864886f70d010905";
const SIGNING_CERTIFICATE_V2: &str = "2a864886f70d010910022f";

fn oid(hex_text: &str) -> Vec<u8> {
    hex::decode(hex_text).unwrap()
}

fn dotted(hex_text: &str) -> String {
    match hex_text {
        MESSAGE_DIGEST => "1.2.840.113549.1.9.4".to_owned(),
        CONTENT_TYPE => "1.2.840.113549.1.9.3".to_owned(),
        _ => "1.2.840.113549.1.9.16.2.47".to_owned(),
    }
}

struct Scene {
    pki: Pki,
    cms: Vec<u8>,
}

impl Scene {
    fn new() -> Self {
        let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
        let cms = pki.signer().sign_detached(&sha256(CONTENT)).unwrap();
        Self { pki, cms }
    }

    /// Edits the signature without signing again.
    fn edited(&self, edit: impl FnOnce(&mut Forgery)) -> CmsError {
        let mut forgery = Forgery::of(&self.cms);
        edit(&mut forgery);
        judge(&forgery.encode()).unwrap_err()
    }

    /// Edits the signature and signs the attributes again with the signer's own key: even the signer cannot make a
    /// signature that is not as it must be.
    fn resigned(&self, edit: impl FnOnce(&mut Forgery)) -> Result<Certificate, CmsError> {
        let mut forgery = Forgery::of(&self.cms);
        edit(&mut forgery);
        judge(&forgery.sorted_and_signed(&self.pki.key("张三")))
    }
}

fn judge(cms: &[u8]) -> Result<Certificate, CmsError> {
    verify_detached(cms, |algorithm| algorithm.digest(CONTENT)).map(|verified| verified.certificate)
}

#[test]
fn signing_again_without_a_change_is_accepted() {
    let scene = Scene::new();
    assert!(scene.resigned(|_| ()).is_ok());
}

/// Accepted means here what it means for a document: the signature is right, a path leads to the anchor, and nothing
/// unexplained is embedded.
#[test]
fn no_changed_bit_of_a_signature_goes_unnoticed() {
    // Every bit with ECDSA; with RSA every seventh, which is at least one in each byte.
    for (algorithm, step) in [(KeyAlgorithm::EcdsaP256, 1), (KeyAlgorithm::Rsa2048, 7)] {
        let pki = Pki::standard(algorithm);
        let anchors = [pki.root().clone()];
        let good = pki.signer().sign_detached(&sha256(CONTENT)).unwrap();
        for position in (0..good.len() * 8).step_by(step) {
            let mut bad = good.clone();
            bad[position / 8] ^= 1 << (position % 8);
            let accepted = verify_detached(&bad, |digest| digest.digest(CONTENT)).is_ok_and(|verified| {
                build_path(
                    &verified.certificate,
                    &verified.embedded_certificates,
                    &anchors,
                    NOW,
                )
                .is_ok_and(|path| verified.check_embedded(&path).is_ok())
            });
            assert!(!accepted, "{algorithm:?}: bit {position} of {}", good.len() * 8);
        }
    }
}

/// Larger damage than single bits: bytes overwritten, runs copied, runs removed. Only the copy of a run onto itself
/// leaves a signature as it was.
#[test]
fn damaged_signatures_are_refused_without_a_panic() {
    let scene = Scene::new();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    for round in 0..5_000 {
        let mut bad = scene.cms.clone();
        let (from, to, length) = (next(bad.len()), next(bad.len()), 1 + next(8));
        match round % 3 {
            0 => bad[to] = u8::try_from(next(256)).unwrap(),
            1 => bad.copy_within(
                from..(from + length).min(scene.cms.len()),
                to.min(scene.cms.len() - length),
            ),
            _ => drop(bad.drain(to..(to + length).min(scene.cms.len()))),
        }
        if bad != scene.cms
            && let Ok(verified) = verify_detached(&bad, |_| sha256(CONTENT))
        {
            let anchors = [scene.pki.root().clone()];
            let path = build_path(
                &verified.certificate,
                &verified.embedded_certificates,
                &anchors,
                NOW,
            );
            assert!(
                path.is_err() || verified.check_embedded(&path.unwrap()).is_err(),
                "round {round}"
            );
        }
    }
}

#[test]
fn every_truncation_is_refused() {
    let scene = Scene::new();
    for length in 0..scene.cms.len() {
        assert!(
            matches!(judge(&scene.cms[..length]), Err(CmsError::Der(_))),
            "{length}"
        );
    }
    assert_eq!(judge(&vec![0x30; 2_000_000]).unwrap_err(), CmsError::TooLarge);
}

#[test]
fn there_is_exactly_one_signer() {
    let scene = Scene::new();
    let two = scene.edited(|cms| {
        let first = cms.signer().clone();
        cms.signers().push(first);
    });
    assert_eq!(two, CmsError::SignerCount(2));
    assert_eq!(
        scene.edited(|cms| cms.signers().clear()),
        CmsError::SignerCount(0)
    );
}

#[test]
fn every_required_attribute_is_required() {
    let scene = Scene::new();
    let without = |attribute: &str| {
        scene
            .resigned(|cms| cms.drop_attribute(&oid(attribute)))
            .unwrap_err()
    };
    assert_eq!(without(CONTENT_TYPE), CmsError::MissingContentType);
    assert_eq!(without(MESSAGE_DIGEST), CmsError::MissingMessageDigest);
    assert_eq!(
        without(SIGNING_CERTIFICATE_V2),
        CmsError::MissingSigningCertificate
    );
    let none = scene.edited(|cms| {
        cms.signer().children().remove(3);
    });
    assert_eq!(none, CmsError::MissingSignedAttributes);
}

/// A signature directly over the content must not pass as one over attributes, nor the other way round.
#[test]
fn a_signature_over_the_content_itself_is_refused() {
    let scene = Scene::new();
    let signature = scene.pki.key("张三").sign(CONTENT).unwrap();
    let result = scene.edited(|cms| *cms.signer().at(&[5]) = Node::Leaf(4, signature));
    assert_eq!(result, CmsError::Signature(SignatureError::Invalid));
}

#[test]
fn attributes_are_there_once_with_one_value_in_order() {
    let scene = Scene::new();
    let twice = scene.resigned(|cms| {
        let digest = cms.attribute(&oid(MESSAGE_DIGEST)).clone();
        cms.attributes().push(digest);
    });
    assert_eq!(
        twice.unwrap_err(),
        CmsError::DuplicateAttribute(dotted(MESSAGE_DIGEST))
    );
    for name in [CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE_V2] {
        let two_values = scene.resigned(|cms| {
            let values = cms.attribute(&oid(name)).at(&[1]).children();
            values.push(values[0].clone());
        });
        assert_eq!(two_values.unwrap_err(), CmsError::Attribute(dotted(name)));
        let no_value = scene.resigned(|cms| cms.attribute(&oid(name)).at(&[1]).children().clear());
        assert_eq!(no_value.unwrap_err(), CmsError::Attribute(dotted(name)));
    }
    let mut reversed = Forgery::of(&scene.cms);
    reversed.attributes().reverse();
    assert_eq!(
        judge(&reversed.signed(&scene.pki.key("张三"))).unwrap_err(),
        CmsError::AttributeOrder
    );
}

#[test]
fn the_digest_attribute_must_be_that_of_the_content() {
    let scene = Scene::new();
    let other = Node::Leaf(4, sha256(b"another contract").to_vec());
    let result = scene.resigned(|cms| *cms.attribute(&oid(MESSAGE_DIGEST)).at(&[1, 0]) = other);
    assert_eq!(result.unwrap_err(), CmsError::DigestMismatch);
    let empty = scene.resigned(|cms| {
        *cms.attribute(&oid(MESSAGE_DIGEST)).at(&[1, 0]) = Node::Leaf(4, vec![]);
    });
    assert_eq!(empty.unwrap_err(), CmsError::DigestMismatch);
}

#[test]
fn the_content_type_is_plain_data_in_both_places() {
    let scene = Scene::new();
    let signed_data = Node::Leaf(6, oid("2a864886f70d010702"));
    let inner = scene
        .resigned(|cms| *cms.attribute(&oid(CONTENT_TYPE)).at(&[1, 0]) = signed_data.clone())
        .unwrap_err();
    assert_eq!(inner, CmsError::ContentType);
    let outer = scene.edited(|cms| *cms.signed_data().at(&[2, 0]) = signed_data);
    assert_eq!(outer, CmsError::ContentType);
    let other = scene.edited(|cms| *cms.root.at(&[0]) = Node::Leaf(6, oid("2a864886f70d010701")));
    assert_eq!(other, CmsError::NotSignedData);
}

#[test]
fn a_signature_with_content_inside_is_refused() {
    let scene = Scene::new();
    let result = scene.edited(|cms| {
        let content = Node::Branch(0xa0, vec![Node::Leaf(4, CONTENT.to_vec())]);
        cms.signed_data().at(&[2]).children().push(content);
    });
    assert_eq!(result, CmsError::ContentPresent);
}

#[test]
fn the_committed_certificate_is_the_one_used() {
    let scene = Scene::new();
    let place = [1, 0, 0, 0];
    let hash = Node::Leaf(4, sha256(scene.pki.issuing().der()).to_vec());
    let wrong_hash = scene.resigned(|cms| {
        *cms.attribute(&oid(SIGNING_CERTIFICATE_V2)).at(&place).at(&[0]) = hash;
    });
    assert_eq!(wrong_hash.unwrap_err(), CmsError::SigningCertificateMismatch);
    let wrong_serial = scene.resigned(|cms| {
        *cms.attribute(&oid(SIGNING_CERTIFICATE_V2)).at(&place).at(&[1, 1]) = Node::Leaf(2, vec![1]);
    });
    assert_eq!(wrong_serial.unwrap_err(), CmsError::SigningCertificateMismatch);
    let no_serial = scene.resigned(|cms| {
        cms.attribute(&oid(SIGNING_CERTIFICATE_V2))
            .at(&place)
            .children()
            .remove(1);
    });
    assert!(no_serial.is_ok(), "issuer and serial number are optional");
    let no_identifier = scene.resigned(|cms| {
        cms.attribute(&oid(SIGNING_CERTIFICATE_V2))
            .at(&[1, 0, 0])
            .children()
            .clear();
    });
    assert_eq!(
        no_identifier.unwrap_err(),
        CmsError::Attribute(dotted(SIGNING_CERTIFICATE_V2))
    );
    let sha1 = scene.resigned(|cms| {
        let algorithm = Node::Branch(0x30, vec![Node::Leaf(6, oid("2b0e03021a"))]);
        cms.attribute(&oid(SIGNING_CERTIFICATE_V2))
            .at(&place)
            .children()
            .insert(0, algorithm);
    });
    assert_eq!(
        sha1.unwrap_err(),
        CmsError::UnsupportedDigest(UnacceptedAlgorithm::Sha1)
    );
}

/// A second certificate for the same key with another identity: the commitment decides.
#[test]
fn a_swapped_certificate_for_the_same_key_is_refused() {
    let scene = Scene::new();
    let key = scene.pki.key("张三");
    let mut other = crate::pki::template("李四", &key, sealpki::Profile::DocumentSigning);
    other.issuer = sealpki::Issuer::from_certificate(scene.pki.issuing());
    let other = sealpki::sign_certificate(&other, &scene.pki.key("Test Issuing")).unwrap();
    let result = scene.edited(|cms| {
        *cms.signer().at(&[1, 1]) = Node::Leaf(2, other.serial().as_octets().to_vec());
        cms.certificates().push(Node::parse(other.der()));
    });
    assert_eq!(result, CmsError::SigningCertificateMismatch);
}

#[test]
fn the_signer_must_be_named_and_embedded() {
    let scene = Scene::new();
    let unknown = scene.edited(|cms| *cms.signer().at(&[1, 1]) = Node::Leaf(2, vec![9]));
    assert_eq!(unknown, CmsError::SignerCertificateMissing);
    let none = scene.edited(|cms| {
        cms.signed_data().children().remove(3);
    });
    assert_eq!(none, CmsError::SignerCertificateMissing);
    let by_key = scene.edited(|cms| *cms.signer().at(&[1]) = Node::Leaf(0x80, vec![1; 20]));
    assert_eq!(by_key, CmsError::SignerIdentifier);
}

#[test]
fn algorithms_must_be_good_and_belong_together() {
    let scene = Scene::new();
    let algorithm = |hex_text: &str, null: bool| {
        let mut parts = vec![Node::Leaf(6, oid(hex_text))];
        if null {
            parts.push(Node::Leaf(5, vec![]));
        }
        Node::Branch(0x30, parts)
    };
    let sha1 = algorithm("2b0e03021a", true);
    let listed = scene.edited(|cms| *cms.signed_data().at(&[1, 0]) = sha1.clone());
    assert_eq!(listed, CmsError::UnsupportedDigest(UnacceptedAlgorithm::Sha1));
    let used = scene.edited(|cms| *cms.signer().at(&[2]) = sha1.clone());
    assert_eq!(used, CmsError::UnsupportedDigest(UnacceptedAlgorithm::Sha1));
    let more = scene.edited(|cms| cms.signed_data().at(&[1]).children().push(sha1));
    assert_eq!(more, CmsError::DigestAlgorithms);
    let none = scene.edited(|cms| cms.signed_data().at(&[1]).children().clear());
    assert_eq!(none, CmsError::DigestAlgorithms);
    let rsa = scene.edited(|cms| *cms.signer().at(&[4]) = algorithm("2a864886f70d010101", true));
    assert_eq!(rsa, CmsError::AlgorithmMismatch);
    let ecdsa_sha1 = scene.edited(|cms| *cms.signer().at(&[4]) = algorithm("2a8648ce3d0401", false));
    assert_eq!(
        ecdsa_sha1,
        CmsError::UnsupportedSignatureAlgorithm(UnacceptedAlgorithm::Sha1)
    );
    let extra = scene.edited(|cms| *cms.signer().at(&[4]) = algorithm("2a8648ce3d040302", true));
    assert!(matches!(extra, CmsError::Der(_)));
}

#[test]
fn versions_must_fit() {
    let scene = Scene::new();
    for version in [0, 3, 4] {
        let outer = scene.edited(|cms| *cms.signed_data().at(&[0]) = Node::Leaf(2, vec![version]));
        assert_eq!(outer, CmsError::Version);
        let inner = scene.edited(|cms| *cms.signer().at(&[0]) = Node::Leaf(2, vec![version]));
        assert_eq!(inner, CmsError::Version);
    }
}

#[test]
fn a_signing_time_is_refused_and_other_signed_attributes_are_not() {
    let scene = Scene::new();
    let attribute = |hex_text: &str, value: Node| {
        Node::Branch(
            0x30,
            vec![Node::Leaf(6, oid(hex_text)), Node::Branch(0x31, vec![value])],
        )
    };
    let time = attribute(SIGNING_TIME, Node::Leaf(0x17, b"270101000000Z".to_vec()));
    assert_eq!(
        scene.resigned(|cms| cms.attributes().push(time)).unwrap_err(),
        CmsError::SigningTime
    );
    let other = attribute("2a0304", Node::Leaf(5, vec![]));
    assert!(scene.resigned(|cms| cms.attributes().push(other)).is_ok());
    let flood = scene.resigned(|cms| {
        for number in 0..40 {
            cms.attributes()
                .push(attribute(&format!("2a03{number:02x}"), Node::Leaf(5, vec![])));
        }
    });
    assert_eq!(flood.unwrap_err(), CmsError::TooLarge);
}

#[test]
fn unsigned_attributes_are_handed_on_unjudged() {
    let scene = Scene::new();
    let mut cms = Forgery::of(&scene.cms);
    let values = Node::Branch(0x31, vec![Node::Leaf(4, vec![1, 2, 3])]);
    let attribute = Node::Branch(
        0x30,
        vec![Node::Leaf(6, oid("2a864886f70d010910020e")), values.clone()],
    );
    cms.signer().children().push(Node::Branch(0xa1, vec![attribute]));
    let verified = verify_detached(&cms.encode(), |_| sha256(CONTENT)).unwrap();
    assert_eq!(verified.unsigned_attributes.len(), 1);
    assert_eq!(verified.unsigned_attributes[0].oid, "1.2.840.113549.1.9.16.2.14");
    assert_eq!(verified.unsigned_attributes[0].values_der, values.encode());
    let empty = scene.edited(|cms| cms.signer().children().push(Node::Branch(0xa1, vec![])));
    assert!(matches!(empty, CmsError::Der(_)));
}

#[test]
fn what_does_not_belong_into_the_signature_is_refused() {
    let scene = Scene::new();
    let lists = scene.edited(|cms| cms.signed_data().children().insert(4, Node::Branch(0xa1, vec![])));
    assert_eq!(lists, CmsError::RevocationData);
    let other_kind = scene.edited(|cms| cms.certificates().push(Node::Branch(0xa1, vec![])));
    assert_eq!(other_kind, CmsError::CertificateKind);
    let broken = scene.edited(|cms| cms.certificates().push(Node::Branch(0x30, vec![])));
    assert!(matches!(broken, CmsError::Certificate(_)));
    let many = scene.edited(|cms| {
        let first = cms.certificates()[0].clone();
        cms.certificates().extend(std::iter::repeat_n(first, 40));
    });
    assert_eq!(many, CmsError::TooLarge);
}

#[test]
fn a_stray_certificate_is_noticed() {
    let (scene, stranger) = (Scene::new(), Pki::standard(KeyAlgorithm::EcdsaP256));
    let mut cms = Forgery::of(&scene.cms);
    cms.certificates().push(Node::parse(stranger.root().der()));
    let verified = verify_detached(&cms.encode(), |_| sha256(CONTENT)).unwrap();
    let anchors = [scene.pki.root().clone()];
    let path = build_path(
        &verified.certificate,
        &verified.embedded_certificates,
        &anchors,
        NOW,
    )
    .unwrap();
    assert!(matches!(
        verified.check_embedded(&path),
        Err(CmsError::UnexplainedCertificate(_))
    ));
}

/// An authority's own key must not pass as a signer of documents.
#[test]
fn a_key_for_certificates_signs_no_documents() {
    let scene = Scene::new();
    let issuing = scene.pki.issuing();
    let mut cms = Forgery::of(&scene.cms);
    *cms.signer().at(&[1]) = Node::Branch(
        0x30,
        vec![
            Node::parse(issuing.issuer().as_der()),
            Node::Leaf(2, issuing.serial().as_octets().to_vec()),
        ],
    );
    let identifier = cms.attribute(&oid(SIGNING_CERTIFICATE_V2)).at(&[1, 0, 0, 0]);
    *identifier = Node::Branch(0x30, vec![Node::Leaf(4, sha256(issuing.der()).to_vec())]);
    let result = judge(&cms.sorted_and_signed(&scene.pki.key("Test Issuing")));
    assert_eq!(result.unwrap_err(), CmsError::KeyUsage);
}

/// A complete signature by a stranger with the same names is right in itself and ends at no anchor.
#[test]
fn a_strangers_hierarchy_with_the_same_names_is_not_trusted() {
    let (pki, stranger) = (
        Pki::standard(KeyAlgorithm::EcdsaP256),
        Pki::standard(KeyAlgorithm::EcdsaP256),
    );
    let digest = sha256(CONTENT);
    let cms = stranger.signer().sign_detached(&digest).unwrap();
    let verified = verify_detached(&cms, |_| digest).unwrap();
    let anchors = [pki.root().clone()];
    let path = build_path(
        &verified.certificate,
        &verified.embedded_certificates,
        &anchors,
        NOW,
    );
    assert!(matches!(path, Err(PathError::Untrusted(_))));
    let wrong_key = Forgery::of(&cms).signed(&PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap());
    assert_eq!(
        judge(&wrong_key).unwrap_err(),
        CmsError::Signature(SignatureError::Invalid)
    );
}
