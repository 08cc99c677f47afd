//! The JS-SDK's folders `fonts`, `img` and `js`, for hosts that refer to this server instead of their own (5.1 of the
//! protocol), and all of them as a ZIP. Names do not change with their content, so browsers ask again.

use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;

use super::assets::{content_type, missing};

include!(concat!(env!("OUT_DIR"), "/jssdk.rs"));

/// The framed page: its own scripts, and requests to whatever proxy the embedding page names. It is framed by pages of
/// others, and its origin is nobody's (`sandbox`).
const FRAME_POLICY: &str = "default-src 'none'; script-src 'self' blob: 'wasm-unsafe-eval'; style-src 'self'; \
                            img-src blob: data: 'self'; font-src data: blob: 'self'; connect-src http: https:; \
                            worker-src blob:; base-uri 'none'; form-action 'none'; sandbox allow-scripts allow-forms \
                            allow-modals allow-downloads allow-popups";

/// `/jssdk/{path}`.
pub(crate) async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    answer(&path, &headers)
}

/// `/js/…`, `/fonts/…`, `/img/…`: the addresses that the documentation's pages refer to. One of its snippets makes a browser
/// ask for `/js/index.js/`.
pub(crate) async fn printed(uri: Uri, headers: HeaderMap) -> Response {
    answer(uri.path().trim_matches('/'), &headers)
}

fn answer(path: &str, headers: &HeaderMap) -> Response {
    let found = FILES.binary_search_by(|(name, _)| name.cmp(&path)).ok();
    let Some((name, bytes)) = found.and_then(|place| FILES.get(place)) else {
        return missing();
    };
    let tag = format!("\"{}-{}\"", env!("CARGO_PKG_VERSION"), checksum(bytes));
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if known == Some(tag.as_str()) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        Response::new(Body::from(*bytes))
    };
    let answered = response.headers_mut();
    answered.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    answered.insert(CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    answered.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    // Pages of any origin load these files; nothing in them is secret.
    answered.insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answered.insert(ETAG, tag);
    }
    if name.ends_with(".html") {
        answered.insert("content-security-policy", HeaderValue::from_static(FRAME_POLICY));
    }
    response
}

/// FNV-1a (64 bits): tells two builds apart, nothing else relies on it.
fn checksum(bytes: &[u8]) -> String {
    let sum = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{sum:016x}")
}
