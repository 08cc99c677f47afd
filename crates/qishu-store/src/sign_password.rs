//! Signing passwords and the tries at them. A password is stored as an Argon2id hash inside a sealed body; tries are counted
//! by the database itself, so that any number of guesses at once gets no further than the limit.

use qishu_model::company::SignPassword;
use qishu_model::id::PersonId;
use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::store::Store;
use crate::table::SIGN_PASSWORD;
use crate::transaction::{Reader, Transaction, Versioned};
use crate::value::values;

/// Wrong tries before a password is closed for an hour.
pub const MAX_TRIES: i64 = 5;
/// How long a closed password stays closed, and how long wrong tries are remembered.
const CLOSED_MS: i64 = 3_600_000;

/// Stores a person's first password.
///
/// # Errors
/// `Duplicate` of `sign_password.key` when there is one.
pub async fn insert(
    transaction: &mut Transaction,
    person: PersonId,
    password: &SignPassword,
) -> Result<(), StoreError> {
    let key = person.as_i64();
    let body = transaction.body(SIGN_PASSWORD, key, password)?;
    transaction.insert(SIGN_PASSWORD, key, vec![body]).await
}

/// Stores another password in place of one.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(
    transaction: &mut Transaction,
    person: PersonId,
    password: &Versioned<SignPassword>,
) -> Result<(), StoreError> {
    let key = person.as_i64();
    let body = transaction.body(SIGN_PASSWORD, key, &password.value)?;
    transaction
        .update(SIGN_PASSWORD, key, Some(password.version), vec![body])
        .await
}

/// The password of a person.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    person: PersonId,
) -> Result<Option<Versioned<SignPassword>>, StoreError> {
    let sql = "SELECT id, version, body FROM sign_password WHERE id = $1";
    let row = reader.fetch_optional(sql, values![person.as_i64()]).await?;
    row.map(|row| reader.open_versioned(SIGN_PASSWORD, &row))
        .transpose()
}

/// Counts a try, durably and before it is judged; gives how many are left after it, or `None` when the password is
/// closed. Runs in a transaction of its own: call it while no other one of yours is open.
///
/// # Errors
/// See [`StoreError`].
pub async fn count_try(store: &Store, person: PersonId, now: Timestamp) -> Result<Option<u32>, StoreError> {
    let mut transaction = store.begin("count_password_try");
    let insert =
        "INSERT INTO sign_password_try (id, tries, until_ms) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING";
    transaction.execute(insert, values![person.as_i64()]).await?;
    let sql = "UPDATE sign_password_try SET tries = CASE WHEN until_ms <= $2 THEN 1 ELSE tries + 1 END, until_ms = $3 \
               WHERE id = $1 AND (tries < $4 OR until_ms <= $2) RETURNING tries";
    let until = now.plus_ms(CLOSED_MS);
    let parameters = values![person.as_i64(), now.ms(), until.ms(), MAX_TRIES];
    let row = transaction.fetch_optional(sql, parameters).await?;
    transaction.commit().await?;
    let Some(row) = row else { return Ok(None) };
    let left = MAX_TRIES - row.int("tries")?;
    Ok(Some(u32::try_from(left).unwrap_or_default()))
}

/// Forgets the wrong tries: the right password was given, or a new one was set.
///
/// # Errors
/// See [`StoreError`].
pub async fn clear_tries(transaction: &mut Transaction, person: PersonId) -> Result<(), StoreError> {
    let sql = "DELETE FROM sign_password_try WHERE id = $1";
    transaction.execute(sql, values![person.as_i64()]).await.map(drop)
}

/// Removes a person's password.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn delete(
    transaction: &mut Transaction,
    person: PersonId,
    password: &Versioned<SignPassword>,
) -> Result<(), StoreError> {
    transaction
        .delete(SIGN_PASSWORD, person.as_i64(), Some(password.version))
        .await
}
