//! Signing by incremental update: what is appended, what is left alone, what is refused.

#[path = "../../examples/support/demo.rs"]
pub(crate) mod demo;

use std::sync::OnceLock;

use pdfseal::{
    Dictionary, Document, Limits, Object, Reference, XrefKind,
    appearance::{PictureError, Rgb, Slice, Stamp, StampPicture},
    sign::{PlanError, SignError, SignRequest, SigningPlan, SigningTime, prepare_signature},
};
use sealpki::{DigestAlgorithm, KeyAlgorithm, SignerIdentity, element_len, sha256, verify_detached};

pub(crate) const NOW: SigningTime = SigningTime {
    unix_seconds: 1_795_330_000,
    offset_minutes: 480,
};

/// Two pages; each has an annotation array of its own and the form is ready, as after a rebuild.
const PREPARED: [&str; 8] = [
    "<< /Type /Catalog /Pages 2 0 R /AcroForm 7 0 R >>",
    "<< /Type /Pages /Count 2 /Kids [3 0 R 4 0 R] >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots 5 0 R >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate 90 /Annots 6 0 R >>",
    "[]",
    "[]",
    "<< /Fields 8 0 R >>",
    "[]",
];

/// Writes numbered objects with a cross-reference table.
pub(crate) fn pdf(objects: &[&str]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, body) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out.extend(format!("{} 0 obj\n{body}\nendobj\n", index + 1).into_bytes());
    }
    let start = out.len();
    out.extend(table.into_bytes());
    out.extend(
        format!(
            "trailer\n<< /Size {} /Root 1 0 R /ID [<01> <02>] >>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        )
        .into_bytes(),
    );
    out
}

/// The same objects with a cross-reference stream.
pub(crate) fn pdf_with_stream(objects: &[&str]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut rows = vec![0, 0, 0, 0];
    for (index, body) in objects.iter().enumerate() {
        rows.push(1);
        rows.extend_from_slice(&u32::try_from(out.len()).unwrap().to_be_bytes()[1..]);
        out.extend(format!("{} 0 obj\n{body}\nendobj\n", index + 1).into_bytes());
    }
    let (start, number) = (out.len(), objects.len() + 1);
    rows.push(1);
    rows.extend_from_slice(&u32::try_from(start).unwrap().to_be_bytes()[1..]);
    let size = number + 1;
    let head = format!(
        "{number} 0 obj\n<< /Type /XRef /W [1 3 0] /Size {size} /Root 1 0 R /Length {} >>\nstream\n",
        rows.len()
    );
    out.extend(head.into_bytes());
    out.extend(rows);
    out.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF").into_bytes());
    out
}

pub(crate) fn signer() -> SignerIdentity {
    demo::DemoPki::new(KeyAlgorithm::EcdsaP256, NOW.unix_seconds, 0x21)
        .unwrap()
        .signer
}

pub(crate) fn stamp(page: usize) -> Stamp {
    Stamp {
        page,
        x: 100.0,
        y: 200.0,
        width: 60.0,
        height: 60.0,
        rotation_degrees: 0.0,
        picture: 0,
        slice: None,
        description: "甲方".to_owned(),
    }
}

fn request<'a>(prefix: &'a str, stamps: &'a [Stamp], pictures: &'a [&'a StampPicture]) -> SignRequest<'a> {
    SignRequest {
        stamps,
        pictures,
        field_prefix: prefix,
        signer_name: Some("契书演示"),
        reason: Some("ok (yes)"),
        location: None,
        time: NOW,
        contents_reserve: 2_000,
    }
}

/// A seal and a drawn signature, made once.
fn pictures() -> &'static [StampPicture; 2] {
    static PICTURES: OnceLock<[StampPicture; 2]> = OnceLock::new();
    PICTURES.get_or_init(|| [demo::seal().unwrap(), demo::handwriting().unwrap()])
}

/// Appends one signature and returns the plan that follows.
pub(crate) fn sign(
    file: &mut Vec<u8>,
    plan: &SigningPlan,
    signer: &SignerIdentity,
    prefix: &str,
    stamps: &[Stamp],
) -> SigningPlan {
    let [seal, drawn] = pictures();
    let pictures = [seal, drawn];
    let request = SignRequest {
        contents_reserve: signer.cms_len_max(),
        ..request(prefix, stamps, &pictures)
    };
    let pending = prepare_signature(plan, &request).unwrap();
    let digest = pending.digest_by(signer.digest_algorithm()).unwrap();
    let cms = signer.sign_detached(&digest).unwrap();
    let revision = pending.complete(&cms).unwrap();
    file.extend_from_slice(&revision.bytes);
    assert_eq!(revision.revision_sha256, sha256(file));
    assert_eq!(revision.plan.file_length(), file.len() as u64);
    revision.plan
}

