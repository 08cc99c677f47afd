//! Placeholders in cleaned HTML.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::clean::is_placeholder;
use super::{VOID, is_block};
use crate::template::cells::column_names;
use crate::template::place::{Piece, Segment, has_field, split};
use crate::template::tree::{Element, Node};
use crate::template::{FieldValue, FieldValues, Numbering, TemplateError, TemplateReading, picture};

/// Attributes whose text may hold placeholders.
const TEXT_ATTRIBUTES: [&str; 2] = ["alt", "title"];

/// Notes every placeholder; `columns` are those of the row around.
pub(super) fn read(element: &Element, columns: Option<&[String]>, reading: &mut TemplateReading) {
    let segments = segments(element);
    for name in names_in(&segments) {
        reading.add(&name, columns);
    }
    for segment in &segments {
        if let Segment::Text(text) = segment {
            reading.ignore(text);
        }
    }
    if element.name == "table" {
        let mut above = Vec::new();
        for row in rows(element) {
            let cells: Vec<&Element> = row.elements().collect();
            let columns = column_names(&above, cells.len());
            read(row, Some(&columns), reading);
            above = cells.iter().map(|cell| cell.text()).collect();
        }
        return;
    }
    for block in blocks(element) {
        read(block, columns, reading);
    }
}

/// The name of every placeholder as often as it occurs.
pub(super) fn occurrences(element: &Element, found: &mut Vec<String>) {
    found.extend(names_in(&segments(element)));
    for block in blocks(element) {
        occurrences(block, found);
    }
}

fn names_in(segments: &[Segment]) -> Vec<String> {
    let pieces = split(segments).into_iter().flatten();
    pieces
        .filter_map(|piece| match piece {
            Piece::Field(name) => Some(name),
            Piece::Text(_) => None,
        })
        .collect()
}

/// The texts that belong to an element itself, also those in inline elements, in attributes and as a picture's source.
fn segments(element: &Element) -> Vec<Segment> {
    let mut segments = Vec::new();
    add_attributes(element, &mut segments);
    add_segments(element, &mut segments);
    segments
}

fn add_attributes(element: &Element, segments: &mut Vec<Segment>) {
    let attributes = element.attributes.iter();
    for (_, value) in attributes.filter(|(name, value)| has_text(name, value)) {
        segments.extend([Segment::Break, Segment::Text(value.clone()), Segment::Break]);
    }
}

fn add_segments(element: &Element, segments: &mut Vec<Segment>) {
    for child in &element.children {
        match child {
            Node::Text(text) => segments.push(Segment::Text(text.clone())),
            Node::Element(child) if is_block(&child.name) => segments.push(Segment::Break),
            Node::Element(child) => {
                add_attributes(child, segments);
                if VOID.contains(&child.name.as_str()) {
                    segments.push(Segment::Break);
                }
                add_segments(child, segments);
            }
        }
    }
}

fn has_text(name: &str, value: &str) -> bool {
    TEXT_ATTRIBUTES.contains(&name) || (name == "src" && is_placeholder(value))
}

/// Elements with lines of their own below an element, the outermost ones.
fn blocks(element: &Element) -> Vec<&Element> {
    let mut found = Vec::new();
    for child in element.elements() {
        if is_block(&child.name) {
            found.push(child);
        } else {
            found.extend(blocks(child));
        }
    }
    found
}

/// Rows of a table in their order, without those of tables in it.
fn rows(table: &Element) -> Vec<&Element> {
    let mut found = Vec::new();
    for child in table.elements() {
        match child.name.as_str() {
            "tr" => found.push(child),
            "tbody" | "tfoot" | "thead" => found.extend(rows(child)),
            _ => {}
        }
    }
    found
}

fn row_names(element: &Element) -> Vec<String> {
    let mut found = names_in(&segments(element));
    for block in blocks(element).into_iter().filter(|block| block.name != "table") {
        found.extend(row_names(block));
    }
    found
}

/// Fills a file.
pub(super) struct Filler<'a> {
    values: &'a FieldValues,
    /// Inside a repeated row: the table's parameter and the text of the cell at hand.
    cell: Option<(String, String)>,
}

