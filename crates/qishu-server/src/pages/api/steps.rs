//! What a person does with a contract: sign, approve, return, take back, end; and the signing password.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_app::AppError;
use qishu_app::document::{Upload, upload_attachment};
use qishu_app::page::{
    ConfirmedCompany, Confirming, PageAudit, PagePlacement, PageSignature, Signed, audit_on_page,
    end_on_page, recall_on_page, reject_on_page, resend_on_page, return_page, send_password_code,
    set_sign_password, sign_on_page, signer_auth_url,
};
use qishu_model::contract::{Contract, DatePattern};
use qishu_model::id::{AttachmentId, DocumentId, SealId};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, RevisionBody, code_sent, read, seen};
use crate::Shared;
use crate::pages::error::PageError;
use crate::pages::session::{Session, client_cookie};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PictureBody {
    png_base64: Option<String>,
    id: Option<SealId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BoxBody {
    step_id: Option<String>,
    document_id: DocumentId,
    page: u32,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SealBody {
    step_id: String,
    seal_id: SealId,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct CompanyBody {
    name: Option<String>,
    legal_person: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignBody {
    revisions: Vec<RevisionBody>,
    code: Option<String>,
    password: Option<String>,
    #[serde(default)]
    steps: Vec<String>,
    signature: Option<PictureBody>,
    #[serde(default)]
    save_signature: bool,
    #[serde(default)]
    seals: Vec<SealBody>,
    #[serde(default)]
    placements: Vec<BoxBody>,
    date_pattern: Option<DatePattern>,
    #[serde(default)]
    company: CompanyBody,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuditBody {
    step_id: String,
    revisions: Vec<RevisionBody>,
    pass: bool,
    comment: Option<String>,
    code: Option<String>,
    password: Option<String>,
}

#[derive(Deserialize)]
struct PasswordBody {
    code: String,
    password: String,
}

#[derive(Deserialize)]
pub(crate) struct UploadQuery {
    /// File name; its suffix says the type.
    #[serde(default)]
    pub(crate) name: String,
}

#[derive(Deserialize)]
struct ReasonBody {
    #[serde(default)]
    reason: String,
}

/// Id of a step as the page names it.
fn step_id(text: &str) -> Result<u64, PageError> {
    text.parse()
        .map_err(|_| AppError::invalid("stepId", "the id of a step is expected").into())
}

/// Code or password; the page sends one of them.
fn confirming(code: Option<String>, password: Option<String>) -> Option<Confirming> {
    password
        .map(Confirming::Password)
        .or_else(|| code.map(Confirming::Code))
}

/// Signs everything that waits for the person.
pub(crate) async fn sign(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: SignBody = read(&body)?;
    let signature = signature(body)?;
    let signed = sign_on_page(
        &shared.app,
        &session.session,
        session.client.as_deref(),
        signature,
    )
    .await?;
    Ok(signed_answer(&shared, &session, "SIGNED", &signed))
}

fn signature(body: SignBody) -> Result<PageSignature, PageError> {
    let (drawn, saved) = match body.signature {
        Some(PictureBody {
            png_base64: Some(png),
            ..
        }) => (Some(decode(&png)?), None),
        Some(PictureBody { id, .. }) => (None, id),
        None => (None, None),
    };
    let missing = || AppError::invalid("code", "a code or a password is expected");
    let mut seals = Vec::with_capacity(body.seals.len());
    for seal in body.seals {
        seals.push((step_id(&seal.step_id)?, seal.seal_id));
    }
    let mut placements = Vec::with_capacity(body.placements.len());
    for place in body.placements {
        placements.push(PagePlacement {
            step: place.step_id.as_deref().map(step_id).transpose()?,
            document: place.document_id,
            page: place.page,
            x: place.x,
            y: place.y,
            width: place.width,
            height: place.height,
        });
    }
    Ok(PageSignature {
        seen: seen(body.revisions),
        confirming: confirming(body.code, body.password).ok_or_else(missing)?,
        steps: body
            .steps
            .iter()
            .map(|id| step_id(id))
            .collect::<Result<_, _>>()?,
        drawn,
        saved,
        keep: body.save_signature,
        seals,
        placements,
        date_pattern: body.date_pattern,
        company: ConfirmedCompany {
            name: body.company.name,
            legal_person: body.company.legal_person,
        },
    })
}

fn signed_answer(shared: &Shared, session: &Session, status: &str, signed: &Signed) -> Response {
    let body = json!({
        "status": status,
        "contractStatus": signed.contract.state.name(),
        "callbackPage": return_page(&session.session),
    });
    let mut response = Json(body).into_response();
    let cookie = signed
        .client
        .as_deref()
        .map(|client| client_cookie(&shared.settings, client));
    if let Some(value) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    response
}

fn decode(text: &str) -> Result<Bytes, PageError> {
    let text = text.strip_prefix("data:image/png;base64,").unwrap_or(text);
    let decoded = STANDARD.decode(text);
    decoded
        .map(Bytes::from)
        .map_err(|_| AppError::invalid("signature.pngBase64", "Base64 of a PNG is expected").into())
}

/// Approves, or refuses to.
pub(crate) async fn audit(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: AuditBody = read(&body)?;
    let pass = body.pass;
    let audit = PageAudit {
        step: step_id(&body.step_id)?,
        seen: seen(body.revisions),
        confirming: confirming(body.code, body.password),
        pass,
        comment: body.comment,
    };
    let decided = audit_on_page(&shared.app, &session.session, session.client.as_deref(), audit).await?;
    let status = if pass { "APPROVED" } else { "REFUSED" };
    Ok(signed_answer(&shared, &session, status, &decided))
}

/// Sends the code with which the signing password is set.
pub(crate) async fn password_code(State(shared): State<Shared>, session: Session) -> Answer {
    let sent = send_password_code(&shared.app, &session.session).await?;
    Ok(Json(code_sent(&sent)).into_response())
}

/// Sets the signing password.
pub(crate) async fn password(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: PasswordBody = read(&body)?;
    set_sign_password(&shared.app, &session.session, &body.code, &body.password).await?;
    Ok(Json(json!({})).into_response())
}

/// Returns the contract.
pub(crate) async fn reject(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: ReasonBody = read(&body)?;
    let contract = reject_on_page(&shared.app, &session.session, &body.reason).await?;
    Ok(ended("REJECTED", &contract))
}

/// Takes the contract back for the initiator.
pub(crate) async fn recall(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: ReasonBody = read(&body)?;
    let contract = recall_on_page(&shared.app, &session.session, &body.reason).await?;
    Ok(ended("RECALLED", &contract))
}

/// Ends the contract for the initiator.
pub(crate) async fn end(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let body: ReasonBody = read(&body)?;
    let contract = end_on_page(&shared.app, &session.session, &body.reason).await?;
    Ok(ended("ENDED", &contract))
}

/// Makes a new draft of a contract that came to nothing.
pub(crate) async fn resend(State(shared): State<Shared>, session: Session) -> Answer {
    let address = resend_on_page(&shared.app, &session.session).await?;
    Ok(Json(json!({ "pageUrl": address })).into_response())
}

/// Takes a file that was demanded from the party: the body is the file, its name is in the query.
pub(crate) async fn upload(
    State(shared): State<Shared>,
    session: Session,
    Path(id): Path<String>,
    Query(query): Query<UploadQuery>,
    body: Bytes,
) -> Answer {
    let id: AttachmentId = id.parse().map_err(|_| AppError::DocumentNotFound)?;
    let suffix = query.name.rsplit_once('.').map(|(_, suffix)| suffix.to_owned());
    let file = Upload { suffix, bytes: body };
    upload_attachment(&shared.app, &session.session, id, file).await?;
    Ok(Json(json!({})).into_response())
}

fn ended(status: &str, contract: &Contract) -> Response {
    Json(json!({ "status": status, "contractStatus": contract.state.name() })).into_response()
}

/// A link to the authentication that the initiator demands before this person signs.
pub(crate) async fn signer_auth(State(shared): State<Shared>, session: Session) -> Answer {
    let url = signer_auth_url(&shared.app, &session.session).await?;
    Ok(Json(json!({ "pageUrl": url })).into_response())
}
