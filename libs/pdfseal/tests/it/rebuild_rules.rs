//! The clean rewrite on hand-written files: what is kept, what is left out, and what is refused.

use pdfseal::{Dictionary, Document, Limits, Object, ReadError, Rebuilt, RemovedKind, merge, rebuild};

use crate::text_pdf::{ONE_PAGE, pdf, update};

/// The base with entries added to catalog and page, and more objects.
fn file(catalog: &str, page: &str, objects: &str) -> String {
    let base = ONE_PAGE.replace("/Type /Catalog", &format!("/Type /Catalog {catalog}"));
    let base = base.replace("/Resources", &format!("{page} /Resources"));
    pdf(&format!("{base}{objects}"))
}

#[track_caller]
fn rewritten(file: &str) -> Rebuilt {
    rebuild(file.as_bytes(), &Limits::default()).unwrap()
}

fn kinds(rebuilt: &Rebuilt) -> Vec<RemovedKind> {
    rebuilt.removed.iter().map(|removed| removed.kind).collect()
}

/// The text of the new file; all test files are ASCII but for the header comment.
fn text(rebuilt: &Rebuilt) -> String {
    String::from_utf8_lossy(&rebuilt.bytes).into_owned()
}

fn open(rebuilt: &Rebuilt) -> Document<'_> {
    Document::open(&rebuilt.bytes, &Limits::default()).unwrap()
}

/// The annotations of the first page.
fn annotations(document: &Document<'_>) -> Vec<Dictionary> {
    let page = document.pages().first().unwrap();
    assert!(
        page.dictionary.get("Annots").unwrap().as_reference().is_some(),
        "one indirect array per page"
    );
    let list = document.get(&page.dictionary, "Annots").unwrap().into_owned();
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| document.resolve(item).unwrap().as_dictionary().unwrap().clone())
        .collect()
}

/// An appearance stream as object 9.
const APPEARANCE: &str = "9 0 obj\n<</Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 12>>\nstream\n0 0 9 9 re f\nendstream\nendobj\n";

#[test]
fn the_layout_signatures_need() {
    let rebuilt = rewritten(&pdf(ONE_PAGE));
    let document = open(&rebuilt);
    assert!(rebuilt.removed.is_empty());
    assert!(annotations(&document).is_empty());
    let form = document.catalog().get("AcroForm").unwrap();
    assert!(form.as_reference().is_some());
    let form = document.resolve(form).unwrap().into_owned();
    let fields = form.as_dictionary().unwrap().get("Fields").unwrap();
    assert!(fields.as_reference().is_some());
    assert_eq!(*document.resolve(fields).unwrap(), Object::Array(Vec::new()));
    let file = text(&rebuilt);
    assert!(file.starts_with("%PDF-1.7\n%"));
    let (_, table) = file.split_once("\nxref\n0 ").unwrap();
    let lines = table
        .lines()
        .filter(|line| line.ends_with(" n ") || line.ends_with(" f "))
        .count();
    assert_eq!(
        lines,
        document.next_object_number() as usize,
        "one section without gaps"
    );
    assert!(document.trailer().contains("ID"));
}

#[test]
fn old_revisions_and_unreachable_objects_disappear() {
    let first = file("", "", "8 0 obj\n(unreachable)\nendobj\n");
    let page = "3 0 obj\n<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9]>>\nendobj\n";
    let rebuilt = rewritten(&update(&first, page));
    let file = text(&rebuilt);
    assert!(!file.contains("unreachable") && !file.contains("0 0 5 5 re"));
    assert_eq!(open(&rebuilt).revisions().len(), 1);
}

#[test]
fn inherited_attributes_become_explicit_and_shared_resources_stay_shared() {
    let objects = "\
1 0 obj
<</Pages 2 0 R>>
endobj
2 0 obj
<</Kids [3 0 R 4 0 R] /Count 2 /MediaBox [0 0 200 100] /CropBox [0 0 50 60] /Rotate 90 /Resources <</Font <</F1 <</BaseFont /X>>>>>>>>
endobj
3 0 obj
<</Parent 2 0 R>>
endobj
4 0 obj
<</Parent 2 0 R /Rotate 0>>
endobj
";
    let rebuilt = rewritten(&pdf(objects));
    let document = open(&rebuilt);
    let sizes: Vec<_> = document
        .pages()
        .iter()
        .map(|page| (page.width(), page.height(), page.rotate))
        .collect();
    assert_eq!(sizes, [(60.0, 50.0, 90), (50.0, 60.0, 0)]);
    assert_eq!(text(&rebuilt).matches("/BaseFont").count(), 1);
    for page in document.pages() {
        assert!(page.dictionary.contains("MediaBox") && page.dictionary.contains("Resources"));
    }
}

