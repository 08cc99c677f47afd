//! Watermarks as pictures, and where they stand on a page (3.13).

use pdfseal::appearance::{FillRule, Rgb, Segment, StampPicture, VectorPath, VectorPicture};
use pdfseal::font::EmbeddedFont;
use pdfseal::sign::SigningPlan;
use pdfseal::{Document, Limits, Mark};
use qishu_model::contract::watermark::{Density, Motif, Position, Watermark};
use qishu_sealart::{Typeface, song_font, text_line};
use qrcodegen::{QrCode, QrCodeEcc};
use serde::{Deserialize, Serialize};

use crate::AppError;
use crate::document::import::Refusal;

/// Free space between a mark and the edge of the page: 10 mm.
const MARGIN: f64 = 28.35;
const POINTS_PER_MM: f64 = 72.0 / 25.4;
/// Side of a picture or QR code at scale 1 (7.6).
const FULL_SIDE_MM: f64 = 40.0;
/// Side of a grating (`SQUARE_10`).
const GRATING_MM: f64 = 10.0;
/// Most tiles of one mark on one page.
const MOST_TILES: usize = 3_000;

/// A watermark ready to be drawn.
pub(crate) struct Drawable {
    /// How large, where, how often.
    pub(crate) shape: DrawableShape,
    /// What.
    pub(crate) picture: StampPicture,
}

/// Everything about a drawable but its picture.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DrawableShape {
    watermark: Watermark,
    /// Size at which it is drawn, before turning and filling; points.
    width: f64,
    height: f64,
}

/// Draws marks over every page of an unsigned PDF and plans its first signature. Runs in a worker.
///
/// # Errors
/// A file that came signed, or that cannot be rewritten.
pub(crate) fn draw_and_plan(
    pdf: &[u8],
    marks: &[Drawable],
    limits: &Limits,
) -> Result<(Vec<u8>, SigningPlan), Refusal> {
    let document = Document::open(pdf, limits).map_err(|error| Refusal::invalid(&error))?;
    if document.is_signed() {
        return Err(Refusal::invalid(
            "the document came signed; a watermark would break its signatures",
        ));
    }
    drop(document);
    let drawn = draw_over(pdf, marks, limits)?;
    let plan = SigningPlan::prepare(&drawn, limits).map_err(|error| Refusal::invalid(&error))?;
    Ok((drawn, plan))
}

fn draw_over(pdf: &[u8], drawables: &[Drawable], limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let pictures: Vec<StampPicture> = drawables
        .iter()
        .map(|drawable| drawable.picture.clone())
        .collect();
    let marks = |width: f64, height: f64| {
        let all = drawables.iter().enumerate();
        all.flat_map(|(index, drawable)| drawable.marks(index, width, height))
            .collect::<Vec<Mark>>()
    };
    let drawn = pdfseal::overlay(pdf, limits, &pictures, &marks);
    drawn
        .map(|drawn| drawn.bytes)
        .map_err(|error| Refusal::invalid(&error))
}

impl Drawable {
    /// A line of text in an embedded typeface.
    ///
    /// # Errors
    /// `1005` naming the character that cannot be drawn.
    pub(super) fn text(watermark: &Watermark, text: &str) -> Result<Self, AppError> {
        let refused =
            |error: &dyn std::fmt::Display| AppError::invalid("watermarks.content", error.to_string());
        let font = EmbeddedFont::subset(song_font(), text).map_err(|error| refused(&error))?;
        let [red, green, blue] = watermark.colour;
        let picture = StampPicture::from_text(&font, text, watermark.font_size, Rgb(red, green, blue))
            .map_err(|error| refused(&error))?;
        Ok(Self::in_natural_size(watermark, picture))
    }

