//! Making a plan from a document: the only step that reads the file.

use std::{collections::HashSet, sync::Arc};

use sealpki::Sha256State;

use super::{
    error::PlanError,
    locks,
    pages::PlannedPages,
    plan::{GrowingArray, PlannedObject, PlannedPage, SigningPlan},
    store::PlannedStore,
    text::DictionaryText,
    update::MAX_OBJECT_NUMBER,
};
use crate::{
    appearance::{PageGeometry, push_reference},
    document::Document,
    error::ReadError,
    lexer::Lexer,
    limits::Limits,
    object::{Object, Reference},
    page::Page,
    serialize::write_object,
    verify::References,
};

/// Trailer entries that belong to one cross-reference section only (ISO 32000-2, tables 5, 15 and 17), and `/ID`, of which
/// the second half changes.
const NOT_REPEATED: [&str; 13] = [
    "DL",
    "DecodeParms",
    "F",
    "FDecodeParms",
    "FFilter",
    "Filter",
    "ID",
    "Index",
    "Length",
    "Prev",
    "Size",
    "Type",
    "W",
];

impl SigningPlan {
    /// Reads a document and notes everything later signatures need. Works for rebuilt files and for files that carry
    /// signatures already; those are never rebuilt, and a table is continued by a table, a stream by a stream.
    ///
    /// # Errors
    /// [`PlanError::Read`] when the file cannot be read strictly, [`PlanError::Locked`] when an earlier signature forbids
    /// another one, [`PlanError::Shape`] when form or annotations cannot be extended safely.
    pub fn prepare(pdf: &[u8], limits: &Limits) -> Result<Self, PlanError> {
        Self::from_document(&Document::open(pdf, limits)?)
    }

    /// A plan for validation data and time-stamps only. It can be made for locked documents too: ISO 32000-2, 12.8.5.3
    /// exempts both from every lock.
    ///
    /// # Errors
    /// As [`SigningPlan::prepare`], but for [`PlanError::Locked`].
    pub fn prepare_augmentation(pdf: &[u8], limits: &Limits) -> Result<Self, PlanError> {
        let document = Document::open(pdf, limits)?;
        let names = locks::names(&document)?;
        let survey = locks::Survey {
            names,
            invisible_only: true,
        };
        let mut plan = Self::from_survey(&document, survey)?;
        plan.augment_only = true;
        Ok(plan)
    }

    /// The same for a document that is open already.
    ///
    /// # Errors
    /// As [`SigningPlan::prepare`].
    pub fn from_document(document: &Document<'_>) -> Result<Self, PlanError> {
        Self::from_survey(document, locks::survey(document)?)
    }

    fn from_survey(document: &Document<'_>, fields: locks::Survey) -> Result<Self, PlanError> {
        // What is appended would have to be encrypted with a key that is no secret, for no one's good.
        if document.is_encrypted() {
            return Err(ReadError::Encrypted.into());
        }
        let mut next_object = above_dangling(document)?;
        let form = plan_form(document, &mut next_object)?;
        let file = document.bytes();
        let mut digest = Sha256State::new();
        digest.update(file);
        Ok(Self {
            file_length: file.len() as u64,
            needs_line_break: !matches!(file.last(), Some(b'\n' | b'\r')),
            startxref: document.last_startxref() as u64,
            xref: document.xref_kind(),
            next_object,
            trailer: repeated_trailer(document).into(),
            id: first_id(document)?,
            pages: plan_pages(document, form.array.object)?,
            fields: form.array,
            once: form.once,
            names: fields.names,
            invisible_only: fields.invisible_only,
            augment_only: false,
            is_signed: document.is_signed(),
            catalog: Some(PlannedObject {
                reference: document.root(),
                body: form.catalog,
            }),
            store: PlannedStore::read(document)?,
            digest,
            sm3: None,
            pictures: Vec::new(),
        })
    }
}

