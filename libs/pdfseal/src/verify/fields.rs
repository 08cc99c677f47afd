//! The signature fields of a document.

use std::collections::{HashMap, HashSet};

use super::report::FieldReport;
use crate::{
    document::Document,
    error::ReadError,
    object::{Dictionary, Object, PdfString, Reference},
};

/// A signature field with a value.
pub(super) struct SignatureField {
    pub(super) value: Reference,
    /// `/Lock` of the field.
    pub(super) lock: Option<Dictionary>,
    pub(super) report: FieldReport,
}

/// All fields of a document that claim to be signed.
#[derive(Default)]
pub(super) struct Found {
    pub(super) signed: Vec<SignatureField>,
    /// Fields whose value cannot be a signature, with the reason.
    pub(super) unusable: Vec<(FieldReport, String)>,
}

struct Node {
    object: Object,
    parent: Option<Reference>,
    name: String,
    is_signature: bool,
}

/// Walks the form; type and name are inherited downwards (ISO 32000-2, 12.7.4).
pub(super) fn signature_fields(document: &Document<'_>) -> Result<Found, ReadError> {
    let mut found = Found::default();
    let pages = page_of_annotation(document)?;
    let seen = walk(document, |visit| {
        if !visit.is_signature {
            return Ok(());
        }
        let page = visit
            .reference
            .and_then(|reference| pages.get(&reference))
            .copied();
        let report = FieldReport {
            visible: is_visible(document, visit.field)?,
            name: visit.name.to_owned(),
            page,
        };
        found.note(document, visit.field, report)
    })?;
    found.add_unlisted(document, &pages, &seen)?;
    Ok(found)
}

/// What later revisions may do something with.
#[derive(Default)]
pub(super) struct Survey {
    /// Names of the top-level fields.
    pub(super) names: HashSet<String>,
    /// Signature fields without a value, with their full names.
    pub(super) empty: HashMap<Reference, String>,
    /// Widgets that are no fields themselves, with the empty signature field they belong to.
    pub(super) widgets: HashMap<Reference, Reference>,
}

/// Names of all fields, and the signature fields that wait for a signature.
pub(super) fn survey(document: &Document<'_>) -> Result<Survey, ReadError> {
    let mut survey = Survey::default();
    walk(document, |visit| {
        if visit.parent.is_none() {
            survey.names.insert(visit.name.to_owned());
        }
        let Some(reference) = visit.reference.filter(|_| visit.is_signature) else {
            return Ok(());
        };
        match visit.parent {
            Some(parent) if !visit.field.contains("T") => {
                survey.widgets.insert(reference, parent);
            }
            _ if !visit.field.contains("V") => {
                survey.empty.insert(reference, visit.name.to_owned());
            }
            _ => {}
        }
        Ok(())
    })?;
    let empty = &survey.empty;
    survey.widgets.retain(|_, field| empty.contains_key(field));
    Ok(survey)
}

/// One node of the form.
struct Visit<'v> {
    reference: Option<Reference>,
    field: &'v Dictionary,
    parent: Option<Reference>,
    /// Full name.
    name: &'v str,
    is_signature: bool,
}

