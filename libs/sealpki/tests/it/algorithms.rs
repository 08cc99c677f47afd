//! Every algorithm, through every kind of signature.

use sealpki::{
    CertificateStatus, CmsLayout, CmsOptions, DigestAlgorithm, KeyAlgorithm, KeyError, MessageImprint,
    OcspHash, PrivateKey, SerialNumber, SignatureAlgorithm, SignatureError, SignerIdentity, Sm2Identifier,
    TimeStampRequest, build_path, sign_crl, verify_detached, verify_ocsp_response, verify_time_stamp,
};

use crate::pki::{NOW, Pki, SERVICES};
use crate::revocation::{answer, crl_template, entry, responder};
use crate::tree::{Forgery, Node};
use crate::tsp::authority;

const CONTENT: &[u8] = b"contract";

pub(crate) const ALGORITHMS: [(KeyAlgorithm, SignatureAlgorithm); 12] = [
    (KeyAlgorithm::EcdsaP256, SignatureAlgorithm::EcdsaSha256),
    (KeyAlgorithm::EcdsaP384, SignatureAlgorithm::EcdsaSha384),
    (KeyAlgorithm::Ed25519, SignatureAlgorithm::Ed25519),
    (KeyAlgorithm::Rsa2048, SignatureAlgorithm::RsaPkcs1Sha256),
    (KeyAlgorithm::Rsa2048, SignatureAlgorithm::RsaPkcs1Sha384),
    (KeyAlgorithm::Rsa2048, SignatureAlgorithm::RsaPkcs1Sha512),
    (KeyAlgorithm::Rsa2048, SignatureAlgorithm::RsaPssSha256),
    (KeyAlgorithm::Rsa2048, SignatureAlgorithm::RsaPssSha384),
    (KeyAlgorithm::Rsa2048, SignatureAlgorithm::RsaPssSha512),
    (KeyAlgorithm::Rsa3072, SignatureAlgorithm::RsaPkcs1Sha256),
    (KeyAlgorithm::Rsa4096, SignatureAlgorithm::RsaPssSha512),
    (KeyAlgorithm::Sm2, SignatureAlgorithm::Sm2Sm3),
];

#[test]
fn every_algorithm_signs_everything() {
    for (key, signature) in ALGORITHMS {
        let pki = Pki::with_signatures(key, signature, SERVICES);
        let (leaf, root) = (pki.certificate("张三"), pki.root());
        let signer = pki.signer();
        assert_eq!(signer.digest_algorithm(), signature.digest());
        let cms = signer.sign_detached(&signature.digest().digest(CONTENT)).unwrap();
        let verified = verify_detached(&cms, |digest| digest.digest(CONTENT)).unwrap();
        assert_eq!(verified.signature_algorithm, signature);
        assert_eq!(verified.digest_algorithm, signature.digest());
        let embedded = &verified.embedded_certificates;
        let path = build_path(&verified.certificate, embedded, std::slice::from_ref(root), NOW).unwrap();
        assert_eq!(verified.check_embedded(&path), Ok(()));

        let imprint = MessageImprint::of(signature.digest(), &verified.signature);
        let serial = SerialNumber::from_random([1; 16]);
        let token = authority(&pki)
            .issue(&TimeStampRequest::new(imprint, [1; 8]), serial, NOW)
            .unwrap();
        let stamped = sealpki::add_signature_time_stamp(&cms, &token).unwrap();
        let longest = authority(&pki).token_len_max(signature.digest(), 8);
        assert!(token.len() <= longest && stamped.len() <= signer.cms_len_max_with_time_stamp(longest));
        let stamp = verify_time_stamp(&token, |digest| digest.digest(&verified.signature), &[]).unwrap();
        assert_eq!(stamp.signature_algorithm, signature);

        let list = sign_crl(
            &crl_template(&pki, vec![entry(1, None)]),
            &pki.key("Test Issuing"),
        )
        .unwrap();
        assert_eq!(list.verify(pki.issuing()), Ok(()));
        let hash = OcspHash::Digest(signature.digest());
        let good = answer(&pki, hash, CertificateStatus::Good);
        let response = responder(&pki).respond(&[good], None, NOW).unwrap();
        assert!(verify_ocsp_response(&response, leaf, pki.issuing(), &[]).is_ok());
    }
}

#[test]
fn a_key_of_every_algorithm_survives_storage() {
    for (algorithm, signature) in ALGORITHMS {
        let key = PrivateKey::generate(algorithm).unwrap();
        let stored = key.to_pkcs8().unwrap();
        let again = PrivateKey::from_pkcs8(stored.expose()).unwrap();
        assert_eq!(again.public_key(), key.public_key());
        assert_eq!(again.algorithm(), algorithm);
        let signed = again
            .with_signature_algorithm(signature)
            .unwrap()
            .sign(b"message")
            .unwrap();
        assert!(signed.len() <= key.signature_len_max());
        assert_eq!(key.public_key().verify(signature, b"message", &signed), Ok(()));
        assert_eq!(
            key.public_key().verify(signature, b"massage", &signed),
            Err(SignatureError::Invalid)
        );
        let mut cut = stored.expose().to_vec();
        cut.pop();
        assert!(matches!(PrivateKey::from_pkcs8(&cut), Err(KeyError::Rejected)));
    }
}

