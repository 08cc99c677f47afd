//! JPEG files as image XObjects: the compressed bytes are kept, only the headers are read.

use super::{
    picture::{MAX_PICTURE_PIXELS, PictureError, PreparedObject, form_object, push_stream},
    png::image_dictionary,
};

/// What the headers say.
struct Headers {
    width: u32,
    height: u32,
    components: u8,
    /// An Adobe marker is present: four-component files then store inverted inks.
    adobe: bool,
    /// EXIF orientation, 1 to 8; 1 is upright.
    orientation: u8,
    /// Pixels per inch, when stated.
    density: Option<(f64, f64)>,
}

/// Natural size in points and the objects; the first is the one to paint into the unit square.
pub(super) fn prepare(file: &[u8]) -> Result<([f64; 2], Vec<PreparedObject>), PictureError> {
    let headers = read_headers(file).map_err(|what| PictureError::Damaged(what.to_owned()))?;
    let (width, height) = (headers.width, headers.height);
    if u64::from(width) * u64::from(height) > MAX_PICTURE_PIXELS {
        return Err(PictureError::TooLarge {
            width: width.into(),
            height: height.into(),
        });
    }
    let colour_space: &[u8] = match headers.components {
        1 => b"/DeviceGray",
        3 => b"/DeviceRGB",
        _ => b"/DeviceCMYK",
    };
    let mut image = image_dictionary(width, height, colour_space);
    if headers.components == 4 && headers.adobe {
        image.bytes.extend_from_slice(b" /Decode [1 0 1 0 1 0 1 0]");
    }
    push_stream(&mut image.bytes, b" /Filter /DCTDecode", file);
    let (x, y) = headers.density.unwrap_or((72.0, 72.0));
    let size = [f64::from(width) * 72.0 / x, f64::from(height) * 72.0 / y];
    let turned = headers.orientation >= 5;
    let size = if turned { [size[1], size[0]] } else { size };
    let objects = match orientation_matrix(headers.orientation) {
        None => vec![image],
        Some(matrix) => {
            let content = format!("{matrix} cm /I Do");
            const RESOURCES: &[u8] = b"<< /XObject << /I  >> >>";
            // The reference goes between the two blanks after the name.
            vec![
                form_object([1.0, 1.0], RESOURCES, content.as_bytes(), vec![(18, 1)]),
                image,
            ]
        }
    };
    Ok((size, objects))
}

/// How the stored picture is turned or mirrored inside the unit square (EXIF 2.32, 4.6.4, tag 0x0112).
fn orientation_matrix(orientation: u8) -> Option<&'static str> {
    match orientation {
        2 => Some("-1 0 0 1 1 0"),
        3 => Some("-1 0 0 -1 1 1"),
        4 => Some("1 0 0 -1 0 1"),
        5 => Some("0 -1 -1 0 1 1"),
        6 => Some("0 -1 1 0 0 1"),
        7 => Some("0 1 1 0 0 0"),
        8 => Some("0 1 -1 0 1 0"),
        _ => None,
    }
}

/// Walks the marker segments (ITU-T T.81, B.2) up to the frame header, then checks that the data ends properly.
fn read_headers(file: &[u8]) -> Result<Headers, &'static str> {
    if file.get(..2) != Some(&[0xFF, 0xD8]) {
        return Err("it does not begin like a JPEG file");
    }
    let mut rest = &file[2..];
    let (mut adobe, mut orientation, mut density) = (false, 1, None);
    loop {
        let (marker, body, after) = next_segment(rest).ok_or("a header segment is cut short")?;
        rest = after;
        match marker {
            0xE0 => density = jfif_density(body).or(density),
            0xE1 => orientation = exif_orientation(body).unwrap_or(orientation),
            0xEE => adobe |= body.starts_with(b"Adobe"),
            // Baseline, extended and progressive Huffman frames; PDF has no other kinds (ISO 32000-2, 7.4.8).
            0xC0..=0xC2 => {
                let frame = read_frame(body).ok_or("the frame header is not usable")?;
                if !file.ends_with(&[0xFF, 0xD9]) && !contains_end(rest) {
                    return Err("the picture data is cut short");
                }
                let (width, height, components) = frame;
                return Ok(Headers {
                    width,
                    height,
                    components,
                    adobe,
                    orientation,
                    density,
                });
            }
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err("this kind of JPEG is not supported");
            }
            0xD9 | 0xDA => return Err("there is no frame header"),
            _ => {}
        }
    }
}

fn next_segment(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let start = bytes.iter().position(|byte| *byte != 0xFF)?;
    if start == 0 {
        return None;
    }
    let marker = bytes[start];
    let length = usize::from(u16::from_be_bytes(
        bytes.get(start + 1..start + 3)?.try_into().ok()?,
    ));
    let body = bytes.get(start + 3..start + 1 + length)?;
    Some((marker, body, &bytes[start + 1 + length..]))
}

