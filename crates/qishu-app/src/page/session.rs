//! Opening a link trades it for a session of one browser.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qishu_model::contact::{ContactType, User};
use qishu_model::contract::Contract;
use qishu_model::id::{ApplicationId, ContractId};
use qishu_store::Reader;
use qishu_store::confirm::{self, Binding, Check};
use qishu_store::ledger::Actor;
use qishu_store::page::{self, find_link, find_session, insert_session};
use serde::{Deserialize, Serialize};

use super::link::{AppointOptions, LinkData, PageOptions, concerns};
use super::take_up::take_up;
use crate::contract::load_contract;
use crate::{App, AppError, Language};

/// A session ends after this time, whatever its link says.
const SESSION_MS: i64 = 2 * 3_600_000;

/// What a link or session is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Purpose {
    /// Prepare a draft.
    Appoint,
    /// Log in first.
    LogIn,
    /// Sign, and everything that goes with it.
    Sign,
    /// Look.
    View,
}

impl Purpose {
    /// Stored and shown name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Appoint => "APPOINT",
            Self::LogIn => "LOG_IN",
            Self::Sign => "SIGN",
            Self::View => "VIEW",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Appoint, Self::LogIn, Self::Sign, Self::View]
            .into_iter()
            .find(|purpose| purpose.name() == name)
    }
}

/// A browser on a page of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageSession {
    /// What it is good for.
    pub purpose: Purpose,
    /// Contract.
    pub contract: ContractId,
    /// Who it is; absent on view links. While logging in: who it has to be.
    pub user: Option<User>,
    /// Looks.
    pub options: PageOptions,
    /// Network address it was opened from.
    pub address: Option<String>,
    /// Browser it was opened with.
    pub browser: Option<String>,
    /// Application through whose proxy the page talks; its tickets are good for nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<ApplicationId>,
}

impl PageSession {
    /// The person as the log names them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            user_id: None,
            name: self.user.as_ref().and_then(|user| user.name.clone()),
            contact: self.user.as_ref().map(|user| user.contact.clone()),
            address: self.address.clone(),
            client: Some("H5".to_owned()),
            browser: self.browser.clone(),
        }
    }

    /// The person; only sessions of a person may act.
    ///
    /// # Errors
    /// `1110` for a view link.
    pub fn person(&self) -> Result<&User, AppError> {
        match (&self.user, self.purpose) {
            (Some(user), Purpose::Sign) => Ok(user),
            _ => Err(AppError::NoViewPermission),
        }
    }
}

impl PageSession {
    /// Language of the page.
    #[must_use]
    pub fn language(&self) -> Language {
        Language::from_name(self.options.lang.as_deref().unwrap_or_default())
    }

    /// What a page for preparing a draft offers; only sessions of one may change the draft.
    ///
    /// # Errors
    /// `1110` for any other link.
    pub fn drafting(&self) -> Result<AppointOptions, AppError> {
        match (self.options.appoint, self.purpose) {
            (Some(options), Purpose::Appoint) => Ok(options),
            _ => Err(AppError::NoViewPermission),
        }
    }
}

/// A fresh session and its token.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The session.
    pub session: PageSession,
    /// Its token: a cookie, or kept by the page's script.
    pub token: String,
}

/// Trades a link for a session.
///
/// # Errors
/// [`AppError::LinkExpired`] for unknown, expired and foreign links alike.
pub async fn open_link(
    app: &App,
    token: &str,
    address: Option<String>,
    browser: Option<String>,
) -> Result<Opened, AppError> {
    let mut transaction = app.store.begin("open_link");
    let link = find_link(&mut transaction, token, app.now())
        .await?
        .ok_or(AppError::LinkExpired)?;
    let purpose = Purpose::from_name(&link.purpose).ok_or(AppError::LinkExpired)?;
    let contract = link.contract_id.ok_or(AppError::LinkExpired)?;
    let data: LinkData =
        serde_json::from_value(link.data).map_err(|error| AppError::internal("link", error))?;
    load_contract(&mut transaction, contract)
        .await
        .map_err(|_| AppError::LinkExpired)?;
    let session = PageSession {
        purpose,
        contract,
        user: data.user,
        options: data.options,
        address,
        browser,
        application: None,
    };
    let token = store_session(app, &mut transaction, &session).await?;
    transaction.commit().await?;
    take_up(app, &session).await?;
    Ok(Opened { session, token })
}

