//! Bytes to objects (ISO 32000-1, 7.2 and 7.3), without guessing: where viewers are known to read the same
//! bytes differently (a number with two signs, a dictionary with the same key twice, an unknown word) the
//! answer is an error. White space and comments are free wherever the standard lets them be.

use std::collections::HashMap;

use crate::error::{Place, ReadError};
use crate::limits::Limits;
use crate::object::{Dictionary, Name, Object, PdfString, Reference, Stream, StreamData};

/// White space (7.2.2, table 1).
pub(crate) fn is_white(byte: u8) -> bool {
    matches!(byte, 0 | b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}

/// A delimiter (7.2.2, table 2).
pub(crate) fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

fn is_regular(byte: u8) -> bool {
    !is_white(byte) && !is_delimiter(byte)
}

/// Dictionaries up to this size are searched for duplicates one by one, larger ones by hash.
const LINEAR_SEARCH: usize = 24;

/// A position in some bytes. Cheap to make; used once per object.
pub(crate) struct Lexer<'a> {
    bytes: &'a [u8],
    pub(crate) pos: usize,
    depth_left: usize,
    values_left: usize,
}

impl<'a> Lexer<'a> {
    /// For objects nested up to `depth`; with 0 for words and numbers only.
    pub(crate) fn new(bytes: &'a [u8], pos: usize, depth: usize) -> Self {
        Self {
            bytes,
            pos,
            depth_left: depth,
            values_left: Limits::default().values,
        }
    }

