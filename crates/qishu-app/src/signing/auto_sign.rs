//! `autoSign`: seals the initiator's step as soon as it is reached.

use qishu_model::contract::ActionType;
use qishu_model::id::{ActionId, ContractId};
use qishu_store::{Scope, company};
use sha2::{Digest as _, Sha256};

use super::company_sign::{CompanyAct, system_actor};
use super::pipeline::{Act, ActRequest, perform};
use crate::contract::load_contract;
use crate::{App, AppError};

/// Seals a step that waits for it; a step that does not wait any more is left alone, so that running twice does nothing.
///
/// # Errors
/// As company sealing; the job is tried again.
pub(crate) async fn auto_sign(app: &App, contract: ContractId, action: ActionId) -> Result<(), AppError> {
    let mut reader = app.store.read("auto_sign");
    let stored = match load_contract(&mut reader, contract).await {
        Err(AppError::ContractNotFound) => return Ok(()),
        found => found?,
    };
    let waits = |party: &qishu_model::contract::Signatory| {
        party
            .started_actions()
            .any(|step| step.id == action && step.auto_sign)
    };
    let Some(party) = stored.value.signatories.iter().find(|party| waits(party)) else {
        return Ok(());
    };
    let Some(company_id) = party.company_id else {
        return Ok(());
    };
    let company = company::find(&mut reader, Scope::System, company_id).await?;
    let company = company
        .ok_or_else(|| AppError::Internal(format!("company {company_id} is gone")))?
        .value;
    drop(reader);
    let act = Act {
        contract,
        request_digest: Sha256::digest(format!("auto|{contract}|{action}").as_bytes()).into(),
        arrived: app.now(),
        actor: system_actor(),
        request: ActRequest::Company(CompanyAct {
            company,
            kind: ActionType::Company,
            action: Some(action),
            seal_id: None,
            stampers: Vec::new(),
            locate_all_keywords: true,
        }),
    };
    perform(app, act).await.map(drop)
}
