//! Notarised data. The digest is a column, so that the ledger carries it in the clear and proves it without keys.

use qishu_model::evidence::Notary;
use qishu_model::id::{CompanyId, NotaryId};

use crate::error::StoreError;
use crate::scope::Scope;
use crate::table::NOTARY;
use crate::transaction::{Reader, Transaction};
use crate::value::{Row, Value, values};

/// Stores notarised data.
///
/// # Errors
/// `Duplicate` of `notary.data_digest` when the company has data with this id.
pub async fn insert(transaction: &mut Transaction, notary: &Notary) -> Result<(), StoreError> {
    let digest = transaction.lookup_digest("NOTARY", &notary.data_id);
    let columns = vec![
        ("company_id", Value::from(notary.company_id.as_i64())),
        ("data_digest", Value::from(digest)),
        ("hash", Value::from(notary.hash.as_str())),
        ("create_ms", Value::from(notary.create_time.ms())),
        transaction.body(NOTARY, notary.id.as_i64(), notary)?,
    ];
    transaction.insert(NOTARY, notary.id.as_i64(), columns).await
}

/// The data with this id, if it lies in the scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(reader: &mut Reader, scope: Scope, id: NotaryId) -> Result<Option<Notary>, StoreError> {
    let mut parameters = values![id.as_i64()];
    let condition = scope.condition("company_id", &mut parameters);
    let sql = format!("SELECT id, body FROM notary WHERE id = $1 AND {condition}");
    let row = reader.fetch_optional(sql, parameters).await?;
    row.as_ref().map(|row| opened(reader, row)).transpose()
}

/// The data that a company handed in under its own id.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_data_id(
    reader: &mut Reader,
    company: CompanyId,
    data_id: &str,
) -> Result<Option<Notary>, StoreError> {
    let digest = reader.lookup_digest("NOTARY", data_id);
    let sql = "SELECT id, body FROM notary WHERE company_id = $1 AND data_digest = $2";
    let row = reader
        .fetch_optional(sql, values![company.as_i64(), digest])
        .await?;
    row.as_ref().map(|row| opened(reader, row)).transpose()
}

pub(crate) fn opened(reader: &Reader, row: &Row) -> Result<Notary, StoreError> {
    reader.open(NOTARY.name, &row.int("id")?.to_string(), row.bytes("body")?)
}
