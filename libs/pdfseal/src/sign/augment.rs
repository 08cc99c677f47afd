//! Revisions that keep signatures valid for long: validation data, and time-stamps of the document.

use super::{
    error::SignError,
    plan::{PlannedObject, SigningPlan},
    signature::{AppendedRevision, Hole, PendingSignature, add_invisible_field, append, check_prefix, close},
    store::ValidationData,
    text::DictionaryText,
    update::Update,
};
use crate::{appearance::push_reference, object::Reference};

/// Adds certificates, OCSP responses and revocation lists to the document security store, in a revision of its own
/// (level B-LT of ETSI EN 319 142-1). Nothing is judged: what does not help does not harm.
///
/// # Errors
/// [`SignError::NothingToAdd`] when everything is there already, [`SignError::OldPlan`] for plans stored by a version that
/// did not know about validation data.
pub fn append_validation_data(
    plan: &SigningPlan,
    data: &ValidationData<'_>,
) -> Result<AppendedRevision, SignError> {
    let mut next = plan.clone();
    let size: usize = [data.certificates, data.ocsp_responses, data.revocation_lists]
        .into_iter()
        .flatten()
        .map(|item| item.len() + 96)
        .sum();
    let mut update = Update::new(
        plan.file_length,
        plan.needs_line_break,
        plan.next_object,
        2_048 + size + plan.store.lists.iter().map(Vec::len).sum::<usize>() * 12,
    );
    let known = plan.store.object;
    let store = next.store.extend(&mut update, data)?;
    if known.is_none() {
        let mut entry = Vec::new();
        push_reference(&mut entry, store.number, store.generation);
        next.edit_catalog(|text| {
            text.set(0, "DSS", &entry).map_err(|_| SignError::OldPlan)?;
            announce(text)
        })?;
        next.write_catalog(&mut update)?;
    }
    append(update, next, plan)
}

/// ETSI EN 319 142-1, 5.6: files of version 1.x say that they use what came after it.
fn announce(text: &mut DictionaryText) -> Result<(), SignError> {
    const EXTENSION: &[u8] = b"<< /ESIC << /BaseVersion /1.7 /ExtensionLevel 5 >> >>";
    let known = text.value(0, "Extensions").map_err(|_| SignError::OldPlan)?;
    if known.is_none() {
        text.set(0, "Extensions", EXTENSION)
            .map_err(|_| SignError::OldPlan)?;
    }
    Ok(())
}

/// Writes everything of a time-stamp of the document but its token (level B-LTA of ETSI EN 319 142-1; ISO 32000-2,
/// 12.8.5). The token has to be about [`PendingSignature::digest`], by SHA-256, and is put in by
/// [`PendingSignature::complete`]. `field_prefix` is as for a signature; `contents_reserve` is the longest token in bytes.
///
/// # Errors
/// [`SignError`] when the field name is not usable; nothing has been written then.
pub fn prepare_time_stamp(
    plan: &SigningPlan,
    field_prefix: &str,
    contents_reserve: usize,
) -> Result<PendingSignature, SignError> {
    check_prefix(plan, field_prefix)?;
    let mut next = plan.clone();
    let mut update = Update::new(
        plan.file_length,
        plan.needs_line_break,
        plan.next_object,
        2_048 + contents_reserve * 2,
    );
    let value = Reference::new(update.allocate()?);
    next.write_once(&mut update);
    add_invisible_field(&mut update, &mut next, field_prefix, value)?;
    next.names.push(field_prefix.as_bytes().into());
    update.begin(value);
    update
        .bytes
        .extend_from_slice(b"<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161");
    let hole = Hole::write(&mut update, contents_reserve);
    close(update, next, plan, hole, contents_reserve)
}

impl SigningPlan {
    /// Writes objects that are due with the next revision.
    pub(super) fn write_once(&mut self, update: &mut Update) {
        for object in self.once.drain(..) {
            update.object(object.reference, &object.body);
        }
    }

    /// Changes the text of the catalog, wherever it is kept.
    pub(super) fn edit_catalog(
        &mut self,
        edit: impl FnOnce(&mut DictionaryText) -> Result<(), SignError>,
    ) -> Result<(), SignError> {
        let catalog = self.catalog.as_mut().ok_or(SignError::OldPlan)?;
        let inside = self.fields.object == catalog.reference;
        let mut text = DictionaryText::of(if inside { &self.fields.body } else { &catalog.body });
        edit(&mut text)?;
        if inside {
            let place = |text: &DictionaryText| {
                let form = text.value(0, "AcroForm").ok().flatten()?;
                text.value(form.start, "Fields").ok().flatten()
            };
            let list = place(&text).ok_or(SignError::OldPlan)?;
            let array = text.into_array(catalog.reference, list.end.saturating_sub(1));
            self.fields = array;
        } else {
            catalog.body = text.body.into();
        }
        Ok(())
    }

    /// Writes the catalog as it is now, and not once more with what is due.
    pub(super) fn write_catalog(&mut self, update: &mut Update) -> Result<(), SignError> {
        let catalog = self.catalog.as_ref().ok_or(SignError::OldPlan)?;
        let reference = catalog.reference;
        let body = if self.fields.object == reference {
            self.fields.body.clone()
        } else {
            catalog.body.clone()
        };
        // A form that is due comes with its catalog, or would be referred to before it exists.
        let due: Vec<PlannedObject> = self.once.drain(..).collect();
        for object in due.iter().filter(|object| object.reference != reference) {
            update.object(object.reference, &object.body);
        }
        if due.iter().any(|object| object.reference == reference) && self.fields.object != reference {
            update.object(self.fields.object, &self.fields.body);
        }
        update.object(reference, &body);
        Ok(())
    }
}
