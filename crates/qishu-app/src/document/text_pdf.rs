//! Plain text as PDF: A4, one size, lines broken where they are full. Runs in a worker.

use std::fmt::Write as _;
use std::io::Write as _;

use pdfseal::font::{EmbeddedFont, FontError};
use pdfseal::serialize::write_object;
use qishu_convert::text::decode_text;
use thiserror::Error;

/// A4, in points.
const PAGE: (u32, u32) = (595, 842);
/// Margins as word processors have them for Chinese documents, in points.
const MARGIN_SIDE: f64 = 90.0;
const MARGIN_TOP: f64 = 72.0;
/// 五号, in points.
const SIZE: f64 = 10.5;
const LINE: f64 = 15.6;
/// Blanks between tab stops.
const TAB: usize = 8;
/// Characters that no line may begin with (GB/T 15834).
const NOT_FIRST: &str = "、。，．：；？！）】》」』〕〉”’…％%),.:;?!]}";

/// Why there is no PDF of a text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum TextError {
    /// A character that the font does not have, or a font that cannot be used.
    #[error("the text cannot be set: {0}")]
    Font(#[from] FontError),
    /// It is longer than a document may be.
    #[error("the text has more than {limit} pages")]
    TooLong {
        /// The limit in force.
        limit: usize,
    },
    /// It is no text.
    #[error("the text is neither UTF-8 nor GB 18030; save it as UTF-8")]
    UnknownEncoding,
}

/// Sets a text.
///
/// # Errors
/// [`TextError`]
pub(crate) fn text_to_pdf(file: &[u8], most_pages: usize) -> Result<Vec<u8>, TextError> {
    let text = decode_text(file).ok_or(TextError::UnknownEncoding)?;
    let text: String = text
        .chars()
        .filter(|character| !matches!(character, '\u{feff}' | '\r'))
        .collect();
    let shown: String = text.chars().filter(|c| !c.is_control()).chain([' ']).collect();
    let font = EmbeddedFont::subset(qishu_sealart::song_font(), &shown)?;
    let pages = pages(&text, &font, most_pages)?;
    write(&pages, &font)
}

/// Lines that fit, page by page. A form feed begins a page.
fn pages(text: &str, font: &EmbeddedFont, most_pages: usize) -> Result<Vec<Vec<String>>, TextError> {
    let (width, height) = (
        f64::from(PAGE.0) - 2.0 * MARGIN_SIDE,
        f64::from(PAGE.1) - 2.0 * MARGIN_TOP,
    );
    let mut pages = Vec::new();
    for part in text.split('\u{c}') {
        let mut lines = Vec::new();
        for paragraph in part.trim_end_matches('\n').split('\n') {
            break_lines(&without_tabs(paragraph), width, font, &mut lines)?;
        }
        let mut used = 0.0;
        let mut page = Vec::new();
        for line in lines {
            if used + LINE > height {
                pages.push(std::mem::take(&mut page));
                used = 0.0;
            }
            page.push(line);
            used += LINE;
        }
        pages.push(page);
        if pages.len() > most_pages {
            return Err(TextError::TooLong { limit: most_pages });
        }
    }
    Ok(pages)
}

fn without_tabs(paragraph: &str) -> String {
    let mut out = String::with_capacity(paragraph.len());
    let mut column = 0;
    for character in paragraph.chars() {
        if character == '\t' {
            let blanks = TAB - column % TAB;
            out.extend(std::iter::repeat_n(' ', blanks));
            column += blanks;
        } else {
            out.push(character);
            // A Chinese character takes two columns.
            column += if u32::from(character) < 0x1100 { 1 } else { 2 };
        }
    }
    out
}

/// Breaks before the character that no longer fits; within a Latin word before the word, when the line has another.
fn break_lines(
    paragraph: &str,
    width: f64,
    font: &EmbeddedFont,
    lines: &mut Vec<String>,
) -> Result<(), FontError> {
    let mut line = String::new();
    let mut used = 0.0;
    for character in paragraph.chars() {
        let mut buffer = [0; 4];
        let wide = font.width(character.encode_utf8(&mut buffer), SIZE)?;
        let hangs = NOT_FIRST.contains(character) || character == ' ';
        if used + wide > width && !line.is_empty() && !hangs {
            let rest = tail_that_moves(&line, character);
            let kept = line.len() - rest.len();
            let next = line.split_off(kept);
            lines.push(std::mem::replace(&mut line, next));
            used = font.width(&line, SIZE)?;
        }
        line.push(character);
        used += wide;
    }
    lines.push(line);
    Ok(())
}

/// The end of a full line that belongs to the word which the next character continues.
fn tail_that_moves(line: &str, next: char) -> &str {
    if !next.is_ascii_alphanumeric() {
        return "";
    }
    let word = line
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_ascii_alphanumeric())
        .last();
    match word {
        Some((at, _)) if at > 0 => line.get(at..).unwrap_or_default(),
        _ => "",
    }
}

