//! Typed reading of loosely typed fields (1.2, 1.3, D12, D13): ids and numbers as text or number, booleans in five
//! spellings, lists as JSON array, JSON text, repeated field or comma list, keys without case on second try.
//!
//! `null`, an empty or blank text and a missing key all mean "not given". Unknown keys are ignored. Whatever cannot be
//! understood is a [`FieldError`] that names the field by its path, e.g. `signatories[0].receiver.contact`.

mod error;
mod object;
mod record;
#[cfg(test)]
mod tests;
mod value;

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value};

pub use error::{FieldError, Problem};
pub use object::{DayEdge, Object, RoundedId, equal_as_double};
pub use record::{Asked, Kind};
pub(crate) use record::{PASSES, Recorder};

/// A file of a multipart body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedFile {
    /// Name of the part.
    pub field: String,
    /// File name without folders; absent when the client sent none. Many send the constant `streamFile`, so neither
    /// name nor type tell what the file is.
    pub file_name: Option<String>,
    /// Content type as sent.
    pub content_type: Option<String>,
    /// The bytes, shared with the request's body.
    pub bytes: Bytes,
}

impl UploadedFile {
    /// The suffix of the file name in lower case, without its dot.
    #[must_use]
    pub fn suffix(&self) -> Option<String> {
        let (_, suffix) = self.file_name.as_deref()?.rsplit_once('.')?;
        (!suffix.is_empty()).then(|| suffix.to_ascii_lowercase())
    }
}

/// All fields of one request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fields {
    values: Map<String, Value>,
    files: Vec<UploadedFile>,
    recorder: Option<Arc<Recorder>>,
}

impl Fields {
    /// Fields from a JSON object and files.
    #[must_use]
    pub const fn new(values: Map<String, Value>, files: Vec<UploadedFile>) -> Self {
        Self {
            values,
            files,
            recorder: None,
        }
    }

    /// Every field there is, to learn what a reader asks for.
    pub(crate) fn recording(recorder: Arc<Recorder>) -> Self {
        let file = UploadedFile {
            field: "file".to_owned(),
            file_name: Some("合同.pdf".to_owned()),
            content_type: None,
            bytes: Bytes::from_static(b"%PDF-1.7"),
        };
        Self {
            values: Map::new(),
            files: vec![file],
            recorder: Some(recorder),
        }
    }

    /// The outermost object.
    #[must_use]
    pub fn root(&self) -> Object<'_> {
        Object::root(&self.values, self.recorder.as_deref())
    }

    /// The first file of a part name.
    #[must_use]
    pub fn file(&self, field: &str) -> Option<&UploadedFile> {
        self.note(field, Kind::File);
        self.named(field).next()
    }

    /// All files of a part name, in the order of the parts; `files[0]` and `files[]` count as `files`.
    pub fn files(&self, field: &str) -> impl Iterator<Item = &UploadedFile> {
        self.note(field, Kind::Files);
        self.named(field)
    }

    fn note(&self, field: &str, kind: Kind) {
        if let Some(recorder) = &self.recorder {
            recorder.push(Asked {
                path: field.to_owned(),
                kind,
                required: false,
            });
        }
    }

    fn named(&self, field: &str) -> impl Iterator<Item = &UploadedFile> {
        self.files.iter().filter(move |file| {
            let name = file.field.split('[').next().unwrap_or_default().trim();
            self.recorder.is_some() || name.eq_ignore_ascii_case(field)
        })
    }

    /// Takes over the fields of `other` whose names are not yet there.
    pub fn add_missing(&mut self, other: Self) {
        for (name, value) in other.values {
            if !self
                .values
                .keys()
                .any(|own| own.trim().eq_ignore_ascii_case(&name))
            {
                self.values.insert(name, value);
            }
        }
    }

    /// The values as one JSON object, without the files.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Value::Object(self.values.clone())
    }
}
