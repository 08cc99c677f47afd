//! Each vector is made for DOCX and for XLSX (R-35).

use std::io::Write as _;

use qishu_testkit::office::{archive, docx_entries, external, xlsx_entries};

use super::*;
use crate::office::{OfficeFormat, check_office};

type Entries = Vec<(String, Vec<u8>)>;

const KINDS: [OfficeFormat; 2] = [OfficeFormat::Docx, OfficeFormat::Xlsx];

fn entries(kind: OfficeFormat, relationships: &str) -> Entries {
    match kind {
        OfficeFormat::Docx => docx_entries(&["甲方（盖章）"], relationships),
        _ => xlsx_entries(&[&["甲方（盖章）"]], relationships),
    }
}

fn with(kind: OfficeFormat, name: &str, content: &[u8]) -> Entries {
    let mut entries = entries(kind, "");
    entries.retain(|(existing, _)| existing != name);
    entries.push((name.to_owned(), content.to_vec()));
    entries
}

fn refusal(kind: OfficeFormat, file: &[u8]) -> String {
    match check_office(kind, file) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn ordinary_files_pass_and_keep_every_part() {
    for kind in KINDS {
        let file = archive(&entries(kind, &external("hyperlink", "https://example.com/")));
        let cleaned = check_office(kind, &file).unwrap();
        assert_eq!(check_office(kind, &cleaned).unwrap(), cleaned);
        assert_eq!(crate::kind::detect(&cleaned).label(), kind.suffix());
        let package = Package {
            format: kind.suffix(),
        };
        let before = package.entries(&file).unwrap();
        let after = package.entries(&cleaned).unwrap();
        let names = |entries: &[Entry<'_>]| -> Vec<String> {
            entries.iter().map(|entry| entry.name.to_owned()).collect()
        };
        assert_eq!(names(&before), names(&after));
        assert!(before.iter().zip(&after).all(|(a, b)| a.data == b.data));
    }
}

#[test]
fn a_link_to_a_template_is_left_out() {
    for kind in KINDS {
        let more = external("attachedTemplate", "file:///C:/Users/x/Normal.dotm")
            + &external("hyperlink", "mailto:a@example.com");
        let cleaned = check_office(kind, &archive(&entries(kind, &more))).unwrap();
        let package = Package {
            format: kind.suffix(),
        };
        let parts = package.entries(&cleaned).unwrap();
        let all: String = parts
            .iter()
            .map(|entry| String::from_utf8(package.expand(entry, true, &mut 0).unwrap()).unwrap())
            .collect();
        assert!(
            !all.contains("Normal.dotm") && all.contains("mailto:a@example.com"),
            "{all}"
        );
    }
}

#[test]
fn links_to_the_outside_are_refused() {
    let relationship = |kind: &str, target: &str| {
        format!(r#"<Relationship Id="rIdX" Type="http://x/{kind}" Target="{target}"/>"#)
    };
    for (more, what) in [
        (external("image", "http://192.0.2.1/a.png"), "a picture"),
        (external("image", "file:///etc/passwd"), "a picture"),
        (external("image", "\\\\server\\share\\a.png"), "a picture"),
        (external("oleObject", "http://192.0.2.1/a"), "an object"),
        (external("package", "http://192.0.2.1/a.docx"), "an object"),
        (external("frame", "http://192.0.2.1/"), "something (frame)"),
        (external("subDocument", "other.docx"), "something (subdocument)"),
        (
            external("aFChunk", "http://192.0.2.1/a.html"),
            "something (afchunk)",
        ),
        (
            external("externalLinkPath", "other.xlsx"),
            "something (externallinkpath)",
        ),
        (external("video", "https://192.0.2.1/v"), "something (video)"),
        (relationship("image", "http://192.0.2.1/a.png"), "a picture"),
        (relationship("image", "file:///etc/passwd"), "a picture"),
        (relationship("image", "//server/a.png"), "a picture"),
        (relationship("image", "http&#58;//192.0.2.1/a.png"), "a picture"),
        (
            external("image", "http://x/").replace("External", "external"),
            "a picture",
        ),
    ] {
        for kind in KINDS {
            let refused = refusal(kind, &archive(&entries(kind, &more)));
            let expected = format!("the {} file takes {what} from outside", kind.suffix());
            assert!(refused.starts_with(&expected), "{more}: {refused}");
        }
    }
}

#[test]
fn programs_and_entities_are_refused() {
    let types = |text: &str| format!("<Types>{text}</Types>").into_bytes();
    let wide = |text: &str| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect()
    };
    let entity = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
    for (name, content, expected) in [
        ("word/vbaProject.bin", b"x".to_vec(), "holds macros"),
        ("xl/vbaProject.bin", b"x".to_vec(), "holds macros"),
        ("word/vbaData.xml", b"<a/>".to_vec(), "holds macros"),
        ("xl/macrosheets/sheet1.xml", b"<a/>".to_vec(), "holds macros"),
        ("word/activeX/activeX1.bin", b"x".to_vec(), "holds macros"),
        ("xl/activeX/activeX1.xml", b"<a/>".to_vec(), "holds macros"),
        ("customUI/customUI.xml", b"<a/>".to_vec(), "holds macros"),
        (
            "xl/externalLinks/externalLink1.xml",
            b"<a/>".to_vec(),
            "another workbook",
        ),
        (
            "[Content_Types].xml",
            types("application/vnd.ms-word.document.macroEnabled.main+xml"),
            "holds macros",
        ),
        (
            "[Content_Types].xml",
            types("application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
            "holds macros",
        ),
        (
            "custom/item1.xml",
            entity.as_bytes().to_vec(),
            "declares entities",
        ),
        ("custom/item1.xml", wide(entity), "declares entities"),
        (
            "custom/item1.xml",
            wide(entity)[2..].to_vec(),
            "declares entities",
        ),
        ("custom/.rels", entity.as_bytes().to_vec(), "declares entities"),
        (
            "custom/item1.vml",
            entity.as_bytes().to_vec(),
            "declares entities",
        ),
        ("custom/item1.xml", b"<a>\xff</a>".to_vec(), "is not UTF-8"),
        (
            "custom/x.rels",
            b"<Relationships><Relationship Target=>".to_vec(),
            "cannot be read",
        ),
        (
            "word/footer1.xml",
            b"<w:instrText>INCLUDETEXT \"/etc/passwd\"</w:instrText>".to_vec(),
            "a field INCLUDETEXT",
        ),
        (
            "word/footer1.xml",
            b"<w:instrText>INCLUDE</w:instrText><w:instrText>PICTURE \"http://x\"</w:instrText>".to_vec(),
            "a field INCLUDEPICTURE",
        ),
        (
            "word/footer1.xml",
            b"<w:fldSimple w:instr=\" DDEAUTO cmd\"/>".to_vec(),
            "a field DDEAUTO",
        ),
        (
            "word/footer1.xml",
            b"<w:fldSimple w:instr=\"LINK Excel.Sheet\"/>".to_vec(),
            "a field LINK",
        ),
    ] {
        for kind in KINDS {
            let refused = refusal(kind, &archive(&with(kind, name, &content)));
            assert!(refused.contains(expected), "{name}: {refused}");
        }
    }
}

#[test]
fn ordinary_fields_are_accepted() {
    let fields = b"<w:instrText>PAGE</w:instrText><w:fldChar/><w:instrText> HYPERLINK \"https://example.com/LINK\"</w:instrText>";
    let file = archive(&with(OfficeFormat::Docx, "word/footer1.xml", fields));
    assert_eq!(refusal(OfficeFormat::Docx, &file), "accepted");
}

#[test]
fn odd_names_are_refused() {
    for name in [
        "../evil",
        "word/../../evil",
        "/etc/passwd",
        "C:\\evil",
        "C:evil",
        "a\\b",
        "./a",
        "a/./b",
        "a\0b",
        "",
    ] {
        for kind in KINDS {
            let refused = refusal(kind, &archive(&with(kind, name, b"x")));
            assert!(refused.contains("an entry is called"), "{name:?}: {refused}");
        }
    }
}

/// Changes bytes of the directory's last entry and, when told so, of its local header.
fn patched(kind: OfficeFormat, directory_at: usize, bytes: &[u8], local_at: Option<usize>) -> Vec<u8> {
    let mut file = archive(&with(kind, "last.bin", b"some bytes"));
    let directory = file
        .windows(4)
        .rposition(|window| window == b"PK\x01\x02")
        .unwrap();
    file[directory + directory_at..][..bytes.len()].copy_from_slice(bytes);
    if let Some(local_at) = local_at {
        let local = file
            .windows(4)
            .rposition(|window| window == b"PK\x03\x04")
            .unwrap();
        file[local + local_at..][..bytes.len()].copy_from_slice(bytes);
    }
    file
}

#[test]
fn archives_that_lie_are_refused() {
    for kind in KINDS {
        let cases: [(&str, Vec<u8>, &str); 9] = [
            (
                "symlink",
                patched(kind, 38, &(0o120_777u32 << 16).to_le_bytes(), None),
                "is a link",
            ),
            (
                "encrypted",
                patched(kind, 8, &[1, 0], Some(6)),
                "protected by a password",
            ),
            (
                "method",
                patched(kind, 10, &[12, 0], Some(8)),
                "compressed in an unusual way",
            ),
            (
                "methods differ",
                patched(kind, 10, &[8, 0], None),
                "says two things",
            ),
            (
                "names differ",
                patched(kind, 46, b"LAST.bin", None),
                "says two things",
            ),
            (
                "crc",
                patched(kind, 16, &[1, 2, 3, 4], None),
                "is not what the archive says",
            ),
            (
                "too short",
                patched(kind, 24, &[1, 0, 0, 0], None),
                "is longer than the archive says",
            ),
            (
                "too long",
                patched(kind, 24, &[99, 0, 0, 0], None),
                "is not what the archive says",
            ),
            ("place", patched(kind, 42, &[0, 0, 0, 0], None), "says two things"),
        ];
        for (name, file, expected) in cases {
            let refused = refusal(kind, &file);
            assert!(refused.contains(expected), "{name}: {refused}");
        }
        let twice = archive(
            &[
                with(kind, "a.bin", b"1"),
                vec![("A.bin".to_owned(), b"2".to_vec())],
            ]
            .concat(),
        );
        assert!(refusal(kind, &twice).contains("two entries A.bin"));
        let file = archive(&entries(kind, ""));
        for length in (0..file.len()).step_by(97) {
            assert!(
                refusal(kind, &file[..length]).contains("damaged"),
                "cut at {length}"
            );
        }
    }
}

#[test]
fn archives_that_are_too_much_are_refused() {
    for kind in KINDS {
        let many: Entries = (0..2001).map(|index| (format!("e{index}"), Vec::new())).collect();
        assert!(refusal(kind, &archive(&many)).contains("2001 entries, at most 2000"));
        let large = 300_000_000u32.to_le_bytes();
        assert!(refusal(kind, &patched(kind, 24, &large, None)).contains("286 MB when expanded"));
        let bomb = deflated_entry(kind, &vec![0; 8 << 20]);
        assert!(
            refusal(kind, &bomb).contains("times its size"),
            "{}",
            refusal(kind, &bomb)
        );
    }
}

/// A file with one deflated entry.
fn deflated_entry(kind: OfficeFormat, content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    let data = encoder.finish().unwrap();
    let entry = Entry {
        name: "bomb.bin",
        method: DEFLATED,
        crc: {
            let mut crc = Crc::new();
            crc.update(content);
            crc.sum()
        },
        expanded_bytes: content.len() as u64,
        data: &data,
    };
    let file = archive(&entries(kind, ""));
    let package = Package {
        format: kind.suffix(),
    };
    let others = package.entries(&file).unwrap();
    let parts: Vec<Part<'_>> = others
        .iter()
        .chain([&entry])
        .map(|entry| Part { entry, changed: None })
        .collect();
    write(&parts)
}

#[test]
fn old_files_with_programs_or_passwords_are_refused() {
    for (name, expected) in [
        ("Macros", "holds macros"),
        ("_VBA_PROJECT_CUR", "holds macros"),
        ("VBA", "holds macros"),
        ("_VBA_PROJECT", "holds macros"),
        ("EncryptedPackage", "password"),
        ("EncryptionInfo", "password"),
        ("WordDocument", "accepted"),
    ] {
        let file = crate::kind::ole_with(name);
        for kind in [OfficeFormat::Doc, OfficeFormat::Xls] {
            let refused = refusal(kind, &file);
            assert!(refused.contains(expected), "{name}: {refused}");
        }
    }
    assert!(refusal(OfficeFormat::Doc, b"no container").contains("damaged"));
}
