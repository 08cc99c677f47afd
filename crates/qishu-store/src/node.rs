//! Node numbers of running processes, so that no two of them make the same ids (design 4.3).

use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::transaction::Transaction;
use crate::value::values;

/// Highest node number that is handed out. The one above it is for commands, which run for a moment and make few ids.
pub const HIGHEST: i64 = 1_022;

/// Takes the lowest number that nobody holds at `now`, until `until`. `owner` are random bytes of the process.
///
/// # Errors
/// [`StoreError::Unavailable`] when all numbers are held.
pub async fn claim(
    transaction: &mut Transaction,
    owner: &[u8; 16],
    now: Timestamp,
    until: Timestamp,
) -> Result<u16, StoreError> {
    let free = "UPDATE node SET owner = $1, lease_until_ms = $2 WHERE lease_until_ms <= $3 AND number = \
                (SELECT MIN(number) FROM node WHERE lease_until_ms <= $3)";
    let values = || values![owner.as_slice(), until.ms(), now.ms()];
    if transaction.execute(free, values()).await? == 0 {
        // Without the WHERE, SQLite takes the ON for that of a join.
        let next = "INSERT INTO node (number, owner, lease_until_ms) \
                    SELECT COALESCE(MAX(number) + 1, 0), $1, $2 FROM node WHERE true ON CONFLICT DO NOTHING";
        transaction
            .execute(next, values![owner.as_slice(), until.ms()])
            .await?;
    }
    let mine = "SELECT number FROM node WHERE owner = $1";
    let row = transaction
        .fetch_optional(mine, values![owner.as_slice()])
        .await?;
    let number = row.map(|row| row.int("number")).transpose()?;
    let number = number.filter(|number| (0..=HIGHEST).contains(number));
    number
        .and_then(|number| u16::try_from(number).ok())
        .ok_or_else(|| StoreError::unavailable("no node number is free now; start this process again"))
}

/// Holds the number longer. Answers whether it was still held: a process that lost it must stop making ids.
///
/// # Errors
/// See [`StoreError`].
pub async fn renew(
    transaction: &mut Transaction,
    number: u16,
    owner: &[u8; 16],
    until: Timestamp,
) -> Result<bool, StoreError> {
    let renew = "UPDATE node SET lease_until_ms = $1 WHERE number = $2 AND owner = $3";
    let values = values![until.ms(), i64::from(number), owner.as_slice()];
    Ok(transaction.execute(renew, values).await? > 0)
}
