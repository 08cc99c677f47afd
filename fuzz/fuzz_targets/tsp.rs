//! Time-stamp requests, responses and tokens of any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealpki::{DigestAlgorithm, MessageImprint, TimeStampRequest, time_stamp_token, verify_time_stamp};

fuzz_target!(|data: &[u8]| {
    if let Ok(request) = TimeStampRequest::from_der(data) {
        assert_eq!(TimeStampRequest::from_der(&request.to_der()), Ok(request));
    }
    if let Ok(token) = time_stamp_token(data) {
        let _ = verify_time_stamp(token, |digest| digest.digest(b"contract"), &[]);
        let imprint = MessageImprint::of(DigestAlgorithm::Sha256, b"contract");
        let _ = TimeStampRequest::new(imprint, [7; 8]).verify_response(data, &[]);
    }
    if let Ok(verified) = verify_time_stamp(data, |digest| digest.digest(b"contract"), &[]) {
        let _ = verified.build_path(&[], &verified.embedded_certificates);
    }
});
