//! The calling application (2.9 of the protocol).

use qishu_model::application::Application;
use serde::Serialize;

/// Result of `company/token/get` and `company/token/update/callback`. It holds a secret of the caller, so it cannot be
/// printed; the AppSecret is never in it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationAnswer {
    /// Name.
    pub app_name: String,
    /// AppToken.
    pub access_token: String,
    /// Address of status callbacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Callbacks are encrypted.
    pub encrypt: bool,
    /// Key of callback encryption and signature, 16 characters.
    pub callback_secret_key: String,
    /// `AES_ECB` or `AES_CBC`.
    pub encrypt_type: &'static str,
}

impl From<&Application> for ApplicationAnswer {
    fn from(application: &Application) -> Self {
        let callback = &application.callback;
        Self {
            app_name: application.name.clone(),
            access_token: application.token.clone(),
            callback_url: callback.url.clone(),
            encrypt: callback.encrypt,
            callback_secret_key: callback.secret_key.expose().to_owned(),
            encrypt_type: callback.encrypt_type.name(),
        }
    }
}
