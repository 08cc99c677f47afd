//! Writes seed corpora for the fuzz targets: one good example of everything, below the folder given as the only argument.
//!
//! `cargo run -p sealpki --example fuzz_seeds -- fuzz/seeds`

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use sealpki::{
    Accuracy, AttributeKind, Certificate, CertificateId, CertificateStatus, CertificateTemplate, CmsLayout,
    CmsOptions, CrlTemplate, DistinguishedName, ElectronicSeal, Issuer, KeyAlgorithm, MessageImprint,
    OcspAnswer, OcspHash, OcspRequest, OcspResponder, PrivateKey, Profile, RevocationReason,
    RevokedCertificate, SealInfo, SealPicture, SealSignature, SealSignatureTemplate, SealSigners,
    SerialNumber, SesVersion, SignerIdentity, Sm2Identifier, TimeStampAuthority, TimeStampRequest,
    add_signature_time_stamp, sign_certificate, sign_crl, verify_detached,
};

const NOW: i64 = 1_800_000_000;
const DAY: i64 = 86_400;
const CONTENT: &[u8] = b"contract";

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A key with its certificate.
struct Holder {
    key: PrivateKey,
    certificate: Certificate,
}

impl Holder {
    fn new(algorithm: KeyAlgorithm, name: &str, profile: Profile, issuer: Option<&Self>) -> Outcome<Self> {
        let key = PrivateKey::generate(algorithm)?;
        let subject =
            DistinguishedName::new(&[(AttributeKind::Country, "CN"), (AttributeKind::CommonName, name)])?;
        let own = Issuer {
            name: subject.clone(),
            key_id: key.public_key().key_id().to_vec(),
        };
        let number = u8::try_from(name.len() % 251)?;
        let template = CertificateTemplate {
            serial: SerialNumber::from_random([number; 16]),
            issuer: issuer.map_or(own, |issuer| Issuer::from_certificate(&issuer.certificate)),
            subject,
            not_before_unix_s: NOW - DAY,
            not_after_unix_s: NOW + 365 * DAY,
            public_key: key.public_key().clone(),
            profile,
            ca_issuers_url: Some("http://ca.example.com/issuing.cer".to_owned()),
            ocsp_url: Some("http://ca.example.com/ocsp".to_owned()),
            crl_url: Some("http://ca.example.com/issuing.crl".to_owned()),
        };
        let certificate = sign_certificate(&template, issuer.map_or(&key, |issuer| &issuer.key))?;
        Ok(Self { key, certificate })
    }
}

struct Corpus {
    root: PathBuf,
}

impl Corpus {
    fn add(&self, target: &str, name: &str, bytes: &[u8]) -> Outcome<()> {
        let folder = self.root.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), bytes)?;
        Ok(())
    }
}

fn main() -> Outcome<()> {
    let root = std::env::args()
        .nth(1)
        .ok_or("the folder to write to is missing")?;
    let corpus = Corpus { root: root.into() };
    for (algorithm, suffix) in [(KeyAlgorithm::EcdsaP256, ""), (KeyAlgorithm::Sm2, "-sm2")] {
        write_hierarchy(&corpus, algorithm, suffix)?;
    }
    let scalar = [[7; 32].as_slice(), &[0, 0, 0, 0, 0, 0, 0, 1], CONTENT].concat();
    corpus.add("sm2_differential", "one", &scalar)?;
    corpus.add("sm2_differential", "zero", &[0; 48])?;
    Ok(())
}

