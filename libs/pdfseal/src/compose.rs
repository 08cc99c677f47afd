//! New documents of text, lines, areas and pictures: what a program prints about its own data.
//!
//! A [`Sheet`] takes things at places; breaking lines and pages is for the caller, with the widths of
//! [`crate::font::FontMeasure`]. The font is cut down to the characters used and embedded, the text can be searched and
//! copied. The same input always gives the same bytes.

use std::collections::HashMap;

use thiserror::Error;

use crate::appearance::{Rgb, StampPicture, deflate, push_numbers};
use crate::error::ReadError;
use crate::font::{EmbeddedFont, FontError};
use crate::object::{Dictionary, Name, Object, PdfString, Reference, Stream};
use crate::rebuild::output::Output;

/// A4 portrait, in points.
pub const A4: (f64, f64) = (595.0, 842.0);

/// Largest file written.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// Stroke of emboldened text as a fraction of its size: about the weight of a heading in a Song face.
const BOLD_STROKE: f64 = 0.03;

/// Why a document cannot be written.
#[derive(Debug, Error)]
pub enum ComposeError {
    /// The font cannot be used, or lacks a character.
    #[error(transparent)]
    Font(#[from] FontError),
    /// The file would be too large.
    #[error(transparent)]
    Size(#[from] ReadError),
}

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextStyle {
    /// Font size in points.
    pub size: f64,
    /// Colour.
    pub colour: Rgb,
    /// Drawn heavier.
    pub bold: bool,
}

#[derive(Debug, Clone)]
enum Item {
    Text {
        x: f64,
        y: f64,
        style: TextStyle,
        text: String,
    },
    Area {
        rectangle: [f64; 4],
        colour: Rgb,
    },
    Line {
        from: [f64; 2],
        to: [f64; 2],
        width: f64,
        colour: Rgb,
    },
    Picture {
        picture: StampPicture,
        rectangle: [f64; 4],
    },
}

/// A page while it is being filled. Points; origin in the lower left corner, y upwards.
#[derive(Debug, Clone)]
pub struct Sheet {
    width: f64,
    height: f64,
    items: Vec<Item>,
}

impl Sheet {
    /// An empty page.
    #[must_use]
    pub fn new((width, height): (f64, f64)) -> Self {
        Self {
            width,
            height,
            items: Vec::new(),
        }
    }

    /// A line of text that starts at `x` on the base line `y`.
    pub fn text(&mut self, x: f64, y: f64, style: TextStyle, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.items.push(Item::Text { x, y, style, text });
        }
    }

    /// A filled rectangle with this lower left corner, width and height.
    pub fn area(&mut self, rectangle: [f64; 4], colour: Rgb) {
        self.items.push(Item::Area { rectangle, colour });
    }

    /// A straight line.
    pub fn line(&mut self, from: [f64; 2], to: [f64; 2], width: f64, colour: Rgb) {
        self.items.push(Item::Line {
            from,
            to,
            width,
            colour,
        });
    }

    /// A picture stretched to the rectangle with this lower left corner, width and height.
    pub fn picture(&mut self, rectangle: [f64; 4], picture: StampPicture) {
        self.items.push(Item::Picture { picture, rectangle });
    }
}

/// A file that travels inside the document (ISO 32000-2, 7.11.4).
#[derive(Debug, Clone, Copy)]
pub struct Attachment<'a> {
    /// Its name, unique in the document; ASCII, and forward slashes as in a path.
    pub name: &'a str,
    /// What it is, for people.
    pub description: &'a str,
    /// Its media type, such as `application/json`.
    pub media_type: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// Writes pages as a file. `title` is shown by viewers, `language` is a language tag such as `zh-CN`.
///
/// # Errors
///
/// When the font cannot be embedded or lacks a character: ask [`crate::font::FontMeasure::has`] before.
pub fn write(
    sheets: &[Sheet],
    font_file: &[u8],
    title: &str,
    language: &str,
) -> Result<Vec<u8>, ComposeError> {
    write_with_attachments(sheets, font_file, title, language, &[])
}

/// As [`write`], with files inside the document; viewers list them beside the pages, and
/// [`crate::Document::attachments`] gives them back.
///
/// # Errors
///
/// As [`write`]; also when the file would have more than 256 MiB.
pub fn write_with_attachments(
    sheets: &[Sheet],
    font_file: &[u8],
    title: &str,
    language: &str,
    attachments: &[Attachment<'_>],
) -> Result<Vec<u8>, ComposeError> {
    let used: String = sheets.iter().flat_map(texts).collect();
    let font = EmbeddedFont::subset(font_file, &used)?;
    let mut file = File {
        output: Output::new(64 * 1024, MOST_BYTES),
        font: &font,
        pictures: HashMap::new(),
    };
    let (catalog, tree) = (file.output.allot(), file.output.allot());
    let font_reference = file.write_font()?;
    let mut kids = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        kids.push(Object::Reference(file.write_page(sheet, tree, font_reference)?));
    }
    let mut pages = Dictionary::new();
    pages.insert("Type", Object::name("Pages"));
    pages.insert("Count", i64::try_from(kids.len()).unwrap_or(i64::MAX));
    pages.insert("Kids", kids);
    file.output.write(tree, &pages.into(), &[])?;
    let mut root = Dictionary::new();
    root.insert("Type", Object::name("Catalog"));
    root.insert("Pages", tree);
    root.insert("Lang", PdfString::text(language));
    let mut preferences = Dictionary::new();
    preferences.insert("DisplayDocTitle", Object::Boolean(true));
    root.insert("ViewerPreferences", preferences);
    root.insert("Metadata", file.write_metadata(title)?);
    if !attachments.is_empty() {
        file.write_attachments(attachments, &mut root)?;
    }
    file.output.write(catalog, &root.into(), &[])?;
    Ok(file.output.finish(catalog))
}

fn texts(sheet: &Sheet) -> impl Iterator<Item = char> {
    sheet.items.iter().flat_map(|item| match item {
        Item::Text { text, .. } => text.chars(),
        _ => "".chars(),
    })
}

struct File<'f> {
    output: Output,
    font: &'f EmbeddedFont,
    /// Pictures written so far, by their digest.
    pictures: HashMap<[u8; 32], Reference>,
}

