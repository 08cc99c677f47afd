//! PNG files: decoded, colours and opacity parted, compressed anew.

use std::io::{Cursor, Write as _};

use ::png::{BitDepth, ColorType, Decoder, DecodingError, Transformations};
use flate2::{Compression, write::ZlibEncoder};

use super::{Colours, Orientation, PdfImage, PictureError, check_size, exif};

pub(super) fn read(file: &[u8]) -> Result<PdfImage, PictureError> {
    let mut decoder = Decoder::new(Cursor::new(file));
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|error| damaged(&error))?;
    let info = reader.info();
    let (width, height) = (info.width, info.height);
    check_size(width, height)?;
    let orientation = info
        .exif_metadata
        .as_deref()
        .map_or(Orientation::UPRIGHT, exif::orientation);
    let length = reader
        .output_buffer_size()
        .ok_or_else(|| PictureError::damaged("its size overflows"))?;
    let mut samples = vec![0; length];
    let frame = reader.next_frame(&mut samples).map_err(|error| damaged(&error))?;
    samples.truncate(frame.buffer_size());
    let (colours, channels, has_opacity) = match (frame.color_type, frame.bit_depth) {
        (ColorType::Grayscale, BitDepth::Eight) => (Colours::Grey, 1, false),
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => (Colours::Grey, 1, true),
        (ColorType::Rgb, BitDepth::Eight) => (Colours::Rgb, 3, false),
        (ColorType::Rgba, BitDepth::Eight) => (Colours::Rgb, 3, true),
        _ => {
            return Err(PictureError::Unsupported {
                what: "an unusual PNG pixel format",
            });
        }
    };
    let (data, opacity) = if has_opacity {
        let (colour_samples, opacity) = part(&samples, channels);
        let is_opaque = opacity.iter().all(|value| *value == 255);
        (
            deflate(&colour_samples)?,
            if is_opaque { None } else { Some(deflate(&opacity)?) },
        )
    } else {
        (deflate(&samples)?, None)
    };
    Ok(PdfImage {
        width,
        height,
        colours,
        orientation,
        data,
        filter: "FlateDecode",
        opacity,
    })
}

fn damaged(error: &DecodingError) -> PictureError {
    PictureError::damaged(error.to_string())
}

/// Parts pixels of some colour channels and one of opacity.
fn part(samples: &[u8], channels: usize) -> (Vec<u8>, Vec<u8>) {
    let pixels = samples.len() / (channels + 1);
    let (mut colours, mut opacity) = (Vec::with_capacity(pixels * channels), Vec::with_capacity(pixels));
    for pixel in samples.chunks_exact(channels + 1) {
        if let Some((alpha, colour)) = pixel.split_last() {
            colours.extend_from_slice(colour);
            opacity.push(*alpha);
        }
    }
    (colours, opacity)
}

fn deflate(data: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(data).and_then(|()| encoder.finish());
    written.map_err(|error| PictureError::damaged(format!("it cannot be compressed: {error}")))
}
