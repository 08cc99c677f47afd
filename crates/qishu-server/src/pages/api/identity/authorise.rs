//! Personal-signature authorisation.

use axum::body::Bytes;
use axum::extract::State;
use qishu_app::AppError;
use qishu_app::authorisation::{
    AuthorisationView, GrantAnswer, GrantConfirm, answer_authorisation, authorisation_auth_url,
    send_authorisation_code, withdraw_on_page,
};
use qishu_model::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, given, go, read, sent, shown};
use crate::Shared;
use crate::pages::session::OnIdentityPage;

#[derive(Deserialize)]
struct AuthBody {
    #[serde(default)]
    face: bool,
}

/// `agree` with exactly one of code, password and face; without it the person refuses.
#[derive(Deserialize)]
struct AnswerBody {
    agree: bool,
    code: Option<String>,
    password: Option<String>,
    #[serde(default)]
    face: bool,
    until: Option<String>,
}

pub(super) fn view(view: &AuthorisationView) -> Value {
    json!({
        "companyName": view.company,
        "appName": view.application,
        "remark": view.remark,
        "until": view.until.date_text(),
        "untilModifiable": view.until_modifiable,
        "allowPersonalAuto": view.allow_personal_auto,
        "status": view.status.name(),
        "contact": view.contact,
        "name": view.name,
        "ways": view.ways.iter().map(|way| way.name()).collect::<Vec<_>>(),
        "faceDone": view.face_done,
    })
}

/// A link to the authentication of the person, or to the check of their face.
pub(crate) async fn auth(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    let body: AuthBody = read(&body)?;
    Ok(go(
        &authorisation_auth_url(&shared.app, &session, body.face).await?
    ))
}

/// Sends the code that confirms an answer.
pub(crate) async fn code(State(shared): State<Shared>, OnIdentityPage(session): OnIdentityPage) -> Answer {
    Ok(sent(&send_authorisation_code(&shared.app, &session).await?))
}

/// Takes the person's answer.
pub(crate) async fn answer(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    let body: AnswerBody = read(&body)?;
    let until = body.until.as_deref().map(Timestamp::parse_date).transpose();
    let until = until.map_err(|_| AppError::invalid("until", "a date, yyyy-MM-dd"))?;
    let confirm = match (body.agree, body.code, body.password, body.face) {
        (false, ..) => None,
        (true, Some(code), None, false) => Some(GrantConfirm::Code(code)),
        (true, None, Some(password), false) => Some(GrantConfirm::Password(password)),
        (true, None, None, true) => Some(GrantConfirm::Face),
        _ => return Err(AppError::invalid("confirm", "one of code, password, face is required").into()),
    };
    let answer = GrantAnswer {
        confirm,
        until: until.map(Timestamp::end_of_day),
    };
    answer_authorisation(&shared.app, &session, &answer).await?;
    shown(&shared, &session).await
}

/// The person withdraws.
pub(crate) async fn withdraw(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    withdraw_on_page(&shared.app, &session, &given(&body)?.code).await?;
    shown(&shared, &session).await
}
