//! The meaning of glyphs in composite fonts that carry no `/ToUnicode`.
//!
//! Tickets and forms made by older Chinese software use embedded fonts with a predefined CMap (`UniGB-UCS2-H`,
//! `GBK-EUC-H` …) and nothing else. The codes themselves, or the character collection behind them (ISO 32000-1, 9.10.2),
//! say what they mean; as a last resort the character map of the embedded font is read backwards.

use std::collections::HashMap;
use std::rc::Rc;

use hayro_interpret::font::Glyph;
use hayro_interpret::hayro_cmap::{BfString, CMap, CMapName, CharacterCollection, CidFamily, load_embedded};

use crate::{Dictionary, Document, Object, Reference};

/// Longest character code in bytes.
const LONGEST_CODE: u8 = 4;

/// What the composite fonts of a document say about their codes.
pub(super) struct FontTexts {
    fonts: Vec<CompositeFont>,
    collections: HashMap<Vec<u8>, Option<Rc<CMap>>>,
    /// Character maps read backwards, by the address of the font data, which is kept alive here.
    reversed: HashMap<usize, (hayro_interpret::font::FontData, Rc<HashMap<u32, char>>)>,
}

struct CompositeFont {
    /// `/BaseFont` without the subset mark.
    name: String,
    /// The embedded font program, to tell apart fonts of one name.
    program: Vec<u8>,
    encoding: CMap,
    /// Set when the codes themselves are Unicode.
    direct: Option<Utf>,
    /// Character collection of the CIDs.
    family: Option<CidFamily>,
}

#[derive(Clone, Copy)]
enum Utf {
    Utf16,
    Utf32,
}

impl FontTexts {
    /// Reads the composite fonts. A font that cannot be read tells nothing; it is no error.
    pub(super) fn of_document(document: &Document<'_>) -> Self {
        let objects = (1..document.next_object_number()).map(Reference::new);
        let dictionaries = objects.filter_map(|reference| match document.object(reference) {
            Ok(Object::Dictionary(dictionary)) => Some(dictionary),
            _ => None,
        });
        let fonts = dictionaries
            .filter(|dictionary| dictionary.is_name("Subtype", "Type0"))
            .filter_map(|dictionary| CompositeFont::read(document, &dictionary))
            .collect();
        Self {
            fonts,
            collections: HashMap::new(),
            reversed: HashMap::new(),
        }
    }

    /// The text of a glyph that the interpreter knows none for.
    pub(super) fn text_of(&mut self, glyph: &Glyph<'_>) -> Option<Box<str>> {
        let Glyph::Outline(outline) = glyph else {
            return None;
        };
        let data = outline.font_data()?;
        let name = data.postscript_name?;
        let program: &[u8] = (*data.data).as_ref();
        let code = glyph.char_code();
        let mut alike: Vec<&CompositeFont> = self.fonts.iter().filter(|font| font.name == name).collect();
        if alike.len() > 1 {
            alike.retain(|font| font.program == program);
        }
        let by_code = alike
            .first()
            .and_then(|font| font.text_of_code(code, &mut self.collections));
        if by_code.is_some() {
            return by_code;
        }
        let address = (*data.data).as_ref().as_ptr().addr();
        let (_, reversed) = self.reversed.entry(address).or_insert_with(|| {
            (
                data.data.clone(),
                Rc::new(reversed_character_map((*data.data).as_ref())),
            )
        });
        reversed
            .get(&outline.glyph_id().to_u32())
            .map(|character| boxed(*character))
    }
}

impl CompositeFont {
    fn read(document: &Document<'_>, font: &Dictionary) -> Option<Self> {
        let (encoding, direct) = read_encoding(document, font)?;
        let descendants = document.get(font, "DescendantFonts").ok()?;
        let descendant = document.resolve(descendants.as_array()?.first()?).ok()?;
        let descendant = descendant.as_dictionary()?;
        let of_encoding = encoding.metadata().character_collection.clone();
        let family = of_encoding
            .filter(|collection| collection.family != CidFamily::AdobeIdentity)
            .or_else(|| read_collection(document, descendant))
            .map(|collection| collection.family);
        let base_font = document
            .get(font, "BaseFont")
            .ok()?
            .as_name()?
            .as_str()?
            .to_owned();
        let name = match base_font.split_once('+') {
            Some((mark, rest)) if mark.len() == 6 => rest.to_owned(),
            _ => base_font,
        };
        Some(Self {
            name,
            program: read_program(document, descendant).unwrap_or_default(),
            encoding,
            direct,
            family,
        })
    }

