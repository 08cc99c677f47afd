use sealpki::{
    BuildError, Certificate, CertificateError, CertificateTemplate, DistinguishedName, IssuerError,
    KeyAlgorithm, LintError, PrivateKey, Profile, SerialNumber, SignatureAlgorithm, SignatureError,
    UnacceptedAlgorithm, lint, lint_to_be_signed, sign_certificate, to_be_signed,
};

use crate::pki::{NOW, Pki, template};
use crate::tree::Node;

#[test]
fn a_certificate_says_what_its_template_said() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let leaf = pki.certificate("张三");
    assert_eq!(leaf.subject().to_string(), "CN=张三,O=契书测试,C=CN");
    assert_eq!(leaf.issuer(), pki.issuing().subject());
    assert_eq!(leaf.serial().to_string(), "42020202020202020202020202020202");
    assert!(leaf.is_valid_at(NOW) && leaf.is_valid_at(leaf.not_after_unix_s()));
    assert!(!leaf.is_valid_at(leaf.not_before_unix_s() - 1));
    assert!(leaf.key_usage().unwrap().non_repudiation() && leaf.key_usage().unwrap().digital_signature());
    assert!(leaf.basic_constraints().is_none());
    assert_eq!(
        leaf.extended_key_usages(),
        ["1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4"]
    );
    assert_eq!(leaf.authority_key_id(), pki.issuing().subject_key_id());
    assert_eq!(leaf.signature_algorithm(), Some(SignatureAlgorithm::EcdsaSha256));
    assert_eq!(pki.issuing().basic_constraints().unwrap().path_len, Some(0));
    assert!(pki.root().is_self_issued());
    assert_eq!(Certificate::from_der(leaf.der()).unwrap(), *leaf);
    for (name, profile) in [
        ("Test Root", Profile::Root),
        ("Test Issuing", Profile::IssuingCa),
        ("张三", Profile::DocumentSigning),
    ] {
        assert_eq!(lint(pki.certificate(name), profile), Ok(()));
    }
}

#[test]
fn only_the_true_issuer_verifies() {
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let (pki, other) = (Pki::standard(algorithm), Pki::standard(algorithm));
        let leaf = pki.certificate("张三");
        assert_eq!(leaf.verify_issued_by(pki.issuing()), Ok(()));
        assert_eq!(pki.root().verify_issued_by(pki.root()), Ok(()));
        assert_eq!(leaf.verify_issued_by(pki.root()), Err(IssuerError::Name));
        let same_name = leaf.verify_issued_by(other.issuing());
        assert_eq!(same_name, Err(IssuerError::Signature(SignatureError::Invalid)));
    }
}

#[test]
fn no_changed_bit_of_a_certificate_goes_unnoticed() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let good = pki.certificate("张三").der().to_vec();
    for position in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[position / 8] ^= 1 << (position % 8);
        let accepted =
            Certificate::from_der(&bad).is_ok_and(|read| read.verify_issued_by(pki.issuing()).is_ok());
        assert!(!accepted, "bit {position}");
    }
}

#[test]
fn truncated_and_padded_certificates_are_refused() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let good = pki.root().der();
    for length in 0..good.len() {
        assert!(
            matches!(
                Certificate::from_der(&good[..length]),
                Err(CertificateError::Der(_))
            ),
            "{length}"
        );
    }
    assert!(Certificate::from_der(&[good, &[0][..]].concat()).is_err());
    assert_eq!(
        Certificate::from_der(&vec![0x30; 70_000]).unwrap_err(),
        CertificateError::TooLarge
    );
}

#[test]
fn malformed_structures_are_named() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let edited = |edit: &dyn Fn(&mut Node)| {
        let mut tree = Node::parse(pki.root().der());
        edit(&mut tree);
        Certificate::from_der(&tree.encode()).unwrap_err()
    };
    let version_2 = edited(&|tree| *tree.at(&[0, 0, 0]) = Node::Leaf(2, vec![1]));
    assert_eq!(version_2, CertificateError::Version);
    let other_algorithm = edited(&|tree| *tree.at(&[1, 0]) = Node::Leaf(6, vec![0x2a, 3]));
    assert_eq!(other_algorithm, CertificateError::AlgorithmsDiffer);
    let twice = edited(&|tree| {
        let first = tree.at(&[0, 7, 0, 0]).clone();
        tree.at(&[0, 7, 0]).children().push(first);
    });
    assert_eq!(
        twice,
        CertificateError::DuplicateExtension("2.5.29.19".to_owned())
    );
    let odd_usage = edited(&|tree| *tree.at(&[0, 7, 0, 1, 2]) = Node::Leaf(4, vec![3, 1, 0]));
    assert!(matches!(odd_usage, CertificateError::Extension { ref oid, .. } if oid == "2.5.29.15"));
}

