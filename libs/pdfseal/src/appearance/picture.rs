//! A seal or signature picture as ready PDF objects.

use sealpki::Sha256State;
use thiserror::Error;

use super::{
    emit::{deflate, push_integer, push_numbers, push_reference},
    jpeg, png,
    vector::VectorPicture,
};

/// Pictures above this number of pixels are refused before anything is decoded.
pub const MAX_PICTURE_PIXELS: u64 = 25_000_000;

const FORMAT_VERSION: u8 = 1;

/// Why a picture cannot be used as a stamp.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The bytes are not a picture this function reads, or are cut short.
    #[error("the stamp picture cannot be read: {0}; upload a valid PNG or JPEG file")]
    Damaged(String),
    /// Too many pixels, judged from the header.
    #[error("the stamp picture has {width} x {height} pixels; at most {MAX_PICTURE_PIXELS} are allowed")]
    TooLarge {
        /// Pixels per row.
        width: u64,
        /// Rows.
        height: u64,
    },
    /// A vector picture with no size, or with numbers that are not finite.
    #[error("the vector picture has no usable size or coordinates ({width} x {height} points)")]
    NoSize {
        /// Natural width in points.
        width: f64,
        /// Natural height in points.
        height: f64,
    },
    /// Text that the font cannot show.
    #[error(transparent)]
    Text(#[from] crate::font::FontError),
    /// Stored picture bytes that were not written by [`StampPicture::to_bytes`].
    #[error("the stored stamp picture is not in the known format; prepare it again from the original")]
    UnknownFormat,
}

/// A picture prepared once, when a seal is made or a signature is drawn: signing copies its bytes and does no image work.
///
/// Transparency is kept: vectors paint only their shapes, raster pictures carry their alpha channel as an `/SMask`
/// (ISO 32000-2, 11.6.5.2).
#[derive(Clone, Debug, PartialEq)]
pub struct StampPicture {
    width_pt: f64,
    height_pt: f64,
    /// Size of the first object in its own units: 1 x 1 for an image, the bounding box for a form.
    unit: [f64; 2],
    /// The first object is painted; the others are what it refers to.
    objects: Vec<PreparedObject>,
    id: [u8; 32],
}

/// One object with places where references to its sisters go.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PreparedObject {
    pub(crate) bytes: Vec<u8>,
    /// Offset into `bytes` (ascending) and index of the object referred to.
    pub(super) references: Vec<(usize, usize)>,
}

