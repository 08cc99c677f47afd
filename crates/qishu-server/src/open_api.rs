//! The Open API's front door: request signature, replay, parameters, then the operation (2.3 of the protocol).

use std::net::IpAddr;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use qishu_app::request_guard::{find_application, note_request};
use qishu_app::{ApiCaller, App, Language};
use qishu_model::application::Application;
use qishu_model::company::Company;
use qishu_model::rights::allows;
use qishu_wire::body::{self, Limits};
use qishu_wire::code::ErrorCode;
use qishu_wire::endpoints::{self, Lookup};
use qishu_wire::envelope;
use qishu_wire::signature::{
    AuthHeaders, AuthRefusal, InstallationRules, RequestLine, Verified, body_digest, check,
};
use qishu_wire::uniform::ascii;

use crate::Shared;
use crate::api::{self, Call, Reply};
use crate::error::ApiError;
use crate::http::log::Outcome;
use crate::http::{ClientAddress, client_address};

/// What a multipart body may hold beside its files: texts, positions, boundaries.
const MULTIPART_EXTRA_BYTES: usize = 16 * 1024 * 1024;

/// Serves a request to any path that is not a page's.
pub(crate) async fn serve(
    State(shared): State<Shared>,
    ConnectInfo(ClientAddress(peer)): ConnectInfo<ClientAddress>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let address = client_address(&shared.settings, peer.ip(), &parts.headers);
    let path = endpoints::normalise(parts.uri.path()).into_owned();
    if path == "/v2/checkhealth" && !AuthHeaders::read(headers(&parts)).has_application() {
        return unsigned_health(&shared.app).await;
    }
    if shared.refusals.is_exhausted(&address, shared.app.now()) {
        return refuse(
            StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::TooFrequent,
            "too many refused requests",
            None,
        );
    }
    match admitted(&shared, &parts, body, &path, address).await {
        Ok(response) => response,
        Err(Refused::Auth(refusal)) => {
            if matches!(refusal, AuthRefusal::InvalidToken | AuthRefusal::InvalidSignature) {
                shared.refusals.count(address, shared.app.now());
            }
            refuse_auth(refusal)
        }
        Err(Refused::Api(error)) => failure(&error, &path),
    }
}

enum Refused {
    Auth(AuthRefusal),
    Api(ApiError),
}

impl From<AuthRefusal> for Refused {
    fn from(refusal: AuthRefusal) -> Self {
        Self::Auth(refusal)
    }
}

fn headers(parts: &Parts) -> impl Iterator<Item = (&str, &[u8])> {
    parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
}

/// Checks the request in the documented order (2.3): headers, token, address, time, signature; then, with the body, whether
/// it was seen before. Only then is it looked at.
async fn admitted(
    shared: &Shared,
    parts: &Parts,
    body: Body,
    path: &str,
    address: IpAddr,
) -> Result<Response, Refused> {
    let headers = AuthHeaders::read(headers(parts));
    let credential = headers.application()?;
    let found = find_application(&shared.app, credential.token).await;
    let found = found.map_err(|error| Refused::Api(error.into()))?;
    let rules = InstallationRules {
        window_ms: shared.settings.window_ms,
        hmac_accepted: shared.settings.hmac_accepted,
    };
    let application = found.as_ref().map(|(application, _)| application);
    let verified = check(credential, application, rules, address, shared.app.now())?;
    if application.is_some_and(|known| !shared.calls.count(known.id, shared.app.now())) {
        return Ok(refuse(StatusCode::OK, ErrorCode::TooFrequent, "", None));
    }
    let limits = Limits {
        file_bytes: shared.settings.upload_bytes,
        multipart_bytes: shared.settings.upload_bytes.saturating_add(MULTIPART_EXTRA_BYTES),
        ..Limits::default()
    };
    let content_type = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let Ok(bytes) = to_bytes(body, limits.body_bytes(content_type)).await else {
        return Ok(failure(&limits.refusal(content_type).into(), path));
    };
    first_time(shared, parts, &bytes, &verified).await?;
    let (application, company) = found.clone().ok_or(AuthRefusal::InvalidToken)?;
    let id = application.id.to_string();
    let caller = caller(parts, address, application, company);
    let response = answer(shared, parts, &bytes, path, caller, &limits).await;
    Ok(with_application(response, id))
}

fn caller(parts: &Parts, address: IpAddr, application: Application, company: Company) -> ApiCaller {
    let text = |name: &str| {
        let value = parts.headers.get(name).and_then(|value| value.to_str().ok());
        value.map(str::to_owned)
    };
    let readable = |version: String| version.chars().filter(char::is_ascii_graphic).take(50).collect();
    let language = text(qishu_wire::language::LANGUAGE_HEADER);
    ApiCaller {
        application,
        company,
        address: Some(address.to_string()),
        client: text("version").map(readable),
        language: language.map_or(Language::default(), |language| Language::from_name(&language)),
    }
}