#[test]
fn everything_active_is_left_out() {
    let catalog = "/OpenAction <</S /JavaScript /JS (evil)>> /AA <</WC 8 0 R>> /AF [8 0 R] \
        /Names <</JavaScript <</Names [(a) 8 0 R]>> /EmbeddedFiles <</Names [(b) 8 0 R]>>>> \
        /AcroForm <</XFA (evil) /Fields []>> /Metadata 8 0 R /StructTreeRoot 8 0 R";
    let page = "/AA <</O 8 0 R>> /Thumb 8 0 R /PieceInfo <</X (evil)>>";
    let rebuilt = rewritten(&file(
        catalog,
        page,
        "8 0 obj\n<</S /JavaScript /JS (evil)>>\nendobj\n",
    ));
    assert!(!text(&rebuilt).contains("evil") && !text(&rebuilt).contains("JavaScript"));
    for kind in [
        RemovedKind::Action,
        RemovedKind::EmbeddedFile,
        RemovedKind::JavaScript,
        RemovedKind::Tags,
        RemovedKind::Xfa,
    ] {
        assert!(kinds(&rebuilt).contains(&kind), "{kind:?}");
    }
}

#[test]
fn actions_are_not_carried_in_through_resources() {
    let resources = "/Resources <</Properties <</A 8 0 R /B <</S /Launch /F (evil)>> /C 3 0 R>>";
    let objects =
        "8 0 obj\n<</Type /Filespec /F (evil) /Sub <</X 9 0 R>>>>\nendobj\n9 0 obj\n(evil)\nendobj\n";
    let base = file("", "", objects).replace("/Resources <<", resources);
    let body = base.split_once('\n').unwrap().1.split_once("xref\n").unwrap().0;
    let rebuilt = rewritten(&pdf(body));
    assert!(!text(&rebuilt).contains("evil"));
    assert_eq!(kinds(&rebuilt), [RemovedKind::EmbeddedFile, RemovedKind::Launch]);
}

#[test]
fn links_keep_only_pages_and_the_web() {
    let link = |entry: &str| format!("<</Subtype /Link /Rect [0 0 1 1] {entry}>>");
    let links: String = [
        "/Dest [3 0 R /Fit]",
        "/Dest (chapter)",
        "/A <</S /GoTo /D /old>>",
        "/A <</S /URI /URI (https://example.com/)>>",
        "/A <</S /URI /URI (javascript:evil)>>",
        "/A <</S /GoToR /F (evil) /D [0 /Fit]>>",
        "/A <</S /Launch /F (evil)>>",
        "/A <</S /SubmitForm /F (evil)>>",
        "/Dest (nowhere)",
    ]
    .map(link)
    .concat();
    let catalog = "/Names <</Dests <</Kids [<</Names [(chapter) <</D [3 0 R /XYZ 1 2 null]>>]>>]>>>> /Dests <</old [0 /Fit]>>";
    let rebuilt = rewritten(&file(catalog, &format!("/Annots [{links}]"), ""));
    assert!(!text(&rebuilt).contains("evil"));
    let document = open(&rebuilt);
    let list = annotations(&document);
    assert_eq!(list.len(), 9);
    let page = Object::Reference(document.pages().first().unwrap().reference);
    for link in list.iter().take(3) {
        assert_eq!(link.get("Dest").unwrap().as_array().unwrap().first(), Some(&page));
    }
    assert!(list.get(3).unwrap().contains("A"));
    assert!(
        list.iter()
            .skip(4)
            .all(|link| !link.contains("A") && !link.contains("Dest"))
    );
    assert_eq!(
        kinds(&rebuilt),
        [RemovedKind::Launch, RemovedKind::RemoteLink, RemovedKind::Submit]
    );
}

