//! From drawings to what is stored: the PNG that the API answers, and the vector picture that signatures use.

use pdfseal::appearance::{FillRule, Rgb, Segment, StampPicture, VectorPath, VectorPicture};
use qishu_model::seal::Seal;
use qishu_sealart::{Drawing, Typeface, text_line};

use crate::document::blob_digest;
use crate::{App, AppError};

/// Resolution of the picture that `seal/image` answers (D-38).
const API_DPI: f64 = 300.0;

/// Height of the letters of a printed date in millimetres; the box scales them.
const DATE_HEIGHT_MM: f64 = 5.0;

const BLACK: qishu_sealart::Rgb = qishu_sealart::Rgb { r: 0, g: 0, b: 0 };

const POINTS_PER_MM: f64 = 72.0 / 25.4;

/// A seal's pictures, stored.
pub(crate) struct SealPictures {
    /// Blob of the PNG, hex.
    pub(crate) image: String,
    /// Blob of the picture prepared for signing, hex.
    pub(crate) picture: String,
    /// Width on paper in micrometres.
    pub(crate) width_um: u32,
    /// Height on paper in micrometres.
    pub(crate) height_um: u32,
}

/// Renders a drawing once and stores both forms.
///
/// # Errors
/// `2210` when it cannot be rendered.
pub(crate) async fn store_pictures(app: &App, drawing: Drawing) -> Result<SealPictures, AppError> {
    let failed = |error: &dyn std::fmt::Display| AppError::SealDrawing {
        reason: error.to_string(),
    };
    let picture = vector_picture(&drawing)?;
    let (width_um, height_um) = (micrometres(drawing.width_mm), micrometres(drawing.height_mm));
    let png = tokio::task::spawn_blocking(move || drawing.to_png(API_DPI))
        .await?
        .map_err(|error| failed(&error))?;
    Ok(SealPictures {
        image: app.blobs.put(png.into()).await?.to_string(),
        picture: app.blobs.put(picture.to_bytes().into()).await?.to_string(),
        width_um,
        height_um,
    })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "seals are at most 200 mm wide"
)]
fn micrometres(millimetres: f64) -> u32 {
    (millimetres * 1000.0).round().clamp(0.0, 1e6) as u32
}

/// A drawing as a picture that signatures can use.
///
/// # Errors
/// `2210` when the drawing is not usable.
pub(crate) fn vector_picture(drawing: &Drawing) -> Result<StampPicture, AppError> {
    let paths = drawing.shapes.iter().map(|shape| VectorPath {
        segments: shape.segments.iter().map(segment).collect(),
        fill: Rgb(shape.fill.r, shape.fill.g, shape.fill.b),
        rule: match shape.rule {
            qishu_sealart::FillRule::NonZero => FillRule::NonZero,
            qishu_sealart::FillRule::EvenOdd => FillRule::EvenOdd,
        },
    });
    let picture = VectorPicture::from_top_left(
        drawing.width_mm,
        drawing.height_mm,
        POINTS_PER_MM,
        paths.collect(),
    );
    StampPicture::from_vector(&picture).map_err(|error| AppError::SealDrawing {
        reason: error.to_string(),
    })
}

fn segment(segment: &qishu_sealart::Segment) -> Segment {
    use qishu_sealart::Segment as From;
    match *segment {
        From::Move(to) => Segment::Move(to.x, to.y),
        From::Line(to) => Segment::Line(to.x, to.y),
        From::Cubic(a, b, to) => Segment::Cubic(a.x, a.y, b.x, b.y, to.x, to.y),
        From::Close => Segment::Close,
    }
}

/// A line of black text, e.g. a date of signing.
///
/// # Errors
/// `2210` naming the character that has no glyph.
pub(crate) fn draw_text(text: &str) -> Result<StampPicture, AppError> {
    let drawing = text_line(text, DATE_HEIGHT_MM, Typeface::Song);
    let drawing = drawing.map_err(|error| AppError::SealDrawing {
        reason: error.to_string(),
    })?;
    vector_picture(&drawing.with_ink(BLACK))
}

/// The picture of a seal, as it was prepared when the seal was made.
///
/// # Errors
/// Internal when the blob is missing or damaged.
pub(crate) async fn load_picture(app: &App, seal: &Seal) -> Result<StampPicture, AppError> {
    let stored = app.blobs.get(&blob_digest(&seal.picture)?).await?;
    StampPicture::from_bytes(&stored).map_err(|error| AppError::internal("seal picture", error))
}
