//! A party fills its parameters; the last one sets the signing going.

use std::collections::BTreeSet;

use qishu_model::contact::User;
use qishu_model::contract::{
    Command, Contract, ContractState, DocumentParam, Refusal, Signatory, SignatoryStatus, TemplateParam,
};
use qishu_model::id::SignatoryId;
use qishu_store::Versioned;

use super::session::PageSession;
use crate::contract::{
    check_all_positions, give_values, load_contract, missing_params, remake_documents, store_change,
};
use crate::document::store_made;
use crate::{App, AppError};

/// Tries when others change the contract at the same time.
const TRIES: u32 = 5;

/// A value that somebody filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledParam {
    /// Name of the parameter.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The party that a person fills parameters for now.
///
/// # Errors
/// `1101` unless the contract is being filled, `1110` for people it does not concern, `1107` when they have nothing to fill.
pub fn party_filling<'a>(contract: &'a Contract, user: &User) -> Result<&'a Signatory, AppError> {
    if contract.state != ContractState::Filling {
        return Err(Refusal::WrongStatus {
            status: contract.state.name(),
        }
        .into());
    }
    let own = |party: &&Signatory| {
        let receiver = party.receiver.as_ref();
        receiver.is_some_and(|receiver| receiver.same_contact(user))
    };
    let mut parties = contract.signatories.iter().filter(own).peekable();
    if parties.peek().is_none() {
        return Err(AppError::NoViewPermission);
    }
    let waiting = parties.find(|party| party.status == SignatoryStatus::Filling);
    Ok(waiting.ok_or(Refusal::NotInTurn)?)
}

/// Parameters that a party fills, each name once, in the order of the documents.
#[must_use]
pub fn params_of_party(contract: &Contract, party: SignatoryId) -> Vec<&DocumentParam> {
    let mut names = BTreeSet::new();
    let params = contract.documents.iter().flat_map(|document| &document.params);
    params
        .filter(|param| param.signatory_id == Some(party) && param.parameter_type.takes_value())
        .filter(|param| names.insert(param.name.as_str()))
        .collect()
}

/// Fills the parameters of the session's person. Documents whose content changes are made anew, which takes seconds; when
/// the contract changes meanwhile it is done again.
///
/// # Errors
/// `1116` when a mandatory parameter stays empty, `1005` for values, `1101`, `1107`, `1110`; `1108` when a position is lost.
pub async fn fill_params(
    app: &App,
    session: &PageSession,
    filled: &[FilledParam],
) -> Result<Contract, AppError> {
    let user = session.person()?;
    let _turn = app.lock_contract(session.contract).await;
    for attempt in 0..TRIES {
        let stored = load_contract(&mut app.store.read("fill_params"), session.contract).await?;
        match attempt_fill(app, session, user, &stored, filled).await {
            Err(AppError::Busy) => app.pause(attempt).await,
            answer => return answer,
        }
    }
    Err(AppError::Busy)
}

async fn attempt_fill(
    app: &App,
    session: &PageSession,
    user: &User,
    stored: &Versioned<Contract>,
    filled: &[FilledParam],
) -> Result<Contract, AppError> {
    let party = party_filling(&stored.value, user)?.id;
    let (mut next, changed) = with_filled(&stored.value, party, filled)?;
    let made = remake_documents(app, &mut next, &changed).await?;
    let transition = next.apply(Command::Fill { party }, app.now())?;
    let mut transaction = app.store.begin("fill_params");
    let after = store_change(app, &mut transaction, stored, transition, session.actor()).await?;
    let after = after.ok_or_else(|| AppError::Internal("filling deleted the contract".to_owned()))?;
    if !made.is_empty() {
        store_made(app, &mut transaction, after.id, made).await?;
        check_all_positions(app, &mut transaction, &after).await?;
    }
    transaction.commit().await?;
    app.wake();
    Ok(after)
}

/// The contract with the values of one party, and the documents that change.
fn with_filled(
    contract: &Contract,
    party: SignatoryId,
    filled: &[FilledParam],
) -> Result<(Contract, BTreeSet<qishu_model::id::DocumentId>), AppError> {
    let given: Vec<TemplateParam> = filled
        .iter()
        .filter(|filled| !filled.value.is_empty())
        .map(|filled| TemplateParam {
            name: filled.name.clone(),
            value: Some(filled.value.clone()),
            read_only: false,
            signatory_id: None,
        })
        .collect();
    let mut next = contract.clone();
    let mut changed = BTreeSet::new();
    for document in &mut next.documents {
        let Some(template) = &document.template else {
            continue;
        };
        for param in &mut document.params {
            if param.signatory_id != Some(party) {
                continue;
            }
            if give_values(template.kind, std::slice::from_mut(param), &given, true)? {
                changed.insert(document.id);
            }
        }
        let missing = document
            .params
            .iter()
            .filter(|param| param.signatory_id == Some(party) && param.is_missing());
        let names: Vec<&str> = missing.map(|param| param.name.as_str()).collect();
        if !names.is_empty() {
            return Err(missing_params(document, &names));
        }
    }
    Ok((next, changed))
}
