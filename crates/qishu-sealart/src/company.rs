//! Company seals: circle or ellipse, name on the rim, emblem, lines under it, code or English name below.

use std::f64::consts::PI;

use crate::drawing::{Drawing, FillRule, Point};
use crate::error::SealArtError;
use crate::font::{Faces, Glyph, Prefer};
use crate::geometry::Geometry;
use crate::line::{Line, Obstacles, engrave};
use crate::lower::{LowerText, code, english};
use crate::rim::{RimPlace, RimText, upper_text};
use crate::shapes::{emblem, ring, star};
use crate::spec::{SealSpec, SealStyle};
use crate::text::prepare;

/// Longest name that stays legible on the rim, in characters.
const NAME_LIMIT: usize = 60;
/// Names of up to this many characters stand across an ellipse that has no other text, instead of around it.
const ACROSS_LIMIT: usize = 6;
/// Narrowest letters of the name before they become lower, in letter heights: narrower ones are hard to read.
const NARROWEST: f64 = 0.42;
/// Free space between the lines under the centre and everything else, in millimetres.
const LINE_GAP_MM: f64 = 0.8;

/// What a company seal shows. Empty strings count as absent (D-13).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CompanySealSpec {
    /// `style`: which seal.
    pub style: SealStyle,
    /// `spec`: which size; absent means [`SealStyle::default_spec`].
    pub spec: Option<SealSpec>,
    /// Legal name of the owner, for the rim; at most 60 characters.
    pub name: String,
    /// `branchName`: first line under the centre.
    pub branch_name: Option<String>,
    /// `foot`: line under the centre; needed by [`SealStyle::Special`], ignored by [`SealStyle::ForeignMix`].
    pub foot: Option<String>,
    /// `enterpriseCode`: 13 to 15 digits for the lower rim.
    pub enterprise_code: Option<String>,
    /// `enContent`: English name; needed by [`SealStyle::ForeignMix`], ignored by the others.
    pub en_content: Option<String>,
    /// `edgeWidth`: width of the rim in millimetres, 0.5 to 3; a Youth League seal has 1.2 or 1.5.
    pub edge_width_mm: Option<f64>,
    /// `starSize`: diameter of the emblem in millimetres, 5 to 30 and inside the name.
    pub star_size_mm: Option<f64>,
    /// The operator's own emblem for [`SealStyle::YouthLeague`]; without it that seal has a star (D-40).
    pub emblem: Option<Drawing>,
}

/// Draws a company seal.
///
/// # Errors
/// [`SealArtError`] naming the parameter when one is missing, malformed or does not fit.
pub fn company_seal(spec: &CompanySealSpec) -> Result<Drawing, SealArtError> {
    let size = spec.spec.unwrap_or_else(|| spec.style.default_spec());
    let geometry = Geometry::resolve(spec.style, size, spec.edge_width_mm, spec.star_size_mm)?;
    let texts = Texts::read(spec, &Faces::open()?)?;

    let mut seal = Drawing::new(geometry.a * 2.0, geometry.b * 2.0);
    seal.push_centred(ring(geometry.a, geometry.b, geometry.edge), FillRule::EvenOdd);
    draw_emblem(&mut seal, spec, &geometry);

    if spec.style == SealStyle::Foreign && !geometry.is_circle() && texts.stands_across() {
        let lower = draw_code(&mut seal, &texts, &geometry);
        draw_across(&mut seal, &texts, &geometry, lower)?;
        return Ok(seal);
    }
    let (name, lower) = draw_rims(&mut seal, spec.style, &texts, &geometry)?;
    let obstacles = obstacles(&geometry, lower, name.boxes);
    draw_lines(&mut seal, &texts, &geometry, &obstacles)?;
    push_all(&mut seal, name.outlines);
    Ok(seal)
}

/// The texts of a seal as glyphs; absent ones are empty.
struct Texts {
    name: Vec<Glyph>,
    branch: Vec<Glyph>,
    foot: Vec<Glyph>,
    code: Vec<Glyph>,
    english: Vec<Glyph>,
}

