//! 撤回/作废合同: `POST /v2/contract/invalid`. Drafts are deleted, open contracts recalled.

use qishu_model::contract::{Command, ContractAddress, ContractState, Refusal};

use super::events::store_change;
use super::locate::locate_initiated;
use crate::{ApiCaller, App, AppError};

/// Takes a contract back, by its present status (`contracts` 5.8).
///
/// # Errors
/// `1101` for contracts that are complete, void or ended; `1002` for parties that are not the initiator.
pub async fn invalidate_contract(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    reason: Option<String>,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("invalidate_contract");
    let stored = locate_initiated(&mut transaction, caller, address).await?;
    let command = match stored.value.state {
        ContractState::Draft
        | ContractState::Expired { .. }
        | ContractState::Recalled { .. }
        | ContractState::Rejected { .. } => Command::Delete,
        ContractState::Filling | ContractState::Signing => Command::Recall { reason },
        _ => {
            return Err(Refusal::WrongStatus {
                status: stored.value.state.name(),
            }
            .into());
        }
    };
    let transition = stored.value.apply(command, app.now())?;
    store_change(app, &mut transaction, &stored, transition, caller.actor()).await?;
    transaction.commit().await?;
    Ok(())
}
