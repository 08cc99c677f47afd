//! Electronic seals of GM/T 0031 and GB/T 38540, made and judged here, and their signatures judged by OpenSSL.

use sealpki::{
    Certificate, DigestAlgorithm, ElectronicSeal, KeyAlgorithm, MessageImprint, SealInfo, SealPicture,
    SealSignature, SealSignatureTemplate, SealSigners, SealTime, SerialNumber, SesError, SesExtension,
    SesVersion, SignatureError, TimeStampRequest,
};

use crate::openssl_tool::OpenSsl;
use crate::pki::{NOW, Pki, Row, SERVICES};
use crate::tree::Node;
use crate::tsp::authority;

const DAY: i64 = 86_400;
const DOCUMENT: &[u8] = b"contract";
const VERSIONS: [SesVersion; 3] = [SesVersion::V1, SesVersion::V4, SesVersion::V5];

fn pki(algorithm: KeyAlgorithm) -> Pki {
    let mut rows: Vec<Row> = SERVICES.to_vec();
    rows.push((
        "Test Maker",
        "Test Issuing",
        sealpki::Profile::DocumentSigning,
        1,
        1,
    ));
    Pki::from_rows(algorithm, &rows)
}

fn info(pki: &Pki, version: SesVersion) -> SealInfo {
    SealInfo {
        version,
        vendor: "Example Vendor".to_owned(),
        id: "11010000000001".to_owned(),
        kind: 1,
        name: "契书测试有限公司合同专用章".to_owned(),
        signers: SealSigners::Certificates(vec![pki.certificate("张三").clone()]),
        created_at_unix_s: NOW - 10 * DAY,
        valid_from_unix_s: NOW - 9 * DAY,
        valid_to_unix_s: NOW + 300 * DAY,
        picture: SealPicture {
            kind: "PNG".to_owned(),
            data: vec![0x89, 0x50, 0x4e, 0x47],
            width_mm: 40,
            height_mm: 40,
        },
        extensions: vec![],
    }
}

fn seal(pki: &Pki, version: SesVersion) -> ElectronicSeal {
    made(pki, &info(pki, version)).unwrap()
}

fn made(pki: &Pki, info: &SealInfo) -> Result<ElectronicSeal, SesError> {
    ElectronicSeal::sign(info, &pki.key("Test Maker"), pki.certificate("Test Maker"))
}

fn signature_template(pki: &Pki, version: SesVersion) -> SealSignatureTemplate {
    let digest = pki.key("张三").signature_algorithm().digest();
    SealSignatureTemplate {
        seal: seal(pki, version),
        signed_at_unix_s: NOW,
        data_hash: digest.digest(DOCUMENT),
        property: "/Doc_0/Signs/Sign_0/Signature.xml".to_owned(),
        extensions: vec![],
    }
}

fn signed(pki: &Pki, template: &SealSignatureTemplate) -> Result<SealSignature, SesError> {
    SealSignature::sign(template, &pki.key("张三"), pki.certificate("张三"))
}

fn judged(signature: &SealSignature) -> Result<sealpki::VerifiedSealSignature, SesError> {
    signature.verify(|digest| digest.digest(DOCUMENT), &[])
}

#[test]
fn a_document_is_signed_with_a_seal_of_each_version() {
    for algorithm in [KeyAlgorithm::Sm2, KeyAlgorithm::EcdsaP256] {
        let pki = pki(algorithm);
        for version in VERSIONS {
            let template = signature_template(&pki, version);
            let signature = signed(&pki, &template).unwrap();
            let again = SealSignature::from_der(signature.der()).unwrap();
            assert_eq!(again, signature);
            assert_eq!(again.seal().info(), &info(&pki, version));
            assert_eq!(again.time(), &SealTime::Stated(NOW));
            assert_eq!(again.property(), template.property);
            let verified = judged(&again).unwrap();
            assert_eq!(verified.signer, *pki.certificate("张三"));
            assert_eq!(verified.maker, *pki.certificate("Test Maker"));
            assert_eq!(verified.time_unix_s, NOW);
            assert!(verified.time_stamp.is_none());
        }
    }
}

