//! What the embedded authority publishes: certificates, revocation lists, OCSP (RFC 6960 A), time-stamps (RFC 3161 3.4). Everybody
//! may ask.

use axum::body::{Bytes, to_bytes};
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_app::authority::{answer_ocsp, answer_time_stamp, revocation_list};
use qishu_app::{App, AppError, HierarchyRef};

use super::ClientAddress;
use super::client_address;
use crate::Shared;

/// Requests are some hundred bytes; OCSP requests may name several certificates.
const MOST_BYTES: usize = 16 * 1024;

const CERTIFICATE: &str = "application/pkix-cert";
const LIST: &str = "application/pkix-crl";
const OCSP: &str = "application/ocsp-response";
const TIME_STAMP: &str = "application/timestamp-reply";

/// `GET /pki/{file}`: `root.cer`, `issuing.cer`, `root.crl`, `issuing.crl`.
pub(crate) async fn file(State(shared): State<Shared>, Path(name): Path<String>) -> Response {
    published(&shared.app, false, &name).await
}

/// `GET /pki/sm2/{file}`: the same of the SM2 hierarchy.
pub(crate) async fn sm2_file(State(shared): State<Shared>, Path(name): Path<String>) -> Response {
    published(&shared.app, true, &name).await
}

async fn published(app: &App, sm2: bool, name: &str) -> Response {
    let Some(hierarchy) = app.hierarchy_by_kind(sm2) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let HierarchyRef {
        authority, services, ..
    } = hierarchy;
    match name {
        "root.cer" => der(CERTIFICATE, authority.root_certificate_der().to_vec()),
        "issuing.cer" => der(CERTIFICATE, authority.issuing_certificate().der().to_vec()),
        "root.crl" => der(LIST, services.root_list().der().to_vec()),
        "issuing.crl" => answered(LIST, revocation_list(app, hierarchy).await),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// `POST /pki/ocsp`.
pub(crate) async fn ocsp(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<ClientAddress>,
    request: Request,
) -> Response {
    match admitted(&shared, peer, request).await {
        Ok(body) => answered(OCSP, answer_ocsp(&shared.app, &body).await),
        Err(refusal) => refusal,
    }
}

/// `GET /pki/ocsp/{request in Base64}`.
pub(crate) async fn ocsp_in_path(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<ClientAddress>,
    Path(encoded): Path<String>,
    request: Request,
) -> Response {
    if let Err(refusal) = admitted(&shared, peer, request).await {
        return refusal;
    }
    match STANDARD.decode(encoded) {
        Ok(body) if body.len() <= MOST_BYTES => answered(OCSP, answer_ocsp(&shared.app, &body).await),
        _ => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// `POST /pki/tsa`.
pub(crate) async fn time_stamp(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<ClientAddress>,
    request: Request,
) -> Response {
    stamped(&shared, false, peer, request).await
}

/// `POST /pki/sm2/tsa`.
pub(crate) async fn sm2_time_stamp(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<ClientAddress>,
    request: Request,
) -> Response {
    stamped(&shared, true, peer, request).await
}

async fn stamped(shared: &Shared, sm2: bool, peer: ClientAddress, request: Request) -> Response {
    let Some(hierarchy) = shared.app.hierarchy_by_kind(sm2) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match admitted(shared, peer, request).await {
        Ok(body) => answered(TIME_STAMP, answer_time_stamp(&shared.app, hierarchy, &body)),
        Err(refusal) => refusal,
    }
}

/// The body, unless the address asks too often: each answer costs a signature.
async fn admitted(
    shared: &Shared,
    ClientAddress(peer): ClientAddress,
    request: Request,
) -> Result<Bytes, Response> {
    let address = client_address(&shared.settings, peer.ip(), request.headers());
    if !shared.statements.count(address, shared.app.now()) {
        return Err(StatusCode::TOO_MANY_REQUESTS.into_response());
    }
    let body = to_bytes(request.into_body(), MOST_BYTES).await;
    body.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE.into_response())
}

fn answered(content_type: &'static str, answer: Result<Vec<u8>, AppError>) -> Response {
    match answer {
        Ok(bytes) => der(content_type, bytes),
        Err(error) => {
            tracing::error!(%error, "the authority cannot answer");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn der(content_type: &'static str, bytes: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, content_type)], bytes).into_response()
}
