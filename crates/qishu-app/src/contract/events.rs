//! Storing what happened to a contract: the row, the log, the callback events, and whatever follows from the new turn, in
//! one transaction.

use qishu_model::contact::User;
use qishu_model::contract::{
    ActionStatus, Contract, ContractState, CopySendTime, Event, Signatory, SignatoryStatus, Transition,
};
use qishu_model::id::EventId;
use qishu_model::log::OperateType;
use qishu_store::callback::{self, NewEvent};
use qishu_store::job::{self, NewJob};
use qishu_store::ledger::{Actor, Entry};
use qishu_store::{Transaction, Versioned, contract};
use serde_json::{Value as Json, json};

use crate::job::AUTO_SIGN;
use crate::message::{handler, invite_person, invite_to_fill, send_copy};
use crate::signing::system_actor;
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
    let Some(mut after) = transition.contract else {
        contract::delete(transaction, before).await?;
        transaction.record(entry(app, &before.value, OperateType::Modify, actor));
        return Ok(None);
    };
    let copies = mark_copies(&before.value, &mut after);
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
    let asked_for = |event: &Event| event.operate == OperateType::CopySend;
    if !copies.is_empty() && !transition.events.iter().any(asked_for) {
        transaction.record(entry(app, &after, OperateType::CopySend, system_actor()));
    }
    for person in &copies {
        send_copy(app, transaction, &after, person).await?;
    }
    follow_turns(app, transaction, &before.value, &after).await?;
    crate::void::follow(app, transaction, &before.value, &after).await?;
    Ok(Some(after))
}

/// Marks the copies that are due by this change, and answers everybody who gets theirs now. Without a time of its own or of
/// its category's a contract is copied when it is complete.
fn mark_copies(before: &Contract, after: &mut Contract) -> Vec<User> {
    let became = |state: fn(&ContractState) -> bool| !state(&before.state) && state(&after.state);
    // Those who are told that it is void join with that request and get that message instead.
    if became(|state| matches!(state, ContractState::Invaliding { .. })) {
        return Vec::new();
    }
    let due = match after.copy_send_time.unwrap_or(CopySendTime::Finish) {
        CopySendTime::Send => before.publish_time.is_none() && after.publish_time.is_some(),
        CopySendTime::Finish => became(|state| matches!(state, ContractState::Complete { .. })),
    };
    let had = |receiver: &User| {
        let mut sent = before.copy_send_receivers.iter().filter(|copy| copy.send);
        sent.any(|copy| copy.receiver.same_contact(receiver))
    };
    let mut now = Vec::new();
    for copy in &mut after.copy_send_receivers {
        copy.send |= due;
        if copy.send && !had(&copy.receiver) {
            now.push(copy.receiver.clone());
        }
    }
    now
}

fn details(contract: &Contract, event: &Event) -> Json {
    if event.comments.is_some() {
        return json!({ "party": event.party, "comments": event.comments });
    }
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
    if after.state == ContractState::Filling && before.state == ContractState::Draft {
        for party in &after.signatories {
            if party.status == SignatoryStatus::Filling {
                invite_to_fill(app, transaction, after, party).await?;
            }
        }
    }
    if after.state != ContractState::Signing {
        return Ok(());
    }
    for party in &after.signatories {
        if party.status != SignatoryStatus::Signing {
            continue;
        }
        for person in newly_in_turn(before, after, party) {
            invite_person(app, transaction, after, party, &person).await?;
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

/// Everybody who can act for the party now and could not before: the handler when the party came in turn or got another
/// handler, and the people of steps that were started or got other people. The initiator's own handler is told only when
/// the draft says so.
fn newly_in_turn(before: &Contract, after: &Contract, party: &Signatory) -> Vec<User> {
    let old = before
        .signatory(party.id)
        .filter(|old| old.status == SignatoryStatus::Signing);
    let mut people: Vec<User> = Vec::new();
    let mut add = |user: &User| {
        if !people.iter().any(|known| known.same_contact(user)) {
            people.push(user.clone());
        }
    };
    let person = handler(after, party).filter(|_| !party.sponsor || after.notify_sponsor);
    let was_handler = |user: &User| {
        old.and_then(|old| handler(before, old))
            .is_some_and(|old| old.same_contact(user))
    };
    person
        .into_iter()
        .filter(|user| !was_handler(user))
        .for_each(&mut add);
    for step in party.started_actions().filter(|step| !step.auto_sign) {
        let old = old
            .and_then(|old| old.action(step.id))
            .filter(|old| old.status == ActionStatus::Start);
        let could = |user: &User| {
            let mut people = old.into_iter().flat_map(|old| &old.operators);
            people.any(|old| old.same_contact(user))
        };
        step.operators
            .iter()
            .filter(|user| !could(user))
            .for_each(&mut add);
    }
    people
}