impl<'a> Filler<'a> {
    pub(super) const fn new(values: &'a FieldValues) -> Self {
        Self { values, cell: None }
    }

    pub(super) fn fill(&mut self, element: &mut Element) -> Result<(), TemplateError> {
        let pieces = split(&segments(element));
        if has_field(&pieces) {
            let mut pieces = pieces.into_iter();
            self.replace_attributes(element, &mut pieces)?;
            self.replace(element, &mut pieces)?;
        }
        self.fill_blocks(element)
    }

    fn fill_blocks(&mut self, element: &mut Element) -> Result<(), TemplateError> {
        let mut filled = Vec::with_capacity(element.children.len());
        for child in std::mem::take(&mut element.children) {
            let Node::Element(mut child) = child else {
                filled.push(child);
                continue;
            };
            if let Some((name, records)) = self.records(&child) {
                for record in records {
                    filled.push(Node::Element(self.row(&child, &name, record)?));
                }
                continue;
            }
            if is_block(&child.name) {
                self.fill(&mut child)?;
            } else {
                self.fill_blocks(&mut child)?;
            }
            filled.push(Node::Element(child));
        }
        element.children = filled;
        Ok(())
    }

    fn records(&self, row: &Element) -> Option<(String, &'a [Vec<String>])> {
        if row.name != "tr" || self.cell.is_some() {
            return None;
        }
        let mut names = row_names(row).into_iter();
        names.find_map(|name| match self.values.get(&name) {
            Some(FieldValue::Rows(records)) => Some((name, records.as_slice())),
            _ => None,
        })
    }

    fn row(&mut self, row: &Element, name: &str, record: &[String]) -> Result<Element, TemplateError> {
        let mut row = row.clone();
        let cells = row.children.iter_mut().filter_map(|child| match child {
            Node::Element(cell) => Some(cell),
            Node::Text(_) => None,
        });
        for (place, cell) in cells.enumerate() {
            let text = record.get(place).cloned().unwrap_or_default();
            let holds_it = row_names(cell).iter().any(|field| field == name);
            self.cell = Some((name.to_owned(), text.clone()));
            let filled = self.fill(cell);
            self.cell = None;
            filled?;
            if !holds_it {
                cell.children.extend(lines(&text));
            }
        }
        Ok(row)
    }

    /// Replaces the texts of an element by their pieces, in the order of [`segments`].
    fn replace(
        &mut self,
        element: &mut Element,
        pieces: &mut impl Iterator<Item = Vec<Piece>>,
    ) -> Result<(), TemplateError> {
        let mut replaced = Vec::with_capacity(element.children.len());
        for child in std::mem::take(&mut element.children) {
            match child {
                Node::Text(_) => {
                    for piece in pieces.next().unwrap_or_default() {
                        match piece {
                            Piece::Text(text) => replaced.push(Node::Text(text)),
                            Piece::Field(name) => self.put(&name, &mut replaced)?,
                        }
                    }
                }
                Node::Element(child) if is_block(&child.name) => replaced.push(Node::Element(child)),
                Node::Element(mut child) => {
                    self.replace_attributes(&mut child, pieces)?;
                    self.replace(&mut child, pieces)?;
                    // A picture without a source would be drawn as a broken one.
                    if child.name != "img" || child.attribute("src").is_some() {
                        replaced.push(Node::Element(child));
                    }
                }
            }
        }
        element.children = replaced;
        Ok(())
    }

    fn replace_attributes(
        &self,
        element: &mut Element,
        pieces: &mut impl Iterator<Item = Vec<Piece>>,
    ) -> Result<(), TemplateError> {
        let mut kept = Vec::with_capacity(element.attributes.len());
        for (name, value) in std::mem::take(&mut element.attributes) {
            if !has_text(&name, &value) {
                kept.push((name, value));
                continue;
            }
            let pieces = pieces.next().unwrap_or_default();
            if name == "src" {
                let field = pieces.iter().find_map(|piece| match piece {
                    Piece::Field(field) => Some(field),
                    Piece::Text(_) => None,
                });
                if let Some((field, FieldValue::Picture(bytes))) =
                    field.and_then(|field| self.values.get_key_value(field))
                {
                    let checked = picture::check(field, bytes)?;
                    kept.push((name, data_address(checked.suffix, bytes)));
                }
                continue;
            }
            let mut text = String::new();
            for piece in pieces {
                match piece {
                    Piece::Text(own) => text.push_str(&own),
                    Piece::Field(field) => {
                        if let Some(FieldValue::Text(value)) = self.values.get(&field) {
                            text.push_str(value);
                        }
                    }
                }
            }
            kept.push((name, text));
        }
        element.attributes = kept;
        Ok(())
    }

