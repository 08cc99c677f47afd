//! Universal signature forgery and signature wrapping: signature dictionaries that are odd, ranges that leave out too much.

use super::{
    Attack, Why, attack,
    forge::{Update, exchanged, last_position, plain},
    format,
    scene::{CONTRACT, FIELD, Scene, contract},
};

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    [
        byte_ranges(scene),
        contents(scene),
        kinds(scene),
        fields(scene),
        wrapping(scene),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn byte_ranges(scene: &Scene) -> Vec<Attack> {
    const NO_RANGE: Why = format("no direct /ByteRange");
    const SHAPE: Why = format("/ByteRange is not [0 a b c]");
    const HOLE: Why = format("leave out exactly the value");
    let literal = |name: &str, range: &'static str, why: Why| {
        attack(
            format!("byte range: {name}"),
            scene.forged(move |_, contents| plain(range, contents)),
            why,
        )
    };
    vec![
        attack(
            "byte range: missing",
            scene.forged(|_, contents| plain("", contents).replace("/ByteRange", "")),
            NO_RANGE,
        ),
        literal("null", "null", NO_RANGE),
        literal("indirect", "7 0 R", NO_RANGE),
        literal("a dictionary", "<< >>", NO_RANGE),
        literal("a string", "(0 1 2 3)", NO_RANGE),
        literal("empty", "[]", SHAPE),
        literal("of two numbers", "[0 10]", SHAPE),
        literal("of strings", "[(0) (1) (2) (3)]", SHAPE),
        literal("with null", "[0 null null null]", SHAPE),
        literal("negative", "[0 -1 0 1]", SHAPE),
        literal("all zero", "[0 0 0 0]", HOLE),
        literal(
            "beyond 64 bits",
            "[0 1 2 99999999999999999999]",
            Why::Unreadable("not a number"),
        ),
        attack(
            "byte range: of six numbers",
            scene.with_range(|start, end, length| format!("[0 {start} {end} {} 0 0]", length - end)),
            SHAPE,
        ),
        attack(
            "byte range: of reals",
            scene.with_range(|start, end, length| format!("[0 {start}.0 {end} {}]", length - end)),
            SHAPE,
        ),
        attack(
            "byte range: elements indirect",
            scene.with_range(|_, end, length| format!("[0 8 0 R {end} {}]", length - end)),
            SHAPE,
        ),
        attack(
            "byte range: does not start at the beginning",
            scene.with_range(|start, end, length| format!("[1 {} {end} {}]", start - 1, length - end)),
            SHAPE,
        ),
        attack(
            "byte range: leaves the last bytes uncovered",
            scene.with_range(|start, end, length| format!("[0 {start} {end} {}]", length - end - 12)),
            format("does not end where a revision"),
        ),
        attack(
            "byte range: longer than the file",
            scene.with_range(|start, end, length| format!("[0 {start} {end} {}]", length - end + 1)),
            format("beyond the end of the file"),
        ),
        attack(
            "byte range: overflows",
            scene.with_range(|start, end, _| format!("[0 {start} {end} {}]", i64::MAX)),
            format("beyond the end of the file"),
        ),
        attack(
            "byte range: covers only the revision before",
            scene.with_range(|start, end, _| format!("[0 {start} {end} 0]")),
            format("does not end where a revision"),
        ),
    ]
}

