//! What earlier signatures allow, and which field names are taken.

use std::{collections::HashSet, sync::Arc};

use super::error::PlanError;
use crate::{
    document::Document,
    error::ReadError,
    object::{Dictionary, Object, PdfString},
};

/// What the form of a document says about further signatures.
pub(super) struct Survey {
    /// Names of the top-level fields, in UTF-8.
    pub(super) names: Vec<Arc<[u8]>>,
    /// The document is certified for filling in and signing: new visible fields would count as a change.
    pub(super) invisible_only: bool,
}

/// Names of the top-level fields, whatever is locked.
pub(super) fn names(document: &Document<'_>) -> Result<Vec<Arc<[u8]>>, PlanError> {
    let form = document.get(document.catalog(), "AcroForm")?;
    let Some(form) = form.as_dictionary() else {
        return Ok(Vec::new());
    };
    let mut names = Vec::new();
    for field in document.get(form, "Fields")?.as_array().unwrap_or_default() {
        let field = document.resolve(field)?;
        if let Some(field) = field.as_dictionary()
            && let Some(name) = document.get(field, "T")?.as_string()
        {
            names.push(utf8(name).into());
        }
    }
    Ok(names)
}

/// Walks the form once.
pub(super) fn survey(document: &Document<'_>) -> Result<Survey, PlanError> {
    let mut survey = Survey {
        names: Vec::new(),
        invisible_only: false,
    };
    survey.certification(document)?;
    let form = document.get(document.catalog(), "AcroForm")?;
    let Some(form) = form.as_dictionary() else {
        return Ok(survey);
    };
    let fields = document.get(form, "Fields")?;
    let mut stack: Vec<(Object, bool)> = fields
        .as_array()
        .unwrap_or_default()
        .iter()
        .map(|field| (field.clone(), true))
        .collect();
    let mut seen = HashSet::new();
    let mut visited = 0_usize;
    while let Some((field, top)) = stack.pop() {
        if field
            .as_reference()
            .is_some_and(|reference| !seen.insert(reference))
        {
            continue;
        }
        visited += 1;
        if visited > document.limits().annotations {
            let limit = document.limits().annotations;
            return Err(ReadError::LimitExceeded {
                what: "form fields",
                limit,
            }
            .into());
        }
        let field = document.resolve(&field)?;
        let Some(field) = field.as_dictionary() else {
            continue;
        };
        survey.field(document, field, top)?;
        let kids = document.get(field, "Kids")?;
        stack.extend(
            kids.as_array()
                .unwrap_or_default()
                .iter()
                .map(|kid| (kid.clone(), false)),
        );
    }
    Ok(survey)
}

impl Survey {
    /// `/Perms /DocMDP` (ISO 32000-2, 12.8.6).
    fn certification(&mut self, document: &Document<'_>) -> Result<(), PlanError> {
        let permissions = document.get(document.catalog(), "Perms")?;
        let Some(permissions) = permissions.as_dictionary() else {
            return Ok(());
        };
        if !permissions.contains("DocMDP") {
            return Ok(());
        }
        let signature = document.get(permissions, "DocMDP")?;
        // Without readable parameters the default applies: filling in and signing.
        self.invisible_only = true;
        match signature.as_dictionary() {
            Some(signature) => self.transforms(document, signature),
            None => Ok(()),
        }
    }

    fn field(&mut self, document: &Document<'_>, field: &Dictionary, top: bool) -> Result<(), PlanError> {
        if let (true, Some(name)) = (top, document.get(field, "T")?.as_string()) {
            self.names.push(utf8(name).into());
        }
        let value = document.get(field, "V")?;
        let Some(signature) = value.as_dictionary() else {
            return Ok(());
        };
        self.transforms(document, signature)?;
        let lock = document.get(field, "Lock")?;
        match lock.as_dictionary() {
            Some(lock) => self.lock(document, lock),
            None => Ok(()),
        }
    }

    /// The transform methods of a signature (12.8.2).
    fn transforms(&mut self, document: &Document<'_>, signature: &Dictionary) -> Result<(), PlanError> {
        let references = document.get(signature, "Reference")?;
        for reference in references.as_array().unwrap_or_default() {
            let reference = document.resolve(reference)?;
            let Some(reference) = reference.as_dictionary() else {
                continue;
            };
            let parameters = document.get(reference, "TransformParams")?.into_owned();
            let parameters = parameters.as_dictionary().cloned().unwrap_or_default();
            if reference.is_name("TransformMethod", "DocMDP") {
                let level = document.get(&parameters, "P")?.as_integer().unwrap_or(2);
                self.level(level)?;
            } else if reference.is_name("TransformMethod", "FieldMDP") {
                self.lock(document, &parameters)?;
            }
        }
        Ok(())
    }

    /// A field lock or the parameters of FieldMDP (12.7.5.5, 12.8.2.4): new fields are never among the named ones.
    fn lock(&mut self, document: &Document<'_>, lock: &Dictionary) -> Result<(), PlanError> {
        if let Some(level) = document.get(lock, "P")?.as_integer() {
            self.level(level)?;
        }
        let action = document.get(lock, "Action")?;
        if action
            .as_name()
            .is_some_and(|action| *action == "All" || *action == "Exclude")
        {
            return Err(PlanError::Locked {
                what: "a signature locks all form fields",
            });
        }
        Ok(())
    }

    fn level(&mut self, level: i64) -> Result<(), PlanError> {
        if level == 1 {
            return Err(PlanError::Locked {
                what: "the document is certified without any change allowed",
            });
        }
        self.invisible_only = true;
        Ok(())
    }
}

/// A field name for comparison; a damaged one is kept as its bytes.
fn utf8(name: &PdfString) -> Vec<u8> {
    match name.bytes.strip_prefix(&[0xFE, 0xFF]) {
        Some(units) => {
            let units = units
                .chunks_exact(2)
                .map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            let text: String = char::decode_utf16(units)
                .map(|unit| unit.unwrap_or('\u{FFFD}'))
                .collect();
            text.into_bytes()
        }
        None => name.bytes.clone(),
    }
}
