//! Contracts whose signing deadline has passed.

use qishu_model::contract::{Command, Refusal};
use qishu_store::contract::list_expired;

use crate::contract::{load_contract, store_change};
use crate::signing::system_actor;
use crate::{App, AppError};

/// Contracts handled in one round.
const BATCH: u32 = 100;

/// Expires every open contract that is overdue; answers how many.
///
/// # Errors
/// Internal when the store fails.
pub async fn expire_overdue(app: &App) -> Result<usize, AppError> {
    let overdue = list_expired(&mut app.store.read("find_overdue"), app.now(), BATCH).await?;
    let mut expired = 0;
    for id in overdue {
        let _turn = app.lock_contract(id).await;
        let mut transaction = app.store.begin("expire_contract");
        let stored = load_contract(&mut transaction, id).await?;
        let transition = match stored.value.apply(Command::Expire, app.now()) {
            Ok(transition) => transition,
            // Signed or recalled since the list was made.
            Err(Refusal::WrongStatus { .. }) => continue,
            Err(refusal) => return Err(refusal.into()),
        };
        match store_change(app, &mut transaction, &stored, transition, system_actor()).await {
            Ok(_) => transaction.commit().await?,
            Err(AppError::Busy) => continue,
            Err(error) => return Err(error),
        }
        expired += 1;
    }
    Ok(expired)
}
