//! Incremental saving attacks and shadow attacks: changes appended to a signed file, without a signature of their own.

use super::{
    Attack, Why, attack,
    forge::{Update, last_startxref},
    format,
    scene::{CONTRACT, PAGE, Scene},
};

/// Changes to single objects. The same ones are tried unsigned (here) and under a further valid signature.
pub(super) fn changes(scene: &Scene) -> Vec<(&'static str, u32, String)> {
    [page_changes(), catalog_changes(), field_changes(scene)].concat()
}

fn page_changes() -> Vec<(&'static str, u32, String)> {
    let page = |from: &str, to: &str| PAGE.replace(from, to);
    vec![
        ("page content", 4, CONTRACT[11].to_owned()),
        (
            "page content emptied",
            4,
            "<< /Length 0 >>\nstream\n\nendstream".to_owned(),
        ),
        (
            "page content is another object",
            3,
            page("/Contents 4 0 R", "/Contents 12 0 R"),
        ),
        (
            "page content put in front",
            3,
            page("/Contents 4 0 R", "/Contents [12 0 R 4 0 R]"),
        ),
        ("page resources", 3, page("/X 10 0 R", "/X 17 0 R")),
        ("page box", 3, page("/Parent", "/CropBox [0 0 9 9] /Parent")),
        ("page turned", 3, page("/Parent", "/Rotate 180 /Parent")),
        (
            "page action",
            3,
            page("/Parent", "/AA << /O << /S /JavaScript /JS (1) >> >> /Parent"),
        ),
        (
            "page group",
            3,
            page("/Parent", "/Group << /S /Transparency >> /Parent"),
        ),
        ("font exchanged", 9, CONTRACT[8].replace("Helvetica", "Symbol")),
        ("form object exchanged", 10, CONTRACT[9].replace("9999", "8888")),
        (
            "pages swapped",
            2,
            CONTRACT[1].replace("[3 0 R 14 0 R]", "[14 0 R 3 0 R]"),
        ),
        (
            "page removed",
            2,
            CONTRACT[1]
                .replace("[3 0 R 14 0 R]", "[3 0 R]")
                .replace("/Count 2", "/Count 1"),
        ),
        (
            "page shown twice",
            2,
            CONTRACT[1].replace("/Count 2", "/Count 2 /Rotate 90"),
        ),
    ]
}

fn catalog_changes() -> Vec<(&'static str, u32, String)> {
    let catalog = |more: &str| CONTRACT[0].replace(" >>", &format!(" {more} >>"));
    vec![
        (
            "catalog: action when opened",
            1,
            catalog("/OpenAction [14 0 R /Fit]"),
        ),
        (
            "catalog: names with scripts",
            1,
            catalog("/Names << /JavaScript << /Names [] >> >>"),
        ),
        (
            "catalog: layers",
            1,
            CONTRACT[0].replace("13 0 R", "<< /OCGs [16 0 R] /D << /ON [16 0 R] >> >>"),
        ),
        ("catalog: outlines", 1, catalog("/Outlines << /Type /Outlines >>")),
        (
            "catalog: page labels",
            1,
            catalog("/PageLabels << /Nums [0 << /P (9) >>] >>"),
        ),
        ("catalog: permissions", 1, catalog("/Perms << /UR3 90 0 R >>")),
        ("catalog: collection", 1, catalog("/Collection << /View /D >>")),
        (
            "catalog: other page tree",
            1,
            CONTRACT[0].replace("/Pages 2 0 R", "/Pages 2 0 R /Type2 /X"),
        ),
        (
            "layer shown",
            13,
            "<< /OCGs [16 0 R] /D << /ON [16 0 R] >> >>".to_owned(),
        ),
        ("layer renamed", 16, "<< /Type /OCG /Name (shown) >>".to_owned()),
    ]
}