async fn answer(
    shared: &Shared,
    parts: &Parts,
    body: &Bytes,
    path: &str,
    caller: ApiCaller,
    limits: &Limits,
) -> Response {
    let handler = match endpoints::find(parts.method.as_str(), path) {
        Lookup::Found(endpoint) => api::handler(endpoint.path).zip(Some(endpoint.path)),
        Lookup::WrongMethod => {
            return refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                ErrorCode::MethodNotAllowed,
                "",
                None,
            );
        }
        Lookup::Unknown => None,
    };
    let Some((handler, served)) = handler else {
        return refuse(StatusCode::NOT_FOUND, ErrorCode::PathNotFound, "", None);
    };
    if let Some(area) = api::area(served).filter(|area| !allows(&caller.application, *area)) {
        let detail = format!("the application may not call {}", area.name());
        return refuse(StatusCode::OK, ErrorCode::PermissionDenied, &detail, None);
    }
    let content_type = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let query = parts.uri.query().unwrap_or_default();
    let fields = match body::read(content_type, body, query.as_bytes(), limits) {
        Ok(fields) => fields,
        Err(error) => return failure(&error.into(), path),
    };
    // One alias means another endpoint when the body has a party (D-07).
    let other = endpoints::with_signatory(path).filter(|_| fields.root().has("signatory"));
    let handler = other.and_then(api::handler).unwrap_or(handler);
    let call = Call {
        app: shared.app.clone(),
        shared: shared.clone(),
        caller,
        fields,
    };
    match handler(call).await {
        Ok(reply) => success(reply),
        Err(error) => failure(&error, path),
    }
}

/// Refuses a request that was seen before; a request that cannot be remembered is not served.
async fn first_time(
    shared: &Shared,
    parts: &Parts,
    body: &Bytes,
    verified: &Verified<'_>,
) -> Result<(), Refused> {
    let line = RequestLine {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        raw_query: parts.uri.query().unwrap_or_default().as_bytes(),
        body_sha256: &body_digest(body),
    };
    let key = verified.replay_key(&line)?;
    let keep_ms = (i64::from(shared.settings.window_ms) * 2).max(600_000);
    let new = note_request(&shared.app, &key.0, keep_ms).await;
    if new.map_err(|error| Refused::Api(error.into()))? {
        Ok(())
    } else {
        Err(AuthRefusal::Duplicate.into())
    }
}

/// The health check answers without a signature too, with 503 when the store is away (D-35 of the organisation group).
async fn unsigned_health(app: &App) -> Response {
    match qishu_app::request_guard::check_health(app).await {
        Ok(()) => json(StatusCode::OK, envelope::success(), ErrorCode::Success, None),
        Err(error) => {
            tracing::error!(%error, "not healthy");
            refuse(
                StatusCode::SERVICE_UNAVAILABLE,
                ErrorCode::InternalError,
                "",
                None,
            )
        }
    }
}

fn success(reply: Reply) -> Response {
    match reply {
        Reply::Json(bytes) => json(StatusCode::OK, bytes, ErrorCode::Success, None),
        Reply::File {
            content_type,
            name,
            bytes,
        } => file(content_type, name.as_deref(), bytes),
        Reply::Refused { code, bytes } => json(StatusCode::OK, bytes.into(), code, None),
    }
}

/// A file as RFC 6266 names it: an ASCII fall-back, and the true name in UTF-8.
pub(crate) fn file(content_type: &'static str, name: Option<&str>, bytes: Bytes) -> Response {
    let length = HeaderValue::from(bytes.len());
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_LENGTH, length);
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    if let Some(Ok(disposition)) = name.map(|name| HeaderValue::from_str(&disposition(name))) {
        headers.insert(CONTENT_DISPOSITION, disposition);
    }
    response
}

fn disposition(name: &str) -> String {
    let fallback: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_. ".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut encoded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{encoded}")
}

fn failure(error: &ApiError, path: &str) -> Response {
    let (code, detail) = error.answer(path);
    // Proxies of the JS-SDK lose everything else.
    let detail = if path == "/uniformapi" {
        ascii(&detail)
    } else {
        detail
    };
    refuse(StatusCode::OK, code, &detail, None)
}

fn refuse_auth(refusal: AuthRefusal) -> Response {
    let code = refusal.code();
    let status = StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::BAD_REQUEST);
    refuse(status, code, refusal.detail(), None)
}

fn refuse(status: StatusCode, code: ErrorCode, detail: &str, application: Option<String>) -> Response {
    json(status, envelope::failure(code, detail), code, application)
}

fn json(status: StatusCode, bytes: Vec<u8>, code: ErrorCode, application: Option<String>) -> Response {
    let length = HeaderValue::from(bytes.len());
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(envelope::CONTENT_TYPE));
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response.extensions_mut().insert(Outcome {
        application,
        code: Some(code.number()),
    });
    response
}

fn with_application(mut response: Response, application: String) -> Response {
    let mut outcome = response
        .extensions()
        .get::<Outcome>()
        .cloned()
        .unwrap_or_default();
    outcome.application = Some(application);
    response.extensions_mut().insert(outcome);
    response
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_in_headers_are_ascii_with_the_true_name_beside() {
        assert_eq!(
            disposition("合同 \"1\".pdf"),
            "attachment; filename=\"__ _1_.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C%20%221%22.pdf"
        );
    }
}