    fn put(&self, name: &str, nodes: &mut Vec<Node>) -> Result<(), TemplateError> {
        if let Some((_, text)) = self.cell.as_ref().filter(|(table, _)| table == name) {
            nodes.extend(lines(text));
            return Ok(());
        }
        match self.values.get(name) {
            None => {}
            Some(FieldValue::Text(text)) => nodes.extend(lines(text)),
            Some(FieldValue::Rows(records)) => {
                let text: Vec<String> = records.iter().map(|record| record.join("\t")).collect();
                nodes.extend(lines(&text.join("\n")));
            }
            Some(FieldValue::Picture(bytes)) => {
                let checked = picture::check(name, bytes)?;
                let (width, height) = checked.pixels();
                let picture = Element::new("img")
                    .with("src", data_address(checked.suffix, bytes))
                    .with("width", width.to_string())
                    .with("height", height.to_string());
                nodes.push(Node::Element(picture));
            }
        }
        Ok(())
    }
}

fn data_address(suffix: &str, bytes: &[u8]) -> String {
    format!("data:image/{suffix};base64,{}", STANDARD.encode(bytes))
}

/// Text with line breaks as elements.
fn lines(text: &str) -> Vec<Node> {
    let mut nodes = Vec::new();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            nodes.push(Node::Element(Element::new("br")));
        }
        if !line.is_empty() {
            nodes.push(Node::Text(line.to_owned()));
        }
    }
    nodes
}

/// Gives repeated placeholders their numbers.
pub(super) fn rename(element: &mut Element, numbering: &mut Numbering) {
    let pieces = split(&segments(element));
    if has_field(&pieces) {
        rename_texts(element, &mut pieces.into_iter(), numbering);
    }
    rename_blocks(element, numbering);
}

fn rename_blocks(element: &mut Element, numbering: &mut Numbering) {
    for child in &mut element.children {
        match child {
            Node::Element(child) if is_block(&child.name) => rename(child, numbering),
            Node::Element(child) => rename_blocks(child, numbering),
            Node::Text(_) => {}
        }
    }
}

fn rename_texts(
    element: &mut Element,
    pieces: &mut impl Iterator<Item = Vec<Piece>>,
    numbering: &mut Numbering,
) {
    let mut renamed = |pieces: &mut dyn Iterator<Item = Vec<Piece>>| {
        let pieces = pieces.next().unwrap_or_default().into_iter();
        let one = |piece| match piece {
            Piece::Text(text) => text,
            Piece::Field(name) => format!("{{{{{}}}}}", numbering.name(&name)),
        };
        pieces.map(one).collect::<String>()
    };
    rename_attributes(element, pieces, &mut renamed);
    rename_in(element, pieces, &mut renamed);
}

fn rename_attributes(
    element: &mut Element,
    pieces: &mut dyn Iterator<Item = Vec<Piece>>,
    renamed: &mut dyn FnMut(&mut dyn Iterator<Item = Vec<Piece>>) -> String,
) {
    for (name, value) in &mut element.attributes {
        if has_text(name, value) {
            *value = renamed(pieces);
        }
    }
}

fn rename_in(
    element: &mut Element,
    pieces: &mut dyn Iterator<Item = Vec<Piece>>,
    renamed: &mut dyn FnMut(&mut dyn Iterator<Item = Vec<Piece>>) -> String,
) {
    for child in &mut element.children {
        match child {
            Node::Text(text) => *text = renamed(pieces),
            Node::Element(child) if is_block(&child.name) => {}
            Node::Element(child) => {
                rename_attributes(child, pieces, renamed);
                rename_in(child, pieces, renamed);
            }
        }
    }
}
