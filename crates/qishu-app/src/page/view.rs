//! What a page shows.

use std::ops::Range;

use bytes::Bytes;
use qishu_model::contact::User;
use qishu_model::contract::{
    ActionType, Contract, ContractState, DatePattern, Refusal, Stamper, StamperRule, StamperType, Step,
};
use qishu_model::id::{DocumentId, SealId};
use qishu_model::log::OperateType;
use qishu_model::rights::Operation;
use qishu_model::seal::Seal;
use qishu_store::{Reader, seal};
use serde_json::json;

use super::founding::standard_seal_preview;
use super::identify::require_identity;
use super::initiator::may_govern;
use super::password::{PasswordOffer, password_offer};
use super::person::find_person;
use super::person_act::{given_stampers, has_visible_place, performer};
use super::seal_choice::{SigningCompany, signing_company, usable_seals};
use super::session::{PageSession, Purpose, require_concern};
use super::task::{PageTask, visit};
use super::void_act::void_stampers;
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

/// A seal the person may put on a step.
#[derive(Debug, Clone, PartialEq)]
pub struct SealOption {
    /// Id.
    pub id: SealId,
    /// Name.
    pub name: String,
    /// Width on paper, points.
    pub width: f64,
    /// Height on paper, points.
    pub height: f64,
}

/// A company outside the platform that the person seals for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedCompany {
    /// Full name as the initiator gave it: the person has to confirm it.
    pub name: String,
    /// The name of the legal representative is needed for the step.
    pub needs_legal_person: bool,
}

/// A step that waits for the person, with what the page asks for it.
#[derive(Debug, Clone)]
pub struct TaskView {
    /// Which step.
    pub task: PageTask,
    /// Its name; absent for a personal party.
    pub name: Option<String>,
    /// Name of the party.
    pub party_name: Option<String>,
    /// The person has to draw.
    pub needs_picture: bool,
    /// The person has to choose a place.
    pub needs_placement: bool,
    /// The person may choose places beside the fixed ones (7.7).
    pub may_add_places: bool,
    /// Seals to choose from; the first is the proposed one.
    pub seals: Vec<SealOption>,
    /// Set when the standard seal of an unverified company is used.
    pub company: Option<UnverifiedCompany>,
    /// Date styles to choose from, where a position allows several.
    pub date_patterns: Vec<DatePattern>,
}

/// Everything a page needs to show.
#[derive(Debug, Clone)]
pub struct PageContract {
    /// The contract.
    pub contract: Contract,
    /// Documents.
    pub documents: Vec<PageDocument>,
    /// Places of everything that is still to be put on the pages.
    pub places: Vec<Found>,
    /// The person's name, as well as it is known.
    pub my_name: Option<String>,
    /// Steps that one confirmation covers now, in order.
    pub tasks: Vec<TaskView>,
    /// Steps that will wait for the same person right after.
    pub later: Vec<PageTask>,
    /// Why the person cannot sign now.
    pub refusal: Option<&'static str>,
    /// Pictures kept for this person, newest first.
    pub signatures: Vec<KeptSignature>,
    /// The signing password.
    pub password: PasswordOffer,
    /// The person stands for the initiator.
    pub is_initiator: bool,
    /// Providers are simulated.
    pub simulated: bool,
}

/// Reads the contract of a session, and logs that it was looked at. `client` is the ticket of the browser for the signing
/// password.
///
/// # Errors
/// Not found when it was deleted meanwhile; `1110` before log-in.
pub async fn page_contract(
    app: &App,
    session: &PageSession,
    client: Option<&str>,
) -> Result<PageContract, AppError> {
    if session.purpose == Purpose::LogIn {
        return Err(AppError::NoViewPermission);
    }
    let mut reader = app.store.read("page_contract");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    require_concern(&mut reader, &contract, session).await?;
    let aids = load_aids(app, &mut reader, &contract).await?;
    let mine = match session.person() {
        Ok(user) => mine(app, &mut reader, &contract, user).await?,
        Err(_) => Mine::default(),
    };
    let password = password_offer(app, &mut reader, &contract, session, client).await?;
    drop(reader);
    let places = find_positions(app, &aids, &contract).await?;
    let documents = documents(&contract, &aids);
    log(app, &contract, session, OperateType::View, json!({})).await?;
    Ok(PageContract {
        contract,
        documents,
        places,
        my_name: mine.name,
        tasks: mine.tasks,
        later: mine.later,
        refusal: mine.refusal,
        signatures: mine.signatures,
        password,
        is_initiator: mine.is_initiator,
        simulated: app.settings.simulated,
    })
}

