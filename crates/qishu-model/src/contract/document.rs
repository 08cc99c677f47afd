//! Documents of a contract.

use serde::{Deserialize, Serialize};

use crate::contact::User;
use crate::id::{AttachmentId, DocumentId, SignatoryId, TemplateId};
use crate::template::{ParameterType, TemplateKind, TemplateParameter};
use crate::time::Timestamp;

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

/// The template of a document as it was when the document was made: later changes of the template do not reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentTemplate {
    /// Kind of the template's file.
    pub kind: TemplateKind,
    /// SHA-256 (hex) of the template's file.
    pub file: String,
    /// The category put it in: drafting again replaces it.
    #[serde(default)]
    pub of_category: bool,
}

/// A parameter of a document that was made of a template, with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentParam {
    /// Name.
    pub name: String,
    /// Kind.
    #[serde(default)]
    pub parameter_type: ParameterType,
    /// Mandatory.
    #[serde(default)]
    pub required: bool,
    /// What is filled in; the default counts when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The filler may not change the value that was given.
    #[serde(default)]
    pub read_only: bool,
    /// Receiver that fills it; absent = the initiator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory_id: Option<SignatoryId>,
    /// What can be chosen.
    #[serde(default)]
    pub options: Vec<String>,
    /// Value when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Hint for the one who fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Columns of a table.
    #[serde(default)]
    pub columns: Vec<String>,
}

impl DocumentParam {
    /// A parameter of a template, without a value.
    #[must_use]
    pub fn of(parameter: &TemplateParameter) -> Self {
        Self {
            name: parameter.name.clone(),
            parameter_type: parameter.parameter_type,
            required: parameter.required,
            value: None,
            read_only: false,
            signatory_id: None,
            options: parameter.options.clone(),
            default_value: parameter.default_value.clone(),
            description: parameter.description.clone(),
            columns: parameter.columns.clone(),
        }
    }

    /// The parameter itself, for judging values.
    #[must_use]
    pub fn definition(&self) -> TemplateParameter {
        TemplateParameter {
            name: self.name.clone(),
            parameter_type: self.parameter_type,
            required: self.required,
            options: self.options.clone(),
            default_value: self.default_value.clone(),
            description: self.description.clone(),
            columns: self.columns.clone(),
        }
    }

    /// What stands in the document: the value, else the default.
    #[must_use]
    pub fn effective(&self) -> Option<&str> {
        self.value.as_deref().or(self.default_value.as_deref())
    }

    /// Mandatory and still empty.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.required && self.parameter_type.takes_value() && self.effective().is_none()
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
    /// What is needed to make it anew of its template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<DocumentTemplate>,
    /// Parameters of a template-made document.
    #[serde(default)]
    pub params: Vec<DocumentParam>,
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
