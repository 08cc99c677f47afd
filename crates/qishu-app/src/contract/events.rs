//! Storing what happened to a contract: the row, the log, the callback events, and whatever follows from the new turn, in
//! one transaction.

use qishu_model::contract::{Contract, ContractState, Event, Signatory, SignatoryStatus, Transition};
use qishu_model::id::EventId;
use qishu_model::log::OperateType;
use qishu_store::callback::{self, NewEvent};
use qishu_store::job::{self, NewJob};
use qishu_store::ledger::{Actor, Entry};
use qishu_store::{Transaction, Versioned, contract};
use serde_json::{Value as Json, json};

use crate::job::AUTO_SIGN;
use crate::message::invite;
use crate::{App, AppError};

/// An entry of the contract's log.
pub(crate) fn entry(app: &App, contract: &Contract, operate: OperateType, actor: Actor) -> Entry {
    Entry {
        at: app.now(),
        tenant: Some(contract.company_id),
        kind: operate.name(),
        subject: Some(contract.id.get()),
        actor,
        details: Json::Null,
    }
}

/// Stores a transition of the contract that was read as `before`; answers the contract afterwards, if anything of it
/// stays.
///
/// # Errors
/// [`AppError::Busy`] when somebody else changed the contract since it was read.
pub(crate) async fn store_change(
    app: &App,
    transaction: &mut Transaction,
    before: &Versioned<Contract>,
    transition: Transition,
    actor: Actor,
) -> Result<Option<Contract>, AppError> {
    let Some(after) = transition.contract else {
        contract::delete(transaction, before).await?;
        transaction.record(entry(app, &before.value, OperateType::Modify, actor));
        return Ok(None);
    };
    let stored = Versioned {
        version: before.version,
        value: after,
    };
    contract::update(transaction, &stored).await?;
    let after = stored.value;
    for event in &transition.events {
        let mut logged = entry(app, &after, event.operate, actor.clone());
        logged.details = details(&after, event);
        transaction.record(logged);
        tell(app, transaction, &after, event).await?;
    }
    follow_turns(app, transaction, &before.value, &after).await?;
    crate::void::follow(app, transaction, &before.value, &after).await?;
    Ok(Some(after))
}

fn details(contract: &Contract, event: &Event) -> Json {
    let comments = match &contract.state {
        ContractState::Rejected { comments } | ContractState::Recalled { comments } => comments.as_deref(),
        ContractState::ForceEnd { reason } => Some(reason.as_str()),
        // The reason of voiding, with the entry that began it; a party's reason for refusing.
        ContractState::Invaliding { request, .. } if event.party.is_none() => request.reason.as_deref(),
        ContractState::Complete {
            void_failure: Some(_),
            ..
        } => event
            .party
            .and_then(|id| contract.signatory(id))
            .and_then(|party| party.reject_invalid_reason.as_deref()),
        _ => None,
    };
    json!({ "party": event.party, "comments": comments })
}

/// Writes the callback event, with the party it is about (the initiator for the contract as a whole, D25).
async fn tell(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    event: &Event,
) -> Result<(), AppError> {
    let Some((kind, status)) = event.callback else {
        return Ok(());
    };
    let party = event
        .party
        .map_or_else(|| contract.sponsor(), |id| contract.signatory(id));
    let told = NewEvent {
        id: EventId::new(app.next_id()),
        contract_id: contract.id,
        kind: kind.name().to_owned(),
        at: app.now(),
        data: json!({
            "contractId": contract.id,
            "callbackType": kind.name(),
            "contractStatus": status,
            "tenantType": party.map(|party| party.tenant_type.name()),
            "tenantName": party.map_or(Some(&contract.tenant_name), |party| party.tenant_name.as_ref()),
            "contact": party.and_then(|party| party.receiver.as_ref()).map(|receiver| &receiver.contact),
            "tenantId": tenant_id(contract, party),
            "businessData": contract.business_data,
            "bizId": contract.biz_id,
            "sn": contract.sn,
        }),
    };
    callback::append(transaction, &told).await?;
    Ok(())
}

fn tenant_id(contract: &Contract, party: Option<&Signatory>) -> Option<String> {
    match party {
        Some(party) => party.company_id.map(|id| id.to_string()),
        None => Some(contract.company_id.to_string()),
    }
}

/// Invites those whose turn has come, and queues the steps that seal themselves.
async fn follow_turns(
    app: &App,
    transaction: &mut Transaction,
    before: &Contract,
    after: &Contract,
) -> Result<(), AppError> {
    if after.state != ContractState::Signing {
        return Ok(());
    }
    for party in &after.signatories {
        if party.status != SignatoryStatus::Signing {
            continue;
        }
        let was_in_turn = before
            .signatory(party.id)
            .is_some_and(|before| before.status == SignatoryStatus::Signing);
        if !was_in_turn && (!party.sponsor || after.notify_sponsor) {
            invite(app, transaction, after, party).await?;
        }
        let automatic: Vec<_> = party.started_actions().filter(|step| step.auto_sign).collect();
        for step in automatic {
            let job = NewJob {
                kind: AUTO_SIGN,
                dedup_key: Some(format!("{AUTO_SIGN}/{}", step.id)),
                priority: 10,
                run_at: app.now(),
                data: json!({ "contract": after.id, "action": step.id }),
            };
            job::enqueue(transaction, &job).await?;
        }
    }
    Ok(())
}
