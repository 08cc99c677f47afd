//! Categories (2.10, 7.1, 7.2).

use qishu_model::category::{Category, CategoryTemplate, PresetAction, PresetSignatory};
use qishu_model::id::{CategoryId, SealId, TemplateId};
use qishu_model::template::Template;
use serde::Serialize;

use super::stamper::StamperAnswer;
use super::template::ParameterAnswer;
use super::user::{UserAnswer, users};

/// A row of `category/list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryRow {
    /// Id.
    pub id: CategoryId,
    /// Name.
    pub name: String,
    /// When created.
    pub create_time: String,
    /// 0 enabled, 1 disabled, 2 deleted (D-24).
    pub state: i32,
}

impl From<&Category> for CategoryRow {
    fn from(category: &Category) -> Self {
        Self {
            id: category.id,
            name: category.name.clone(),
            create_time: category.create_time.date_time_text(),
            state: category.state.number(),
        }
    }
}

/// A category with what it presets: result of `category/detail`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryAnswer {
    /// Id, name, creation time and state.
    #[serde(flatten)]
    pub row: CategoryRow,
    /// Templates put into its contracts.
    pub templates: Vec<CategoryTemplateAnswer>,
    /// Drafts must match the preset parties.
    pub define_signatories: bool,
    /// The initiator's own steps are preset.
    pub define_sponsor: bool,
    /// Preset parties.
    pub signatories: Vec<PresetSignatoryAnswer>,
}

impl CategoryAnswer {
    /// From a category and the templates it names; those that are gone have no parameters.
    #[must_use]
    pub fn new(category: &Category, templates: &[Template]) -> Self {
        let used = |used: &CategoryTemplate| {
            let known = templates.iter().find(|template| template.id == used.id);
            CategoryTemplateAnswer::new(used, known)
        };
        Self {
            row: CategoryRow::from(category),
            templates: category.templates.iter().map(used).collect(),
            define_signatories: category.define_signatories,
            define_sponsor: category.define_sponsor,
            signatories: category
                .signatories
                .iter()
                .map(PresetSignatoryAnswer::from)
                .collect(),
        }
    }
}

/// A template of a category. Its parameters have two names, which both are sent (D-24).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryTemplateAnswer {
    /// Id.
    pub id: TemplateId,
    /// Name.
    pub name: String,
    /// Parameters.
    pub template_params: Vec<ParameterAnswer>,
    /// Parameters under the other name.
    pub parameters: Vec<ParameterAnswer>,
}

impl CategoryTemplateAnswer {
    fn new(used: &CategoryTemplate, template: Option<&Template>) -> Self {
        let parameters = template.map(|template| template.parameters.as_slice());
        let parameters = parameters.unwrap_or_default().iter();
        let parameters: Vec<ParameterAnswer> = parameters.map(ParameterAnswer::from).collect();
        Self {
            id: used.id,
            name: used.name.clone(),
            template_params: parameters.clone(),
            parameters,
        }
    }
}

/// A preset party, in the shape of a contract's party without what only a contract has.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PresetSignatoryAnswer {
    /// `COMPANY` or `PERSONAL`.
    pub tenant_type: &'static str,
    /// The initiator itself.
    pub sponsor: bool,
    /// Order.
    pub serial_no: i32,
    /// Steps.
    pub actions: Vec<PresetActionAnswer>,
    /// Positions of a person; `documentId` is a template's id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stampers: Vec<StamperAnswer>,
}

impl From<&PresetSignatory> for PresetSignatoryAnswer {
    fn from(preset: &PresetSignatory) -> Self {
        Self {
            tenant_type: preset.tenant_type.name(),
            sponsor: preset.sponsor,
            serial_no: preset.serial_no,
            actions: preset.actions.iter().map(PresetActionAnswer::from).collect(),
            stampers: preset.stampers.iter().map(StamperAnswer::from).collect(),
        }
    }
}

/// A preset step.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PresetActionAnswer {
    /// Kind.
    #[serde(rename = "type")]
    pub action_type: &'static str,
    /// Name.
    pub name: String,
    /// Order.
    pub serial_no: i32,
    /// First seal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seal_id: Option<SealId>,
    /// Seals that may be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seal_ids: Vec<SealId>,
    /// People who perform it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operators: Vec<UserAnswer>,
    /// Positions; `documentId` is a template's id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stampers: Vec<StamperAnswer>,
}

impl From<&PresetAction> for PresetActionAnswer {
    fn from(preset: &PresetAction) -> Self {
        Self {
            action_type: preset.action_type.name(),
            name: preset.name.clone(),
            serial_no: preset.serial_no,
            seal_id: preset.seal_ids.first().copied(),
            seal_ids: preset.seal_ids.clone(),
            operators: users(&preset.operators),
            stampers: preset.stampers.iter().map(StamperAnswer::from).collect(),
        }
    }
}
