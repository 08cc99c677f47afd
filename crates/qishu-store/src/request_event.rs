//! Events that a request asked for with a callback address of its own (`organisation` 16.5), and their delivery. Like the
//! events of contracts in [`crate::callback`], they are written in the transaction that causes them and never change. Those of
//! one request are delivered one after the other.

use qishu_model::id::{ApplicationId, EventId};
use qishu_model::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::delivery::{Attempt, Delivery, DeliveryTables, Outcome};
use crate::error::StoreError;
use crate::table::REQUEST_EVENT;
use crate::transaction::{Reader, Transaction};
use crate::value::{Row, Value, values};

const TABLES: DeliveryTables = DeliveryTables {
    delivery: "request_delivery",
    attempt: "request_attempt",
};

/// An event to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestEvent {
    /// Id, stable over all attempts.
    pub id: EventId,
    /// Id that the request was answered with.
    pub request_id: String,
    /// What it is; decides on schedule and form.
    pub kind: String,
    /// When it happened; delivery is due at once.
    pub at: Timestamp,
    /// What is told, and to whom; stored sealed.
    pub notice: Notice,
}

/// What is told, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Address.
    pub address: String,
    /// Application whose secrets protect it.
    pub application_id: ApplicationId,
    /// Names and values, in documented order.
    pub fields: Vec<(String, String)>,
}

/// An event with how far its delivery got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRequestEvent {
    /// What happened.
    pub event: RequestEvent,
    /// How far its delivery got.
    pub delivery: Delivery,
}

/// Stores an event that is due at once.
///
/// # Errors
/// `Duplicate` of `request_event.key`.
pub async fn append(transaction: &mut Transaction, event: &RequestEvent) -> Result<(), StoreError> {
    let columns = vec![
        ("request_id", Value::from(event.request_id.as_str())),
        ("kind", Value::from(event.kind.as_str())),
        ("create_ms", Value::from(event.at.ms())),
        transaction.body(REQUEST_EVENT, event.id.as_i64(), &event.notice)?,
    ];
    transaction
        .insert(REQUEST_EVENT, event.id.as_i64(), columns)
        .await?;
    TABLES.begin(transaction, event.id, event.at).await
}

/// Records a try and what follows from it.
///
/// # Errors
/// `Conflict` when the event is not waiting, or tries were recorded since `attempts` was read: somebody else delivers it.
pub async fn record_attempt(
    transaction: &mut Transaction,
    event: EventId,
    attempts: u32,
    attempt: &Attempt,
    outcome: Outcome,
) -> Result<(), StoreError> {
    TABLES
        .record_attempt(transaction, event, attempts, attempt, outcome)
        .await
}

/// Makes a dead or delivered event due again, on somebody's request.
///
/// # Errors
/// `Conflict` when there is no such event.
pub async fn resend(transaction: &mut Transaction, event: EventId, due: Timestamp) -> Result<(), StoreError> {
    TABLES.resend(transaction, event, due).await
}

const SELECT: &str = "SELECT event.id, event.request_id, event.kind, event.create_ms, event.body, delivery.state, \
                      delivery.attempts, delivery.due_ms FROM request_event event \
                      JOIN request_delivery delivery ON delivery.event_id = event.id";

/// Waiting events that are due and not behind a waiting one of the same request, the longest overdue first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_due(
    reader: &mut Reader,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<StoredRequestEvent>, StoreError> {
    let sql = format!(
        "{SELECT} WHERE delivery.state = 'WAITING' AND delivery.due_ms <= $1 AND NOT EXISTS (\
         SELECT 1 FROM request_event before JOIN request_delivery waiting ON waiting.event_id = before.id \
         WHERE before.request_id = event.request_id AND before.id < event.id AND waiting.state = 'WAITING') \
         ORDER BY delivery.due_ms, event.id LIMIT $2"
    );
    let rows = reader.fetch(sql, values![now.ms(), i64::from(limit)]).await?;
    rows.iter().map(|row| stored(reader, row)).collect()
}

/// Every event of a request, in order.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(reader: &mut Reader, request_id: &str) -> Result<Vec<StoredRequestEvent>, StoreError> {
    let sql = format!("{SELECT} WHERE event.request_id = $1 ORDER BY event.id");
    let rows = reader.fetch(sql, values![request_id]).await?;
    rows.iter().map(|row| stored(reader, row)).collect()
}

/// Events that were given up, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_dead(reader: &mut Reader, limit: u32) -> Result<Vec<StoredRequestEvent>, StoreError> {
    let sql = format!("{SELECT} WHERE delivery.state = 'DEAD' ORDER BY event.id DESC LIMIT $1");
    let rows = reader.fetch(sql, values![i64::from(limit)]).await?;
    rows.iter().map(|row| stored(reader, row)).collect()
}

fn stored(reader: &Reader, row: &Row) -> Result<StoredRequestEvent, StoreError> {
    let id = EventId::from_i64(row.int("id")?);
    let delivery = TABLES.read(row)?;
    let event = RequestEvent {
        id,
        request_id: row.text("request_id")?.to_owned(),
        kind: row.text("kind")?.to_owned(),
        at: Timestamp::from_ms(row.int("create_ms")?),
        notice: reader.open(REQUEST_EVENT.name, &id.to_string(), row.bytes("body")?)?,
    };
    Ok(StoredRequestEvent { event, delivery })
}
