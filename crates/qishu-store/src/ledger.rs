//! The ledger: one gapless, hash-chained row per action, written in the commit of the action itself.
//!
//! Row i carries `h(i) = SHA-256(h(i-1) ‖ canonical row)`; `h(0)` is 32 zero bytes. The canonical row is: number and time
//! (8 bytes each, big endian), tenant and subject (a byte 0, or a byte 1 and 8 bytes), then kind, body and effects,
//! each after its length in 8 bytes. Body (who, details) is sealed; the hash covers the sealed form, so the chain can be checked
//! without keys. Effects hold every business row that the operation wrote, in stored form, so that replaying them
//! from row 1 gives the current tables (P2).

mod proof;
pub mod tree;
mod verify;

use std::collections::BTreeMap;
use std::time::Duration;

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_model::id::CompanyId;
use qishu_model::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::dialect::Session;
use crate::error::StoreError;
use crate::store::Shared;
use crate::transaction::{Reader, Transaction};
use crate::value::{Cell, Row, values};

pub use proof::{StoredRow, hashes, rows_of};
pub use verify::{
    Anchor, ChainFault, ChainReport, Difference, ReplayReport, replay_and_compare, verify_chain,
};

/// Hash before the first row.
pub const GENESIS: [u8; 32] = [0; 32];

/// Who did something, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Actor {
    /// Our id of the person or employee, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Name shown in logs; absent for the system itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Mobile or mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// Network address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Kind of client, e.g. `API`, `H5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Browser, as far as it told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
}

/// One action, to be recorded with [`Transaction::record`].
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// Company on whose behalf; absent for the platform itself.
    pub tenant: Option<CompanyId>,
    /// What: the wire name of an operate type, or an upper-case name of ours (`SIGN_INTENDED`).
    pub kind: &'static str,
    /// Id of the object concerned; the contract's for everything that belongs to a contract.
    pub subject: Option<u64>,
    /// Who.
    pub actor: Actor,
    /// Anything else worth keeping; stored sealed.
    pub details: Json,
}

/// An entry as it was read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Number, from 1 without gaps.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Company on whose behalf.
    pub tenant: Option<CompanyId>,
    /// What.
    pub kind: String,
    /// Object concerned.
    pub subject: Option<u64>,
    /// Who.
    pub actor: Actor,
    /// Details.
    pub details: Json,
}

/// The last number and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of the last row; 0 when there is none.
    pub number: i64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// A signed statement that the chain had this hash at this number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Where the chain was.
    pub head: Head,
    /// When.
    pub at: Timestamp,
    /// Signature and time-stamp over what it says, in the form of the one who made it.
    pub signature: Vec<u8>,
    /// What it says about the rows before; those of older versions say nothing.
    pub tree: Option<CheckpointTree>,
}

/// A commitment to some rows, from which each can be proved without the others (see [`tree`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointTree {
    /// Number of the first row; the last one is the checkpoint's own.
    pub first: i64,
    /// Root of the tree over the hashes of these rows.
    pub root: [u8; 32],
}

#[derive(Serialize, Deserialize)]
struct Body {
    actor: Actor,
    details: Json,
}

/// The stored form of one row after the operation; no columns when it was deleted.
#[derive(Serialize, Deserialize)]
pub(crate) struct Effect {
    table: String,
    key: String,
    row: Option<BTreeMap<String, Json>>,
}

impl Effect {
    pub(crate) fn new(table: &str, key: String, row: Option<&Row>) -> Self {
        Self {
            table: table.to_owned(),
            key,
            row: row.map(columns),
        }
    }
}

/// Columns by name. Absent ones are left out, so that a column added later changes no older row.
fn columns(row: &Row) -> BTreeMap<String, Json> {
    let present = row.cells().filter_map(|(name, cell)| {
        let value = match cell {
            Cell::Bytes(bytes) => serde_json::json!({ "bytes": STANDARD.encode(bytes) }),
            Cell::Int(number) => Json::from(*number),
            Cell::Null => return None,
            Cell::Text(text) => Json::from(text.as_str()),
        };
        Some((name.to_owned(), value))
    });
    present.collect()
}

/// What the hash of a row covers.
struct Canonical<'a> {
    number: i64,
    at_ms: i64,
    tenant: Option<i64>,
    kind: &'a str,
    subject: Option<i64>,
    body: &'a [u8],
    effects: &'a [u8],
}

