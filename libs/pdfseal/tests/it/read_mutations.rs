//! No input makes the reader panic, hang or run away: good files with changed bytes.

use pdfseal::{Document, Limits, Object, Reference, merge, rebuild};
use proptest::prelude::*;

use crate::read_corpus::samples;
use crate::text_pdf::{ONE_PAGE, pdf, update};

/// Everything the reader offers, on anything.
fn exercise(bytes: &[u8]) {
    let limits = Limits {
        parsed_bytes: 4 << 20,
        stream_bytes: 4 << 20,
        ..Limits::default()
    };
    if let Ok(document) = Document::open(bytes, &limits) {
        for number in 0..document.next_object_number().min(300) {
            let reference = Reference::new(number);
            let _ = document.object_span(reference);
            let _ = document.raw_dictionary(reference);
            if let Ok(Object::Stream(stream)) = document.object(reference) {
                let _ = document.decode(&stream);
            }
        }
    }
    if let Ok(rebuilt) = rebuild(bytes, &limits) {
        // What we write we can read, whatever it was made from.
        let again = Document::open(&rebuilt.bytes, &Limits::default()).unwrap();
        assert_eq!(again.pages().len(), rebuilt.page_count);
        let _ = merge(&[bytes, &rebuilt.bytes], &limits);
    }
}

fn bases() -> Vec<Vec<u8>> {
    let text = "5 0 obj\n<</T (a\\051) /A [1 -2.5 <00ff> /N null true 3 0 R]>>\nendobj\n";
    let mut bases = vec![
        pdf(ONE_PAGE).into_bytes(),
        update(&pdf(ONE_PAGE), text).into_bytes(),
    ];
    let files = samples().into_iter().filter_map(|path| std::fs::read(path).ok());
    bases.extend(files.filter(|bytes| bytes.len() < 15_000));
    bases
}

/// Words that mean something to a PDF reader.
const WORDS: [&str; 23] = [
    "obj",
    "R",
    "<<",
    ">>",
    "[",
    "]",
    "(",
    ")",
    "stream\n",
    "endobj",
    "/Kids",
    "/Length",
    "/Prev",
    "-1",
    "0",
    "4294967295",
    "18446744073709551616",
    "1 0 R",
    "3 0 R",
    "/Parent",
    "%",
    "/Type",
    "null",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_bytes_never_panic(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let bases = bases();
        let mut bytes = pick.get(&bases).clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        exercise(&bytes);
    }

    #[test]
    fn changed_words_never_panic(
        pick in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        word in prop::sample::select(&WORDS),
        cut in 0_usize..12,
    ) {
        let bases = bases();
        let mut bytes = pick.get(&bases).clone();
        let at = at.index(bytes.len());
        // The same length keeps the positions of the cross-reference table right.
        let end = if cut == 0 { at + word.len() } else { at + cut }.min(bytes.len());
        bytes.splice(at..end, word.bytes());
        exercise(&bytes);
    }

    #[test]
    fn cut_files_never_panic(pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let bases = bases();
        let bytes = pick.get(&bases);
        exercise(&bytes[..at.index(bytes.len())]);
    }
}
