//! 管理印章状态: `POST /v2/seal/status`; 删除印章: `GET /v2/seal/remove`.

use qishu_model::id::SealId;
use qishu_store::ledger::Entry;
use qishu_store::{Scope, seal};
use serde_json::json;

use super::edit::owner;
use super::read::{not_found, own_seal};
use crate::{ApiCaller, App, AppError};

/// Enables or disables a seal. Doing so again changes nothing and succeeds.
///
/// # Errors
/// `1201`.
pub async fn set_seal_enabled(
    app: &App,
    caller: &ApiCaller,
    id: SealId,
    enabled: bool,
) -> Result<(), AppError> {
    let now = app.now();
    let mut transaction = app.store.begin("set_seal_enabled");
    let mut stored = own_seal(&mut transaction, caller, id).await?;
    let owner = owner(&mut transaction, &stored.value).await?;
    let before = stored.value.status;
    stored.value = stored.value.with_enabled(enabled, now);
    if stored.value.status == before {
        return Ok(());
    }
    seal::update(&mut transaction, &stored).await?;
    transaction.record(Entry {
        at: now,
        tenant: Some(owner.id),
        kind: if enabled { "SEAL_ENABLE" } else { "SEAL_DISABLE" },
        subject: Some(id.get()),
        actor: caller.actor(),
        details: json!({}),
    });
    transaction.commit().await?;
    Ok(())
}

/// Removes a disabled seal for good. Contracts it was used on keep it; it answers like an unknown one.
///
/// # Errors
/// `1201`; `1203` when it is in use, or was removed before.
pub async fn remove_seal(app: &App, caller: &ApiCaller, id: SealId) -> Result<(), AppError> {
    let now = app.now();
    let mut transaction = app.store.begin("remove_seal");
    let own = Scope::Platform(caller.company.id);
    let found = seal::find_with_removed(&mut transaction, own, id).await?;
    let mut stored = found.ok_or_else(|| not_found(id))?;
    let owner = owner(&mut transaction, &stored.value).await?;
    stored.value = stored.value.removed(now)?;
    seal::update(&mut transaction, &stored).await?;
    transaction.record(Entry {
        at: now,
        tenant: Some(owner.id),
        kind: "SEAL_REMOVE",
        subject: Some(id.get()),
        actor: caller.actor(),
        details: json!({}),
    });
    transaction.commit().await?;
    Ok(())
}
