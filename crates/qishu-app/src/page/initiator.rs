//! What the initiator's people may do on the page: take the contract back, end it.

use qishu_model::contact::User;
use qishu_model::contract::{Command, Contract};
use qishu_model::rights::{About, Operation, permits};
use qishu_store::Reader;

use super::session::PageSession;
use crate::company::find_employee;
use crate::contract::{load_contract, store_change};
use crate::{App, AppError};

/// Longest reason for taking back.
const MOST_RECALL_CHARACTERS: usize = 200;
/// Longest reason for ending (4.17).
const MOST_END_CHARACTERS: usize = 500;

/// Whether a person may do this for the initiating company: its employee who made the contract or handles the company's
/// party, or its system administrator.
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn may_govern(
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
    operation: Operation,
) -> Result<bool, AppError> {
    let employee = find_employee(reader, contract.company_id, user).await?;
    let about = About::Contract(contract);
    Ok(employee.is_some_and(|employee| permits(&employee, operation, about, contract.company_id)))
}

/// Takes the contract back.
///
/// # Errors
/// `1002` when the link hides it or the person is not the initiator's; `1005` for a reason of more than 200 characters;
/// `1101` when nothing can be taken back any more.
pub async fn recall_on_page(app: &App, session: &PageSession, reason: &str) -> Result<Contract, AppError> {
    let reason = reason.trim();
    if reason.chars().count() > MOST_RECALL_CHARACTERS {
        return Err(AppError::invalid("reason", "at most 200 characters"));
    }
    let reason = Some(reason.to_owned()).filter(|reason| !reason.is_empty());
    act(
        app,
        session,
        (session.options.hide_recall, Operation::RecallContract),
        Command::Recall { reason },
    )
    .await
}

/// Ends the contract before everybody signed.
///
/// # Errors
/// As [`recall_on_page`]; `1005` without a reason or with one of more than 500 characters.
pub async fn end_on_page(app: &App, session: &PageSession, reason: &str) -> Result<Contract, AppError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MOST_END_CHARACTERS {
        return Err(AppError::invalid("reason", "1 to 500 characters"));
    }
    let reason = reason.to_owned();
    act(
        app,
        session,
        (session.options.hide_end, Operation::EndContract),
        Command::ForceEnd { reason },
    )
    .await
}

async fn act(
    app: &App,
    session: &PageSession,
    (hidden, operation): (bool, Operation),
    command: Command,
) -> Result<Contract, AppError> {
    let user = session.person()?;
    if hidden {
        return Err(AppError::PermissionDenied {
            reason: "this page does not offer it",
        });
    }
    let _turn = app.lock_contract(session.contract).await;
    let mut transaction = app.store.begin("initiator_on_page");
    let stored = load_contract(&mut transaction, session.contract).await?;
    if !may_govern(&mut transaction, &stored.value, user, operation).await? {
        return Err(AppError::PermissionDenied {
            reason: "only the initiator's people may do this",
        });
    }
    let transition = stored.value.apply(command, app.now())?;
    let changed = store_change(app, &mut transaction, &stored, transition, session.actor()).await?;
    transaction.commit().await?;
    changed.ok_or_else(|| AppError::Internal("the contract was deleted".to_owned()))
}
