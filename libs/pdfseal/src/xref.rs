//! The cross-reference chain (ISO 32000-1, 7.5.4, 7.5.5, 7.5.8): where each object is. The chain must be
//! found from the end of the file and be whole; the file is never searched for objects.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::error::{Place, ReadError};
use crate::filter::{self, FilterStep};
use crate::lexer::{Lexer, is_white};
use crate::limits::Limits;
use crate::object::{Dictionary, Object, Stream};
use crate::revision::{Revision, XrefKind};

/// Larger object numbers are refused: no writer makes them, and they leave no room for new objects.
const HIGHEST_NUMBER: u64 = 0x7fff_0000;

/// Where one object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Free,
    Plain { offset: usize, generation: u16 },
    Compressed { container: u32, index: usize },
}

/// What one revision says about objects.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) entries: BTreeMap<u32, Entry>,
    pub(crate) trailer: Dictionary,
}

/// The merged chain.
pub(crate) struct Xref {
    pub(crate) entries: HashMap<u32, Entry>,
    /// What each of `revisions` contributed.
    pub(crate) steps: Vec<Step>,
    /// Oldest first.
    pub(crate) revisions: Vec<Revision>,
    /// Trailer dictionary of the newest section.
    pub(crate) trailer: Dictionary,
    pub(crate) last_startxref: usize,
    /// Highest object number that anything in the chain uses.
    pub(crate) highest: u32,
    pub(crate) encrypted: bool,
}

struct Section {
    offset: usize,
    /// Just after the trailer dictionary or `endobj`.
    end: usize,
    kind: XrefKind,
    entries: BTreeMap<u32, Entry>,
    trailer: Dictionary,
    prev: Option<usize>,
    /// Own object number of a cross-reference stream; it need not be listed anywhere.
    own_number: u32,
}

/// Reads the whole chain, newest section first.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Xref, ReadError> {
    check_header(bytes)?;
    let tail = last_tail(bytes)?;
    let mut reader = Reader {
        bytes,
        limits,
        seen: HashSet::new(),
        entry_count: 0,
        decoded: 0,
    };
    let mut sections = Vec::new();
    let mut next = Some(tail.startxref);
    while let Some(offset) = next {
        let section = reader.section(offset)?;
        next = section.prev;
        sections.push(section);
    }
    let revisions = revisions(bytes, &sections, &tail)?;
    Ok(merge(sections, revisions, tail.startxref))
}

fn check_header(bytes: &[u8]) -> Result<(), ReadError> {
    match bytes {
        [b'%', b'P', b'D', b'F', b'-', b'1' | b'2', b'.', b'0'..=b'9', ..] => Ok(()),
        [b'%', b'P', b'D', b'F', b'-', ..] => Err(ReadError::NotPdf {
            what: "the version is not 1.x or 2.x",
        }),
        _ if bytes.windows(5).take(1024).any(|w| w == b"%PDF-") => Err(ReadError::damaged(
            Place::Offset(0),
            "other bytes stand before the header %PDF-",
        )),
        _ => Err(ReadError::NotPdf {
            what: "it does not start with %PDF-",
        }),
    }
}

fn merge(sections: Vec<Section>, revisions: Vec<Revision>, last_startxref: usize) -> Xref {
    let mut entries = HashMap::new();
    let mut highest = 0;
    let mut encrypted = false;
    for section in &sections {
        highest = highest.max(section.own_number);
        encrypted |= section.trailer.contains("Encrypt");
        if let Some(Object::Integer(size)) = section.trailer.get("Size") {
            let last = u32::try_from(size.saturating_sub(1)).unwrap_or(0);
            highest = highest.max(last.min(HIGHEST_NUMBER as u32));
        }
        for (number, entry) in &section.entries {
            highest = highest.max(*number);
            entries.entry(*number).or_insert(*entry);
        }
    }
    let steps = steps(sections, revisions.len());
    let trailer = steps.last().map(|step| step.trailer.clone()).unwrap_or_default();
    Xref {
        entries,
        steps,
        revisions,
        trailer,
        last_startxref,
        highest,
        encrypted,
    }
}

