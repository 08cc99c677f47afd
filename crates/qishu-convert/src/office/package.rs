//! DOCX and XLSX: ZIP archives of XML parts (ECMA-376). Read strictly, checked, and written anew.
//!
//! What two readers of ZIP could see differently is refused: the directory and the entries must agree, entries must
//! not overlap, names must be plain and different.

use std::collections::HashSet;
use std::io::Read as _;
use std::io::Write as _;

use flate2::{Compression, Crc, read::DeflateDecoder, write::DeflateEncoder};

use super::check::{OfficeRefusal, refused_field};

mod relationships;

/// Limits of R-35.
const MOST_ENTRIES: usize = 2_000;
const MOST_EXPANDED: u64 = 200 << 20;
const MOST_RATIO: u64 = 100;
/// Below this size a high ratio does no harm, and short repetitive XML often has one.
const RATIO_FROM: u64 = 1 << 20;

const LOCAL_LENGTH: usize = 30;
const ENTRY_LENGTH: usize = 46;
const END_LENGTH: usize = 22;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// One entry, as the directory has it.
struct Entry<'a> {
    name: &'a str,
    method: u16,
    crc: u32,
    expanded_bytes: u64,
    data: &'a [u8],
}

/// What the new archive gets.
struct Part<'a> {
    entry: &'a Entry<'a>,
    /// New content, deflated; `None` keeps the entry's data.
    changed: Option<Changed>,
}

struct Changed {
    crc: u32,
    expanded_bytes: u32,
    data: Vec<u8>,
}

/// Checks a package and writes it anew without links to templates.
pub(super) fn clean(format: &'static str, file: &[u8]) -> Result<Vec<u8>, OfficeRefusal> {
    let package = Package { format };
    let entries = package.entries(file)?;
    package.check_sizes(&entries)?;
    let mut parts = Vec::with_capacity(entries.len());
    let mut expanded_bytes = 0;
    for entry in &entries {
        package.check_name_of_part(entry.name)?;
        let lower = entry.name.to_ascii_lowercase();
        let is_xml = [".xml", ".rels", ".vml"].iter().any(|end| lower.ends_with(end));
        // Everything is expanded once: what the directory says about sizes may be a lie.
        let content = package.expand(entry, is_xml, &mut expanded_bytes)?;
        let mut changed = None;
        if is_xml {
            let text = package.xml_text(entry.name, &content)?;
            package.check_xml(&lower, &text)?;
            if lower.ends_with(".rels")
                && let Some(cleaned) = relationships::clean(format, &text)?
            {
                changed = Some(package.deflated(cleaned.as_bytes())?);
            }
        }
        parts.push(Part { entry, changed });
    }
    Ok(write(&parts))
}

struct Package {
    format: &'static str,
}

impl Package {
    fn damaged(&self, what: impl Into<String>) -> OfficeRefusal {
        OfficeRefusal::Damaged {
            format: self.format,
            what: what.into(),
        }
    }

    fn too_much(&self, what: String, limit: String) -> OfficeRefusal {
        OfficeRefusal::TooMuch {
            format: self.format,
            what,
            limit,
        }
    }

