//! Seals from photographs and scans: the paper is taken away, the ink stays, at the physical size of the seal (14.8, D-45).

use std::collections::VecDeque;

use crate::error::SealArtError;
use crate::png_file::encode_rgba;

/// From this luminance on a pixel is paper.
const PAPER: f32 = 240.0;
/// Up to this luminance a pixel is ink; between the two the edge is soft.
const INK: f32 = 200.0;
/// Opacity from which a pixel counts as content when the picture is cropped.
const CONTENT: u8 = 24;
/// Resolution of the picture that `seal/image` answers (D-38).
const API_DPI: f64 = 300.0;
/// Resolution of the picture that is printed on documents (D-38).
const PRINT_DPI: f64 = 600.0;
const MM_PER_INCH: f64 = 25.4;
/// Smallest and largest side of a seal, in millimetres.
const SIDE_MM: std::ops::RangeInclusive<f64> = 1.0..=200.0;

/// A seal made of a picture, as PNG files with transparent ground and the seal's physical size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoSeal {
    /// 300 dots per inch.
    pub image: Vec<u8>,
    /// 600 dots per inch.
    pub print: Vec<u8>,
}

/// A picture's pixels: red, green, blue, opacity, row by row from the top left.
#[derive(Debug, Clone, Copy)]
pub struct PhotoPixels<'a> {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Four bytes a pixel.
    pub rgba: &'a [u8],
}

/// Takes away the paper, crops to what is left, and fits that into a seal of this size, in its own proportions and in
/// the middle. The colour of the ink stays.
///
/// # Errors
/// [`SealArtError::OutOfRange`] for a side below 1 or above 200 mm, [`SealArtError::Invalid`] of `sealImage` when nothing but
/// paper is on the picture.
pub fn photo_seal(photo: PhotoPixels<'_>, width_mm: f64, height_mm: f64) -> Result<PhotoSeal, SealArtError> {
    for (field, value_mm) in [("width", width_mm), ("height", height_mm)] {
        if !SIDE_MM.contains(&value_mm) {
            return Err(SealArtError::OutOfRange {
                field,
                value_mm,
                min_mm: *SIDE_MM.start(),
                max_mm: *SIDE_MM.end(),
            });
        }
    }
    let ink = Ink::of(photo);
    let content = ink.content().ok_or_else(|| SealArtError::Invalid {
        field: "sealImage",
        value: "a picture of blank paper".to_owned(),
        expected: "a seal darker than the paper it is on".to_owned(),
    })?;
    Ok(PhotoSeal {
        image: ink.render(content, width_mm, height_mm, API_DPI)?,
        print: ink.render(content, width_mm, height_mm, PRINT_DPI)?,
    })
}

/// Pixels whose paper is transparent.
struct Ink {
    width: usize,
    rgba: Vec<u8>,
}