/// Catalog 1, page tree 2, font 3 to 7, then page and content of each page.
fn write(pages: &[Vec<String>], font: &EmbeddedFont) -> Result<Vec<u8>, TextError> {
    const FONT: u32 = 3;
    let font_objects = font.objects(FONT)?;
    let first_page = FONT as usize + font_objects.len();
    let mut file = File::default();
    let kids: Vec<String> = (0..pages.len())
        .map(|index| format!("{} 0 R", first_page + 2 * index))
        .collect();
    file.object(b"<< /Type /Catalog /Pages 2 0 R >>");
    file.object(
        format!(
            "<< /Type /Pages /Kids [{}] /Count {} >>",
            kids.join(" "),
            kids.len()
        )
        .as_bytes(),
    );
    for (_, object) in &font_objects {
        let mut body = Vec::new();
        write_object(&mut body, object, &[]);
        file.object(&body);
    }
    for (index, lines) in pages.iter().enumerate() {
        let page = format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Resources << /Font << /F {FONT} 0 R >> >> /Contents {} 0 R >>",
            PAGE.0,
            PAGE.1,
            first_page + 2 * index + 1
        );
        file.object(page.as_bytes());
        file.stream(content(lines, font)?.as_bytes());
    }
    Ok(file.finish())
}

fn content(lines: &[String], font: &EmbeddedFont) -> Result<String, FontError> {
    let top = f64::from(PAGE.1) - MARGIN_TOP - SIZE;
    let mut content = format!("BT /F {SIZE} Tf {LINE} TL {MARGIN_SIDE} {top} Td\n");
    for line in lines {
        content.push('<');
        for byte in font.encode(line)? {
            // Writing to a string cannot fail.
            let _ = write!(content, "{byte:02X}");
        }
        content.push_str("> Tj T*\n");
    }
    content.push_str("ET");
    Ok(content)
}

/// Objects numbered from 1 in the order they are added.
#[derive(Default)]
struct File {
    bytes: Vec<u8>,
    offsets: Vec<usize>,
}

impl File {
    fn object(&mut self, body: &[u8]) {
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n");
        }
        self.offsets.push(self.bytes.len());
        self.bytes
            .extend_from_slice(format!("{} 0 obj\n", self.offsets.len()).as_bytes());
        self.bytes.extend_from_slice(body);
        self.bytes.extend_from_slice(b"\nendobj\n");
    }

    fn stream(&mut self, content: &[u8]) {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        // Into memory: nothing can fail, and if it did the reader of the result would say so.
        let deflated = encoder
            .write_all(content)
            .and_then(|()| encoder.finish())
            .unwrap_or_default();
        let mut body =
            format!("<< /Filter /FlateDecode /Length {} >>\nstream\n", deflated.len()).into_bytes();
        body.extend_from_slice(&deflated);
        body.extend_from_slice(b"\nendstream");
        self.object(&body);
    }

    fn finish(mut self) -> Vec<u8> {
        let start = self.bytes.len();
        let size = self.offsets.len() + 1;
        let mut table = format!("xref\n0 {size}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            let _ = writeln!(table, "{offset:010} 00000 n ");
        }
        let _ = write!(
            table,
            "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
        );
        self.bytes.extend_from_slice(table.as_bytes());
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use pdfseal::text::{TextIndex, TextLimits};
    use pdfseal::{Document, Limits};

    use super::*;

    fn read(text: &str) -> (usize, String) {
        let pdf = text_to_pdf(text.as_bytes(), 100).unwrap();
        let pages = Document::open(&pdf, &Limits::default()).unwrap().pages().len();
        let index = TextIndex::read(&pdf, &TextLimits::default()).unwrap();
        (pages, format!("{index:?}"))
    }

    #[test]
    fn chinese_and_latin_text_is_found_again() {
        let (pages, index) = read("劳动合同\r\n\n甲方（盖章）：\tABC Ltd.\n");
        assert_eq!(pages, 1);
        assert!(!index.is_empty());
        let gbk = text_to_pdf(b"\xbc\xd7\xb7\xbd", 10).unwrap();
        assert_eq!(gbk, text_to_pdf("甲方".as_bytes(), 10).unwrap());
    }

    #[test]
    fn long_text_goes_on_and_form_feeds_begin_pages() {
        let (pages, _) = read(&"合同条款。\n".repeat(100));
        assert_eq!(pages, 3);
        assert_eq!(read("a\u{c}b").0, 2);
        let refused = text_to_pdf("a\n".repeat(1000).as_bytes(), 2).unwrap_err();
        assert_eq!(refused, TextError::TooLong { limit: 2 });
    }

    #[test]
    fn lines_break_where_chinese_and_latin_lines_may() {
        let text = "甲乙丙丁戊，己 word another";
        let font = EmbeddedFont::subset(qishu_sealart::song_font(), text).unwrap();
        let broken = |text: &str, ems: f64| {
            let mut lines = Vec::new();
            break_lines(text, ems * SIZE, &font, &mut lines).unwrap();
            lines
        };
        assert_eq!(broken("甲乙丙丁戊", 3.1), ["甲乙丙", "丁戊"]);
        assert_eq!(broken("甲乙丙，丁戊", 3.1), ["甲乙丙，", "丁戊"]);
        assert_eq!(broken("甲乙 word another", 6.0), ["甲乙 word ", "another"]);
        assert_eq!(broken("", 3.0), [""]);
    }

    #[test]
    fn what_cannot_be_set_is_refused() {
        assert_eq!(
            text_to_pdf(b"\xff\xff", 1).unwrap_err(),
            TextError::UnknownEncoding
        );
        let refused = text_to_pdf("😀".as_bytes(), 1).unwrap_err().to_string();
        assert!(refused.contains("U+1F600"), "{refused}");
    }
}
