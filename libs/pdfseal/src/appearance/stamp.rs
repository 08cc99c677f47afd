//! One stamp: a prepared picture at a place on a page, whole or as a strip of an across-page seal.

use super::{
    emit::{push_integer, push_number, push_numbers, push_reference},
    geometry::WidgetPlace,
    picture::StampPicture,
};

/// Where a picture is shown.
///
/// All lengths are points on the page **as a reader sees it**: origin in the lower-left corner, crop box, rotation and
/// user unit already applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// Page, counted from 0.
    pub page: usize,
    /// Left edge of the box before it is turned.
    pub x: f64,
    /// Lower edge of the box before it is turned.
    pub y: f64,
    /// Width of the box; with a slice, of the strip alone. The picture is stretched to the box.
    pub width: f64,
    /// Height of the box.
    pub height: f64,
    /// Clockwise turn in degrees around the centre of the box.
    pub rotation_degrees: f64,
    /// Index into the pictures of the request.
    pub picture: usize,
    /// The strip of an across-page seal shown here; `None` shows the whole picture.
    pub slice: Option<Slice>,
    /// What the stamp is, for people who do not see it (`/TU`): the name of the company or person.
    pub description: String,
}

/// One vertical strip of a picture cut into `count` strips of equal width (spec 7.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Strip counted from the left, from 0.
    pub index: u32,
    /// Number of strips, at least 1.
    pub count: u32,
}

/// The appearance of one widget (ISO 32000-2, 12.5.5): a form that paints the shared picture, clipped to its box.
///
/// An across-page seal is one picture object and one such form of about 250 bytes per page.
pub(crate) fn appearance_form(
    place: &WidgetPlace,
    picture: &StampPicture,
    picture_number: u32,
    slice: Option<Slice>,
) -> Vec<u8> {
    let mut content = Vec::with_capacity(64);
    push_content(&mut content, place, picture.unit(), slice);
    let mut out = Vec::with_capacity(256);
    out.extend_from_slice(b"<< /Type /XObject /Subtype /Form /BBox [0 0 ");
    push_numbers(&mut out, &[place.width, place.height]);
    out.push(b']');
    if place.matrix != [1.0, 0.0, 0.0, 1.0] {
        out.extend_from_slice(b" /Matrix [");
        for number in place.matrix {
            push_precise(&mut out, number);
            out.push(b' ');
        }
        out.extend_from_slice(b"0 0]");
    }
    out.extend_from_slice(b" /Resources << /XObject << /S ");
    push_reference(&mut out, picture_number, 0);
    out.extend_from_slice(b" >> >> /Length ");
    push_integer(&mut out, content.len() as u64);
    out.extend_from_slice(b" >>\nstream\n");
    out.extend_from_slice(&content);
    out.extend_from_slice(b"\nendstream");
    out
}

fn push_content(out: &mut Vec<u8>, place: &WidgetPlace, unit: [f64; 2], slice: Option<Slice>) {
    let slice = slice.unwrap_or(Slice { index: 0, count: 1 });
    let full_width = place.width * f64::from(slice.count.max(1));
    out.extend_from_slice(b"q ");
    push_precise(out, full_width / unit[0]);
    out.extend_from_slice(b" 0 0 ");
    push_precise(out, place.height / unit[1]);
    out.push(b' ');
    push_number(out, -place.width * f64::from(slice.index));
    out.extend_from_slice(b" 0 cm /S Do Q");
}

/// Factors need more digits than lengths: they are multiplied by the size of the picture.
fn push_precise(out: &mut Vec<u8>, value: f64) {
    if value == value.round() || !value.is_finite() || value.abs() >= 1_000.0 {
        push_number(out, value);
        return;
    }
    let text = format!("{value:.7}");
    out.extend_from_slice(text.trim_end_matches('0').trim_end_matches('.').as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appearance::{PageGeometry, VectorPicture};

    fn picture() -> StampPicture {
        StampPicture::from_vector(&VectorPicture {
            width_pt: 120.0,
            height_pt: 120.0,
            paths: Vec::new(),
        })
        .unwrap()
    }

    fn text(place: &WidgetPlace, slice: Option<Slice>) -> String {
        String::from_utf8(appearance_form(place, &picture(), 9, slice)).unwrap()
    }

    #[test]
    fn a_whole_picture_is_scaled_to_its_box() {
        let place = PageGeometry::new([0.0, 0.0, 600.0, 800.0], 0, 1.0).place(10.0, 10.0, 60.0, 40.0, 0.0);
        assert_eq!(
            text(&place, None),
            "<< /Type /XObject /Subtype /Form /BBox [0 0 60 40] /Resources << /XObject << /S 9 0 R >> >> /Length 32 >>\n\
             stream\nq 0.5 0 0 0.3333333 0 0 cm /S Do Q\nendstream"
                .replace("/Length 32", "/Length 34")
        );
    }

    #[test]
    fn a_strip_shifts_the_whole_picture_behind_a_narrow_box() {
        let place = PageGeometry::new([0.0, 0.0, 600.0, 800.0], 90, 1.0).place(560.0, 10.0, 40.0, 120.0, 0.0);
        let form = text(&place, Some(Slice { index: 2, count: 3 }));
        assert!(
            form.contains("/BBox [0 0 40 120] /Matrix [0 1 -1 0 0 0]"),
            "{form}"
        );
        assert!(form.contains("q 1 0 0 1 -80 0 cm /S Do Q"), "{form}");
    }
}
