//! Paths judged with revocation, at different times, in the terms of ETSI EN 319 102-1.

use sealpki::{
    Certificate, CertificateId, CertificateStatus, CrlTemplate, Issuer, KeyAlgorithm, OcspAnswer, OcspHash,
    PathError, PathMaterial, PathRules, PrivateKey, Profile, RevocationEvidence, RevocationList,
    RevocationReason, RevocationRule, RevokedCertificate, SerialNumber, SubIndication, ValidatedPath,
    sign_certificate, sign_crl, validate_path,
};

use crate::paths::reissued;
use crate::pki::{NOW, Pki, Row, SERVICES, template};
use crate::revocation::responder;
use crate::tree::Node;

const DAY: i64 = 86_400;
const LEAF: &str = "张三";

struct Scene {
    pki: Pki,
    certificates: Vec<Certificate>,
    ocsp_responses: Vec<Vec<u8>>,
    revocation_lists: Vec<RevocationList>,
    rules: PathRules,
}

impl Scene {
    /// A hierarchy about which nothing is known.
    fn new() -> Self {
        let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
        Self {
            certificates: vec![pki.issuing().clone()],
            pki,
            ocsp_responses: vec![],
            revocation_lists: vec![],
            rules: PathRules {
                at_unix_s: NOW,
                revocation: RevocationRule::Required,
                grace_s: 0,
            },
        }
    }

    /// Nothing on the path is revoked, as two current lists say.
    fn with_good_lists() -> Self {
        let mut scene = Self::new();
        scene.add_list("Test Root", NOW, &[]);
        scene.add_list("Test Issuing", NOW, &[]);
        scene
    }

    fn list(
        &self,
        issuer: &str,
        this_update: i64,
        revoked: &[(&str, i64, RevocationReason)],
    ) -> RevocationList {
        let entries = revoked
            .iter()
            .map(|&(name, at_unix_s, reason)| RevokedCertificate {
                serial: self.pki.certificate(name).serial().clone(),
                at_unix_s,
                reason: Some(reason),
            });
        let template = CrlTemplate {
            issuer: Issuer::from_certificate(self.pki.certificate(issuer)),
            number: 1,
            this_update_unix_s: this_update,
            next_update_unix_s: this_update + 7 * DAY,
            revoked: entries.collect(),
        };
        sign_crl(&template, &self.pki.key(issuer)).unwrap()
    }

    fn add_list(&mut self, issuer: &str, this_update: i64, revoked: &[(&str, i64, RevocationReason)]) {
        let list = self.list(issuer, this_update, revoked);
        self.revocation_lists.push(list);
    }

    fn add_answer(&mut self, this_update: i64, status: CertificateStatus) {
        let answer = OcspAnswer {
            id: CertificateId::new(
                OcspHash::Sha1,
                self.pki.issuing(),
                self.pki.certificate(LEAF).serial(),
            ),
            status,
            this_update_unix_s: this_update,
            next_update_unix_s: Some(this_update + DAY),
        };
        let response = responder(&self.pki)
            .respond(&[answer], None, this_update)
            .unwrap();
        self.ocsp_responses.push(response);
    }

    fn at(mut self, at_unix_s: i64) -> Self {
        self.rules.at_unix_s = at_unix_s;
        self
    }

    fn judge(&self) -> Result<ValidatedPath, PathError> {
        let anchors = [self.pki.root().clone()];
        let material = PathMaterial {
            certificates: &self.certificates,
            anchors: &anchors,
            ocsp_responses: &self.ocsp_responses,
            revocation_lists: &self.revocation_lists,
        };
        validate_path(self.pki.certificate(LEAF), &material, &self.rules)
    }

    fn refused(&self) -> (SubIndication, PathError) {
        let error = self.judge().unwrap_err();
        (error.sub_indication(), error)
    }
}

fn name(common_name: &str) -> String {
    format!("CN={common_name},O=契书测试,C=CN")
}

#[test]
fn a_path_comes_with_the_evidence_that_nobody_is_revoked() {
    let lists = Scene::with_good_lists().judge().unwrap();
    assert_eq!(lists.certificates.len(), 3);
    assert_eq!(
        lists.evidence,
        [
            RevocationEvidence::List { index: 1 },
            RevocationEvidence::List { index: 0 },
            RevocationEvidence::Anchor
        ]
    );
    let mut scene = Scene::new();
    scene.add_list("Test Root", NOW, &[]);
    scene.add_answer(NOW, CertificateStatus::Good);
    let responder = Box::new(scene.pki.certificate("Test Responder").clone());
    assert_eq!(
        scene.judge().unwrap().evidence[0],
        RevocationEvidence::Ocsp { index: 0, responder }
    );
}

