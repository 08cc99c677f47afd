//! 多文件添加合同文档 — POST `/v2/document/addbyfiles`

use qishu_model::contract::draft::ContractAddress;
use qishu_model::contract::{Stamper, StamperRule};

use super::add_by_file::{document_sort, file_suffix};
use super::objects::{NAME, contract_address, stamper_rule, stampers};
use crate::fields::{FieldError, Fields, Problem, UploadedFile};

/// Bytes of all files together (D-57).
const TOTAL_BYTES: usize = 50 * 1024 * 1024;

/// Several files that become one document, in the order of the parts (4.3).
#[derive(Debug, Clone, PartialEq)]
pub struct AddByFilesRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Title of the document.
    pub title: String,
    /// The files, at least one; the type of each is told by the suffix of its name.
    pub files: Vec<UploadedFile>,
    /// Type of files without suffix, in lower case without dot.
    pub file_suffix: Option<String>,
    /// Place among the documents, may be negative; absent = last (D-20).
    pub document_sort: Option<i32>,
    /// Positions in this document.
    pub stampers: Vec<Stamper>,
    /// Rule for positions.
    pub stamper_rule: Option<StamperRule>,
}

impl AddByFilesRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address, title or files are missing, the files are larger than 50 MiB together, or a field has the wrong
    /// form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let files: Vec<UploadedFile> = fields
            .files("files")
            .chain(fields.files("file"))
            .cloned()
            .collect();
        let total = files
            .iter()
            .fold(0_usize, |total, file| total.saturating_add(file.bytes.len()));
        if total > TOTAL_BYTES {
            return Err(root.error("files", Problem::FileTooLarge { limit: TOTAL_BYTES }));
        }
        Ok(Self {
            address: contract_address(&root)?,
            title: root.require("title", root.text("title", NAME)?)?,
            files: root.require("files", Some(files).filter(|files| !files.is_empty()))?,
            file_suffix: file_suffix(&root)?,
            document_sort: document_sort(&root)?,
            stampers: stampers(&root)?,
            stamper_rule: stamper_rule(&root)?,
        })
    }
}
