//! Revocation lists and OCSP made and judged here: what is accepted, and what each forgery is called.

use sealpki::{
    Certificate, CertificateId, CertificateStatus, CrlError, CrlTemplate, DigestAlgorithm, IdentityError,
    Issuer, KeyAlgorithm, OcspAnswer, OcspError, OcspHash, OcspRefusal, OcspRequest, OcspResponder,
    RevocationList, RevocationReason, RevokedCertificate, SerialNumber, SignatureError, sign_crl,
    verify_ocsp_response,
};

use crate::pki::{NOW, Pki, Row, SERVICES};
use crate::tree::Node;

const DAY: i64 = 86_400;
const LEAF: &str = "张三";

fn services() -> Pki {
    Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES)
}

/// An entry for a serial number that nobody has, to tell apart by `number`.
pub(crate) fn entry(number: u8, reason: Option<RevocationReason>) -> RevokedCertificate {
    RevokedCertificate {
        serial: SerialNumber::from_random([number; 16]),
        at_unix_s: NOW - DAY,
        reason,
    }
}

pub(crate) fn crl_template(pki: &Pki, revoked: Vec<RevokedCertificate>) -> CrlTemplate {
    CrlTemplate {
        issuer: Issuer::from_certificate(pki.issuing()),
        number: 0x80,
        this_update_unix_s: NOW,
        next_update_unix_s: NOW + 7 * DAY,
        revoked,
    }
}

fn crl(pki: &Pki, revoked: Vec<RevokedCertificate>) -> RevocationList {
    sign_crl(&crl_template(pki, revoked), &pki.key("Test Issuing")).unwrap()
}

pub(crate) fn responder(pki: &Pki) -> OcspResponder {
    let certificate = pki.certificate("Test Responder").clone();
    OcspResponder::new(pki.key("Test Responder"), certificate, pki.issuing()).unwrap()
}

pub(crate) fn answer(pki: &Pki, hash: OcspHash, status: CertificateStatus) -> OcspAnswer {
    OcspAnswer {
        id: CertificateId::new(hash, pki.issuing(), pki.certificate(LEAF).serial()),
        status,
        this_update_unix_s: NOW,
        next_update_unix_s: Some(NOW + DAY),
    }
}

#[test]
fn a_list_names_who_is_revoked() {
    let pki = services();
    let revoked = RevokedCertificate {
        serial: pki.certificate(LEAF).serial().clone(),
        at_unix_s: NOW - DAY,
        reason: Some(RevocationReason::KeyCompromise),
    };
    let list = crl(&pki, vec![entry(9, None), revoked.clone(), entry(1, None)]);
    assert_eq!(list.verify(pki.issuing()), Ok(()));
    assert!(list.covers(pki.certificate(LEAF)));
    assert!(!list.covers(pki.issuing()), "issued by the root");
    assert_eq!(list.find(pki.certificate(LEAF).serial()), Some(&revoked));
    assert_eq!(list.find(pki.certificate("Test Time").serial()), None);
    assert_eq!(list.number().unwrap().to_string(), "80");
    assert_eq!(
        list.revoked()
            .iter()
            .map(|found| found.reason)
            .collect::<Vec<_>>(),
        [None, Some(RevocationReason::KeyCompromise), None]
    );
    let again = RevocationList::from_der(list.der()).unwrap();
    assert_eq!(again.revoked(), list.revoked());
    let empty = crl(&pki, vec![]);
    assert!(empty.revoked().is_empty());
    assert_eq!(empty.verify(pki.issuing()), Ok(()));
}

#[test]
fn a_list_is_current_until_the_next_one_and_the_grace_after_it() {
    let list = crl(&services(), vec![]);
    assert!(!list.is_current_at(NOW - 1, 0));
    assert!(list.is_current_at(NOW, 0));
    assert!(list.is_current_at(NOW + 7 * DAY, 0));
    assert!(!list.is_current_at(NOW + 7 * DAY + 1, 0));
    assert!(list.is_current_at(NOW + 7 * DAY + 60, 60));
    assert_eq!(
        (list.this_update_unix_s(), list.next_update_unix_s()),
        (NOW, Some(NOW + 7 * DAY))
    );
}

