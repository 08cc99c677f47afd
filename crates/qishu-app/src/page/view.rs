//! What a page shows.

use std::ops::Range;

use bytes::Bytes;
use qishu_model::contact::User;
use qishu_model::contract::{Contract, Signatory, StamperType};
use qishu_model::id::{DocumentId, SealId};
use qishu_model::log::OperateType;
use qishu_store::{Reader, person, seal};
use serde_json::json;

use super::person_act::party_in_turn;
use super::session::{PageSession, Purpose};
use crate::contract::{entry, load_contract};
use crate::document::{blob_digest, read_range};
use crate::download::{count_download, require_unlocked};
use crate::signing::{DocumentAids, Found, find_positions, load_aids};
use crate::void::used_seal;
use crate::{App, AppError};

/// A document with the sizes of its pages.
#[derive(Debug, Clone, PartialEq)]
pub struct PageDocument {
    /// Id.
    pub id: DocumentId,
    /// Title.
    pub title: String,
    /// SHA-256 (hex) of what is shown.
    pub revision: String,
    /// Displayed width and height of each page, points.
    pub pages: Vec<(f64, f64)>,
}

/// A picture the person kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSignature {
    /// Id.
    pub id: SealId,
    /// PNG.
    pub png: Bytes,
}

/// Everything a page needs to show.
#[derive(Debug, Clone)]
pub struct PageContract {
    /// The contract.
    pub contract: Contract,
    /// Documents.
    pub documents: Vec<PageDocument>,
    /// Places that will be signed by this person, and those of others still to come.
    pub places: Vec<Found>,
    /// Party that the person signs for now.
    pub party: Option<Signatory>,
    /// Why the person cannot sign now.
    pub refusal: Option<&'static str>,
    /// The person has to choose a place.
    pub needs_placement: bool,
    /// The person has to draw; not where a company's seal is put on a void document.
    pub needs_picture: bool,
    /// Pictures kept for this person, newest first.
    pub signatures: Vec<KeptSignature>,
    /// Providers are simulated.
    pub simulated: bool,
}

/// Reads the contract of a session, and logs that it was looked at.
///
/// # Errors
/// Not found when it was deleted meanwhile; `1110` before log-in.
pub async fn page_contract(app: &App, session: &PageSession) -> Result<PageContract, AppError> {
    if session.purpose == Purpose::LogIn {
        return Err(AppError::NoViewPermission);
    }
    let mut reader = app.store.read("page_contract");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    let aids = load_aids(app, &mut reader, &contract).await?;
    let places = find_positions(app, &aids, &contract).await?;
    let documents = documents(&contract, &aids);
    let (party, refusal) = turn(&contract, session);
    let needs_picture = match &party {
        Some(party) if party.tenant_type.is_company() => {
            used_seal(&mut reader, &contract, party).await?.is_none()
        }
        _ => true,
    };
    let signatures = match &session.user {
        Some(user) if party.is_some() => kept_signatures(app, &mut reader, user).await?,
        _ => Vec::new(),
    };
    drop(reader);
    log(app, &contract, session, OperateType::View, json!({})).await?;
    let void = contract.void_request();
    let has_place = |party: &Signatory| match void {
        Some(request) => request
            .stampers_of(party.id)
            .iter()
            .any(|stamper| stamper.stamper_type != StamperType::Timestamp),
        None => party
            .stampers
            .iter()
            .any(|stamper| stamper.stamper_type == StamperType::Personal),
    };
    Ok(PageContract {
        needs_placement: party.as_ref().is_some_and(|party| !has_place(party)),
        needs_picture,
        contract,
        documents,
        places,
        party,
        refusal,
        signatures,
        simulated: app.settings.simulated,
    })
}

