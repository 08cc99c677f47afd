//! PKCS #12 files of OpenSSL, in new and old forms.

use sealpki::{KeyAlgorithm, Pkcs12Error, import_pkcs12};

use crate::openssl_tool::OpenSsl;
use crate::pki::Pki;
use crate::tree::Node;

/// Key, certificate and the chain above, protected as the options say.
fn export(openssl: &OpenSsl, options: &str) -> Vec<u8> {
    openssl.accepts(&format!(
        "pkcs12 -export -inkey leaf.key.pem -in leaf.pem -certfile chain.pem -passout pass:密码-1 -out made.p12 {options}"
    ));
    openssl.read("made.p12")
}

fn prepare(openssl: &OpenSsl, algorithm: KeyAlgorithm) -> Pki {
    let pki = Pki::standard(algorithm);
    openssl.write_pki(&pki);
    openssl.write_key(&pki, "leaf", "张三");
    let chain = [openssl.read("issuing.pem"), openssl.read("root.pem")].concat();
    openssl.write("chain.pem", &chain);
    pki
}

#[test]
fn files_in_every_protection_are_read() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = prepare(&openssl, KeyAlgorithm::EcdsaP256);
    for options in [
        "",
        "-keypbe AES-128-CBC -certpbe AES-192-CBC -macalg sha512",
        "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1",
        "-legacy",
        "-legacy -keypbe PBE-SHA1-RC2-128 -certpbe PBE-SHA1-RC2-40 -iter 1",
        "-keypbe AES-256-CBC -certpbe NONE -macalg sha384",
        "-keypbe DES-EDE3-CBC -certpbe AES-256-CBC",
    ] {
        let file = export(&openssl, options);
        let read = import_pkcs12(&file, "密码-1").unwrap_or_else(|error| panic!("{options}: {error}"));
        assert_eq!(read.certificate, *pki.certificate("张三"), "{options}");
        assert_eq!(read.key.public_key(), read.certificate.public_key());
        assert_eq!(read.others.len(), 2);
        assert!(read.others.contains(pki.root()) && read.others.contains(pki.issuing()));
        assert_eq!(import_pkcs12(&file, "密码-2").unwrap_err(), Pkcs12Error::Password);
        assert_eq!(import_pkcs12(&file, "").unwrap_err(), Pkcs12Error::Password);
    }
}

#[test]
fn keys_of_every_kind_are_read() {
    let Some(openssl) = OpenSsl::find() else { return };
    for algorithm in [
        KeyAlgorithm::EcdsaP384,
        KeyAlgorithm::Ed25519,
        KeyAlgorithm::Rsa2048,
        KeyAlgorithm::Sm2,
    ] {
        let pki = prepare(&openssl, algorithm);
        let read = import_pkcs12(&export(&openssl, ""), "密码-1").unwrap();
        assert_eq!(read.certificate, *pki.certificate("张三"));
    }
}

#[test]
fn files_that_hold_no_signer_are_refused() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = prepare(&openssl, KeyAlgorithm::EcdsaP256);
    let password = "-passout pass:x -out made.p12";
    openssl.accepts(&format!("pkcs12 -export -nokeys -in leaf.pem {password}"));
    assert_eq!(
        import_pkcs12(&openssl.read("made.p12"), "x").unwrap_err(),
        Pkcs12Error::KeyCount(0)
    );
    openssl.accepts(&format!("pkcs12 -export -nocerts -inkey leaf.key.pem {password}"));
    assert_eq!(
        import_pkcs12(&openssl.read("made.p12"), "x").unwrap_err(),
        Pkcs12Error::NoCertificate
    );
    openssl.accepts(&format!(
        "pkcs12 -export -nomac -inkey leaf.key.pem -in leaf.pem {password}"
    ));
    assert_eq!(
        import_pkcs12(&openssl.read("made.p12"), "x").unwrap_err(),
        Pkcs12Error::Unprotected
    );
    drop(pki);
}

#[test]
fn changed_and_hostile_files_are_refused() {
    let Some(openssl) = OpenSsl::find() else { return };
    prepare(&openssl, KeyAlgorithm::EcdsaP256);
    let good = export(&openssl, "-iter 1 -nomaciter");
    for length in (0..good.len()).step_by(5) {
        assert!(import_pkcs12(&good[..length], "密码-1").is_err());
    }
    for position in (0..good.len() * 8).step_by(11) {
        let mut bad = good.clone();
        bad[position / 8] ^= 1 << (position % 8);
        assert!(import_pkcs12(&bad, "密码-1").is_err(), "bit {position}");
    }
    // A password function that would take minutes is not begun.
    let slow = export(&openssl, "");
    let mut tree = Node::parse(&slow);
    *tree.at(&[2, 2]) = Node::Leaf(2, vec![0x7f, 0xff, 0xff, 0xff]);
    assert_eq!(
        import_pkcs12(&tree.encode(), "密码-1").unwrap_err(),
        Pkcs12Error::TooLarge
    );
    assert_eq!(
        import_pkcs12(&vec![0x30; 2 * 1024 * 1024], "").unwrap_err(),
        Pkcs12Error::TooLarge
    );
}
