//! 用文件添加合同文档 — POST `/v2/document/addbyfile`

use qishu_model::contract::draft::ContractAddress;
use qishu_model::contract::{Stamper, StamperRule};

use super::objects::{NAME, contract_address, stamper_rule, stampers};
use crate::fields::{FieldError, Fields, Object, UploadedFile};

/// Characters of a suffix; the longest allowed one has five.
const SUFFIX: usize = 20;

/// One file that becomes one document (4.2).
#[derive(Debug, Clone, PartialEq)]
pub struct AddByFileRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Title of the document.
    pub title: String,
    /// The file. Its name and type say nothing reliable.
    pub file: UploadedFile,
    /// Stated type in lower case without dot; absent = suffix of the file name, then content (D-19).
    pub file_suffix: Option<String>,
    /// Place among the documents, may be negative; absent = last (D-20).
    pub document_sort: Option<i32>,
    /// Positions in this document.
    pub stampers: Vec<Stamper>,
    /// Rule for positions.
    pub stamper_rule: Option<StamperRule>,
}

impl AddByFileRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address, title or file are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            title: root.require("title", root.text("title", NAME)?)?,
            file: root.require("file", fields.file("file").cloned())?,
            file_suffix: file_suffix(&root)?,
            document_sort: document_sort(&root)?,
            stampers: stampers(&root)?,
            stamper_rule: stamper_rule(&root)?,
        })
    }
}

/// Reads `fileSuffix`; case and a leading dot do not matter.
pub(super) fn file_suffix(root: &Object<'_>) -> Result<Option<String>, FieldError> {
    let suffix = root.text("fileSuffix", SUFFIX)?;
    let suffix = suffix.map(|suffix| suffix.trim_start_matches('.').trim().to_ascii_lowercase());
    Ok(suffix.filter(|suffix| !suffix.is_empty()))
}

/// Reads `documentSort`.
pub(super) fn document_sort(root: &Object<'_>) -> Result<Option<i32>, FieldError> {
    root.integer("documentSort", i32::MIN..=i32::MAX)
}
