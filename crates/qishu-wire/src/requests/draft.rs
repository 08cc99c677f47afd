//! 创建合同草稿 — POST `/v2/contract/draft`

use qishu_model::contract::draft::ContractDraft;
use qishu_model::contract::{CopySendTime, CustomField, SignFlowStrategy};

use super::objects::{
    BIZ_ID, CALLBACK_URL, NAME, category, copy_send_receivers, stamper_rule, template_params, tenant_name,
    user, web_address,
};
use super::party::signatories;
use crate::fields::{DayEdge, FieldError, Fields, Object, Problem};

/// Characters of the free text.
pub(super) const DESCRIPTION: usize = 300;
/// Characters of the contract number.
pub(super) const SN: usize = 50;
/// Related contracts (2.12).
pub(super) const RELATED: usize = 50;
/// Labels; not documented.
pub(super) const TAGS: usize = 100;
/// Characters of a custom field's value; not documented.
const CUSTOM_VALUE: usize = 1_000;

/// The body is the contract itself, not wrapped (4.1).
#[derive(Debug, Clone, PartialEq)]
pub struct DraftRequest {
    /// The contract as asked for.
    pub contract: ContractDraft,
}

impl DraftRequest {
    /// Reads the request. `callbackUrl` is ignored when it is no text (Go sends a boolean), `tags` may be one text with
    /// commas, `endTime` is moved to the end of its day.
    ///
    /// # Errors
    /// When a field has the wrong form, is too long, or a party has neither type nor name.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let contract = ContractDraft {
            id: root.id("id")?,
            biz_id: root.text("bizId", BIZ_ID)?,
            tenant_name: tenant_name(&root)?,
            subject: root.text("subject", NAME)?,
            description: root.text("description", DESCRIPTION)?,
            sn: root.text("sn", SN)?,
            expire_time: root.date_time("expireTime", DayEdge::End)?,
            end_time: root
                .date_time("endTime", DayEdge::End)?
                .map(|time| time.end_of_day()),
            ordinal: root.boolean("ordinal")?.unwrap_or(true),
            send: root.boolean("send")?.unwrap_or_default(),
            category: category(&root, "category")?,
            creator: user(&root, "creator")?,
            signatories: signatories(&root)?,
            sign_flow_strategy: sign_flow_strategy(&root)?.unwrap_or_default(),
            template_params: template_params(&root)?,
            copy_send_receivers: copy_send_receivers(&root, "copySendReceivers")?,
            copy_send_time: copy_send_time(&root)?,
            tags: root.texts("tags", TAGS, NAME)?,
            related_contract_ids: root.ids("relatedContractIds", RELATED)?,
            custom_fields: custom_fields(&root)?,
            business_data: root.opaque("businessData", NAME)?,
            notify_sponsor: root.boolean("notifySponsor")?.unwrap_or_default(),
            callback_url: web_address(&root, "callbackUrl", CALLBACK_URL)?,
            stamper_rule: stamper_rule(&root)?,
            allow_name_mismatch: root.boolean("allowNameMismatch")?.unwrap_or_default(),
        };
        Ok(Self { contract })
    }
}

/// Reads `copySendTime`.
pub(super) fn copy_send_time(root: &Object<'_>) -> Result<Option<CopySendTime>, FieldError> {
    root.one_of(
        "copySendTime",
        &[CopySendTime::Finish, CopySendTime::Send],
        |time| match time {
            CopySendTime::Finish => "FINISH",
            CopySendTime::Send => "SEND",
        },
    )
}

/// Reads `signFlowStrategy`.
pub(super) fn sign_flow_strategy(root: &Object<'_>) -> Result<Option<SignFlowStrategy>, FieldError> {
    let strategies = [SignFlowStrategy::AllSignFinish, SignFlowStrategy::AnySignFinish];
    root.one_of("signFlowStrategy", &strategies, SignFlowStrategy::name)
}

/// Reads `customFields`.
pub(super) fn custom_fields(root: &Object<'_>) -> Result<Vec<CustomField>, FieldError> {
    root.objects("customFields")?.iter().map(custom_field).collect()
}

fn custom_field(object: &Object<'_>) -> Result<CustomField, FieldError> {
    let field = CustomField {
        key: object.text("key", NAME)?,
        name: object.text("name", NAME)?,
        value: object.text("value", CUSTOM_VALUE)?,
    };
    if field.key.is_none() && field.name.is_none() {
        return Err(object.error("key", Problem::MissingUnless("name")));
    }
    Ok(field)
}
