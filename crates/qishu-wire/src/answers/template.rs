//! Templates (2.8, 2.9), and what is still to be filled in a contract (4.23, D-37).

use qishu_model::contract::{Contract, DocumentParam};
use qishu_model::id::{CompanyId, ContractId, DocumentId, SignatoryId, TemplateId};
use qishu_model::template::{Template, TemplateParameter, TemplateState};
use serde::Serialize;

/// A template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateAnswer {
    /// Id.
    pub id: TemplateId,
    /// Name.
    pub name: String,
    /// Enabled.
    pub state: bool,
    /// Owner.
    pub company_id: CompanyId,
    /// Owner's name.
    pub company_name: String,
    /// Parameters.
    pub parameters: Vec<ParameterAnswer>,
    /// When created.
    pub create_time: String,
}

impl TemplateAnswer {
    /// From a template and the name of its owner.
    #[must_use]
    pub fn new(template: &Template, company_name: &str) -> Self {
        Self {
            id: template.id,
            name: template.name.clone(),
            state: template.state == TemplateState::Enabled,
            company_id: template.company_id,
            company_name: company_name.to_owned(),
            parameters: template.parameters.iter().map(ParameterAnswer::from).collect(),
            create_time: template.create_time.date_time_text(),
        }
    }
}

/// Result of `createbyword`: the template, and its id once more (D-26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedTemplateAnswer {
    /// Id.
    pub template_id: TemplateId,
    /// The template.
    #[serde(flatten)]
    pub template: TemplateAnswer,
}

/// A parameter of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ParameterAnswer {
    /// Name.
    pub name: String,
    /// Mandatory.
    pub required: bool,
    /// Kind (D-47).
    #[serde(rename = "type")]
    pub parameter_type: &'static str,
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

impl From<&TemplateParameter> for ParameterAnswer {
    fn from(parameter: &TemplateParameter) -> Self {
        Self {
            name: parameter.name.clone(),
            required: parameter.required,
            parameter_type: parameter.parameter_type.name(),
            options: parameter.options.clone(),
            default_value: parameter.default_value.clone(),
            description: parameter.description.clone(),
        }
    }
}

/// A mandatory parameter of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequiredParamAnswer {
    /// Name.
    pub name: String,
    /// What is filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Always true.
    pub required: bool,
    /// Kind.
    #[serde(rename = "type")]
    pub parameter_type: &'static str,
    /// The filler may not change it.
    pub read_only: bool,
    /// Receiver that fills it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatory_id: Option<SignatoryId>,
    /// The initiator fills it.
    pub belong_to_sponsor: bool,
    /// It has a value.
    pub filled: bool,
}

/// A document with its mandatory parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequiredDocumentAnswer {
    /// Id.
    pub id: DocumentId,
    /// Title.
    pub title: String,
    /// Its mandatory parameters.
    pub params: Vec<RequiredParamAnswer>,
}

/// Result of `required/detail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequiredDetailAnswer {
    /// Contract.
    pub contract_id: ContractId,
    /// All are filled.
    pub complete: bool,
    /// Those of the initiator are filled.
    pub sponsor_complete: bool,
    /// Documents in their order.
    pub documents: Vec<RequiredDocumentAnswer>,
}

impl RequiredDetailAnswer {
    /// From a contract; `belongs_to_sponsor` tells who fills a parameter.
    #[must_use]
    pub fn new(contract: &Contract, belongs_to_sponsor: impl Fn(&DocumentParam) -> bool) -> Self {
        let answer = |param: &DocumentParam| RequiredParamAnswer {
            name: param.name.clone(),
            value: param.effective().map(str::to_owned),
            required: true,
            parameter_type: param.parameter_type.name(),
            read_only: param.read_only,
            signatory_id: param.signatory_id,
            belong_to_sponsor: belongs_to_sponsor(param),
            filled: !param.is_missing(),
        };
        let documents: Vec<RequiredDocumentAnswer> = contract
            .documents
            .iter()
            .map(|document| RequiredDocumentAnswer {
                id: document.id,
                title: document.title.clone(),
                params: document
                    .params
                    .iter()
                    .filter(|param| param.required)
                    .map(answer)
                    .collect(),
            })
            .collect();
        let all = || documents.iter().flat_map(|document| &document.params);
        Self {
            contract_id: contract.id,
            complete: all().all(|param| param.filled),
            sponsor_complete: all().all(|param| param.filled || !param.belong_to_sponsor),
            documents,
        }
    }
}