#[test]
fn lists_that_make_no_sense_are_not_signed() {
    let pki = services();
    let key = pki.key("Test Issuing");
    let twice = crl_template(&pki, vec![entry(1, None), entry(1, None)]);
    assert!(matches!(sign_crl(&twice, &key), Err(CrlError::Duplicate(_))));
    let mut backwards = crl_template(&pki, vec![]);
    backwards.next_update_unix_s = NOW;
    assert!(matches!(sign_crl(&backwards, &key), Err(CrlError::Validity)));
}

#[test]
fn a_list_of_another_hand_is_not_accepted() {
    let (pki, stranger) = (services(), services());
    let list = crl(&pki, vec![]);
    assert_eq!(list.verify(pki.root()), Err(CrlError::Issuer));
    assert_eq!(
        list.verify(stranger.issuing()),
        Err(CrlError::Issuer),
        "another key"
    );
    let forged = sign_crl(&crl_template(&pki, vec![]), &stranger.key("Test Issuing")).unwrap();
    assert_eq!(
        forged.verify(pki.issuing()),
        Err(CrlError::Signature(SignatureError::Invalid))
    );
    // A signer of documents must not say who is revoked.
    let mut own = crl_template(&pki, vec![]);
    own.issuer = Issuer::from_certificate(pki.certificate(LEAF));
    let own = sign_crl(&own, &pki.key(LEAF)).unwrap();
    assert!(matches!(
        own.verify(pki.certificate(LEAF)),
        Err(CrlError::KeyUsage(_))
    ));
}

/// Edits the fields of a list and signs it again with the issuer's key.
fn crl_with(pki: &Pki, edit: &dyn Fn(&mut Node)) -> Result<RevocationList, CrlError> {
    let mut tree = Node::parse(crl(pki, vec![entry(1, Some(RevocationReason::Superseded))]).der());
    edit(tree.at(&[0]));
    let signature = pki.key("Test Issuing").sign(&tree.at(&[0]).encode()).unwrap();
    *tree.at(&[2]) = Node::Leaf(3, [&[0], signature.as_slice()].concat());
    RevocationList::from_der(&tree.encode())
}

fn extension(oid: &str, critical: bool, value: &str) -> Node {
    let mut parts = vec![Node::Leaf(6, hex::decode(oid).unwrap())];
    if critical {
        parts.push(Node::Leaf(1, vec![0xff]));
    }
    parts.push(Node::Leaf(4, hex::decode(value).unwrap()));
    Node::Branch(0x30, parts)
}

#[test]
fn what_a_list_may_leave_out_decides() {
    let pki = services();
    let list_extension = |oid: &str, critical: bool, value: &str| {
        let extension = extension(oid, critical, value);
        crl_with(&pki, &|list| {
            list.at(&[6, 0]).children().push(extension.clone());
        })
    };
    let covers = |value: &str| {
        let list = list_extension("551d1c", true, value).unwrap();
        assert_eq!(list.verify(pki.issuing()), Ok(()));
        list.covers(pki.certificate(LEAF))
    };
    assert!(covers("3000"), "a distribution point that limits nothing");
    assert!(covers("30038101ff"), "only end certificates");
    assert!(!covers("30038201ff"), "only authorities");
    let refused = |oid: &str, value: &str| list_extension(oid, true, value).unwrap_err();
    assert_eq!(
        refused("551d1c", "30048302 0780".replace(' ', "").as_str()),
        CrlError::Partial
    );
    assert_eq!(refused("551d1c", "30038401ff"), CrlError::Partial, "indirect");
    assert_eq!(refused("551d1c", "30038501ff"), CrlError::Partial, "attributes");
    assert!(matches!(refused("551d1c", "30068101ff8201ff"), CrlError::Der(_)));
    assert_eq!(
        refused("551d1b", "020101"),
        CrlError::CriticalExtension("2.5.29.27".to_owned()),
        "a delta list"
    );
    assert!(list_extension("2a0304", false, "0500").is_ok());
    assert!(matches!(
        list_extension("551d14", false, "020101").unwrap_err(),
        CrlError::Der(_)
    ));
    let indirect_entry = crl_with(&pki, &|list| {
        let entry = extension("551d1d", true, "3000");
        list.at(&[5, 0, 2]).children().push(entry);
    });
    assert_eq!(
        indirect_entry.unwrap_err(),
        CrlError::CriticalExtension("2.5.29.29".to_owned())
    );
    let no_such_reason = crl_with(&pki, &|list| {
        *list.at(&[5, 0, 2, 0, 1]) = Node::Leaf(4, vec![10, 1, 7]);
    });
    assert!(matches!(no_such_reason.unwrap_err(), CrlError::Der(_)));
}

