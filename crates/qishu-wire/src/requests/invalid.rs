//! 撤回/作废合同 — POST `/v2/contract/invalid`

use qishu_model::contract::CopySendReceiver;
use qishu_model::contract::draft::ContractAddress;
use qishu_model::id::SealId;
use qishu_model::time::Timestamp;

use super::objects::{REASON, contract_address, copy_send_receivers};
use crate::fields::{FieldError, Fields};

/// Deletes a draft, takes a sent contract back, or voids a complete one (5.8).
#[derive(Debug, Clone, PartialEq)]
pub struct InvalidRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Seal of the initiator for the void document.
    pub seal_id: Option<SealId>,
    /// Why.
    pub reason: Option<String>,
    /// Delete the contract's files afterwards; default false.
    pub delete_doc: bool,
    /// The initiator signs the void document at once; default true.
    pub auto_sign: bool,
    /// People to tell, each contact once, the first counts.
    pub receivers: Vec<CopySendReceiver>,
    /// Deadline of the void request: the end of the given day.
    pub expire_time: Option<Timestamp>,
}

impl InvalidRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let mut receivers: Vec<CopySendReceiver> = Vec::new();
        for receiver in copy_send_receivers(&root, "receivers")? {
            if !receivers
                .iter()
                .any(|known| known.receiver.same_contact(&receiver.receiver))
            {
                receivers.push(receiver);
            }
        }
        Ok(Self {
            address: contract_address(&root)?,
            seal_id: root.id("sealId")?,
            reason: root.text("reason", REASON)?,
            delete_doc: root.boolean("deleteDoc")?.unwrap_or_default(),
            auto_sign: root.boolean("autoSign")?.unwrap_or(true),
            receivers,
            expire_time: root.date("expireTime")?.map(|day| day.end_of_day()),
        })
    }
}