    fn entries<'a>(&self, file: &'a [u8]) -> Result<Vec<Entry<'a>>, OfficeRefusal> {
        let (count, start) = self.directory(file)?;
        let mut at = start;
        let mut entries = Vec::with_capacity(count);
        let mut names = HashSet::with_capacity(count);
        let mut places = Vec::with_capacity(count);
        for _ in 0..count {
            let (entry, place, next) = self.entry(file, at)?;
            if !names.insert(entry.name.to_lowercase()) {
                return Err(self.damaged(format!("it has two entries {}", entry.name)));
            }
            entries.push(entry);
            places.push(place);
            at = next;
        }
        places.push((start, at));
        places.sort_unstable();
        let overlap = places.windows(2).any(|pair| matches!(pair, [a, b] if a.1 > b.0));
        if overlap {
            return Err(self.damaged("its entries overlap"));
        }
        Ok(entries)
    }

    /// Number of entries and place of the directory, from the record at the end (APPNOTE 4.3.16).
    fn directory(&self, file: &[u8]) -> Result<(usize, usize), OfficeRefusal> {
        let earliest = file.len().saturating_sub(END_LENGTH + 0xffff);
        let tail = file.get(earliest..).unwrap_or_default();
        let end = tail.windows(4).rposition(|window| window == b"PK\x05\x06");
        let end = end
            .and_then(|end| tail.get(end..))
            .filter(|end| end.len() >= END_LENGTH);
        let end = end.ok_or_else(|| self.damaged("the archive is cut off"))?;
        let (disks, count) = (u32_at(end, 4), u16_at(end, 10));
        let start = u32_at(end, 16).and_then(|start| usize::try_from(start).ok());
        let (Some(0), Some(count), Some(start)) = (disks, count, start) else {
            return Err(self.damaged("the archive is in several parts"));
        };
        let count = usize::from(count);
        if count > MOST_ENTRIES {
            return Err(self.too_much(format!("{count} entries"), MOST_ENTRIES.to_string()));
        }
        if start == 0xffff_ffff {
            return Err(self.damaged("it is a ZIP64 archive"));
        }
        Ok((count, start))
    }

    /// An entry of the directory at a place: itself, where its data lies, where the next one begins.
    fn entry<'a>(
        &self,
        file: &'a [u8],
        at: usize,
    ) -> Result<(Entry<'a>, (usize, usize), usize), OfficeRefusal> {
        let cut = || self.damaged("its directory is cut off");
        let header = file
            .get(at..)
            .filter(|header| header.starts_with(b"PK\x01\x02"))
            .ok_or_else(cut)?;
        let short = |place| u16_at(header, place).ok_or_else(cut);
        let long = |place| u32_at(header, place).ok_or_else(cut);
        let (flags, method, crc) = (short(8)?, short(10)?, long(16)?);
        let (compressed, expanded) = (long(20)?, long(24)?);
        let lengths = usize::from(short(28)?) + usize::from(short(30)?) + usize::from(short(32)?);
        let name_bytes = header
            .get(ENTRY_LENGTH..ENTRY_LENGTH + usize::from(short(28)?))
            .ok_or_else(cut)?;
        let name = std::str::from_utf8(name_bytes).map_err(|_| self.damaged("a name in it is not UTF-8"))?;
        self.check_name(name)?;
        let is_link = long(38)? >> 16 & 0o170_000 == 0o120_000;
        if is_link {
            return Err(self.damaged(format!("{name} is a link")));
        }
        if flags & 1 != 0 {
            return Err(OfficeRefusal::Encrypted { format: self.format });
        }
        if method != STORED && method != DEFLATED {
            return Err(self.damaged(format!("{name} is compressed in an unusual way")));
        }
        let local_at = usize::try_from(long(42)?).map_err(|_| cut())?;
        let local = file
            .get(local_at..)
            .filter(|local| local.starts_with(b"PK\x03\x04"))
            .ok_or_else(cut)?;
        let local_name = usize::from(u16_at(local, 26).ok_or_else(cut)?);
        let local_extra = usize::from(u16_at(local, 28).ok_or_else(cut)?);
        let same = local.get(LOCAL_LENGTH..LOCAL_LENGTH + local_name) == Some(name_bytes)
            && u16_at(local, 8) == Some(method);
        if !same {
            return Err(self.damaged(format!("the archive says two things about {name}")));
        }
        let start = LOCAL_LENGTH + local_name + local_extra;
        let length = usize::try_from(compressed).map_err(|_| cut())?;
        let data = local.get(start..start + length).ok_or_else(cut)?;
        let entry = Entry {
            name,
            method,
            crc,
            expanded_bytes: expanded.into(),
            data,
        };
        Ok((
            entry,
            (local_at, local_at + start + length),
            at + ENTRY_LENGTH + lengths,
        ))
    }

    fn check_name(&self, name: &str) -> Result<(), OfficeRefusal> {
        let odd = name.is_empty()
            || name.starts_with('/')
            || name.contains(['\\', ':', '\0'])
            || name.split('/').any(|step| step == ".." || step == ".");
        if odd {
            Err(self.damaged(format!("an entry is called {name:?}")))
        } else {
            Ok(())
        }
    }

    /// The totals the directory states, before anything is expanded.
    fn check_sizes(&self, entries: &[Entry<'_>]) -> Result<(), OfficeRefusal> {
        let total: u64 = entries.iter().map(|entry| entry.expanded_bytes).sum();
        if total > MOST_EXPANDED {
            return Err(self.too_much(
                format!("{} MB when expanded", total >> 20),
                format!("{} MB", MOST_EXPANDED >> 20),
            ));
        }
        for entry in entries {
            let packed = entry.data.len() as u64;
            if entry.expanded_bytes > RATIO_FROM && entry.expanded_bytes > packed.saturating_mul(MOST_RATIO) {
                let times = entry.expanded_bytes / packed.max(1);
                return Err(self.too_much(
                    format!("{} which expands to {times} times its size", entry.name),
                    format!("{MOST_RATIO} times"),
                ));
            }
        }
        Ok(())
    }

    /// Names that stand for programs.
    fn check_name_of_part(&self, name: &str) -> Result<(), OfficeRefusal> {
        let lower = name.to_ascii_lowercase();
        let is_program = ["vbaproject", "vbadata", "macrosheets/", "activex/", "customui/"]
            .iter()
            .any(|mark| lower.contains(mark));
        if is_program {
            return Err(OfficeRefusal::Macros {
                format: self.format,
                what: name.to_owned(),
            });
        }
        if lower.starts_with("xl/externallinks/") {
            return Err(OfficeRefusal::External {
                format: self.format,
                what: "values of another workbook".to_owned(),
            });
        }
        Ok(())
    }

    /// The content of an entry, which must be what the directory says; kept only when asked for.
    fn expand(&self, entry: &Entry<'_>, keep: bool, total: &mut u64) -> Result<Vec<u8>, OfficeRefusal> {
        let mut content = Vec::new();
        let mut crc = Crc::new();
        let mut length = 0u64;
        let mut reader: Box<dyn std::io::Read> = if entry.method == STORED {
            Box::new(entry.data)
        } else {
            Box::new(DeflateDecoder::new(entry.data))
        };
        let mut buffer = vec![0; 64 << 10];
        loop {
            let got = reader
                .read(&mut buffer)
                .map_err(|error| self.damaged(format!("{}: {error}", entry.name)))?;
            let Some(piece) = buffer.get(..got).filter(|piece| !piece.is_empty()) else {
                break;
            };
            length += piece.len() as u64;
            if length > entry.expanded_bytes {
                return Err(self.damaged(format!("{} is longer than the archive says", entry.name)));
            }
            crc.update(piece);
            if keep {
                content.extend_from_slice(piece);
            }
        }
        *total += length;
        if length != entry.expanded_bytes || crc.sum() != entry.crc {
            return Err(self.damaged(format!("{} is not what the archive says", entry.name)));
        }
        Ok(content)
    }

    /// XML as text. Encodings that hide markup from a search are refused.
    fn xml_text(&self, name: &str, content: &[u8]) -> Result<String, OfficeRefusal> {
        let wide = match content {
            [0xff, 0xfe, rest @ ..] => Some((encoding_rs::UTF_16LE, rest)),
            [0xfe, 0xff, rest @ ..] => Some((encoding_rs::UTF_16BE, rest)),
            [b'<', 0, ..] => Some((encoding_rs::UTF_16LE, content)),
            [0, b'<', ..] => Some((encoding_rs::UTF_16BE, content)),
            _ => None,
        };
        if let Some((encoding, rest)) = wide {
            let text = encoding.decode_without_bom_handling_and_without_replacement(rest);
            return text
                .map(std::borrow::Cow::into_owned)
                .ok_or_else(|| self.damaged(format!("{name} is not UTF-16")));
        }
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        let text = std::str::from_utf8(content).map_err(|_| self.damaged(format!("{name} is not UTF-8")))?;
        Ok(text.to_owned())
    }

    fn check_xml(&self, lower_name: &str, text: &str) -> Result<(), OfficeRefusal> {
        if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
            return Err(self.damaged(format!("{lower_name} declares entities")));
        }
        if lower_name == "[content_types].xml" && text.to_ascii_lowercase().contains("macroenabled") {
            return Err(OfficeRefusal::Macros {
                format: self.format,
                what: "its type is a document with macros".to_owned(),
            });
        }
        if lower_name.starts_with("word/")
            && let Some(field) = field_of(text)
        {
            return Err(OfficeRefusal::External {
                format: self.format,
                what: format!("a field {field}"),
            });
        }
        Ok(())
    }

    fn deflated(&self, content: &[u8]) -> Result<Changed, OfficeRefusal> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        let written = encoder.write_all(content).and_then(|()| encoder.finish());
        let mut crc = Crc::new();
        crc.update(content);
        Ok(Changed {
            crc: crc.sum(),
            expanded_bytes: u32::try_from(content.len()).unwrap_or(u32::MAX),
            data: written.map_err(|error| self.damaged(error.to_string()))?,
        })
    }
}

