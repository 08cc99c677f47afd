//! Horizontal text: under the centre of a seal, and free-standing.

use crate::drawing::{Drawing, FillRule, Point, Rgb, Segment, Shape};
use crate::error::SealArtError;
use crate::font::{Faces, Glyph, Prefer};
use crate::text::{FACE_CENTRE_EM, FACE_EM, Frame, Scale};

/// Space between letters, in em.
const TRACKING_EM: f64 = 0.06;
/// Narrowest letters before the line becomes smaller: width to height.
const CONDENSE_LEAST: f64 = 0.55;
/// Smallest letters on a seal, in millimetres.
const HEIGHT_LEAST_MM: f64 = 1.8;

/// Which face a free-standing line is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Typeface {
    /// The Song-style face, for everything.
    #[default]
    Song,
    /// The sans face for letters and digits; ideographs come from the Song-style face.
    Sans,
}

/// A line of text on its own, for instance a name or a date: one em high, as wide as the text, baseline at 0.88 em.
///
/// `height_mm` is the em (the body size of the type; 1 pt = 0.3528 mm) and must lie in 0.5 to 200.
///
/// # Errors
/// An empty text, a size outside the range, or a character without a picture (field `text`).
pub fn text_line(text: &str, height_mm: f64, typeface: Typeface) -> Result<Drawing, SealArtError> {
    if text.trim().is_empty() {
        return Err(SealArtError::Missing {
            field: "text",
            reason: "there is nothing to draw",
        });
    }
    if !(0.5..=200.0).contains(&height_mm) {
        let (min_mm, max_mm) = (0.5, 200.0);
        return Err(SealArtError::OutOfRange {
            field: "height",
            value_mm: height_mm,
            min_mm,
            max_mm,
        });
    }
    let prefer = if typeface == Typeface::Song {
        Prefer::Song
    } else {
        Prefer::Sans
    };
    let glyphs = Faces::open()?.glyphs("text", text, prefer)?;
    let width = glyphs.iter().map(|g| g.advance).sum::<f64>() * height_mm;
    let mut drawing = Drawing::new(width, height_mm);
    let scale = Scale {
        x: height_mm,
        y: height_mm,
        centre_em: 0.0,
    };
    let mut x = 0.0;
    for glyph in glyphs.iter() {
        let frame = Frame::upright(x + glyph.advance * height_mm / 2.0, height_mm * 0.88);
        let segments = frame.place(glyph, scale);
        if !segments.is_empty() {
            drawing.shapes.push(Shape {
                segments,
                fill: Rgb::BLACK,
                rule: FillRule::NonZero,
            });
        }
        x += glyph.advance * height_mm;
    }
    Ok(drawing)
}

/// What the lines under the centre must keep away from.
#[derive(Debug)]
pub(crate) struct Obstacles {
    /// Boxes of the characters of the name.
    pub(crate) boxes: Vec<[Point; 4]>,
    /// Semi-axes of the ellipse that the lines must stay in.
    pub(crate) a: f64,
    /// See `a`.
    pub(crate) b: f64,
    /// Free space to all of them, in millimetres.
    pub(crate) gap: f64,
}

impl Obstacles {
    /// Half of the free width of the band from `top` to `bottom` (millimetres below the centre).
    pub(crate) fn half_width(&self, top: f64, bottom: f64) -> f64 {
        let far = top.abs().max(bottom.abs());
        let curve = if far < self.b {
            self.a * (1.0 - (far / self.b).powi(2)).sqrt()
        } else {
            0.0
        };
        let boxes = self.boxes.iter().fold(f64::INFINITY, |least, corners| {
            nearest(corners, top - self.gap / 2.0, bottom + self.gap / 2.0).map_or(least, |x| least.min(x))
        });
        (curve.min(boxes) - self.gap).max(0.0)
    }
}

/// Smallest distance from the middle line of the part of a box that lies in a band.
fn nearest(corners: &[Point; 4], top: f64, bottom: f64) -> Option<f64> {
    let mut least: Option<f64> = None;
    let mut take = |x: f64| least = Some(least.map_or(x.abs(), |l| l.min(x.abs())));
    for (i, &p) in corners.iter().enumerate() {
        if (top..=bottom).contains(&p.y) {
            take(p.x);
        }
        let Some(&q) = corners.get((i + 1) % 4) else {
            continue;
        };
        for y in [top, bottom] {
            let part = (y - p.y) / (q.y - p.y);
            if part.is_finite() && (0.0..=1.0).contains(&part) {
                take(p.x + (q.x - p.x) * part);
            }
        }
    }
    least
}

