//! 浏览页面 — GET `/v2/contract/viewurl`

use qishu_model::contract::draft::ContractAddress;
use qishu_model::id::DocumentId;

use super::objects::{contract_address, language, theme_color};
use crate::fields::{FieldError, Fields};
use crate::language::Language;

/// A link under which a contract can be read (4.11).
#[derive(Debug, Clone, PartialEq)]
pub struct ViewUrlRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Document opened first; absent = the first.
    pub document_id: Option<DocumentId>,
    /// Language; absent = the creator's, else Chinese.
    pub language: Option<Language>,
    /// Main colour, `#RRGGBB`.
    pub theme_color: Option<String>,
    /// Show a download button (D-28).
    pub download_button: bool,
    /// Show a print button (D-28).
    pub print_button: bool,
}

impl ViewUrlRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            document_id: root.id("documentId")?,
            language: language(&root)?,
            theme_color: theme_color(&root)?,
            download_button: root.boolean("downloadButton")?.unwrap_or_default(),
            print_button: root.boolean("printButton")?.unwrap_or_default(),
        })
    }
}
