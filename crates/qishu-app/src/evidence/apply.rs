//! 电子存证证明申请, 出证报告申请: `POST /chain/evidence/electronic/prove/apply`, `…/complete/report/apply`.

use qishu_model::contact::User;
use qishu_model::contract::{Contract, ContractAddress, ContractState, Refusal};
use qishu_model::evidence::{Evidence, EvidenceState, Notary, ProveSource};
use qishu_model::id::{DocumentId, EvidenceId, NotaryId};
use qishu_model::rights::{About, Operation};
use qishu_store::job::{self, NewJob};
use qishu_store::ledger::Entry;
use qishu_store::{Reader, Scope, company, contract, evidence, notary};
use serde_json::json;

use super::check_uploads;
use super::notary::store_file;
use crate::company::require_operator;
use crate::contract::locate;
use crate::document::Upload;
use crate::job::MAKE_EVIDENCE;
use crate::{ApiCaller, App, AppError};

/// Most pieces of supporting material.
const MOST_MATERIALS: usize = 20;

/// A report that is asked for.
#[derive(Debug, Clone)]
pub struct EvidenceOrder {
    /// What it is about.
    pub source: ProveSource,
    /// Notarised data.
    pub chain_id: Option<NotaryId>,
    /// For notarised data the caller's own id of it; for a contract its id or `bizId`; for a document its id.
    pub data_id: Option<String>,
    /// Documents of one contract; all of them when empty.
    pub documents: Vec<DocumentId>,
    /// Supporting material, enclosed as it is.
    pub materials: Vec<Upload>,
    /// Who asks.
    pub operator: Option<User>,
}

/// Notes a report to be made; it is ready in seconds, and free of charge.
///
/// # Errors
/// `1607` for unknown data and that of others; `1003`, `1402` for unknown contracts and documents and those of others;
/// `1101` for a contract that was never sent; `1701`, `1702`, `1705`, `1002` for an operator who may not; `1005`, `1010`
/// for fields and material.
pub async fn apply_evidence(
    app: &App,
    caller: &ApiCaller,
    order: EvidenceOrder,
) -> Result<Evidence, AppError> {
    if order.materials.len() > MOST_MATERIALS {
        let most = format!("at most {MOST_MATERIALS} files are accepted");
        return Err(AppError::invalid("proveMaterial", most));
    }
    check_uploads("proveMaterial", &order.materials, app.settings.upload_bytes)?;
    let mut reader = app.store.read("apply_evidence");
    let found = find(&mut reader, caller, &order).await?;
    if let Some(operator) = &order.operator {
        check_operator(&mut reader, caller, &found, operator).await?;
    }
    drop(reader);
    let mut materials = Vec::with_capacity(order.materials.len());
    for material in &order.materials {
        materials.push(store_file(app, material).await?);
    }
    let made = Evidence {
        id: EvidenceId::new(app.next_id()),
        company_id: caller.company.id,
        source: order.source,
        notary_id: found.notary.map(|notary| notary.id),
        contract_id: found.contract.map(|contract| contract.id),
        documents: found.documents,
        materials,
        operator: order.operator,
        serial: None,
        state: EvidenceState::Processing,
        create_time: app.now(),
    };
    store(app, caller, &made).await?;
    app.wake();
    Ok(made)
}

async fn store(app: &App, caller: &ApiCaller, made: &Evidence) -> Result<(), AppError> {
    let mut transaction = app.store.begin("apply_evidence");
    evidence::insert(&mut transaction, made).await?;
    transaction.record(Entry {
        at: made.create_time,
        tenant: Some(made.company_id),
        kind: "EVIDENCE_APPLY",
        subject: Some(made.id.get()),
        actor: caller.actor_for(made.operator.as_ref()),
        details: json!({ "source": made.source.name() }),
    });
    let job = NewJob {
        kind: MAKE_EVIDENCE,
        dedup_key: Some(format!("evidence:{}", made.id)),
        priority: 0,
        run_at: app.now(),
        data: json!({ "evidence": made.id }),
    };
    job::enqueue(&mut transaction, &job).await?;
    Ok(transaction.commit().await?)
}