    /// A picture, fitted into the square that its scale asks for.
    pub(super) fn picture(watermark: &Watermark, picture: StampPicture) -> Self {
        let side = FULL_SIDE_MM * watermark.image_scale * POINTS_PER_MM;
        let (width, height) = picture.fit(side, side);
        let shape = DrawableShape {
            watermark: watermark.clone(),
            width,
            height,
        };
        Self { shape, picture }
    }

    /// A QR code of a link, black on white with a margin of two modules.
    ///
    /// # Errors
    /// Internal when the link is too long for a QR code.
    pub(super) fn qr_code(watermark: &Watermark, link: &str) -> Result<Self, AppError> {
        const QUIET: i32 = 2;
        let code = QrCode::encode_text(link, QrCodeEcc::Medium);
        let code = code.map_err(|error| AppError::internal("QR code", error))?;
        let side = f64::from(code.size() + 2 * QUIET);
        let mut black = Vec::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                let (left, top) = (f64::from(x + QUIET), f64::from(y + QUIET));
                black.extend(rectangle(left, side - top - 1.0, 1.0, 1.0));
            }
        }
        let path = |segments, colour| VectorPath {
            segments,
            fill: colour,
            rule: FillRule::NonZero,
        };
        let picture = VectorPicture {
            width_pt: side,
            height_pt: side,
            paths: vec![
                path(rectangle(0.0, 0.0, side, side).to_vec(), Rgb(255, 255, 255)),
                path(black, Rgb(0, 0, 0)),
            ],
        };
        Ok(Self::picture(watermark, vector(&picture)?))
    }

    /// A square of fine lines; inside of the letter they run the other way, so that it is seen only by looking closely, and
    /// copiers blur it.
    ///
    /// # Errors
    /// `1005` when the letter cannot be drawn.
    pub(super) fn grating(watermark: &Watermark, letter: char) -> Result<Self, AppError> {
        let side = GRATING_MM * POINTS_PER_MM;
        let [red, green, blue] = watermark.colour;
        let picture = VectorPicture {
            width_pt: side,
            height_pt: side,
            paths: vec![VectorPath {
                segments: grating_lines(letter, side)?,
                fill: Rgb(red, green, blue),
                rule: FillRule::NonZero,
            }],
        };
        Ok(Self::in_natural_size(watermark, vector(&picture)?))
    }

    fn in_natural_size(watermark: &Watermark, picture: StampPicture) -> Self {
        let shape = DrawableShape {
            watermark: watermark.clone(),
            width: picture.width_pt(),
            height: picture.height_pt(),
        };
        Self { shape, picture }
    }

    fn marks(&self, picture: usize, page_width: f64, page_height: f64) -> Vec<Mark> {
        let (sin, cos) = f64::from(self.shape.watermark.angle).to_radians().sin_cos();
        let size = (
            self.shape.width * cos.abs() + self.shape.height * sin.abs(),
            self.shape.width * sin.abs() + self.shape.height * cos.abs(),
        );
        let page = (page_width, page_height);
        let at = |(x, y): (f64, f64), scale: f64| self.mark(picture, (x, y), (sin, cos), scale);
        match self.shape.watermark.position {
            Position::Tile => tiles(page, size, self.shape.watermark.density)
                .into_iter()
                .map(|centre| at(centre, 1.0))
                .collect(),
            Position::Fill => vec![at((page.0 / 2.0, page.1 / 2.0), self.fill_scale(page, size))],
            corner => vec![at(corner_centre(corner, page, size), 1.0)],
        }
    }

    /// A picture covers the page; text is as large as the margins allow.
    fn fill_scale(&self, page: (f64, f64), size: (f64, f64)) -> f64 {
        if matches!(self.shape.watermark.motif, Motif::Pic { .. }) {
            return (page.0 / size.0).max(page.1 / size.1);
        }
        let free = |length: f64| (length - 2.0 * MARGIN).max(length / 2.0);
        (free(page.0) / size.0).min(free(page.1) / size.1)
    }

    fn mark(&self, picture: usize, (x, y): (f64, f64), (sin, cos): (f64, f64), scale: f64) -> Mark {
        let (across, up) = (
            scale * self.shape.width / self.picture.width_pt(),
            scale * self.shape.height / self.picture.height_pt(),
        );
        let (half_width, half_height) = (scale * self.shape.width / 2.0, scale * self.shape.height / 2.0);
        Mark {
            picture,
            matrix: [
                across * cos,
                across * sin,
                -up * sin,
                up * cos,
                x - half_width * cos + half_height * sin,
                y - half_width * sin - half_height * cos,
            ],
            opacity: 1.0 - self.shape.watermark.transparency / 100.0,
        }
    }
}

