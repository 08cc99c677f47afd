//! Applications, as the operator sets them up: credentials, rotation of secrets, rules of the request check.

use qishu_model::application::{
    Application, CallbackSettings, EncryptType, RequestRules, SecretText, SsoSettings,
};
use qishu_model::company::Company;
use qishu_model::id::ApplicationId;
use qishu_model::rights::Area;
use qishu_store::ledger::Entry;
use qishu_store::{Scope, Transaction, Versioned, application, company};
use serde_json::{Value as Json, json};

use crate::company::{check_callback_url, operator_actor, platform_company};
use crate::{App, AppError};

/// Letters and digits that are told apart in print: without 0, 1, I, O, l.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Characters of a token.
const TOKEN: usize = 10;
/// Characters of a secret: 32 of 57 are 186 bits.
const SECRET: usize = 32;
/// Characters of the callback key: encryption needs exactly 16 (D27).
const CALLBACK_KEY: usize = 16;

/// An application to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewApplication {
    /// Full name of the platform company it belongs to.
    pub company: String,
    /// Name people see.
    pub name: String,
    /// Where status callbacks go.
    pub callback_url: Option<String>,
    /// Rules of the request check.
    pub rules: RequestRules,
}

/// Makes an application with fresh credentials. The answer is the only time its secret is shown.
///
/// # Errors
/// `1005` for an empty name or an address that is none; `1801`; `1804` for a subsidiary, which has no applications.
pub async fn create_application(app: &App, new: NewApplication) -> Result<Application, AppError> {
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 {
        return Err(AppError::invalid("name", "1 to 100 characters are expected"));
    }
    if let Some(url) = &new.callback_url {
        check_callback_url("callback-url", url)?;
    }
    let mut transaction = app.store.begin("create_application");
    let owner = platform_company(&mut transaction, &new.company).await?;
    let made = Application {
        id: ApplicationId::new(app.next_id()),
        company_id: owner.id,
        name,
        token: random_text(app, TOKEN)?,
        secrets: vec![SecretText::new(random_text(app, SECRET)?)],
        enabled: true,
        callback: CallbackSettings {
            url: new.callback_url,
            encrypt: false,
            encrypt_type: EncryptType::AesEcb,
            secret_key: SecretText::new(random_text(app, CALLBACK_KEY)?),
            signature_in_form: false,
            webhook_secrets: vec![SecretText::new(random_text(app, SECRET)?)],
        },
        rules: new.rules,
        return_origins: Vec::new(),
        theme_color: None,
        sso: None,
        create_time: app.now(),
    };
    application::insert(&mut transaction, &made).await?;
    record(app, &mut transaction, &made, "APPLICATION_CREATE", json!({}));
    transaction.commit().await?;
    Ok(made)
}

/// Every application with its company, oldest first.
///
/// # Errors
/// Internal when the store fails.
pub async fn list_applications(app: &App) -> Result<Vec<(Application, Company)>, AppError> {
    let mut reader = app.store.read("list_applications");
    let mut found = Vec::new();
    for owner in company::list(&mut reader, Scope::System).await? {
        for application in application::list(&mut reader, owner.value.id).await? {
            found.push((application.value, owner.value.clone()));
        }
    }
    Ok(found)
}

/// Begins a rotation: answers the application with a second secret, the newest one, beside the one in use. Both work until
/// [`finish_rotation`].
///
/// # Errors
/// `1005` for an unknown token, or while a rotation is under way.
pub async fn begin_rotation(app: &App, token: &str) -> Result<Application, AppError> {
    let secret = SecretText::new(random_text(app, SECRET)?);
    change(
        app,
        token,
        "APPLICATION_ROTATE",
        json!({ "step": "begin" }),
        |application| {
            let begun = application.begin_rotation(secret);
            begun.map_err(|error| AppError::invalid("token", error.to_string()))
        },
    )
    .await
}

/// Ends a rotation: the older secret stops working with the next request, on every node.
///
/// # Errors
/// `1005` for an unknown token, or when no rotation is under way.
pub async fn finish_rotation(app: &App, token: &str) -> Result<Application, AppError> {
    change(
        app,
        token,
        "APPLICATION_ROTATE",
        json!({ "step": "finish" }),
        |application| {
            let finished = application.finish_rotation();
            finished.map_err(|error| AppError::invalid("token", error.to_string()))
        },
    )
    .await
}

