//! A font cut down to the characters of one text, as the objects a PDF needs to draw it.
//!
//! The result is a composite font with two-byte codes that are glyph numbers (`Identity-H`), an embedded font program,
//! the widths, and a map back to Unicode so that the text can be copied and searched. Characters become glyphs one by
//! one: enough for dates, names and numbers in Chinese and Western scripts, not for scripts that join letters.
//! The same font and the same characters always give the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};
use subsetter::GlyphRemapper;
use thiserror::Error;
use ttf_parser::{Face, GlyphId, Permissions, RawFace, Tag};

use crate::{Dictionary, Name, Object, PdfString, Reference, Stream};

/// PDF measures fonts in thousandths of an em (ISO 32000-1, 9.2.4).
const UNITS: f64 = 1000.0;
/// Different characters one font may hold: far more than any date line or page of text has.
const MOST_CHARACTERS: usize = 20_000;
/// Entries one `beginbfchar` block may have (Adobe Technical Note 5411).
const BLOCK: usize = 100;

/// Why a font cannot be embedded or a text not be drawn with it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FontError {
    /// The file is no font, or of a kind PDF does not take.
    #[error("the font cannot be used: {what}")]
    Unusable {
        /// What is wrong.
        what: String,
    },
    /// The licence bits of the font (OS/2 `fsType`) forbid it.
    #[error("the font {name} forbids embedding; choose another one")]
    EmbeddingForbidden {
        /// PostScript name.
        name: String,
    },
    /// The font has no glyph for a character of the text.
    #[error("the font {name} has no character {character:?} (U+{:04X})", u32::from(*character))]
    MissingCharacter {
        /// PostScript name.
        name: String,
        /// The character.
        character: char,
    },
    /// The text has too many different characters.
    #[error("the text has more than {limit} different characters")]
    TooManyCharacters {
        /// The allowed number.
        limit: usize,
    },
}

impl FontError {
    fn unusable(what: impl Into<String>) -> Self {
        Self::Unusable { what: what.into() }
    }
}

/// The kind of outlines in the embedded program (ISO 32000-1, table 126).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FontProgram {
    /// PostScript outlines: `/FontFile3` of subtype `/CIDFontType0C`.
    Cff,
    /// TrueType outlines: `/FontFile2`.
    TrueType,
}

/// Everything the PDF objects are made of, as plain data. Lengths are in thousandths of an em.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PdfFontParts {
    /// The font program, not compressed.
    pub font_file: Vec<u8>,
    /// What kind it is.
    pub program: FontProgram,
    /// `/BaseFont` with its subset mark, such as `ABCDEF+NotoSans`.
    pub base_font: String,
    /// `/Flags` of the descriptor.
    pub flags: i64,
    /// `/FontBBox`: left, bottom, right, top.
    pub bounds: [i64; 4],
    /// `/ItalicAngle` in whole degrees.
    pub italic_angle: i64,
    /// `/Ascent`.
    pub ascent: i64,
    /// `/Descent`, negative.
    pub descent: i64,
    /// `/CapHeight`.
    pub cap_height: i64,
    /// `/StemV`, estimated from the weight.
    pub stem_v: i64,
    /// Glyph number and width, ascending, without gaps.
    pub widths: Vec<(u16, u16)>,
    /// The `/ToUnicode` CMap, not compressed.
    pub to_unicode: Vec<u8>,
}

/// A subset font and the way to write text with it.
#[derive(Debug, Clone)]
pub struct EmbeddedFont {
    name: String,
    parts: PdfFontParts,
    glyphs: BTreeMap<char, Glyph>,
}

#[derive(Debug, Clone, Copy)]
struct Glyph {
    number: u16,
    /// Advance in ems, not rounded.
    advance: f64,
}

impl EmbeddedFont {
    /// Cuts a font file (the first face of a collection) down to the characters of `text`.
    ///
    /// # Errors
    ///
    /// When the file is no usable font, forbids embedding, or lacks a character.
    pub fn subset(font_file: &[u8], text: &str) -> Result<Self, FontError> {
        Self::subset_face(font_file, 0, text)
    }