fn vector(picture: &VectorPicture) -> Result<StampPicture, AppError> {
    StampPicture::from_vector(picture).map_err(|error| AppError::internal("watermark", error))
}

fn corner_centre(position: Position, page: (f64, f64), size: (f64, f64)) -> (f64, f64) {
    let left = MARGIN + size.0 / 2.0;
    let right = page.0 - MARGIN - size.0 / 2.0;
    let bottom = MARGIN + size.1 / 2.0;
    let top = page.1 - MARGIN - size.1 / 2.0;
    match position {
        Position::BottomLeft => (left, bottom),
        Position::BottomRight => (right, bottom),
        Position::TopLeft => (left, top),
        Position::TopRight => (right, top),
        Position::Fill | Position::MiddleCenter | Position::Tile => (page.0 / 2.0, page.1 / 2.0),
    }
}

/// Centres of tiles over the whole page, every other row shifted by half a tile.
fn tiles(page: (f64, f64), size: (f64, f64), density: Density) -> Vec<(f64, f64)> {
    let gap = match density {
        Density::Dense => 30.0,
        Density::Moderate => 70.0,
        Density::Sparse => 140.0,
    };
    let (across, up) = (size.0 + gap, size.1 + gap);
    let mut centres = Vec::new();
    let mut y = page.1 - up / 2.0;
    let mut shifted = false;
    while y > -up / 2.0 && centres.len() < MOST_TILES {
        let mut x = if shifted { 0.0 } else { across / 2.0 };
        while x < page.0 + across / 2.0 && centres.len() < MOST_TILES {
            centres.push((x, y));
            x += across;
        }
        shifted = !shifted;
        y -= up;
    }
    centres
}

fn rectangle(x: f64, y: f64, width: f64, height: f64) -> [Segment; 5] {
    [
        Segment::Move(x, y),
        Segment::Line(x + width, y),
        Segment::Line(x + width, y + height),
        Segment::Line(x, y + height),
        Segment::Close,
    ]
}

/// Distance between lines, and their thickness, millimetres.
const PITCH_MM: f64 = 0.35;
const THICK_MM: f64 = 0.12;

/// Slanting lines over a square; those parts that lie in the letter slant the other way.
fn grating_lines(letter: char, side: f64) -> Result<Vec<Segment>, AppError> {
    let outline = letter_outline(letter, side)?;
    let (pitch, half) = (PITCH_MM * POINTS_PER_MM, THICK_MM * POINTS_PER_MM / 2.0);
    let step = half * 2.0;
    let mut segments = Vec::new();
    let mut offset = -side;
    while offset < 2.0 * side {
        for inside in [false, true] {
            // y = x + c outside of the letter, y = c - x inside of it.
            let slope = if inside { -1.0 } else { 1.0 };
            let constant = if inside { offset } else { offset - side };
            let mut run: Option<f64> = None;
            let mut x = 0.0;
            while x <= side + step {
                let y = slope * x + constant;
                let within = x <= side && (0.0..=side).contains(&y);
                let drawn = within && is_inside(&outline, x, y) == inside;
                match (run, drawn) {
                    (None, true) => run = Some(x),
                    (Some(from), false) => {
                        segments.extend(slanting(from, x, slope, constant, half));
                        run = None;
                    }
                    _ => {}
                }
                x += step;
            }
        }
        offset += pitch * std::f64::consts::SQRT_2;
    }
    Ok(segments)
}

