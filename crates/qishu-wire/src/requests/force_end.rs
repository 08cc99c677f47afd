//! 强制结束合同 — POST `/v2/contract/forceend`; 上传强制结束附件 — POST `/v2/contract/forceend/addattachment`

use qishu_model::contract::draft::ContractAddress;

use super::add_by_file::file_suffix;
use super::objects::{NAME, REASON, contract_address};
use crate::fields::{FieldError, Fields, UploadedFile};

/// Ends an open contract (4.17).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForceEndRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Why.
    pub reason: String,
}

impl ForceEndRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address or the reason are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            reason: root.require("reason", root.text("reason", REASON)?)?,
        })
    }
}

/// A file that explains a forced end (4.18).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForceEndFileRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Title of the file.
    pub title: String,
    /// Stated type in lower case without dot.
    pub file_suffix: String,
    /// The file.
    pub file: UploadedFile,
}

impl ForceEndFileRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When a field is missing or has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            title: root.require("title", root.text("title", NAME)?)?,
            file_suffix: root.require("fileSuffix", file_suffix(&root)?)?,
            file: root.require("file", fields.file("file").cloned())?,
        })
    }
}