/// Walks the form from its first field to its last, each object once; returns what was met.
fn walk(
    document: &Document<'_>,
    mut visit: impl FnMut(&Visit<'_>) -> Result<(), ReadError>,
) -> Result<HashSet<Reference>, ReadError> {
    let mut seen = HashSet::new();
    let form = document.get(document.catalog(), "AcroForm")?;
    let Some(form) = form.as_dictionary() else {
        return Ok(seen);
    };
    let fields = document.get(form, "Fields")?;
    let top = |object: &Object| Node {
        object: object.clone(),
        parent: None,
        name: String::new(),
        is_signature: false,
    };
    let mut stack: Vec<Node> = fields
        .as_array()
        .unwrap_or_default()
        .iter()
        .rev()
        .map(top)
        .collect();
    let mut visited = 0_usize;
    while let Some(node) = stack.pop() {
        let reference = node.object.as_reference();
        if reference.is_some_and(|reference| !seen.insert(reference)) {
            continue;
        }
        visited += 1;
        if visited > document.limits().annotations {
            return Err(ReadError::LimitExceeded {
                what: "form fields",
                limit: document.limits().annotations,
            });
        }
        let field = document.resolve(&node.object)?;
        let Some(field) = field.as_dictionary() else {
            continue;
        };
        let name = full_name(&node.name, document, field)?;
        let own_type = document.get(field, "FT")?;
        let is_signature = own_type
            .as_name()
            .map_or(node.is_signature, |name| *name == "Sig");
        let kids = document.get(field, "Kids")?;
        let kid = |object: &Object| Node {
            object: object.clone(),
            parent: reference,
            name: name.clone(),
            is_signature,
        };
        stack.extend(kids.as_array().unwrap_or_default().iter().rev().map(kid));
        visit(&Visit {
            reference,
            field,
            parent: node.parent,
            name: &name,
            is_signature,
        })?;
    }
    Ok(seen)
}

impl Found {
    /// Signed fields that a page shows although the form does not have them (any more).
    fn add_unlisted(
        &mut self,
        document: &Document<'_>,
        pages: &HashMap<Reference, usize>,
        listed: &HashSet<Reference>,
    ) -> Result<(), ReadError> {
        let mut unlisted: Vec<(Reference, usize)> = pages
            .iter()
            .filter(|(one, _)| !listed.contains(one))
            .map(|(one, page)| (*one, *page))
            .collect();
        unlisted.sort_unstable();
        for (reference, page) in unlisted {
            let annotation = document.object(reference)?;
            let Some(field) = annotation
                .as_dictionary()
                .filter(|field| field.is_name("FT", "Sig") && field.contains("V"))
            else {
                continue;
            };
            let report = FieldReport {
                name: full_name("", document, field)?,
                page: Some(page),
                visible: is_visible(document, field)?,
            };
            self.unusable.push((
                report,
                "the field is shown on a page, but is not part of the form".to_owned(),
            ));
        }
        Ok(())
    }

    fn note(
        &mut self,
        document: &Document<'_>,
        field: &Dictionary,
        report: FieldReport,
    ) -> Result<(), ReadError> {
        match field.get("V") {
            None | Some(Object::Null) => {}
            Some(Object::Reference(value)) => match document.object(*value)? {
                Object::Null => self
                    .unusable
                    .push((report, "the value of the field is missing".to_owned())),
                _ => self.signed.push(SignatureField {
                    value: *value,
                    lock: document.get(field, "Lock")?.as_dictionary().cloned(),
                    report,
                }),
            },
            // A signature inside the field would be found at a place no byte range can be compared with.
            Some(_) => self
                .unusable
                .push((report, "the signature is not an object of its own".to_owned())),
        }
        Ok(())
    }
}

fn full_name(above: &str, document: &Document<'_>, field: &Dictionary) -> Result<String, ReadError> {
    let own = document.get(field, "T")?.as_string().map(text);
    Ok(match own {
        None => above.to_owned(),
        Some(own) if above.is_empty() => own,
        Some(own) => format!("{above}.{own}"),
    })
}

/// A text string as text (7.9.2.2). PDFDocEncoding agrees with Latin-1 where names of fields are concerned.
pub(super) fn text(string: &PdfString) -> String {
    match string.bytes.strip_prefix(&[0xFE, 0xFF]) {
        Some(units) => {
            let units = units
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or('\u{FFFD}'))
                .collect()
        }
        None => string.bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

pub(super) fn is_visible(document: &Document<'_>, field: &Dictionary) -> Result<bool, ReadError> {
    let rectangle = document.get(field, "Rect")?;
    let numbers: Vec<f64> = rectangle
        .as_array()
        .unwrap_or_default()
        .iter()
        .filter_map(Object::as_number)
        .collect();
    Ok(matches!(numbers[..], [left, bottom, right, top] if left != right && bottom != top))
}

/// Page number (from 1) by annotation.
fn page_of_annotation(document: &Document<'_>) -> Result<HashMap<Reference, usize>, ReadError> {
    let mut pages = HashMap::new();
    for (index, page) in document.pages().iter().enumerate() {
        let annotations = document.get(&page.dictionary, "Annots")?;
        for reference in annotations
            .as_array()
            .unwrap_or_default()
            .iter()
            .filter_map(Object::as_reference)
        {
            pages.entry(reference).or_insert(index + 1);
        }
    }
    Ok(pages)
}
