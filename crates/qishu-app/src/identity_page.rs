//! Pages about who somebody is: links to them, and the session of a browser on one. What they are about is in
//! [`crate::person_auth`], [`crate::company_auth`], [`crate::authorisation`] and [`crate::sso_privilege`].

use qishu_model::contact::User;
use qishu_model::id::{AuthorisationId, CompanyAuthId, PersonAuthId};
use qishu_model::person_auth::OPEN_MS;
use qishu_model::time::Timestamp;
use qishu_store::Transaction;
use qishu_store::confirm::{self, Binding, Check, Confirmation};
use qishu_store::ledger::Actor;
use qishu_store::page::{self, PageLink, find_link, find_session, insert_link, insert_session, remove_link};
use serde::{Deserialize, Serialize};

use crate::authorisation::AuthPrefill;
use crate::message::{CodePurpose, code_purpose, remember_language};
use crate::page::{Client, CodeSent, PageOptions, check_callback_page, is_listed, issue, new_token};
use crate::sso_privilege::SsoAsked;
use crate::{ApiCaller, App, AppError, Language};

/// Purpose of the links of these pages.
const LINK_PURPOSE: &str = "IDENTITY";
/// A session that is not about an authentication of a person ends after this.
const SESSION_MS: i64 = 2 * 3_600_000;

/// What a page is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Subject {
    /// A personal-signature authorisation.
    Authorisation(AuthorisationId),
    /// The authentication of a company, for its applicant.
    Company(CompanyAuthId),
    /// The same, for the legal representative.
    LegalPerson(CompanyAuthId),
    /// The authentication of a person.
    Person(PersonAuthId),
    /// A module authorisation for single sign-on.
    SsoPrivilege(Box<SsoAsked>),
}

impl Subject {
    /// Name that the front end chooses its page by.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Authorisation(_) => "AUTHORISE",
            Self::Company(_) => "COMPANY_AUTH",
            Self::LegalPerson(_) => "LEGAL_PERSON",
            Self::Person(_) => "PERSON_AUTH",
            Self::SsoPrivilege(_) => "SSO_PRIVILEGE",
        }
    }
}

/// What a link is bound to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IdentityLink {
    pub(crate) subject: Subject,
    /// Whom it is for.
    pub(crate) user: User,
    pub(crate) options: PageOptions,
    /// What an authentication on the way is filled in with.
    #[serde(default)]
    pub(crate) prefill: Option<Box<AuthPrefill>>,
}

/// A browser on such a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentitySession {
    /// What it is about.
    pub subject: Subject,
    /// Whom the link was for.
    pub user: User,
    /// Looks, and where to go afterwards.
    pub options: PageOptions,
    /// What an authentication on the way is filled in with.
    #[serde(default)]
    pub prefill: Option<Box<AuthPrefill>>,
    /// Network address it was opened from.
    pub address: Option<String>,
    /// Browser it was opened with.
    pub browser: Option<String>,
}

impl IdentitySession {
    /// The person as the log names them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            user_id: None,
            name: self.user.name.clone(),
            contact: Some(self.user.contact.clone()),
            address: self.address.clone(),
            client: Some("H5".to_owned()),
            browser: self.browser.clone(),
        }
    }
}

/// A fresh session and its token.
#[derive(Debug, Clone)]
pub struct OpenedIdentity {
    /// The session.
    pub session: IdentitySession,
    /// Its token.
    pub token: String,
}

/// Looks of a page that an application asked for.
///
/// # Errors
/// `1005` for a return page that is no web address.
pub(crate) fn page_options(
    caller: &ApiCaller,
    lang: Option<String>,
    theme_color: Option<String>,
    callback_page: Option<String>,
) -> Result<PageOptions, AppError> {
    check_callback_page(callback_page.as_deref())?;
    Ok(PageOptions {
        lang: lang.or_else(|| Some(caller.language.name().to_owned())),
        theme_color: theme_color.or_else(|| caller.application.theme_color.clone()),
        callback_trusted: is_listed(&caller.application.return_origins, callback_page.as_deref()),
        callback_page,
        ..PageOptions::default()
    })
}