/// A field of a Word part that brings something in from outside. Its text may be cut into several runs.
fn field_of(text: &str) -> Option<&'static str> {
    let mut instruction = String::new();
    for piece in text.split('<').skip(1) {
        if let Some(rest) = piece.strip_prefix("w:instrText") {
            instruction.push_str(rest.split_once('>').map_or("", |(_, shown)| shown));
        } else if let Some(rest) = piece.strip_prefix("w:fldSimple") {
            let simple = rest.split_once("w:instr=\"").map_or("", |(_, value)| value);
            if let Some(field) = refused_field(simple) {
                return Some(field);
            }
        } else if piece.starts_with("w:fldChar") {
            if let Some(field) = refused_field(&instruction) {
                return Some(field);
            }
            instruction.clear();
        }
    }
    refused_field(&instruction)
}

/// The archive: entries in their order, nothing between them.
fn write(parts: &[Part<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for part in parts {
        let entry = part.entry;
        let (method, crc, expanded, data) = match &part.changed {
            Some(changed) => (
                DEFLATED,
                changed.crc,
                changed.expanded_bytes,
                changed.data.as_slice(),
            ),
            None => {
                let expanded = u32::try_from(entry.expanded_bytes).unwrap_or(u32::MAX);
                (entry.method, entry.crc, expanded, entry.data)
            }
        };
        let offset = u32::try_from(out.len()).unwrap_or(u32::MAX);
        let mut common = Vec::with_capacity(26);
        // Version 2.0; names are UTF-8; no time (APPNOTE 4.4.3 to 4.4.6).
        for number in [20u16, 1 << 11, method, 0, 0x21] {
            common.extend_from_slice(&number.to_le_bytes());
        }
        let compressed = u32::try_from(data.len()).unwrap_or(u32::MAX);
        for number in [crc, compressed, expanded] {
            common.extend_from_slice(&number.to_le_bytes());
        }
        let name_length = u16::try_from(entry.name.len()).unwrap_or(u16::MAX);
        common.extend_from_slice(&name_length.to_le_bytes());
        common.extend_from_slice(&[0, 0]);
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&common);
        out.extend_from_slice(entry.name.as_bytes());
        out.extend_from_slice(data);
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend_from_slice(&common);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(entry.name.as_bytes());
    }
    let start = u32::try_from(out.len()).unwrap_or(u32::MAX);
    let count = u16::try_from(parts.len()).unwrap_or(u16::MAX);
    let length = u32::try_from(directory.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&count.to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(pair.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let quad = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(quad.try_into().ok()?))
}

#[cfg(test)]
mod tests;
