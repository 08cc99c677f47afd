//! Checking the ledger: the chain (P7), and that replaying it gives the current tables (P2).

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value as Json;

use super::proof::{StoredRow, content};
use super::{Checkpoint, Effect, Head, checkpoints, columns, head};
use crate::error::StoreError;
use crate::table::{BUSINESS, Table};
use crate::transaction::{Key, Reader};
use crate::value::{Value, values};

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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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
    let mut walk = ChainWalk::default();
    for anchor in anchors {
        walk.expect(*anchor);
    }
    for Checkpoint { head, .. } in checkpoints(reader).await? {
        walk.expect(Anchor {
            number: head.number,
            hash: head.hash,
        });
    }
    loop {
        let sql = "SELECT * FROM ledger WHERE number > $1 ORDER BY number LIMIT $2";
        let rows = reader.fetch(sql, values![walk.number, PAGE]).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let hash = row.array::<32>("hash").unwrap_or_default();
            walk.step(&content(row, walk.hash)?, hash);
        }
        if walk.report.faults.len() > REPORTED {
            walk.report.faults.truncate(REPORTED);
            return Ok(walk.report);
        }
    }
    Ok(walk.end(head(reader).await?))
}

/// Checks rows one after the other.
#[derive(Default)]
struct ChainWalk {
    /// Number and hash of the row that was checked last; 0 and the genesis hash before the first.
    number: i64,
    hash: [u8; 32],
    /// Hashes that the chain must have, by number.
    expected: HashMap<i64, Vec<[u8; 32]>>,
    report: ChainReport,
}

impl ChainWalk {
    fn expect(&mut self, anchor: Anchor) {
        self.expected.entry(anchor.number).or_default().push(anchor.hash);
    }

    /// The next row, with the hash that is stored for it. The chain goes on from the stored hash, so that one altered row is
    /// one fault.
    fn step(&mut self, row: &StoredRow, stored: [u8; 32]) {
        let found = row.number;
        self.report.rows += 1;
        if found != self.number + 1 {
            self.report.faults.push(ChainFault::Gap {
                expected: self.number + 1,
                found,
            });
        }
        if row.hash_after(&self.hash) != stored {
            self.report.faults.push(ChainFault::Altered { number: found });
        }
        let expected = self.expected.remove(&found).unwrap_or_default();
        if expected.iter().any(|expected| *expected != stored) {
            self.report
                .faults
                .push(ChainFault::OffCheckpoint { number: found });
        }
        (self.number, self.hash) = (found, stored);
    }

    fn end(mut self, head: Head) -> ChainReport {
        let missed = self.expected.keys().filter(|number| **number != 0);
        let missed = missed.map(|number| ChainFault::OffCheckpoint { number: *number });
        self.report.faults.extend(missed);
        if (head.number, head.hash) != (self.number, self.hash) {
            self.report.faults.push(ChainFault::WrongEnd {
                expected: head.number,
                found: self.number,
            });
        }
        self.report
    }
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
        compare(reader, *table, &mut replayed, &mut report).await?;
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

#[cfg(test)]
mod tests {
    use qishu_model::time::Timestamp;
    use qishu_testkit::TestRandom;

    use super::*;

    const ROWS: usize = 40;
    /// The row of a checkpoint that an attacker cannot forge.
    const STAMPED: usize = 35;

    fn row(number: i64) -> StoredRow {
        StoredRow {
            number,
            at: Timestamp::from_ms(1_795_140_000_000 + number * 1_000),
            tenant: (number % 3 != 0).then_some(number % 3),
            kind: ["CREATE", "SIGN_INTENDED", "SIGN", "VIEW"][usize::try_from(number).unwrap() % 4]
                .to_owned(),
            subject: (number % 5 != 0).then_some(7_000 + number % 2),
            body: number.to_string().into_bytes(),
            effects: format!("[{{\"table\":\"contract\",\"key\":\"{}\"}}]", number % 2).into_bytes(),
            previous: [0; 32],
        }
    }

    /// Hashes for the rows as they stand now.
    fn chained(rows: Vec<StoredRow>) -> Vec<(StoredRow, [u8; 32])> {
        let mut hash = [0; 32];
        rows.into_iter()
            .map(|row| {
                hash = row.hash_after(&hash);
                (row, hash)
            })
            .collect()
    }

    fn is_found(ledger: &[(StoredRow, [u8; 32])], head: Head, stamped: Anchor) -> bool {
        let mut walk = ChainWalk::default();
        walk.expect(stamped);
        for (row, hash) in ledger {
            walk.step(row, *hash);
        }
        !walk.end(head).faults.is_empty()
    }

    fn end(ledger: &[(StoredRow, [u8; 32])]) -> Head {
        let (row, hash) = ledger.last().unwrap();
        Head {
            number: row.number,
            hash: *hash,
        }
    }

    fn renumber(ledger: &mut [(StoredRow, [u8; 32])]) {
        for (number, (row, _)) in (1..).zip(ledger) {
            row.number = number;
        }
    }

    fn edit(row: &mut StoredRow, random: &TestRandom) {
        let flip = |bytes: &mut [u8]| {
            let at = usize::try_from(random.below(bytes.len() as u64)).unwrap();
            bytes[at] ^= 1 << random.below(8);
        };
        match random.below(6) {
            0 => flip(&mut row.body),
            1 => flip(&mut row.effects),
            2 => row.kind.push('X'),
            3 => row.at = row.at.plus_ms(1 + i64::try_from(random.below(100_000)).unwrap()),
            4 => row.tenant = row.tenant.map_or(Some(9), |_| None),
            _ => row.subject = row.subject.map_or(Some(1), |subject| Some(subject + 1)),
        }
    }

    /// Half of the time the attacker makes the numbers fit again, and some of the time also hashes and head: then
    /// the stamped row gives it away.
    #[test]
    fn ten_thousand_random_edits_deletions_insertions_swaps_and_cuts_are_found() {
        let ledger = chained((1..).take(ROWS).map(row).collect());
        let stamped = Anchor {
            number: ledger[STAMPED - 1].0.number,
            hash: ledger[STAMPED - 1].1,
        };
        assert!(!is_found(&ledger, end(&ledger), stamped));
        let random = TestRandom::new(7_300);
        let below = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap();
        for round in 0..10_000 {
            let mut forged = ledger.clone();
            let at = below(STAMPED);
            match round % 5 {
                0 => edit(&mut forged[at].0, &random),
                1 => drop(forged.remove(at)),
                2 => {
                    let copy = forged[below(ROWS)].clone();
                    forged.insert(at, copy);
                }
                3 => forged.swap(at, (at + 1 + below(ROWS - 1)) % ROWS),
                _ => forged.truncate(at + 1),
            }
            let cut = round % 5 == 4 && at + 1 < STAMPED;
            if round % 5 == 4 && !cut {
                // Cutting behind the stamped row is seen by the head alone.
                assert!(is_found(&forged, end(&ledger), stamped), "round {round}");
                continue;
            }
            if random.below(2) == 0 {
                renumber(&mut forged);
            }
            assert!(
                is_found(&forged, end(&ledger), stamped),
                "round {round}: row {at}"
            );
            if random.below(4) == 0 {
                forged = chained(forged.into_iter().map(|(row, _)| row).collect());
                let head = end(&forged);
                assert!(
                    is_found(&forged, head, stamped),
                    "round {round}: row {at}, chained anew"
                );
            }
        }
    }
}
