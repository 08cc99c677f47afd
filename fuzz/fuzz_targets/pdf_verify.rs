//! Any bytes as a signed file: validation ends, and nothing passes without an anchor.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pdfseal::{
    Limits,
    verify::{Revocation, Validation, validate},
};

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    for revocation in [Revocation::IfPresent, Revocation::Required] {
        let options = Validation {
            revocation,
            ..Validation::new(&limits, &[], 1_795_330_000)
        };
        assert!(!validate(data, &options).all_passed());
    }
});