#[test]
fn fields_become_pictures() {
    let fields = "/Annots [\
        <</Subtype /Widget /FT /Tx /T (a) /V (x) /F 4 /Rect [0 0 9 9] /AP <</N 9 0 R /D 9 0 R>> /AA <<>>>>\
        <</Subtype /Widget /FT /Btn /T (b) /AS /On /Rect [0 0 9 9] /AP <</N <</On 9 0 R>>>>>>\
        <</Subtype /Widget /FT /Btn /T (c) /AS /Off /Rect [0 0 9 9] /AP <</N <</On 9 0 R>>>>>>\
        <</Subtype /Widget /FT /Sig /T (d) /Rect [0 0 9 9] /AP <</N 9 0 R>>>>\
        <</Subtype /Widget /FT /Tx /T (e) /Rect [0 0 9 9] /MK <</BG [1 0 0]>>>>]";
    let rebuilt = rewritten(&file("", fields, APPEARANCE));
    let document = open(&rebuilt);
    let list = annotations(&document);
    assert_eq!(list.len(), 3, "{list:?}");
    for picture in &list {
        assert!(picture.is_name("Subtype", "Stamp") && !picture.contains("FT") && !picture.contains("V"));
        let appearance = document.get(picture, "AP").unwrap().into_owned();
        let normal = document.get(appearance.as_dictionary().unwrap(), "N").unwrap();
        assert!(normal.as_stream().is_some() && !appearance.as_dictionary().unwrap().contains("D"));
    }
    assert_eq!(
        list.first().unwrap().get("F"),
        Some(&Object::Integer(4 | 64 | 128 | 512))
    );
    assert!(kinds(&rebuilt).contains(&RemovedKind::SignatureField));
    assert!(text(&rebuilt).contains("1.00 0.00 0.00 rg"));
}

#[test]
fn fields_whose_text_each_viewer_draws_itself_are_refused() {
    let field = "/Annots [<</Subtype /Widget /FT /Tx /T (a) /V (100) /Rect [0 0 9 9] {}>>]";
    let without = file("", &field.replace("{}", ""), "");
    let stale = file(
        "/AcroForm <</NeedAppearances true /Fields []>>",
        &field.replace("{}", "/AP <</N 9 0 R>>"),
        APPEARANCE,
    );
    for file in [without, stale] {
        let error = rebuild(file.as_bytes(), &Limits::default()).unwrap_err();
        assert!(matches!(error, ReadError::Unsupported { .. }), "{error}");
    }
}

