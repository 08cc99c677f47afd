//! Text along a circle or an ellipse.

use std::f64::consts::{PI, TAU};

use crate::drawing::{Point, Segment};
use crate::font::Glyph;
use crate::text::{FACE_CENTRE_EM, FACE_EM, Frame, Scale};

/// Steps of the arc-length table; between steps the position is interpolated (error below a micrometre).
const STEPS: usize = 2048;
/// Share of the room between neighbours that stays free on each side of a character: 0.92 of the pitch is for ink.
const SIDE_GAP: f64 = 0.04;
/// A character on the rim is at most this wide, in letter heights.
const WIDEST: f64 = 0.72;

/// The line on which the middles of the characters stand: an ellipse with semi-axes `a` and `b`, moved inwards by
/// `inset` along its normals.
#[derive(Debug)]
pub(crate) struct Midline {
    a: f64,
    b: f64,
    inset: f64,
    /// Length from the top to each step of the parameter angle, in millimetres.
    lengths: Vec<f64>,
}

impl Midline {
    pub(crate) fn new(a: f64, b: f64, inset: f64) -> Self {
        let mut line = Self {
            a,
            b,
            inset,
            lengths: Vec::with_capacity(STEPS + 1),
        };
        let mut length = 0.0;
        let mut before = line.frame(0.0).origin;
        for step in 0..=STEPS {
            let here = line.frame(step_angle(step)).origin;
            length += (here.x - before.x).hypot(here.y - before.y);
            line.lengths.push(length);
            before = here;
        }
        line
    }

    /// Length of the whole line, in millimetres.
    fn total(&self) -> f64 {
        self.lengths.last().copied().unwrap_or_default()
    }

    /// Length from the top to a parameter angle (radians, clockwise, 0 to 2π).
    pub(crate) fn length_to(&self, angle: f64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a small constant")]
        let at = (angle / TAU * STEPS as f64).clamp(0.0, STEPS as f64);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped above"
        )]
        let step = (at.floor() as usize).min(STEPS - 1);
        let (low, high) = (self.length(step), self.length(step + 1));
        low + (high - low) * (at - at.floor())
    }

    fn length(&self, step: usize) -> f64 {
        self.lengths.get(step).copied().unwrap_or_else(|| self.total())
    }

    /// The upright frame at a parameter angle: tops outwards.
    fn frame(&self, angle: f64) -> Frame {
        let (sin, cos) = angle.sin_cos();
        let normal = Point::new(sin / self.a, -cos / self.b);
        let long = normal.x.hypot(normal.y);
        let out = Point::new(normal.x / long, normal.y / long);
        let origin = Point::new(self.a * sin, -self.b * cos).plus(out, -self.inset);
        Frame {
            origin,
            right: Point::new(-out.y, out.x),
            down: Point::new(-out.x, -out.y),
        }
    }

    /// The frame `offset` millimetres clockwise from the top.
    pub(crate) fn upper(&self, offset: f64) -> Frame {
        let length = offset.rem_euclid(self.total());
        let step = self.lengths.partition_point(|&l| l <= length).clamp(1, STEPS) - 1;
        let (low, high) = (self.length(step), self.length(step + 1));
        let part = if high > low {
            (length - low) / (high - low)
        } else {
            0.0
        };
        #[expect(clippy::cast_precision_loss, reason = "a small constant")]
        let angle = (step as f64 + part) * TAU / STEPS as f64;
        self.frame(angle)
    }

    /// The frame `offset` millimetres to the right of the bottom, for text with its tops towards the centre.
    pub(crate) fn lower(&self, offset: f64) -> Frame {
        let frame = self.upper(self.length_to(PI) - offset);
        let turn = |p: Point| Point::new(-p.x, -p.y);
        Frame {
            origin: frame.origin,
            right: turn(frame.right),
            down: turn(frame.down),
        }
    }
}

fn step_angle(step: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a small constant")]
    let angle = step as f64 * TAU / STEPS as f64;
    angle
}

