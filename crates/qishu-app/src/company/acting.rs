//! `tenantName`: the company a call acts for (2.10 of the protocol, D-61).

use qishu_model::company::Company;
use qishu_model::id::CompanyId;
use qishu_store::{Reader, Scope, company};

use crate::{ApiCaller, AppError};

/// The company named by `tenant_name`: the platform company itself when absent, otherwise it or one of its
/// subsidiaries.
///
/// # Errors
/// `1801` for an unknown company, `1802` for one that does not belong to the caller.
pub async fn acting_company(
    reader: &mut Reader,
    caller: &ApiCaller,
    tenant_name: Option<&str>,
) -> Result<Company, AppError> {
    let Some(name) = tenant_name.filter(|name| *name != caller.company.name) else {
        return Ok(caller.company.clone());
    };
    let found = company::find_by_name(reader, Scope::System, name).await?;
    let company = found
        .ok_or_else(|| AppError::CompanyNotFound {
            name: name.to_owned(),
        })?
        .value;
    if company.belongs_to(caller.company.id) {
        Ok(company)
    } else {
        Err(AppError::CompanyNotOwn {
            name: name.to_owned(),
        })
    }
}

/// Whether a company is the caller's own or subordinate to it.
pub(crate) async fn is_own(reader: &mut Reader, caller: &ApiCaller, id: CompanyId) -> Result<bool, AppError> {
    let own = Scope::Platform(caller.company.id);
    Ok(id == caller.company.id || company::find(reader, own, id).await?.is_some())
}
