//! 修改开放平台应用回调配置: `POST /company/token/update/callback`.

use qishu_model::application::{Application, EncryptType};
use qishu_store::application;
use qishu_store::ledger::Entry;
use serde_json::json;

use crate::{ApiCaller, App, AppError};

/// What changes; absent fields stay as they are.
#[derive(Debug, Clone, Default)]
pub struct CallbackChange {
    /// New address.
    pub url: Option<String>,
    /// Encrypt or not.
    pub encrypt: Option<bool>,
    /// How.
    pub encrypt_type: Option<EncryptType>,
}

/// Changes the callback settings of the calling application and answers it.
///
/// # Errors
/// `1005` when nothing is given or the address is not http(s).
pub async fn update_callback(
    app: &App,
    caller: &ApiCaller,
    change: CallbackChange,
) -> Result<Application, AppError> {
    if change.url.is_none() && change.encrypt.is_none() && change.encrypt_type.is_none() {
        return Err(AppError::invalid(
            "callbackUrl",
            "one of callbackUrl, encrypt, encryptType is required",
        ));
    }
    if let Some(url) = &change.url {
        check_callback_url("callbackUrl", url)?;
    }
    let mut transaction = app.store.begin("update_callback");
    let found = application::find(&mut transaction, caller.application.id).await?;
    let mut application = found.ok_or_else(|| AppError::Internal("the application is gone".to_owned()))?;
    let settings = &mut application.value.callback;
    settings.url = change.url.or(settings.url.take());
    settings.encrypt = change.encrypt.unwrap_or(settings.encrypt);
    settings.encrypt_type = change.encrypt_type.unwrap_or(settings.encrypt_type);
    application::update(&mut transaction, &application).await?;
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(caller.company.id),
        kind: "APPLICATION_CALLBACK",
        subject: Some(caller.application.id.get()),
        actor: caller.actor(),
        details: json!({ "encrypt": application.value.callback.encrypt }),
    });
    transaction.commit().await?;
    Ok(application.value)
}

/// Whether a text can be a callback address: http or https, at most 300 characters. Where it leads is judged at
/// every delivery.
///
/// # Errors
/// `1005` naming the field.
pub(crate) fn check_callback_url(field: &str, url: &str) -> Result<(), AppError> {
    let http = url.starts_with("http://") || url.starts_with("https://");
    if !http || url.contains(char::is_whitespace) {
        return Err(AppError::invalid(
            field,
            "an address starting with http:// or https:// is expected",
        ));
    }
    if url.chars().count() > 300 {
        return Err(AppError::invalid(field, "at most 300 characters"));
    }
    Ok(())
}
