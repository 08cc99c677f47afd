//! OpenSSL as judge of every algorithm but SM2, both ways.

use sealpki::{
    Certificate, KeyAlgorithm, MessageImprint, PrivateKey, SerialNumber, SignatureAlgorithm, SignatureError,
    TimeStampRequest, UnacceptedAlgorithm, verify_detached,
};

use crate::algorithms::ALGORITHMS;
use crate::openssl_tool::OpenSsl;
use crate::pki::{NOW, Pki, SERVICES};
use crate::tsp::authority;

const CONTENT: &[u8] = b"contract\n";

/// The options with which OpenSSL signs and checks plain messages.
fn options(algorithm: SignatureAlgorithm) -> Option<&'static str> {
    match algorithm {
        SignatureAlgorithm::EcdsaSha256 | SignatureAlgorithm::RsaPkcs1Sha256 => Some("-sha256"),
        SignatureAlgorithm::EcdsaSha384 | SignatureAlgorithm::RsaPkcs1Sha384 => Some("-sha384"),
        SignatureAlgorithm::EcdsaSha512 | SignatureAlgorithm::RsaPkcs1Sha512 => Some("-sha512"),
        SignatureAlgorithm::RsaPssSha256 => {
            Some("-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest")
        }
        SignatureAlgorithm::RsaPssSha384 => {
            Some("-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest")
        }
        SignatureAlgorithm::RsaPssSha512 => {
            Some("-sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest")
        }
        _ => None,
    }
}

#[test]
fn plain_signatures_are_accepted_both_ways() {
    let Some(openssl) = OpenSsl::find() else { return };
    openssl.write("message", CONTENT);
    for (kind, algorithm) in ALGORITHMS {
        let Some(options) = options(algorithm) else {
            continue;
        };
        let key = PrivateKey::generate(kind)
            .and_then(|key| key.with_signature_algorithm(algorithm))
            .unwrap();
        openssl.write("key.der", key.to_pkcs8().unwrap().expose());
        openssl.write("public.der", key.subject_public_key_info());
        let text = openssl.accepts("pkey -inform DER -in key.der -check -noout");
        assert!(text.contains("Key is valid"), "{text}");
        openssl.write("signature", &key.sign(CONTENT).unwrap());
        openssl.accepts(&format!(
            "dgst {options} -keyform DER -verify public.der -signature signature message"
        ));
        openssl.accepts(&format!(
            "dgst {options} -keyform DER -sign key.der -out theirs message"
        ));
        let theirs = openssl.read("theirs");
        assert_eq!(key.public_key().verify(algorithm, CONTENT, &theirs), Ok(()));
        assert_eq!(
            key.public_key().verify(algorithm, b"other", &theirs),
            Err(SignatureError::Invalid)
        );
    }
}

#[test]
fn ed25519_is_accepted_both_ways() {
    let Some(openssl) = OpenSsl::find() else { return };
    let key = PrivateKey::generate(KeyAlgorithm::Ed25519).unwrap();
    openssl.write("message", CONTENT);
    openssl.write("key.der", key.to_pkcs8().unwrap().expose());
    openssl.write("public.der", key.subject_public_key_info());
    openssl.write("signature", &key.sign(CONTENT).unwrap());
    openssl.accepts(
        "pkeyutl -verify -rawin -in message -sigfile signature -pubin -keyform DER -inkey public.der",
    );
    openssl.accepts("pkeyutl -sign -rawin -in message -out theirs -keyform DER -inkey key.der");
    let algorithm = SignatureAlgorithm::Ed25519;
    let theirs = openssl.read("theirs");
    assert_eq!(key.public_key().verify(algorithm, CONTENT, &theirs), Ok(()));
    // A key as OpenSSL stores it.
    openssl.accepts("genpkey -algorithm ed25519 -outform DER -out new.der");
    assert!(PrivateKey::from_pkcs8(&openssl.read("new.der")).is_ok());
}

#[test]
fn openssl_accepts_the_certificates_and_signatures_of_every_algorithm() {
    let Some(openssl) = OpenSsl::find() else { return };
    openssl.write("content", CONTENT);
    for (kind, algorithm) in ALGORITHMS {
        if algorithm == SignatureAlgorithm::Sm2Sm3 {
            continue;
        }
        let pki = Pki::with_signatures(kind, algorithm, SERVICES);
        openssl.write_pki(&pki);
        openssl.accepts(&format!(
            "verify -x509_strict -purpose smimesign -attime {NOW} -CAfile root.pem -untrusted issuing.pem leaf.pem"
        ));
        let request = TimeStampRequest::new(MessageImprint::of(algorithm.digest(), CONTENT), [1; 8]);
        let serial = SerialNumber::from_random([5; 16]);
        let answer = authority(&pki).respond(&request.to_der(), serial, NOW);
        openssl.write("answer.tsr", &answer.response);
        let cms = pki
            .signer()
            .sign_detached(&algorithm.digest().digest(CONTENT))
            .unwrap();
        openssl.write("signature.der", &cms);
        // OpenSSL 3.0 knows no Ed25519 in CMS and PKCS #7.
        if kind != KeyAlgorithm::Ed25519 {
            openssl.accepts(&format!(
                "cms -verify -cades -binary -inform DER -in signature.der -content content -CAfile root.pem \
                 -attime {NOW} -out /dev/null"
            ));
        }
        // OpenSSL 3.0 reads time-stamps as PKCS #7, which has no PSS.
        if options(algorithm).is_some_and(|options| !options.contains("pss")) {
            openssl.accepts(&format!(
                "ts -verify -data content -in answer.tsr -CAfile root.pem -attime {NOW}"
            ));
        }
        assert!(request.verify_response(&answer.response, &[]).is_ok());
    }
}

