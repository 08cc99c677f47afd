//! Validation: what passes, and the known ways to cheat that must not.

use pdfseal::{
    Limits,
    verify::{Indication, LaterChanges, SignatureReport, SubIndication, VerificationReport, verify},
};
use sealpki::Certificate;

use crate::sign::{NOW, demo::DemoPki, pdf, sign, sign_first, stamp};

const OBJECTS: [&str; 7] = [
    "<< /Type /Catalog /Pages 2 0 R /AcroForm << /SigFlags 3 /Fields 6 0 R >> >>",
    "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots 5 0 R /Missing 40 0 R >>",
    "<< /Length 8 >>\nstream\n0 0 m 1 \nendstream",
    "[]",
    "[]",
    "<< /Note (unused) >>",
];

fn pki() -> DemoPki {
    DemoPki::new(sealpki::KeyAlgorithm::EcdsaP256, NOW.unix_seconds, 0x11).unwrap()
}

fn judge(file: &[u8], root: &Certificate) -> VerificationReport {
    verify(
        file,
        &Limits::default(),
        std::slice::from_ref(root),
        NOW.unix_seconds,
    )
}

fn reason(report: &SignatureReport) -> (Indication, Option<SubIndication>) {
    (report.status, report.sub_indication)
}

/// A revision made by hand: any objects, then a signature over everything by the same signer. `dictionary` writes the
/// signature dictionary from the texts of its byte range and contents.
fn forge(
    file: &mut Vec<u8>,
    pki: &DemoPki,
    objects: &[(u32, &str)],
    dictionary: impl Fn(&str, &str) -> String,
) {
    let previous = last_startxref(file);
    let mut offsets = Vec::new();
    for (number, body) in objects {
        offsets.push((*number, file.len()));
        file.extend(format!("{number} 0 obj\n{body}\nendobj\n").into_bytes());
    }
    let reserve = pki.signer.cms_len_max() * 2;
    let hole = format!("<{}>", "0".repeat(reserve));
    offsets.push((90, file.len()));
    let start = file.len();
    file.extend(format!("90 0 obj\n{}\nendobj\n", dictionary(&"_".repeat(40), &hole)).into_bytes());
    let xref = file.len();
    let mut table = "xref\n".to_owned();
    for (number, offset) in &offsets {
        table += &format!("{number} 1\n{offset:010} 00000 n \n");
    }
    file.extend(
        format!("{table}trailer\n<< /Size 91 /Root 1 0 R /Prev {previous} >>\nstartxref\n{xref}\n%%EOF\n")
            .into_bytes(),
    );
    let find = |needle: &str| {
        file[start..]
            .windows(needle.len())
            .position(|window| window == needle.as_bytes())
            .map(|at| at + start)
    };
    let (range_at, hole_at) = (find(&"_".repeat(40)), find(&hole));
    let hole_at = hole_at.unwrap_or(start);
    let hole_end = (hole_at + hole.len()).min(file.len());
    let range = format!(
        "{:<40}",
        format!("[0 {hole_at} {hole_end} {}]", file.len() - hole_end)
    );
    if let Some(at) = range_at {
        file[at..at + 40].copy_from_slice(range.as_bytes());
    }
    let covered = [&file[..hole_at], &file[hole_end..]].concat();
    let cms = pki.signer.sign_detached(&sealpki::sha256(&covered)).unwrap();
    let hex: String = cms.iter().map(|byte| format!("{byte:02x}")).collect();
    if file[hole_at] == b'<' {
        file[hole_at + 1..hole_at + 1 + hex.len()].copy_from_slice(hex.as_bytes());
    }
}