/// Text on the upper rim, placed.
#[derive(Debug)]
pub(crate) struct RimText {
    /// One outline per character.
    pub(crate) outlines: Vec<Vec<Segment>>,
    /// The box of each character.
    pub(crate) boxes: Vec<[Point; 4]>,
    /// Parameter angle from the top to the middle of the last character, radians.
    pub(crate) half_span: f64,
    /// Width of the widest character, millimetres.
    pub(crate) letter_width: f64,
}

/// Where the name goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RimPlace {
    /// Semi-axes of the line that the tops of the characters touch, millimetres.
    pub(crate) a: f64,
    /// See `a`.
    pub(crate) b: f64,
    /// Letter height, millimetres.
    pub(crate) height: f64,
    /// From the middle of the first to the middle of the last character at most, radians.
    pub(crate) max_span: f64,
    /// From one character to the next at most, radians.
    pub(crate) max_step: f64,
}

/// Spreads the characters evenly about the top, tops outwards, and condenses them until neighbours stay apart.
pub(crate) fn upper_text(glyphs: &[Glyph], place: RimPlace) -> RimText {
    let midline = Midline::new(place.a, place.b, place.height / 2.0);
    let gaps = count(glyphs.len().saturating_sub(1));
    let half_span = (gaps * place.max_step).min(place.max_span) / 2.0;
    let half_length = midline.length_to(half_span);
    let pitch = if gaps > 0.0 {
        2.0 * half_length / gaps
    } else {
        f64::INFINITY
    };
    let offset = |k: f64| if gaps > 0.0 { k * pitch - half_length } else { 0.0 };

    let frames: Vec<Frame> = (0..glyphs.len())
        .map(|k| midline.upper(offset(count(k))))
        .collect();
    let between: Vec<Frame> = (1..glyphs.len())
        .map(|k| midline.upper(offset(count(k) - 0.5)))
        .collect();
    let y = place.height / FACE_EM;
    let widest = WIDEST * y;
    let x = glyphs.iter().enumerate().fold(widest, |x, (k, glyph)| {
        let Some(frame) = frames.get(k) else { return x };
        let left = k
            .checked_sub(1)
            .and_then(|i| between.get(i))
            .map(|edge| (edge, -1.0));
        let right = between.get(k).map(|edge| (edge, 1.0));
        let sides = [left, right].into_iter().flatten();
        sides.fold(x, |x, (edge, side)| {
            x.min(room(glyph, frame, edge, side, y, pitch * SIDE_GAP))
        })
    });
    let scale = Scale {
        x,
        y,
        centre_em: FACE_CENTRE_EM,
    };
    RimText {
        outlines: frames
            .iter()
            .zip(glyphs)
            .map(|(frame, glyph)| frame.place(glyph, scale))
            .collect(),
        boxes: frames
            .iter()
            .map(|frame| frame.corners(x * FACE_EM, place.height))
            .collect(),
        half_span,
        letter_width: x * FACE_EM,
    }
}

/// Largest horizontal scale (mm per em) at which all ink of the glyph stays `gap` away from the line between it and
/// its neighbour on one side (`side` is 1 for the right, -1 for the left).
fn room(glyph: &Glyph, frame: &Frame, edge: &Frame, side: f64, y_scale: f64, gap: f64) -> f64 {
    let across = Point::new(edge.right.x * side, edge.right.y * side);
    let growth = frame.right.dot(across);
    glyph.points().fold(f64::INFINITY, |least, p| {
        let on_axis = frame.at(0.0, (p.y - FACE_CENTRE_EM) * y_scale);
        let free = -gap - on_axis.minus(edge.origin).dot(across);
        let reach = (p.x - glyph.advance / 2.0) * growth;
        if reach > 0.0 {
            least.min((free / reach).max(0.0))
        } else {
            least
        }
    })
}

