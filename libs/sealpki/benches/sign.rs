//! How much a complete signature costs above the bare key operation: `cargo bench -p sealpki`.
//!
//! Prints the median of many runs in microseconds and the ratio. Raw and complete runs alternate, so that other load
//! on the machine falls on both alike.

#![expect(clippy::expect_used, reason = "a benchmark stops at the first surprise")]

use std::time::{Duration, Instant};

use sealpki::{
    AttributeKind, CertificateTemplate, DistinguishedName, Issuer, KeyAlgorithm, PrivateKey, Profile,
    SerialNumber, SignerIdentity, sha256, sign_certificate, verify_detached,
};

const RUNS: usize = 2000;

fn main() {
    println!(
        "{:<12} {:>10} {:>12} {:>7} {:>12}",
        "algorithm", "raw µs", "complete µs", "ratio", "verify µs"
    );
    for algorithm in [KeyAlgorithm::Rsa2048, KeyAlgorithm::EcdsaP256] {
        let (key, signer) = signer(algorithm);
        let digest = sha256(b"content");
        let cms = signer.sign_detached(&digest).expect("signs");
        let (mut raw, mut complete, mut verify) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..RUNS {
            raw.push(time(|| key.sign(&digest).expect("signs").len()));
            complete.push(time(|| signer.sign_detached(&digest).expect("signs").len()));
            verify.push(time(|| {
                verify_detached(&cms, |_| digest)
                    .expect("verifies")
                    .signature
                    .len()
            }));
        }
        let [raw, complete, verify] = [raw, complete, verify].map(median_us);
        let name = format!("{algorithm:?}");
        println!(
            "{name:<12} {raw:>10.1} {complete:>12.1} {:>7.3} {verify:>12.1}",
            complete / raw
        );
    }
}

fn time(work: impl Fn() -> usize) -> Duration {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed()
}

fn median_us(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times
        .get(times.len() / 2)
        .copied()
        .unwrap_or_default()
        .as_secs_f64()
        * 1e6
}

/// A root, an issuing authority and a signer below it, and the signer's key once more for the raw operation.
fn signer(algorithm: KeyAlgorithm) -> (PrivateKey, SignerIdentity) {
    let key = || PrivateKey::generate(algorithm).expect("makes a key");
    let name = |text: &str| DistinguishedName::new(&[(AttributeKind::CommonName, text)]).expect("is a name");
    let template = |issuer: Issuer, subject: &str, key: &PrivateKey, profile| CertificateTemplate {
        serial: SerialNumber::from_random([7; 16]),
        issuer,
        subject: name(subject),
        not_before_unix_s: 1_800_000_000,
        not_after_unix_s: 1_800_086_400,
        public_key: key.public_key().clone(),
        profile,
        ca_issuers_url: None,
        ocsp_url: None,
        crl_url: None,
    };
    let (root_key, issuing_key, own_key) = (key(), key(), key());
    let itself = Issuer {
        name: name("Root"),
        key_id: root_key.public_key().key_id().to_vec(),
    };
    let root =
        sign_certificate(&template(itself, "Root", &root_key, Profile::Root), &root_key).expect("root");
    let from_root = Issuer::from_certificate(&root);
    let issuing = template(from_root, "Issuing", &issuing_key, Profile::IssuingCa);
    let issuing = sign_certificate(&issuing, &root_key).expect("issuing");
    let from_issuing = Issuer::from_certificate(&issuing);
    let own = template(from_issuing, "Signer", &own_key, Profile::DocumentSigning);
    let own = sign_certificate(&own, &issuing_key).expect("signer");
    let pkcs8 = own_key.to_pkcs8().expect("encodes");
    let copy = PrivateKey::from_pkcs8(pkcs8.expose()).expect("decodes");
    (
        copy,
        SignerIdentity::new(own_key, own, vec![issuing, root]).expect("fits"),
    )
}