fn last_startxref(file: &[u8]) -> usize {
    let text = String::from_utf8_lossy(&file[file.len() - 30..]).into_owned();
    text.split("startxref\n")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

fn plain(range: &str, contents: &str) -> String {
    format!(
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange {range} /Contents {contents} >>"
    )
}

const FIELD: &str =
    "<< /Type /Annot /Subtype /Widget /FT /Sig /T (forged) /F 132 /P 3 0 R /Rect [0 0 0 0] /V 90 0 R >>";

/// The first signature by us, and the number of the field it added.
fn signed(pki: &DemoPki) -> (Vec<u8>, String) {
    let mut file = pdf(&OBJECTS);
    sign_first(&mut file, &pki.signer, "first", &[]);
    let text = String::from_utf8_lossy(&file).into_owned();
    let after = text.rsplit("6 0 obj\n[ ").next().unwrap();
    (file, after.split(' ').next().unwrap().to_owned())
}

#[test]
fn signatures_of_several_acts_pass() {
    let pki = pki();
    let mut file = pdf(&OBJECTS);
    let mut plan = sign_first(&mut file, &pki.signer, "a", &[stamp(0), stamp(0)]);
    for act in ["b", "c"] {
        plan = sign(&mut file, &plan, &pki.signer, act, &[stamp(0)]);
    }
    let report = judge(&file, &pki.root);
    assert!(report.all_passed(), "{report:#?}");
    assert_eq!(report.revisions, 4);
    let fields: Vec<usize> = report.signatures.iter().map(|one| one.fields.len()).collect();
    assert_eq!(fields, [2, 1, 1]);
    let later: Vec<LaterChanges> = report.signatures.iter().map(|one| one.later_changes).collect();
    assert_eq!(
        later,
        [
            LaterChanges::Signatures,
            LaterChanges::Signatures,
            LaterChanges::None
        ]
    );
    let whole: Vec<bool> = report
        .signatures
        .iter()
        .map(|one| one.covers_whole_file)
        .collect();
    assert_eq!(whole, [false, false, true]);
    assert_eq!(
        (
            report.signatures[0].fields[1].page,
            report.signatures[0].fields[1].visible
        ),
        (Some(1), true)
    );
    let json = serde_json::to_string(&report).unwrap();
    assert!(json.contains("\"status\":\"TOTAL-PASSED\""), "{json}");
    assert_eq!(serde_json::from_str::<VerificationReport>(&json).unwrap(), report);
}

#[test]
fn trust_depends_on_anchors_and_time() {
    let (pki, stranger) = (pki(), pki());
    let (file, _) = signed(&pki);
    let missing = judge(&file, &stranger.root).signatures.remove(0);
    assert!(missing.integrity);
    assert_eq!(missing.status, Indication::Indeterminate);
    let late = verify(&file, &Limits::default(), &[pki.root], NOW.unix_seconds + 864_000)
        .signatures
        .remove(0);
    assert_eq!(
        reason(&late),
        (Indication::Indeterminate, Some(SubIndication::OutOfBoundsNoPoe))
    );
}

#[test]
fn one_changed_bit_anywhere_never_passes() {
    let pki = pki();
    let (file, _) = signed(&pki);
    for offset in 0..file.len() {
        let mut changed = file.clone();
        changed[offset] ^= 1 << (offset % 8);
        assert!(!judge(&changed, &pki.root).all_passed(), "offset {offset}");
    }
}

#[test]
fn a_correct_revision_by_others_passes() {
    let pki = pki();
    let (mut file, field) = signed(&pki);
    let fields = format!("[ {field} 0 R 91 0 R]");
    let annotations = fields.clone();
    forge(
        &mut file,
        &pki,
        &[(91, FIELD), (5, &annotations), (6, &fields)],
        plain,
    );
    let report = judge(&file, &pki.root);
    assert!(report.all_passed(), "{report:#?}");
}

#[test]
fn later_revisions_that_do_more_than_sign_are_found() {
    let pki = pki();
    let (file, field) = signed(&pki);
    let grown = format!("[{field} 0 R 91 0 R]");
    let only = format!("[{field} 0 R]");
    let twice = format!("[{field} 0 R 92 0 R 91 0 R]");
    let action = FIELD.replace("/F 132", "/F 132 /AA << /E << /S /JavaScript /JS (1) >> >>");
    let other_page = FIELD.replace("/P 3 0 R", "/P 2 0 R");
    let base = |field: &'static str| vec![(91, field.to_owned()), (5, grown.clone()), (6, grown.clone())];
    let with = |number: u32, body: &str| [base(FIELD), vec![(number, body.to_owned())]].concat();
    let attacks: Vec<(&str, Vec<(u32, String)>)> = vec![
        (
            "page content",
            with(4, "<< /Length 8 >>\nstream\n9 9 m 9 \nendstream"),
        ),
        (
            "page box",
            with(
                3,
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R /Annots 5 0 R /Missing 40 0 R >>",
            ),
        ),
        (
            "page tree",
            with(2, "<< /Type /Pages /Count 1 /Kids [3 0 R] /Rotate 90 >>"),
        ),
        ("missing object filled", with(40, "(now it is here)")),
        (
            "catalog",
            with(
                1,
                "<< /Type /Catalog /Pages 2 0 R /OpenAction [3 0 R /Fit] /AcroForm << /SigFlags 3 /Fields 6 0 R >> >>",
            ),
        ),
        ("unused object", with(7, "<< /Note (changed) >>")),
        (
            "annotation that is no field",
            [base(FIELD), vec![(92, "<< /Subtype /FreeText >>".to_owned())]]
                .concat()
                .into_iter()
                .map(|(number, body)| {
                    if number == 5 {
                        (5, twice.clone())
                    } else {
                        (number, body)
                    }
                })
                .collect(),
        ),
        (
            "field with an action",
            vec![(91, action), (5, grown.clone()), (6, grown.clone())],
        ),
        (
            "field on another page",
            vec![(91, other_page), (5, grown.clone()), (6, grown.clone())],
        ),
        (
            "field that shows the old signature",
            vec![
                (91, FIELD.replace("90 0 R", "8 0 R")),
                (5, grown.clone()),
                (6, grown.clone()),
            ],
        ),
        ("no field at all", vec![(6, only)]),
    ];
    for (name, objects) in attacks {
        let mut forged = file.clone();
        let objects: Vec<(u32, &str)> = objects
            .iter()
            .map(|(number, body)| (*number, body.as_str()))
            .collect();
        forge(&mut forged, &pki, &objects, plain);
        let report = judge(&forged, &pki.root);
        let first = &report
            .signatures
            .first()
            .unwrap_or_else(|| panic!("{name}: {report:#?}"));
        assert_eq!(
            reason(first),
            (Indication::TotalFailed, Some(SubIndication::FormatFailure)),
            "{name}"
        );
        assert_eq!(first.later_changes, LaterChanges::Other, "{name}");
        assert!(first.integrity, "{name}: the signature itself is untouched");
    }
}

#[test]
fn a_signature_taken_out_of_the_form_is_still_reported() {
    let pki = pki();
    let (mut file, field) = signed(&pki);
    let annotations = format!("[{field} 0 R 91 0 R]");
    forge(
        &mut file,
        &pki,
        &[(91, FIELD), (5, &annotations), (6, "[91 0 R]")],
        plain,
    );
    let report = judge(&file, &pki.root);
    assert_eq!(report.signatures.len(), 2);
    assert_eq!(report.signatures[1].fields[0].name, "first-1");
    assert_eq!(
        reason(&report.signatures[1]),
        (Indication::TotalFailed, Some(SubIndication::FormatFailure))
    );
}

#[test]
fn a_bad_revision_is_not_hidden_by_good_ones_after_it() {
    let pki = pki();
    let (mut file, field) = signed(&pki);
    let grown = format!("[{field} 0 R 91 0 R]");
    let content = "<< /Length 8 >>\nstream\n9 9 m 9 \nendstream";
    forge(
        &mut file,
        &pki,
        &[(91, FIELD), (5, &grown), (6, &grown), (4, content)],
        plain,
    );
    sign_first(&mut file, &pki.signer, "third", &[]);
    let report = judge(&file, &pki.root);
    let statuses: Vec<Indication> = report.signatures.iter().map(|one| one.status).collect();
    assert_eq!(statuses[0], Indication::TotalFailed);
    assert_eq!(
        report.signatures[2].status,
        Indication::TotalPassed,
        "the last signer saw the changed page"
    );
}

#[test]
fn malformed_signature_dictionaries_fail() {
    let pki = pki();
    type Write = fn(&str, &str) -> String;
    let cases: [(&str, Write); 9] = [
        ("no byte range", |_, contents| {
            plain("", contents).replace("/ByteRange", "")
        }),
        ("byte range null", |_, contents| plain("null", contents)),
        ("byte range negative", |_, contents| plain("[0 -1 0 1]", contents)),
        ("byte range indirect", |_, contents| plain("7 0 R", contents)),
        ("byte range of two numbers", |_, contents| {
            plain("[0 10]", contents)
        }),
        ("no contents", |range, _| {
            plain(range, "").replace("/Contents", "")
        }),
        ("empty contents", |range, _| plain(range, "<>")),
        ("contents between parentheses", |range, _| plain(range, "(0000)")),
        ("other kind", |range, contents| {
            plain(range, contents).replace("ETSI.CAdES.detached", "adbe.x509.rsa_sha1")
        }),
    ];
    for (name, dictionary) in cases {
        let mut file = pdf(&OBJECTS);
        forge(
            &mut file,
            &pki,
            &[(91, FIELD), (5, "[91 0 R]"), (6, "[91 0 R]")],
            dictionary,
        );
        let report = judge(&file, &pki.root);
        assert!(!report.all_passed(), "{name}");
        assert!(
            report
                .signatures
                .iter()
                .all(|one| one.status != Indication::TotalPassed),
            "{name}: {report:#?}"
        );
        assert!(
            report.failure.is_some() || report.signatures.len() == 1,
            "{name}: {report:#?}"
        );
    }
}

#[test]
fn bytes_after_the_signed_revision_are_refused() {
    let pki = pki();
    let (file, _) = signed(&pki);
    for tail in [
        "\n\n\n",
        "% hidden",
        "4 0 obj\n(new)\nendobj\n",
        "startxref\n0\n%%EOF",
    ] {
        let mut longer = file.clone();
        longer.extend_from_slice(tail.as_bytes());
        assert!(!judge(&longer, &pki.root).all_passed(), "{tail:?}");
    }
}

#[test]
fn files_without_signatures_or_structure_do_not_pass() {
    let pki = pki();
    let unsigned = judge(&pdf(&OBJECTS), &pki.root);
    assert!(!unsigned.all_passed() && unsigned.failure.is_none() && unsigned.signatures.is_empty());
    let broken = judge(b"%PDF-1.7 and nothing else", &pki.root);
    assert!(broken.failure.is_some() && !broken.all_passed());
}
