//! Templates of documents and their parameters (chapters 6 and 15 of the organisation group).

mod value;

use serde::{Deserialize, Serialize};

pub use value::{ParameterValue, WrongValue};

use crate::contact::User;
use crate::id::{CompanyId, TemplateId};
use crate::time::Timestamp;

/// What a template is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TemplateKind {
    /// A list of fields; the sheet is laid out by us.
    Form,
    /// An HTML file.
    Html,
    /// A Word file.
    Word,
}

impl TemplateKind {
    /// Stored and shown name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Form => "FORM",
            Self::Html => "HTML",
            Self::Word => "WORD",
        }
    }

    /// Suffix of the template's file.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Form | Self::Html => "html",
            Self::Word => "docx",
        }
    }
}

/// Whether a template may be used; on the wire `state` is true for enabled ones (2.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TemplateState {
    /// Removed; kept for the documents that were made of it.
    Deleted,
    /// Disabled.
    Disabled,
    /// In use.
    Enabled,
}

impl TemplateState {
    /// Stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Deleted => "DELETED",
            Self::Disabled => "DISABLED",
            Self::Enabled => "ENABLED",
        }
    }
}

/// Kind of a parameter, with its wire name (15.2, D-47, and 3.8 of the contract group).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterType {
    /// 多选: several of the options.
    Checkbox,
    /// 日期
    Date,
    /// 身份证号
    IdCard,
    /// 图片
    Image,
    /// 人员: a person's name.
    Person,
    /// 单选: one of the options.
    Radio,
    /// A place kept free for a seal; it takes no value.
    Seal,
    /// A place kept free for a signature; it takes no value.
    Signature,
    /// 动态表格: rows are added as needed.
    Table,
    /// 单行文本
    #[default]
    Text,
    /// 多行文本
    TextArea,
}

impl ParameterType {
    /// Every type.
    pub const ALL: [Self; 11] = [
        Self::Checkbox,
        Self::Date,
        Self::IdCard,
        Self::Image,
        Self::Person,
        Self::Radio,
        Self::Seal,
        Self::Signature,
        Self::Table,
        Self::Text,
        Self::TextArea,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checkbox => "checkbox",
            Self::Date => "date",
            Self::IdCard => "idcard",
            Self::Image => "image",
            Self::Person => "person",
            Self::Radio => "radio",
            Self::Seal => "seal",
            Self::Signature => "signature",
            Self::Table => "table",
            Self::Text => "text",
            Self::TextArea => "textarea",
        }
    }

    /// Reads a wire name; case does not matter.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name))
    }

    /// One or several of its options.
    #[must_use]
    pub const fn is_choice(self) -> bool {
        matches!(self, Self::Checkbox | Self::Radio)
    }

    /// Somebody can fill it.
    #[must_use]
    pub const fn takes_value(self) -> bool {
        !matches!(self, Self::Seal | Self::Signature)
    }
}

/// A parameter of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateParameter {
    /// Name: what stands between the braces.
    pub name: String,
    /// Kind.
    pub parameter_type: ParameterType,
    /// Mandatory.
    pub required: bool,
    /// What can be chosen.
    #[serde(default)]
    pub options: Vec<String>,
    /// Value when none is given; choices, pictures and tables have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_value: Option<String>,
    /// Hint for the one who fills it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Columns of a table; of other kinds: those that a table in this place would have.
    #[serde(default)]
    pub columns: Vec<String>,
}

/// A template of one company; its files are blobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Id.
    pub id: TemplateId,
    /// Owner.
    pub company_id: CompanyId,
    /// Name; at most 100 characters.
    pub name: String,
    /// What it is made of.
    pub kind: TemplateKind,
    /// Whether it may be used.
    pub state: TemplateState,
    /// SHA-256 (hex) of the file as it came; what a download answers.
    pub source: String,
    /// SHA-256 (hex) of the file that is filled: the source, with repeated names numbered when that was asked for.
    pub file: String,
    /// Parameters in the order of the document.
    pub parameters: Vec<TemplateParameter>,
    /// Names in full-width braces: shown as a warning (D-46).
    #[serde(default)]
    pub ignored: Vec<String>,
    /// People who manage it in the console; empty = the company's template administrators.
    #[serde(default)]
    pub managers: Vec<User>,
    /// People who may use it in the console; calls of the owner's application are never restricted (D-26).
    #[serde(default)]
    pub range: Vec<User>,
    /// Everyone may use it when `range` is empty.
    #[serde(default)]
    pub all_users: bool,
    /// When created.
    pub create_time: Timestamp,
    /// When last changed.
    pub modify_time: Timestamp,
}

impl Template {
    /// The parameter of this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&TemplateParameter> {
        self.parameters.iter().find(|known| known.name == name)
    }
}

/// A change of one parameter through the API (6.5); what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParameterEdit {
    /// Which one.
    pub name: String,
    /// Mandatory.
    pub required: Option<bool>,
    /// New default.
    pub default_value: Option<String>,
    /// New hint.
    pub description: Option<String>,
}
