//! Signatures of any bytes: judging them ends, with or without an error, and a time-stamp changes nothing else.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealpki::{add_signature_time_stamp, element_len, verify_detached};

fuzz_target!(|data: &[u8]| {
    let judged = verify_detached(data, |digest| digest.digest(b"contract"));
    if let Ok(verified) = judged {
        assert_eq!(element_len(data), Ok(data.len()));
        let _ = verified.signature_time_stamps();
        let _ = verified.check_embedded(&verified.embedded_certificates);
    }
    // The first half as signature, the second as token.
    let (cms, token) = data.split_at(data.len() / 2);
    if let Ok(stamped) = add_signature_time_stamp(cms, token) {
        assert_eq!(element_len(&stamped), Ok(stamped.len()));
    }
});
