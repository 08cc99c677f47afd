//! What a person may do on the page now, and what follows for them in the same visit.

use qishu_model::company::Employee;
use qishu_model::contact::User;
use qishu_model::contract::{
    Action, ActionStatus, ActionType, Command, Contract, ContractState, Refusal, Signatory, SignatoryStatus,
    Step,
};
use qishu_model::id::SignatoryId;
use qishu_model::time::Timestamp;
use qishu_store::Reader;

use super::confirm_way::way_of;
use super::seal_choice::has_seal_right;
use super::void_act::void_party;
use crate::AppError;
use crate::company::find_employee;

/// Most steps one visit is planned for; a person with more goes on after them.
const MOST_STEPS: usize = 12;

/// A step that waits for this person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageTask {
    /// Which step.
    pub step: Step,
    /// Party it belongs to.
    pub party: SignatoryId,
    /// Kind of step inside a company; absent for the signature of a personal party.
    pub action_type: Option<ActionType>,
}

impl PageTask {
    /// Id of the step, as the page names it.
    #[must_use]
    pub const fn id(&self) -> u64 {
        match self.step {
            Step::Action(id) => id.get(),
            Step::Personal(id) | Step::Void(id) => id.get(),
        }
    }

    /// An approval: decided, not signed.
    #[must_use]
    pub const fn is_audit(&self) -> bool {
        matches!(self.action_type, Some(ActionType::Audit))
    }

    /// The person's own signature belongs to it.
    #[must_use]
    pub const fn draws_signature(&self) -> bool {
        matches!(
            self.action_type,
            None | Some(ActionType::Operator | ActionType::Personal)
        )
    }

    /// A seal of the company belongs to it.
    #[must_use]
    pub const fn uses_seal(&self) -> bool {
        !self.is_audit() && !self.draws_signature()
    }
}

/// What a person does in one visit. One confirmation covers everything in `now`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// One approval, or all signatures and seals up to the next approval or to a party that wants another confirmation, in
    /// order.
    pub now: Vec<PageTask>,
    /// What will wait for the same person right after.
    pub later: Vec<PageTask>,
}

/// Plans the visit of a person: the steps that wait for them now, and those that will once these are done.
///
/// # Errors
/// `1110` for a person who has no step in the contract, [`AppError::AlreadySigned`], `1101`, `1107`.
pub(crate) async fn visit(
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
    now: Timestamp,
) -> Result<Visit, AppError> {
    let mut tasks: Vec<PageTask> = Vec::new();
    let mut next = contract.clone();
    while tasks.len() < MOST_STEPS {
        let Some(task) = first_task(reader, &next, user).await? else {
            break;
        };
        tasks.push(task);
        let done = match task.step {
            Step::Void(party) => Command::SignVoid { party },
            step => Command::Finish {
                step,
                by: None,
                confirm: None,
            },
        };
        match next
            .apply(done, now)
            .ok()
            .and_then(|transition| transition.contract)
        {
            Some(after) => next = after,
            None => break,
        }
    }
    let Some(first) = tasks.first() else {
        if contract.void_request().is_some() {
            return Err(void_party(contract, user)
                .err()
                .unwrap_or(Refusal::NotInTurn.into()));
        }
        return Err(why_nothing(reader, contract, user).await?);
    };
    let way = way_of(contract.signatory(first.party));
    let apart =
        |task: &PageTask| task.is_audit() || !way.confirms_like(way_of(contract.signatory(task.party)));
    let together = if first.is_audit() {
        1
    } else {
        tasks.iter().position(apart).unwrap_or(tasks.len())
    };
    let later = tasks.split_off(together);
    Ok(Visit { now: tasks, later })
}

/// The step with this id, when it waits for this person now.
///
/// # Errors
/// As [`visit`]; `1107` when it is another person's turn.
pub(super) async fn require_task(
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
    step: Step,
) -> Result<PageTask, AppError> {
    for party in in_turn(contract) {
        for task in waiting_steps(party) {
            if task.step == step && performs(reader, contract, party, &task, user).await? {
                return Ok(task);
            }
        }
    }
    Err(match why_nothing(reader, contract, user).await? {
        AppError::AlreadySigned => Refusal::NotInTurn.into(),
        other => other,
    })
}

