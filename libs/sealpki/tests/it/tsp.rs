//! Time-stamps made and judged here: what is accepted, and what each forgery is called.

use sealpki::{
    Accuracy, CmsError, DigestAlgorithm, IdentityError, KeyAlgorithm, MessageImprint, PathError,
    SerialNumber, TimeStampAuthority, TimeStampError, TimeStampFailure, TimeStampRequest,
    UnacceptedAlgorithm, add_signature_time_stamp, sha256, verify_detached, verify_time_stamp,
};

use crate::pki::{NOW, Pki, SERVICES};
use crate::tree::{Forgery, Node};

const POLICY: &str = "1.3.6.1.4.1.99999.1.1";
const CONTENT: &[u8] = b"contract";

pub(crate) fn authority(pki: &Pki) -> TimeStampAuthority {
    let chain = [pki.issuing().clone()];
    TimeStampAuthority::new(
        pki.key("Test Time"),
        pki.certificate("Test Time").clone(),
        &chain,
        POLICY,
        Some(Accuracy::ONE_SECOND),
    )
    .unwrap()
}

fn request() -> TimeStampRequest {
    TimeStampRequest::new(MessageImprint::of(DigestAlgorithm::Sha256, CONTENT), [7; 8])
}

fn serial() -> SerialNumber {
    SerialNumber::from_random([3; 16])
}

#[test]
fn a_request_is_answered_with_a_time_stamp_about_it() {
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let pki = Pki::from_rows(algorithm, SERVICES);
        let answer = authority(&pki).respond(&request().to_der(), serial(), NOW);
        let verified = request().verify_response(&answer.response, &[]).unwrap();
        assert_eq!(answer.outcome.as_ref(), Ok(&verified.info));
        assert_eq!(verified.certificate, *pki.certificate("Test Time"));
        assert_eq!((verified.info.time_unix_s, verified.info.time_micros), (NOW, 0));
        assert_eq!(verified.info.policy, POLICY);
        assert_eq!(verified.info.accuracy, Some(Accuracy::ONE_SECOND));
        let path = verified.build_path(&[], &[pki.root().clone()]).unwrap();
        assert_eq!(path.len(), 3);
    }
}

#[test]
fn without_certificates_in_the_token_they_are_given() {
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    let mut request = request();
    request.wants_certificate = false;
    let response = authority(&pki).respond(&request.to_der(), serial(), NOW).response;
    assert_eq!(
        request.verify_response(&response, &[]).unwrap_err(),
        TimeStampError::Cms(CmsError::SignerCertificateMissing)
    );
    let known = [pki.certificate("Test Time").clone(), pki.issuing().clone()];
    let verified = request.verify_response(&response, &known).unwrap();
    assert!(verified.embedded_certificates.is_empty());
    assert!(verified.build_path(&known, &[pki.root().clone()]).is_ok());
}