#[test]
fn without_knowledge_the_rules_decide() {
    let mut scene = Scene::new();
    let (indication, error) = scene.refused();
    assert_eq!(indication, SubIndication::TryLater);
    assert_eq!(error, PathError::NoRevocationInformation(name(LEAF)));
    for rule in [RevocationRule::WhenAvailable, RevocationRule::Ignore] {
        scene.rules.revocation = rule;
        let evidence = scene.judge().unwrap().evidence;
        assert_eq!(evidence[0], RevocationEvidence::Unknown);
    }
    // An answer of "unknown" is no knowledge.
    scene.add_list("Test Root", NOW, &[]);
    scene.add_answer(NOW, CertificateStatus::Unknown);
    scene.rules.revocation = RevocationRule::Required;
    assert_eq!(scene.refused().0, SubIndication::TryLater);
}

#[test]
fn a_revoked_signer_is_not_accepted_after_the_revocation() {
    let revoked_at = NOW - DAY;
    let scene = |at| {
        let mut scene = Scene::new();
        scene.add_list("Test Root", NOW, &[]);
        scene.add_list(
            "Test Issuing",
            NOW,
            &[(LEAF, revoked_at, RevocationReason::KeyCompromise)],
        );
        scene.at(at)
    };
    let (indication, error) = scene(NOW).refused();
    assert_eq!(indication, SubIndication::RevokedNoPoe);
    assert_eq!(
        error,
        PathError::Revoked {
            subject: name(LEAF),
            at_unix_s: revoked_at,
            reason: Some(RevocationReason::KeyCompromise),
            is_authority: false
        }
    );
    assert_eq!(scene(revoked_at).refused().0, SubIndication::RevokedNoPoe);
    // A proof of existence from before makes the signature good.
    assert!(scene(revoked_at - 1).judge().is_ok());
    // Also when not everything has to be known.
    let mut soft = scene(NOW);
    soft.rules.revocation = RevocationRule::WhenAvailable;
    assert_eq!(soft.refused().0, SubIndication::RevokedNoPoe);
    soft.rules.revocation = RevocationRule::Ignore;
    assert!(soft.judge().is_ok());
}

#[test]
fn a_revoked_authority_has_its_own_name() {
    let mut scene = Scene::new();
    scene.add_list(
        "Test Root",
        NOW,
        &[("Test Issuing", NOW - DAY, RevocationReason::CaCompromise)],
    );
    scene.add_list("Test Issuing", NOW, &[]);
    let (indication, error) = scene.refused();
    assert_eq!(indication, SubIndication::RevokedCaNoPoe);
    assert!(matches!(
        error,
        PathError::Revoked {
            is_authority: true,
            ..
        }
    ));
}

#[test]
fn a_suspension_can_be_lifted_and_a_revocation_cannot() {
    let mut held = Scene::with_good_lists();
    held.add_answer(
        NOW + 60,
        CertificateStatus::Revoked {
            at_unix_s: NOW - DAY,
            reason: Some(RevocationReason::CertificateHold),
        },
    );
    let mut held = held.at(NOW + 120);
    assert_eq!(held.refused().0, SubIndication::TryLater);
    assert_eq!(held.refused().1, PathError::OnHold(name(LEAF)));
    held.add_answer(NOW + 90, CertificateStatus::Good);
    assert!(held.judge().is_ok());
    held.add_list(
        "Test Issuing",
        NOW - DAY,
        &[(LEAF, NOW - 2 * DAY, RevocationReason::Superseded)],
    );
    assert_eq!(held.refused().0, SubIndication::RevokedNoPoe);
}

#[test]
fn old_knowledge_counts_for_its_time_and_the_grace() {
    let at = |at: i64, grace_s: u32| {
        let mut scene = Scene::with_good_lists().at(at);
        scene.rules.grace_s = grace_s;
        scene.judge().map(|_| ()).map_err(|error| error.sub_indication())
    };
    assert_eq!(at(NOW + 7 * DAY, 0), Ok(()));
    assert_eq!(at(NOW + 7 * DAY + 60, 0), Err(SubIndication::TryLater));
    assert_eq!(at(NOW + 7 * DAY + 60, 60), Ok(()));
    // Knowledge from later says something about an earlier time.
    assert_eq!(at(NOW - 100 * DAY, 0), Ok(()));
}