    /// The same for any face of a collection (`.ttc`).
    ///
    /// # Errors
    ///
    /// As [`Self::subset`].
    pub fn subset_face(font_file: &[u8], face_index: u32, text: &str) -> Result<Self, FontError> {
        let face =
            Face::parse(font_file, face_index).map_err(|error| FontError::unusable(error.to_string()))?;
        if face.is_variable() {
            return Err(FontError::unusable(
                "variable fonts are not supported; use a font of one weight",
            ));
        }
        let name = postscript_name(&face);
        if forbids_embedding(&face) {
            return Err(FontError::EmbeddingForbidden { name });
        }
        let mut remapper = GlyphRemapper::new();
        let glyphs = choose_glyphs(&face, &name, text, &mut remapper)?;
        let subset = subsetter::subset(font_file, face_index, &remapper)
            .map_err(|error| FontError::unusable(error.to_string()))?;
        let (program, font_file) = font_program(subset)?;
        let parts = PdfFontParts {
            font_file,
            program,
            base_font: format!("{}+{name}", subset_mark(&name, glyphs.keys())),
            widths: widths(&face, &remapper),
            to_unicode: to_unicode(&glyphs).into_bytes(),
            ..descriptor_values(&face)
        };
        Ok(Self { name, parts, glyphs })
    }

    /// The bytes of a string operand (`Tj`) that shows the text.
    ///
    /// # Errors
    ///
    /// When a character was not in the text the font was made for.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, FontError> {
        let mut codes = Vec::with_capacity(2 * text.len());
        for character in text.chars() {
            codes.extend_from_slice(&self.glyph(character)?.number.to_be_bytes());
        }
        Ok(codes)
    }

    /// Width of the text at a font size, in points.
    ///
    /// # Errors
    ///
    /// As [`Self::encode`].
    pub fn width(&self, text: &str, size: f64) -> Result<f64, FontError> {
        text.chars().try_fold(0.0, |sum, character| {
            Ok(sum + self.glyph(character)?.advance * size)
        })
    }

    /// Height above the baseline at a font size, in points.
    #[must_use]
    pub fn ascent(&self, size: f64) -> f64 {
        thousandths_to_points(self.parts.ascent, size)
    }

    /// Depth below the baseline at a font size, in points; negative.
    #[must_use]
    pub fn descent(&self, size: f64) -> f64 {
        thousandths_to_points(self.parts.descent, size)
    }

    /// The parts, for writers with an object model of their own.
    #[must_use]
    pub fn parts(&self) -> &PdfFontParts {
        &self.parts
    }

    /// The five objects of the font, numbered from `first_number` on. The first is the one `/Font` resources name.
    ///
    /// # Errors
    ///
    /// Only when the data cannot be compressed.
    pub fn objects(&self, first_number: u32) -> Result<Vec<(Reference, Object)>, FontError> {
        let at = |offset: u32| Reference::new(first_number.saturating_add(offset));
        let parts = &self.parts;
        Ok(vec![
            (at(0), parts.composite_font(at(1), at(4)).into()),
            (at(1), parts.descendant_font(at(2)).into()),
            (at(2), parts.descriptor(at(3)).into()),
            (at(3), parts.font_file_stream()?.into()),
            (at(4), compressed(Dictionary::new(), &parts.to_unicode)?.into()),
        ])
    }

    fn glyph(&self, character: char) -> Result<Glyph, FontError> {
        let missing = || FontError::MissingCharacter {
            name: self.name.clone(),
            character,
        };
        self.glyphs.get(&character).copied().ok_or_else(missing)
    }
}

/// Widths of a whole font's characters, for laying text out before the font is cut down to what was used.
#[derive(Debug)]
pub struct FontMeasure<'a> {
    face: Face<'a>,
}

impl<'a> FontMeasure<'a> {
    /// Opens a font file (the first face of a collection).
    ///
    /// # Errors
    ///
    /// When the file is no usable font.
    pub fn new(font_file: &'a [u8]) -> Result<Self, FontError> {
        let face = Face::parse(font_file, 0).map_err(|error| FontError::unusable(error.to_string()))?;
        Ok(Self { face })
    }

    /// Whether the font can show the character.
    #[must_use]
    pub fn has(&self, character: char) -> bool {
        self.face.glyph_index(character).is_some()
    }

    /// Advance of a character in ems; 0 for one the font does not have.
    #[must_use]
    pub fn advance(&self, character: char) -> f64 {
        let glyph = self.face.glyph_index(character);
        let advance = glyph.and_then(|glyph| self.face.glyph_hor_advance(glyph));
        f64::from(advance.unwrap_or_default()) / f64::from(self.face.units_per_em())
    }

    /// Width of the text at a font size, in points.
    #[must_use]
    pub fn width(&self, text: &str, size: f64) -> f64 {
        text.chars().map(|character| self.advance(character)).sum::<f64>() * size
    }
}

#[expect(clippy::cast_precision_loss, reason = "font metrics have at most five digits")]
fn thousandths_to_points(value: i64, size: f64) -> f64 {
    value as f64 * size / UNITS
}

/// The PostScript name with the characters a PDF name need not escape; the fallback is a neutral one.
fn postscript_name(face: &Face<'_>) -> String {
    let names = face
        .names()
        .into_iter()
        .filter(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME);
    let name = names
        .filter_map(|name| name.to_string())
        .next()
        .unwrap_or_default();
    let plain: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .take(63)
        .collect();
    if plain.is_empty() {
        "Font".to_owned()
    } else {
        plain
    }
}

