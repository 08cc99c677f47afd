//! Evidence reports.

use qishu_model::evidence::{Evidence, EvidenceState};
use qishu_model::id::EvidenceId;

use crate::error::StoreError;
use crate::scope::Scope;
use crate::table::EVIDENCE;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

/// Stores a report that was asked for.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(transaction: &mut Transaction, evidence: &Evidence) -> Result<(), StoreError> {
    let columns = columns(transaction, evidence)?;
    transaction.insert(EVIDENCE, evidence.id.as_i64(), columns).await
}

/// Stores a changed report.
///
/// # Errors
/// `Conflict` when it was changed since it was read; `Duplicate` of `evidence.serial`.
pub async fn update(transaction: &mut Transaction, evidence: &Versioned<Evidence>) -> Result<(), StoreError> {
    let columns = columns(transaction, &evidence.value)?;
    let id = evidence.value.id.as_i64();
    transaction
        .update(EVIDENCE, id, Some(evidence.version), columns)
        .await
}

fn columns(transaction: &Transaction, evidence: &Evidence) -> Result<Columns, StoreError> {
    let file = match &evidence.state {
        EvidenceState::Complete { file, .. } => Some(file.as_str()),
        EvidenceState::Failed { .. } | EvidenceState::Processing => None,
    };
    Ok(vec![
        ("company_id", Value::from(evidence.company_id.as_i64())),
        ("state", Value::from(evidence.state.name())),
        ("serial", Value::from(evidence.serial.as_deref())),
        ("file", Value::from(file)),
        ("create_ms", Value::from(evidence.create_time.ms())),
        transaction.body(EVIDENCE, evidence.id.as_i64(), evidence)?,
    ])
}

/// The report with this id, if it lies in the scope.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    scope: Scope,
    id: EvidenceId,
) -> Result<Option<Versioned<Evidence>>, StoreError> {
    let mut parameters = values![id.as_i64()];
    let condition = scope.condition("company_id", &mut parameters);
    let sql = format!("SELECT id, version, body FROM evidence WHERE id = $1 AND {condition}");
    let row = reader.fetch_optional(sql, parameters).await?;
    row.map(|row| reader.open_versioned(EVIDENCE, &row)).transpose()
}

/// Whether this is the serial of the seal of a report that is ready.
///
/// # Errors
/// See [`StoreError`].
pub async fn has_issued(reader: &mut Reader, serial: &str) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) AS n FROM evidence WHERE serial = $1 AND state = 'COMPLETE'";
    Ok(reader.count(sql, values![serial]).await? > 0)
}
