//! 签署日志: gathering what the signing log of a contract says.

use bytes::Bytes;
use qishu_model::contact::mask;
use qishu_model::contract::{ContentType, Contract, ContractState, IntentionConfirm, Signatory};
use qishu_model::log::OperateType;
use qishu_model::time::Timestamp;
use qishu_store::Reader;
use qishu_store::act::{self, ActState};
use qishu_store::document::list_revisions;
use qishu_store::ledger::{Actor, Logged, entries_of};

use crate::paper::{LoggedAct, LoggedDocument, LoggedParty, LoggedRow, SigningLog};
use crate::void::party_name;
use crate::{App, AppError};

/// Lines of the log on paper; a contract that was looked at more often keeps the oldest and newest of them.
const MOST_ROWS: usize = 2_000;

/// The signing log as PDF, as things stand now. Contacts are masked.
///
/// # Errors
/// Internal when something cannot be read.
pub(crate) async fn signing_log(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
) -> Result<Bytes, AppError> {
    let log = SigningLog {
        contract: contract.id.to_string(),
        subject: contract.subject.clone(),
        sn: contract.sn.clone(),
        initiator: contract.tenant_name.clone(),
        status: contract.state.chinese(),
        created: contract.create_time,
        sent: contract.publish_time,
        completed: completed(contract),
        documents: documents(reader, contract).await?,
        parties: contract.signatories.iter().map(party).collect(),
        acts: acts(reader, contract).await?,
        rows: rows(reader, contract).await?,
        issuer: app.authority.root_certificate().subject().to_string(),
        simulated: app.settings.simulated,
        made: app.now(),
    };
    let file = tokio::task::spawn_blocking(move || log.draw()).await??;
    Ok(file.into())
}

/// When the last needed signature came.
fn completed(contract: &Contract) -> Option<Timestamp> {
    match contract.state {
        ContractState::Complete { time, .. } | ContractState::Invaliding { time, .. } => Some(time),
        ContractState::Invalided { .. } => contract
            .signatories
            .iter()
            .filter_map(|party| party.complete_time)
            .max(),
        _ => None,
    }
}

async fn documents(reader: &mut Reader, contract: &Contract) -> Result<Vec<LoggedDocument>, AppError> {
    let mut documents = Vec::with_capacity(contract.documents.len());
    for document in &contract.documents {
        let revisions = list_revisions(reader, document.id).await?;
        let unsigned = revisions.iter().rev().find(|revision| revision.act_id.is_none());
        documents.push(LoggedDocument {
            title: document.title.clone(),
            pages: document.page_count,
            voids: document.content_type == ContentType::Invalid,
            before: unsigned
                .map(|revision| hex::encode(revision.sha256))
                .unwrap_or_default(),
            now: document.revision_hash.clone(),
        });
    }
    Ok(documents)
}

fn party(party: &Signatory) -> LoggedParty {
    let last_step = party
        .actions
        .iter()
        .filter_map(|step| step.intention_confirm)
        .next_back();
    LoggedParty {
        name: party_name(party),
        company: party.tenant_type.is_company(),
        sponsor: party.sponsor,
        contact: party.receiver.as_ref().map(qishu_model::contact::User::masked),
        status: party.status.chinese(),
        time: party.complete_time,
        confirmed: party
            .intention_confirm
            .or(last_step)
            .map(IntentionConfirm::chinese),
    }
}

async fn acts(reader: &mut Reader, contract: &Contract) -> Result<Vec<LoggedAct>, AppError> {
    let acts = act::list(reader, contract.id).await?;
    let done = acts
        .into_iter()
        .map(|act| act.value)
        .filter(|act| act.state == ActState::Done);
    let logged = done.map(|act| LoggedAct {
        signer: contract
            .signatory(act.signatory_id)
            .map_or_else(|| act.signatory_id.to_string(), party_name),
        document: contract
            .document(act.document_id)
            .map_or_else(|| act.document_id.to_string(), |document| document.title.clone()),
        time: act.settled.unwrap_or(act.intended),
        serial: act.certificate_serial,
        revision: act.revision_hash,
    });
    Ok(logged.collect())
}

async fn rows(reader: &mut Reader, contract: &Contract) -> Result<Vec<LoggedRow>, AppError> {
    let kinds = OperateType::ALL.map(OperateType::name);
    let mut entries = entries_of(reader, contract.id.get(), &kinds).await?;
    if entries.len() > MOST_ROWS {
        let cut = entries.len() - MOST_ROWS;
        entries.drain(MOST_ROWS / 2..MOST_ROWS / 2 + cut);
    }
    Ok(entries.iter().map(|entry| row(contract, entry)).collect())
}

fn row(contract: &Contract, entry: &Logged) -> LoggedRow {
    let operate = OperateType::from_name(&entry.kind);
    let text = |name: &str| entry.details.get(name).and_then(|value| value.as_str());
    let party = text("party")
        .and_then(|id| id.parse().ok())
        .and_then(|id| contract.signatory(id))
        .map(|party| format!("（{}）", party_name(party)));
    let comments = text("comments").map(|comments| format!("：{comments}"));
    LoggedRow {
        time: entry.at,
        who: who(&entry.actor),
        what: [
            operate.map(|operate| operate.chinese().to_owned()),
            party,
            comments,
        ]
        .into_iter()
        .flatten()
        .collect(),
        address: entry.actor.address.clone().unwrap_or_else(|| "—".to_owned()),
        client: client(&entry.actor),
    }
}

fn who(actor: &Actor) -> String {
    let contact = actor.contact.as_deref().map(mask);
    let name = actor.name.clone();
    match (name, contact) {
        (Some(name), Some(contact)) => format!("{name} {contact}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "系统 System".to_owned(),
    }
}

/// The kind of client, and the beginning of what the browser says about itself.
fn client(actor: &Actor) -> String {
    const MOST: usize = 60;
    let browser = actor.browser.as_deref().unwrap_or_default();
    let browser: String = browser.chars().take(MOST).collect();
    let text = format!("{} {browser}", actor.client.as_deref().unwrap_or_default());
    text.trim().to_owned()
}