/// A line to engrave under the centre.
pub(crate) struct Line<'a> {
    pub(crate) glyphs: &'a [Glyph],
    /// Upper edge, millimetres below the centre.
    pub(crate) top: f64,
    /// Letter height wanted, millimetres.
    pub(crate) height: f64,
    /// Letter width wanted, in letter heights.
    pub(crate) width: f64,
}

/// Centres the line; condenses it, then makes it smaller, until it keeps away from the obstacles. Answers the outlines
/// and the lower edge, or about how many characters would fit.
pub(crate) fn engrave(line: &Line<'_>, obstacles: &Obstacles) -> Result<(Vec<Vec<Segment>>, f64), usize> {
    let (low, high) = ink_span(line.glyphs).ok_or(0usize)?;
    let mut height = line.height;
    loop {
        let y = height / FACE_EM;
        let half = obstacles.half_width(line.top, line.top + height);
        let x = (2.0 * half / (high - low)).min(y * line.width);
        if x >= y * CONDENSE_LEAST.min(line.width) {
            return Ok((
                place(line, height, x, f64::midpoint(low, high)),
                line.top + height,
            ));
        }
        height *= 0.96;
        if height < HEIGHT_LEAST_MM {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small positive number"
            )]
            return Err((2.0 * half / (HEIGHT_LEAST_MM * CONDENSE_LEAST * 1.1)) as usize);
        }
    }
}

/// Left and right end of the ink of a line that starts at zero, in em.
fn ink_span(glyphs: &[Glyph]) -> Option<(f64, f64)> {
    let mut start = 0.0;
    let mut span: Option<(f64, f64)> = None;
    for glyph in glyphs {
        if let Some((low, high)) = glyph.ink_x() {
            let (low, high) = (start + low, start + high);
            span = Some(span.map_or((low, high), |(l, h)| (f64::min(l, low), f64::max(h, high))));
        }
        start += glyph.advance + TRACKING_EM;
    }
    span
}

fn place(line: &Line<'_>, height: f64, x: f64, middle_em: f64) -> Vec<Vec<Segment>> {
    let scale = Scale {
        x,
        y: height / FACE_EM,
        centre_em: FACE_CENTRE_EM,
    };
    let mut start = -middle_em;
    let mut outlines = Vec::with_capacity(line.glyphs.len());
    for glyph in line.glyphs {
        let frame = Frame::upright((start + glyph.advance / 2.0) * x, line.top + height / 2.0);
        outlines.push(frame.place(glyph, scale));
        start += glyph.advance + TRACKING_EM;
    }
    outlines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_em_high_and_as_wide_as_its_text() {
        let line = text_line("契书2026", 10.0, Typeface::Song).unwrap();
        assert!((line.height_mm - 10.0).abs() < 1e-12);
        assert!(line.width_mm > 40.0 && line.width_mm < 45.0, "{}", line.width_mm);
        assert_eq!(line.shapes.len(), 6);
        for shape in &line.shapes {
            let (low, high) = shape.hull().unwrap();
            assert!(low.x >= 0.0 && high.x <= line.width_mm && low.y >= 0.0 && high.y <= 10.0);
        }
    }

    #[test]
    fn a_line_refuses_nonsense() {
        assert_eq!(
            text_line("  ", 5.0, Typeface::Song).unwrap_err().field(),
            Some("text")
        );
        for height in [0.0, -1.0, f64::NAN, 1e9] {
            assert_eq!(
                text_line("a", height, Typeface::Sans).unwrap_err().field(),
                Some("height")
            );
        }
    }

    #[test]
    fn the_free_width_shrinks_towards_the_rim_and_beside_a_box() {
        let corners = [
            Point::new(6.0, 5.0),
            Point::new(9.0, 5.0),
            Point::new(9.0, 8.0),
            Point::new(6.0, 8.0),
        ];
        let obstacles = Obstacles {
            boxes: vec![corners],
            a: 18.0,
            b: 18.0,
            gap: 0.5,
        };
        assert!((obstacles.half_width(0.0, 1.0) - (324.0f64 - 1.0).sqrt() + 0.5).abs() < 1e-9);
        assert!((obstacles.half_width(6.0, 7.0) - 5.5).abs() < 1e-9);
        assert!(obstacles.half_width(17.0, 19.0).abs() < 1e-9);
    }
}
