//! Outlines that are not text: rings, stars, frames.

use std::f64::consts::PI;

use crate::drawing::{Drawing, FillRule, Point, Segment};

/// Control-point distance that makes four cubic curves an ellipse (error below 0.03 %).
const KAPPA: f64 = 0.552_284_749_830_793_6;

/// An ellipse around the origin, clockwise.
pub(crate) fn ellipse(a: f64, b: f64) -> Vec<Segment> {
    let (ka, kb) = (a * KAPPA, b * KAPPA);
    let p = Point::new;
    vec![
        Segment::Move(p(0.0, -b)),
        Segment::Cubic(p(ka, -b), p(a, -kb), p(a, 0.0)),
        Segment::Cubic(p(a, kb), p(ka, b), p(0.0, b)),
        Segment::Cubic(p(-ka, b), p(-a, kb), p(-a, 0.0)),
        Segment::Cubic(p(-a, -kb), p(-ka, -b), p(0.0, -b)),
        Segment::Close,
    ]
}

/// The rim: the band between an ellipse and the same ellipse with axes shorter by `edge` (fill even-odd).
pub(crate) fn ring(a: f64, b: f64, edge: f64) -> Vec<Segment> {
    let mut segments = ellipse(a, b);
    segments.extend(ellipse(a - edge, b - edge));
    segments
}

/// A five-pointed star around the origin, one point up; inner vertices at 0.382 of `radius`.
pub(crate) fn star(radius: f64) -> Vec<Segment> {
    let vertex = |k: usize| {
        let r = if k.is_multiple_of(2) {
            radius
        } else {
            radius * 0.382
        };
        #[expect(clippy::cast_precision_loss, reason = "k is below ten")]
        let angle = PI / 5.0 * k as f64;
        Point::new(r * angle.sin(), -r * angle.cos())
    };
    let mut segments = vec![Segment::Move(vertex(0))];
    segments.extend((1..10).map(|k| Segment::Line(vertex(k))));
    segments.push(Segment::Close);
    segments
}

/// A rectangular frame around the origin: rounded outside, square inside (fill even-odd).
pub(crate) fn frame(width: f64, height: f64, edge: f64, corner: f64) -> Vec<Segment> {
    let (x, y, k) = (width / 2.0, height / 2.0, corner * (1.0 - KAPPA));
    let c = corner;
    let p = Point::new;
    let (ix, iy) = (x - edge, y - edge);
    vec![
        Segment::Move(p(-x + c, -y)),
        Segment::Line(p(x - c, -y)),
        Segment::Cubic(p(x - k, -y), p(x, -y + k), p(x, -y + c)),
        Segment::Line(p(x, y - c)),
        Segment::Cubic(p(x, y - k), p(x - k, y), p(x - c, y)),
        Segment::Line(p(-x + c, y)),
        Segment::Cubic(p(-x + k, y), p(-x, y - k), p(-x, y - c)),
        Segment::Line(p(-x, -y + c)),
        Segment::Cubic(p(-x, -y + k), p(-x + k, -y), p(-x + c, -y)),
        Segment::Close,
        Segment::Move(p(-ix, -iy)),
        Segment::Line(p(ix, -iy)),
        Segment::Line(p(ix, iy)),
        Segment::Line(p(-ix, iy)),
        Segment::Close,
    ]
}

/// An emblem from outside, scaled and moved so that its longer side is the diameter of the circle around the origin.
pub(crate) fn emblem(asset: &Drawing, radius: f64) -> Vec<(Vec<Segment>, FillRule)> {
    let scale = 2.0 * radius / asset.width_mm.max(asset.height_mm);
    let (cx, cy) = (asset.width_mm / 2.0, asset.height_mm / 2.0);
    let place = |p: Point| Point::new((p.x - cx) * scale, (p.y - cy) * scale);
    asset
        .shapes
        .iter()
        .map(|s| (s.segments.iter().map(|g| g.map(place)).collect(), s.rule))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_star_points_up_and_is_regular() {
        let vertices: Vec<Point> = star(7.0).iter().flat_map(Segment::points).collect();
        assert_eq!(vertices.len(), 10);
        assert!(vertices[0].x.abs() < 1e-12 && (vertices[0].y + 7.0).abs() < 1e-12);
        for (k, v) in vertices.iter().enumerate() {
            let expected = if k % 2 == 0 { 7.0 } else { 7.0 * 0.382 };
            assert!((v.x.hypot(v.y) - expected).abs() < 1e-9);
        }
        // Feet of the star: where text below it may begin.
        assert!((vertices[4].y - 7.0 * 0.809_017).abs() < 1e-4);
    }

    #[test]
    fn the_ring_touches_the_canvas_and_keeps_its_width() {
        let points: Vec<Point> = ring(21.0, 21.0, 1.2).iter().flat_map(Segment::points).collect();
        let right = points.iter().map(|p| p.x).fold(f64::MIN, f64::max);
        assert!((right - 21.0).abs() < 1e-12);
        assert!(
            points
                .iter()
                .any(|p| (p.x - 19.8).abs() < 1e-12 && p.y.abs() < 1e-12)
        );
    }
}
