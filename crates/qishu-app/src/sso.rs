//! Single sign-on (chapter 6 of the protocol, D33 to D36): people come from an integrator's system with a ticket, and are on
//! the wanted page without another log-in.
//!
//! A ticket is used once, is verified where the operator said, and opens nothing that a link for the same person would not.

mod answer;
mod leave;

use qishu_model::application::{Application, SsoMode, SsoSettings};
use qishu_model::contact::{ContactType, User};
use qishu_model::id::{CompanyId, ContractId};
use qishu_store::page::{PageLink, insert_link};
use qishu_store::{Reader, Scope, application, company, contract};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use url::Url;

use self::answer::{Holder, holder};
use crate::company::find_employee;
use crate::page::{
    Opened, PageOptions, PageSession, Purpose, concerns, is_listed, require_sent, store_session, take_up,
};
use crate::request_guard::note_request;
use crate::{App, AppError, Language};

pub use leave::{Ending, end_by_ticket, log_out};

/// Purpose of the row that leads from a ticket to its session.
const SSO_SESSION: &str = "SSO_SESSION";
/// Clients should handle tickets of 256 characters (CAS 3.0, 3.1.1).
const MOST_TICKET: usize = 256;
/// Tickets are valid for minutes; a day later nobody accepts them anyway.
const REMEMBER_MS: i64 = 24 * 3_600_000;
/// As long as a session lasts.
const SESSION_MS: i64 = 2 * 3_600_000;

/// Where somebody wants to go (`pageType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SsoPage {
    /// One contract: `CONTRACT_DETAIL_PAGE`.
    Contract(ContractId),
    /// A page of the console, which does not open by sign-on.
    Console,
}

/// Somebody at the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoEntry {
    /// Minted by the integrator.
    pub ticket: String,
    /// Where to.
    pub page: SsoPage,
    /// Act for this company; absent = as a person.
    pub company: Option<CompanyId>,
    /// Page to return to after signing.
    pub return_url: Option<String>,
    /// The gateway's own address without the ticket: what the ticket was minted for.
    pub service: String,
    /// Language of the browser.
    pub language: Language,
    /// Network address.
    pub address: Option<String>,
    /// Browser.
    pub browser: Option<String>,
}

/// What the gateway answers.
#[derive(Debug, Clone)]
pub enum Entered {
    /// The page is open.
    Opened(Box<Opened>),
    /// The ticket is not good: log in there.
    LogIn(String),
}

/// Lets somebody in.
///
/// # Errors
/// [`AppError::NotConfigured`] where no application offers it; `1005` for a return address that is not listed; `1110` for people
/// whom contract or company do not concern; [`AppError::Busy`] while the integrator's server does not answer.
pub async fn enter(app: &App, entry: SsoEntry) -> Result<Entered, AppError> {
    let (application, settings) = chosen(app, &entry).await?;
    let listed = |url: &String| is_listed(&application.return_origins, Some(url));
    if entry.return_url.as_ref().is_some_and(|url| !listed(url)) {
        return Err(AppError::invalid("signReturnUrl", "its origin is not listed"));
    }
    let log_in = Entered::LogIn(settings.login_url.clone());
    let fits =
        (1..=MOST_TICKET).contains(&entry.ticket.len()) && entry.ticket.bytes().all(|b| b.is_ascii_graphic());
    if !fits || !first_use(app, &application, &entry.ticket).await? {
        return Ok(log_in);
    }
    let Some(found) = verify(app, &settings, &entry).await? else {
        return Ok(log_in);
    };
    let opened = open(app, &application, entry, found).await?;
    Ok(Entered::Opened(Box::new(opened)))
}

/// The application whose people come: that of the contract or company, else the only one that offers it.
async fn chosen(app: &App, entry: &SsoEntry) -> Result<(Application, SsoSettings), AppError> {
    let mut reader = app.store.read("sso_application");
    let offering = offering(&mut reader).await?;
    let platform = match (entry.page, entry.company) {
        (SsoPage::Contract(id), _) => {
            let found = contract::find(&mut reader, Scope::System, id).await?;
            found.map(|found| found.value.company_id)
        }
        (SsoPage::Console, company) => company,
    };
    let platform = match platform {
        Some(id) => {
            let found = company::find(&mut reader, Scope::System, id).await?;
            found.map(|found| found.value.parent.unwrap_or(found.value.id))
        }
        None => None,
    };
    let only = offering.len() == 1;
    let mut fitting = offering
        .into_iter()
        .filter(|(application, _)| only || Some(application.company_id) == platform);
    fitting.next().ok_or(AppError::NotConfigured("single sign-on"))
}