impl File<'_> {
    fn write_font(&mut self) -> Result<Reference, ComposeError> {
        let first = self.output.allot();
        let objects = self.font.objects(first.number)?;
        for _ in objects.iter().skip(1) {
            self.output.allot();
        }
        for (reference, object) in &objects {
            self.output.write(*reference, object, &[])?;
        }
        Ok(first)
    }

    /// The title as XMP (14.3.2), where viewers look for it.
    fn write_metadata(&mut self, title: &str) -> Result<Reference, ComposeError> {
        let escaped = title
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let packet = format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
             <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
             <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title><rdf:Alt>\
             <rdf:li xml:lang=\"x-default\">{escaped}</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF>\
             </x:xmpmeta><?xpacket end=\"r\"?>"
        );
        let mut dictionary = Dictionary::new();
        dictionary.insert("Type", Object::name("Metadata"));
        dictionary.insert("Subtype", Object::name("XML"));
        let reference = self.output.allot();
        let stream = Stream::new(dictionary, packet.into_bytes());
        self.output.write(reference, &Object::Stream(stream), &[])?;
        Ok(reference)
    }

    /// The name tree of attached files (7.7.4, 7.9.6), and the list of what belongs to the document (14.13).
    fn write_attachments(
        &mut self,
        attachments: &[Attachment<'_>],
        root: &mut Dictionary,
    ) -> Result<(), ComposeError> {
        let mut sorted: Vec<&Attachment<'_>> = attachments.iter().collect();
        sorted.sort_by_key(|attachment| attachment.name.as_bytes());
        let mut names = Vec::with_capacity(sorted.len() * 2);
        let mut related = Vec::with_capacity(sorted.len());
        for attachment in sorted {
            let specification = self.write_attachment(attachment)?;
            names.push(Object::String(PdfString::literal(attachment.name)));
            names.push(Object::Reference(specification));
            related.push(Object::Reference(specification));
        }
        let mut tree = Dictionary::new();
        tree.insert("Names", names);
        let mut dictionaries = Dictionary::new();
        dictionaries.insert("EmbeddedFiles", tree);
        root.insert("Names", dictionaries);
        root.insert("AF", related);
        Ok(())
    }

    fn write_attachment(&mut self, attachment: &Attachment<'_>) -> Result<Reference, ComposeError> {
        let mut parameters = Dictionary::new();
        parameters.insert("Size", i64::try_from(attachment.bytes.len()).unwrap_or(i64::MAX));
        let mut entries = Dictionary::new();
        entries.insert("Type", Object::name("EmbeddedFile"));
        entries.insert("Subtype", Object::name(attachment.media_type));
        entries.insert("Params", parameters);
        // PDF files are compressed inside already.
        let data = if attachment.media_type == "application/pdf" {
            attachment.bytes.to_vec()
        } else {
            entries.push(Name::new("Filter"), Object::name("FlateDecode"));
            deflate(attachment.bytes)
        };
        let file = self.output.allot();
        self.output
            .write(file, &Object::Stream(Stream::new(entries, data)), &[])?;
        let mut of_file = Dictionary::new();
        of_file.insert("F", file);
        let mut specification = Dictionary::new();
        specification.insert("Type", Object::name("Filespec"));
        specification.insert("F", PdfString::text(attachment.name));
        specification.insert("UF", PdfString::text(attachment.name));
        specification.insert("Desc", PdfString::text(attachment.description));
        specification.insert("AFRelationship", Object::name("Data"));
        specification.insert("EF", of_file);
        let reference = self.output.allot();
        self.output.write(reference, &specification.into(), &[])?;
        Ok(reference)
    }

    fn write_page(
        &mut self,
        sheet: &Sheet,
        tree: Reference,
        font: Reference,
    ) -> Result<Reference, ComposeError> {
        let mut objects = Dictionary::new();
        let mut content = Vec::new();
        for item in &sheet.items {
            self.draw(item, &mut content, &mut objects)?;
        }
        let mut entries = Dictionary::new();
        entries.push(Name::new("Filter"), Object::name("FlateDecode"));
        let contents = self.output.allot();
        let stream = Stream::new(entries, deflate(&content));
        self.output.write(contents, &Object::Stream(stream), &[])?;
        let mut fonts = Dictionary::new();
        fonts.insert("F", font);
        let mut resources = Dictionary::new();
        resources.insert("Font", fonts);
        resources.insert("XObject", objects);
        let mut page = Dictionary::new();
        page.insert("Type", Object::name("Page"));
        page.insert("Parent", tree);
        let box_ = [0.0, 0.0, sheet.width, sheet.height].map(Object::Real);
        page.insert("MediaBox", Object::Array(box_.to_vec()));
        page.insert("Resources", resources);
        page.insert("Contents", contents);
        let reference = self.output.allot();
        self.output.write(reference, &page.into(), &[])?;
        Ok(reference)
    }

    fn draw(
        &mut self,
        item: &Item,
        content: &mut Vec<u8>,
        objects: &mut Dictionary,
    ) -> Result<(), ComposeError> {
        match item {
            Item::Text { x, y, style, text } => self.draw_text(content, (*x, *y), *style, text)?,
            Item::Area { rectangle, colour } => {
                push_colour(content, *colour, b" rg ");
                push_numbers(content, rectangle);
                content.extend_from_slice(b" re f\n");
            }
            Item::Line {
                from,
                to,
                width,
                colour,
            } => {
                push_colour(content, *colour, b" RG ");
                push_numbers(content, &[*width]);
                content.extend_from_slice(b" w ");
                push_numbers(content, from);
                content.extend_from_slice(b" m ");
                push_numbers(content, to);
                content.extend_from_slice(b" l S\n");
            }
            Item::Picture { picture, rectangle } => {
                let reference = self.write_picture(picture)?;
                let name = format!("P{}", reference.number);
                if !objects.contains(&name) {
                    objects.insert(&name, reference);
                }
                let [x, y, width, height] = *rectangle;
                let [across, up] = picture.unit();
                content.extend_from_slice(b"q ");
                push_numbers(content, &[width / across, 0.0, 0.0, height / up, x, y]);
                content.extend_from_slice(format!(" cm /{name} Do Q\n").as_bytes());
            }
        }
        Ok(())
    }

    fn draw_text(
        &self,
        content: &mut Vec<u8>,
        (x, y): (f64, f64),
        style: TextStyle,
        text: &str,
    ) -> Result<(), ComposeError> {
        push_colour(content, style.colour, b" rg ");
        if style.bold {
            push_colour(content, style.colour, b" RG ");
            push_numbers(content, &[style.size * BOLD_STROKE]);
            content.extend_from_slice(b" w 2 Tr ");
        } else {
            content.extend_from_slice(b"0 Tr ");
        }
        content.extend_from_slice(b"BT /F ");
        push_numbers(content, &[style.size]);
        content.extend_from_slice(b" Tf ");
        push_numbers(content, &[x, y]);
        content.extend_from_slice(b" Td <");
        for byte in self.font.encode(text)? {
            content.extend_from_slice(format!("{byte:02X}").as_bytes());
        }
        content.extend_from_slice(b"> Tj ET\n");
        Ok(())
    }

    fn write_picture(&mut self, picture: &StampPicture) -> Result<Reference, ComposeError> {
        if let Some(known) = self.pictures.get(picture.id()) {
            return Ok(*known);
        }
        let references: Vec<Reference> = picture.objects().iter().map(|_| self.output.allot()).collect();
        let first = references.first().copied().unwrap_or_else(|| Reference::new(0));
        for (reference, object) in references.iter().zip(picture.objects()) {
            let mut bytes = Vec::new();
            object.write(&mut bytes, first.number);
            self.output.write_bytes(*reference, &bytes)?;
        }
        self.pictures.insert(*picture.id(), first);
        Ok(first)
    }
}