/// After a certificate expired its issuer need not name it any longer.
#[test]
fn knowledge_from_after_the_expiry_proves_nothing_good() {
    let end = |scene: &Scene| scene.pki.certificate(LEAF).not_after_unix_s();
    let mut scene = Scene::new();
    scene.add_list("Test Root", NOW, &[]);
    scene.add_list("Test Issuing", end(&scene) + DAY, &[]);
    let mut scene = scene.at(NOW + DAY);
    assert_eq!(scene.refused().0, SubIndication::TryLater);
    scene.add_list(
        "Test Issuing",
        end(&scene) + DAY,
        &[(LEAF, NOW, RevocationReason::KeyCompromise)],
    );
    assert_eq!(
        scene.refused().0,
        SubIndication::RevokedNoPoe,
        "but everything bad"
    );
}

#[test]
fn an_expired_signer_needs_a_proof_of_existence() {
    let scene = Scene::with_good_lists();
    let end = scene.pki.certificate(LEAF).not_after_unix_s();
    let mut late = scene.at(end + 1);
    late.rules.revocation = RevocationRule::Ignore;
    assert_eq!(late.refused().0, SubIndication::OutOfBoundsNoPoe);
    assert!(late.at(end).judge().is_ok());
}

#[test]
fn what_others_say_about_revocation_is_nothing() {
    let mut scene = Scene::with_good_lists();
    let stranger = Scene::new();
    let forged = stranger.list(
        "Test Issuing",
        NOW,
        &[("Test Root", NOW - DAY, RevocationReason::KeyCompromise)],
    );
    let everybody: Vec<RevokedCertificate> = (0..5u8)
        .map(|number| RevokedCertificate {
            serial: SerialNumber::from_random([number; 16]),
            at_unix_s: NOW - DAY,
            reason: None,
        })
        .collect();
    let template = CrlTemplate {
        issuer: Issuer::from_certificate(scene.pki.issuing()),
        number: 9,
        this_update_unix_s: NOW,
        next_update_unix_s: NOW + DAY,
        revoked: everybody,
    };
    let wrong_key = sign_crl(&template, &stranger.pki.key("Test Issuing")).unwrap();
    scene.revocation_lists.extend([forged, wrong_key]);
    scene.ocsp_responses.push(b"junk".to_vec());
    assert!(scene.judge().is_ok());
}

/// An answer signed by a responder that was revoked at the time is not taken.
#[test]
fn a_revoked_responder_is_not_asked() {
    let rows: [Row; 4] = [
        SERVICES[0],
        SERVICES[1],
        SERVICES[2],
        ("Test Responder", "Test Issuing", Profile::OcspResponder, 1, 1),
    ];
    let mut scene = Scene::new();
    scene.pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, &rows);
    scene.certificates = vec![scene.pki.issuing().clone()];
    scene.add_list("Test Root", NOW, &[]);
    scene.add_answer(NOW, CertificateStatus::Good);
    // The same responder with a certificate that does not exempt it from being asked about.
    let certificate = scene.pki.certificate("Test Responder").clone();
    let asked = reissued(&certificate, &scene.pki.key("Test Issuing"), |tbs| {
        let no_check = Node::Leaf(6, hex::decode("2b0601050507300105").unwrap());
        tbs.at(&[7, 0])
            .children()
            .retain_mut(|extension| *extension.at(&[0]) != no_check);
    });
    assert!(!asked.has_ocsp_no_check());
    let responder =
        sealpki::OcspResponder::new(scene.pki.key("Test Responder"), asked, scene.pki.issuing()).unwrap();
    let answer = OcspAnswer {
        id: CertificateId::new(
            OcspHash::Sha1,
            scene.pki.issuing(),
            scene.pki.certificate(LEAF).serial(),
        ),
        status: CertificateStatus::Good,
        this_update_unix_s: NOW,
        next_update_unix_s: None,
    };
    scene.ocsp_responses = vec![responder.respond(&[answer], None, NOW).unwrap()];
    assert!(scene.judge().is_ok());
    scene.add_list(
        "Test Issuing",
        NOW - 8 * DAY,
        &[("Test Responder", NOW - 9 * DAY, RevocationReason::KeyCompromise)],
    );
    assert_eq!(scene.refused().0, SubIndication::TryLater);
}

