//! Checking the ledger: the chain (P7), and that replaying it gives the current tables (P2).

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value as Json;

use super::{Canonical, Effect, GENESIS, checkpoints, columns, head};
use crate::error::StoreError;
use crate::table::{BUSINESS, Table};
use crate::transaction::{Key, Reader};
use crate::value::{Row, Value, values};

/// Rows read at a time.
const PAGE: i64 = 500;
/// Faults and differences reported at most; there may be more.
const REPORTED: usize = 100;

/// A number and hash known from outside the database, e.g. from an exported checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Anchor {
    /// Number.
    pub number: i64,
    /// The hash the chain must have there.
    pub hash: [u8; 32],
}

/// Something wrong with the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// The hash of a row does not follow from the row and its predecessor.
    #[error("row {number} was altered, or does not belong behind the row before it")]
    Altered {
        /// Number of the row.
        number: i64,
    },
    /// A checkpoint, or an anchor from outside, does not lie on the chain.
    #[error("the chain does not have the hash it was stated to have at row {number}")]
    OffCheckpoint {
        /// Number it names.
        number: i64,
    },
    /// Numbers are missing or out of order.
    #[error("row {expected} is missing: row {found} comes instead")]
    Gap {
        /// The number that should follow.
        expected: i64,
        /// The number that does.
        found: i64,
    },
    /// The chain does not end where its head says.
    #[error("the chain ends at row {found}, and its head says {expected}")]
    WrongEnd {
        /// Number in the head.
        expected: i64,
        /// Number of the last row.
        found: i64,
    },
}

/// Result of [`verify_chain`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// Rows read.
    pub rows: u64,
    /// Up to 100 faults; none means that the chain is whole.
    pub faults: Vec<ChainFault>,
}

/// A business row that is not what the ledger says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// In the ledger, not in the table.
    #[error("{table} {key} is missing")]
    Missing {
        /// Table.
        table: String,
        /// Key.
        key: String,
    },
    /// In both, with other content.
    #[error("{table} {key} differs from the ledger")]
    Other {
        /// Table.
        table: String,
        /// Key.
        key: String,
    },
    /// A change is in the ledger twice, or an older one after a newer one (P1).
    #[error("{table} {key}: a change is recorded more than once")]
    Repeated {
        /// Table.
        table: String,
        /// Key.
        key: String,
    },
    /// In the table, not in the ledger.
    #[error("{table} {key} was never recorded")]
    Unrecorded {
        /// Table.
        table: String,
        /// Key.
        key: String,
    },
}

/// Result of [`replay_and_compare`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayReport {
    /// Business rows compared.
    pub rows: u64,
    /// Changes of business rows that the ledger carries.
    pub changes: u64,
    /// Up to 100 differences; none means that ledger and tables agree.
    pub differences: Vec<Difference>,
}

/// Walks the chain from row 1 to the head and past every stored checkpoint and every given anchor. Needs no data key.
///
/// # Errors
/// [`StoreError`] when rows cannot be read at all; everything readable but wrong is a fault in the report.
pub async fn verify_chain(reader: &mut Reader, anchors: &[Anchor]) -> Result<ChainReport, StoreError> {
    let mut stated: HashMap<i64, Vec<[u8; 32]>> = HashMap::new();
    for anchor in anchors {
        stated.entry(anchor.number).or_default().push(anchor.hash);
    }
    for checkpoint in checkpoints(reader).await? {
        stated
            .entry(checkpoint.head.number)
            .or_default()
            .push(checkpoint.head.hash);
    }
    let mut report = ChainReport {
        rows: 0,
        faults: Vec::new(),
    };
    let (mut number, mut hash) = (0, GENESIS);
    loop {
        let sql = "SELECT * FROM ledger WHERE number > $1 ORDER BY number LIMIT $2";
        let rows = reader.fetch(sql, values![number, PAGE]).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            report.rows += 1;
            (number, hash) = follow(row, number, hash, &mut report.faults)?;
            if stated
                .remove(&number)
                .is_some_and(|hashes| hashes.iter().any(|stated| *stated != hash))
            {
                report.faults.push(ChainFault::OffCheckpoint { number });
            }
        }
        if report.faults.len() > REPORTED {
            report.faults.truncate(REPORTED);
            return Ok(report);
        }
    }
    report.faults.extend(
        stated
            .keys()
            .filter(|number| **number != 0)
            .map(|number| ChainFault::OffCheckpoint { number: *number }),
    );
    let head = head(reader).await?;
    if (head.number, head.hash) != (number, hash) {
        report.faults.push(ChainFault::WrongEnd {
            expected: head.number,
            found: number,
        });
    }
    Ok(report)
}

