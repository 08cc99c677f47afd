//! OpenSSL as judge of SM2 and SM3, both ways. Its `distid` has to be given everywhere: without it OpenSSL takes an empty
//! user identifier, and its signatures are others.

use sealpki::{
    Certificate, CmsLayout, CmsOptions, DigestAlgorithm, KeyAlgorithm, PrivateKey, SignatureAlgorithm,
    SignatureError, SignerIdentity, Sm2Identifier,
};

use crate::openssl_tool::OpenSsl;
use crate::pki::Pki;
use crate::tree::{Forgery, Node};

const ALGORITHM: SignatureAlgorithm = SignatureAlgorithm::Sm2Sm3;
const DISTID: &str = "distid:1234567812345678";

/// Messages of different lengths and contents, repeatable.
fn message(number: usize) -> Vec<u8> {
    (0..number % 300)
        .map(|index| u8::try_from((index * 31 + number * 7) % 256).unwrap())
        .collect()
}

/// Signs and checks `rounds` messages each way.
fn compare(openssl: &OpenSsl, rounds: usize) {
    let mut key = PrivateKey::generate(KeyAlgorithm::Sm2).unwrap();
    for number in 0..rounds {
        if number % 100 == 0 {
            key = PrivateKey::generate(KeyAlgorithm::Sm2).unwrap();
            openssl.write("key.der", key.to_pkcs8().unwrap().expose());
            openssl.write("public.der", key.subject_public_key_info());
        }
        let message = message(number);
        openssl.write("message", &message);
        openssl.write("signature", &key.sign(&message).unwrap());
        openssl.accepts(&format!(
            "pkeyutl -verify -rawin -digest sm3 -pkeyopt {DISTID} -in message -sigfile signature -pubin \
             -keyform DER -inkey public.der"
        ));
        openssl.accepts(&format!(
            "pkeyutl -sign -rawin -digest sm3 -pkeyopt {DISTID} -in message -out theirs -keyform DER -inkey key.der"
        ));
        let theirs = openssl.read("theirs");
        assert_eq!(
            key.public_key().verify(ALGORITHM, &message, &theirs),
            Ok(()),
            "message {number}"
        );
    }
}

#[test]
fn messages_are_accepted_both_ways() {
    let Some(openssl) = OpenSsl::find() else { return };
    compare(&openssl, 30);
}

#[test]
#[ignore = "takes minutes: ten thousand messages each way, to be run after a change of the sm2 crate"]
fn ten_thousand_messages_are_accepted_both_ways() {
    let Some(openssl) = OpenSsl::find() else { return };
    compare(&openssl, 10_000);
}

#[test]
fn an_empty_user_identifier_is_another_signature() {
    let Some(openssl) = OpenSsl::find() else { return };
    let key = PrivateKey::generate(KeyAlgorithm::Sm2).unwrap();
    openssl.write("key.der", key.to_pkcs8().unwrap().expose());
    openssl.write("message", b"message");
    openssl.accepts("pkeyutl -sign -rawin -digest sm3 -in message -out theirs -keyform DER -inkey key.der");
    let theirs = openssl.read("theirs");
    assert_eq!(
        key.public_key().verify(ALGORITHM, b"message", &theirs),
        Err(SignatureError::Invalid)
    );
}

#[test]
fn sm3_is_that_of_openssl() {
    let Some(openssl) = OpenSsl::find() else { return };
    for number in [0, 1, 55, 56, 63, 64, 65, 127, 299] {
        let message = message(number);
        openssl.write("message", &message);
        openssl.accepts("dgst -sm3 -binary -out digest message");
        assert_eq!(openssl.read("digest"), DigestAlgorithm::Sm3.digest(&message));
    }
}

#[test]
fn keys_and_certificates_of_openssl_are_read() {
    let Some(openssl) = OpenSsl::find() else { return };
    openssl.accepts(&format!(
        "req -x509 -newkey sm2 -sm3 -sigopt {DISTID} -noenc -keyout key.pem -out root.der -outform DER -subj /CN=SM2"
    ));
    let root = Certificate::from_der(&openssl.read("root.der")).unwrap();
    assert_eq!(root.signature_algorithm(), Some(ALGORITHM));
    assert_eq!(root.verify_issued_by(&root), Ok(()));
    openssl.accepts("pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.der");
    let key = PrivateKey::from_pkcs8(&openssl.read("key.der")).unwrap();
    assert_eq!(key.public_key(), root.public_key());

    // And without the user identifier, as careless tools make them.
    openssl.accepts(
        "req -x509 -newkey sm2 -sm3 -noenc -keyout key.pem -out careless.der -outform DER -subj /CN=SM2",
    );
    let careless = Certificate::from_der(&openssl.read("careless.der")).unwrap();
    assert!(careless.verify_issued_by(&careless).is_err());
}

#[test]
fn openssl_accepts_our_certificates() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = Pki::standard(KeyAlgorithm::Sm2);
    openssl.write_pki(&pki);
    let text = openssl.accepts("x509 -in leaf.pem -noout -text -nameopt utf8");
    assert!(text.contains("Signature Algorithm: SM2-with-SM3"), "{text}");
    assert!(text.contains("ASN1 OID: SM2"), "{text}");
    // OpenSSL 3.0 uses the user identifier for one level of a chain only, so each level is checked by itself.
    for (issuer, subject) in [
        ("Test Root", "Test Root"),
        ("Test Root", "Test Issuing"),
        ("Test Issuing", "张三"),
    ] {
        let mut certificate = Node::parse(pki.certificate(subject).der());
        openssl.write("tbs", &certificate.at(&[0]).encode());
        let Node::Leaf(3, signature) = certificate.at(&[2]).clone() else {
            panic!("a BIT STRING")
        };
        openssl.write("signature", &signature[1..]);
        openssl.write("public.der", pki.certificate(issuer).public_key().spki());
        openssl.accepts(&format!(
            "pkeyutl -verify -rawin -digest sm3 -pkeyopt {DISTID} -in tbs -sigfile signature -pubin -keyform DER \
             -inkey public.der"
        ));
    }
}

/// OpenSSL 3.0 cannot be told the user identifier when it verifies CMS, so the attributes are given to it as a message.
#[test]
fn openssl_accepts_the_signature_inside_our_cms() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = Pki::standard(KeyAlgorithm::Sm2);
    for layout in [CmsLayout::Rfc5652, CmsLayout::Gmt0010] {
        let options = CmsOptions {
            layout,
            sm2_identifier: Sm2Identifier::Sm2Sign,
        };
        let leaf = pki.certificate("张三").clone();
        let signer = SignerIdentity::with_options(pki.key("张三"), leaf.clone(), vec![], options).unwrap();
        let cms = signer
            .sign_detached(&DigestAlgorithm::Sm3.digest(b"contract"))
            .unwrap();
        let mut parts = Forgery::of(&cms);
        let attributes = Node::Branch(0x31, parts.attributes().clone()).encode();
        let Node::Leaf(4, signature) = parts.signer().at(&[5]).clone() else {
            panic!("an OCTET STRING")
        };
        openssl.write("attributes", &attributes);
        openssl.write("signature", &signature);
        openssl.write("public.der", leaf.public_key().spki());
        openssl.accepts(&format!(
            "pkeyutl -verify -rawin -digest sm3 -pkeyopt {DISTID} -in attributes -sigfile signature -pubin \
             -keyform DER -inkey public.der"
        ));
        openssl.write("cms.der", &cms);
        openssl.accepts("asn1parse -inform DER -in cms.der");
    }
}
