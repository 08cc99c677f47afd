//! Parameters of documents that were made of templates: values, who fills them, what is still missing.

use std::collections::BTreeSet;

use qishu_model::contract::{
    Contract, ContractAddress, ContractState, Document, DocumentParam, Refusal, Signatory, Stamper,
    TemplateParam,
};
use qishu_model::id::{DocumentId, SignatoryId};
use qishu_model::log::OperateType;
use qishu_model::template::TemplateKind;
use qishu_store::ledger::Actor;
use qishu_store::{Reader, Versioned, contract};

use super::events::entry;
use super::locate::{locate, locate_initiated};
use crate::document::{MadeDocument, remake, store_made};
use crate::signing::{check_positions, load_aids};
use crate::template::check_value;
use crate::{ApiCaller, App, AppError};

/// 查询文件必填项填写详情: the contract, of whose documents the mandatory parameters are told (D-37).
///
/// # Errors
/// Not found for unknown contracts and those of others.
pub async fn required_detail(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
) -> Result<Contract, AppError> {
    let mut reader = app.store.read("required_detail");
    Ok(locate(&mut reader, caller, address).await?.contract.value)
}

/// Sets values in the documents of a contract that nobody signs yet (what 修改合同 and the initiator's fill page do); makes
/// the changed documents anew. Done again when somebody else changes the contract meanwhile.
///
/// # Errors
/// `1101` outside of `DRAFT` and `FILLING`, `1002` for parties that are not the initiator, `1005` naming the parameter, `1108`
/// when a position of a sent contract is lost.
pub async fn set_params(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    given: &[TemplateParam],
) -> Result<Contract, AppError> {
    const TRIES: u32 = 5;
    for attempt in 0..TRIES {
        match attempt_set(app, caller, address, given).await {
            Err(AppError::Busy) => app.pause(attempt).await,
            answer => return answer,
        }
    }
    Err(AppError::Busy)
}

async fn attempt_set(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    given: &[TemplateParam],
) -> Result<Contract, AppError> {
    let seen = locate_initiated(&mut app.store.read("set_params"), caller, address).await?;
    require_unsigned(&seen.value)?;
    let (next, made) = with_values(app, &seen.value, given).await?;
    let next = Versioned {
        version: seen.version,
        value: next,
    };
    store_values(app, &next, made, caller.actor()).await?;
    Ok(next.value)
}

/// Stores a contract with other values and the documents that were made anew for it.
///
/// # Errors
/// Busy when it was changed since it was read; `1108` when a position of a sent contract is lost.
pub(crate) async fn store_values(
    app: &App,
    next: &Versioned<Contract>,
    made: Vec<MadeDocument>,
    actor: Actor,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("set_params");
    contract::update(&mut transaction, next).await?;
    store_made(app, &mut transaction, next.value.id, made).await?;
    if next.value.state == ContractState::Filling {
        check_all_positions(app, &mut transaction, &next.value).await?;
    }
    transaction.record(entry(app, &next.value, OperateType::Modify, actor));
    transaction.commit().await?;
    Ok(())
}

/// Every position of a sent contract is still there after its documents were made anew.
///
/// # Errors
/// `1108`, `1109`.
pub(crate) async fn check_all_positions(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
) -> Result<(), AppError> {
    let parties = contract.signatories.iter();
    let all: Vec<Stamper> = parties.flat_map(|party| party.all_stampers().cloned()).collect();
    if all.is_empty() {
        return Ok(());
    }
    let documents = load_aids(app, reader, contract).await?;
    check_positions(app, &documents, &all, true).await.map(drop)
}

fn require_unsigned(contract: &Contract) -> Result<(), AppError> {
    match contract.state {
        ContractState::Draft | ContractState::Filling => Ok(()),
        _ => Err(Refusal::WrongStatus {
            status: contract.state.name(),
        }
        .into()),
    }
}

/// Values of a request name parties of this contract.
///
/// # Errors
/// `1005` naming the parameter.
pub(crate) fn check_given(contract: &Contract, given: &[TemplateParam]) -> Result<(), AppError> {
    for (place, param) in given.iter().enumerate() {
        if let Some(id) = param.signatory_id.filter(|id| contract.signatory(*id).is_none()) {
            return Err(AppError::invalid(
                format!("templateParams[{place}].signatoryId"),
                format!("{id} is no party of this contract"),
            ));
        }
    }
    Ok(())
}

