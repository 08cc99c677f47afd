//! Documents of a contract.

use serde::{Deserialize, Serialize};

use crate::contact::User;
use crate::id::{AttachmentId, DocumentId, TemplateId};
use crate::time::Timestamp;

use super::TemplateParam;

/// What a document is for; wire names `CONTRACT`, `INVALID` (D-17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ContentType {
    /// An ordinary document.
    Contract,
    /// The document that voids the contract.
    Invalid,
}

impl ContentType {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contract => "CONTRACT",
            Self::Invalid => "INVALID",
        }
    }
}

/// A document; its bytes are blobs, its revisions rows of the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Id.
    pub id: DocumentId,
    /// Title; at most 100 characters.
    pub title: String,
    /// Pages of the PDF.
    pub page_count: u32,
    /// Place among the documents: ascending, negative allowed, none = last (D-20).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<i32>,
    /// What it is for.
    pub content_type: ContentType,
    /// SHA-256 (hex) of each file as it was uploaded.
    pub uploads: Vec<String>,
    /// Type of the file as it was uploaded, e.g. `pdf`.
    pub file_suffix: String,
    /// Template it was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<TemplateId>,
    /// Parameters of a template-made document.
    #[serde(default)]
    pub params: Vec<TemplateParam>,
    /// Number of the newest revision; 0 is the one before any signature.
    pub revision: u32,
    /// SHA-256 (hex) of the newest revision's bytes.
    pub revision_hash: String,
    /// SHA-256 (hex) of the text positions read from revision 0, for keywords; signatures never change them.
    pub text_index: String,
    /// When added.
    pub create_time: Timestamp,
}

/// A file that is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Id.
    pub id: AttachmentId,
    /// Title; at most 100 characters.
    pub title: String,
    /// Type of its content, e.g. `pdf`; becomes the suffix of its name.
    pub suffix: String,
    /// SHA-256 (hex) of its bytes.
    pub upload: String,
    /// When it came.
    pub create_time: Timestamp,
}

/// A file that a party handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedIn {
    /// The file as it came.
    pub file: StoredFile,
    /// The file read as a PDF document, for types that can be; the party's signature is appended to it when the demand says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// Who handed it in.
    pub by: User,
}
