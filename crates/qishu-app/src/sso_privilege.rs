//! 单点登录模块授权页面: `POST /v2/ssoprivilege/url` (11.1, D-31). An administrator of a company lets an application sign people
//! on to the modules.

use qishu_model::company::{Company, Role};
use qishu_model::contact::{ContactType, User};
use qishu_model::id::{ApplicationId, CompanyId};
use qishu_model::time::Timestamp;
use qishu_store::ledger::Entry;
use qishu_store::request_event::Notice;
use qishu_store::{Reader, Scope, Transaction, application, company, confirm, setting};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::company::{check_callback_url, find_employee};
use crate::contract::check_contact;
use crate::identity_page::{
    IdentityLink, IdentitySession, Subject, check_identity_code, page_options, send_identity_code,
    store_identity_link,
};
use crate::job::{RequestCallback, tell_request};
use crate::message::CodePurpose;
use crate::page::CodeSent;
use crate::{ApiCaller, App, AppError};

/// A link works for half an hour (D-31).
const LINK_MS: i64 = 30 * 60_000;

/// Modules that are opened.
pub const MODULES: [&str; 4] = ["SEAL", "TEMPLATE", "CONTRACT", "STATISTICS"];

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoAsked {
    /// Our number of the request.
    pub id: u64,
    /// Company that grants.
    pub company: CompanyId,
    /// Application that asks.
    pub application: ApplicationId,
    /// Where the answer is told.
    pub callback_url: Option<String>,
}

/// A request of an application.
#[derive(Debug, Clone)]
pub struct SsoPrivilegeRequest {
    /// Company by id; the id wins.
    pub company_id: Option<CompanyId>,
    /// Company by full name.
    pub company_name: Option<String>,
    /// Who opens the page.
    pub user: User,
    /// Where the page leads after success.
    pub success_url: Option<String>,
    /// Where the answer is told.
    pub callback_url: Option<String>,
    /// Colour.
    pub theme_color: Option<String>,
}

/// What a company granted an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SsoPrivilege {
    /// Who confirmed.
    pub user: User,
    /// When.
    pub at: Timestamp,
}

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoView {
    /// Company that grants.
    pub company: String,
    /// Application that asks.
    pub application: String,
    /// Contact of the person, masked.
    pub contact: String,
    /// Granted before.
    pub granted: bool,
    /// The person administers the company.
    pub may_grant: bool,
}

/// A link under which an administrator grants it.
///
/// # Errors
/// `1005` for a contact or address that is none; `1801`, `1802`.
pub async fn sso_privilege_url(
    app: &App,
    caller: &ApiCaller,
    request: SsoPrivilegeRequest,
) -> Result<String, AppError> {
    check_contact("user.contact", &request.user)?;
    if let Some(url) = &request.callback_url {
        check_callback_url("callbackUrl", url)?;
    }
    let options = page_options(caller, None, request.theme_color, request.success_url)?;
    let mut transaction = app.store.begin("sso_privilege_url");
    let company = granting(
        &mut transaction,
        caller,
        request.company_id,
        request.company_name.as_deref(),
    )
    .await?;
    let link = IdentityLink {
        subject: Subject::SsoPrivilege(Box::new(SsoAsked {
            id: app.next_id(),
            company: company.id,
            application: caller.application.id,
            callback_url: request.callback_url,
        })),
        user: request.user,
        options,
        prefill: None,
    };
    let url = store_identity_link(app, &mut transaction, &link, app.now().plus_ms(LINK_MS)).await?;
    transaction.commit().await?;
    Ok(url)
}

/// An own or subordinate company, by id or name; one that has nothing to do with the caller is answered by id like an unknown
/// one.
async fn granting(
    reader: &mut Reader,
    caller: &ApiCaller,
    id: Option<CompanyId>,
    name: Option<&str>,
) -> Result<Company, AppError> {
    let Some(id) = id else {
        return crate::company::acting_company(reader, caller, name).await;
    };
    let found = company::find(reader, Scope::Platform(caller.company.id), id).await?;
    found
        .map(|found| found.value)
        .ok_or_else(|| AppError::CompanyNotFound { name: id.to_string() })
}

fn subject(session: &IdentitySession) -> Result<&SsoAsked, AppError> {
    match &session.subject {
        Subject::SsoPrivilege(asked) => Ok(asked),
        _ => Err(AppError::SessionExpired),
    }
}

fn key(asked: &SsoAsked) -> String {
    format!("sso_privilege/{}/{}", asked.application, asked.company)
}

fn bound(asked: &SsoAsked) -> String {
    format!("SSO {}", asked.id)
}

async fn is_administrator(
    reader: &mut Reader,
    session: &IdentitySession,
    asked: &SsoAsked,
) -> Result<bool, AppError> {
    let employee = find_employee(reader, asked.company, &session.user).await?;
    Ok(employee.is_some_and(|employee| employee.has_role(Role::SystemAdmin)))
}

