//! The contract: detail, draft result and list row (3.1, 4.12, 4.13).

use qishu_model::contract::{
    CategoryRef, Contract, ContractState, CopySendReceiver, CopySendTime, CustomField, VoidRequest,
};
use qishu_model::id::{ActionId, CategoryId, ContractId, SignatoryId};
use qishu_model::time::Timestamp;
use serde::Serialize;

use super::document::{DocumentAnswer, TemplateParamAnswer};
use super::party::{SealStatAnswer, SignatoryAnswer};
use super::stamper::Place;
use super::time_text;
use super::user::UserAnswer;

/// Whose positions or seals are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A step of a company.
    Action(ActionId),
    /// A party itself.
    Signatory(SignatoryId),
}

/// What a detail call asked for beyond the plain contract. The default asks for nothing.
#[derive(Clone, Copy, Default)]
pub struct DetailView<'a> {
    /// People of steps.
    pub operators: bool,
    /// Positions.
    pub locations: bool,
    /// Where the position of this owner with this index lies; none = as it was asked for.
    pub places: Option<&'a dyn Fn(Owner, usize) -> Vec<Place>>,
    /// Related contracts.
    pub related: Option<&'a [RelatedContractAnswer]>,
    /// Seals of this owner; for a party those of all its steps.
    pub seal_stats: Option<&'a dyn Fn(Owner) -> Vec<SealStatAnswer>>,
}

/// A contract in full: result of `draft` and `detail`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractAnswer {
    /// Id.
    pub id: ContractId,
    /// The caller's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_id: Option<String>,
    /// Title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Contract number.
    pub sn: String,
    /// Initiating company.
    pub tenant_name: String,
    /// Parties act one after the other.
    pub ordinal: bool,
    /// Category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryRefAnswer>,
    /// Employee who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creator: Option<UserAnswer>,
    /// Signing deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_time: Option<String>,
    /// End of validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// Where it stands.
    pub status: &'static str,
    /// Parties.
    pub signatories: Vec<SignatoryAnswer>,
    /// Documents in order.
    pub documents: Vec<DocumentAnswer>,
    /// When it counts as signed.
    pub sign_flow_strategy: &'static str,
    /// Values of template parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub template_params: Vec<TemplateParamAnswer>,
    /// People who get a copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copy_send_receivers: Vec<CopySendReceiverAnswer>,
    /// When copies go out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_send_time: Option<&'static str>,
    /// Labels; always an array.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Ids of related contracts; present when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub related_contract_ids: Option<Vec<ContractId>>,
    /// Related contracts; present when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub related_contracts: Option<Vec<RelatedContractAnswer>>,
    /// Custom fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_fields: Vec<CustomFieldAnswer>,
    /// Opaque text of the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub business_data: Option<String>,
    /// Rule for positions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamper_rule: Option<&'static str>,
    /// When sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_time: Option<String>,
    /// When drafted.
    pub create_time: String,
    /// Reason of a recall, rejection or forced end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<String>,
    /// Reason of voiding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid_reason: Option<String>,
    /// Deadline of the running void request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid_expire_time: Option<String>,
    /// Why the last void request failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invalid_fail_type: Option<&'static str>,
}

impl ContractAnswer {
    /// A contract with the extras that `view` asks for.
    #[must_use]
    pub fn new(contract: &Contract, view: &DetailView<'_>) -> Self {
        let ending = Ending::of(&contract.state);
        Self {
            id: contract.id,
            biz_id: contract.biz_id.clone(),
            subject: contract.subject.clone(),
            description: contract.description.clone(),
            sn: contract.sn.clone(),
            tenant_name: contract.tenant_name.clone(),
            ordinal: contract.ordinal,
            category: contract.category.as_ref().map(CategoryRefAnswer::from),
            creator: contract.creator.as_ref().map(UserAnswer::from),
            expire_time: time_text(contract.expire_time),
            end_time: time_text(contract.end_time),
            status: contract.state.name(),
            signatories: contract
                .signatories
                .iter()
                .map(|party| SignatoryAnswer::new(party, view))
                .collect(),
            documents: contract.shown_documents().map(DocumentAnswer::from).collect(),
            sign_flow_strategy: contract.sign_flow_strategy.name(),
            template_params: contract
                .template_params
                .iter()
                .map(TemplateParamAnswer::from)
                .collect(),
            copy_send_receivers: contract
                .copy_send_receivers
                .iter()
                .map(CopySendReceiverAnswer::from)
                .collect(),
            copy_send_time: contract.copy_send_time.map(copy_send_time_name),
            tags: contract.tags.clone(),
            related_contract_ids: view
                .related
                .map(|related| related.iter().map(|other| other.id).collect()),
            related_contracts: view.related.map(<[RelatedContractAnswer]>::to_vec),
            custom_fields: contract
                .custom_fields
                .iter()
                .map(CustomFieldAnswer::from)
                .collect(),
            business_data: contract.business_data.clone(),
            stamper_rule: contract.stamper_rule.map(|rule| rule.name()),
            publish_time: time_text(contract.publish_time),
            create_time: contract.create_time.date_time_text(),
            comments: ending.comments,
            invalid_reason: ending.invalid_reason,
            invalid_expire_time: ending.invalid_expire_time,
            invalid_fail_type: ending.invalid_fail_type,
        }
    }
}

