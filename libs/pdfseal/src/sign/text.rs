//! Dictionaries as text, for edits that leave every other byte alone.

use std::ops::Range;

use super::{error::PlanError, plan::GrowingArray};
use crate::{document::Document, lexer::Lexer, limits::Limits, object::Reference};

/// The text of a dictionary object, edited without touching any other byte of its entries (trap: readers that compare
/// revisions treat a number written differently as a change).
pub(super) struct DictionaryText {
    pub(super) body: Vec<u8>,
    depth: usize,
}

impl DictionaryText {
    /// The text of an object of a document.
    pub(super) fn read(document: &Document<'_>, reference: Reference) -> Result<Self, PlanError> {
        let raw = document.raw_dictionary(reference)?;
        let mut body = b"<< ".to_vec();
        if let (Some(first), Some(last)) = (raw.entries.first(), raw.entries.last()) {
            body.extend_from_slice(
                raw.source
                    .get(first.key_start..last.value.end)
                    .unwrap_or_default(),
            );
        }
        body.extend_from_slice(b" >>");
        Ok(Self {
            body,
            depth: document.limits().depth(),
        })
    }

    /// Text kept in a plan.
    pub(super) fn of(body: &[u8]) -> Self {
        Self {
            body: body.to_vec(),
            depth: Limits::default().depth(),
        }
    }

    /// Where the value of `key` stands, in the dictionary that starts at `at`.
    pub(super) fn value(&self, at: usize, key: &str) -> Result<Option<Range<usize>>, PlanError> {
        let entries = Lexer::new(&self.body, at, self.depth).raw_entries()?;
        Ok(entries
            .into_iter()
            .find(|entry| entry.name == key)
            .map(|entry| entry.value))
    }

    /// Replaces or adds the value of `key` in the dictionary that starts at `at`.
    pub(super) fn set(&mut self, at: usize, key: &str, value: &[u8]) -> Result<(), PlanError> {
        match self.value(at, key)? {
            Some(range) => {
                // A blank on both sides: what stood here may have ended its token by itself.
                let padded = [b" ", value, b" "].concat();
                self.body.splice(range, padded);
            }
            None => {
                // Just after `<<`, which stands at `at` after nothing but white space.
                let start = self
                    .body
                    .iter()
                    .skip(at)
                    .position(|byte| *byte == b'<')
                    .map_or(0, |found| at + found + 2);
                let entry = [b" /", key.as_bytes(), b" ", value, b" "].concat();
                self.body.splice(start..start, entry);
            }
        }
        Ok(())
    }

    pub(super) fn into_array(self, object: Reference, insert_at: usize) -> GrowingArray {
        GrowingArray {
            object,
            body: self.body.into(),
            insert_at,
        }
    }
}
