//! Putting glyphs into frames, and preparing what the caller wrote.

use crate::drawing::{Point, Segment};
use crate::font::Glyph;

/// Side of the box that ideographs of the Song face fill, in em: letter heights of a seal measure ink, not the em.
pub(crate) const FACE_EM: f64 = 0.92;
/// Middle of that box, in em below the baseline (it stands above, so negative).
pub(crate) const FACE_CENTRE_EM: f64 = -0.38;
/// Height of digits and capitals of the sans face, in em.
pub(crate) const CAP_EM: f64 = 0.733;

/// Where one character stands: its middle, and the directions of its width and its height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) origin: Point,
    pub(crate) right: Point,
    pub(crate) down: Point,
}

/// Size of a glyph: millimetres per em in both directions, and the em height that comes on the frame's origin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) centre_em: f64,
}

impl Frame {
    /// A frame that stands upright.
    pub(crate) fn upright(x: f64, y: f64) -> Self {
        Self {
            origin: Point::new(x, y),
            right: Point::new(1.0, 0.0),
            down: Point::new(0.0, 1.0),
        }
    }

    /// A place given along the frame's width and height, in millimetres.
    pub(crate) fn at(&self, x: f64, y: f64) -> Point {
        self.origin.plus(self.right, x).plus(self.down, y)
    }

    /// The glyph with the middle of its advance on the origin.
    pub(crate) fn place(&self, glyph: &Glyph, scale: Scale) -> Vec<Segment> {
        let middle = glyph.advance / 2.0;
        let to = |p: Point| self.at((p.x - middle) * scale.x, (p.y - scale.centre_em) * scale.y);
        glyph.segments.iter().map(|s| s.map(to)).collect()
    }

    /// Corners of the box of a character of this width and height.
    pub(crate) fn corners(&self, width: f64, height: f64) -> [Point; 4] {
        let (x, y) = (width / 2.0, height / 2.0);
        [self.at(-x, -y), self.at(x, -y), self.at(x, y), self.at(-x, y)]
    }
}

/// What the caller wrote, ready to engrave: white space at the ends goes, runs of it become one blank, and in a text
/// with ideographs half-width parentheses become full-width ones. `None` when nothing is left (D-13).
pub(crate) fn prepare(text: Option<&str>) -> Option<String> {
    let words = text?.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        return None;
    }
    if !words.chars().any(is_ideograph) {
        return Some(words);
    }
    Some(
        words
            .chars()
            .map(|c| {
                if c == '(' {
                    '（'
                } else if c == ')' {
                    '）'
                } else {
                    c
                }
            })
            .collect(),
    )
}

/// Whether a character is written in a square of its own.
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c), 0x3005..=0x3007 | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_texts_are_absent() {
        assert_eq!(prepare(None), None);
        assert_eq!(prepare(Some("  \t ")), None);
        assert_eq!(prepare(Some("")), None);
    }

    #[test]
    fn parentheses_follow_the_script_around_them() {
        assert_eq!(
            prepare(Some(" 契书(上海) 有限公司 ")).as_deref(),
            Some("契书（上海） 有限公司")
        );
        assert_eq!(
            prepare(Some("Qishu  (Shanghai) Ltd.")).as_deref(),
            Some("Qishu (Shanghai) Ltd.")
        );
    }
}
