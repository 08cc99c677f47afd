//! Documents and template parameters (3.7, 3.8).

use qishu_model::contract::{Document, DocumentParam, TemplateParam};
use qishu_model::id::{DocumentId, SignatoryId};
use serde::Serialize;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentAnswer {
    /// Id.
    pub id: DocumentId,
    /// Title.
    pub title: String,
    /// Pages of the PDF.
    pub page_count: u32,
    /// When added.
    pub create_time: String,
    /// `CONTRACT`, or `INVALID` for the document that voids (D-17).
    pub content_type: &'static str,
    /// Parameters of a template-made document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<DocumentParamAnswer>,
}

impl From<&Document> for DocumentAnswer {
    fn from(document: &Document) -> Self {
        Self {
            id: document.id,
            title: document.title.clone(),
            page_count: document.page_count,
            create_time: document.create_time.date_time_text(),
            content_type: document.content_type.name(),
            params: document.params.iter().map(DocumentParamAnswer::from).collect(),
        }
    }
}

/// A parameter of a template-made document with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DocumentParamAnswer {
    /// Name.
    pub name: String,
    /// Value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Mandatory.
    pub required: bool,
    /// Kind (D-47).
    #[serde(rename = "type")]
    pub parameter_type: &'static str,
    /// The filler may not change it.
    pub read_only: bool,
    /// Party that fills it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatory_id: Option<SignatoryId>,
    /// What can be chosen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Value when none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Hint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl From<&DocumentParam> for DocumentParamAnswer {
    fn from(param: &DocumentParam) -> Self {
        Self {
            name: param.name.clone(),
            value: param.effective().map(str::to_owned),
            required: param.required,
            parameter_type: param.parameter_type.name(),
            read_only: param.read_only,
            signatory_id: param.signatory_id,
            options: param.options.clone(),
            default_value: param.default_value.clone(),
            description: param.description.clone(),
        }
    }
}

/// A value for template parameters, as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateParamAnswer {
    /// Name.
    pub name: String,
    /// Value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The filler may not change it.
    pub read_only: bool,
    /// Party that fills it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatory_id: Option<SignatoryId>,
}

impl From<&TemplateParam> for TemplateParamAnswer {
    fn from(param: &TemplateParam) -> Self {
        Self {
            name: param.name.clone(),
            value: param.value.clone(),
            read_only: param.read_only,
            signatory_id: param.signatory_id,
        }
    }
}
