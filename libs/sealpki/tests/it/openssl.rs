//! OpenSSL as judge: it accepts what is made here, and what it makes is read here.

use sealpki::{
    Certificate, CmsError, Issuer, KeyAlgorithm, PrivateKey, Profile, build_path, sha256, sign_certificate,
    verify_detached,
};

use crate::openssl_tool::OpenSsl;
use crate::pki::{NOW, Pki, template};
use crate::tree::Forgery;

const CONTENT: &[u8] = b"contract\r\nwith lines\n";

#[test]
fn openssl_reads_and_verifies_the_certificates() {
    let Some(openssl) = OpenSsl::find() else { return };
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let pki = Pki::standard(algorithm);
        openssl.write_pki(&pki);
        let text = openssl.accepts("x509 -in leaf.pem -noout -text -nameopt utf8");
        assert!(text.contains("Digital Signature, Non Repudiation"), "{text}");
        assert!(text.contains("E-mail Protection"), "{text}");
        let text = openssl.accepts("x509 -in issuing.pem -noout -text");
        assert!(text.contains("CA:TRUE, pathlen:0"), "{text}");
        openssl.accepts(&format!(
            "verify -x509_strict -purpose smimesign -attime {NOW} -CAfile root.pem -untrusted issuing.pem leaf.pem"
        ));
    }
}

#[test]
fn openssl_reads_the_addresses() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
    let mut with_addresses = template("李四", &key, Profile::DocumentSigning);
    with_addresses.issuer = Issuer::from_certificate(pki.issuing());
    with_addresses.ca_issuers_url = Some("http://ca.example.com/issuing.cer".to_owned());
    with_addresses.ocsp_url = Some("http://ca.example.com/ocsp".to_owned());
    with_addresses.crl_url = Some("http://ca.example.com/issuing.crl".to_owned());
    let certificate = sign_certificate(&with_addresses, &pki.key("Test Issuing")).unwrap();
    openssl.write("leaf.der", certificate.der());
    let text = openssl.accepts("x509 -inform DER -in leaf.der -noout -text");
    for line in [
        "OCSP - URI:http://ca.example.com/ocsp",
        "CA Issuers - URI:http://ca.example.com/issuing.cer",
        "URI:http://ca.example.com/issuing.crl",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
}

#[test]
fn openssl_accepts_the_signatures() {
    let Some(openssl) = OpenSsl::find() else { return };
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let pki = Pki::standard(algorithm);
        openssl.write_pki(&pki);
        openssl.write("content", CONTENT);
        openssl.write("good.der", &pki.signer().sign_detached(&sha256(CONTENT)).unwrap());
        openssl.write("bad.der", &pki.signer().sign_detached(&sha256(b"other")).unwrap());
        let judge = |file: &str| {
            openssl.run(&format!(
                "cms -verify -cades -binary -inform DER -in {file} -content content -CAfile root.pem \
                 -attime {NOW} -out /dev/null"
            ))
        };
        let (accepted, text) = judge("good.der");
        assert!(accepted, "{text}");
        assert!(!judge("bad.der").0);
    }
}

#[test]
fn openssl_accepts_the_keys() {
    let Some(openssl) = OpenSsl::find() else { return };
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let key = PrivateKey::generate(algorithm).unwrap();
        openssl.write("key.der", key.to_pkcs8().unwrap().expose());
        let text = openssl.accepts("pkey -inform DER -in key.der -check -noout");
        assert!(text.contains("Key is valid"), "{text}");
        openssl.accepts("pkey -inform DER -in key.der -pubout -outform DER -out public.der");
        assert_eq!(openssl.read("public.der"), key.subject_public_key_info());
    }
}

#[test]
fn certificates_and_keys_of_openssl_are_read() {
    let Some(openssl) = OpenSsl::find() else { return };
    for new_key in ["-newkey rsa:2048", "-newkey ec -pkeyopt ec_paramgen_curve:P-256"] {
        openssl.accepts(&format!(
            "req -x509 {new_key} -noenc -keyout key.pem -out root.der -outform DER -sha256 -days 3650 \
             -subj /C=CN/O=Example/CN=Root"
        ));
        openssl.accepts("pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.der");
        let root = Certificate::from_der(&openssl.read("root.der")).unwrap();
        assert_eq!(root.subject().to_string(), "CN=Root,O=Example,C=CN");
        assert_eq!(root.verify_issued_by(&root), Ok(()));
        let key = PrivateKey::from_pkcs8(&openssl.read("key.der")).unwrap();
        assert_eq!(key.subject_public_key_info(), root.public_key().spki());
        let at = root.not_before_unix_s() + 1;
        assert_eq!(
            build_path(&root, &[], std::slice::from_ref(&root), at)
                .unwrap()
                .len(),
            1
        );
    }
}

#[test]
fn weak_certificates_of_openssl_are_not_accepted() {
    let Some(openssl) = OpenSsl::find() else { return };
    for (options, why) in [("rsa:1024 -sha256", "short key"), ("rsa:2048 -sha1", "SHA-1")] {
        openssl.accepts(&format!(
            "req -x509 -newkey {options} -noenc -keyout key.pem -out weak.der -outform DER -subj /CN=Weak"
        ));
        let weak = Certificate::from_der(&openssl.read("weak.der")).unwrap();
        assert!(weak.verify_issued_by(&weak).is_err(), "{why}");
    }
}

/// OpenSSL always adds a signing time, which PAdES forbids. Without it, its attributes are accepted.
#[test]
fn signatures_of_openssl_are_judged() {
    let Some(openssl) = OpenSsl::find() else { return };
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let pki = Pki::standard(algorithm);
        openssl.write_pki(&pki);
        openssl.write("content", CONTENT);
        openssl.write("key.der", pki.pkcs8("张三"));
        openssl.accepts("pkey -inform DER -in key.der -out key.pem");
        openssl.accepts(
            "cms -sign -cades -binary -md sha256 -nosmimecap -in content -signer leaf.pem -inkey key.pem \
             -certfile issuing.pem -outform DER -out made.der",
        );
        let made = openssl.read("made.der");
        let judge = |cms: &[u8]| verify_detached(cms, |digest| digest.digest(CONTENT));
        assert_eq!(judge(&made).unwrap_err(), CmsError::SigningTime);
        let mut without_time = Forgery::of(&made);
        without_time.drop_attribute(&hex::decode("2a864886f70d010905").unwrap());
        let verified = judge(&without_time.signed(&pki.key("张三"))).unwrap();
        assert_eq!(verified.certificate, *pki.certificate("张三"));
    }
}
