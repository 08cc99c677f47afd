//! What the check of a request needs from the store: the application of a token, and the memory of requests seen.

use qishu_model::application::Application;
use qishu_model::company::Company;
use qishu_store::{Scope, application, company, replay};

use crate::{App, AppError};

/// The enabled application of a token, with its company.
///
/// # Errors
/// Internal when the store fails.
pub async fn find_application(app: &App, token: &str) -> Result<Option<(Application, Company)>, AppError> {
    let mut reader = app.store.read("find_application");
    let Some(found) = application::find_enabled(&mut reader, token).await? else {
        return Ok(None);
    };
    let owner = company::find(&mut reader, Scope::System, found.value.company_id).await?;
    let owner =
        owner.ok_or_else(|| AppError::Internal(format!("application {} has no company", found.value.id)))?;
    Ok(Some((found.value, owner.value)))
}

/// Remembers a request for `keep_ms`; answers whether it is new. Durable and shared by all processes.
///
/// # Errors
/// Internal when the store fails: a request that cannot be remembered must not be served.
pub async fn note_request(app: &App, key: &[u8], keep_ms: i64) -> Result<bool, AppError> {
    let mut transaction = app.store.begin("note_request");
    let new = replay::note(&mut transaction, key, app.now().plus_ms(keep_ms)).await?;
    transaction.commit().await?;
    Ok(new)
}

/// Whether the store takes writes and answers, and the clock can be trusted.
///
/// # Errors
/// Internal when it does not.
pub async fn check_health(app: &App) -> Result<(), AppError> {
    if !app.store.writes() {
        return Err(AppError::Internal(
            "the store has stopped writing after a failed sync".to_owned(),
        ));
    }
    app.trusted_now()?;
    qishu_store::ledger::head(&mut app.store.read("check_health")).await?;
    Ok(())
}
