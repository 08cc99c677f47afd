//! Callback events and their delivery.
//!
//! An event is written in the transaction that causes it, with a number per contract that has no gap, and never changes
//! (P6, R-42). Beside it stands how far its delivery got: waiting with a due time, delivered, or dead; and every attempt.

use qishu_model::id::{ContractId, EventId};
use qishu_model::time::Timestamp;
use serde_json::Value as Json;

pub use crate::delivery::{Attempt, Delivery, Outcome};

use crate::delivery::DeliveryTables;
use crate::error::StoreError;
use crate::table::CALLBACK_EVENT;
use crate::transaction::{Reader, Transaction};
use crate::value::{Row, Value, values};

const TABLES: DeliveryTables = DeliveryTables {
    delivery: "callback_delivery",
    attempt: "callback_attempt",
};

/// An event to be told to the integrator.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Id, stable over all attempts.
    pub id: EventId,
    /// Contract.
    pub contract_id: ContractId,
    /// Wire name of the callback type.
    pub kind: String,
    /// When it happened; delivery is due at once.
    pub at: Timestamp,
    /// What is told; stored sealed.
    pub data: Json,
}

/// An event as it was read back.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredEvent {
    /// What happened.
    pub event: NewEvent,
    /// Number among the contract's events, from 1 without gaps.
    pub number: i64,
    /// How far its delivery got.
    pub delivery: Delivery,
}

/// Stores an event that is due at once, and gives its number.
///
/// # Errors
/// `Conflict` when the contract does not exist.
pub async fn append(transaction: &mut Transaction, event: &NewEvent) -> Result<i64, StoreError> {
    let contract = event.contract_id.as_i64();
    // The lock keeps numbers without gaps when two transactions append to one contract.
    let lock = transaction.shared.database.for_update();
    let found = transaction
        .fetch(
            format!("SELECT id FROM contract WHERE id = $1{lock}"),
            values![contract],
        )
        .await?;
    if found.is_empty() {
        return Err(StoreError::Conflict {
            table: "contract",
            key: contract.to_string(),
        });
    }
    let sql = "SELECT COALESCE(MAX(number), 0) AS last FROM callback_event WHERE contract_id = $1";
    let last = transaction.fetch_optional(sql, values![contract]).await?;
    let number = last.map(|row| row.int("last")).transpose()?.unwrap_or_default() + 1;
    let columns = vec![
        ("contract_id", Value::from(contract)),
        ("number", Value::from(number)),
        ("kind", Value::from(event.kind.as_str())),
        ("create_ms", Value::from(event.at.ms())),
        transaction.body(CALLBACK_EVENT, event.id.as_i64(), &event.data)?,
    ];
    transaction
        .insert(CALLBACK_EVENT, event.id.as_i64(), columns)
        .await?;
    TABLES.begin(transaction, event.id, event.at).await?;
    Ok(number)
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

const SELECT: &str = "SELECT event.id, event.contract_id, event.number, event.kind, event.create_ms, event.body, \
                      delivery.state, delivery.attempts, delivery.due_ms FROM callback_event event \
                      JOIN callback_delivery delivery ON delivery.event_id = event.id";

/// The event with this id.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(reader: &mut Reader, id: EventId) -> Result<Option<StoredEvent>, StoreError> {
    let row = reader
        .fetch_optional(format!("{SELECT} WHERE event.id = $1"), values![id.as_i64()])
        .await?;
    row.map(|row| stored(reader, &row)).transpose()
}

/// Every event of a contract, in order.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(reader: &mut Reader, contract: ContractId) -> Result<Vec<StoredEvent>, StoreError> {
    let sql = format!("{SELECT} WHERE event.contract_id = $1 ORDER BY event.number");
    let rows = reader.fetch(sql, values![contract.as_i64()]).await?;
    rows.iter().map(|row| stored(reader, row)).collect()
}

/// Waiting events that are due, the longest overdue first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_due(
    reader: &mut Reader,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<StoredEvent>, StoreError> {
    let sql = format!(
        "{SELECT} WHERE delivery.state = 'WAITING' AND delivery.due_ms <= $1 ORDER BY delivery.due_ms, event.id LIMIT $2"
    );
    let rows = reader.fetch(sql, values![now.ms(), i64::from(limit)]).await?;
    rows.iter().map(|row| stored(reader, row)).collect()
}

/// Events that were given up, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_dead(reader: &mut Reader, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
    let sql = format!("{SELECT} WHERE delivery.state = 'DEAD' ORDER BY event.id DESC LIMIT $1");
    let rows = reader.fetch(sql, values![i64::from(limit)]).await?;
    rows.iter().map(|row| stored(reader, row)).collect()
}

fn stored(reader: &Reader, row: &Row) -> Result<StoredEvent, StoreError> {
    let id = EventId::from_i64(row.int("id")?);
    let delivery = TABLES.read(row)?;
    let event = NewEvent {
        id,
        contract_id: ContractId::from_i64(row.int("contract_id")?),
        kind: row.text("kind")?.to_owned(),
        at: Timestamp::from_ms(row.int("create_ms")?),
        data: reader.open(CALLBACK_EVENT.name, &id.to_string(), row.bytes("body")?)?,
    };
    Ok(StoredEvent {
        event,
        number: row.int("number")?,
        delivery,
    })
}

/// Every try of an event, in order.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_attempts(reader: &mut Reader, event: EventId) -> Result<Vec<Attempt>, StoreError> {
    let sql = "SELECT number, at_ms, took_ms, status, body FROM callback_attempt WHERE event_id = $1 ORDER BY number";
    let rows = reader.fetch(sql, values![event.as_i64()]).await?;
    let attempt = |row: &Row| {
        let key = format!("{event}/{}", row.int("number")?);
        Ok(Attempt {
            at: Timestamp::from_ms(row.int("at_ms")?),
            took_ms: u32::try_from(row.int("took_ms")?).unwrap_or(u32::MAX),
            status: row
                .optional_int("status")?
                .and_then(|status| u16::try_from(status).ok()),
            details: reader.open("callback_attempt", &key, row.bytes("body")?)?,
        })
    };
    rows.iter().map(attempt).collect()
}

/// How many events there are.
///
/// # Errors
/// See [`StoreError`].
pub async fn count(reader: &mut Reader) -> Result<u64, StoreError> {
    reader
        .count("SELECT count(*) AS n FROM callback_event", values![])
        .await
}

/// Contracts whose event numbers have a gap, or that have an event without a delivery (P6). Always empty.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_faults(reader: &mut Reader) -> Result<Vec<ContractId>, StoreError> {
    let sql = "SELECT event.contract_id FROM callback_event event \
               LEFT JOIN callback_delivery delivery ON delivery.event_id = event.id GROUP BY event.contract_id \
               HAVING MAX(event.number) <> COUNT(*) OR MIN(event.number) <> 1 OR COUNT(delivery.event_id) <> COUNT(*) \
               ORDER BY event.contract_id LIMIT 100";
    let rows = reader.fetch(sql, values![]).await?;
    rows.iter()
        .map(|row| Ok(ContractId::from_i64(row.int("contract_id")?)))
        .collect()
}