/// A part of the picture: first column and row, columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Ink {
    fn of(photo: PhotoPixels<'_>) -> Self {
        let mut rgba = photo.rgba.to_vec();
        for pixel in rgba.chunks_exact_mut(4) {
            pixel[3] = opacity(pixel);
        }
        Self {
            width: photo.width as usize,
            rgba,
        }
    }

    /// The smallest part with everything that can be seen.
    fn content(&self) -> Option<Part> {
        let (mut left, mut right) = (usize::MAX, 0);
        let (mut top, mut bottom) = (usize::MAX, 0);
        for (y, row) in self.rgba.chunks_exact((self.width * 4).max(4)).enumerate() {
            for (x, pixel) in row.chunks_exact(4).enumerate() {
                if pixel[3] >= CONTENT {
                    (left, right) = (left.min(x), right.max(x));
                    (top, bottom) = (top.min(y), bottom.max(y));
                }
            }
        }
        (left <= right && top <= bottom).then(|| Part {
            x: left,
            y: top,
            width: right - left + 1,
            height: bottom - top + 1,
        })
    }

    fn render(&self, part: Part, width_mm: f64, height_mm: f64, dpi: f64) -> Result<Vec<u8>, SealArtError> {
        let (width, height) = (pixels(width_mm, dpi), pixels(height_mm, dpi));
        let scale = (ratio(width, part.width)).min(ratio(height, part.height));
        let (inner_width, inner_height) = (
            scaled(part.width, scale, width),
            scaled(part.height, scale, height),
        );
        let inner = self.resampled(part, inner_width, inner_height);
        let (left, top) = ((width - inner_width) / 2, (height - inner_height) / 2);
        let mut canvas = vec![0; width * height * 4];
        for (row, line) in inner.chunks_exact(inner_width * 4).enumerate() {
            let start = ((top + row) * width + left) * 4;
            if let Some(place) = canvas.get_mut(start..start + line.len()) {
                place.copy_from_slice(line);
            }
        }
        encode_rgba(width, height, &canvas, dpi)
    }

    /// A part in another size. Every pixel is the weighted mean of those it covers, and opacity weighs colours, so that
    /// paper does not bleed into the ink. Rows are made as they are needed: a large scan must not be kept twice.
    fn resampled(&self, part: Part, width: usize, height: usize) -> Vec<u8> {
        let columns = weights(part.width, width);
        let rows = weights(part.height, height);
        let mut ready: VecDeque<(usize, Vec<f32>)> = VecDeque::new();
        let mut out = Vec::with_capacity(width * height * 4);
        for window in &rows {
            ready.retain(|(row, _)| *row >= window.first);
            let next = ready.back().map_or(window.first, |(row, _)| row + 1);
            for row in next..window.first + window.shares.len() {
                ready.push_back((row, self.row(part, part.y + row, &columns)));
            }
            let mut sums = vec![0.0_f32; width * 4];
            for (share, (_, line)) in window.shares.iter().zip(&ready) {
                for (sum, value) in sums.iter_mut().zip(line) {
                    *sum += share * value;
                }
            }
            out.extend(sums.chunks_exact(4).flat_map(straight));
        }
        out
    }

    /// One row of the part in its new width; colours multiplied by opacity.
    fn row(&self, part: Part, y: usize, columns: &[Window]) -> Vec<f32> {
        let start = (y * self.width + part.x) * 4;
        let row = self.rgba.get(start..start + part.width * 4).unwrap_or_default();
        let mut line = Vec::with_capacity(columns.len() * 4);
        for window in columns {
            let mut sums = [0.0_f32; 4];
            let covered = row.chunks_exact(4).skip(window.first);
            for (share, pixel) in window.shares.iter().zip(covered) {
                let opacity = share * f32::from(pixel[3]) / 255.0;
                for (sum, colour) in sums.iter_mut().zip(&pixel[..3]) {
                    *sum += opacity * f32::from(*colour);
                }
                sums[3] += opacity * 255.0;
            }
            line.extend_from_slice(&sums);
        }
        line
    }
}

/// Opacity of a pixel once the paper is gone.
fn opacity(pixel: &[u8]) -> u8 {
    let luminance = 0.299 * f32::from(pixel[0]) + 0.587 * f32::from(pixel[1]) + 0.114 * f32::from(pixel[2]);
    let ink = ((PAPER - luminance) / (PAPER - INK)).clamp(0.0, 1.0);
    byte(f32::from(pixel[3]) * ink)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn byte(value: f32) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

/// A sum of weighted pixels as red, green, blue, opacity.
fn straight(sums: &[f32]) -> [u8; 4] {
    let opacity = sums[3] / 255.0;
    if opacity <= 0.0 {
        return [0; 4];
    }
    [
        byte(sums[0] / opacity),
        byte(sums[1] / opacity),
        byte(sums[2] / opacity),
        byte(sums[3]),
    ]
}

/// Which pixels make up one new pixel, and their shares, which add up to 1.
struct Window {
    first: usize,
    shares: Vec<f32>,
}

/// The windows that turn `from` pixels into `to`: triangles as wide as a new pixel, at least as wide as an old one.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides of pictures are far below 2^23"
)]
fn weights(from: usize, to: usize) -> Vec<Window> {
    let step = from as f32 / to as f32;
    let reach = step.max(1.0);
    (0..to)
        .map(|place| {
            let centre = (place as f32 + 0.5) * step - 0.5;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor().max(0.0) as usize).min(from - 1);
            let first = first.min(last);
            let share = |at: usize| (1.0 - (at as f32 - centre).abs() / reach).max(0.0);
            let mut shares: Vec<f32> = (first..=last).map(share).collect();
            let sum: f32 = shares.iter().sum();
            if sum > 0.0 {
                shares.iter_mut().for_each(|share| *share /= sum);
            } else {
                let even = 1.0 / shares.len() as f32;
                shares.fill(even);
            }
            Window { first, shares }
        })
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sides are checked to be at most 200 mm"
)]
fn pixels(mm: f64, dpi: f64) -> usize {
    ((mm * dpi / MM_PER_INCH).round() as usize).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "sides of pictures are far below 2^52")]
