//! Where stamps go: turns the positions of a request (keyword, coordinates, across-page) into boxes on pages.
//!
//! Pure geometry: page sizes, keyword hits and picture sizes come in, boxes or a typed refusal go out. It never looks
//! at a PDF, a seal or a contract, and it does not decide who may stamp where. All lengths are points (1/72 inch) in
//! the page as a viewer shows it: origin at the lower-left corner of the crop box after rotation, y upwards.
//! The rules are those of chapter 7 of the Open API contract sheet and the decisions D-51 to D-54.

mod across;
mod geometry;
mod job;
#[cfg(test)]
mod tests;

use thiserror::Error;

pub use geometry::{Size, fit_in_box, points_from_mm};
use job::Job;

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
