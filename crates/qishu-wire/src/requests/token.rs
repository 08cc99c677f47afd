//! 修改开放平台应用回调配置 — POST `/company/token/update/callback`

use qishu_model::application::EncryptType;

use super::objects::{CALLBACK_URL, web_address};
use crate::fields::{FieldError, Fields, Problem};

/// Changes the callback settings of the calling application; what is absent stays (4.14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateCallbackRequest {
    /// New address.
    pub callback_url: Option<String>,
    /// Whether callbacks are encrypted.
    pub encrypt: Option<bool>,
    /// How.
    pub encrypt_type: Option<EncryptType>,
}

impl UpdateCallbackRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When nothing is given, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        // One table of the documentation calls the type a boolean; such a value says nothing.
        let encrypt_type = match root.text_only("encryptType", CALLBACK_URL)? {
            Some(_) => root.one_of(
                "encryptType",
                &[EncryptType::AesCbc, EncryptType::AesEcb],
                EncryptType::name,
            )?,
            None => None,
        };
        let request = Self {
            callback_url: web_address(&root, "callbackUrl", CALLBACK_URL)?,
            encrypt: root.boolean("encrypt")?,
            encrypt_type,
        };
        if request.callback_url.is_none() && request.encrypt.is_none() && request.encrypt_type.is_none() {
            return Err(root.error("callbackUrl", Problem::MissingUnless("encrypt or encryptType")));
        }
        Ok(request)
    }
}
