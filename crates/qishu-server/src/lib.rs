//! HTTP: the Open API, the hosted pages, the embedded front end.
//!
//! What it refuses to do: decide. Requests are checked and read here, operations are called, answers are written.

pub mod api;
mod error;
mod http;
mod open_api;
mod pages;
mod settings;

use std::net::IpAddr;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use qishu_app::App;
use qishu_model::id::ApplicationId;
use tokio::net::TcpListener;
use tokio::sync::watch;

pub use http::description::api_description;
pub use settings::ServerSettings;

/// OCSP answers and time-stamps to one address in a minute; each costs a signature.
const STATEMENTS_PER_MINUTE: u32 = 120;

/// What every handler shares.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) app: App,
    pub(crate) settings: std::sync::Arc<ServerSettings>,
    /// Answers 442 and 443 by address: guessing tokens and signatures ends after a few.
    pub(crate) refusals: std::sync::Arc<http::MinuteCounter<IpAddr>>,
    /// Questions to the authority by address.
    pub(crate) statements: std::sync::Arc<http::MinuteCounter<IpAddr>>,
    /// Calls by application.
    pub(crate) calls: std::sync::Arc<http::MinuteCounter<ApplicationId>>,
}

/// The router of everything: pages by their paths, all the rest is the Open API.
pub fn router(app: App, settings: ServerSettings) -> Router {
    let demo = settings.demo;
    let upload_bytes = settings.upload_bytes;
    let shared = Shared {
        app,
        refusals: std::sync::Arc::new(http::MinuteCounter::new(settings.refusals_per_minute)),
        statements: std::sync::Arc::new(http::MinuteCounter::new(STATEMENTS_PER_MINUTE)),
        calls: std::sync::Arc::new(http::MinuteCounter::new(settings.calls_per_minute)),
        settings: std::sync::Arc::new(settings),
    };
    let mut router = Router::new()
        .route("/healthz", get(http::health::live))
        .route("/readyz", get(http::health::ready))
        .route("/openapi.json", get(http::description::file))
        .route("/d/{token}", get(pages::download))
        .route("/s/{token}", get(pages::index))
        .route("/t/{token}", get(pages::template::page))
        .route("/t/{token}/file.pdf", get(pages::template::file))
        .route("/page/api/open", post(pages::api::open))
        .route("/page/api/ticket", post(pages::api::ticket))
        .route("/page/api/join/code", post(pages::api::join_code))
        .route("/page/api/join", post(pages::api::join))
        .route("/page/api/login/code", post(pages::api::login_code))
        .route("/page/api/login", post(pages::api::login))
        .route("/page/api/contract", get(pages::api::contract))
        .route("/page/api/documents/{id}/file", get(pages::file::file))
        .route("/page/api/code", post(pages::api::code))
        .route("/page/api/sign", post(pages::api::sign))
        .route("/page/api/auth", post(pages::api::signer_auth))
        .route("/page/api/audit", post(pages::api::audit))
        .route("/page/api/password/code", post(pages::api::password_code))
        .route("/page/api/password", post(pages::api::password))
        .route("/page/api/reject", post(pages::api::reject))
        .route("/page/api/recall", post(pages::api::recall))
        .route("/page/api/end", post(pages::api::end))
        .route("/page/api/resend", post(pages::api::resend))
        .route(
            "/page/api/attachments/{id}",
            post(pages::api::upload).layer(DefaultBodyLimit::max(upload_bytes)),
        )
        .route("/page/api/steps/{step}/seals/{seal}", get(pages::file::step_seal))
        .route("/page/api/appoint", get(pages::api::appoint))
        .route(
            "/page/api/appoint/params",
            post(pages::api::params).layer(DefaultBodyLimit::max(pages::api::fill::MOST_BYTES)),
        )
        .route("/page/api/appoint/positions", post(pages::api::positions))
        .route("/page/api/appoint/basics", post(pages::api::basics))
        .route("/page/api/appoint/send", post(pages::api::send))
        .route(
            "/page/api/fill",
            post(pages::api::fill::fill).layer(DefaultBodyLimit::max(pages::api::fill::MOST_BYTES)),
        )
        .route("/page/api/print", post(pages::api::print))
        .nest("/page/api/identity", pages::api::identity::routes())
        .route("/page/assets/{*path}", get(pages::assets::asset))
        .route("/page/{*path}", get(pages::index))
        .route("/miniapp/{page}", get(pages::index))
        .route(
            "/ssogateway",
            get(pages::sso::gateway).post(pages::sso::back_channel),
        )
        .route(
            "/saas/ssogateway",
            get(pages::sso::gateway).post(pages::sso::back_channel),
        )
        .route("/sso/logout", get(pages::sso::logout))
        .route("/jssdk/{*path}", get(pages::jssdk::file))
        .route("/js/{*path}", get(pages::jssdk::printed))
        .route("/fonts/{*path}", get(pages::jssdk::printed))
        .route("/img/{*path}", get(pages::jssdk::printed))
        .route("/pki/{file}", get(http::pki::file))
        .route("/pki/sm2/{file}", get(http::pki::sm2_file))
        .route("/pki/sm2/ocsp", post(http::pki::ocsp))
        .route("/pki/sm2/ocsp/{request}", get(http::pki::ocsp_in_path))
        .route("/pki/ocsp", post(http::pki::ocsp))
        .route("/pki/ocsp/{request}", get(http::pki::ocsp_in_path));
    if shared.settings.time_stamp_server {
        router = router
            .route("/pki/tsa", post(http::pki::time_stamp))
            .route("/pki/sm2/tsa", post(http::pki::sm2_time_stamp));
    }
    if demo {
        router = router.route("/demo/outbox", get(http::demo::outbox));
    }
    router
        .fallback(any(open_api::serve))
        .layer(axum::middleware::from_fn_with_state(
            shared.clone(),
            http::log::requests,
        ))
        .layer(DefaultBodyLimit::max(pages::api::MOST_BYTES))
        .with_state(shared)
}

/// Serves until `stop` says so, then lets running requests finish.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    mut stop: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let listener = http::TolerantListener::new(listener);
    let stopped = async move {
        while !*stop.borrow() {
            if stop.changed().await.is_err() {
                break;
            }
        }
    };
    let service = router.into_make_service_with_connect_info::<http::ClientAddress>();
    axum::serve(listener, service)
        .with_graceful_shutdown(stopped)
        .await
}
