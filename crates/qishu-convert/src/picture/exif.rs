//! The orientation in EXIF data (a small TIFF file inside the picture).

use super::Orientation;

const ORIENTATION_TAG: u16 = 274;
const SHORT: u16 = 3;

/// The orientation in a TIFF block; upright when there is none or it cannot be read.
pub(super) fn orientation(tiff: &[u8]) -> Orientation {
    read(tiff)
        .filter(|value| (1..=8).contains(value))
        .map_or(Orientation::UPRIGHT, Orientation)
}

fn read(tiff: &[u8]) -> Option<u8> {
    let is_little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let number = |at: usize, length: usize| {
        let bytes = tiff.get(at..at.checked_add(length)?)?;
        let add = |sum: u32, byte: &u8| sum << 8 | u32::from(*byte);
        Some(if is_little {
            bytes.iter().rev().fold(0, add)
        } else {
            bytes.iter().fold(0, add)
        })
    };
    let directory = usize::try_from(number(4, 4)?).ok()?;
    let count = usize::try_from(number(directory, 2)?).ok()?;
    (0..count).find_map(|index| {
        let entry = directory.checked_add(2 + 12 * index)?;
        let is_orientation = number(entry, 2)? == u32::from(ORIENTATION_TAG)
            && number(entry.checked_add(2)?, 2)? == u32::from(SHORT);
        if is_orientation {
            u8::try_from(number(entry.checked_add(8)?, 2)?).ok()
        } else {
            None
        }
    })
}
