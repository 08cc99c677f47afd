//! One line per finished request (`docs/request-log.md` lists the fields). Paths of links are cut: tokens are in no log.

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{ClientAddress, client_address};
use crate::Shared;

/// What the answer tells the log, carried in its extensions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// Application that called.
    pub(crate) application: Option<String>,
    /// Short code of the envelope.
    pub(crate) code: Option<u16>,
}

/// Logs a request after it is answered, and gives the answer a request id.
pub(crate) async fn requests(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let began = std::time::Instant::now();
    let method = request.method().clone();
    let path = loggable(request.uri().path());
    let peer = request
        .extensions()
        .get::<ConnectInfo<ClientAddress>>()
        .map(|info| info.0.0.ip());
    let address = peer.map(|peer| client_address(&shared.settings, peer, request.headers()));
    let id = shared
        .app
        .random_bytes::<12>()
        .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
        .unwrap_or_default();
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    let outcome = response
        .extensions()
        .get::<Outcome>()
        .cloned()
        .unwrap_or_default();
    let address = address.map(|address| address.to_string());
    let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(
        target: "qishu::request",
        request_id = id,
        %method,
        path,
        status = response.status().as_u16(),
        code = outcome.code,
        application = outcome.application,
        client = address,
        duration_ms,
        "request"
    );
    response
}

/// The path without what follows `/s/`, `/d/` and `/t/`.
fn loggable(path: &str) -> String {
    for prefix in ["/s/", "/d/", "/t/"] {
        if path.starts_with(prefix) {
            return format!("{prefix}…");
        }
    }
    path.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::loggable;

    #[test]
    fn tokens_are_cut() {
        assert_eq!(loggable("/s/abcdef"), "/s/…");
        assert_eq!(loggable("/d/abcdef"), "/d/…");
        assert_eq!(loggable("/t/abcdef/file.pdf"), "/t/…");
        assert_eq!(loggable("/v2/contract/draft"), "/v2/contract/draft");
    }
}
