//! Measures of company seals by size (D-39), in millimetres.

use crate::error::SealArtError;
use crate::spec::{SealSpec, SealStyle};

/// Measures of one seal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Geometry {
    /// Semi-axes of the outer edge.
    pub(crate) a: f64,
    /// See `a`.
    pub(crate) b: f64,
    /// Width of the rim.
    pub(crate) edge: f64,
    /// Diameter of the emblem in the centre; `None` for an empty centre.
    pub(crate) emblem: Option<f64>,
    /// Height of the letters on the rim.
    pub(crate) letter: f64,
    /// From the rim to the letters.
    pub(crate) gap: f64,
}

impl Geometry {
    /// The measures for a style and a size, with the caller's own rim and emblem where given.
    pub(crate) fn resolve(
        style: SealStyle,
        spec: SealSpec,
        edge_width_mm: Option<f64>,
        star_size_mm: Option<f64>,
    ) -> Result<Self, SealArtError> {
        let (edge, emblem, letter, gap) = defaults(spec).ok_or_else(|| SealArtError::Invalid {
            field: "spec",
            value: spec.wire_name().to_owned(),
            expected: "a company seal is a circle or an ellipse; this size is for picture seals".to_owned(),
        })?;
        let (width, height) = spec.size_mm();
        let with_emblem = style.has_emblem() && width <= height;
        let mut geometry = Self {
            a: width / 2.0,
            b: height / 2.0,
            edge: if style == SealStyle::YouthLeague {
                1.2
            } else {
                edge
            },
            emblem: with_emblem.then_some(emblem),
            letter,
            gap,
        };
        if let Some(edge) = edge_width_mm {
            geometry.edge = check_edge(style, edge)?;
        }
        if let Some(size) = star_size_mm {
            check_range("starSize", size, 5.0, 30.0)?;
            geometry.emblem = geometry.emblem.map(|_| size);
        }
        geometry.check_emblem()?;
        Ok(geometry)
    }

    /// Whether the seal is a circle.
    pub(crate) fn is_circle(&self) -> bool {
        (self.a - self.b).abs() < 1e-9
    }

    /// The emblem must leave the letters of the rim free.
    fn check_emblem(&self) -> Result<(), SealArtError> {
        let Some(size) = self.emblem else { return Ok(()) };
        let room = 2.0 * (self.a - self.edge - self.gap - self.letter - 0.3);
        let max_mm = (room * 10.0).floor() / 10.0;
        check_range("starSize", size, 5.0, max_mm.min(30.0))
    }

    /// How much larger than the common circle of 42 mm the seal is; smaller ones keep the measures of 42 mm.
    pub(crate) fn enlargement(&self) -> f64 {
        (self.b / 21.0).max(1.0)
    }
}

/// Rim, emblem, letter height and gap of a size; `None` for sizes that only pictures have.
fn defaults(spec: SealSpec) -> Option<(f64, f64, f64, f64)> {
    Some(match spec {
        SealSpec::Circular60 => (1.5, 20.0, 9.0, 1.5),
        SealSpec::Circular58 => (1.5, 19.0, 9.0, 1.5),
        SealSpec::Circular50 => (1.5, 17.0, 8.0, 1.3),
        SealSpec::Circular46 => (1.5, 15.0, 7.3, 1.2),
        SealSpec::Circular45 => (1.5, 15.0, 7.2, 1.2),
        SealSpec::Circular44 => (1.2, 14.0, 7.0, 1.1),
        SealSpec::Circular42 => (1.2, 14.0, 6.8, 1.0),
        SealSpec::Circular40 => (1.2, 13.5, 6.5, 0.9),
        SealSpec::Circular38 => (1.0, 12.0, 6.0, 0.8),
        SealSpec::Oval45x30 => (1.2, 0.0, 4.6, 0.8),
        SealSpec::Oval40x30 => (1.0, 0.0, 4.2, 0.5),
        _ => return None,
    })
}

fn check_edge(style: SealStyle, edge: f64) -> Result<f64, SealArtError> {
    if style == SealStyle::YouthLeague
        && ![1.2, 1.5]
            .iter()
            .any(|&allowed: &f64| (allowed - edge).abs() < 1e-6)
    {
        return Err(SealArtError::Invalid {
            field: "edgeWidth",
            value: edge.to_string(),
            expected: "a Youth League seal has a rim of 1.2 or 1.5 mm".to_owned(),
        });
    }
    check_range("edgeWidth", edge, 0.5, 3.0)?;
    Ok(edge)
}

fn check_range(field: &'static str, value_mm: f64, min_mm: f64, max_mm: f64) -> Result<(), SealArtError> {
    if (min_mm..=max_mm).contains(&value_mm) {
        return Ok(());
    }
    Err(SealArtError::OutOfRange {
        field,
        value_mm,
        min_mm,
        max_mm,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(style: SealStyle, edge: Option<f64>, star: Option<f64>) -> Result<Geometry, SealArtError> {
        Geometry::resolve(style, SealSpec::Circular42, edge, star)
    }

    #[test]
    fn defaults_are_those_of_the_table() {
        let g = resolve(SealStyle::Universal, None, None).unwrap();
        assert_eq!(
            (g.a, g.edge, g.emblem, g.letter, g.gap),
            (21.0, 1.2, Some(14.0), 6.8, 1.0)
        );
        assert_eq!(
            resolve(SealStyle::Special, None, Some(10.0)).unwrap().emblem,
            None
        );
    }

    #[test]
    fn own_measures_are_checked_and_named() {
        assert_eq!(
            resolve(SealStyle::Universal, Some(0.4), None)
                .unwrap_err()
                .field(),
            Some("edgeWidth")
        );
        assert_eq!(
            resolve(SealStyle::Universal, Some(f64::NAN), None)
                .unwrap_err()
                .field(),
            Some("edgeWidth")
        );
        assert_eq!(
            resolve(SealStyle::YouthLeague, Some(1.0), None)
                .unwrap_err()
                .field(),
            Some("edgeWidth")
        );
        assert!(resolve(SealStyle::YouthLeague, Some(1.5), None).is_ok());
        for star in [4.9, 24.0, 31.0] {
            assert_eq!(
                resolve(SealStyle::Universal, None, Some(star))
                    .unwrap_err()
                    .field(),
                Some("starSize")
            );
        }
    }

    #[test]
    fn squares_are_not_company_seals() {
        let error = Geometry::resolve(SealStyle::Universal, SealSpec::Square20, None, None).unwrap_err();
        assert_eq!(error.field(), Some("spec"));
    }
}