/// One step per revision, oldest first. Where there is a section more, the two oldest are one (a linearised file).
fn steps(sections: Vec<Section>, revisions: usize) -> Vec<Step> {
    let linearised = sections.len() > revisions;
    let mut steps: Vec<Step> = Vec::with_capacity(revisions);
    for (index, section) in sections.into_iter().rev().enumerate() {
        match steps.last_mut() {
            Some(first) if linearised && index == 1 => {
                first.entries.extend(section.entries);
                first.trailer = section.trailer;
            }
            _ => steps.push(Step {
                entries: section.entries,
                trailer: section.trailer,
            }),
        }
    }
    steps
}

/// `startxref`, a number and `%%EOF`.
struct Tail {
    startxref: usize,
    /// Just after `%%EOF`.
    end: usize,
}

/// The end of the file. Only white space may follow `%%EOF`: viewers search backwards over different
/// distances, so other bytes there can make them start from different places.
fn last_tail(bytes: &[u8]) -> Result<Tail, ReadError> {
    let used = bytes
        .iter()
        .rposition(|b| !is_white(*b))
        .map_or(0, |last| last + 1);
    let fail = |what| Err(ReadError::damaged(Place::Offset(used), what));
    let Some(before) = bytes.get(..used).and_then(|b| b.strip_suffix(b"%%EOF")) else {
        return fail("the file does not end with %%EOF, so it is cut off or something was appended");
    };
    let window = before.len().saturating_sub(64);
    let near = before.get(window..).unwrap_or_default();
    let Some(at) = near.windows(9).rposition(|w| w == b"startxref") else {
        return fail("the word startxref is missing at the end");
    };
    match read_tail(bytes, window + at) {
        Some(tail) if tail.end == used => Ok(tail),
        _ => fail("the position after startxref is not a number"),
    }
}

fn read_tail(bytes: &[u8], at: usize) -> Option<Tail> {
    let mut lexer = Lexer::new(bytes, at, 0);
    lexer.skip_blank();
    if !lexer.take_word(b"startxref") {
        return None;
    }
    lexer.skip_blank();
    let startxref = usize::try_from(lexer.take_digits(15)?).ok()?;
    lexer.skip_blank();
    let end = lexer.pos + 5;
    (bytes.get(lexer.pos..end) == Some(b"%%EOF")).then_some(Tail { startxref, end })
}

struct Reader<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    seen: HashSet<usize>,
    entry_count: usize,
    decoded: usize,
}

