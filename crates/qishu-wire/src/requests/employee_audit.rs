//! 审批 — POST `/v2/contract/employeeaudit`

use qishu_model::contact::User;
use qishu_model::contract::draft::ContractAddress;

use super::objects::{REASON, contract_address, user};
use crate::fields::{FieldError, Fields};

/// An approval step agrees or refuses (5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeeAuditRequest {
    /// The contract; `tenant_name` is the auditing company.
    pub address: ContractAddress,
    /// Agree, or refuse and so return the contract.
    pub pass: bool,
    /// Remark.
    pub comment: Option<String>,
    /// Who decides; one of the step's people (D-42).
    pub employee: Option<User>,
}

impl EmployeeAuditRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address or `pass` are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            pass: root.require("pass", root.boolean("pass")?)?,
            comment: root.text("comment", REASON)?,
            employee: user(&root, "employee")?,
        })
    }
}
