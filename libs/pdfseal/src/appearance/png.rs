//! PNG files as image XObjects with a soft mask.

use std::io::Cursor;

use super::{
    emit::{deflate, push_integer},
    picture::{MAX_PICTURE_PIXELS, PictureError, PreparedObject, push_stream},
};

/// Colours and transparency of a decoded picture, one byte per sample.
pub(super) struct Decoded {
    pub(super) size_pt: [f64; 2],
    width: u32,
    height: u32,
    /// 1 (grey) or 3 (RGB) samples per pixel.
    channels: usize,
    colours: Vec<u8>,
    /// Absent when every pixel is opaque.
    alpha: Option<Vec<u8>>,
}

pub(super) fn decode(file: &[u8]) -> Result<Decoded, PictureError> {
    let mut decoder = png::Decoder::new(Cursor::new(file));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(damaged)?;
    let (width, height) = (reader.info().width, reader.info().height);
    if u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS {
        return Err(PictureError::TooLarge {
            width: width.into(),
            height: height.into(),
        });
    }
    let size_pt = size_in_points(reader.info());
    let length = reader
        .output_buffer_size()
        .ok_or_else(|| PictureError::Damaged("no size".to_owned()))?;
    let mut pixels = vec![0; length];
    let frame = reader.next_frame(&mut pixels).map_err(damaged)?;
    pixels.truncate(frame.buffer_size());
    let (channels, has_alpha) = match frame.color_type {
        png::ColorType::Grayscale => (1, false),
        png::ColorType::GrayscaleAlpha => (1, true),
        png::ColorType::Rgb => (3, false),
        png::ColorType::Rgba => (3, true),
        png::ColorType::Indexed => return Err(PictureError::Damaged("palette was not expanded".to_owned())),
    };
    let (colours, alpha) = if has_alpha {
        split_alpha(&pixels, channels)
    } else {
        (pixels, None)
    };
    Ok(Decoded {
        size_pt,
        width,
        height,
        channels,
        colours,
        alpha,
    })
}

impl Decoded {
    /// The image, followed by its soft mask if it has one.
    pub(super) fn into_objects(self) -> Vec<PreparedObject> {
        let colour_space: &[u8] = if self.channels == 1 {
            b"/DeviceGray"
        } else {
            b"/DeviceRGB"
        };
        let mut image = image_dictionary(self.width, self.height, colour_space);
        let Some(alpha) = self.alpha else {
            push_stream(
                &mut image.bytes,
                b" /Filter /FlateDecode",
                &deflate(&self.colours),
            );
            return vec![image];
        };
        image.bytes.extend_from_slice(b" /SMask ");
        image.push_reference_to(1);
        push_stream(
            &mut image.bytes,
            b" /Filter /FlateDecode",
            &deflate(&self.colours),
        );
        let mut mask = image_dictionary(self.width, self.height, b"/DeviceGray");
        push_stream(&mut mask.bytes, b" /Filter /FlateDecode", &deflate(&alpha));
        vec![image, mask]
    }
}

/// An open image dictionary (ISO 32000-2, 8.9.5), eight bits per component.
pub(super) fn image_dictionary(width: u32, height: u32, colour_space: &[u8]) -> PreparedObject {
    let mut object = PreparedObject::default();
    let out = &mut object.bytes;
    out.extend_from_slice(b"<< /Type /XObject /Subtype /Image /Width ");
    push_integer(out, width.into());
    out.extend_from_slice(b" /Height ");
    push_integer(out, height.into());
    out.extend_from_slice(b" /BitsPerComponent 8 /ColorSpace ");
    out.extend_from_slice(colour_space);
    object
}

