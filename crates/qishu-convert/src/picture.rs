//! PDF files of pictures: a page for each; GIF and TIFF files may hold several.
//!
//! The rule for the page: A4 (595 × 842 points), landscape when the picture as displayed is wider than high, portrait
//! otherwise. The picture is scaled, up or down, to the largest size that fits without margin, keeps its proportions
//! and stands in the middle. The same bytes always give the same file.
//!
//! JPEG data is not compressed again; what does not show (EXIF with its places and times, comments, thumbnails, data
//! behind the picture) is left out. Colour profiles are not carried over: colours are device grey, RGB or CMYK.

mod bmp;
mod exif;
mod gif;
mod jpeg;
mod pdf;
mod pixels;
mod png;
mod samples;
mod tiff;

pub use pixels::{Pixels, decode_picture};

use thiserror::Error;

use crate::kind::{FileKind, detect};

use samples::{Frames, Samples};

/// Most pixels a picture may have. It is judged by the header, before anything is decoded.
pub const MAX_PIXELS: u64 = 25_000_000;
/// Most pixels all pictures of one file may have together.
pub const MAX_TOTAL_PIXELS: u64 = 200_000_000;
/// Most pictures in one file.
pub const MAX_FRAMES: usize = 500;

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PictureError {
    /// The data breaks the rules of its format.
    #[error("the picture is damaged: {what}")]
    Damaged {
        /// What is wrong.
        what: String,
    },
    /// The content is no picture that can be converted.
    #[error("the file is {found}, only gif, jpeg, png and tiff pictures can be converted")]
    NotConvertible {
        /// What it is.
        found: FileKind,
    },
    /// More pictures, or more pixels in all pictures together, than allowed.
    #[error(
        "the file holds more than {MAX_FRAMES} pictures, or more than 200 million pixels; send fewer at once"
    )]
    TooMany,
    /// More pixels than allowed.
    #[error("the picture has {width} × {height} pixels, at most 25 million are allowed; make it smaller")]
    TooLarge {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A rare form of the format that PDF readers do not show.
    #[error("the picture uses {what}, which is not supported; save it as an ordinary PNG or JPEG")]
    Unsupported {
        /// The form.
        what: &'static str,
    },
}

impl PictureError {
    fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

/// Makes a PDF of a GIF, JPEG, PNG or TIFF file: one page for each picture in it.
///
/// # Errors
/// When it is none of them, damaged, too large, or of a form that PDF does not know.
pub fn picture_to_pdf(picture: &[u8]) -> Result<Vec<u8>, PictureError> {
    let images = match detect(picture) {
        FileKind::Gif => gif::read(picture)?,
        FileKind::Jpeg => vec![jpeg::read(picture)?],
        FileKind::Png => vec![png::read(picture)?],
        FileKind::Tiff => tiff::read(picture)?,
        found => return Err(PictureError::NotConvertible { found }),
    };
    Ok(pdf::write(&images))
}

/// Reads a whole PNG or JPEG picture and tells how many pixels it is wide and high when displayed.
///
/// # Errors
/// As [`picture_to_pdf`].
pub(crate) fn displayed_size(picture: &[u8]) -> Result<(u32, u32), PictureError> {
    let image = match detect(picture) {
        FileKind::Jpeg => jpeg::read(picture)?,
        FileKind::Png => png::read(picture)?,
        found => return Err(PictureError::NotConvertible { found }),
    };
    Ok(if image.orientation.swaps_sides() {
        (image.height, image.width)
    } else {
        (image.width, image.height)
    })
}

/// A picture ready to be put into a PDF.
struct PdfImage {
    width: u32,
    height: u32,
    colours: Colours,
    /// How it must be turned to be displayed.
    orientation: Orientation,
    /// Encoded samples and the name of their filter.
    data: Vec<u8>,
    filter: &'static str,
    /// Deflated opacity, eight bits a pixel; absent when all is opaque.
    opacity: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colours {
    Grey,
    Rgb,
    Cmyk,
    /// As Adobe programs store it: 255 is no ink.
    InvertedCmyk,
}

impl Colours {
    /// Samples per pixel.
    const fn channels(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
            Self::Cmyk | Self::InvertedCmyk => 4,
        }
    }
}

/// EXIF orientation, 1 to 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Orientation(u8);

impl Orientation {
    const UPRIGHT: Self = Self(1);

    /// Whether rows become columns.
    const fn swaps_sides(self) -> bool {
        self.0 >= 5
    }

    /// The matrix that turns the unit square with the picture in it (EXIF 2.3, 4.6.4 A, tag 274).
    const fn matrix(self) -> [i8; 6] {
        match self.0 {
            2 => [-1, 0, 0, 1, 1, 0],
            3 => [-1, 0, 0, -1, 1, 1],
            4 => [1, 0, 0, -1, 0, 1],
            5 => [0, -1, -1, 0, 1, 1],
            6 => [0, -1, 1, 0, 0, 1],
            7 => [0, 1, 1, 0, 0, 0],
            8 => [0, 1, -1, 0, 1, 0],
            _ => [1, 0, 0, 1, 0, 0],
        }
    }
}

/// Refuses empty and too large pictures.
fn check_size(width: u32, height: u32) -> Result<(), PictureError> {
    if width == 0 || height == 0 {
        return Err(PictureError::damaged("it has no pixels"));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(PictureError::TooLarge { width, height });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
