//! What the pages' script asks for. Everything that changes something proves that it comes from our page.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use qishu_app::AppError;
use qishu_app::contract::free_place;
use qishu_app::identity_page::open_identity_link;
use qishu_app::page::{
    Client, CodeSent, Opened, PageSession, Purpose, SeenRevision, log_in, open_link, open_ticket,
    page_contract, record_print, send_confirm_code, send_login_code,
};
use qishu_model::id::DocumentId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::error::PageError;
use super::session::{FromPage, Session, cookie};
use crate::Shared;

mod appoint;
mod contract_view;
pub(crate) mod identity;
mod join;
mod steps;

pub(crate) use appoint::{appoint, basics, params, positions, send};
pub(crate) use join::{join, join_code};
pub(crate) use steps::{
    UploadQuery, audit, end, password, password_code, recall, reject, resend, sign, signer_auth, upload,
};
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
    let client = Client {
        address: from.address.clone(),
        browser: from.browser.clone(),
        ..Client::default()
    };
    match open_link(&shared.app, &body.token, from.address, from.browser).await {
        Err(AppError::LinkExpired) => {}
        opened => return Ok(opened_answer(&shared, &opened?)),
    }
    match open_identity_link(&shared.app, &body.token, client).await {
        Err(AppError::LinkExpired) => {}
        opened => return Ok(identity::opened_answer(&shared, &opened?)),
    }
    // A link to a free place opens nothing before somebody has taken the place.
    Ok(join::place_answer(&free_place(&shared.app, &body.token).await?))
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

#[derive(Deserialize)]
struct TicketBody {
    ticket: String,
    client: String,
}

/// Trades a mini-program's ticket for a session.
pub(crate) async fn ticket(State(shared): State<Shared>, from: FromPage, body: Bytes) -> Answer {
    let body: TicketBody = read(&body)?;
    let opened = open_ticket(
        &shared.app,
        &body.ticket,
        &body.client,
        from.address,
        from.browser,
    );
    Ok(opened_answer(&shared, &opened.await?))
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
    with_session(shared, body, &opened.token)
}

/// An answer that hands the browser its session.
fn with_session(shared: &Shared, body: Value, token: &str) -> Response {
    let mut response = Json(body).into_response();
    if let Ok(value) = HeaderValue::from_str(&cookie(&shared.settings, token)) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    response
        .headers_mut()
        .insert("cache-control", HeaderValue::from_static("no-store"));
    response
}

/// Everything the page shows.
pub(crate) async fn contract(State(shared): State<Shared>, session: Session) -> Answer {
    let shown = page_contract(&shared.app, &session.session, session.client.as_deref()).await?;
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

/// Logs that the contract was printed.
pub(crate) async fn print(State(shared): State<Shared>, session: Session) -> Answer {
    record_print(&shared.app, &session.session).await?;
    Ok(Json(json!({})).into_response())
}