/// What the operator changes about an application; absent = unchanged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplicationChange {
    /// Disabled applications are answered like unknown ones.
    pub enabled: Option<bool>,
    /// Refuse requests without a nonce.
    pub nonce_required: Option<bool>,
    /// Refuse MD5 signatures.
    pub md5_refused: Option<bool>,
    /// Refuse requests without `x-open-signature-v2`.
    pub signature_v2_required: Option<bool>,
    /// Accept clocks shifted by whole hours.
    pub whole_hour_shift: Option<bool>,
    /// Addresses or networks requests may come from; an empty list allows all.
    pub ip_list: Option<Vec<String>>,
    /// Areas it is confined to; an empty list allows all.
    pub areas: Option<Vec<Area>>,
    /// Origins a page may return to without asking.
    pub return_origins: Option<Vec<String>>,
    /// Single sign-on: its settings, or none any more.
    pub sso: Option<Option<SsoSettings>>,
}

/// Changes an application. It counts from the next request.
///
/// # Errors
/// `1005` for an unknown token.
pub async fn change_application(
    app: &App,
    token: &str,
    wanted: ApplicationChange,
) -> Result<Application, AppError> {
    let details = json!({ "enabled": wanted.enabled });
    change(app, token, "APPLICATION_CHANGE", details, |application| {
        let rules = &mut application.rules;
        let set = |place: &mut bool, wanted: Option<bool>| *place = wanted.unwrap_or(*place);
        set(&mut application.enabled, wanted.enabled);
        set(&mut rules.nonce_required, wanted.nonce_required);
        set(&mut rules.md5_refused, wanted.md5_refused);
        set(&mut rules.signature_v2_required, wanted.signature_v2_required);
        set(&mut rules.whole_hour_shift, wanted.whole_hour_shift);
        if let Some(list) = wanted.ip_list {
            rules.ip_list = list;
        }
        if let Some(areas) = wanted.areas {
            rules.areas = areas;
        }
        if let Some(origins) = wanted.return_origins {
            application.return_origins = origins;
        }
        if let Some(sso) = wanted.sso {
            application.sso = sso.map(checked_sso).transpose()?;
        }
        Ok(())
    })
    .await
}

/// Only web addresses; the guard of callbacks judges where they lead when they are called.
fn checked_sso(sso: SsoSettings) -> Result<SsoSettings, AppError> {
    check_callback_url("sso-login-url", &sso.login_url)?;
    check_callback_url("sso-verify-url", &sso.verify_url)?;
    if let Some(url) = &sso.logout_url {
        check_callback_url("sso-logout-url", url)?;
    }
    Ok(sso)
}

async fn change(
    app: &App,
    token: &str,
    kind: &'static str,
    details: Json,
    work: impl FnOnce(&mut Application) -> Result<(), AppError>,
) -> Result<Application, AppError> {
    let mut transaction = app.store.begin("change_application");
    let found = application::find_by_token(&mut transaction, token).await?;
    let Versioned { version, mut value } =
        found.ok_or_else(|| AppError::invalid("token", format!("there is no application {token}")))?;
    work(&mut value)?;
    let stored = Versioned { version, value };
    application::update(&mut transaction, &stored).await?;
    record(app, &mut transaction, &stored.value, kind, details);
    transaction.commit().await?;
    Ok(stored.value)
}

fn record(
    app: &App,
    transaction: &mut Transaction,
    application: &Application,
    kind: &'static str,
    details: Json,
) {
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(application.company_id),
        kind,
        subject: Some(application.id.get()),
        actor: operator_actor(),
        details,
    });
}

/// Random text of the alphabet: bytes that would make some characters likelier than others are thrown away.
fn random_text(app: &App, length: usize) -> Result<String, AppError> {
    let fair = 256 - 256 % ALPHABET.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        for byte in app.random_bytes::<64>()? {
            if usize::from(byte) < fair && text.len() < length {
                text.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
            }
        }
    }
    Ok(text)
}
