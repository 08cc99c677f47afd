//! The signature inside the document: parts exchanged, left out, doubled, weakened.

use sealpki::{KeyAlgorithm, SignerIdentity};

use super::{
    Attack, SubIndication, Why, attack,
    der::{Cms, Node},
    forge::{last_cms, with_cms},
    format,
    scene::Scene,
};

const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4];
const SIGNING_TIME: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 5];
const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 2, 47];
const SHA1: &[u8] = &[0x2b, 0x0e, 3, 2, 0x1a];
const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 2, 5];
const SHA1_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5];
const ECDSA_WITH_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1];
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
const ENVELOPED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3];

const CRYPTO: Why = Why::Reason(SubIndication::SigCryptoFailure, "");
const HASH: Why = Why::Reason(SubIndication::HashFailure, "");
const WEAK: Why = Why::Reason(SubIndication::CryptoConstraintsFailureNoPoe, "");
const NO_SIGNER: Why = Why::Reason(SubIndication::NoSigningCertificateFound, "");

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    [edited(scene), resigned(scene), exchanged(scene), encodings(scene)]
        .into_iter()
        .flatten()
        .collect()
}

/// A file with room in its hole, so that a longer CMS fits: the signature of a file made by hand.
fn roomy(scene: &Scene) -> Vec<u8> {
    scene.forged(super::forge::plain)
}

fn edit(scene: &Scene, change: impl FnOnce(&mut Cms)) -> Vec<u8> {
    let file = roomy(scene);
    let (_, der) = last_cms(&file);
    let mut cms = Cms::of(&der);
    change(&mut cms);
    with_cms(&file, &cms.encode())
}

fn resign(scene: &Scene, change: impl FnOnce(&mut Cms)) -> Vec<u8> {
    let file = roomy(scene);
    let mut cms = Cms::of(&last_cms(&file).1);
    change(&mut cms);
    with_cms(&file, &cms.signed_again(&scene.key()))
}

/// Edited without the key.
fn edited(scene: &Scene) -> Vec<Attack> {
    let mut attacks = parts_missing(scene);
    attacks.extend(algorithms(scene));
    attacks.push(attack(
        "cms: weak signature algorithm",
        weak_signature(scene),
        WEAK,
    ));
    attacks
}

fn parts_missing(scene: &Scene) -> Vec<Attack> {
    let attribute = |oid: &'static [u8]| move |cms: &mut Cms| cms.drop_attribute(oid);
    vec![
        attack(
            "cms: no signer",
            edit(scene, |cms| cms.signers().clear()),
            format("0 signers"),
        ),
        attack(
            "cms: no certificates",
            edit(scene, |cms| cms.certificates().clear()),
            NO_SIGNER,
        ),
        attack(
            "cms: no signed attributes",
            edit(scene, |cms| drop(cms.signer().children().remove(3))),
            format("no signed attributes"),
        ),
        attack(
            "cms: no message digest",
            edit(scene, attribute(MESSAGE_DIGEST)),
            format("message-digest"),
        ),
        attack(
            "cms: no content type",
            edit(scene, attribute(CONTENT_TYPE)),
            format("content-type"),
        ),
        attack(
            "cms: no signing certificate",
            edit(scene, attribute(SIGNING_CERTIFICATE)),
            format("signing-certificate-v2"),
        ),
        attack(
            "cms: other digest",
            edit(scene, |cms| {
                *cms.attribute(MESSAGE_DIGEST).at(&[1, 0]) = Node::Leaf(4, vec![7; 32]);
            }),
            HASH,
        ),
        attack(
            "cms: signature of zeros",
            edit(scene, |cms| {
                if let Node::Leaf(_, value) = cms.signer().at(&[5]) {
                    value.fill(0);
                }
            }),
            CRYPTO,
        ),
        attack(
            "cms: empty signature",
            edit(scene, |cms| *cms.signer().at(&[5]) = Node::Leaf(4, Vec::new())),
            CRYPTO,
        ),
    ]
}

