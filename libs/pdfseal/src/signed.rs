//! Does a file carry a signature? Decides whether it may be rebuilt or only appended to, so
//! in doubt the answer is yes.

use std::collections::HashSet;

use crate::document::Document;
use crate::error::ReadError;
use crate::object::{Dictionary, Object};

/// Looks at `/Perms`, the form fields, and the widgets on the pages, listed in the form or not.
pub(crate) fn is_signed(document: &Document<'_>) -> Result<bool, ReadError> {
    if let Some(permissions) = document.get(document.catalog(), "Perms")?.as_dictionary()
        && permissions.contains("DocMDP")
    {
        return Ok(true);
    }
    let mut stack = Vec::new();
    if let Some(form) = document.get(document.catalog(), "AcroForm")?.as_dictionary() {
        push_array(document, form, "Fields", &mut stack)?;
    }
    for page in document.pages() {
        push_array(document, &page.dictionary, "Annots", &mut stack)?;
    }
    any_signed(document, stack)
}

fn push_array(
    document: &Document<'_>,
    dictionary: &Dictionary,
    key: &str,
    stack: &mut Vec<Object>,
) -> Result<(), ReadError> {
    if let Some(items) = document.get(dictionary, key)?.as_array() {
        stack.extend_from_slice(items);
    }
    // Widgets are met through the form and through their page.
    let limit = document.limits().annotations;
    if stack.len() > limit.saturating_mul(2) {
        return Err(ReadError::LimitExceeded {
            what: "form fields and annotations",
            limit,
        });
    }
    Ok(())
}

fn any_signed(document: &Document<'_>, mut stack: Vec<Object>) -> Result<bool, ReadError> {
    let limit = document.limits().annotations;
    let mut seen = HashSet::new();
    let mut visited = 0_usize;
    while let Some(node) = stack.pop() {
        if let Object::Reference(reference) = node
            && !seen.insert(reference)
        {
            continue;
        }
        visited += 1;
        if visited > limit {
            return Err(ReadError::LimitExceeded {
                what: "form fields and annotations",
                limit,
            });
        }
        let node = document.resolve(&node)?;
        let Some(field) = node.as_dictionary() else {
            continue;
        };
        if has_signature_value(document, field)? {
            return Ok(true);
        }
        // Popups and markup have no /Kids; only fields do.
        push_array(document, field, "Kids", &mut stack)?;
    }
    Ok(false)
}

/// The value of a field is a signature dictionary (12.8.1) when it is a dictionary at all: no other field
/// type has dictionaries as values.
fn has_signature_value(document: &Document<'_>, field: &Dictionary) -> Result<bool, ReadError> {
    let is_field = field.contains("FT") || field.contains("Parent") || field.contains("T");
    Ok(is_field && matches!(document.get(field, "V")?.as_ref(), Object::Dictionary(_)))
}
