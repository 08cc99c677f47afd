//! Copies the graph of graphics objects (contents, resources, appearances) from one file into the output:
//! references renumbered, each object once, streams untouched. Parts of the document that have no business
//! in graphics (pages, annotations, files, actions) end here even if something points to them.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::content::plain_length;
use super::output::Output;
use super::{Removals, RemovedKind};
use crate::document::Document;
use crate::error::{Place, ReadError};
use crate::object::{Dictionary, Object, Reference, Stream, StreamData};

/// Entries of stream dictionaries that are left out: private data of editors, files, tags, and pictures
/// that some viewers would show instead of the one seen (`/Alternates`, `/OPI`, `/Ref`).
const STREAM_ENTRIES_DROPPED: [&str; 12] = [
    "AF",
    "Alternates",
    "DL",
    "LastModified",
    "Length",
    "Measure",
    "Metadata",
    "OPI",
    "PieceInfo",
    "PtData",
    "Ref",
    "StructParent",
];

/// `/Type` of dictionaries that do not belong to graphics.
const FOREIGN_TYPES: [&str; 17] = [
    "Action",
    "Annot",
    "Catalog",
    "Collection",
    "EmbeddedFile",
    "F",
    "Filespec",
    "Metadata",
    "ObjStm",
    "Outlines",
    "Page",
    "Pages",
    "Sig",
    "StructElem",
    "StructTreeRoot",
    "Thread",
    "XRef",
];

pub(super) struct Copier<'d, 'a> {
    pub(super) document: &'d Document<'a>,
    pub(super) output: &'d mut Output,
    pub(super) removals: &'d mut Removals,
    map: HashMap<Reference, Reference>,
    queue: VecDeque<(Reference, Reference)>,
    /// Resources that pages inherit, by the address of what they share.
    resources: HashMap<usize, Object>,
    annotations: usize,
    /// Content streams already decoded, and the size of all of them.
    pub(super) checked_contents: HashSet<Reference>,
    pub(super) content_bytes: usize,
    /// Whether viewers are told to draw form fields from their values, not their appearances (12.7.2).
    pub(super) redraws_fields: bool,
}

impl<'d, 'a> Copier<'d, 'a> {
    pub(super) fn new(
        document: &'d Document<'a>,
        output: &'d mut Output,
        removals: &'d mut Removals,
    ) -> Result<Self, ReadError> {
        let form = document.get(document.catalog(), "AcroForm")?;
        let form = form
            .as_dictionary()
            .map(|form| document.get(form, "NeedAppearances"))
            .transpose()?;
        Ok(Self {
            document,
            output,
            removals,
            map: HashMap::new(),
            queue: VecDeque::new(),
            resources: HashMap::new(),
            annotations: 0,
            checked_contents: HashSet::new(),
            content_bytes: 0,
            redraws_fields: form.is_some_and(|flag| flag.as_boolean() == Some(true)),
        })
    }

    /// Gives a page its new number; its dictionary is written by the caller.
    pub(super) fn adopt_page(&mut self, old: Reference) -> Reference {
        let new = self.output.allot();
        self.map.insert(old, new);
        new
    }

    /// Writes an object made here or copied.
    pub(super) fn write(&mut self, reference: Reference, object: &Object) -> Result<(), ReadError> {
        self.output.write(reference, object, self.document.bytes())
    }

    /// Counts the annotations of a page against the limit of the document.
    pub(super) fn count_annotations(&mut self, number: usize) -> Result<(), ReadError> {
        let limit = self.document.limits().annotations;
        self.annotations = self.annotations.saturating_add(number);
        if self.annotations > limit {
            return Err(ReadError::LimitExceeded {
                what: "annotations",
                limit,
            });
        }
        Ok(())
    }

    /// The value with all references renumbered; what they point to is queued.
    pub(super) fn copy(&mut self, object: &Object) -> Result<Object, ReadError> {
        Ok(match object {
            Object::Reference(old) => Object::Reference(self.reference(*old)),
            Object::Array(items) if is_no_colour(items) => {
                let what = "the colourant /None, which some viewers draw";
                return Err(ReadError::unsupported(Place::Catalog, what));
            }
            Object::Array(items) => Object::Array(
                items
                    .iter()
                    .map(|item| self.copy(item))
                    .collect::<Result<_, _>>()?,
            ),
            Object::Dictionary(dictionary) => match foreign(dictionary) {
                Some(kind) => {
                    self.removals.note(kind);
                    Object::Null
                }
                None => Object::Dictionary(self.entries(dictionary, &[])?),
            },
            Object::Stream(stream) => self.stream(stream)?,
            plain => plain.clone(),
        })
    }