/// Separates the last sample of each pixel. Colours of invisible pixels are replaced by the last visible one: readers
/// that scale colour and mask separately would otherwise show fringes, and long runs compress to nothing.
fn split_alpha(pixels: &[u8], channels: usize) -> (Vec<u8>, Option<Vec<u8>>) {
    let count = pixels.len() / (channels + 1);
    let mut colours = Vec::with_capacity(count * channels);
    let mut alpha = Vec::with_capacity(count);
    let mut visible = first_visible(pixels, channels);
    for pixel in pixels.chunks_exact(channels + 1) {
        let (colour, opacity) = pixel.split_at(channels);
        if opacity[0] > 0 {
            visible = colour;
        }
        colours.extend_from_slice(visible);
        alpha.push(opacity[0]);
    }
    let opaque = alpha.iter().all(|value| *value == u8::MAX);
    (colours, (!opaque).then_some(alpha))
}

fn first_visible(pixels: &[u8], channels: usize) -> &[u8] {
    let mut all = pixels.chunks_exact(channels + 1);
    all.find(|pixel| pixel[channels] > 0)
        .map_or(&[u8::MAX; 3][..channels], |pixel| &pixel[..channels])
}

fn size_in_points(info: &png::Info<'_>) -> [f64; 2] {
    let per_inch = |pixels_per_metre: u32| f64::from(pixels_per_metre) * 0.0254;
    let (x, y) = match info.pixel_dims {
        Some(dims) if dims.unit == png::Unit::Meter && dims.xppu > 0 && dims.yppu > 0 => {
            (per_inch(dims.xppu), per_inch(dims.yppu))
        }
        _ => (72.0, 72.0),
    };
    [
        f64::from(info.width) * 72.0 / x,
        f64::from(info.height) * 72.0 / y,
    ]
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn damaged(error: png::DecodingError) -> PictureError {
    PictureError::Damaged(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::StampPicture;

    fn encode(width: u32, height: u32, colour: png::ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(colour);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: 11_811,
            yppu: 11_811,
            unit: png::Unit::Meter,
        }));
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(pixels).unwrap();
        writer.finish().unwrap();
        file
    }

    #[test]
    fn transparency_becomes_a_soft_mask() {
        let file = encode(2, 1, png::ColorType::Rgba, &[255, 0, 0, 128, 9, 9, 9, 0]);
        let picture = StampPicture::from_png(&file).unwrap();
        assert_eq!(picture.objects().len(), 2);
        let text = String::from_utf8_lossy(&picture.objects()[0].bytes).into_owned();
        assert!(text.contains("/ColorSpace /DeviceRGB /SMask "), "{text}");
        assert!((picture.width_pt() - 2.0 * 72.0 / 300.0).abs() < 1e-4);
    }

    #[test]
    fn invisible_pixels_take_the_colour_of_their_neighbour() {
        let (colours, alpha) = split_alpha(&[9, 9, 9, 0, 1, 2, 3, 255, 7, 7, 7, 0], 3);
        assert_eq!(colours, [1, 2, 3, 1, 2, 3, 1, 2, 3]);
        assert_eq!(alpha.unwrap(), [0, 255, 0]);
    }

    #[test]
    fn opaque_pictures_have_no_mask_and_grey_stays_grey() {
        let file = encode(1, 2, png::ColorType::GrayscaleAlpha, &[10, 255, 20, 255]);
        let picture = StampPicture::from_png(&file).unwrap();
        assert_eq!(picture.objects().len(), 1);
        assert!(String::from_utf8_lossy(&picture.objects()[0].bytes).contains("/DeviceGray"));
    }

    #[test]
    fn broken_and_oversized_files_are_refused() {
        let file = encode(2, 2, png::ColorType::Rgba, &[1; 16]);
        for length in [0, 8, 20, file.len() / 2] {
            assert!(
                matches!(
                    StampPicture::from_png(&file[..length]),
                    Err(PictureError::Damaged(_))
                ),
                "{length}"
            );
        }
        let mut huge = file;
        // Width and height of the header chunk; its checksum follows the 13 data bytes.
        huge[16..24].copy_from_slice(&[0, 0, 0x40, 0, 0, 0, 0x40, 0]);
        let mut checksum = flate2::Crc::new();
        checksum.update(&huge[12..29]);
        huge[29..33].copy_from_slice(&checksum.sum().to_be_bytes());
        assert!(matches!(
            StampPicture::from_png(&huge),
            Err(PictureError::TooLarge { .. })
        ));
    }
}