impl Reader<'_> {
    /// One section; for a hybrid file together with the stream its trailer names.
    fn section(&mut self, offset: usize) -> Result<Section, ReadError> {
        let start = self.section_start(offset)?;
        let mut lexer = Lexer::limited(self.bytes, start, self.limits);
        if !lexer.take_word(b"xref") {
            return self.stream_section(start);
        }
        let mut section = self.table_section(lexer, start)?;
        let hidden = section.trailer.get("XRefStm");
        if let Some(at) = offset_value(hidden, start, "/XRefStm is not a position in the file")? {
            let at = self.section_start(at)?;
            let hidden = self.stream_section(at)?;
            add_hidden(&mut section, hidden)?;
        }
        Ok(section)
    }

    /// Where the section announced at `offset` begins. Each place may be visited once.
    fn section_start(&mut self, offset: usize) -> Result<usize, ReadError> {
        if offset >= self.bytes.len() {
            return Err(damaged(
                offset,
                "a cross-reference position points beyond the end of the file",
            ));
        }
        let mut lexer = Lexer::new(self.bytes, offset, 0);
        lexer.skip_blank();
        if !self.seen.insert(lexer.pos) {
            return Err(damaged(
                lexer.pos,
                "the chain of cross-reference sections runs in a circle",
            ));
        }
        if self.seen.len() > self.limits.sections {
            let limit = self.limits.sections;
            return Err(ReadError::LimitExceeded {
                what: "cross-reference sections",
                limit,
            });
        }
        Ok(lexer.pos)
    }

    fn table_section(&mut self, mut lexer: Lexer<'_>, start: usize) -> Result<Section, ReadError> {
        let mut entries = BTreeMap::new();
        loop {
            lexer.skip_white();
            if lexer.take_word(b"trailer") {
                break;
            }
            let Some(first) = lexer.take_digits(10) else {
                return lexer.fail("a cross-reference subsection or the word trailer was expected here");
            };
            lexer.skip_blank();
            let Some(count) = lexer.take_digits(10) else {
                return lexer.fail("a cross-reference subsection has no count");
            };
            for number in first..first.saturating_add(count) {
                let entry = table_entry(&mut lexer)?;
                self.add(&mut entries, number, entry, lexer.pos)?;
            }
        }
        let Object::Dictionary(trailer) = lexer.object()? else {
            return lexer.fail("the trailer is not a dictionary");
        };
        let prev = offset_value(trailer.get("Prev"), start, "/Prev is not a position in the file")?;
        let (end, kind) = (lexer.pos, XrefKind::Table);
        Ok(Section {
            offset: start,
            end,
            kind,
            entries,
            trailer,
            prev,
            own_number: 0,
        })
    }

    fn add(
        &mut self,
        entries: &mut BTreeMap<u32, Entry>,
        number: u64,
        entry: Entry,
        at: usize,
    ) -> Result<(), ReadError> {
        self.entry_count += 1;
        if self.entry_count > self.limits.objects {
            return Err(ReadError::LimitExceeded {
                what: "cross-reference entries",
                limit: self.limits.objects,
            });
        }
        let key = u32::try_from(number).ok().filter(|_| number < HIGHEST_NUMBER);
        let Some(key) = key else {
            return Err(damaged(at, "an object number is out of range"));
        };
        match entries.insert(key, entry) {
            Some(old) if old != entry => Err(damaged(
                at,
                "one cross-reference section gives two places for the same object",
            )),
            _ => Ok(()),
        }
    }

    fn stream_section(&mut self, start: usize) -> Result<Section, ReadError> {
        let mut lexer = Lexer::limited(self.bytes, start, self.limits);
        let Some(own) = lexer.object_header() else {
            return Err(damaged(
                start,
                "neither a cross-reference table nor a stream starts where one is announced",
            ));
        };
        let object = lexer.object_body(|length| {
            // 7.5.8.2: the values of a cross-reference stream dictionary are direct.
            Ok(length.as_integer().and_then(|value| usize::try_from(value).ok()))
        })?;
        let stream = match object {
            Object::Stream(stream) if stream.dictionary.is_name("Type", "XRef") => stream,
            _ => return Err(damaged(start, "the object found is not a cross-reference stream")),
        };
        let data = self.decode(&stream, start)?;
        let mut entries = BTreeMap::new();
        self.stream_entries(&stream.dictionary, &data, start, &mut entries)?;
        let prev = offset_value(
            stream.dictionary.get("Prev"),
            start,
            "/Prev is not a position in the file",
        )?;
        let (end, kind, trailer) = (lexer.pos, XrefKind::Stream, stream.dictionary);
        Ok(Section {
            offset: start,
            end,
            kind,
            entries,
            trailer,
            prev,
            own_number: own.number,
        })
    }

    fn decode(&mut self, stream: &Stream, start: usize) -> Result<Vec<u8>, ReadError> {
        let steps = direct_filters(&stream.dictionary).ok_or_else(|| {
            damaged(
                start,
                "a cross-reference stream has an unusable /Filter or /DecodeParms",
            )
        })?;
        let limit = self
            .limits
            .stream_bytes
            .min(self.limits.structure_bytes.saturating_sub(self.decoded));
        let data = filter::decode(stream.data.bytes(self.bytes), &steps, limit, Place::Offset(start))?;
        self.decoded += data.len();
        Ok(data)
    }

    fn stream_entries(
        &mut self,
        dictionary: &Dictionary,
        data: &[u8],
        start: usize,
        entries: &mut BTreeMap<u32, Entry>,
    ) -> Result<(), ReadError> {
        let widths = integers(dictionary.get("W")).filter(|w| w.len() >= 3 && w.iter().all(|w| *w <= 8));
        let widths = widths.ok_or_else(|| damaged(start, "a cross-reference stream has an unusable /W"))?;
        let row: usize = widths.iter().map(|w| *w as usize).sum();
        if row == 0 {
            return Err(damaged(start, "a cross-reference stream has entries of no width"));
        }
        let index = match dictionary.get("Index") {
            Some(value) => integers(Some(value)),
            None => integers(
                dictionary
                    .get("Size")
                    .map(|s| Object::Array(vec![0.into(), s.clone()]))
                    .as_ref(),
            ),
        };
        let index = index
            .ok_or_else(|| damaged(start, "a cross-reference stream has an unusable /Index or /Size"))?;
        let mut rows = data.chunks_exact(row);
        for range in index.chunks(2) {
            let &[first, count] = range else {
                return Err(damaged(
                    start,
                    "/Index of a cross-reference stream has an odd number of values",
                ));
            };
            for number in first..first.saturating_add(count) {
                let Some(bytes) = rows.next() else {
                    return Err(damaged(
                        start,
                        "a cross-reference stream is shorter than its /Index says",
                    ));
                };
                if let Some(entry) = stream_entry(bytes, &widths, start)? {
                    self.add(entries, number, entry, start)?;
                }
            }
        }
        Ok(())
    }
}

