//! 修改合同 — POST `/v2/contract/contractModify`

use qishu_model::contract::ContractChange;
use qishu_model::contract::draft::ContractAddress;
use qishu_model::id::DocumentId;

use super::objects::{BIZ_ID, NAME, template_params, tenant_name};
use crate::fields::{DayEdge, FieldError, Fields, Object, Problem};

/// Documents of a contract; not documented.
const DOCUMENTS: usize = 1_000;

/// Other data for a contract that is not signed yet (4.24).
#[derive(Debug, Clone, PartialEq)]
pub struct ModifyRequest {
    /// The contract; `id` or `contractId` (D-38).
    pub address: ContractAddress,
    /// The data; what is absent stays.
    pub change: ContractChange,
}

impl ModifyRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let documents: Vec<DocumentId> = root.ids("documents", DOCUMENTS)?;
        Ok(Self {
            address: address_by_id(&root)?,
            change: ContractChange {
                subject: root.text("subject", NAME)?,
                expire_time: root.date_time("expireTime", DayEdge::End)?,
                end_time: root
                    .date_time("endTime", DayEdge::End)?
                    .map(|time| time.end_of_day()),
                documents: Some(documents).filter(|documents| !documents.is_empty()),
                template_params: template_params(&root)?,
            },
        })
    }
}

/// The address of a contract whose id may be called `id`.
pub(super) fn address_by_id(root: &Object<'_>) -> Result<ContractAddress, FieldError> {
    let address = ContractAddress {
        contract_id: root.id("id")?.or(root.id("contractId")?),
        biz_id: root.text("bizId", BIZ_ID)?,
        tenant_name: tenant_name(root)?,
    };
    if address.contract_id.is_none() && address.biz_id.is_none() {
        return Err(root.error("id", Problem::MissingUnless("contractId or bizId")));
    }
    Ok(address)
}
