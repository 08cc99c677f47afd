//! Values that the initiator fills into a draft on its page (5.6, `FILL_PARAMETERS`).

use std::collections::BTreeSet;

use qishu_model::contract::{Contract, DocumentParam, TemplateParam};
use qishu_store::Versioned;

use super::appoint::{draft, offered};
use super::fill::FilledParam;
use super::link::AppointMode;
use super::session::PageSession;
use crate::contract::{belongs_to_sponsor, give_values, remake_documents, store_values};
use crate::{App, AppError};

/// Tries when others change the draft at the same time.
const TRIES: u32 = 5;

/// Parameters of a draft that nobody but the initiator fills, each name once, in the order of the documents.
#[must_use]
pub fn params_of_sponsor(contract: &Contract) -> Vec<&DocumentParam> {
    let mut names = BTreeSet::new();
    let params = contract.documents.iter().flat_map(|document| &document.params);
    params
        .filter(|param| param.parameter_type.takes_value() && belongs_to_sponsor(contract, param))
        .filter(|param| names.insert(param.name.as_str()))
        .collect()
}

/// Sets values of the initiator's parameters; an empty one takes a value away. Mandatory ones may stay empty until the draft
/// is sent. Documents whose content changes are made anew, which takes seconds; when the draft changes meanwhile it is done
/// again.
///
/// # Errors
/// `1002` where the link does not offer it; `1005` naming the parameter; `1101` once it was sent; `1403` when a document cannot
/// be made.
pub async fn save_params(
    app: &App,
    session: &PageSession,
    filled: &[FilledParam],
) -> Result<Contract, AppError> {
    let options = session.drafting()?;
    let fills = options.params || options.mode == AppointMode::FillParameters;
    offered(fills && (options.save || options.send))?;
    let _turn = app.lock_contract(session.contract).await;
    for attempt in 0..TRIES {
        match attempt_save(app, session, filled).await {
            Err(AppError::Busy) => app.pause(attempt).await,
            answer => return answer,
        }
    }
    Err(AppError::Busy)
}

async fn attempt_save(
    app: &App,
    session: &PageSession,
    filled: &[FilledParam],
) -> Result<Contract, AppError> {
    let seen = draft(&mut app.store.read("save_params"), session).await?;
    let known: BTreeSet<&str> = params_of_sponsor(&seen.value)
        .into_iter()
        .map(|param| param.name.as_str())
        .collect();
    if let Some(unknown) = filled.iter().find(|filled| !known.contains(filled.name.as_str())) {
        let field = format!("params.{}", unknown.name);
        return Err(AppError::invalid(field, "the initiator fills no such parameter"));
    }
    let mut next = seen.value.clone();
    let mut changed = BTreeSet::new();
    for filled in filled {
        changed.extend(set_value(&seen.value, &mut next, filled)?);
    }
    let made = remake_documents(app, &mut next, &changed).await?;
    let next = Versioned {
        version: seen.version,
        value: next,
    };
    store_values(app, &next, made, session.actor()).await?;
    Ok(next.value)
}

/// Puts one value where it belongs; answers the documents that look different now.
fn set_value(
    before: &Contract,
    next: &mut Contract,
    filled: &FilledParam,
) -> Result<Vec<qishu_model::id::DocumentId>, AppError> {
    let given = [TemplateParam {
        name: filled.name.clone(),
        value: Some(filled.value.clone()),
        read_only: false,
        signatory_id: None,
    }];
    let mut changed = Vec::new();
    for document in &mut next.documents {
        let Some(template) = &document.template else {
            continue;
        };
        for param in &mut document.params {
            if param.name != filled.name || !belongs_to_sponsor(before, param) {
                continue;
            }
            let shown = param.effective().map(str::to_owned);
            if filled.value.is_empty() {
                param.value = None;
            } else {
                give_values(template.kind, std::slice::from_mut(param), &given, false)?;
            }
            if param.effective().map(str::to_owned) != shown {
                changed.push(document.id);
            }
        }
    }
    Ok(changed)
}
