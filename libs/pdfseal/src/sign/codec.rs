//! The stored form of a plan: a version byte, then fields in fixed order, numbers big-endian, byte strings with a length.

use std::sync::Arc;

use sealpki::{Sha256State, Sm3State};

use super::{
    error::PlanError,
    pages::PlannedPages,
    plan::{GrowingArray, PlannedObject, PlannedPage, SigningPlan},
    store::{PlannedStore, StoredItem},
};
use crate::{appearance::PageGeometry, object::Reference, revision::XrefKind};

/// Changes with every change of the layout: an old plan is refused and made anew, never misread.
const VERSION: u8 = 2;

/// Plans of this version lack the catalog and the document security store; they serve for signatures all the same.
const VERSION_WITHOUT_STORE: u8 = 1;

impl SigningPlan {
    /// The plan as bytes for storage beside the document.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer {
            out: Vec::with_capacity(1_024 + self.pages.stored_len()),
        };
        writer.out.push(VERSION);
        writer.out.push(flags([
            self.needs_line_break,
            self.invisible_only,
            self.augment_only,
            self.is_signed,
            self.catalog.is_some(),
            self.sm3.is_some(),
        ]));
        writer.out.push(u8::from(self.xref == XrefKind::Stream));
        writer.u64(self.file_length);
        writer.u64(self.startxref);
        writer.u32(self.next_object);
        writer.bytes(&self.trailer);
        writer.bytes(self.id.as_deref().unwrap_or_default());
        writer.bytes(&self.digest.to_bytes());
        self.pages.write(&mut writer);
        writer.array(&self.fields);
        writer.length(self.once.len());
        for object in &self.once {
            writer.reference(object.reference);
            writer.bytes(&object.body);
        }
        writer.length(self.names.len());
        for name in &self.names {
            writer.bytes(name);
        }
        writer.length(self.pictures.len());
        for (id, number) in &self.pictures {
            writer.out.extend_from_slice(id);
            writer.u32(*number);
        }
        if let Some(catalog) = &self.catalog {
            writer.reference(catalog.reference);
            writer.bytes(&catalog.body);
        }
        writer.store(&self.store);
        if let Some(sm3) = &self.sm3 {
            writer.bytes(&sm3.to_bytes());
        }
        writer.out
    }

    /// Reads what [`SigningPlan::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`PlanError::UnknownFormat`] for anything else, also for a plan of another version: prepare it again.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PlanError> {
        let mut reader = Reader { rest: bytes };
        let plan = reader.plan().ok_or(PlanError::UnknownFormat)?;
        if reader.rest.is_empty() {
            Ok(plan)
        } else {
            Err(PlanError::UnknownFormat)
        }
    }
}

/// Bit n is element n.
fn flags(values: [bool; 6]) -> u8 {
    values
        .iter()
        .enumerate()
        .fold(0, |bits, (index, value)| bits | u8::from(*value) << index)
}

pub(super) struct Writer {
    pub(super) out: Vec<u8>,
}

impl Writer {
    fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    pub(super) fn length(&mut self, value: usize) {
        // A plan never has four thousand million of anything; if it had, reading it back would fail cleanly.
        self.u32(u32::try_from(value).unwrap_or(u32::MAX));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.out.extend_from_slice(bytes);
    }

    fn reference(&mut self, reference: Reference) {
        self.u32(reference.number);
        self.out.extend_from_slice(&reference.generation.to_be_bytes());
    }

    fn store(&mut self, store: &PlannedStore) {
        self.out.push(u8::from(store.object.is_some()));
        if let Some(object) = store.object {
            self.reference(object);
        }
        for list in &store.lists {
            self.length(list.len());
            for item in list {
                self.out.extend_from_slice(&item.sha256);
                self.reference(item.reference);
            }
        }
        self.length(store.entries.len());
        for (key, value) in &store.entries {
            self.bytes(key);
            self.bytes(value);
        }
    }

    fn array(&mut self, array: &GrowingArray) {
        self.reference(array.object);
        self.length(array.insert_at);
        self.bytes(&array.body);
    }

    pub(super) fn page(&mut self, page: &PlannedPage) {
        self.reference(page.reference);
        for number in page.geometry.crop_box() {
            self.u64(number.to_bits());
        }
        self.u32(page.geometry.rotation_degrees().into());
        self.u64(page.geometry.user_unit().to_bits());
        self.array(&page.annotations);
    }
}

pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn plan(&mut self) -> Option<SigningPlan> {
        let [version, flags, stream] = self.fixed()?;
        let is_old = version == VERSION_WITHOUT_STORE;
        let known_flags = if is_old { 0b11 } else { 0b11_1111 };
        if !(is_old || version == VERSION) || flags > known_flags || stream > 1 {
            return None;
        }
        let file_length = self.u64()?;
        let startxref = self.u64()?;
        let next_object = self.u32()?;
        let trailer = self.bytes()?.into();
        let id = Some(self.bytes()?).filter(|id| !id.is_empty()).map(Into::into);
        let digest = Sha256State::from_bytes(self.bytes()?).ok()?;
        let count = self.count()?;
        let pages = PlannedPages::read(self, count)?;
        let fields = self.array()?;
        let once = self.many(|reader| {
            Some(PlannedObject {
                reference: reader.reference()?,
                body: reader.bytes()?.into(),
            })
        })?;
        let names = self.many(|reader| reader.bytes().map(Arc::from))?;
        let pictures = self.many(|reader| Some((reader.fixed()?, reader.u32()?)))?;
        let catalog = if flags & 16 != 0 {
            Some(PlannedObject {
                reference: self.reference()?,
                body: self.bytes()?.into(),
            })
        } else {
            None
        };
        let store = if is_old {
            PlannedStore::default()
        } else {
            self.store()?
        };
        let sm3 = if flags & 32 != 0 {
            Some(Sm3State::from_bytes(self.bytes()?).ok()?)
        } else {
            None
        };
        let consistent = digest.length_bytes() == file_length
            && sm3
                .as_ref()
                .is_none_or(|state| state.length_bytes() == file_length)
            && startxref < file_length;
        consistent.then_some(SigningPlan {
            file_length,
            needs_line_break: flags & 1 != 0,
            startxref,
            xref: if stream == 1 {
                XrefKind::Stream
            } else {
                XrefKind::Table
            },
            next_object,
            trailer,
            id,
            pages,
            fields,
            once,
            names,
            invisible_only: flags & 2 != 0,
            augment_only: flags & 4 != 0,
            // An old plan does not tell; certifying is refused then.
            is_signed: is_old || flags & 8 != 0,
            catalog,
            store,
            digest,
            sm3,
            pictures,
        })
    }

    fn store(&mut self) -> Option<PlannedStore> {
        let [has_object] = self.fixed()?;
        let object = match has_object {
            0 => None,
            1 => Some(self.reference()?),
            _ => return None,
        };
        let item = |reader: &mut Self| {
            Some(StoredItem {
                sha256: reader.fixed()?,
                reference: reader.reference()?,
            })
        };
        let lists = [self.many(item)?, self.many(item)?, self.many(item)?];
        let entries = self.many(|reader| Some((reader.bytes()?.into(), reader.bytes()?.into())))?;
        Some(PlannedStore {
            object,
            lists,
            entries,
        })
    }

    pub(super) fn page(&mut self) -> Option<PlannedPage> {
        let (reference, geometry) = self.page_head()?;
        Some(PlannedPage {
            reference,
            geometry,
            annotations: self.array()?,
        })
    }

    /// What comes before the annotations of a page.
    pub(super) fn page_head(&mut self) -> Option<(Reference, PageGeometry)> {
        let reference = self.reference()?;
        let crop = [self.f64()?, self.f64()?, self.f64()?, self.f64()?];
        let rotate = self.u32()?;
        let user_unit = self.f64()?;
        Some((reference, PageGeometry::new(crop, rotate.into(), user_unit)))
    }

    fn array(&mut self) -> Option<GrowingArray> {
        let (object, insert_at, body) = self.array_text()?;
        Some(GrowingArray {
            object,
            body: body.into(),
            insert_at,
        })
    }

    /// Object, place of the end of the array, text.
    pub(super) fn array_text(&mut self) -> Option<(Reference, usize, &'a [u8])> {
        let object = self.reference()?;
        let insert_at = self.length()?;
        let body = self.bytes()?;
        (insert_at <= body.len()).then_some((object, insert_at, body))
    }

    fn many<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.count()?;
        (0..count).map(|_| one(self)).collect()
    }

    /// How many elements follow. Each takes at least four bytes: a false count cannot make us allocate.
    fn count(&mut self) -> Option<usize> {
        self.length().filter(|count| *count <= self.rest.len() / 4)
    }

    fn reference(&mut self) -> Option<Reference> {
        Some(Reference {
            number: self.u32()?,
            generation: u16::from_be_bytes(self.fixed()?),
        })
    }

    fn f64(&mut self) -> Option<f64> {
        Some(f64::from_bits(self.u64()?)).filter(|number| number.is_finite())
    }

    fn u64(&mut self) -> Option<u64> {
        self.fixed().map(u64::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.fixed().map(u32::from_be_bytes)
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(self.u32()?).ok()
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        let (head, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(head)
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*head)
    }
}