/// What concerns the person of the session only.
#[derive(Default)]
struct Mine {
    name: Option<String>,
    tasks: Vec<TaskView>,
    later: Vec<PageTask>,
    refusal: Option<&'static str>,
    signatures: Vec<KeptSignature>,
    is_initiator: bool,
}

async fn mine(app: &App, reader: &mut Reader, contract: &Contract, user: &User) -> Result<Mine, AppError> {
    let mut mine = Mine {
        is_initiator: may_govern(reader, contract, user, Operation::RecallContract).await?,
        ..Mine::default()
    };
    let planned = match visit(reader, contract, user, app.now()).await {
        Ok(planned) => planned,
        Err(refusal) => {
            mine.refusal = Some(refusal_name(contract, &refusal).ok_or(refusal)?);
            return Ok(mine);
        }
    };
    let party = planned
        .now
        .first()
        .and_then(|task| contract.signatory(task.party));
    if let Some(party) = party
        && let Err(refusal) = require_identity(reader, contract, party, user).await
    {
        mine.refusal = Some(refusal_name(contract, &refusal).ok_or(refusal)?);
        return Ok(mine);
    }
    mine.later = planned.later;
    let mut waiting = planned.now.into_iter();
    for task in waiting.by_ref() {
        let Some(view) = task_view(reader, contract, user, task).await? else {
            // Nobody gave this person a seal: what comes before can still be signed.
            mine.refusal = mine.tasks.is_empty().then_some("NO_SEAL_RIGHT");
            break;
        };
        mine.tasks.push(view);
    }
    mine.later.splice(0..0, waiting);
    if let Some(first) = mine.tasks.first() {
        let party = contract.signatory(first.task.party);
        let action = match first.task.step {
            Step::Action(id) => contract.action(id).map(|(_, action)| action),
            Step::Personal(_) | Step::Void(_) => None,
        };
        if let Some(party) = party {
            mine.name = performer(reader, party, action, user).await?.name;
        }
        mine.signatures = kept_signatures(app, reader, contract, user).await?;
    }
    Ok(mine)
}

/// The name under which the page explains why nothing waits for somebody.
const fn refusal_name(contract: &Contract, refusal: &AppError) -> Option<&'static str> {
    match refusal {
        // Others still have to fill in; then it goes on.
        AppError::Refused(_) if matches!(contract.state, ContractState::Filling) => Some("NOT_YOUR_TURN"),
        AppError::AlreadySigned => Some("ALREADY_SIGNED"),
        AppError::AuthRequired => Some("AUTH_REQUIRED"),
        AppError::NameMismatch { .. } => Some("OTHER_PERSON"),
        AppError::NoViewPermission => Some("NO_SIGN_STEP"),
        AppError::Refused(Refusal::NotInTurn) => Some("NOT_YOUR_TURN"),
        AppError::Refused(_) => Some("CONTRACT_CLOSED"),
        _ => None,
    }
}

