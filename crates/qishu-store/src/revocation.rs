//! Certificates that were revoked.

use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::table::CERTIFICATE_REVOCATION;
use crate::transaction::{Reader, Transaction};
use crate::value::{Row, Value, values};

/// A revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Serial, as [`crate::act::record_serial`] has it.
    pub serial: String,
    /// Since when it is not valid.
    pub at: Timestamp,
    /// CRLReason (RFC 5280 5.3.1).
    pub reason: u8,
}

/// Revokes a certificate.
///
/// # Errors
/// `Duplicate` of `certificate_revocation.key` when it was revoked before.
pub async fn insert(transaction: &mut Transaction, revocation: &Revocation) -> Result<(), StoreError> {
    let columns = vec![
        ("at_ms", Value::from(revocation.at.ms())),
        ("reason", Value::from(i64::from(revocation.reason))),
    ];
    transaction
        .insert(CERTIFICATE_REVOCATION, revocation.serial.as_str(), columns)
        .await
}

/// The revocation of this serial, if there is one.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(reader: &mut Reader, serial: &str) -> Result<Option<Revocation>, StoreError> {
    let sql = "SELECT * FROM certificate_revocation WHERE serial = $1";
    let row = reader.fetch_optional(sql, values![serial]).await?;
    row.as_ref().map(revocation).transpose()
}

/// Every revocation since `since`, oldest first. Expired certificates need not be listed any longer.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(reader: &mut Reader, since: Timestamp) -> Result<Vec<Revocation>, StoreError> {
    let sql = "SELECT * FROM certificate_revocation WHERE at_ms >= $1 ORDER BY at_ms, serial";
    let rows = reader.fetch(sql, values![since.ms()]).await?;
    rows.iter().map(revocation).collect()
}

fn revocation(row: &Row) -> Result<Revocation, StoreError> {
    let reason = u8::try_from(row.int("reason")?);
    Ok(Revocation {
        serial: row.text("serial")?.to_owned(),
        at: Timestamp::from_ms(row.int("at_ms")?),
        reason: reason.map_err(|_| StoreError::corrupt("a revocation has a reason that is none"))?,
    })
}
