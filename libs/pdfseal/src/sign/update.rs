//! The appended part of a file: objects, cross-reference section, trailer (ISO 32000-2, 7.5.6).

use super::error::SignError;
use crate::{
    appearance::{push_integer, push_reference},
    object::Reference,
    revision::XrefKind,
};

/// Offsets above this do not fit the ten digits of a cross-reference table.
const MAX_OFFSET: u64 = 9_999_999_999;

/// ISO 32000-2, annex C: readers may stop at this many objects.
pub(super) const MAX_OBJECT_NUMBER: u32 = 8_388_607;

/// A growing appended part.
pub(super) struct Update {
    base: u64,
    pub(super) bytes: Vec<u8>,
    entries: Vec<(Reference, u64)>,
    next_object: u32,
}

/// What the trailer of the new section says.
pub(super) struct Trailer<'a> {
    pub(super) entries: &'a [u8],
    /// First element of `/ID` as it stands, and the new second one.
    pub(super) id: Option<(&'a [u8], [u8; 16])>,
    pub(super) previous: u64,
    pub(super) kind: XrefKind,
}

impl Update {
    pub(super) fn new(base: u64, needs_line_break: bool, next_object: u32, capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity);
        if needs_line_break {
            bytes.push(b'\n');
        }
        Self {
            base,
            bytes,
            entries: Vec::new(),
            next_object,
        }
    }

    /// Takes the next free object number.
    pub(super) fn allocate(&mut self) -> Result<u32, SignError> {
        self.allocate_many(1)
    }

    /// Takes `count` numbers in a row and returns the first.
    pub(super) fn allocate_many(&mut self, count: usize) -> Result<u32, SignError> {
        let first = self.next_object;
        let next = u32::try_from(count)
            .ok()
            .and_then(|count| first.checked_add(count));
        self.next_object = next
            .filter(|next| *next <= MAX_OBJECT_NUMBER)
            .ok_or(SignError::TooLarge {
                what: "object numbers",
            })?;
        Ok(first)
    }

    /// Begins an object and notes where it stands.
    pub(super) fn begin(&mut self, reference: Reference) {
        self.entries.push((reference, self.position()));
        push_integer(&mut self.bytes, reference.number.into());
        self.bytes.push(b' ');
        push_integer(&mut self.bytes, reference.generation.into());
        self.bytes.extend_from_slice(b" obj\n");
    }

    pub(super) fn end(&mut self) {
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    /// A whole object.
    pub(super) fn object(&mut self, reference: Reference, body: &[u8]) {
        self.begin(reference);
        self.bytes.extend_from_slice(body);
        self.end();
    }

    /// Writes the cross-reference section and the trailer. Returns its position and the next free object number.
    pub(super) fn finish(&mut self, trailer: &Trailer<'_>) -> Result<(u64, u32), SignError> {
        let own_number = match trailer.kind {
            XrefKind::Table => None,
            XrefKind::Stream => Some(self.allocate()?),
        };
        let position = self.position();
        if position > MAX_OFFSET {
            return Err(SignError::TooLarge { what: "file length" });
        }
        if let Some(number) = own_number {
            self.entries.push((Reference::new(number), position));
        }
        self.entries
            .sort_unstable_by_key(|(reference, _)| reference.number);
        match own_number {
            None => self.write_table(trailer),
            Some(number) => self.write_stream(trailer, number),
        }
        self.bytes.extend_from_slice(b"startxref\n");
        push_integer(&mut self.bytes, position);
        self.bytes.extend_from_slice(b"\n%%EOF\n");
        Ok((position, self.next_object))
    }

    /// Position in the whole file of the next byte.
    fn position(&self) -> u64 {
        self.base + self.bytes.len() as u64
    }

    fn write_table(&mut self, trailer: &Trailer<'_>) {
        self.bytes.extend_from_slice(b"xref\n");
        for section in sections(&self.entries) {
            push_integer(&mut self.bytes, section[0].0.number.into());
            self.bytes.push(b' ');
            push_integer(&mut self.bytes, section.len() as u64);
            self.bytes.push(b'\n');
            for (reference, offset) in section {
                // Exactly twenty bytes each (7.5.4).
                self.bytes
                    .extend_from_slice(format!("{offset:010} {:05} n \n", reference.generation).as_bytes());
            }
        }
        self.bytes.extend_from_slice(b"trailer\n<<");
        self.write_trailer_entries(trailer);
        self.bytes.extend_from_slice(b" >>\n");
    }

    fn write_stream(&mut self, trailer: &Trailer<'_>, number: u32) {
        let mut data = Vec::with_capacity(self.entries.len() * 8);
        for (reference, offset) in &self.entries {
            data.push(1);
            data.extend_from_slice(&offset.to_be_bytes()[3..]);
            data.extend_from_slice(&reference.generation.to_be_bytes());
        }
        push_integer(&mut self.bytes, number.into());
        self.bytes
            .extend_from_slice(b" 0 obj\n<< /Type /XRef /W [1 5 2] /Index [");
        for (index, section) in sections(&self.entries).enumerate() {
            if index > 0 {
                self.bytes.push(b' ');
            }
            push_integer(&mut self.bytes, section[0].0.number.into());
            self.bytes.push(b' ');
            push_integer(&mut self.bytes, section.len() as u64);
        }
        self.bytes.extend_from_slice(b"] /Length ");
        push_integer(&mut self.bytes, data.len() as u64);
        self.write_trailer_entries(trailer);
        self.bytes.extend_from_slice(b" >>\nstream\n");
        self.bytes.extend_from_slice(&data);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
    }

    fn write_trailer_entries(&mut self, trailer: &Trailer<'_>) {
        let out = &mut self.bytes;
        out.push(b' ');
        out.extend_from_slice(trailer.entries);
        if let Some((first, second)) = trailer.id {
            out.extend_from_slice(b" /ID [");
            out.extend_from_slice(first);
            out.extend_from_slice(b" <");
            push_hex(out, &second);
            out.extend_from_slice(b">]");
        }
        out.extend_from_slice(b" /Size ");
        push_integer(out, self.next_object.into());
        out.extend_from_slice(b" /Prev ");
        push_integer(out, trailer.previous);
    }
}

