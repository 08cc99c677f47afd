//! Counting equal edits of a seal for the documented lock against them (D-21).

use qishu_model::id::SealId;
use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::transaction::Transaction;
use crate::value::values;

/// Equal edits in a row that lock a seal against further ones.
const MOST_IN_A_ROW: i64 = 5;
/// They count while the first of them is younger than this.
const WITHIN_MS: i64 = 3_600_000;
/// Length of the first lock; the second is twice as long, and so on.
const LOCK_MS: i64 = 18 * 3_600_000;

/// Counts an edit, unless the seal is locked against edits; then the answer is until when. The fifth in a row is still
/// carried out and locks the seal. `digest` is equal for equal requests.
///
/// # Errors
/// See [`StoreError`].
pub async fn count(
    transaction: &mut Transaction,
    seal: SealId,
    digest: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let counter = lock(transaction, seal, digest).await?;
    if counter.locked_until_ms > now.ms() {
        return Ok(Some(Timestamp::from_ms(counter.locked_until_ms)));
    }
    let next = counter.next(now.ms());
    let sql = "UPDATE seal_edit_count SET digest = $2, first_ms = $3, in_a_row = $4, locks = $5, \
               locked_until_ms = $6 WHERE seal_id = $1";
    let parameters = values![
        seal.as_i64(),
        digest.as_slice(),
        next.first_ms,
        next.in_a_row,
        next.locks,
        next.locked_until_ms
    ];
    transaction.execute(sql, parameters).await?;
    Ok(None)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Counter {
    first_ms: i64,
    in_a_row: i64,
    locks: i64,
    locked_until_ms: i64,
}

impl Counter {
    fn next(self, now_ms: i64) -> Self {
        let follows = self.in_a_row > 0 && now_ms - self.first_ms < WITHIN_MS;
        let (first_ms, in_a_row) = if follows {
            (self.first_ms, self.in_a_row + 1)
        } else {
            (now_ms, 1)
        };
        if in_a_row < MOST_IN_A_ROW {
            return Self {
                first_ms,
                in_a_row,
                ..self
            };
        }
        let locks = self.locks + 1;
        Self {
            first_ms,
            in_a_row: 0,
            locks,
            locked_until_ms: now_ms.saturating_add(LOCK_MS.saturating_mul(locks)),
        }
    }
}

/// Reads a counter and keeps others from it until the transaction ends. Another request than the last one begins a new row.
async fn lock(transaction: &mut Transaction, seal: SealId, digest: &[u8; 32]) -> Result<Counter, StoreError> {
    let insert = "INSERT INTO seal_edit_count (seal_id, digest, first_ms, in_a_row, locks, locked_until_ms) \
                  VALUES ($1, $2, 0, 0, 0, 0) ON CONFLICT DO NOTHING";
    transaction
        .execute(insert, values![seal.as_i64(), digest.as_slice()])
        .await?;
    let lock = transaction.shared.database.for_update();
    let sql = format!("SELECT * FROM seal_edit_count WHERE seal_id = $1{lock}");
    let row = transaction.fetch_optional(sql, values![seal.as_i64()]).await?;
    let row =
        row.ok_or_else(|| StoreError::corrupt("seal_edit_count: a row vanished while it was locked"))?;
    let same = row.bytes("digest")? == digest;
    Ok(Counter {
        first_ms: row.int("first_ms")?,
        in_a_row: if same { row.int("in_a_row")? } else { 0 },
        locks: row.int("locks")?,
        locked_until_ms: row.int("locked_until_ms")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_within_an_hour_locks_and_locks_add_up() {
        let minute = 60_000;
        let mut now = 1_795_000_000_000;
        let mut counter = Counter {
            first_ms: 0,
            in_a_row: 0,
            locks: 0,
            locked_until_ms: 0,
        };
        for _ in 0..4 {
            counter = counter.next(now);
            now += 15 * minute;
        }
        assert_eq!((counter.in_a_row, counter.locked_until_ms), (4, 0));
        assert_eq!(counter.next(now).in_a_row, 1, "the first is an hour old");
        now -= minute;
        counter = counter.next(now);
        assert_eq!((counter.locks, counter.locked_until_ms), (1, now + LOCK_MS));
        for _ in 0..5 {
            counter = counter.next(now + LOCK_MS);
        }
        assert_eq!((counter.locks, counter.locked_until_ms), (2, now + 3 * LOCK_MS));
    }
}
