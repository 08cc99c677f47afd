//! 签署方身份信息 — GET `/v2/signatory/identity`

use qishu_model::contact::{ContactType, User};
use qishu_model::contract::draft::ContractAddress;

use super::objects::{NAME, contract_address};
use crate::fields::{FieldError, Fields};

/// Who a party of a contract is (chapter 11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Contact of the party's receiver.
    pub user: User,
}

impl IdentityRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When address or contact are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let contact = root.require("contact", root.text("contact", NAME)?)?;
        let contact_type = root.one_of("contactType", &ContactType::ALL, ContactType::name)?;
        Ok(Self {
            address: contract_address(&root)?,
            user: User {
                name: None,
                contact_type: contact_type.unwrap_or_else(|| ContactType::guess(&contact)),
                contact,
            },
        })
    }
}
