//! ZIP archives (APPNOTE.TXT 4.3): Word and Excel files by the names in the central directory. Nothing is unpacked.

use super::FileKind;

/// Length of the end record without its comment.
const END_LENGTH: usize = 22;
/// Longest comment behind the end record.
const LONGEST_COMMENT: usize = 0xffff;
/// Entries looked at; office files have a few hundred.
const MOST_ENTRIES: usize = 65_535;

/// Word, Excel or neither.
pub(super) fn detect(content: &[u8]) -> FileKind {
    let names = entry_names(content).unwrap_or_default();
    let has = |wanted: &str| {
        names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(wanted.as_bytes()))
    };
    if !has("[Content_Types].xml") {
        FileKind::Zip
    } else if has("word/document.xml") {
        FileKind::Docx
    } else if has("xl/workbook.xml") {
        FileKind::Xlsx
    } else {
        FileKind::Zip
    }
}

fn entry_names(content: &[u8]) -> Option<Vec<&[u8]>> {
    let earliest = content.len().saturating_sub(END_LENGTH + LONGEST_COMMENT);
    let tail = content.get(earliest..)?;
    let end = tail.windows(4).rposition(|window| window == b"PK\x05\x06")?;
    let end = tail.get(end..)?;
    let count = usize::from(u16_at(end, 10)?).min(MOST_ENTRIES);
    let mut at = usize::try_from(u32_at(end, 16)?).ok()?;
    let mut names = Vec::new();
    for _ in 0..count {
        let header = content.get(at..)?;
        if !header.starts_with(b"PK\x01\x02") {
            break;
        }
        let lengths = [28, 30, 32].map(|place| u16_at(header, place).map(usize::from));
        let [Some(name), Some(extra), Some(comment)] = lengths else {
            break;
        };
        names.push(header.get(46..46 + name)?);
        at = at.checked_add(46 + name + extra + comment)?;
    }
    Some(names)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(pair.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let quad = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(quad.try_into().ok()?))
}