    /// For objects of a foreign file, within its limits on depth and number of values.
    pub(crate) fn limited(bytes: &'a [u8], pos: usize, limits: &Limits) -> Self {
        Self {
            bytes,
            pos,
            depth_left: limits.depth(),
            values_left: limits.values,
        }
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.pos).copied()
    }

    pub(crate) fn fail<T>(&self, what: &'static str) -> Result<T, ReadError> {
        Err(ReadError::damaged(Place::Offset(self.pos), what))
    }

    /// Skips white space and comments.
    pub(crate) fn skip_white(&mut self) {
        while let Some(byte) = self.peek() {
            if is_white(byte) {
                self.pos += 1;
            } else if byte == b'%' {
                while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                    self.pos += 1;
                }
            } else {
                break;
            }
        }
    }

    /// Skips white space only.
    pub(crate) fn skip_blank(&mut self) {
        while self.peek().is_some_and(is_white) {
            self.pos += 1;
        }
    }

    /// Takes `word` if it stands here as a whole token.
    pub(crate) fn take_word(&mut self, word: &[u8]) -> bool {
        let end = self.pos + word.len();
        let here = self.bytes.get(self.pos..end) == Some(word);
        if here && !self.bytes.get(end).copied().is_some_and(is_regular) {
            self.pos = end;
            return true;
        }
        false
    }

    /// Takes decimal digits only, at most `max` of them.
    pub(crate) fn take_digits(&mut self, max: usize) -> Option<u64> {
        let start = self.pos;
        let mut value = 0_u64;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            if self.pos - start == max {
                self.pos = start;
                return None;
            }
            value = value.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
            self.pos += 1;
        }
        (self.pos > start).then_some(value)
    }

    /// Reads one object; references are not followed.
    pub(crate) fn object(&mut self) -> Result<Object, ReadError> {
        let Some(values_left) = self.values_left.checked_sub(1) else {
            return self.fail("one object holds too many values");
        };
        self.values_left = values_left;
        self.skip_white();
        match self.peek() {
            None => self.fail("the file ends inside an object"),
            Some(b'/') => Ok(Object::Name(self.name()?)),
            Some(b'(') => Ok(Object::String(PdfString::literal(self.literal_string()?))),
            Some(b'[') => self.nested(Self::array),
            Some(b'<') if self.bytes.get(self.pos + 1) == Some(&b'<') => self.nested(Self::dictionary),
            Some(b'<') => Ok(Object::String(PdfString::hex(self.hex_string()?))),
            Some(b'0'..=b'9') => self.number_or_reference(),
            Some(b'+' | b'-' | b'.') => self.number(),
            Some(_) => self.keyword(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Object, ReadError>) -> Result<Object, ReadError> {
        if self.depth_left == 0 {
            return self.fail("arrays and dictionaries are nested too deeply");
        }
        self.depth_left -= 1;
        let object = read(self);
        self.depth_left += 1;
        object
    }

    fn keyword(&mut self) -> Result<Object, ReadError> {
        if self.take_word(b"null") {
            Ok(Object::Null)
        } else if self.take_word(b"true") {
            Ok(Object::Boolean(true))
        } else if self.take_word(b"false") {
            Ok(Object::Boolean(false))
        } else {
            self.fail("an object was expected here")
        }
    }

    fn array(&mut self) -> Result<Object, ReadError> {
        self.pos += 1;
        let mut items = Vec::new();
        loop {
            self.skip_white();
            if self.peek() == Some(b']') {
                self.pos += 1;
                return Ok(Object::Array(items));
            }
            items.push(self.object()?);
        }
    }

    fn dictionary(&mut self) -> Result<Object, ReadError> {
        let mut entries = Entries::default();
        self.dictionary_entries(|name, at, _, value| entries.add(name, at, value))?;
        entries.dictionary.drop_nulls();
        Ok(Object::Dictionary(entries.dictionary))
    }

    /// Walks the entries of the dictionary that starts here with `<<`. The visitor gets the name, the
    /// offset of its slash, the offset where the value starts, and the value; the value ends at `self.pos`
    /// when the visitor runs, which [`Self::raw_entries`] uses.
    fn dictionary_entries(
        &mut self,
        mut visit: impl FnMut(Name, usize, std::ops::Range<usize>, Object) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        self.pos += 2;
        loop {
            self.skip_white();
            match self.peek() {
                Some(b'/') => {
                    let at = self.pos;
                    let name = self.name()?;
                    self.skip_white();
                    let start = self.pos;
                    let value = self.object()?;
                    visit(name, at, start..self.pos, value)?;
                }
                Some(b'>') if self.bytes.get(self.pos + 1) == Some(&b'>') => {
                    self.pos += 2;
                    return Ok(());
                }
                _ => return self.fail("a dictionary key or the end of the dictionary was expected here"),
            }
        }
    }

    /// The entries of the dictionary at this position with their places: name, start of the key, range of
    /// the value.
    pub(crate) fn raw_entries(&mut self) -> Result<Vec<RawEntry>, ReadError> {
        self.skip_white();
        if self.bytes.get(self.pos..self.pos + 2) != Some(b"<<") {
            return self.fail("a dictionary was expected here");
        }
        let mut entries = Vec::new();
        self.dictionary_entries(|name, key_start, value, _| {
            entries.push(RawEntry {
                name,
                key_start,
                value,
            });
            Ok(())
        })?;
        Ok(entries)
    }

    fn name(&mut self) -> Result<Name, ReadError> {
        self.pos += 1;
        let start = self.pos;
        while self.peek().is_some_and(is_regular) {
            self.pos += 1;
        }
        let raw = self.bytes.get(start..self.pos).unwrap_or_default();
        if !raw.contains(&b'#') {
            return Ok(Name::new(raw));
        }
        let mut name = Vec::with_capacity(raw.len());
        let mut rest = raw;
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            // A `#` without two hexadecimal digits is the PDF 1.1 way to write the character itself, and
            // every viewer still reads it so.
            if byte == b'#'
                && let [high, low, after @ ..] = tail
                && let (Some(high), Some(low)) = (hex_value(*high), hex_value(*low))
            {
                name.push(high << 4 | low);
                rest = after;
            } else {
                name.push(byte);
            }
        }
        if name.contains(&0) {
            return self.fail("a name contains the null character");
        }
        Ok(Name::new(name))
    }

    fn literal_string(&mut self) -> Result<Vec<u8>, ReadError> {
        self.pos += 1;
        let mut out = Vec::new();
        let mut open = 1_usize;
        loop {
            let Some(byte) = self.peek() else {
                return self.fail("a string is not closed");
            };
            self.pos += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(out);
                    }
                }
                b'\\' => {
                    self.escape(&mut out);
                    continue;
                }
                // An end-of-line marker of any kind means one line feed (7.3.4.2).
                b'\r' => {
                    self.skip_line_feed();
                    out.push(b'\n');
                    continue;
                }
                _ => {}
            }
            out.push(byte);
        }
    }

    fn skip_line_feed(&mut self) {
        if self.peek() == Some(b'\n') {
            self.pos += 1;
        }
    }

    /// What follows a backslash (7.3.4.2, table 3).
    fn escape(&mut self, out: &mut Vec<u8>) {
        let Some(byte) = self.peek() else { return };
        self.pos += 1;
        match byte {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\n' => {}
            b'\r' => self.skip_line_feed(),
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else {
                        break;
                    };
                    value = value * 8 + u32::from(digit - b'0');
                    self.pos += 1;
                }
                // High-order overflow is ignored, as the standard says.
                out.push((value & 0xff) as u8);
            }
            other => out.push(other),
        }
    }

    fn hex_string(&mut self) -> Result<Vec<u8>, ReadError> {
        self.pos += 1;
        let mut out = Vec::new();
        let mut half = None;
        loop {
            let Some(byte) = self.peek() else {
                return self.fail("a hexadecimal string is not closed");
            };
            if let Some(value) = hex_value(byte) {
                match half.take() {
                    None => half = Some(value),
                    Some(high) => out.push(high << 4 | value),
                }
            } else if byte == b'>' {
                // A missing last digit is zero (7.3.4.3).
                out.extend(half.map(|high| high << 4));
                self.pos += 1;
                return Ok(out);
            } else if !is_white(byte) {
                return self.fail("a hexadecimal string contains another character");
            }
            self.pos += 1;
        }
    }

    fn number(&mut self) -> Result<Object, ReadError> {
        let start = self.pos;
        while self.peek().is_some_and(is_regular) {
            self.pos += 1;
        }
        let token = self.bytes.get(start..self.pos).unwrap_or_default();
        let digits = token
            .strip_prefix(b"+")
            .or_else(|| token.strip_prefix(b"-"))
            .unwrap_or(token);
        let dots = digits.iter().filter(|b| **b == b'.').count();
        let plain = digits.iter().all(|b| b.is_ascii_digit() || *b == b'.');
        let value = match std::str::from_utf8(token) {
            Ok(text) if plain && dots == 0 => text.parse().ok().map(Object::Integer),
            Ok(text) if plain && dots == 1 && digits.len() > 1 => text.parse().ok().map(Object::Real),
            _ => None,
        };
        match value {
            Some(value) => Ok(value),
            None => {
                self.pos = start;
                self.fail("this is not a number in any notation of the standard")
            }
        }
    }

    fn number_or_reference(&mut self) -> Result<Object, ReadError> {
        let first = self.number()?;
        let Object::Integer(number) = first else {
            return Ok(first);
        };
        let after_number = self.pos;
        if let Some(generation) = self.reference_tail() {
            return match (u32::try_from(number), u16::try_from(generation)) {
                (Ok(number), Ok(generation)) => Ok(Object::Reference(Reference { number, generation })),
                _ => self.fail("a reference has a number out of range"),
            };
        }
        self.pos = after_number;
        Ok(first)
    }

    /// `generation R` after an object number.
    fn reference_tail(&mut self) -> Option<u64> {
        self.skip_white();
        let generation = self.take_digits(10)?;
        if !self.peek().is_some_and(|b| is_white(b) || b == b'%') {
            return None;
        }
        self.skip_white();
        self.take_word(b"R").then_some(generation)
    }

    /// `number generation obj`, white space before it allowed. `None` when something else stands here.
    pub(crate) fn object_header(&mut self) -> Option<Reference> {
        self.skip_blank();
        let number = u32::try_from(self.take_digits(10)?).ok()?;
        self.skip_blank();
        let generation = u16::try_from(self.take_digits(10)?).ok()?;
        self.skip_blank();
        self.take_word(b"obj").then_some(Reference { number, generation })
    }

    /// An indirect object after its header, to the end of `endobj`. `length` answers what the value of
    /// `/Length` means, as it may be a reference; `None` when it is no usable number.
    pub(crate) fn object_body(
        &mut self,
        length: impl FnOnce(&Object) -> Result<Option<usize>, ReadError>,
    ) -> Result<Object, ReadError> {
        let object = self.object()?;
        self.skip_white();
        let object = match object {
            Object::Dictionary(dictionary) if self.take_word(b"stream") => {
                let data = self.stream_data(&dictionary, length)?;
                self.skip_white();
                Object::Stream(Stream { dictionary, data })
            }
            other => other,
        };
        if !self.take_word(b"endobj") {
            return self.fail("the word endobj is missing");
        }
        Ok(object)
    }

    fn stream_data(
        &mut self,
        dictionary: &Dictionary,
        length: impl FnOnce(&Object) -> Result<Option<usize>, ReadError>,
    ) -> Result<StreamData, ReadError> {
        // 7.3.8.1 asks for CR LF or LF. A lone CR is read alike by every viewer as long as the length leads
        // exactly to `endstream`, which is checked below.
        match self.peek() {
            Some(b'\r') => {
                self.pos += 1;
                self.skip_line_feed();
            }
            Some(b'\n') => self.pos += 1,
            _ => return self.fail("a line break is missing after the word stream"),
        }
        let start = self.pos;
        let Some(value) = dictionary.get("Length") else {
            return self.fail("a stream has no /Length");
        };
        let Some(length) = length(value)? else {
            return self.fail("the /Length of a stream is not a number");
        };
        let Some(end) = start.checked_add(length).filter(|end| *end <= self.bytes.len()) else {
            return self.fail("the /Length of a stream points beyond the end of the file");
        };
        self.pos = end;
        self.skip_blank();
        if !self.take_word(b"endstream") {
            self.pos = start;
            return self.fail("the /Length of a stream does not lead to the word endstream");
        }
        Ok(StreamData::File(start..end))
    }
}

