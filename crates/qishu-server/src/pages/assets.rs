//! The built front end, embedded in the binary. Without a build there is a page that says how to make one (`build.rs`).

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

include!(concat!(env!("OUT_DIR"), "/signing.rs"));

/// The file at a path inside the build.
fn find(path: &str) -> Option<&'static [u8]> {
    let place = FILES.binary_search_by(|(name, _)| name.cmp(&path)).ok()?;
    FILES.get(place).map(|(_, bytes)| *bytes)
}

/// `index.html`.
pub(super) fn index() -> Response {
    match find("index.html") {
        Some(file) => answer("index.html", file),
        None => missing(),
    }
}

/// A script, style, font or data file. Names of bundles change with their content, so they are kept for ever.
pub(crate) async fn asset(Path(path): Path<String>) -> Response {
    let Some(file) = find(&path) else {
        return missing();
    };
    let mut response = answer(&path, file);
    let lasting = if path.starts_with("app/") || path.starts_with("pdfjs/") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static(lasting));
    response
        .headers_mut()
        .insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

fn answer(path: &str, bytes: &'static [u8]) -> Response {
    let mut response = Response::new(Body::from(bytes));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    response
}

pub(super) fn missing() -> Response {
    let mut response = Response::new(Body::from("not found"));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

pub(super) fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("wasm") => "application/wasm",
        Some("zip") => "application/zip",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