#[test]
fn a_seal_keeps_what_its_maker_said() {
    let pki = pki(KeyAlgorithm::Sm2);
    let digest = |algorithm: DigestAlgorithm| algorithm.digest(pki.certificate("张三").der());
    for (kind, value) in [
        ("SM3", digest(DigestAlgorithm::Sm3)),
        ("SHA-256", digest(DigestAlgorithm::Sha256)),
        ("1", digest(DigestAlgorithm::Sm3)),
    ] {
        let mut info = info(&pki, SesVersion::V4);
        info.signers = SealSigners::Digests(vec![(kind.to_owned(), value)]);
        info.extensions = vec![SesExtension {
            oid: "1.2.3.4".to_owned(),
            critical: false,
            value: vec![5, 0],
        }];
        let seal = made(&pki, &info).unwrap();
        assert_eq!(seal.info(), &info);
        assert_eq!(seal.verify(), Ok(()));
        assert!(seal.info().signers.contain(pki.certificate("张三")));
        assert!(!seal.info().signers.contain(pki.certificate("Test Maker")));
    }
}

#[test]
fn seals_that_make_no_sense_are_not_made() {
    let pki = pki(KeyAlgorithm::Sm2);
    let refused = |edit: &dyn Fn(&mut SealInfo)| {
        let mut edited = info(&pki, SesVersion::V1);
        edit(&mut edited);
        made(&pki, &edited).unwrap_err()
    };
    assert_eq!(refused(&|info| info.id = "编号".to_owned()), SesError::Header);
    assert_eq!(
        refused(&|info| info.valid_to_unix_s = info.valid_from_unix_s - 1),
        SesError::Validity
    );
    assert_eq!(
        refused(&|info| info.signers = SealSigners::Certificates(vec![])),
        SesError::Version
    );
    assert_eq!(
        refused(&|info| info.signers = SealSigners::Digests(vec![("SM3".to_owned(), vec![0; 32])])),
        SesError::Version,
        "version 1 knows certificates only"
    );
    let foreign = ElectronicSeal::sign(
        &info(&pki, SesVersion::V4),
        &pki.key("张三"),
        pki.certificate("Test Maker"),
    );
    assert_eq!(foreign.unwrap_err(), SesError::KeyMismatch);
    let authority = ElectronicSeal::sign(&info(&pki, SesVersion::V4), &pki.key("Test Root"), pki.root());
    assert!(matches!(authority, Err(SesError::KeyUsage(_))));
}

#[test]
fn a_seal_is_used_by_its_signers_in_its_time_only() {
    let pki = pki(KeyAlgorithm::Sm2);
    for version in VERSIONS {
        let template = signature_template(&pki, version);
        let maker = SealSignature::sign(&template, &pki.key("Test Maker"), pki.certificate("Test Maker"));
        assert!(matches!(maker, Err(SesError::Signer(_))));
        let mut late = template.clone();
        late.signed_at_unix_s = NOW + 301 * DAY;
        assert_eq!(signed(&pki, &late).unwrap_err(), SesError::Validity);
        let mut short = template.clone();
        short.data_hash.pop();
        assert_eq!(signed(&pki, &short).unwrap_err(), SesError::DataHash);
        let mut chinese = template;
        chinese.property = "签章".to_owned();
        assert_eq!(signed(&pki, &chinese).unwrap_err(), SesError::Header);
    }
}

/// Edits what the signer signs and signs it again.
fn resigned(pki: &Pki, version: SesVersion, edit: &dyn Fn(&mut Node)) -> Result<SealSignature, SesError> {
    let mut tree = Node::parse(signed(pki, &signature_template(pki, version)).unwrap().der());
    edit(&mut tree);
    let signature = pki.key("张三").sign(&tree.at(&[0]).encode()).unwrap();
    let place = if version == SesVersion::V1 { 1 } else { 3 };
    *tree.at(&[place]) = Node::Leaf(3, [&[0], signature.as_slice()].concat());
    SealSignature::from_der(&tree.encode())
}