fn field_changes(scene: &Scene) -> Vec<(&'static str, u32, String)> {
    let field = scene.field;
    let visible = format!(
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (first-1) /F 132 /P 3 0 R /Rect [0 0 595 842] /AP << /N {} 0 R >> /V {} 0 R >>",
        scene.appearance, scene.value
    );
    let form = |more: &str| CONTRACT[6].replace(" >>", &format!(" {more} >>"));
    vec![
        (
            "form: appearances to be made anew",
            7,
            form("/NeedAppearances true"),
        ),
        (
            "form: default resources",
            7,
            form("/DR << /Font << /F 9 0 R >> >>"),
        ),
        (
            "form: default appearance",
            7,
            CONTRACT[6].replace("12 Tf", "99 Tf"),
        ),
        ("form: XFA", 7, form("/XFA [(a) 4 0 R]")),
        ("form: calculation order", 7, form("/CO [11 0 R]")),
        ("text field: value", 11, CONTRACT[10].replace("(100)", "(9999)")),
        (
            "text field: moved",
            11,
            CONTRACT[10].replace("[72 600", "[72 100"),
        ),
        ("text field: hidden", 11, CONTRACT[10].replace("/F 4", "/F 2")),
        (
            "text field: appearance is another object",
            11,
            CONTRACT[10].replace("17 0 R", "10 0 R"),
        ),
        (
            "text field: appearance",
            17,
            CONTRACT[16].replace("(100) Tj    ", "(9999) Tj   "),
        ),
        ("victim's stamp: moved over the page", field, visible.clone()),
        (
            "victim's stamp: hidden",
            field,
            visible
                .replace("/F 132", "/F 2")
                .replace("[0 0 595 842]", "[0 0 0 0]"),
        ),
        (
            "victim's stamp: drawn differently",
            scene.appearance,
            CONTRACT[9].to_owned(),
        ),
        ("unused object", 12, CONTRACT[3].to_owned()),
        ("object that was missing", 40, "(now it is here)".to_owned()),
    ]
}

pub(super) fn attacks(scene: &Scene) -> Vec<Attack> {
    let mut attacks: Vec<Attack> = changes(scene)
        .into_iter()
        .map(|(name, number, body)| {
            let file = Update::of(&scene.file).object(number, &body).unsigned();
            attack(
                format!("appended: {name}"),
                file,
                format("was added after the signature"),
            )
        })
        .collect();
    attacks.extend(annotations(scene));
    attacks.extend(lists(scene));
    attacks.extend(without_structure(scene));
    attacks.extend(trailers(scene));
    attacks
}

/// Evil annotations: things laid over the page.
fn annotations(scene: &Scene) -> Vec<Attack> {
    let kinds = [
        (
            "free text",
            "/Subtype /FreeText /Contents (Pay 9999) /DA (/F 12 Tf)",
        ),
        ("stamp", "/Subtype /Stamp /AP << /N 10 0 R >>"),
        ("redaction", "/Subtype /Redact"),
        (
            "link",
            "/Subtype /Link /A << /S /URI /URI (http://example.com) >>",
        ),
        (
            "text field",
            "/Subtype /Widget /FT /Tx /T (new) /V (9999) /AP << /N 10 0 R >>",
        ),
        (
            "button with a script",
            "/Subtype /Widget /FT /Btn /T (b) /A << /S /JavaScript /JS (1) >>",
        ),
        (
            "unsigned signature field",
            "/Subtype /Widget /FT /Sig /T (s) /AP << /N 10 0 R >>",
        ),
    ];
    kinds
        .into_iter()
        .map(|(name, entries)| {
            let file = Update::of(&scene.file)
                .object(
                    92,
                    &format!("<< /Type /Annot /Rect [60 690 200 720] {entries} >>"),
                )
                .object(5, &format!("[11 0 R {} 0 R 92 0 R]", scene.field))
                .unsigned();
            attack(
                format!("annotation: {name}"),
                file,
                format("was added after the signature"),
            )
        })
        .collect()
}

