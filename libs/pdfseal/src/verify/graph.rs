//! What refers to what: objects that are referred to although they do not exist, and objects with several referrers.

use std::collections::{HashMap, HashSet};

use crate::{
    document::Document,
    error::ReadError,
    object::{Dictionary, Object, Reference},
};

/// All references of a document, walked once.
#[derive(Default)]
pub(crate) struct References {
    visited: HashSet<Reference>,
    /// Numbers that are referred to but not in use. A later revision that fills one of them would change what was signed
    /// without touching any signed object.
    pub(crate) missing: HashSet<u32>,
    /// How often each number is referred to.
    counts: HashMap<u32, u32>,
}

impl References {
    /// Walks everything the trailer reaches.
    pub(crate) fn of_document(document: &Document<'_>) -> Result<Self, ReadError> {
        let mut references = Self::default();
        references.add(
            document,
            document
                .trailer()
                .iter()
                .map(|(_, value)| value.clone())
                .collect(),
        )?;
        Ok(references)
    }

    /// How often an object is referred to.
    pub(super) fn count(&self, number: u32) -> u32 {
        self.counts.get(&number).copied().unwrap_or(0)
    }

    /// Walks what is reachable from `roots` and was not reached before.
    pub(crate) fn add(&mut self, document: &Document<'_>, roots: Vec<Object>) -> Result<(), ReadError> {
        let mut stack = roots;
        while let Some(object) = stack.pop() {
            match object {
                Object::Reference(reference) => {
                    let count = self.counts.entry(reference.number).or_default();
                    *count = count.saturating_add(1);
                    if !self.visited.insert(reference) {
                        continue;
                    }
                    if self.visited.len() > document.limits().objects {
                        let limit = document.limits().objects;
                        return Err(ReadError::LimitExceeded {
                            what: "objects",
                            limit,
                        });
                    }
                    match document.object(reference)? {
                        Object::Null => {
                            self.missing.insert(reference.number);
                        }
                        found => stack.push(found),
                    }
                }
                Object::Array(items) => stack.extend(items.into_iter().filter(may_refer)),
                Object::Dictionary(dictionary) => push_values(&mut stack, &dictionary),
                Object::Stream(stream) => push_values(&mut stack, &stream.dictionary),
                _ => {}
            }
        }
        Ok(())
    }
}

fn push_values(stack: &mut Vec<Object>, dictionary: &Dictionary) {
    stack.extend(
        dictionary
            .iter()
            .map(|(_, value)| value)
            .filter(|value| may_refer(value))
            .cloned(),
    );
}

fn may_refer(object: &Object) -> bool {
    matches!(
        object,
        Object::Reference(_) | Object::Array(_) | Object::Dictionary(_) | Object::Stream(_)
    )
}