/// A step as the page shows it; `None` when it needs a seal and the person may use none.
async fn task_view(
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
    task: PageTask,
) -> Result<Option<TaskView>, AppError> {
    let party = contract.signatory(task.party).ok_or(Refusal::UnknownParty)?;
    let action = match task.step {
        Step::Action(id) => party.action(id),
        Step::Personal(_) | Step::Void(_) => None,
    };
    let void = matches!(task.step, Step::Void(_));
    let stampers = match void {
        true => void_stampers(contract, party),
        false => given_stampers(party, action).to_vec(),
    };
    let needs_picture = match void && party.tenant_type.is_company() {
        true => used_seal(reader, contract, party).await?.is_none(),
        false => task.draws_signature(),
    };
    let fixed = has_visible_place(&stampers);
    let rule = contract.stamper_rule.unwrap_or(StamperRule::Optional);
    let mut view = TaskView {
        task,
        name: action.map(|action| action.name.clone()),
        party_name: party.tenant_name.clone(),
        needs_picture,
        needs_placement: !fixed && !task.is_audit(),
        may_add_places: fixed && !void && rule != StamperRule::MustForbid,
        seals: Vec::new(),
        company: None,
        date_patterns: if void { Vec::new() } else { date_choices(&stampers) },
    };
    let Some(action) = action.filter(|_| task.uses_seal()) else {
        return Ok(Some(view));
    };
    match signing_company(reader, party).await? {
        SigningCompany::Known(company) => {
            let seals = usable_seals(reader, company.id, action, user).await?;
            view.seals = seals.iter().map(seal_option).collect();
            Ok((!view.seals.is_empty()).then_some(view))
        }
        SigningCompany::Unverified(_) => {
            view.company = Some(UnverifiedCompany {
                name: party.tenant_name.clone().unwrap_or_default(),
                needs_legal_person: action.action_type == ActionType::Lp,
            });
            Ok(Some(view))
        }
    }
}

fn seal_option(seal: &Seal) -> SealOption {
    let points = |um: u32| f64::from(um) / 1000.0 * 72.0 / 25.4;
    SealOption {
        id: seal.id,
        name: seal.name.clone(),
        width: points(seal.width_um),
        height: points(seal.height_um),
    }
}

/// Styles every date position of a step allows, when there is a choice.
fn date_choices(stampers: &[Stamper]) -> Vec<DatePattern> {
    let lists = stampers
        .iter()
        .filter(|stamper| stamper.stamper_type == StamperType::Timestamp)
        .map(|stamper| &stamper.date_patterns);
    lists
        .max_by_key(|list| list.len())
        .filter(|list| list.len() > 1)
        .cloned()
        .unwrap_or_default()
}

/// The picture of a seal for a step that waits for the person, as PNG. Without an id: the standard seal that would be drawn
/// for an unverified company.
///
/// # Errors
/// `1107` when the step does not wait for this person; `1201` for a seal the person may not use there.
pub async fn step_seal(
    app: &App,
    session: &PageSession,
    step: u64,
    seal: Option<SealId>,
) -> Result<Bytes, AppError> {
    let user = session.person()?;
    let mut reader = app.store.read("step_seal");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    let planned = visit(&mut reader, &contract, user, app.now()).await?;
    let task = planned.now.into_iter().find(|task| task.id() == step);
    let task = task.ok_or(Refusal::NotInTurn)?;
    let party = contract.signatory(task.party).ok_or(Refusal::UnknownParty)?;
    let Step::Action(id) = task.step else {
        return Err(Refusal::NotInTurn.into());
    };
    let action = party.action(id).ok_or(Refusal::NotInTurn)?;
    let company = signing_company(&mut reader, party).await?;
    let usable = match (&company, seal) {
        (SigningCompany::Known(company), Some(_)) => {
            usable_seals(&mut reader, company.id, action, user).await?
        }
        (SigningCompany::Unverified(_), None) => {
            drop(reader);
            return standard_seal_preview(party.tenant_name.as_deref().unwrap_or_default()).await;
        }
        // An authenticated company has seals of its own; nobody gets one drawn in its name.
        _ => Vec::new(),
    };
    drop(reader);
    let found = usable.into_iter().find(|usable| Some(usable.id) == seal);
    let found = found.ok_or_else(|| AppError::SealNotFound {
        detail: format!("step {step}"),
    })?;
    Ok(app.blobs.get(&blob_digest(&found.image)?).await?)
}

pub(super) fn documents(contract: &Contract, aids: &[DocumentAids]) -> Vec<PageDocument> {
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

async fn kept_signatures(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
) -> Result<Vec<KeptSignature>, AppError> {
    let Some(person) = find_person(reader, contract, user).await? else {
        return Ok(Vec::new());
    };
    let mut kept = Vec::new();
    for seal in seal::list_of_person(reader, person).await?.into_iter().take(5) {
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
    require_concern(&mut reader, &contract, session).await?;
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