fn contents(scene: &Scene) -> Vec<Attack> {
    let literal = |name: &str, contents: &'static str, why: Why| {
        attack(
            format!("contents: {name}"),
            scene.forged(move |range, _| plain(range, contents)),
            why,
        )
    };
    let edited = |name: &str, edit: fn(&str) -> String, why: Why| {
        attack(
            format!("contents: {name}"),
            scene.forged(move |range, contents| plain(range, &edit(contents))),
            why,
        )
    };
    vec![
        attack(
            "contents: missing",
            scene.forged(|range, _| plain(range, "").replace("/Contents", "")),
            format("exactly one /Contents"),
        ),
        literal("null", "null", format("not a hexadecimal string")),
        literal("empty", "<>", format("/Contents is empty")),
        literal("only zeros", "<0000000000>", format("/Contents is empty")),
        literal(
            "between parentheses",
            "(0000)",
            format("not a hexadecimal string"),
        ),
        literal("a name", "/Signed", format("not a hexadecimal string")),
        literal("an array", "[<00>]", format("not a hexadecimal string")),
        literal("indirect", "8 0 R", format("not a hexadecimal string")),
        edited(
            "an odd digit",
            |hole| hole.replacen('<', "<0", 1),
            format("odd number of digits"),
        ),
        edited(
            "white space inside",
            |hole| hole.replacen("0>", " >", 1),
            format("other characters than hexadecimal"),
        ),
        attack(
            "contents: upper and lower case mixed",
            mixed_case(&scene.file),
            format("mixes upper and lower case"),
        ),
        attack(
            "contents: twice in the dictionary",
            scene.forged(|range, hole| plain(range, hole).replace(" >>", " /Contents <00> >>")),
            Why::Unreadable("twice"),
        ),
        attack(
            "contents: its key written in two ways",
            scene.forged(|range, hole| plain(range, hole).replace(" >>", " /#43ontents <00> >>")),
            Why::Unreadable("twice"),
        ),
    ]
}

/// The first lower-case-able digit of the signature in lower case.
fn mixed_case(file: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let start = last_position(&file, b"/Contents <") + 11;
    let digit = file[start..].iter().position(u8::is_ascii_uppercase).unwrap();
    file[start + digit].make_ascii_lowercase();
    file
}

fn kinds(scene: &Scene) -> Vec<Attack> {
    let replaced = |name: &str, from: &'static str, to: &'static str, why: Why| {
        attack(
            format!("dictionary: {name}"),
            scene.forged(move |range, hole| plain(range, hole).replace(from, to)),
            why,
        )
    };
    vec![
        replaced(
            "without /SubFilter",
            "/SubFilter /ETSI.CAdES.detached",
            "",
            format("no /SubFilter"),
        ),
        replaced(
            "with a /SubFilter in two parts",
            "/SubFilter /ETSI.CAdES.detached",
            "/SubFilter [/ETSI.CAdES.detached]",
            format("no /SubFilter"),
        ),
        replaced(
            "of the kind adbe.x509.rsa_sha1",
            "ETSI.CAdES.detached",
            "adbe.x509.rsa_sha1",
            Why::Reason(super::SubIndication::Generic, "adbe.x509.rsa_sha1"),
        ),
        replaced(
            "of an unknown kind",
            "ETSI.CAdES.detached",
            "Unknown.detached",
            Why::Reason(super::SubIndication::Generic, "Unknown.detached"),
        ),
        replaced(
            "without /Filter",
            "/Filter /Adobe.PPKLite",
            "",
            format("no /Filter"),
        ),
        replaced(
            "with /ByteRange twice",
            " >>",
            " /ByteRange [0 1 2 3] >>",
            Why::Unreadable("twice"),
        ),
        replaced(
            "of another /Type",
            "/Type /Sig",
            "/Type /Annot",
            format("another /Type"),
        ),
    ]
}

fn fields(scene: &Scene) -> Vec<Attack> {
    let value = |name: &str, value: &str, why: Why| {
        let file = Update::of(&contract())
            .object(91, &FIELD.replace("90 0 R", value))
            .object(5, "[11 0 R 91 0 R]")
            .object(6, "[11 0 R 91 0 R]")
            .signed(&scene.signer);
        attack(format!("field value: {name}"), file, why)
    };
    vec![
        value(
            "missing object",
            "89 0 R",
            format("value of the field is missing"),
        ),
        value(
            "direct dictionary",
            "<< /Type /Sig >>",
            format("not an object of its own"),
        ),
        value("text", "(signed)", format("not an object of its own")),
        value("stream", "4 0 R", format("not a dictionary")),
        value("page", "3 0 R", format("")),
        value("none", "null", Why::Unsigned),
    ]
}

