//! Squares with a person's name: legal-representative seals and personal name seals (D-44).

use crate::drawing::{Drawing, FillRule, Segment};
use crate::error::SealArtError;
use crate::font::{Faces, Glyph, Prefer};
use crate::shapes::frame;
use crate::text::{FACE_CENTRE_EM, FACE_EM, Frame, Scale, is_ideograph, prepare};

/// Corner radius of the frame, in millimetres.
const CORNER_MM: f64 = 0.5;
/// Free space between frame and characters, and between characters, in millimetres.
const INNER_MM: f64 = 0.7;
const BETWEEN_MM: f64 = 0.4;
/// Most ideographs in a square: five columns of five.
const LIMIT: usize = 25;
/// Most letters in a line of a name without ideographs.
const LINE_LIMIT: usize = 24;

/// Side of a square name seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NameSealSize {
    /// 18 mm, rim 0.8 mm.
    Square18,
    /// 20 mm, rim 1.0 mm: the usual one.
    #[default]
    Square20,
    /// 22 mm, rim 1.0 mm.
    Square22,
    /// 25 mm, rim 1.2 mm.
    Square25,
}

impl NameSealSize {
    /// Every size, small to large.
    pub const ALL: [Self; 4] = [Self::Square18, Self::Square20, Self::Square22, Self::Square25];

    /// Side and rim, in millimetres.
    fn measures(self) -> (f64, f64) {
        match self {
            Self::Square18 => (18.0, 0.8),
            Self::Square20 => (20.0, 1.0),
            Self::Square22 => (22.0, 1.0),
            Self::Square25 => (25.0, 1.2),
        }
    }
}

/// How a personal name seal is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonalSealShape {
    /// A square, as a legal representative's seal has.
    Square(NameSealSize),
    /// A frame of 10 mm height as wide as the name, read from left to right.
    Horizontal,
}

/// Draws a legal representative's seal: the name in columns from right to left, filled up with 印 or 之印 where that
/// completes the square. Middle dots of transcribed names are left out; names without ideographs stand in lines.
///
/// # Errors
/// [`SealArtError`] about the field `name`: empty, more than 25 characters, or a character without a picture.
pub fn legal_person_seal(name: &str, size: NameSealSize) -> Result<Drawing, SealArtError> {
    square(name, size)
}

/// Draws a personal name seal.
///
/// # Errors
/// As [`legal_person_seal`].
pub fn personal_name_seal(name: &str, shape: PersonalSealShape) -> Result<Drawing, SealArtError> {
    match shape {
        PersonalSealShape::Square(size) => square(name, size),
        PersonalSealShape::Horizontal => horizontal(name),
    }
}

fn square(name: &str, size: NameSealSize) -> Result<Drawing, SealArtError> {
    let name = owner(name)?;
    let (side, edge) = size.measures();
    let mut seal = Drawing::new(side, side);
    seal.push_centred(frame(side, side, edge, CORNER_MM), FillRule::EvenOdd);
    let room = side - 2.0 * (edge + INNER_MM);
    let faces = Faces::open()?;
    if name.chars().any(is_ideograph) {
        draw_columns(&mut seal, &faces, &columns(&name)?, room)?;
    } else {
        draw_rows(&mut seal, &faces, &rows(&name)?, room)?;
    }
    Ok(seal)
}

fn owner(name: &str) -> Result<String, SealArtError> {
    prepare(Some(name))
        .filter(|name| name.chars().any(|c| c.is_alphanumeric() && c != '·'))
        .ok_or(SealArtError::Missing {
            field: "name",
            reason: "a name seal shows a name",
        })
}

/// The characters of each column, right to left.
fn columns(name: &str) -> Result<Vec<Vec<char>>, SealArtError> {
    let mut characters: Vec<char> = name
        .chars()
        .filter(|c| !matches!(c, '·' | '•' | '・' | '‧' | '．' | ' '))
        .collect();
    let count = characters.len();
    let rows = match count {
        0 => {
            return Err(SealArtError::Missing {
                field: "name",
                reason: "a name seal shows a name",
            });
        }
        1..=4 => 2,
        5..=12 => 3,
        13..=16 => 4,
        17..=LIMIT => 5,
        _ => {
            return Err(SealArtError::TooLong {
                field: "name",
                count,
                room: LIMIT,
            });
        }
    };
    match (rows - count % rows) % rows {
        1 => characters.push('印'),
        2 => characters.extend(['之', '印']),
        _ if count == 2 => characters.extend(['之', '印']),
        _ => {}
    }
    Ok(characters.chunks(rows).map(<[char]>::to_vec).collect())
}

