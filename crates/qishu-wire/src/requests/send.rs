//! 发起合同 — POST `/v2/contract/send`

use qishu_model::contract::draft::ContractAddress;
use qishu_model::contract::{Stamper, StamperRule};

use super::objects::{contract_address, locate_all_keywords, stamper_rule, stampers};
use crate::fields::{FieldError, Fields};

/// Sends a draft to its parties (4.5).
#[derive(Debug, Clone, PartialEq)]
pub struct SendRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Positions: of companies by `actionId`, of persons by `signatoryId`, each with `documentId`.
    pub stampers: Vec<Stamper>,
    /// Rule for positions; absent = the category's.
    pub stamper_rule: Option<StamperRule>,
    /// Every keyword must be found; default true.
    pub locate_all_keywords: bool,
}

impl SendRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            stampers: stampers(&root)?,
            stamper_rule: stamper_rule(&root)?,
            locate_all_keywords: locate_all_keywords(&root)?,
        })
    }
}
