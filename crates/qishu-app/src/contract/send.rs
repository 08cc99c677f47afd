//! 发起合同: `POST /v2/contract/send`.

use qishu_model::contract::{
    Command, Contract, ContractAddress, ContractState, Refusal, Signatory, Stamper, StamperRule,
};
use qishu_model::id::SealId;
use qishu_store::{Reader, Transaction, Versioned, person};

use super::events::store_change;
use super::locate::locate_initiated;
use super::params::{check_sponsor_params, fillers};
use crate::company::charge_contract;
use crate::seal::require_seal;
use crate::signing::{bind_stampers, check_positions, load_aids};
use crate::{ApiCaller, App, AppError};

/// What a send call may add.
#[derive(Debug, Clone, PartialEq)]
pub struct SendOptions {
    /// Positions, bound by `actionId` or `signatoryId`.
    pub stampers: Vec<Stamper>,
    /// Rule for positions.
    pub stamper_rule: Option<StamperRule>,
    /// Every keyword must be found.
    pub locate_all_keywords: bool,
}

/// Sends a draft.
///
/// # Errors
/// See `contracts` 4.5; nothing changes then.
pub async fn send_contract(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    options: SendOptions,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("send_contract");
    let contract = locate_initiated(&mut transaction, caller, address).await?;
    send_in(app, caller, &mut transaction, contract, &options).await?;
    transaction.commit().await?;
    Ok(())
}

/// Sends within the caller's transaction.
pub(super) async fn send_in(
    app: &App,
    caller: &ApiCaller,
    transaction: &mut Transaction,
    stored: Versioned<Contract>,
    options: &SendOptions,
) -> Result<Contract, AppError> {
    let mut contract = stored.value.clone();
    if contract.state != ContractState::Draft {
        return Err(Refusal::WrongStatus {
            status: contract.state.name(),
        }
        .into());
    }
    contract.check_sendable()?;
    check_sponsor_params(&contract)?;
    check_deadline(app, &mut contract)?;
    check_names(transaction, &contract).await?;
    resolve_template_documents(&mut contract);
    bind_stampers(&mut contract, options.stampers.clone())?;
    contract.stamper_rule = options.stamper_rule.or(contract.stamper_rule);
    check_seals(transaction, &contract).await?;
    keep_found_positions(app, transaction, &mut contract, options).await?;
    let fillers = fillers(&contract);
    let transition = contract.apply(Command::Send { fillers }, app.now())?;
    let actor = caller.actor_for(contract.creator.as_ref());
    // Last of all: nothing that is refused costs anything (D-06).
    charge_contract(app, transaction, contract.company_id).await?;
    let changed = store_change(app, transaction, &stored, transition, actor).await?;
    changed.ok_or_else(|| AppError::Internal("sending deleted the contract".to_owned()))
}

/// The deadline is at most two years after sending, and not in the past.
fn check_deadline(app: &App, contract: &mut Contract) -> Result<(), AppError> {
    let now = app.now();
    let latest = now.plus_years(2);
    let wanted = contract.expire_time.unwrap_or(latest);
    if wanted <= now {
        return Err(AppError::invalid(
            "expireTime",
            "has passed; overwrite the draft with a later one",
        ));
    }
    contract.expire_time = Some(wanted.min(latest));
    Ok(())
}

/// Receivers whose verified name is another one than the given (D-23).
async fn check_names(transaction: &mut Transaction, contract: &Contract) -> Result<(), AppError> {
    for party in &contract.signatories {
        check_name(transaction, contract, party).await?;
    }
    Ok(())
}

/// A receiver whose verified name is another one than the given (D-23).
pub(super) async fn check_name(
    reader: &mut Reader,
    contract: &Contract,
    party: &Signatory,
) -> Result<(), AppError> {
    if contract.allow_name_mismatch || party.tenant_type.is_company() {
        return Ok(());
    }
    let (Some(receiver), Some(name)) = (&party.receiver, &party.tenant_name) else {
        return Ok(());
    };
    let known = person::find_by_contact(reader, receiver.contact_type, &receiver.contact).await?;
    if known.is_some_and(|known| known.value.verified && known.value.name != *name) {
        return Err(AppError::NameMismatch {
            contact: receiver.masked(),
        });
    }
    Ok(())
}

/// Positions drafted for a template's document now name the document made of it (D-15).
fn resolve_template_documents(contract: &mut Contract) {
    let made: Vec<(u64, u64)> = contract
        .documents
        .iter()
        .filter_map(|document| {
            document
                .template_id
                .map(|template| (template.get(), document.id.get()))
        })
        .collect();
    let resolve = |stamper: &mut Stamper| {
        let found = made
            .iter()
            .find(|(template, _)| Some(*template) == stamper.document_id);
        stamper.document_id = found.map(|(_, document)| *document).or(stamper.document_id);
    };
    for party in &mut contract.signatories {
        let own = party.stampers.iter_mut();
        own.chain(party.actions.iter_mut().flat_map(|action| &mut action.stampers))
            .for_each(resolve);
    }
}

/// Seals named by steps and positions of our own companies exist and may be used.
async fn check_seals(transaction: &mut Transaction, contract: &Contract) -> Result<(), AppError> {
    for party in &contract.signatories {
        check_party_seals(transaction, party).await?;
    }
    Ok(())
}

/// Seals named by the steps and positions of one of our own companies exist and may be used.
pub(super) async fn check_party_seals(reader: &mut Reader, party: &Signatory) -> Result<(), AppError> {
    let Some(company) = party.company_id else {
        return Ok(());
    };
    for action in &party.actions {
        let of_positions = action.stampers.iter().filter_map(|stamper| stamper.seal_id);
        let seals: Vec<SealId> = action.seal_ids.iter().copied().chain(of_positions).collect();
        for seal in seals {
            require_seal(reader, company, seal).await?;
        }
    }
    Ok(())
}

/// Checks every position of every party at once, so that `locateAllStamperKeywords` spans the whole call, and drops the
/// keywords that were not found when it is off.
async fn keep_found_positions(
    app: &App,
    transaction: &mut Transaction,
    contract: &mut Contract,
    options: &SendOptions,
) -> Result<(), AppError> {
    let all: Vec<Stamper> = contract
        .signatories
        .iter()
        .flat_map(|party| party.all_stampers().cloned())
        .collect();
    if all.is_empty() {
        return Ok(());
    }
    let documents = load_aids(app, transaction, contract).await?;
    let found = check_positions(app, &documents, &all, options.locate_all_keywords).await?;
    let mut found = found.into_iter();
    for party in &mut contract.signatories {
        party.stampers.retain(|_| found.next().unwrap_or(true));
        for action in &mut party.actions {
            action.stampers.retain(|_| found.next().unwrap_or(true));
        }
    }
    Ok(())
}