    fn text_of_code(
        &self,
        code: u32,
        collections: &mut HashMap<Vec<u8>, Option<Rc<CMap>>>,
    ) -> Option<Box<str>> {
        if let Some(utf) = self.direct {
            return utf.decode(code).map(boxed);
        }
        let cid = (1..=LONGEST_CODE).find_map(|length| self.encoding.lookup_cid_code(code, length))?;
        let map_name = self.family.as_ref()?.ucs2_cmap()?;
        let map = collections
            .entry(map_name.to_bytes().to_vec())
            .or_insert_with(|| load(map_name).map(Rc::new));
        match map.as_ref()?.lookup_bf_string(cid)? {
            BfString::Char(character) => Some(boxed(character)),
            BfString::String(text) => Some(text.into()),
        }
    }
}

impl Utf {
    /// The predefined CMaps whose codes are Unicode are named after it: `UniGB-UCS2-H`, `UniCNS-UTF16-V` …
    fn of_cmap(name: &[u8]) -> Option<Self> {
        let contains = |part: &[u8]| name.windows(part.len()).any(|window| window == part);
        if !name.starts_with(b"Uni") {
            None
        } else if contains(b"UCS2") || contains(b"UTF16") {
            Some(Self::Utf16)
        } else if contains(b"UTF32") {
            Some(Self::Utf32)
        } else {
            None
        }
    }

    fn decode(self, code: u32) -> Option<char> {
        match self {
            Self::Utf16 => {
                let units = [code >> 16, code & 0xffff].map(|unit| u16::try_from(unit).unwrap_or_default());
                let units = if units[0] == 0 {
                    units.get(1..)?
                } else {
                    &units[..]
                };
                char::decode_utf16(units.iter().copied()).next()?.ok()
            }
            Self::Utf32 => char::from_u32(code),
        }
    }
}

fn boxed(character: char) -> Box<str> {
    character.encode_utf8(&mut [0; 4]).to_owned().into()
}

fn load(name: CMapName<'_>) -> Option<CMap> {
    CMap::parse(load_embedded(name)?, load_embedded)
}

fn read_encoding(document: &Document<'_>, font: &Dictionary) -> Option<(CMap, Option<Utf>)> {
    match &*document.get(font, "Encoding").ok()? {
        Object::Name(name) => {
            let cmap = match CMapName::from_bytes(name.as_bytes()) {
                CMapName::IdentityH => CMap::identity_h(),
                CMapName::IdentityV => CMap::identity_v(),
                predefined => load(predefined)?,
            };
            Some((cmap, Utf::of_cmap(name.as_bytes())))
        }
        Object::Stream(stream) => {
            let decoded = document.decode(stream).ok()?;
            Some((CMap::parse(&decoded, load_embedded)?, None))
        }
        _ => None,
    }
}

fn read_collection(document: &Document<'_>, descendant: &Dictionary) -> Option<CharacterCollection> {
    let info = document.get(descendant, "CIDSystemInfo").ok()?;
    let info = info.as_dictionary()?;
    let registry = document.get(info, "Registry").ok()?;
    let ordering = document.get(info, "Ordering").ok()?;
    let family =
        CidFamily::from_registry_ordering(&registry.as_string()?.bytes, &ordering.as_string()?.bytes);
    Some(CharacterCollection {
        family,
        supplement: 0,
    })
}

fn read_program(document: &Document<'_>, descendant: &Dictionary) -> Option<Vec<u8>> {
    let descriptor = document.get(descendant, "FontDescriptor").ok()?;
    let descriptor = descriptor.as_dictionary()?;
    ["FontFile2", "FontFile3", "FontFile"].iter().find_map(|key| {
        let file = document.get(descriptor, key).ok()?;
        document.decode(file.as_stream()?).ok()
    })
}

/// Glyph to character, from the Unicode maps of a font file. Ordinary ideographs win over compatible forms.
fn reversed_character_map(font: &[u8]) -> HashMap<u32, char> {
    let mut reversed: HashMap<u32, char> = HashMap::new();
    let Ok(face) = ttf_parser::Face::parse(font, 0) else {
        return reversed;
    };
    let Some(table) = face.tables().cmap else {
        return reversed;
    };
    for map in table
        .subtables
        .into_iter()
        .filter(ttf_parser::cmap::Subtable::is_unicode)
    {
        map.codepoints(|code| {
            let (Some(character), Some(glyph)) = (char::from_u32(code), map.glyph_index(code)) else {
                return;
            };
            if is_private(character) {
                return;
            }
            let known = reversed.entry(u32::from(glyph.0)).or_insert(character);
            if (is_compatible_form(character), character) < (is_compatible_form(*known), *known) {
                *known = character;
            }
        });
    }
    reversed
}

fn is_private(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

fn is_compatible_form(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{2fdf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}')
}
