//! Taking a free place of a contract from its link: the person proves a contact with a code, gives the names, and is then on
//! the signing page.

use qishu_model::contact::{ContactType, User};
use qishu_model::id::ContractId;
use qishu_store::confirm::{self, Binding, Check};

use super::code::{CodeSent, issue};
use super::link::PageOptions;
use super::session::{Opened, PageSession, Purpose, store_session};
use crate::contract::{Joiner, check_contact, free_place, join_contract};
use crate::message::{CodePurpose, code_purpose, remember_language};
use crate::{App, AppError};

/// Where a page request comes from.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// Network address.
    pub address: Option<String>,
    /// Browser.
    pub browser: Option<String>,
    /// Language of the page, `cn` or `en`.
    pub lang: Option<String>,
}

/// Who takes a place.
#[derive(Debug, Clone)]
pub struct JoinRequest {
    /// Name of the person.
    pub name: String,
    /// Name of the company, for a company's place.
    pub company_name: Option<String>,
    /// Mobile number or mail address.
    pub contact: String,
    /// Code that was sent there.
    pub code: String,
}

/// Sends the code that proves a contact.
///
/// # Errors
/// [`AppError::LinkExpired`]; `1005` for a contact that cannot be one; [`AppError::TooOften`].
pub async fn send_join_code(
    app: &App,
    token: &str,
    contact: &str,
    client: Client,
) -> Result<CodeSent, AppError> {
    let place = free_place(app, token).await?;
    let user = reachable(contact)?;
    let session = joining(place.contract, None, client);
    let number = user.normalised();
    let purpose = code_purpose(session.language(), CodePurpose::Join(&place.subject));
    remember_language(app, &user, session.language()).await?;
    let bound = binding(place.contract, &number);
    issue(app, session.address.as_deref(), &user, &bound, &purpose).await
}

/// Takes the place and opens the signing page. Of several who try one gets it.
///
/// # Errors
/// [`AppError::LinkExpired`] for places that are taken; [`AppError::CodeWrong`], [`AppError::CodeClosed`]; `1005`, `1703`,
/// `1102` for names and people that do not fit.
pub async fn join_on_page(
    app: &App,
    token: &str,
    request: JoinRequest,
    client: Client,
) -> Result<Opened, AppError> {
    let place = free_place(app, token).await?;
    let mut user = reachable(&request.contact)?;
    let number = user.normalised();
    let bound = binding(place.contract, &number);
    let confirmation = match confirm::check(&app.store, &bound, &request.code, app.now()).await? {
        Check::Right(confirmation) => confirmation,
        Check::Wrong { left } => return Err(AppError::CodeWrong { left }),
        Check::Closed => return Err(AppError::CodeClosed),
    };
    user.name = Some(request.name.trim().to_owned());
    let session = joining(place.contract, Some(user.clone()), client);
    let joiner = Joiner {
        company_name: request.company_name,
        user,
    };
    join_contract(app, token, joiner, session.actor()).await?;
    let mut transaction = app.store.begin("open_joined_page");
    confirm::consume(&mut transaction, &confirmation).await?;
    let token = store_session(app, &mut transaction, &session).await?;
    transaction.commit().await?;
    Ok(Opened { session, token })
}

fn reachable(contact: &str) -> Result<User, AppError> {
    let user = User {
        name: None,
        contact: contact.trim().to_owned(),
        contact_type: ContactType::guess(contact),
    };
    check_contact("contact", &user)?;
    Ok(user)
}

fn joining(contract: ContractId, user: Option<User>, client: Client) -> PageSession {
    PageSession {
        purpose: Purpose::Sign,
        contract,
        user,
        options: PageOptions {
            download: true,
            lang: client.lang,
            ..PageOptions::default()
        },
        address: client.address,
        browser: client.browser,
        application: None,
    }
}

const fn binding(contract: ContractId, contact: &str) -> Binding<'_> {
    Binding {
        contract: Some(contract),
        contact,
        purpose: "JOIN",
        revision: "",
    }
}
