//! Fields and their widgets on the pages.

use std::collections::HashSet;

use super::{Step, appended, changed, differing_keys, elements};
use crate::{
    document::Document,
    object::{Dictionary, Object, Reference},
    verify::{
        Verdict,
        coverage::Format,
        fields::{is_visible, text},
    },
};

/// Keys a new signature widget may have (ISO 32000-2, tables 166, 191, 226 and 227): no actions, no parents, no kids.
const WIDGET_KEYS: [&str; 24] = [
    "AP",
    "BS",
    "Border",
    "C",
    "DA",
    "F",
    "FT",
    "Ff",
    "H",
    "Lock",
    "M",
    "MK",
    "NM",
    "P",
    "Q",
    "Rect",
    "SV",
    "StructParent",
    "Subtype",
    "T",
    "TM",
    "TU",
    "Type",
    "V",
];

/// What signing a prepared field changes in it.
const FILLED_KEYS: [&str; 4] = ["AP", "F", "M", "V"];

/// A new signature field.
pub(super) struct NewField {
    pub(super) reference: Reference,
    pub(super) name: String,
    pub(super) visible: bool,
    pub(super) format: Format,
}

impl Step<'_, '_> {
    /// Returns the new fields.
    pub(super) fn check_form(&mut self) -> Result<Vec<NewField>, Verdict> {
        let old_form = self.old.get(self.old.catalog(), "AcroForm")?.into_owned();
        let old_form = old_form.as_dictionary().cloned().unwrap_or_default();
        let number = |value: Option<&Object>| value.and_then(Object::as_reference).map(|one| one.number);
        let holders = [
            number(self.old.catalog().get("AcroForm")),
            number(old_form.get("Fields")),
        ];
        let same_entry = self.old.catalog().get("AcroForm") == self.new.catalog().get("AcroForm");
        if same_entry && !holders.iter().flatten().any(|holder| self.is_touched(*holder)) {
            return Ok(Vec::new());
        }
        let new_form = self.new.get(self.new.catalog(), "AcroForm")?.into_owned();
        let Object::Dictionary(new_form) = new_form else {
            return Err(changed("the form is gone"));
        };
        for key in differing_keys(&old_form, &new_form) {
            let flags = key == "SigFlags" && matches!(new_form.get("SigFlags"), Some(Object::Integer(_)));
            if key != "Fields" && !flags {
                return Err(changed(format!("the entry /{key} of the form is changed")));
            }
        }
        let old_fields = elements(self.old, &old_form, "Fields")?;
        let new_fields = elements(self.new, &new_form, "Fields")?;
        let added = appended(&old_fields, &new_fields, "the list of form fields")?;
        for holder in holders.into_iter().flatten() {
            self.approve(holder, 1)?;
        }
        let mut names = HashSet::new();
        let mut fields = Vec::with_capacity(added.len());
        for field in added {
            let reference = self.new_reference(field)?;
            let field = self.check_widget(reference)?;
            if self.known.names.contains(&field.name) || !names.insert(field.name.clone()) {
                let what = format!(
                    "a new signature field has the name {:?} of another field",
                    field.name
                );
                return Err(changed(what));
            }
            fields.push(field);
        }
        Ok(fields)
    }

    fn new_reference(&self, element: &Object) -> Result<Reference, Verdict> {
        match element {
            Object::Reference(reference) if !self.old.uses(reference.number) => Ok(*reference),
            _ => Err(changed(
                "something else than a new object is added as a form field",
            )),
        }
    }

    /// A new field: a signature field merged with its widget, with a signature over this revision.
    fn check_widget(&self, reference: Reference) -> Result<NewField, Verdict> {
        let Object::Dictionary(widget) = self.new.object(reference)? else {
            return Err(changed("a new form field is not a dictionary"));
        };
        if !widget.is_name("FT", "Sig") || !widget.is_name("Subtype", "Widget") {
            return Err(changed("a new form field is no signature field with a widget"));
        }
        let known = |key: &str| WIDGET_KEYS.contains(&key);
        if let Some((key, _)) = widget.iter().find(|(key, _)| !key.as_str().is_some_and(known)) {
            return Err(changed(format!("a new signature field has the entry {key:?}")));
        }
        let name = match widget.get("T") {
            Some(Object::String(name)) if !name.bytes.is_empty() => text(name),
            _ => return Err(changed("a new signature field has no name")),
        };
        let format = self.own_signature(&widget).ok_or_else(|| {
            changed("a new signature field is not signed by a signature over this revision")
        })?;
        Ok(NewField {
            reference,
            name,
            visible: is_visible(self.new, &widget)?,
            format,
        })
    }