#[test]
fn malformed_lists_are_refused() {
    let pki = services();
    let edited = |edit: &dyn Fn(&mut Node)| crl_with(&pki, edit).unwrap_err();
    assert_eq!(
        edited(&|list| {
            list.children().remove(0);
        }),
        CrlError::Version
    );
    assert_eq!(
        edited(&|list| *list.at(&[0]) = Node::Leaf(2, vec![0])),
        CrlError::Version
    );
    assert_eq!(
        edited(&|list| list.at(&[5]).children().clear()),
        CrlError::Der(sealpki::DerError::Value)
    );
    assert!(matches!(
        edited(&|list| {
            let first = list.at(&[5, 0]).clone();
            list.at(&[5]).children().push(first);
        }),
        CrlError::Duplicate(_)
    ));
    assert_eq!(
        edited(&|list| *list.at(&[4]) = Node::Leaf(0x17, b"200101000000Z".to_vec())),
        CrlError::Validity
    );
    assert_eq!(
        edited(&|list| {
            *list.at(&[1]) = Node::parse(&hex::decode("300d06092a864886f70d0101050500").unwrap());
        }),
        CrlError::AlgorithmsDiffer
    );
    let good = crl(&pki, vec![entry(1, None)]);
    for length in 0..good.der().len() {
        assert!(RevocationList::from_der(&good.der()[..length]).is_err());
    }
    for position in 0..good.der().len() * 8 {
        let mut bad = good.der().to_vec();
        bad[position / 8] ^= 1 << (position % 8);
        let accepted = RevocationList::from_der(&bad).is_ok_and(|list| list.verify(pki.issuing()).is_ok());
        assert!(!accepted, "bit {position}");
    }
}

#[test]
fn every_state_is_told() {
    let pki = services();
    let revoked = CertificateStatus::Revoked {
        at_unix_s: NOW - DAY,
        reason: Some(RevocationReason::CaCompromise),
    };
    let without_reason = CertificateStatus::Revoked {
        at_unix_s: NOW - DAY,
        reason: None,
    };
    for status in [
        CertificateStatus::Good,
        revoked,
        without_reason,
        CertificateStatus::Unknown,
    ] {
        for hash in [OcspHash::Sha1, OcspHash::Digest(DigestAlgorithm::Sha256)] {
            let answer = answer(&pki, hash, status);
            let response = responder(&pki).respond(&[answer], Some(&[7; 32]), NOW).unwrap();
            let leaf = pki.certificate(LEAF);
            let verified = verify_ocsp_response(&response, leaf, pki.issuing(), &[]).unwrap();
            assert_eq!(verified.status, status);
            assert_eq!(verified.produced_at_unix_s, NOW);
            assert_eq!(verified.responder, *pki.certificate("Test Responder"));
            assert_eq!(verified.check_nonce(&[7; 32]), Ok(()));
            assert_eq!(verified.check_nonce(&[8; 32]), Err(OcspError::Nonce));
            assert!(verified.is_current_at(NOW + DAY, 0) && !verified.is_current_at(NOW - 1, 60));
            assert!(!verified.is_current_at(NOW + DAY + 61, 60));
        }
    }
}

