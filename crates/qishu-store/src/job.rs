//! The job queue: written in the transaction that causes the work, taken under a lease, done at least once.
//!
//! A worker takes jobs with [`take`], which gives each a lease and a fencing token that grows with every taking. It finishes with
//! [`finish`] inside the transaction that stores the job's results: when its lease was lost meanwhile to another
//! worker, that fails with [`StoreError::Conflict`] and the results are not stored. A job whose worker died comes
//! back when its lease ends.

use qishu_model::time::Timestamp;
use serde_json::Value as Json;

use crate::error::StoreError;
use crate::transaction::{Reader, Transaction};
use crate::value::{Row, values};

/// A job to be queued.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// What is to be done; names the worker.
    pub kind: &'static str,
    /// While a job with the same key waits, another one is not queued (an earlier time wins). A running job does not
    /// count: what is asked for during a run is done after it.
    pub dedup_key: Option<String>,
    /// Higher is taken first.
    pub priority: i32,
    /// Not before this.
    pub run_at: Timestamp,
    /// What the worker needs; stored sealed.
    pub data: Json,
}

/// A job under lease.
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    /// Id of the job.
    pub id: i64,
    /// What is to be done.
    pub kind: String,
    /// Fencing token: grows with every taking of this job.
    pub fence: i64,
    /// How often it was taken, this time included.
    pub attempts: i64,
    /// When the lease ends.
    pub until: Timestamp,
    /// What the worker needs.
    pub data: Json,
}

/// How full the queue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueLength {
    /// Due and not taken, or taken under a lease that has ended.
    pub due: u64,
    /// Everything that is not dead.
    pub live: u64,
    /// Given up; somebody must look.
    pub dead: u64,
}

/// Queues a job. Gives back whether it is a new one, rather than one that waits already.
///
/// # Errors
/// See [`StoreError`].
pub async fn enqueue(transaction: &mut Transaction, job: &NewJob) -> Result<bool, StoreError> {
    if let Some(key) = &job.dedup_key {
        let earlier =
            "UPDATE job SET run_at_ms = CASE WHEN run_at_ms > $2 THEN $2 ELSE run_at_ms END WHERE slot = $1";
        if transaction
            .execute(earlier, values![key.as_str(), job.run_at.ms()])
            .await?
            > 0
        {
            return Ok(false);
        }
    }
    let body = transaction.seal("job", job.kind, &job.data)?;
    let key = job.dedup_key.as_deref();
    // The conflict clause settles the race of two that found no waiting job.
    let insert = "INSERT INTO job (kind, dedup_key, slot, priority, run_at_ms, attempts, fence, dead, body) \
                  VALUES ($1, $2, $2, $3, $4, 0, 0, 0, $5) ON CONFLICT (slot) DO NOTHING";
    let row = values![job.kind, key, i64::from(job.priority), job.run_at.ms(), body];
    Ok(transaction.execute(insert, row).await? > 0)
}

