//! Business categories: presets for contracts of one kind.

use serde::{Deserialize, Serialize};

use crate::contact::User;
use crate::contract::{ActionType, CopySendReceiver, CopySendTime, Stamper, StamperRule, TenantType};
use crate::id::{CategoryId, CompanyId, SealId, TemplateId};
use crate::time::Timestamp;

/// Whether a category may be used; wire values 0, 1, 2 (D-24 of the organisation group).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CategoryState {
    /// In use.
    Enabled,
    /// Disabled.
    Disabled,
    /// Deleted, kept for the contracts that name it.
    Deleted,
}

impl CategoryState {
    /// Wire value.
    #[must_use]
    pub const fn number(self) -> i32 {
        match self {
            Self::Enabled => 0,
            Self::Disabled => 1,
            Self::Deleted => 2,
        }
    }
}

/// A step preset for a party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PresetAction {
    /// Kind of step.
    pub action_type: ActionType,
    /// Name of the step.
    pub name: String,
    /// Order within the party.
    pub serial_no: i32,
    /// Seals that may be used; empty = any of the company.
    pub seal_ids: Vec<SealId>,
    /// People who perform it.
    pub operators: Vec<User>,
    /// Positions; `document_id` holds the template's id.
    pub stampers: Vec<Stamper>,
}

/// A party preset by the category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PresetSignatory {
    /// Person or company.
    pub tenant_type: TenantType,
    /// The initiator itself.
    pub sponsor: bool,
    /// Order among parties.
    pub serial_no: i32,
    /// Steps of a company party.
    pub actions: Vec<PresetAction>,
    /// Positions of a personal party; `document_id` holds the template's id.
    pub stampers: Vec<Stamper>,
}

/// A template that a category puts into its contracts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryTemplate {
    /// Id of the template.
    pub id: TemplateId,
    /// Name; becomes the document's title.
    pub name: String,
    /// Parameters that receivers fill; all others are the initiator's.
    #[serde(default)]
    pub fillers: Vec<TemplateFiller>,
}

/// A parameter that a receiver fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateFiller {
    /// Name of the parameter.
    pub parameter: String,
    /// Which receiver, counted from 1 in the order of the contract's parties without the initiator.
    pub receiver: u32,
}

/// A business category of one company.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Category {
    /// Id.
    pub id: CategoryId,
    /// Owner.
    pub company_id: CompanyId,
    /// Name, unique among the company's undeleted categories.
    pub name: String,
    /// Whether it may be used.
    pub state: CategoryState,
    /// The one used when a draft names none.
    pub default: bool,
    /// Receivers are preset: drafts must match them in number, type and order.
    pub define_signatories: bool,
    /// The initiator's own steps are preset.
    pub define_sponsor: bool,
    /// Preset parties.
    pub signatories: Vec<PresetSignatory>,
    /// Preset documents.
    pub templates: Vec<CategoryTemplate>,
    /// Days until a contract expires after sending.
    pub expire_days: u32,
    /// Rule for positions when neither draft nor send gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamper_rule: Option<StamperRule>,
    /// Address of status callbacks for contracts of this category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// When copies go out, unless the draft says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy_send_time: Option<CopySendTime>,
    /// People who get a copy of every contract, besides those of the draft.
    #[serde(default)]
    pub copy_send_receivers: Vec<CopySendReceiver>,
    /// The initiator's operator is told when a contract is sent, also when the draft does not ask for it.
    #[serde(default)]
    pub notify_sponsor: bool,
    /// Employees who may start contracts; empty = all. Calls without a creator are never restricted.
    #[serde(default)]
    pub starters: Vec<User>,
    /// Parties may be added after sending.
    #[serde(default)]
    pub continue_sending: bool,
    /// Text that makes a contract number when the draft has none; `{category}`, `{date}` and `{id}` are replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sn_rule: Option<String>,
    /// Text that makes a subject when the draft has none; `{category}` and `{date}` are replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_rule: Option<String>,
    /// When created.
    pub create_time: Timestamp,
    /// When last changed.
    pub modify_time: Timestamp,
}