/// Checks one row behind `(number, hash)`; gives back its own. The hash goes on as stored, so that one altered row is
/// one fault.
fn follow(
    row: &Row,
    number: i64,
    hash: [u8; 32],
    faults: &mut Vec<ChainFault>,
) -> Result<(i64, [u8; 32]), StoreError> {
    let found = row.int("number")?;
    if found != number + 1 {
        faults.push(ChainFault::Gap {
            expected: number + 1,
            found,
        });
    }
    let canonical = Canonical {
        number: found,
        at_ms: row.int("at_ms")?,
        tenant: row.optional_int("tenant")?,
        kind: row.text("kind")?,
        subject: row.optional_int("subject")?,
        body: row.bytes("body")?,
        effects: row.bytes("effects")?,
    };
    let computed = canonical.hash(&hash);
    let stored = row.array::<32>("hash").unwrap_or_default();
    if computed != stored {
        faults.push(ChainFault::Altered { number: found });
    }
    Ok((found, stored))
}

/// Replays the effects of every row from row 1 and compares the result with every business table (P2). Keeps one digest per
/// row in memory.
///
/// # Errors
/// [`StoreError::Corrupt`] when the effects of a row cannot be read.
pub async fn replay_and_compare(reader: &mut Reader) -> Result<ReplayReport, StoreError> {
    let mut report = ReplayReport {
        rows: 0,
        changes: 0,
        differences: Vec::new(),
    };
    let mut replayed = replay(reader, &mut report).await?;
    for table in BUSINESS {
        compare(reader, table, &mut replayed, &mut report).await?;
    }
    let mut missing: Vec<_> = replayed.into_keys().collect();
    missing.sort();
    report.differences.extend(
        missing
            .into_iter()
            .map(|(table, key)| Difference::Missing { table, key }),
    );
    report.differences.truncate(REPORTED);
    Ok(report)
}

/// Digest of every row by table and key.
type Rows = HashMap<(String, String), [u8; 32]>;

async fn replay(reader: &mut Reader, report: &mut ReplayReport) -> Result<Rows, StoreError> {
    let mut replayed = Rows::new();
    let mut versions: HashMap<(String, String), i64> = HashMap::new();
    let mut number = 0;
    loop {
        let sql = "SELECT number, effects FROM ledger WHERE number > $1 ORDER BY number LIMIT $2";
        let rows = reader.fetch(sql, values![number, PAGE]).await?;
        if rows.is_empty() {
            return Ok(replayed);
        }
        for row in &rows {
            number = row.int("number")?;
            let effects: Vec<Effect> = serde_json::from_slice(row.bytes("effects")?)
                .map_err(|error| StoreError::corrupt(format!("effects of ledger row {number}: {error}")))?;
            for effect in effects {
                let place = (effect.table, effect.key);
                report.changes += 1;
                let version = effect.row.as_ref().and_then(|row| row.get("version")?.as_i64());
                if let Some(version) = version
                    && versions
                        .insert(place.clone(), version)
                        .is_some_and(|before| before >= version)
                {
                    let (table, key) = place.clone();
                    report.differences.push(Difference::Repeated { table, key });
                }
                match effect.row {
                    None => replayed.remove(&place),
                    Some(content) => replayed.insert(place, content_digest(&content)),
                };
            }
        }
    }
}

async fn compare(
    reader: &mut Reader,
    table: Table,
    replayed: &mut Rows,
    report: &mut ReplayReport,
) -> Result<(), StoreError> {
    let mut last: Option<Key> = None;
    loop {
        let (sql, parameters) = page(table, last.as_ref());
        let rows = reader.fetch(sql, parameters).await?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = Some(Key::of(table, end)?);
        for row in &rows {
            report.rows += 1;
            let place = (table.name.to_owned(), Key::of(table, row)?.to_string());
            let expected = replayed.remove(&place);
            let (table, key) = place;
            match expected {
                None => report.differences.push(Difference::Unrecorded { table, key }),
                Some(expected) if expected != content_digest(&columns(row)) => {
                    report.differences.push(Difference::Other { table, key });
                }
                Some(_) => {}
            }
        }
    }
}

fn page(table: Table, last: Option<&Key>) -> (String, Vec<Value>) {
    let Table { name, key, .. } = table;
    match last {
        None => (
            format!("SELECT * FROM {name} ORDER BY {key} LIMIT $1"),
            values![PAGE],
        ),
        Some(last) => {
            let parameters = vec![Value::from(last), Value::from(PAGE)];
            (
                format!("SELECT * FROM {name} WHERE {key} > $1 ORDER BY {key} LIMIT $2"),
                parameters,
            )
        }
    }
}

fn content_digest(content: &std::collections::BTreeMap<String, Json>) -> [u8; 32] {
    // A map of strings, numbers and strings in objects always has a JSON form.
    let text = serde_json::to_vec(content).unwrap_or_default();
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, &text).as_ref());
    out
}
