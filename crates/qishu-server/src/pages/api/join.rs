//! Taking a free place of a contract.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use qishu_app::contract::FreePlace;
use qishu_app::page::{Client, JoinRequest, join_on_page, send_join_code};
use serde::Deserialize;
use serde_json::json;

use super::{Answer, code_sent, opened_answer, read};
use crate::Shared;
use crate::pages::session::FromPage;

#[derive(Deserialize)]
struct CodeBody {
    token: String,
    contact: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JoinBody {
    token: String,
    name: String,
    company_name: Option<String>,
    contact: String,
    code: String,
}

/// What the page tells of a place before anybody has taken it.
pub(super) fn place_answer(place: &FreePlace) -> Response {
    Json(json!({
        "purpose": "JOIN",
        "session": "",
        "lang": "cn",
        "themeColor": null,
        "place": {
            "subject": place.subject,
            "sponsorName": place.sponsor_name,
            "company": place.company,
            "tenantName": place.tenant_name,
        },
    }))
    .into_response()
}

fn client(from: FromPage) -> Client {
    Client {
        lang: from.lang,
        address: from.address,
        browser: from.browser,
    }
}

/// Sends the code that proves a contact.
pub(crate) async fn join_code(State(shared): State<Shared>, from: FromPage, body: Bytes) -> Answer {
    let body: CodeBody = read(&body)?;
    let sent = send_join_code(&shared.app, &body.token, &body.contact, client(from)).await?;
    Ok(Json(code_sent(&sent)).into_response())
}

/// Takes the place.
pub(crate) async fn join(State(shared): State<Shared>, from: FromPage, body: Bytes) -> Answer {
    let body: JoinBody = read(&body)?;
    let request = JoinRequest {
        name: body.name,
        company_name: body.company_name,
        contact: body.contact,
        code: body.code,
    };
    let opened = join_on_page(&shared.app, &body.token, request, client(from)).await?;
    Ok(opened_answer(&shared, &opened))
}
