//! Pictures as plain pixels, upright: PNG, JPEG, BMP, GIF (D-22 of the organisation group).

use std::io::Cursor;

use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::{Orientation, PictureError, bmp, check_size, exif, jpeg};
use crate::kind::{FileKind, detect};

/// A decoded picture: nothing of the file remains but what can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Red, green, blue, opacity of each pixel, row by row from the top left.
    pub rgba: Vec<u8>,
}

/// Decodes a PNG, JPEG, BMP or GIF picture and turns it upright. Of an animation the first picture counts.
///
/// # Errors
/// When it is none of these, damaged, of a form that is not read, or has more than [`super::MAX_PIXELS`] pixels; that is
/// judged by the header.
pub fn decode_picture(file: &[u8]) -> Result<Pixels, PictureError> {
    match detect(file) {
        FileKind::Png => png(file),
        FileKind::Jpeg => jpeg(file),
        FileKind::Gif => gif(file),
        _ if bmp::is_bmp(file) => bmp::read(file),
        _ => Err(PictureError::Unsupported {
            what: "a format other than PNG, JPEG, BMP and GIF",
        }),
    }
}

fn damaged(error: impl std::fmt::Display) -> PictureError {
    PictureError::damaged(error.to_string())
}

fn png(file: &[u8]) -> Result<Pixels, PictureError> {
    let mut decoder = ::png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(::png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (width, height) = (reader.info().width, reader.info().height);
    check_size(width, height)?;
    let orientation = reader
        .info()
        .exif_metadata
        .as_deref()
        .map_or(Orientation::UPRIGHT, exif::orientation);
    let length = reader
        .output_buffer_size()
        .ok_or_else(|| PictureError::damaged("its size overflows"))?;
    let mut samples = vec![0; length];
    let frame = reader.next_frame(&mut samples).map_err(damaged)?;
    samples.truncate(frame.buffer_size());
    let rgba = match frame.color_type {
        ::png::ColorType::Grayscale => expand(&samples, 1, |s| [s[0], s[0], s[0], 255]),
        ::png::ColorType::GrayscaleAlpha => expand(&samples, 2, |s| [s[0], s[0], s[0], s[1]]),
        ::png::ColorType::Rgb => expand(&samples, 3, |s| [s[0], s[1], s[2], 255]),
        ::png::ColorType::Rgba => samples,
        ::png::ColorType::Indexed => {
            return Err(PictureError::Unsupported {
                what: "an unusual PNG pixel format",
            });
        }
    };
    Ok(upright(Pixels { width, height, rgba }, orientation))
}

fn expand(samples: &[u8], channels: usize, pixel: impl Fn(&[u8]) -> [u8; 4]) -> Vec<u8> {
    samples.chunks_exact(channels).flat_map(pixel).collect()
}

fn jpeg(file: &[u8]) -> Result<Pixels, PictureError> {
    // The headers are judged by the same reader as uploads: size, kind, and that the file is whole.
    let orientation = jpeg::read(file)?.orientation;
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(file), options);
    let rgba = decoder.decode().map_err(damaged)?;
    let (width, height) = decoder
        .dimensions()
        .ok_or_else(|| PictureError::damaged("it has no size"))?;
    let side = |side: usize| u32::try_from(side).map_err(damaged);
    let (width, height) = (side(width)?, side(height)?);
    check_size(width, height)?;
    Ok(upright(Pixels { width, height, rgba }, orientation))
}

