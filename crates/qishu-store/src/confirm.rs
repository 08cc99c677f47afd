//! Confirmation codes: bound to contract, person, purpose and revision, five minutes, single use, five tries
//! counted by the database itself; and the counters that limit sending.

use qishu_model::id::ContractId;
use qishu_model::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::store::Store;
use crate::transaction::Transaction;
use crate::value::values;

/// Wrong tries a code survives: the fifth one closes it.
pub const MAX_TRIES: i64 = 5;

/// What a code confirms; it is good for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding<'a> {
    /// Contract; absent for codes that concern none, e.g. for logging in.
    pub contract: Option<ContractId>,
    /// Contact the code was sent to, in normal form.
    pub contact: &'a str,
    /// What for.
    pub purpose: &'a str,
    /// SHA-256 (hex) of every revision shown; empty when none was.
    pub revision: &'a str,
}

/// A right code that is not used up yet: [`consume`] it in the transaction it confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    id: i64,
}

/// Result of [`check`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Check {
    /// There is no open code: none was sent, or it is expired, used, or tried too often. The code given was not looked at.
    Closed,
    /// The right code.
    Right(Confirmation),
    /// A wrong one.
    Wrong {
        /// Tries left.
        left: u32,
    },
}

fn binding_digest(store: &Store, binding: &Binding<'_>) -> Vec<u8> {
    let contract = binding.contract.map(|id| id.to_string()).unwrap_or_default();
    // JSON keeps the fields apart whatever they contain.
    let text = serde_json::json!([contract, binding.contact, binding.purpose, binding.revision]).to_string();
    store.lookup_digest("confirm code binding", &text)
}

/// A code is stored as a keyed digest: six digits would not survive a plain hash.
fn code_digest(store: &Store, binding: &[u8], code: &str) -> Vec<u8> {
    store.lookup_digest("confirm code", &format!("{}/{code}", hex::encode(binding)))
}

/// Stores a fresh code; an older one of the same binding is replaced, with its tries.
///
/// # Errors
/// See [`StoreError`].
pub async fn issue(
    store: &Store,
    transaction: &mut Transaction,
    binding: &Binding<'_>,
    code: &str,
    now: Timestamp,
    expire: Timestamp,
) -> Result<(), StoreError> {
    let bound = binding_digest(store, binding);
    let code = code_digest(store, &bound, code);
    // Deleting rather than overwriting gives the new code a new id: a confirmation of the old one cannot consume it.
    transaction
        .execute(
            "DELETE FROM confirm_code WHERE binding = $1",
            values![bound.as_slice()],
        )
        .await?;
    let insert = "INSERT INTO confirm_code (binding, code_hash, tries, used, create_ms, expire_ms) \
                  VALUES ($1, $2, 0, 0, $3, $4)";
    transaction
        .execute(insert, values![bound, code, now.ms(), expire.ms()])
        .await
        .map(drop)
}

/// Checks a code. A wrong try is counted durably before this answers, in the same statement that compares: of any
/// number of tries at once at most five wrong ones are evaluated. Runs in a transaction of its own: call it while no other one of yours
/// is open.
///
/// # Errors
/// See [`StoreError`].
pub async fn check(
    store: &Store,
    binding: &Binding<'_>,
    code: &str,
    now: Timestamp,
) -> Result<Check, StoreError> {
    let bound = binding_digest(store, binding);
    let code = code_digest(store, &bound, code);
    let sql = "UPDATE confirm_code SET tries = tries + CASE WHEN code_hash = $2 THEN 0 ELSE 1 END \
               WHERE binding = $1 AND used = 0 AND tries < $3 AND expire_ms > $4 \
               RETURNING id, tries, CASE WHEN code_hash = $2 THEN 1 ELSE 0 END AS correct";
    let mut transaction = store.begin("check_confirm_code");
    let row = transaction
        .fetch_optional(sql, values![bound, code, MAX_TRIES, now.ms()])
        .await?;
    transaction.commit().await?;
    let Some(row) = row else { return Ok(Check::Closed) };
    // On PostgreSQL a plain integer literal is 32 bits wide; both widths are read alike.
    if row.flag("correct")? {
        return Ok(Check::Right(Confirmation { id: row.int("id")? }));
    }
    Ok(Check::Wrong {
        left: u32::try_from(MAX_TRIES - row.int("tries")?).unwrap_or_default(),
    })
}

/// Uses a right code up, in the transaction that it confirms.
///
/// # Errors
/// `Conflict` when it was used or replaced meanwhile.
pub async fn consume(transaction: &mut Transaction, confirmation: &Confirmation) -> Result<(), StoreError> {
    let sql = "UPDATE confirm_code SET used = 1 WHERE id = $1 AND used = 0";
    if transaction.execute(sql, values![confirmation.id]).await? == 0 {
        return Err(StoreError::Conflict {
            table: "confirm_code",
            key: confirmation.id.to_string(),
        });
    }
    Ok(())
}

/// How often something may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendLimit {
    /// Least time between two.
    pub gap_ms: i64,
    /// At most so many within an hour.
    pub per_hour: u32,
    /// At most so many within a day.
    pub per_day: u32,
}

