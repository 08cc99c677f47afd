//! Certificates of any bytes, alone and as a pool to find a path in.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealpki::{
    Certificate, PathMaterial, PathRules, Profile, RevocationRule, element_len, lint, validate_path,
};

fuzz_target!(|data: &[u8]| {
    // As many certificates as follow one another.
    let (mut rest, mut pool) = (data, Vec::new());
    while let Ok(length) = element_len(rest) {
        let (first, others) = rest.split_at(length);
        rest = others;
        if let Ok(certificate) = Certificate::from_der(first) {
            assert_eq!(certificate.der(), first);
            let _ = certificate.subject().to_string();
            let _ = certificate.serial().to_string();
            for profile in [Profile::Root, Profile::DocumentSigning, Profile::TimeStamping] {
                let _ = lint(&certificate, profile);
            }
            let _ = certificate.verify_issued_by(&certificate);
            pool.push(certificate);
        }
    }
    let (Some(leaf), Some(anchor)) = (pool.first(), pool.last()) else {
        return;
    };
    let material = PathMaterial {
        certificates: &pool,
        anchors: std::slice::from_ref(anchor),
        ocsp_responses: &[],
        revocation_lists: &[],
    };
    let rules = PathRules {
        at_unix_s: leaf.not_before_unix_s(),
        revocation: RevocationRule::WhenAvailable,
        grace_s: 0,
    };
    if let Err(error) = validate_path(leaf, &material, &rules) {
        let _ = (error.to_string(), error.sub_indication().name());
    }
});
