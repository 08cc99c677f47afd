//! Revocation lists of any bytes: what is read can be asked.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sealpki::RevocationList;

fuzz_target!(|data: &[u8]| {
    let Ok(list) = RevocationList::from_der(data) else {
        return;
    };
    assert_eq!(list.der(), data);
    let _ = list.issuer().to_string();
    for entry in list.revoked() {
        assert_eq!(list.find(&entry.serial), Some(entry));
    }
    for at in [i64::MIN, 0, i64::MAX] {
        let _ = list.is_current_at(at, u32::MAX);
    }
});