/// The range leaves out more than the signature: the attacker's bytes go there.
fn wrapping(scene: &Scene) -> Vec<Attack> {
    const HOLE: Why = format("leave out exactly the value");
    let moved = |name: &str, range: fn(usize, usize, usize) -> String| {
        attack(format!("wrapping: {name}"), scene.with_range(range), HOLE)
    };
    let mut attacks = vec![
        moved("hole one byte earlier", |start, end, length| {
            format!("[0 {} {end} {}]", start - 1, length - end)
        }),
        moved("hole one byte later at its start", |start, end, length| {
            format!("[0 {} {end} {}]", start + 1, length - end)
        }),
        moved("hole one byte longer", |start, end, length| {
            format!("[0 {start} {} {}]", end + 1, length - end - 1)
        }),
        moved("hole one byte shorter", |start, end, length| {
            format!("[0 {start} {} {}]", end - 1, length - end + 1)
        }),
        moved("ranges overlap", |start, end, length| {
            format!("[0 {} {start} {}]", end, length - start)
        }),
        moved("second range first", |start, end, length| {
            format!("[0 {} 0 {start}]", length - end)
        }),
        moved("hole up to the end of the file", |start, _, length| {
            format!("[0 {start} {length} 0]")
        }),
        moved("hole without its brackets", |start, end, length| {
            format!("[0 {} {} {}]", start + 1, end - 1, length - end + 1)
        }),
    ];
    attacks.push(attack("wrapping: objects between the ranges", gap(scene), HOLE));
    attacks.push(attack(
        "wrapping: the signature copied into a later revision",
        copied(scene),
        format("leave out exactly the value"),
    ));
    attacks.push(attack(
        "wrapping: the range moved to an equally long place",
        {
            let range = last_range(&scene.file);
            exchanged(
                &scene.file,
                range.as_bytes(),
                range.replacen("[0 ", "[1 ", 1).as_bytes(),
            )
        },
        format("/ByteRange is not [0 a b c]"),
    ));
    attacks
}

/// The attacker moves the tail of the file backwards, corrects the second range, and puts a page content into the gap.
fn gap(scene: &Scene) -> Vec<u8> {
    let file = &scene.file;
    let (hole, _) = super::forge::last_cms(file);
    let end = hole + super::forge::position(&file[hole..], b">").unwrap() + 1;
    let inserted = b" >>\nendobj\n4 0 obj\n<< /Length 5 >>\nstream\n(bad)\nendstream\nendobj\n90 0 obj\n<< ";
    let mut forged = file[..end].to_vec();
    forged.extend_from_slice(inserted);
    forged.extend_from_slice(&file[end..]);
    let old = last_range(file);
    let new = format!(
        "/ByteRange [0 {hole} {} {}",
        end + inserted.len(),
        file.len() - end
    );
    let new = format!("{new:<width$}]", width = old.len() - 1);
    let forged = exchanged(&forged, old.as_bytes(), new.as_bytes());
    // The section moved with the tail.
    let start = super::forge::last_startxref(file);
    exchanged(
        &forged,
        format!("startxref\n{start}").as_bytes(),
        format!("startxref\n{}", start + inserted.len()).as_bytes(),
    )
}

/// The signature object of the victim, byte for byte, once more behind a changed page.
fn copied(scene: &Scene) -> Vec<u8> {
    let text: Vec<u8> = scene.file.clone();
    let head = format!("\n{} 0 obj\n", scene.value);
    let at = last_position(&text, head.as_bytes()) + head.len();
    let end = at + super::forge::position(&text[at..], b"\nendobj").unwrap();
    let body = String::from_utf8(text[at..end].to_vec()).unwrap();
    Update::of(&scene.file)
        .object(scene.value, &body)
        .object(4, CONTRACT[11])
        .unsigned()
}

/// The byte range of the last signature as it is written.
fn last_range(file: &[u8]) -> String {
    let at = last_position(file, b"/ByteRange [0");
    let end = at + super::forge::position(&file[at..], b"]").unwrap() + 1;
    String::from_utf8(file[at..end].to_vec()).unwrap()
}
