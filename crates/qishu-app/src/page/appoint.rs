//! Preparing a draft on a page (5.6): placing positions, basic data, sending. Whoever has the link acts for the initiator.

use qishu_model::contract::{
    AcrossType, Action, Contract, ContractAddress, ContractState, Event, Refusal, Stamper, StamperType,
    Transition,
};
use qishu_model::id::{ActionId, DocumentId, SignatoryId};
use qishu_model::log::OperateType;
use qishu_model::time::Timestamp;
use qishu_store::{Reader, Scope, Transaction, Versioned, application, company};

use super::session::PageSession;
use super::view::{PageDocument, documents};
use crate::contract::{SendOptions, load_contract, send_contract, store_change};
use crate::signing::{DocumentAids, Found, check_positions, check_type, find_positions, load_aids};
use crate::{ApiCaller, App, AppError};

/// Most positions of a contract that are set on a page.
const MOST_POSITIONS: usize = 500;

/// What the page shows of a draft.
#[derive(Debug, Clone)]
pub struct AppointView {
    /// The draft.
    pub contract: Contract,
    /// Documents.
    pub documents: Vec<PageDocument>,
    /// Where its positions stand.
    pub places: Vec<Found>,
}

/// A position as the page wants it.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionEdit {
    /// Party.
    pub party: SignatoryId,
    /// Step of a company.
    pub action: Option<ActionId>,
    /// Leave the position with this place in the owner's list as it is.
    pub keep: Option<usize>,
    /// Kind.
    pub kind: StamperType,
    /// Document.
    pub document: DocumentId,
    /// Page, counted from 0; without meaning for across-page kinds.
    pub page: u32,
    /// Left edge, points.
    pub x: f64,
    /// Lower edge, points.
    pub y: f64,
    /// Width, points; read for signatures and dates.
    pub width: f64,
    /// Height, points; read for signatures and dates.
    pub height: f64,
}

/// Basic data of a draft; absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Basics {
    /// Title.
    pub subject: Option<String>,
    /// Contract number.
    pub sn: Option<String>,
    /// Free text; empty removes it.
    pub description: Option<String>,
    /// Signing deadline.
    pub expire_time: Option<Timestamp>,
    /// End of validity; its day ends at 23:59:59.
    pub end_time: Option<Timestamp>,
    /// Parties act one after the other.
    pub ordinal: Option<bool>,
}

/// Reads the draft of a session.
///
/// # Errors
/// `1110` for other links; `1101` once it was sent.
pub async fn appoint_page(app: &App, session: &PageSession) -> Result<AppointView, AppError> {
    session.drafting()?;
    let mut reader = app.store.read("appoint_page");
    let contract = draft(&mut reader, session).await?.value;
    let aids = load_aids(app, &mut reader, &contract).await?;
    drop(reader);
    Ok(AppointView {
        places: find_positions(app, &aids, &contract).await?,
        documents: documents(&contract, &aids),
        contract,
    })
}

pub(super) async fn draft(
    reader: &mut Reader,
    session: &PageSession,
) -> Result<Versioned<Contract>, AppError> {
    let stored = load_contract(reader, session.contract).await?;
    if stored.value.state == ContractState::Draft {
        return Ok(stored);
    }
    let status = stored.value.state.name();
    Err(Refusal::WrongStatus { status }.into())
}

