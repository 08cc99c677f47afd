//! Authentication of a person.

use axum::body::Bytes;
use axum::extract::{Path, State};
use qishu_app::AppError;
use qishu_app::person_auth::{
    AuthSubmission, AuthView, DATA_CONSENT, FACE_CONSENT, SubmitAnswer, add_auth_photo, auth_result,
    send_auth_code, submit_auth,
};
use qishu_model::person_auth::{AuthMode, PersonData, PhotoSide};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, fresh, read, sent, shown};
use crate::Shared;
use crate::pages::session::OnIdentityPage;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuthBody {
    mode: AuthMode,
    username: Option<String>,
    id_card_no: Option<String>,
    mobile: Option<String>,
    bank_no: Option<String>,
    bank_mobile: Option<String>,
    #[serde(default)]
    code: String,
    #[serde(default)]
    consent: String,
}

impl AuthBody {
    fn data(&self) -> PersonData {
        PersonData {
            name: self.username.clone(),
            id_card_no: self.id_card_no.clone(),
            mobile: self.mobile.clone(),
            bank_no: self.bank_no.clone(),
            bank_mobile: self.bank_mobile.clone(),
        }
    }
}

pub(super) fn view(view: &AuthView) -> Value {
    let fields: serde_json::Map<String, Value> = view
        .fields
        .iter()
        .map(|field| {
            let told = json!({ "shown": field.shown, "locked": field.locked });
            (field.name.to_owned(), told)
        })
        .collect();
    json!({
        "state": view.state,
        "contact": view.contact,
        "paperType": view.paper_type.name(),
        "fields": fields,
        "offered": view.offered.iter().map(|mode| mode.name()).collect::<Vec<_>>(),
        "passedBy": view.passed_by.map(AuthMode::name),
        "record": view.record.as_ref().map(|record| json!({ "name": record.name, "idCardNo": record.id_card_no })),
        "failed": view.failed.as_ref().map(|(mode, fields)| json!({ "mode": mode.name(), "fields": fields })),
        "reason": view.reason,
        "elsewhere": view.elsewhere.map(AuthMode::name),
        "photos": view.photos.iter().map(|side| side.name()).collect::<Vec<_>>(),
        "until": view.until.map(qishu_model::time::Timestamp::ms),
        "dataConsent": DATA_CONSENT,
        "faceConsent": FACE_CONSENT,
        "simulated": view.simulated,
    })
}

/// Sends the code that a method asks for.
pub(crate) async fn code(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    let body: AuthBody = read(&body)?;
    Ok(sent(
        &send_auth_code(&shared.app, &session, body.mode, &body.data()).await?,
    ))
}

/// Takes what the person entered.
pub(crate) async fn check(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    body: Bytes,
) -> Answer {
    let body: AuthBody = read(&body)?;
    let submission = AuthSubmission {
        mode: body.mode,
        data: body.data(),
        code: body.code,
        consent: body.consent,
    };
    match submit_auth(&shared.app, &session, &submission).await? {
        SubmitAnswer::Judged => shown(&shared, &session).await,
        SubmitAnswer::Elsewhere { page_url } => {
            Ok(fresh(json!({ "purpose": "ELSEWHERE", "pageUrl": page_url })))
        }
    }
}

/// Asks for the result of a check elsewhere.
pub(crate) async fn result(State(shared): State<Shared>, OnIdentityPage(session): OnIdentityPage) -> Answer {
    auth_result(&shared.app, &session).await?;
    shown(&shared, &session).await
}

/// Takes a picture of the document.
pub(crate) async fn photo(
    State(shared): State<Shared>,
    OnIdentityPage(session): OnIdentityPage,
    Path(side): Path<String>,
    body: Bytes,
) -> Answer {
    let side = match side.as_str() {
        "front" => PhotoSide::Front,
        "back" => PhotoSide::Back,
        _ => return Err(AppError::DocumentNotFound.into()),
    };
    add_auth_photo(&shared.app, &session, side, body).await?;
    shown(&shared, &session).await
}
