//! The clean rewrite of an unsigned file before its first signature. The new file holds what the page
//! tree, the outline, the page labels and the layers reach, and nothing else: no actions but links inside
//! the document and to the web, no embedded files, no form, no media, no metadata, no earlier revisions.
//! Streams are carried over as they are encoded, so pictures and text look exactly as before. The result is
//! one revision with one cross-reference table from 0 (trap T4), and it is laid out for what follows: each
//! page has its own indirect `/Annots` array and the catalog an indirect `/AcroForm` with an indirect, empty
//! `/Fields`, so that a signature touches nothing but these small objects.
//!
//! Form fields become pictures of themselves: a widget with an appearance turns into a locked stamp
//! annotation with the same appearance. It is drawn by the same rule (12.5.5) in every viewer, needs no
//! change of the page content, and no later signature has a reason to touch it.

mod annotation;
mod content;
mod copy;
mod layers;
mod navigation;
pub(crate) mod output;
mod overlay;

use std::collections::BTreeMap;

use crate::document::Document;
use crate::error::{Place, ReadError};
use crate::limits::Limits;
use crate::object::{Dictionary, Object, Reference, Stream};
use crate::page::Page;

use content::Content;
use copy::Copier;
use layers::Layers;
use navigation::{Labels, Outline};
use output::Output;
use overlay::Cover;

pub use overlay::{Mark, overlay};

/// A rewritten file.
#[derive(Debug, Clone)]
pub struct Rebuilt {
    /// The file.
    pub bytes: Vec<u8>,
    /// Number of pages.
    pub page_count: usize,
    /// What was left out and could be missed, grouped; empty for an ordinary contract.
    pub removed: Vec<Removed>,
}

/// Things of one kind left out of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// What it was.
    pub kind: RemovedKind,
    /// The page in the new file, from 1; `None` for the document as a whole.
    pub page: Option<usize>,
    /// How many.
    pub count: usize,
}

/// Kinds of things a rewrite leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RemovedKind {
    /// Named and other actions, and anything run when a page or the document opens or closes.
    Action,
    /// Annotations of an unknown kind without an appearance.
    Annotation,
    /// Embedded files and file attachments (an icon that was visible stays as a picture).
    EmbeddedFile,
    /// Interactive form fields (what was visible stays as a picture).
    FormField,
    /// Annotations that are not visible on the screen.
    HiddenAnnotation,
    /// JavaScript.
    JavaScript,
    /// Links that start programs.
    Launch,
    /// Sound, film and 3D (a picture that was visible stays).
    Media,
    /// Links into other files and links that lead nowhere.
    RemoteLink,
    /// Signature fields nobody has signed.
    SignatureField,
    /// Form submission and data import.
    Submit,
    /// The structure for assistive software.
    Tags,
    /// XFA forms.
    Xfa,
}

/// Which of several files was refused, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("file {number}: {source}", number = index + 1)]
pub struct MergeError {
    /// Position in the list given, from 0.
    pub index: usize,
    /// The reason.
    pub source: ReadError,
}

/// Rewrites one unsigned file. The same input always gives the same output.
///
/// # Errors
///
/// Everything [`Document::open`] and the reached objects can fail with; [`ReadError::Signed`] for a file
/// that already carries a signature; [`ReadError::Unsupported`] for a form field with a text that viewers
/// draw themselves (no appearance, or one the form declares out of date): no two draw the same.
pub fn rebuild(bytes: &[u8], limits: &Limits) -> Result<Rebuilt, ReadError> {
    merge(&[bytes], limits).map_err(|error| error.source)
}

/// Rewrites several unsigned files as one document: pages, outlines, labels and layers follow each other in
/// the order given, page sizes stay. Settings of the document as a whole come from the first file.
///
/// # Errors
///
/// As [`rebuild`], with the position of the file refused. The page limit holds for all files together.
pub fn merge(files: &[&[u8]], limits: &Limits) -> Result<Rebuilt, MergeError> {
    let size: usize = files.iter().map(|file| file.len()).sum();
    let mut assembly = Assembly::new(size, limits.file_bytes);
    for (index, file) in files.iter().enumerate() {
        assembly
            .add(file, limits)
            .map_err(|source| MergeError { index, source })?;
    }
    let last = files.len().saturating_sub(1);
    assembly
        .finish(limits)
        .map_err(|source| MergeError { index: last, source })
}