/// Replaces the positions of the draft.
///
/// # Errors
/// `1002` where the link does not offer it; `1005`, `1106`, `1109` for positions that cannot be; `1101`.
pub async fn save_positions(
    app: &App,
    session: &PageSession,
    edits: Vec<PositionEdit>,
) -> Result<Contract, AppError> {
    let options = session.drafting()?;
    offered(options.locations && (options.save || options.send))?;
    if edits.len() > MOST_POSITIONS {
        return Err(AppError::invalid("positions", "at most 500"));
    }
    let _turn = app.lock_contract(session.contract).await;
    let mut reader = app.store.read("save_positions");
    let stored = draft(&mut reader, session).await?;
    let aids = load_aids(app, &mut reader, &stored.value).await?;
    drop(reader);
    let mut contract = stored.value.clone();
    for party in &mut contract.signatories {
        party.stampers.clear();
        party
            .actions
            .iter_mut()
            .for_each(|action| action.stampers.clear());
    }
    let mut fresh = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        let place = format!("positions[{index}]");
        let kept = edit
            .keep
            .map(|keep| kept_stamper(&stored.value, edit, keep, &place))
            .transpose()?;
        let stamper = match kept {
            Some(stamper) => stamper,
            None => {
                let stamper = placed_stamper(edit, &aids, &place)?;
                fresh.push(stamper.clone());
                stamper
            }
        };
        owner_list(&mut contract, edit, stamper.stamper_type, &place)?.push(stamper);
    }
    check_positions(app, &aids, &fresh, true).await?;
    store(app, session, &stored, contract).await
}

pub(super) fn offered(offered: bool) -> Result<(), AppError> {
    if offered {
        return Ok(());
    }
    Err(AppError::PermissionDenied {
        reason: "this page does not offer it",
    })
}

fn unknown_owner(place: &str) -> AppError {
    AppError::invalid(place, "no such party or step in this contract")
}

fn kept_stamper(
    contract: &Contract,
    edit: &PositionEdit,
    keep: usize,
    place: &str,
) -> Result<Stamper, AppError> {
    let party = contract
        .signatory(edit.party)
        .ok_or_else(|| unknown_owner(place))?;
    let list = match edit.action {
        Some(id) => &party.action(id).ok_or_else(|| unknown_owner(place))?.stampers,
        None => &party.stampers,
    };
    let found = list.get(keep).cloned();
    found.ok_or_else(|| AppError::invalid(place, "the position to keep does not exist; open the page again"))
}

/// The list a position belongs to, checked to fit there.
fn owner_list<'a>(
    contract: &'a mut Contract,
    edit: &PositionEdit,
    kind: StamperType,
    place: &str,
) -> Result<&'a mut Vec<Stamper>, AppError> {
    let party = contract
        .signatories
        .iter_mut()
        .find(|party| party.id == edit.party);
    let party = party.ok_or_else(|| unknown_owner(place))?;
    match edit.action {
        Some(id) => {
            let is = |action: &&mut Action| action.id == id;
            let action = party.actions.iter_mut().find(is);
            let action = action.ok_or_else(|| unknown_owner(place))?;
            check_type(kind, Some(action.action_type))?;
            Ok(&mut action.stampers)
        }
        None if party.tenant_type.is_company() => Err(unknown_owner(place)),
        None => {
            check_type(kind, None)?;
            Ok(&mut party.stampers)
        }
    }
}

fn placed_stamper(edit: &PositionEdit, aids: &[DocumentAids], place: &str) -> Result<Stamper, AppError> {
    let refused = || AppError::invalid(place, "a place on a page of the contract's documents is expected");
    let document = aids
        .iter()
        .find(|document| document.id == edit.document)
        .ok_or_else(refused)?;
    let sizes = document.page_sizes();
    let page = usize::try_from(edit.page)
        .ok()
        .and_then(|page| sizes.get(page).copied())
        .ok_or_else(refused)?;
    let fits = |value: f64, low: f64, high: f64| value.is_finite() && (low..=high).contains(&value);
    if !fits(edit.x, 0.0, page.width) || !fits(edit.y, 0.0, page.height) {
        return Err(refused());
    }
    let mut stamper = Stamper::new(edit.kind);
    stamper.document_id = Some(edit.document.get());
    stamper.offset_y = Some(edit.y / page.height);
    if edit.kind.is_across() {
        stamper.across_type = AcrossType::SingleDocument;
        return Ok(stamper);
    }
    stamper.page = i32::try_from(edit.page + 1).ok();
    stamper.offset_x = Some(edit.x / page.width);
    if matches!(edit.kind, StamperType::Personal | StamperType::Timestamp) {
        if !fits(edit.width, 10.0, 120.0) || !fits(edit.height, 4.0, 48.0) {
            return Err(AppError::invalid(place, "width 10 to 120, height 4 to 48 points"));
        }
        stamper.width = Some(edit.width);
        stamper.height = Some(edit.height);
    }
    Ok(stamper)
}

