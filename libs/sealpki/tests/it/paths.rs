use sealpki::{
    Certificate, Issuer, KeyAlgorithm, PathError, PrivateKey, Profile, SerialNumber, build_path,
    sign_certificate,
};

use crate::pki::{NOW, Pki, Row, template};
use crate::tree::Node;

const LEAF: &str = "张三";

fn subjects(path: &[Certificate]) -> Vec<String> {
    path.iter()
        .map(|certificate| certificate.subject().to_string())
        .collect()
}

#[test]
fn a_path_goes_from_leaf_to_anchor() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let others = [
        pki.root().clone(),
        pki.certificate(LEAF).clone(),
        pki.issuing().clone(),
    ];
    let path = build_path(pki.certificate(LEAF), &others, &[pki.root().clone()], NOW).unwrap();
    assert_eq!(
        path,
        [
            pki.certificate(LEAF).clone(),
            pki.issuing().clone(),
            pki.root().clone()
        ]
    );
    assert_eq!(subjects(&path)[2], "CN=Test Root,O=契书测试,C=CN");
    // An intermediate authority may be the anchor, and so may the leaf itself.
    let short = build_path(pki.certificate(LEAF), &[], &[pki.issuing().clone()], NOW).unwrap();
    assert_eq!(short.len(), 2);
    let itself = build_path(pki.certificate(LEAF), &[], &[pki.certificate(LEAF).clone()], NOW).unwrap();
    assert_eq!(itself.len(), 1);
}

#[test]
fn without_issuer_or_anchor_there_is_no_path() {
    let (pki, other) = (
        Pki::standard(KeyAlgorithm::EcdsaP256),
        Pki::standard(KeyAlgorithm::EcdsaP256),
    );
    let leaf = pki.certificate(LEAF);
    let chain = [pki.issuing().clone(), pki.root().clone()];
    let root_name = "CN=Test Root,O=契书测试,C=CN".to_owned();
    assert_eq!(
        build_path(leaf, &chain, &[], NOW),
        Err(PathError::Untrusted(root_name))
    );
    let missing = build_path(leaf, &[], &[pki.root().clone()], NOW);
    assert_eq!(
        missing,
        Err(PathError::NoIssuer("CN=张三,O=契书测试,C=CN".to_owned()))
    );
    // A stranger's root of the same name does not help: its key identifier differs.
    assert!(build_path(leaf, &chain, &[other.root().clone()], NOW).is_err());
}

#[test]
fn the_wrong_one_of_two_equal_names_is_passed_over() {
    let (pki, other) = (
        Pki::standard(KeyAlgorithm::EcdsaP256),
        Pki::standard(KeyAlgorithm::EcdsaP256),
    );
    let mixed = [
        other.issuing().clone(),
        other.root().clone(),
        pki.issuing().clone(),
    ];
    let anchors = [other.root().clone(), pki.root().clone()];
    assert_eq!(
        build_path(pki.certificate(LEAF), &mixed, &anchors, NOW)
            .unwrap()
            .len(),
        3
    );
}

#[test]
fn validity_is_judged_for_every_certificate() {
    let at = |leaf_years: (i64, i64), issuing: (i64, i64), root: (i64, i64)| {
        let rows: [Row; 3] = [
            ("Test Root", "Test Root", Profile::Root, root.0, root.1),
            (
                "Test Issuing",
                "Test Root",
                Profile::IssuingCa,
                issuing.0,
                issuing.1,
            ),
            (
                LEAF,
                "Test Issuing",
                Profile::DocumentSigning,
                leaf_years.0,
                leaf_years.1,
            ),
        ];
        let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, &rows);
        let chain = [pki.issuing().clone()];
        build_path(pki.certificate(LEAF), &chain, &[pki.root().clone()], NOW)
            .map(|path| path.len())
            .map_err(|error| error.to_string())
    };
    assert_eq!(at((1, 1), (5, 5), (5, 5)), Ok(3));
    assert!(
        at((2, -1), (5, 5), (5, 5))
            .unwrap_err()
            .contains("张三,O=契书测试,C=CN had expired")
    );
    assert!(
        at((-1, 2), (5, 5), (5, 5))
            .unwrap_err()
            .contains("张三,O=契书测试,C=CN was not yet valid")
    );
    assert!(
        at((1, 1), (5, -1), (5, 5))
            .unwrap_err()
            .contains("Test Issuing,O=契书测试,C=CN had expired")
    );
    assert!(
        at((1, 1), (5, 5), (5, -1))
            .unwrap_err()
            .contains("Test Root,O=契书测试,C=CN had expired")
    );
}

#[test]
fn who_is_no_authority_issues_nothing() {
    let rows: [Row; 3] = [
        ("Test Root", "Test Root", Profile::Root, 5, 5),
        ("王五", "Test Root", Profile::DocumentSigning, 1, 1),
        (LEAF, "王五", Profile::DocumentSigning, 1, 1),
    ];
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, &rows);
    let chain = [pki.certificate("王五").clone()];
    let result = build_path(pki.certificate(LEAF), &chain, &[pki.root().clone()], NOW);
    assert_eq!(
        result,
        Err(PathError::NotAuthority("CN=王五,O=契书测试,C=CN".to_owned()))
    );
}