/// Puts values of a request into parameters of the same name; unknown names are ignored (D-48). Answers whether anything
/// that is shown changed. `by_filler` leaves alone what the initiator has fixed.
///
/// # Errors
/// `1005` naming the parameter.
pub(crate) fn give_values(
    kind: TemplateKind,
    params: &mut [DocumentParam],
    given: &[TemplateParam],
    by_filler: bool,
) -> Result<bool, AppError> {
    let mut changed = false;
    for given in given {
        for param in params.iter_mut().filter(|param| param.name == given.name) {
            if by_filler && param.read_only && param.value.is_some() {
                continue;
            }
            if let Some(value) = &given.value {
                check_value(kind, param, value)?;
                changed |= param.effective() != Some(value);
                param.value = Some(value.clone());
            }
            if !by_filler {
                param.read_only |= given.read_only;
                param.signatory_id = given.signatory_id.or(param.signatory_id);
            }
        }
    }
    Ok(changed)
}

/// The contract with values of a request in all its documents, and the documents that were made anew for it: to be stored
/// after the contract by `store_made`. Costs conversions, so it is done before the transaction.
///
/// # Errors
/// `1005` naming the parameter; `1403` when a document cannot be made.
pub(crate) async fn with_values(
    app: &App,
    contract: &Contract,
    given: &[TemplateParam],
) -> Result<(Contract, Vec<MadeDocument>), AppError> {
    check_given(contract, given)?;
    let mut next = contract.clone();
    let mut changed = BTreeSet::new();
    for document in &mut next.documents {
        let Some(template) = &document.template else {
            continue;
        };
        if give_values(template.kind, &mut document.params, given, false)? {
            changed.insert(document.id);
        }
    }
    let made = remake_documents(app, &mut next, &changed).await?;
    Ok((next, made))
}

/// Makes documents anew.
///
/// # Errors
/// `1101` once the signing has begun; `1403` when a document cannot be made.
pub(crate) async fn remake_documents(
    app: &App,
    contract: &mut Contract,
    changed: &BTreeSet<DocumentId>,
) -> Result<Vec<MadeDocument>, AppError> {
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    require_unsigned(contract)?;
    let mut all = Vec::new();
    for place in 0..contract.documents.len() {
        let Some(document) = contract
            .documents
            .get(place)
            .filter(|known| changed.contains(&known.id))
        else {
            continue;
        };
        if let Some(made) = remake(app, contract, document).await? {
            if let Some(document) = contract.documents.get_mut(place) {
                *document = made.document.clone();
            }
            all.push(made);
        }
    }
    Ok(all)
}

/// Whether the initiator fills a parameter: nobody else is named, or it is named itself.
#[must_use]
pub fn belongs_to_sponsor(contract: &Contract, param: &DocumentParam) -> bool {
    let party = param.signatory_id.and_then(|id| contract.signatory(id));
    party.is_none_or(|party| party.sponsor)
}

/// Every mandatory parameter of the initiator has a value.
///
/// # Errors
/// `1116` naming document and parameters.
pub(crate) fn check_sponsor_params(contract: &Contract) -> Result<(), AppError> {
    for document in &contract.documents {
        let missing = document
            .params
            .iter()
            .filter(|param| param.is_missing() && belongs_to_sponsor(contract, param));
        let names: Vec<&str> = missing.map(|param| param.name.as_str()).collect();
        if !names.is_empty() {
            return Err(missing_params(document, &names));
        }
    }
    Ok(())
}

/// `1116` naming document and parameters.
pub(crate) fn missing_params(document: &Document, names: &[&str]) -> AppError {
    AppError::RequiredParamEmpty {
        detail: format!("{}: {}", document.title, names.join(", ")),
    }
}

/// Receivers that still have to fill mandatory parameters.
pub(crate) fn fillers(contract: &Contract) -> Vec<SignatoryId> {
    let has_to_fill = |party: &&Signatory| {
        let mut params = contract.documents.iter().flat_map(|document| &document.params);
        !party.sponsor && params.any(|param| param.signatory_id == Some(party.id) && param.is_missing())
    };
    let fillers = contract.signatories.iter().filter(has_to_fill);
    fillers.map(|party| party.id).collect()
}

/// After the parties of a draft were replaced: parameters follow the party that is the same, those of a party that is gone
/// fall to the initiator.
pub(super) fn follow_parties(document: &mut Document, before: &[Signatory], after: &[Signatory]) {
    for param in &mut document.params {
        let old = param
            .signatory_id
            .and_then(|id| before.iter().find(|party| party.id == id));
        let new = old.and_then(|old| after.iter().find(|party| party.same_party(old)));
        param.signatory_id = new.map(|party| party.id);
    }
}