/// Where an entry of a dictionary stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// The decoded key.
    pub name: Name,
    /// Offset of the slash of the key.
    pub key_start: usize,
    /// Range of the value.
    pub value: std::ops::Range<usize>,
}

/// A dictionary under construction that refuses contradicting duplicates.
#[derive(Default)]
struct Entries {
    dictionary: Dictionary,
    index: HashMap<Name, usize>,
    values: usize,
}

impl Entries {
    fn add(&mut self, name: Name, at: usize, value: Object) -> Result<(), ReadError> {
        let twice = if self.values < LINEAR_SEARCH {
            self.dictionary
                .iter()
                .find(|(old, _)| **old == name)
                .map(|(_, old)| *old == value)
        } else {
            if self.index.is_empty() {
                self.index = self
                    .dictionary
                    .iter()
                    .enumerate()
                    .map(|(i, (n, _))| (n.clone(), i))
                    .collect();
            }
            let old = self.index.get(&name).and_then(|i| self.dictionary.iter().nth(*i));
            old.map(|(_, old)| *old == value)
        };
        match twice {
            // The same value twice means the same to everyone.
            Some(true) => Ok(()),
            Some(false) => Err(ReadError::damaged(
                Place::Offset(at),
                format!("the dictionary key {name:?} stands twice with different values"),
            )),
            None => {
                if !self.index.is_empty() {
                    self.index.insert(name.clone(), self.values);
                }
                self.dictionary.push(name, value);
                self.values += 1;
                Ok(())
            }
        }
    }
}

pub(crate) fn hex_value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
