//! The page on which a person authorises a company, refuses, or withdraws.

use qishu_model::authorisation::{AuthMethod, AuthorisationStatus, PersonalAuthorisation};
use qishu_model::contact::ContactType;
use qishu_model::contract::IntentionConfirm;
use qishu_model::id::AuthorisationId;
use qishu_model::person_auth::{AuthMode, WantedMode};
use qishu_model::time::Timestamp;
use qishu_store::{
    Reader, Scope, Transaction, Versioned, application, authorisation, company, confirm, person, person_auth,
    sign_password,
};

use super::tell::{tell_granted, tell_withdrawn};
use super::{AuthPrefill, entry};
use crate::identity_page::{
    IdentityLink, IdentitySession, Subject, check_identity_code, send_identity_code, store_identity_link,
};
use crate::message::{CodePurpose, tell_authorised};
use crate::page::{CodeSent, PageOptions, judge_password};
use crate::person_auth::{NestedAuth, nested_auth_url};
use crate::{App, AppError};

/// A page that is returned to works as long as the first link.
const RETURN_MS: i64 = 30 * 60_000;
/// A face that was compared longer ago than this confirms nothing any more.
const FACE_MS: i64 = 15 * 60_000;

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorisationView {
    /// Company that may sign.
    pub company: String,
    /// Application that asks.
    pub application: String,
    /// What it is for.
    pub remark: String,
    /// Last day.
    pub until: Timestamp,
    /// The person may change it.
    pub until_modifiable: bool,
    /// Also for contracts in which the person is a party of their own.
    pub allow_personal_auto: bool,
    /// Where it stands.
    pub status: AuthorisationStatus,
    /// Contact of the person, masked.
    pub contact: String,
    /// Their real name, when it is known for sure; else authentication comes first.
    pub name: Option<String>,
    /// Ways to confirm.
    pub ways: Vec<IntentionConfirm>,
    /// A face was compared just now.
    pub face_done: bool,
}

/// How the person confirms.
#[derive(Debug, Clone)]
pub enum GrantConfirm {
    /// Code sent to the contact.
    Code(String),
    /// A face was compared just now.
    Face,
    /// Signing password.
    Password(String),
}

/// What the person answers.
#[derive(Debug, Clone)]
pub struct GrantAnswer {
    /// How it is confirmed; absent = the person refuses.
    pub confirm: Option<GrantConfirm>,
    /// Another last day, where it may be changed.
    pub until: Option<Timestamp>,
}

const fn subject(session: &IdentitySession) -> Result<AuthorisationId, AppError> {
    match session.subject {
        Subject::Authorisation(id) => Ok(id),
        _ => Err(AppError::SessionExpired),
    }
}

fn bound(id: AuthorisationId) -> String {
    format!("AUTHORISE {id}")
}

async fn load(
    reader: &mut Reader,
    id: AuthorisationId,
) -> Result<Versioned<PersonalAuthorisation>, AppError> {
    let found = authorisation::find(reader, id).await?;
    found.ok_or(AppError::SessionExpired)
}

/// What the page shows.
///
/// # Errors
/// [`AppError::SessionExpired`].
pub async fn authorisation_view(app: &App, session: &IdentitySession) -> Result<AuthorisationView, AppError> {
    let mut reader = app.store.read("authorisation_view");
    let asked = load(&mut reader, subject(session)?).await?.value;
    let company = company::find(&mut reader, Scope::System, asked.company_id).await?;
    let application = application::find(&mut reader, asked.application_id).await?;
    let known = person::find(&mut reader, asked.person_id).await?;
    let (Some(company), Some(application), Some(known)) = (company, application, known) else {
        return Err(AppError::SessionExpired);
    };
    let has_password = sign_password::find(&mut reader, asked.person_id).await?.is_some();
    let face_done = face_compared(app, &mut reader, &asked).await?;
    Ok(AuthorisationView {
        company: company.value.name,
        application: application.value.name,
        remark: asked.remark.clone().unwrap_or_default(),
        until: asked.until,
        until_modifiable: asked.until_modifiable,
        allow_personal_auto: asked.allow_personal_auto,
        status: asked.status(app.now()),
        contact: session.user.masked(),
        name: known.value.verified.then_some(known.value.name),
        ways: ways(app, &asked, session, has_password),
        face_done,
    })
}

/// Ways that satisfy the demand and can be had here, the preferred one first.
fn ways(
    app: &App,
    asked: &PersonalAuthorisation,
    session: &IdentitySession,
    has_password: bool,
) -> Vec<IntentionConfirm> {
    let code = match session.user.contact_type {
        ContactType::Email => IntentionConfirm::Email,
        _ => IntentionConfirm::Sms,
    };
    let method = asked.auth_method.unwrap_or(AuthMethod::Default);
    let mut ways = vec![code];
    if has_password {
        ways.push(IntentionConfirm::SignPwd);
    }
    if app.identity.face.is_some() {
        let first = matches!(method, AuthMethod::Face | AuthMethod::FaceDefault);
        ways.insert(if first { 0 } else { ways.len() }, IntentionConfirm::Face);
    }
    ways.retain(|way| method.is_met_by(*way));
    ways
}