    /// The format of the value, when it is a new object and a signature over this very revision.
    fn own_signature(&self, field: &Dictionary) -> Option<Format> {
        let value = field.get("V").and_then(Object::as_reference)?;
        let format = self.signed.get(&value)?;
        (!self.old.uses(value.number)).then_some(*format)
    }

    /// Empty signature fields that were there before and are signed now.
    pub(super) fn check_filled(&mut self) -> Result<Vec<Reference>, Verdict> {
        let mut filled = Vec::new();
        for reference in self.touched_of(&self.known.empty.keys().copied().collect()) {
            let (old, new) = (self.old.object(reference)?, self.new.object(reference)?);
            if let (Object::Dictionary(old), Object::Dictionary(new)) = (&old, &new)
                && only_filled(old, new)
                && self.own_signature(new).is_some()
            {
                self.approved.insert(reference.number);
                self.push_appearance(new);
                filled.push(reference);
            }
        }
        for reference in self.touched_of(&self.known.widgets.keys().copied().collect()) {
            let (old, new) = (self.old.object(reference)?, self.new.object(reference)?);
            let field = self.known.widgets.get(&reference);
            if let (Object::Dictionary(old), Object::Dictionary(new)) = (&old, &new)
                && only_filled(old, new)
                && !new.contains("V")
                && field.is_some_and(|field| filled.contains(field))
            {
                self.approved.insert(reference.number);
                self.push_appearance(new);
            }
        }
        Ok(filled)
    }

    /// Those of some objects that this revision writes.
    fn touched_of(&self, objects: &HashSet<Reference>) -> Vec<Reference> {
        let mut touched: Vec<Reference> = objects
            .iter()
            .filter(|reference| self.is_touched(reference.number))
            .copied()
            .collect();
        touched.sort_unstable();
        touched
    }

    fn push_appearance(&mut self, widget: &Dictionary) {
        for key in ["AP", "V"] {
            self.roots.extend(widget.get(key).cloned());
        }
    }

    /// Pages may get the new fields at the end of their annotations and nothing else. Returns the pages that are written.
    pub(super) fn check_pages(&mut self, added: &[NewField]) -> Result<Vec<Reference>, Verdict> {
        let mut affected: Vec<usize> = Vec::new();
        for number in &self.touched {
            affected.extend(self.known.pages.get(number));
            affected.extend(self.known.annotations.get(number).into_iter().flatten());
        }
        affected.sort_unstable();
        affected.dedup();
        let mut unplaced: HashSet<Reference> = added.iter().map(|field| field.reference).collect();
        let mut written = Vec::new();
        for index in affected {
            let Some(page) = self.old.pages().get(index).map(|page| page.reference) else {
                continue;
            };
            self.check_page(page, &mut unplaced)?;
            written.push(page);
        }
        Ok(written)
    }

    fn check_page(&mut self, page: Reference, unplaced: &mut HashSet<Reference>) -> Result<(), Verdict> {
        let (Object::Dictionary(before), Object::Dictionary(after)) =
            (self.old.object(page)?, self.new.object(page)?)
        else {
            return Err(changed("a page is gone"));
        };
        if let Some(key) = differing_keys(&before, &after)
            .iter()
            .find(|key| *key != "Annots")
        {
            return Err(changed(format!("the entry /{key} of a page is changed")));
        }
        let old_annotations = elements(self.old, &before, "Annots")?;
        let new_annotations = elements(self.new, &after, "Annots")?;
        for annotation in appended(
            &old_annotations,
            &new_annotations,
            "the list of annotations of a page",
        )? {
            let known = annotation
                .as_reference()
                .is_some_and(|reference| unplaced.remove(&reference));
            if !known {
                return Err(changed("an annotation is added that is no new signature field"));
            }
            check_page_of(self.new, annotation, page)?;
        }
        self.approved.insert(page.number);
        if let Some(array) = before.get("Annots").and_then(Object::as_reference) {
            let pages = self.known.annotations.get(&array.number).map_or(0, Vec::len);
            self.approve(array.number, u32::try_from(pages).unwrap_or(u32::MAX))?;
        }
        Ok(())
    }
}

fn only_filled(old: &Dictionary, new: &Dictionary) -> bool {
    differing_keys(old, new)
        .iter()
        .all(|key| FILLED_KEYS.contains(&key.as_str()))
}

fn check_page_of(document: &Document<'_>, widget: &Object, page: Reference) -> Result<(), Verdict> {
    let widget = document.resolve(widget)?;
    let stated = widget.as_dictionary().and_then(|widget| widget.get("P"));
    match stated {
        None => Ok(()),
        Some(Object::Reference(stated)) if *stated == page => Ok(()),
        Some(_) => Err(changed(
            "a new signature field is shown on another page than it says",
        )),
    }
}
