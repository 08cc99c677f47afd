use proptest::prelude::*;

use super::*;

fn zip_of(names: &[&str]) -> Vec<u8> {
    let mut file = b"PK\x03\x04 the entries themselves are not looked at ".to_vec();
    let start = u32::try_from(file.len()).unwrap();
    for name in names {
        let mut header = vec![0; 46];
        header[..4].copy_from_slice(b"PK\x01\x02");
        header[28..30].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        header[30..32].copy_from_slice(&3_u16.to_le_bytes());
        file.extend_from_slice(&header);
        file.extend_from_slice(name.as_bytes());
        file.extend_from_slice(b"ext");
    }
    let mut end = vec![0; 22];
    end[..4].copy_from_slice(b"PK\x05\x06");
    end[10..12].copy_from_slice(&u16::try_from(names.len()).unwrap().to_le_bytes());
    end[16..20].copy_from_slice(&start.to_le_bytes());
    end[20..22].copy_from_slice(&7_u16.to_le_bytes());
    file.extend_from_slice(&end);
    file.extend_from_slice(b"comment");
    file
}

/// A container with the table of links in sector 0 and the directory in sector 1. Entries: name, left, right, child.
fn ole_of(entries: &[(&str, u32, u32, u32)]) -> Vec<u8> {
    let mut file = vec![0; 3 * 512];
    file[..8].copy_from_slice(ole::MARK);
    file[30..32].copy_from_slice(&9_u16.to_le_bytes());
    file[48..52].copy_from_slice(&1_u32.to_le_bytes());
    file[76..80].copy_from_slice(&0_u32.to_le_bytes());
    file[512..516].copy_from_slice(&0xffff_fffd_u32.to_le_bytes());
    file[516..520].copy_from_slice(&0xffff_fffe_u32.to_le_bytes());
    for (index, (name, left, right, child)) in entries.iter().enumerate() {
        let entry = &mut file[1024 + 128 * index..][..128];
        for (at, unit) in name.encode_utf16().enumerate() {
            entry[2 * at..2 * at + 2].copy_from_slice(&unit.to_le_bytes());
        }
        let length = u16::try_from(2 * name.encode_utf16().count() + 2).unwrap();
        entry[64..66].copy_from_slice(&length.to_le_bytes());
        entry[68..72].copy_from_slice(&left.to_le_bytes());
        entry[72..76].copy_from_slice(&right.to_le_bytes());
        entry[76..80].copy_from_slice(&child.to_le_bytes());
    }
    file
}

/// A container with one entry of this name.
pub(crate) fn ole_with(name: &str) -> Vec<u8> {
    ole_of(&[("Root Entry", NONE, NONE, 1), (name, NONE, NONE, NONE)])
}

const NONE: u32 = 0xffff_ffff;

fn word() -> Vec<u8> {
    ole_of(&[
        ("Root Entry", NONE, NONE, 2),
        ("1Table", NONE, NONE, NONE),
        ("Data", 1, 3, NONE),
        ("WordDocument", NONE, NONE, NONE),
    ])
}

