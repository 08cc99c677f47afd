//! Any bytes as a PDF file: reading, rewriting and planning end, with or without an error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pdfseal::{Document, Limits, Object, rebuild, sign::SigningPlan};

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    if let Ok(document) = Document::open_encrypted(data, &limits) {
        for page in document.pages() {
            if let Ok(Object::Stream(content)) =
                document.get(&page.dictionary, "Contents").map(|found| found.into_owned())
            {
                let _ = document.decode(&content);
            }
        }
        let _ = SigningPlan::from_document(&document);
    }
    if let Ok(rebuilt) = rebuild(data, &limits) {
        let again = Document::open(&rebuilt.bytes, &limits).map(|document| document.pages().len());
        assert_eq!(again.ok(), Some(rebuilt.page_count));
    }
    let _ = SigningPlan::from_bytes(data);
});
