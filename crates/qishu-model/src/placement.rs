//! Where stamps go: turns the positions of a request (keyword, coordinates, across-page) into boxes on pages.
//!
//! Pure geometry: page sizes, keyword hits and picture sizes come in, boxes or a typed refusal go out. It never looks
//! at a PDF, a seal or a contract, and it does not decide who may stamp where. All lengths are points (1/72 inch) in
//! the page as a viewer shows it: origin at the lower-left corner of the crop box after rotation, y upwards.
//! The rules are those of chapter 7 of the Open API contract sheet and the decisions D-51 to D-54.

mod across;
mod geometry;
#[cfg(test)]
mod tests;

use thiserror::Error;

pub use geometry::{Size, fit_in_box, points_from_mm};
use geometry::{keep_on_page, normal_rotation};

/// Size of one displayed page, in points.
pub type PageSize = Size;

/// What a stamper puts on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StampKind {
    /// `COMPANY`: company or professional seal.
    Company,
    /// `PERSONAL`: signature of a person.
    Personal,
    /// `LP`: seal of the legal representative.
    LegalPerson,
    /// `TIMESTAMP`: printed signing date.
    Timestamp,
    /// `ACROSS_PAGE`: strips on all pages.
    AcrossPage,
    /// `ACROSS_PAGE_ODD`: strips on pages 1, 3, 5 …
    AcrossPageOdd,
    /// `ACROSS_PAGE_EVEN`: strips on pages 2, 4, 6 …
    AcrossPageEven,
    /// `ACROSS_PAGE_SCOPE`: strips on the pages of `sealPageConfig`.
    AcrossPageScope,
}

impl StampKind {
    /// True for the kinds that cut one seal into strips.
    #[must_use]
    pub const fn is_across_page(self) -> bool {
        matches!(
            self,
            Self::AcrossPage | Self::AcrossPageOdd | Self::AcrossPageEven | Self::AcrossPageScope
        )
    }

    /// True for the kinds whose box a request may size with `width` and `height`.
    #[must_use]
    pub const fn has_own_box(self) -> bool {
        matches!(self, Self::Personal | Self::Timestamp)
    }
}

/// `acrossType`: which pages an across-page seal counts as one sequence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum AcrossType {
    /// `SINGLE_DOCUMENT`: the stamper's document alone, or every document on its own when it names none.
    #[default]
    SingleDocument,
    /// `ALL_DOCUMENT`: these documents (indices; empty = all) in contract order, as if they were one.
    AllDocuments(Vec<usize>),
}

/// One position as it was asked for. Fields left out by the caller stay `None`; the defaults are applied here.
#[derive(Debug, Clone, PartialEq)]
pub struct StampSpec {
    /// What is stamped.
    pub kind: StampKind,
    /// Index of the document among those given to [`place`]; `None` is allowed for across-page kinds and when there
    /// is exactly one document.
    pub document: Option<usize>,
    /// Natural size of the picture in points (seals: millimetres × 72/25.4). For `PERSONAL` and `TIMESTAMP` only its
    /// proportions count.
    pub picture: Size,
    /// `keyword`: wins over `page` unless it is empty or blank.
    pub keyword: Option<String>,
    /// `keywordIndex`: 1 = first (default), n = n-th, 0 = every hit, -1 = last, -n = n-th from the end.
    pub keyword_index: Option<i64>,
    /// `page`: 1-based (default 1), 0 = every page, -1 = last page, -n = n-th from the end (D-51).
    pub page: Option<i64>,
    /// `offsetX`: fraction of the page width. Ignored by across-page kinds.
    pub offset_x: Option<f64>,
    /// `offsetY`: fraction of the page height.
    pub offset_y: Option<f64>,
    /// `width` of the box in points, 10 to 120; `PERSONAL` and `TIMESTAMP` only (D-54).
    pub box_width: Option<f64>,
    /// `height` of the box in points, 4 to 48; `PERSONAL` and `TIMESTAMP` only (D-54).
    pub box_height: Option<f64>,
    /// `rotationDegrees`: clockwise, 0 to 360, around the centre of the picture. Ignored by across-page kinds, whose
    /// strips only meet when they stand upright.
    pub rotation_degrees: Option<f64>,
    /// `sealPageConfig`: page list such as `2,4~7`; `ACROSS_PAGE_SCOPE` only.
    pub seal_page_config: Option<String>,
    /// `acrossType`; across-page kinds only.
    pub across_type: AcrossType,
}