fn algorithms(scene: &Scene) -> Vec<Attack> {
    vec![
        attack(
            "cms: digest algorithm SHA-1",
            edit(scene, |cms| {
                *cms.signer().at(&[2, 0]) = Node::Leaf(6, SHA1.to_vec());
                *cms.signed_data().at(&[1, 0, 0]) = Node::Leaf(6, SHA1.to_vec());
            }),
            WEAK,
        ),
        attack(
            "cms: digest algorithm MD5",
            edit(scene, |cms| {
                *cms.signer().at(&[2, 0]) = Node::Leaf(6, MD5.to_vec());
                *cms.signed_data().at(&[1, 0, 0]) = Node::Leaf(6, MD5.to_vec());
            }),
            WEAK,
        ),
        attack(
            "cms: listed digest is not the signer's",
            edit(scene, |cms| {
                *cms.signed_data().at(&[1, 0, 0]) = Node::Leaf(6, SHA1.to_vec());
            }),
            WEAK,
        ),
        attack(
            "cms: no listed digest",
            edit(scene, |cms| cms.signed_data().at(&[1]).children().clear()),
            format("digest algorithms listed"),
        ),
        attack(
            "cms: enveloped instead of signed",
            edit(scene, |cms| {
                assert_eq!(*cms.root.at(&[0]), Node::Leaf(6, SIGNED_DATA.to_vec()));
                *cms.root.at(&[0]) = Node::Leaf(6, ENVELOPED_DATA.to_vec());
            }),
            format("not CMS SignedData"),
        ),
        attack(
            "cms: unknown version",
            edit(scene, |cms| *cms.signed_data().at(&[0]) = Node::Leaf(2, vec![9])),
            format("version number"),
        ),
        attack(
            "cms: attributes in another order",
            edit(scene, |cms| cms.attributes().reverse()),
            format("DER order"),
        ),
        attack(
            "cms: the other algorithm",
            other_algorithm(scene),
            Why::Reason(SubIndication::FormatFailure, ""),
        ),
    ]
}

fn weak_signature(scene: &Scene) -> Vec<u8> {
    let oid = match scene.algorithm {
        KeyAlgorithm::Rsa2048 => SHA1_WITH_RSA,
        _ => ECDSA_WITH_SHA1,
    };
    edit(scene, |cms| {
        *cms.signer().at(&[4, 0]) = Node::Leaf(6, oid.to_vec());
    })
}

/// RSA says ECDSA and the other way round.
fn other_algorithm(scene: &Scene) -> Vec<u8> {
    const ECDSA: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
    let oid = match scene.algorithm {
        KeyAlgorithm::EcdsaP256 => RSA,
        _ => ECDSA,
    };
    edit(scene, |cms| {
        *cms.signer().at(&[4]) = Node::Branch(0x30, vec![Node::Leaf(6, oid.to_vec())]);
        if oid == RSA {
            cms.signer().at(&[4]).children().push(Node::Leaf(5, Vec::new()));
        }
    })
}

/// Edited and signed again with the signer's own key: even the signer cannot make an odd signature.
fn resigned(scene: &Scene) -> Vec<Attack> {
    vec![
        attack(
            "resigned: about another certificate",
            resign(scene, |cms| {
                // The digest is the first OCTET STRING; its algorithm stands before it unless it is SHA-256.
                let fields = cms.attribute(SIGNING_CERTIFICATE).at(&[1, 0, 0, 0]).children();
                let digest = fields.iter_mut().find(|field| matches!(field, Node::Leaf(4, _)));
                *digest.unwrap() = Node::Leaf(4, vec![7; 32]);
            }),
            NO_SIGNER,
        ),
        attack(
            "resigned: digest with a digit less",
            resign(scene, |cms| {
                *cms.attribute(MESSAGE_DIGEST).at(&[1, 0]) = Node::Leaf(4, vec![7; 31]);
            }),
            HASH,
        ),
        attack(
            "resigned: two digests",
            resign(scene, |cms| {
                let value = cms.attribute(MESSAGE_DIGEST).at(&[1, 0]).clone();
                let values = cms.attribute(MESSAGE_DIGEST).at(&[1]).children();
                values.push(value);
            }),
            format("exactly one well-formed value"),
        ),
        attack(
            "resigned: content type of something else",
            resign(scene, |cms| {
                *cms.attribute(CONTENT_TYPE).at(&[1, 0]) = Node::Leaf(6, SIGNED_DATA.to_vec());
            }),
            format("content type"),
        ),
        attack(
            "resigned: without signing certificate",
            resign(scene, |cms| cms.drop_attribute(SIGNING_CERTIFICATE)),
            format("signing-certificate-v2"),
        ),
        attack(
            "resigned: content inside",
            resign(scene, |cms| {
                let content = Node::Branch(0xa0, vec![Node::Leaf(4, b"Pay 9999".to_vec())]);
                cms.signed_data().at(&[2]).children().push(content);
            }),
            format("contains content"),
        ),
        attack(
            "resigned: signing time inside",
            resign(scene, |cms| {
                let time = Node::Leaf(0x17, b"260101000000Z".to_vec());
                cms.attributes().push(Node::Branch(
                    0x30,
                    vec![
                        Node::Leaf(6, SIGNING_TIME.to_vec()),
                        Node::Branch(0x31, vec![time]),
                    ],
                ));
            }),
            format("signing-time"),
        ),
        attack("resigned: two signers", two_signers(scene), format("2 signers")),
    ]
}

