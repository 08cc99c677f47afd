//! HTML files: parameters in their text, in marked elements and in the descriptions of pictures.

mod clean;
mod fill;
mod parse;

use super::tree::{Element, Node, escape, write_start};
use super::{Declared, FieldValues, Numbering, TemplateError, TemplateReading};
use clean::Cleaned;
use fill::Filler;

/// Elements that end a line: what stands before and after them is no one text.
const BLOCKS: [&str; 31] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "td",
    "th",
    "tr",
    "ul",
];
/// Elements without content.
const VOID: [&str; 5] = ["br", "col", "hr", "img", "wbr"];
/// Attribute that marks an element as the place of a parameter.
const MARK: &str = "data-param";

fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name)
}

/// A file that was read and cleaned.
struct HtmlFile {
    style: String,
    body: Element,
    declared: Vec<(String, Declared)>,
}

impl HtmlFile {
    fn open(file: &[u8]) -> Result<Self, TemplateError> {
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let text = std::str::from_utf8(file)
            .map_err(|error| TemplateError::damaged(format!("it is not UTF-8: {error}")))?;
        let Cleaned {
            style,
            children,
            declared,
        } = clean::clean(parse::parse(text)?);
        Ok(Self {
            style,
            body: Element::new("body").holding(children),
            declared,
        })
    }

    fn write(&self) -> Vec<u8> {
        let mut text = String::from("<!DOCTYPE html><html><head><meta charset=\"utf-8\">");
        if !self.style.is_empty() {
            text.push_str("<style>");
            text.push_str(&self.style);
            text.push_str("</style>");
        }
        text.push_str("</head>");
        write_element(&mut text, &self.body);
        text.push_str("</html>");
        text.into_bytes()
    }
}

fn write_element(text: &mut String, element: &Element) {
    write_start(text, element);
    text.push('>');
    if VOID.contains(&element.name.as_str()) {
        return;
    }
    for child in &element.children {
        match child {
            Node::Element(element) => write_element(text, element),
            Node::Text(own) => escape(text, own),
        }
    }
    text.push_str("</");
    text.push_str(&element.name);
    text.push('>');
}

pub(super) fn read(file: &[u8]) -> Result<TemplateReading, TemplateError> {
    let html = HtmlFile::open(file)?;
    let mut reading = TemplateReading::default();
    fill::read(&html.body, None, &mut reading);
    for (name, declared) in html.declared {
        let known = reading.parameters.iter_mut().find(|known| known.name == name);
        if let Some(known) = known {
            known.declared = declared;
        }
    }
    Ok(reading)
}

pub(super) fn number_repeated(file: &[u8]) -> Result<Vec<u8>, TemplateError> {
    let mut html = HtmlFile::open(file)?;
    let mut occurrences = Vec::new();
    fill::occurrences(&html.body, &mut occurrences);
    let mut numbering = Numbering::new(&occurrences);
    fill::rename(&mut html.body, &mut numbering);
    Ok(html.write())
}

pub(super) fn fill(file: &[u8], values: &FieldValues) -> Result<Vec<u8>, TemplateError> {
    let mut html = HtmlFile::open(file)?;
    Filler::new(values).fill(&mut html.body)?;
    Ok(html.write())
}
