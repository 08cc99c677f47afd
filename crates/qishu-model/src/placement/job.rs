//! One position at a time: checks its fields and gives its upright boxes, by coordinates or by keyword.

use super::geometry::{fit_in_box, keep_on_page, normal_rotation};
use super::{
    KeywordAnchor, KeywordHit, PageSize, Placed, PlacementField, PlacementRefusal, Size, StampKind, StampSpec,
};

/// One position together with what it is placed on.
pub(super) struct Job<'a> {
    pub(super) stamper: usize,
    pub(super) spec: &'a StampSpec,
    pub(super) documents: &'a [Vec<PageSize>],
}

impl Job<'_> {
    /// Coordinate mode (7.2, D-51).
    pub(super) fn by_page(&self) -> Result<Vec<Placed>, PlacementRefusal> {
        let (document, pages) = self.document()?;
        let size = self.stamp_size()?;
        let offset_x = self.coordinate_offset(PlacementField::OffsetX, self.spec.offset_x, 0.0)?;
        let offset_y = self.coordinate_offset(PlacementField::OffsetY, self.spec.offset_y, 0.0)?;
        let rotation = self.rotation()?;
        let indices = self.page_indices(self.spec.page.unwrap_or(1), pages.len())?;
        let boxes = indices.filter_map(|index| pages.get(index).map(|page| (index, page)));
        Ok(boxes
            .map(|(index, page)| {
                let (x, y) = (offset_x * page.width, offset_y * page.height);
                self.upright_box(document, index, *page, (x, y), size, rotation)
            })
            .collect())
    }

    /// Keyword mode (7.3, D-52).
    pub(super) fn by_keyword(
        &self,
        keyword: &str,
        anchor: KeywordAnchor,
        find_keyword: &mut impl FnMut(usize, &str) -> Vec<KeywordHit>,
    ) -> Result<Vec<Placed>, PlacementRefusal> {
        let (document, pages) = self.document()?;
        let size = self.stamp_size()?;
        let offset_x = self.keyword_offset(PlacementField::OffsetX, self.spec.offset_x)?;
        let offset_y = self.keyword_offset(PlacementField::OffsetY, self.spec.offset_y)?;
        let rotation = self.rotation()?;
        let lowered = match anchor {
            KeywordAnchor::LowerLeft => 0.0,
            KeywordAnchor::MiddleLeft => size.height / 2.0,
        };
        let hits = find_keyword(document, keyword);
        let index = self.spec.keyword_index.unwrap_or(1);
        let boxes: Vec<Placed> = chosen_hits(&hits, index)
            .iter()
            .filter_map(|hit| pages.get(hit.page).map(|page| (hit, page)))
            .map(|(hit, page)| {
                let point = (
                    hit.x + offset_x * page.width,
                    hit.y + offset_y * page.height - lowered,
                );
                self.upright_box(document, hit.page, *page, point, size, rotation)
            })
            .collect();
        if boxes.is_empty() {
            return Err(PlacementRefusal::KeywordNotFound {
                stamper: self.stamper,
                keyword: keyword.to_owned(),
                index,
            });
        }
        Ok(boxes)
    }

    fn upright_box(
        &self,
        document: usize,
        page: usize,
        page_size: PageSize,
        point: (f64, f64),
        size: Size,
        rotation_degrees: f64,
    ) -> Placed {
        let (x, y) = keep_on_page(point, size, rotation_degrees, page_size);
        Placed {
            stamper: self.stamper,
            kind: self.spec.kind,
            document,
            page,
            x,
            y,
            width: size.width,
            height: size.height,
            rotation_degrees,
            slice: None,
        }
    }

    pub(super) fn document(&self) -> Result<(usize, &[PageSize]), PlacementRefusal> {
        let index = match self.spec.document {
            Some(index) => index,
            None if self.documents.len() == 1 => 0,
            None => return Err(self.invalid(PlacementField::DocumentId, "is needed for this position")),
        };
        match self.documents.get(index) {
            Some(pages) => Ok((index, pages)),
            None => Err(self.invalid(PlacementField::DocumentId, "names no document of the contract")),
        }
    }

    /// Zero-based pages of a 1-based, 0 = every, negative = from the end page number (7.2, D-51).
    fn page_indices(&self, page: i64, page_count: usize) -> Result<std::ops::Range<usize>, PlacementRefusal> {
        let beyond = || PlacementRefusal::PageBeyond {
            stamper: self.stamper,
            page,
            page_count,
        };
        if page == 0 {
            return if page_count == 0 {
                Err(beyond())
            } else {
                Ok(0..page_count)
            };
        }
        let index = position_in(page, page_count).ok_or_else(beyond)?;
        Ok(index..index + 1)
    }

    /// Size of the picture on the page, the requested box applied where the kind has one (7.6, D-54).
    fn stamp_size(&self) -> Result<Size, PlacementRefusal> {
        let picture = self.spec.picture;
        let defaults = match self.spec.kind {
            StampKind::Personal => Size {
                width: 112.0,
                height: 48.0,
            },
            StampKind::Timestamp => Size {
                width: 120.0,
                height: 16.0,
            },
            _ => return self.usable(picture),
        };
        let width = self.box_side(
            PlacementField::Width,
            self.spec.box_width,
            10.0..=120.0,
            defaults.width,
        )?;
        let height = self.box_side(
            PlacementField::Height,
            self.spec.box_height,
            4.0..=48.0,
            defaults.height,
        )?;
        Ok(fit_in_box(self.usable(picture)?, Size { width, height }))
    }

    pub(super) fn usable(&self, picture: Size) -> Result<Size, PlacementRefusal> {
        let Size { width, height } = picture;
        if width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0 {
            return Ok(picture);
        }
        Err(PlacementRefusal::UnusablePicture {
            stamper: self.stamper,
            width,
            height,
        })
    }

    fn box_side(
        &self,
        field: PlacementField,
        value: Option<f64>,
        range: std::ops::RangeInclusive<f64>,
        default: f64,
    ) -> Result<f64, PlacementRefusal> {
        let value = value.unwrap_or(default);
        if range.contains(&value) {
            return Ok(value);
        }
        Err(self.invalid(
            field,
            format!("must be {} to {} points", range.start(), range.end()),
        ))
    }

    /// Offset of the coordinate mode: 0 to 1; exactly 1 is allowed and moved back onto the page later (D-51).
    pub(super) fn coordinate_offset(
        &self,
        field: PlacementField,
        value: Option<f64>,
        default: f64,
    ) -> Result<f64, PlacementRefusal> {
        let value = value.unwrap_or(default);
        if (0.0..=1.0).contains(&value) {
            return Ok(value);
        }
        Err(self.invalid(field, "must be from 0 up to 1 (a fraction of the page)"))
    }

    /// Offset of the keyword mode: -1 < offset < 1 (7.1).
    fn keyword_offset(&self, field: PlacementField, value: Option<f64>) -> Result<f64, PlacementRefusal> {
        let value = value.unwrap_or(0.0);
        if value > -1.0 && value < 1.0 {
            return Ok(value);
        }
        Err(self.invalid(field, "must be between -1 and 1 (a fraction of the page)"))
    }

    fn rotation(&self) -> Result<f64, PlacementRefusal> {
        let degrees = self.spec.rotation_degrees.unwrap_or(0.0);
        if (0.0..=360.0).contains(&degrees) {
            return Ok(normal_rotation(degrees));
        }
        Err(self.invalid(PlacementField::RotationDegrees, "must be 0 to 360"))
    }

    pub(super) fn invalid(&self, field: PlacementField, reason: impl Into<String>) -> PlacementRefusal {
        PlacementRefusal::InvalidField {
            stamper: self.stamper,
            field,
            reason: reason.into(),
        }
    }
}

/// The hits a `keywordIndex` asks for; empty when there is no such hit.
fn chosen_hits(hits: &[KeywordHit], index: i64) -> &[KeywordHit] {
    if index == 0 {
        return hits;
    }
    position_in(index, hits.len())
        .and_then(|position| hits.get(position..=position))
        .unwrap_or_default()
}

/// Zero-based position of a 1-based number, negative numbers counting from the end.
fn position_in(number: i64, count: usize) -> Option<usize> {
    let distance = usize::try_from(number.unsigned_abs()).ok()?;
    if distance == 0 || distance > count {
        return None;
    }
    Some(if number > 0 {
        distance - 1
    } else {
        count - distance
    })
}
