//! TIFF files: every page.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Cursor;

use ::tiff::decoder::{Decoder, DecodingResult, Limits};
use ::tiff::tags::Tag;
use ::tiff::{ColorType, TiffError};

use super::{Colours, Frames, MAX_FRAMES, Orientation, PdfImage, PictureError, Samples, check_size};

/// Interpretation "palette color" (TIFF 6.0, section 5).
const WITH_TABLE: u16 = 3;
/// Entries of a table of colours: three tables of 2 to the power of the depth (TIFF 6.0, section 5).
const CHANNELS: usize = 3;

pub(super) fn read(file: &[u8]) -> Result<Vec<PdfImage>, PictureError> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = 256 << 20;
    limits.intermediate_buffer_size = 128 << 20;
    let (file, with_tables) = without_colour_tables(file, &limits)?;
    let decoder = Decoder::new(Cursor::new(file.as_ref())).map_err(refused)?;
    let mut decoder = decoder.with_limits(limits);
    let mut frames = Frames::default();
    loop {
        let (width, height) = decoder.dimensions().map_err(refused)?;
        check_size(width, height)?;
        let has_table = decoder
            .ifd_pointer()
            .is_some_and(|place| with_tables.contains(&place.0));
        frames.add(&page(&mut decoder, width, height, has_table)?)?;
        if !decoder.more_images() {
            return frames.finish();
        }
        decoder.next_image().map_err(refused)?;
    }
}

fn refused(error: TiffError) -> PictureError {
    match error {
        TiffError::UnsupportedError(_) => PictureError::Unsupported {
            what: "a rare form of TIFF",
        },
        other => PictureError::damaged(other.to_string()),
    }
}

/// The library does not read pages with a table of colours. Called grey, they are read as the numbers of colours that
/// they are. The file with these pages renamed, and the places of their directories.
fn without_colour_tables<'a>(
    file: &'a [u8],
    limits: &Limits,
) -> Result<(Cow<'a, [u8]>, HashSet<u64>), PictureError> {
    let mut file = Cow::Borrowed(file);
    let mut found = HashSet::new();
    let decoder = Decoder::new(Cursor::new(file.clone().into_owned())).map_err(refused)?;
    let mut decoder = decoder.with_limits(limits.clone());
    for _ in 0..=MAX_FRAMES {
        let kind = decoder.find_tag_unsigned::<u16>(Tag::PhotometricInterpretation);
        if kind.map_err(refused)? == Some(WITH_TABLE)
            && let Some(place) = decoder.ifd_pointer()
            && let Ok(at) = usize::try_from(place.0)
            && rename(file.to_mut(), at).is_some()
        {
            found.insert(place.0);
        }
        if !decoder.more_images() {
            break;
        }
        decoder.next_image().map_err(refused)?;
    }
    Ok((file, found))
}

/// Sets the interpretation of the directory at a place to "black is zero" (TIFF 6.0, section 2).
fn rename(file: &mut [u8], directory: usize) -> Option<()> {
    let is_little = file.starts_with(b"II");
    let short = |file: &[u8], at: usize| {
        let pair = file.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        })
    };
    let count = usize::from(short(file, directory)?);
    for index in 0..count {
        let entry = directory.checked_add(2 + 12 * index)?;
        if short(file, entry)? == Tag::PhotometricInterpretation.to_u16() {
            let long = short(file, entry + 2)? == 4;
            let value = file.get_mut(entry + 8..entry + 12)?;
            let grey: [u8; 4] = match (is_little, long) {
                (true, _) => [1, 0, 0, 0],
                (false, true) => [0, 0, 0, 1],
                (false, false) => [0, 1, 0, 0],
            };
            value.copy_from_slice(&grey);
            return Some(());
        }
    }
    None
}

