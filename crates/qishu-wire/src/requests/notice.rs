//! 合同催签 — POST `/v2/contract/notice`

use qishu_model::contract::draft::ContractAddress;
use qishu_model::id::SignatoryId;

use super::objects::contract_address;
use crate::fields::{FieldError, Fields};

/// Reminds parties (5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Only this party; absent = every party that is to act, except the initiator.
    pub signatory_id: Option<SignatoryId>,
    /// Only contracts in signing; default true.
    pub only_signing: bool,
}

impl NoticeRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            signatory_id: root.id("signatoryId")?,
            only_signing: root.boolean("onlySigning")?.unwrap_or(true),
        })
    }
}