/// Counts what is left out.
#[derive(Default)]
pub(crate) struct Removals {
    counts: BTreeMap<(Option<usize>, RemovedKind), usize>,
    /// The page being worked on.
    page: Option<usize>,
}

impl Removals {
    pub(crate) fn note(&mut self, kind: RemovedKind) {
        *self.counts.entry((self.page, kind)).or_default() += 1;
    }

    fn into_list(self) -> Vec<Removed> {
        let item = |((page, kind), count)| Removed { kind, page, count };
        self.counts.into_iter().map(item).collect()
    }
}

/// The new document while files are added to it.
struct Assembly<'c> {
    output: Output,
    catalog: Reference,
    page_tree: Reference,
    kids: Vec<Object>,
    outline: Outline,
    labels: Labels,
    layers: Layers,
    settings: Option<Dictionary>,
    removals: Removals,
    /// What goes over every page.
    cover: Option<Cover<'c>>,
}

impl Assembly<'_> {
    fn new(size_hint: usize, limit: usize) -> Self {
        let mut output = Output::new(size_hint, limit);
        let (catalog, page_tree) = (output.allot(), output.allot());
        Self {
            output,
            catalog,
            page_tree,
            kids: Vec::new(),
            outline: Outline::default(),
            labels: Labels::default(),
            layers: Layers::default(),
            settings: None,
            removals: Removals::default(),
            cover: None,
        }
    }

    fn add(&mut self, bytes: &[u8], limits: &Limits) -> Result<(), ReadError> {
        let document = Document::open(bytes, limits)?;
        if document.is_signed() {
            return Err(ReadError::Signed);
        }
        let first_page = self.kids.len();
        if first_page + document.pages().len() > limits.pages {
            return Err(ReadError::LimitExceeded {
                what: "pages",
                limit: limits.pages,
            });
        }
        let mut copier = Copier::new(&document, &mut self.output, &mut self.removals)?;
        let pages: Vec<Reference> = document
            .pages()
            .iter()
            .map(|page| copier.adopt_page(page.reference))
            .collect();
        let mut targets = navigation::Targets::read(&document, &pages)?;
        for (i, page) in document.pages().iter().enumerate() {
            copier.removals.page = Some(first_page + i + 1);
            let cover = self.cover.as_mut();
            let dictionary = copier.page(page, i + 1, self.page_tree, &mut targets, cover)?;
            let reference = pages.get(i).copied().unwrap_or(self.page_tree);
            copier.write(reference, &dictionary.into())?;
            copier.drain()?;
        }
        copier.removals.page = None;
        self.outline.read(&mut copier, &mut targets)?;
        self.labels.read(&document, first_page)?;
        self.layers.read(&mut copier)?;
        let settings = copier.settings()?;
        copier.drain()?;
        note_catalog(&document, &mut self.removals)?;
        self.settings.get_or_insert(settings);
        self.kids.extend(pages.into_iter().map(Object::Reference));
        Ok(())
    }

    fn finish(mut self, limits: &Limits) -> Result<Rebuilt, ReadError> {
        let page_count = self.kids.len();
        if page_count == 0 {
            return Err(ReadError::NotPdf {
                what: "no file was given",
            });
        }
        let mut catalog = Dictionary::new();
        catalog.insert("Type", Object::name("Catalog"));
        catalog.insert("Pages", self.page_tree);
        self.write_form(&mut catalog)?;
        for (name, value) in self.settings.take().unwrap_or_default().iter() {
            catalog.insert(name.as_bytes(), value.clone());
        }
        if let Some(outline) = self.outline.write(&mut self.output)? {
            catalog.insert("Outlines", outline);
        }
        if let Some(labels) = self.labels.to_object() {
            catalog.insert("PageLabels", labels);
        }
        if let Some(layers) = self.layers.into_object() {
            catalog.insert("OCProperties", layers);
        }
        let mut tree = Dictionary::new();
        tree.insert("Type", Object::name("Pages"));
        tree.insert("Count", i64::try_from(page_count).unwrap_or(i64::MAX));
        tree.insert("Kids", self.kids);
        self.output.write(self.page_tree, &tree.into(), &[])?;
        self.output.write(self.catalog, &catalog.into(), &[])?;
        let bytes = self.output.finish(self.catalog);
        if bytes.len() > limits.file_bytes {
            return Err(ReadError::LimitExceeded {
                what: "bytes",
                limit: limits.file_bytes,
            });
        }
        Ok(Rebuilt {
            bytes,
            page_count,
            removed: self.removals.into_list(),
        })
    }

    fn write_form(&mut self, catalog: &mut Dictionary) -> Result<(), ReadError> {
        let (form, fields) = (self.output.allot(), self.output.allot());
        let mut dictionary = Dictionary::new();
        dictionary.insert("Fields", fields);
        self.output.write(form, &dictionary.into(), &[])?;
        self.output.write(fields, &Object::Array(Vec::new()), &[])?;
        catalog.insert("AcroForm", form);
        Ok(())
    }
}

