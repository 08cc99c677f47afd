//! Request signatures seen within the time window, shared by all processes and durable.

use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::transaction::Transaction;
use crate::value::values;

/// Notes a request's key (token and signature, or their digest) until `expire`. Gives back whether it is new: of any number of
/// equal requests at once exactly one is. Commit before acting on the answer.
///
/// # Errors
/// See [`StoreError`].
pub async fn note(transaction: &mut Transaction, key: &[u8], expire: Timestamp) -> Result<bool, StoreError> {
    let insert = "INSERT INTO replay (id, expire_ms) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    Ok(transaction.execute(insert, values![key, expire.ms()]).await? > 0)
}

/// Forgets keys whose time is over; gives how many. A key stays a replay until it is swept.
///
/// # Errors
/// See [`StoreError`].
pub async fn sweep(transaction: &mut Transaction, now: Timestamp) -> Result<u64, StoreError> {
    transaction
        .execute("DELETE FROM replay WHERE expire_ms <= $1", values![now.ms()])
        .await
}