/// Whether the person's face was compared for this authorisation just now.
async fn face_compared(
    app: &App,
    reader: &mut Reader,
    asked: &PersonalAuthorisation,
) -> Result<bool, AppError> {
    let since = app.now().plus_ms(-FACE_MS).max(asked.create_time());
    let all = person_auth::list_of_person(reader, asked.person_id).await?;
    let fresh = |auth: &Versioned<qishu_model::person_auth::PersonAuth>| {
        let face = |tried: &qishu_model::person_auth::AuthTry| {
            tried.passed && tried.mode == AuthMode::Face && tried.at >= since
        };
        auth.value.tries.iter().any(face)
    };
    Ok(all.iter().any(fresh))
}

/// A link to the authentication of the person, which comes back here: for somebody who is not known for sure, or to confirm by
/// face.
///
/// # Errors
/// `1002` when neither is needed.
pub async fn authorisation_auth_url(
    app: &App,
    session: &IdentitySession,
    face: bool,
) -> Result<String, AppError> {
    let mut transaction = app.store.begin("authorisation_auth_url");
    let asked = load(&mut transaction, subject(session)?).await?.value;
    let known = person::find(&mut transaction, asked.person_id).await?;
    let verified = known.is_some_and(|known| known.value.verified);
    if verified && !face {
        return Err(AppError::PermissionDenied {
            reason: "the person is authenticated already",
        });
    }
    let back = IdentityLink {
        subject: session.subject.clone(),
        user: session.user.clone(),
        options: session.options.clone(),
        prefill: session.prefill.clone(),
    };
    let back = store_identity_link(app, &mut transaction, &back, app.now().plus_ms(RETURN_MS)).await?;
    let prefill: AuthPrefill = session.prefill.as_deref().cloned().unwrap_or_default();
    let nested = NestedAuth {
        user: session.user.clone(),
        platform: asked.company_id,
        for_company: None,
        mode: if face {
            WantedMode::Only(AuthMode::Face)
        } else {
            prefill.mode
        },
        fresh: face,
        other_modes: if face { Vec::new() } else { prefill.other_modes },
        paper_type: prefill.paper_type,
        prefill: prefill.data,
        modify_fields: prefill.modify_fields,
        options: PageOptions {
            callback_page: Some(back),
            callback_trusted: true,
            ..session.options.clone()
        },
        actor: session.actor(),
    };
    let link = nested_auth_url(app, &mut transaction, nested).await?;
    transaction.commit().await?;
    Ok(link.url)
}

/// Sends the code that confirms an answer.
///
/// # Errors
/// [`AppError::TooOften`].
pub async fn send_authorisation_code(app: &App, session: &IdentitySession) -> Result<CodeSent, AppError> {
    let id = subject(session)?;
    send_identity_code(
        app,
        session,
        &session.user,
        &bound(id),
        CodePurpose::AuthoriseSign,
    )
    .await
}

/// Stores the person's answer.
///
/// # Errors
/// [`AppError::AuthRequired`]; `1005` for a deadline that may not be changed or has passed, and for a way that the demand does not
/// allow; [`AppError::CodeWrong`], [`AppError::CodeClosed`], [`AppError::PasswordWrong`], [`AppError::PasswordClosed`];
/// [`AppError::AuthOver`] when it was answered before.
pub async fn answer_authorisation(
    app: &App,
    session: &IdentitySession,
    answer: &GrantAnswer,
) -> Result<(), AppError> {
    let id = subject(session)?;
    let mut reader = app.store.read("answer_authorisation");
    let asked = load(&mut reader, id).await?.value;
    let known = person::find(&mut reader, asked.person_id).await?;
    let verified = known.is_some_and(|known| known.value.verified);
    drop(reader);
    if asked.status(app.now()) != AuthorisationStatus::Unauthorized {
        return Err(AppError::AuthOver);
    }
    let Some(confirm) = &answer.confirm else {
        return refuse(app, session, id).await;
    };
    if !verified {
        return Err(AppError::AuthRequired);
    }
    let until = deadline(app, &asked, answer.until)?;
    let (way, code) = judge(app, session, &asked, confirm).await?;
    let mut transaction = app.store.begin("grant_authorisation");
    if let Some(code) = &code {
        confirm::consume(&mut transaction, code).await?;
    }
    let mut stored = load(&mut transaction, id).await?;
    stored.value.until = until;
    stored.value = stored
        .value
        .granted(way, app.now())
        .map_err(|_| AppError::AuthOver)?;
    authorisation::update(&mut transaction, &stored).await?;
    transaction.record(entry(app, "PERSONAL_SIGN_GRANT", &stored.value, session.actor()));
    tell_granted(app, &mut transaction, &stored.value).await?;
    send_receipt(app, &mut transaction, session, &stored.value).await?;
    transaction.commit().await?;
    app.wake();
    Ok(())
}

