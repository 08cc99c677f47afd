//! Differences between readers: cross-reference tricks, things said twice, objects that are somewhere else.

use super::{
    Attack, Why, attack,
    forge::{Update, exchanged, last_position, last_startxref, plain},
    format,
    scene::{CONTRACT, FIELD, Scene, contract},
};

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    [
        heads(scene),
        chains(scene),
        duplicates(scene),
        places(scene),
        hybrids(scene),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn heads(scene: &Scene) -> Vec<Attack> {
    let file = &scene.file;
    let prefixed = |prefix: &[u8]| [prefix, file].concat();
    vec![
        attack(
            "head: bytes before it",
            prefixed(b"MZ junk\n"),
            Why::Unreadable("before the header"),
        ),
        attack(
            "head: white space before it",
            prefixed(b"\n"),
            Why::Unreadable("before the header"),
        ),
        attack(
            "head: another version",
            exchanged(file, b"%PDF-1.7", b"%PDF-9.7"),
            Why::Unreadable("version"),
        ),
        attack(
            "head: another minor version",
            exchanged(file, b"%PDF-1.7", b"%PDF-1.4"),
            Why::Reason(super::SubIndication::HashFailure, "digest"),
        ),
    ]
}

fn chains(scene: &Scene) -> Vec<Attack> {
    let file = &scene.file;
    let start = last_startxref(file);
    let previous = last_position(file, b"/Prev ");
    let digits = |from: usize| -> String {
        file[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .map(|byte| char::from(*byte))
            .collect()
    };
    let before = digits(previous + 6);
    let same_length = |number: usize| format!("{number:0width$}", width = before.len());
    let prev = |number: usize| {
        exchanged(
            file,
            format!("/Prev {before}").as_bytes(),
            format!("/Prev {}", same_length(number)).as_bytes(),
        )
    };
    vec![
        attack(
            "chain: in a circle",
            {
                let text = Update::of(file).unsigned();
                // An empty revision whose /Prev leads to itself.
                let at = last_position(&text, b"xref\ntrailer");
                exchanged(
                    &text,
                    format!("/Prev {start}").as_bytes(),
                    format!("/Prev {at}").as_bytes(),
                )
            },
            Why::Unreadable("circle"),
        ),
        attack(
            "chain: /Prev beyond the end",
            prev(999_999_999_999 % 10_usize.pow(u32::try_from(before.len()).unwrap())),
            Why::Unreadable(""),
        ),
        attack(
            "chain: /Prev to the start of the file",
            prev(0),
            Why::Unreadable(""),
        ),
        attack(
            "chain: start inside the signature",
            {
                let (hole, _) = super::forge::last_cms(file);
                exchanged(
                    file,
                    format!("startxref\n{start}").as_bytes(),
                    format!("startxref\n{hole}").as_bytes(),
                )
            },
            Why::Unreadable(""),
        ),
        attack(
            "chain: start at the revision before",
            exchanged(
                file,
                format!("startxref\n{start}").as_bytes(),
                format!(
                    "startxref\n{:0width$}",
                    before.parse::<usize>().unwrap(),
                    width = start.to_string().len()
                )
                .as_bytes(),
            ),
            Why::Unreadable("not the one at the end"),
        ),
        attack(
            "chain: signed revision left out",
            {
                let update = Update::of(file).object(4, CONTRACT[11]).unsigned();
                exchanged(
                    &update,
                    format!("/Prev {start}").as_bytes(),
                    format!(
                        "/Prev {:0width$}",
                        before.parse::<usize>().unwrap(),
                        width = start.to_string().len()
                    )
                    .as_bytes(),
                )
            },
            Why::Unsigned,
        ),
        attack(
            "chain: empty revision",
            Update::of(file).unsigned(),
            format("was added after the signature"),
        ),
        attack(
            "chain: cut off",
            file[..file.len() - 8].to_vec(),
            Why::Unreadable("%%EOF"),
        ),
    ]
}

fn duplicates(scene: &Scene) -> Vec<Attack> {
    let twice = Why::Unreadable("twice");
    let later = |name: &str, number: u32, body: String, why: Why| {
        attack(
            format!("twice: {name}"),
            Update::of(&scene.file).object(number, &body).unsigned(),
            why,
        )
    };
    vec![
        later(
            "pages of the catalog",
            1,
            CONTRACT[0].replace(" >>", " /Pages 14 0 R >>"),
            twice,
        ),
        later(
            "content of a page",
            3,
            super::scene::PAGE.replace("/Annots", "/Contents 12 0 R /Annots"),
            twice,
        ),
        later(
            "content of a page, spelt differently",
            3,
            super::scene::PAGE.replace("/Annots", "/C#6fntents 12 0 R /Annots"),
            twice,
        ),
        attack(
            "twice: an object in one section",
            {
                let at = last_position(&scene.file, b"\n4 0 obj") + 1;
                Update::of(&scene.file)
                    .object(4, CONTRACT[11])
                    .entry(4, at)
                    .unsigned()
            },
            Why::Unreadable("two places"),
        ),
        attack(
            "twice: /Root of the trailer",
            Update::of(&scene.file)
                .trailer("/Root 92 0 R")
                .object(92, CONTRACT[0])
                .unsigned(),
            twice,
        ),
        attack(
            "twice: end marks inside the revision",
            Update::of(&scene.file)
                .object(
                    4,
                    &format!("{}\nendobj\nstartxref\n9\n%%EOF\n4 0 obj\nnull", CONTRACT[11]),
                )
                .unsigned(),
            format("was added after the signature"),
        ),
    ]
}

/// Objects that are not where the signed bytes are.
fn places(scene: &Scene) -> Vec<Attack> {
    let content = last_position(&scene.file, b"\n4 0 obj") + 1;
    let other = last_position(&scene.file, b"\n12 0 obj") + 1;
    vec![
        attack(
            "place: an object listed where another one is",
            Update::of(&scene.file).entry(4, other).unsigned(),
            format("was added after the signature"),
        ),
        attack(
            "place: an object listed inside the signature",
            Update::of(&scene.file)
                .entry(4, super::forge::last_cms(&scene.file).0 + 8)
                .unsigned(),
            format("was added after the signature"),
        ),
        attack(
            "place: an object listed beyond the end",
            Update::of(&scene.file).entry(4, 99_999_999).unsigned(),
            format("was added after the signature"),
        ),
        attack(
            "place: the signed section lists an object that a later revision brings",
            {
                // The signed revision says that the page content stands behind its own end.
                let update = scene.first_by_hand();
                let far = update.len() + 40_000;
                let mut file = update.entry(4, far).signed(&scene.signer);
                file.resize(far, b' ');
                Update::of(&file)
                    .object(4, CONTRACT[11])
                    .hidden(4)
                    .object(93, "null")
                    .unsigned()
            },
            Why::Unreadable("places it at byte"),
        ),
        attack(
            "place: an object moved to an equal copy outside the signed bytes and changed there",
            {
                let copied = Update::of(&scene.file).object(4, CONTRACT[3]).unsigned();
                exchanged(&copied, b"(Pay 100)", b"(Pay 999)")
            },
            format("was added after the signature"),
        ),
        attack(
            "place: generation raised",
            {
                let raised = Update::of(&scene.file).object(4, CONTRACT[11]).unsigned();
                let at = last_position(&raised, b"\n4 0 obj") + 1;
                let mut raised = raised;
                raised[at + 2] = b'1';
                exchanged(&raised, b"00000 n \ntrailer", b"00001 n \ntrailer")
            },
            format("was added after the signature"),
        ),
        attack(
            "place: signed content exchanged in place",
            {
                let mut file = scene.file.clone();
                let at = content + super::forge::position(&file[content..], b"(Pay 100)").unwrap();
                file[at + 5] = b'9';
                file
            },
            Why::Reason(super::SubIndication::HashFailure, "digest"),
        ),
    ]
}

/// A table with a stream beside it: readers prefer one or the other.
fn hybrids(scene: &Scene) -> Vec<Attack> {
    let hidden = |number: u32, offset: usize, at: usize| {
        let row = [&[1][..], &u32::try_from(offset).unwrap().to_be_bytes(), &[0]].concat();
        let hex: String = row.iter().map(|byte| format!("{byte:02x}")).collect();
        (
            at,
            format!(
                "<< /Type /XRef /W [1 4 1] /Index [{number} 1] /Size 99 /Root 1 0 R /Filter /ASCIIHexDecode /Length {} >>\nstream\n{hex}>\nendstream",
                hex.len() + 1
            ),
        )
    };
    let with_stream = |base: Update, number: u32, offset: usize| {
        let (at, body) = hidden(number, offset, base.len());
        base.object(93, &body).trailer(&format!("/XRefStm {at}"))
    };
    let other = last_position(&scene.file, b"\n12 0 obj") + 1;
    vec![
        attack(
            "hybrid: the stream places page content elsewhere",
            with_stream(Update::of(&scene.file), 4, other).unsigned(),
            format("was added after the signature"),
        ),
        attack(
            "hybrid: table and stream contradict each other",
            with_stream(Update::of(&scene.file).object(4, CONTRACT[3]), 4, other).unsigned(),
            Why::Unreadable("two places"),
        ),
        attack(
            "hybrid: a free entry hides an object the stream brings back",
            {
                let base = Update::of(&scene.file);
                let at = base.len();
                with_stream(base.object(94, CONTRACT[11]).free(4), 4, at).unsigned()
            },
            format("was added after the signature"),
        ),
        attack(
            "hybrid: countersigned",
            with_stream(Update::of(&scene.file).objects(&scene.listed("91 0 R")), 4, other)
                .signed(&scene.signer),
            format("was added after the signature"),
        ),
        attack(
            "hybrid: the signature itself in an object stream",
            {
                let body = plain("[0 1 2 3]", "<00>");
                let head = "90 0 ";
                let stream = format!(
                    "<< /Type /ObjStm /N 1 /First {} /Length {} >>\nstream\n{head}{body}\nendstream",
                    head.len(),
                    head.len() + body.len()
                );
                let base = Update::of(&contract())
                    .object(91, FIELD)
                    .object(6, "[11 0 R 91 0 R]")
                    .object(94, &stream);
                let at = base.len();
                let row = "025E00";
                base.object(
                    93,
                    &format!(
                        "<< /Type /XRef /W [1 1 1] /Index [90 1] /Size 99 /Root 1 0 R /Filter /ASCIIHexDecode /Length {} >>\nstream\n{row}>\nendstream",
                        row.len() + 1
                    ),
                )
                .trailer(&format!("/XRefStm {at}"))
                .unsigned()
            },
            format("object stream"),
        ),
    ]
}