#[test]
fn what_viewers_draw_in_their_own_way_is_refused() {
    for annotation in [
        "<</Subtype /FreeText /F 4 /Rect [0 0 9 9] /Contents (pay) /DA (/F 9 Tf)>>",
        "<</Subtype /Stamp /F 4 /Rect [0 0 9 9] /AP <</N <</A 9 0 R>>>>>>",
        "<</Subtype /Stamp /F 4 /Rect [0 0 9 9]>>",
    ] {
        let file = file("", &format!("/Annots [{annotation}]"), APPEARANCE);
        let error = rebuild(file.as_bytes(), &Limits::default()).unwrap_err();
        assert!(
            error.to_string().contains("each viewer draws in its own way"),
            "{error}"
        );
    }
    for (page, object, reason) in [
        (
            "/Annots [<</Subtype /Stamp /F 4 /Rect [0 0 9 9] /AP <</N 9 0 R>>>>]",
            "--1 0 0 rg  ",
            "no notation",
        ),
        (
            "/Annots [<</Subtype /Stamp /F 4 /Rect [0 0 9 9] /AP <</N 9 0 R>>>>]",
            "9 9 re f    ",
            "too few or too many",
        ),
    ] {
        let file = file("", page, &APPEARANCE.replace("0 0 9 9 re f", object));
        let error = rebuild(file.as_bytes(), &Limits::default()).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}

/// Viewers ask different flags and entries whether something is for the screen or for paper: both become the same.
#[test]
fn what_is_seen_is_printed() {
    let page = "/Annots [<</Subtype /Stamp /F 0 /Rect [0 0 9 9] /AP <</N 9 0 R>>>>]";
    let layers = "/OCProperties <</OCGs [10 0 R 11 0 R] /D <</AS [<</Event /View /Category [/View] /OCGs [10 0 R]>> \
        <</Event /Print /Category [/Print] /OCGs [11 0 R]>>]>>>>";
    let groups = "10 0 obj\n<</Type /OCG /Name (a) /Usage <</View <</ViewState /OFF>>>>>>\nendobj\n\
        11 0 obj\n<</Type /OCG /Name (b) /Usage <</Print <</PrintState /OFF>>>>>>\nendobj\n";
    let rebuilt = rewritten(&file(layers, page, &format!("{APPEARANCE}{groups}")));
    let document = open(&rebuilt);
    assert_eq!(annotations(&document)[0].get("F"), Some(&Object::Integer(4)));
    let properties = document
        .get(document.catalog(), "OCProperties")
        .unwrap()
        .into_owned();
    let configuration = document
        .get(properties.as_dictionary().unwrap(), "D")
        .unwrap()
        .into_owned();
    let configuration = configuration.as_dictionary().unwrap();
    assert!(!configuration.contains("AS"));
    assert_eq!(configuration.get("OFF").unwrap().as_array().unwrap().len(), 1);
}

/// Some viewers stop at an element of the page content that is nothing.
#[test]
fn page_contents_have_streams_only() {
    for contents in ["[null 4 0 R]", "[66 0 R 4 0 R]", "[4 0 R]", "4 0 R"] {
        let file = pdf(&ONE_PAGE.replace("/Contents 4 0 R", &format!("/Contents {contents}")));
        let rebuilt = rewritten(&file);
        let document = open(&rebuilt);
        let page = &document.pages().first().unwrap().dictionary;
        assert!(
            page.get("Contents").unwrap().as_reference().is_some(),
            "{contents}"
        );
    }
}

#[test]
fn hidden_annotations_and_media_are_left_out_pictures_stay() {
    let annots = "/Annots [\
        <</Subtype /Stamp /F 2 /Rect [0 0 9 9] /Contents (evil)>>\
        <</Subtype /Square /F 32 /Rect [0 0 9 9] /Contents (evil)>>\
        <</Subtype /FileAttachment /Rect [0 0 9 9] /FS (evil) /AP <</N 9 0 R>>>>\
        <</Subtype /RichMedia /Rect [0 0 9 9] /RichMediaContent (evil)>>\
        <</Subtype /Popup /Rect [0 0 9 9]>>\
        <</Subtype /Highlight /Rect [0 0 9 9] /QuadPoints [0 0 1 1 2 2 3 3] /Contents (note)>>]";
    let rebuilt = rewritten(&file("", annots, APPEARANCE));
    let document = open(&rebuilt);
    let list = annotations(&document);
    assert_eq!(list.len(), 2);
    assert!(list.first().unwrap().is_name("Subtype", "Stamp"));
    assert!(list.last().unwrap().contains("QuadPoints"));
    assert!(!text(&rebuilt).contains("evil"));
    assert_eq!(
        kinds(&rebuilt),
        [
            RemovedKind::EmbeddedFile,
            RemovedKind::HiddenAnnotation,
            RemovedKind::Media
        ]
    );
}

const OUTLINE: &str = "\
5 0 obj
<</First 6 0 R /Last 7 0 R /Count 3>>
endobj
6 0 obj
<</Title (one) /Parent 5 0 R /Next 7 0 R /First 8 0 R /Last 8 0 R /Count 1 /Dest [3 0 R /Fit]>>
endobj
7 0 obj
<</Title (two) /Parent 5 0 R /Prev 6 0 R /A <</S /JavaScript /JS (evil)>>>>
endobj
8 0 obj
<</Title (below) /Parent 6 0 R /Dest [3 0 R /Fit]>>
endobj
";

#[test]
fn outlines_labels_and_layers_of_merged_files_follow_each_other() {
    let catalog = "/Outlines 5 0 R /PageLabels <</Nums [0 <</S /r>>]>> \
        /OCProperties <</OCGs [9 0 R] /D <</BaseState /OFF /Order [9 0 R]>>>>";
    let layer = "9 0 obj\n<</Type /OCG /Name (layer)>>\nendobj\n";
    let first = file(catalog, "", &format!("{OUTLINE}{layer}"));
    let second = pdf(&ONE_PAGE.replace("200 100", "50 60"));
    let merged = merge(
        &[first.as_bytes(), second.as_bytes(), first.as_bytes()],
        &Limits::default(),
    )
    .unwrap();
    let document = open(&merged);
    let widths: Vec<_> = document.pages().iter().map(pdfseal::Page::width).collect();
    assert_eq!(widths, [200.0, 50.0, 200.0]);
    let file = text(&merged);
    assert_eq!(
        (file.matches("(one)").count(), file.matches("(below)").count()),
        (2, 2)
    );
    assert!(file.contains("/Nums[0<</S/r>>1<</S/D>>2<</S/r>>]"), "{file}");
    assert_eq!(file.matches("/Type/OCG/").count(), 2);
    let outline = document.get(document.catalog(), "Outlines").unwrap().into_owned();
    assert_eq!(
        outline.as_dictionary().unwrap().get("Count"),
        Some(&Object::Integer(6))
    );
    let layers = document
        .get(document.catalog(), "OCProperties")
        .unwrap()
        .into_owned();
    let state = document
        .get(layers.as_dictionary().unwrap(), "D")
        .unwrap()
        .into_owned();
    let off = state
        .as_dictionary()
        .unwrap()
        .get("OFF")
        .unwrap()
        .as_array()
        .unwrap()
        .len();
    assert_eq!(off, 2, "hidden layers stay hidden");
    assert!(!file.contains("evil"));
}

#[test]
fn the_refused_file_of_several_is_named() {
    let good = pdf(ONE_PAGE);
    let error = merge(&[good.as_bytes(), b"text"], &Limits::default()).unwrap_err();
    assert_eq!(error.index, 1);
    assert!(
        error
            .to_string()
            .starts_with("file 2: the file is not a PDF file")
    );
    let limits = Limits {
        pages: 1,
        ..Limits::default()
    };
    assert_eq!(
        merge(&[good.as_bytes(), good.as_bytes()], &limits)
            .unwrap_err()
            .index,
        1
    );
    assert!(merge(&[], &Limits::default()).is_err());
}

#[test]
fn signed_files_and_circles_are_refused() {
    let signed = file("/AcroForm <</Fields [<</FT /Sig /V <</Type /Sig>>>>]>>", "", "");
    assert_eq!(
        rebuild(signed.as_bytes(), &Limits::default()).unwrap_err(),
        ReadError::Signed
    );
    let circle = OUTLINE.replace("/Prev 6 0 R", "/Next 6 0 R");
    let error = rebuild(
        file("/Outlines 5 0 R", "", &circle).as_bytes(),
        &Limits::default(),
    )
    .unwrap_err();
    assert!(error.to_string().contains("twice in the outline"));
    let external = pdf(&ONE_PAGE.replace("<</Length 10>>", "<</Length 10 /F (other)>>"));
    let error = rebuild(external.as_bytes(), &Limits::default()).unwrap_err();
    assert!(matches!(error, ReadError::Unsupported { .. }));
}

#[test]
fn page_content_that_breaks_off_is_refused() {
    let broken = pdf(&ONE_PAGE.replace("<</Length 10>>", "<</Length 10 /Filter /FlateDecode>>"));
    let error = rebuild(broken.as_bytes(), &Limits::default()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("compressed data of a stream is broken"),
        "{error}"
    );
    let limits = Limits {
        content_bytes: 9,
        ..Limits::default()
    };
    assert!(matches!(
        rebuild(pdf(ONE_PAGE).as_bytes(), &limits),
        Err(ReadError::LimitExceeded { .. })
    ));
    let number = pdf(&ONE_PAGE.replace("/Contents 4 0 R", "/Contents 5"));
    assert!(
        rebuild(number.as_bytes(), &Limits::default())
            .unwrap_err()
            .to_string()
            .contains("page 1")
    );
}

#[test]
fn rewriting_twice_changes_nothing_more() {
    let once = rewritten(&file("/Outlines 5 0 R", "", OUTLINE));
    let twice = rebuild(&once.bytes, &Limits::default()).unwrap();
    let thrice = rebuild(&twice.bytes, &Limits::default()).unwrap();
    assert!(twice.removed.is_empty());
    assert_eq!(text(&twice), text(&thrice));
}
