//! Any file that can be signed is left as it is, and can be read and signed again afterwards.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pdfseal::{
    Document, Limits,
    sign::{
        SignRequest, SigningPlan, SigningTime, ValidationData, append_validation_data, prepare_signature,
        prepare_time_stamp,
    },
};

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let Ok(plan) = SigningPlan::prepare(data, &limits) else {
        return;
    };
    let request = SignRequest {
        stamps: &[],
        pictures: &[],
        field_prefix: "fuzz",
        signer_name: Some("fuzz"),
        reason: None,
        location: None,
        time: SigningTime {
            unix_seconds: 1_795_330_000,
            offset_minutes: 480,
        },
        contents_reserve: 64,
    };
    let Ok(pending) = prepare_signature(&plan, &request) else {
        return;
    };
    let mut file = data.to_vec();
    let Ok(signed) = pending.complete(&[0x30; 64]) else {
        return;
    };
    file.extend_from_slice(&signed.bytes);
    let document = Document::open(&file, &limits).expect("a signed file can be read");
    assert!(document.is_signed());
    let stored = SigningPlan::from_bytes(&signed.plan.to_bytes()).expect("a plan survives being stored");
    let evidence = ValidationData {
        certificates: &[b"certificate"],
        ..ValidationData::default()
    };
    let data = append_validation_data(&stored, &evidence).expect("validation data can be added");
    file.extend_from_slice(&data.bytes);
    let stamp = prepare_time_stamp(&data.plan, "stamp", 64).expect("a time-stamp can be added");
    file.extend_from_slice(&stamp.complete(&[0x30; 64]).expect("it fits").bytes);
    Document::open(&file, &limits).expect("an augmented file can be read");
});