fn draw_columns(
    seal: &mut Drawing,
    faces: &Faces,
    columns: &[Vec<char>],
    room: f64,
) -> Result<(), SealArtError> {
    let width = cell(room, columns.len());
    let mut x = room / 2.0 - width / 2.0;
    for column in columns {
        let height = cell(room, column.len());
        let mut y = -room / 2.0 + height / 2.0;
        let text: String = column.iter().collect();
        for glyph in faces.glyphs("name", &text, Prefer::Song)? {
            let outline = fill(&glyph, x, y, width, height);
            seal.push_centred(outline, FillRule::NonZero);
            y += height + BETWEEN_MM;
        }
        x -= width + BETWEEN_MM;
    }
    Ok(())
}

/// Side of one of `parts` equal cells with space between them.
fn cell(room: f64, parts: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most 25 parts")]
    let parts = parts.max(1) as f64;
    (room - BETWEEN_MM * (parts - 1.0)) / parts
}

/// The glyph in the middle of its cell: an ideograph is stretched to it, a narrow letter keeps its proportions. Ink
/// that is larger than the usual box of ideographs is made to fit, so that nothing comes near the frame.
fn fill(glyph: &Glyph, x: f64, y: f64, width: f64, height: f64) -> Vec<Segment> {
    let (low, high) = glyph.ink_x().unwrap_or((0.0, glyph.advance));
    let tall = height / FACE_EM;
    let wide = width / FACE_EM.max(high - low);
    let scale = Scale {
        x: if glyph.advance > 0.9 { wide } else { tall.min(wide) },
        y: tall,
        centre_em: FACE_CENTRE_EM,
    };
    // Narrow ink keeps its place in the box (as in 卜); only what would stick out is moved.
    let sticks_out = (high - glyph.advance / 2.0).max(glyph.advance / 2.0 - low) > FACE_EM / 2.0;
    let shift = if sticks_out {
        (glyph.advance / 2.0 - f64::midpoint(low, high)) * scale.x
    } else {
        0.0
    };
    Frame::upright(x + shift, y).place(glyph, scale)
}

/// The words of a name without ideographs, in at most three lines.
fn rows(name: &str) -> Result<Vec<String>, SealArtError> {
    let words: Vec<&str> = name.split(' ').collect();
    let per_line = words.len().div_ceil(3);
    let lines: Vec<String> = words.chunks(per_line.max(1)).map(|w| w.join(" ")).collect();
    let count = lines.iter().map(|l| l.chars().count()).max().unwrap_or_default();
    if count > LINE_LIMIT {
        return Err(SealArtError::TooLong {
            field: "name",
            count: name.chars().count(),
            room: LINE_LIMIT,
        });
    }
    Ok(lines)
}

fn draw_rows(seal: &mut Drawing, faces: &Faces, rows: &[String], room: f64) -> Result<(), SealArtError> {
    let height = cell(room, rows.len().max(2));
    let rows = rows
        .iter()
        .map(|row| faces.glyphs("name", row, Prefer::Song))
        .collect::<Result<Vec<_>, _>>()?;
    let width_em = |row: &[Glyph]| row.iter().map(|g| g.advance).sum::<f64>();
    let widest = rows.iter().map(|row| width_em(row)).fold(0.1, f64::max);
    // One size for all lines. Long words would be needles: they become lower, at most twice as high as wide.
    let x = (room / widest).min(height);
    let scale = Scale {
        x,
        y: height.min(x * 2.0),
        centre_em: FACE_CENTRE_EM,
    };
    let pitch = scale.y * 1.1;
    #[expect(clippy::cast_precision_loss, reason = "at most three rows")]
    let mut y = -pitch * (rows.len() as f64 - 1.0) / 2.0;
    for row in &rows {
        place_row(seal, row, y, -width_em(row) * x / 2.0, scale);
        y += pitch;
    }
    Ok(())
}

fn place_row(seal: &mut Drawing, glyphs: &[Glyph], y: f64, left: f64, scale: Scale) {
    let mut x = left;
    for glyph in glyphs {
        let outline = Frame::upright(x + glyph.advance * scale.x / 2.0, y).place(glyph, scale);
        if !outline.is_empty() {
            seal.push_centred(outline, FillRule::NonZero);
        }
        x += glyph.advance * scale.x;
    }
}

