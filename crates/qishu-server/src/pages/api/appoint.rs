//! The page that prepares a draft: what it shows and what it saves.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::response::IntoResponse;
use qishu_app::AppError;
use qishu_app::page::{
    AppointView, Basics, PageSession, PositionEdit, appoint_page, params_of_sponsor, return_page,
    save_basics, save_params, save_positions, send_on_page,
};
use qishu_app::signing::Found;
use qishu_model::contract::{Action, Signatory, StamperType};
use qishu_model::id::{ActionId, DocumentId, SignatoryId};
use qishu_model::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, fill, read};
use crate::Shared;
use crate::pages::error::PageError;
use crate::pages::session::Session;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PositionBody {
    signatory_id: SignatoryId,
    action_id: Option<ActionId>,
    keep: Option<usize>,
    kind: StamperType,
    document_id: DocumentId,
    #[serde(default)]
    page: u32,
    #[serde(default)]
    x: f64,
    #[serde(default)]
    y: f64,
    #[serde(default)]
    width: f64,
    #[serde(default)]
    height: f64,
}

#[derive(Deserialize)]
struct PositionsBody {
    positions: Vec<PositionBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BasicsBody {
    subject: Option<String>,
    sn: Option<String>,
    description: Option<String>,
    /// `yyyy-MM-dd`: the end of that day.
    expire_date: Option<String>,
    end_date: Option<String>,
    ordinal: Option<bool>,
}

/// The draft.
pub(crate) async fn appoint(State(shared): State<Shared>, session: Session) -> Answer {
    let shown = appoint_page(&shared.app, &session.session).await?;
    let mut response = Json(view(&session.session, &shown, shared.app.settings.simulated)).into_response();
    response
        .headers_mut()
        .insert("cache-control", HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Replaces the positions.
pub(crate) async fn positions(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: PositionsBody = read(&body)?;
    let edits = body.positions.into_iter().map(|position| PositionEdit {
        party: position.signatory_id,
        action: position.action_id,
        keep: position.keep,
        kind: position.kind,
        document: position.document_id,
        page: position.page,
        x: position.x,
        y: position.y,
        width: position.width,
        height: position.height,
    });
    save_positions(&shared.app, &session.session, edits.collect()).await?;
    Ok(Json(json!({})).into_response())
}

/// Changes basic data.
pub(crate) async fn basics(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: BasicsBody = read(&body)?;
    let basics = Basics {
        subject: body.subject,
        sn: body.sn,
        description: body.description,
        expire_time: date("expireDate", body.expire_date.as_deref())?.map(Timestamp::end_of_day),
        end_time: date("endDate", body.end_date.as_deref())?,
        ordinal: body.ordinal,
    };
    save_basics(&shared.app, &session.session, basics).await?;
    Ok(Json(json!({})).into_response())
}

fn date(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, PageError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let parsed = Timestamp::parse_date(text);
    let parsed = parsed.map_err(|_| AppError::invalid(field, "a date yyyy-MM-dd is expected"))?;
    Ok(Some(parsed))
}

/// Sets values of the initiator's parameters.
pub(crate) async fn params(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    save_params(&shared.app, &session.session, &fill::values(&body)?).await?;
    Ok(Json(json!({})).into_response())
}

/// Sends the draft.
pub(crate) async fn send(State(shared): State<Shared>, session: Session) -> Answer {
    send_on_page(&shared.app, &session.session).await?;
    Ok(Json(json!({ "status": "SENT" })).into_response())
}

fn view(session: &PageSession, shown: &AppointView, simulated: bool) -> Value {
    let contract = &shown.contract;
    let options = &session.options;
    let offer = options.appoint;
    json!({
        "contract": {
            "id": contract.id,
            "subject": contract.subject,
            "status": contract.state.name(),
            "statusText": "草稿",
            "sponsorName": contract.tenant_name,
            "sn": contract.sn,
            "description": contract.description,
            "expireTime": contract.expire_time.map(|time| time.date_time_text()),
            "expireDate": contract.expire_time.map(|time| time.date_text()),
            "endDate": contract.end_time.map(|time| time.date_text()),
            "ordinal": contract.ordinal,
        },
        "documents": shown.documents.iter().map(|document| json!({
            "id": document.id,
            "title": document.title,
            "pageCount": document.pages.len(),
            "revision": document.revision,
            "pages": document.pages.iter().map(|(width, height)| json!({ "width": width, "height": height })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "parties": contract.signatories.iter().map(party).collect::<Vec<_>>(),
        "positions": shown.places.iter().map(|found| position(shown, found)).collect::<Vec<_>>(),
        "params": params_of_sponsor(contract).into_iter().map(fill::open_param).collect::<Vec<_>>(),
        "offer": offer.map(|offer| json!({
            "mode": offer.mode,
            "send": offer.send,
            "save": offer.save,
            "locations": offer.locations,
            "params": offer.params,
            "return": !options.hide_return,
        })),
        "callbackPage": return_page(session),
        "callbackTrusted": options.callback_trusted,
        "simulated": simulated,
        "lang": options.lang.as_deref().unwrap_or("cn"),
        "themeColor": options.theme_color,
    })
}

fn party(party: &Signatory) -> Value {
    let company = party.tenant_type.is_company();
    json!({
        "id": party.id,
        "name": party.tenant_name.clone().unwrap_or_default(),
        "type": if company { "COMPANY" } else { "PERSONAL" },
        "sponsor": party.sponsor,
        "order": party.serial_no,
        "contact": party.receiver.as_ref().map(|receiver| receiver.masked()),
        "steps": party.actions.iter().map(step).collect::<Vec<_>>(),
    })
}

fn step(action: &Action) -> Value {
    json!({ "id": action.id, "type": action.action_type.name(), "name": action.name })
}

/// A place of a position. `moves` is false where one position shows at several places, or follows a text.
fn position(shown: &AppointView, found: &Found) -> Value {
    let same =
        |other: &&Found| (other.party, other.action, other.index) == (found.party, found.action, found.index);
    let alone = shown.places.iter().filter(same).count() == 1;
    let across = found.stamper.stamper_type.is_across();
    json!({
        "signatoryId": found.party,
        "actionId": found.action,
        "keep": found.index,
        "kind": found.stamper.stamper_type.name(),
        "documentId": found.document,
        "page": found.page,
        "x": found.x,
        "y": found.y,
        "width": found.width,
        "height": found.height,
        "moves": across || (alone && found.stamper.keyword.is_none()),
    })
}