fn damaged(at: usize, what: &'static str) -> ReadError {
    ReadError::damaged(Place::Offset(at), what)
}

/// `nnnnnnnnnn ggggg n`. The standard fixes 20 bytes; files with a one-byte line end or fewer zeros are
/// read the same by all viewers because every one of them reads tokens.
fn table_entry(lexer: &mut Lexer<'_>) -> Result<Entry, ReadError> {
    lexer.skip_blank();
    let offset = lexer.take_digits(15);
    lexer.skip_blank();
    let generation = lexer.take_digits(10);
    lexer.skip_blank();
    let used = match (offset, generation) {
        (Some(offset), Some(generation)) if lexer.take_word(b"n") => Some((offset, generation)),
        (Some(_), Some(_)) if lexer.take_word(b"f") => return Ok(Entry::Free),
        _ => None,
    };
    match used.map(|(offset, generation)| (usize::try_from(offset), u16::try_from(generation))) {
        Some((Ok(offset), Ok(generation))) => Ok(Entry::Plain { offset, generation }),
        _ => lexer.fail("a cross-reference entry is not valid"),
    }
}

/// One row of a cross-reference stream (7.5.8.3, table 18). Unknown types mean a null object.
fn stream_entry(bytes: &[u8], widths: &[u64], start: usize) -> Result<Option<Entry>, ReadError> {
    let mut rest = bytes;
    let mut fields = [0_u64; 3];
    for (field, width) in fields.iter_mut().zip(widths) {
        let Some((value, tail)) = rest.split_at_checked(*width as usize) else {
            return Ok(None);
        };
        *field = value.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        rest = tail;
    }
    let kind = if widths.first() == Some(&0) { 1 } else { fields[0] };
    let place = usize::try_from(fields[1]).ok();
    let entry = match kind {
        0 => Some(Entry::Free),
        1 => place
            .zip(u16::try_from(fields[2]).ok())
            .map(|(offset, generation)| Entry::Plain { offset, generation }),
        2 => u32::try_from(fields[1])
            .ok()
            .zip(usize::try_from(fields[2]).ok())
            .map(|(container, index)| Entry::Compressed { container, index }),
        _ => return Ok(None),
    };
    match entry {
        Some(entry) => Ok(Some(entry)),
        None => Err(damaged(
            start,
            "a cross-reference stream has an entry out of range",
        )),
    }
}

