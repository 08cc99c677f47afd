//! The bundled faces and their outlines.

use ttf_parser::{Face, OutlineBuilder};

use crate::drawing::{Point, Segment};
use crate::error::SealArtError;

const SONG: &[u8] = include_bytes!("../fonts/qishu-song.otf");
const SANS: &[u8] = include_bytes!("../fonts/qishu-sans.otf");

/// The Song-style face as an OpenType (CFF) file: every ideograph of GB 18030 levels 1 and 2 and many rarer ones,
/// Latin, digits and punctuation (D-43). SIL Open Font Licence 1.1.
#[must_use]
pub fn song_font() -> &'static [u8] {
    SONG
}

/// A small sans-serif face as an OpenType (CFF) file: Latin letters, digits and punctuation only.
/// SIL Open Font Licence 1.1.
#[must_use]
pub fn sans_font() -> &'static [u8] {
    SANS
}

/// A glyph in units of the em; origin on the baseline at the left, y downwards.
#[derive(Debug, Clone)]
pub(crate) struct Glyph {
    pub(crate) segments: Vec<Segment>,
    pub(crate) advance: f64,
}

impl Glyph {
    pub(crate) fn points(&self) -> impl Iterator<Item = Point> {
        self.segments.iter().flat_map(Segment::points)
    }

    /// Leftmost and rightmost ink, in em; `None` for a blank.
    pub(crate) fn ink_x(&self) -> Option<(f64, f64)> {
        let mut xs = self.points().map(|p| p.x);
        let first = xs.next()?;
        Some(xs.fold((first, first), |(low, high), x| (low.min(x), high.max(x))))
    }
}

/// Which face comes first; the other one is asked for what it lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefer {
    Song,
    Sans,
}

/// Both faces, opened.
pub(crate) struct Faces {
    song: Face<'static>,
    sans: Face<'static>,
}

impl Faces {
    pub(crate) fn open() -> Result<Self, SealArtError> {
        let open = |bytes, face| {
            Face::parse(bytes, 0).map_err(|cause| SealArtError::Font {
                face,
                cause: cause.to_string(),
            })
        };
        Ok(Self {
            song: open(SONG, "qishu-song.otf")?,
            sans: open(SANS, "qishu-sans.otf")?,
        })
    }

    /// The glyphs of a text, in order. A character without a picture is an error, so that a seal never has a gap.
    pub(crate) fn glyphs(
        &self,
        field: &'static str,
        text: &str,
        prefer: Prefer,
    ) -> Result<Vec<Glyph>, SealArtError> {
        let faces = match prefer {
            Prefer::Song => [&self.song, &self.sans],
            Prefer::Sans => [&self.sans, &self.song],
        };
        text.chars()
            .map(|character| {
                faces
                    .iter()
                    .find_map(|face| glyph(face, character))
                    .ok_or(SealArtError::MissingGlyph { field, character })
            })
            .collect()
    }
}

fn glyph(face: &Face<'_>, character: char) -> Option<Glyph> {
    let id = face.glyph_index(character)?;
    let scale = 1.0 / f64::from(face.units_per_em());
    let mut pen = Pen {
        scale,
        at: Point::new(0.0, 0.0),
        segments: Vec::new(),
    };
    let drawn = face.outline_glyph(id, &mut pen).is_some();
    // Only white space may be without ink: an invisible format character would be a hidden difference of names.
    if (!drawn || pen.segments.is_empty()) && !matches!(character, ' ' | '\u{3000}') {
        return None;
    }
    Some(Glyph {
        segments: pen.segments,
        advance: f64::from(face.glyph_hor_advance(id)?) * scale,
    })
}

struct Pen {
    scale: f64,
    at: Point,
    segments: Vec<Segment>,
}

impl Pen {
    fn point(&self, x: f32, y: f32) -> Point {
        Point::new(f64::from(x) * self.scale, -f64::from(y) * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = self.point(x, y);
        self.segments.push(Segment::Move(self.at));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.at = self.point(x, y);
        self.segments.push(Segment::Line(self.at));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, end) = (self.point(x1, y1), self.point(x, y));
        let towards = |p: Point| p.plus(control.minus(p), 2.0 / 3.0);
        self.segments
            .push(Segment::Cubic(towards(self.at), towards(end), end));
        self.at = end;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let end = self.point(x, y);
        self.segments
            .push(Segment::Cubic(self.point(x1, y1), self.point(x2, y2), end));
        self.at = end;
    }

    fn close(&mut self) {
        self.segments.push(Segment::Close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_names_have_pictures() {
        let faces = Faces::open().unwrap();
        let text = "䶮㐂𠮷犇龘堃〇·（）々〆ABCxyz0189—“”、，。";
        let glyphs = faces.glyphs("name", text, Prefer::Song).unwrap();
        assert!(glyphs.iter().all(|g| !g.segments.is_empty() && g.advance > 0.0));
    }

    #[test]
    fn every_unified_ideograph_and_extension_a_is_there() {
        let faces = Faces::open().unwrap();
        let missing: Vec<char> = (0x4E00..=0x9FA5u32)
            .chain(0x3400..=0x4DB5)
            .filter_map(char::from_u32)
            .filter(|&c| faces.song.glyph_index(c).is_none())
            .collect();
        assert_eq!(missing, []);
    }

    #[test]
    fn a_character_without_a_picture_is_named() {
        let faces = Faces::open().unwrap();
        for (text, character) in [
            ("契书😀", '😀'),
            ("a\u{200B}b", '\u{200B}'),
            ("ب", 'ب'),
            ("\n", '\n'),
        ] {
            let error = faces.glyphs("foot", text, Prefer::Sans).unwrap_err();
            assert_eq!(
                error,
                SealArtError::MissingGlyph {
                    field: "foot",
                    character
                }
            );
        }
        let error = faces.glyphs("name", "😀", Prefer::Song).unwrap_err().to_string();
        assert_eq!(
            error,
            "name holds the character '😀' (U+1F600), which the seal typeface cannot draw"
        );
    }

    #[test]
    fn ideographs_fill_the_box_that_the_layout_assumes() {
        let faces = Faces::open().unwrap();
        for glyph in faces
            .glyphs("name", "国有限公司契书章鑫龘", Prefer::Song)
            .unwrap()
        {
            let (low, high) = glyph.ink_x().unwrap();
            assert!(low > 0.02 && high < 0.99 && (glyph.advance - 1.0).abs() < 1e-9);
        }
    }
}
