//! Opening modules to single sign-on.

use axum::body::Bytes;
use axum::extract::State;
use qishu_app::sso_privilege::{MODULES, SsoView, grant_sso, refuse_sso, send_sso_code};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, read, sent, shown};
use crate::Shared;
use crate::pages::session::OnIdentityPage;

#[derive(Deserialize)]
struct AnswerBody {
    agree: bool,
    #[serde(default)]
    code: String,
}

pub(super) fn view(view: &SsoView) -> Value {
    json!({
        "companyName": view.company,
        "appName": view.application,
        "contact": view.contact,
        "granted": view.granted,
        "mayGrant": view.may_grant,
        "modules": MODULES,
    })
}

/// Sends the code that confirms it.
pub(crate) async fn code(State(shared): State<Shared>, OnIdentityPage(session): OnIdentityPage) -> Answer {
    Ok(sent(&send_sso_code(&shared.app, &session).await?))
}

/// Takes the administrator's answer.
pub(crate) async fn answer(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    let body: AnswerBody = read(&body)?;
    if body.agree {
        grant_sso(&shared.app, &session, &body.code).await?;
    } else {
        refuse_sso(&shared.app, &session).await?;
    }
    shown(&shared, &session).await
}
