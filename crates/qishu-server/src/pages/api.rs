//! What the pages' script asks for. Everything that changes something proves that it comes from our page.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_app::AppError;
use qishu_app::page::{
    self, CodeSent, Opened, PagePlacement, PageSession, PageSignature, Purpose, SeenRevision, log_in,
    open_link, page_contract, record_print, reject_on_page, send_confirm_code, send_login_code, sign_on_page,
};
use qishu_model::id::{DocumentId, SealId};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::error::PageError;
use super::session::{FromPage, Session, cookie};
use crate::Shared;

mod contract_view;
pub(crate) mod fill;

type Answer = Result<Response, PageError>;

/// Largest body of a page request: a signature picture and little else.
pub(crate) const MOST_BYTES: usize = 512 * 1024;

#[derive(Deserialize)]
struct OpenBody {
    token: String,
}

#[derive(Deserialize)]
struct ContactBody {
    contact: String,
}

#[derive(Deserialize)]
struct LoginBody {
    contact: String,
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RevisionBody {
    document_id: DocumentId,
    revision: String,
}

#[derive(Deserialize)]
struct CodeBody {
    revisions: Vec<RevisionBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PictureBody {
    png_base64: Option<String>,
    id: Option<SealId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BoxBody {
    document_id: DocumentId,
    page: u32,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignBody {
    revisions: Vec<RevisionBody>,
    code: String,
    signature: Option<PictureBody>,
    #[serde(default)]
    save_signature: bool,
    #[serde(default)]
    placements: Vec<BoxBody>,
}

#[derive(Deserialize)]
struct ReasonBody {
    reason: String,
}

/// Reads a body; whatever is wrong with it is named.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, PageError> {
    read_limited(body, MOST_BYTES)
}

fn read_limited<T: DeserializeOwned>(body: &Bytes, limit_bytes: usize) -> Result<T, PageError> {
    if body.len() > limit_bytes {
        return Err(AppError::FileTooLarge {
            size_bytes: body.len(),
            limit_bytes,
        }
        .into());
    }
    serde_json::from_slice(body).map_err(|error| AppError::invalid("body", error.to_string()).into())
}

fn seen(revisions: Vec<RevisionBody>) -> Vec<SeenRevision> {
    revisions
        .into_iter()
        .map(|seen| SeenRevision {
            document: seen.document_id,
            revision: seen.revision,
        })
        .collect()
}

/// Trades a link's token for a session.
pub(crate) async fn open(State(shared): State<Shared>, from: FromPage, body: Bytes) -> Answer {
    let body: OpenBody = read(&body)?;
    let opened = open_link(&shared.app, &body.token, from.address, from.browser).await?;
    Ok(opened_answer(&shared, &opened))
}

/// Sends a code for logging in.
pub(crate) async fn login_code(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: ContactBody = read(&body)?;
    let sent = send_login_code(&shared.app, &session.session, &body.contact).await?;
    Ok(Json(code_sent(&sent)).into_response())
}

/// Logs in.
pub(crate) async fn login(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: LoginBody = read(&body)?;
    let opened = log_in(&shared.app, &session.token, &body.contact, &body.code).await?;
    Ok(opened_answer(&shared, &opened))
}

fn opened_answer(shared: &Shared, opened: &Opened) -> Response {
    let PageSession {
        purpose,
        options,
        user,
        ..
    } = &opened.session;
    let body = json!({
        "purpose": purpose.name(),
        "session": opened.token,
        "lang": options.lang.as_deref().unwrap_or("cn"),
        "themeColor": options.theme_color,
        // Whoever logs in must know which contact is meant, not learn it.
        "contact": user.as_ref().filter(|_| *purpose == Purpose::LogIn).map(|user| user.masked()),
    });
    let mut response = Json(body).into_response();
    if let Ok(value) = HeaderValue::from_str(&cookie(&shared.settings, &opened.token)) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    response
        .headers_mut()
        .insert("cache-control", HeaderValue::from_static("no-store"));
    response
}

/// Everything the page shows.
pub(crate) async fn contract(State(shared): State<Shared>, session: Session) -> Answer {
    let shown = page_contract(&shared.app, &session.session).await?;
    let mut response = Json(contract_view::view(&session.session, &shown)).into_response();
    response
        .headers_mut()
        .insert("cache-control", HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Sends the code that confirms a signature.
pub(crate) async fn code(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: CodeBody = read(&body)?;
    let sent = send_confirm_code(&shared.app, &session.session, &seen(body.revisions)).await?;
    Ok(Json(code_sent(&sent)).into_response())
}

fn code_sent(sent: &CodeSent) -> Value {
    json!({
        "sentTo": sent.sent_to,
        "retryAfterSeconds": sent.retry_after_seconds,
        "expiresInSeconds": sent.expires_in_seconds,
        "simulated": sent.simulated,
    })
}

/// Signs.
pub(crate) async fn sign(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: SignBody = read(&body)?;
    let (drawn, saved) = match body.signature {
        Some(PictureBody {
            png_base64: Some(png),
            ..
        }) => (Some(decode(&png)?), None),
        Some(PictureBody { id, .. }) => (None, id),
        None => (None, None),
    };
    let placements = body.placements.into_iter().map(|place| PagePlacement {
        document: place.document_id,
        page: place.page,
        x: place.x,
        y: place.y,
        width: place.width,
        height: place.height,
    });
    let signature = PageSignature {
        seen: seen(body.revisions),
        code: body.code,
        drawn,
        saved,
        keep: body.save_signature,
        placements: placements.collect(),
    };
    let contract = sign_on_page(&shared.app, &session.session, signature).await?;
    let callback_page = page::return_page(&session.session);
    Ok(Json(json!({
        "status": "SIGNED",
        "contractStatus": contract.state.name(),
        "callbackPage": callback_page,
    }))
    .into_response())
}

fn decode(text: &str) -> Result<Bytes, PageError> {
    let text = text.strip_prefix("data:image/png;base64,").unwrap_or(text);
    let decoded = STANDARD.decode(text);
    decoded
        .map(Bytes::from)
        .map_err(|_| AppError::invalid("signature.pngBase64", "Base64 of a PNG is expected").into())
}

/// Returns the contract.
pub(crate) async fn reject(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: ReasonBody = read(&body)?;
    let contract = reject_on_page(&shared.app, &session.session, &body.reason).await?;
    Ok(Json(json!({ "status": "REJECTED", "contractStatus": contract.state.name() })).into_response())
}

/// Logs that the contract was printed.
pub(crate) async fn print(State(shared): State<Shared>, session: Session) -> Answer {
    record_print(&shared.app, &session.session).await?;
    Ok(Json(json!({})).into_response())
}
