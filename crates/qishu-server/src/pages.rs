//! Hosted pages: the embedded front end and the JSON it talks to.

pub(crate) mod api;
pub(crate) mod assets;
pub(crate) mod embedded;
mod error;
pub(crate) mod file;
pub(crate) mod jssdk;
mod security;
mod session;
pub(crate) mod sso;
pub(crate) mod template;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use qishu_app::download::download_by_link;

use crate::Shared;
use crate::http::{ClientAddress, client_address};

/// The page itself, for every address under which it can be opened or reloaded. A GET changes nothing: the
/// script trades the link's token for a session.
pub(crate) async fn index(State(shared): State<Shared>) -> Response {
    let page = assets::index();
    security::protect(page, &shared.settings)
}

/// The file behind a download link; whoever has the link may fetch it (4.22).
pub(crate) async fn download(
    State(shared): State<Shared>,
    ConnectInfo(ClientAddress(peer)): ConnectInfo<ClientAddress>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let address = client_address(&shared.settings, peer.ip(), &headers).to_string();
    match download_by_link(&shared.app, &token, Some(address)).await {
        Ok(answer) => crate::open_api::file(answer.content_type, Some(&answer.name), answer.bytes),
        Err(error) => {
            let text = error::plain(&error);
            let mut response = Response::new(Body::from(text));
            *response.status_mut() = error::status(&error);
            security::protect(response, &shared.settings)
        }
    }
}