/// Entries of a page that are carried over as they are, beside resources and contents. Not listed: thumbnails, private data of editors,
/// article threads, transitions, actions, associated files, measuring, tags.
const PAGE_ENTRIES: [&str; 5] = ["Group", "BleedBox", "TrimBox", "ArtBox", "OutputIntents"];

impl Copier<'_, '_> {
    /// The new dictionary of a page, with inherited attributes made explicit and its own `/Annots`.
    fn page(
        &mut self,
        page: &Page,
        number: usize,
        parent: Reference,
        targets: &mut navigation::Targets,
        cover: Option<&mut Cover<'_>>,
    ) -> Result<Dictionary, ReadError> {
        let mut new = Dictionary::new();
        new.insert("Type", Object::name("Page"));
        new.insert("Parent", parent);
        new.insert("MediaBox", page.media_box.to_object());
        if page.crop_box != page.media_box {
            new.insert("CropBox", page.crop_box.to_object());
        }
        if page.rotate != 0 {
            new.insert("Rotate", i64::from(page.rotate));
        }
        if page.user_unit != 1.0 {
            new.insert("UserUnit", page.user_unit);
        }
        self.check_contents(&page.dictionary, number)?;
        match cover {
            Some(cover) => cover.put(self, page, &mut new)?,
            None => self.plain_content(page, &mut new)?,
        }
        for key in PAGE_ENTRIES {
            if let Some(value) = page.dictionary.get(key) {
                let copied = self.copy(value)?;
                if !copied.is_null() {
                    new.insert(key, copied);
                }
            }
        }
        if page.dictionary.contains("AA") {
            self.removals.note(RemovedKind::Action);
        }
        let annotations = self.annotations(&page.dictionary, number, targets)?;
        let array = self.output.allot();
        self.write(array, &Object::Array(annotations))?;
        new.insert("Annots", array);
        Ok(new)
    }

    /// Resources and content as they are.
    fn plain_content(&mut self, page: &Page, new: &mut Dictionary) -> Result<(), ReadError> {
        let resources = page
            .resources
            .as_ref()
            .map_or(Ok(Object::Null), |shared| self.resources(shared))?;
        new.insert(
            "Resources",
            if resources.is_null() {
                Dictionary::new().into()
            } else {
                resources
            },
        );
        let parts = self.content_parts(&page.dictionary)?;
        let copied: Vec<Object> = parts
            .iter()
            .map(|part| self.copy(part))
            .collect::<Result<_, _>>()?;
        match <[Object; 1]>::try_from(copied) {
            Ok([one]) => new.insert("Contents", one),
            Err(parts) if parts.is_empty() => {}
            Err(parts) => new.insert("Contents", parts),
        }
        Ok(())
    }

    /// The streams of a page, without elements that are nothing: some viewers stop at those.
    fn content_parts(&self, page: &Dictionary) -> Result<Vec<Object>, ReadError> {
        let Some(contents) = page.get("Contents") else {
            return Ok(Vec::new());
        };
        let mut parts = match self.document.resolve(contents)?.into_owned() {
            Object::Array(items) => items,
            _ => vec![contents.clone()],
        };
        for part in &mut parts {
            if self.document.resolve(part)?.is_null() {
                *part = Object::Null;
            }
        }
        parts.retain(|part| !part.is_null());
        Ok(parts)
    }

