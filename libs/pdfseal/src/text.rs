//! Where text stands on the pages of a PDF, for placing stamps by keyword.
//!
//! [`TextIndex::read`] walks the page contents once and keeps every glyph with its Unicode text and its place;
//! [`TextIndex::find`] looks for a keyword as a person would see it, across the pieces a line was drawn in. The index
//! is independent of the file, small, and can be stored ([`TextIndex::to_bytes`]). It extracts positions only: no
//! reading order for articles, no tables, no recognition of text in pictures.

mod bytes;
mod glyphs;
mod guard;
mod layout;
mod plain;
mod radicals;
mod search;
mod stub_font;
#[cfg(test)]
mod tests;
mod unicode;

use std::sync::OnceLock;

use thiserror::Error;

use crate::{Document, Limits, ReadError};
use layout::PageLayout;

/// What reading the text of one file may cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextLimits {
    /// Limits of reading the file itself; pages are bounded here.
    pub reading: Limits,
    /// Decoded bytes of all streams together. Default 1 GiB.
    pub decoded_bytes: usize,
    /// Glyphs on all pages together. Default 3,000,000 (a dense page has about 2,000).
    pub glyphs: usize,
    /// Drawing steps on all pages together, counting what forms inside forms repeat. Default 30,000,000.
    pub drawing_steps: usize,
}

impl Default for TextLimits {
    fn default() -> Self {
        Self {
            reading: Limits::default(),
            decoded_bytes: 1 << 30,
            glyphs: 3_000_000,
            drawing_steps: 30_000_000,
        }
    }
}

/// Why there is no index.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// The file is not accepted.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The page contents cannot be followed although the structure of the file is sound.
    #[error("the text of the PDF file cannot be read: {what}")]
    Unreadable {
        /// What went wrong.
        what: &'static str,
    },
    /// The contents are larger than the caller allows.
    #[error("the text of the PDF file cannot be read: it has more than {limit} {what}")]
    LimitExceeded {
        /// The thing counted, in the plural.
        what: &'static str,
        /// The allowed number.
        limit: usize,
    },
    /// Stored bytes are not an index of this version; read the file anew.
    #[error("the stored text index is of another version or damaged at byte {at}; read the PDF file anew")]
    StoredIndex {
        /// Where reading stopped.
        at: usize,
    },
}

/// One place of a keyword, in displayed coordinates: points, origin in the lower left corner of the page as a viewer
/// shows it (crop box, rotation and user unit applied), y upwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Page, counted from 0.
    pub page: usize,
    /// Right end of the last glyph (its end in the direction of writing; of vertical text its right side).
    pub x: f64,
    /// The baseline at that end.
    pub y: f64,
    /// Origin of the first glyph.
    pub start_x: f64,
    /// The baseline at that origin.
    pub start_y: f64,
    /// Font size of the last glyph, in points.
    pub height: f64,
}

/// The text of all pages with its places.
#[derive(Debug, Clone, Default)]
pub struct TextIndex {
    pages: Vec<PageText>,
    layout: OnceLock<Vec<PageLayout>>,
}

impl PartialEq for TextIndex {
    fn eq(&self, other: &Self) -> bool {
        self.pages == other.pages
    }
}

/// The text of one page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageText {
    /// Displayed width in points.
    pub width: f32,
    /// Displayed height in points.
    pub height: f32,
    /// The runs in the order they are drawn.
    pub runs: Vec<Run>,
}

/// Glyphs shown by one operator: same font, size and direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Origin of the first glyph on the baseline, in displayed coordinates.
    pub origin: [f32; 2],
    /// Unit vector along the text.
    pub direction: [f32; 2],
    /// Unit vector towards the next line: down for upright text, left for vertical text.
    pub next_line: [f32; 2],
    /// Font size in points.
    pub size: f32,
    /// Whether the font writes from top to bottom.
    pub vertical: bool,
    /// The glyphs.
    pub glyphs: Vec<RunGlyph>,
}

/// One glyph of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunGlyph {
    /// What it means; U+FFFD when the file does not say.
    pub text: Box<str>,
    /// Distance of its origin from the origin of the run, along the direction, in points.
    pub start: f32,
    /// Its advance along the direction, in points, letter spacing not counted.
    pub advance: f32,
}

impl TextIndex {
    /// Reads the text of a file: page contents, forms, and the appearances of annotations; white and invisible text
    /// counts, hidden layers do not.
    ///
    /// # Errors
    ///
    /// When the file is refused by the strict reader, exceeds a limit, or its contents cannot be followed.
    pub fn read(pdf: &[u8], limits: &TextLimits) -> Result<Self, TextError> {
        let document = Document::open(pdf, &limits.reading)?;
        Self::of_document(&document, limits)
    }

    /// The same for a file that is already open.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn of_document(document: &Document<'_>, limits: &TextLimits) -> Result<Self, TextError> {
        guard::check_streams(document, limits)?;
        Ok(Self::of_pages(glyphs::read_pages(document, limits)?))
    }

    fn of_pages(pages: Vec<PageText>) -> Self {
        Self {
            pages,
            layout: OnceLock::new(),
        }
    }

    /// The pages in order.
    #[must_use]
    pub fn pages(&self) -> &[PageText] {
        &self.pages
    }

    /// All places of a keyword: page by page, top to bottom, left to right.
    ///
    /// Blanks and line breaks count neither in the keyword nor on the page. Characters are compared exactly; only when
    /// the whole document has no such place, compatible forms count as equal (Unicode NFKC: full and half width,
    /// Kangxi radicals; and the CJK radicals supplement). A place may span several runs and go on in the next line,
    /// but never jumps over a wide gap.
    #[must_use]
    pub fn find(&self, keyword: &str) -> Vec<Hit> {
        let layout = self
            .layout
            .get_or_init(|| self.pages.iter().map(PageLayout::of_page).collect());
        search::find(layout, keyword)
    }

    /// The index as bytes, to be stored beside the file. The form may change between versions.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        bytes::write(&self.pages)
    }

    /// Reads what [`Self::to_bytes`] wrote.
    ///
    /// # Errors
    ///
    /// [`TextError::StoredIndex`] when the bytes are damaged or of another version.
    pub fn from_bytes(stored: &[u8]) -> Result<Self, TextError> {
        bytes::read(stored).map(Self::of_pages)
    }
}
