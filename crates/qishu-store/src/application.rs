//! Applications. Secrets are in the sealed body; the token is what requests name.

use qishu_model::application::Application;
use qishu_model::id::{ApplicationId, CompanyId};

use crate::error::StoreError;
use crate::table::APPLICATION;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

/// Stores a new application.
///
/// # Errors
/// `Duplicate` of `application.token`.
pub async fn insert(transaction: &mut Transaction, application: &Application) -> Result<(), StoreError> {
    let columns = columns(transaction, application)?;
    transaction
        .insert(APPLICATION, application.id.as_i64(), columns)
        .await
}

/// Stores a changed application. Every node sees it with its next request.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(
    transaction: &mut Transaction,
    application: &Versioned<Application>,
) -> Result<(), StoreError> {
    let columns = columns(transaction, &application.value)?;
    transaction
        .update(
            APPLICATION,
            application.value.id.as_i64(),
            Some(application.version),
            columns,
        )
        .await
}

fn columns(transaction: &Transaction, application: &Application) -> Result<Columns, StoreError> {
    Ok(vec![
        ("company_id", Value::from(application.company_id.as_i64())),
        ("token", Value::from(application.token.as_str())),
        ("enabled", Value::from(application.enabled)),
        transaction.body(APPLICATION, application.id.as_i64(), application)?,
    ])
}

/// The application with this id.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    id: ApplicationId,
) -> Result<Option<Versioned<Application>>, StoreError> {
    let sql = "SELECT id, version, body FROM application WHERE id = $1";
    let row = reader.fetch_optional(sql, values![id.as_i64()]).await?;
    row.map(|row| reader.open_versioned(APPLICATION, &row))
        .transpose()
}

/// The enabled application with this token; disabled ones are answered like unknown ones.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_enabled(
    reader: &mut Reader,
    token: &str,
) -> Result<Option<Versioned<Application>>, StoreError> {
    let sql = "SELECT id, version, body FROM application WHERE token = $1 AND enabled = 1";
    let row = reader.fetch_optional(sql, values![token]).await?;
    row.map(|row| reader.open_versioned(APPLICATION, &row))
        .transpose()
}

/// Every application of a company, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    reader: &mut Reader,
    company: CompanyId,
) -> Result<Vec<Versioned<Application>>, StoreError> {
    let sql = "SELECT id, version, body FROM application WHERE company_id = $1 ORDER BY id";
    let rows = reader.fetch(sql, values![company.as_i64()]).await?;
    rows.iter()
        .map(|row| reader.open_versioned(APPLICATION, row))
        .collect()
}

/// The application with this token, also when it is disabled: for the operator only.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_token(
    reader: &mut Reader,
    token: &str,
) -> Result<Option<Versioned<Application>>, StoreError> {
    let sql = "SELECT id, version, body FROM application WHERE token = $1";
    let row = reader.fetch_optional(sql, values![token]).await?;
    row.map(|row| reader.open_versioned(APPLICATION, &row))
        .transpose()
}