/// Runs of consecutive object numbers.
fn sections(entries: &[(Reference, u64)]) -> impl Iterator<Item = &[(Reference, u64)]> {
    entries.chunk_by(|one, next| one.0.number.checked_add(1) == Some(next.0.number))
}

/// Writes bytes as upper-case hexadecimal digits.
pub(super) fn push_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.reserve(bytes.len() * 2);
    for byte in bytes {
        out.push(DIGITS[usize::from(byte >> 4)]);
        out.push(DIGITS[usize::from(byte & 15)]);
    }
}

/// Writes a text string (7.9.2.2): printable ASCII between parentheses, everything else as UTF-16BE in hexadecimal.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
        out.push(b'(');
        for byte in text.bytes() {
            if matches!(byte, b'(' | b')' | b'\\') {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.push(b')');
        return;
    }
    out.extend_from_slice(b"<FEFF");
    for unit in text.encode_utf16() {
        push_hex(out, &unit.to_be_bytes());
    }
    out.push(b'>');
}

/// Writes ` /Key <text>` when there is a text.
pub(super) fn push_optional_text(out: &mut Vec<u8>, key: &[u8], text: Option<&str>) {
    if let Some(text) = text {
        out.extend_from_slice(key);
        out.push(b' ');
        push_text(out, text);
    }
}

/// Writes ` /Key n 0 R`.
pub(super) fn push_reference_entry(out: &mut Vec<u8>, key: &[u8], reference: Reference) {
    out.extend_from_slice(key);
    out.push(b' ');
    push_reference(out, reference.number, reference.generation);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trailer(kind: XrefKind) -> Trailer<'static> {
        Trailer {
            entries: b"/Root 1 0 R",
            id: Some((b"<AB>", [7; 16])),
            previous: 99,
            kind,
        }
    }

    #[test]
    fn a_table_has_one_section_per_run_and_entries_of_twenty_bytes() {
        let mut update = Update::new(1000, true, 8, 0);
        let number = update.allocate().unwrap();
        update.object(Reference::new(number), b"(new)");
        update.object(
            Reference {
                number: 2,
                generation: 3,
            },
            b"[]",
        );
        let (position, next) = update.finish(&trailer(XrefKind::Table)).unwrap();
        let text = String::from_utf8(update.bytes).unwrap();
        assert_eq!(next, 9);
        assert_eq!(
            text,
            "\n8 0 obj\n(new)\nendobj\n2 3 obj\n[]\nendobj\n\
             xref\n2 1\n0000001022 00003 n \n8 1\n0000001001 00000 n \n\
             trailer\n<< /Root 1 0 R /ID [<AB> <07070707070707070707070707070707>] /Size 9 /Prev 99 >>\n\
             startxref\n1040\n%%EOF\n"
        );
        assert_eq!(position, 1040);
    }

    #[test]
    fn a_stream_lists_itself() {
        let mut update = Update::new(0, false, 5, 0);
        update.object(Reference::new(1), b"null");
        let (position, next) = update.finish(&trailer(XrefKind::Stream)).unwrap();
        assert_eq!((position, next), (20, 6));
        let text = String::from_utf8_lossy(&update.bytes).into_owned();
        assert!(
            text.contains("5 0 obj\n<< /Type /XRef /W [1 5 2] /Index [1 1 5 1] /Length 16 /Root"),
            "{text}"
        );
        assert!(
            text.contains(
                "/Size 6 /Prev 99 >>\nstream\n\u{1}\0\0\0\0\0\0\0\u{1}\0\0\0\0\u{14}\0\0\nendstream"
            ),
            "{text}"
        );
    }

    #[test]
    fn texts_are_ascii_or_utf_16() {
        let mut out = Vec::new();
        push_text(&mut out, "a(b)\\");
        push_text(&mut out, "契😀");
        assert_eq!(out, b"(a\\(b\\)\\\\)<FEFF5951D83DDE00>");
    }

    #[test]
    fn numbers_and_offsets_have_a_limit() {
        let mut update = Update::new(0, false, 8_388_606, 0);
        assert!(update.allocate().is_ok());
        assert!(matches!(update.allocate(), Err(SignError::TooLarge { .. })));
        let mut update = Update::new(MAX_OFFSET, false, 3, 0);
        update.object(Reference::new(1), b"null");
        assert!(matches!(
            update.finish(&trailer(XrefKind::Table)),
            Err(SignError::TooLarge { .. })
        ));
    }
}