/// The same on a file nothing is known about.
pub(crate) fn sign_first(
    file: &mut Vec<u8>,
    signer: &SignerIdentity,
    prefix: &str,
    stamps: &[Stamp],
) -> SigningPlan {
    let mut plan = plan(file);
    if signer.digest_algorithm() == DigestAlgorithm::Sm3 {
        plan = plan.with_sm3(file).unwrap();
    }
    sign(file, &plan, signer, prefix, stamps)
}

pub(crate) fn plan(file: &[u8]) -> SigningPlan {
    SigningPlan::prepare(file, &Limits::default()).unwrap()
}

fn fields(document: &Document<'_>) -> Vec<Dictionary> {
    let form = document.get(document.catalog(), "AcroForm").unwrap().into_owned();
    let fields = document
        .get(form.as_dictionary().unwrap(), "Fields")
        .unwrap()
        .into_owned();
    let resolve = |field: &Object| document.resolve(field).unwrap().as_dictionary().unwrap().clone();
    fields.as_array().unwrap().iter().map(resolve).collect()
}

/// Checks byte range and CMS of one field by the plainest means: slices of the file.
fn check_signature(file: &[u8], field: &Dictionary) {
    let document = Document::open(file, &Limits::default()).unwrap();
    let value = document.get(field, "V").unwrap().into_owned();
    let value = value.as_dictionary().unwrap();
    let range: Vec<usize> = value
        .get("ByteRange")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .map(|number| usize::try_from(number.as_integer().unwrap()).unwrap())
        .collect();
    let [start, first, second, rest] = range[..] else {
        panic!("{range:?}")
    };
    assert_eq!(start, 0);
    assert_eq!((file[first], file[second - 1]), (b'<', b'>'));
    assert!(file[..second + rest].ends_with(b"%%EOF\n"));
    let covered = [&file[..first], &file[second..second + rest]].concat();
    let contents = &value.get("Contents").unwrap().as_string().unwrap().bytes;
    let cms = &contents[..element_len(contents).unwrap()];
    verify_detached(cms, |algorithm: DigestAlgorithm| algorithm.digest(&covered)).unwrap();
}

#[test]
fn two_acts_leave_everything_before_them_alone() {
    let (signer, original) = (signer(), pdf(&PREPARED));
    let mut file = original.clone();
    let after_first = sign(&mut file, &plan(&original), &signer, "a", &[stamp(0)]);
    let first = file.clone();
    let stored = SigningPlan::from_bytes(&after_first.to_bytes()).unwrap();
    sign(
        &mut file,
        &stored,
        &signer,
        "b",
        &[
            stamp(1),
            Stamp {
                picture: 1,
                ..stamp(0)
            },
        ],
    );
    assert!(
        file.windows(7).any(|window| window == b"/SMask "),
        "transparency is kept"
    );
    assert!(first.starts_with(&original) && file.starts_with(&first));

    let document = Document::open(&file, &Limits::default()).unwrap();
    assert_eq!(document.revisions().len(), 3);
    assert_eq!(document.xref_kind(), XrefKind::Table);
    let fields = fields(&document);
    let name = |field: &Dictionary| {
        String::from_utf8(field.get("T").unwrap().as_string().unwrap().bytes.clone()).unwrap()
    };
    assert_eq!(fields.iter().map(name).collect::<Vec<_>>(), ["a-1", "b-1", "b-2"]);
    assert_eq!(
        fields[1].get("V"),
        fields[2].get("V"),
        "one signature for all stamps of an act"
    );
    assert_ne!(fields[0].get("V"), fields[1].get("V"));
    for field in &fields {
        assert_eq!(field.get("F"), Some(&Object::Integer(132)));
        assert!(field.is_name("FT", "Sig") && field.is_name("Subtype", "Widget"));
        check_signature(&file, field);
    }
    let pages = document.pages();
    assert_eq!(fields[1].get("P"), Some(&Object::Reference(pages[1].reference)));
}