/// The licence bits; a font without them sets no limits.
fn forbids_embedding(face: &Face<'_>) -> bool {
    face.tables().os2.is_some()
        && (face.permissions() == Some(Permissions::Restricted)
            || !face.is_outline_embedding_allowed()
            || !face.is_subsetting_allowed())
}

fn choose_glyphs(
    face: &Face<'_>,
    name: &str,
    text: &str,
    remapper: &mut GlyphRemapper,
) -> Result<BTreeMap<char, Glyph>, FontError> {
    let mut glyphs: BTreeMap<char, Option<Glyph>> = text.chars().map(|character| (character, None)).collect();
    if glyphs.len() > MOST_CHARACTERS {
        return Err(FontError::TooManyCharacters {
            limit: MOST_CHARACTERS,
        });
    }
    let units = f64::from(face.units_per_em());
    // In the order of characters, not of the text: texts of the same characters share one font.
    for (character, glyph) in &mut glyphs {
        let missing = || FontError::MissingCharacter {
            name: name.to_owned(),
            character: *character,
        };
        let id = face.glyph_index(*character).ok_or_else(missing)?;
        let advance = f64::from(face.glyph_hor_advance(id).unwrap_or_default()) / units;
        *glyph = Some(Glyph {
            number: remapper.remap(id.0),
            advance,
        });
    }
    Ok(glyphs
        .into_iter()
        .filter_map(|(character, glyph)| Some((character, glyph?)))
        .collect())
}

/// The part of the subset file that PDF embeds: the bare CFF table, or the whole TrueType file.
fn font_program(subset: Vec<u8>) -> Result<(FontProgram, Vec<u8>), FontError> {
    let raw = RawFace::parse(&subset, 0).map_err(|error| FontError::unusable(error.to_string()))?;
    match raw.table(Tag::from_bytes(b"CFF ")) {
        Some(table) => Ok((FontProgram::Cff, table.to_vec())),
        None => Ok((FontProgram::TrueType, subset)),
    }
}

/// Six capital letters that differ for different sets of characters (9.6.4): an FNV-1a digest in base 26.
fn subset_mark<'c>(name: &str, characters: impl Iterator<Item = &'c char>) -> String {
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |byte: u8| digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    name.bytes().for_each(&mut add);
    characters
        .flat_map(|character| u32::from(*character).to_be_bytes())
        .for_each(&mut add);
    let mut letters = String::with_capacity(6);
    for _ in 0..6 {
        let letter = u8::try_from(digest % 26).unwrap_or_default();
        letters.push(char::from(b'A' + letter));
        digest /= 26;
    }
    letters
}

/// Widths of all glyphs of the subset, the empty one first.
fn widths(face: &Face<'_>, remapper: &GlyphRemapper) -> Vec<(u16, u16)> {
    let units = f64::from(face.units_per_em());
    let width = |old: u16| {
        let advance = f64::from(face.glyph_hor_advance(GlyphId(old)).unwrap_or_default());
        u16::try_from(rounded(advance * UNITS / units)).unwrap_or(u16::MAX)
    };
    (0..)
        .zip(remapper.remapped_gids())
        .map(|(number, old)| (number, width(old)))
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "metrics are 16-bit numbers scaled to thousandths"
)]
fn rounded(value: f64) -> i64 {
    value.round() as i64
}

/// The values of the descriptor; program, name, widths and map are filled in by the caller.
fn descriptor_values(face: &Face<'_>) -> PdfFontParts {
    let units = f64::from(face.units_per_em());
    let scaled = |value: i16| rounded(f64::from(value) * UNITS / units);
    let bounds = face.global_bounding_box();
    PdfFontParts {
        font_file: Vec::new(),
        program: FontProgram::TrueType,
        base_font: String::new(),
        flags: flags(face),
        bounds: [
            scaled(bounds.x_min),
            scaled(bounds.y_min),
            scaled(bounds.x_max),
            scaled(bounds.y_max),
        ],
        italic_angle: rounded(f64::from(face.italic_angle())),
        ascent: scaled(face.ascender()),
        descent: scaled(face.descender()),
        cap_height: scaled(face.capital_height().unwrap_or_else(|| face.ascender())),
        // No font file states it; the usual estimate from the weight.
        stem_v: 10 + i64::from(face.weight().to_number()).saturating_sub(50).max(0) * 220 / 900,
        widths: Vec::new(),
        to_unicode: Vec::new(),
    }
}

