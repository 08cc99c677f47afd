use sealpki::{
    CmsError, IdentityError, KeyAlgorithm, SignatureAlgorithm, SignerIdentity, build_path, element_len,
    sha256, verify_detached,
};

use crate::pki::{NOW, Pki};
use crate::tree::Forgery;

const ALGORITHMS: [KeyAlgorithm; 2] = [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048];

#[test]
fn a_signature_made_here_is_accepted_here() {
    for algorithm in ALGORITHMS {
        let pki = Pki::standard(algorithm);
        let digest = sha256(b"contract");
        let cms = pki.signer().sign_detached(&digest).unwrap();
        let verified = verify_detached(&cms, |_| digest).unwrap();
        assert_eq!(verified.certificate, *pki.certificate("张三"));
        assert_eq!(verified.signature_algorithm, algorithm.signature_algorithm());
        assert_eq!(verified.embedded_certificates.len(), 3);
        assert!(verified.unsigned_attributes.is_empty());
        let embedded = &verified.embedded_certificates;
        let path = build_path(&verified.certificate, embedded, &[pki.root().clone()], NOW).unwrap();
        assert_eq!(verified.check_embedded(&path), Ok(()));
    }
}

#[test]
fn the_longest_length_is_known_before() {
    let digest = sha256(b"contract");
    let rsa = Pki::standard(KeyAlgorithm::Rsa2048).signer();
    assert_eq!(rsa.sign_detached(&digest).unwrap().len(), rsa.cms_len_max());
    let ecdsa = Pki::standard(KeyAlgorithm::EcdsaP256).signer();
    let mut longest = 0;
    for _ in 0..500 {
        let cms = ecdsa.sign_detached(&digest).unwrap();
        assert_eq!(element_len(&cms), Ok(cms.len()));
        longest = longest.max(cms.len());
    }
    assert_eq!(longest, ecdsa.cms_len_max());
}

#[test]
fn padding_is_not_part_of_a_signature() {
    let digest = sha256(b"contract");
    let cms = Pki::standard(KeyAlgorithm::EcdsaP256)
        .signer()
        .sign_detached(&digest)
        .unwrap();
    let padded = [cms.as_slice(), &[0; 100]].concat();
    assert!(matches!(
        verify_detached(&padded, |_| digest),
        Err(CmsError::Der(_))
    ));
    let length = element_len(&padded).unwrap();
    assert!(verify_detached(&padded[..length], |_| digest).is_ok());
}

#[test]
fn changed_content_is_named_as_such() {
    let cms = Pki::standard(KeyAlgorithm::EcdsaP256)
        .signer()
        .sign_detached(&sha256(b"contract"))
        .unwrap();
    let result = verify_detached(&cms, |algorithm| algorithm.digest(b"contact"));
    assert_eq!(result.unwrap_err(), CmsError::DigestMismatch);
    assert_eq!(
        verify_detached(&cms, |_| []).unwrap_err(),
        CmsError::DigestMismatch
    );
}

#[test]
fn a_signer_needs_its_own_certificate_and_the_right_usage() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let foreign = SignerIdentity::new(pki.key("Test Root"), pki.certificate("张三").clone(), vec![]);
    assert!(matches!(foreign.unwrap_err(), IdentityError::KeyMismatch(_)));
    let authority = SignerIdentity::new(pki.key("Test Root"), pki.root().clone(), vec![]);
    assert!(matches!(authority.unwrap_err(), IdentityError::KeyUsage(_)));
}

/// ETSI EN 319 142-1 6.3: what must and must not be in a B-B signature, read from the bytes.
#[test]
fn the_structure_is_that_of_the_baseline() {
    let pki = Pki::standard(KeyAlgorithm::Rsa2048);
    let cms = pki.signer().sign_detached(&sha256(b"contract")).unwrap();
    let mut parts = Forgery::of(&cms);
    assert_eq!(parts.encode(), cms, "minimal lengths everywhere");
    assert_eq!(parts.signed_data().children().len(), 5, "no revocation data");
    assert_eq!(parts.signed_data().at(&[2]).children().len(), 1, "no content");
    assert_eq!(parts.signers().len(), 1);
    assert_eq!(parts.signer().children().len(), 6, "no unsigned attributes");
    let types: Vec<Vec<u8>> = parts
        .attributes()
        .iter_mut()
        .map(|attribute| attribute.at(&[0]).encode())
        .collect();
    let expected = [
        "06092a864886f70d010903",
        "06092a864886f70d010904",
        "060b2a864886f70d010910022f",
    ];
    assert_eq!(types.iter().map(hex::encode).collect::<Vec<_>>(), expected);
    let encodings: Vec<Vec<u8>> = parts.certificates().iter().map(|node| node.encode()).collect();
    assert!(encodings.is_sorted());
    assert_eq!(
        pki.signer().signature_algorithm(),
        SignatureAlgorithm::RsaPkcs1Sha256
    );
}

#[test]
fn a_chain_that_repeats_the_signer_is_stored_once() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let leaf = pki.certificate("张三").clone();
    let signer =
        SignerIdentity::new(pki.key("张三"), leaf.clone(), vec![leaf, pki.issuing().clone()]).unwrap();
    let digest = sha256(b"contract");
    let verified = verify_detached(&signer.sign_detached(&digest).unwrap(), |_| digest).unwrap();
    assert_eq!(verified.embedded_certificates.len(), 2);
}
