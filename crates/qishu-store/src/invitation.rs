//! Invitations of companies into groups.

use qishu_model::id::{CompanyId, InvitationId};
use qishu_model::invitation::Invitation;

use crate::error::StoreError;
use crate::table::INVITATION;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

/// Stores a new invitation.
///
/// # Errors
/// `Duplicate` of `invitation.company_id` when the company has an open one of the same platform company.
pub async fn insert(transaction: &mut Transaction, invitation: &Invitation) -> Result<(), StoreError> {
    let columns = columns(transaction, invitation)?;
    transaction
        .insert(INVITATION, invitation.id.as_i64(), columns)
        .await
}

/// Stores a changed invitation.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(
    transaction: &mut Transaction,
    invitation: &Versioned<Invitation>,
) -> Result<(), StoreError> {
    let columns = columns(transaction, &invitation.value)?;
    transaction
        .update(
            INVITATION,
            invitation.value.id.as_i64(),
            Some(invitation.version),
            columns,
        )
        .await
}

fn columns(transaction: &Transaction, invitation: &Invitation) -> Result<Columns, StoreError> {
    Ok(vec![
        ("platform_id", Value::from(invitation.platform_id.as_i64())),
        ("company_id", Value::from(invitation.company_id.as_i64())),
        ("state", Value::from(invitation.state.name())),
        ("create_ms", Value::from(invitation.create_time.ms())),
        transaction.body(INVITATION, invitation.id.as_i64(), invitation)?,
    ])
}

/// The invitation with this id. Who may answer it is for the caller to decide.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    id: InvitationId,
) -> Result<Option<Versioned<Invitation>>, StoreError> {
    let sql = "SELECT id, version, body FROM invitation WHERE id = $1";
    let row = reader.fetch_optional(sql, values![id.as_i64()]).await?;
    row.map(|row| reader.open_versioned(INVITATION, &row)).transpose()
}

/// The unanswered invitation of a company by a platform company; its time may be over.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_open(
    reader: &mut Reader,
    platform: CompanyId,
    company: CompanyId,
) -> Result<Option<Versioned<Invitation>>, StoreError> {
    let sql = "SELECT id, version, body FROM invitation WHERE platform_id = $1 AND company_id = $2 AND state = 'OPEN'";
    let row = reader
        .fetch_optional(sql, values![platform.as_i64(), company.as_i64()])
        .await?;
    row.map(|row| reader.open_versioned(INVITATION, &row)).transpose()
}

/// Unanswered invitations of everybody, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_open(reader: &mut Reader, limit: u32) -> Result<Vec<Versioned<Invitation>>, StoreError> {
    let sql = "SELECT id, version, body FROM invitation WHERE state = 'OPEN' ORDER BY id LIMIT $1";
    let rows = reader.fetch(sql, values![i64::from(limit)]).await?;
    rows.iter()
        .map(|row| reader.open_versioned(INVITATION, row))
        .collect()
}
