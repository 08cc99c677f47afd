//! Drawings as SVG.

use std::fmt::Write as _;

use crate::drawing::{Drawing, FillRule, Point, Segment};

impl Drawing {
    /// The drawing as a stand-alone SVG file of the same physical size; one unit is one millimetre.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let (width, height) = (number(self.width_mm), number(self.height_mm));
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}mm\" height=\"{height}mm\" \
             viewBox=\"0 0 {width} {height}\">\n"
        );
        for shape in &self.shapes {
            let rule = if shape.rule == FillRule::EvenOdd {
                " fill-rule=\"evenodd\""
            } else {
                ""
            };
            let fill = shape.fill;
            // Writing to a string cannot fail.
            let _ = writeln!(
                svg,
                "<path fill=\"#{:02x}{:02x}{:02x}\"{rule} d=\"{}\"/>",
                fill.r,
                fill.g,
                fill.b,
                path(&shape.segments)
            );
        }
        svg.push_str("</svg>\n");
        svg
    }
}

fn path(segments: &[Segment]) -> String {
    let point = |p: &Point| format!("{} {}", number(p.x), number(p.y));
    let mut text = String::new();
    for segment in segments {
        match segment {
            Segment::Move(p) => text.push_str(&format!("M{}", point(p))),
            Segment::Line(p) => text.push_str(&format!("L{}", point(p))),
            Segment::Cubic(a, b, p) => text.push_str(&format!("C{} {} {}", point(a), point(b), point(p))),
            Segment::Close => text.push('Z'),
        }
    }
    text
}

/// A length in millimetres to a tenth of a micrometre, without trailing zeros.
fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rgb, Shape};

    #[test]
    fn numbers_are_short() {
        assert_eq!(
            [42.0, 0.5, -0.00001, 1.23456, 100.0].map(number),
            ["42", "0.5", "0", "1.2346", "100"]
        );
    }

    #[test]
    fn paths_keep_size_colour_and_rule() {
        let mut drawing = Drawing::new(42.0, 30.5);
        let p = Point::new;
        let segments = vec![
            Segment::Move(p(0.0, 0.0)),
            Segment::Line(p(1.0, 0.25)),
            Segment::Cubic(p(1.0, 1.0), p(2.0, 2.0), p(3.0, 3.0)),
            Segment::Close,
        ];
        drawing.shapes.push(Shape {
            segments,
            fill: Rgb::SEAL_RED,
            rule: FillRule::EvenOdd,
        });
        assert_eq!(
            drawing.to_svg(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"42mm\" height=\"30.5mm\" viewBox=\"0 0 42 30.5\">\n\
             <path fill=\"#ff0000\" fill-rule=\"evenodd\" d=\"M0 0L1 0.25C1 1 2 2 3 3Z\"/>\n</svg>\n"
        );
    }
}
