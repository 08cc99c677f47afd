//! Applications for picture seals.

use qishu_model::id::{CompanyId, SealReviewId};
use qishu_model::seal_review::SealReview;

use crate::error::StoreError;
use crate::scope::Scope;
use crate::table::SEAL_REVIEW;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

/// Stores a new application.
///
/// # Errors
/// `Duplicate` of `seal_review.company_id` when the company has one for its legal representative under review.
pub async fn insert(transaction: &mut Transaction, review: &SealReview) -> Result<(), StoreError> {
    let columns = columns(transaction, review)?;
    transaction.insert(SEAL_REVIEW, review.id.as_i64(), columns).await
}

/// Stores a decided application.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(transaction: &mut Transaction, review: &Versioned<SealReview>) -> Result<(), StoreError> {
    let columns = columns(transaction, &review.value)?;
    transaction
        .update(
            SEAL_REVIEW,
            review.value.id.as_i64(),
            Some(review.version),
            columns,
        )
        .await
}

fn columns(transaction: &Transaction, review: &SealReview) -> Result<Columns, StoreError> {
    Ok(vec![
        ("company_id", Value::from(review.company_id.as_i64())),
        ("kind", Value::from(review.seal_type.name())),
        ("state", Value::from(review.state.name())),
        ("create_ms", Value::from(review.create_time.ms())),
        transaction.body(SEAL_REVIEW, review.id.as_i64(), review)?,
    ])
}

/// The application with this id, when its company lies in the scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    scope: Scope,
    id: SealReviewId,
) -> Result<Option<Versioned<SealReview>>, StoreError> {
    let mut parameters = values![id.as_i64()];
    let within = scope.condition("company_id", &mut parameters);
    let sql = format!("SELECT id, version, body FROM seal_review WHERE id = $1 AND {within}");
    let row = reader.fetch_optional(sql, parameters).await?;
    row.map(|row| reader.open_versioned(SEAL_REVIEW, &row))
        .transpose()
}

/// Whether a seal of the company's legal representative is under review.
///
/// # Errors
/// See [`StoreError`].
pub async fn is_legal_person_pending(reader: &mut Reader, company: CompanyId) -> Result<bool, StoreError> {
    let sql =
        "SELECT count(*) AS n FROM seal_review WHERE company_id = $1 AND kind = 'LP' AND state = 'PENDING'";
    Ok(reader.count(sql, values![company.as_i64()]).await? > 0)
}

/// Applications of the scope that wait for a decision, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_pending(
    reader: &mut Reader,
    scope: Scope,
    limit: u32,
) -> Result<Vec<Versioned<SealReview>>, StoreError> {
    let mut parameters = values![i64::from(limit)];
    let within = scope.condition("company_id", &mut parameters);
    let sql = format!(
        "SELECT id, version, body FROM seal_review WHERE state = 'PENDING' AND {within} ORDER BY id LIMIT $1"
    );
    let rows = reader.fetch(sql, parameters).await?;
    rows.iter()
        .map(|row| reader.open_versioned(SEAL_REVIEW, row))
        .collect()
}
