//! 合同详情 — GET `/v2/contract/detail`

use qishu_model::contract::draft::ContractAddress;

use super::objects::contract_address;
use crate::fields::{FieldError, Fields};

/// One contract with everything about it (4.12).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the documented switches of the query"
)]
pub struct DetailRequest {
    /// The contract.
    pub address: ContractAddress,
    /// People of steps; `queryActionOperator`, or `queryActionOperate` as Java spells it.
    pub query_operators: bool,
    /// Positions.
    pub query_location: bool,
    /// Related contracts.
    pub query_related_contract: bool,
    /// Counts of seals.
    pub query_seal_stats: bool,
    /// Verified identity data of people.
    pub query_operator_real_info: bool,
}

impl DetailRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let flag = |name: &str| Ok::<_, FieldError>(root.boolean(name)?.unwrap_or_default());
        Ok(Self {
            address: contract_address(&root)?,
            query_operators: flag("queryActionOperator")? || flag("queryActionOperate")?,
            query_location: flag("queryLocation")?,
            query_related_contract: flag("queryRelatedContract")?,
            query_seal_stats: flag("querySealStats")?,
            query_operator_real_info: flag("queryOperatorRealInfo")?,
        })
    }
}
