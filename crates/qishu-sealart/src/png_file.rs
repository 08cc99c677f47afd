//! Drawings as PNG: 8-bit RGBA, transparent ground, physical size in the pHYs chunk (D-38).

use tiny_skia::{Color, FillRule as SkiaRule, Paint, Path, PathBuilder, Pixmap, Transform};

use crate::drawing::{Drawing, FillRule, Point, Segment};
use crate::error::SealArtError;

/// Most pixels on a side: 60 mm at 4,000 dpi.
const MAX_PX: u32 = 10_000;
const MM_PER_INCH: f64 = 25.4;

impl Drawing {
    /// The drawing as a PNG of `dpi` dots per inch. 300 is the resolution of `seal/image` (42 mm gives 496 pixels),
    /// 600 that of print.
    ///
    /// # Errors
    /// [`SealArtError::Resolution`] when a side would have no pixel or more than 10,000.
    pub fn to_png(&self, dpi: f64) -> Result<Vec<u8>, SealArtError> {
        let (width_px, height_px) = (
            (self.width_mm * dpi / MM_PER_INCH).round(),
            (self.height_mm * dpi / MM_PER_INCH).round(),
        );
        let refuse = || SealArtError::Resolution {
            dpi,
            width_px,
            height_px,
            max_px: MAX_PX,
        };
        let mut pixmap = side(width_px)
            .zip(side(height_px))
            .and_then(|(w, h)| Pixmap::new(w, h))
            .ok_or_else(refuse)?;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the rasteriser works in single precision"
        )]
        let scale = Transform::from_scale(
            (width_px / self.width_mm) as f32,
            (height_px / self.height_mm) as f32,
        );
        for shape in &self.shapes {
            let Some(path) = skia_path(&shape.segments) else {
                continue;
            };
            let mut paint = Paint {
                anti_alias: true,
                ..Paint::default()
            };
            paint.set_color(Color::from_rgba8(shape.fill.r, shape.fill.g, shape.fill.b, 255));
            let rule = if shape.rule == FillRule::EvenOdd {
                SkiaRule::EvenOdd
            } else {
                SkiaRule::Winding
            };
            pixmap.fill_path(&path, &paint, rule, scale, None);
        }
        encode(&pixmap, dpi)
    }
}

fn side(px: f64) -> Option<u32> {
    if !(1.0..=f64::from(MAX_PX)).contains(&px) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked above"
    )]
    let px = px as u32;
    Some(px)
}

fn skia_path(segments: &[Segment]) -> Option<Path> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the rasteriser works in single precision"
    )]
    let xy = |p: Point| (p.x as f32, p.y as f32);
    let mut path = PathBuilder::new();
    for segment in segments {
        match *segment {
            Segment::Move(p) => path.move_to(xy(p).0, xy(p).1),
            Segment::Line(p) => path.line_to(xy(p).0, xy(p).1),
            Segment::Cubic(a, b, p) => {
                let ((ax, ay), (bx, by), (x, y)) = (xy(a), xy(b), xy(p));
                path.cubic_to(ax, ay, bx, by, x, y);
            }
            Segment::Close => path.close(),
        }
    }
    path.finish()
}

fn encode(pixmap: &Pixmap, dpi: f64) -> Result<Vec<u8>, SealArtError> {
    let straight: Vec<u8> = pixmap
        .pixels()
        .iter()
        .flat_map(|pixel| {
            let colour = pixel.demultiply();
            [colour.red(), colour.green(), colour.blue(), colour.alpha()]
        })
        .collect();
    encode_rgba(pixmap.width() as usize, pixmap.height() as usize, &straight, dpi)
}

/// Pixels of red, green, blue and opacity as a PNG file that states its resolution.
pub(crate) fn encode_rgba(
    width: usize,
    height: usize,
    straight: &[u8],
    dpi: f64,
) -> Result<Vec<u8>, SealArtError> {
    let failed = |cause: png::EncodingError| SealArtError::Png(cause.to_string());
    let side = |side: usize| u32::try_from(side).map_err(|cause| SealArtError::Png(cause.to_string()));
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side(width)?, side(height)?);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the size check bounds dpi"
    )]
    let per_metre = (dpi / MM_PER_INCH * 1000.0).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header().map_err(failed)?;
    writer.write_image_data(straight).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CompanySealSpec, SealSpec, company_seal};

    fn decode(bytes: &[u8]) -> (png::Reader<std::io::Cursor<&[u8]>>, Vec<u8>) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        (reader, pixels)
    }

    #[test]
    fn sizes_are_those_of_the_original() {
        let sizes = [
            (SealSpec::Circular60, 709, 709),
            (SealSpec::Circular45, 531, 531),
            (SealSpec::Circular42, 496, 496),
            (SealSpec::Circular38, 449, 449),
            (SealSpec::Oval45x30, 531, 354),
        ];
        for (spec, width, height) in sizes {
            let seal = company_seal(&CompanySealSpec {
                spec: Some(spec),
                name: "契书演示科技有限公司".to_owned(),
                ..CompanySealSpec::default()
            });
            let png = seal.unwrap().to_png(300.0).unwrap();
            let (reader, _) = decode(&png);
            let info = reader.info();
            assert_eq!((info.width, info.height), (width, height));
            let dims = info.pixel_dims.unwrap();
            assert_eq!(
                (dims.xppu, dims.yppu, dims.unit),
                (11_811, 11_811, png::Unit::Meter)
            );
            assert_eq!(
                (info.color_type, info.bit_depth),
                (png::ColorType::Rgba, png::BitDepth::Eight)
            );
        }
    }

    #[test]
    fn the_ground_is_clear_and_the_ink_pure_red() {
        let seal = company_seal(&CompanySealSpec {
            name: "契书演示科技有限公司".to_owned(),
            ..Default::default()
        });
        let (_, pixels) = decode(&seal.unwrap().to_png(300.0).unwrap());
        let at = |x: usize, y: usize| <[u8; 4]>::try_from(&pixels[(y * 496 + x) * 4..][..4]).unwrap();
        assert_eq!(at(0, 0), [0, 0, 0, 0]);
        assert_eq!(at(248, 248), [255, 0, 0, 255], "the star");
        assert_eq!(at(248, 2), [255, 0, 0, 255], "the rim touches the edge");
        assert!(
            pixels
                .chunks(4)
                .all(|p| p[3] == 0 || (p[0] == 255 && p[1] == 0 && p[2] == 0))
        );
    }

    #[test]
    fn senseless_resolutions_are_refused() {
        let seal = Drawing::new(42.0, 42.0);
        for dpi in [0.0, -300.0, f64::NAN, f64::INFINITY, 1e7] {
            assert!(
                matches!(seal.to_png(dpi), Err(SealArtError::Resolution { .. })),
                "{dpi}"
            );
        }
    }
}
