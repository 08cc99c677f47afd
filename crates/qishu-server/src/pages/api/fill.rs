//! Filling parameters before the signing begins.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::IntoResponse;
use qishu_app::page::{FilledParam, PageSession, fill_params, params_of_party, party_filling};
use qishu_model::contract::{Contract, DocumentParam};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::error::PageError;
use super::super::session::Session;
use super::{Answer, read_limited};
use crate::Shared;

/// Largest body: pictures are values too.
pub(crate) const MOST_BYTES: usize = 8 * 1024 * 1024;

#[derive(Deserialize)]
struct ParamBody {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
struct FillBody {
    params: Vec<ParamBody>,
}

/// Fills the parameters of the session's person.
pub(crate) async fn fill(State(shared): State<Shared>, session: Session, body: Bytes) -> Answer {
    let filled = values(&body)?;
    let contract = fill_params(&shared.app, &session.session, &filled).await?;
    Ok(Json(json!({ "status": "FILLED", "contractStatus": contract.state.name() })).into_response())
}

/// The values of a request.
pub(super) fn values(body: &Bytes) -> Result<Vec<FilledParam>, PageError> {
    let body: FillBody = read_limited(body, MOST_BYTES)?;
    let params = body.params.into_iter().map(|param| FilledParam {
        name: param.name,
        value: param.value,
    });
    Ok(params.collect())
}

/// What the person has to fill; `null` when it is nothing.
pub(super) fn view(session: &PageSession, contract: &Contract) -> Value {
    let party = session.person().and_then(|user| party_filling(contract, user));
    let Ok(party) = party else { return Value::Null };
    let params = params_of_party(contract, party.id);
    json!({ "params": params.into_iter().map(param).collect::<Vec<_>>() })
}

fn param(param: &DocumentParam) -> Value {
    let mut shown = open_param(param);
    shown["readOnly"] = json!(param.read_only && param.value.is_some());
    shown
}

/// A parameter as the initiator sees it, who may change every value.
pub(super) fn open_param(param: &DocumentParam) -> Value {
    json!({
        "name": param.name,
        "type": param.parameter_type.name(),
        "required": param.required,
        "readOnly": false,
        "value": param.effective(),
        "options": param.options,
        "columns": param.columns,
        "description": param.description,
    })
}
