//! Beginning to void: with the agreement drawn by the platform (5.8), or with a file of the caller's (5.9).

use qishu_model::contract::{
    Command, ContentType, Contract, ContractAddress, ContractState, CopySendReceiver, Refusal, Signatory,
    SignatoryStatus, Stamper, Transition, VoidRequest,
};
use qishu_model::id::DocumentId;
use qishu_model::time::Timestamp;
use qishu_store::document::insert_revision;
use qishu_store::{Reader, Scope, company};

use super::act::{VoidAct, seal_required, used_seal};
use super::check_type;
use super::sign::{begin_act, signed_meanwhile};
use super::upload::prepare_own;
use crate::contract::{InvalidContract, locate_initiated, store_change};
use crate::document::{NewDocument, StoredDocument, Upload, import_files, store_document};
use crate::paper::{AgreementDocument, AgreementParty, VoidAgreement};
use crate::seal::require_seal;
use crate::signing::check_positions;
use crate::{ApiCaller, App, AppError};

/// A void request's deadline is at most so many years away (5.8).
const MOST_YEARS: i32 = 3;

/// Title of the agreement that the platform draws, and of a caller's file without one.
const TITLE: &str = "合同作废协议";

/// A document of the caller's that voids a contract, as far as it does not matter where it comes from.
#[derive(Debug, Clone)]
pub struct VoidPaper {
    /// The contract.
    pub address: ContractAddress,
    /// Title of the document; absent = 合同作废协议.
    pub title: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Delete the contract's files once it is void.
    pub delete_doc: bool,
    /// Positions, bound by `signatoryId`.
    pub stampers: Vec<Stamper>,
    /// Every keyword must be found.
    pub locate_all_keywords: bool,
    /// People who are told when the contract is void.
    pub receivers: Vec<CopySendReceiver>,
}

/// Voids a complete contract with an agreement of our own, and signs it for the initiator unless told otherwise.
///
/// # Errors
/// `1101`; `1005` for the deadline and for a missing seal; `1201`, `1203` for the seal. Nothing has changed then.
pub(crate) async fn start_void(app: &App, caller: &ApiCaller, call: InvalidContract) -> Result<(), AppError> {
    check_deadline(app, call.expire_time)?;
    let mut reader = app.store.read("start_void");
    let contract = locate_initiated(&mut reader, caller, &call.address).await?.value;
    let mut request = VoidRequest {
        reason: call.reason.clone(),
        expire_time: call.expire_time,
        delete_doc: call.delete_doc,
        document: None,
        stampers: Vec::new(),
        auto_sign: call.auto_sign && signing_sponsor(&contract).is_some(),
        seal_id: None,
        receivers: receivers(&contract, &call.receivers),
    };
    contract.apply(
        Command::StartVoid {
            request: request.clone(),
        },
        app.now(),
    )?;
    request.seal_id = initiators_seal(&mut reader, &contract, &call).await?;
    drop(reader);
    let id = DocumentId::new(app.next_id());
    let agreement = agreement(app, &contract, id, &request)?;
    let (pdf, stampers) = tokio::task::spawn_blocking(move || agreement.draw()).await??;
    request.stampers = stampers;
    let imported = prepare_own(app, pdf).await?;
    let new = NewDocument {
        id,
        title: TITLE,
        sort: None,
        content_type: ContentType::Invalid,
        files: &[],
    };
    let stored = store_document(app, &new, &imported).await?;
    let contract = begin(app, caller, &call.address, request, stored).await?;
    sign_at_once(app, caller, &contract).await
}

/// 自定义文件作废合同: `POST /v2/contract/invalidbyfile`. Voids a complete contract with a file of the caller's. Nobody has
/// signed it then.
///
/// # Errors
/// `1101`; `1010`, `1402`, `1403` for the file; `1005`, `1106`, `1108`, `1109` for the positions. Nothing has changed then.
pub async fn void_by_file(
    app: &App,
    caller: &ApiCaller,
    paper: VoidPaper,
    file: Upload,
) -> Result<(), AppError> {
    let mut reader = app.store.read("void_by_file");
    let contract = voidable(app, &mut reader, caller, &paper).await?;
    drop(reader);
    void_with(app, caller, &contract, paper, file).await
}

