//! Liveness and readiness, outside the Open API (D46).

use axum::extract::State;
use axum::http::StatusCode;
use qishu_app::request_guard::check_health;

use crate::Shared;

/// The process runs.
pub(crate) async fn live() -> &'static str {
    "ok"
}

/// The process can serve: its store answers and takes writes.
pub(crate) async fn ready(State(shared): State<Shared>) -> (StatusCode, &'static str) {
    match check_health(&shared.app).await {
        Ok(()) => (StatusCode::OK, "ready"),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready")
        }
    }
}