#[test]
fn the_issuer_may_answer_itself() {
    let pki = services();
    let own = OcspResponder::new(pki.key("Test Issuing"), pki.issuing().clone(), pki.issuing()).unwrap();
    let good = answer(&pki, OcspHash::Sha1, CertificateStatus::Good);
    let response = own.respond(&[good], None, NOW).unwrap();
    let leaf = pki.certificate(LEAF);
    let verified = verify_ocsp_response(&response, leaf, pki.issuing(), &[]).unwrap();
    assert_eq!(verified.responder, *pki.issuing());
    assert_eq!(
        verified.check_nonce(&[1]),
        Ok(()),
        "prepared answers have no nonce"
    );
}

#[test]
fn who_may_not_answer_is_not_believed() {
    let (pki, stranger) = (services(), services());
    let leaf = pki.certificate(LEAF);
    let good = || answer(&pki, OcspHash::Sha1, CertificateStatus::Good);
    for (name, issuer) in [(LEAF, pki.issuing()), ("Test Responder", pki.root())] {
        let made = OcspResponder::new(pki.key(name), pki.certificate(name).clone(), issuer);
        let why = made.unwrap_err();
        let expected = matches!(
            why,
            IdentityError::ExtendedKeyUsage(_) | IdentityError::NotIssued(_)
        );
        assert!(expected, "{why}");
    }
    let foreign = OcspResponder::new(pki.key(LEAF), pki.issuing().clone(), pki.issuing());
    assert!(matches!(foreign, Err(IdentityError::KeyMismatch(_))));

    let forged = responder(&stranger).respond(&[good()], None, NOW).unwrap();
    assert_eq!(
        verify_ocsp_response(&forged, leaf, pki.issuing(), &[]).unwrap_err(),
        OcspError::Responder
    );
    let late = pki.certificate("Test Responder").not_after_unix_s() + 1;
    let expired = responder(&pki).respond(&[good()], None, late).unwrap();
    assert_eq!(
        verify_ocsp_response(&expired, leaf, pki.issuing(), &[]).unwrap_err(),
        OcspError::ResponderExpired
    );
    let response = responder(&pki).respond(&[good()], None, NOW).unwrap();
    let time = pki.certificate("Test Time");
    assert_eq!(
        verify_ocsp_response(&response, time, pki.issuing(), &[]).unwrap_err(),
        OcspError::NoAnswer
    );
    assert_eq!(
        verify_ocsp_response(&response, leaf, pki.root(), &[]).unwrap_err(),
        OcspError::Responder
    );
}

/// A responder's certificate of an authority must not answer for another authority of the same name.
#[test]
fn an_answer_for_another_issuer_is_none() {
    let rows: [Row; 3] = [
        SERVICES[0],
        SERVICES[1],
        ("Other Issuing", "Test Root", sealpki::Profile::IssuingCa, 5, 10),
    ];
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, &rows);
    let serial = pki.issuing().serial().clone();
    let other = pki.certificate("Other Issuing");
    let own = OcspResponder::new(pki.key("Test Root"), pki.root().clone(), pki.root()).unwrap();
    let wrong = OcspAnswer {
        id: CertificateId::new(OcspHash::Sha1, other, &serial),
        status: CertificateStatus::Good,
        this_update_unix_s: NOW,
        next_update_unix_s: None,
    };
    let response = own.respond(&[wrong], None, NOW).unwrap();
    assert_eq!(
        verify_ocsp_response(&response, pki.issuing(), pki.root(), &[]).unwrap_err(),
        OcspError::NoAnswer
    );
}

#[test]
fn refusals_are_told_apart() {
    let pki = services();
    for refusal in [
        OcspRefusal::MalformedRequest,
        OcspRefusal::InternalError,
        OcspRefusal::TryLater,
        OcspRefusal::SignatureRequired,
        OcspRefusal::Unauthorized,
    ] {
        let judged = verify_ocsp_response(&refusal.to_response(), pki.certificate(LEAF), pki.issuing(), &[]);
        assert_eq!(judged.unwrap_err(), OcspError::Refused(refusal));
    }
}