#[test]
fn requests_that_cannot_be_granted_are_refused_with_the_reason() {
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    let refused = |request: &[u8], at: i64| {
        authority(&pki)
            .respond(request, serial(), at)
            .outcome
            .unwrap_err()
    };
    assert_eq!(refused(b"junk", NOW), TimeStampFailure::BadDataFormat);
    let edited = |edit: &dyn Fn(&mut Node)| {
        let mut tree = Node::parse(&request().to_der());
        edit(&mut tree);
        refused(&tree.encode(), NOW)
    };
    assert_eq!(
        edited(&|tree| *tree.at(&[0]) = Node::Leaf(2, vec![2])),
        TimeStampFailure::BadRequest
    );
    let sha1 = Node::Branch(0x30, vec![Node::Leaf(6, hex::decode("2b0e03021a").unwrap())]);
    assert_eq!(
        edited(&|tree| {
            *tree.at(&[1, 0]) = sha1.clone();
            *tree.at(&[1, 1]) = Node::Leaf(4, vec![0; 20]);
        }),
        TimeStampFailure::BadAlgorithm
    );
    assert_eq!(
        edited(&|tree| *tree.at(&[1, 1]) = Node::Leaf(4, vec![0; 20])),
        TimeStampFailure::BadDataFormat
    );
    assert_eq!(
        edited(&|tree| *tree.at(&[2]) = Node::Leaf(2, vec![1; 65])),
        TimeStampFailure::BadRequest
    );
    let extension = Node::Branch(
        0x30,
        vec![Node::Leaf(6, vec![0x2a, 3]), Node::Leaf(4, vec![5, 0])],
    );
    assert_eq!(
        edited(&|tree| tree.children().push(Node::Branch(0xa0, vec![extension.clone()]))),
        TimeStampFailure::UnacceptedExtension
    );
    let mut other_policy = request();
    other_policy.policy = Some("1.2.3".to_owned());
    assert_eq!(
        refused(&other_policy.to_der(), NOW),
        TimeStampFailure::UnacceptedPolicy
    );
    let after_end = pki.certificate("Test Time").not_after_unix_s() + 1;
    assert_eq!(
        refused(&request().to_der(), after_end),
        TimeStampFailure::TimeNotAvailable
    );
    let answer = TimeStampAuthority::refuse(TimeStampFailure::SystemFailure);
    assert!(matches!(
        request().verify_response(&answer.response, &[]),
        Err(TimeStampError::Refused {
            failure: Some(TimeStampFailure::SystemFailure),
            ..
        })
    ));
}

#[test]
fn answers_to_other_requests_are_not_accepted() {
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    let response = authority(&pki)
        .respond(&request().to_der(), serial(), NOW)
        .response;
    let judged = |edit: &dyn Fn(&mut TimeStampRequest)| {
        let mut asked = request();
        edit(&mut asked);
        asked.verify_response(&response, &[]).unwrap_err()
    };
    assert_eq!(
        judged(&|asked| asked.imprint = MessageImprint::of(DigestAlgorithm::Sha256, b"other")),
        TimeStampError::Imprint
    );
    assert_eq!(
        judged(&|asked| asked.nonce = Some(vec![1])),
        TimeStampError::Nonce
    );
    assert_eq!(judged(&|asked| asked.nonce = None), TimeStampError::Nonce);
    assert_eq!(
        judged(&|asked| asked.policy = Some("1.2.3".to_owned())),
        TimeStampError::Policy(POLICY.to_owned())
    );
}

#[test]
fn a_token_is_judged_over_the_bytes_it_is_about() {
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    let token = authority(&pki).issue(&request(), serial(), NOW).unwrap();
    let judged = |bytes: &[u8]| verify_time_stamp(&token, |digest| digest.digest(bytes), &[]);
    assert_eq!(judged(CONTENT).unwrap().info.time_unix_s, NOW);
    assert_eq!(judged(b"contact").unwrap_err(), TimeStampError::Imprint);
}

/// Every kind of certificate but the right one.
#[test]
fn only_a_certificate_for_time_stamping_alone_makes_time_stamps() {
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    for name in ["张三", "Test Responder"] {
        let certificate = pki.certificate(name).clone();
        let made = TimeStampAuthority::new(pki.key(name), certificate, &[], POLICY, None);
        assert!(matches!(made, Err(IdentityError::ExtendedKeyUsage(_))), "{name}");
    }
    let certificate = pki.certificate("Test Time").clone();
    let no_policy = TimeStampAuthority::new(pki.key("Test Time"), certificate.clone(), &[], "policy", None);
    assert!(matches!(no_policy, Err(IdentityError::ObjectIdentifier(_))));
    let stranger = TimeStampAuthority::new(pki.key("张三"), certificate, &[], POLICY, None);
    assert!(matches!(stranger, Err(IdentityError::KeyMismatch(_))));

    // A signer of documents who signs a statement about the time all the same.
    let mut forged = Forgery::of(&authority(&pki).issue(&request(), serial(), NOW).unwrap());
    let signer = pki.certificate("张三");
    forged.certificates().push(Node::parse(signer.der()));
    *forged.signer().at(&[1, 1]) = Node::Leaf(2, signer.serial().as_octets().to_vec());
    let identifier = forged
        .attribute(&hex::decode("2a864886f70d010910022f").unwrap())
        .at(&[1, 0, 0, 0]);
    *identifier = Node::Branch(0x30, vec![Node::Leaf(4, sha256(signer.der()).to_vec())]);
    let token = forged.sorted_and_signed(&pki.key("张三"));
    assert_eq!(
        verify_time_stamp(&token, |digest| digest.digest(CONTENT), &[]).unwrap_err(),
        TimeStampError::ExtendedKeyUsage
    );
}