#[test]
fn certificates_of_openssl_with_every_algorithm_are_read() {
    let Some(openssl) = OpenSsl::find() else { return };
    for (new_key, digest, expected) in [
        (
            "ec -pkeyopt ec_paramgen_curve:P-384",
            "-sha384",
            SignatureAlgorithm::EcdsaSha384,
        ),
        (
            "ec -pkeyopt ec_paramgen_curve:P-384",
            "-sha256",
            SignatureAlgorithm::EcdsaSha256,
        ),
        (
            "ec -pkeyopt ec_paramgen_curve:P-256",
            "-sha512",
            SignatureAlgorithm::EcdsaSha512,
        ),
        ("rsa:3072", "-sha512", SignatureAlgorithm::RsaPkcs1Sha512),
        (
            "rsa:2048",
            "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32",
            SignatureAlgorithm::RsaPssSha256,
        ),
        ("ed25519", "", SignatureAlgorithm::Ed25519),
    ] {
        openssl.accepts(&format!(
            "req -x509 -newkey {new_key} {digest} -noenc -keyout key.pem -out root.der -outform DER -subj /CN=Root"
        ));
        let root = Certificate::from_der(&openssl.read("root.der")).unwrap();
        assert_eq!(root.signature_algorithm(), Some(expected), "{new_key}");
        assert_eq!(root.verify_issued_by(&root), Ok(()), "{new_key}");
    }
    // A key that says itself that it is for PSS only.
    for (parameters, supported) in [
        ("", true),
        (
            "-pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 \
             -pkeyopt rsa_pss_keygen_saltlen:32",
            true,
        ),
        ("-pkeyopt rsa_pss_keygen_md:sha1", false),
    ] {
        openssl.accepts(&format!(
            "genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 {parameters} -out key.pem"
        ));
        let digest = if supported {
            "-sha256 -sigopt rsa_pss_saltlen:32"
        } else {
            "-sha1"
        };
        openssl.accepts(&format!(
            "req -x509 -new -key key.pem {digest} -out root.der -outform DER -subj /CN=Root"
        ));
        let root = Certificate::from_der(&openssl.read("root.der")).unwrap();
        assert_eq!(root.public_key().is_supported(), supported, "{parameters}");
        assert_eq!(root.verify_issued_by(&root).is_ok(), supported, "{parameters}");
        assert!(matches!(
            root.public_key()
                .verify(SignatureAlgorithm::RsaPkcs1Sha256, b"", b""),
            Err(SignatureError::AlgorithmMismatch | SignatureError::UnsupportedKey)
        ));
    }
}

/// what is broken is not accepted, and named.
#[test]
fn weak_algorithms_of_openssl_are_named() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = Pki::standard(KeyAlgorithm::Rsa2048);
    openssl.write_pki(&pki);
    openssl.write("content", CONTENT);
    openssl.write_key(&pki, "leaf", "张三");
    openssl.accepts(
        "cms -sign -cades -binary -md sha1 -nosmimecap -in content -signer leaf.pem -inkey leaf.key.pem \
         -outform DER -out weak.der",
    );
    let judged = verify_detached(&openssl.read("weak.der"), |digest| digest.digest(CONTENT));
    assert_eq!(
        judged.unwrap_err(),
        sealpki::CmsError::UnsupportedDigest(UnacceptedAlgorithm::Sha1)
    );
    openssl.accepts(
        "req -x509 -newkey rsa:1024 -sha256 -noenc -keyout key.pem -out weak.der -outform DER -subj /CN=W",
    );
    let weak = Certificate::from_der(&openssl.read("weak.der")).unwrap();
    assert_eq!(
        weak.verify_issued_by(&weak).unwrap_err(),
        sealpki::IssuerError::Signature(SignatureError::WeakKey(1024))
    );
    openssl.accepts(
        "req -x509 -newkey rsa:2048 -md5 -noenc -keyout key.pem -out weak.der -outform DER -subj /CN=W",
    );
    let weak = Certificate::from_der(&openssl.read("weak.der")).unwrap();
    assert_eq!(
        weak.verify_issued_by(&weak).unwrap_err(),
        sealpki::IssuerError::UnsupportedAlgorithm(UnacceptedAlgorithm::Md5)
    );
    openssl.accepts("pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.der");
    assert!(PrivateKey::from_pkcs8(&openssl.read("key.der")).is_ok());
    openssl.accepts("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -outform DER -out short.der");
    assert!(PrivateKey::from_pkcs8(&openssl.read("short.der")).is_err());
}
