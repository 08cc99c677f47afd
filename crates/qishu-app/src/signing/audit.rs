//! 审批: `POST /v2/contract/employeeaudit`.

use qishu_model::company::{Company, Employee};
use qishu_model::contact::User;
use qishu_model::contract::{
    Action, ActionType, Command, Contract, ContractAddress, ContractState, IntentionConfirm, Refusal,
    SignatoryStatus,
};
use qishu_model::id::ActionId;

use crate::company::{acting_company, find_employee};
use crate::contract::{for_change, locate_for_party, store_change};
use crate::{ApiCaller, App, AppError};

/// A decision about an approval step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Contract; `tenant_name` is the auditing company.
    pub address: ContractAddress,
    /// Agree, or return the contract.
    pub pass: bool,
    /// Remark.
    pub comment: Option<String>,
    /// Who decides; absent = the first of the step's people (D-42).
    pub employee: Option<User>,
}

/// Decides about the approval step that waits in a company of the caller.
///
/// # Errors
/// `1801`, `1802` for the company; `1101` by status; `1107` when no approval of the company waits; `1002` when the employee is
/// none of the step's people.
pub async fn employee_audit(app: &App, caller: &ApiCaller, audit: Audit) -> Result<(), AppError> {
    let mut transaction = app.store.begin("employee_audit");
    let company = acting_company(&mut transaction, caller, audit.address.tenant_name.as_deref()).await?;
    let located = locate_for_party(&mut transaction, caller, &audit.address, None).await?;
    let stored = for_change(&mut transaction, located.contract.value.id).await?;
    let contract = &stored.value;
    if contract.state != ContractState::Signing {
        return Err(contract.wrong_status().into());
    }
    let employee = match &audit.employee {
        Some(user) => find_employee(&mut transaction, company.id, user).await?,
        None => None,
    };
    let (action, by) = choose(contract, &company, audit.employee.as_ref(), employee.as_ref())?;
    let (by, comments) = (Some(by), audit.comment);
    let actor = caller.actor_for(by.as_ref());
    let command = if audit.pass {
        Command::Approve {
            action,
            by,
            confirm: IntentionConfirm::Authorized,
            comments,
        }
    } else {
        Command::RefuseAudit { action, by, comments }
    };
    let transition = contract.apply(command, app.now())?;
    store_change(app, &mut transaction, &stored, transition, actor).await?;
    transaction.commit().await?;
    Ok(())
}

/// The waiting approval step and who decides about it.
fn choose(
    contract: &Contract,
    company: &Company,
    given: Option<&User>,
    employee: Option<&Employee>,
) -> Result<(ActionId, User), AppError> {
    let own = contract
        .signatories
        .iter()
        .filter(|party| party.company_id == Some(company.id) && party.status == SignatoryStatus::Signing);
    let waiting: Vec<&Action> = own
        .flat_map(|party| party.started_actions())
        .filter(|step| step.action_type == ActionType::Audit)
        .collect();
    let Some(first) = waiting.first() else {
        return Err(Refusal::NotInTurn.into());
    };
    let Some(given) = given else {
        let by = first.operators.first().cloned();
        let by = by.ok_or_else(|| AppError::Internal(format!("step {} has no people", first.id)))?;
        return Ok((first.id, by));
    };
    let is_given =
        |user: &&User| user.same_contact(given) || employee.is_some_and(|employee| employee.is(user));
    let found = waiting.iter().find_map(|step| {
        step.operators
            .iter()
            .find(is_given)
            .map(|user| (step.id, user.clone()))
    });
    found.ok_or(AppError::PermissionDenied {
        reason: "the employee is none of the people of this step",
    })
}