/// The contract, if it can be voided with positions like these.
///
/// # Errors
/// `1101`; `1005`, `1106` for positions that no party could sign at.
pub(super) async fn voidable(
    app: &App,
    reader: &mut Reader,
    caller: &ApiCaller,
    paper: &VoidPaper,
) -> Result<Contract, AppError> {
    let contract = locate_initiated(reader, caller, &paper.address).await?.value;
    let request = VoidRequest::default();
    contract.apply(Command::StartVoid { request }, app.now())?;
    check_bindings(&contract, &paper.stampers)?;
    Ok(contract)
}

/// Takes the file in and begins to void.
///
/// # Errors
/// As [`void_by_file`].
pub(super) async fn void_with(
    app: &App,
    caller: &ApiCaller,
    contract: &Contract,
    paper: VoidPaper,
    file: Upload,
) -> Result<(), AppError> {
    let files = [file];
    let imported = import_files(app, &files).await?;
    let new = NewDocument {
        id: DocumentId::new(app.next_id()),
        title: paper.title.as_deref().unwrap_or(TITLE),
        sort: None,
        content_type: ContentType::Invalid,
        files: &files,
    };
    let stored = store_document(app, &new, &imported).await?;
    let all = paper.locate_all_keywords;
    let request = VoidRequest {
        reason: paper.reason,
        delete_doc: paper.delete_doc,
        stampers: found_positions(app, &stored, paper.stampers, all).await?,
        receivers: receivers(contract, &paper.receivers),
        ..VoidRequest::default()
    };
    begin(app, caller, &paper.address, request, stored)
        .await
        .map(drop)
}

fn check_deadline(app: &App, deadline: Option<Timestamp>) -> Result<(), AppError> {
    let now = app.now();
    let allowed = now..=now.plus_years(MOST_YEARS).end_of_day();
    match deadline {
        Some(deadline) if !allowed.contains(&deadline) => Err(AppError::invalid(
            "expireTime",
            "a day from today on, at most three years away, is expected",
        )),
        _ => Ok(()),
    }
}

/// The initiator, if it is a party that signed.
fn signing_sponsor(contract: &Contract) -> Option<&Signatory> {
    contract
        .sponsor()
        .filter(|sponsor| sponsor.status == SignatoryStatus::Signed)
}

/// Only where nobody else is asked are others told (5.8); each contact once.
fn receivers(contract: &Contract, wanted: &[CopySendReceiver]) -> Vec<CopySendReceiver> {
    if contract.counting_parties().count() != 1 {
        return Vec::new();
    }
    let mut receivers: Vec<CopySendReceiver> = Vec::new();
    for one in wanted {
        let known = |other: &CopySendReceiver| other.receiver.same_contact(&one.receiver);
        if !receivers.iter().any(known) {
            receivers.push(one.clone());
        }
    }
    receivers
}

/// The seal that the initiator will use: the one of the call, else the one it used in the contract.
async fn initiators_seal(
    reader: &mut Reader,
    contract: &Contract,
    call: &InvalidContract,
) -> Result<Option<qishu_model::id::SealId>, AppError> {
    let Some(sponsor) = signing_sponsor(contract) else {
        return Ok(None);
    };
    let id = match call.seal_id {
        Some(id) => id,
        None => used_seal(reader, contract, sponsor)
            .await?
            .ok_or_else(seal_required)?,
    };
    Ok(Some(require_seal(reader, contract.company_id, id).await?.id))
}

fn agreement(
    app: &App,
    contract: &Contract,
    id: DocumentId,
    request: &VoidRequest,
) -> Result<VoidAgreement, AppError> {
    let ContractState::Complete { time, .. } = contract.state else {
        return Err(Refusal::WrongStatus {
            status: contract.state.name(),
        }
        .into());
    };
    let signs = |party: &&Signatory| party.status == SignatoryStatus::Signed;
    let parties = contract
        .signatories
        .iter()
        .filter(signs)
        .map(|party| AgreementParty {
            id: party.id,
            name: party_name(party),
            company: party.tenant_type.is_company(),
            sponsor: party.sponsor,
        });
    let documents = contract.shown_documents().map(|document| AgreementDocument {
        title: document.title.clone(),
        sha256: document.revision_hash.clone(),
    });
    Ok(VoidAgreement {
        number: id.to_string(),
        subject: contract.subject.clone(),
        sn: contract.sn.clone(),
        initiator: contract.tenant_name.clone(),
        completed: time,
        requested: app.now(),
        deadline: request.expire_time,
        reason: request.reason.clone(),
        documents: documents.collect(),
        parties: parties.collect(),
    })
}