/// Fixed pitch, symbolic (no standard encoding), italic (ISO 32000-1, table 123).
fn flags(face: &Face<'_>) -> i64 {
    i64::from(face.is_monospaced()) | 1 << 2 | i64::from(face.is_italic()) << 6
}

/// The CMap from glyph numbers to Unicode (9.10.3). Two characters of one glyph: the first counts.
fn to_unicode(glyphs: &BTreeMap<char, Glyph>) -> String {
    let mut by_number: BTreeMap<u16, char> = BTreeMap::new();
    for (character, glyph) in glyphs {
        by_number.entry(glyph.number).or_insert(*character);
    }
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n",
    );
    let entries: Vec<(u16, char)> = by_number.into_iter().collect();
    for block in entries.chunks(BLOCK) {
        // Writing to a string cannot fail.
        let _ = writeln!(map, "{} beginbfchar", block.len());
        for (number, character) in block {
            let units = character
                .encode_utf16(&mut [0; 2])
                .iter()
                .fold(String::new(), |mut hex, unit| {
                    let _ = write!(hex, "{unit:04x}");
                    hex
                });
            let _ = writeln!(map, "<{number:04x}> <{units}>");
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}

impl PdfFontParts {
    /// The Type 0 font (table 121).
    fn composite_font(&self, descendant: Reference, to_unicode: Reference) -> Dictionary {
        let mut font = typed("Font", "Type0");
        font.insert("BaseFont", Name::new(&self.base_font));
        font.insert("Encoding", Name::new("Identity-H"));
        font.insert("DescendantFonts", vec![Object::Reference(descendant)]);
        font.insert("ToUnicode", to_unicode);
        font
    }

    /// The CIDFont (table 117).
    fn descendant_font(&self, descriptor: Reference) -> Dictionary {
        let subtype = match self.program {
            FontProgram::Cff => "CIDFontType0",
            FontProgram::TrueType => "CIDFontType2",
        };
        let mut font = typed("Font", subtype);
        font.insert("BaseFont", Name::new(&self.base_font));
        let mut system = Dictionary::new();
        system.insert("Registry", PdfString::literal("Adobe"));
        system.insert("Ordering", PdfString::literal("Identity"));
        system.insert("Supplement", 0);
        font.insert("CIDSystemInfo", system);
        font.insert("FontDescriptor", descriptor);
        font.insert("DW", 0);
        let widths = self
            .widths
            .iter()
            .map(|(_, width)| Object::Integer(i64::from(*width)))
            .collect();
        font.insert("W", vec![Object::Integer(0), Object::Array(widths)]);
        if self.program == FontProgram::TrueType {
            font.insert("CIDToGIDMap", Name::new("Identity"));
        }
        font
    }

    /// The font descriptor (table 122).
    fn descriptor(&self, font_file: Reference) -> Dictionary {
        let mut descriptor = Dictionary::new();
        descriptor.insert("Type", Name::new("FontDescriptor"));
        descriptor.insert("FontName", Name::new(&self.base_font));
        descriptor.insert("Flags", self.flags);
        descriptor.insert("FontBBox", self.bounds.map(Object::Integer).to_vec());
        descriptor.insert("ItalicAngle", self.italic_angle);
        descriptor.insert("Ascent", self.ascent);
        descriptor.insert("Descent", self.descent);
        descriptor.insert("CapHeight", self.cap_height);
        descriptor.insert("StemV", self.stem_v);
        let key = match self.program {
            FontProgram::Cff => "FontFile3",
            FontProgram::TrueType => "FontFile2",
        };
        descriptor.insert(key, font_file);
        descriptor
    }

    fn font_file_stream(&self) -> Result<Stream, FontError> {
        let mut dictionary = Dictionary::new();
        match self.program {
            FontProgram::Cff => dictionary.insert("Subtype", Name::new("CIDFontType0C")),
            FontProgram::TrueType => {
                dictionary.insert("Length1", i64::try_from(self.font_file.len()).unwrap_or(i64::MAX));
            }
        }
        compressed(dictionary, &self.font_file)
    }
}

fn typed(kind: &str, subtype: &str) -> Dictionary {
    let mut dictionary = Dictionary::new();
    dictionary.insert("Type", Name::new(kind));
    dictionary.insert("Subtype", Name::new(subtype));
    dictionary
}

fn compressed(mut dictionary: Dictionary, data: &[u8]) -> Result<Stream, FontError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let encoded = encoder.write_all(data).and_then(|()| encoder.finish());
    let encoded =
        encoded.map_err(|error| FontError::unusable(format!("it cannot be compressed: {error}")))?;
    dictionary.insert("Filter", Name::new("FlateDecode"));
    Ok(Stream::new(dictionary, encoded))
}

#[cfg(test)]
mod tests;