#[test]
fn only_the_small_arrays_of_a_prepared_file_are_written_again() {
    let mut file = pdf(&PREPARED);
    let plan = sign(&mut file.clone(), &plan(&file), &signer(), "a", &[stamp(0)]);
    let before = file.len();
    let seal = demo::seal().unwrap();
    let pending = prepare_signature(&plan, &request("b", &[stamp(1)], &[&seal])).unwrap();
    file = pending.complete(&[]).unwrap().bytes;
    let text = String::from_utf8_lossy(&file).into_owned();
    let numbers: Vec<&str> = text.lines().filter(|line| line.ends_with(" obj")).collect();
    // Page 1 and the form are untouched; the picture is in the file already.
    assert_eq!(
        numbers[numbers.len() - 3..numbers.len() - 1],
        ["6 0 obj", "8 0 obj"],
        "{before}"
    );
    assert!(!numbers.contains(&"5 0 obj") && !numbers.contains(&"7 0 obj") && !text.contains("/FlateDecode"));
}

#[test]
fn a_file_with_a_cross_reference_stream_is_continued_by_one() {
    let mut file = pdf_with_stream(&PREPARED);
    let first = sign_first(&mut file, &signer(), "a", &[stamp(0)]);
    sign(&mut file, &first, &signer(), "b", &[]);
    let document = Document::open(&file, &Limits::default()).unwrap();
    assert!(
        document
            .revisions()
            .iter()
            .all(|revision| revision.kind == XrefKind::Stream)
    );
    for field in fields(&document) {
        check_signature(&file, &field);
    }
}

#[test]
fn the_plan_kept_while_signing_is_the_plan_made_anew() {
    let mut file = pdf(&PREPARED);
    let signer = signer();
    let kept = sign_first(&mut file, &signer, "a", &[stamp(0), stamp(1)]);
    let anew = plan(&file);
    assert_eq!(kept.file_sha256(), anew.file_sha256());
    let (mut with_kept, mut with_anew) = (file.clone(), file);
    sign(&mut with_kept, &kept, &signer, "b", &[]);
    sign(&mut with_anew, &anew, &signer, "b", &[]);
    // Everything but the signature value is the same; ECDSA values differ each time.
    let end = with_kept
        .windows(10)
        .rposition(|window| window == b"/Contents ")
        .unwrap();
    assert_eq!(with_kept[..end], with_anew[..end]);
}

#[test]
fn pages_without_an_array_of_their_own_keep_every_other_byte() {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 3 /Kids [3 0 R 4 0 R 5 0 R] /MediaBox [0 0 300.00 +400] >>",
        "<< /Type /Page /Parent 2 0 R /UserUnit 1.000 /Annots[6 0 R]/Odd (\\101) >>",
        "<< /Type/Page/Parent 2 0 R/Annots 7 0 R>>",
        "<< /Type/Page/Parent 2 0 R/Annots 7 0 R/Tabs/S>>",
        "<< /Type /Annot /Subtype /Square /Rect [0 0 9 9] >>",
        "[ 6 0 R ]",
    ];
    let mut file = pdf(&objects);
    sign_first(&mut file, &signer(), "a", &[stamp(0), stamp(1), stamp(2)]);
    let text = String::from_utf8_lossy(&file).into_owned();
    assert!(
        text.contains("<< /Type /Page /Parent 2 0 R /UserUnit 1.000 /Annots[6 0 R 12 0 R]/Odd (\\101) >>"),
        "{text}"
    );
    assert!(text.contains("7 0 obj\n[ 6 0 R  13 0 R]\nendobj"), "{text}");
    // The second page with the same array gets its own, or a stamp would show on both.
    assert!(
        text.contains("<< /Type/Page/Parent 2 0 R/Annots  [6 0 R 14 0 R] /Tabs/S >>"),
        "{text}"
    );
    let document = Document::open(&file, &Limits::default()).unwrap();
    assert_eq!(fields(&document).len(), 3);
    let catalog = document.catalog();
    assert_eq!(
        catalog.get("AcroForm"),
        Some(&Object::Reference(Reference::new(8)))
    );
}

