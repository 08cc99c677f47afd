//! Word files: the body, headers and footers of a package, and what may not be in it.

mod drawing;
mod fill;
mod links;
mod read;

use super::tree::{Element, Node, parse_xml, write_xml};
use super::{FieldValues, Numbering, TemplateError, TemplateReading};
use crate::package::Package;
use fill::Filler;

const CONTENT_TYPES: &str = "[Content_Types].xml";
const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const HEADER: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml";
const FOOTER: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml";
/// Namespaces of WordprocessingML: transitional and strict (ECMA-376 parts 4 and 1).
const NAMESPACES: [&str; 2] = [
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
];

/// Two copies of one thing, for newer and older readers (ECMA-376 part 3, 7.6).
const ALTERNATIVES: &str = "mc:AlternateContent";
const FALLBACK: &str = "mc:Fallback";
/// What names of pictures that filling adds begin with.
const ADDED: &str = "qishuValue";

/// Names of the elements that matter, with the prefix of their part.
pub(super) struct Names {
    paragraph: String,
    properties: String,
    run: String,
    run_properties: String,
    text: String,
    line: String,
    tab: String,
    table: String,
    row: String,
    cell: String,
    instruction: String,
    simple_field: String,
    instruction_attribute: String,
    hyperlink: String,
    alternative_chunk: String,
    drawing: String,
}

impl Names {
    fn of(part: &str, root: &Element) -> Result<Self, TemplateError> {
        let declared = root.attributes.iter().find_map(|(name, value)| {
            let prefix = name.strip_prefix("xmlns:").or((name == "xmlns").then_some(""))?;
            NAMESPACES.contains(&value.as_str()).then_some(prefix)
        });
        let prefix = declared.ok_or_else(|| TemplateError::damaged(format!("{part} is no part of Word")))?;
        let name = |local: &str| {
            if prefix.is_empty() {
                local.to_owned()
            } else {
                format!("{prefix}:{local}")
            }
        };
        Ok(Self {
            paragraph: name("p"),
            properties: name("pPr"),
            run: name("r"),
            run_properties: name("rPr"),
            text: name("t"),
            line: name("br"),
            tab: name("tab"),
            table: name("tbl"),
            row: name("tr"),
            cell: name("tc"),
            instruction: name("instrText"),
            simple_field: name("fldSimple"),
            instruction_attribute: name("instr"),
            hyperlink: name("hyperlink"),
            alternative_chunk: name("altChunk"),
            drawing: name("drawing"),
        })
    }

    /// Whether an element has paragraphs of its own: what is in it belongs to no paragraph around it.
    fn is_block(&self, name: &str) -> bool {
        name == self.paragraph || name == self.table
    }

    /// Whether what is in an element is no text of the paragraph around it.
    fn is_apart(&self, name: &str) -> bool {
        self.is_block(name) || name == self.properties || name == self.run_properties
    }
}

/// A picture that filling adds to a part.
pub(super) struct AddedPicture {
    relationship: String,
    file: String,
    suffix: &'static str,
    bytes: Vec<u8>,
}

impl AddedPicture {
    fn new(number: usize, suffix: &'static str, bytes: &[u8]) -> Self {
        Self {
            relationship: format!("rId{ADDED}{number}"),
            file: format!("{ADDED}{number}.{suffix}"),
            suffix,
            bytes: bytes.to_vec(),
        }
    }
}

/// A part with text.
pub(super) struct TextPart {
    name: String,
    root: Element,
    names: Names,
}

/// A Word file that holds nothing it may not hold.
pub(super) struct WordFile {
    package: Package,
    content_types: Element,
    /// Body, then headers, then footers.
    parts: Vec<TextPart>,
}

impl WordFile {
    fn open(file: &[u8]) -> Result<Self, TemplateError> {
        let package = Package::open(file)?;
        let bytes = package
            .bytes(CONTENT_TYPES)
            .ok_or_else(|| TemplateError::damaged("it is no Word file: it lists no content types"))?;
        let content_types = parse_xml(CONTENT_TYPES, bytes)?;
        links::check_content_types(&content_types)?;
        let mut parts = Vec::new();
        for wanted in [MAIN, HEADER, FOOTER] {
            for name in parts_of_type(&content_types, wanted) {
                let bytes = package
                    .bytes(&name)
                    .ok_or_else(|| TemplateError::damaged(format!("{name} is missing")))?;
                let root = parse_xml(&name, bytes)?;
                let names = Names::of(&name, &root)?;
                parts.push(TextPart { name, root, names });
            }
            if parts.is_empty() {
                return Err(TemplateError::damaged(
                    "it is no Word document (docx); save it as one",
                ));
            }
        }
        let mut word = Self {
            package,
            content_types,
            parts,
        };
        links::cut(&mut word)?;
        Ok(word)
    }

    fn into_bytes(mut self) -> Result<Vec<u8>, TemplateError> {
        for part in &self.parts {
            self.package.put(&part.name, write_xml(&part.root));
        }
        self.package.put(CONTENT_TYPES, write_xml(&self.content_types));
        Ok(self.package.to_bytes()?)
    }
}

fn parts_of_type(content_types: &Element, wanted: &str) -> Vec<String> {
    let overrides = content_types
        .elements()
        .filter(|element| element.attribute("ContentType") == Some(wanted));
    let mut names: Vec<String> = overrides
        .filter_map(|element| element.attribute("PartName"))
        .map(|name| name.trim_start_matches('/').to_owned())
        .collect();
    // header2 before header10.
    names.sort_by_key(|name| (name.len(), name.clone()));
    names
}

pub(super) fn read(file: &[u8]) -> Result<TemplateReading, TemplateError> {
    let word = WordFile::open(file)?;
    let mut reading = TemplateReading::default();
    for part in &word.parts {
        read::read(&part.root, &part.names, None, &mut reading);
    }
    Ok(reading)
}

pub(super) fn number_repeated(file: &[u8]) -> Result<Vec<u8>, TemplateError> {
    let mut word = WordFile::open(file)?;
    let mut occurrences = Vec::new();
    for part in &word.parts {
        read::occurrences(&part.root, &part.names, &mut occurrences);
    }
    let mut numbering = Numbering::new(&occurrences);
    for part in &mut word.parts {
        fill::rename(&mut part.root, &part.names, &mut numbering);
    }
    word.into_bytes()
}

pub(super) fn fill(file: &[u8], values: &FieldValues) -> Result<Vec<u8>, TemplateError> {
    let mut word = WordFile::open(file)?;
    // A template may be a file that we filled before.
    let earlier = word.package.names().filter(|name| name.contains(ADDED));
    let mut pictures = earlier.count();
    for part in &mut word.parts {
        let mut filler = Filler::new(values, &part.names, pictures);
        filler.fill(&mut part.root)?;
        let (added, total) = filler.finish();
        pictures = total;
        if !added.is_empty() {
            links::add_pictures(&mut word.package, &mut word.content_types, &part.name, added)?;
        }
    }
    word.into_bytes()
}

fn text_node(text: impl Into<String>) -> Node {
    Node::Text(text.into())
}