fn documents(contract: &Contract, aids: &[DocumentAids]) -> Vec<PageDocument> {
    let shown = contract
        .shown_documents()
        .zip(aids)
        .map(|(document, aids)| PageDocument {
            id: document.id,
            title: document.title.clone(),
            revision: document.revision_hash.clone(),
            pages: aids
                .page_sizes()
                .into_iter()
                .map(|size| (size.width, size.height))
                .collect(),
        });
    shown.collect()
}

/// The party in turn, or the name of the refusal the page explains.
fn turn(contract: &Contract, session: &PageSession) -> (Option<Signatory>, Option<&'static str>) {
    let Ok(user) = session.person() else {
        return (None, None);
    };
    match party_in_turn(contract, user) {
        Ok(party) => (Some(party.clone()), None),
        Err(AppError::AlreadySigned) => (None, Some("ALREADY_SIGNED")),
        Err(AppError::Refused(qishu_model::contract::Refusal::NotInTurn)) => (None, Some("NOT_YOUR_TURN")),
        Err(AppError::NoViewPermission) => (None, Some("NO_SIGN_STEP")),
        Err(_) => (None, Some("CONTRACT_CLOSED")),
    }
}

async fn kept_signatures(
    app: &App,
    reader: &mut Reader,
    user: &User,
) -> Result<Vec<KeptSignature>, AppError> {
    let Some(person) = person::find_by_contact(reader, user.contact_type, &user.contact).await? else {
        return Ok(Vec::new());
    };
    let mut kept = Vec::new();
    for seal in seal::list_of_person(reader, person.value.id)
        .await?
        .into_iter()
        .take(5)
    {
        let png = app.blobs.get(&blob_digest(&seal.value.image)?).await?;
        kept.push(KeptSignature {
            id: seal.value.id,
            png,
        });
    }
    Ok(kept)
}

/// Some bytes of a document's newest revision, how many there are, and its hash. `download` is logged, and refused where the
/// link does not offer it.
///
/// # Errors
/// [`AppError::DocumentNotFound`]; `1002`.
pub async fn page_document(
    app: &App,
    session: &PageSession,
    id: DocumentId,
    range: Range<u64>,
    download: bool,
) -> Result<(Bytes, u64, String, String), AppError> {
    if session.purpose == Purpose::LogIn {
        return Err(AppError::NoViewPermission);
    }
    if download && session.purpose == Purpose::View && !session.options.download {
        return Err(AppError::PermissionDenied {
            reason: "this link does not offer a download",
        });
    }
    let mut reader = app.store.read("page_document");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    let document = contract.shown_document(id).ok_or(AppError::DocumentNotFound)?;
    if download {
        require_unlocked(app, &mut reader, &[id]).await?;
    }
    let (bytes, length) = read_range(app, &mut reader, document, range).await?;
    drop(reader);
    if download {
        let mut transaction = app.store.begin("page_download");
        count_download(app, &mut transaction, &[id]).await?;
        let mut logged = entry(app, &contract, OperateType::Download, session.actor());
        logged.details = json!({ "document": id });
        transaction.record(logged);
        transaction.commit().await?;
    }
    Ok((
        bytes,
        length,
        document.revision_hash.clone(),
        document.title.clone(),
    ))
}

/// Logs that somebody printed the contract.
///
/// # Errors
/// `1002` where the link does not offer it.
pub async fn record_print(app: &App, session: &PageSession) -> Result<(), AppError> {
    if session.purpose == Purpose::View && !session.options.print {
        return Err(AppError::PermissionDenied {
            reason: "this link does not offer to print",
        });
    }
    let contract = load_contract(&mut app.store.read("record_print"), session.contract)
        .await?
        .value;
    log(app, &contract, session, OperateType::Print, json!({})).await
}

async fn log(
    app: &App,
    contract: &Contract,
    session: &PageSession,
    operate: OperateType,
    details: serde_json::Value,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("log_page");
    let mut logged = entry(app, contract, operate, session.actor());
    logged.details = details;
    transaction.record(logged);
    transaction.commit().await?;
    Ok(())
}
