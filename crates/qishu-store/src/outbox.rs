//! Messages to people: short messages and mails, sent or simulated. `--demo` shows them.

use qishu_model::contact::ContactType;
use qishu_model::time::Timestamp;
use serde_json::Value as Json;

use crate::error::StoreError;
use crate::person::contact_digest;
use crate::transaction::{Reader, Transaction};
use crate::value::{Row, values};

/// How far a message got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// The provider refused it for good.
    Failed,
    /// To be sent.
    Queued,
    /// The provider took it.
    Sent,
    /// Not sent, only shown: the provider is a simulator.
    Simulated,
}

impl MessageState {
    const ALL: [Self; 4] = [Self::Failed, Self::Queued, Self::Sent, Self::Simulated];

    const fn name(self) -> &'static str {
        match self {
            Self::Failed => "FAILED",
            Self::Queued => "QUEUED",
            Self::Sent => "SENT",
            Self::Simulated => "SIMULATED",
        }
    }
}

/// A message to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMessage {
    /// `MOBILE` for short messages, `EMAIL` for mails.
    pub channel: ContactType,
    /// Where it goes.
    pub contact: String,
    /// How far it is.
    pub state: MessageState,
    /// When written.
    pub at: Timestamp,
    /// Template, values, text; stored sealed.
    pub data: Json,
}

/// A message as it was read back.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredMessage {
    /// Grows with every message.
    pub id: i64,
    /// The message; its contact is as it was asked for.
    pub message: NewMessage,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Body {
    contact: String,
    data: Json,
}

/// Stores a message and gives its id.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(transaction: &mut Transaction, message: &NewMessage) -> Result<i64, StoreError> {
    let digest = contact_digest(transaction, message.channel, &message.contact);
    let body = Body {
        contact: message.contact.clone(),
        data: message.data.clone(),
    };
    let body = transaction.seal("message_outbox", &hex::encode(&digest), &body)?;
    let sql = "INSERT INTO message_outbox (contact_digest, channel, state, create_ms, body) \
               VALUES ($1, $2, $3, $4, $5) RETURNING id";
    let row = values![
        digest,
        message.channel.name(),
        message.state.name(),
        message.at.ms(),
        body
    ];
    let row = transaction.fetch_optional(sql, row).await?;
    Ok(row
        .ok_or_else(|| StoreError::corrupt("message_outbox answered no id"))?
        .int("id")?)
}

/// Notes how far a message got.
///
/// # Errors
/// `Conflict` when there is no such message.
pub async fn set_state(
    transaction: &mut Transaction,
    id: i64,
    state: MessageState,
) -> Result<(), StoreError> {
    let sql = "UPDATE message_outbox SET state = $2 WHERE id = $1";
    if transaction.execute(sql, values![id, state.name()]).await? == 0 {
        return Err(StoreError::Conflict {
            table: "message_outbox",
            key: id.to_string(),
        });
    }
    Ok(())
}

const SELECT: &str = "SELECT id, contact_digest, channel, state, create_ms, body FROM message_outbox";

/// The message with this id.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(reader: &mut Reader, id: i64) -> Result<Option<StoredMessage>, StoreError> {
    let row = reader
        .fetch_optional(format!("{SELECT} WHERE id = $1"), values![id])
        .await?;
    row.map(|row| stored(reader, &row)).transpose()
}

/// The newest messages to a contact, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_to(
    reader: &mut Reader,
    channel: ContactType,
    contact: &str,
    limit: u32,
) -> Result<Vec<StoredMessage>, StoreError> {
    let digest = contact_digest(reader, channel, contact);
    let sql = format!("{SELECT} WHERE contact_digest = $1 ORDER BY id DESC LIMIT $2");
    let rows = reader.fetch(sql, values![digest, i64::from(limit)]).await?;
    rows.iter().map(|row| stored(reader, row)).collect()
}

/// The newest messages to anybody, newest first: for the demo's outbox only.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(reader: &mut Reader, limit: u32) -> Result<Vec<StoredMessage>, StoreError> {
    let rows = reader
        .fetch(
            format!("{SELECT} ORDER BY id DESC LIMIT $1"),
            values![i64::from(limit)],
        )
        .await?;
    rows.iter().map(|row| stored(reader, row)).collect()
}

fn stored(reader: &Reader, row: &Row) -> Result<StoredMessage, StoreError> {
    let id = row.int("id")?;
    let unknown = |what: &str| StoreError::corrupt(format!("message_outbox {id} has an unknown {what}"));
    let body: Body = reader.open(
        "message_outbox",
        &hex::encode(row.bytes("contact_digest")?),
        row.bytes("body")?,
    )?;
    let (channel, state) = (row.text("channel")?, row.text("state")?);
    let channel = ContactType::ALL.into_iter().find(|kind| kind.name() == channel);
    let state = MessageState::ALL.into_iter().find(|known| known.name() == state);
    let message = NewMessage {
        channel: channel.ok_or_else(|| unknown("channel"))?,
        contact: body.contact,
        state: state.ok_or_else(|| unknown("state"))?,
        at: Timestamp::from_ms(row.int("create_ms")?),
        data: body.data,
    };
    Ok(StoredMessage { id, message })
}

/// Removes messages written before `before`; gives how many.
///
/// # Errors
/// See [`StoreError`].
pub async fn sweep(transaction: &mut Transaction, before: Timestamp) -> Result<u64, StoreError> {
    let sql = "DELETE FROM message_outbox WHERE create_ms < $1 AND state <> 'QUEUED'";
    transaction.execute(sql, values![before.ms()]).await
}
