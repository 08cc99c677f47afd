//! Business categories.

use qishu_model::category::{Category, CategoryState};
use qishu_model::id::{CategoryId, CompanyId};
use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::scope::{Listed, Page, Scope};
use crate::table::CATEGORY;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Row, Value, values};

/// Stores a new category.
///
/// # Errors
/// `Duplicate` of `category.live_name` when the company has an undeleted one of that name.
pub async fn insert(transaction: &mut Transaction, category: &Category) -> Result<(), StoreError> {
    let columns = columns(transaction, category)?;
    transaction.insert(CATEGORY, category.id.as_i64(), columns).await
}

/// Stores a changed category; a deleted one stays for the contracts that name it.
///
/// # Errors
/// `Conflict` when it was changed since it was read; `Duplicate` as for [`insert`].
pub async fn update(transaction: &mut Transaction, category: &Versioned<Category>) -> Result<(), StoreError> {
    let columns = columns(transaction, &category.value)?;
    transaction
        .update(
            CATEGORY,
            category.value.id.as_i64(),
            Some(category.version),
            columns,
        )
        .await
}

fn columns(transaction: &Transaction, category: &Category) -> Result<Columns, StoreError> {
    let (state, live) = match category.state {
        CategoryState::Deleted => ("DELETED", None),
        CategoryState::Disabled => ("DISABLED", Some(category.name.as_str())),
        CategoryState::Enabled => ("ENABLED", Some(category.name.as_str())),
    };
    Ok(vec![
        ("company_id", Value::from(category.company_id.as_i64())),
        ("name", Value::from(category.name.as_str())),
        ("live_name", Value::from(live)),
        ("state", Value::from(state)),
        ("create_ms", Value::from(category.create_time.ms())),
        ("modify_ms", Value::from(category.modify_time.ms())),
        transaction.body(CATEGORY, category.id.as_i64(), category)?,
    ])
}

/// The category with this id, when its owner lies in the scope; deleted ones too.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    scope: Scope,
    id: CategoryId,
) -> Result<Option<Versioned<Category>>, StoreError> {
    let mut parameters = values![id.as_i64()];
    let within = scope.condition("company_id", &mut parameters);
    let sql = format!("SELECT id, version, body FROM category WHERE id = $1 AND {within}");
    let row = reader.fetch_optional(sql, parameters).await?;
    row.map(|row| reader.open_versioned(CATEGORY, &row)).transpose()
}

/// The company's undeleted category of this name.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_name(
    reader: &mut Reader,
    company: CompanyId,
    name: &str,
) -> Result<Option<Versioned<Category>>, StoreError> {
    let sql = "SELECT id, version, body FROM category WHERE company_id = $1 AND live_name = $2";
    let row = reader
        .fetch_optional(sql, values![company.as_i64(), name])
        .await?;
    row.map(|row| reader.open_versioned(CATEGORY, &row)).transpose()
}

/// Ids of all undeleted categories in the scope: for ids that a caller rounded to a floating number (D-30).
///
/// # Errors
/// See [`StoreError`].
pub async fn list_ids(reader: &mut Reader, scope: Scope) -> Result<Vec<CategoryId>, StoreError> {
    let mut parameters = values![];
    let within = scope.condition("company_id", &mut parameters);
    let sql = format!("SELECT id FROM category WHERE live_name IS NOT NULL AND {within} ORDER BY id");
    let rows = reader.fetch(sql, parameters).await?;
    rows.iter()
        .map(|row: &Row| Ok(CategoryId::from_i64(row.int("id")?)))
        .collect()
}

/// Which categories of a company to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CategoryFilter {
    /// Owner.
    pub company: CompanyId,
    /// Changed at or after this.
    pub modified_from: Option<Timestamp>,
    /// Changed at or before this.
    pub modified_to: Option<Timestamp>,
}

/// Undeleted categories of a company, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    reader: &mut Reader,
    filter: &CategoryFilter,
    page: Page,
) -> Result<Listed<Versioned<Category>>, StoreError> {
    let from = filter.modified_from.map_or(i64::MIN, Timestamp::ms);
    let to = filter.modified_to.map_or(i64::MAX, Timestamp::ms);
    let mut parameters = values![filter.company.as_i64(), from, to];
    let condition = "company_id = $1 AND modify_ms >= $2 AND modify_ms <= $3 AND live_name IS NOT NULL";
    let total = reader
        .count(
            format!("SELECT count(*) AS n FROM category WHERE {condition}"),
            parameters.clone(),
        )
        .await?;
    let clause = page.clause(&mut parameters);
    let sql =
        format!("SELECT id, version, body FROM category WHERE {condition} ORDER BY create_ms, id{clause}");
    let rows = reader.fetch(sql, parameters).await?;
    let rows = rows
        .iter()
        .map(|row| reader.open_versioned(CATEGORY, row))
        .collect::<Result<_, _>>()?;
    Ok(Listed { total, rows })
}
