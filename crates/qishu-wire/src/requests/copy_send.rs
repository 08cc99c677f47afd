//! 抄送合同 — POST `/v2/contract/copysend`

use qishu_model::contract::CopySendReceiver;
use qishu_model::contract::draft::ContractAddress;

use super::objects::{contract_address, copy_send_receivers};
use crate::fields::{FieldError, Fields, Problem};

/// Gives people a copy (4.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopySendRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Who; at least one.
    pub receivers: Vec<CopySendReceiver>,
}

impl CopySendRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address or the receivers are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let receivers = copy_send_receivers(&root, "receivers")?;
        if receivers.is_empty() {
            return Err(root.error("receivers", Problem::Missing));
        }
        Ok(Self {
            address: contract_address(&root)?,
            receivers,
        })
    }
}
