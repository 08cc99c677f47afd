//! Cross-reference streams, object streams, hybrid and linearised files, written as text (no compression).

use pdfseal::{Document, Limits, Object, ReadError, Reference, XrefKind};

use crate::text_pdf::{ONE_PAGE, objects, pdf};

/// Rows of a cross-reference stream in hexadecimal, `/W [1 3 1]`.
fn rows(rows: &[(u8, usize, u8)]) -> String {
    rows.iter()
        .map(|(kind, place, extra)| format!("{kind:02x}{place:06x}{extra:02x}\n"))
        .collect()
}

fn xref_stream(number: u32, data: &str, entries: &str) -> String {
    let length = data.len() + 1;
    format!(
        "{number} 0 obj\n<</Type /XRef /W [1 3 1] /Filter /ASCIIHexDecode /Length {length} {entries}>>\n\
         stream\n{data}>\nendstream\nendobj\n"
    )
}

/// Entries of the object stream of [`compressed`].
const CONTAINER: &str = "/Type /ObjStm /N 2 /First 9 /Length 81";

/// Catalog and page tree in an object stream, page and content plain, all listed in a stream.
fn compressed() -> String {
    compressed_with(CONTAINER, "1 0 2 32 ", (1, 0))
}

/// The same with other entries of the container and another index at its start. `kind` 2 lists the container
/// as being inside the object stream `inside`.
fn compressed_with(container: &str, index: &str, (kind, inside): (u8, usize)) -> String {
    let inner = format!("{index}<</Type /Catalog /Pages 2 0 R>>\n<</Type /Pages /Kids [3 0 R] /Count 1>> ");
    assert_eq!(inner.len(), 81);
    let page = ONE_PAGE.split_once("3 0 obj").unwrap().1;
    let mut file =
        format!("%PDF-1.5\n3 0 obj{page}5 0 obj\n<<{container}>>\nstream\n{inner}\nendstream\nendobj\n");
    let at = |number: u32| objects(&file, 0).iter().find(|(n, _)| *n == number).unwrap().1;
    let start = file.len();
    let place = if kind == 1 { at(5) } else { inside };
    let data = rows(&[
        (0, 0, 255),
        (2, 5, 0),
        (2, 5, 1),
        (1, at(3), 0),
        (1, at(4), 0),
        (kind, place, 0),
        (1, start, 0),
    ]);
    file.push_str(&xref_stream(6, &data, "/Size 7 /Root 1 0 R"));
    file.push_str(&format!("startxref\n{start}\n%%EOF\n"));
    file
}

fn open(file: &str) -> Result<Document<'_>, ReadError> {
    Document::open(file.as_bytes(), &Limits::default())
}

#[track_caller]
fn refuses(file: &str, reason: &str) {
    let message = open(file).map(drop).unwrap_err().to_string();
    assert!(message.contains(reason), "{message}");
}

#[test]
fn streams_are_read() {
    let file = compressed();
    let document = open(&file).unwrap();
    assert_eq!(document.xref_kind(), XrefKind::Stream);
    assert_eq!(document.next_object_number(), 7);
    assert_eq!(document.object_span(Reference::new(1)).unwrap(), None);
    let raw = document.raw_dictionary(Reference::new(2)).unwrap();
    assert_eq!(raw.value("Kids").unwrap(), b"[3 0 R]");
}

#[test]
fn the_own_number_of_an_unlisted_stream_is_used() {
    let file = compressed().replace("6 0 obj", "9 0 obj");
    assert_eq!(open(&file).unwrap().next_object_number(), 10);
}

#[test]
fn object_streams_that_contradict_their_entries_are_refused() {
    let with = |from: &str, to: &str| compressed_with(&CONTAINER.replace(from, to), "1 0 2 32 ", (1, 0));
    refuses(
        &compressed_with(CONTAINER, "7 0 2 32 ", (1, 0)),
        "does not list it there",
    );
    refuses(
        &compressed_with(CONTAINER, "1 0 2 99 ", (1, 0)),
        "index of an object stream",
    );
    refuses(&with("/N 2", "/N 9"), "index of an object stream");
    refuses(&with("/First 9", "/First -9"), "/N or /First");
    refuses(&with("/ObjStm", "/ObjStx"), "not an object stream");
    refuses(
        &compressed().replace("/Count 1", "/Count -"),
        "in object stream 5",
    );
}

#[test]
fn broken_cross_reference_streams_are_refused() {
    refuses(&compressed().replace("/W [1 3 1]", "/W [0 0 0]"), "no width");
    refuses(&compressed().replace("/W [1 3 1]", "/W [1 9 1]"), "/W");
    refuses(
        &compressed().replace("/Size 7", "/Size 8"),
        "shorter than its /Index",
    );
    refuses(
        &compressed().replace("/Size 7", "/Index [0] /Size 7"),
        "odd number",
    );
    refuses(
        &compressed().replace("/Size 7", "/Index [4294967290 7] /Size 7"),
        "out of range",
    );
    refuses(
        &compressed().replace("/Type /XRef", "/Type /XRex"),
        "not a cross-reference stream",
    );
    refuses(&compressed().replace("/ASCIIHexDecode", "/DCTDecode"), "filter");
}

