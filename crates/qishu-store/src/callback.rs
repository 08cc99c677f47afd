//! Callback events and their delivery.
//!
//! An event is written in the transaction that causes it, with a number per contract that has no gap, and never changes
//! (P6, R-42). Beside it stands how far its delivery got: waiting with a due time, delivered, or dead; and every attempt.

use qishu_model::id::{ContractId, EventId};
use qishu_model::time::Timestamp;
use serde_json::Value as Json;

use crate::error::StoreError;
use crate::table::CALLBACK_EVENT;
use crate::transaction::{Reader, Transaction};
use crate::value::{Row, Value, values};

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

/// How far the delivery of an event got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// Given up after the last try: somebody must look, and can resend it.
    Dead {
        /// Tries so far.
        attempts: u32,
    },
    /// The receiver took it.
    Delivered {
        /// Tries so far.
        attempts: u32,
    },
    /// To be tried at `due`.
    Waiting {
        /// Tries so far.
        attempts: u32,
        /// When the next one is due.
        due: Timestamp,
    },
}

/// One try.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took_ms: u32,
    /// HTTP status of the answer; absent when there was none.
    pub status: Option<u16>,
    /// Address, beginning of the answer, or what failed; stored sealed.
    pub details: Json,
}

/// What follows from a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was the last one: given up.
    Dead,
    /// The receiver took it.
    Delivered,
    /// To be tried again.
    Retry {
        /// When.
        due: Timestamp,
    },
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
    let delivery =
        "INSERT INTO callback_delivery (event_id, state, attempts, due_ms) VALUES ($1, 'WAITING', 0, $2)";
    transaction
        .execute(delivery, values![event.id.as_i64(), event.at.ms()])
        .await?;
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
    let (state, due, settled) = match outcome {
        Outcome::Dead => ("DEAD", attempt.at, Some(attempt.at.ms())),
        Outcome::Delivered => ("DELIVERED", attempt.at, Some(attempt.at.ms())),
        Outcome::Retry { due } => ("WAITING", due, None),
    };
    let sql = "UPDATE callback_delivery SET state = $3, due_ms = $4, settled_ms = $5, attempts = attempts + 1 \
               WHERE event_id = $1 AND attempts = $2 AND state = 'WAITING'";
    let parameters = values![event.as_i64(), i64::from(attempts), state, due.ms(), settled];
    if transaction.execute(sql, parameters).await? == 0 {
        return Err(StoreError::Conflict {
            table: "callback_delivery",
            key: event.to_string(),
        });
    }
    let number = i64::from(attempts) + 1;
    let body = transaction.seal("callback_attempt", &format!("{event}/{number}"), &attempt.details)?;
    let insert = "INSERT INTO callback_attempt (event_id, number, at_ms, took_ms, status, body) \
                  VALUES ($1, $2, $3, $4, $5, $6)";
    let (took, status) = (i64::from(attempt.took_ms), attempt.status.map(i64::from));
    let row = values![event.as_i64(), number, attempt.at.ms(), took, status, body];
    transaction.execute(insert, row).await.map(drop)
}

/// Makes a dead or delivered event due again, on somebody's request.
///
/// # Errors
/// `Conflict` when there is no such event.
pub async fn resend(transaction: &mut Transaction, event: EventId, due: Timestamp) -> Result<(), StoreError> {
    let sql =
        "UPDATE callback_delivery SET state = 'WAITING', due_ms = $2, settled_ms = NULL WHERE event_id = $1";
    if transaction
        .execute(sql, values![event.as_i64(), due.ms()])
        .await?
        == 0
    {
        return Err(StoreError::Conflict {
            table: "callback_delivery",
            key: event.to_string(),
        });
    }
    Ok(())
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
    let count = |column| Ok::<_, StoreError>(u32::try_from(row.int(column)?).unwrap_or(u32::MAX));
    let attempts = count("attempts")?;
    let delivery = match row.text("state")? {
        "DEAD" => Delivery::Dead { attempts },
        "DELIVERED" => Delivery::Delivered { attempts },
        "WAITING" => Delivery::Waiting {
            attempts,
            due: Timestamp::from_ms(row.int("due_ms")?),
        },
        _ => {
            return Err(StoreError::corrupt(format!(
                "callback_delivery {id} has an unknown state"
            )));
        }
    };
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
