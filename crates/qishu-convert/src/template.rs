//! Templates: which parameters a Word or HTML file has, and the file with values in their places (D-46 to D-49).
//!
//! A placeholder is `{{name}}` anywhere in the text of a Word file's body, tables, headers and footers, or of an HTML file.
//! HTML files may also mark an element: `<span data-param="签订日期" data-type="date" data-required="true">`, with
//! `data-options` (a list with commas), `data-default` and `data-description`.
//!
//! A table grows with its values: the row that holds the placeholder is repeated for each record, the row above it names
//! the columns (D-49).
//!
//! What comes out holds nothing that could be fetched or run: see [`crate::package`] for Word files; of HTML only
//! elements and attributes that are known to be harmless are kept.

mod cells;
mod html;
pub mod make;
mod picture;
mod place;
mod tree;
mod word;

use std::collections::BTreeMap;

use thiserror::Error;

use crate::package::PackageError;

/// Kind of a template's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateKind {
    /// HTML, UTF-8.
    Html,
    /// Word 2007 and later.
    Word,
}

/// A parameter that a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundParameter {
    /// Name without braces.
    pub name: String,
    /// Columns that a table in its place would have; absent when it stands in no row of a table, or not only there.
    pub columns: Option<Vec<String>>,
    /// What the file itself says about it; HTML only.
    pub declared: Declared,
}

/// What an HTML file says about a parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// `data-type`.
    pub kind: Option<String>,
    /// `data-required`.
    pub required: bool,
    /// `data-options`.
    pub options: Vec<String>,
    /// `data-default`.
    pub default_value: Option<String>,
    /// `data-description`.
    pub description: Option<String>,
}

/// What a template's file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateReading {
    /// Parameters in the order of the document, each once.
    pub parameters: Vec<FoundParameter>,
    /// Names in full-width braces, which are ignored (D-46).
    pub ignored: Vec<String>,
}

impl TemplateReading {
    fn add(&mut self, name: &str, columns: Option<&[String]>) {
        match self.parameters.iter_mut().find(|known| known.name == name) {
            // Only what is in a row everywhere can be a table.
            Some(known) if columns.is_none() => known.columns = None,
            Some(_) => {}
            None => self.parameters.push(FoundParameter {
                name: name.to_owned(),
                columns: columns.map(<[String]>::to_vec),
                declared: Declared::default(),
            }),
        }
    }

    fn ignore(&mut self, text: &str) {
        for name in place::full_width_names(text) {
            if !self.ignored.contains(&name) {
                self.ignored.push(name);
            }
        }
    }
}

/// What to put into a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldValue {
    /// A PNG or JPEG picture.
    Picture(Vec<u8>),
    /// Records of a table: the texts of its cells, in the order of its columns.
    Rows(Vec<Vec<String>>),
    /// Text; line breaks become line breaks (D-48).
    Text(String),
}

/// Values by the names of their parameters. A placeholder without a value leaves nothing behind.
pub type FieldValues = BTreeMap<String, FieldValue>;

/// Why a template is not taken or filled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// Damaged, or not of the stated kind.
    #[error("the file cannot be read: {what}")]
    Damaged {
        /// What is wrong.
        what: String,
    },
    /// Something that may not be in a template.
    #[error("the file holds {what}, which is not accepted; remove it")]
    Forbidden {
        /// What it is.
        what: String,
    },
    /// A limit of R-35.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A picture that cannot be shown.
    #[error("{parameter}: {reason}")]
    Picture {
        /// Parameter.
        parameter: String,
        /// What is wrong with the picture.
        reason: String,
    },
}

impl TemplateError {
    fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    fn forbidden(what: impl Into<String>) -> Self {
        Self::Forbidden { what: what.into() }
    }
}

/// Finds the parameters of a file.
///
/// # Errors
/// When the file is damaged, too large when unpacked, or holds what may not be in a template.
pub fn read_template(kind: TemplateKind, file: &[u8]) -> Result<TemplateReading, TemplateError> {
    match kind {
        TemplateKind::Html => html::read(file),
        TemplateKind::Word => word::read(file),
    }
}

/// The file with numbers behind the names of repeated parameters: `金额` twice becomes `金额1` and `金额2`, in the order of
/// the document. Numbers that another parameter has are passed over.
///
/// # Errors
/// As [`read_template`].
pub fn number_repeated(kind: TemplateKind, file: &[u8]) -> Result<Vec<u8>, TemplateError> {
    match kind {
        TemplateKind::Html => html::number_repeated(file),
        TemplateKind::Word => word::number_repeated(file),
    }
}

/// The file with values in place of its placeholders.
///
/// # Errors
/// As [`read_template`], and for pictures that cannot be shown.
pub fn fill_template(
    kind: TemplateKind,
    file: &[u8],
    values: &FieldValues,
) -> Result<Vec<u8>, TemplateError> {
    match kind {
        TemplateKind::Html => html::fill(file, values),
        TemplateKind::Word => word::fill(file, values),
    }
}

/// Numbers names that occur more than once.
#[derive(Clone)]
struct Numbering {
    counts: BTreeMap<String, u32>,
    next: BTreeMap<String, u32>,
}

impl Numbering {
    fn new(occurrences: &[String]) -> Self {
        let mut counts = BTreeMap::new();
        for name in occurrences {
            *counts.entry(name.clone()).or_default() += 1;
        }
        Self {
            counts,
            next: BTreeMap::new(),
        }
    }

    fn name(&mut self, name: &str) -> String {
        if self.counts.get(name).is_none_or(|count| *count < 2) {
            return name.to_owned();
        }
        let next = self.next.entry(name.to_owned()).or_insert(1);
        loop {
            let numbered = format!("{name}{next}");
            *next += 1;
            if !self.counts.contains_key(&numbered) {
                return numbered;
            }
        }
    }
}

#[cfg(test)]
mod tests;