/// Stores a session and answers its token.
///
/// # Errors
/// Internal when the store or the source of chance fails.
pub(crate) async fn store_session(
    app: &App,
    transaction: &mut qishu_store::Transaction,
    session: &PageSession,
) -> Result<String, AppError> {
    let token = URL_SAFE_NO_PAD.encode(app.random_bytes::<32>()?);
    let data = serde_json::to_value(session).map_err(|error| AppError::internal("session", error))?;
    let expire = app.now().plus_ms(SESSION_MS);
    insert_session(
        transaction,
        &token,
        &page::PageSession {
            contract_id: Some(session.contract),
            expire,
            data,
        },
    )
    .await?;
    Ok(token)
}

/// The person of a session must still have to do with the contract: who was replaced as its receiver has not (4.8).
///
/// # Errors
/// `1110`.
pub(super) async fn require_concern(
    reader: &mut Reader,
    contract: &Contract,
    session: &PageSession,
) -> Result<(), AppError> {
    match &session.user {
        Some(user) if !concerns(reader, contract, user).await? => Err(AppError::NoViewPermission),
        _ => Ok(()),
    }
}

/// The session of a token that our own page holds.
///
/// # Errors
/// [`AppError::SessionExpired`] for unknown and ended ones, and for those of embedded pages: they go through their proxy.
pub async fn resume(app: &App, token: &str) -> Result<PageSession, AppError> {
    let session = find(app, token).await?;
    if session.application.is_none() {
        Ok(session)
    } else {
        Err(AppError::SessionExpired)
    }
}

pub(super) async fn find(app: &App, token: &str) -> Result<PageSession, AppError> {
    let found = find_session(&mut app.store.read("resume_session"), token, app.now()).await?;
    // Sessions of other pages concern no contract.
    let found = found
        .filter(|session| session.contract_id.is_some())
        .ok_or(AppError::SessionExpired)?;
    serde_json::from_value(found.data).map_err(|error| AppError::internal("session", error))
}

/// Logs in with a code sent to `contact`; the session is traded for one that may sign.
///
/// # Errors
/// [`AppError::CodeWrong`], [`AppError::CodeClosed`]; `1110` when the contract does not concern the person.
pub async fn log_in(app: &App, token: &str, contact: &str, code: &str) -> Result<Opened, AppError> {
    let session = resume(app, token).await?;
    let user = log_in_user(&session, contact)?;
    let binding = log_in_binding(&session, &user.1);
    let confirmation = match confirm::check(&app.store, &binding, code, app.now()).await? {
        Check::Right(confirmation) => confirmation,
        Check::Wrong { left } => return Err(AppError::CodeWrong { left }),
        Check::Closed => return Err(AppError::CodeClosed),
    };
    let mut transaction = app.store.begin("log_in");
    confirm::consume(&mut transaction, &confirmation).await?;
    let contract = load_contract(&mut transaction, session.contract).await?.value;
    if !concerns(&mut transaction, &contract, &user.0).await? {
        return Err(AppError::NoViewPermission);
    }
    let opened = PageSession {
        purpose: Purpose::Sign,
        user: Some(user.0),
        ..session
    };
    let new_token = store_session(app, &mut transaction, &opened).await?;
    page::remove_session(&mut transaction, token).await?;
    transaction.commit().await?;
    take_up(app, &opened).await?;
    Ok(Opened {
        session: opened,
        token: new_token,
    })
}

/// The person who logs in, with the normal form of the contact. A link made for somebody lets nobody else in.
pub(super) fn log_in_user(session: &PageSession, contact: &str) -> Result<(User, String), AppError> {
    if session.purpose != Purpose::LogIn {
        return Err(AppError::SessionExpired);
    }
    let contact = contact.trim().to_owned();
    let given = User {
        name: None,
        contact_type: ContactType::guess(&contact),
        contact,
    };
    let user = match &session.user {
        Some(user) if user.same_contact(&given) => user.clone(),
        Some(_) => return Err(AppError::NoViewPermission),
        None => given,
    };
    let normalised = user.normalised();
    Ok((user, normalised))
}

pub(super) fn log_in_binding<'a>(session: &PageSession, contact: &'a str) -> Binding<'a> {
    Binding {
        contract: Some(session.contract),
        contact,
        purpose: "LOG_IN",
        revision: "",
    }
}

/// Where the browser may go after signing: only web addresses ever get into a session.
#[must_use]
pub fn return_page(session: &PageSession) -> Option<&str> {
    session.options.callback_page.as_deref()
}