/// Every enabled application that offers sign-on, oldest first.
async fn offering(reader: &mut Reader) -> Result<Vec<(Application, SsoSettings)>, AppError> {
    let mut found = Vec::new();
    for owner in company::list(reader, Scope::System).await? {
        for known in application::list(reader, owner.value.id).await? {
            let settings = known.value.sso.clone().filter(|_| known.value.enabled);
            found.extend(settings.map(|settings| (known.value, settings)));
        }
    }
    Ok(found)
}

/// Whether a ticket was never tried before, whatever became of it then.
async fn first_use(app: &App, application: &Application, ticket: &str) -> Result<bool, AppError> {
    let mut key = Sha256::new();
    key.update(b"sso ticket ");
    key.update(application.id.get().to_be_bytes());
    key.update(ticket.as_bytes());
    note_request(app, &key.finalize(), REMEMBER_MS).await
}

/// Asks the integrator's server who holds the ticket (D35): posted, and where that is not known, in the query.
async fn verify(app: &App, settings: &SsoSettings, entry: &SsoEntry) -> Result<Option<Holder>, AppError> {
    let url = verify_url(settings)?;
    let parameters = [
        ("ticket", entry.ticket.as_str()),
        ("service", entry.service.as_str()),
    ];
    for get in [false, true] {
        let asked = app.deliverer.ask(&url, &parameters, get).await;
        let asked = asked.map_err(|error| {
            tracing::warn!(%error, "the server that verifies sign-on tickets does not answer");
            AppError::Busy
        })?;
        match asked.status {
            404 | 405 if !get => {}
            200..=299 => return Ok(holder(&asked.body)),
            500..=599 => {
                tracing::warn!(
                    status = asked.status,
                    "the server that verifies sign-on tickets fails"
                );
                return Err(AppError::Busy);
            }
            _ => return Ok(None),
        }
    }
    Ok(None)
}

/// The address of the verification; that of a CAS server may be given without the path of its protocol.
fn verify_url(settings: &SsoSettings) -> Result<Url, AppError> {
    let text = settings.verify_url.trim_end_matches('/');
    let path = match settings.mode {
        SsoMode::Vendor => "",
        _ if text.to_ascii_lowercase().ends_with("validate") => "",
        SsoMode::Cas2 => "/serviceValidate",
        SsoMode::Cas3 => "/p3/serviceValidate",
    };
    Url::parse(&format!("{text}{path}")).map_err(|_| AppError::NotConfigured("single sign-on"))
}

async fn open(
    app: &App,
    application: &Application,
    entry: SsoEntry,
    found: Holder,
) -> Result<Opened, AppError> {
    let SsoPage::Contract(id) = entry.page else {
        return Err(AppError::PermissionDenied {
            reason: "this page does not open by sign-on",
        });
    };
    let user = User {
        name: found.name,
        contact_type: ContactType::guess(&found.contact),
        contact: found.contact,
    };
    let mut transaction = app.store.begin("sso_open");
    let own = Scope::Platform(application.company_id);
    let contract = contract::find(&mut transaction, own, id).await?;
    let contract = contract.ok_or(AppError::NoViewPermission)?.value;
    require_sent(&contract).map_err(|_| AppError::NoViewPermission)?;
    if !concerns(&mut transaction, &contract, &user).await? {
        return Err(AppError::NoViewPermission);
    }
    if let Some(company) = entry.company {
        let member = find_employee(&mut transaction, company, &user).await?;
        member.ok_or(AppError::NoViewPermission)?;
    }
    let session = PageSession {
        purpose: Purpose::Sign,
        contract: contract.id,
        user: Some(user),
        options: PageOptions {
            lang: Some(entry.language.name().to_owned()),
            theme_color: application.theme_color.clone(),
            callback_trusted: entry.return_url.is_some(),
            callback_page: entry.return_url,
            download: true,
            page_type: "SIGN".to_owned(),
            ..PageOptions::default()
        },
        address: entry.address,
        browser: entry.browser,
        application: None,
    };
    let token = store_session(app, &mut transaction, &session).await?;
    let index = PageLink {
        purpose: SSO_SESSION.to_owned(),
        contract_id: Some(contract.id),
        expire: app.now().plus_ms(SESSION_MS),
        data: json!({ "session": token }),
    };
    insert_link(&mut transaction, &entry.ticket, &index).await?;
    transaction.commit().await?;
    take_up(app, &session).await?;
    Ok(Opened { session, token })
}
