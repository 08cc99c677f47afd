//! 个人签名授权: what persons allow companies, granted and withdrawn (D-48, 11.2 to 11.4).

mod ask;
mod page;
mod query;
mod tell;

pub use ask::{AskAuthorisation, AuthPrefill, authorisation_url};
pub use page::{
    AuthorisationView, GrantAnswer, GrantConfirm, answer_authorisation, authorisation_auth_url,
    authorisation_view, send_authorisation_code, withdraw_on_page,
};
pub use query::{AuthorisationRow, deauthorize, list_authorisations};
pub(crate) use tell::tell_withdrawn;

use qishu_model::authorisation::PersonalAuthorisation;
use qishu_model::contract::IntentionConfirm;
use qishu_model::id::{ApplicationId, AuthorisationId, CompanyId, PersonId};
use qishu_model::time::Timestamp;
use qishu_store::ledger::{Actor, Entry};
use qishu_store::{Reader, authorisation};
use serde_json::json;

use crate::{App, AppError};

/// What a person allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Who.
    pub person: PersonId,
    /// Which company may sign.
    pub company: CompanyId,
    /// Application that asked for it.
    pub application: ApplicationId,
    /// What it is for, as the person was told.
    pub remark: Option<String>,
    /// Also for contracts in which the person is a party of their own.
    pub allow_personal_auto: bool,
    /// Last moment.
    pub until: Timestamp,
}

/// Grants an authorisation. Whoever calls this has the person's confirmed will.
///
/// # Errors
/// `1005` when it would have lapsed already.
pub async fn grant_personal_sign(
    app: &App,
    grant: Grant,
    actor: Actor,
) -> Result<PersonalAuthorisation, AppError> {
    let now = app.now();
    if grant.until <= now {
        return Err(AppError::invalid("authDeadline", "later than now is expected"));
    }
    let granted = PersonalAuthorisation {
        id: AuthorisationId::new(app.next_id()),
        person_id: grant.person,
        company_id: grant.company,
        application_id: grant.application,
        user: None,
        remark: grant.remark,
        auth_method: None,
        confirmed: Some(IntentionConfirm::Authorized),
        until_modifiable: false,
        callback_url: None,
        allow_personal_auto: grant.allow_personal_auto,
        until: grant.until,
        requested: Some(now),
        granted: Some(now),
        refused: None,
        withdrawn: None,
    };
    let mut transaction = app.store.begin("grant_personal_sign");
    authorisation::insert(&mut transaction, &granted).await?;
    transaction.record(entry(app, "PERSONAL_SIGN_GRANT", &granted, actor));
    transaction.commit().await?;
    Ok(granted)
}

/// Withdraws everything a person allowed a company; answers what was in force and is not any more, empty when nothing was.
///
/// # Errors
/// [`AppError::Busy`] when somebody else withdrew it at the same time.
pub async fn withdraw_personal_sign(
    app: &App,
    person: PersonId,
    company: CompanyId,
    actor: Actor,
) -> Result<Vec<PersonalAuthorisation>, AppError> {
    let now = app.now();
    let mut transaction = app.store.begin("withdraw_personal_sign");
    let mut withdrawn = Vec::new();
    for mut found in authorisation::list(&mut transaction, person, company).await? {
        if !found.value.is_in_force(now) {
            continue;
        }
        found.value.withdrawn = Some(now);
        authorisation::update(&mut transaction, &found).await?;
        transaction.record(entry(app, "PERSONAL_SIGN_WITHDRAW", &found.value, actor.clone()));
        tell_withdrawn(app, &mut transaction, &found.value).await?;
        withdrawn.push(found.value);
    }
    transaction.commit().await?;
    app.wake();
    Ok(withdrawn)
}

/// What a person allows a company now.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn in_force(
    reader: &mut Reader,
    person: PersonId,
    company: CompanyId,
    now: Timestamp,
) -> Result<Vec<PersonalAuthorisation>, AppError> {
    let all = authorisation::list(reader, person, company).await?;
    let all = all.into_iter().map(|found| found.value);
    Ok(all.filter(|one| one.is_in_force(now)).collect())
}

fn entry(app: &App, kind: &'static str, authorisation: &PersonalAuthorisation, actor: Actor) -> Entry {
    Entry {
        at: app.now(),
        tenant: Some(authorisation.company_id),
        kind,
        subject: Some(authorisation.id.get()),
        actor,
        details: json!({ "person": authorisation.person_id, "until": authorisation.until }),
    }
}
