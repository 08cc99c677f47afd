//! Electronic seals and signatures with them, of any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealpki::{ElectronicSeal, SealSignature};

fuzz_target!(|data: &[u8]| {
    if let Ok(seal) = ElectronicSeal::from_der(data) {
        assert_eq!(seal.der(), data);
        let _ = seal.verify();
        let _ = seal.with_time_stamp(b"");
    }
    if let Ok(signature) = SealSignature::from_der(data) {
        assert_eq!(signature.der(), data);
        let _ = signature.verify(|digest| digest.digest(b"contract"), &[]);
        if let Ok(stamped) = signature.with_time_stamp(b"token") {
            assert_eq!(stamped.seal(), signature.seal());
        }
    }
});
