//! `GET /openapi.json`: the Open API for programs.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;

static DESCRIPTION: LazyLock<String> =
    LazyLock::new(|| format!("{:#}", qishu_wire::openapi::document(env!("CARGO_PKG_VERSION"))));

/// The OpenAPI document of this build, as JSON.
#[must_use]
pub fn api_description() -> &'static str {
    &DESCRIPTION
}

pub(crate) async fn file() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], api_description())
}