/// An operator of the initiator must govern the contract (its maker, its handler, or the system administrator); for a contract
/// that the caller did not start, and for data, any employee of the caller will do.
async fn check_operator(
    reader: &mut Reader,
    caller: &ApiCaller,
    found: &Found,
    operator: &User,
) -> Result<(), AppError> {
    let own = Scope::Platform(caller.company.id);
    let initiated = match &found.contract {
        Some(contract) => company::find(reader, own, contract.company_id)
            .await?
            .map(|initiator| (contract, initiator.value)),
        None => None,
    };
    let (company, operation, about) = match &initiated {
        Some((contract, initiator)) => (initiator, Operation::ProveContract, About::Contract(contract)),
        None => (&caller.company, Operation::NotariseData, About::Company),
    };
    require_operator(reader, company, operator, operation, about)
        .await
        .map(drop)
}

/// What a report is about.
#[derive(Default)]
struct Found {
    notary: Option<Notary>,
    contract: Option<Contract>,
    documents: Vec<DocumentId>,
}

async fn find(reader: &mut Reader, caller: &ApiCaller, order: &EvidenceOrder) -> Result<Found, AppError> {
    let mut found = Found {
        documents: order.documents.clone(),
        ..Found::default()
    };
    let named = order.data_id.as_deref();
    match order.source {
        ProveSource::Data | ProveSource::CustomData => {
            found.notary = Some(find_notary(reader, caller, order).await?);
        }
        ProveSource::Document if found.documents.is_empty() => {
            let id = named.and_then(|named| named.parse().ok());
            let id = id.ok_or_else(|| AppError::invalid("documentIds", "is required"))?;
            found.documents.push(id);
        }
        ProveSource::Contract if found.documents.is_empty() => {
            let named = named.ok_or_else(|| {
                AppError::invalid(
                    "proveDataId",
                    "the contract's id or bizId, or documentIds, is required",
                )
            })?;
            found.contract = Some(find_contract(reader, caller, named).await?);
        }
        ProveSource::Contract | ProveSource::Document => {}
    }
    for id in &found.documents {
        let own = Scope::Platform(caller.company.id);
        let holder = contract::find_by_document(reader, own, *id).await?;
        let holder = holder.ok_or(AppError::DocumentNotFound)?.value;
        holder.shown_document(*id).ok_or(AppError::DocumentNotFound)?;
        match &found.contract {
            Some(known) if known.id != holder.id => {
                return Err(AppError::invalid(
                    "documentIds",
                    "documents of one contract are expected",
                ));
            }
            _ => found.contract = Some(holder),
        }
    }
    found.contract.as_ref().map_or(Ok(()), require_sent)?;
    Ok(found)
}

/// By `chainId`, else by the caller's own id; both must fit when both are given.
async fn find_notary(
    reader: &mut Reader,
    caller: &ApiCaller,
    order: &EvidenceOrder,
) -> Result<Notary, AppError> {
    let company = caller.company.id;
    let found = match (order.chain_id, order.data_id.as_deref()) {
        (Some(id), named) => notary::find(reader, Scope::Platform(company), id)
            .await?
            .filter(|found| named.is_none_or(|named| named == found.data_id)),
        (None, Some(named)) => notary::find_by_data_id(reader, company, named).await?,
        (None, None) => return Err(AppError::invalid("chainId", "chainId or proveDataId is required")),
    };
    found.ok_or(AppError::EvidenceNotFound)
}

/// By id; a text that is none, or nobody's, is looked for as `bizId`.
async fn find_contract(reader: &mut Reader, caller: &ApiCaller, named: &str) -> Result<Contract, AppError> {
    let address = |contract_id, biz_id| ContractAddress {
        contract_id,
        biz_id,
        tenant_name: None,
    };
    if let Ok(id) = named.parse() {
        match locate(reader, caller, &address(Some(id), None)).await {
            Err(AppError::ContractNotFound) => {}
            located => return Ok(located?.contract.value),
        }
    }
    let by_biz_id = address(None, Some(named.to_owned()));
    Ok(locate(reader, caller, &by_biz_id).await?.contract.value)
}

/// Before it was sent nothing has happened that could be proved.
fn require_sent(contract: &Contract) -> Result<(), AppError> {
    if contract.publish_time.is_some() && contract.state != ContractState::Deleted {
        return Ok(());
    }
    Err(Refusal::WrongStatus {
        status: contract.state.name(),
    }
    .into())
}