    /// Page content must be a stream or streams that can be decoded to the end, and be well formed: viewers show different
    /// parts of anything else.
    fn check_contents(&mut self, page: &Dictionary, number: usize) -> Result<(), ReadError> {
        let parts = self.content_parts(page)?;
        // The same content on many pages is looked at once; parts of several streams depend on one another.
        if let [Object::Reference(only)] = parts[..]
            && !self.checked_contents.insert(only)
        {
            return Ok(());
        }
        let mut content = Content::new(Place::Page(number));
        for part in &parts {
            match self.document.resolve(part)?.as_ref() {
                Object::Stream(stream) => content.add(&self.content_of(stream)?)?,
                _ => {
                    return Err(ReadError::damaged(
                        Place::Page(number),
                        "the page content is not a stream",
                    ));
                }
            }
        }
        Ok(())
    }

    /// The decoded content of a page or form, counted against the limit of the document.
    fn content_of(&mut self, stream: &Stream) -> Result<Vec<u8>, ReadError> {
        let data = self.document.decode(stream)?;
        let limit = self.document.limits().content_bytes;
        self.content_bytes = self.content_bytes.saturating_add(data.len());
        if self.content_bytes > limit {
            return Err(ReadError::LimitExceeded {
                what: "bytes in page contents",
                limit,
            });
        }
        Ok(data)
    }

    /// Forms (8.10) are content too, and need a box: without one some viewers clip everything away.
    fn check_form(&mut self, stream: &Stream, place: Place) -> Result<(), ReadError> {
        let has_box = self
            .document
            .get(&stream.dictionary, "BBox")?
            .as_array()
            .is_some_and(|numbers| numbers.len() == 4);
        if !has_box {
            return Err(ReadError::damaged(place, "a form has no bounding box"));
        }
        let data = self.content_of(stream)?;
        Content::new(place).add(&data)
    }

    /// Settings of the document that change how it is shown but not what can happen.
    fn settings(&mut self) -> Result<Dictionary, ReadError> {
        let catalog = self.document.catalog();
        let mut settings = Dictionary::new();
        let allowed = [
            (
                "PageLayout",
                &[
                    "SinglePage",
                    "OneColumn",
                    "TwoColumnLeft",
                    "TwoColumnRight",
                    "TwoPageLeft",
                    "TwoPageRight",
                ][..],
            ),
            ("PageMode", &["UseNone", "UseOutlines", "UseThumbs", "UseOC"][..]),
        ];
        for (key, values) in allowed {
            let value = self.document.get(catalog, key)?;
            if value
                .as_name()
                .is_some_and(|name| values.iter().any(|allowed| name == allowed))
            {
                settings.insert(key, value.into_owned());
            }
        }
        if let Object::String(language) = self.document.get(catalog, "Lang")?.into_owned() {
            settings.insert("Lang", language);
        }
        let preferences = self.document.get(catalog, "ViewerPreferences")?;
        if preferences
            .as_dictionary()
            .is_some_and(|p| p.is_name("Direction", "R2L"))
        {
            let mut direction = Dictionary::new();
            direction.insert("Direction", Object::name("R2L"));
            settings.insert("ViewerPreferences", direction);
        }
        // Some viewers take the colour of plain CMYK from it.
        if let Some(intents) = catalog.get("OutputIntents") {
            let intents = self.copy(intents)?;
            settings.insert("OutputIntents", intents);
        }
        Ok(settings)
    }
}

/// Notes what the catalog loses.
fn note_catalog(document: &Document<'_>, removals: &mut Removals) -> Result<(), ReadError> {
    let catalog = document.catalog();
    if let Some(open) = catalog.get("OpenAction") {
        let open = document.resolve(open)?;
        removals.note(
            open.as_dictionary()
                .map_or(RemovedKind::Action, navigation::action_kind),
        );
    }
    for (key, kind) in [
        ("AA", RemovedKind::Action),
        ("AF", RemovedKind::EmbeddedFile),
        ("Collection", RemovedKind::EmbeddedFile),
        ("StructTreeRoot", RemovedKind::Tags),
    ] {
        if catalog.contains(key) {
            removals.note(kind);
        }
    }
    if let Some(names) = document.get(catalog, "Names")?.as_dictionary() {
        for (key, kind) in [
            ("EmbeddedFiles", RemovedKind::EmbeddedFile),
            ("JavaScript", RemovedKind::JavaScript),
        ] {
            if names.contains(key) {
                removals.note(kind);
            }
        }
    }
    if document
        .get(catalog, "AcroForm")?
        .as_dictionary()
        .is_some_and(|form| form.contains("XFA"))
    {
        removals.note(RemovedKind::Xfa);
    }
    Ok(())
}