fn deadline(
    app: &App,
    asked: &PersonalAuthorisation,
    wanted: Option<Timestamp>,
) -> Result<Timestamp, AppError> {
    match wanted {
        None => Ok(asked.until),
        Some(until) if until == asked.until => Ok(until),
        Some(_) if !asked.until_modifiable => {
            Err(AppError::invalid("until", "the deadline cannot be changed"))
        }
        Some(until) if until <= app.now() => Err(AppError::invalid("until", "that day has passed")),
        Some(until) => Ok(until),
    }
}

async fn judge(
    app: &App,
    session: &IdentitySession,
    asked: &PersonalAuthorisation,
    confirm: &GrantConfirm,
) -> Result<(IntentionConfirm, Option<confirm::Confirmation>), AppError> {
    let way = match confirm {
        GrantConfirm::Code(_) if session.user.contact_type == ContactType::Email => IntentionConfirm::Email,
        GrantConfirm::Code(_) => IntentionConfirm::Sms,
        GrantConfirm::Face => IntentionConfirm::Face,
        GrantConfirm::Password(_) => IntentionConfirm::SignPwd,
    };
    let method = asked.auth_method.unwrap_or(AuthMethod::Default);
    if !method.is_met_by(way) {
        let reason = format!("{} is demanded", method.name());
        return Err(AppError::invalid("confirm", reason));
    }
    match confirm {
        GrantConfirm::Code(code) => {
            let judged = check_identity_code(app, &session.user, &bound(asked.id), code).await?;
            Ok((way, Some(judged)))
        }
        GrantConfirm::Password(password) => {
            judge_password(app, asked.person_id, password).await?;
            Ok((way, None))
        }
        GrantConfirm::Face => {
            let mut reader = app.store.read("judge_face");
            if face_compared(app, &mut reader, asked).await? {
                Ok((way, None))
            } else {
                Err(AppError::AuthRequired)
            }
        }
    }
}

async fn refuse(app: &App, session: &IdentitySession, id: AuthorisationId) -> Result<(), AppError> {
    let mut transaction = app.store.begin("refuse_authorisation");
    let mut stored = load(&mut transaction, id).await?;
    stored.value = stored.value.refused(app.now()).map_err(|_| AppError::AuthOver)?;
    authorisation::update(&mut transaction, &stored).await?;
    transaction.record(entry(app, "PERSONAL_SIGN_REFUSE", &stored.value, session.actor()));
    Ok(transaction.commit().await?)
}

/// The person gets a link under which they can withdraw as long as the authorisation lasts.
async fn send_receipt(
    app: &App,
    transaction: &mut Transaction,
    session: &IdentitySession,
    granted: &PersonalAuthorisation,
) -> Result<(), AppError> {
    let link = IdentityLink {
        subject: session.subject.clone(),
        user: session.user.clone(),
        options: PageOptions {
            callback_page: None,
            ..session.options.clone()
        },
        prefill: None,
    };
    let url = store_identity_link(app, transaction, &link, granted.until).await?;
    let company = company::find(transaction, Scope::System, granted.company_id).await?;
    let name = company.map(|found| found.value.name).unwrap_or_default();
    tell_authorised(app, transaction, &session.user, &name, granted.until, &url).await
}

/// The person withdraws, confirmed with a code.
///
/// # Errors
/// [`AppError::AuthOver`] when it is not in force; [`AppError::CodeWrong`], [`AppError::CodeClosed`].
pub async fn withdraw_on_page(app: &App, session: &IdentitySession, code: &str) -> Result<(), AppError> {
    let id = subject(session)?;
    let mut reader = app.store.read("withdraw_on_page");
    let stored = load(&mut reader, id).await?;
    drop(reader);
    if !stored.value.is_in_force(app.now()) {
        return Err(AppError::AuthOver);
    }
    let confirmation = check_identity_code(app, &session.user, &bound(id), code).await?;
    let mut transaction = app.store.begin("withdraw_on_page");
    confirm::consume(&mut transaction, &confirmation).await?;
    let mut stored = load(&mut transaction, id).await?;
    stored.value.withdrawn = Some(app.now());
    authorisation::update(&mut transaction, &stored).await?;
    transaction.record(entry(
        app,
        "PERSONAL_SIGN_WITHDRAW",
        &stored.value,
        session.actor(),
    ));
    tell_withdrawn(app, &mut transaction, &stored.value).await?;
    transaction.commit().await?;
    app.wake();
    Ok(())
}