fn page(
    decoder: &mut Decoder<Cursor<&[u8]>>,
    width: u32,
    height: u32,
    has_table: bool,
) -> Result<Samples, PictureError> {
    let kind = decoder.colortype().map_err(refused)?;
    let orientation = decoder
        .find_tag_unsigned::<u8>(Tag::Orientation)
        .map_err(refused)?
        .filter(|value| (1..=8).contains(value))
        .map_or(Orientation::UPRIGHT, Orientation);
    let table = if has_table {
        Some(decoder.get_tag_u16_vec(Tag::ColorMap).map_err(refused)?)
    } else {
        None
    };
    let bytes = match decoder.read_image().map_err(refused)? {
        DecodingResult::U8(bytes) => bytes,
        // The high byte of each sample is what eight bits can hold.
        DecodingResult::U16(samples) => samples
            .into_iter()
            .map(|sample| sample.to_be_bytes()[0])
            .collect(),
        _ => {
            return Err(PictureError::Unsupported {
                what: "TIFF samples of more than 16 bits",
            });
        }
    };
    let mut samples = match (kind, &table) {
        (ColorType::Gray(depth @ (1 | 2 | 4 | 8)), Some(table)) => {
            let pixels = look_up(&unpack(&bytes, width, depth), table)?;
            Samples::new(width, height, Colours::Rgb, pixels)
        }
        _ => convert(kind, &bytes, width, height)?,
    };
    samples.orientation = orientation;
    let expected = u64::from(width) * u64::from(height) * samples.colours.channels() as u64;
    if samples.pixels.len() as u64 == expected {
        Ok(samples)
    } else {
        Err(PictureError::damaged(
            "the TIFF data has a wrong number of samples",
        ))
    }
}

/// Eight bits a sample, in colours that PDF knows.
fn convert(kind: ColorType, bytes: &[u8], width: u32, height: u32) -> Result<Samples, PictureError> {
    let plain = |colours, pixels: Vec<u8>| Samples::new(width, height, colours, pixels);
    Ok(match kind {
        ColorType::Gray(depth @ (1 | 2 | 4)) => {
            let highest = (1u16 << depth) - 1;
            let spread = |value: u8| u8::try_from(u16::from(value) * 255 / highest).unwrap_or(u8::MAX);
            plain(
                Colours::Grey,
                unpack(bytes, width, depth).into_iter().map(spread).collect(),
            )
        }
        ColorType::Gray(8 | 16) => plain(Colours::Grey, bytes.to_vec()),
        ColorType::GrayA(8 | 16) => Samples::with_opacity(width, height, Colours::Grey, bytes),
        ColorType::RGB(8 | 16) => plain(Colours::Rgb, bytes.to_vec()),
        ColorType::RGBA(8 | 16) => Samples::with_opacity(width, height, Colours::Rgb, bytes),
        ColorType::CMYK(8 | 16) => plain(Colours::Cmyk, bytes.to_vec()),
        ColorType::YCbCr(8) => plain(Colours::Rgb, bytes.chunks_exact(3).flat_map(rgb_of_ycc).collect()),
        _ => {
            return Err(PictureError::Unsupported {
                what: "unusual TIFF colours",
            });
        }
    })
}

/// Samples of less than a byte, one per byte; each row begins with a new byte.
fn unpack(bytes: &[u8], width: u32, depth: u8) -> Vec<u8> {
    if depth == 8 {
        return bytes.to_vec();
    }
    let per_byte = 8 / usize::from(depth);
    let width = usize::try_from(width).unwrap_or(usize::MAX);
    let row_bytes = width.div_ceil(per_byte).max(1);
    let mask = (1u8 << depth) - 1;
    let row = |row: &[u8]| -> Vec<u8> {
        let shifts = (0..per_byte).rev().map(|index| index * usize::from(depth));
        let shifts: Vec<usize> = shifts.collect();
        let values = row
            .iter()
            .flat_map(|byte| shifts.iter().map(move |shift| byte >> shift & mask));
        values.take(width).collect()
    };
    bytes.chunks_exact(row_bytes).flat_map(row).collect()
}

fn look_up(indices: &[u8], table: &[u16]) -> Result<Vec<u8>, PictureError> {
    let size = table.len() / CHANNELS;
    let missing = || PictureError::damaged("the TIFF data uses a colour that its table does not have");
    let mut pixels = Vec::with_capacity(indices.len() * CHANNELS);
    for index in indices {
        for channel in 0..CHANNELS {
            let entry = (usize::from(*index) < size)
                .then(|| table.get(channel * size + usize::from(*index)))
                .flatten();
            pixels.push(entry.ok_or_else(missing)?.to_be_bytes()[0]);
        }
    }
    Ok(pixels)
}

/// ITU-R BT.601 with full range, as JFIF has it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a byte"
)]
fn rgb_of_ycc(pixel: &[u8]) -> [u8; 3] {
    let [y, cb, cr] = [0, 1, 2].map(|index| f32::from(pixel.get(index).copied().unwrap_or_default()));
    let (cb, cr) = (cb - 128.0, cr - 128.0);
    let byte = |value: f32| value.round().clamp(0.0, 255.0) as u8;
    [
        byte(y + 1.402 * cr),
        byte(y - 0.344_136 * cb - 0.714_136 * cr),
        byte(y + 1.772 * cb),
    ]
}