#[test]
fn a_key_signs_with_its_own_algorithms_only() {
    for kind in [
        KeyAlgorithm::EcdsaP256,
        KeyAlgorithm::EcdsaP384,
        KeyAlgorithm::Ed25519,
        KeyAlgorithm::Sm2,
    ] {
        for (_, signature) in ALGORITHMS {
            let key = PrivateKey::generate(kind).unwrap();
            let result = key.with_signature_algorithm(signature).map(|_| ());
            if signature == kind.signature_algorithm() {
                assert_eq!(result, Ok(()));
            } else {
                assert_eq!(
                    result,
                    Err(KeyError::AlgorithmMismatch),
                    "{kind:?} with {signature:?}"
                );
            }
        }
    }
    let rsa = PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap();
    let other = rsa.with_signature_algorithm(SignatureAlgorithm::EcdsaSha256);
    assert_eq!(other.map(|_| ()), Err(KeyError::AlgorithmMismatch));
}

/// No algorithm's signature passes as that of another, even when the key would do.
#[test]
fn the_algorithm_named_is_the_algorithm_used() {
    let key = PrivateKey::generate(KeyAlgorithm::Rsa2048).unwrap();
    let rsa: Vec<SignatureAlgorithm> = ALGORITHMS
        .iter()
        .filter(|(kind, _)| *kind == KeyAlgorithm::Rsa2048)
        .map(|(_, signature)| *signature)
        .collect();
    let stored = key.to_pkcs8().unwrap();
    for used in &rsa {
        let signature = PrivateKey::from_pkcs8(stored.expose())
            .and_then(|key| key.with_signature_algorithm(*used))
            .and_then(|key| key.sign(CONTENT))
            .unwrap();
        for named in &rsa {
            let result = key.public_key().verify(*named, CONTENT, &signature);
            assert_eq!(result.is_ok(), used == named, "{used:?} named {named:?}");
        }
        let sm2 = key
            .public_key()
            .verify(SignatureAlgorithm::Sm2Sm3, CONTENT, &signature);
        assert_eq!(sm2, Err(SignatureError::AlgorithmMismatch));
    }
}

#[test]
fn a_digest_of_another_length_is_not_signed() {
    let signer = Pki::standard(KeyAlgorithm::EcdsaP384).signer();
    assert_eq!(signer.sign_detached(&[0; 32]), Err(KeyError::DigestLength));
    assert!(signer.sign_detached(&[0; 48]).is_ok());
}

fn gm_signer(pki: &Pki, layout: CmsLayout, sm2_identifier: Sm2Identifier) -> SignerIdentity {
    let options = CmsOptions {
        layout,
        sm2_identifier,
    };
    let chain = vec![pki.issuing().clone()];
    SignerIdentity::with_options(pki.key("张三"), pki.certificate("张三").clone(), chain, options).unwrap()
}

#[test]
fn both_layouts_and_both_names_of_sm2_are_written_and_read() {
    let pki = Pki::standard(KeyAlgorithm::Sm2);
    for (layout, outer, inner) in [
        (CmsLayout::Rfc5652, "2a864886f70d010702", "2a864886f70d010701"),
        (CmsLayout::Gmt0010, "2a811ccf550601040202", "2a811ccf550601040201"),
    ] {
        for (identifier, name) in [
            (Sm2Identifier::Sm2Sign, "2a811ccf5501822d01"),
            (Sm2Identifier::Sm2WithSm3, "2a811ccf55018375"),
        ] {
            let signer = gm_signer(&pki, layout, identifier);
            let cms = signer
                .sign_detached(&DigestAlgorithm::Sm3.digest(CONTENT))
                .unwrap();
            assert!(cms.len() <= signer.cms_len_max());
            let verified = verify_detached(&cms, |digest| digest.digest(CONTENT)).unwrap();
            assert_eq!(verified.signature_algorithm, SignatureAlgorithm::Sm2Sm3);
            let mut parts = Forgery::of(&cms);
            assert_eq!(*parts.root.at(&[0]), Node::Leaf(6, hex::decode(outer).unwrap()));
            assert_eq!(
                *parts.signed_data().at(&[2, 0]),
                Node::Leaf(6, hex::decode(inner).unwrap())
            );
            assert_eq!(
                *parts.signer().at(&[4, 0]),
                Node::Leaf(6, hex::decode(name).unwrap())
            );
            // A misspelt name is read too, and so are NULL parameters.
            *parts.signer().at(&[4, 0]) = Node::Leaf(6, hex::decode("2a811ccf558375").unwrap());
            parts.signer().at(&[4]).children().push(Node::Leaf(5, vec![]));
            assert!(verify_detached(&parts.encode(), |digest| digest.digest(CONTENT)).is_ok());
        }
    }
}

/// The content types of the two layouts do not mix.
#[test]
fn a_mixture_of_layouts_is_refused() {
    let pki = Pki::standard(KeyAlgorithm::Sm2);
    let signer = gm_signer(&pki, CmsLayout::Gmt0010, Sm2Identifier::Sm2Sign);
    let cms = signer
        .sign_detached(&DigestAlgorithm::Sm3.digest(CONTENT))
        .unwrap();
    let mut mixed = Forgery::of(&cms);
    *mixed.root.at(&[0]) = Node::Leaf(6, hex::decode("2a864886f70d010702").unwrap());
    let judged = verify_detached(&mixed.encode(), |digest| digest.digest(CONTENT));
    assert_eq!(judged.unwrap_err(), sealpki::CmsError::ContentType);
}

#[test]
fn no_changed_bit_of_a_chinese_signature_goes_unnoticed() {
    let pki = Pki::standard(KeyAlgorithm::Sm2);
    let signer = gm_signer(&pki, CmsLayout::Gmt0010, Sm2Identifier::Sm2Sign);
    let good = signer
        .sign_detached(&DigestAlgorithm::Sm3.digest(CONTENT))
        .unwrap();
    let anchors = [pki.root().clone()];
    for position in (0..good.len() * 8).step_by(3) {
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
        assert!(!accepted, "bit {position}");
    }
}
