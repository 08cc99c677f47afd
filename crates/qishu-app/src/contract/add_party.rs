//! 添加签署方: `POST /v2/signatory/add`.

use qishu_model::contract::draft::SignatoryDraft;
use qishu_model::contract::{Command, Contract, ContractAddress, ContractState, Signatory, Stamper};
use qishu_store::{Reader, Scope, Transaction, category, company};

use super::build::PartyBuilder;
use super::events::store_change;
use super::locate::locate_to_change;
use super::send::{check_name, check_party_seals};
use crate::signing::{check_positions, load_aids};
use crate::{ApiCaller, App, AppError};

/// Adds a party to a draft, or to a contract that was sent when its category allows it; a complete contract is in signing again
/// then (D-27).
///
/// # Errors
/// `1101` by status; `1304` when the category does not allow it; `1102` to `1111` for the party, `1106`, `1108`, `1109` for its
/// positions, `1201`, `1203` for seals, `1701` to `1705` for people.
pub async fn add_party(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    party: SignatoryDraft,
    locate_all_keywords: bool,
) -> Result<Signatory, AppError> {
    let mut transaction = app.store.begin("add_party");
    let mut stored = locate_to_change(&mut transaction, caller, address).await?;
    check_allowed(app, &mut transaction, &mut stored.value).await?;
    let contract = &stored.value;
    let mut party = build(app, caller, &mut transaction, contract, party).await?;
    keep_found_positions(app, &mut transaction, contract, &mut party, locate_all_keywords).await?;
    let id = party.id;
    let command = Command::AddParty {
        party: Box::new(party),
    };
    let transition = contract.apply(command, app.now())?;
    if contract.state != ContractState::Draft {
        let added = transition.contract.as_ref().and_then(|after| after.signatory(id));
        if let Some(added) = added {
            check_name(&mut transaction, contract, added).await?;
            check_party_seals(&mut transaction, added).await?;
        }
    }
    let changed = store_change(app, &mut transaction, &stored, transition, caller.actor()).await?;
    transaction.commit().await?;
    changed
        .and_then(|contract| contract.signatory(id).cloned())
        .ok_or_else(|| AppError::Internal("adding a party deleted it".to_owned()))
}

/// A contract that was sent needs a category that allows to go on sending. One that was complete gets a new deadline when its
/// old one has passed, since it would expire at once.
async fn check_allowed(app: &App, reader: &mut Reader, contract: &mut Contract) -> Result<(), AppError> {
    match contract.state {
        ContractState::Draft => return Ok(()),
        ContractState::Signing | ContractState::Complete { .. } => {}
        _ => return Err(contract.wrong_status().into()),
    }
    let category = match &contract.category {
        Some(category) => category::find(reader, Scope::Company(contract.company_id), category.id).await?,
        None => None,
    };
    let category = category
        .map(|category| category.value)
        .filter(|category| category.continue_sending)
        .ok_or(AppError::ContinueSendingForbidden)?;
    let now = app.now();
    if contract.expire_time.is_some_and(|deadline| deadline <= now) {
        contract.expire_time = Some(now.plus_days(i64::from(category.expire_days)).end_of_day());
    }
    Ok(())
}

async fn build(
    app: &App,
    caller: &ApiCaller,
    reader: &mut Reader,
    contract: &Contract,
    mut draft: SignatoryDraft,
) -> Result<Signatory, AppError> {
    let found = company::find(reader, Scope::System, contract.company_id).await?;
    let initiator = found
        .ok_or_else(|| AppError::Internal(format!("company {} is gone", contract.company_id)))?
        .value;
    let last = contract.signatories.iter().map(|party| party.serial_no).max();
    draft
        .serial_no
        .get_or_insert(last.unwrap_or_default().saturating_add(1));
    if let Some(number) = &draft.signatory_no
        && contract
            .signatories
            .iter()
            .any(|party| party.signatory_no.as_ref() == Some(number))
    {
        return Err(AppError::invalid(
            "signatory.signatoryNo",
            "another signatory of this contract has this number",
        ));
    }
    let builder = PartyBuilder {
        app,
        caller,
        company: &initiator,
    };
    builder
        .build(reader, "signatory", contract.signatories.len(), draft)
        .await
}

/// Drops the keywords that are not found when the call says so.
async fn keep_found_positions(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    party: &mut Signatory,
    locate_all_keywords: bool,
) -> Result<(), AppError> {
    let all: Vec<Stamper> = party.all_stampers().cloned().collect();
    if all.is_empty() {
        return Ok(());
    }
    let documents = load_aids(app, transaction, contract).await?;
    let found = check_positions(app, &documents, &all, locate_all_keywords).await?;
    let mut found = found.into_iter();
    party.stampers.retain(|_| found.next().unwrap_or(true));
    for action in &mut party.actions {
        action.stampers.retain(|_| found.next().unwrap_or(true));
    }
    Ok(())
}
