//! 修改合同: `POST /v2/contract/contractModify`.

use qishu_model::contract::{Command, Contract, ContractAddress, ContractChange, ContractState};

use super::events::store_change;
use super::locate::{locate_initiated, locate_to_change};
use super::params::{check_all_positions, with_values};
use crate::document::store_made;
use crate::{ApiCaller, App, AppError};

/// Tries when others change the contract at the same time.
const TRIES: u32 = 5;

/// Changes a contract that nobody signs yet; what the change does not name stays (D-38).
///
/// # Errors
/// `1101` by status; `1005` for a deadline in the past or more than two years after sending; `1402` for documents the contract
/// does not have; `1002` for parties that are not the initiator.
pub async fn modify_contract(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    change: ContractChange,
) -> Result<Contract, AppError> {
    for attempt in 0..TRIES {
        match attempt_modify(app, caller, address, change.clone()).await {
            Err(AppError::Busy) => app.pause(attempt).await,
            answer => return answer,
        }
    }
    Err(AppError::Busy)
}

async fn attempt_modify(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    mut change: ContractChange,
) -> Result<Contract, AppError> {
    let now = app.now();
    if change.expire_time.is_some_and(|time| time <= now) {
        return Err(AppError::invalid("expireTime", "later than now is expected"));
    }
    // New values change documents, which takes conversions: done before anybody is kept waiting.
    let mut reader = app.store.read("modify_contract");
    let seen = locate_initiated(&mut reader, caller, address).await?;
    drop(reader);
    let (valued, mut made) = with_values(app, &seen.value, &change.template_params).await?;
    let mut transaction = app.store.begin("modify_contract");
    let mut stored = locate_to_change(&mut transaction, caller, address).await?;
    if !change.template_params.is_empty() {
        if stored.version != seen.version {
            return Err(AppError::Busy);
        }
        stored.value.documents = valued.documents;
    }
    // As when sending, a deadline more than two years after it is cut.
    if let Some(sent) = stored.value.publish_time {
        change.expire_time = change.expire_time.map(|time| time.min(sent.plus_years(2)));
    }
    let command = Command::Modify {
        change: Box::new(change),
    };
    let transition = stored.value.apply(command, now)?;
    let changed = store_change(app, &mut transaction, &stored, transition, caller.actor()).await?;
    let changed = changed.ok_or_else(|| AppError::Internal("changing the contract deleted it".to_owned()))?;
    // The same change may have dropped documents.
    made.retain(|made| changed.document(made.document.id).is_some());
    if !made.is_empty() {
        store_made(app, &mut transaction, changed.id, made).await?;
        if changed.state == ContractState::Filling {
            check_all_positions(app, &mut transaction, &changed).await?;
        }
    }
    transaction.commit().await?;
    Ok(changed)
}
