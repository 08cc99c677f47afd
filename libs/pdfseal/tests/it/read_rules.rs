//! The reader on hand-written files: what is tolerated because every viewer reads it alike, and what is
//! refused because they do not.

use pdfseal::{Document, Limits, Object, Place, ReadError, Reference, XrefKind};

use crate::text_pdf::{ONE_PAGE, last_startxref, objects, pdf, pdf_with, update};

fn open(file: &str) -> Result<Document<'_>, ReadError> {
    Document::open(file.as_bytes(), &Limits::default())
}

/// The file opens and its page content is the expected one.
#[track_caller]
fn reads(file: &str) {
    let document = open(file).unwrap();
    let page = document.pages().first().unwrap();
    assert_eq!((page.width(), page.height()), (200.0, 100.0));
    let content = document.get(&page.dictionary, "Contents").unwrap().into_owned();
    let content = document.decode(content.as_stream().unwrap()).unwrap();
    assert_eq!(content, b"0 0 5 5 re");
}

/// The message of the refusal, on opening or on reading the page content.
#[track_caller]
fn refusal(file: &str) -> String {
    let contents = |document: &Document<'_>| {
        let mut pages = document.pages().iter();
        pages.try_for_each(|page| document.get(&page.dictionary, "Contents").map(drop))
    };
    match open(file).and_then(|document| contents(&document)) {
        Ok(()) => panic!("accepted:\n{file}"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn refuses(file: &str, reason: &str) {
    let message = refusal(file);
    assert!(message.contains(reason), "{message}");
}

#[test]
fn a_plain_file() {
    let file = pdf(ONE_PAGE);
    reads(&file);
    let document = open(&file).unwrap();
    assert_eq!(document.next_object_number(), 5);
    assert_eq!(document.xref_kind(), XrefKind::Table);
    assert_eq!(document.last_startxref(), last_startxref(&file));
    assert_eq!(document.revisions().len(), 1);
    assert_eq!(
        document.revisions().first().unwrap().end_offset,
        file.trim_end().len()
    );
    assert!(!document.is_signed());
    assert_eq!(document.object(Reference::new(77)).unwrap(), Object::Null);
    let span = document.object_span(Reference::new(2)).unwrap().unwrap();
    let text = file.get(span).unwrap();
    assert!(text.starts_with("2 0 obj") && text.ends_with("endobj"), "{text}");
}

#[test]
fn raw_entries_are_the_text_of_the_file() {
    let file = pdf(&ONE_PAGE.replace("/Kids [3 0 R]", "/Kids%x\n[ 3 0 R ]"));
    let document = open(&file).unwrap();
    let raw = document.raw_dictionary(Reference::new(2)).unwrap();
    assert_eq!(raw.value("Kids").unwrap(), b"[ 3 0 R ]");
    let kids = raw.entries.iter().find(|entry| entry.name == "Kids").unwrap();
    assert_eq!(raw.entry(kids), b"/Kids%x\n[ 3 0 R ]");
    assert_eq!(raw.value("Parent"), None);
}

#[test]
fn tolerates_one_byte_line_ends_and_missing_zeros_in_the_table() {
    reads(&pdf(ONE_PAGE).replace(" n \n", " n\n").replace(" f \n", " f\r"));
    reads(&pdf(ONE_PAGE).replace("\n0000000", "\n0"));
}

#[test]
fn tolerates_a_generation_above_65535_of_free_entries() {
    reads(&pdf(ONE_PAGE).replace("65535 f", "65536 f"));
}

#[test]
fn tolerates_positions_that_count_the_line_break_before() {
    let mut file = pdf(ONE_PAGE);
    for (_, offset) in objects(&file, 0) {
        file = file.replace(
            &format!("{offset:010} 00000 n"),
            &format!("{:010} 00000 n", offset - 1),
        );
    }
    let start = last_startxref(&file);
    reads(&file.replace(
        &format!("startxref\n{start}"),
        &format!("startxref\n{}", start - 1),
    ));
}

#[test]
fn tolerates_white_space_and_comments_between_tokens() {
    let objects = ONE_PAGE
        .replace("3 0 obj\n<<", "3 0 obj%c\n \0<<")
        .replace("endobj\n4", "endobj % x\n4");
    reads(&pdf(&objects));
    reads(&pdf(&ONE_PAGE.replace("[3 0 R]", "[3%\n0\tR]")));
}

#[test]
fn tolerates_a_length_by_reference() {
    let objects = ONE_PAGE.replace("/Length 10", "/Length 5 0 R");
    reads(&pdf(&format!("{objects}5 0 obj\n10\nendobj\n")));
}

#[test]
fn tolerates_every_line_break_around_stream_data() {
    reads(&pdf(&ONE_PAGE.replace("stream\n0", "stream\r\n0")));
    reads(&pdf(&ONE_PAGE.replace("stream\n0", "stream\r0")));
    reads(&pdf(&ONE_PAGE.replace("re\nendstream", "reendstream")));
    reads(&pdf(&ONE_PAGE.replace("re\nendstream", "re\r\n\nendstream")));
}

#[test]
fn tolerates_missing_types_and_a_missing_media_box() {
    let objects = ONE_PAGE
        .replace("/Type /Page /Parent", "/Parent")
        .replace("/Type /Catalog ", "");
    reads(&pdf(&objects));
    let file = pdf(&ONE_PAGE.replace("/MediaBox [0 0 200 100]", ""));
    let document = open(&file).unwrap();
    assert_eq!(document.pages().first().unwrap().height(), 792.0);
}

#[test]
fn tolerates_the_same_entry_twice() {
    reads(&pdf(&ONE_PAGE.replace("/Count 1", "/Count 1 /Count 1")));
}

#[test]
fn a_null_entry_is_no_entry() {
    reads(&pdf(
        &ONE_PAGE.replace("/Count 1", "/Count 1 /Rotate null /Limits null")
    ));
    reads(&pdf_with(ONE_PAGE, "/Encrypt null"));
}

#[test]
fn tolerates_white_space_after_the_end() {
    reads(&format!("{}\r\n \0\0", pdf(ONE_PAGE)));
    reads(pdf(ONE_PAGE).trim_end());
}

#[test]
fn tolerates_broken_objects_that_nothing_reaches() {
    let file = pdf(&format!("{ONE_PAGE}5 0 obj\n<</A>>\nendobj\n"));
    reads(&file);
    assert!(open(&file).unwrap().object(Reference::new(5)).is_err());
}

#[test]
fn updates_replace_and_free_objects() {
    let first = pdf(ONE_PAGE);
    let page = "3 0 obj\n<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>\nendobj\n";
    let second = update(&first, page);
    let document = open(&second).unwrap();
    assert_eq!(document.pages().first().unwrap().width(), 9.0);
    assert_eq!(document.next_object_number(), 5);
    let ends: Vec<_> = document.revisions().iter().map(|r| r.end_offset).collect();
    assert_eq!(ends, [first.trim_end().len(), second.trim_end().len()]);
    let freed = second.replace("xref\n3 1\n", "xref\n4 1\n0000000000 00001 f \n3 1\n");
    assert_eq!(
        open(&freed).unwrap().object(Reference::new(4)).unwrap(),
        Object::Null
    );
}

#[test]
fn refuses_what_is_no_pdf() {
    assert!(matches!(open("hello"), Err(ReadError::NotPdf { .. })));
    assert!(matches!(open(""), Err(ReadError::NotPdf { .. })));
    assert!(matches!(open("%PDF-x.y"), Err(ReadError::NotPdf { .. })));
}

#[test]
fn refuses_bytes_before_the_header_and_after_the_end() {
    refuses(&format!("\n{}", pdf(ONE_PAGE)), "before the header");
    refuses(&format!("{}<html>", pdf(ONE_PAGE)), "does not end with %%EOF");
    let file = pdf(ONE_PAGE);
    refuses(file.get(..file.len() / 2).unwrap(), "does not end with %%EOF");
}

#[test]
fn refuses_a_wrong_startxref() {
    let file = pdf(ONE_PAGE);
    let start = last_startxref(&file);
    for (text, reason) in [
        (
            (start + 1).to_string(),
            "neither a cross-reference table nor a stream",
        ),
        ("99999999".to_owned(), "beyond the end"),
        ("-1".to_owned(), "not a number"),
        (String::new(), "not a number"),
    ] {
        refuses(
            &file.replace(&format!("startxref\n{start}"), &format!("startxref\n{text}")),
            reason,
        );
    }
    refuses(&file.replace("startxref", "startxxxx"), "startxref is missing");
}

#[test]
fn refuses_encryption() {
    let file = pdf_with(ONE_PAGE, "/Encrypt 4 0 R");
    assert_eq!(open(&file).unwrap_err(), ReadError::Encrypted);
    // Also when only an earlier revision says so.
    let file = update(&file, "9 0 obj\n1\nendobj\n");
    assert_eq!(open(&file).unwrap_err(), ReadError::Encrypted);
}

#[test]
fn refuses_contradicting_duplicates() {
    refuses(
        &pdf(&ONE_PAGE.replace("/Count 1", "/Count 1 /Kids [4 0 R]")),
        "/Kids stands twice",
    );
    let entry = "4 1\n0000000009 00000 n \n4 1\n";
    refuses(
        &pdf(ONE_PAGE).replace("4 1\n", entry),
        "two places for the same object",
    );
}

#[test]
fn refuses_contradicting_duplicates_in_large_dictionaries() {
    let many: String = (0..100).map(|i| format!("/K{i} {i} ")).collect();
    reads(&pdf(
        &ONE_PAGE.replace("/Count 1", &format!("/Count 1 {many} /K50 50"))
    ));
    refuses(
        &pdf(&ONE_PAGE.replace("/Count 1", &format!("/Count 1 {many} /K50 51"))),
        "/K50 stands twice",
    );
}

#[test]
fn refuses_entries_that_miss_their_object() {
    let file = pdf(ONE_PAGE);
    let (_, at) = *objects(&file, 0).get(2).unwrap();
    refuses(
        &file.replace(&format!("{at:010}"), &format!("{:010}", at + 2)),
        "in object 3 0",
    );
    refuses(
        &file.replace(&format!("{at:010} 00000"), &format!("{at:010} 00001")),
        "generation",
    );
}

#[test]
fn refuses_wrong_lengths() {
    for length in [
        "9", "12", "999999", "-1", "(10)", "1.5", "2 0 R", "4 0 R", "99 0 R",
    ] {
        let file = pdf(&ONE_PAGE.replace("/Length 10", &format!("/Length {length}")));
        refuses(&file, "/Length");
    }
    refuses(&pdf(&ONE_PAGE.replace("<</Length 10>>", "<<>>")), "no /Length");
    refuses(&pdf(&ONE_PAGE.replace("stream\n0", "stream 0")), "line break");
}

#[test]
fn refuses_missing_words() {
    refuses(
        &pdf(&ONE_PAGE.replace("re\nendstream\nendobj", "re\nendstream\n")),
        "endobj is missing",
    );
    refuses(
        &pdf(ONE_PAGE).replace("trailer", "trajler"),
        "trailer was expected",
    );
    refuses(
        &pdf(ONE_PAGE).replace("/Root 1 0 R", ""),
        "trailer has no reference",
    );
}

#[test]
fn refuses_notations_nobody_agrees_on() {
    for bad in [
        "--5",
        "1.2.3",
        "1e5",
        "+",
        ".",
        "99999999999999999999",
        "<12x>",
        "(abc",
        "<12",
        "nul",
        "[1 2",
        "/a#00",
    ] {
        let file = pdf(&ONE_PAGE.replace("/Resources <<>>", &format!("/Resources {bad}")));
        let message = refusal(&file);
        assert!(message.contains("damaged at byte"), "{bad}: {message}");
    }
}

#[test]
fn reads_the_notations_of_the_standard() {
    let value = "[+17 -.5 4. (a\\(b\\)\\101\\\r\nc\\53x\\q) <48 6> /A#42 /#zz () <> / null true]";
    let file = pdf(&format!("{ONE_PAGE}5 0 obj\n{value}\nendobj\n"));
    let Object::Array(items) = open(&file).unwrap().object(Reference::new(5)).unwrap() else {
        panic!()
    };
    let text = |i: usize| items.get(i).unwrap().as_string().unwrap().bytes.clone();
    let name = |i: usize| items.get(i).unwrap().as_name().unwrap().as_bytes().to_vec();
    assert_eq!(items.first(), Some(&Object::Integer(17)));
    assert_eq!(items.get(1), Some(&Object::Real(-0.5)));
    assert_eq!(items.get(2), Some(&Object::Real(4.0)));
    assert_eq!(text(3), b"a(b)Ac+xq");
    assert_eq!(text(4), b"H`");
    assert_eq!((name(5), name(6)), (b"AB".to_vec(), b"#zz".to_vec()));
    assert_eq!((text(7), text(8), name(9)), (vec![], vec![], vec![]));
    assert_eq!(items.get(11), Some(&Object::Boolean(true)));
}

#[test]
fn refuses_circles() {
    let file = pdf(ONE_PAGE);
    let start = last_startxref(&file);
    refuses(
        &file.replace("/Root", &format!("/Prev {start} /Root")),
        "in a circle",
    );
    refuses(
        &pdf(&ONE_PAGE.replace("[3 0 R]", "[2 0 R]")),
        "twice in the page tree",
    );
    refuses(
        &pdf(&ONE_PAGE.replace("[3 0 R]", "[3 0 R 3 0 R]")),
        "twice in the page tree",
    );
    let circle = ONE_PAGE.replace("/Contents 4 0 R", "/Contents 5 0 R");
    refuses(
        &pdf(&format!(
            "{circle}5 0 obj\n6 0 R\nendobj\n6 0 obj\n5 0 R\nendobj\n"
        )),
        "without end",
    );
}

#[test]
fn refuses_page_trees_that_can_be_counted_differently() {
    refuses(
        &pdf(&ONE_PAGE.replace("/Count 1", "/Count 2")),
        "announces 2 pages and has 1",
    );
    refuses(
        &pdf(&ONE_PAGE.replace("[3 0 R]", "[]").replace("/Count 1", "/Count 0")),
        "no pages",
    );
    refuses(
        &pdf(&ONE_PAGE.replace("[3 0 R]", "[<</Type /Page>>]")),
        "not an indirect object",
    );
    refuses(&pdf(&ONE_PAGE.replace("[3 0 R]", "[9 0 R]")), "should be a page");
    refuses(
        &pdf(&ONE_PAGE.replace("/Type /Page /Parent", "/Type /Font /Parent")),
        "another /Type",
    );
    refuses(
        &pdf(&ONE_PAGE.replace("/Type /Page /Parent", "/Type /Page /Kids [] /Parent")),
        "has /Kids",
    );
}

#[test]
fn refuses_unusable_boxes_and_rotations() {
    for bad in ["[0 0 200]", "[0 0 0 100]", "[0 0 (a) 1]", "[0 0 1 99999999]"] {
        let file = pdf(&ONE_PAGE.replace("/MediaBox [0 0 200 100]", &format!("/MediaBox {bad}")));
        refuses(&file, "page box");
    }
    let with = |entry: &str| pdf(&ONE_PAGE.replace("/Resources", &format!("{entry} /Resources")));
    refuses(&with("/CropBox [300 300 400 400]"), "no area");
    refuses(&with("/Rotate 45"), "multiple of 90");
    refuses(&with("/UserUnit 0"), "/UserUnit");
    let file = with("/Rotate -90 /CropBox [10 20 110 60] /UserUnit 2");
    let document = open(&file).unwrap();
    let page = document.pages().first().unwrap();
    assert_eq!((page.rotate, page.width(), page.height()), (270, 80.0, 200.0));
}

#[test]
fn displayed_corners_map_to_user_space() {
    // The displayed lower left and upper right corners of a cropped page in each rotation.
    for (rotate, lower_left, upper_right) in [
        (0, (10.0, 20.0), (110.0, 60.0)),
        (90, (110.0, 20.0), (10.0, 60.0)),
        (180, (110.0, 60.0), (10.0, 20.0)),
        (270, (10.0, 60.0), (110.0, 20.0)),
    ] {
        let entries = format!("/Rotate {rotate} /CropBox [10 20 110 60] /UserUnit 2 /Resources");
        let file = pdf(&ONE_PAGE.replace("/Resources", &entries));
        let document = open(&file).unwrap();
        let page = document.pages().first().unwrap();
        let [a, b, c, d, e, f] = page.display_to_user();
        let map = |x: f64, y: f64| (a * x + c * y + e, b * x + d * y + f);
        assert_eq!(map(0.0, 0.0), lower_left, "{rotate}");
        assert_eq!(map(page.width(), page.height()), upper_right, "{rotate}");
    }
}

#[test]
fn inherited_attributes_count() {
    let objects = ONE_PAGE.replace("/MediaBox [0 0 200 100]", "");
    reads(&pdf(
        &objects.replace("/Count 1", "/Count 1 /MediaBox [200 100 0 0]")
    ));
}

#[test]
fn limits_are_kept() {
    let file = pdf(ONE_PAGE);
    let refused = |limits: Limits| {
        matches!(
            Document::open(file.as_bytes(), &limits),
            Err(ReadError::LimitExceeded { .. })
        )
    };
    assert!(refused(Limits {
        file_bytes: 100,
        ..Limits::default()
    }));
    assert!(refused(Limits {
        pages: 0,
        ..Limits::default()
    }));
    assert!(refused(Limits {
        objects: 2,
        ..Limits::default()
    }));
    assert!(refused(Limits {
        parsed_bytes: 50,
        ..Limits::default()
    }));
    assert!(refused(Limits {
        sections: 0,
        ..Limits::default()
    }));
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    refuses(
        &pdf(&ONE_PAGE.replace("/Resources <<>>", &format!("/Resources {deep}"))),
        "nested too deeply",
    );
    // The deepest that any setting allows fits the stack of a thread.
    let most = Limits {
        nesting: usize::MAX,
        ..Limits::default()
    };
    let deep = format!("{}1{}", "<</A ".repeat(198), ">>".repeat(198));
    let file = pdf(&ONE_PAGE.replace("/Resources <<>>", &format!("/Resources {deep}")));
    assert!(pdfseal::rebuild(file.as_bytes(), &most).is_ok());
    let wide = "0 ".repeat(1_000_001);
    refuses(
        &pdf(&ONE_PAGE.replace("/Resources <<>>", &format!("/Resources [{wide}]"))),
        "too many values",
    );
}

#[test]
fn places_are_named() {
    let file = pdf(&ONE_PAGE.replace("/Count 1", "/Count --1"));
    let Err(ReadError::Damaged {
        place: Place::Offset(at),
        ..
    }) = open(&file)
    else {
        panic!()
    };
    assert_eq!(file.get(at..at + 3), Some("--1"));
}

#[test]
fn signatures_are_noticed() {
    let with = |catalog: &str, page: &str, field: &str| {
        let objects = ONE_PAGE.replace("/Type /Catalog", &format!("/Type /Catalog {catalog}"));
        let objects = objects.replace("/Resources", &format!("{page} /Resources"));
        let objects = format!("{objects}5 0 obj\n<</FT /Sig /T (s) {field}>>\nendobj\n");
        let file = pdf(&format!("{objects}6 0 obj\n<</Type /Sig>>\nendobj\n"));
        open(&file).unwrap().is_signed()
    };
    let form = "/AcroForm <</Fields [5 0 R]>>";
    assert!(with(form, "", "/V 6 0 R"));
    assert!(with(form, "", "/V <</ByteRange [0 1 2 3]>>"));
    assert!(with("/Perms <</DocMDP 6 0 R>>", "", ""));
    assert!(with(
        "/AcroForm <</Fields [<</T (p) /Kids [5 0 R]>>]>>",
        "",
        "/V 6 0 R"
    ));
    // A signed widget that the form does not list.
    assert!(with("", "/Annots [5 0 R]", "/V 6 0 R"));
    assert!(!with(form, "/Annots [5 0 R]", ""));
}
