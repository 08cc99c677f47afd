//! PKCS #12 files of any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealpki::{PrivateKey, import_pkcs12};

fuzz_target!(|data: &[u8]| {
    let _ = import_pkcs12(data, "password");
    let _ = PrivateKey::from_pkcs8(data);
});
