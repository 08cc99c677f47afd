//! Putting values into a Word file.

use super::drawing::drawing;
use super::read::{cells_mut, row_fields, segments};
use super::{AddedPicture, Names, text_node};
use crate::template::place::{Piece, has_field, split};
use crate::template::tree::{Element, Node};
use crate::template::{FieldValue, FieldValues, Numbering, TemplateError, picture};

/// Fills one part.
pub(super) struct Filler<'a> {
    values: &'a FieldValues,
    names: &'a Names,
    /// Number of the last picture added to the file: numbers make names.
    pictures: usize,
    added: Vec<AddedPicture>,
    /// Inside a repeated row: the table's parameter and the text of the cell at hand.
    cell: Option<(String, String)>,
}

impl<'a> Filler<'a> {
    pub(super) const fn new(values: &'a FieldValues, names: &'a Names, pictures: usize) -> Self {
        Self {
            values,
            names,
            pictures,
            added: Vec::new(),
            cell: None,
        }
    }

    /// The pictures that were added, and the number of the last one.
    pub(super) fn finish(self) -> (Vec<AddedPicture>, usize) {
        (self.added, self.pictures)
    }

    pub(super) fn fill(&mut self, element: &mut Element) -> Result<(), TemplateError> {
        if element.name == self.names.paragraph {
            let pieces = split(&segments(element, self.names));
            if has_field(&pieces) {
                self.replace_texts(element, &mut pieces.into_iter())?;
            }
        }
        let is_table = element.name == self.names.table;
        self.fill_children(element, is_table)
    }

    /// Children one after the other; rows that hold a table's parameter become as many as it has records.
    fn fill_children(&mut self, element: &mut Element, in_table: bool) -> Result<(), TemplateError> {
        let names = self.names;
        let rows = element.elements().filter(|child| child.name == names.row);
        let is_only_row = rows.count() == 1;
        let mut filled = Vec::with_capacity(element.children.len());
        for child in std::mem::take(&mut element.children) {
            let Node::Element(mut child) = child else {
                filled.push(child);
                continue;
            };
            let is_row = in_table && child.name == names.row;
            if let Some((name, records)) = self.records(&child).filter(|_| is_row) {
                filled.extend(self.repeat(&child, &name, records, is_only_row)?);
                continue;
            }
            if in_table && !is_row && !names.is_block(&child.name) {
                // Content controls around rows.
                self.fill_children(&mut child, true)?;
            } else {
                self.fill(&mut child)?;
            }
            filled.push(Node::Element(child));
        }
        element.children = filled;
        Ok(())
    }

    /// The first parameter of a row that has records.
    fn records(&self, row: &Element) -> Option<(String, &'a [Vec<String>])> {
        if row.name != self.names.row || self.cell.is_some() {
            return None;
        }
        let mut fields = row_fields(row, self.names).into_iter();
        fields.find_map(|name| match self.values.get(&name) {
            Some(FieldValue::Rows(records)) => Some((name, records.as_slice())),
            _ => None,
        })
    }

    /// A row for each record. A table must keep a row, so the only one stays, without content.
    fn repeat(
        &mut self,
        row: &Element,
        name: &str,
        records: &[Vec<String>],
        is_only_row: bool,
    ) -> Result<Vec<Node>, TemplateError> {
        let nothing = [Vec::new()];
        let records = if records.is_empty() && is_only_row {
            &nothing
        } else {
            records
        };
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let mut row = row.clone();
            for (place, cell) in cells_mut(&mut row, self.names).into_iter().enumerate() {
                let text = record.get(place).cloned().unwrap_or_default();
                let holds_it = row_fields(cell, self.names).iter().any(|field| field == name);
                self.cell = Some((name.to_owned(), text.clone()));
                let filled = self.fill(cell);
                self.cell = None;
                filled?;
                if !holds_it && !text.is_empty() {
                    append(cell, self.names, &text);
                }
            }
            rows.push(Node::Element(row));
        }
        Ok(rows)
    }

    /// Replaces the texts of a paragraph by their pieces.
    fn replace_texts(
        &mut self,
        element: &mut Element,
        pieces: &mut impl Iterator<Item = Vec<Piece>>,
    ) -> Result<(), TemplateError> {
        let names = self.names;
        let mut replaced = Vec::with_capacity(element.children.len());
        for child in std::mem::take(&mut element.children) {
            match child {
                Node::Element(child) if child.name == names.text => {
                    for piece in pieces.next().unwrap_or_default() {
                        match piece {
                            Piece::Text(text) => replaced.push(plain(names, &text)),
                            Piece::Field(name) => self.put(&name, &mut replaced)?,
                        }
                    }
                }
                Node::Element(mut child) => {
                    if !names.is_apart(&child.name) {
                        self.replace_texts(&mut child, pieces)?;
                    }
                    replaced.push(Node::Element(child));
                }
                text @ Node::Text(_) => replaced.push(text),
            }
        }
        element.children = replaced;
        Ok(())
    }

    fn put(&mut self, name: &str, nodes: &mut Vec<Node>) -> Result<(), TemplateError> {
        if let Some((_, text)) = self.cell.as_ref().filter(|(table, _)| table == name) {
            nodes.extend(lines(self.names, text));
            return Ok(());
        }
        match self.values.get(name) {
            None => {}
            Some(FieldValue::Text(text)) => nodes.extend(lines(self.names, text)),
            Some(FieldValue::Rows(records)) => {
                let text: Vec<String> = records.iter().map(|record| record.join("\t")).collect();
                nodes.extend(lines(self.names, &text.join("\n")));
            }
            Some(FieldValue::Picture(bytes)) => {
                let checked = picture::check(name, bytes)?;
                self.pictures += 1;
                let added = AddedPicture::new(self.pictures, checked.suffix, bytes);
                let drawing = drawing(self.names, &checked, self.pictures, &added.relationship);
                nodes.push(Node::Element(drawing));
                self.added.push(added);
            }
        }
        Ok(())
    }
}

