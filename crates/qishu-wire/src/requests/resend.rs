//! 重新发起合同 — POST `/v2/contract/resend`

use qishu_model::contract::draft::{ContractAddress, ContractResend};

use super::draft::{DESCRIPTION, RELATED, SN, TAGS, copy_send_time, custom_fields, sign_flow_strategy};
use super::modify::address_by_id;
use super::objects::{BIZ_ID, NAME, copy_send_receivers, template_params, user};
use super::party::signatories;
use crate::fields::{DayEdge, FieldError, Fields};

/// A new contract made of an old one (3.17, 4.25).
#[derive(Debug, Clone, PartialEq)]
pub struct ResendRequest {
    /// The old contract; `id` or `contractId` (D-39).
    pub address: ContractAddress,
    /// What the new one has instead; an empty list counts as not given.
    pub resend: ContractResend,
}

impl ResendRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: address_by_id(&root)?,
            resend: ContractResend {
                new_biz_id: root.text("newBizId", BIZ_ID)?,
                subject: root.text("subject", NAME)?,
                description: root.text("description", DESCRIPTION)?,
                sn: root.text("sn", SN)?,
                expire_time: root.date_time("expireTime", DayEdge::End)?,
                end_time: root
                    .date_time("endTime", DayEdge::End)?
                    .map(|time| time.end_of_day()),
                ordinal: root.boolean("ordinal")?,
                send: root.boolean("send")?.unwrap_or_default(),
                creator: user(&root, "creator")?,
                signatories: given(signatories(&root)?),
                sign_flow_strategy: sign_flow_strategy(&root)?,
                template_params: template_params(&root)?,
                copy_send_time: copy_send_time(&root)?,
                copy_send_receivers: given(copy_send_receivers(&root, "copySendReceivers")?),
                tags: given(root.texts("tags", TAGS, NAME)?),
                related_contract_ids: given(root.ids("relatedContractIds", RELATED)?),
                custom_fields: given(custom_fields(&root)?),
                business_data: root.opaque("businessData", NAME)?,
                notify_sponsor: root.boolean("notifySponsor")?,
            },
        })
    }
}

fn given<T>(list: Vec<T>) -> Option<Vec<T>> {
    Some(list).filter(|list| !list.is_empty())
}
