//! The eight basic types of PDF objects (ISO 32000-1, 7.3) as plain data. Nothing here knows a file: the
//! data of a stream read from a file is a byte range of that file, so that reading never copies it.

use std::fmt;
use std::ops::Range;

/// A PDF object.
#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    /// `null`; also what a reference to a missing object means (7.3.10).
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A byte string.
    String(PdfString),
    /// A name.
    Name(Name),
    /// An array.
    Array(Vec<Object>),
    /// A dictionary.
    Dictionary(Dictionary),
    /// A dictionary followed by bytes.
    Stream(Stream),
    /// A pointer to an indirect object.
    Reference(Reference),
}

impl Object {
    /// A name object.
    pub fn name(name: &str) -> Self {
        Self::Name(Name::new(name))
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value of a boolean.
    pub fn as_boolean(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The value of a whole number; a real without fraction counts as one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(value) => Some(*value),
            #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
            Self::Real(value) if value.fract() == 0.0 && value.abs() < 9.0e15 => Some(*value as i64),
            _ => None,
        }
    }

    /// The value of a number of either kind.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "PDF numbers are far below 2^53")]
            Self::Integer(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            _ => None,
        }
    }

    /// The bytes of a string.
    pub fn as_string(&self) -> Option<&PdfString> {
        match self {
            Self::String(value) => Some(value),
            _ => None,
        }
    }

    /// The name.
    pub fn as_name(&self) -> Option<&Name> {
        match self {
            Self::Name(value) => Some(value),
            _ => None,
        }
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&[Object]> {
        match self {
            Self::Array(value) => Some(value),
            _ => None,
        }
    }

    /// The dictionary, or the dictionary of a stream.
    pub fn as_dictionary(&self) -> Option<&Dictionary> {
        match self {
            Self::Dictionary(value) => Some(value),
            Self::Stream(value) => Some(&value.dictionary),
            _ => None,
        }
    }

    /// The stream.
    pub fn as_stream(&self) -> Option<&Stream> {
        match self {
            Self::Stream(value) => Some(value),
            _ => None,
        }
    }

    /// The reference.
    pub fn as_reference(&self) -> Option<Reference> {
        match self {
            Self::Reference(value) => Some(*value),
            _ => None,
        }
    }
}

impl From<bool> for Object {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i64> for Object {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Object {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<Name> for Object {
    fn from(value: Name) -> Self {
        Self::Name(value)
    }
}

impl From<PdfString> for Object {
    fn from(value: PdfString) -> Self {
        Self::String(value)
    }
}

impl From<Vec<Object>> for Object {
    fn from(value: Vec<Object>) -> Self {
        Self::Array(value)
    }
}

impl From<Dictionary> for Object {
    fn from(value: Dictionary) -> Self {
        Self::Dictionary(value)
    }
}

impl From<Stream> for Object {
    fn from(value: Stream) -> Self {
        Self::Stream(value)
    }
}

impl From<Reference> for Object {
    fn from(value: Reference) -> Self {
        Self::Reference(value)
    }
}

/// The identity of an indirect object (7.3.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Object number, from 1.
    pub number: u32,
    /// Generation; 0 unless the number was freed and used again.
    pub generation: u16,
}

impl Reference {
    /// The reference `number 0 R`.
    pub fn new(number: u32) -> Self {
        Self {
            number,
            generation: 0,
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} R", self.number, self.generation)
    }
}

/// A byte string (7.3.4). Text in it is PDFDocEncoded or UTF-16BE with a byte-order mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PdfString {
    /// The bytes after undoing escapes.
    pub bytes: Vec<u8>,
    /// Whether it is written in hexadecimal; without effect on the meaning.
    pub hex: bool,
}

impl PdfString {
    /// A string written between parentheses.
    pub fn literal(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            hex: false,
        }
    }

    /// A string written in hexadecimal.
    pub fn hex(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            hex: true,
        }
    }

    /// A text string (7.9.2.2): ASCII stays readable, everything else becomes UTF-16BE.
    pub fn text(text: &str) -> Self {
        if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            return Self::literal(text.as_bytes());
        }
        let mut bytes = vec![0xfe, 0xff];
        bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
        Self::hex(bytes)
    }
}

/// A name without its slash, `#xx` already decoded (7.3.5).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Box<[u8]>);

impl Name {
    /// A name of these bytes.
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        Self(bytes.as_ref().into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name as text; `None` when it is not UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", String::from_utf8_lossy(&self.0))
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

/// A dictionary that remembers the order of its keys (7.3.7).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dictionary {
    entries: Vec<(Name, Object)>,
}

impl Dictionary {
    /// An empty dictionary.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value as it stands in the file, a reference not followed. `None` when the key is absent.
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// Whether the key is present.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether the value of `key` is the name `value`.
    pub fn is_name(&self, key: &str, value: &str) -> bool {
        self.get(key)
            .and_then(Object::as_name)
            .is_some_and(|name| name == value)
    }

    /// Sets a key; a new key goes to the end, an old one keeps its place.
    pub fn insert(&mut self, key: impl AsRef<[u8]>, value: impl Into<Object>) {
        let key = key.as_ref();
        match self.entries.iter_mut().find(|(name, _)| name.as_bytes() == key) {
            Some((_, old)) => *old = value.into(),
            None => self.entries.push((Name::new(key), value.into())),
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<Object> {
        let index = self.entries.iter().position(|(name, _)| name == key)?;
        Some(self.entries.remove(index).1)
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Object)> {
        self.entries.iter().map(|(name, value)| (name, value))
    }

    /// The values in order, to be changed.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = (&Name, &mut Object)> {
        self.entries.iter_mut().map(|(name, value)| (&*name, value))
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Appends without looking for an old value: the parser has already looked.
    pub(crate) fn push(&mut self, name: Name, value: Object) {
        self.entries.push((name, value));
    }

    /// An entry with the value `null` is the same as no entry (7.3.7).
    pub(crate) fn drop_nulls(&mut self) {
        self.entries.retain(|(_, value)| !value.is_null());
    }
}

/// A stream (7.3.8): `/Length` in the dictionary is what the file says, the data is what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// The stream dictionary.
    pub dictionary: Dictionary,
    /// The encoded bytes.
    pub data: StreamData,
}

impl Stream {
    /// A stream made by the caller; `/Length` is set by the serialiser.
    pub fn new(dictionary: Dictionary, data: Vec<u8>) -> Self {
        Self {
            dictionary,
            data: StreamData::Owned(data),
        }
    }
}

/// The encoded bytes of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamData {
    /// A range of the file the stream was read from.
    File(Range<usize>),
    /// Bytes of their own.
    Owned(Vec<u8>),
}

impl StreamData {
    /// The bytes, given the file the stream was read from. A range outside `file` (a stream of another
    /// file) gives an empty slice.
    pub fn bytes<'a>(&'a self, file: &'a [u8]) -> &'a [u8] {
        match self {
            Self::File(range) => file.get(range.clone()).unwrap_or_default(),
            Self::Owned(bytes) => bytes,
        }
    }

    /// Number of encoded bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::File(range) => range.len(),
            Self::Owned(bytes) => bytes.len(),
        }
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