#[test]
fn a_seal_across_all_pages_is_one_picture_and_one_signature() {
    let pages = 200;
    let kids: String = (0..pages).map(|index| format!("{} 0 R ", index + 3)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Count {pages} /Kids [{kids}] /MediaBox [0 0 595 842] >>"),
    ];
    objects.extend((0..pages).map(|_| "<< /Type /Page /Parent 2 0 R >>".to_owned()));
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let mut file = pdf(&objects);
    let before = file.len();
    let strip = |index| Stamp {
        slice: Some(Slice { index, count: pages }),
        width: 0.6,
        ..stamp(index as usize)
    };
    let strips: Vec<Stamp> = (0..pages).map(strip).collect();
    sign_first(&mut file, &signer(), "across", &strips);
    let document = Document::open(&file, &Limits::default()).unwrap();
    let fields = fields(&document);
    assert_eq!(fields.len(), 200);
    assert!(fields.iter().all(|field| field.get("V") == fields[0].get("V")));
    check_signature(&file, &fields[199]);
    assert!(file.len() - before < 200 * 900, "{} bytes", file.len() - before);
}

#[test]
fn requests_that_do_not_fit_are_refused_before_anything_is_written() {
    let file = pdf(&PREPARED);
    let plan = plan(&file);
    let seal = demo::seal().unwrap();
    let refusal = |prefix: &str, stamp: Stamp| {
        prepare_signature(&plan, &request(prefix, &[stamp], &[&seal])).unwrap_err()
    };
    assert!(matches!(
        refusal("a", stamp(2)),
        SignError::NoSuchPage {
            stamp: 0,
            page: 3,
            pages: 2
        }
    ));
    assert!(matches!(
        refusal(
            "a",
            Stamp {
                picture: 1,
                ..stamp(0)
            }
        ),
        SignError::NoSuchPicture { .. }
    ));
    let slice = Some(Slice { index: 2, count: 2 });
    assert!(matches!(
        refusal("a", Stamp { slice, ..stamp(0) }),
        SignError::NoSuchPicture { .. }
    ));
    assert!(matches!(
        refusal(
            "a",
            Stamp {
                width: 0.0,
                ..stamp(0)
            }
        ),
        SignError::NoPlace { .. }
    ));
    assert!(matches!(
        refusal(
            "a",
            Stamp {
                x: f64::NAN,
                ..stamp(0)
            }
        ),
        SignError::NoPlace { .. }
    ));
    for prefix in ["", "a.b", "名", &"x".repeat(101)] {
        assert!(
            matches!(refusal(prefix, stamp(0)), SignError::FieldPrefix { .. }),
            "{prefix}"
        );
    }
    let pending = prepare_signature(&plan, &request("a", &[], &[])).unwrap();
    assert!(matches!(
        pending.complete(&[0; 2_001]).unwrap_err(),
        SignError::ContentsOverflow {
            needed: 2_001,
            reserved: 2_000
        }
    ));
}

#[test]
fn field_names_are_never_used_twice() {
    let mut file = pdf(&PREPARED);
    let kept = sign_first(&mut file, &signer(), "act", &[stamp(0)]);
    for plan in [kept, plan(&file)] {
        for taken in ["act", "act-1"] {
            let error = prepare_signature(&plan, &request(taken, &[], &[])).unwrap_err();
            assert!(matches!(error, SignError::FieldNameTaken { .. }), "{taken}");
        }
        assert!(prepare_signature(&plan, &request("act2", &[], &[])).is_ok());
    }
}

/// A signed file whose signature carries a transform method, and whose field may carry a lock.
fn locked(permissions: &str, transform: &str, lock: &str) -> Vec<u8> {
    let catalog = format!(
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /SigFlags 3 /Fields [4 0 R] >> {permissions} >>"
    );
    let field = format!("<< /FT /Sig /T (old) /V 5 0 R {lock} >>");
    let value =
        format!("<< /Type /Sig /Filter /Adobe.PPKLite /Reference [<< /Type /SigRef {transform} >>] >>");
    pdf(&[
        &catalog,
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] >>",
        &field,
        &value,
    ])
}