fn gif(file: &[u8]) -> Result<Pixels, PictureError> {
    let mut options = ::gif::DecodeOptions::new();
    options.set_color_output(::gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(Cursor::new(file)).map_err(damaged)?;
    let (width, height) = (usize::from(decoder.width()), usize::from(decoder.height()));
    check_size(u32::from(decoder.width()), u32::from(decoder.height()))?;
    let frame = decoder
        .read_next_frame()
        .map_err(damaged)?
        .ok_or_else(|| PictureError::damaged("it has no picture in it"))?;
    let (left, top) = (usize::from(frame.left), usize::from(frame.top));
    let (frame_width, frame_height) = (usize::from(frame.width), usize::from(frame.height));
    if left + frame_width > width || top + frame_height > height {
        return Err(PictureError::damaged("a part lies outside the picture"));
    }
    let mut rgba = vec![0; width * height * 4];
    for (row, pixels) in frame.buffer.chunks_exact((frame_width * 4).max(4)).enumerate() {
        let start = ((top + row) * width + left) * 4;
        if let Some(place) = rgba.get_mut(start..start + pixels.len()) {
            place.copy_from_slice(pixels);
        }
    }
    Ok(Pixels {
        width: u32::from(decoder.width()),
        height: u32::from(decoder.height()),
        rgba,
    })
}

/// Turns a picture as its EXIF orientation says (EXIF 2.3, 4.6.4 A, tag 274).
fn upright(pixels: Pixels, orientation: Orientation) -> Pixels {
    if orientation == Orientation::UPRIGHT {
        return pixels;
    }
    let (width, height) = (pixels.width, pixels.height);
    let (turned_width, turned_height) = if orientation.swaps_sides() {
        (height, width)
    } else {
        (width, height)
    };
    let source = |x: u32, y: u32| match orientation.0 {
        2 => (width - 1 - x, y),
        3 => (width - 1 - x, height - 1 - y),
        4 => (x, height - 1 - y),
        5 => (y, x),
        6 => (y, height - 1 - x),
        7 => (width - 1 - y, height - 1 - x),
        8 => (width - 1 - y, x),
        _ => (x, y),
    };
    let mut rgba = Vec::with_capacity(pixels.rgba.len());
    for y in 0..turned_height {
        for x in 0..turned_width {
            let (from_x, from_y) = source(x, y);
            let start = (from_y as usize * width as usize + from_x as usize) * 4;
            rgba.extend_from_slice(pixels.rgba.get(start..start + 4).unwrap_or(&[0; 4]));
        }
    }
    Pixels {
        width: turned_width,
        height: turned_height,
        rgba,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const WHITE: [u8; 4] = [255, 255, 255, 255];

    /// Two pixels, red and white, without compression: 24 bits, bottom row first.
    fn two_pixels_bmp() -> Vec<u8> {
        let mut file = b"BM".to_vec();
        for number in [62_u32, 0, 54, 40, 2, 1] {
            file.extend_from_slice(&number.to_le_bytes());
        }
        file.extend_from_slice(&[1, 0, 24, 0]);
        file.extend_from_slice(&[0; 24]);
        file.extend_from_slice(&[0, 0, 255, 255, 255, 255, 0, 0]);
        file
    }

    #[test]
    fn bitmaps_are_read() {
        let pixels = decode_picture(&two_pixels_bmp()).unwrap();
        assert_eq!((pixels.width, pixels.height), (2, 1));
        assert_eq!(pixels.rgba, [RED, WHITE].concat());
        let mut cut = two_pixels_bmp();
        cut.truncate(58);
        assert!(matches!(decode_picture(&cut), Err(PictureError::Damaged { .. })));
    }

    #[test]
    fn a_picture_of_too_many_pixels_is_refused_by_its_header() {
        let mut bomb = two_pixels_bmp();
        bomb[18..22].copy_from_slice(&100_000_u32.to_le_bytes());
        bomb[22..26].copy_from_slice(&100_000_u32.to_le_bytes());
        assert!(matches!(
            decode_picture(&bomb),
            Err(PictureError::TooLarge {
                width: 100_000,
                height: 100_000
            })
        ));
    }

    #[test]
    fn gifs_are_read_with_their_transparency() {
        let mut file = Vec::new();
        {
            let mut encoder = ::gif::Encoder::new(&mut file, 2, 1, &[255, 0, 0, 255, 255, 255]).unwrap();
            let frame = ::gif::Frame {
                width: 2,
                height: 1,
                buffer: vec![0, 1].into(),
                transparent: Some(1),
                ..::gif::Frame::default()
            };
            encoder.write_frame(&frame).unwrap();
        }
        let pixels = decode_picture(&file).unwrap();
        assert_eq!(pixels.rgba[..4], RED);
        assert_eq!(pixels.rgba[7], 0);
    }

    #[test]
    fn pictures_are_turned_upright() {
        let pixels = Pixels {
            width: 2,
            height: 1,
            rgba: [RED, WHITE].concat(),
        };
        let turned = upright(pixels.clone(), Orientation(6));
        assert_eq!(
            (turned.width, turned.height, turned.rgba),
            (1, 2, [RED, WHITE].concat())
        );
        let flipped = upright(pixels, Orientation(2));
        assert_eq!(flipped.rgba, [WHITE, RED].concat());
    }

    #[test]
    fn other_files_are_no_pictures() {
        for file in [b"%PDF-1.7".as_slice(), b"", b"BM", b"<svg/>"] {
            assert!(decode_picture(file).is_err());
        }
    }
}
