//! A category as an operator or the console writes it: JSON, with names where a person would use names. The format is in
//! `docs/operations.md`.

use qishu_model::contact::{ContactType, User};
use qishu_model::contract::{
    AcrossType, ActionType, CopySendTime, DatePattern, Stamper, StamperRule, StamperType, TenantType,
};
use serde::Deserialize;

/// Days until a contract expires when the definition does not say.
const EXPIRE_DAYS: u32 = 30;

/// Why a definition cannot be read: which field, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct DefinitionError {
    /// Path of the field, e.g. `signatories[0].actions[1].type`.
    pub field: String,
    /// What is wrong.
    pub reason: String,
}

/// A category to be stored.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the switches of a category")]
pub struct CategoryDefinition {
    /// Owner's full name; absent = the platform company.
    pub company: Option<String>,
    /// Name, unique in the company.
    pub name: String,
    /// The one used when a draft names none; takes this away from the present one.
    #[serde(default)]
    pub default: bool,
    /// Drafts must match the preset parties.
    #[serde(default)]
    pub define_signatories: bool,
    /// The initiator's own steps are preset.
    #[serde(default)]
    pub define_sponsor: bool,
    /// Preset parties.
    #[serde(default)]
    pub signatories: Vec<PartyDefinition>,
    /// Documents of every contract.
    #[serde(default)]
    pub templates: Vec<TemplateUse>,
    /// Makes a subject when a draft has none.
    pub subject_rule: Option<String>,
    /// Makes a contract number when a draft has none.
    pub sn_rule: Option<String>,
    /// Days until a contract expires, 1 to 730.
    #[serde(default = "expire_days")]
    pub expire_days: u32,
    /// Rule for positions.
    pub stamper_rule: Option<StamperRule>,
    /// Address of status callbacks.
    pub callback_url: Option<String>,
    /// Parties may be added after sending.
    #[serde(default)]
    pub continue_sending: bool,
    /// The initiator's operator is told when sending.
    #[serde(default)]
    pub notify_sponsor: bool,
    /// When copies go out.
    pub copy_send_time: Option<CopySendTime>,
    /// People who get a copy.
    #[serde(default)]
    pub copy_send_receivers: Vec<PersonDefinition>,
    /// Employees who may start contracts; empty = all.
    #[serde(default)]
    pub starters: Vec<PersonDefinition>,
}

const fn expire_days() -> u32 {
    EXPIRE_DAYS
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonDefinition {
    /// Name.
    pub name: Option<String>,
    /// Mobile number, mail address, or what the type says.
    pub contact: String,
    /// Kind of contact; absent = guessed (D-10).
    pub contact_type: Option<ContactType>,
}

impl PersonDefinition {
    pub(super) fn user(&self) -> User {
        User {
            name: self.name.clone(),
            contact: self.contact.clone(),
            contact_type: self
                .contact_type
                .unwrap_or_else(|| ContactType::guess(&self.contact)),
        }
    }
}

/// A template that every contract gets.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TemplateUse {
    /// Its id, or its name when no other template has it.
    pub template: String,
    /// Title of the document; absent = the template's name.
    pub name: Option<String>,
    /// Parameters that receivers fill.
    #[serde(default)]
    pub fillers: Vec<FillerDefinition>,
}

/// A parameter that a receiver fills.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FillerDefinition {
    /// Name of the parameter.
    pub parameter: String,
    /// Which receiver, counted from 1.
    pub receiver: u32,
}

/// A preset party.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartyDefinition {
    /// `COMPANY` or `PERSONAL`.
    pub tenant_type: TenantType,
    /// The initiator itself.
    #[serde(default)]
    pub sponsor: bool,
    /// Order; absent = place in the list.
    pub serial_no: Option<i32>,
    /// Steps of a company.
    #[serde(default)]
    pub actions: Vec<StepDefinition>,
    /// Positions of a person.
    #[serde(default)]
    pub stampers: Vec<StamperPlace>,
}

/// A preset step.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepDefinition {
    /// Kind.
    #[serde(rename = "type")]
    pub action_type: ActionType,
    /// Name; absent = the kind's Chinese name.
    pub name: Option<String>,
    /// Order; absent = place in the list.
    pub serial_no: Option<i32>,
    /// Ids or names of seals.
    #[serde(default)]
    pub seals: Vec<String>,
    /// People who perform it.
    #[serde(default)]
    pub operators: Vec<PersonDefinition>,
    /// Positions.
    #[serde(default)]
    pub stampers: Vec<StamperPlace>,
}

