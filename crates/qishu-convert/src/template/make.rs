//! Simple Word files of our own: for the sandbox's template, and for tests.

use super::tree::{Element, Node, write_xml};
use crate::package::{Package, PackageError};

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument";
const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The centred title.
    Title(String),
    /// A paragraph of the text.
    Paragraph(String),
    /// A table with borders: rows of cells.
    Table(Vec<Vec<String>>),
}

/// A Word file of these parts, A4, in 宋体.
///
/// # Errors
/// When it cannot be packed.
pub fn word_document(blocks: &[Block]) -> Result<Vec<u8>, PackageError> {
    let mut body = element("w:body");
    for block in blocks {
        let made = match block {
            Block::Title(text) => paragraph(text, true),
            Block::Paragraph(text) => paragraph(text, false),
            Block::Table(rows) => table(rows),
        };
        body.children.push(Node::Element(made));
    }
    let size = element("w:pgSz").with("w:w", "11906").with("w:h", "16838");
    let margins = ["w:top", "w:right", "w:bottom", "w:left"]
        .into_iter()
        .fold(element("w:pgMar"), |margins, side| margins.with(side, "1440"));
    body.children
        .push(Node::Element(around("w:sectPr", [size, margins])));
    let root = around("w:document", [body]).with("xmlns:w", WORD);
    let link = element("Relationship")
        .with("Id", "rId1")
        .with("Type", DOCUMENT)
        .with("Target", "word/document.xml");
    let links = around("Relationships", [link]).with(
        "xmlns",
        "http://schemas.openxmlformats.org/package/2006/relationships",
    );
    let mut package = Package::empty();
    package.put("[Content_Types].xml", CONTENT_TYPES.as_bytes().to_vec());
    package.put("_rels/.rels", write_xml(&links));
    package.put("word/document.xml", write_xml(&root));
    package.to_bytes()
}

fn element(name: &str) -> Element {
    Element::new(name)
}

fn around<const N: usize>(name: &str, children: [Element; N]) -> Element {
    element(name).holding(children.map(Node::Element))
}

/// A paragraph; sizes are in half points (ECMA-376 part 1, 17.3.2.38).
fn paragraph(text: &str, is_title: bool) -> Element {
    let size = if is_title { "36" } else { "24" };
    let font = element("w:rFonts")
        .with("w:ascii", "SimSun")
        .with("w:hAnsi", "SimSun")
        .with("w:eastAsia", "宋体");
    let size = element("w:sz").with("w:val", size);
    let formatting = if is_title {
        around("w:rPr", [font, element("w:b"), size])
    } else {
        around("w:rPr", [font, size])
    };
    let words = element("w:t")
        .with("xml:space", "preserve")
        .holding([Node::Text(text.to_owned())]);
    let spacing = element("w:spacing").with("w:after", "160").with("w:line", "360");
    let properties = if is_title {
        around("w:pPr", [spacing, element("w:jc").with("w:val", "center")])
    } else {
        around("w:pPr", [spacing])
    };
    around("w:p", [properties, around("w:r", [formatting, words])])
}

fn table(rows: &[Vec<String>]) -> Element {
    let border = |side: &str| {
        let line = element(side).with("w:val", "single");
        line.with("w:sz", "4").with("w:color", "000000")
    };
    let borders = around(
        "w:tblBorders",
        ["w:top", "w:left", "w:bottom", "w:right", "w:insideH", "w:insideV"].map(border),
    );
    let width = element("w:tblW").with("w:w", "5000").with("w:type", "pct");
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    // The width between the margins, in twentieths of a point.
    let share = (9_026 / columns.max(1)).to_string();
    let grid = element("w:tblGrid")
        .holding((0..columns).map(|_| Node::Element(element("w:gridCol").with("w:w", share.as_str()))));
    let row = |row: &Vec<String>| {
        let cell = |text: &String| {
            let width = element("w:tcW").with("w:w", share.as_str()).with("w:type", "dxa");
            Node::Element(around(
                "w:tc",
                [around("w:tcPr", [width]), paragraph(text, false)],
            ))
        };
        Node::Element(element("w:tr").holding(row.iter().map(cell)))
    };
    around("w:tbl", [around("w:tblPr", [width, borders]), grid]).holding(rows.iter().map(row))
}
