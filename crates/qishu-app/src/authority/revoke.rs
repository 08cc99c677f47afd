//! Revoking a certificate.

use qishu_store::ledger::Entry;
use qishu_store::revocation::{self, Revocation};
use qishu_store::{StoreError, act};
use sealpki::RevocationReason;
use serde_json::json;

use crate::signing::system_actor;
use crate::{App, AppError};

/// Why a certificate is not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeRefusal {
    /// It was revoked before.
    #[error("certificate {0} has been revoked before")]
    Already(String),
    /// No certificate with this serial was ever issued here.
    #[error("no certificate with the serial number {0} was issued here")]
    Unknown(String),
    /// The store failed.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for RevokeRefusal {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// Revokes a one-time certificate from now on. Signatures that a time-stamp shows to be older stay valid.
///
/// # Errors
/// [`RevokeRefusal`]; nothing changes then.
pub async fn revoke_certificate(
    app: &App,
    serial: &str,
    reason: RevocationReason,
) -> Result<(), RevokeRefusal> {
    let serial = serial.to_lowercase();
    let mut transaction = app.store.begin("revoke_certificate");
    let known = act::find_certificate(&mut transaction, &serial).await?;
    let known = known.filter(|known| known.issued.is_some());
    let known = known.ok_or_else(|| RevokeRefusal::Unknown(serial.clone()))?;
    let revoked = Revocation {
        serial: serial.clone(),
        at: app.now(),
        reason: reason.code(),
    };
    match revocation::insert(&mut transaction, &revoked).await {
        Err(StoreError::Duplicate { .. }) => return Err(RevokeRefusal::Already(serial)),
        other => other?,
    }
    transaction.record(Entry {
        at: app.now(),
        tenant: None,
        kind: "CERTIFICATE_REVOKED",
        subject: Some(known.act_id.get()),
        actor: system_actor(),
        details: json!({ "serial": serial, "reason": reason.code() }),
    });
    transaction.commit().await?;
    Ok(())
}
