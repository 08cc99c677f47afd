//! 签署作废合同: `POST /v2/contract/invalidsign`.

use qishu_model::contract::{
    Contract, ContractAddress, ContractState, Refusal, Signatory, SignatoryStatus, Stamper,
};
use qishu_model::id::{CompanyId, ContractId, SealId, SignatoryId};
use qishu_store::ledger::Actor;
use qishu_store::{Reader, Scope, company};
use sha2::{Digest as _, Sha256};

use super::act::VoidAct;
use super::check_type;
use crate::company::is_own;
use crate::contract::{load_contract, locate};
use crate::signing::{Act, ActRequest, perform};
use crate::{ApiCaller, App, AppError};

/// A call of `invalidsign` (5.11).
#[derive(Debug, Clone, PartialEq)]
pub struct InvalidSign {
    /// The contract; `tenant_name` also chooses among several own companies that are parties.
    pub address: ContractAddress,
    /// Seal; absent = the one used in the contract.
    pub seal_id: Option<SealId>,
    /// Positions, where none were given when voiding began.
    pub stampers: Vec<Stamper>,
    /// Every keyword must be found.
    pub locate_all_keywords: bool,
}

/// Signs the void document for a company of the caller, as initiator or as receiver (D-47).
///
/// # Errors
/// `1101` when the contract is not being voided; `1107` when no company of the caller still has to sign; `1106`, `1108`,
/// `1109`, `1005` for positions; `1201`, `1203` for the seal.
pub async fn invalid_sign(app: &App, caller: &ApiCaller, call: InvalidSign) -> Result<Contract, AppError> {
    let mut reader = app.store.read("invalid_sign");
    let contract = locate(&mut reader, caller, &call.address).await?.contract.value;
    if contract.void_request().is_none() {
        return Err(Refusal::WrongStatus {
            status: contract.state.name(),
        }
        .into());
    }
    let (party, company_id) = own_party(
        &mut reader,
        caller,
        &contract,
        call.address.tenant_name.as_deref(),
    )
    .await?;
    call.stampers
        .iter()
        .try_for_each(|stamper| check_type(stamper, true))?;
    let company = company::find(&mut reader, Scope::System, company_id).await?;
    let company = company
        .ok_or_else(|| AppError::Internal(format!("company {company_id} is gone")))?
        .value;
    drop(reader);
    let act = VoidAct {
        company,
        party,
        seal_id: call.seal_id,
        stampers: call.stampers,
        locate_all_keywords: call.locate_all_keywords,
    };
    begin_act(app, contract.id, act, caller.actor()).await
}

/// The party that a call signs for: the company named, else the initiator, else the platform company, else any own company;
/// of those that still have to sign.
async fn own_party(
    reader: &mut Reader,
    caller: &ApiCaller,
    contract: &Contract,
    name: Option<&str>,
) -> Result<(SignatoryId, CompanyId), AppError> {
    let mut candidates: Vec<(u8, SignatoryId, CompanyId)> = Vec::new();
    for party in &contract.signatories {
        let Some(company) = party.company_id else { continue };
        if party.status != SignatoryStatus::Invaliding || !is_own(reader, caller, company).await? {
            continue;
        }
        candidates.push((rank(caller, party, company, name), party.id, company));
    }
    candidates.sort_by_key(|(rank, ..)| *rank);
    let first = candidates.first().ok_or(Refusal::NotInTurn)?;
    Ok((first.1, first.2))
}

fn rank(caller: &ApiCaller, party: &Signatory, company: CompanyId, name: Option<&str>) -> u8 {
    if name.is_some() && party.tenant_name.as_deref() == name {
        0
    } else if party.sponsor {
        1
    } else if company == caller.company.id {
        2
    } else {
        3
    }
}

/// Signs. Equal requests that wait for one another get one signature.
pub(super) async fn begin_act(
    app: &App,
    contract: ContractId,
    act: VoidAct,
    actor: Actor,
) -> Result<Contract, AppError> {
    let text = format!(
        "void|{contract}|{}|{:?}|{:?}|{}",
        act.party, act.seal_id, act.stampers, act.locate_all_keywords
    );
    let act = Act {
        contract,
        request_digest: Sha256::digest(text.as_bytes()).into(),
        arrived: app.now(),
        actor,
        request: ActRequest::Void(act),
    };
    perform(app, act).await
}

/// Whether a party has signed the void document by now.
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn signed_meanwhile(
    app: &App,
    id: ContractId,
    party: SignatoryId,
) -> Result<bool, AppError> {
    let contract = load_contract(&mut app.store.read("void_signed"), id).await?.value;
    let void = matches!(contract.state, ContractState::Invalided { .. });
    let signed = contract
        .signatory(party)
        .is_some_and(|party| party.status == SignatoryStatus::Invalided);
    Ok(void || signed)
}