/// A number that nothing uses and nothing refers to: filling a number that signed content names, although the object was
/// missing, would change what was signed.
fn above_dangling(document: &Document<'_>) -> Result<u32, PlanError> {
    let references = References::of_document(document)?;
    let named = references
        .missing
        .into_iter()
        .filter(|number| *number < MAX_OBJECT_NUMBER)
        .max();
    let next = document.next_object_number();
    Ok(named.map_or(next, |named| next.max(named.saturating_add(1))))
}

fn repeated_trailer(document: &Document<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in document.trailer().iter() {
        let own = name
            .as_str()
            .is_some_and(|name| NOT_REPEATED.contains(&name) || name == "XRefStm");
        if !own {
            out.push(b' ');
            crate::serialize::write_name(&mut out, name);
            out.push(b' ');
            write_object(&mut out, value, document.bytes());
        }
    }
    out
}

fn first_id(document: &Document<'_>) -> Result<Option<Arc<[u8]>>, PlanError> {
    let id = document.get(document.trailer(), "ID")?;
    let Some([first @ Object::String(_), ..]) = id.as_array() else {
        return Ok(None);
    };
    let mut out = Vec::new();
    write_object(&mut out, first, document.bytes());
    Ok(Some(out.into()))
}

fn plan_pages(document: &Document<'_>, fields: Reference) -> Result<PlannedPages, PlanError> {
    let mut taken = HashSet::from([fields]);
    let mut pages = Vec::with_capacity(document.pages().len());
    for page in document.pages() {
        let annotations = plan_annotations(document, page, &mut taken)?;
        let crop = page.crop_box;
        let geometry = PageGeometry::new(
            [crop.left, crop.bottom, crop.right, crop.top],
            page.rotate.into(),
            page.user_unit,
        );
        pages.push(PlannedPage {
            reference: page.reference,
            geometry,
            annotations,
        });
    }
    Ok(PlannedPages::new(&pages))
}

/// The object to write again when a page gets a widget: its annotation array where that is an object of its own that no
/// other page uses, else the page.
fn plan_annotations(
    document: &Document<'_>,
    page: &Page,
    taken: &mut HashSet<Reference>,
) -> Result<GrowingArray, PlanError> {
    if let Some(Object::Reference(reference)) = page.dictionary.get("Annots")
        && matches!(document.object(*reference)?, Object::Array(_))
        && taken.insert(*reference)
    {
        return array_object(document, *reference);
    }
    let mut body = DictionaryText::read(document, page.reference)?;
    let direct = matches!(page.dictionary.get("Annots"), Some(Object::Array(_)));
    if !direct {
        let copied = match document.get(&page.dictionary, "Annots")?.into_owned() {
            Object::Null => Object::Array(Vec::new()),
            array @ Object::Array(_) => array,
            _ => return Err(shape(page.reference, "/Annots of the page is not an array")),
        };
        let mut text = Vec::new();
        write_object(&mut text, &copied, document.bytes());
        body.set(0, "Annots", &text)?;
    }
    let array = body
        .value(0, "Annots")?
        .ok_or_else(|| shape(page.reference, "/Annots cannot be found"))?;
    Ok(body.into_array(page.reference, array.end - 1))
}

struct PlannedForm {
    array: GrowingArray,
    once: Vec<PlannedObject>,
    /// The catalog as it will be.
    catalog: Arc<[u8]>,
}

