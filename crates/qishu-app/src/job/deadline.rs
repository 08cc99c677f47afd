//! Contracts whose time has run out: signing deadlines, deadlines of void requests, drafts that nobody sends.

use qishu_model::contract::{Command, ContractState, Refusal};
use qishu_model::id::ContractId;
use qishu_store::contract::{list_expired, list_old_drafts};

use crate::contract::{load_contract, store_change};
use crate::signing::system_actor;
use crate::{App, AppError};

/// Contracts handled in one round.
const BATCH: u32 = 100;

/// Expires every open contract that is overdue, and makes those complete again whose void request has lapsed; answers how
/// many.
///
/// # Errors
/// Internal when the store fails.
pub async fn expire_overdue(app: &App) -> Result<usize, AppError> {
    let overdue = list_expired(&mut app.store.read("find_overdue"), app.now(), BATCH).await?;
    let mut expired = 0;
    for id in overdue {
        expired += usize::from(expire(app, id).await?);
    }
    Ok(expired)
}

async fn expire(app: &App, id: ContractId) -> Result<bool, AppError> {
    let now = app.now();
    let _turn = app.lock_contract(id).await;
    let mut transaction = app.store.begin("expire_contract");
    let stored = load_contract(&mut transaction, id).await?;
    // Its deadline may have been moved since the list was made.
    if stored.value.deadline().is_none_or(|deadline| deadline >= now) {
        return Ok(false);
    }
    let command = match stored.value.state {
        ContractState::Invaliding { .. } => Command::CancelVoid,
        _ => Command::Expire,
    };
    let transition = match stored.value.apply(command, now) {
        Ok(transition) => transition,
        // Signed or recalled since the list was made.
        Err(Refusal::WrongStatus { .. }) => return Ok(false),
        Err(refusal) => return Err(refusal.into()),
    };
    match store_change(app, &mut transaction, &stored, transition, system_actor()).await {
        Ok(_) => transaction.commit().await?,
        Err(AppError::Busy) => return Ok(false),
        Err(error) => return Err(error),
    }
    Ok(true)
}

/// Deletes drafts that were not sent within a year (4.1); answers how many.
///
/// # Errors
/// Internal when the store fails.
pub async fn delete_old_drafts(app: &App) -> Result<usize, AppError> {
    let before = app.now().plus_years(-1);
    let old = list_old_drafts(&mut app.store.read("find_old_drafts"), before, BATCH).await?;
    let mut deleted = 0;
    for id in old {
        let _turn = app.lock_contract(id).await;
        let mut transaction = app.store.begin("delete_old_draft");
        let stored = match load_contract(&mut transaction, id).await {
            Err(AppError::ContractNotFound) => continue,
            found => found?,
        };
        // Sent since the list was made.
        if stored.value.state != ContractState::Draft {
            continue;
        }
        let transition = stored.value.apply(Command::Delete, app.now())?;
        match store_change(app, &mut transaction, &stored, transition, system_actor()).await {
            Ok(_) => transaction.commit().await?,
            Err(AppError::Busy) => continue,
            Err(error) => return Err(error),
        }
        deleted += 1;
    }
    Ok(deleted)
}