impl StampPicture {
    /// Prepares a picture made of outlines.
    ///
    /// # Errors
    /// [`PictureError::NoSize`] when the size is not positive or a coordinate is not finite.
    pub fn from_vector(picture: &VectorPicture) -> Result<Self, PictureError> {
        let (width, height) = (picture.width_pt, picture.height_pt);
        if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite() && picture.is_finite()) {
            return Err(PictureError::NoSize { width, height });
        }
        let form = form_object([width, height], b"<< >>", &picture.content(), Vec::new());
        Ok(Self::assemble([width, height], [width, height], vec![form]))
    }

    /// Prepares a PNG file: colours and alpha channel are unpacked and compressed again for PDF.
    ///
    /// # Errors
    /// [`PictureError::Damaged`] or [`PictureError::TooLarge`].
    pub fn from_png(file: &[u8]) -> Result<Self, PictureError> {
        let decoded = png::decode(file)?;
        Ok(Self::assemble(
            decoded.size_pt,
            [1.0, 1.0],
            decoded.into_objects(),
        ))
    }

    /// Prepares a JPEG file: its bytes are kept as they are (`/DCTDecode`), the EXIF orientation is honoured.
    ///
    /// # Errors
    /// [`PictureError::Damaged`] or [`PictureError::TooLarge`].
    pub fn from_jpeg(file: &[u8]) -> Result<Self, PictureError> {
        let (size_pt, objects) = jpeg::prepare(file)?;
        Ok(Self::assemble(size_pt, [1.0, 1.0], objects))
    }

    /// Natural width in points (from the file's resolution; 72 pixels to the inch when it states none).
    #[must_use]
    pub fn width_pt(&self) -> f64 {
        self.width_pt
    }

    /// Natural height in points.
    #[must_use]
    pub fn height_pt(&self) -> f64 {
        self.height_pt
    }

    /// The largest size with the picture's own proportions that fits into a box, in points.
    #[must_use]
    pub fn fit(&self, width: f64, height: f64) -> (f64, f64) {
        let scale = (width / self.width_pt).min(height / self.height_pt);
        (self.width_pt * scale, self.height_pt * scale)
    }

    /// Digest of the prepared bytes: the same picture is embedded once per document.
    #[must_use]
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// The prepared picture as bytes for storage beside the seal.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![FORMAT_VERSION];
        for number in [self.width_pt, self.height_pt, self.unit[0], self.unit[1]] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        push_length(&mut out, self.objects.len());
        for object in &self.objects {
            push_length(&mut out, object.references.len());
            for (offset, target) in &object.references {
                push_length(&mut out, *offset);
                push_length(&mut out, *target);
            }
            push_length(&mut out, object.bytes.len());
            out.extend_from_slice(&object.bytes);
        }
        out
    }

    /// Reads what [`StampPicture::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`PictureError::UnknownFormat`] for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PictureError> {
        let mut reader = Reader { rest: bytes };
        let picture = reader.picture().ok_or(PictureError::UnknownFormat)?;
        if !reader.rest.is_empty() {
            return Err(PictureError::UnknownFormat);
        }
        Ok(picture)
    }

    pub(super) fn assemble(size_pt: [f64; 2], unit: [f64; 2], objects: Vec<PreparedObject>) -> Self {
        let [width_pt, height_pt] = size_pt;
        let mut picture = Self {
            width_pt,
            height_pt,
            unit,
            objects,
            id: [0; 32],
        };
        let mut digest = Sha256State::new();
        digest.update(&picture.to_bytes());
        picture.id = digest.finish();
        picture
    }

    pub(crate) fn unit(&self) -> [f64; 2] {
        self.unit
    }

    pub(crate) fn objects(&self) -> &[PreparedObject] {
        &self.objects
    }
}

impl PreparedObject {
    /// Appends `[offset → reference]` while the object is being built.
    pub(super) fn push_reference_to(&mut self, target: usize) {
        self.references.push((self.bytes.len(), target));
    }

    /// Writes the object's value, with the sisters numbered from `first`.
    pub(crate) fn write(&self, out: &mut Vec<u8>, first: u32) {
        let mut done = 0;
        for &(offset, target) in &self.references {
            let offset = offset.clamp(done, self.bytes.len());
            out.extend_from_slice(&self.bytes[done..offset]);
            push_reference(
                out,
                first.saturating_add(u32::try_from(target).unwrap_or(u32::MAX)),
                0,
            );
            done = offset;
        }
        out.extend_from_slice(&self.bytes[done..]);
    }
}

/// A form XObject with a compressed content stream. `resources` is the dictionary's text; `references` are offsets into
/// that text with the object they name.
pub(super) fn form_object(
    bbox: [f64; 2],
    resources: &[u8],
    content: &[u8],
    references: Vec<(usize, usize)>,
) -> PreparedObject {
    let mut object = PreparedObject::default();
    let out = &mut object.bytes;
    out.extend_from_slice(b"<< /Type /XObject /Subtype /Form /BBox [0 0 ");
    push_numbers(out, &bbox);
    out.extend_from_slice(b"] /Resources ");
    let start = out.len();
    out.extend_from_slice(resources);
    object.references = references
        .into_iter()
        .map(|(offset, target)| (offset + start, target))
        .collect();
    push_stream(&mut object.bytes, b" /Filter /FlateDecode", &deflate(content));
    object
}

