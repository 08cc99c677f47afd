//! The demo's outbox: what the simulated providers would have sent. Exists in the demo profile only.

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use qishu_app::demo::{OutboxMessage, outbox as messages};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Shared;

/// Whose messages.
#[derive(Deserialize)]
pub(crate) struct Whose {
    contact: Option<String>,
}

/// The newest messages, newest first; of one contact when `contact` names it.
pub(crate) async fn outbox(
    State(shared): State<Shared>,
    Query(whose): Query<Whose>,
) -> Result<Json<Value>, StatusCode> {
    let found = messages(&shared.app, whose.contact.as_deref()).await;
    let found = found.map_err(|error| {
        tracing::error!(%error, "the outbox cannot be read");
        StatusCode::INTERNAL_SERVER_ERROR
    })?;
    Ok(Json(
        json!({ "simulated": true, "messages": found.iter().map(row).collect::<Vec<_>>() }),
    ))
}

fn row(message: &OutboxMessage) -> Value {
    json!({
        "contact": message.contact,
        "channel": message.channel,
        "kind": message.kind,
        "text": message.text,
        "time": message.time.date_time_text(),
    })
}
