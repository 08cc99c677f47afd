//! Authentications of companies. The name is in the clear, as that of companies is.

use qishu_model::company_auth::CompanyAuth;
use qishu_model::id::{CompanyAuthId, CompanyId};

use crate::error::StoreError;
use crate::table::COMPANY_AUTH;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

/// Stores a new authentication.
///
/// # Errors
/// `Duplicate` of `company_auth.request_id`.
pub async fn insert(transaction: &mut Transaction, auth: &CompanyAuth) -> Result<(), StoreError> {
    let mut columns = columns(transaction, auth)?;
    columns.push(("platform_id", Value::from(auth.platform_id.as_i64())));
    columns.push(("request_id", Value::from(auth.request_id.as_str())));
    columns.push(("create_ms", Value::from(auth.create_time.ms())));
    transaction.insert(COMPANY_AUTH, auth.id.as_i64(), columns).await
}

/// Stores a changed authentication.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(transaction: &mut Transaction, auth: &Versioned<CompanyAuth>) -> Result<(), StoreError> {
    let columns = columns(transaction, &auth.value)?;
    transaction
        .update(COMPANY_AUTH, auth.value.id.as_i64(), Some(auth.version), columns)
        .await
}

fn columns(transaction: &Transaction, auth: &CompanyAuth) -> Result<Columns, StoreError> {
    Ok(vec![
        ("name", Value::from(auth.data.name.as_str())),
        ("state", Value::from(auth.state.name())),
        transaction.body(COMPANY_AUTH, auth.id.as_i64(), auth)?,
    ])
}

const SELECT: &str = "SELECT id, version, body FROM company_auth";

/// The authentication with this id. Who may see it is for the caller to decide.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    id: CompanyAuthId,
) -> Result<Option<Versioned<CompanyAuth>>, StoreError> {
    let row = reader
        .fetch_optional(format!("{SELECT} WHERE id = $1"), values![id.as_i64()])
        .await?;
    row.map(|row| reader.open_versioned(COMPANY_AUTH, &row))
        .transpose()
}

/// The authentication with this request id, when it is the platform company's.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_request(
    reader: &mut Reader,
    platform: CompanyId,
    request_id: &str,
) -> Result<Option<Versioned<CompanyAuth>>, StoreError> {
    let sql = format!("{SELECT} WHERE request_id = $1 AND platform_id = $2");
    let row = reader
        .fetch_optional(sql, values![request_id, platform.as_i64()])
        .await?;
    row.map(|row| reader.open_versioned(COMPANY_AUTH, &row))
        .transpose()
}

/// Authentications of a company by its name that the platform company asked for, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_by_name(
    reader: &mut Reader,
    platform: CompanyId,
    name: &str,
) -> Result<Vec<Versioned<CompanyAuth>>, StoreError> {
    let sql = format!("{SELECT} WHERE name = $1 AND platform_id = $2 ORDER BY id DESC");
    let rows = reader.fetch(sql, values![name, platform.as_i64()]).await?;
    rows.iter()
        .map(|row| reader.open_versioned(COMPANY_AUTH, row))
        .collect()
}

/// Authentications in a state, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_in_state(
    reader: &mut Reader,
    state: &str,
    limit: u32,
) -> Result<Vec<Versioned<CompanyAuth>>, StoreError> {
    let sql = format!("{SELECT} WHERE state = $1 ORDER BY id LIMIT $2");
    let rows = reader.fetch(sql, values![state, i64::from(limit)]).await?;
    rows.iter()
        .map(|row| reader.open_versioned(COMPANY_AUTH, row))
        .collect()
}