fn count(n: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "texts are short")]
    let n = n as f64;
    n
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::font::{Faces, Prefer};

    const CIRCLE_42: RimPlace = RimPlace {
        a: 18.8,
        b: 18.8,
        height: 6.8,
        max_span: 260.0 / 180.0 * PI,
        max_step: 42.0 / 180.0 * PI,
    };

    fn name(text: &str, place: RimPlace) -> RimText {
        let faces = Faces::open().unwrap();
        upper_text(&faces.glyphs("name", text, Prefer::Song).unwrap(), place)
    }

    fn middle(corners: [Point; 4]) -> Point {
        let sum = corners.iter().fold(Point::new(0.0, 0.0), |s, &p| s.plus(p, 1.0));
        Point::new(sum.x / 4.0, sum.y / 4.0)
    }

    fn angle(p: Point) -> f64 {
        p.x.atan2(-p.y).to_degrees()
    }

    #[test]
    fn few_characters_keep_together_and_many_span_the_rim() {
        for (text, half) in [
            ("契", 0.0),
            ("契书", 21.0),
            ("契书演示公司", 105.0),
            ("契书演示科技有限公司", 130.0),
        ] {
            let rim = name(text, CIRCLE_42);
            let angles: Vec<f64> = rim.boxes.iter().map(|&b| angle(middle(b))).collect();
            assert!(
                (angles.first().unwrap() + half).abs() < 0.01,
                "{text}: {angles:?}"
            );
            assert!((angles.last().unwrap() - half).abs() < 0.01, "{text}: {angles:?}");
        }
    }

    #[test]
    fn characters_stand_evenly_with_tops_on_the_text_circle() {
        let rim = name("契书演示科技（上海）有限责任公司", CIRCLE_42);
        let angles: Vec<f64> = rim.boxes.iter().map(|&b| angle(middle(b))).collect();
        for pair in angles.windows(2) {
            assert!((pair[1] - pair[0] - 260.0 / 15.0).abs() < 0.01, "{angles:?}");
        }
        for corners in &rim.boxes {
            let top = Point::new(
                f64::midpoint(corners[0].x, corners[1].x),
                f64::midpoint(corners[0].y, corners[1].y),
            );
            assert!((top.x.hypot(top.y) - 18.8).abs() < 1e-6);
        }
    }

    #[test]
    fn ink_of_neighbours_never_meets() {
        let oval = RimPlace {
            a: 20.5,
            b: 13.0,
            height: 4.6,
            max_span: 240.0 / 180.0 * PI,
            max_step: 0.5,
        };
        for place in [CIRCLE_42, oval] {
            for n in 2..=60 {
                let text: String = "国圈回龘鑫囍國".chars().cycle().take(n).collect();
                let rim = name(&text, place);
                assert!(rim.letter_width > 0.3, "{n}: {}", rim.letter_width);
                let midline = Midline::new(place.a, place.b, place.height / 2.0);
                let half = midline.length_to(rim.half_span);
                let pitch = 2.0 * half / count(n - 1);
                for k in 1..n {
                    let edge = midline.upper((count(k) - 0.5) * pitch - half);
                    let side = |p: Point| p.minus(edge.origin).dot(edge.right);
                    let left = rim.outlines[k - 1].iter().flat_map(Segment::points).map(side);
                    let right = rim.outlines[k].iter().flat_map(Segment::points).map(side);
                    assert!(
                        left.fold(f64::MIN, f64::max) < 0.0 && right.fold(f64::MAX, f64::min) > 0.0,
                        "{n} {k}"
                    );
                }
            }
        }
    }

    #[test]
    fn on_an_ellipse_the_spacing_is_even_along_the_line() {
        let midline = Midline::new(20.5, 13.0, 2.3);
        let quarter = midline.length_to(PI / 2.0);
        assert!((midline.length_to(PI) - 2.0 * quarter).abs() < 1e-6);
        let frame = midline.upper(quarter);
        assert!(
            (frame.origin.x - 18.2).abs() < 1e-3 && frame.origin.y.abs() < 1e-3,
            "{frame:?}"
        );
        assert!((frame.down.x + 1.0).abs() < 1e-6);
        let bottom = midline.lower(0.0);
        assert!(
            (bottom.origin.y - 10.7).abs() < 1e-6 && (bottom.right.x - 1.0).abs() < 1e-9,
            "{bottom:?}"
        );
    }
}
