//! Settings that are changed at run time, by name: any JSON, stored sealed.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::table::SETTING;
use crate::transaction::{Reader, Transaction, Versioned};
use crate::value::values;

/// Stores a setting for the first time.
///
/// # Errors
/// `Duplicate` of `setting.key` when it exists.
pub async fn insert(
    transaction: &mut Transaction,
    name: &str,
    value: &impl Serialize,
) -> Result<(), StoreError> {
    let body = transaction.body(SETTING, name, value)?;
    transaction.insert(SETTING, name, vec![body]).await
}

/// Stores a changed setting.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update<T: Serialize>(
    transaction: &mut Transaction,
    name: &str,
    setting: &Versioned<T>,
) -> Result<(), StoreError> {
    let body = transaction.body(SETTING, name, &setting.value)?;
    transaction
        .update(SETTING, name, Some(setting.version), vec![body])
        .await
}

/// The setting of this name.
///
/// # Errors
/// `Corrupt` when it is of another form than asked for.
pub async fn find<T: DeserializeOwned>(
    reader: &mut Reader,
    name: &str,
) -> Result<Option<Versioned<T>>, StoreError> {
    let sql = "SELECT name, version, body FROM setting WHERE name = $1";
    let row = reader.fetch_optional(sql, values![name]).await?;
    row.map(|row| reader.open_versioned(SETTING, &row)).transpose()
}