fn read_frame(body: &[u8]) -> Option<(u32, u32, u8)> {
    let height = u32::from(u16::from_be_bytes([*body.get(1)?, *body.get(2)?]));
    let width = u32::from(u16::from_be_bytes([*body.get(3)?, *body.get(4)?]));
    let components = *body.get(5)?;
    let usable = body[0] == 8 && width > 0 && height > 0 && matches!(components, 1 | 3 | 4);
    usable.then_some((width, height, components))
}

fn jfif_density(body: &[u8]) -> Option<(f64, f64)> {
    let body = body.strip_prefix(b"JFIF\0")?;
    let per_inch = match body.get(2)? {
        1 => 1.0,
        2 => 2.54,
        _ => return None,
    };
    let x = f64::from(u16::from_be_bytes([*body.get(3)?, *body.get(4)?]));
    let y = f64::from(u16::from_be_bytes([*body.get(5)?, *body.get(6)?]));
    (x > 0.0 && y > 0.0).then_some((x * per_inch, y * per_inch))
}

fn exif_orientation(body: &[u8]) -> Option<u8> {
    let tiff = body.strip_prefix(b"Exif\0\0")?;
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let two: [u8; 2] = tiff.get(at..at + 2)?.try_into().ok()?;
        Some(if little {
            u16::from_le_bytes(two)
        } else {
            u16::from_be_bytes(two)
        })
    };
    let four: [u8; 4] = tiff.get(4..8)?.try_into().ok()?;
    let directory = if little {
        u32::from_le_bytes(four)
    } else {
        u32::from_be_bytes(four)
    };
    let directory = usize::try_from(directory).ok().filter(|at| *at < tiff.len())?;
    let entries = usize::from(short(directory)?);
    for index in 0..entries {
        let entry = directory + 2 + index * 12;
        if short(entry)? == 0x0112 {
            return u8::try_from(short(entry + 8)?)
                .ok()
                .filter(|value| (1..=8).contains(value));
        }
    }
    None
}

fn contains_end(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == [0xFF, 0xD9])
}

#[cfg(test)]
mod tests {
    use crate::appearance::StampPicture;

    fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
        let mut out = vec![0xFF, marker];
        out.extend_from_slice(&u16::try_from(body.len() + 2).unwrap().to_be_bytes());
        out.extend_from_slice(body);
        out
    }

    fn file(segments: &[Vec<u8>], components: u8) -> Vec<u8> {
        let mut out = vec![0xFF, 0xD8];
        out.extend(segments.concat());
        let mut frame = vec![8, 0, 20, 0, 40, components];
        frame.extend(std::iter::repeat_n(0, usize::from(components) * 3));
        out.extend(segment(0xC0, &frame));
        out.extend([0xFF, 0xDA, 0, 2, 1, 2, 3, 0xFF, 0xD9]);
        out
    }

    #[test]
    fn plain_files_are_passed_through() {
        let bytes = file(&[segment(0xE0, b"JFIF\0\x01\x02\x01\0\x90\0\x90")], 3);
        let picture = StampPicture::from_jpeg(&bytes).unwrap();
        assert_eq!((picture.width_pt(), picture.height_pt()), (20.0, 10.0));
        assert!(
            picture.objects()[0]
                .bytes
                .windows(bytes.len())
                .any(|window| window == bytes)
        );
    }

    #[test]
    fn a_turned_photo_is_painted_upright() {
        let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let picture = StampPicture::from_jpeg(&file(&[segment(0xE1, exif)], 3)).unwrap();
        assert_eq!((picture.width_pt(), picture.height_pt()), (20.0, 40.0));
        let mut out = Vec::new();
        picture.objects()[0].write(&mut out, 7);
        assert!(String::from_utf8_lossy(&out).contains("<< /XObject << /I 8 0 R >> >>"));
    }

    #[test]
    fn adobe_files_with_four_inks_are_inverted() {
        let picture = StampPicture::from_jpeg(&file(&[segment(0xEE, b"Adobe\0d\0\0\0\0\0")], 4)).unwrap();
        let text = String::from_utf8_lossy(&picture.objects()[0].bytes).into_owned();
        assert!(text.contains("/DeviceCMYK /Decode [1 0 1 0 1 0 1 0]"), "{text}");
    }

    #[test]
    fn every_cut_of_a_file_is_refused() {
        let bytes = file(&[segment(0xE0, b"JFIF\0\x01\x02\x01\0\x90\0\x90")], 3);
        for length in 0..bytes.len() - 1 {
            assert!(
                StampPicture::from_jpeg(&bytes[..length]).is_err(),
                "cut at {length}"
            );
        }
    }
}