#[test]
fn every_forgery_has_its_name() {
    let pki = pki(KeyAlgorithm::Sm2);
    for version in VERSIONS {
        let signature = signed(&pki, &signature_template(&pki, version)).unwrap();
        let other = signature.verify(|digest| digest.digest(b"other"), &[]);
        assert_eq!(other.unwrap_err(), SesError::DataHash);
        let refused = |edit: &dyn Fn(&mut Node)| judged(&resigned(&pki, version, edit).unwrap()).unwrap_err();
        // Another picture under the same seal.
        assert_eq!(
            refused(&|tree| *tree.at(&[0, 1, 0, 3, 1]) = Node::Leaf(4, vec![1, 2, 3])),
            SesError::MakerSignature(SignatureError::Invalid)
        );
        // A signer who is not in the list.
        let maker = Node::Leaf(4, pki.certificate("Test Maker").der().to_vec());
        let place: &[usize] = if version == SesVersion::V1 { &[0, 5] } else { &[1] };
        assert!(matches!(
            refused(&|tree| *tree.at(place) = maker.clone()),
            SesError::Signer(_)
        ));
        // A time outside the validity of the seal.
        let late = if version == SesVersion::V1 {
            Node::Leaf(3, [&[0, 0x17, 13][..], b"400101000000Z"].concat())
        } else {
            Node::Leaf(0x18, b"20400101000000Z".to_vec())
        };
        assert_eq!(
            refused(&|tree| *tree.at(&[0, 2]) = late.clone()),
            SesError::Validity
        );
        // A signature of another key.
        let mut forged = Node::parse(signature.der());
        let place = if version == SesVersion::V1 { 1 } else { 3 };
        let wrong = pki.key("Test Maker").sign(&forged.at(&[0]).encode()).unwrap();
        *forged.at(&[place]) = Node::Leaf(3, [&[0], wrong.as_slice()].concat());
        assert_eq!(
            judged(&SealSignature::from_der(&forged.encode()).unwrap()).unwrap_err(),
            SesError::SignerSignature(SignatureError::Invalid)
        );
        let wrong_number = resigned(&pki, version, &|tree| *tree.at(&[0, 0]) = Node::Leaf(2, vec![9]));
        assert_eq!(wrong_number.unwrap_err(), SesError::Version);
        let no_seal = resigned(&pki, version, &|tree| {
            *tree.at(&[0, 1, 0, 0, 0]) = Node::Leaf(0x16, b"XX".to_vec());
        });
        assert_eq!(no_seal.unwrap_err(), SesError::Header);
        for length in (0..signature.der().len()).step_by(7) {
            assert!(SealSignature::from_der(&signature.der()[..length]).is_err());
        }
    }
}

#[test]
fn no_changed_bit_goes_unnoticed() {
    let pki = pki(KeyAlgorithm::EcdsaP256);
    for version in VERSIONS {
        let signature = signed(&pki, &signature_template(&pki, version)).unwrap();
        let maker = pki.certificate("Test Maker");
        let trusted = |found: &Certificate| found == maker || *found == *pki.certificate("张三");
        for position in 0..signature.der().len() * 8 {
            let mut bad = signature.der().to_vec();
            bad[position / 8] ^= 1 << (position % 8);
            let accepted = SealSignature::from_der(&bad).is_ok_and(|read| {
                judged(&read).is_ok_and(|found| trusted(&found.signer) && trusted(&found.maker))
            });
            assert!(!accepted, "bit {position} of {version:?}");
        }
    }
}

#[test]
fn extensions_of_the_signer_are_kept_and_critical_ones_refused() {
    let pki = pki(KeyAlgorithm::Sm2);
    let extension = |critical| SesExtension {
        oid: "1.2.3.4".to_owned(),
        critical,
        value: vec![5, 0],
    };
    let mut template = signature_template(&pki, SesVersion::V4);
    template.extensions = vec![extension(false)];
    let signature = signed(&pki, &template).unwrap();
    assert!(judged(&signature).is_ok());
    template.extensions = vec![extension(true)];
    let critical = SesError::CriticalExtension("1.2.3.4".to_owned());
    assert_eq!(signed(&pki, &template).unwrap_err(), critical);
    // TRUE after the identifier, in a signature made elsewhere.
    template.extensions = vec![extension(false)];
    let mut tree = Node::parse(signed(&pki, &template).unwrap().der());
    let parts = tree.at(&[0, 5, 0, 0]).children();
    parts.insert(1, Node::Leaf(1, vec![0xff]));
    let signature = pki.key("张三").sign(&tree.at(&[0]).encode()).unwrap();
    *tree.at(&[3]) = Node::Leaf(3, [&[0], signature.as_slice()].concat());
    let read = SealSignature::from_der(&tree.encode()).unwrap();
    assert_eq!(judged(&read).unwrap_err(), critical);
    let mut first = signature_template(&pki, SesVersion::V1);
    first.extensions = vec![extension(false)];
    assert_eq!(signed(&pki, &first).unwrap_err(), SesError::Version);
}

