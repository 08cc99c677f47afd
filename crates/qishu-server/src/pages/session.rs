//! Which session a page request belongs to, and the proof that it comes from our own page.

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use qishu_app::identity_page::{IdentitySession, resume_identity};
use qishu_app::page::{PageSession, resume};
use qishu_app::{AppError, Language};

use super::error::PageError;
use crate::http::{ClientAddress, client_address};
use crate::{ServerSettings, Shared};

/// The session of a request.
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) session: PageSession,
    /// Ticket of this browser for the signing password.
    pub(crate) client: Option<String>,
}

/// A request of our own page that changes something, with where it comes from.
pub(crate) struct FromPage {
    pub(crate) address: Option<String>,
    pub(crate) browser: Option<String>,
    /// Language in which the page is shown, `cn` or `en`.
    pub(crate) lang: Option<String>,
}

impl FromRequestParts<Shared> for FromPage {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, PageError> {
        if !is_own_page(&parts.headers) {
            return Err(PageError(AppError::PermissionDenied {
                reason: "the request does not come from the page",
            }));
        }
        let peer = parts
            .extensions
            .get::<ConnectInfo<ClientAddress>>()
            .map(|info| info.0.0.ip());
        let address = peer.map(|peer| client_address(&shared.settings, peer, &parts.headers).to_string());
        let browser = parts
            .headers
            .get("user-agent")
            .and_then(|value| value.to_str().ok());
        Ok(Self {
            address,
            browser: browser.map(|text| text.chars().take(200).collect()),
            lang: shown_language(&parts.headers),
        })
    }
}

/// The language in which the page is shown, where it is not the one its link came with.
fn shown_language(headers: &HeaderMap) -> Option<String> {
    let lang = headers
        .get("x-qishu-lang")
        .and_then(|value| value.to_str().ok())?;
    Some(Language::from_name(lang).name().to_owned())
}

/// Another origin can neither set our header without asking first, nor send its requests with our origin.
fn is_own_page(headers: &HeaderMap) -> bool {
    let has_header = headers.get("x-qishu-page").is_some_and(|value| value == "1");
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let origin = headers
        .get(ORIGIN)
        .map(|value| value.to_str().unwrap_or_default());
    let same_origin = origin.is_none_or(|origin| {
        let authority = origin.split_once("://").map(|(_, authority)| authority);
        authority.is_some() && authority == host
    });
    has_header && same_origin
}

/// The session of a request on a page about who somebody is.
pub(crate) struct OnIdentityPage(pub(crate) IdentitySession);

impl FromRequestParts<Shared> for OnIdentityPage {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, PageError> {
        if parts.method != Method::GET && !is_own_page(&parts.headers) {
            return Err(PageError(AppError::PermissionDenied {
                reason: "the request does not come from the page",
            }));
        }
        let token = token(&parts.headers, &shared.settings).ok_or(PageError(AppError::SessionExpired))?;
        Ok(Self(resume_identity(&shared.app, &token).await?))
    }
}

impl FromRequestParts<Shared> for Session {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, PageError> {
        if parts.method != Method::GET && !is_own_page(&parts.headers) {
            return Err(PageError(AppError::PermissionDenied {
                reason: "the request does not come from the page",
            }));
        }
        let token = token(&parts.headers, &shared.settings).ok_or(PageError(AppError::SessionExpired))?;
        let mut session = resume(&shared.app, &token).await?;
        if let Some(lang) = shown_language(&parts.headers) {
            session.options.lang = Some(lang);
        }
        let client = cookie_value(&parts.headers, client_cookie_name(&shared.settings));
        Ok(Self {
            token,
            session,
            client,
        })
    }
}

/// The cookie, or the header of a page whose cookies are refused. The header wins: it is the newer session.
fn token(headers: &HeaderMap, settings: &ServerSettings) -> Option<String> {
    let header = headers
        .get("x-qishu-session")
        .and_then(|value| value.to_str().ok());
    if let Some(token) = header {
        return Some(token.to_owned());
    }
    cookie_value(headers, cookie_name(settings))
}

fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

const fn cookie_name(settings: &ServerSettings) -> &'static str {
    if settings.https {
        "__Host-qishu-page"
    } else {
        "qishu-page"
    }
}

const fn client_cookie_name(settings: &ServerSettings) -> &'static str {
    if settings.https {
        "__Host-qishu-client"
    } else {
        "qishu-client"
    }
}

/// The cookie that carries a browser's ticket for the signing password; it ends with the half hour (5.5).
pub(super) fn client_cookie(settings: &ServerSettings, ticket: &str) -> String {
    let secure = if settings.https { "; Secure" } else { "" };
    format!(
        "{}={ticket}; Path=/; Max-Age=1800; HttpOnly; SameSite=Strict{secure}",
        client_cookie_name(settings)
    )
}

/// The cookie that carries a session: for scripts unreadable, for other sites never sent.
pub(super) fn cookie(settings: &ServerSettings, token: &str) -> String {
    let secure = if settings.https { "; Secure" } else { "" };
    format!(
        "{}={token}; Path=/; HttpOnly; SameSite=Strict{secure}",
        cookie_name(settings)
    )
}

/// The cookie of a session that has ended.
pub(super) fn ended_cookie(settings: &ServerSettings) -> String {
    format!("{}; Max-Age=0", cookie(settings, ""))
}

/// The session's token in a browser's cookie.
pub(super) fn page_cookie(headers: &HeaderMap, settings: &ServerSettings) -> Option<String> {
    cookie_value(headers, cookie_name(settings)).filter(|token| !token.is_empty())
}
