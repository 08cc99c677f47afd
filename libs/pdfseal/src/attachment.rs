//! Files inside a document (ISO 32000-2, 7.11.4), as [`crate::compose`] writes them.

use std::borrow::Cow;

use crate::document::Document;
use crate::error::ReadError;
use crate::object::{Dictionary, Object};

/// Name trees of ours are flat; others may branch this deep.
const DEPTH: u32 = 4;
/// Most files read.
const MOST: usize = 10_000;

/// A file that travels inside a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// The name it is filed under.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Document<'_> {
    /// The files inside the document, in the order of their names.
    ///
    /// # Errors
    /// [`ReadError`] when the list or a file in it cannot be read strictly.
    pub fn attachments(&self) -> Result<Vec<AttachedFile>, ReadError> {
        let mut found = Vec::new();
        let names = self.get(self.catalog(), "Names")?;
        if let Some(names) = names.as_dictionary() {
            let tree = self.get(names, "EmbeddedFiles")?;
            if let Some(tree) = tree.as_dictionary() {
                self.read_name_tree(tree, DEPTH, &mut found)?;
            }
        }
        Ok(found)
    }

    fn read_name_tree(
        &self,
        node: &Dictionary,
        depth: u32,
        found: &mut Vec<AttachedFile>,
    ) -> Result<(), ReadError> {
        let names = self.get(node, "Names")?;
        for pair in names.as_array().unwrap_or_default().chunks(2) {
            let [name, specification] = pair else { continue };
            if found.len() >= MOST {
                return Err(ReadError::LimitExceeded {
                    what: "attached files",
                    limit: MOST,
                });
            }
            let name = self.resolve(name)?;
            let Some(name) = name.as_string() else { continue };
            if let Some(bytes) = self.attached_bytes(specification)? {
                found.push(AttachedFile {
                    name: String::from_utf8_lossy(&name.bytes).into_owned(),
                    bytes,
                });
            }
        }
        let kids = self.get(node, "Kids")?;
        for kid in kids.as_array().unwrap_or_default() {
            let kid = self.resolve(kid)?;
            if let (Some(kid), Some(below)) = (kid.as_dictionary(), depth.checked_sub(1)) {
                self.read_name_tree(kid, below, found)?;
            }
        }
        Ok(())
    }

    fn attached_bytes(&self, specification: &Object) -> Result<Option<Vec<u8>>, ReadError> {
        let specification = self.resolve(specification)?;
        let Some(specification) = specification.as_dictionary() else {
            return Ok(None);
        };
        let files = self.get(specification, "EF")?;
        let Some(files) = files.as_dictionary() else {
            return Ok(None);
        };
        let file: Cow<'_, Object> = self.get(files, "F")?;
        file.as_stream().map(|stream| self.decode(stream)).transpose()
    }
}
