//! 用模板添加合同文档 — POST `/v2/document/addbytemplate`; 查询文件必填项填写详情 — POST `/v2/contract/required/detail`

use qishu_model::contract::draft::ContractAddress;
use qishu_model::contract::{Stamper, StamperRule, TemplateParam};
use qishu_model::id::TemplateId;

use super::add_by_file::document_sort;
use super::objects::{NAME, contract_address, stamper_rule, stampers, template_params};
use crate::fields::{FieldError, Fields};

/// One document made of a template (4.4).
#[derive(Debug, Clone, PartialEq)]
pub struct AddByTemplateRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Template of the initiating company.
    pub template_id: TemplateId,
    /// Title of the document; absent = the template's name (D-22).
    pub title: Option<String>,
    /// Values of its parameters.
    pub template_params: Vec<TemplateParam>,
    /// Place among the documents, may be negative; absent = last (D-20).
    pub document_sort: Option<i32>,
    /// Positions in this document.
    pub stampers: Vec<Stamper>,
    /// Rule for positions.
    pub stamper_rule: Option<StamperRule>,
}

impl AddByTemplateRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address or template are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            template_id: root.require("templateId", root.id("templateId")?)?,
            title: root.text("title", NAME)?,
            template_params: template_params(&root)?,
            document_sort: document_sort(&root)?,
            stampers: stampers(&root)?,
            stamper_rule: stamper_rule(&root)?,
        })
    }
}

/// What is still to be filled in a contract (4.23).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredDetailRequest {
    /// The contract.
    pub address: ContractAddress,
}

impl RequiredDetailRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        Ok(Self {
            address: contract_address(&fields.root())?,
        })
    }
}