fn ratio(to: usize, from: usize) -> f64 {
    to as f64 / from as f64
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "bounded by the canvas"
)]
fn scaled(side: usize, scale: f64, most: usize) -> usize {
    ((side as f64 * scale).round() as usize).clamp(1, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White paper with a red square of 20 pixels in it.
    fn scan() -> Vec<u8> {
        let mut rgba = Vec::new();
        for y in 0..60 {
            for x in 0..80 {
                let ink = (30..50).contains(&x) && (10..30).contains(&y);
                rgba.extend_from_slice(if ink {
                    &[200, 20, 30, 255]
                } else {
                    &[250, 250, 248, 255]
                });
            }
        }
        rgba
    }

    fn decode(file: &[u8]) -> (u32, u32, Vec<u8>, u32) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let info = reader.info();
        (info.width, info.height, pixels, info.pixel_dims.unwrap().xppu)
    }

    #[test]
    fn the_paper_goes_and_the_ink_fills_the_seal() {
        let rgba = scan();
        let photo = PhotoPixels {
            width: 80,
            height: 60,
            rgba: &rgba,
        };
        let seal = photo_seal(photo, 40.0, 16.0).unwrap();
        let (width, height, pixels, per_metre) = decode(&seal.image);
        assert_eq!((width, height, per_metre), (472, 189, 11_811));
        let at = |x: usize, y: usize| <[u8; 4]>::try_from(&pixels[(y * 472 + x) * 4..][..4]).unwrap();
        assert_eq!(at(0, 0), [0, 0, 0, 0], "beside the square in the middle");
        assert_eq!(at(236, 94), [200, 20, 30, 255], "the ink keeps its colour");
        assert_eq!(at(236, 0)[3], 255, "the square touches the edge");
        let (width, height, _, per_metre) = decode(&seal.print);
        assert_eq!((width, height, per_metre), (945, 378, 23_622));
    }

    #[test]
    fn large_pictures_shrink_without_losing_thin_lines() {
        let mut rgba = vec![255_u8; 600 * 600 * 4];
        for y in 0..600 {
            for x in (0..600).step_by(60) {
                let start = (y * 600 + x) * 4;
                for pixel in rgba[start..start + 12].chunks_exact_mut(4) {
                    pixel.copy_from_slice(&[220, 0, 0, 255]);
                }
            }
        }
        let photo = PhotoPixels {
            width: 600,
            height: 600,
            rgba: &rgba,
        };
        let seal = photo_seal(photo, 20.0, 20.0).unwrap();
        let (width, _, pixels, _) = decode(&seal.image);
        let row = &pixels[..width as usize * 4];
        let lines = row
            .chunks_exact(4)
            .collect::<Vec<_>>()
            .windows(2)
            .filter(|pair| pair[0][3] < 60 && pair[1][3] >= 60)
            .count();
        assert!((9..=10).contains(&lines), "{lines}");
    }

    #[test]
    fn blank_paper_and_senseless_sizes_are_refused() {
        let rgba = vec![255; 10 * 10 * 4];
        let photo = PhotoPixels {
            width: 10,
            height: 10,
            rgba: &rgba,
        };
        assert_eq!(
            photo_seal(photo, 20.0, 20.0).unwrap_err().field(),
            Some("sealImage")
        );
        assert_eq!(photo_seal(photo, 0.0, 20.0).unwrap_err().field(), Some("width"));
        assert_eq!(
            photo_seal(photo, 20.0, 201.0).unwrap_err().field(),
            Some("height")
        );
    }
}