fn horizontal(name: &str) -> Result<Drawing, SealArtError> {
    const HEIGHT: f64 = 10.0;
    const EDGE: f64 = 0.6;
    const LETTER: f64 = 6.4;
    let name = owner(name)?;
    let count = name.chars().count();
    if count > LIMIT {
        return Err(SealArtError::TooLong {
            field: "name",
            count,
            room: LIMIT,
        });
    }
    let glyphs = Faces::open()?.glyphs("name", &name, Prefer::Song)?;
    let scale = Scale {
        x: LETTER / FACE_EM,
        y: LETTER / FACE_EM,
        centre_em: FACE_CENTRE_EM,
    };
    let text = glyphs.iter().map(|g| g.advance).sum::<f64>() * scale.x;
    let mut seal = Drawing::new(text + 2.0 * (EDGE + 1.2), HEIGHT);
    seal.push_centred(frame(seal.width_mm, HEIGHT, EDGE, CORNER_MM), FillRule::EvenOdd);
    place_row(&mut seal, &glyphs, 0.0, -text / 2.0, scale);
    Ok(seal)
}

/// Middle of a drawing's box, for tests of symmetry.
#[cfg(test)]
fn hull_centre(shape: &crate::Shape) -> crate::Point {
    let (low, high) = shape.hull().unwrap();
    crate::Point::new(f64::midpoint(low.x, high.x), f64::midpoint(low.y, high.y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Point;

    fn layout(name: &str) -> Vec<String> {
        columns(name)
            .unwrap()
            .into_iter()
            .map(|c| c.into_iter().collect())
            .collect()
    }

    #[test]
    fn columns_run_from_right_to_left_and_are_filled_up() {
        assert_eq!(layout("王"), ["王印"]);
        assert_eq!(layout("王伟"), ["王伟", "之印"]);
        assert_eq!(layout("王小明"), ["王小", "明印"]);
        assert_eq!(layout("欧阳小明"), ["欧阳", "小明"]);
        assert_eq!(layout("欧阳小明明"), ["欧阳小", "明明印"]);
        assert_eq!(layout("买买提·阿不都拉"), ["买买提", "阿不都", "拉之印"]);
        assert_eq!(layout("一二三四五六七八九十甲乙丙").len(), 4);
    }

    #[test]
    fn the_first_character_stands_top_right() {
        let seal = legal_person_seal("王小明", NameSealSize::Square20).unwrap();
        assert_eq!(seal.shapes.len(), 5);
        let centres: Vec<Point> = seal.shapes.iter().skip(1).map(hull_centre).collect();
        assert!(centres[0].x > 12.0 && centres[0].y < 8.0, "{centres:?}");
        assert!(centres[1].x > 12.0 && centres[1].y > 12.0, "{centres:?}");
        assert!(centres[2].x < 8.0 && centres[2].y < 8.0, "{centres:?}");
    }

    #[test]
    fn everything_stays_inside_the_frame() {
        let names = [
            "王",
            "王伟",
            "王小明",
            "买买提·阿不都拉",
            "𠮷野家䶮",
            "John Smith",
            "Maria del Carmen Gutierrez",
            "Wu",
        ];
        for name in names
            .into_iter()
            .chain(["一二三四五六七八九十甲乙丙丁戊己庚辛壬癸一二三四五"])
        {
            for size in NameSealSize::ALL {
                let (side, edge) = size.measures();
                let seal = legal_person_seal(name, size).unwrap();
                for shape in seal.shapes.iter().skip(1) {
                    let (low, high) = shape.hull().unwrap();
                    let (min, max) = (edge + 0.05, side - edge - 0.05);
                    assert!(
                        low.x > min && low.y > min && high.x < max && high.y < max,
                        "{name} {low:?} {high:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_horizontal_seal_is_as_wide_as_its_name() {
        let two = personal_name_seal("王伟", PersonalSealShape::Horizontal).unwrap();
        let three = personal_name_seal("王小明", PersonalSealShape::Horizontal).unwrap();
        assert!((three.width_mm - two.width_mm - 6.4 / FACE_EM).abs() < 1e-9);
        assert!((two.height_mm - 10.0).abs() < 1e-9);
    }

    #[test]
    fn impossible_names_are_refused() {
        for name in [
            "",
            " ",
            "·",
            &"王".repeat(26),
            "Pneumonoultramicroscopicsilicovolcanoconiosis",
            "王😀",
        ] {
            let drawn = legal_person_seal(name, NameSealSize::Square20);
            let error = drawn.err().unwrap_or_else(|| panic!("{name:?} was drawn"));
            assert_eq!(error.field(), Some("name"), "{name}");
        }
    }
}