async fn first_task(
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
) -> Result<Option<PageTask>, AppError> {
    if contract.void_request().is_some() {
        return Ok(void_party(contract, user).ok().map(void_task));
    }
    for party in in_turn(contract) {
        for task in waiting_steps(party) {
            if performs(reader, contract, party, &task, user).await? {
                return Ok(Some(task));
            }
        }
    }
    Ok(None)
}

fn in_turn(contract: &Contract) -> impl Iterator<Item = &Signatory> {
    let open = contract.state == ContractState::Signing;
    contract
        .signatories
        .iter()
        .filter(move |party| open && party.status == SignatoryStatus::Signing)
}

/// Steps of a party that wait for people. Those that seal themselves wait for nobody.
fn waiting_steps(party: &Signatory) -> Vec<PageTask> {
    if !party.tenant_type.is_company() {
        return vec![personal_task(party)];
    }
    party
        .started_actions()
        .filter(|action| !action.auto_sign)
        .map(|action| step_task(party, action))
        .collect()
}

const fn personal_task(party: &Signatory) -> PageTask {
    PageTask {
        step: Step::Personal(party.id),
        party: party.id,
        action_type: None,
    }
}

const fn void_task(party: &Signatory) -> PageTask {
    PageTask {
        step: Step::Void(party.id),
        party: party.id,
        action_type: None,
    }
}

const fn step_task(party: &Signatory, action: &Action) -> PageTask {
    PageTask {
        step: Step::Action(action.id),
        party: party.id,
        action_type: Some(action.action_type),
    }
}

async fn performs(
    reader: &mut Reader,
    contract: &Contract,
    party: &Signatory,
    task: &PageTask,
    user: &User,
) -> Result<bool, AppError> {
    let Step::Action(id) = task.step else {
        return Ok(is_receiver(party, user));
    };
    match party.action(id) {
        Some(action) => may_perform(reader, contract, party, action, user).await,
        None => Ok(false),
    }
}

fn is_receiver(party: &Signatory, user: &User) -> bool {
    party
        .receiver
        .as_ref()
        .is_some_and(|receiver| receiver.same_contact(user))
}

/// Whether a step of a company is this person's: one of its people; without people the handler signs, and whoever may use a
/// fitting seal seals. Steps of a company outside the platform are all its handler's (3.5).
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn may_perform(
    reader: &mut Reader,
    contract: &Contract,
    party: &Signatory,
    action: &Action,
    user: &User,
) -> Result<bool, AppError> {
    let Some(company) = party.company_id else {
        return Ok(is_receiver(party, user));
    };
    let employee = find_employee(reader, company, user).await?;
    if !action.operators.is_empty() {
        let named = |employee: &Employee| {
            action
                .operators
                .iter()
                .any(|operator| operator.same_contact(user) || employee.is(operator))
        };
        return Ok(employee.as_ref().is_some_and(named));
    }
    match action.action_type {
        ActionType::Company | ActionType::Lp | ActionType::Practice => match &employee {
            Some(employee) => has_seal_right(reader, employee, action).await,
            None => Ok(false),
        },
        ActionType::Audit | ActionType::Operator | ActionType::Personal => {
            let handler = party.receiver.as_ref();
            let handler = handler.or(contract.creator.as_ref().filter(|_| party.sponsor));
            let is = |handler: &User| {
                handler.same_contact(user) || employee.as_ref().is_some_and(|employee| employee.is(handler))
            };
            Ok(handler.is_some_and(is))
        }
    }
}

/// Why nothing waits for a person.
async fn why_nothing(reader: &mut Reader, contract: &Contract, user: &User) -> Result<AppError, AppError> {
    let mut shares: Vec<bool> = Vec::new();
    for party in &contract.signatories {
        if !party.tenant_type.is_company() {
            if is_receiver(party, user) {
                shares.push(party.status == SignatoryStatus::Signed);
            }
            continue;
        }
        for action in &party.actions {
            if may_perform(reader, contract, party, action, user).await? {
                shares.push(action.status == ActionStatus::Finish);
            }
        }
    }
    Ok(if shares.is_empty() {
        AppError::NoViewPermission
    } else if shares.iter().all(|done| *done) {
        AppError::AlreadySigned
    } else if contract.state == ContractState::Signing {
        Refusal::NotInTurn.into()
    } else {
        let status = contract.state.name();
        Refusal::WrongStatus { status }.into()
    })
}
