//! 公章签署 — POST `/v2/contract/companysign`; 签署法人章 — POST `/v2/contract/legalpersonsign`

use qishu_model::contract::Stamper;
use qishu_model::contract::draft::ContractAddress;
use qishu_model::id::SealId;

use super::objects::{NAME, contract_address, locate_all_keywords, stampers};
use crate::fields::{FieldError, Fields};

/// A company signs through the API (3.15, 5.1, 5.2). Which kinds of position are allowed differs between the two
/// endpoints and is answered with 1106, so it is not decided here.
#[derive(Debug, Clone, PartialEq)]
pub struct SignRequest {
    /// The contract; `tenant_name` is the company that signs.
    pub address: ContractAddress,
    /// Seal of every position without its own.
    pub seal_id: Option<SealId>,
    /// Positions; needed when none were fixed before.
    pub stampers: Vec<Stamper>,
    /// Every keyword must be found; default true.
    pub locate_all_keywords: bool,
    /// With `bizId`: name of the initiating company.
    pub draftsman_name: Option<String>,
}

impl SignRequest {
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
            draftsman_name: root.text("draftsmanName", NAME)?,
        })
    }
}