/// What the page shows.
///
/// # Errors
/// [`AppError::SessionExpired`].
pub async fn sso_view(app: &App, session: &IdentitySession) -> Result<SsoView, AppError> {
    let asked = subject(session)?;
    let mut reader = app.store.read("sso_view");
    let company = company::find(&mut reader, Scope::System, asked.company).await?;
    let application = application::find(&mut reader, asked.application).await?;
    let (Some(company), Some(application)) = (company, application) else {
        return Err(AppError::SessionExpired);
    };
    let granted = setting::find::<SsoPrivilege>(&mut reader, &key(asked)).await?;
    Ok(SsoView {
        company: company.value.name,
        application: application.value.name,
        contact: session.user.masked(),
        granted: granted.is_some(),
        may_grant: is_administrator(&mut reader, session, asked).await?,
    })
}

/// Sends the code that confirms it.
///
/// # Errors
/// [`AppError::TooOften`].
pub async fn send_sso_code(app: &App, session: &IdentitySession) -> Result<CodeSent, AppError> {
    let asked = subject(session)?;
    send_identity_code(
        app,
        session,
        &session.user,
        &bound(asked),
        CodePurpose::AuthoriseSso,
    )
    .await
}

/// Grants it, confirmed with a code.
///
/// # Errors
/// `1110` for somebody who does not administer the company; [`AppError::CodeWrong`], [`AppError::CodeClosed`].
pub async fn grant_sso(app: &App, session: &IdentitySession, code: &str) -> Result<(), AppError> {
    let asked = subject(session)?;
    let mut reader = app.store.read("grant_sso");
    if !is_administrator(&mut reader, session, asked).await? {
        return Err(AppError::NoViewPermission);
    }
    drop(reader);
    let confirmation = check_identity_code(app, &session.user, &bound(asked), code).await?;
    let mut transaction = app.store.begin("grant_sso");
    confirm::consume(&mut transaction, &confirmation).await?;
    let granted = SsoPrivilege {
        user: session.user.clone(),
        at: app.now(),
    };
    match setting::find::<SsoPrivilege>(&mut transaction, &key(asked)).await? {
        Some(mut known) => {
            known.value = granted;
            setting::update(&mut transaction, &key(asked), &known).await?;
        }
        None => setting::insert(&mut transaction, &key(asked), &granted).await?,
    }
    tell(app, &mut transaction, session, asked, "AUTHORIZED").await?;
    record(app, &mut transaction, session, asked, "SSO_PRIVILEGE_GRANT");
    transaction.commit().await?;
    app.wake();
    Ok(())
}

/// Refuses it; a grant of before stays.
///
/// # Errors
/// `1110` for somebody who does not administer the company.
pub async fn refuse_sso(app: &App, session: &IdentitySession) -> Result<(), AppError> {
    let asked = subject(session)?;
    let mut transaction = app.store.begin("refuse_sso");
    if !is_administrator(&mut transaction, session, asked).await? {
        return Err(AppError::NoViewPermission);
    }
    tell(app, &mut transaction, session, asked, "REFUSED").await?;
    record(app, &mut transaction, session, asked, "SSO_PRIVILEGE_REFUSE");
    transaction.commit().await?;
    app.wake();
    Ok(())
}

fn record(
    app: &App,
    transaction: &mut Transaction,
    session: &IdentitySession,
    asked: &SsoAsked,
    kind: &'static str,
) {
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(asked.company),
        kind,
        subject: Some(asked.application.get()),
        actor: session.actor(),
        details: json!({ "modules": MODULES }),
    });
}

async fn tell(
    app: &App,
    transaction: &mut Transaction,
    session: &IdentitySession,
    asked: &SsoAsked,
    status: &str,
) -> Result<(), AppError> {
    let Some(address) = asked.callback_url.clone() else {
        return Ok(());
    };
    let company = company::find(transaction, Scope::System, asked.company).await?;
    let company = company.ok_or_else(|| AppError::Internal(format!("company {} is gone", asked.company)))?;
    let user_type = match session.user.contact_type {
        ContactType::Email => "EMAIL",
        _ => "MOBILE",
    };
    let fields = [
        ("companyId", asked.company.to_string()),
        ("companyName", company.value.name),
        ("user", session.user.contact.clone()),
        ("userType", user_type.to_owned()),
        ("status", status.to_owned()),
    ];
    let notice = Notice {
        address,
        application_id: asked.application,
        fields: fields.map(|(name, value)| (name.to_owned(), value)).to_vec(),
    };
    let id = format!("sso-{}", asked.id);
    tell_request(app, transaction, RequestCallback::SsoPrivilege, id, notice).await
}