/// Stores a link and answers its address.
///
/// # Errors
/// Internal when the store or the source of chance fails.
pub(crate) async fn store_identity_link(
    app: &App,
    transaction: &mut Transaction,
    link: &IdentityLink,
    expire: Timestamp,
) -> Result<String, AppError> {
    let token = new_token(app)?;
    let data = serde_json::to_value(link).map_err(|error| AppError::internal("link", error))?;
    let stored = PageLink {
        purpose: LINK_PURPOSE.to_owned(),
        contract_id: None,
        expire,
        data,
    };
    insert_link(transaction, &token, &stored).await?;
    Ok(format!("{}/s/{token}", app.settings.base_url))
}

/// Trades a link for a session. A link to the authentication of a person works once (8.1): of several who open it at once one
/// gets in. It is the page's script that opens it, so that scanners which only fetch the page burn nothing (D-52).
///
/// # Errors
/// [`AppError::LinkExpired`] for unknown, used and expired links alike.
pub async fn open_identity_link(app: &App, token: &str, client: Client) -> Result<OpenedIdentity, AppError> {
    let now = app.now();
    let mut transaction = app.store.begin("open_identity_link");
    let link = find_link(&mut transaction, token, now).await?;
    let link = link
        .filter(|link| link.purpose == LINK_PURPOSE)
        .ok_or(AppError::LinkExpired)?;
    let data: IdentityLink =
        serde_json::from_value(link.data).map_err(|error| AppError::internal("link", error))?;
    let session = IdentitySession {
        subject: data.subject,
        user: data.user,
        options: data.options,
        prefill: data.prefill,
        address: client.address,
        browser: client.browser,
    };
    let mut expire = now.plus_ms(SESSION_MS);
    match &session.subject {
        Subject::Person(id) => {
            if !remove_link(&mut transaction, token).await? {
                return Err(AppError::LinkExpired);
            }
            crate::person_auth::opened(app, &mut transaction, *id, &session).await?;
            expire = now.plus_ms(OPEN_MS);
        }
        Subject::Company(id) => {
            crate::company_auth::opened(app, &mut transaction, *id, &session).await?;
        }
        Subject::Authorisation(_) | Subject::LegalPerson(_) | Subject::SsoPrivilege(_) => {}
    }
    let token = new_token(app)?;
    let stored = page::PageSession {
        contract_id: None,
        expire,
        data: serde_json::to_value(&session).map_err(|error| AppError::internal("session", error))?,
    };
    insert_session(&mut transaction, &token, &stored).await?;
    transaction.commit().await?;
    app.wake();
    Ok(OpenedIdentity { session, token })
}

/// The session of a token.
///
/// # Errors
/// [`AppError::SessionExpired`] for unknown and ended ones, and those of other pages.
pub async fn resume_identity(app: &App, token: &str) -> Result<IdentitySession, AppError> {
    let found = find_session(&mut app.store.read("resume_identity"), token, app.now()).await?;
    let found = found
        .filter(|session| session.contract_id.is_none())
        .ok_or(AppError::SessionExpired)?;
    serde_json::from_value(found.data).map_err(|_| AppError::SessionExpired)
}

/// Sends a code that proves a contact, good for one thing only.
///
/// # Errors
/// [`AppError::TooOften`].
pub(crate) async fn send_identity_code(
    app: &App,
    session: &IdentitySession,
    receiver: &User,
    bound: &str,
    purpose: CodePurpose<'_>,
) -> Result<CodeSent, AppError> {
    let contact = receiver.normalised();
    let binding = identity_binding(&contact, bound);
    let language = Language::from_name(session.options.lang.as_deref().unwrap_or_default());
    remember_language(app, receiver, language).await?;
    let words = code_purpose(language, purpose);
    issue(app, session.address.as_deref(), receiver, &binding, &words).await
}

/// Judges such a code; it is used up in the transaction that follows from it.
///
/// # Errors
/// [`AppError::CodeWrong`], [`AppError::CodeClosed`].
pub(crate) async fn check_identity_code(
    app: &App,
    receiver: &User,
    bound: &str,
    code: &str,
) -> Result<Confirmation, AppError> {
    let contact = receiver.normalised();
    match confirm::check(&app.store, &identity_binding(&contact, bound), code, app.now()).await? {
        Check::Right(confirmation) => Ok(confirmation),
        Check::Wrong { left } => Err(AppError::CodeWrong { left }),
        Check::Closed => Err(AppError::CodeClosed),
    }
}

const fn identity_binding<'a>(contact: &'a str, bound: &'a str) -> Binding<'a> {
    Binding {
        contract: None,
        contact,
        purpose: bound,
        revision: "",
    }
}
