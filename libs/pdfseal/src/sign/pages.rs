//! The pages of a plan, left in their stored form until they are asked for: a signature touches one page or two, and should
//! not cost more because the document has two hundred.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    codec::{Reader, Writer},
    plan::{GrowingArray, PlannedPage},
};
use crate::{appearance::PageGeometry, object::Reference};

/// All pages of a document, in their order.
#[derive(Clone, Debug)]
pub(super) struct PlannedPages {
    /// One record after the other, as [`Writer::page`] writes them; all of them can be read.
    stored: Arc<[u8]>,
    /// Where each record starts.
    starts: Arc<Vec<usize>>,
    /// Pages that are different by now.
    changed: BTreeMap<usize, PlannedPage>,
}

impl PlannedPages {
    pub(super) fn new(pages: &[PlannedPage]) -> Self {
        let mut writer = Writer { out: Vec::new() };
        let mut starts = Vec::with_capacity(pages.len());
        for page in pages {
            starts.push(writer.out.len());
            writer.page(page);
        }
        Self {
            stored: writer.out.into(),
            starts: starts.into(),
            changed: BTreeMap::new(),
        }
    }

    /// Takes `count` records, each looked at once, so that none fails later.
    pub(super) fn read(reader: &mut Reader<'_>, count: usize) -> Option<Self> {
        let all = reader.rest;
        let mut starts = Vec::with_capacity(count);
        for _ in 0..count {
            starts.push(all.len() - reader.rest.len());
            reader.page_head()?;
            reader.array_text()?;
        }
        Some(Self {
            stored: all.get(..all.len() - reader.rest.len())?.into(),
            starts: starts.into(),
            changed: BTreeMap::new(),
        })
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.length(self.len());
        for index in 0..self.len() {
            match self.changed.get(&index) {
                Some(page) => writer.page(page),
                None => writer.out.extend_from_slice(self.record(index)),
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn stored_len(&self) -> usize {
        self.stored.len()
    }

    pub(super) fn reference(&self, index: usize) -> Option<Reference> {
        self.head(index).map(|(reference, _)| reference)
    }

    pub(super) fn geometry(&self, index: usize) -> Option<PageGeometry> {
        self.head(index).map(|(_, geometry)| geometry)
    }

    /// Adds references to the annotations of a page; returns what has to be written for that.
    pub(super) fn annotate(&mut self, index: usize, annotations: &[u32]) -> Option<&GrowingArray> {
        let mut page = match self.changed.remove(&index) {
            Some(page) => page,
            None => {
                self.starts.get(index)?;
                let mut reader = Reader {
                    rest: self.record(index),
                };
                reader.page()?
            }
        };
        page.annotations = page.annotations.extended(annotations);
        Some(&self.changed.entry(index).or_insert(page).annotations)
    }

    fn head(&self, index: usize) -> Option<(Reference, PageGeometry)> {
        self.starts.get(index)?;
        Reader {
            rest: self.record(index),
        }
        .page_head()
    }

    /// The record of a page, changed or not; empty for a page that is not there.
    fn record(&self, index: usize) -> &[u8] {
        let start = self.starts.get(index).copied().unwrap_or(self.stored.len());
        let end = self.starts.get(index + 1).copied().unwrap_or(self.stored.len());
        self.stored.get(start..end).unwrap_or_default()
    }
}
