//! 个人签名授权页面: `POST /v2/personalsign/authurl`.

use qishu_model::authorisation::{AuthMethod, PersonalAuthorisation};
use qishu_model::contact::User;
use qishu_model::contract::ModifyField;
use qishu_model::id::AuthorisationId;
use qishu_model::person_auth::{AuthMode, PaperType, PersonData, WantedMode};
use qishu_model::time::Timestamp;
use qishu_store::authorisation;
use serde::{Deserialize, Serialize};

use super::entry;
use crate::company::{acting_company, check_callback_url};
use crate::contract::check_contact;
use crate::employee::known_person;
use crate::identity_page::{IdentityLink, Subject, page_options, store_identity_link};
use crate::{ApiCaller, App, AppError};

/// A link works for half an hour, like those of other pages.
const LINK_MS: i64 = 30 * 60_000;

/// Prefill for a person who is not known for sure yet (2.13).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuthPrefill {
    /// Method demanded.
    pub mode: WantedMode,
    /// Methods offered after a failure.
    pub other_modes: Vec<AuthMode>,
    /// Kind of document.
    pub paper_type: PaperType,
    /// What is filled in.
    pub data: PersonData,
    /// What of it may be changed.
    pub modify_fields: Vec<ModifyField>,
}

/// What an application asks a person for.
#[derive(Debug, Clone)]
pub struct AskAuthorisation {
    /// Whom.
    pub user: User,
    /// Last moment.
    pub until: Timestamp,
    /// What it is for.
    pub remark: String,
    /// Where it is told.
    pub callback_url: Option<String>,
    /// Where the page leads afterwards.
    pub callback_page: Option<String>,
    /// Company that may sign; absent = platform company.
    pub tenant_name: Option<String>,
    /// How it has to be confirmed.
    pub auth_method: Option<AuthMethod>,
    /// Prefill.
    pub prefill: Option<AuthPrefill>,
    /// Colour.
    pub theme_color: Option<String>,
    /// Also for contracts in which the person is a party of their own.
    pub allow_personal_auto: bool,
    /// The person may change the deadline.
    pub until_modifiable: bool,
}

/// A link under which a person authorises a company. Each call makes a record of its own.
///
/// # Errors
/// `1005` for a contact or address that is none and a deadline that has passed; `1801`, `1802`.
pub async fn authorisation_url(
    app: &App,
    caller: &ApiCaller,
    ask: AskAuthorisation,
) -> Result<String, AppError> {
    check_contact("user.contact", &ask.user)?;
    if let Some(url) = &ask.callback_url {
        check_callback_url("callbackUrl", url)?;
    }
    let now = app.now();
    if ask.until <= now {
        return Err(AppError::invalid(
            "authDeadline",
            "a day that has not passed is expected",
        ));
    }
    let options = page_options(caller, None, ask.theme_color, ask.callback_page)?;
    let mut transaction = app.store.begin("authorisation_url");
    let company = acting_company(&mut transaction, caller, ask.tenant_name.as_deref()).await?;
    let person = known_person(app, &mut transaction, &ask.user).await?;
    let asked = PersonalAuthorisation {
        id: AuthorisationId::new(app.next_id()),
        person_id: person.id,
        company_id: company.id,
        application_id: caller.application.id,
        user: Some(ask.user.clone()),
        remark: Some(ask.remark),
        auth_method: ask.auth_method,
        confirmed: None,
        until_modifiable: ask.until_modifiable,
        callback_url: ask.callback_url,
        allow_personal_auto: ask.allow_personal_auto,
        until: ask.until,
        requested: Some(now),
        granted: None,
        refused: None,
        withdrawn: None,
    };
    authorisation::insert(&mut transaction, &asked).await?;
    transaction.record(entry(app, "PERSONAL_SIGN_ASK", &asked, caller.actor()));
    let link = IdentityLink {
        subject: Subject::Authorisation(asked.id),
        user: ask.user,
        options,
        prefill: ask.prefill.map(Box::new),
    };
    let url = store_identity_link(app, &mut transaction, &link, now.plus_ms(LINK_MS)).await?;
    transaction.commit().await?;
    Ok(url)
}
