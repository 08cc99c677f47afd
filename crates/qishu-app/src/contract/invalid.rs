//! 撤回/作废合同: `POST /v2/contract/invalid`. Drafts are deleted, open contracts recalled, complete ones voided.

use qishu_model::contract::{Command, ContractAddress, ContractState, CopySendReceiver, Refusal};
use qishu_model::id::SealId;
use qishu_model::time::Timestamp;

use super::events::store_change;
use super::locate::locate_initiated;
use crate::void::start_void;
use crate::{ApiCaller, App, AppError};

/// A call of `invalid` (5.8); what only matters for voiding is ignored otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct InvalidContract {
    /// The contract.
    pub address: ContractAddress,
    /// Seal of the initiator on the void document; absent = the one it used in the contract.
    pub seal_id: Option<SealId>,
    /// Why.
    pub reason: Option<String>,
    /// Delete the contract's files once it is recalled or void.
    pub delete_doc: bool,
    /// The initiator signs the void document at once.
    pub auto_sign: bool,
    /// People who are told when a contract of a single party is void.
    pub receivers: Vec<CopySendReceiver>,
    /// Until when all parties have to sign the void document.
    pub expire_time: Option<Timestamp>,
}

/// Takes a contract back, by its present status (`contracts` 5.8).
///
/// # Errors
/// `1101` for contracts that are being voided, void or ended; `1002` for parties that are not the initiator; for voiding see
/// [`crate::void`].
pub async fn invalidate_contract(
    app: &App,
    caller: &ApiCaller,
    call: InvalidContract,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("invalidate_contract");
    let mut stored = locate_initiated(&mut transaction, caller, &call.address).await?;
    let command = match stored.value.state {
        ContractState::Draft
        | ContractState::Expired { .. }
        | ContractState::Recalled { .. }
        | ContractState::Rejected { .. } => Command::Delete,
        ContractState::Filling | ContractState::Signing => {
            stored.value.files_deleted = call.delete_doc;
            Command::Recall { reason: call.reason }
        }
        ContractState::Complete { .. } => {
            drop(transaction);
            return start_void(app, caller, call).await;
        }
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
