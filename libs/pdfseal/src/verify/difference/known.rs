//! What is known about the document before a step, kept up to date so that no step has to look at all of it.

use std::collections::{HashMap, HashSet};

use super::form::NewField;
use crate::{
    document::Document,
    error::ReadError,
    object::{Object, Reference},
    verify::{References, fields},
};

pub(super) struct Known {
    pub(super) references: References,
    /// Index of each page by its object number.
    pub(super) pages: HashMap<u32, usize>,
    /// Pages by the number of their annotation array, where that is an object of its own.
    pub(super) annotations: HashMap<u32, Vec<usize>>,
    /// Names of the top-level fields.
    pub(super) names: HashSet<String>,
    /// Signature fields without a value, with their full names.
    pub(super) empty: HashMap<Reference, String>,
    /// Widgets that are no fields themselves, with the empty signature field they belong to.
    pub(super) widgets: HashMap<Reference, Reference>,
}

impl Known {
    pub(super) fn of(document: &Document<'_>) -> Result<Self, ReadError> {
        let mut known = Self {
            references: References::of_document(document)?,
            pages: HashMap::new(),
            annotations: HashMap::new(),
            names: HashSet::new(),
            empty: HashMap::new(),
            widgets: HashMap::new(),
        };
        for (index, page) in document.pages().iter().enumerate() {
            known.pages.insert(page.reference.number, index);
            if let Some(Object::Reference(array)) = page.dictionary.get("Annots") {
                known.annotations.entry(array.number).or_default().push(index);
            }
        }
        let form = fields::survey(document)?;
        known.names = form.names;
        known.empty = form.empty;
        known.widgets = form.widgets;
        Ok(known)
    }

    /// Takes up what an accepted step added.
    pub(super) fn note(
        &mut self,
        new: &Document<'_>,
        added: &[NewField],
        filled: &[Reference],
        pages: &[Reference],
    ) -> Result<(), ReadError> {
        self.names.extend(added.iter().map(|field| field.name.clone()));
        for field in filled {
            self.empty.remove(field);
        }
        for page in pages {
            let Some(index) = self.pages.get(&page.number).copied() else {
                continue;
            };
            let Object::Dictionary(dictionary) = new.object(*page)? else {
                continue;
            };
            if let Some(Object::Reference(array)) = dictionary.get("Annots") {
                let users = self.annotations.entry(array.number).or_default();
                if !users.contains(&index) {
                    users.push(index);
                }
            }
        }
        Ok(())
    }
}