#[test]
fn a_time_stamp_says_when() {
    let pki = pki(KeyAlgorithm::Sm2);
    let token_over = |bytes: &[u8]| {
        let imprint = MessageImprint::of(DigestAlgorithm::Sm3, bytes);
        authority(&pki)
            .issue(
                &TimeStampRequest::new(imprint, [1; 8]),
                SerialNumber::from_random([1; 16]),
                NOW + 60,
            )
            .unwrap()
    };
    for version in [SesVersion::V4, SesVersion::V5] {
        let signature = signed(&pki, &signature_template(&pki, version)).unwrap();
        let stamped = signature
            .with_time_stamp(&token_over(signature.signature()))
            .unwrap();
        let verified = judged(&stamped).unwrap();
        assert_eq!(verified.time_unix_s, NOW + 60);
        let stamp = verified.time_stamp.unwrap();
        assert!(stamp.build_path(&[], &[pki.root().clone()]).is_ok());
        let other = signature.with_time_stamp(&token_over(b"other")).unwrap();
        assert!(matches!(judged(&other), Err(SesError::TimeStamp(_))));
    }
    // Version 1 has it in place of a time, over the digest of the document.
    let token = token_over(&DigestAlgorithm::Sm3.digest(DOCUMENT));
    let bits = Node::Leaf(3, [&[0], token.as_slice()].concat());
    let first = resigned(&pki, SesVersion::V1, &|tree| *tree.at(&[0, 2]) = bits.clone()).unwrap();
    assert_eq!(first.time(), &SealTime::Token(token));
    assert_eq!(judged(&first).unwrap().time_unix_s, NOW + 60);
    assert_eq!(first.with_time_stamp(&[]).unwrap_err(), SesError::Version);

    let seal = seal(&pki, SesVersion::V5);
    let stamped = seal.with_time_stamp(&token_over(seal.signature())).unwrap();
    assert_eq!(stamped.verify(), Ok(()));
    let stamp = sealpki::verify_time_stamp(
        stamped.time_stamp().unwrap(),
        |digest| digest.digest(seal.signature()),
        &[],
    );
    assert_eq!(stamp.unwrap().info.time_unix_s, NOW + 60);
}

#[test]
fn openssl_accepts_the_signatures_of_maker_and_signer() {
    let Some(openssl) = OpenSsl::find() else { return };
    let pki = pki(KeyAlgorithm::Sm2);
    let accepts = |name: &str, message: &[u8], signature: &[u8]| {
        openssl.write("message", message);
        openssl.write("signature", signature);
        openssl.write("public.der", pki.certificate(name).public_key().spki());
        openssl.accepts(
            "pkeyutl -verify -rawin -digest sm3 -pkeyopt distid:1234567812345678 -in message -sigfile signature \
             -pubin -keyform DER -inkey public.der",
        );
    };
    for version in VERSIONS {
        let signature = signed(&pki, &signature_template(&pki, version)).unwrap();
        openssl.write("signature.der", signature.der());
        openssl.accepts("asn1parse -inform DER -in signature.der");
        let mut tree = Node::parse(signature.der());
        accepts("张三", &tree.at(&[0]).encode(), signature.signature());
        let seal = tree.at(&[0, 1]);
        let info = seal.at(&[0]).encode();
        if version == SesVersion::V1 {
            // GM/T 0031-2014: seal information, certificate and algorithm as one SEQUENCE.
            let parts = [info, seal.at(&[1, 0]).encode(), seal.at(&[1, 1]).encode()];
            let message = Node::Branch(0x30, parts.iter().map(|part| Node::parse(part)).collect());
            accepts("Test Maker", &message.encode(), signature.seal().signature());
        } else {
            accepts("Test Maker", &info, signature.seal().signature());
        }
    }
}
