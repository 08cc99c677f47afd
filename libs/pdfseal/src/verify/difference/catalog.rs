//! The catalog: validation data, extensions, metadata. Nothing else of it may change.

use std::collections::{HashMap, HashSet};

use super::{Step, changed, differing_keys};
use crate::{
    document::Document,
    object::{Dictionary, Name, Object, Reference},
    verify::Verdict,
};

/// The lists of the document security store (ISO 32000-2, table 261) and of its entries per signature (table 262).
const STORE_LISTS: [&str; 3] = ["Certs", "CRLs", "OCSPs"];
const SIGNATURE_LISTS: [&str; 3] = ["Cert", "CRL", "OCSP"];

impl Step<'_, '_> {
    /// Returns whether validation data was added.
    pub(super) fn check_catalog(&mut self) -> Result<bool, Verdict> {
        let (old, new) = (self.old.catalog(), self.new.catalog());
        self.approved.insert(self.old.root().number);
        for key in differing_keys(old, new) {
            match key.as_str() {
                // Each of these has rules of its own.
                "AcroForm" | "DSS" | "Extensions" | "Metadata" => {}
                "Version" if is_version(new.get("Version")) => {}
                _ => return Err(changed(format!("the entry /{key} of the catalog is changed"))),
            }
        }
        self.check_extensions()?;
        self.check_metadata()?;
        self.check_store()
    }

    /// Developer extensions (ISO 32000-2, 7.12) tell readers what to expect; they show nothing.
    fn check_extensions(&mut self) -> Result<(), Verdict> {
        let new = self.new.get(self.new.catalog(), "Extensions")?.into_owned();
        match (new, self.old.catalog().get("Extensions")) {
            (Object::Dictionary(_), Some(Object::Reference(reference))) => self.approve(reference.number, 1),
            (Object::Dictionary(_), _) => Ok(()),
            (Object::Null, None) => Ok(()),
            _ => Err(changed("the entry /Extensions of the catalog is changed")),
        }
    }

    /// Metadata (14.3.2) are about the document; pages do not show them.
    fn check_metadata(&mut self) -> Result<(), Verdict> {
        let (old, new) = (
            self.old.catalog().get("Metadata").and_then(Object::as_reference),
            self.new.catalog().get("Metadata").and_then(Object::as_reference),
        );
        let same = old == new && old.is_none_or(|reference| !self.is_touched(reference.number));
        if same {
            return if self.old.catalog().get("Metadata") == self.new.catalog().get("Metadata") {
                Ok(())
            } else {
                Err(changed("the entry /Metadata of the catalog is changed"))
            };
        }
        let is_metadata = match new {
            Some(reference) => match self.new.object(reference)? {
                Object::Stream(stream) => stream.dictionary.is_name("Type", "Metadata"),
                _ => false,
            },
            None => false,
        };
        match new {
            Some(reference) if is_metadata && (old == new || !self.old.uses(reference.number)) => {
                self.approve(reference.number, 1)?;
                // The catalog's reference counts once, however often what it points at is written again.
                if old != new {
                    self.roots.push(Object::Reference(reference));
                }
                Ok(())
            }
            _ => Err(changed("the entry /Metadata of the catalog is changed")),
        }
    }

    /// The document security store (12.8.4.3) may only grow.
    fn check_store(&mut self) -> Result<bool, Verdict> {
        let old = self.old.get(self.old.catalog(), "DSS")?.into_owned();
        let new = self.new.get(self.new.catalog(), "DSS")?.into_owned();
        let new = match (&old, new) {
            (_, Object::Dictionary(new)) => new,
            (Object::Null, Object::Null) => return Ok(false),
            _ => return Err(changed("the validation data are gone")),
        };
        let old = old.as_dictionary().cloned().unwrap_or_default();
        let mut written = Vec::new();
        written.extend(reference(self.old.catalog().get("DSS")));
        let mut grown = self.check_lists(&old, &new, &STORE_LISTS, &mut written)?;
        for key in STORE_LISTS {
            let kept: HashSet<Reference> = list(self.new, &new, key)?.into_iter().collect();
            if list(self.old, &old, key)?.iter().any(|one| !kept.contains(one)) {
                return Err(changed(format!("validation data are taken out of /{key}")));
            }
        }
        grown |= self.check_entries(&old, &new, &mut written)?;
        for (key, _) in new.iter() {
            let known = key
                .as_str()
                .is_some_and(|key| STORE_LISTS.contains(&key) || matches!(key, "Type" | "VRI"));
            if !known {
                return Err(changed(format!("the validation data have the entry {key:?}")));
            }
        }
        for reference in written {
            if self.is_touched(reference.number) {
                self.approve(reference.number, 1)?;
            }
        }
        Ok(grown)
    }