/// Takes up to `limit` due jobs of these kinds under a lease until `until`. Commit before working on them.
///
/// # Errors
/// See [`StoreError`].
pub async fn take(
    transaction: &mut Transaction,
    kinds: &[&str],
    now: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<Lease>, StoreError> {
    if kinds.is_empty() {
        return Ok(Vec::new());
    }
    let mut parameters = values![now.ms(), until.ms(), i64::from(limit)];
    let mut places = Vec::with_capacity(kinds.len());
    for kind in kinds {
        parameters.push((*kind).into());
        places.push(format!("${}", parameters.len()));
    }
    let lock = transaction.shared.database.for_update_skip_locked();
    // Materialised, because a planner that runs the inner query twice would lock more than `limit` rows.
    let sql = format!(
        "WITH due AS MATERIALIZED (SELECT id FROM job WHERE dead = 0 AND run_at_ms <= $1 \
         AND (lease_until_ms IS NULL OR lease_until_ms <= $1) AND kind IN ({}) \
         ORDER BY priority DESC, run_at_ms, id LIMIT $3{lock}) \
         UPDATE job SET lease_until_ms = $2, fence = fence + 1, attempts = attempts + 1, slot = NULL \
         WHERE id IN (SELECT id FROM due) \
         RETURNING id, kind, fence, attempts, lease_until_ms, priority, run_at_ms, body",
        places.join(", ")
    );
    let mut rows = transaction.fetch(sql, parameters).await?;
    // RETURNING promises no order.
    rows.sort_by_key(|row| {
        (
            row.int("priority").map(std::ops::Neg::neg).ok(),
            row.int("run_at_ms").ok(),
            row.int("id").ok(),
        )
    });
    rows.iter().map(|row| lease(transaction, row)).collect()
}

fn lease(reader: &Reader, row: &Row) -> Result<Lease, StoreError> {
    let kind = row.text("kind")?.to_owned();
    Ok(Lease {
        id: row.int("id")?,
        fence: row.int("fence")?,
        attempts: row.int("attempts")?,
        until: Timestamp::from_ms(row.int("lease_until_ms")?),
        data: reader.open("job", &kind, row.bytes("body")?)?,
        kind,
    })
}

/// Ends a job. Call it in the transaction that stores the job's results.
///
/// # Errors
/// [`StoreError::Conflict`] when the lease was lost: somebody else has the job now, and the results must not be stored.
pub async fn finish(transaction: &mut Transaction, lease: &Lease) -> Result<(), StoreError> {
    let sql = "DELETE FROM job WHERE id = $1 AND fence = $2";
    let deleted = transaction.execute(sql, values![lease.id, lease.fence]).await?;
    held(lease, deleted)
}

/// Makes a lease longer, for work that takes its time.
///
/// # Errors
/// [`StoreError::Conflict`] when the lease was lost.
pub async fn extend(
    transaction: &mut Transaction,
    lease: &mut Lease,
    until: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE job SET lease_until_ms = $3 WHERE id = $1 AND fence = $2 AND dead = 0";
    let updated = transaction
        .execute(sql, values![lease.id, lease.fence, until.ms()])
        .await?;
    held(lease, updated)?;
    lease.until = until;
    Ok(())
}

/// Gives a job back to be tried again at `run_at`. When an equal job was queued meanwhile, that one stays alone.
///
/// # Errors
/// [`StoreError::Conflict`] when the lease was lost.
pub async fn retry(
    transaction: &mut Transaction,
    lease: &Lease,
    run_at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM job WHERE id = $1 AND fence = $2 AND dedup_key IS NOT NULL \
               AND EXISTS (SELECT 1 FROM job other WHERE other.slot = job.dedup_key)";
    if transaction.execute(sql, values![lease.id, lease.fence]).await? > 0 {
        return Ok(());
    }
    let sql = "UPDATE job SET lease_until_ms = NULL, slot = dedup_key, run_at_ms = $3 \
               WHERE id = $1 AND fence = $2 AND dead = 0";
    let updated = transaction
        .execute(sql, values![lease.id, lease.fence, run_at.ms()])
        .await?;
    held(lease, updated)
}

/// Gives a job up for good; it stays for somebody to look at.
///
/// # Errors
/// [`StoreError::Conflict`] when the lease was lost.
pub async fn bury(transaction: &mut Transaction, lease: &Lease) -> Result<(), StoreError> {
    let sql = "UPDATE job SET dead = 1, lease_until_ms = NULL WHERE id = $1 AND fence = $2";
    let updated = transaction.execute(sql, values![lease.id, lease.fence]).await?;
    held(lease, updated)
}

fn held(lease: &Lease, rows: u64) -> Result<(), StoreError> {
    if rows == 0 {
        return Err(StoreError::Conflict {
            table: "job",
            key: lease.id.to_string(),
        });
    }
    Ok(())
}

/// When the next job of any kind is due or its lease ends, for a worker that sleeps until then.
///
/// # Errors
/// See [`StoreError`].
pub async fn next_due(reader: &mut Reader) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT MIN(CASE WHEN lease_until_ms > run_at_ms THEN lease_until_ms ELSE run_at_ms END) AS due \
               FROM job WHERE dead = 0";
    let row = reader.fetch_optional(sql, values![]).await?;
    let due = row.map(|row| row.optional_int("due")).transpose()?.flatten();
    Ok(due.map(Timestamp::from_ms))
}

/// How full the queue is.
///
/// # Errors
/// See [`StoreError`].
pub async fn queue_length(reader: &mut Reader, now: Timestamp) -> Result<QueueLength, StoreError> {
    let due = "SELECT count(*) AS n FROM job WHERE dead = 0 AND run_at_ms <= $1 \
               AND (lease_until_ms IS NULL OR lease_until_ms <= $1)";
    Ok(QueueLength {
        due: reader.count(due, values![now.ms()]).await?,
        live: reader
            .count("SELECT count(*) AS n FROM job WHERE dead = 0", values![])
            .await?,
        dead: reader
            .count("SELECT count(*) AS n FROM job WHERE dead = 1", values![])
            .await?,
    })
}