/// The content of a token, edited and signed again by the authority itself.
fn resigned(pki: &Pki, edit: &dyn Fn(&mut Node)) -> TimeStampError {
    let mut forged = Forgery::of(&authority(pki).issue(&request(), serial(), NOW).unwrap());
    let content = forged.signed_data().at(&[2, 1, 0]);
    let Node::Leaf(4, octets) = content else {
        panic!("an OCTET STRING")
    };
    let mut info = Node::parse(octets);
    edit(&mut info);
    let digest = sha256(&info.encode()).to_vec();
    *content = Node::Leaf(4, info.encode());
    let attribute = forged.attribute(&hex::decode("2a864886f70d010904").unwrap());
    *attribute.at(&[1, 0]) = Node::Leaf(4, digest);
    let token = forged.sorted_and_signed(&pki.key("Test Time"));
    verify_time_stamp(&token, |digest| digest.digest(CONTENT), &[]).unwrap_err()
}

#[test]
fn statements_that_are_not_as_they_must_be_are_refused() {
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    let version = resigned(&pki, &|info| *info.at(&[0]) = Node::Leaf(2, vec![2]));
    assert_eq!(version, TimeStampError::Version);
    let sha1 = Node::Branch(0x30, vec![Node::Leaf(6, hex::decode("2b0e03021a").unwrap())]);
    let weak = resigned(&pki, &|info| *info.at(&[2, 0]) = sha1.clone());
    assert_eq!(weak, TimeStampError::UnsupportedDigest(UnacceptedAlgorithm::Sha1));
    let local_time = resigned(&pki, &|info| {
        *info.at(&[4]) = Node::Leaf(0x18, b"20270115080000+0800".to_vec());
    });
    assert!(matches!(local_time, TimeStampError::Der(_)));
    let utc_time = resigned(&pki, &|info| {
        *info.at(&[4]) = Node::Leaf(0x17, b"270115080000Z".to_vec());
    });
    assert!(matches!(utc_time, TimeStampError::Der(_)));
    let other_name = Node::Branch(0xa4, vec![Node::parse(pki.root().subject().as_der())]);
    let name = resigned(&pki, &|info| {
        info.children().push(Node::Branch(0xa0, vec![other_name.clone()]));
    });
    assert_eq!(name, TimeStampError::TsaName);
    let critical = resigned(&pki, &|info| {
        let parts = vec![
            Node::Leaf(6, vec![0x2a, 3]),
            Node::Leaf(1, vec![0xff]),
            Node::Leaf(4, vec![5, 0]),
        ];
        info.children()
            .push(Node::Branch(0xa1, vec![Node::Branch(0x30, parts)]));
    });
    assert_eq!(critical, TimeStampError::CriticalExtension("1.2.3".to_owned()));
}

#[test]
fn no_changed_bit_of_a_token_goes_unnoticed() {
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    let good = authority(&pki).issue(&request(), serial(), NOW).unwrap();
    let anchors = [pki.root().clone()];
    for position in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[position / 8] ^= 1 << (position % 8);
        let accepted = verify_time_stamp(&bad, |digest| digest.digest(CONTENT), &[])
            .is_ok_and(|verified| verified.build_path(&[], &anchors).is_ok());
        assert!(!accepted, "bit {position}");
    }
}