/// Two equal SignerInfos.
fn two_signers(scene: &Scene) -> Vec<u8> {
    let file = roomy(scene);
    let mut cms = Cms::of(&last_cms(&file).1);
    let signer = cms.signer().clone();
    cms.signers().push(signer);
    with_cms(&file, &cms.encode())
}

/// Certificates and whole signatures exchanged.
fn exchanged(scene: &Scene) -> Vec<Attack> {
    let file = roomy(scene);
    let (at, _) = last_cms(&file);
    let digest = scene.signer.digest_algorithm().digest(&covered(&file, at));
    let by = |signer: &SignerIdentity| with_cms(&file, &signer.sign_detached(&digest).unwrap());
    let swapped = |subject: &str, serial: u8| {
        let certificate = scene.certificate(subject, serial, (-86_400, 86_400));
        edit(scene, |cms| replace_signer_certificate(cms, scene, &certificate))
    };
    vec![
        attack(
            "exchanged: a stranger's signature",
            by(&scene.stranger),
            Why::Reason(SubIndication::NoCertificateChainFound, ""),
        ),
        attack(
            "exchanged: a certificate that had expired",
            by(&scene.signer_valid((-86_400, -3_600))),
            Why::Reason(SubIndication::OutOfBoundsNoPoe, "expired"),
        ),
        attack(
            "exchanged: a certificate that is not yet valid",
            by(&scene.signer_valid((3_600, 86_400))),
            Why::Reason(SubIndication::OutOfBoundsNoPoe, "not yet valid"),
        ),
        attack(
            "exchanged: another name for the same key",
            swapped("Other", 3),
            NO_SIGNER,
        ),
        attack(
            "exchanged: another serial number for the same key",
            swapped("契书演示科技有限公司", 9),
            NO_SIGNER,
        ),
        attack(
            "exchanged: the signature of another file",
            {
                let other = scene.forged_range(super::forge::plain, |start, end, length| {
                    format!("[0  {start} {end} {}]", length - end)
                });
                with_cms(&file, &last_cms(&other).1)
            },
            HASH,
        ),
        attack(
            "exchanged: an unrelated certificate is carried along",
            edit(scene, |cms| {
                cms.certificates()
                    .push(Node::parse(scene.stranger.certificate().der()));
                cms.certificates().sort_by_key(Node::encode);
            }),
            Why::Reason(SubIndication::SigConstraintsFailure, "nothing to do with"),
        ),
    ]
}

fn replace_signer_certificate(cms: &mut Cms, scene: &Scene, by: &sealpki::Certificate) {
    let own = Node::parse(scene.signer.certificate().der());
    let place = cms.certificates().iter().position(|one| *one == own).unwrap();
    cms.certificates()[place] = Node::parse(by.der());
}

fn covered(file: &[u8], hole: usize) -> Vec<u8> {
    let end = hole + super::forge::position(&file[hole..], b">").unwrap() + 1;
    [&file[..hole], &file[end..]].concat()
}

/// The same structure in other bytes.
fn encodings(scene: &Scene) -> Vec<Attack> {
    let file = roomy(scene);
    let (at, der) = last_cms(&file);
    let end = at + super::forge::position(&file[at..], b">").unwrap();
    let mut behind = file.clone();
    behind[end - 2..end].copy_from_slice(b"01");
    // The indefinite form of BER.
    let inner = &der[4..];
    let indefinite = [&[0x30, 0x80][..], inner, &[0, 0]].concat();
    let mut attacks = vec![
        attack(
            "encoding: bytes behind the signature",
            behind,
            format("other than zero"),
        ),
        attack(
            "encoding: indefinite length",
            with_cms(&file, &indefinite),
            format(""),
        ),
        attack(
            "encoding: cut off",
            with_cms(&file, &der[..der.len() / 2]),
            format(""),
        ),
        attack("encoding: only its head", with_cms(&file, &[0x30, 0]), format("")),
        attack("encoding: a number", with_cms(&file, &[2, 1, 1]), format("")),
        attack("encoding: null", with_cms(&file, &[5, 0, 0, 0, 1]), format("")),
    ];
    // The name of the signature algorithm with and without parameters is one thing in BER and two in DER.
    attacks.push(attack(
        "encoding: an element of no meaning in the signer",
        edit(scene, |cms| {
            cms.signer().children().push(Node::Leaf(5, Vec::new()));
        }),
        Why::Reason(SubIndication::FormatFailure, ""),
    ));
    attacks
}
