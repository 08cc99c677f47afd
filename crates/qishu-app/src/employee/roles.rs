//! 管理员工角色: `POST /v2/role/manage` (D-17).

use qishu_model::company::{Employee, Role};
use qishu_model::contact::User;
use qishu_store::ledger::Entry;
use qishu_store::{Versioned, employee};
use serde_json::json;

use super::again_while_busy;
use crate::company::{acting_company, current_employee};
use crate::{ApiCaller, App, AppError};

/// A role given or taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChange {
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
    /// The role.
    pub role: Role,
    /// Given, or taken.
    pub give: bool,
    /// Who.
    pub users: Vec<User>,
}

/// Gives a role to employees or takes it. Who has it already, or has it not, stays so without an error; one person who is no
/// employee refuses the whole call.
///
/// # Errors
/// `1701`, `1702`, `1705`, `1801`, `1802`.
pub async fn manage_role(app: &App, caller: &ApiCaller, change: &RoleChange) -> Result<(), AppError> {
    again_while_busy!(app, change_roles(app, caller, change));
    Err(AppError::Busy)
}

async fn change_roles(app: &App, caller: &ApiCaller, change: &RoleChange) -> Result<(), AppError> {
    let mut transaction = app.store.begin("manage_role");
    let company = acting_company(&mut transaction, caller, change.tenant_name.as_deref()).await?;
    let mut found: Vec<Versioned<Employee>> = Vec::with_capacity(change.users.len());
    for user in &change.users {
        let employee = current_employee(&mut transaction, &company, user).await?;
        if !found.iter().any(|known| known.value.id == employee.value.id) {
            found.push(employee);
        }
    }
    let mut changed = Vec::new();
    for mut stored in found {
        let holds = stored.value.roles.contains(&change.role);
        if holds == change.give {
            continue;
        }
        if change.give {
            stored.value.roles.push(change.role);
        } else {
            stored.value.roles.retain(|role| *role != change.role);
        }
        employee::update(&mut transaction, &stored).await?;
        changed.push(stored.value.id);
    }
    if changed.is_empty() {
        return Ok(());
    }
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(company.id),
        kind: if change.give { "ROLE_GIVE" } else { "ROLE_TAKE" },
        subject: Some(company.id.get()),
        actor: caller.actor(),
        details: json!({ "role": change.role.name(), "employees": changed }),
    });
    Ok(transaction.commit().await?)
}
