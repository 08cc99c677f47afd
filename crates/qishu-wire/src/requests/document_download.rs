//! 下载合同文档 — GET `/v2/document/download`

use qishu_model::id::DocumentId;

use crate::fields::{FieldError, Fields};

/// One document as PDF (4.15); also called by POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentDownloadRequest {
    /// The document.
    pub document_id: DocumentId,
}

impl DocumentDownloadRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the id is missing or no id.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            document_id: root.require("documentId", root.id("documentId")?)?,
        })
    }
}