#[test]
fn kinds_are_told_by_content() {
    let cases: Vec<(Vec<u8>, FileKind)> = vec![
        (b"%PDF-1.4\n".to_vec(), FileKind::Pdf),
        (b"\n\n%PDF-1.4\n".to_vec(), FileKind::Pdf),
        (b"\x89PNG\r\n\x1a\n....".to_vec(), FileKind::Png),
        (b"\xff\xd8\xff\xe0".to_vec(), FileKind::Jpeg),
        (b"GIF89a".to_vec(), FileKind::Gif),
        (b"II*\0".to_vec(), FileKind::Tiff),
        (b"MM\0*".to_vec(), FileKind::Tiff),
        (word(), FileKind::Doc),
        (
            zip_of(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"]),
            FileKind::Docx,
        ),
        (
            zip_of(&["[Content_Types].xml", "xl/workbook.xml"]),
            FileKind::Xlsx,
        ),
        (zip_of(&["word/document.xml"]), FileKind::Zip),
        (zip_of(&[]), FileKind::Zip),
        (b"PK\x03\x04 cut off".to_vec(), FileKind::Zip),
        (b"<!DOCTYPE html><html>".to_vec(), FileKind::Html),
        (b"\xef\xbb\xbf \r\n<HTML lang=zh>".to_vec(), FileKind::Html),
        (b"<!-- made by hand --><html>".to_vec(), FileKind::Html),
        (
            b"<?xml version=\"1.0\"?><html xmlns=\"\">".to_vec(),
            FileKind::Html,
        ),
        ("<p>甲方</p>".as_bytes().to_vec(), FileKind::Html),
        (b"\xff\xfe<\0h\0t\0m\0l\0>\0".to_vec(), FileKind::Html),
        (b"<?xml version=\"1.0\"?><Workbook>".to_vec(), FileKind::Unknown),
        (b"<svg xmlns=\"\">".to_vec(), FileKind::Unknown),
        (b"< 5 and > 3".to_vec(), FileKind::Unknown),
        (b"text <b>later</b>".to_vec(), FileKind::Unknown),
        ("甲方 <b>later</b>".as_bytes().to_vec(), FileKind::Unknown),
        (b"<html>\0".to_vec(), FileKind::Unknown),
        (b"{\\rtf1".to_vec(), FileKind::Rtf),
        (Vec::new(), FileKind::Unknown),
    ];
    for (content, kind) in cases {
        assert_eq!(detect(&content), kind, "{}", String::from_utf8_lossy(&content));
    }
}

#[test]
fn ole_containers_are_judged_by_what_lies_under_the_root() {
    let workbook = ole_of(&[
        ("Root Entry", NONE, NONE, 1),
        ("Workbook", 2, NONE, NONE),
        ("MBD0001", NONE, NONE, 3),
        ("WordDocument", NONE, NONE, NONE),
    ]);
    assert_eq!(detect(&workbook), FileKind::Xls);
    let old_workbook = ole_of(&[("Root Entry", NONE, NONE, 1), ("Book", NONE, NONE, NONE)]);
    assert_eq!(detect(&old_workbook), FileKind::Xls);
    let slides = ole_of(&[
        ("Root Entry", NONE, NONE, 1),
        ("PowerPoint Document", NONE, NONE, NONE),
    ]);
    assert_eq!(detect(&slides), FileKind::Ole);
    let circle = ole_of(&[
        ("Root Entry", NONE, NONE, 1),
        ("A", 2, 2, NONE),
        ("B", 1, 1, NONE),
    ]);
    assert_eq!(detect(&circle), FileKind::Ole);
    for length in 0..word().len() {
        assert!(matches!(
            detect(&word()[..length]),
            FileKind::Doc | FileKind::Ole | FileKind::Unknown
        ));
    }
}

#[test]
fn the_stated_suffix_must_fit_the_content() {
    let (pdf, png) = (b"%PDF-1.4".as_slice(), b"\x89PNG\r\n\x1a\n".as_slice());
    let contradiction = |stated: &str, found| {
        Err(KindError::Contradiction {
            stated: stated.to_owned(),
            found,
        })
    };
    let cases: [(&str, &[u8], Result<FileKind, KindError>); 12] = [
        ("pdf", pdf, Ok(FileKind::Pdf)),
        (" .PDF", pdf, Ok(FileKind::Pdf)),
        ("pdf", png, contradiction("pdf", FileKind::Png)),
        ("png", pdf, contradiction("png", FileKind::Pdf)),
        ("jpg", png, Ok(FileKind::Png)),
        ("TIFF", png, Ok(FileKind::Png)),
        ("docx", &word(), Ok(FileKind::Doc)),
        ("xls", &word(), contradiction("xls", FileKind::Doc)),
        ("doc", png, contradiction("doc", FileKind::Png)),
        ("doc", b"<html>", contradiction("doc", FileKind::Html)),
        ("htm", b"<html>", Ok(FileKind::Html)),
        ("exe", pdf, Err(KindError::UnknownSuffix { stated: "exe".into() })),
    ];
    for (suffix, content, expected) in cases {
        assert_eq!(
            decide_kind(Some(suffix), Some("other.gif"), content),
            expected,
            "{suffix}"
        );
    }
}

#[test]
fn without_a_suffix_the_name_and_then_the_content_decide() {
    let pdf = b"%PDF-1.4";
    for stated in [None, Some(""), Some(" . ")] {
        assert_eq!(
            decide_kind(stated, Some("合同.pdf"), pdf),
            Ok(FileKind::Pdf),
            "{stated:?}"
        );
        assert_eq!(decide_kind(stated, Some("streamFile"), pdf), Ok(FileKind::Pdf));
        assert_eq!(decide_kind(stated, Some("合同.v2"), pdf), Ok(FileKind::Pdf));
        assert_eq!(decide_kind(stated, None, pdf), Ok(FileKind::Pdf));
        let refused = decide_kind(stated, Some("a.docx"), pdf).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the file is called docx but its content is pdf; send the suffix of its real type"
        );
    }
    let unknown = decide_kind(None, None, b"plain text");
    assert_eq!(
        unknown,
        Err(KindError::Unrecognised {
            found: FileKind::Unknown
        })
    );
    let archive = decide_kind(None, None, &zip_of(&["a"]));
    assert_eq!(archive, Err(KindError::Unrecognised { found: FileKind::Zip }));
}

proptest! {
    #[test]
    fn any_bytes_have_a_kind(
        mark in prop::sample::select(vec![b"".as_slice(), b"PK\x03\x04", ole::MARK, b"\xff\xfe<", b"<"]),
        tail in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let content = [mark, &tail].concat();
        let kind = detect(&content);
        prop_assert_eq!(detect(&content), kind);
    }
}
