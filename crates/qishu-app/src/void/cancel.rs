//! Taking a void request back.

use qishu_model::contract::{Command, Contract, ContractAddress};

use crate::contract::{locate_initiated, store_change};
use crate::{ApiCaller, App, AppError};

/// Takes a running void request back: the contract is complete again (`INVALID_CANCEL`). What the passing of its deadline
/// does is the same command.
///
/// # Errors
/// `1101` when no void request runs; `1002` for parties that are not the initiator.
pub async fn cancel_void(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
) -> Result<Contract, AppError> {
    let mut transaction = app.store.begin("cancel_void");
    let stored = locate_initiated(&mut transaction, caller, address).await?;
    let transition = stored.value.apply(Command::CancelVoid, app.now())?;
    let changed = store_change(app, &mut transaction, &stored, transition, caller.actor()).await?;
    transaction.commit().await?;
    changed.ok_or_else(|| AppError::Internal("cancelling deleted the contract".to_owned()))
}
