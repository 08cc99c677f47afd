//! Windows bitmaps without compression: 1, 4, 8, 24 and 32 bits a pixel.

use super::pixels::Pixels;
use super::{PictureError, check_size};

/// Length of the file header; the information header follows.
const FILE_HEADER: usize = 14;
/// Length of the oldest information header with all fields used here.
const INFORMATION_HEADER: u32 = 40;
const UNCOMPRESSED: u32 = 0;
const BIT_FIELDS: u32 = 3;

/// Whether a file looks like a bitmap: its mark, and a header length that exists.
pub(super) fn is_bmp(file: &[u8]) -> bool {
    file.starts_with(b"BM") && number(file, 14).is_ok_and(|length| (40..=124).contains(&length))
}

/// What the headers say.
struct Layout {
    width: u32,
    height: u32,
    /// The first row in the file is the top one.
    top_down: bool,
    bits: usize,
    /// Where the colours of the palette begin.
    palette: usize,
    /// Where the rows begin.
    rows: usize,
}

pub(super) fn read(file: &[u8]) -> Result<Pixels, PictureError> {
    let layout = layout(file)?;
    let (width, height) = (layout.width as usize, layout.height as usize);
    let stride = (width * layout.bits).div_ceil(32) * 4;
    let length = stride.checked_mul(height).ok_or_else(cut_off)?;
    let end = layout.rows.checked_add(length).ok_or_else(cut_off)?;
    let rows = file.get(layout.rows..end).ok_or_else(cut_off)?;
    let mut rgba = Vec::with_capacity(width * height * 4);
    for row in 0..height {
        let row = if layout.top_down { row } else { height - 1 - row };
        let bytes = rows.get(row * stride..(row + 1) * stride).ok_or_else(cut_off)?;
        for x in 0..width {
            let [red, green, blue] = pixel(file, &layout, bytes, x).ok_or_else(cut_off)?;
            rgba.extend_from_slice(&[red, green, blue, 255]);
        }
    }
    Ok(Pixels {
        width: layout.width,
        height: layout.height,
        rgba,
    })
}

fn layout(file: &[u8]) -> Result<Layout, PictureError> {
    let header = number(file, 14)?;
    if header < INFORMATION_HEADER {
        return Err(PictureError::Unsupported {
            what: "an old bitmap header",
        });
    }
    let height = number(file, 22)?.cast_signed();
    let (width, rows) = (number(file, 18)?, height.unsigned_abs());
    check_size(width, rows)?;
    let bits = number(file, 26)? >> 16;
    let compression = number(file, 30)?;
    let usual_masks = compression == BIT_FIELDS
        && bits == 32
        && [number(file, 54)?, number(file, 58)?, number(file, 62)?] == [0x00ff_0000, 0xff00, 0xff];
    if !(compression == UNCOMPRESSED || usual_masks) || !matches!(bits, 1 | 4 | 8 | 24 | 32) {
        return Err(PictureError::Unsupported {
            what: "a compressed bitmap",
        });
    }
    Ok(Layout {
        width,
        height: rows,
        top_down: height < 0,
        bits: bits as usize,
        palette: FILE_HEADER + header as usize,
        rows: number(file, 10)? as usize,
    })
}

/// Red, green and blue of the pixel at place `x` of a row.
fn pixel(file: &[u8], layout: &Layout, row: &[u8], x: usize) -> Option<[u8; 3]> {
    let bgr = match layout.bits {
        24 | 32 => {
            let start = x * layout.bits / 8;
            row.get(start..start + 3)?
        }
        bits => {
            let byte = *row.get(x * bits / 8)?;
            let shift = 8 - bits - (x * bits) % 8;
            let index = (usize::from(byte) >> shift) & ((1 << bits) - 1);
            let start = layout.palette + index * 4;
            // A palette may be shorter than its index allows; behind it there are rows, not colours.
            if start + 4 > layout.rows {
                return None;
            }
            file.get(start..start + 3)?
        }
    };
    Some([*bgr.get(2)?, *bgr.get(1)?, *bgr.first()?])
}

fn number(file: &[u8], at: usize) -> Result<u32, PictureError> {
    let bytes = file.get(at..at + 4).ok_or_else(cut_off)?;
    let mut four = [0; 4];
    four.copy_from_slice(bytes);
    Ok(u32::from_le_bytes(four))
}

fn cut_off() -> PictureError {
    PictureError::damaged("the bitmap ends before the picture does")
}
