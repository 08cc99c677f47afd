//! Counting downloads of a document for the documented lock against frequent ones (D-32).

use qishu_model::id::DocumentId;
use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::transaction::{Reader, Transaction};
use crate::value::values;

/// Downloads in a row that lock a document.
const MOST_IN_A_ROW: i64 = 10;
/// A download later than this after the one before begins a new row.
const GAP_MS: i64 = 25 * 60_000;
/// Length of the first lock; the second is twice as long, and so on.
const LOCK_MS: i64 = 12 * 3_600_000;
/// Counters that were not touched for so long are forgotten, locks and all.
const KEPT_MS: i64 = 365 * 86_400_000;

/// The documents among these that are locked now: until when the last of them is.
///
/// # Errors
/// See [`StoreError`].
pub async fn locked_until(
    reader: &mut Reader,
    documents: &[DocumentId],
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let mut latest = None;
    for document in documents {
        let sql = "SELECT locked_until_ms FROM download_count WHERE document_id = $1";
        let row = reader.fetch_optional(sql, values![document.as_i64()]).await?;
        if let Some(row) = row {
            latest = latest.max(Some(row.int("locked_until_ms")?).filter(|until| *until > now.ms()));
        }
    }
    Ok(latest.map(Timestamp::from_ms))
}

/// Counts a download of each of these documents, unless one of them is locked; then none is counted, and the answer is until
/// when. The tenth in a row is still given out and locks the document.
///
/// # Errors
/// See [`StoreError`].
pub async fn count(
    transaction: &mut Transaction,
    documents: &[DocumentId],
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    // One order for all, so that two downloads never wait for each other.
    let mut documents: Vec<i64> = documents.iter().map(|document| document.as_i64()).collect();
    documents.sort_unstable();
    documents.dedup();
    let mut counted = Vec::with_capacity(documents.len());
    for document in documents {
        let counter = lock(transaction, document).await?;
        if counter.locked_until_ms > now.ms() {
            return Ok(Some(Timestamp::from_ms(counter.locked_until_ms)));
        }
        counted.push((document, counter.next(now.ms())));
    }
    for (document, counter) in counted {
        let sql = "UPDATE download_count SET last_ms = $2, in_a_row = $3, locks = $4, locked_until_ms = $5 \
                   WHERE document_id = $1";
        let Counter {
            last_ms,
            in_a_row,
            locks,
            locked_until_ms,
        } = counter;
        let parameters = values![document, last_ms, in_a_row, locks, locked_until_ms];
        transaction.execute(sql, parameters).await?;
    }
    Ok(None)
}

/// Forgets counters of documents that nobody has downloaded for a year; gives how many.
///
/// # Errors
/// See [`StoreError`].
pub async fn sweep(transaction: &mut Transaction, now: Timestamp) -> Result<u64, StoreError> {
    let sql = "DELETE FROM download_count WHERE last_ms <= $1 AND locked_until_ms <= $2";
    transaction
        .execute(sql, values![now.ms() - KEPT_MS, now.ms()])
        .await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counter {
    last_ms: i64,
    in_a_row: i64,
    locks: i64,
    locked_until_ms: i64,
}

impl Counter {
    fn next(self, now_ms: i64) -> Self {
        let follows = now_ms - self.last_ms < GAP_MS;
        let in_a_row = if follows { self.in_a_row + 1 } else { 1 };
        if in_a_row < MOST_IN_A_ROW {
            return Self {
                last_ms: now_ms,
                in_a_row,
                ..self
            };
        }
        let locks = self.locks + 1;
        Self {
            last_ms: now_ms,
            in_a_row: 0,
            locks,
            locked_until_ms: now_ms.saturating_add(LOCK_MS.saturating_mul(locks)),
        }
    }
}

/// Reads a counter and keeps others from it until the transaction ends.
async fn lock(transaction: &mut Transaction, document: i64) -> Result<Counter, StoreError> {
    let insert = "INSERT INTO download_count (document_id, last_ms, in_a_row, locks, locked_until_ms) \
                  VALUES ($1, 0, 0, 0, 0) ON CONFLICT DO NOTHING";
    transaction.execute(insert, values![document]).await?;
    let lock = transaction.shared.database.for_update();
    let sql = format!("SELECT * FROM download_count WHERE document_id = $1{lock}");
    let row = transaction.fetch_optional(sql, values![document]).await?;
    let row = row.ok_or_else(|| StoreError::corrupt("download_count: a row vanished while it was locked"))?;
    Ok(Counter {
        last_ms: row.int("last_ms")?,
        in_a_row: row.int("in_a_row")?,
        locks: row.int("locks")?,
        locked_until_ms: row.int("locked_until_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tenth_in_a_row_locks_and_locks_add_up() {
        let minute = 60_000;
        let mut counter = Counter {
            last_ms: 0,
            in_a_row: 0,
            locks: 0,
            locked_until_ms: 0,
        };
        let mut now = 1_795_000_000_000;
        for _ in 0..9 {
            counter = counter.next(now);
            now += 24 * minute;
        }
        assert_eq!((counter.in_a_row, counter.locked_until_ms), (9, 0));
        assert_eq!(
            counter.next(now + 2 * minute).in_a_row,
            1,
            "a pause begins a new row"
        );
        counter = counter.next(now);
        assert_eq!((counter.in_a_row, counter.locked_until_ms), (0, now + LOCK_MS));
        for _ in 0..10 {
            now += minute;
            counter = counter.next(now);
        }
        assert_eq!((counter.locks, counter.locked_until_ms), (2, now + 2 * LOCK_MS));
    }
}
