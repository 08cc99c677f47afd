//! 合同催签: `POST /v2/contract/notice`.

use qishu_model::contract::{ContractAddress, ContractState, Refusal, Signatory, SignatoryStatus};
use qishu_model::id::SignatoryId;
use qishu_model::log::OperateType;
use qishu_store::confirm::{SendLimit, SendPermit, SendSubject, count_send};
use serde_json::json;

use super::events::entry;
use super::locate::locate;
use crate::message::invite;
use crate::{ApiCaller, App, AppError};

/// At most one reminder per party and minute; more are merged silently (D-43).
const REMINDER_LIMIT: SendLimit = SendLimit {
    gap_ms: 60_000,
    per_hour: 60,
    per_day: 200,
};

/// Reminds those who have to act.
///
/// # Errors
/// `1101` when the status does not allow it; `1005` when `signatory` is no party of the contract.
pub async fn notice_contract(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    signatory: Option<SignatoryId>,
    only_signing: bool,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("notice_contract");
    let contract = locate(&mut transaction, caller, address).await?.contract.value;
    let allowed = match contract.state {
        ContractState::Signing => true,
        ContractState::Filling | ContractState::Invaliding { .. } => !only_signing,
        _ => false,
    };
    if !allowed {
        return Err(Refusal::WrongStatus {
            status: contract.state.name(),
        }
        .into());
    }
    if signatory.is_some_and(|id| contract.signatory(id).is_none()) {
        return Err(AppError::invalid("signatoryId", "no such party in this contract"));
    }
    let meant =
        |party: &&Signatory| signatory.map_or(!party.sponsor, |id| id == party.id) && has_to_act(party);
    let mut reminded = Vec::new();
    let meant: Vec<&Signatory> = contract.signatories.iter().filter(meant).collect();
    for party in meant {
        let id = party.id.to_string();
        let subject = SendSubject {
            kind: "reminder",
            value: &id,
            limit: REMINDER_LIMIT,
        };
        if count_send(&mut transaction, &[subject], app.now()).await? == SendPermit::Granted {
            invite(app, &mut transaction, &contract, party).await?;
            reminded.push(party.id);
        }
    }
    if reminded.is_empty() {
        return Ok(());
    }
    let mut logged = entry(app, &contract, OperateType::Notice, caller.actor());
    logged.details = json!({ "parties": reminded });
    transaction.record(logged);
    transaction.commit().await?;
    Ok(())
}

const fn has_to_act(party: &Signatory) -> bool {
    matches!(
        party.status,
        SignatoryStatus::Signing | SignatoryStatus::Filling | SignatoryStatus::Invaliding
    )
}
