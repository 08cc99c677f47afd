//! 获取短链接 — GET `/v2/contract/shorturl`

use qishu_model::contract::draft::ContractAddress;

use super::objects::{NAME, contract_address};
use crate::fields::{FieldError, Fields};

/// A short link that asks for login (5.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShortUrlRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Account with which the page must be opened.
    pub contact: Option<String>,
}

impl ShortUrlRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            contact: root.text("contact", NAME)?,
        })
    }
}
