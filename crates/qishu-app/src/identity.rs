//! 个人身份校验: `POST /v2/identity/verify`; 企业身份校验: `POST /v2/companyinfo/verify` (D-34).

use qishu_model::id::CompanyId;
use qishu_provider::SendError;
pub use qishu_provider::{CompanyClaim, IdentityResult, PersonClaim};
use qishu_store::ledger::Entry;
use serde_json::json;

use crate::{ApiCaller, App, AppError};

/// Compares a person's data with official ones. That somebody asked is recorded, the data are not.
///
/// # Errors
/// `1001` when nobody can be asked, or the one who was asked does not answer.
pub async fn verify_person(
    app: &App,
    caller: &ApiCaller,
    claim: &PersonClaim,
) -> Result<IdentityResult, AppError> {
    let source = match claim.bankcard_no {
        Some(_) => app.identity.bank_card.as_ref(),
        None => app.identity.person.as_ref(),
    };
    let asked = source.ok_or(MISSING)?.check_person(claim, app.now().ms());
    let result = asked.await.map_err(unanswered)?;
    record(app, caller, "IDENTITY_CHECK", caller.company.id, &result).await?;
    Ok(result)
}

/// Compares a company's data with official ones.
///
/// # Errors
/// `1001` when nobody can be asked, or the one who was asked does not answer.
pub async fn verify_company_data(
    app: &App,
    caller: &ApiCaller,
    claim: &CompanyClaim,
) -> Result<IdentityResult, AppError> {
    let source = app.identity.company.as_ref().ok_or(MISSING)?;
    let asked = source.check_company(claim, app.now().ms());
    let result = asked.await.map_err(unanswered)?;
    record(app, caller, "COMPANY_CHECK", caller.company.id, &result).await?;
    Ok(result)
}

/// Nobody can be asked.
pub(crate) const MISSING: AppError =
    AppError::NotConfigured("no data source is configured (identity.provider)");

pub(crate) fn unanswered(error: SendError) -> AppError {
    AppError::internal("identity check", error)
}

async fn record(
    app: &App,
    caller: &ApiCaller,
    kind: &'static str,
    tenant: CompanyId,
    result: &IdentityResult,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("identity_check");
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(tenant),
        kind,
        subject: Some(tenant.get()),
        actor: caller.actor(),
        details: json!({ "agrees": result.agrees(), "simulated": result.simulated }),
    });
    Ok(transaction.commit().await?)
}
