//! Applications (business systems): the credentials and callback settings of an integrator.

use serde::{Deserialize, Serialize};

use crate::id::{ApplicationId, CompanyId};
use crate::rights::Area;
use crate::time::Timestamp;

/// How callbacks are encrypted; wire names `AES_ECB`, `AES_CBC`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EncryptType {
    /// AES-128 in CBC mode, initial vector = key (D26).
    #[serde(rename = "AES_CBC")]
    AesCbc,
    /// AES-128 in ECB mode, the vendor's first and default form.
    #[serde(rename = "AES_ECB")]
    AesEcb,
}

impl EncryptType {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AesCbc => "AES_CBC",
            Self::AesEcb => "AES_ECB",
        }
    }
}

/// A secret text: it can be used, stored sealed, and never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretText(String);

impl SecretText {
    /// Wraps a secret.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The secret itself; never log or answer it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretText(…)")
    }
}

/// Callback settings of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackSettings {
    /// Address of status callbacks; at most 300 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether bodies are encrypted.
    pub encrypt: bool,
    /// How.
    pub encrypt_type: EncryptType,
    /// Key of encryption and signature: 16 letters and digits (D27).
    pub secret_key: SecretText,
    /// Put `signature` and `timestamp` into the form instead of the URL (D24).
    #[serde(default)]
    pub signature_in_form: bool,
    /// Secrets of the `webhook-signature` header, newest first; two while a rotation runs, none without the header.
    #[serde(default)]
    pub webhook_secrets: Vec<SecretText>,
}

/// Switches of the request check that an operator sets per application.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RequestRules {
    /// Refuse requests without a nonce (D3).
    pub nonce_required: bool,
    /// Refuse MD5 signatures, accept HMAC-SHA256 only.
    pub md5_refused: bool,
    /// Refuse requests without `x-open-signature-v2`.
    pub signature_v2_required: bool,
    /// Accept clocks shifted by whole hours.
    pub whole_hour_shift: bool,
    /// Addresses or networks (CIDR) requests may come from; empty = any (2.4).
    pub ip_list: Vec<String>,
    /// What the application may do ([`crate::rights`]); empty = everything its company may.
    #[serde(default)]
    pub areas: Vec<Area>,
}

/// How an integrator's log-in tells who holds a ticket (6.3 of the protocol, D33).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SsoMode {
    /// `serviceValidate` of a CAS 2 server.
    Cas2,
    /// `p3/serviceValidate` of a CAS 3 server.
    Cas3,
    /// The ticket is posted, JSON comes back.
    Vendor,
}

/// Single sign-on of an application (6.2 of the protocol).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoSettings {
    /// Where somebody without a valid ticket logs in.
    pub login_url: String,
    /// Where tickets are verified.
    pub verify_url: String,
    /// How.
    pub mode: SsoMode,
    /// Where the browser goes after signing out here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logout_url: Option<String>,
}

/// An application of the platform company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// Id.
    pub id: ApplicationId,
    /// Owner: the platform company.
    pub company_id: CompanyId,
    /// Name people see.
    pub name: String,
    /// `AppToken`.
    pub token: String,
    /// Valid `AppSecret`s: one, or two while a rotation runs.
    pub secrets: Vec<SecretText>,
    /// Disabled applications are answered like unknown ones.
    pub enabled: bool,
    /// Callbacks.
    pub callback: CallbackSettings,
    /// Request check.
    pub rules: RequestRules,
    /// Origins and addresses a `callbackPage` may lead to without an interstitial.
    #[serde(default)]
    pub return_origins: Vec<String>,
    /// Main colour of hosted pages, `#RRGGBB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme_color: Option<String>,
    /// Single sign-on; absent = not offered. Where it may return to is in `return_origins`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso: Option<SsoSettings>,
    /// When created.
    pub create_time: Timestamp,
}

/// Secrets that may be valid at the same time.
const LIVE_SECRETS: usize = 2;

/// Why a rotation cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RotationRefusal {
    /// The rotation before has not been finished.
    #[error("two secrets are valid already; finish that rotation before a new one")]
    Unfinished,
    /// There is one secret only, which cannot be revoked.
    #[error("no rotation is under way: there is one secret, and it stays")]
    NotRotating,
}

impl Application {
    /// Adds a secret beside the one in use: both are valid until [`Application::finish_rotation`].
    ///
    /// # Errors
    /// [`RotationRefusal::Unfinished`] while two are valid.
    pub fn begin_rotation(&mut self, secret: SecretText) -> Result<(), RotationRefusal> {
        if self.secrets.len() >= LIVE_SECRETS {
            return Err(RotationRefusal::Unfinished);
        }
        self.secrets.push(secret);
        Ok(())
    }

    /// Revokes every secret but the newest.
    ///
    /// # Errors
    /// [`RotationRefusal::NotRotating`] when there is nothing to revoke.
    pub fn finish_rotation(&mut self) -> Result<(), RotationRefusal> {
        if self.secrets.len() < LIVE_SECRETS {
            return Err(RotationRefusal::NotRotating);
        }
        self.secrets.drain(..self.secrets.len() - 1);
        Ok(())
    }
}
