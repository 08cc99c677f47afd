//! XML and HTML as a tree: elements with attributes, and text. Comments and processing instructions are left out.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::TemplateError;

/// Deepest nesting: Word itself stops at a few dozen.
pub(super) const DEEPEST: usize = 200;
/// Most nodes of one part.
pub(super) const MOST_NODES: usize = 2_000_000;

/// An element or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Element(Element),
    /// Without escapes.
    Text(String),
}

/// An element; names as they are written, with their prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    /// In their order; values without escapes.
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Node>,
}

impl Element {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn holding(mut self, children: impl IntoIterator<Item = Node>) -> Self {
        self.children.extend(children);
        self
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// All text below, in order.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.add_text(&mut text);
        text
    }

    fn add_text(&self, text: &mut String) {
        for child in &self.children {
            match child {
                Node::Element(element) => element.add_text(text),
                Node::Text(own) => text.push_str(own),
            }
        }
    }
}

/// Reads an XML part.
///
/// # Errors
/// For damage, for document types (entities lead to other files), and beyond the limits.
pub(super) fn parse_xml(part: &str, bytes: &[u8]) -> Result<Element, TemplateError> {
    let damaged = |what: &dyn std::fmt::Display| TemplateError::damaged(format!("{part}: {what}"));
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| damaged(&error))?;
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    let mut nodes = 0_usize;
    loop {
        let event = reader.read_event().map_err(|error| damaged(&error))?;
        nodes += 1;
        if nodes > MOST_NODES || open.len() > DEEPEST {
            return Err(damaged(&"it has too many or too deeply nested elements"));
        }
        match event {
            Event::Start(start) => open.push(element(&start).map_err(|error| damaged(&error))?),
            Event::Empty(start) => {
                let element = element(&start).map_err(|error| damaged(&error))?;
                push(&mut open, Node::Element(element));
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    push(&mut open, Node::Element(element));
                }
            }
            Event::Text(text) => push(&mut open, Node::Text(text.xml10_content().into_owned())),
            Event::CData(text) => push(&mut open, Node::Text(text.xml10_content().into_owned())),
            Event::GeneralRef(reference) => {
                let known = reference.resolve_char_ref().map_err(|error| damaged(&error))?;
                let character = known.or_else(|| predefined(&reference));
                let character = character.ok_or_else(|| damaged(&"it refers to an unknown entity"))?;
                push(&mut open, Node::Text(character.to_string()));
            }
            Event::DocType(_) => {
                return Err(TemplateError::forbidden(format!("a document type in {part}")));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    let root = open.pop().filter(|_| open.is_empty());
    let root = root.and_then(|top| {
        top.children.into_iter().find_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    });
    root.ok_or_else(|| damaged(&"it has no complete root element"))
}

fn element(start: &BytesStart<'_>) -> Result<Element, quick_xml::Error> {
    let mut element = Element::new(start.name().as_ref());
    for attribute in start.attributes() {
        let attribute = attribute?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0)?;
        element
            .attributes
            .push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

/// Adjoining texts become one.
fn push(open: &mut [Element], node: Node) {
    let Some(parent) = open.last_mut() else { return };
    match (parent.children.last_mut(), node) {
        (Some(Node::Text(before)), Node::Text(text)) => before.push_str(&text),
        (_, node) => parent.children.push(node),
    }
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "apos" => '\'',
        "gt" => '>',
        "lt" => '<',
        "quot" => '"',
        _ => return None,
    })
}

/// The part as a file.
pub(super) fn write_xml(root: &Element) -> Vec<u8> {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
    write_element(&mut text, root);
    text.into_bytes()
}

fn write_element(text: &mut String, element: &Element) {
    write_start(text, element);
    if element.children.is_empty() {
        text.push_str("/>");
        return;
    }
    text.push('>');
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

/// `<name a="b"`, without its end.
pub(super) fn write_start(text: &mut String, element: &Element) {
    text.push('<');
    text.push_str(&element.name);
    for (name, value) in &element.attributes {
        text.push(' ');
        text.push_str(name);
        text.push_str("=\"");
        escape(text, value);
        text.push('"');
    }
}

/// Escapes for text and attributes alike; what XML 1.0 cannot carry (2.2) is dropped.
pub(super) fn escape(text: &mut String, raw: &str) {
    for character in raw.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\t' | '\n' => text.push(character),
            '\r' => text.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => text.push(other),
        }
    }
}