#[test]
fn earlier_signatures_are_obeyed() {
    let docmdp = |level| {
        format!("/TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P {level} /V /1.2 >>")
    };
    let prepare = |file: &[u8]| SigningPlan::prepare(file, &Limits::default());
    let permissions = "/Perms << /DocMDP 5 0 R >>";
    for file in [
        locked(permissions, &docmdp(1), ""),
        locked(
            "",
            "/TransformMethod /FieldMDP /TransformParams << /Action /All >>",
            "",
        ),
        locked(
            "",
            "/TransformMethod /FieldMDP /TransformParams << /Action /Exclude /Fields [(x)] >>",
            "",
        ),
        locked("", "", "/Lock << /Type /SigFieldLock /Action /All >>"),
        locked(
            "",
            "",
            "/Lock << /Type /SigFieldLock /Action /Include /Fields [(x)] /P 1 >>",
        ),
    ] {
        assert!(matches!(prepare(&file), Err(PlanError::Locked { .. })));
    }
    let named = locked(
        "",
        "/TransformMethod /FieldMDP /TransformParams << /Action /Include /Fields [(x)] >>",
        "",
    );
    sign(&mut named.clone(), &plan(&named), &signer(), "a", &[stamp(0)]);
    let certified = locked(permissions, &docmdp(2), "");
    let stored = SigningPlan::from_bytes(&plan(&certified).to_bytes()).unwrap();
    let seal = demo::seal().unwrap();
    let error = prepare_signature(&stored, &request("a", &[stamp(0)], &[&seal])).unwrap_err();
    assert!(matches!(error, SignError::VisibleForbidden));
    sign(&mut { certified }, &stored, &signer(), "a", &[]);
}

#[test]
fn stored_plans_are_read_whole_or_not_at_all() {
    let mut file = pdf(&PREPARED);
    let plan = sign_first(&mut file, &signer(), "a", &[stamp(0)]);
    let bytes = plan.to_bytes();
    assert_eq!(SigningPlan::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    for length in 0..bytes.len() {
        assert!(
            matches!(
                SigningPlan::from_bytes(&bytes[..length]),
                Err(PlanError::UnknownFormat)
            ),
            "cut at {length}"
        );
    }
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 0x80;
        // Nothing to assert about the plan itself; it must not panic, here or when used.
        if let Ok(plan) = SigningPlan::from_bytes(&changed) {
            let _ = prepare_signature(&plan, &request("b", &[], &[]));
        }
    }
}

#[test]
fn a_date_is_stamped_as_text_with_its_font() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/font");
    let face = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let face = face
        .filter(|path| {
            path.extension()
                .is_some_and(|kind| kind == "otf" || kind == "ttf")
        })
        .min()
        .unwrap();
    let embedded =
        pdfseal::font::EmbeddedFont::subset(&std::fs::read(face).unwrap(), "2026年1月31日").unwrap();
    let text = StampPicture::from_text(&embedded, "2026年1月31日", 12.0, Rgb(0, 0, 0)).unwrap();
    assert_eq!(StampPicture::from_bytes(&text.to_bytes()).unwrap(), text);
    let mut file = pdf(&PREPARED);
    let pending = prepare_signature(&plan(&file), &request("a", &[stamp(0)], &[&text])).unwrap();
    let cms = signer().sign_detached(&pending.digest()).unwrap();
    file.extend_from_slice(&pending.complete(&cms).unwrap().bytes);
    let document = Document::open(&file, &Limits::default()).unwrap();
    let follow = |from: &Object, keys: &[&str]| {
        keys.iter()
            .fold(document.resolve(from).unwrap().into_owned(), |object, key| {
                document
                    .get(object.as_dictionary().unwrap(), key)
                    .unwrap()
                    .into_owned()
            })
    };
    let form = Object::Dictionary(fields(&document)[0].clone());
    let picture = follow(&form, &["AP", "N", "Resources", "XObject", "S"]);
    let font = follow(&picture, &["Resources", "Font", "F"]);
    assert!(font.as_dictionary().unwrap().is_name("Subtype", "Type0"));
    let descendants = follow(&font, &["DescendantFonts"]);
    let descriptor = follow(&descendants.as_array().unwrap()[0], &["FontDescriptor"]);
    let keys = ["FontFile2", "FontFile3"];
    let key = keys
        .into_iter()
        .find(|key| descriptor.as_dictionary().unwrap().contains(key))
        .unwrap();
    let program = follow(&descriptor, &[key]);
    assert!(!document.decode(program.as_stream().unwrap()).unwrap().is_empty());
    let long = StampPicture::from_text(&embedded, "龘", 12.0, Rgb(0, 0, 0));
    assert!(
        matches!(long, Err(PictureError::Text(_))),
        "a character outside of the subset"
    );
}