#[test]
fn a_signature_with_sha1_is_readable_and_never_accepted() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let mut tree = Node::parse(pki.root().der());
    let sha1_with_rsa = Node::parse(&hex::decode("300d06092a864886f70d0101050500").unwrap());
    *tree.at(&[0, 2]) = sha1_with_rsa.clone();
    *tree.at(&[1]) = sha1_with_rsa;
    let weak = Certificate::from_der(&tree.encode()).unwrap();
    assert_eq!(weak.signature_algorithm(), None);
    assert_eq!(
        weak.verify_issued_by(&weak),
        Err(IssuerError::UnsupportedAlgorithm(UnacceptedAlgorithm::Sha1))
    );
    assert_eq!(lint(&weak, Profile::Root), Err(LintError::SignatureAlgorithm));
}

/// Lints a document signer's template after an edit.
fn linted(edit: impl FnOnce(&mut CertificateTemplate)) -> Result<(), LintError> {
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
    let mut edited = template("张三", &key, Profile::DocumentSigning);
    edited.issuer.name = template("Test Issuing", &key, Profile::IssuingCa).subject;
    edit(&mut edited);
    match sign_certificate(&edited, &key) {
        Ok(_) => Ok(()),
        Err(BuildError::Lint(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn templates_that_break_a_rule_are_not_signed() {
    assert_eq!(linted(|_| ()), Ok(()));
    let empty = DistinguishedName::new(&[]).unwrap();
    assert_eq!(linted(|t| t.subject = empty.clone()), Err(LintError::Subject));
    assert_eq!(linted(|t| t.issuer.name = empty.clone()), Err(LintError::Issuer));
    assert_eq!(
        linted(|t| t.issuer.name = t.subject.clone()),
        Err(LintError::Issuer)
    );
    assert_eq!(
        linted(|t| t.not_after_unix_s = t.not_before_unix_s),
        Err(LintError::Validity)
    );
    assert_eq!(
        linted(|t| t.not_after_unix_s += 4 * 365 * 86_400),
        Err(LintError::Validity)
    );
    assert_eq!(linted(|t| t.not_before_unix_s = -1), Err(LintError::Validity));
    assert_eq!(linted(|t| t.issuer.key_id.clear()), Err(LintError::KeyIdentifier));
    assert_eq!(
        linted(|t| t.crl_url = Some("http://例.cn/crl".to_owned())),
        Err(LintError::Address)
    );
    assert_eq!(
        linted(|t| t.ocsp_url = Some(String::new())),
        Err(LintError::Address)
    );
}

#[test]
fn serial_numbers_are_positive_long_enough_and_not_too_long() {
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
    let good = template("Test Root", &key, Profile::Root);
    let with_serial = |octets: &[u8]| {
        let mut tree = Node::parse(&to_be_signed(&good, SignatureAlgorithm::EcdsaSha256));
        *tree.at(&[1]) = Node::Leaf(2, octets.to_vec());
        lint_to_be_signed(&tree.encode(), Profile::Root)
    };
    assert_eq!(with_serial(&[0]), Err(LintError::SerialNotPositive));
    assert_eq!(with_serial(&[0x80; 16]), Err(LintError::SerialNotPositive));
    assert_eq!(with_serial(&[0x7f; 7]), Err(LintError::SerialTooShort));
    assert_eq!(with_serial(&[0x7f; 21]), Err(LintError::SerialTooLong));
    assert_eq!(with_serial(&[0x7f; 20]), Ok(()));
    assert_eq!(
        SerialNumber::from_random([0xff; 16]).to_string(),
        format!("7f{}", "ff".repeat(15))
    );
    assert_eq!(
        SerialNumber::from_random([0; 16]).to_string(),
        format!("40{}", "00".repeat(15))
    );
}

#[test]
fn a_certificate_of_one_profile_fails_the_rules_of_another() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    assert_eq!(lint(pki.root(), Profile::IssuingCa), Err(LintError::Issuer));
    assert_eq!(lint(pki.issuing(), Profile::Root), Err(LintError::Issuer));
    assert_eq!(
        lint(pki.certificate("张三"), Profile::IssuingCa),
        Err(LintError::KeyUsage)
    );
    assert!(lint(pki.issuing(), Profile::DocumentSigning).is_err());
}
