//! Seals of companies and signatures of persons.

use qishu_model::id::{CompanyId, PersonId, SealId};
use qishu_model::seal::{Seal, SealOwner, SealStatus};
use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::scope::{Listed, Page, Scope};
use crate::table::SEAL;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

/// Stores a new seal.
///
/// # Errors
/// `Duplicate` of `seal.company_id` for a second seal of the company's legal representative.
pub async fn insert(transaction: &mut Transaction, seal: &Seal) -> Result<(), StoreError> {
    let columns = columns(transaction, seal)?;
    transaction.insert(SEAL, seal.id.as_i64(), columns).await
}

/// Stores a changed seal.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(transaction: &mut Transaction, seal: &Versioned<Seal>) -> Result<(), StoreError> {
    let columns = columns(transaction, &seal.value)?;
    transaction
        .update(SEAL, seal.value.id.as_i64(), Some(seal.version), columns)
        .await
}

fn columns(transaction: &Transaction, seal: &Seal) -> Result<Columns, StoreError> {
    let (company, person) = match seal.owner {
        SealOwner::Company(company) => (Some(company.as_i64()), None),
        SealOwner::Person(person) => (None, Some(person.as_i64())),
    };
    Ok(vec![
        ("company_id", Value::from(company)),
        ("person_id", Value::from(person)),
        ("kind", Value::from(seal.seal_type.name())),
        ("status", Value::from(seal.status.name())),
        ("create_ms", Value::from(seal.create_time.ms())),
        ("modify_ms", Value::from(seal.modify_time.ms())),
        transaction.body(SEAL, seal.id.as_i64(), seal)?,
    ])
}

/// The company seal with this id, when its owner lies in the scope and it was not removed. Personal signatures only in
/// [`Scope::System`].
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    scope: Scope,
    id: SealId,
) -> Result<Option<Versioned<Seal>>, StoreError> {
    let found = find_with_removed(reader, scope, id).await?;
    Ok(found.filter(|seal| seal.value.status != SealStatus::Removed))
}

/// Like [`find`], removed seals included.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_with_removed(
    reader: &mut Reader,
    scope: Scope,
    id: SealId,
) -> Result<Option<Versioned<Seal>>, StoreError> {
    let mut parameters = values![id.as_i64()];
    let within = scope.condition("company_id", &mut parameters);
    let sql = format!("SELECT id, version, body FROM seal WHERE id = $1 AND {within}");
    let row = reader.fetch_optional(sql, parameters).await?;
    row.map(|row| reader.open_versioned(SEAL, &row)).transpose()
}

/// The signature with this id, when it is this person's.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_of_person(
    reader: &mut Reader,
    person: PersonId,
    id: SealId,
) -> Result<Option<Versioned<Seal>>, StoreError> {
    let sql = "SELECT id, version, body FROM seal WHERE id = $1 AND person_id = $2";
    let row = reader
        .fetch_optional(sql, values![id.as_i64(), person.as_i64()])
        .await?;
    row.map(|row| reader.open_versioned(SEAL, &row)).transpose()
}

/// A person's signatures, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_of_person(
    reader: &mut Reader,
    person: PersonId,
) -> Result<Vec<Versioned<Seal>>, StoreError> {
    let sql = "SELECT id, version, body FROM seal WHERE person_id = $1 ORDER BY create_ms DESC, id DESC";
    let rows = reader.fetch(sql, values![person.as_i64()]).await?;
    rows.iter().map(|row| reader.open_versioned(SEAL, row)).collect()
}

/// Whether the company has a seal of its legal representative.
///
/// # Errors
/// See [`StoreError`].
pub async fn has_legal_person_seal(reader: &mut Reader, company: CompanyId) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) AS n FROM seal WHERE company_id = $1 AND kind = 'LP' AND status <> 'REMOVED'";
    Ok(reader.count(sql, values![company.as_i64()]).await? > 0)
}

/// Which seals of a company to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealFilter {
    /// Owner.
    pub company: CompanyId,
    /// With this status; any but removed when absent.
    pub status: Option<SealStatus>,
    /// Changed at or after this.
    pub modified_from: Option<Timestamp>,
    /// Changed at or before this.
    pub modified_to: Option<Timestamp>,
}

/// Seals of a company, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    reader: &mut Reader,
    filter: &SealFilter,
    page: Page,
) -> Result<Listed<Versioned<Seal>>, StoreError> {
    let from = filter.modified_from.map_or(i64::MIN, Timestamp::ms);
    let to = filter.modified_to.map_or(i64::MAX, Timestamp::ms);
    let mut parameters = values![filter.company.as_i64(), from, to];
    let mut condition = "company_id = $1 AND modify_ms >= $2 AND modify_ms <= $3".to_owned();
    if let Some(status) = filter.status {
        parameters.push(Value::from(status.name()));
        condition.push_str(" AND status = $4");
    } else {
        condition.push_str(" AND status <> 'REMOVED'");
    }
    let total = reader
        .count(
            format!("SELECT count(*) AS n FROM seal WHERE {condition}"),
            parameters.clone(),
        )
        .await?;
    let clause = page.clause(&mut parameters);
    let sql = format!("SELECT id, version, body FROM seal WHERE {condition} ORDER BY create_ms, id{clause}");
    let rows = reader.fetch(sql, parameters).await?;
    let rows = rows
        .iter()
        .map(|row| reader.open_versioned(SEAL, row))
        .collect::<Result<_, _>>()?;
    Ok(Listed { total, rows })
}