/// Only responders can be exempt from being asked about.
#[test]
fn a_signer_cannot_be_exempt() {
    let scene = Scene::new();
    let exempt = reissued(
        scene.pki.certificate(LEAF),
        &scene.pki.key("Test Issuing"),
        |tbs| {
            let parts = vec![
                Node::Leaf(6, hex::decode("2b0601050507300105").unwrap()),
                Node::Leaf(4, vec![5, 0]),
            ];
            tbs.at(&[7, 0]).children().push(Node::Branch(0x30, parts));
        },
    );
    assert!(exempt.has_ocsp_no_check());
    let anchors = [scene.pki.issuing().clone()];
    let material = PathMaterial {
        certificates: &[],
        anchors: &anchors,
        ocsp_responses: &[],
        revocation_lists: &[],
    };
    let judge = |leaf: &Certificate| validate_path(leaf, &material, &scene.rules);
    assert!(matches!(
        judge(&exempt),
        Err(PathError::NoRevocationInformation(_))
    ));
    let responder = judge(scene.pki.certificate("Test Responder")).unwrap();
    assert_eq!(responder.evidence[0], RevocationEvidence::NoCheck);
}

/// Of two certificates of one authority, one is revoked: the other still leads to the anchor.
#[test]
fn another_path_is_found_when_one_is_revoked() {
    let mut scene = Scene::new();
    let root_key = scene.pki.key("Test Root");
    let second = reissued(scene.pki.issuing(), &root_key, |tbs| {
        *tbs.at(&[1]) = Node::Leaf(2, vec![0x42; 16]);
    });
    scene.certificates.push(second.clone());
    scene.add_list(
        "Test Root",
        NOW,
        &[("Test Issuing", NOW - DAY, RevocationReason::CessationOfOperation)],
    );
    scene.add_list("Test Issuing", NOW, &[]);
    assert_eq!(scene.judge().unwrap().certificates[1], second);
}

/// The issuing authority with name constraints (DER of the extension value), and a leaf it issues with alternative names.
fn constrained(constraints: &str, alternatives: Option<&str>) -> Result<(), (SubIndication, PathError)> {
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let extension = |oid: &str, value: &str| {
        let parts = vec![
            Node::Leaf(6, hex::decode(oid).unwrap()),
            Node::Leaf(1, vec![0xff]),
            Node::Leaf(4, hex::decode(value).unwrap()),
        ];
        Node::Branch(0x30, parts)
    };
    let issuing = reissued(pki.issuing(), &pki.key("Test Root"), |tbs| {
        let added = extension("551d1e", constraints);
        tbs.at(&[7, 0]).children().push(added);
    });
    let leaf = reissued(pki.certificate(LEAF), &pki.key("Test Issuing"), |tbs| {
        if let Some(names) = alternatives {
            let added = extension("551d11", names);
            tbs.at(&[7, 0]).children().push(added);
        }
    });
    let material = PathMaterial {
        certificates: &[issuing],
        anchors: &[pki.root().clone()],
        ocsp_responses: &[],
        revocation_lists: &[],
    };
    let rules = PathRules {
        at_unix_s: NOW,
        revocation: RevocationRule::Ignore,
        grace_s: 0,
    };
    validate_path(&leaf, &material, &rules)
        .map(|_| ())
        .map_err(|error| (error.sub_indication(), error))
}

fn hex_of(node: &Node) -> String {
    hex::encode(node.encode())
}

/// NameConstraints with one subtree, permitted (`0xa0`) or excluded (`0xa1`).
fn subtree(tag: u8, name: Node) -> String {
    hex_of(&Node::Branch(
        0x30,
        vec![Node::Branch(tag, vec![Node::Branch(0x30, vec![name])])],
    ))
}

/// A directory name of country and organisation, the latter as a string of this type.
fn directory(organisation: &str, string_tag: u8) -> Node {
    let pair = |oid: &[u8], tag: u8, text: &str| {
        let parts = vec![
            Node::Leaf(6, oid.to_vec()),
            Node::Leaf(tag, text.as_bytes().to_vec()),
        ];
        Node::Branch(0x31, vec![Node::Branch(0x30, parts)])
    };
    let names = vec![
        pair(&[0x55, 4, 6], 0x13, "CN"),
        pair(&[0x55, 4, 10], string_tag, organisation),
    ];
    Node::Branch(0xa4, vec![Node::Branch(0x30, names)])
}