impl Texts {
    fn read(spec: &CompanySealSpec, faces: &Faces) -> Result<Self, SealArtError> {
        let mixed = spec.style == SealStyle::ForeignMix;
        let glyphs = |field, text: &Option<String>, face| match text {
            Some(text) => faces.glyphs(field, text, face),
            None => Ok(Vec::new()),
        };
        let name = prepare(Some(&spec.name)).ok_or(SealArtError::Missing {
            field: "name",
            reason: "a seal shows the name of its owner",
        })?;
        let count = name.chars().count();
        if count > NAME_LIMIT {
            return Err(SealArtError::TooLong {
                field: "name",
                count,
                room: NAME_LIMIT,
            });
        }
        let foot = prepare(spec.foot.as_deref()).filter(|_| !mixed);
        if foot.is_none() && spec.style == SealStyle::Special {
            let reason = "a SPECIAL_SEAL says under its centre what it is for, such as 合同专用章";
            return Err(SealArtError::Missing {
                field: "foot",
                reason,
            });
        }
        let english = prepare(spec.en_content.as_deref()).filter(|_| mixed);
        if english.is_none() && mixed {
            let reason = "a FOREIGN_MIX_SEAL shows the English name of its owner";
            return Err(SealArtError::Missing {
                field: "enContent",
                reason,
            });
        }
        let code = prepare(spec.enterprise_code.as_deref());
        check_code(code.as_deref())?;
        Ok(Self {
            name: faces.glyphs("name", &name, Prefer::Song)?,
            branch: glyphs(
                "branchName",
                &prepare(spec.branch_name.as_deref()).filter(|_| !mixed),
                Prefer::Song,
            )?,
            foot: glyphs("foot", &foot, Prefer::Song)?,
            code: glyphs("enterpriseCode", &code.filter(|_| !mixed), Prefer::Sans)?,
            english: glyphs("enContent", &english, Prefer::Sans)?,
        })
    }

    fn stands_across(&self) -> bool {
        self.name.len() <= ACROSS_LIMIT && self.branch.is_empty() && self.foot.is_empty()
    }
}

fn check_code(code: Option<&str>) -> Result<(), SealArtError> {
    let Some(code) = code else { return Ok(()) };
    if (13..=15).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(());
    }
    Err(SealArtError::Invalid {
        field: "enterpriseCode",
        value: code.chars().take(64).collect(),
        expected: "a registration code has 13 to 15 digits".to_owned(),
    })
}

fn push_all(seal: &mut Drawing, outlines: Vec<Vec<crate::Segment>>) {
    for outline in outlines.into_iter().filter(|o| !o.is_empty()) {
        seal.push_centred(outline, FillRule::NonZero);
    }
}

/// The emblem stands exactly in the centre, with and without lines under it (as measured on the original platform).
fn draw_emblem(seal: &mut Drawing, spec: &CompanySealSpec, geometry: &Geometry) {
    let Some(size) = geometry.emblem else { return };
    match &spec.emblem {
        Some(asset) if spec.style == SealStyle::YouthLeague => {
            for (outline, rule) in emblem(asset, size / 2.0) {
                seal.push_centred(outline, rule);
            }
        }
        _ => seal.push_centred(star(size / 2.0), FillRule::NonZero),
    }
}

/// Places the name on the upper rim and draws what the lower rim holds; answers the name and how far the lower text
/// reaches into the seal.
///
/// The name takes at most 260° of a circle, 250° when a code stands below, 240° of an ellipse. Beside an English name
/// it takes 200°, or less when the English name needs more room.
fn draw_rims(
    seal: &mut Drawing,
    style: SealStyle,
    texts: &Texts,
    geometry: &Geometry,
) -> Result<(RimText, f64), SealArtError> {
    if style != SealStyle::ForeignMix {
        let degrees = match (geometry.is_circle(), texts.code.is_empty()) {
            (false, _) => 240.0,
            (true, true) => 260.0,
            (true, false) => 250.0,
        };
        return Ok((
            name_text(texts, geometry, degrees),
            draw_code(seal, texts, geometry),
        ));
    }
    let mut room = 0;
    for degrees in [200.0, 180.0, 160.0] {
        let name = name_text(texts, geometry, degrees);
        match english_text(texts, geometry, &name) {
            Ok(text) => {
                push_all(seal, text.outlines);
                return Ok((name, text.depth));
            }
            Err(about) => room = about,
        }
    }
    let count = texts.english.len();
    Err(SealArtError::TooLong {
        field: "enContent",
        count,
        room: room.min(count.saturating_sub(1)),
    })
}

