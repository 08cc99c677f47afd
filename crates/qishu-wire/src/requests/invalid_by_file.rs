//! 自定义文件作废合同 — POST `/v2/contract/invalidbyfile`

use qishu_model::contract::draft::ContractAddress;
use qishu_model::contract::{CopySendReceiver, Stamper};

use super::add_by_file::file_suffix;
use super::objects::{NAME, REASON, contract_address, copy_send_receivers, locate_all_keywords, stampers};
use crate::fields::{FieldError, Fields, UploadedFile};

/// Voids a complete contract with a document of the caller's (3.14, 5.9).
#[derive(Debug, Clone, PartialEq)]
pub struct InvalidByFileRequest {
    /// The contract; stands inside `invalidInfo`.
    pub address: ContractAddress,
    /// Title of the document.
    pub title: Option<String>,
    /// Stated type in lower case without dot (D-19).
    pub file_suffix: Option<String>,
    /// The document.
    pub file: UploadedFile,
    /// Delete the contract's files afterwards; default false.
    pub delete_doc: bool,
    /// Why.
    pub reason: Option<String>,
    /// Positions, bound by `signatoryId`.
    pub stampers: Vec<Stamper>,
    /// Every keyword must be found; default true.
    pub locate_all_keywords: bool,
    /// People to tell.
    pub receivers: Vec<CopySendReceiver>,
}

impl InvalidByFileRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When `invalidInfo`, the address in it or the file are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let info = root.require("invalidInfo", root.object("invalidInfo")?)?;
        Ok(Self {
            address: contract_address(&info)?,
            title: info.text("title", NAME)?,
            file_suffix: file_suffix(&info)?,
            file: root.require("file", fields.file("file").cloned())?,
            delete_doc: info.boolean("deleteDoc")?.unwrap_or_default(),
            reason: info.text("invalidReason", REASON)?,
            stampers: stampers(&info)?,
            locate_all_keywords: locate_all_keywords(&info)?,
            receivers: copy_send_receivers(&root, "receivers")?,
        })
    }
}
