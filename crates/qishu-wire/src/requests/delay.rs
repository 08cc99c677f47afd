//! 合同延期 — POST `/v2/contract/delay`

use qishu_model::contract::draft::ContractAddress;
use qishu_model::time::Timestamp;

use super::objects::contract_address;
use crate::fields::{FieldError, Fields, Problem};

/// Most days a deadline can move; more than the two years that are allowed anyway.
const DAYS: i64 = 3_650;

/// Moves the signing deadline (4.20).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelayRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Days to add to the present deadline; wins.
    pub days: Option<i64>,
    /// New deadline: the end of the given day.
    pub until: Option<Timestamp>,
}

impl DelayRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address or both `days` and `expireDate` are missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let request = Self {
            address: contract_address(&root)?,
            days: root.integer("days", 1..=DAYS)?,
            until: root.date("expireDate")?.map(Timestamp::end_of_day),
        };
        if request.days.is_none() && request.until.is_none() {
            return Err(root.error("days", Problem::MissingUnless("expireDate")));
        }
        Ok(request)
    }
}