/// Fields and annotations taken away, exchanged, listed twice.
fn lists(scene: &Scene) -> Vec<Attack> {
    let field = scene.field;
    let list = |name: &str, number: u32, body: String, why: Why| {
        attack(
            format!("list: {name}"),
            Update::of(&scene.file).object(number, &body).unsigned(),
            why,
        )
    };
    vec![
        list(
            "victim's field not in the form",
            6,
            "[11 0 R]".to_owned(),
            format("not part of the form"),
        ),
        list(
            "no fields at all",
            6,
            "[]".to_owned(),
            format("not part of the form"),
        ),
        list(
            "victim's field not on the page",
            5,
            "[11 0 R]".to_owned(),
            format("was added after the signature"),
        ),
        list(
            "fields in another order",
            6,
            format!("[{field} 0 R 11 0 R]"),
            format("otherwise than at its end"),
        ),
        list(
            "victim's field twice",
            6,
            format!("[11 0 R {field} 0 R {field} 0 R]"),
            format("something else than a new object"),
        ),
        list(
            "not a list",
            6,
            "(none)".to_owned(),
            format("not part of the form"),
        ),
        list(
            "no form any more",
            1,
            CONTRACT[0].replace("/AcroForm 7 0 R", ""),
            format("not part of the form"),
        ),
        attack(
            "list: no form any more, countersigned",
            scene.countersigned(&[(1, CONTRACT[0].replace("/AcroForm 7 0 R", ""))]),
            format("not part of the form"),
        ),
        attack(
            "list: victim's signature in no field and on no page",
            Update::of(&scene.file)
                .object(5, "[11 0 R]")
                .object(6, "[11 0 R]")
                .unsigned(),
            Why::Unsigned,
        ),
        attack(
            "list: victim's field freed",
            Update::of(&scene.file).free(field).unsigned(),
            Why::Unsigned,
        ),
        attack(
            "list: page content freed",
            Update::of(&scene.file).free(4).unsigned(),
            format("was added after the signature"),
        ),
        attack(
            "list: victim's signature freed",
            Update::of(&scene.file).free(scene.value).unsigned(),
            format("value of the field is missing"),
        ),
    ]
}

/// Appended without a cross-reference section or a trailer, so that some readers see no revision at all.
fn without_structure(scene: &Scene) -> Vec<Attack> {
    const TAIL: Why = Why::Unreadable("");
    let content = format!("4 0 obj\n{}\nendobj\n", CONTRACT[11]);
    let previous = last_startxref(&scene.file);
    let appended = |name: &str, tail: String| {
        let file = [scene.file.as_slice(), tail.as_bytes()].concat();
        attack(format!("tail: {name}"), file, TAIL)
    };
    vec![
        appended("object only", content.clone()),
        appended("object and end mark", format!("{content}%%EOF\n")),
        appended(
            "object and the old start",
            format!("{content}startxref\n{previous}\n%%EOF\n"),
        ),
        appended(
            "object and a trailer",
            format!(
                "{content}trailer\n<< /Size 99 /Root 1 0 R /Prev {previous} >>\nstartxref\n{previous}\n%%EOF\n"
            ),
        ),
        appended("comment", "% hidden\n".to_owned()),
        appended(
            "second start at the beginning",
            "startxref\n0\n%%EOF\n".to_owned(),
        ),
        appended(
            "a whole other file",
            "%PDF-1.7\n1 0 obj\n<< >>\nendobj\nstartxref\n9\n%%EOF\n".to_owned(),
        ),
    ]
}

fn trailers(scene: &Scene) -> Vec<Attack> {
    let update = || Update::of(&scene.file);
    let changed = format("was added after the signature");
    vec![
        attack(
            "trailer: another catalog",
            update().object(92, CONTRACT[0]).root(92).unsigned(),
            changed,
        ),
        attack(
            "trailer: encryption",
            update()
                .trailer("/Encrypt << /Filter /Standard /V 1 /R 2 >>")
                .unsigned(),
            Why::Unreadable("encrypt"),
        ),
        attack(
            "trailer: document information with an action",
            update()
                .object(8, "<< /Title (Contract) /X << /S /JavaScript >> >>")
                .unsigned(),
            changed,
        ),
        attack(
            "trailer: page as document information",
            update().object(3, "<< /Type /Page >>").unsigned(),
            changed,
        ),
    ]
}
