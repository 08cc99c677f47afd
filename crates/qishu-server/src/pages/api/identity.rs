//! Pages about who somebody is: authentication of people and companies, authorisations. `GET /page/api/identity` says what the
//! session is about and shows it; each subject has its own actions below.

mod authorise;
mod company;
mod person;
mod sso;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use qishu_app::authorisation::authorisation_view;
use qishu_app::company_auth::{MOST_FILE_BYTES, company_auth_view, legal_view};
use qishu_app::identity_page::{IdentitySession, OpenedIdentity, Subject};
use qishu_app::person_auth::{MOST_PHOTO_BYTES, auth_view};
use qishu_app::sso_privilege::sso_view;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, code_sent, read, with_session};
use crate::Shared;
use crate::pages::session::OnIdentityPage;

/// Space for the head of an upload beside the file.
const SLACK: usize = 4096;

/// Routes below `/page/api/identity`.
pub(crate) fn routes() -> Router<Shared> {
    let photos = post(person::photo).layer(DefaultBodyLimit::max(MOST_PHOTO_BYTES + SLACK));
    let files = DefaultBodyLimit::max(MOST_FILE_BYTES + SLACK);
    Router::new()
        .route("/", get(show))
        .route("/code", post(person::code))
        .route("/check", post(person::check))
        .route("/result", post(person::result))
        .route("/photos/{side}", photos)
        .route("/company/applicant", post(company::applicant))
        .route("/company/license", post(company::license).layer(files))
        .route("/company/basics", post(company::basics))
        .route("/company/letter", post(company::letter).layer(files))
        .route("/company/payment", post(company::payment))
        .route("/company/amount", post(company::amount))
        .route("/company/legal", post(company::invite))
        .route("/legal/auth", post(company::legal_auth))
        .route("/legal/code", post(company::legal_code))
        .route("/legal/authorise", post(company::legal_authorise))
        .route("/authorise/auth", post(authorise::auth))
        .route("/authorise/code", post(authorise::code))
        .route("/authorise", post(authorise::answer))
        .route("/authorise/withdraw", post(authorise::withdraw))
        .route("/sso/code", post(sso::code))
        .route("/sso", post(sso::answer))
}

#[derive(Deserialize)]
struct OnlyCode {
    code: String,
}

/// Hands the browser its session.
pub(super) fn opened_answer(shared: &Shared, opened: &OpenedIdentity) -> Response {
    let session = &opened.session;
    let body = json!({
        "purpose": session.subject.name(),
        "session": opened.token,
        "lang": session.options.lang.as_deref().unwrap_or("cn"),
        "themeColor": session.options.theme_color,
        "contact": null,
    });
    with_session(shared, body, &opened.token)
}

/// What the page shows.
async fn show(State(shared): State<Shared>, OnIdentityPage(session): OnIdentityPage) -> Answer {
    shown(&shared, &session).await
}

/// What the page shows, also after something was done on it.
async fn shown(shared: &Shared, session: &IdentitySession) -> Answer {
    let app = &shared.app;
    let subject = match &session.subject {
        Subject::Authorisation(_) => authorise::view(&authorisation_view(app, session).await?),
        Subject::Company(_) => company::view(&company_auth_view(app, session).await?),
        Subject::LegalPerson(_) => company::legal(&legal_view(app, session).await?),
        Subject::Person(_) => person::view(&auth_view(app, session).await?),
        Subject::SsoPrivilege(_) => sso::view(&sso_view(app, session).await?),
    };
    let options = &session.options;
    let body = json!({
        "purpose": session.subject.name(),
        "lang": options.lang.as_deref().unwrap_or("cn"),
        "themeColor": options.theme_color,
        "callbackPage": options.callback_page,
        "callbackTrusted": options.callback_trusted,
        "closeButton": !options.hide_return,
        "platformName": options.platform_name,
        "simulated": app.settings.simulated,
        "shown": subject,
    });
    Ok(fresh(body))
}

fn fresh(body: Value) -> Response {
    let mut response = Json(body).into_response();
    response
        .headers_mut()
        .insert("cache-control", HeaderValue::from_static("no-store"));
    response
}

/// A link to an authentication on the way; the browser goes there.
fn go(url: &str) -> Response {
    fresh(json!({ "pageUrl": url }))
}

fn sent(sent: &qishu_app::page::CodeSent) -> Response {
    fresh(code_sent(sent))
}

fn given(body: &Bytes) -> Result<OnlyCode, super::PageError> {
    read(body)
}
