//! Paragraphs and rows of a Word file: where placeholders stand.

use super::Names;
use crate::template::TemplateReading;
use crate::template::cells::column_names;
use crate::template::place::{Piece, Segment, split};
use crate::template::tree::{Element, Node};

/// Notes every placeholder; `columns` are those of the row around.
pub(super) fn read(
    element: &Element,
    names: &Names,
    columns: Option<&[String]>,
    reading: &mut TemplateReading,
) {
    if element.name == names.paragraph {
        let segments = segments(element, names);
        for name in field_names(&segments) {
            reading.add(&name, columns);
        }
        for segment in &segments {
            if let Segment::Text(text) = segment {
                reading.ignore(text);
            }
        }
    }
    if element.name == names.table {
        let mut above: Vec<String> = Vec::new();
        for row in rows(element, names) {
            let cells = cells(row, names);
            let columns = column_names(&above, cells.len());
            read(row, names, Some(&columns), reading);
            above = cells.iter().map(|cell| cell.text()).collect();
        }
        return;
    }
    for child in element.elements() {
        read(child, names, columns, reading);
    }
}

/// The name of every placeholder as often as it occurs, in the order of the document. The second copy of what an
/// `mc:AlternateContent` holds is one for older readers and does not count.
pub(super) fn occurrences(element: &Element, names: &Names, found: &mut Vec<String>) {
    if element.name == names.paragraph {
        found.extend(field_names(&segments(element, names)));
    }
    for child in element.elements().filter(|child| child.name != super::FALLBACK) {
        occurrences(child, names, found);
    }
}

fn field_names(segments: &[Segment]) -> Vec<String> {
    let pieces = split(segments).into_iter().flatten();
    pieces
        .filter_map(|piece| match piece {
            Piece::Field(name) => Some(name),
            Piece::Text(_) => None,
        })
        .collect()
}

/// The texts of one paragraph, without those of text boxes in it.
pub(super) fn segments(paragraph: &Element, names: &Names) -> Vec<Segment> {
    let mut segments = Vec::new();
    add_segments(paragraph, names, &mut segments);
    segments
}

fn add_segments(element: &Element, names: &Names, segments: &mut Vec<Segment>) {
    for child in element.elements() {
        let name = child.name.as_str();
        if name == names.text {
            segments.push(Segment::Text(child.text()));
        } else if name == names.line || name == names.tab {
            segments.push(Segment::Break);
        } else if !names.is_apart(name) {
            add_segments(child, names, segments);
        }
    }
}

/// Rows of a table, also those inside content controls, without those of tables in it.
fn rows<'a>(table: &'a Element, names: &Names) -> Vec<&'a Element> {
    let mut found = Vec::new();
    collect(table, &names.row, names, &mut found);
    found
}

/// Cells of a row.
fn cells<'a>(row: &'a Element, names: &Names) -> Vec<&'a Element> {
    let mut found = Vec::new();
    collect(row, &names.cell, names, &mut found);
    found
}

fn collect<'a>(element: &'a Element, wanted: &str, names: &Names, found: &mut Vec<&'a Element>) {
    for child in element.elements() {
        if child.name == wanted {
            found.push(child);
        } else if !names.is_block(&child.name) {
            collect(child, wanted, names, found);
        }
    }
}

/// Cells of a row, to be changed.
pub(super) fn cells_mut<'a>(row: &'a mut Element, names: &Names) -> Vec<&'a mut Element> {
    let mut found = Vec::new();
    collect_mut(row, names, &mut found);
    found
}

fn collect_mut<'a>(element: &'a mut Element, names: &Names, found: &mut Vec<&'a mut Element>) {
    for child in &mut element.children {
        let Node::Element(child) = child else { continue };
        if child.name == names.cell {
            found.push(child);
        } else if !names.is_block(&child.name) {
            collect_mut(child, names, found);
        }
    }
}

/// Names of the placeholders in a row or cell, without those of tables in it.
pub(super) fn row_fields(row: &Element, names: &Names) -> Vec<String> {
    let mut found = Vec::new();
    add_row_fields(row, names, &mut found);
    found
}

fn add_row_fields(element: &Element, names: &Names, found: &mut Vec<String>) {
    if element.name == names.paragraph {
        found.extend(field_names(&segments(element, names)));
    }
    for child in element.elements().filter(|child| child.name != names.table) {
        add_row_fields(child, names, found);
    }
}