    /// Resources of a page: a reference, so that what many pages inherit is written once.
    pub(super) fn resources(&mut self, shared: &Arc<Object>) -> Result<Object, ReadError> {
        if let Object::Reference(_) = **shared {
            return self.copy(shared);
        }
        let address = Arc::as_ptr(shared) as usize;
        if let Some(known) = self.resources.get(&address) {
            return Ok(known.clone());
        }
        let copied = self.copy(shared)?;
        let value = if Arc::strong_count(shared) > 1 {
            let new = self.output.allot();
            self.write(new, &copied)?;
            Object::Reference(new)
        } else {
            copied
        };
        self.resources.insert(address, value.clone());
        Ok(value)
    }

    /// The new number of an object of the old file.
    pub(super) fn reference(&mut self, old: Reference) -> Reference {
        if let Some(new) = self.map.get(&old) {
            return *new;
        }
        let new = self.output.allot();
        self.map.insert(old, new);
        self.queue.push_back((old, new));
        new
    }

    /// Writes everything that is queued and what it leads to.
    pub(super) fn drain(&mut self) -> Result<(), ReadError> {
        while let Some((old, new)) = self.queue.pop_front() {
            let object = self.document.object(old)?;
            let copied = self.copy(&object)?;
            self.write(new, &copied)?;
        }
        Ok(())
    }

    /// The entries of a dictionary but for some keys.
    pub(super) fn entries(
        &mut self,
        dictionary: &Dictionary,
        dropped: &[&str],
    ) -> Result<Dictionary, ReadError> {
        let mut new = Dictionary::new();
        for (name, value) in dictionary
            .iter()
            .filter(|(name, _)| !dropped.iter().any(|d| *name == d))
        {
            let value = self.copy(value)?;
            if !value.is_null() {
                new.push(name.clone(), value);
            }
        }
        Ok(new)
    }

    fn stream(&mut self, stream: &Stream) -> Result<Object, ReadError> {
        let dictionary = &stream.dictionary;
        let place = match &stream.data {
            StreamData::File(range) => Place::Offset(range.start),
            StreamData::Owned(_) => Place::Catalog,
        };
        if dictionary.contains("F") {
            return Err(ReadError::unsupported(place, "stream data kept in another file"));
        }
        if let Some(kind) = foreign(dictionary) {
            self.removals.note(kind);
            return Ok(Object::Null);
        }
        // PostScript XObjects (8.8.2) are programs for printers.
        if dictionary.is_name("Subtype", "PS") {
            self.removals.note(RemovedKind::Action);
            return Ok(Object::Null);
        }
        if dictionary.is_name("Subtype", "Image")
            && let Some(length) = plain_length(|_, long| dictionary.get(long))
            && stream.data.bytes(self.document.bytes()).len() < length
        {
            return Err(ReadError::damaged(place, "an image has less data than pixels"));
        }
        let mut entries = self.entries(dictionary, &STREAM_ENTRIES_DROPPED)?;
        if entries.is_name("Subtype", "Form") {
            self.check_form(stream, place)?;
            for key in ["PS", "StructParents", "Subtype2"] {
                entries.remove(key);
            }
        }
        Ok(Object::Stream(Stream {
            dictionary: entries,
            data: stream.data.clone(),
        }))
    }
}

/// A colour space that paints nothing (8.6.6.4).
fn is_no_colour(items: &[Object]) -> bool {
    let is_name = |index: usize, name: &str| {
        items
            .get(index)
            .and_then(Object::as_name)
            .is_some_and(|found| *found == name)
    };
    is_name(0, "Separation") && is_name(1, "None")
}

/// What a dictionary is that does not belong to graphics.
fn foreign(dictionary: &Dictionary) -> Option<RemovedKind> {
    let kind = dictionary.get("Type").and_then(Object::as_name);
    if let Some(kind) = kind
        && FOREIGN_TYPES.iter().any(|foreign| kind == foreign)
    {
        return Some(match kind.as_bytes() {
            b"EmbeddedFile" | b"F" | b"Filespec" => RemovedKind::EmbeddedFile,
            b"StructElem" | b"StructTreeRoot" => RemovedKind::Tags,
            b"Annot" | b"Sig" => RemovedKind::Annotation,
            _ => RemovedKind::Action,
        });
    }
    let action = dictionary.get("S").and_then(Object::as_name)?;
    Some(match action.as_bytes() {
        b"JavaScript" => RemovedKind::JavaScript,
        b"Launch" => RemovedKind::Launch,
        b"SubmitForm" | b"ImportData" => RemovedKind::Submit,
        b"GoToR" | b"GoToE" => RemovedKind::RemoteLink,
        b"Rendition" | b"Movie" | b"Sound" | b"GoTo3DView" | b"RichMediaExecute" => RemovedKind::Media,
        _ => return None,
    })
}