impl Canonical<'_> {
    fn hash(&self, previous: &[u8; 32]) -> [u8; 32] {
        let mut context = Context::new(&SHA256);
        context.update(previous);
        context.update(&self.number.to_be_bytes());
        context.update(&self.at_ms.to_be_bytes());
        for optional in [self.tenant, self.subject] {
            match optional {
                None => context.update(&[0]),
                Some(id) => {
                    context.update(&[1]);
                    context.update(&id.to_be_bytes());
                }
            }
        }
        for part in [self.kind.as_bytes(), self.body, self.effects] {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            context.update(part);
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(context.finish().as_ref());
        hash
    }
}

/// Appends the entries of one operation; the last one carries the effects. The row of the head is locked until the end
/// of the transaction: that keeps numbers without gaps when several write at once.
pub(crate) async fn append(
    transaction: &mut Transaction,
    entries: Vec<Entry>,
    effects: &[Effect],
) -> Result<Head, StoreError> {
    let lock = transaction.shared.database.for_update();
    let mut head = read_head(transaction, lock).await?;
    let last = entries.len().saturating_sub(1);
    for (index, entry) in entries.into_iter().enumerate() {
        let carried = if index == last { effects } else { &[] };
        head = insert(transaction, head, entry, carried).await?;
    }
    let update = "UPDATE ledger_head SET number = $1, hash = $2 WHERE id = 1";
    transaction
        .execute(update, values![head.number, head.hash.as_slice()])
        .await?;
    Ok(head)
}

async fn insert(
    transaction: &mut Transaction,
    head: Head,
    entry: Entry,
    effects: &[Effect],
) -> Result<Head, StoreError> {
    let number = head.number + 1;
    let body = transaction.seal(
        "ledger",
        &number.to_string(),
        &Body {
            actor: entry.actor,
            details: entry.details,
        },
    )?;
    let effects = serde_json::to_vec(effects).map_err(|error| StoreError::Programming {
        operation: "a ledger entry",
        what: error.to_string(),
    })?;
    let canonical = Canonical {
        number,
        at_ms: entry.at.ms(),
        tenant: entry.tenant.map(CompanyId::as_i64),
        kind: entry.kind,
        subject: entry.subject.map(u64::cast_signed),
        body: &body,
        effects: &effects,
    };
    let hash = canonical.hash(&head.hash);
    let insert = "INSERT INTO ledger (number, at_ms, tenant, kind, subject, body, effects, hash) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (at_ms, tenant, kind, subject) = (
        canonical.at_ms,
        canonical.tenant,
        canonical.kind,
        canonical.subject,
    );
    let row = values![
        number,
        at_ms,
        tenant,
        kind,
        subject,
        body,
        effects,
        hash.as_slice()
    ];
    transaction.execute(insert, row).await?;
    Ok(Head { number, hash })
}

/// After a connection was lost at COMMIT: asks whether the operation is there. Waiting for the lock on the head
/// means waiting until the lost transaction has ended one way or the other.
pub(crate) async fn resolve(
    shared: &Shared,
    operation: &'static str,
    written: &Head,
    reason: String,
) -> Result<(), StoreError> {
    for pause_ms in [0, 100, 400, 1_600] {
        tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        match is_written(shared, operation, written).await {
            Ok(true) => return Ok(()),
            Ok(false) => return Err(StoreError::unavailable(format!("nothing was stored: {reason}"))),
            Err(error) => tracing::warn!(operation, %error, "asking for the outcome of a commit failed"),
        }
    }
    Err(StoreError::Unknown { operation, reason })
}

async fn is_written(shared: &Shared, operation: &'static str, written: &Head) -> Result<bool, StoreError> {
    let mut session: Session = shared.database.begin_write(operation).await?;
    let lock = format!(
        "SELECT number FROM ledger_head WHERE id = 1{}",
        shared.database.for_update()
    );
    session.fetch(lock.into(), values![]).await?;
    let found = session
        .fetch(
            "SELECT hash FROM ledger WHERE number = $1".into(),
            values![written.number],
        )
        .await?;
    let hash = found.first().map(|row| row.array::<32>("hash")).transpose()?;
    Ok(hash == Some(written.hash))
}

/// The last number and hash.
///
/// # Errors
/// [`StoreError::Corrupt`] when the row of the head is missing.
pub async fn head(reader: &mut Reader) -> Result<Head, StoreError> {
    read_head(reader, "").await
}