/// A preset position.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StamperPlace {
    /// Kind.
    #[serde(rename = "type")]
    pub stamper_type: StamperType,
    /// Id or name of one of the category's templates: the position is in the document made of it. Absent with a keyword or
    /// an across-page seal over all documents: in every document.
    pub template: Option<String>,
    /// Text to look for.
    pub keyword: Option<String>,
    /// Which of the hits.
    pub keyword_index: Option<i32>,
    /// Page.
    pub page: Option<i32>,
    /// Fraction of the page width, -1 to 1.
    pub offset_x: Option<f64>,
    /// Fraction of the page height, -1 to 1.
    pub offset_y: Option<f64>,
    /// Id or name of a seal.
    pub seal: Option<String>,
    /// Reach of an across-page seal.
    #[serde(default)]
    pub across_type: AcrossType,
    /// Pages of an across-page seal over some pages.
    pub seal_page_config: Option<String>,
    /// Allowed date styles.
    #[serde(default)]
    pub date_patterns: Vec<DatePattern>,
    /// Width of a signature's or date's box in points, 10 to 120.
    pub width: Option<f64>,
    /// Its height in points, 4 to 48.
    pub height: Option<f64>,
    /// Clockwise, 0 to 360.
    #[serde(default)]
    pub rotation_degrees: f64,
}

impl StamperPlace {
    /// The position, without what names have to be looked up for.
    ///
    /// # Errors
    /// The field that is out of bounds.
    pub(super) fn stamper(&self, path: &str) -> Result<Stamper, DefinitionError> {
        let refuse = |field: &str, reason: &str| {
            Err(DefinitionError {
                field: format!("{path}.{field}"),
                reason: reason.to_owned(),
            })
        };
        let within = |value: Option<f64>, smallest: f64, largest: f64| {
            value.is_none_or(|value| (smallest..=largest).contains(&value))
        };
        if self.stamper_type == StamperType::AcrossPageScope && self.seal_page_config.is_none() {
            return refuse("sealPageConfig", "required for this type, e.g. 2,4~7");
        }
        if !within(self.offset_x, -1.0, 1.0) {
            return refuse("offsetX", "between -1 and 1");
        }
        if !within(self.offset_y, -1.0, 1.0) {
            return refuse("offsetY", "between -1 and 1");
        }
        if !within(self.width, 10.0, 120.0) {
            return refuse("width", "between 10 and 120 points");
        }
        if !within(self.height, 4.0, 48.0) {
            return refuse("height", "between 4 and 48 points");
        }
        if !within(Some(self.rotation_degrees), 0.0, 360.0) {
            return refuse("rotationDegrees", "between 0 and 360");
        }
        Ok(Stamper {
            across_type: self.across_type,
            seal_page_config: self.seal_page_config.clone(),
            keyword: self.keyword.clone(),
            keyword_index: self.keyword_index,
            page: self.page,
            offset_x: self.offset_x,
            offset_y: self.offset_y,
            date_patterns: self.date_patterns.clone(),
            width: self.width,
            height: self.height,
            rotation_degrees: self.rotation_degrees,
            ..Stamper::new(self.stamper_type)
        })
    }
}

impl CategoryDefinition {
    /// Reads a definition.
    ///
    /// # Errors
    /// The first field that is missing, unknown or wrong.
    pub fn read(json: &[u8]) -> Result<Self, DefinitionError> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| DefinitionError {
            field: error.path().to_string(),
            reason: error.inner().to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> String {
        CategoryDefinition::read(json.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_short_definition_has_the_documented_defaults() {
        let read = CategoryDefinition::read("{\"name\":\"采购\"}".as_bytes()).unwrap();
        assert_eq!(
            (read.expire_days, read.default, read.define_sponsor),
            (30, false, false)
        );
        assert!(read.signatories.is_empty() && read.templates.is_empty() && read.starters.is_empty());
    }

    #[test]
    fn the_faulty_field_is_named() {
        assert!(refusal("{\"name\":\"a\",\"expiredays\":1}").starts_with("expiredays: unknown field"));
        assert!(refusal("{}").contains("missing field `name`"));
        let step = "{\"name\":\"a\",\"signatories\":[{\"tenantType\":\"COMPANY\",\"actions\":[{\"type\":\"SEAL\"}]}]}";
        assert!(
            refusal(step).starts_with("signatories[0].actions[0].type: unknown variant"),
            "{}",
            refusal(step)
        );
        assert!(refusal("{\"name\":1}").starts_with("name: invalid type"));
        assert!(refusal("{\"name\"").contains("EOF"));
    }
}