/// The fields that only some statuses have.
#[derive(Default)]
struct Ending {
    comments: Option<String>,
    invalid_reason: Option<String>,
    invalid_expire_time: Option<String>,
    invalid_fail_type: Option<&'static str>,
}

impl Ending {
    fn of(state: &ContractState) -> Self {
        match state {
            ContractState::Draft
            | ContractState::Filling
            | ContractState::Signing
            | ContractState::Expired { .. }
            | ContractState::Deleted => Self::default(),
            ContractState::Complete { void_failure, .. } => Self {
                invalid_fail_type: void_failure.map(|failure| failure.name()),
                ..Self::default()
            },
            ContractState::Rejected { comments } | ContractState::Recalled { comments } => Self {
                comments: comments.clone(),
                ..Self::default()
            },
            ContractState::ForceEnd { reason } => Self {
                comments: Some(reason.clone()),
                ..Self::default()
            },
            ContractState::Invaliding { request, .. } => Self::of_request(request, request.expire_time),
            ContractState::Invalided { request } => Self::of_request(request, None),
        }
    }

    fn of_request(request: &VoidRequest, deadline: Option<Timestamp>) -> Self {
        Self {
            invalid_reason: request.reason.clone(),
            invalid_expire_time: time_text(deadline),
            ..Self::default()
        }
    }
}

const fn copy_send_time_name(time: CopySendTime) -> &'static str {
    match time {
        CopySendTime::Finish => "FINISH",
        CopySendTime::Send => "SEND",
    }
}

/// A row of `list`: the documented nine fields and `bizId` (D-09).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractRow {
    /// Id.
    pub id: ContractId,
    /// The caller's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub biz_id: Option<String>,
    /// Title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// Free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Contract number.
    pub sn: String,
    /// Initiating company.
    pub tenant_name: String,
    /// Parties act one after the other.
    pub ordinal: bool,
    /// Category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryRefAnswer>,
    /// Where it stands.
    pub status: &'static str,
    /// Signing deadline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_time: Option<String>,
    /// When sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publish_time: Option<String>,
}

impl From<&Contract> for ContractRow {
    fn from(contract: &Contract) -> Self {
        Self {
            id: contract.id,
            biz_id: contract.biz_id.clone(),
            subject: contract.subject.clone(),
            description: contract.description.clone(),
            sn: contract.sn.clone(),
            tenant_name: contract.tenant_name.clone(),
            ordinal: contract.ordinal,
            category: contract.category.as_ref().map(CategoryRefAnswer::from),
            status: contract.state.name(),
            expire_time: time_text(contract.expire_time),
            publish_time: time_text(contract.publish_time),
        }
    }
}

/// A category by id and name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CategoryRefAnswer {
    /// Id.
    pub id: CategoryId,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl From<&CategoryRef> for CategoryRefAnswer {
    fn from(category: &CategoryRef) -> Self {
        Self {
            id: category.id,
            name: Some(category.name.clone()),
        }
    }
}

/// A contract that another one names as related (D-29).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelatedContractAnswer {
    /// Id.
    pub id: ContractId,
    /// Title.
    pub subject: String,
    /// Contract number.
    pub sn: String,
    /// Where it stands.
    pub status: &'static str,
}

impl From<&Contract> for RelatedContractAnswer {
    fn from(contract: &Contract) -> Self {
        Self {
            id: contract.id,
            subject: contract.subject.clone(),
            sn: contract.sn.clone(),
            status: contract.state.name(),
        }
    }
}

/// Someone who gets a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CopySendReceiverAnswer {
    /// Label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The person.
    pub receiver: UserAnswer,
    /// What they may not do with the copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prohibit_type: Option<String>,
    /// Kind of receiver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_send_person_type: Option<String>,
    /// When added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_time: Option<String>,
    /// The copy went out.
    pub send: bool,
}

impl From<&CopySendReceiver> for CopySendReceiverAnswer {
    fn from(receiver: &CopySendReceiver) -> Self {
        Self {
            name: receiver.name.clone(),
            receiver: UserAnswer::from(&receiver.receiver),
            prohibit_type: receiver.prohibit_type.clone(),
            copy_send_person_type: receiver.copy_send_person_type.clone(),
            create_time: time_text(receiver.create_time),
            send: receiver.send,
        }
    }
}

/// Value of a custom field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomFieldAnswer {
    /// Key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl From<&CustomField> for CustomFieldAnswer {
    fn from(field: &CustomField) -> Self {
        Self {
            key: field.key.clone(),
            name: field.name.clone(),
            value: field.value.clone(),
        }
    }
}
