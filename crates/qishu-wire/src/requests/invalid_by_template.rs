//! 自定义模板文件作废合同 — POST `/v2/contract/invalidbytemplate`

use qishu_model::contract::draft::ContractAddress;
use qishu_model::contract::{CopySendReceiver, Stamper, TemplateParam};
use qishu_model::id::TemplateId;

use super::objects::{
    NAME, REASON, contract_address, copy_send_receivers, locate_all_keywords, stampers, template_params,
};
use crate::fields::{FieldError, Fields};

/// Voids a complete contract with a document made of a template (5.10).
#[derive(Debug, Clone, PartialEq)]
pub struct InvalidByTemplateRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Template of the initiating company.
    pub template_id: TemplateId,
    /// Values of its parameters.
    pub template_params: Vec<TemplateParam>,
    /// Title of the document.
    pub title: String,
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

impl InvalidByTemplateRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address, template or title are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            template_id: root.require("templateId", root.id("templateId")?)?,
            template_params: template_params(&root)?,
            title: root.require("title", root.text("title", NAME)?)?,
            delete_doc: root.boolean("deleteDoc")?.unwrap_or_default(),
            reason: root.text("invalidReason", REASON)?,
            stampers: stampers(&root)?,
            locate_all_keywords: locate_all_keywords(&root)?,
            receivers: copy_send_receivers(&root, "receivers")?,
        })
    }
}