/// Filters of a stream whose dictionary may hold direct values only.
fn direct_filters(dictionary: &Dictionary) -> Option<Vec<FilterStep>> {
    let names: Vec<_> = match dictionary.get("Filter") {
        None => Vec::new(),
        Some(Object::Name(name)) => vec![name.clone()],
        Some(Object::Array(items)) => items
            .iter()
            .map(|i| i.as_name().cloned())
            .collect::<Option<_>>()?,
        Some(_) => return None,
    };
    let parameters = match dictionary.get("DecodeParms") {
        None => Vec::new(),
        Some(Object::Array(items)) => items.clone(),
        Some(other) => vec![other.clone()],
    };
    names
        .into_iter()
        .enumerate()
        .map(|(i, name)| {
            let parameters = match parameters.get(i) {
                None | Some(Object::Null) => Dictionary::new(),
                Some(Object::Dictionary(dictionary)) => dictionary.clone(),
                Some(_) => return None,
            };
            Some(FilterStep { name, parameters })
        })
        .collect()
}

fn integers(value: Option<&Object>) -> Option<Vec<u64>> {
    value?
        .as_array()?
        .iter()
        .map(|item| item.as_integer().and_then(|v| u64::try_from(v).ok()))
        .collect()
}

fn offset_value(value: Option<&Object>, at: usize, what: &'static str) -> Result<Option<usize>, ReadError> {
    match value {
        None => Ok(None),
        Some(value) => match value.as_integer().and_then(|v| usize::try_from(v).ok()) {
            Some(offset) => Ok(Some(offset)),
            None => Err(damaged(at, what)),
        },
    }
}

/// 7.5.8.4: objects hidden from old readers are free in the table and in use in the stream beside it.
/// Contradictions between two used places are refused, as readers prefer one or the other.
fn add_hidden(section: &mut Section, hidden: Section) -> Result<(), ReadError> {
    section.own_number = section.own_number.max(hidden.own_number);
    for (number, entry) in hidden.entries {
        match section.entries.get(&number) {
            None | Some(Entry::Free) => {
                section.entries.insert(number, entry);
            }
            Some(old) if *old == entry || entry == Entry::Free => {}
            Some(_) => {
                return Err(damaged(
                    section.offset,
                    "the table and the stream of a hybrid file give two places for the same object",
                ));
            }
        }
    }
    Ok(())
}

/// Turns the chain (newest first) into revisions (oldest first) and checks that each one is complete.
fn revisions(bytes: &[u8], sections: &[Section], last: &Tail) -> Result<Vec<Revision>, ReadError> {
    let mut oldest_first: Vec<&Section> = sections.iter().rev().collect();
    let mut list = Vec::with_capacity(sections.len());
    // In a linearised file (annex F) the first page has its own section near the start of the file, whose
    // /Prev leads forward to the section of the rest: together they are the first revision.
    if let [main, first_page, ..] = *oldest_first
        && main.offset > first_page.offset
    {
        let Some(tail) = read_tail(bytes, main.end) else {
            return Err(no_tail(main));
        };
        let (xref_offset, kind) = (first_page.offset, first_page.kind);
        list.push(Revision {
            xref_offset,
            end_offset: tail.end,
            kind,
        });
        oldest_first.drain(..2);
    }
    for section in oldest_first {
        let Some(tail) = read_tail(bytes, section.end) else {
            return Err(no_tail(section));
        };
        let previous = list.last().map_or(0, |r: &Revision| r.end_offset);
        if section.offset < previous {
            return Err(damaged(
                section.offset,
                "the cross-reference sections are not in the order of saving",
            ));
        }
        let (xref_offset, kind) = (section.offset, section.kind);
        list.push(Revision {
            xref_offset,
            end_offset: tail.end,
            kind,
        });
    }
    match list.last() {
        Some(newest) if newest.end_offset == last.end => Ok(list),
        _ => Err(damaged(
            last.end,
            "the last cross-reference section is not the one at the end of the file",
        )),
    }
}

fn no_tail(section: &Section) -> ReadError {
    damaged(
        section.end,
        "startxref and %%EOF do not follow a cross-reference section",
    )
}
