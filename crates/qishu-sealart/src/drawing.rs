//! The result: filled outlines in millimetres.

/// A place on the drawing, in millimetres; y grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Millimetres to the right of the left edge.
    pub x: f64,
    /// Millimetres below the top edge.
    pub y: f64,
}

impl Point {
    pub(crate) const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    pub(crate) fn plus(self, other: Self, times: f64) -> Self {
        Self {
            x: self.x + other.x * times,
            y: self.y + other.y * times,
        }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            x: self.x - other.x,
            y: self.y - other.y,
        }
    }

    pub(crate) fn dot(self, other: Self) -> f64 {
        self.x * other.x + self.y * other.y
    }
}

/// One step of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Segment {
    /// Starts a new contour.
    Move(Point),
    /// A straight line.
    Line(Point),
    /// A cubic Bézier curve: two control points and the end.
    Cubic(Point, Point, Point),
    /// Closes the contour.
    Close,
}

impl Segment {
    pub(crate) fn map(self, place: impl Fn(Point) -> Point) -> Self {
        match self {
            Self::Move(p) => Self::Move(place(p)),
            Self::Line(p) => Self::Line(place(p)),
            Self::Cubic(a, b, p) => Self::Cubic(place(a), place(b), place(p)),
            Self::Close => Self::Close,
        }
    }

    /// End and control points: their hull holds the curve.
    pub(crate) fn points(&self) -> impl Iterator<Item = Point> {
        let points = match *self {
            Self::Move(p) | Self::Line(p) => [Some(p), None, None],
            Self::Cubic(a, b, p) => [Some(a), Some(b), Some(p)],
            Self::Close => [None, None, None],
        };
        points.into_iter().flatten()
    }
}

/// A colour without transparency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rgb {
    /// Red, 0 to 255.
    pub r: u8,
    /// Green, 0 to 255.
    pub g: u8,
    /// Blue, 0 to 255.
    pub b: u8,
}

impl Rgb {
    /// Ink of a seal: pure red (D-38).
    pub const SEAL_RED: Self = Self { r: 255, g: 0, b: 0 };
    /// Ink of a signature or a date.
    pub const BLACK: Self = Self { r: 0, g: 0, b: 0 };
}

/// Which regions of overlapping contours are inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FillRule {
    /// Inside where the winding number is not zero (glyphs).
    NonZero,
    /// Inside where a ray crosses an odd number of contours (rings).
    EvenOdd,
}

/// A filled outline.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The contours, in millimetres.
    pub segments: Vec<Segment>,
    /// The ink.
    pub fill: Rgb,
    /// Which regions are inside.
    pub rule: FillRule,
}

impl Shape {
    /// Smallest and largest coordinates of the control hull, or `None` for an empty outline.
    #[cfg(test)]
    pub(crate) fn hull(&self) -> Option<(Point, Point)> {
        let mut points = self.segments.iter().flat_map(Segment::points);
        let first = points.next()?;
        Some(points.fold((first, first), |(low, high), p| {
            (
                Point::new(low.x.min(p.x), low.y.min(p.y)),
                Point::new(high.x.max(p.x), high.y.max(p.y)),
            )
        }))
    }
}

/// A picture of known physical size: the bounding box of the seal, without a margin.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// Width in millimetres.
    pub width_mm: f64,
    /// Height in millimetres.
    pub height_mm: f64,
    /// Outlines, painted in this order.
    pub shapes: Vec<Shape>,
}

impl Drawing {
    pub(crate) fn new(width_mm: f64, height_mm: f64) -> Self {
        Self {
            width_mm,
            height_mm,
            shapes: Vec::new(),
        }
    }

    /// The same drawing in another ink (black and blue seals exist in the console only, D-38).
    #[must_use]
    pub fn with_ink(mut self, ink: Rgb) -> Self {
        for shape in &mut self.shapes {
            shape.fill = ink;
        }
        self
    }

    /// Adds an outline given around the centre of the drawing.
    pub(crate) fn push_centred(&mut self, segments: Vec<Segment>, rule: FillRule) {
        let (dx, dy) = (self.width_mm / 2.0, self.height_mm / 2.0);
        let segments = segments
            .into_iter()
            .map(|s| s.map(|p| Point::new(p.x + dx, p.y + dy)))
            .collect();
        self.shapes.push(Shape {
            segments,
            fill: Rgb::SEAL_RED,
            rule,
        });
    }
}