#[test]
fn the_longest_token_and_signature_are_known_before() {
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let pki = Pki::from_rows(algorithm, SERVICES);
        let (authority, signer) = (authority(&pki), pki.signer());
        let token_len_max = authority.token_len_max(DigestAlgorithm::Sha256, 8);
        let cms_len_max = signer.cms_len_max_with_time_stamp(token_len_max);
        let rounds = if algorithm == KeyAlgorithm::Rsa2048 {
            1
        } else {
            300
        };
        let (mut longest_token, mut longest_cms) = (0, 0);
        for _ in 0..rounds {
            let cms = signer.sign_detached(&sha256(CONTENT)).unwrap();
            let verified = verify_detached(&cms, |digest| digest.digest(CONTENT)).unwrap();
            let imprint = MessageImprint::of(DigestAlgorithm::Sha256, &verified.signature);
            let request = TimeStampRequest::new(imprint, [0xff; 8]);
            let token = authority.issue(&request, serial(), NOW).unwrap();
            longest_token = longest_token.max(token.len());
            longest_cms = longest_cms.max(add_signature_time_stamp(&cms, &token).unwrap().len());
        }
        assert_eq!(longest_token, token_len_max);
        // The longest signature and the longest token seldom meet.
        assert!(longest_cms <= cms_len_max && longest_cms + 4 >= cms_len_max);
    }
}

#[test]
fn a_signature_gains_a_time_stamp_and_changes_in_nothing_else() {
    let pki = Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES);
    let cms = pki.signer().sign_detached(&sha256(CONTENT)).unwrap();
    let before = verify_detached(&cms, |digest| digest.digest(CONTENT)).unwrap();
    let imprint = MessageImprint::of(DigestAlgorithm::Sha512, &before.signature);
    let stamp_request = TimeStampRequest::new(imprint, [1; 8]);
    let token = authority(&pki).issue(&stamp_request, serial(), NOW).unwrap();
    let stamped = add_signature_time_stamp(&cms, &token).unwrap();
    let after = verify_detached(&stamped, |digest| digest.digest(CONTENT)).unwrap();
    assert_eq!(after.signature, before.signature);
    assert_eq!(after.embedded_certificates, before.embedded_certificates);
    let tokens = after.signature_time_stamps().unwrap();
    assert_eq!(tokens, std::slice::from_ref(&token));
    assert!(verify_time_stamp(&tokens[0], |digest| digest.digest(&after.signature), &[]).is_ok());
    let mut without = Forgery::of(&stamped);
    without.signer().children().pop();
    assert_eq!(without.encode(), cms);

    // A second one stays beside the first.
    let again = authority(&pki)
        .issue(&stamp_request, SerialNumber::from_random([4; 16]), NOW + 1)
        .unwrap();
    let twice = add_signature_time_stamp(&stamped, &again).unwrap();
    let verified = verify_detached(&twice, |digest| digest.digest(CONTENT)).unwrap();
    assert_eq!(verified.signature_time_stamps().unwrap().len(), 2);

    let other = authority(&pki).issue(&request(), serial(), NOW).unwrap();
    assert!(matches!(
        add_signature_time_stamp(&cms, &other),
        Err(CmsError::TimeStamp(_))
    ));
    assert!(matches!(
        add_signature_time_stamp(&cms, &cms),
        Err(CmsError::TimeStamp(_))
    ));
    assert!(add_signature_time_stamp(b"junk", &token).is_err());
}

#[test]
fn a_strangers_time_stamp_leads_to_no_anchor() {
    let (pki, stranger) = (
        Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES),
        Pki::from_rows(KeyAlgorithm::EcdsaP256, SERVICES),
    );
    let token = authority(&stranger).issue(&request(), serial(), NOW).unwrap();
    let verified = verify_time_stamp(&token, |digest| digest.digest(CONTENT), &[]).unwrap();
    assert!(verified.build_path(&[], &[pki.root().clone()]).is_err());
    // Neither does one from before the authority existed.
    let early = pki.certificate("Test Time").not_before_unix_s() - 1;
    let token = authority(&pki).issue(&request(), serial(), early).unwrap();
    let verified = verify_time_stamp(&token, |digest| digest.digest(CONTENT), &[]).unwrap();
    assert!(matches!(
        verified.build_path(&[], &[pki.root().clone()]),
        Err(PathError::NotYetValid(_))
    ));
}
