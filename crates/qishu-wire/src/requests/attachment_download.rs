//! 下载合同附件 — GET `/v2/attachment/download`

use qishu_model::contract::draft::ContractAddress;

use super::objects::contract_address;
use crate::fields::{FieldError, Fields};

/// Files that parties handed in (4.16).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentDownloadRequest {
    /// The contract.
    pub address: ContractAddress,
    /// The files as they came; default false: as they were read and signed.
    pub origin: bool,
}

impl AttachmentDownloadRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            origin: root.boolean("origin")?.unwrap_or_default(),
        })
    }
}