/// The name about the top, characters at most 42° apart (D-42) so that short names keep together. Long names get
/// lower letters, in steps of 0.3 mm down to two thirds, before they are condensed below [`NARROWEST`].
fn name_text(texts: &Texts, geometry: &Geometry, degrees: f64) -> RimText {
    let inset = geometry.edge + geometry.gap;
    let step: f64 = if geometry.is_circle() { 42.0 } else { 30.0 };
    let mut place = RimPlace {
        a: geometry.a - inset,
        b: geometry.b - inset,
        height: geometry.letter,
        max_span: f64::to_radians(degrees),
        max_step: step.to_radians(),
    };
    loop {
        let name = upper_text(&texts.name, place);
        if name.letter_width >= NARROWEST * place.height || place.height - 0.3 < geometry.letter * 0.66 {
            return name;
        }
        place.height -= 0.3;
    }
}

fn obstacles(geometry: &Geometry, lower_depth: f64, boxes: Vec<[Point; 4]>) -> Obstacles {
    let inset = geometry.edge + lower_depth;
    Obstacles {
        boxes,
        a: geometry.a - inset,
        b: geometry.b - inset,
        gap: LINE_GAP_MM,
    }
}

/// Draws the registration code and answers how far it reaches into the seal.
fn draw_code(seal: &mut Drawing, texts: &Texts, geometry: &Geometry) -> f64 {
    if texts.code.is_empty() {
        return 0.0;
    }
    let LowerText { outlines, depth } = code(
        &texts.code,
        geometry.a - geometry.edge,
        geometry.b - geometry.edge,
    );
    push_all(seal, outlines);
    depth
}

/// The English name in what the Chinese name leaves of the rim, at most 200°; else about how many letters fit.
fn english_text(texts: &Texts, geometry: &Geometry, name: &RimText) -> Result<LowerText, usize> {
    let (a, b) = (geometry.a - geometry.edge, geometry.b - geometry.edge);
    // Half a letter beyond the middle of the last character, and some space, on each side.
    let ends = name.half_span + (name.letter_width * 0.5 + 2.0) / b.min(a);
    let span = (2.0 * (PI - ends)).clamp(0.1, f64::to_radians(200.0));
    english(&texts.english, a, b, span).ok_or_else(|| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small positive number"
        )]
        let room = (span * f64::midpoint(a, b) / 0.62) as usize;
        room
    })
}

/// A short name across the middle of an ellipse.
fn draw_across(
    seal: &mut Drawing,
    texts: &Texts,
    geometry: &Geometry,
    lower: f64,
) -> Result<(), SealArtError> {
    let height = geometry.letter * 1.4;
    let line = Line {
        glyphs: &texts.name,
        top: -height / 2.0,
        height,
        width: 0.9,
    };
    draw_line(seal, "name", &line, &obstacles(geometry, lower, Vec::new())).map(|_| ())
}

/// Branch name and foot under the centre: below the star where there is one, else 4.4 mm below the middle.
fn draw_lines(
    seal: &mut Drawing,
    texts: &Texts,
    geometry: &Geometry,
    obstacles: &Obstacles,
) -> Result<(), SealArtError> {
    let lines = [("branchName", &texts.branch), ("foot", &texts.foot)];
    let two = lines.iter().all(|(_, glyphs)| !glyphs.is_empty());
    let k = geometry.enlargement();
    let (mut top, height, width) = match (geometry.emblem, geometry.is_circle()) {
        // The feet of the star stand 0.809 of its radius below the centre.
        (Some(size), _) => (0.809 * size / 2.0 + k, if two { 3.4 } else { 4.2 } * k, 0.8),
        (None, true) => (
            if two { 1.4 } else { 4.4 } * k,
            if two { 4.4 } else { 6.0 } * k,
            0.8,
        ),
        (None, false) => (if two { 1.6 } else { 4.2 }, if two { 3.4 } else { 4.6 }, 0.7),
    };
    for (field, glyphs) in lines.into_iter().filter(|(_, glyphs)| !glyphs.is_empty()) {
        top = draw_line(
            seal,
            field,
            &Line {
                glyphs,
                top,
                height,
                width,
            },
            obstacles,
        )? + 0.6 * k;
    }
    Ok(())
}

fn draw_line(
    seal: &mut Drawing,
    field: &'static str,
    line: &Line<'_>,
    obstacles: &Obstacles,
) -> Result<f64, SealArtError> {
    let count = line.glyphs.len();
    let (outlines, bottom) = engrave(line, obstacles).map_err(|room| SealArtError::TooLong {
        field,
        count,
        room: room.min(count.saturating_sub(1)),
    })?;
    push_all(seal, outlines);
    Ok(bottom)
}

#[cfg(test)]
mod tests;
