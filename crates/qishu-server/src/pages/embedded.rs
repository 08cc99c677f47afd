//! Page operations by name, for pages that an integrator shows through its proxy (5.6 of the protocol). Nothing but what is
//! listed here can be reached: whoever reaches the proxy can send any name with the integrator's signature.

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use bytes::Bytes;
use qishu_app::page::{
    EmbeddedOpen, Opened, embedded_documents, open_embedded, page_document, resume_embedded, step_seal,
};
use qishu_app::{ApiCaller, AppError};
use qishu_model::id::{ContractId, DocumentId};
use qishu_wire::uniform::Frame;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::api;
use super::error::PageError;
use super::session::Session;
use crate::Shared;

/// Largest answer in JSON: pages of documents come as files.
const MOST_JSON_BYTES: usize = 16 * 1024 * 1024;
/// Most bytes of a document at a time; pages ask for pieces of 256 KiB.
const MOST_FILE_BYTES: u64 = 8 * 1024 * 1024;

/// What an operation gives.
pub(crate) enum Data {
    Json(Bytes),
    File(File),
}

/// Bytes with the type that a browser would be told.
pub(crate) struct File {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Bytes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenParams {
    contract_id: ContractId,
    contact: String,
    #[serde(default)]
    check: bool,
    browser: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DocumentParams {
    document_id: DocumentId,
    revision: String,
    first: u64,
    /// The byte behind the last one.
    end: u64,
    #[serde(default)]
    download: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SealParams {
    step_id: String,
    /// Absent = the standard seal of a company that nobody has authenticated.
    seal_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UploadParams {
    attachment_id: String,
    name: String,
}

/// Performs an operation for the page of an application.
///
/// # Errors
/// What the page would be told; `1005` for a name that is none.
pub(crate) async fn perform(
    shared: &Shared,
    caller: &ApiCaller,
    frame: &Frame,
    file: Option<Bytes>,
) -> Result<Data, PageError> {
    match frame.op.as_str() {
        "sign.open" => open(shared, caller, frame).await,
        "sign.documents" => documents(shared, &session(shared, caller, frame).await?).await,
        "file.get" => get(shared, &session(shared, caller, frame).await?, frame).await,
        "file.put" => {
            let session = session(shared, caller, frame).await?;
            put(shared, session, frame, file).await
        }
        _ => act(shared, session(shared, caller, frame).await?, frame).await,
    }
}

/// Operations that are those of our own pages, with the same parameters and answers.
async fn act(shared: &Shared, session: Session, frame: &Frame) -> Result<Data, PageError> {
    let state = State(shared.clone());
    let body = Bytes::from(Value::Object(frame.params.clone()).to_string());
    let answer = match frame.op.as_str() {
        "sign.contract" => api::contract(state, session).await?,
        "sign.fill" => api::fill::fill(state, session, body).await?,
        "sign.sendCode" => api::code(state, session, body).await?,
        "sign.submit" => api::sign(state, session, body).await?,
        "sign.audit" => api::audit(state, session, body).await?,
        "sign.reject" => api::reject(state, session, body).await?,
        other => return Err(AppError::invalid("op", format!("there is no page operation {other}")).into()),
    };
    json_of(answer).await
}

async fn json_of(answer: Response<Body>) -> Result<Data, PageError> {
    let bytes = to_bytes(answer.into_body(), MOST_JSON_BYTES).await;
    let bytes = bytes.map_err(|error| AppError::Internal(format!("the answer is too large: {error}")))?;
    Ok(Data::Json(bytes))
}

async fn session(shared: &Shared, caller: &ApiCaller, frame: &Frame) -> Result<Session, PageError> {
    let token = frame.session.clone().ok_or(AppError::SessionExpired)?;
    let mut session = resume_embedded(&shared.app, caller, &token).await?;
    if let Some(language) = frame.language.map(crate::api::language) {
        session.options.lang = Some(language.name().to_owned());
    }
    Ok(Session {
        token,
        session,
        client: None,
    })
}

fn params<T: DeserializeOwned>(frame: &Frame) -> Result<T, PageError> {
    let read = serde_json::from_value(Value::Object(frame.params.clone()));
    read.map_err(|error| AppError::invalid("requestData.p", error.to_string()).into())
}

async fn open(shared: &Shared, caller: &ApiCaller, frame: &Frame) -> Result<Data, PageError> {
    let asked: OpenParams = params(frame)?;
    let language = frame.language.map(crate::api::language);
    let asked = EmbeddedOpen {
        contract: asked.contract_id,
        contact: asked.contact,
        language,
        browser: asked.browser.map(|text| text.chars().take(200).collect()),
        check: asked.check,
    };
    let Some(Opened { session, token }) = open_embedded(&shared.app, caller, asked).await? else {
        return Ok(Data::Json(Bytes::from_static(b"{}")));
    };
    let opened = json!({
        "purpose": session.purpose.name(),
        "session": token,
        "lang": session.options.lang,
        "themeColor": session.options.theme_color,
    });
    Ok(Data::Json(Bytes::from(opened.to_string())))
}

async fn documents(shared: &Shared, session: &Session) -> Result<Data, PageError> {
    let documents = embedded_documents(&shared.app, &session.session).await?;
    let documents: Vec<Value> = documents
        .iter()
        .map(|one| json!({ "id": one.id, "revision": one.revision, "size": one.size_bytes }))
        .collect();
    let listed = json!({ "documents": documents });
    Ok(Data::Json(Bytes::from(listed.to_string())))
}

/// Bytes of a document's revision that is shown, or the picture of a seal.
async fn get(shared: &Shared, session: &Session, frame: &Frame) -> Result<Data, PageError> {
    if frame.params.contains_key("stepId") {
        let asked: SealParams = params(frame)?;
        let step = asked.step_id.parse().map_err(|_| AppError::DocumentNotFound)?;
        let seal = asked.seal_id.map(|id| id.parse()).transpose();
        let seal = seal.map_err(|_| AppError::DocumentNotFound)?;
        let bytes = step_seal(&shared.app, &session.session, step, seal).await?;
        let content_type = "image/png";
        return Ok(Data::File(File { content_type, bytes }));
    }
    let asked: DocumentParams = params(frame)?;
    let range = asked.first..asked.end;
    if !asked.download && asked.end.saturating_sub(asked.first) > MOST_FILE_BYTES {
        return Err(AppError::invalid("end", format!("at most {MOST_FILE_BYTES} bytes at a time")).into());
    }
    let (bytes, _, revision, _) = page_document(
        &shared.app,
        &session.session,
        asked.document_id,
        range,
        asked.download,
    )
    .await?;
    if revision != asked.revision {
        return Err(AppError::RevisionChanged.into());
    }
    let content_type = "application/pdf";
    Ok(Data::File(File { content_type, bytes }))
}

/// Hands a demanded file in; its type is taken from the bytes, because proxies replace its name.
async fn put(
    shared: &Shared,
    session: Session,
    frame: &Frame,
    file: Option<Bytes>,
) -> Result<Data, PageError> {
    let asked: UploadParams = params(frame)?;
    let bytes = file.ok_or_else(|| AppError::invalid("file", "a file is expected"))?;
    let name = Query(api::UploadQuery { name: asked.name });
    let answer = api::upload(
        State(shared.clone()),
        session,
        Path(asked.attachment_id),
        name,
        bytes,
    );
    json_of(answer.await?).await
}
