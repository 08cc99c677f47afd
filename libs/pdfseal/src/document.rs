//! A file opened for reading: objects by number, pages, revisions. Opening reads the cross-reference chain,
//! the catalog and the page tree; everything else is read when asked for. Nothing is repaired and nothing is
//! guessed; a place that viewers would read differently is an error when it is reached.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::crypt::Decryption;
use crate::error::{Place, ReadError};
use crate::filter::{self, FilterStep};
use crate::lexer::{Lexer, RawEntry};
use crate::limits::Limits;
use crate::object::{Dictionary, Object, Reference, Stream};
use crate::page::{self, Page};
use crate::revision::{Revision, XrefKind};
use crate::signed;
use crate::xref::{self, Entry, Step, Xref};

/// A reference to a reference is not legal but harmless in small numbers.
const REFERENCE_CHAIN: usize = 8;

/// A PDF file opened strictly. Holds the bytes by reference; may be shared between threads.
pub struct Document<'a> {
    bytes: &'a [u8],
    limits: Limits,
    xref: Xref,
    root: Reference,
    catalog: Dictionary,
    pages: Vec<Page>,
    signed: bool,
    decryption: Option<Decryption>,
    object_streams: HashMap<u32, OnceLock<Arc<ObjectStream>>>,
    structure_bytes: AtomicUsize,
    parsed_bytes: AtomicUsize,
}

struct ObjectStream {
    data: Vec<u8>,
    /// Object number and offset in `data`, in order of index.
    objects: Vec<(u32, usize)>,
}

/// The text of a dictionary and the places of its entries in it, for writers that must carry untouched
/// entries over byte for byte (trap T2).
#[derive(Debug, Clone)]
pub struct RawDictionary<'a> {
    /// The file, or the decoded object stream the dictionary is in; ranges in `entries` point into it.
    pub source: Cow<'a, [u8]>,
    /// The entries in order.
    pub entries: Vec<RawEntry>,
}

impl RawDictionary<'_> {
    /// The text of the value of `key`.
    pub fn value(&self, key: &str) -> Option<&[u8]> {
        let entry = self.entries.iter().find(|entry| entry.name == key)?;
        self.source.get(entry.value.clone())
    }

    /// The text of an entry from the slash of its key to the end of its value.
    pub fn entry(&self, entry: &RawEntry) -> &[u8] {
        self.source
            .get(entry.key_start..entry.value.end)
            .unwrap_or_default()
    }
}