/// A line from `x = from` to `x = to` of this slope, `half` thick on both sides.
fn slanting(from: f64, to: f64, slope: f64, constant: f64, half: f64) -> [Segment; 5] {
    let rise = half * std::f64::consts::SQRT_2;
    let y = |x: f64| slope * x + constant;
    [
        Segment::Move(from, y(from) - rise),
        Segment::Line(to, y(to) - rise),
        Segment::Line(to, y(to) + rise),
        Segment::Line(from, y(from) + rise),
        Segment::Close,
    ]
}

type Polygon = Vec<(f64, f64)>;

/// The letter in the middle of the square, four fifths of its height, as polygons.
fn letter_outline(letter: char, side: f64) -> Result<Vec<Polygon>, AppError> {
    let drawing = text_line(&letter.to_string(), 10.0, Typeface::Song)
        .map_err(|error| AppError::invalid("watermarks.content", error.to_string()))?;
    let mut polygons: Vec<Polygon> = Vec::new();
    for segment in drawing.shapes.iter().flat_map(|shape| &shape.segments) {
        use qishu_sealart::Segment as From;
        match *segment {
            From::Move(to) => polygons.push(vec![(to.x, to.y)]),
            From::Line(to) => extend(&mut polygons, [(to.x, to.y)]),
            From::Cubic(a, b, to) => {
                let start = polygons
                    .last()
                    .and_then(|last| last.last())
                    .copied()
                    .unwrap_or_default();
                let curve = [start, (a.x, a.y), (b.x, b.y), (to.x, to.y)];
                extend(
                    &mut polygons,
                    (1..=8_u32).map(|part| on_curve(curve, f64::from(part) / 8.0)),
                );
            }
            From::Close => {}
        }
    }
    let points = || polygons.iter().flatten().copied();
    let (low, high) = points().fold(
        ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN)),
        |(low, high): ((f64, f64), (f64, f64)), (x, y)| {
            ((low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y)))
        },
    );
    let (width, height) = ((high.0 - low.0).max(0.1), (high.1 - low.1).max(0.1));
    let scale = (side * 0.8 / height).min(side * 0.8 / width);
    let centre = ((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0);
    // The drawing's y runs downwards.
    let place = |(x, y): (f64, f64)| {
        (
            side / 2.0 + (x - centre.0) * scale,
            side / 2.0 - (y - centre.1) * scale,
        )
    };
    Ok(polygons
        .into_iter()
        .map(|polygon| polygon.into_iter().map(place).collect())
        .collect())
}

fn extend(polygons: &mut [Polygon], points: impl IntoIterator<Item = (f64, f64)>) {
    if let Some(last) = polygons.last_mut() {
        last.extend(points);
    }
}

fn on_curve([a, b, c, d]: [(f64, f64); 4], t: f64) -> (f64, f64) {
    let s = 1.0 - t;
    let mix = |a: f64, b: f64, c: f64, d: f64| {
        s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d
    };
    (mix(a.0, b.0, c.0, d.0), mix(a.1, b.1, c.1, d.1))
}