/// Changes basic data of the draft.
///
/// # Errors
/// `1002` where the link does not offer saving; `1005` naming the field; `1101`.
pub async fn save_basics(app: &App, session: &PageSession, basics: Basics) -> Result<Contract, AppError> {
    let options = session.drafting()?;
    offered(options.save || options.send)?;
    let now = app.now();
    let subject = limited("subject", basics.subject, 1, 100)?;
    let sn = limited("sn", basics.sn, 1, 50)?;
    let description = limited("description", basics.description, 0, 300)?;
    if basics.expire_time.is_some_and(|time| time <= now) {
        return Err(AppError::invalid("expireTime", "later than now is expected"));
    }
    let _turn = app.lock_contract(session.contract).await;
    let mut reader = app.store.read("save_basics");
    let stored = draft(&mut reader, session).await?;
    drop(reader);
    let mut contract = stored.value.clone();
    contract.subject = subject.unwrap_or(contract.subject);
    contract.sn = sn.unwrap_or(contract.sn);
    if let Some(description) = description {
        contract.description = Some(description).filter(|text| !text.is_empty());
    }
    contract.expire_time = basics.expire_time.or(contract.expire_time);
    contract.end_time = basics.end_time.map(Timestamp::end_of_day).or(contract.end_time);
    contract.ordinal = basics.ordinal.unwrap_or(contract.ordinal);
    store(app, session, &stored, contract).await
}

fn limited(
    field: &str,
    text: Option<String>,
    fewest: usize,
    most: usize,
) -> Result<Option<String>, AppError> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim().to_owned();
    if (fewest..=most).contains(&text.chars().count()) {
        Ok(Some(text))
    } else {
        Err(AppError::invalid(field, format!("{fewest} to {most} characters")))
    }
}

async fn store(
    app: &App,
    session: &PageSession,
    before: &Versioned<Contract>,
    contract: Contract,
) -> Result<Contract, AppError> {
    let mut transaction: Transaction = app.store.begin("appoint_draft");
    let changed = Transition {
        contract: Some(contract),
        events: vec![Event {
            operate: OperateType::Modify,
            callback: None,
            party: None,
            comments: None,
        }],
    };
    let stored = store_change(app, &mut transaction, before, changed, session.actor()).await?;
    transaction.commit().await?;
    stored.ok_or_else(|| AppError::Internal("preparing deleted the draft".to_owned()))
}

/// Sends the draft as its application would.
///
/// # Errors
/// `1002` where the link does not offer it; everything sending refuses.
pub async fn send_on_page(app: &App, session: &PageSession) -> Result<(), AppError> {
    offered(session.drafting()?.send)?;
    let mut reader = app.store.read("send_on_page");
    let contract = draft(&mut reader, session).await?.value;
    let caller = application_of(&mut reader, session, &contract).await?;
    drop(reader);
    let address = ContractAddress {
        contract_id: Some(contract.id),
        biz_id: None,
        tenant_name: None,
    };
    let options = SendOptions {
        stampers: Vec::new(),
        stamper_rule: None,
        locate_all_keywords: true,
    };
    send_contract(app, &caller, &address, options).await
}

/// The application that made the draft, acting through this page.
pub(super) async fn application_of(
    reader: &mut Reader,
    session: &PageSession,
    contract: &Contract,
) -> Result<ApiCaller, AppError> {
    let found = application::find(reader, contract.application_id).await?;
    let application = found
        .map(|found| found.value)
        .filter(|application| application.enabled);
    let application = application.ok_or(AppError::PermissionDenied {
        reason: "the application of this draft is disabled",
    })?;
    let owner = company::find(reader, Scope::System, application.company_id).await?;
    let owner = owner.ok_or_else(|| AppError::Internal("the application's company is gone".to_owned()))?;
    Ok(ApiCaller {
        application,
        company: owner.value,
        address: session.address.clone(),
        client: Some("H5".to_owned()),
        language: session.language(),
    })
}