/// One thing that sending is counted for: a number, a network address, everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SendSubject<'a> {
    /// What it is, e.g. `number`.
    pub kind: &'a str,
    /// Which one.
    pub value: &'a str,
    /// Its limit.
    pub limit: SendLimit,
}

/// Result of [`count_send`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendPermit {
    /// Send it; it is counted when the transaction commits.
    Granted,
    /// Do not.
    Refused {
        /// When it may be tried again.
        retry_at: Timestamp,
    },
}

/// Width of the counters: an hour is counted with this precision, to the safe side.
const BUCKET_MS: i64 = 300_000;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;

/// Numbers of sendings by the five minutes they fell in, oldest first.
#[derive(Default, Serialize, Deserialize)]
struct Buckets(Vec<(i64, u32)>);

impl Buckets {
    /// When the limit allows one more; `None` = now.
    fn blocked_until(&self, now_ms: i64, window_ms: i64, limit: u32) -> Option<i64> {
        let inside = self
            .0
            .iter()
            .filter(|(start, _)| start + BUCKET_MS + window_ms > now_ms);
        let count = inside
            .clone()
            .fold(0_u32, |sum, (_, count)| sum.saturating_add(*count));
        if count < limit {
            return None;
        }
        // Sendings leave the window bucket by bucket until fewer than the limit remain.
        let mut left = count;
        inside.clone().find_map(|(start, count)| {
            left -= count;
            (left < limit).then_some(start + BUCKET_MS + window_ms)
        })
    }

    fn add(&mut self, now_ms: i64) {
        self.0.retain(|(start, _)| start + BUCKET_MS + DAY_MS > now_ms);
        let start = now_ms - now_ms.rem_euclid(BUCKET_MS);
        match self.0.last_mut() {
            Some((last, count)) if *last >= start => *count = count.saturating_add(1),
            _ => self.0.push((start, 1)),
        }
    }
}

/// Counts a sending for all of `subjects`, unless the limit of any of them refuses it; then none is counted.
///
/// # Errors
/// See [`StoreError`].
pub async fn count_send(
    transaction: &mut Transaction,
    subjects: &[SendSubject<'_>],
    now: Timestamp,
) -> Result<SendPermit, StoreError> {
    let mut keyed: Vec<(Vec<u8>, SendLimit)> = subjects
        .iter()
        .map(|subject| {
            (
                transaction.lookup_digest(&format!("send {}", subject.kind), subject.value),
                subject.limit,
            )
        })
        .collect();
    // One order for all, so that two senders never wait for each other.
    keyed.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut counted = Vec::with_capacity(keyed.len());
    for (subject, limit) in keyed {
        let (last_ms, buckets) = lock_counter(transaction, &subject).await?;
        let after_gap = last_ms
            .map(|last| last + limit.gap_ms)
            .filter(|free| *free > now.ms());
        let after_hour = buckets.blocked_until(now.ms(), HOUR_MS, limit.per_hour);
        let after_day = buckets.blocked_until(now.ms(), DAY_MS, limit.per_day);
        if let Some(retry_ms) = [after_gap, after_hour, after_day].into_iter().flatten().max() {
            return Ok(SendPermit::Refused {
                retry_at: Timestamp::from_ms(retry_ms),
            });
        }
        counted.push((subject, buckets));
    }
    for (subject, mut buckets) in counted {
        buckets.add(now.ms());
        let text = serde_json::to_string(&buckets).unwrap_or_default();
        let sql = "UPDATE send_count SET last_ms = $2, buckets = $3 WHERE subject = $1";
        transaction.execute(sql, values![subject, now.ms(), text]).await?;
    }
    Ok(SendPermit::Granted)
}

/// Reads a counter and keeps others from it until the transaction ends.
async fn lock_counter(
    transaction: &mut Transaction,
    subject: &[u8],
) -> Result<(Option<i64>, Buckets), StoreError> {
    let insert =
        "INSERT INTO send_count (subject, last_ms, buckets) VALUES ($1, 0, '[]') ON CONFLICT DO NOTHING";
    transaction.execute(insert, values![subject]).await?;
    let lock = transaction.shared.database.for_update();
    let sql = format!("SELECT last_ms, buckets FROM send_count WHERE subject = $1{lock}");
    let Some(row) = transaction.fetch_optional(sql, values![subject]).await? else {
        return Ok((None, Buckets::default()));
    };
    let buckets = serde_json::from_str(row.text("buckets")?)
        .map_err(|_| StoreError::corrupt("send_count: unreadable buckets"))?;
    Ok((Some(row.int("last_ms")?).filter(|last| *last > 0), buckets))
}

/// Removes expired codes and counters nobody needs; gives how many.
///
/// # Errors
/// See [`StoreError`].
pub async fn sweep(transaction: &mut Transaction, now: Timestamp) -> Result<u64, StoreError> {
    let codes = transaction
        .execute(
            "DELETE FROM confirm_code WHERE expire_ms <= $1",
            values![now.ms()],
        )
        .await?;
    let old = now.ms() - DAY_MS - BUCKET_MS;
    let counters = transaction
        .execute("DELETE FROM send_count WHERE last_ms <= $1", values![old])
        .await?;
    Ok(codes + counters)
}
