//! Text along the lower rim: the registration code and the English name, read from left to right.

use crate::drawing::{Point, Segment};
use crate::font::Glyph;
use crate::rim::Midline;
use crate::text::{CAP_EM, Frame, Scale};

/// Digits of the code: height and width of the ink, and distance of their feet from the rim, in millimetres.
const DIGIT_HEIGHT_MM: f64 = 1.5;
const DIGIT_WIDTH_MM: f64 = 0.8;
const DIGIT_FOOT_MM: f64 = 0.6;
/// From one digit to the next on a circle of 42 mm it is 5°; measured along the middle line of the digits that is
/// what the other sizes get too.
const DIGIT_PITCH_MM: f64 = 1.6;

/// English name: cap height it starts with and ends with, and distance of its lowest ink from the rim, millimetres.
const ENGLISH_CAP_MM: f64 = 2.6;
const ENGLISH_CAP_LEAST_MM: f64 = 1.4;
const ENGLISH_FOOT_MM: f64 = 0.6;
/// Horizontal condensing that an English name may suffer before it becomes smaller, and at worst.
const ENGLISH_CONDENSE: f64 = 0.7;
const ENGLISH_CONDENSE_LEAST: f64 = 0.5;
/// Space between letters, in em.
const TRACKING_EM: f64 = 0.08;

/// Text on the lower rim, placed.
#[derive(Debug)]
pub(crate) struct LowerText {
    pub(crate) outlines: Vec<Vec<Segment>>,
    /// How far the text reaches into the seal from the inner edge of the rim, in millimetres.
    pub(crate) depth: f64,
}

/// The registration code: digits of one width at one pitch, centred at the bottom. `a` and `b` are the semi-axes of
/// the inner edge of the rim.
pub(crate) fn code(glyphs: &[Glyph], a: f64, b: f64) -> LowerText {
    let midline = Midline::new(a, b, DIGIT_FOOT_MM + DIGIT_HEIGHT_MM / 2.0);
    let y = DIGIT_HEIGHT_MM / CAP_EM;
    let widest = glyphs
        .iter()
        .filter_map(Glyph::ink_x)
        .fold(0.1, |w, (low, high)| f64::max(w, high - low));
    let scale = Scale {
        x: DIGIT_WIDTH_MM / widest,
        y,
        centre_em: -CAP_EM / 2.0,
    };
    let mut offset = -DIGIT_PITCH_MM * (glyphs.iter().skip(1).map(|_| 1.0).sum::<f64>()) / 2.0;
    let mut outlines = Vec::with_capacity(glyphs.len());
    for glyph in glyphs {
        outlines.push(centred_on_ink(&midline.lower(offset), glyph, scale));
        offset += DIGIT_PITCH_MM;
    }
    LowerText {
        outlines,
        depth: DIGIT_FOOT_MM + DIGIT_HEIGHT_MM,
    }
}

fn centred_on_ink(frame: &Frame, glyph: &Glyph, scale: Scale) -> Vec<Segment> {
    let (low, high) = glyph.ink_x().unwrap_or((0.0, glyph.advance));
    let shift = (glyph.advance / 2.0 - f64::midpoint(low, high)) * scale.x;
    Frame {
        origin: frame.at(shift, 0.0),
        ..*frame
    }
    .place(glyph, scale)
}

/// An English name, letters at their own widths, within `span` radians of parameter angle about the bottom.
/// First it is condensed, then it becomes smaller, then it is condensed more; `None` when even that is too long.
pub(crate) fn english(glyphs: &[Glyph], a: f64, b: f64, span: f64) -> Option<LowerText> {
    let lowest = glyphs
        .iter()
        .flat_map(Glyph::points)
        .map(|p: Point| p.y)
        .fold(0.0, f64::max);
    let tracks: f64 = glyphs.iter().skip(1).map(|_| TRACKING_EM).sum();
    let width_em = glyphs.iter().map(|g| g.advance).sum::<f64>() + tracks;
    let attempt = |cap: f64, least: f64| {
        let y = cap / CAP_EM;
        let foot = ENGLISH_FOOT_MM + lowest * y;
        let midline = Midline::new(a, b, foot + cap / 2.0);
        let length = 2.0 * midline.length_to(span / 2.0);
        let x = (length / width_em).min(y);
        (x >= least * y).then_some((
            midline,
            Scale {
                x,
                y,
                centre_em: -CAP_EM / 2.0,
            },
            foot + cap,
        ))
    };
    let mut cap = ENGLISH_CAP_MM;
    let found = loop {
        if let Some(found) = attempt(cap, ENGLISH_CONDENSE) {
            break found;
        }
        cap -= 0.1;
        if cap < ENGLISH_CAP_LEAST_MM {
            break attempt(ENGLISH_CAP_LEAST_MM, ENGLISH_CONDENSE_LEAST)?;
        }
    };
    let (midline, scale, depth) = found;
    let mut start = -width_em / 2.0;
    let mut outlines = Vec::with_capacity(glyphs.len());
    for glyph in glyphs {
        outlines.push(
            midline
                .lower((start + glyph.advance / 2.0) * scale.x)
                .place(glyph, scale),
        );
        start += glyph.advance + TRACKING_EM;
    }
    Some(LowerText { outlines, depth })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::font::{Faces, Prefer};

    #[test]
    fn code_digits_stand_five_degrees_apart_centred_at_the_bottom() {
        let faces = Faces::open().unwrap();
        let glyphs = faces
            .glyphs("enterpriseCode", "1234567890123", Prefer::Sans)
            .unwrap();
        let text = code(&glyphs, 19.8, 19.8);
        let centres: Vec<f64> = text
            .outlines
            .iter()
            .map(|outline| {
                let points: Vec<Point> = outline.iter().flat_map(Segment::points).collect();
                let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.x, y + p.y));
                x.atan2(y).to_degrees()
            })
            .collect();
        assert!(centres[6].abs() < 1.0, "{centres:?}");
        assert!((centres[12] - centres[0] - 60.0).abs() < 2.5, "{centres:?}");
        let radii = text
            .outlines
            .iter()
            .flatten()
            .flat_map(Segment::points)
            .map(|p| p.x.hypot(p.y));
        let (low, high) = radii.fold((f64::MAX, f64::MIN), |(l, h), r| (l.min(r), h.max(r)));
        assert!(high < 19.8 - 0.5 && low > 19.8 - 2.2, "{low} {high}");
    }

    #[test]
    fn a_long_english_name_becomes_smaller_and_an_endless_one_is_refused() {
        let faces = Faces::open().unwrap();
        let glyphs = |text: &str| faces.glyphs("enContent", text, Prefer::Sans).unwrap();
        let short = english(&glyphs("QISHU CO., LTD."), 21.3, 13.8, 2.3).unwrap();
        let long = english(
            &glyphs("QISHU DEMONSTRATION TECHNOLOGY (CHINA) CO., LTD."),
            21.3,
            13.8,
            2.3,
        )
        .unwrap();
        assert!(short.depth > long.depth);
        assert!(english(&glyphs(&"ENDLESS ".repeat(20)), 21.3, 13.8, 2.3).is_none());
    }
}
