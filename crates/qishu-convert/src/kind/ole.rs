//! OLE containers ([MS-CFB]): which document lies directly under the root.
//!
//! A text search would not do: a workbook with an embedded Word document contains both names.

use super::FileKind;

/// The first bytes of every container.
pub(super) const MARK: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Sector numbers from here on are marks, not places.
const LAST_SECTOR: u32 = 0xffff_fffa;
/// "No entry" in the tree of names.
const NO_ENTRY: u32 = 0xffff_ffff;
const ENTRY_SIZE: usize = 128;
/// Directory sectors read at most; documents have a few.
const MOST_SECTORS: usize = 4096;

/// Word, Excel or neither.
pub(super) fn detect(content: &[u8]) -> FileKind {
    match root_names(content) {
        Some(names) if names.iter().any(|name| name == "WordDocument") => FileKind::Doc,
        Some(names) if names.iter().any(|name| name == "Workbook" || name == "Book") => FileKind::Xls,
        _ => FileKind::Ole,
    }
}

/// Names of all entries that can be read, wherever they lie; `None` when it is no container.
pub(crate) fn names(content: &[u8]) -> Option<Vec<String>> {
    let directory = content.starts_with(MARK).then(|| read_directory(content))??;
    Some(directory.chunks_exact(ENTRY_SIZE).filter_map(name_of).collect())
}

/// Names of the entries directly under the root.
fn root_names(content: &[u8]) -> Option<Vec<String>> {
    let directory = read_directory(content)?;
    let entry = |index: u32| {
        let start = usize::try_from(index).ok()?.checked_mul(ENTRY_SIZE)?;
        directory.get(start..start.checked_add(ENTRY_SIZE)?)
    };
    let mut names = Vec::new();
    let mut waiting = vec![u32_at(entry(0)?, 76)?];
    let most_entries = directory.len() / ENTRY_SIZE;
    // A damaged tree may go round in a circle; a sound one has no more steps than two per entry.
    for _ in 0..2 * most_entries + 1 {
        let Some(index) = waiting.pop() else { break };
        let Some(entry) = (index != NO_ENTRY).then(|| entry(index)).flatten() else {
            continue;
        };
        names.push(name_of(entry)?);
        waiting.extend([u32_at(entry, 68)?, u32_at(entry, 72)?]);
    }
    Some(names)
}

fn name_of(entry: &[u8]) -> Option<String> {
    let length = usize::from(u16_at(entry, 64)?).checked_sub(2)?;
    let bytes = entry.get(..length.min(62))?;
    let units = bytes.chunks_exact(2).filter_map(|pair| u16_at(pair, 0));
    Some(
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    )
}

/// The directory, its sectors put together.
fn read_directory(content: &[u8]) -> Option<Vec<u8>> {
    let shift = u16_at(content, 30)?;
    if shift != 9 && shift != 12 {
        return None;
    }
    let sector_size = 1usize << shift;
    let sector = |number: u32| {
        let start = usize::try_from(number)
            .ok()?
            .checked_add(1)?
            .checked_mul(sector_size)?;
        content.get(start..start.checked_add(sector_size)?)
    };
    let links_per_sector = u32::try_from(sector_size / 4).ok()?;
    // The table of links: its first 109 sectors are listed in the header, and the directory of any document lies in
    // the part they cover (at least 6.8 MB) unless the file is far larger than what is taken.
    let next = |number: u32| {
        let table = usize::try_from(number / links_per_sector)
            .ok()
            .filter(|index| *index < 109)?;
        let place = u32_at(content, 76 + 4 * table)?;
        u32_at(
            sector(place)?,
            4 * usize::try_from(number % links_per_sector).ok()?,
        )
    };
    let mut directory = Vec::new();
    let mut current = u32_at(content, 48)?;
    for _ in 0..MOST_SECTORS {
        if current > LAST_SECTOR {
            break;
        }
        directory.extend_from_slice(sector(current)?);
        // What was read so far is enough when the chain leaves the covered part.
        let Some(following) = next(current) else { break };
        current = following;
    }
    Some(directory)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(pair.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let quad = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(quad.try_into().ok()?))
}