#[test]
fn an_authority_gives_only_the_names_it_may() {
    let (permitted, excluded) = (0xa0, 0xa1);
    let refused = |result: Result<(), (SubIndication, PathError)>| {
        let (indication, error) = result.unwrap_err();
        assert_eq!(indication, SubIndication::ChainConstraintsFailure);
        assert!(matches!(error, PathError::NameConstraints { .. }), "{error}");
    };
    let own = directory("契书测试", 0x0c);
    assert!(constrained(&subtree(permitted, own.clone()), None).is_ok());
    refused(constrained(&subtree(excluded, own), None));
    refused(constrained(
        &subtree(permitted, directory("别的公司", 0x0c)),
        None,
    ));
    assert!(constrained(&subtree(excluded, directory("别的公司", 0x0c)), None).is_ok());

    let host = |text: &str| Node::Leaf(0x82, text.as_bytes().to_vec());
    let names = |name: Node| hex_of(&Node::Branch(0x30, vec![name]));
    let within = names(host("a.example.com"));
    assert!(constrained(&subtree(permitted, host("example.com")), Some(&within)).is_ok());
    refused(constrained(
        &subtree(permitted, host("example.org")),
        Some(&within),
    ));
    refused(constrained(
        &subtree(excluded, host("example.com")),
        Some(&within),
    ));
    assert!(
        constrained(&subtree(permitted, host("example.org")), None).is_ok(),
        "no host name"
    );
    let mail = |text: &str| Node::Leaf(0x81, text.as_bytes().to_vec());
    let mailbox = names(mail("a@example.com"));
    assert!(constrained(&subtree(permitted, mail("example.com")), Some(&mailbox)).is_ok());
    refused(constrained(
        &subtree(permitted, mail(".example.com")),
        Some(&mailbox),
    ));

    // Constraints on addresses nobody here understands: only a certificate with such a name is refused.
    let uri = Node::Leaf(0x86, b".example.com".to_vec());
    let address = names(Node::Leaf(0x86, b"http://a.example.com".to_vec()));
    assert!(constrained(&subtree(permitted, uri.clone()), None).is_ok());
    let number = names(Node::Leaf(0x87, vec![10, 0, 0, 1]));
    assert!(constrained(&subtree(permitted, uri.clone()), Some(&number)).is_ok());
    refused(constrained(&subtree(permitted, uri), Some(&address)));
}

#[test]
fn every_problem_has_its_name() {
    let mut scene = Scene::with_good_lists();
    scene.certificates.clear();
    assert_eq!(scene.refused().0.name(), "NO_CERTIFICATE_CHAIN_FOUND");
    let pki = Pki::standard(KeyAlgorithm::EcdsaP256);
    let rules = scene.rules;
    let judge = |leaf: &Certificate, others: &[Certificate]| {
        let material = PathMaterial {
            certificates: others,
            anchors: &[pki.root().clone()],
            ocsp_responses: &[],
            revocation_lists: &[],
        };
        let rules = PathRules {
            revocation: RevocationRule::Ignore,
            ..rules
        };
        validate_path(leaf, &material, &rules)
            .unwrap_err()
            .sub_indication()
            .name()
    };
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
    let mut below_leaf = template("李四", &key, Profile::DocumentSigning);
    below_leaf.issuer = Issuer::from_certificate(pki.certificate(LEAF));
    let below_leaf = sign_certificate(&below_leaf, &pki.key(LEAF)).unwrap();
    let chain = [pki.certificate(LEAF).clone(), pki.issuing().clone()];
    assert_eq!(judge(&below_leaf, &chain), "CHAIN_CONSTRAINTS_FAILURE");
    let forged = reissued(pki.certificate(LEAF), &key, |_| ());
    assert_eq!(judge(&forged, &chain), "CERTIFICATE_CHAIN_GENERAL_FAILURE");
    let sha1 = Node::parse(&hex::decode("300906072a8648ce3d0401").unwrap());
    let mut weak = Node::parse(pki.certificate(LEAF).der());
    *weak.at(&[0, 2]) = sha1.clone();
    *weak.at(&[1]) = sha1;
    let weak = Certificate::from_der(&weak.encode()).unwrap();
    assert_eq!(judge(&weak, &chain), "CRYPTO_CONSTRAINTS_FAILURE_NO_POE");
}