fn plain(names: &Names, text: &str) -> Node {
    let element = Element::new(&names.text)
        .with("xml:space", "preserve")
        .holding([text_node(text)]);
    Node::Element(element)
}

/// Text as parts of a run: line breaks and tabs are elements of their own.
fn lines(names: &Names, text: &str) -> Vec<Node> {
    let mut nodes = Vec::new();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    for (line_number, line) in text.split('\n').enumerate() {
        if line_number > 0 {
            nodes.push(Node::Element(Element::new(&names.line)));
        }
        for (column, part) in line.split('\t').enumerate() {
            if column > 0 {
                nodes.push(Node::Element(Element::new(&names.tab)));
            }
            if !part.is_empty() {
                nodes.push(plain(names, part));
            }
        }
    }
    nodes
}

/// Adds text to the first paragraph of a cell, in the formatting that the cell has.
fn append(cell: &mut Element, names: &Names, text: &str) {
    let Some(paragraph) = first_paragraph(cell, names) else {
        return;
    };
    let below = |element: &Element, wanted: &str| {
        let found = element.elements().find(|child| child.name == wanted);
        found.cloned()
    };
    let of_run = paragraph
        .elements()
        .filter(|child| child.name == names.run)
        .filter_map(|run| below(run, &names.run_properties))
        .last();
    let of_mark = || {
        let properties = below(paragraph, &names.properties)?;
        below(&properties, &names.run_properties)
    };
    let formatting = of_run.or_else(of_mark);
    let run = Element::new(&names.run)
        .holding(formatting.map(Node::Element))
        .holding(lines(names, text));
    paragraph.children.push(Node::Element(run));
}

fn first_paragraph<'a>(element: &'a mut Element, names: &Names) -> Option<&'a mut Element> {
    for child in &mut element.children {
        let Node::Element(child) = child else { continue };
        if child.name == names.paragraph {
            return Some(child);
        }
        if child.name != names.table
            && let Some(found) = first_paragraph(child, names)
        {
            return Some(found);
        }
    }
    None
}

/// Gives repeated placeholders their numbers; both copies of an `mc:AlternateContent` get the same.
pub(super) fn rename(element: &mut Element, names: &Names, numbering: &mut Numbering) {
    if element.name == names.paragraph {
        let pieces = split(&segments(element, names));
        if has_field(&pieces) {
            rename_texts(element, names, &mut pieces.into_iter(), numbering);
        }
    }
    let before = (element.name == super::ALTERNATIVES).then(|| numbering.clone());
    for child in &mut element.children {
        let Node::Element(child) = child else { continue };
        match &before {
            Some(before) if child.name == super::FALLBACK => rename(child, names, &mut before.clone()),
            _ => rename(child, names, numbering),
        }
    }
}

fn rename_texts(
    element: &mut Element,
    names: &Names,
    pieces: &mut impl Iterator<Item = Vec<Piece>>,
    numbering: &mut Numbering,
) {
    for child in &mut element.children {
        let Node::Element(child) = child else { continue };
        if child.name == names.text {
            let mut text = String::new();
            for piece in pieces.next().unwrap_or_default() {
                match piece {
                    Piece::Text(own) => text.push_str(&own),
                    Piece::Field(name) => text.push_str(&format!("{{{{{}}}}}", numbering.name(&name))),
                }
            }
            child.attributes = vec![("xml:space".to_owned(), "preserve".to_owned())];
            child.children = vec![text_node(text)];
        } else if !names.is_apart(&child.name) {
            rename_texts(child, names, pieces, numbering);
        }
    }
}