    /// Lists of streams. Returns whether there are new ones.
    fn check_lists(
        &mut self,
        old: &Dictionary,
        new: &Dictionary,
        keys: &[&str],
        written: &mut Vec<Reference>,
    ) -> Result<bool, Verdict> {
        let mut grown = false;
        for key in keys {
            written.extend(reference(old.get(key)));
            let before: HashSet<Reference> = list(self.old, old, key)?.into_iter().collect();
            let after = list(self.new, new, key)?;
            for added in after.iter().filter(|one| !before.contains(one)) {
                if !matches!(self.new.object(*added)?, Object::Stream(_)) {
                    return Err(changed(format!(
                        "/{key} of the validation data has something else than streams"
                    )));
                }
                self.roots.push(Object::Reference(*added));
                grown = true;
            }
        }
        Ok(grown)
    }

    /// The entries per signature (table 262). They only point at what is in the lists of the store, so that their own lists
    /// may become shorter; some producers write them anew from what a validation needed.
    fn check_entries(
        &mut self,
        old: &Dictionary,
        new: &Dictionary,
        written: &mut Vec<Reference>,
    ) -> Result<bool, Verdict> {
        written.extend(reference(old.get("VRI")));
        let (before, after) = (
            dictionary(self.old, old, "VRI")?,
            dictionary(self.new, new, "VRI")?,
        );
        let known: HashMap<&Name, &Object> = before.iter().collect();
        let kept: HashSet<&Name> = after.iter().map(|(key, _)| key).collect();
        if let Some((key, _)) = before.iter().find(|(key, _)| !kept.contains(key)) {
            return Err(changed(format!(
                "the validation data of signature {key:?} are gone"
            )));
        }
        let mut grown = false;
        for (key, value) in after.iter() {
            let old_value = known.get(key).copied();
            written.extend(reference(old_value));
            let untouched = reference(Some(value)).is_none_or(|one| !self.is_touched(one.number));
            if old_value == Some(value) && untouched {
                continue;
            }
            let old_entry = match old_value
                .map(|value| self.old.resolve(value))
                .transpose()?
                .as_deref()
            {
                None | Some(Object::Null) => Dictionary::new(),
                Some(Object::Dictionary(entry)) => entry.clone(),
                Some(_) => return Err(changed("an entry of the validation data is not a dictionary")),
            };
            let Object::Dictionary(entry) = self.new.resolve(value)?.into_owned() else {
                return Err(changed("an entry of the validation data is not a dictionary"));
            };
            let allowed = |key: &str| SIGNATURE_LISTS.contains(&key) || matches!(key, "Type" | "TU" | "TS");
            if !entry.iter().all(|(key, _)| key.as_str().is_some_and(allowed)) {
                return Err(changed("an entry of the validation data has unknown parts"));
            }
            self.check_lists(&old_entry, &entry, &SIGNATURE_LISTS, written)?;
            grown = true;
        }
        Ok(grown)
    }

    /// Title, author and dates of saving are not part of what is shown (pdf readers do not draw them).
    pub(super) fn check_document_information(&mut self) -> Result<(), Verdict> {
        let (old, new) = (self.old.trailer().get("Info"), self.new.trailer().get("Info"));
        let (Some(Object::Reference(old)), Some(Object::Reference(new))) = (old, new) else {
            return Ok(());
        };
        let (old, new) = (*old, *new);
        if old != new || !self.is_touched(old.number) {
            return Ok(());
        }
        let plain =
            |object: &Object| matches!(object, Object::String(_) | Object::Name(_) | Object::Boolean(_));
        match self.new.object(new)? {
            Object::Dictionary(information) if information.iter().all(|(_, value)| plain(value)) => {
                self.approve(old.number, 1)
            }
            _ => Err(changed("the document information has other values than texts")),
        }
    }
}

fn is_version(value: Option<&Object>) -> bool {
    value
        .and_then(Object::as_name)
        .is_some_and(|name| matches!(name.as_bytes(), [b'1' | b'2', b'.', b'0'..=b'9']))
}

fn reference(value: Option<&Object>) -> Option<Reference> {
    value.and_then(Object::as_reference)
}

fn list(document: &Document<'_>, dictionary: &Dictionary, key: &str) -> Result<Vec<Reference>, Verdict> {
    super::elements(document, dictionary, key)?
        .iter()
        .map(|element| {
            element
                .as_reference()
                .ok_or_else(|| changed(format!("/{key} of the validation data has direct elements")))
        })
        .collect()
}

fn dictionary(document: &Document<'_>, holder: &Dictionary, key: &str) -> Result<Dictionary, Verdict> {
    match document.get(holder, key)?.into_owned() {
        Object::Null => Ok(Dictionary::new()),
        Object::Dictionary(found) => Ok(found),
        _ => Err(changed(format!(
            "/{key} of the validation data is not a dictionary"
        ))),
    }
}
