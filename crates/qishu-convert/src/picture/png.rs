//! PNG files: decoded, colours and opacity parted, compressed anew.

use std::io::Cursor;

use ::png::{BitDepth, ColorType, Decoder, DecodingError, Transformations};

use super::{Colours, Orientation, PdfImage, PictureError, Samples, check_size, exif};

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
    let (colours, has_opacity) = match (frame.color_type, frame.bit_depth) {
        (ColorType::Grayscale, BitDepth::Eight) => (Colours::Grey, false),
        (ColorType::GrayscaleAlpha, BitDepth::Eight) => (Colours::Grey, true),
        (ColorType::Rgb, BitDepth::Eight) => (Colours::Rgb, false),
        (ColorType::Rgba, BitDepth::Eight) => (Colours::Rgb, true),
        _ => {
            return Err(PictureError::Unsupported {
                what: "an unusual PNG pixel format",
            });
        }
    };
    let mut unpacked = if has_opacity {
        Samples::with_opacity(width, height, colours, &samples)
    } else {
        Samples::new(width, height, colours, samples)
    };
    unpacked.orientation = orientation;
    unpacked.compress()
}

fn damaged(error: &DecodingError) -> PictureError {
    PictureError::damaged(error.to_string())
}