/// What a party is called on paper.
pub(crate) fn party_name(party: &Signatory) -> String {
    let name = party.tenant_name.clone();
    let receiver = party.receiver.as_ref();
    name.or_else(|| receiver.and_then(|user| user.name.clone()))
        .or_else(|| receiver.map(qishu_model::contact::User::masked))
        .unwrap_or_else(|| party.id.to_string())
}

/// Positions of a caller's file name a party that signs, and are of a type that fits it.
fn check_bindings(contract: &Contract, stampers: &[Stamper]) -> Result<(), AppError> {
    for (index, stamper) in stampers.iter().enumerate() {
        let field = format!("stampers[{index}].signatoryId");
        let Some(id) = stamper.signatory_id else {
            return Err(AppError::invalid(field, "required"));
        };
        let party = contract
            .signatory(id)
            .filter(|party| party.status == SignatoryStatus::Signed);
        let party =
            party.ok_or_else(|| AppError::invalid(field, "no party that has signed this contract"))?;
        check_type(stamper, party.tenant_type.is_company())?;
    }
    Ok(())
}

/// Positions that can be found in the void document; the others are dropped where that is allowed.
async fn found_positions(
    app: &App,
    stored: &StoredDocument,
    mut stampers: Vec<Stamper>,
    locate_all_keywords: bool,
) -> Result<Vec<Stamper>, AppError> {
    for stamper in &mut stampers {
        stamper.document_id = Some(stored.document.id.get());
    }
    if stampers.is_empty() {
        return Ok(stampers);
    }
    let documents = std::slice::from_ref(&stored.aids);
    let mut found = check_positions(app, documents, &stampers, locate_all_keywords)
        .await?
        .into_iter();
    stampers.retain(|_| found.next().unwrap_or(true));
    Ok(stampers)
}

/// Stores the request with its document.
async fn begin(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    mut request: VoidRequest,
    document: StoredDocument,
) -> Result<Contract, AppError> {
    let id = document.document.id;
    request.document = Some(id);
    for stamper in &mut request.stampers {
        stamper.document_id = Some(id.get());
    }
    let mut transaction = app.store.begin("start_void");
    let stored = locate_initiated(&mut transaction, caller, address).await?;
    let told = request.receivers.clone();
    let mut transition: Transition = stored.value.apply(Command::StartVoid { request }, app.now())?;
    if let Some(contract) = &mut transition.contract {
        contract.add_document(document.document);
        // Whoever is told may look at it.
        for receiver in told {
            let known = |other: &CopySendReceiver| other.receiver.same_contact(&receiver.receiver);
            if !contract.copy_send_receivers.iter().any(known) {
                contract.copy_send_receivers.push(CopySendReceiver {
                    create_time: Some(app.now()),
                    send: true,
                    ..receiver
                });
            }
        }
    }
    let changed = store_change(app, &mut transaction, &stored, transition, caller.actor()).await?;
    insert_revision(&mut transaction, &document.revision).await?;
    transaction.commit().await?;
    changed.ok_or_else(|| AppError::Internal("voiding deleted the contract".to_owned()))
}

/// The initiator's own signature, if it is to come at once.
async fn sign_at_once(app: &App, caller: &ApiCaller, contract: &Contract) -> Result<(), AppError> {
    let automatic = contract.void_request().is_some_and(|request| request.auto_sign);
    let sponsor = contract.sponsor().filter(|_| automatic);
    let Some((party, company_id)) = sponsor.and_then(|party| Some((party.id, party.company_id?))) else {
        return Ok(());
    };
    let mut reader = app.store.read("void_sign");
    let company = company::find(&mut reader, Scope::System, company_id).await?;
    drop(reader);
    let act = VoidAct {
        company: company
            .ok_or_else(|| AppError::Internal(format!("company {company_id} is gone")))?
            .value,
        party,
        seal_id: None,
        stampers: Vec::new(),
        locate_all_keywords: true,
    };
    match begin_act(app, contract.id, act, caller.actor()).await {
        Err(_) if signed_meanwhile(app, contract.id, party).await? => Ok(()),
        answer => answer.map(drop),
    }
}
