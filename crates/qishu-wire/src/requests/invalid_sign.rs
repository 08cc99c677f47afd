//! 签署作废合同 — POST `/v2/contract/invalidsign`

use qishu_model::contract::Stamper;
use qishu_model::contract::draft::ContractAddress;
use qishu_model::id::SealId;

use super::objects::{contract_address, locate_all_keywords, stampers};
use crate::fields::{FieldError, Fields};

/// A company signs the document that voids a contract (5.11).
#[derive(Debug, Clone, PartialEq)]
pub struct InvalidSignRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Seal; absent = the one used in the contract.
    pub seal_id: Option<SealId>,
    /// Positions, where none were given when voiding began.
    pub stampers: Vec<Stamper>,
    /// Every keyword must be found; default true.
    pub locate_all_keywords: bool,
}

impl InvalidSignRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            seal_id: root.id("sealId")?,
            stampers: stampers(&root)?,
            locate_all_keywords: locate_all_keywords(&root)?,
        })
    }
}
