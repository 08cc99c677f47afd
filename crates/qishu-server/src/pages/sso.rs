//! The gateway of single sign-on and its way out (6.2 and 6.4 of the protocol).

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Query, State};
use axum::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use qishu_app::sso::{Ending, Entered, SsoEntry, SsoPage, end_by_ticket, enter, log_out};
use qishu_app::{AppError, Language};
use qishu_wire::body::{Limits, read};
use serde::Deserialize;

use super::session::{cookie, ended_cookie, page_cookie};
use super::{error, security};
use crate::Shared;
use crate::http::{ClientAddress, client_address};

/// The page after the session cookie is set: it carries nothing.
const PAGE: &str = "/page/contract";
/// Longest log-out request.
const MOST_TEXT: usize = 20_000;

/// What the integrator sends the browser with.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Gateway {
    #[serde(default)]
    ticket: String,
    page_type: Option<String>,
    company_id: Option<String>,
    contract_id: Option<String>,
    sign_return_url: Option<String>,
}

/// Where to after signing out.
#[derive(Deserialize)]
pub(crate) struct Leaving {
    service: Option<String>,
}

/// Somebody comes with a ticket.
pub(crate) async fn gateway(
    State(shared): State<Shared>,
    ConnectInfo(ClientAddress(peer)): ConnectInfo<ClientAddress>,
    uri: Uri,
    Query(asked): Query<Gateway>,
    headers: HeaderMap,
) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let query = uri.query().unwrap_or_default();
    let entered = match entry(&asked) {
        Ok((page, company)) => {
            let entry = SsoEntry {
                ticket: asked.ticket,
                page,
                company,
                return_url: asked.sign_return_url.filter(|url| !url.is_empty()),
                service: service(&shared.app.settings.base_url, uri.path(), query),
                language: Language::from_name(
                    text("accept-language")
                        .unwrap_or_default()
                        .get(..2)
                        .unwrap_or_default(),
                ),
                address: Some(client_address(&shared.settings, peer.ip(), &headers).to_string()),
                browser: text("user-agent").map(|text| text.chars().take(200).collect()),
            };
            enter(&shared.app, entry).await
        }
        Err(error) => Err(error),
    };
    match entered {
        Ok(Entered::Opened(opened)) => {
            redirect(&shared, PAGE, Some(&cookie(&shared.settings, &opened.token)))
        }
        Ok(Entered::LogIn(url)) => redirect(&shared, &url, None),
        Err(error) => refused(&shared, &error),
    }
}

/// Page and company, by the names of the protocol. Pages of the console are known by name, and not opened.
fn entry(asked: &Gateway) -> Result<(SsoPage, Option<qishu_model::id::CompanyId>), AppError> {
    let wrong = |field: &'static str| AppError::invalid(field, "an id is expected");
    let company = asked.company_id.as_deref().filter(|id| !id.is_empty());
    let company = company
        .map(str::parse)
        .transpose()
        .map_err(|_| wrong("companyId"))?;
    let page = match asked.page_type.as_deref() {
        Some("CONTRACT_DETAIL_PAGE") => {
            let id = asked.contract_id.as_deref().unwrap_or_default();
            SsoPage::Contract(id.parse().map_err(|_| wrong("contractId"))?)
        }
        _ => SsoPage::Console,
    };
    Ok((page, company))
}

/// The gateway's address as the ticket was minted for: all but the ticket itself.
fn service(base: &str, path: &str, query: &str) -> String {
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("ticket="))
        .collect();
    if kept.is_empty() {
        format!("{base}{path}")
    } else {
        format!("{base}{path}?{}", kept.join("&"))
    }
}

/// The integrator's server ends a session: a SAML request, or simply the ticket. The answer tells nothing.
pub(crate) async fn back_channel(State(shared): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let fields = read(kind, &body, b"", &Limits::default()).unwrap_or_default();
    let text = |name: &str| fields.root().opaque(name, MOST_TEXT).ok().flatten();
    let ending = text("logoutRequest")
        .map(Ending::Request)
        .or_else(|| text("ticket").map(Ending::Ticket));
    let ended = match ending {
        Some(ending) => end_by_ticket(&shared.app, ending).await,
        None => Err(AppError::invalid(
            "logoutRequest",
            "logoutRequest or ticket is required",
        )),
    };
    match ended {
        Ok(()) => security::protect(Response::new(Body::empty()), &shared.settings),
        Err(error) => refused(&shared, &error),
    }
}

/// The browser signs out.
pub(crate) async fn logout(
    State(shared): State<Shared>,
    Query(leaving): Query<Leaving>,
    headers: HeaderMap,
) -> Response {
    let session = page_cookie(&headers, &shared.settings);
    let ended = ended_cookie(&shared.settings);
    match log_out(&shared.app, session.as_deref(), leaving.service.as_deref()).await {
        Ok(Some(url)) => redirect(&shared, &url, Some(&ended)),
        Ok(None) => {
            let mut response = Response::new(Body::from("已退出登录\nSigned out\n"));
            set_cookie(&mut response, &ended);
            security::protect(response, &shared.settings)
        }
        Err(error) => refused(&shared, &error),
    }
}

fn redirect(shared: &Shared, to: &str, cookie: Option<&str>) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    match HeaderValue::from_str(to) {
        Ok(to) => {
            response.headers_mut().insert(LOCATION, to);
        }
        Err(_) => return refused(shared, &AppError::NotConfigured("single sign-on")),
    }
    if let Some(cookie) = cookie {
        set_cookie(&mut response, cookie);
    }
    security::protect(response, &shared.settings)
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
}

fn refused(shared: &Shared, error: &AppError) -> Response {
    let mut response = Response::new(Body::from(error::plain(error)));
    *response.status_mut() = error::status(error);
    security::protect(response, &shared.settings)
}

#[cfg(test)]
mod tests {
    use super::service;

    #[test]
    fn the_service_is_the_address_without_its_ticket() {
        let base = "https://q.example";
        assert_eq!(
            service(base, "/ssogateway", "ticket=ST-1"),
            "https://q.example/ssogateway"
        );
        assert_eq!(
            service(
                base,
                "/saas/ssogateway",
                "pageType=CONTRACT_DETAIL_PAGE&ticket=ST-1&contractId=1"
            ),
            "https://q.example/saas/ssogateway?pageType=CONTRACT_DETAIL_PAGE&contractId=1"
        );
    }
}
