//! The PDF of a document, whole or a range of it, bound to the revision that is shown.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, ETAG, RANGE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use qishu_app::AppError;
use qishu_app::page::{self, page_document};
use qishu_model::id::DocumentId;
use serde::Deserialize;

use super::error::PageError;
use super::security;
use super::session::Session;
use crate::Shared;

/// What is asked for.
#[derive(Deserialize)]
pub(crate) struct FileQuery {
    /// Revision that is shown; another one is refused.
    revision: Option<String>,
    /// `1` = a download with a name.
    download: Option<String>,
}

/// See the module.
pub(crate) async fn file(
    State(shared): State<Shared>,
    session: Session,
    Path(id): Path<String>,
    Query(query): Query<FileQuery>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let id: DocumentId = id.parse().map_err(|_| AppError::DocumentNotFound)?;
    let download = query.download.as_deref() == Some("1");
    let wanted = headers
        .get(RANGE)
        .and_then(|value| value.to_str().ok())
        .and_then(range);
    let asked = wanted.map_or(0..u64::MAX, |(first, last)| {
        first..last.map_or(u64::MAX, |last| last.saturating_add(1))
    });
    let first = asked.start;
    let (bytes, length, revision, title) =
        page_document(&shared.app, &session.session, id, asked, download).await?;
    if query.revision.is_some_and(|shown| shown != revision) {
        return Err(AppError::RevisionChanged.into());
    }
    if download {
        return Ok(crate::open_api::file(
            "application/pdf",
            Some(&format!("{title}.pdf")),
            bytes,
        ));
    }
    let count = bytes.len() as u64;
    let mut response = Response::new(Body::from(bytes));
    if wanted.is_some() {
        if first >= length {
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            insert(&mut response, CONTENT_RANGE, &format!("bytes */{length}"));
            return Ok(security::protect(response, &shared.settings));
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        insert(
            &mut response,
            CONTENT_RANGE,
            &format!("bytes {first}-{}/{length}", first + count - 1),
        );
    }
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    response
        .headers_mut()
        .insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    insert(&mut response, ETAG, &format!("\"{revision}\""));
    Ok(security::protect(response, &shared.settings))
}

/// The picture of a seal for one of the person's steps; `standard` is the one an unverified company would get.
pub(crate) async fn step_seal(
    State(shared): State<Shared>,
    session: Session,
    Path((step, seal)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let step = step.parse().map_err(|_| AppError::DocumentNotFound)?;
    let seal = match seal.as_str() {
        "standard" => None,
        id => Some(id.parse().map_err(|_| AppError::DocumentNotFound)?),
    };
    let png = page::step_seal(&shared.app, &session.session, step, seal).await?;
    let mut response = Response::new(Body::from(png));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
    Ok(security::protect(response, &shared.settings))
}

fn insert(response: &mut Response, name: axum::http::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// One range of `bytes=first-last` or `bytes=first-`; anything else is answered with the whole file (RFC 9110, 14.2).
fn range(header: &str) -> Option<(u64, Option<u64>)> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let first = first.parse().ok()?;
    match last {
        "" => Some((first, None)),
        last => last
            .parse()
            .ok()
            .filter(|last| *last >= first)
            .map(|last| (first, Some(last))),
    }
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn single_ranges_are_understood() {
        assert_eq!(range("bytes=0-99"), Some((0, Some(99))));
        assert_eq!(range("bytes=100-"), Some((100, None)));
        for other in ["bytes=-5", "bytes=9-1", "bytes=0-1,5-6", "items=0-1", ""] {
            assert_eq!(range(other), None, "{other}");
        }
    }
}
