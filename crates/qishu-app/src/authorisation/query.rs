//! 取消个人签名授权: `POST /v2/personalsign/deauthorize`; 查询个人静默签授权记录: `POST /v2/personalsign/query`.

use qishu_model::authorisation::{AuthorisationStatus, PersonalAuthorisation};
use qishu_model::company::Company;
use qishu_model::contact::User;
use qishu_store::{Scope, authorisation, company, person};

use super::withdraw_personal_sign;
use crate::company::acting_company;
use crate::{ApiCaller, App, AppError};

/// Withdraws for the company what a person allowed it.
///
/// # Errors
/// `1606` when nothing is in force, also for a person nobody knows; `1801`, `1802`.
pub async fn deauthorize(
    app: &App,
    caller: &ApiCaller,
    user: &User,
    tenant_name: Option<&str>,
) -> Result<(), AppError> {
    let mut reader = app.store.read("deauthorize");
    let company = acting_company(&mut reader, caller, tenant_name).await?;
    let known = person::find_by_contact(&mut reader, user.contact_type, &user.contact).await?;
    drop(reader);
    let person = known.ok_or(AppError::AuthorisationNotFound)?.value.id;
    let withdrawn = withdraw_personal_sign(app, person, company.id, caller.actor()).await?;
    if withdrawn.is_empty() {
        return Err(AppError::AuthorisationNotFound);
    }
    Ok(())
}

/// An authorisation with the company it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorisationRow {
    /// The authorisation.
    pub authorisation: PersonalAuthorisation,
    /// Company that may sign.
    pub company: Company,
    /// Where it stands.
    pub status: AuthorisationStatus,
}

/// What the application asked a person for, newest first.
///
/// # Errors
/// Internal when the store fails.
pub async fn list_authorisations(
    app: &App,
    caller: &ApiCaller,
    user: &User,
    status: Option<AuthorisationStatus>,
    company_name: Option<&str>,
) -> Result<Vec<AuthorisationRow>, AppError> {
    let mut reader = app.store.read("list_authorisations");
    let Some(known) = person::find_by_contact(&mut reader, user.contact_type, &user.contact).await? else {
        return Ok(Vec::new());
    };
    let mut rows = Vec::new();
    for found in authorisation::list_of_person(&mut reader, known.value.id).await? {
        let authorisation = found.value;
        let standing = authorisation.status(app.now());
        if authorisation.application_id != caller.application.id
            || status.is_some_and(|wanted| wanted != standing)
        {
            continue;
        }
        let company = company::find(&mut reader, Scope::System, authorisation.company_id).await?;
        let Some(company) = company.map(|found| found.value) else {
            continue;
        };
        if company_name.is_none_or(|wanted| wanted == company.name) {
            rows.push(AuthorisationRow {
                authorisation,
                company,
                status: standing,
            });
        }
    }
    Ok(rows)
}
