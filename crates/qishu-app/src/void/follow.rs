//! What follows from a step of voiding, in the transaction that makes it.

use qishu_model::contract::{Contract, ContractState, SignatoryStatus};
use qishu_model::id::{ContractId, SignatoryId};
use qishu_store::job::{self, NewJob};
use qishu_store::{Scope, Transaction, company};
use serde_json::json;

use super::act::VoidAct;
use super::sign::{begin_act, signed_meanwhile};
use crate::contract::load_contract;
use crate::job::VOID_SIGN;
use crate::message::{invite, tell_voided};
use crate::signing::system_actor;
use crate::{App, AppError};

/// The request that asked for it signs for the initiator right away; this is for the case that it died before.
const AUTO_SIGN_AFTER_MS: i64 = 5_000;

/// Asks the parties to sign when voiding begins, makes sure that the initiator's automatic signature comes, and tells those
/// who wanted to know when the contract is void.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn follow(
    app: &App,
    transaction: &mut Transaction,
    before: &Contract,
    after: &Contract,
) -> Result<(), AppError> {
    match (&before.state, &after.state) {
        (ContractState::Complete { .. }, ContractState::Invaliding { request, .. }) => {
            for party in &after.signatories {
                if party.status == SignatoryStatus::Invaliding && !party.sponsor {
                    invite(app, transaction, after, party).await?;
                }
            }
            match after.sponsor() {
                Some(sponsor) if request.auto_sign => {
                    let job = NewJob {
                        kind: VOID_SIGN,
                        dedup_key: Some(format!("{VOID_SIGN}/{}/{:?}", after.id, request.document)),
                        priority: 10,
                        run_at: app.now().plus_ms(AUTO_SIGN_AFTER_MS),
                        data: json!({ "contract": after.id, "party": sponsor.id }),
                    };
                    job::enqueue(transaction, &job).await?;
                }
                _ => {}
            }
            Ok(())
        }
        (ContractState::Invaliding { .. }, ContractState::Invalided { request }) => {
            for receiver in &request.receivers {
                tell_voided(app, transaction, after, &receiver.receiver).await?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Signs for the initiator if that is still to be done; running twice does nothing.
///
/// # Errors
/// As signing the void document; the job is tried again.
pub(crate) async fn sign_waiting(app: &App, id: ContractId, party: SignatoryId) -> Result<(), AppError> {
    let mut reader = app.store.read("void_sign");
    let contract = match load_contract(&mut reader, id).await {
        Err(AppError::ContractNotFound) => return Ok(()),
        found => found?.value,
    };
    let waits = contract.signatory(party).filter(|party| {
        party.status == SignatoryStatus::Invaliding
            && contract.void_request().is_some_and(|request| request.auto_sign)
    });
    let Some(company_id) = waits.and_then(|party| party.company_id) else {
        return Ok(());
    };
    let company = company::find(&mut reader, Scope::System, company_id).await?;
    let company = company
        .ok_or_else(|| AppError::Internal(format!("company {company_id} is gone")))?
        .value;
    drop(reader);
    let act = VoidAct {
        company,
        party,
        seal_id: None,
        stampers: Vec::new(),
        locate_all_keywords: true,
    };
    match begin_act(app, id, act, system_actor()).await {
        Err(error) if signed_meanwhile(app, id, party).await? => {
            tracing::debug!(contract.id = %id, %error, "the void document was signed meanwhile");
            Ok(())
        }
        answer => answer.map(drop),
    }
}
