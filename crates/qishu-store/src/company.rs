//! Companies. The name is in the clear, because it is unique and public; the legal representative is sealed.

use qishu_model::company::Company;
use qishu_model::id::CompanyId;

use crate::error::StoreError;
use crate::scope::Scope;
use crate::table::COMPANY;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

/// Stores a new company.
///
/// # Errors
/// `Duplicate` of `company.name` when the name is taken.
pub async fn insert(transaction: &mut Transaction, company: &Company) -> Result<(), StoreError> {
    let columns = columns(transaction, company)?;
    transaction.insert(COMPANY, company.id.as_i64(), columns).await
}

/// Stores a changed company.
///
/// # Errors
/// `Conflict` when it was changed since it was read; `Duplicate` of `company.name`.
pub async fn update(transaction: &mut Transaction, company: &Versioned<Company>) -> Result<(), StoreError> {
    let columns = columns(transaction, &company.value)?;
    transaction
        .update(COMPANY, company.value.id.as_i64(), Some(company.version), columns)
        .await
}

fn columns(transaction: &Transaction, company: &Company) -> Result<Columns, StoreError> {
    Ok(vec![
        ("name", Value::from(company.name.as_str())),
        ("parent_id", Value::from(company.parent.map(CompanyId::as_i64))),
        transaction.body(COMPANY, company.id.as_i64(), company)?,
    ])
}

/// The company with this id, when it lies in the scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    scope: Scope,
    id: CompanyId,
) -> Result<Option<Versioned<Company>>, StoreError> {
    let mut parameters = values![id.as_i64()];
    let within = scope.condition("id", &mut parameters);
    let sql = format!("SELECT id, version, body FROM company WHERE id = $1 AND {within}");
    let row = reader.fetch_optional(sql, parameters).await?;
    row.map(|row| reader.open_versioned(COMPANY, &row)).transpose()
}

/// The company with this full name, when it lies in the scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_name(
    reader: &mut Reader,
    scope: Scope,
    name: &str,
) -> Result<Option<Versioned<Company>>, StoreError> {
    let mut parameters = values![name];
    let within = scope.condition("id", &mut parameters);
    let sql = format!("SELECT id, version, body FROM company WHERE name = $1 AND {within}");
    let row = reader.fetch_optional(sql, parameters).await?;
    row.map(|row| reader.open_versioned(COMPANY, &row)).transpose()
}

/// Keeps others from doing the same with a company until the transaction ends: for decisions about all of its employees
/// at once.
///
/// # Errors
/// See [`StoreError`].
pub async fn lock(transaction: &mut Transaction, id: CompanyId) -> Result<(), StoreError> {
    let lock = transaction.shared.database.for_update();
    let sql = format!("SELECT id FROM company WHERE id = $1{lock}");
    transaction.fetch(sql, values![id.as_i64()]).await.map(drop)
}

/// The companies in the scope, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(reader: &mut Reader, scope: Scope) -> Result<Vec<Versioned<Company>>, StoreError> {
    let mut parameters = values![];
    let within = scope.condition("id", &mut parameters);
    let sql = format!("SELECT id, version, body FROM company WHERE {within} ORDER BY id");
    let rows = reader.fetch(sql, parameters).await?;
    rows.iter()
        .map(|row| reader.open_versioned(COMPANY, row))
        .collect()
}

/// The company with this registration number, whoever it belongs to. The number lies in the sealed body, so every company
/// is opened: some thousand take milliseconds, and it is asked rarely.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_register_no(
    reader: &mut Reader,
    register_no: &str,
) -> Result<Option<Versioned<Company>>, StoreError> {
    let all = list(reader, Scope::System).await?;
    Ok(all.into_iter().find(|company| {
        let own = company.value.register_no.as_deref();
        own.is_some_and(|own| own.eq_ignore_ascii_case(register_no))
    }))
}
