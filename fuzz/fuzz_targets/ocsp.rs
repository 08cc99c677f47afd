//! OCSP requests and responses of any bytes, judged about a certificate of the seed corpus.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use sealpki::{Certificate, OcspRequest, verify_ocsp_response};

/// Issuer and certificate of the seeds.
static CERTIFICATES: OnceLock<(Certificate, Certificate)> = OnceLock::new();

fuzz_target!(|data: &[u8]| {
    if let Ok(request) = OcspRequest::from_der(data) {
        assert_eq!(OcspRequest::from_der(&request.to_der()), Ok(request));
    }
    let (issuer, certificate) = CERTIFICATES.get_or_init(|| {
        let read = |bytes: &[u8]| Certificate::from_der(bytes).expect("the seed is a certificate");
        (
            read(include_bytes!("../seeds/x509/issuing")),
            read(include_bytes!("../seeds/x509/leaf")),
        )
    });
    if let Ok(verified) = verify_ocsp_response(data, certificate, issuer, &[]) {
        let _ = verified.is_current_at(i64::MAX, u32::MAX);
        let _ = verified.check_nonce(b"nonce");
    }
});
