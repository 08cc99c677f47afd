//! Companies (2.2 of the organisation group).

use qishu_model::company::Company;
use qishu_model::id::CompanyId;
use serde::Serialize;

/// A company; `company/platforminfo` answers the caller's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompanyAnswer {
    /// `UNREGISTERED`, `CERTIFYING` or `AUTH_SUCCESS`.
    pub status: &'static str,
    /// Id.
    pub id: CompanyId,
    /// Full legal name.
    pub name: String,
    /// Registration number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register_no: Option<String>,
}

impl From<&Company> for CompanyAnswer {
    fn from(company: &Company) -> Self {
        Self {
            status: company.status.name(),
            id: company.id,
            name: company.name.clone(),
            register_no: company.register_no.clone(),
        }
    }
}