async fn read_head(reader: &mut Reader, lock: &str) -> Result<Head, StoreError> {
    let sql = format!("SELECT number, hash FROM ledger_head WHERE id = 1{lock}");
    let row = reader.fetch_optional(sql, values![]).await?;
    let row = row.ok_or_else(|| StoreError::corrupt("the head of the ledger is missing"))?;
    Ok(Head {
        number: row.int("number")?,
        hash: row.array("hash")?,
    })
}

/// When the last entry was written; absent in an empty ledger.
///
/// # Errors
/// See [`StoreError`].
pub async fn last_time(reader: &mut Reader) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT at_ms FROM ledger ORDER BY number DESC LIMIT 1";
    let row = reader.fetch_optional(sql, values![]).await?;
    row.map(|row| Ok(Timestamp::from_ms(row.int("at_ms")?)))
        .transpose()
}

/// Entries about one object, oldest first; of these kinds only, when any are given.
///
/// # Errors
/// See [`StoreError`].
pub async fn entries_of(
    reader: &mut Reader,
    subject: u64,
    kinds: &[&str],
) -> Result<Vec<Logged>, StoreError> {
    let mut parameters = values![subject.cast_signed()];
    let mut sql =
        "SELECT number, at_ms, tenant, kind, subject, body FROM ledger WHERE subject = $1".to_owned();
    for (index, kind) in kinds.iter().enumerate() {
        parameters.push((*kind).into());
        let before = if index == 0 { " AND kind IN (" } else { ", " };
        sql.push_str(&format!("{before}${}", parameters.len()));
    }
    sql.push_str(if kinds.is_empty() {
        " ORDER BY number"
    } else {
        ") ORDER BY number"
    });
    let rows = reader.fetch(sql, parameters).await?;
    rows.iter().map(|row| logged(reader, row)).collect()
}

fn logged(reader: &Reader, row: &Row) -> Result<Logged, StoreError> {
    let number = row.int("number")?;
    let body: Body = reader.open("ledger", &number.to_string(), row.bytes("body")?)?;
    Ok(Logged {
        number,
        at: Timestamp::from_ms(row.int("at_ms")?),
        tenant: row.optional_int("tenant")?.map(CompanyId::from_i64),
        kind: row.text("kind")?.to_owned(),
        subject: row.optional_int("subject")?.map(i64::cast_unsigned),
        actor: body.actor,
        details: body.details,
    })
}

/// Stores a checkpoint.
///
/// # Errors
/// [`StoreError::Duplicate`] when there is one at this number.
pub async fn insert_checkpoint(
    transaction: &mut Transaction,
    checkpoint: &Checkpoint,
) -> Result<(), StoreError> {
    let head = checkpoint.head;
    let tree = checkpoint.tree.as_ref();
    let row = values![
        head.number,
        checkpoint.at.ms(),
        head.hash.as_slice(),
        checkpoint.signature.as_slice(),
        tree.map(|tree| tree.first),
        tree.map(|tree| tree.root.as_slice())
    ];
    let insert = "INSERT INTO ledger_checkpoint (number, at_ms, hash, signature, first_number, tree) \
                  VALUES ($1, $2, $3, $4, $5, $6)";
    transaction.execute(insert, row).await.map(drop)
}

/// Every checkpoint, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn checkpoints(reader: &mut Reader) -> Result<Vec<Checkpoint>, StoreError> {
    let sql = "SELECT * FROM ledger_checkpoint ORDER BY number";
    let rows = reader.fetch(sql, values![]).await?;
    rows.iter().map(checkpoint).collect()
}

/// The last checkpoint, if there is one.
///
/// # Errors
/// See [`StoreError`].
pub async fn last_checkpoint(reader: &mut Reader) -> Result<Option<Checkpoint>, StoreError> {
    let sql = "SELECT * FROM ledger_checkpoint ORDER BY number DESC LIMIT 1";
    let row = reader.fetch_optional(sql, values![]).await?;
    row.as_ref().map(checkpoint).transpose()
}

fn checkpoint(row: &Row) -> Result<Checkpoint, StoreError> {
    let tree = match row.optional_int("first_number")? {
        None => None,
        Some(first) => Some(CheckpointTree {
            first,
            root: row.array("tree")?,
        }),
    };
    Ok(Checkpoint {
        head: Head {
            number: row.int("number")?,
            hash: row.array("hash")?,
        },
        at: Timestamp::from_ms(row.int("at_ms")?),
        signature: row.bytes("signature")?.to_vec(),
        tree,
    })
}
