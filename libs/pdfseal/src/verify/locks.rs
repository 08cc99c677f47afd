//! What a signature forbids later ones (ISO 32000-2, 12.8.2.2, 12.8.2.4 and 12.7.5.5).

use super::{difference::Kind, fields::text};
use crate::{document::Document, error::ReadError, object::Dictionary};

/// Permissions of DocMDP and the fields locked by FieldMDP and field locks, taken together.
#[derive(Clone, Debug, Default)]
pub(super) struct Locks {
    /// Access permission 1 to 3, the strictest one.
    level: Option<i64>,
    fields: Vec<Fields>,
}

#[derive(Clone, Debug)]
enum Fields {
    /// These.
    Only(Vec<String>),
    /// All but these.
    AllBut(Vec<String>),
}

impl Locks {
    /// Reads the transform methods of a signature dictionary.
    pub(super) fn of_signature(document: &Document<'_>, signature: &Dictionary) -> Result<Self, ReadError> {
        let mut locks = Self::default();
        let references = document.get(signature, "Reference")?;
        for reference in references.as_array().unwrap_or_default() {
            let reference = document.resolve(reference)?;
            let Some(reference) = reference.as_dictionary() else {
                continue;
            };
            let parameters = document.get(reference, "TransformParams")?.into_owned();
            let parameters = parameters.as_dictionary().cloned().unwrap_or_default();
            let method = document.get(reference, "TransformMethod")?;
            match method.as_name().and_then(|name| name.as_str()) {
                // Without a number the default applies: filling in and signing.
                Some("DocMDP") => locks.restrict(document.get(&parameters, "P")?.as_integer().unwrap_or(2)),
                Some("FieldMDP") => locks.add(document, &parameters)?,
                _ => {}
            }
        }
        Ok(locks)
    }

    /// Adds a field lock or the parameters of FieldMDP.
    pub(super) fn add(&mut self, document: &Document<'_>, lock: &Dictionary) -> Result<(), ReadError> {
        if let Some(level) = document.get(lock, "P")?.as_integer() {
            self.restrict(level);
        }
        let mut names = Vec::new();
        for name in document.get(lock, "Fields")?.as_array().unwrap_or_default() {
            names.extend(document.resolve(name)?.as_string().map(text));
        }
        let action = document.get(lock, "Action")?;
        self.fields
            .push(match action.as_name().and_then(|name| name.as_str()) {
                Some("Include") => Fields::Only(names),
                Some("Exclude") => Fields::AllBut(names),
                // Also for an action that is missing or unknown.
                _ => Fields::AllBut(Vec::new()),
            });
        Ok(())
    }

    fn restrict(&mut self, level: i64) {
        self.level = Some(self.level.map_or(level, |known| known.min(level)));
    }

    /// Why a later revision of this kind, signing these fields, is forbidden.
    pub(super) fn forbid(&self, kind: Kind, fields: &[String]) -> Option<&'static str> {
        if kind == Kind::ValidationData {
            return None;
        }
        match self.level {
            None => {}
            Some(2 | 3) if kind < Kind::Visible => {}
            Some(2 | 3) => return Some("the document is certified, and something visible was added"),
            Some(_) => return Some("the document is certified without any change allowed"),
        }
        let locked = |name: &String| {
            self.fields.iter().any(|lock| match lock {
                Fields::Only(names) => names.contains(name),
                Fields::AllBut(names) => !names.contains(name),
            })
        };
        fields
            .iter()
            .any(locked)
            .then_some("a form field that was locked is signed")
    }

    /// Whether the document is certified by this signature.
    pub(super) fn certifies(&self) -> bool {
        self.level.is_some()
    }
}
