//! Templates of documents.

use qishu_model::id::{CompanyId, TemplateId};
use qishu_model::template::{Template, TemplateState};
use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::scope::{Listed, Page, Scope};
use crate::table::TEMPLATE;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

/// Stores a new template.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(transaction: &mut Transaction, template: &Template) -> Result<(), StoreError> {
    let columns = columns(transaction, template)?;
    transaction.insert(TEMPLATE, template.id.as_i64(), columns).await
}

/// Stores a changed template; a removed one stays for the documents made of it.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(transaction: &mut Transaction, template: &Versioned<Template>) -> Result<(), StoreError> {
    let columns = columns(transaction, &template.value)?;
    transaction
        .update(
            TEMPLATE,
            template.value.id.as_i64(),
            Some(template.version),
            columns,
        )
        .await
}

fn columns(transaction: &Transaction, template: &Template) -> Result<Columns, StoreError> {
    Ok(vec![
        ("company_id", Value::from(template.company_id.as_i64())),
        ("state", Value::from(template.state.name())),
        ("create_ms", Value::from(template.create_time.ms())),
        ("modify_ms", Value::from(template.modify_time.ms())),
        transaction.body(TEMPLATE, template.id.as_i64(), template)?,
    ])
}

/// The template with this id, when its owner lies in the scope and it was not removed.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    scope: Scope,
    id: TemplateId,
) -> Result<Option<Versioned<Template>>, StoreError> {
    let mut parameters = values![id.as_i64(), TemplateState::Deleted.name()];
    let within = scope.condition("company_id", &mut parameters);
    let sql = format!("SELECT id, version, body FROM template WHERE id = $1 AND state <> $2 AND {within}");
    let row = reader.fetch_optional(sql, parameters).await?;
    row.map(|row| reader.open_versioned(TEMPLATE, &row)).transpose()
}

/// Which templates of a company to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateFilter {
    /// Owner.
    pub company: CompanyId,
    /// Changed at or after this.
    pub modified_from: Option<Timestamp>,
    /// Changed at or before this.
    pub modified_to: Option<Timestamp>,
}

/// Templates of a company that were not removed, newest first (1.7).
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    reader: &mut Reader,
    filter: &TemplateFilter,
    page: Page,
) -> Result<Listed<Versioned<Template>>, StoreError> {
    let from = filter.modified_from.map_or(i64::MIN, Timestamp::ms);
    let to = filter.modified_to.map_or(i64::MAX, Timestamp::ms);
    let mut parameters = values![filter.company.as_i64(), from, to, TemplateState::Deleted.name()];
    let condition = "company_id = $1 AND modify_ms >= $2 AND modify_ms <= $3 AND state <> $4";
    let total = reader
        .count(
            format!("SELECT count(*) AS n FROM template WHERE {condition}"),
            parameters.clone(),
        )
        .await?;
    let clause = page.clause(&mut parameters);
    let sql = format!(
        "SELECT id, version, body FROM template WHERE {condition} ORDER BY create_ms DESC, id DESC{clause}"
    );
    let rows = reader.fetch(sql, parameters).await?;
    let rows = rows
        .iter()
        .map(|row| reader.open_versioned(TEMPLATE, row))
        .collect::<Result<_, _>>()?;
    Ok(Listed { total, rows })
}
