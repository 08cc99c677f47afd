//! Pictures made of filled outlines: seals drawn by geometry, text turned into shapes.

use super::emit::{push_number, push_numbers};

/// A colour in the device's red, green and blue, 0 to 255 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Which points count as inside of a path that crosses itself (ISO 32000-2, 8.5.3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FillRule {
    /// Inside where crossings do not cancel out.
    #[default]
    NonZero,
    /// Inside where the number of crossings is odd.
    EvenOdd,
}

/// One step of an outline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Segment {
    /// Starts a new outline at (x, y).
    Move(f64, f64),
    /// Straight line to (x, y).
    Line(f64, f64),
    /// Cubic Bézier curve: first control point, second control point, end.
    Cubic(f64, f64, f64, f64, f64, f64),
    /// Closes the outline.
    Close,
}

/// One filled shape.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorPath {
    /// The outline.
    pub segments: Vec<Segment>,
    /// Fill colour.
    pub fill: Rgb,
    /// Inside rule.
    pub rule: FillRule,
}

/// A picture of filled outlines; everything not filled is transparent.
#[derive(Clone, Debug, PartialEq)]
pub struct VectorPicture {
    /// Natural width in points.
    pub width_pt: f64,
    /// Natural height in points.
    pub height_pt: f64,
    /// Shapes in painting order; points, origin in the lower-left corner, y upwards.
    pub paths: Vec<VectorPath>,
}

impl VectorPicture {
    /// Takes shapes whose origin is the **top-left** corner with y downwards (as drawing programs and SVG have it), in a
    /// unit of `points_per_unit` points (72 / 25.4 for millimetres); `width` and `height` are in that unit.
    #[must_use]
    pub fn from_top_left(width: f64, height: f64, points_per_unit: f64, paths: Vec<VectorPath>) -> Self {
        let x = |value: f64| value * points_per_unit;
        let y = |value: f64| (height - value) * points_per_unit;
        let flip = |segment: Segment| match segment {
            Segment::Move(a, b) => Segment::Move(x(a), y(b)),
            Segment::Line(a, b) => Segment::Line(x(a), y(b)),
            Segment::Cubic(a, b, c, d, e, f) => Segment::Cubic(x(a), y(b), x(c), y(d), x(e), y(f)),
            Segment::Close => Segment::Close,
        };
        let turn = |path: VectorPath| VectorPath {
            segments: path.segments.into_iter().map(flip).collect(),
            ..path
        };
        Self {
            width_pt: width * points_per_unit,
            height_pt: height * points_per_unit,
            paths: paths.into_iter().map(turn).collect(),
        }
    }

    /// The content stream that paints the picture.
    pub(super) fn content(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut colour = None;
        for path in &self.paths {
            if path.segments.is_empty() {
                continue;
            }
            if colour != Some(path.fill) {
                let Rgb(red, green, blue) = path.fill;
                push_numbers(
                    &mut out,
                    &[red, green, blue].map(|value| f64::from(value) / 255.0),
                );
                out.extend_from_slice(b" rg\n");
                colour = Some(path.fill);
            }
            push_outline(&mut out, &path.segments);
            out.extend_from_slice(match path.rule {
                FillRule::NonZero => b"f\n",
                FillRule::EvenOdd => b"f*\n",
            });
        }
        out
    }

    pub(super) fn is_finite(&self) -> bool {
        let finite = |segment: &Segment| match *segment {
            Segment::Move(x, y) | Segment::Line(x, y) => x.is_finite() && y.is_finite(),
            Segment::Cubic(a, b, c, d, e, f) => [a, b, c, d, e, f].iter().all(|value| value.is_finite()),
            Segment::Close => true,
        };
        self.paths.iter().flat_map(|path| &path.segments).all(finite)
    }
}

fn push_outline(out: &mut Vec<u8>, segments: &[Segment]) {
    // A path must begin with a move (8.5.2.1); anything before the first one has no place to start from.
    let start = segments
        .iter()
        .position(|segment| matches!(segment, Segment::Move(..)));
    for segment in &segments[start.unwrap_or(segments.len())..] {
        match *segment {
            Segment::Move(x, y) => push_step(out, &[x, y], b" m\n"),
            Segment::Line(x, y) => push_step(out, &[x, y], b" l\n"),
            Segment::Cubic(a, b, c, d, e, f) => push_step(out, &[a, b, c, d, e, f], b" c\n"),
            Segment::Close => out.extend_from_slice(b"h\n"),
        }
    }
}

fn push_step(out: &mut Vec<u8>, numbers: &[f64], operator: &[u8]) {
    for (index, number) in numbers.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        // A thousandth of a point is far below what any printer resolves.
        push_number(out, (number * 1_000.0).round() / 1_000.0);
    }
    out.extend_from_slice(operator);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_become_path_operators_and_repeat_the_colour_only_when_it_changes() {
        let triangle = |fill, rule| VectorPath {
            segments: vec![
                Segment::Line(9.0, 9.0),
                Segment::Move(0.0, 0.0),
                Segment::Line(10.0, 0.0),
                Segment::Close,
            ],
            fill,
            rule,
        };
        let red = Rgb(255, 0, 0);
        let picture = VectorPicture {
            width_pt: 10.0,
            height_pt: 10.0,
            paths: vec![triangle(red, FillRule::NonZero), triangle(red, FillRule::EvenOdd)],
        };
        let content = String::from_utf8(picture.content()).unwrap();
        assert_eq!(content, "1 0 0 rg\n0 0 m\n10 0 l\nh\nf\n0 0 m\n10 0 l\nh\nf*\n");
    }

    #[test]
    fn drawings_with_the_origin_on_top_are_flipped_and_scaled() {
        let path = VectorPath {
            segments: vec![
                Segment::Move(0.0, 0.0),
                Segment::Cubic(1.0, 1.0, 2.0, 2.0, 3.0, 4.0),
            ],
            fill: Rgb(0, 0, 0),
            rule: FillRule::NonZero,
        };
        let picture = VectorPicture::from_top_left(5.0, 4.0, 2.0, vec![path]);
        assert_eq!((picture.width_pt, picture.height_pt), (10.0, 8.0));
        assert_eq!(picture.paths[0].segments[0], Segment::Move(0.0, 8.0));
        assert_eq!(
            picture.paths[0].segments[1],
            Segment::Cubic(2.0, 6.0, 4.0, 4.0, 6.0, 0.0)
        );
    }
}
