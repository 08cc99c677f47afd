//! 移除员工: `POST /v2/employee/remove`, with the hand-over of roles, seals, presets and open contracts (D-18).

use qishu_model::category::Category;
use qishu_model::company::{Company, Employee, EmployeeStatus, Role};
use qishu_model::contact::User;
use qishu_model::log::OperateType;
use qishu_store::category::{self, CategoryFilter};
use qishu_store::contract::list_unfinished;
use qishu_store::ledger::Entry;
use qishu_store::{Page, Reader, Scope, Transaction, Versioned, company, contract, employee};
use serde_json::json;

use super::again_while_busy;
use crate::company::{acting_company, current_employee, is_current};
use crate::contract::entry;
use crate::seal::{as_user, hand_over_seals};
use crate::{ApiCaller, App, AppError};

/// Categories read at a time.
const PAGE: u32 = 1000;

/// Who leaves, and who takes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Who leaves.
    pub user: User,
    /// Who takes over.
    pub heir: Option<User>,
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
}

/// Removes an employee. The heir gets the roles (but that of the legal representative), the seals, the places in category
/// presets, and what is still to be done in open contracts. Without an heir seals lose a user, and open steps keep a person who
/// can no longer perform them until somebody else is named.
///
/// # Errors
/// `1706` for the only system administrator without an heir; `1005` for an heir who is the one that leaves; `1701`, `1702`,
/// `1705` for either of them; `1801`, `1802`.
pub async fn remove_employee(app: &App, caller: &ApiCaller, removal: &Removal) -> Result<Employee, AppError> {
    again_while_busy!(app, remove(app, caller, removal));
    Err(AppError::Busy)
}

async fn remove(app: &App, caller: &ApiCaller, removal: &Removal) -> Result<Employee, AppError> {
    let mut transaction = app.store.begin("remove_employee");
    let company = acting_company(&mut transaction, caller, removal.tenant_name.as_deref()).await?;
    // Two administrators who remove each other at once must not both succeed.
    company::lock(&mut transaction, company.id).await?;
    let leaving = current_employee(&mut transaction, &company, &removal.user).await?;
    let heir = match &removal.heir {
        Some(heir) => Some(current_employee(&mut transaction, &company, heir).await?),
        None => None,
    };
    if heir
        .as_ref()
        .is_some_and(|heir| heir.value.id == leaving.value.id)
    {
        return Err(AppError::invalid("transferEmployee", "is the one who leaves"));
    }
    if heir.is_none() && is_last_administrator(&mut transaction, &leaving.value).await? {
        return Err(AppError::LastAdministrator {
            contact: removal.user.masked(),
            company: company.name.clone(),
        });
    }
    hand_over(
        app,
        caller,
        &mut transaction,
        &company,
        &leaving.value,
        heir.as_ref(),
    )
    .await?;
    let gone = dismiss(&mut transaction, leaving).await?;
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(company.id),
        kind: "EMPLOYEE_REMOVE",
        subject: Some(gone.id.get()),
        actor: caller.actor(),
        details: json!({ "heir": heir.map(|heir| heir.value.id) }),
    });
    transaction.commit().await?;
    Ok(gone)
}

async fn is_last_administrator(reader: &mut Reader, leaving: &Employee) -> Result<bool, AppError> {
    if !leaving.roles.contains(&Role::SystemAdmin) {
        return Ok(false);
    }
    let all = employee::list(reader, leaving.company_id).await?;
    let another = all
        .iter()
        .map(|other| &other.value)
        .any(|other| other.id != leaving.id && is_current(other) && other.roles.contains(&Role::SystemAdmin));
    Ok(!another)
}

async fn hand_over(
    app: &App,
    caller: &ApiCaller,
    transaction: &mut Transaction,
    company: &Company,
    leaving: &Employee,
    heir: Option<&Versioned<Employee>>,
) -> Result<(), AppError> {
    let as_heir = heir.map(|heir| as_user(&heir.value));
    hand_over_seals(transaction, company.id, leaving, as_heir.as_ref(), app.now()).await?;
    let (Some(heir), Some(user)) = (heir, as_heir) else {
        return Ok(());
    };
    hand_over_roles(transaction, leaving, heir).await?;
    hand_over_presets(app, transaction, leaving, &user).await?;
    hand_over_contracts(app, caller, transaction, leaving, &user).await
}

async fn hand_over_roles(
    transaction: &mut Transaction,
    leaving: &Employee,
    heir: &Versioned<Employee>,
) -> Result<(), AppError> {
    let mut heir = heir.clone();
    let before = heir.value.roles.len();
    for role in &leaving.roles {
        if *role != Role::LegalPerson && !heir.value.roles.contains(role) {
            heir.value.roles.push(*role);
        }
    }
    if heir.value.roles.len() > before {
        employee::update(transaction, &heir).await?;
    }
    Ok(())
}

async fn hand_over_presets(
    app: &App,
    transaction: &mut Transaction,
    leaving: &Employee,
    heir: &User,
) -> Result<(), AppError> {
    let filter = CategoryFilter {
        company: leaving.company_id,
        modified_from: None,
        modified_to: None,
    };
    let page = Page {
        offset: 0,
        limit: PAGE,
    };
    for mut stored in category::list(transaction, &filter, page).await?.rows {
        if take_preset_places(&mut stored.value, leaving, heir) {
            stored.value.modify_time = app.now();
            category::update(transaction, &stored).await?;
        }
    }
    Ok(())
}

fn take_preset_places(category: &mut Category, leaving: &Employee, heir: &User) -> bool {
    let mut changed = false;
    let steps = category
        .signatories
        .iter_mut()
        .flat_map(|party| &mut party.actions);
    for step in steps {
        let before = step.operators.len();
        step.operators.retain(|user| !leaving.is(user));
        if step.operators.len() < before {
            changed = true;
            if !step.operators.iter().any(|user| user.same_contact(heir)) {
                step.operators.push(heir.clone());
            }
        }
    }
    changed
}

async fn hand_over_contracts(
    app: &App,
    caller: &ApiCaller,
    transaction: &mut Transaction,
    leaving: &Employee,
    heir: &User,
) -> Result<(), AppError> {
    for id in list_unfinished(transaction, leaving.company_id).await? {
        let found = contract::find_for_update(transaction, Scope::System, id).await?;
        let Some(mut stored) = found else { continue };
        if !stored
            .value
            .hand_over(leaving.company_id, |user| leaving.is(user), heir)
        {
            continue;
        }
        contract::update(transaction, &stored).await?;
        let mut logged = entry(app, &stored.value, OperateType::Modify, caller.actor());
        logged.details = json!({ "comments": "经办人变更" });
        transaction.record(logged);
    }
    Ok(())
}

async fn dismiss(
    transaction: &mut Transaction,
    mut leaving: Versioned<Employee>,
) -> Result<Employee, AppError> {
    leaving.value.status = EmployeeStatus::Dismissed;
    leaving.value.roles.clear();
    employee::update(transaction, &leaving).await?;
    Ok(leaving.value)
}
