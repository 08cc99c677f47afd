//! 更新员工: `POST /v2/employee/update` (D-16).

use qishu_model::contact::User;
use qishu_store::ledger::Entry;
use qishu_store::{employee, person};
use serde_json::json;

use super::read::{EmployeeView, view};
use super::{again_while_busy, claim_number, duplicate};
use crate::company::{acting_company, current_employee};
use crate::{ApiCaller, App, AppError};

/// What changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeeUpdate {
    /// Who, by any contact; a name in it is the new one.
    pub user: User,
    /// New employee number; absent = unchanged.
    pub number: Option<String>,
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
}

/// Changes number and name of an employee. Whoever passed real-name authentication keeps the name.
///
/// # Errors
/// `1701`, `1702`, `1705`, `1707`, `1801`, `1802`.
pub async fn update_employee(
    app: &App,
    caller: &ApiCaller,
    update: &EmployeeUpdate,
) -> Result<EmployeeView, AppError> {
    again_while_busy!(app, update_once(app, caller, update));
    Err(AppError::Busy)
}

async fn update_once(
    app: &App,
    caller: &ApiCaller,
    update: &EmployeeUpdate,
) -> Result<EmployeeView, AppError> {
    let mut transaction = app.store.begin("update_employee");
    let company = acting_company(&mut transaction, caller, update.tenant_name.as_deref()).await?;
    let mut stored = current_employee(&mut transaction, &company, &update.user).await?;
    let before = stored.value.clone();
    if let Some(number) = &update.number {
        claim_number(&mut transaction, &company, number, before.person_id).await?;
        stored.value.number = Some(number.clone());
    }
    if let Some(name) = &update.user.name {
        let known = person::find(&mut transaction, before.person_id).await?;
        if !known.is_some_and(|known| known.value.verified) {
            stored.value.name.clone_from(name);
        }
    }
    if stored.value != before {
        employee::update(&mut transaction, &stored)
            .await
            .map_err(|error| duplicate(error, &company, &stored.value))?;
        transaction.record(Entry {
            at: app.now(),
            tenant: Some(company.id),
            kind: "EMPLOYEE_UPDATE",
            subject: Some(before.id.get()),
            actor: caller.actor(),
            details: json!({}),
        });
    }
    let view = view(&mut transaction, caller.company.id, stored.value).await?;
    transaction.commit().await?;
    Ok(view)
}
