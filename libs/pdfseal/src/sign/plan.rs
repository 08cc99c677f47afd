//! Everything signing needs to know about a document.

use std::sync::Arc;

use sealpki::{Sha256State, Sm3State};

use super::{error::PlanError, pages::PlannedPages, store::PlannedStore};
use crate::{appearance::PageGeometry, object::Reference, revision::XrefKind};

/// Everything signing needs, taken once when a document enters.
///
/// A plan describes one exact revision of one file. It is small (some hundred bytes and about a hundred per page, whatever
/// the pages contain), can be stored ([`SigningPlan::to_bytes`]), and is replaced by the plan of the new revision after
/// each signature. **A plan must only be applied to the bytes it was made from**: bind it to the file's length and digest,
/// which [`SigningPlan::file_length`] and [`SigningPlan::file_sha256`] give.
#[derive(Clone, Debug)]
pub struct SigningPlan {
    pub(super) file_length: u64,
    /// The file does not end with a line break: one goes before the appended objects.
    pub(super) needs_line_break: bool,
    pub(super) startxref: u64,
    /// A table is continued by a table, a stream by a stream (ISO 32000-2, 7.5.8.4).
    pub(super) xref: XrefKind,
    /// Above every number in use or named in any cross-reference section.
    pub(super) next_object: u32,
    /// Trailer entries to repeat as they stand, without `/Size`, `/Prev`, `/ID` and what describes a cross-reference stream.
    pub(super) trailer: Arc<[u8]>,
    /// First element of `/ID`, as it stands; the second one changes with every revision (ISO 32000-2, 14.4).
    pub(super) id: Option<Arc<[u8]>>,
    pub(super) pages: PlannedPages,
    /// The list of form fields.
    pub(super) fields: GrowingArray,
    /// Objects that must be written once, with the next signature (a form dictionary that gets its `/SigFlags`).
    pub(super) once: Vec<PlannedObject>,
    /// Names of existing fields and prefixes of our own.
    pub(super) names: Vec<Arc<[u8]>>,
    /// The document is certified: new fields must not be visible.
    pub(super) invisible_only: bool,
    /// A signature locks the document: only validation data and time-stamps may follow.
    pub(super) augment_only: bool,
    /// There is a signature already: it is too late to certify.
    pub(super) is_signed: bool,
    /// The catalog as it is after the next revision. `None` in plans stored by an earlier version. Where the list of
    /// fields is inside the catalog, its text is kept in `fields` instead.
    pub(super) catalog: Option<PlannedObject>,
    /// The document security store.
    pub(super) store: PlannedStore,
    /// Digest of the whole file so far.
    pub(super) digest: Sha256State,
    /// The same by SM3, where it was asked for.
    pub(super) sm3: Option<Sm3State>,
    /// Pictures already embedded by our own signatures.
    pub(super) pictures: Vec<([u8; 32], u32)>,
}

#[derive(Clone, Debug)]
pub(super) struct PlannedPage {
    pub(super) reference: Reference,
    pub(super) geometry: PageGeometry,
    pub(super) annotations: GrowingArray,
}

/// An object that contains an array to which references are added: the array itself, or the dictionary around it.
#[derive(Clone, Debug)]
pub(super) struct GrowingArray {
    pub(super) object: Reference,
    /// The object's value as it stands in the file.
    pub(super) body: Arc<[u8]>,
    /// Where new elements go, just before `]`.
    pub(super) insert_at: usize,
}

#[derive(Clone, Debug)]
pub(super) struct PlannedObject {
    pub(super) reference: Reference,
    pub(super) body: Arc<[u8]>,
}

impl SigningPlan {
    /// Number of pages.
    #[must_use]
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// Displayed size of each page in points: width, height.
    pub fn page_sizes(&self) -> impl ExactSizeIterator<Item = (f64, f64)> + '_ {
        (0..self.pages.len()).map(|index| {
            self.page(index)
                .map_or((0.0, 0.0), |page| (page.width(), page.height()))
        })
    }

    /// How a page (counted from 0) is shown.
    #[must_use]
    pub fn page(&self, index: usize) -> Option<PageGeometry> {
        self.pages.geometry(index)
    }

    /// Length in bytes of the file this plan is for.
    #[must_use]
    pub fn file_length(&self) -> u64 {
        self.file_length
    }

    /// SHA-256 of the file this plan is for.
    #[must_use]
    pub fn file_sha256(&self) -> [u8; 32] {
        self.digest.clone().finish()
    }

    /// Keeps the SM3 digest of the file besides, which signatures with SM2 keys need. It is four to six times slower to
    /// compute than SHA-256, so it is done on request: once, when a document enters.
    ///
    /// # Errors
    /// [`PlanError::OtherFile`] when `pdf` is not the file this plan is for.
    pub fn with_sm3(mut self, pdf: &[u8]) -> Result<Self, PlanError> {
        if pdf.len() as u64 != self.file_length || sealpki::sha256(pdf) != self.file_sha256() {
            return Err(PlanError::OtherFile);
        }
        let mut state = Sm3State::new();
        state.update(pdf);
        self.sm3 = Some(state);
        Ok(self)
    }

    /// Whether signatures with SM2 keys can be prepared.
    #[must_use]
    pub fn has_sm3(&self) -> bool {
        self.sm3.is_some()
    }

    pub(super) fn is_name_taken(&self, prefix: &[u8]) -> bool {
        let clash = |shorter: &[u8], longer: &[u8]| {
            longer
                .strip_prefix(shorter)
                .is_some_and(|rest| rest.starts_with(b"-"))
        };
        self.names
            .iter()
            .any(|name| **name == *prefix || clash(prefix, name) || clash(name, prefix))
    }
}

impl GrowingArray {
    /// The same object with references added at the end of the array.
    pub(super) fn extended(&self, references: &[u32]) -> Self {
        let mut body = Vec::with_capacity(self.body.len() + references.len() * 10);
        body.extend_from_slice(&self.body[..self.insert_at]);
        for number in references {
            body.push(b' ');
            crate::appearance::push_reference(&mut body, *number, 0);
        }
        let insert_at = body.len();
        body.extend_from_slice(&self.body[self.insert_at..]);
        Self {
            object: self.object,
            body: body.into(),
            insert_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_grow_at_their_end_and_keep_every_other_byte() {
        let page = GrowingArray {
            object: Reference::new(4),
            body: b"<< /Annots [ 7 0 R ] /Rotate +90.00 >>".as_slice().into(),
            insert_at: 19,
        };
        let page = page.extended(&[12, 13]).extended(&[20]);
        assert_eq!(
            &*page.body,
            b"<< /Annots [ 7 0 R  12 0 R 13 0 R 20 0 R] /Rotate +90.00 >>"
        );
    }
}