/// Ends an open stream dictionary with `entries` and `/Length`, then writes the data.
pub(super) fn push_stream(out: &mut Vec<u8>, entries: &[u8], data: &[u8]) {
    out.extend_from_slice(entries);
    out.extend_from_slice(b" /Length ");
    push_integer(out, data.len() as u64);
    out.extend_from_slice(b" >>\nstream\n");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\nendstream");
}

fn push_length(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn picture(&mut self) -> Option<StampPicture> {
        if self.take(1)? != [FORMAT_VERSION] {
            return None;
        }
        let mut numbers = [0.0; 4];
        for number in &mut numbers {
            *number = f64::from_be_bytes(self.take(8)?.try_into().ok()?);
        }
        if !numbers.iter().all(|number| number.is_finite() && *number > 0.0) {
            return None;
        }
        let count = self.length()?;
        let mut objects = Vec::new();
        for _ in 0..count {
            objects.push(self.object(count)?);
        }
        let [width, height, unit_width, unit_height] = numbers;
        (count > 0).then(|| StampPicture::assemble([width, height], [unit_width, unit_height], objects))
    }

    fn object(&mut self, count: usize) -> Option<PreparedObject> {
        let mut references = Vec::new();
        for _ in 0..self.length()? {
            references.push((self.length()?, self.length()?));
        }
        let length = self.length()?;
        let bytes = self.take(length)?.to_vec();
        let ordered = references.is_sorted_by_key(|(offset, _)| *offset);
        let inside = references
            .iter()
            .all(|(offset, target)| *offset <= length && *target < count);
        (ordered && inside).then_some(PreparedObject { bytes, references })
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_be_bytes(self.take(4)?.try_into().ok()?)).ok()
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::{FillRule, Rgb, Segment, VectorPath};

    fn square() -> VectorPicture {
        let segments = vec![
            Segment::Move(0.0, 0.0),
            Segment::Line(20.0, 0.0),
            Segment::Line(20.0, 10.0),
            Segment::Close,
        ];
        VectorPicture {
            width_pt: 20.0,
            height_pt: 10.0,
            paths: vec![VectorPath {
                segments,
                fill: Rgb(200, 0, 0),
                rule: FillRule::NonZero,
            }],
        }
    }

    #[test]
    fn a_vector_picture_is_one_form() {
        let picture = StampPicture::from_vector(&square()).unwrap();
        assert_eq!(picture.objects().len(), 1);
        let text = String::from_utf8_lossy(&picture.objects()[0].bytes).into_owned();
        assert!(
            text.starts_with("<< /Type /XObject /Subtype /Form /BBox [0 0 20 10] /Resources << >>"),
            "{text}"
        );
        assert_eq!(picture.fit(100.0, 10.0), (20.0, 10.0));
        assert_eq!(picture.fit(10.0, 10.0), (10.0, 5.0));
    }

    #[test]
    fn storage_bytes_round_trip_and_anything_else_is_refused() {
        let picture = StampPicture::from_vector(&square()).unwrap();
        let bytes = picture.to_bytes();
        assert_eq!(StampPicture::from_bytes(&bytes).unwrap(), picture);
        for length in 0..bytes.len() {
            assert!(
                StampPicture::from_bytes(&bytes[..length]).is_err(),
                "cut at {length}"
            );
        }
        let mut longer = bytes;
        longer.push(0);
        assert!(StampPicture::from_bytes(&longer).is_err());
    }

    #[test]
    fn a_picture_without_size_is_refused() {
        for broken in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let picture = VectorPicture {
                width_pt: broken,
                ..square()
            };
            assert!(matches!(
                StampPicture::from_vector(&picture),
                Err(PictureError::NoSize { .. })
            ));
        }
    }

    #[test]
    fn references_are_filled_in_when_written() {
        let mut object = PreparedObject::default();
        object.bytes.extend_from_slice(b"<< /SMask ");
        object.push_reference_to(1);
        object.bytes.extend_from_slice(b" >>");
        let mut out = Vec::new();
        object.write(&mut out, 40);
        assert_eq!(out, b"<< /SMask 41 0 R >>");
    }
}