impl<'a> Document<'a> {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`ReadError::NotPdf`], [`ReadError::Encrypted`], [`ReadError::LimitExceeded`], or
    /// [`ReadError::Damaged`] when the cross-reference chain, the catalog or the page tree is not sound.
    pub fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, ReadError> {
        let document = Self::open_encrypted(bytes, limits)?;
        if document.is_encrypted() {
            return Err(ReadError::Encrypted);
        }
        Ok(document)
    }

    /// Opens a file that may be encrypted with the empty user password, as viewers do without asking (RC4 and AES; ISO
    /// 32000-2, 7.6). It can be read and judged; signing and rewriting it is refused.
    ///
    /// # Errors
    ///
    /// As [`Self::open`]; [`ReadError::Encrypted`] when a password is needed.
    pub fn open_encrypted(bytes: &'a [u8], limits: &Limits) -> Result<Self, ReadError> {
        if bytes.len() > limits.file_bytes {
            return Err(ReadError::LimitExceeded {
                what: "bytes",
                limit: limits.file_bytes,
            });
        }
        let xref = xref::read(bytes, limits)?;
        let Some(root) = xref.trailer.get("Root").and_then(Object::as_reference) else {
            return Err(ReadError::damaged(
                Place::Catalog,
                "the trailer has no reference to it",
            ));
        };
        let containers = xref.entries.values().filter_map(|entry| match entry {
            Entry::Compressed { container, .. } => Some((*container, OnceLock::new())),
            _ => None,
        });
        let mut document = Self {
            bytes,
            limits: limits.clone(),
            root,
            catalog: Dictionary::new(),
            pages: Vec::new(),
            signed: false,
            decryption: None,
            object_streams: containers.collect(),
            structure_bytes: AtomicUsize::new(0),
            parsed_bytes: AtomicUsize::new(0),
            xref,
        };
        if document.xref.encrypted {
            document.decryption = Some(document.open_decryption()?);
        }
        document.catalog = match document.object(root)? {
            Object::Dictionary(catalog) if is_type(&catalog, "Catalog") => catalog,
            _ => {
                return Err(ReadError::damaged(
                    Place::Object(root),
                    "it is not a document catalog",
                ));
            }
        };
        document.pages = page::read_tree(&document)?;
        document.signed = signed::is_signed(&document)?;
        Ok(document)
    }

    /// The security handler. All revisions have to have the same one.
    fn open_decryption(&self) -> Result<Decryption, ReadError> {
        let own = self.trailer().get("Encrypt");
        let same = self
            .xref
            .steps
            .iter()
            .all(|step| step.trailer.get("Encrypt") == own);
        let (Some(own), true) = (own, same) else {
            return Err(ReadError::Encrypted);
        };
        let encrypt = self.resolve(own)?;
        let id = self.get(self.trailer(), "ID")?;
        let first = id
            .as_array()
            .and_then(<[Object]>::first)
            .and_then(Object::as_string);
        match encrypt.as_ref() {
            Object::Dictionary(encrypt) => {
                Decryption::open(encrypt, first.map(|id| id.bytes.as_slice()).unwrap_or_default())
            }
            _ => Err(ReadError::Encrypted),
        }
    }

    /// Whether the file is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.decryption.is_some()
    }

    /// The bytes the document was opened over.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The limits it was opened with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The trailer dictionary of the newest revision; for a cross-reference stream its dictionary.
    pub fn trailer(&self) -> &Dictionary {
        &self.xref.trailer
    }

    /// The reference of the catalog.
    pub fn root(&self) -> Reference {
        self.root
    }

    /// The catalog (7.7.2).
    pub fn catalog(&self) -> &Dictionary {
        &self.catalog
    }

    /// The pages in order.
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// Whether the file carries a signature: a signature field with a value, or a certification in `/Perms`.
    /// Empty signature fields do not count.
    pub fn is_signed(&self) -> bool {
        self.signed
    }

    /// The revisions, oldest first; never empty.
    pub fn revisions(&self) -> &[Revision] {
        &self.xref.revisions
    }

    /// The document as it was after one of its revisions, opened anew from the bytes of that revision.
    ///
    /// # Errors
    ///
    /// As [`Self::open`]; also when there is no such revision.
    pub(crate) fn as_of(&self, revision: usize) -> Result<Self, ReadError> {
        Self::open_encrypted(self.revision_bytes(revision), &self.limits)
    }

    fn revision_bytes(&self, revision: usize) -> &'a [u8] {
        let end = self.xref.revisions.get(revision).map_or(0, |one| one.end_offset);
        let bytes: &'a [u8] = self.bytes;
        bytes.get(..end).unwrap_or_default()
    }

    /// What a revision says about objects.
    pub(crate) fn step(&self, revision: usize) -> Option<&Step> {
        self.xref.steps.get(revision)
    }

    /// Where an object is.
    pub(crate) fn entry(&self, number: u32) -> Option<Entry> {
        self.xref.entries.get(&number).copied()
    }

    /// Whether a number stands for an object.
    pub(crate) fn uses(&self, number: u32) -> bool {
        matches!(
            self.xref.entries.get(&number),
            Some(Entry::Plain { .. } | Entry::Compressed { .. })
        )
    }

    /// Moves this document, which is the state of `whole` before a revision, to the state after it. Only catalog and
    /// trailer are read again: the list of pages stays what it was. So a walk through all revisions costs what they
    /// contain and not their number times the file.
    ///
    /// # Errors
    ///
    /// When the revision has another or no usable catalog.
    pub(crate) fn advance(&mut self, whole: &Document<'a>, revision: usize) -> Result<(), ReadError> {
        let Some(step) = whole.step(revision) else {
            return Ok(());
        };
        self.bytes = whole.revision_bytes(revision);
        for (number, entry) in &step.entries {
            let before = self.xref.entries.insert(*number, *entry);
            if let Entry::Compressed { container, .. } = entry {
                self.object_streams.entry(*container).or_default();
            }
            // A container that is written again must be read again.
            if before != Some(*entry)
                && let Some(cell) = self.object_streams.get_mut(number)
            {
                *cell = OnceLock::new();
            }
        }
        self.xref.trailer = step.trailer.clone();
        let root = self.xref.trailer.get("Root").and_then(Object::as_reference);
        if root != Some(self.root) {
            return Err(ReadError::damaged(
                Place::Catalog,
                "the document has another catalog",
            ));
        }
        self.catalog = match self.object(self.root)? {
            Object::Dictionary(catalog) if is_type(&catalog, "Catalog") => catalog,
            _ => {
                let place = Place::Object(self.root);
                return Err(ReadError::damaged(place, "it is not a document catalog"));
            }
        };
        Ok(())
    }

    /// The number after the last `startxref`: what `/Prev` of an update must say.
    pub fn last_startxref(&self) -> usize {
        self.xref.last_startxref
    }

    /// The form of the newest cross-reference section.
    pub fn xref_kind(&self) -> XrefKind {
        self.xref
            .revisions
            .last()
            .map_or(XrefKind::Table, |revision| revision.kind)
    }

    /// The first object number above every number any revision uses, frees, or counts in `/Size` (trap T5).
    pub fn next_object_number(&self) -> u32 {
        self.xref.highest.saturating_add(1)
    }

    /// Reads an object. A reference to an object that is free or not listed is `null` (7.3.10).
    ///
    /// # Errors
    ///
    /// When the place in the cross-reference section does not hold this very object, the generation
    /// differs, or the object is not sound.
    pub fn object(&self, reference: Reference) -> Result<Object, ReadError> {
        self.read(reference, |value| self.stream_length(value))
    }

    /// Follows a reference; anything else is given back as it is.
    ///
    /// # Errors
    ///
    /// As [`Self::object`]; a circle of references is damage.
    pub fn resolve<'o>(&self, object: &'o Object) -> Result<Cow<'o, Object>, ReadError> {
        let Object::Reference(mut reference) = *object else {
            return Ok(Cow::Borrowed(object));
        };
        for _ in 0..REFERENCE_CHAIN {
            match self.object(reference)? {
                Object::Reference(next) => reference = next,
                found => return Ok(Cow::Owned(found)),
            }
        }
        Err(ReadError::damaged(
            Place::Object(reference),
            "references lead from one to the other without end",
        ))
    }

    /// The value of a key with its reference followed; `null` when the key is absent.
    ///
    /// # Errors
    ///
    /// As [`Self::object`].
    pub fn get<'o>(&self, dictionary: &'o Dictionary, key: &str) -> Result<Cow<'o, Object>, ReadError> {
        match dictionary.get(key) {
            Some(value) => self.resolve(value),
            None => Ok(Cow::Owned(Object::Null)),
        }
    }

    /// The encoded bytes of a stream of this document.
    pub fn stream_bytes<'s>(&self, stream: &'s Stream) -> &'s [u8]
    where
        'a: 's,
    {
        stream.data.bytes(self.bytes)
    }

    /// Decodes a stream of this document. Picture filters (DCT, JPX, JBIG2, CCITT) are not decoded.
    ///
    /// # Errors
    ///
    /// Unknown filters, broken data, more than [`Limits::stream_bytes`] of output.
    pub fn decode(&self, stream: &Stream) -> Result<Vec<u8>, ReadError> {
        let place = match &stream.data {
            crate::object::StreamData::File(range) => Place::Offset(range.start),
            crate::object::StreamData::Owned(_) => Place::Offset(0),
        };
        let steps = self.filter_steps(&stream.dictionary, place)?;
        filter::decode(
            stream.data.bytes(self.bytes),
            &steps,
            self.limits.stream_bytes,
            place,
        )
    }

    /// The bytes an object occupies in the file, from its number to the end of `endobj`. `None` when it is
    /// free, not listed, or inside an object stream.
    ///
    /// # Errors
    ///
    /// As [`Self::object`].
    pub fn object_span(&self, reference: Reference) -> Result<Option<Range<usize>>, ReadError> {
        let Some(Entry::Plain { offset, .. }) = self.xref.entries.get(&reference.number) else {
            return Ok(None);
        };
        let mut lexer = self.plain_lexer(reference, *offset)?;
        let start = lexer.pos;
        self.skip_header(&mut lexer, reference, *offset)?;
        lexer.object_body(|value| self.stream_length(value))?;
        Ok(Some(start..lexer.pos))
    }

    /// The text of a dictionary object (or of the dictionary of a stream) and where its entries stand.
    ///
    /// # Errors
    ///
    /// As [`Self::object`]; also when the object is no dictionary.
    pub fn raw_dictionary(&self, reference: Reference) -> Result<RawDictionary<'a>, ReadError> {
        match self.xref.entries.get(&reference.number) {
            Some(Entry::Plain { offset, .. }) => {
                let mut lexer = self.plain_lexer(reference, *offset)?;
                self.skip_header(&mut lexer, reference, *offset)?;
                Ok(RawDictionary {
                    source: Cow::Borrowed(self.bytes),
                    entries: lexer.raw_entries()?,
                })
            }
            Some(Entry::Compressed { container, index }) => {
                let stream = self.object_stream(*container)?;
                let mut lexer = self.compressed_lexer(&stream, reference, *container, *index)?;
                let entries = lexer
                    .raw_entries()
                    .map_err(|e| e.inside_object_stream(*container))?;
                Ok(RawDictionary {
                    source: Cow::Owned(stream.data.clone()),
                    entries,
                })
            }
            Some(Entry::Free) | None => Err(ReadError::damaged(
                Place::Object(reference),
                "a dictionary was expected, but it is missing",
            )),
        }
    }

    fn read(
        &self,
        reference: Reference,
        length: impl FnOnce(&Object) -> Result<Option<usize>, ReadError>,
    ) -> Result<Object, ReadError> {
        match self.xref.entries.get(&reference.number) {
            None | Some(Entry::Free) => Ok(Object::Null),
            Some(Entry::Plain { offset, .. }) => {
                let mut lexer = self.plain_lexer(reference, *offset)?;
                let start = lexer.pos;
                self.skip_header(&mut lexer, reference, *offset)?;
                let mut object = lexer.object_body(length)?;
                let data = object.as_stream().map_or(0, |stream| stream.data.len());
                self.count_parsed((lexer.pos - start).saturating_sub(data))?;
                // The handler itself is read before there is anything to decrypt with, and never again.
                if let Some(decryption) = &self.decryption {
                    let decrypted = decryption.undo(reference, &mut object, self.bytes)?;
                    self.count_parsed(decrypted)?;
                }
                Ok(object)
            }
            Some(Entry::Compressed { container, index }) => {
                let stream = self.object_stream(*container)?;
                let mut lexer = self.compressed_lexer(&stream, reference, *container, *index)?;
                let start = lexer.pos;
                let object = lexer
                    .object()
                    .map_err(|error| error.inside_object_stream(*container))?;
                self.count_parsed(lexer.pos - start)?;
                Ok(object)
            }
        }
    }

    fn count_parsed(&self, bytes: usize) -> Result<(), ReadError> {
        let limit = self.limits.parsed_bytes;
        let total = self
            .parsed_bytes
            .fetch_add(bytes, Ordering::Relaxed)
            .saturating_add(bytes);
        if total > limit {
            return Err(ReadError::LimitExceeded {
                what: "bytes of objects, read over and over",
                limit,
            });
        }
        Ok(())
    }

    /// A lexer at the object number.
    fn plain_lexer(&self, reference: Reference, offset: usize) -> Result<Lexer<'a>, ReadError> {
        if self.xref.entries.get(&reference.number)
            != Some(&Entry::Plain {
                offset,
                generation: reference.generation,
            })
        {
            return Err(wrong_generation(reference));
        }
        let mut lexer = Lexer::limited(self.bytes, offset, &self.limits);
        // Some writers count the line break before the object as its start.
        lexer.skip_blank();
        Ok(lexer)
    }

    fn skip_header(&self, lexer: &mut Lexer<'_>, reference: Reference, at: usize) -> Result<(), ReadError> {
        if lexer.object_header() == Some(reference) {
            return Ok(());
        }
        let what = format!("the cross-reference section places it at byte {at}, but it does not start there");
        Err(ReadError::damaged(Place::Object(reference), what))
    }

    fn compressed_lexer<'s>(
        &self,
        stream: &'s ObjectStream,
        reference: Reference,
        container: u32,
        index: usize,
    ) -> Result<Lexer<'s>, ReadError> {
        if reference.generation != 0 {
            return Err(wrong_generation(reference));
        }
        match stream.objects.get(index) {
            Some((number, offset)) if *number == reference.number => {
                Ok(Lexer::limited(&stream.data, *offset, &self.limits))
            }
            _ => {
                let what = format!(
                    "the cross-reference section places it in object stream {container}, which does not list it there"
                );
                Err(ReadError::damaged(Place::Object(reference), what))
            }
        }
    }

    /// The meaning of `/Length`, which may be a reference (7.3.8.2).
    fn stream_length(&self, value: &Object) -> Result<Option<usize>, ReadError> {
        let found = match value {
            // A length that is itself a stream is no number: its own length is not asked for.
            Object::Reference(reference) => self.read(*reference, |_| Ok(None))?,
            direct => direct.clone(),
        };
        Ok(found.as_integer().and_then(|value| usize::try_from(value).ok()))
    }

    /// The same for object streams, whose length must not itself be inside an object stream: that ends
    /// every possible circle.
    fn plain_stream_length(&self, value: &Object) -> Result<Option<usize>, ReadError> {
        if let Object::Reference(reference) = value
            && let Some(Entry::Compressed { .. }) = self.xref.entries.get(&reference.number)
        {
            let what = "the length of an object stream is inside an object stream";
            return Err(ReadError::damaged(Place::Object(*reference), what));
        }
        self.stream_length(value)
    }

    fn object_stream(&self, container: u32) -> Result<Arc<ObjectStream>, ReadError> {
        let cell = self.object_streams.get(&container);
        if let Some(stream) = cell.and_then(OnceLock::get) {
            return Ok(Arc::clone(stream));
        }
        let reference = Reference::new(container);
        let place = Place::Object(reference);
        let object = match self.xref.entries.get(&container) {
            Some(Entry::Plain { .. }) => self.read(reference, |value| self.plain_stream_length(value))?,
            _ => return Err(ReadError::damaged(place, "an object stream is missing")),
        };
        let stream = match &object {
            Object::Stream(stream) if stream.dictionary.is_name("Type", "ObjStm") => stream,
            _ => return Err(ReadError::damaged(place, "it is not an object stream")),
        };
        let loaded = Arc::new(self.load_object_stream(stream, place)?);
        if let Some(cell) = cell {
            // Another thread may have been faster; both hold the same data.
            let _ = cell.set(Arc::clone(&loaded));
        }
        Ok(loaded)
    }

    fn load_object_stream(&self, stream: &Stream, place: Place) -> Result<ObjectStream, ReadError> {
        let data = self.decode(stream)?;
        let used = self
            .structure_bytes
            .fetch_add(data.len(), Ordering::Relaxed)
            .saturating_add(data.len());
        if used > self.limits.structure_bytes {
            let limit = self.limits.structure_bytes;
            return Err(ReadError::LimitExceeded {
                what: "bytes in decoded object streams",
                limit,
            });
        }
        let number = |key| {
            stream
                .dictionary
                .get(key)
                .and_then(Object::as_integer)
                .and_then(|v| usize::try_from(v).ok())
        };
        let (Some(count), Some(first)) = (number("N"), number("First")) else {
            return Err(ReadError::damaged(
                place,
                "an object stream has an unusable /N or /First",
            ));
        };
        let mut lexer = Lexer::new(&data, 0, 0);
        let mut objects = Vec::new();
        for _ in 0..count {
            lexer.skip_white();
            let object = lexer.take_digits(10).and_then(|v| u32::try_from(v).ok());
            lexer.skip_white();
            let offset = lexer.take_digits(15).and_then(|v| usize::try_from(v).ok());
            match (object, offset.and_then(|o| o.checked_add(first))) {
                (Some(object), Some(offset)) if offset < data.len() => objects.push((object, offset)),
                _ => {
                    return Err(ReadError::damaged(
                        place,
                        "the index of an object stream is not valid",
                    ));
                }
            }
        }
        Ok(ObjectStream { objects, data })
    }

    /// The filters of a stream with every reference followed.
    fn filter_steps(&self, dictionary: &Dictionary, place: Place) -> Result<Vec<FilterStep>, ReadError> {
        let unusable = || ReadError::damaged(place, "a stream has an unusable /Filter or /DecodeParms");
        let list = |value: Cow<'_, Object>| match value.into_owned() {
            Object::Null => Vec::new(),
            Object::Array(items) => items,
            other => vec![other],
        };
        let names = list(self.get(dictionary, "Filter")?);
        let parameters = list(self.get(dictionary, "DecodeParms")?);
        let mut steps = Vec::new();
        for (i, name) in names.iter().enumerate() {
            let name = self.resolve(name)?.as_name().cloned().ok_or_else(unusable)?;
            let mut step = FilterStep {
                name,
                parameters: Dictionary::new(),
            };
            match parameters.get(i).map(|p| self.resolve(p)).transpose()?.as_deref() {
                None | Some(Object::Null) => {}
                Some(Object::Dictionary(values)) => {
                    for (key, value) in values.iter() {
                        step.parameters
                            .insert(key.as_bytes(), self.resolve(value)?.into_owned());
                    }
                }
                Some(_) => return Err(unusable()),
            }
            steps.push(step);
        }
        Ok(steps)
    }
}

impl std::fmt::Debug for Document<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("bytes", &self.bytes.len())
            .field("objects", &self.xref.entries.len())
            .field("pages", &self.pages.len())
            .field("revisions", &self.xref.revisions)
            .finish_non_exhaustive()
    }
}

/// Whether `/Type` is `name` or absent; viewers do not need it.
pub(crate) fn is_type(dictionary: &Dictionary, name: &str) -> bool {
    dictionary.get("Type").is_none() || dictionary.is_name("Type", name)
}

fn wrong_generation(reference: Reference) -> ReadError {
    ReadError::damaged(
        Place::Object(reference),
        "it is referred to with a generation it does not have",
    )
}