fn push_colour(content: &mut Vec<u8>, Rgb(red, green, blue): Rgb, operator: &[u8]) {
    push_numbers(content, &[red, green, blue].map(|value| f64::from(value) / 255.0));
    content.extend_from_slice(operator);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{TextIndex, TextLimits};
    use crate::{Limits, rebuild};

    const FONT: &[u8] = include_bytes!("../tests/data/font/cff.otf");

    fn page(text: &str) -> Sheet {
        let mut sheet = Sheet::new(A4);
        let style = TextStyle {
            size: 14.0,
            colour: Rgb(0, 0, 0),
            bold: true,
        };
        sheet.area([50.0, 690.0, 200.0, 30.0], Rgb(240, 240, 240));
        sheet.text(60.0, 700.0, style, text);
        sheet.line([50.0, 690.0], [250.0, 690.0], 0.5, Rgb(200, 0, 0));
        sheet
    }

    #[test]
    fn what_is_written_is_found_and_passes_the_strict_reader() {
        let sheets = [page("二〇二六年一月"), page("2026-01-31")];
        let file = write(&sheets, FONT, "作废 <协议>", "zh-CN").unwrap();
        let index = TextIndex::read(&file, &TextLimits::default()).unwrap();
        let hit = &index.find("二六年")[0];
        assert_eq!((hit.page, hit.y.round()), (0, 700.0));
        assert_eq!(index.find("01-31")[0].page, 1);
        let rebuilt = rebuild(&file, &Limits::default()).unwrap();
        assert_eq!((rebuilt.page_count, rebuilt.removed), (2, Vec::new()));
        assert_eq!(file, write(&sheets, FONT, "作废 <协议>", "zh-CN").unwrap());
    }

    #[test]
    fn attached_files_come_back_as_they_went_in() {
        let attached = |name, media_type, bytes| Attachment {
            name,
            description: "合同原件",
            media_type,
            bytes,
        };
        let inner = write(&[page("2026")], FONT, "", "zh-CN").unwrap();
        let attachments = [
            attached("originals/1.pdf", "application/pdf", &inner[..]),
            attached("evidence.json", "application/json", b"{}"),
            attached("empty", "text/plain", b""),
        ];
        let file = write_with_attachments(&[page("2026")], FONT, "", "zh-CN", &attachments).unwrap();
        let document = crate::Document::open(&file, &Limits::default()).unwrap();
        let found = document.attachments().unwrap();
        let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["empty", "evidence.json", "originals/1.pdf"]);
        assert_eq!((&found[1].bytes[..], &found[2].bytes), (&b"{}"[..], &inner));
        let plain = crate::Document::open(&inner, &Limits::default()).unwrap();
        assert_eq!(plain.attachments().unwrap(), []);
    }

    #[test]
    fn a_character_without_a_glyph_is_named() {
        let error = write(&[page("😀")], FONT, "", "zh-CN").unwrap_err();
        assert!(error.to_string().contains("U+1F600"), "{error}");
    }
}
