//! The result of a check at a supplier's page.

use qishu_model::person_auth::{AuthMode, AuthTry};
use qishu_provider::FaceResult;

use super::finish::apply;
use super::submit::unavailable;
use super::{load, subject};
use crate::identity_page::IdentitySession;
use crate::{App, AppError};

/// Asks the supplier for the result of a check that has begun, and stores it when there is one. Answers whether the check still
/// goes on.
///
/// # Errors
/// [`AppError::CheckUnavailable`]; [`AppError::AuthOver`] after the page's time.
pub async fn auth_result(app: &App, session: &IdentitySession) -> Result<bool, AppError> {
    let id = subject(session)?;
    let mut reader = app.store.read("auth_result");
    let loaded = load(&mut reader, id).await?;
    drop(reader);
    let Some(check) = loaded.auth.value.elsewhere.clone() else {
        return Ok(false);
    };
    loaded.auth.value.require_offered(check.mode, app.now())?;
    let source = match check.mode {
        AuthMode::Alipay => &app.identity.third_party,
        _ => &app.identity.face,
    };
    let source = source.as_ref().ok_or(crate::identity::MISSING)?;
    let order = format!("{id}-{}", loaded.auth.value.tries.len());
    let result = source.face_result(&check.ticket, &order, app.now().ms()).await;
    let FaceResult::Done {
        passed,
        provider,
        number,
        simulated,
    } = result.map_err(unavailable)?
    else {
        return Ok(true);
    };
    let tried = AuthTry {
        mode: check.mode,
        at: app.now(),
        passed,
        mismatch: Vec::new(),
        provider: provider.to_owned(),
        number,
        simulated,
    };
    let data = loaded.material.entered.clone();
    let mut transaction = app.store.begin("auth_result");
    apply(app, &mut transaction, loaded.auth, tried, &data, session.actor()).await?;
    transaction.commit().await?;
    app.wake();
    Ok(false)
}