fn write_hierarchy(corpus: &Corpus, algorithm: KeyAlgorithm, suffix: &str) -> Outcome<()> {
    let root = Holder::new(algorithm, "Root", Profile::Root, None)?;
    let issuing = Holder::new(algorithm, "Issuing", Profile::IssuingCa, Some(&root))?;
    let leaf = Holder::new(algorithm, "Leaf", Profile::DocumentSigning, Some(&issuing))?;
    let time = Holder::new(algorithm, "Time Stamps", Profile::TimeStamping, Some(&issuing))?;
    let responder = Holder::new(
        algorithm,
        "Responder of OCSP",
        Profile::OcspResponder,
        Some(&issuing),
    )?;
    let named = |name: &str| format!("{name}{suffix}");
    for (name, holder) in [
        ("root", &root),
        ("issuing", &issuing),
        ("leaf", &leaf),
        ("time", &time),
    ] {
        corpus.add("x509", &named(name), holder.certificate.der())?;
    }
    let chain = [&leaf, &issuing, &root].map(|holder| holder.certificate.der());
    corpus.add("x509", &named("chain"), &chain.concat())?;
    corpus.add("pkcs12", &named("pkcs8"), leaf.key.to_pkcs8()?.expose())?;

    let digest = algorithm.signature_algorithm().digest();
    let authority = TimeStampAuthority::new(
        time.key,
        time.certificate,
        std::slice::from_ref(&issuing.certificate),
        "1.2.3.4",
        Some(Accuracy::ONE_SECOND),
    )?;
    let stamp = |bytes: &[u8]| -> Outcome<(TimeStampRequest, Vec<u8>)> {
        let request = TimeStampRequest::new(MessageImprint::of(digest, bytes), [7; 8]);
        let token = authority.issue(&request, SerialNumber::from_random([1; 16]), NOW)?;
        Ok((request, token))
    };
    let (request, token) = stamp(CONTENT)?;
    let answer = authority.respond(&request.to_der(), SerialNumber::from_random([1; 16]), NOW);
    let refusal = authority.respond(b"junk", SerialNumber::from_random([1; 16]), NOW);
    corpus.add("tsp", &named("request"), &request.to_der())?;
    corpus.add("tsp", &named("token"), &token)?;
    corpus.add("tsp", &named("answer"), &answer.response)?;
    corpus.add("tsp", &named("refusal"), &refusal.response)?;

    write_revocation(corpus, suffix, &issuing, &leaf, responder)?;
    for version in [SesVersion::V1, SesVersion::V4, SesVersion::V5] {
        write_seal(
            corpus,
            &format!("{version:?}{suffix}"),
            version,
            &leaf,
            digest.digest(CONTENT),
        )?;
    }
    for (layout, name) in [(CmsLayout::Rfc5652, "rfc5652"), (CmsLayout::Gmt0010, "gmt0010")] {
        let options = CmsOptions {
            layout,
            sm2_identifier: Sm2Identifier::Sm2Sign,
        };
        let key = PrivateKey::from_pkcs8(leaf.key.to_pkcs8()?.expose())?;
        let above = vec![issuing.certificate.clone()];
        let signer = SignerIdentity::with_options(key, leaf.certificate.clone(), above, options)?;
        let cms = signer.sign_detached(&digest.digest(CONTENT))?;
        let signature = verify_detached(&cms, |digest| digest.digest(CONTENT))?.signature;
        corpus.add("cms", &named(name), &cms)?;
        let stamped = add_signature_time_stamp(&cms, &stamp(&signature)?.1)?;
        corpus.add("cms", &named(&format!("{name}-stamped")), &stamped)?;
    }
    Ok(())
}

fn write_revocation(
    corpus: &Corpus,
    suffix: &str,
    issuing: &Holder,
    leaf: &Holder,
    responder: Holder,
) -> Outcome<()> {
    let named = |name: &str| format!("{name}{suffix}");
    let id = CertificateId::new(OcspHash::Sha1, &issuing.certificate, leaf.certificate.serial());
    let service = OcspResponder::new(responder.key, responder.certificate, &issuing.certificate)?;
    let revoked = CertificateStatus::Revoked {
        at_unix_s: NOW,
        reason: Some(RevocationReason::Superseded),
    };
    for (name, status) in [("good", CertificateStatus::Good), ("revoked", revoked)] {
        let said = OcspAnswer {
            id: id.clone(),
            status,
            this_update_unix_s: NOW,
            next_update_unix_s: Some(NOW + DAY),
        };
        corpus.add(
            "ocsp",
            &named(name),
            &service.respond(&[said], Some(&[1; 16]), NOW)?,
        )?;
    }
    let asked = OcspRequest::new(&leaf.certificate, &issuing.certificate);
    corpus.add("ocsp", &named("request"), &asked.to_der())?;
    let entries = (0..3u8).map(|number| RevokedCertificate {
        serial: SerialNumber::from_random([number; 16]),
        at_unix_s: NOW,
        reason: (number > 0).then_some(RevocationReason::KeyCompromise),
    });
    let list = CrlTemplate {
        issuer: Issuer::from_certificate(&issuing.certificate),
        number: 1,
        this_update_unix_s: NOW,
        next_update_unix_s: NOW + DAY,
        revoked: entries.collect(),
    };
    corpus.add("crl", &named("list"), sign_crl(&list, &issuing.key)?.der())
}

fn write_seal(
    corpus: &Corpus,
    name: &str,
    version: SesVersion,
    holder: &Holder,
    data_hash: Vec<u8>,
) -> Outcome<()> {
    let info = SealInfo {
        version,
        vendor: "Example".to_owned(),
        id: "1".to_owned(),
        kind: 1,
        name: "公章".to_owned(),
        signers: SealSigners::Certificates(vec![holder.certificate.clone()]),
        created_at_unix_s: NOW,
        valid_from_unix_s: NOW,
        valid_to_unix_s: NOW + DAY,
        picture: SealPicture {
            kind: "PNG".to_owned(),
            data: vec![1, 2, 3],
            width_mm: 40,
            height_mm: 40,
        },
        extensions: vec![],
    };
    let seal = ElectronicSeal::sign(&info, &holder.key, &holder.certificate)?;
    corpus.add("ses", &format!("{name}-seal"), seal.der())?;
    let template = SealSignatureTemplate {
        seal,
        signed_at_unix_s: NOW,
        data_hash,
        property: "/".to_owned(),
        extensions: vec![],
    };
    let signature = SealSignature::sign(&template, &holder.key, &holder.certificate)?;
    corpus.add("ses", &format!("{name}-signature"), signature.der())
}