#[test]
fn circles_of_object_streams_end() {
    // The container is listed as being inside itself.
    refuses(
        &compressed_with(CONTAINER, "1 0 2 32 ", (2, 5)),
        "an object stream is missing",
    );
    // Its length is inside itself.
    let container = CONTAINER.replace("/Length 81", "/Length 1 0 R");
    refuses(
        &compressed_with(&container, "1 0 2 32 ", (1, 0)),
        "length of an object stream is inside an object stream",
    );
}

/// A table for old readers that hides the content, and a stream beside it that shows it (7.5.8.4).
fn hybrid(table_line: &str) -> String {
    let file = pdf(ONE_PAGE);
    let (body, _) = file.split_once("xref\n").unwrap();
    let at = |number: u32| objects(body, 0).iter().find(|(n, _)| *n == number).unwrap().1;
    let mut file = body.to_owned();
    let hidden = file.len();
    file.push_str(&xref_stream(5, &rows(&[(1, at(4), 0)]), "/Size 6 /Index [4 1]"));
    let start = file.len();
    let lines: String = (1..4)
        .map(|number| format!("{:010} 00000 n \n", at(number)))
        .collect();
    file.push_str(&format!(
        "xref\n0 5\n0000000000 65535 f \n{lines}{table_line}\
         trailer\n<</Size 6 /Root 1 0 R /XRefStm {hidden}>>\nstartxref\n{start}\n%%EOF\n"
    ));
    file
}

#[test]
fn hybrid_files_show_what_old_readers_do_not_see() {
    let file = hybrid("0000000000 00000 f \n");
    let document = open(&file).unwrap();
    assert_eq!(document.xref_kind(), XrefKind::Table);
    assert_eq!(document.next_object_number(), 6);
    assert!(matches!(
        document.object(Reference::new(4)).unwrap(),
        Object::Stream(_)
    ));
    refuses(&hybrid("0000000009 00000 n \n"), "hybrid file");
    // A table where the stream should be.
    let start = file
        .rsplit_once("startxref\n")
        .unwrap()
        .1
        .split_once('\n')
        .unwrap()
        .0
        .to_owned();
    let hidden = file.split_once("/XRefStm ").unwrap().1.split_once('>').unwrap().0;
    refuses(
        &file.replace(&format!("/XRefStm {hidden}"), &format!("/XRefStm {start}")),
        "circle",
    );
    refuses(
        &file.replace(&format!("/XRefStm {hidden}"), "/XRefStm 9"),
        "not a cross-reference stream",
    );
}

/// The first page's section near the start, its /Prev leading forward to the rest (annex F).
fn linearised() -> (String, usize) {
    let head = "%PDF-1.7\n9 0 obj\n<</Linearized 1>>\nendobj\n";
    let first_section = |main: usize, page: usize, content: usize| {
        format!(
            "xref\n3 2\n{page:010} 00000 n \n{content:010} 00000 n \n\
             trailer\n<</Size 5 /Root 1 0 R /Prev {main:05}>>\nstartxref\n0\n%%EOF\n"
        )
    };
    let (rest, page) = ONE_PAGE.split_once("3 0 obj").unwrap();
    let body = format!("3 0 obj{page}{rest}");
    let before = head.len() + first_section(0, 0, 0).len();
    let at = |number: u32| before + objects(&body, 0).iter().find(|(n, _)| *n == number).unwrap().1;
    let start = head.len();
    let file = format!(
        "{head}{}{body}xref\n0 3\n0000000000 65535 f \n{:010} 00000 n \n{:010} 00000 n \n\
         trailer\n<</Size 3>>\nstartxref\n{start}\n%%EOF\n",
        first_section(before + body.len(), at(3), at(4)),
        at(1),
        at(2),
    );
    (file, start)
}

#[test]
fn linearised_files_are_one_revision() {
    let (file, start) = linearised();
    let document = open(&file).unwrap();
    assert_eq!(document.revisions().len(), 1);
    let revision = document.revisions().first().unwrap();
    assert_eq!(
        (revision.xref_offset, revision.end_offset),
        (start, file.trim_end().len())
    );
    assert_eq!(document.pages().first().unwrap().width(), 200.0);
}

#[test]
fn incomplete_revisions_are_refused() {
    let (file, _) = linearised();
    refuses(
        &file
            .replace("startxref\n0\n%%EOF\n", "startxref\n0\n%%EOX\n")
            .replace("/Prev", "/Prex"),
        "do not follow",
    );
    let file = pdf(ONE_PAGE);
    let (body, tail) = file.split_once("startxref\n").unwrap();
    refuses(
        &format!("{body}9 0 obj\n1\nendobj\nstartxref\n{tail}"),
        "do not follow a cross-reference section",
    );
}