/// Whether a point lies inside of outlines, by the number of edges above it.
fn is_inside(polygons: &[Polygon], x: f64, y: f64) -> bool {
    let mut inside = false;
    for polygon in polygons {
        let next = polygon.iter().cycle().skip(1);
        for ((x1, y1), (x2, y2)) in polygon.iter().zip(next) {
            if (*x1 > x) != (*x2 > x) && y < (y2 - y1) * (x - x1) / (x2 - x1) + y1 {
                inside = !inside;
            }
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use qishu_model::contract::watermark::ViewPermission;
    use qishu_model::time::Timestamp;

    fn watermark(motif: Motif, position: Position) -> Watermark {
        Watermark {
            motif,
            position,
            font_size: 20.0,
            angle: 30,
            colour: [200, 30, 30],
            transparency: 30.0,
            image_scale: 0.5,
            density: Density::Moderate,
            create_time: Timestamp::from_ms(0),
        }
    }

    fn text(position: Position) -> Drawable {
        let mark = watermark(
            Motif::Text {
                text: "合同专用".to_owned(),
            },
            position,
        );
        Drawable::text(&mark, "合同专用").unwrap()
    }

    fn corners(drawable: &Drawable, mark: &Mark) -> Vec<(f64, f64)> {
        let [a, b, c, d, e, f] = mark.matrix;
        let (width, height) = (drawable.picture.width_pt(), drawable.picture.height_pt());
        [(0.0, 0.0), (width, 0.0), (0.0, height), (width, height)]
            .map(|(x, y)| (a * x + c * y + e, b * x + d * y + f))
            .to_vec()
    }

    #[test]
    fn marks_stay_inside_the_margins_however_they_are_turned() {
        for position in Position::ALL {
            let drawable = text(position);
            for mark in drawable.marks(0, 595.0, 842.0) {
                if position != Position::Tile {
                    for (x, y) in corners(&drawable, &mark) {
                        assert!(
                            (28.0..=567.0).contains(&x) && (28.0..=814.0).contains(&y),
                            "{position:?} {x} {y}"
                        );
                    }
                }
                assert!((mark.opacity - 0.7).abs() < 1e-9);
            }
        }
        let count = |density| tiles((595.0, 842.0), (100.0, 50.0), density).len();
        assert!(count(Density::Dense) > count(Density::Moderate));
        assert!(count(Density::Moderate) > count(Density::Sparse));
        assert_eq!(
            tiles((20_000.0, 20_000.0), (1.0, 1.0), Density::Dense).len(),
            MOST_TILES
        );
    }

    #[test]
    fn pictures_have_their_size_in_millimetres() {
        let mark = watermark(
            Motif::QrCode {
                permission: ViewPermission::Private,
            },
            Position::TopRight,
        );
        let drawable = Drawable::qr_code(&mark, "https://qishu.example.com/s/0123456789").unwrap();
        assert!((drawable.shape.width - 20.0 * POINTS_PER_MM).abs() < 1e-9);
        let grating = Drawable::grating(&mark, 'Q').unwrap();
        assert!((grating.shape.width - 10.0 * POINTS_PER_MM).abs() < 1e-9);
        assert!(Drawable::text(&mark, "😀").is_err());
    }

    #[test]
    fn all_kinds_are_drawn_over_the_example() {
        let pdf = include_bytes!("../../../../examples/contract.pdf");
        let mut all = vec![
            text(Position::Tile),
            text(Position::MiddleCenter),
            text(Position::BottomLeft),
        ];
        let qr = watermark(
            Motif::QrCode {
                permission: ViewPermission::Public,
            },
            Position::TopRight,
        );
        all.push(
            Drawable::qr_code(
                &Watermark {
                    angle: 0,
                    ..qr.clone()
                },
                "https://qishu.example.com/s/0123456789abcdef0123456789abcdef",
            )
            .unwrap(),
        );
        let grating = Watermark {
            angle: 0,
            position: Position::TopLeft,
            colour: [0, 0, 0],
            ..qr
        };
        all.push(Drawable::grating(&grating, 'Q').unwrap());
        let Ok((drawn, _)) = draw_and_plan(pdf, &all, &Limits::default()) else {
            panic!("the example can be marked");
        };
        let index = pdfseal::text::TextIndex::read(&drawn, &pdfseal::text::TextLimits::default()).unwrap();
        assert!(
            index.find("合同专用").len() > 20,
            "tiles, one in the middle and one in a corner, on two pages"
        );
    }
}