/// The list of fields. `/SigFlags` gets its two bits (ISO 32000-2, table 225) with the next signature where they are
/// missing; nothing else of the form is touched.
fn plan_form(document: &Document<'_>, next_object: &mut u32) -> Result<PlannedForm, PlanError> {
    let (holder, nested) = match document.catalog().get("AcroForm") {
        None | Some(Object::Null) => return new_form(document, next_object),
        Some(Object::Reference(reference)) => match document.object(*reference)? {
            Object::Dictionary(_) => (*reference, false),
            Object::Null => return new_form(document, next_object),
            _ => return Err(shape(*reference, "the form is not a dictionary")),
        },
        Some(Object::Dictionary(_)) => (document.root(), true),
        Some(_) => return Err(shape(document.root(), "the form is not a dictionary")),
    };
    let mut text = DictionaryText::read(document, holder)?;
    let catalog: Arc<[u8]> = DictionaryText::read(document, document.root())?.body.into();
    let at = if nested {
        text.value(0, "AcroForm")?.map_or(0, |range| range.start)
    } else {
        0
    };
    let form = document.get(document.catalog(), "AcroForm")?;
    let Some(form) = form.as_dictionary() else {
        return Err(shape(holder, "the form is not a dictionary"));
    };
    let flags = document.get(form, "SigFlags")?.as_integer().unwrap_or(0);
    let flags_change = flags & 3 != 3;
    if flags_change {
        text.set(at, "SigFlags", (flags | 3).to_string().as_bytes())?;
    }
    match form.get("Fields") {
        Some(Object::Reference(reference)) if matches!(document.object(*reference)?, Object::Array(_)) => {
            let array = array_object(document, *reference)?;
            let changed = PlannedObject {
                reference: holder,
                body: text.body.into(),
            };
            Ok(PlannedForm {
                array,
                catalog: if nested { changed.body.clone() } else { catalog },
                once: if flags_change { vec![changed] } else { Vec::new() },
            })
        }
        fields => {
            match fields {
                Some(Object::Array(_)) => {}
                None | Some(Object::Null) => text.set(at, "Fields", b"[]")?,
                Some(_) => return Err(shape(holder, "/Fields of the form is not an array")),
            }
            let array = text
                .value(at, "Fields")?
                .ok_or_else(|| shape(holder, "/Fields cannot be found"))?;
            Ok(PlannedForm {
                array: text.into_array(holder, array.end - 1),
                once: Vec::new(),
                catalog,
            })
        }
    }
}

/// A document without a form: the catalog gets one, once, and later signatures touch only the form.
fn new_form(document: &Document<'_>, next_object: &mut u32) -> Result<PlannedForm, PlanError> {
    const FORM: &[u8] = b"<< /SigFlags 3 /Fields [] >>";
    let reference = Reference::new(*next_object);
    *next_object = next_object.saturating_add(1);
    let mut catalog = DictionaryText::read(document, document.root())?;
    let mut value = Vec::new();
    push_reference(&mut value, reference.number, reference.generation);
    catalog.set(0, "AcroForm", &value)?;
    let array = GrowingArray {
        object: reference,
        body: FORM.into(),
        insert_at: FORM.len() - 4,
    };
    let catalog: Arc<[u8]> = catalog.body.into();
    Ok(PlannedForm {
        array,
        once: vec![PlannedObject {
            reference: document.root(),
            body: catalog.clone(),
        }],
        catalog,
    })
}

/// An array that is an object of its own, as it stands in the file.
fn array_object(document: &Document<'_>, reference: Reference) -> Result<GrowingArray, PlanError> {
    let mut body = Vec::new();
    match document.object_span(reference)? {
        Some(span) => {
            let mut lexer = Lexer::new(document.bytes(), span.start, document.limits().depth());
            lexer.object_header();
            lexer.skip_white();
            let start = lexer.pos;
            lexer.object()?;
            body.extend_from_slice(document.bytes().get(start..lexer.pos).unwrap_or_default());
        }
        // Inside an object stream; the elements are references, which have one notation only.
        None => write_object(&mut body, &document.object(reference)?, document.bytes()),
    }
    if !body.ends_with(b"]") {
        return Err(shape(reference, "an array was expected"));
    }
    let insert_at = body.len() - 1;
    Ok(GrowingArray {
        object: reference,
        body: body.into(),
        insert_at,
    })
}

fn shape(reference: Reference, what: &str) -> PlanError {
    PlanError::Shape {
        what: format!("{what} (object {} {})", reference.number, reference.generation),
    }
}
