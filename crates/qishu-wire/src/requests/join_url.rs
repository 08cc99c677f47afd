//! 签署方待加入链接 — GET `/v2/contract/joinurl`; 未知个人签署方链接 — GET `/v2/contract/personal/joinurl`

use qishu_model::contract::TenantType;
use qishu_model::contract::draft::ContractAddress;

use super::objects::contract_address;
use crate::fields::{FieldError, Fields};

/// Links under which parties that are not known yet join (4.26).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinUrlRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Companies or persons.
    pub tenant_type: TenantType,
}

impl JoinUrlRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address or type are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let kinds = [TenantType::Company, TenantType::Personal];
        let tenant_type = root.one_of("type", &kinds, TenantType::name)?;
        Ok(Self {
            address: contract_address(&root)?,
            tenant_type: root.require("type", tenant_type)?,
        })
    }

    /// Reads the request of the page for unknown persons, which has no `type` (4.27).
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read_personal(fields: &Fields) -> Result<Self, FieldError> {
        Ok(Self {
            address: contract_address(&fields.root())?,
            tenant_type: TenantType::Personal,
        })
    }
}
