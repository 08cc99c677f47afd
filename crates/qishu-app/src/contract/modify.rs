//! 修改合同: `POST /v2/contract/contractModify`.

use qishu_model::contract::{Command, Contract, ContractAddress, ContractChange};

use super::events::store_change;
use super::locate::locate_to_change;
use crate::{ApiCaller, App, AppError};

/// Changes a contract that nobody signs yet; what the change does not name stays (D-38).
///
/// # Errors
/// `1101` by status; `1005` for a deadline in the past or more than two years after sending; `1402` for documents the contract
/// does not have; `1002` for parties that are not the initiator.
pub async fn modify_contract(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    mut change: ContractChange,
) -> Result<Contract, AppError> {
    let now = app.now();
    if change.expire_time.is_some_and(|time| time <= now) {
        return Err(AppError::invalid("expireTime", "later than now is expected"));
    }
    let mut transaction = app.store.begin("modify_contract");
    let stored = locate_to_change(&mut transaction, caller, address).await?;
    // As when sending, a deadline more than two years after it is cut.
    if let Some(sent) = stored.value.publish_time {
        change.expire_time = change.expire_time.map(|time| time.min(sent.plus_years(2)));
    }
    let command = Command::Modify {
        change: Box::new(change),
    };
    let transition = stored.value.apply(command, now)?;
    let changed = store_change(app, &mut transaction, &stored, transition, caller.actor()).await?;
    transaction.commit().await?;
    changed.ok_or_else(|| AppError::Internal("changing the contract deleted it".to_owned()))
}