#[test]
fn requests_read_back_and_bad_ones_are_refused() {
    let pki = services();
    let mut request = OcspRequest::new(pki.certificate(LEAF), pki.issuing());
    assert_eq!(OcspRequest::from_der(&request.to_der()), Ok(request.clone()));
    request.nonce = Some(vec![1; 32]);
    let time = pki.certificate("Test Time");
    request.certificates.push(CertificateId::new(
        OcspHash::Digest(DigestAlgorithm::Sha512),
        pki.issuing(),
        time.serial(),
    ));
    assert_eq!(OcspRequest::from_der(&request.to_der()), Ok(request.clone()));
    assert!(request.certificates[1].is_issued_by(pki.issuing()));
    assert!(!request.certificates[1].is_issued_by(pki.root()));

    let edited = |edit: &dyn Fn(&mut Node)| {
        let mut tree = Node::parse(&request.to_der());
        edit(&mut tree);
        OcspRequest::from_der(&tree.encode()).unwrap_err()
    };
    assert_eq!(OcspRequest::from_der(b"junk"), Err(OcspRefusal::MalformedRequest));
    assert_eq!(
        edited(&|tree| tree.at(&[0, 0]).children().clear()),
        OcspRefusal::MalformedRequest
    );
    assert_eq!(
        edited(&|tree| {
            let many = vec![tree.at(&[0, 0, 0]).clone(); 33];
            *tree.at(&[0, 0]) = Node::Branch(0x30, many);
        }),
        OcspRefusal::MalformedRequest
    );
    assert_eq!(
        edited(&|tree| tree
            .at(&[0, 1, 0])
            .children()
            .push(extension("2a0304", true, "0500"))),
        OcspRefusal::MalformedRequest
    );
    // A digest nobody here knows names no certificate that could be answered for.
    assert_eq!(
        edited(&|tree| {
            tree.at(&[0, 0]).children().truncate(1);
            *tree.at(&[0, 0, 0, 0, 0, 0]) = Node::Leaf(6, vec![0x2a, 3]);
        }),
        OcspRefusal::Unauthorized
    );
}

#[test]
fn no_changed_bit_of_a_response_changes_what_it_says() {
    let pki = services();
    let good = answer(&pki, OcspHash::Sha1, CertificateStatus::Good);
    let response = responder(&pki).respond(&[good], Some(&[7; 16]), NOW).unwrap();
    let leaf = pki.certificate(LEAF);
    let judge = |bytes: &[u8]| verify_ocsp_response(bytes, leaf, pki.issuing(), &[]);
    for position in 0..response.len() * 8 {
        let mut bad = response.clone();
        bad[position / 8] ^= 1 << (position % 8);
        assert!(judge(&bad).is_err(), "bit {position}");
    }
    for length in 0..response.len() {
        assert!(judge(&response[..length]).is_err());
    }
}

/// Certificates beside a response prove nothing by being there.
#[test]
fn a_responder_is_found_among_given_certificates() {
    let pki = services();
    let good = answer(&pki, OcspHash::Sha1, CertificateStatus::Good);
    let response = responder(&pki).respond(&[good], None, NOW).unwrap();
    let mut tree = Node::parse(&response);
    let Node::Leaf(4, basic) = tree.at(&[1, 0, 1]).clone() else {
        panic!("an OCTET STRING")
    };
    let mut basic = Node::parse(&basic);
    basic.children().pop();
    *tree.at(&[1, 0, 1]) = Node::Leaf(4, basic.encode());
    let bare = tree.encode();
    let leaf = pki.certificate(LEAF);
    let judge = |others: &[Certificate]| verify_ocsp_response(&bare, leaf, pki.issuing(), others);
    assert_eq!(judge(&[]).unwrap_err(), OcspError::Responder);
    assert!(judge(&[pki.certificate("Test Responder").clone()]).is_ok());
}
