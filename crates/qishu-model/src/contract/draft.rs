//! What callers ask for: input of the operations, checked for form but not yet decided on.

use super::{
    ActionType, CopySendReceiver, CopySendTime, CustomField, SignFlowStrategy, SignValidateWay, Stamper,
    StamperRule, TemplateParam, TenantType, UserAuthInfo,
};
use crate::contact::User;
use crate::id::{CategoryId, ContractId, SealId};
use crate::time::Timestamp;

/// Which contract is meant (`contracts` 1.4): the id wins over the caller's own id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContractAddress {
    /// Contract id.
    pub contract_id: Option<ContractId>,
    /// The caller's own id.
    pub biz_id: Option<String>,
    /// Company; what it means depends on the endpoint.
    pub tenant_name: Option<String>,
}

/// Category named by id or name; the id wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategorySelector {
    /// Id.
    pub id: Option<CategoryId>,
    /// Name.
    pub name: Option<String>,
}

/// A step as requested.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionDraft {
    /// Kind.
    pub action_type: ActionType,
    /// Name; absent = the kind's Chinese name.
    pub name: Option<String>,
    /// Order; absent = place in the list (D-11).
    pub serial_no: Option<i32>,
    /// Seals by the precedence of D-14.
    pub seal_ids: Vec<SealId>,
    /// People by the precedence of D-14.
    pub operators: Vec<User>,
    /// Seal automatically.
    pub auto_sign: bool,
    /// Positions.
    pub stampers: Vec<Stamper>,
    /// The caller's own number.
    pub action_no: Option<String>,
}

/// A file demanded from a party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentDraft {
    /// What it is.
    pub title: String,
    /// Signing needs it.
    pub required: bool,
    /// The file must be signed too.
    pub need_sign: bool,
}

/// A party as requested.
#[derive(Debug, Clone, PartialEq)]
pub struct SignatoryDraft {
    /// `COMPANY` or `PERSONAL`.
    pub tenant_type: TenantType,
    /// Name.
    pub tenant_name: Option<String>,
    /// Handler.
    pub receiver: Option<User>,
    /// Order; absent = place in the list (D-11).
    pub serial_no: Option<i32>,
    /// Steps.
    pub actions: Vec<ActionDraft>,
    /// Positions of a person.
    pub stampers: Vec<Stamper>,
    /// Files to hand in.
    pub attachments: Vec<AttachmentDraft>,
    /// Identity data to match.
    pub user_auth_info: Option<UserAuthInfo>,
    /// Category of an internal receiver.
    pub category: Option<CategorySelector>,
    /// Use its default receiving category.
    pub default_category_accepted: bool,
    /// Party data come later.
    pub delay_set: bool,
    /// Steps are exactly those given.
    pub fixed_flow: bool,
    /// The caller's own number.
    pub signatory_no: Option<String>,
    /// How the signer confirms.
    pub sign_validate_way: Option<SignValidateWay>,
}

/// A contract as requested (`contracts` 3.1, 4.1).
#[derive(Debug, Clone, PartialEq)]
pub struct ContractDraft {
    /// Draft to overwrite.
    pub id: Option<ContractId>,
    /// The caller's own id.
    pub biz_id: Option<String>,
    /// Initiating company; absent = platform company.
    pub tenant_name: Option<String>,
    /// Title.
    pub subject: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Contract number; absent = generated.
    pub sn: Option<String>,
    /// Signing deadline.
    pub expire_time: Option<Timestamp>,
    /// End of validity, already moved to the end of its day.
    pub end_time: Option<Timestamp>,
    /// Parties act one after the other.
    pub ordinal: bool,
    /// Send at once.
    pub send: bool,
    /// Category.
    pub category: Option<CategorySelector>,
    /// Employee who makes it.
    pub creator: Option<User>,
    /// Parties.
    pub signatories: Vec<SignatoryDraft>,
    /// When it counts as signed.
    pub sign_flow_strategy: SignFlowStrategy,
    /// Values of template parameters.
    pub template_params: Vec<TemplateParam>,
    /// People who get a copy.
    pub copy_send_receivers: Vec<CopySendReceiver>,
    /// When copies go out.
    pub copy_send_time: Option<CopySendTime>,
    /// Labels.
    pub tags: Vec<String>,
    /// Related contracts.
    pub related_contract_ids: Vec<ContractId>,
    /// Custom fields.
    pub custom_fields: Vec<CustomField>,
    /// Opaque text of the caller.
    pub business_data: Option<String>,
    /// Tell the initiator's operator when sending.
    pub notify_sponsor: bool,
    /// Address of this contract's callbacks.
    pub callback_url: Option<String>,
    /// Rule for positions.
    pub stamper_rule: Option<StamperRule>,
    /// A receiver may sign although the real name differs.
    pub allow_name_mismatch: bool,
}

/// A contract made of an old one (`contracts` 3.17, 4.25): what is present replaces what would be copied.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ContractResend {
    /// The caller's own id of the new contract.
    pub new_biz_id: Option<String>,
    /// Title.
    pub subject: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Contract number; absent = generated.
    pub sn: Option<String>,
    /// Signing deadline; absent = the category's.
    pub expire_time: Option<Timestamp>,
    /// End of validity.
    pub end_time: Option<Timestamp>,
    /// Parties act one after the other.
    pub ordinal: Option<bool>,
    /// Send at once.
    pub send: bool,
    /// Employee who makes it.
    pub creator: Option<User>,
    /// Parties, as a whole.
    pub signatories: Option<Vec<SignatoryDraft>>,
    /// When it counts as signed.
    pub sign_flow_strategy: Option<SignFlowStrategy>,
    /// Values of template parameters; those of other names are copied.
    pub template_params: Vec<TemplateParam>,
    /// When copies go out.
    pub copy_send_time: Option<CopySendTime>,
    /// People who get a copy.
    pub copy_send_receivers: Option<Vec<CopySendReceiver>>,
    /// Labels.
    pub tags: Option<Vec<String>>,
    /// Related contracts.
    pub related_contract_ids: Option<Vec<ContractId>>,
    /// Custom fields.
    pub custom_fields: Option<Vec<CustomField>>,
    /// Opaque text of the caller.
    pub business_data: Option<String>,
    /// Tell the initiator's operator when sending.
    pub notify_sponsor: Option<bool>,
}