#[test]
fn an_authority_for_end_certificates_has_no_authority_below() {
    let rows: [Row; 4] = [
        ("Test Root", "Test Root", Profile::Root, 5, 5),
        ("Test Issuing", "Test Root", Profile::IssuingCa, 5, 5),
        ("Below", "Test Issuing", Profile::IssuingCa, 5, 5),
        (LEAF, "Below", Profile::DocumentSigning, 1, 1),
    ];
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, &rows);
    let chain = [pki.certificate("Below").clone(), pki.issuing().clone()];
    let result = build_path(pki.certificate(LEAF), &chain, &[pki.root().clone()], NOW);
    assert_eq!(
        result,
        Err(PathError::PathLength(
            "CN=Test Issuing,O=契书测试,C=CN".to_owned()
        ))
    );
}

/// Signs the edited bytes of an existing certificate anew.
pub(crate) fn reissued(
    certificate: &Certificate,
    issuer_key: &PrivateKey,
    edit: impl FnOnce(&mut Node),
) -> Certificate {
    let mut tree = Node::parse(certificate.der());
    edit(tree.at(&[0]));
    let signature = issuer_key.sign(&tree.at(&[0]).encode()).unwrap();
    *tree.at(&[2]) = Node::Leaf(3, [&[0], signature.as_slice()].concat());
    Certificate::from_der(&tree.encode()).unwrap()
}

#[test]
fn unknown_critical_extensions_are_not_passed_over() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let root_key = pki.key("Test Root");
    let anchors = [pki.root().clone()];
    let with = |oid: &str, critical: bool| {
        let issuing = reissued(pki.issuing(), &root_key, |tbs| {
            let mut parts = vec![Node::Leaf(6, hex::decode(oid).unwrap())];
            if critical {
                parts.push(Node::Leaf(1, vec![0xff]));
            }
            parts.push(Node::Leaf(4, vec![0x30, 0]));
            tbs.at(&[7, 0]).children().push(Node::Branch(0x30, parts));
        });
        build_path(pki.certificate(LEAF), &[issuing], &anchors, NOW).map(|path| path.len())
    };
    let refused = |oid: &str| {
        let subject = "CN=Test Issuing,O=契书测试,C=CN".to_owned();
        Err(PathError::CriticalExtension {
            subject,
            oid: oid.to_owned(),
        })
    };
    assert_eq!(with("2a0304", false), Ok(3));
    assert_eq!(with("2a0304", true), refused("1.2.3.4"));
    assert_eq!(with("551d24", true), refused("2.5.29.36"), "policy constraints");
    assert_eq!(with("551d20", true), Ok(3), "certificate policies");
}

#[test]
fn key_usage_without_certificate_signing_is_refused() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let issuing = reissued(pki.issuing(), &pki.key("Test Root"), |tbs| {
        *tbs.at(&[7, 0, 1, 2]) = Node::Leaf(4, vec![3, 2, 1, 2]);
    });
    let result = build_path(pki.certificate(LEAF), &[issuing], &[pki.root().clone()], NOW);
    assert_eq!(
        result,
        Err(PathError::KeyUsage("CN=Test Issuing,O=契书测试,C=CN".to_owned()))
    );
}

#[test]
fn a_forged_issuing_certificate_does_not_reach_the_root() {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let stranger = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
    let forged = reissued(pki.issuing(), &stranger, |_| ());
    let result = build_path(pki.certificate(LEAF), &[forged], &[pki.root().clone()], NOW);
    assert!(matches!(result, Err(PathError::Signature { .. })), "{result:?}");
}

/// Many authorities with two names and one key that all issue each other: the search has to give up soon.
#[test]
fn crafted_branches_end_soon() {
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
    let names = ["Loop 1", "Loop 2"].map(|name| template(name, &key, Profile::Root).subject);
    let authorities: Vec<Certificate> = (0..40u8)
        .map(|number| {
            let mut crossed = template("Loop 1", &key, Profile::Root);
            crossed.serial = SerialNumber::from_random([number; 16]);
            let (own, other) = (usize::from(number % 2), usize::from((number + 1) % 2));
            reissued(&sign_certificate(&crossed, &key).unwrap(), &key, |tbs| {
                *tbs.at(&[3]) = Node::parse(names[other].as_der());
                *tbs.at(&[5]) = Node::parse(names[own].as_der());
            })
        })
        .collect();
    let mut leaf = template(LEAF, &key, Profile::DocumentSigning);
    leaf.issuer = Issuer::from_certificate(&authorities[0]);
    let leaf = sign_certificate(&leaf, &key).unwrap();
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let result = build_path(&leaf, &authorities, &[pki.root().clone()], NOW);
    assert_eq!(result, Err(PathError::TooComplex));
    // With one of them as anchor the path is short.
    let anchored = build_path(&leaf, &authorities[1..], &authorities[..1], NOW).unwrap();
    assert_eq!(anchored.len(), 2);
}