impl StampSpec {
    /// A position with nothing but a kind and a picture: first page of the only document, lower-left corner.
    #[must_use]
    pub const fn new(kind: StampKind, picture: Size) -> Self {
        Self {
            kind,
            document: None,
            picture,
            keyword: None,
            keyword_index: None,
            page: None,
            offset_x: None,
            offset_y: None,
            box_width: None,
            box_height: None,
            rotation_degrees: None,
            seal_page_config: None,
            across_type: AcrossType::SingleDocument,
        }
    }

    /// The text to look for, when this position goes by keyword (7.3).
    #[must_use]
    pub fn effective_keyword(&self) -> Option<&str> {
        if self.kind.is_across_page() {
            return None;
        }
        self.keyword.as_deref().filter(|text| !text.trim().is_empty())
    }
}

/// One place of a keyword: the right end of its last glyph, on the baseline (D-52).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeywordHit {
    /// Page, counted from 0.
    pub page: usize,
    /// Distance from the left edge of the page, in points.
    pub x: f64,
    /// Distance from the lower edge of the page, in points.
    pub y: f64,
}

/// Which point of the picture lies on the keyword point (server option of D-52).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeywordAnchor {
    /// The lower-left corner of the picture.
    #[default]
    LowerLeft,
    /// The middle of the picture's left edge: the keyword lies at half the seal's height.
    MiddleLeft,
}

/// Settings of one call of [`place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlacementOptions {
    /// `locateAllStamperKeywords`: true = every keyword must be found; false = one is enough, the others are dropped.
    pub locate_all_keywords: bool,
    /// Point of the picture that lies on a keyword.
    pub keyword_anchor: KeywordAnchor,
}

impl Default for PlacementOptions {
    fn default() -> Self {
        Self {
            locate_all_keywords: true,
            keyword_anchor: KeywordAnchor::LowerLeft,
        }
    }
}

/// The part of the picture that one page of an across-page seal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// Number of the strip from the left, counted from 0.
    pub index: usize,
    /// How many strips of equal width the picture is cut into.
    pub count: usize,
}

/// One box on one page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Index of the position in the list given to [`place`].
    pub stamper: usize,
    /// What is stamped.
    pub kind: StampKind,
    /// Index of the document.
    pub document: usize,
    /// Page, counted from 0.
    pub page: usize,
    /// Left edge of the box before rotation, in points.
    pub x: f64,
    /// Lower edge of the box before rotation, in points.
    pub y: f64,
    /// Width in points. With a slice: width of the strip, not of the whole picture.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// Clockwise rotation around the centre of the box, 0 ≤ degrees < 360.
    pub rotation_degrees: f64,
    /// Set for across-page seals.
    pub slice: Option<Slice>,
}

/// Field of a position, named as in the API so that the answer can name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlacementField {
    /// `documentId`
    DocumentId,
    /// `height`
    Height,
    /// `offsetX`
    OffsetX,
    /// `offsetY`
    OffsetY,
    /// `rotationDegrees`
    RotationDegrees,
    /// `sealPageConfig`
    SealPageConfig,
    /// `width`
    Width,
}

impl PlacementField {
    /// Name of the field in the API.
    #[must_use]
    pub const fn api_name(self) -> &'static str {
        match self {
            Self::DocumentId => "documentId",
            Self::Height => "height",
            Self::OffsetX => "offsetX",
            Self::OffsetY => "offsetY",
            Self::RotationDegrees => "rotationDegrees",
            Self::SealPageConfig => "sealPageConfig",
            Self::Width => "width",
        }
    }
}

/// Why the positions cannot be placed. `stamper` is the index in the list given to [`place`].
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PlacementRefusal {
    /// A keyword, or the asked-for occurrence of it, is not in the document (code 1108).
    #[error("keyword \"{keyword}\" (occurrence {index}, 0 = all) was not found in the document")]
    KeywordNotFound {
        /// Position that asked for it.
        stamper: usize,
        /// The text looked for.
        keyword: String,
        /// `keywordIndex` in effect.
        index: i64,
    },
    /// The document has no such page (code 1109).
    #[error("page {page} is beyond the document, which has {page_count} pages")]
    PageBeyond {
        /// Position that asked for it.
        stamper: usize,
        /// The page asked for, as given.
        page: i64,
        /// How many pages there are.
        page_count: usize,
    },
    /// A field has a value outside its range or cannot be read (code 1005).
    #[error("{}: {reason}", field.api_name())]
    InvalidField {
        /// Position that carries it.
        stamper: usize,
        /// The field.
        field: PlacementField,
        /// What is wrong and what is allowed.
        reason: String,
    },
    /// The picture has no positive, finite size: a fault of the caller, not of the request.
    #[error("the picture of position {stamper} has no usable size ({width} × {height} pt)")]
    UnusablePicture {
        /// Position that carries it.
        stamper: usize,
        /// Width as given.
        width: f64,
        /// Height as given.
        height: f64,
    },
}

/// Places all positions of one call.
///
/// `documents` holds the displayed page sizes of every document in contract order; `find_keyword(document, text)`
/// answers the hits of a text in a document in reading order (page by page, top to bottom, left to right).
/// The boxes come in the order of `stampers`; across-page positions that take in fewer than two pages give none (7.5).
///
/// # Errors
/// The first refusal found, in the order of `stampers`. With `locate_all_keywords` off, missing keywords count only
/// when no keyword of the call was found (7.3).
pub fn place(
    documents: &[Vec<PageSize>],
    stampers: &[StampSpec],
    options: PlacementOptions,
    mut find_keyword: impl FnMut(usize, &str) -> Vec<KeywordHit>,
) -> Result<Vec<Placed>, PlacementRefusal> {
    let mut placed = Vec::new();
    let mut first_missing = None;
    let mut any_keyword_found = false;
    for (stamper, spec) in stampers.iter().enumerate() {
        let job = Job {
            stamper,
            spec,
            documents,
        };
        if spec.kind.is_across_page() {
            placed.extend(across::place(&job)?);
        } else if let Some(keyword) = spec.effective_keyword() {
            match job.by_keyword(keyword, options.keyword_anchor, &mut find_keyword) {
                Ok(boxes) => {
                    any_keyword_found = true;
                    placed.extend(boxes);
                }
                Err(missing @ PlacementRefusal::KeywordNotFound { .. }) if !options.locate_all_keywords => {
                    first_missing.get_or_insert(missing);
                }
                Err(refusal) => return Err(refusal),
            }
        } else {
            placed.extend(job.by_page()?);
        }
    }
    match first_missing {
        Some(missing) if !any_keyword_found => Err(missing),
        _ => Ok(placed),
    }
}

/// Joins the positions of the call to those given before: a box of the call within 1 pt of a given one of the same
/// kind on the same page is dropped (D-55, `MUST_ALLOW`).
#[must_use]
pub fn union(given: Vec<Placed>, of_call: Vec<Placed>) -> Vec<Placed> {
    let mut all = given;
    let given_count = all.len();
    for candidate in of_call {
        let is_duplicate = all.iter().take(given_count).any(|known| {
            known.kind == candidate.kind
                && known.document == candidate.document
                && known.page == candidate.page
                && (known.x - candidate.x).abs() <= 1.0
                && (known.y - candidate.y).abs() <= 1.0
        });
        if !is_duplicate {
            all.push(candidate);
        }
    }
    all
}

/// One position together with what it is placed on.
struct Job<'a> {
    stamper: usize,
    spec: &'a StampSpec,
    documents: &'a [Vec<PageSize>],
}

impl Job<'_> {
    /// Coordinate mode (7.2, D-51).
    fn by_page(&self) -> Result<Vec<Placed>, PlacementRefusal> {
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
    fn by_keyword(
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

    fn document(&self) -> Result<(usize, &[PageSize]), PlacementRefusal> {
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

    fn usable(&self, picture: Size) -> Result<Size, PlacementRefusal> {
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
    fn coordinate_offset(
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

    fn invalid(&self, field: PlacementField, reason: impl Into<String>) -> PlacementRefusal {
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
