//! Tickets of mini-programs (7.3 and D42 of the protocol): what a link is to a browser, bound to the client that opens it
//! first.

use qishu_model::contact::User;
use qishu_model::contract::{Contract, ContractAddress, Refusal};
use qishu_model::id::DocumentId;
use qishu_store::page::{PageLink, find_link, insert_link, remove_link};
use qishu_store::{Reader, Transaction};

use super::link::{LinkData, PageOptions, concerns, require_sent, store_link, with_defaults};
use super::session::{Opened, PageSession, Purpose, store_session};
use super::take_up::take_up;
use super::task::visit;
use crate::contract::{load_contract, locate, locate_for_party};
use crate::{ApiCaller, App, AppError};

/// A ticket works for 30 minutes (D42).
const TICKET_MS: i64 = 30 * 60_000;
/// Length of a client's own key.
const CLIENT_KEY: std::ops::RangeInclusive<usize> = 16..=128;
/// Purposes of tickets: no link of a browser has them, so neither can stand for the other.
const SIGN: &str = "TICKET_SIGN";
const VIEW: &str = "TICKET_VIEW";

/// 生成合同签署令牌: `POST /v2/contract/miniappexchange`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractTicket {
    /// Contract.
    pub address: ContractAddress,
    /// Who signs.
    pub user: User,
    /// The signing password may be used.
    pub allow_password: bool,
    /// The signing password may not be set here.
    pub hide_password_settings: bool,
}

/// View only: `POST /v2/contract/miniappexchange/view`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewTicket {
    /// Contract.
    pub address: ContractAddress,
    /// Document opened first.
    pub document: Option<DocumentId>,
    /// `cn` or `en`; absent = the caller's.
    pub lang: Option<String>,
    /// Main colour, `#RRGGBB`.
    pub theme_color: Option<String>,
}

/// A ticket with which a person signs in a mini-program.
///
/// # Errors
/// `1101` for drafts; `1110` for people the contract does not concern.
pub async fn contract_ticket(
    app: &App,
    caller: &ApiCaller,
    asked: ContractTicket,
) -> Result<String, AppError> {
    let mut transaction = app.store.begin("contract_ticket");
    let located = locate_for_party(&mut transaction, caller, &asked.address, None).await?;
    let contract = located.contract.value;
    require_sent(&contract)?;
    if !concerns(&mut transaction, &contract, &asked.user).await? {
        return Err(AppError::NoViewPermission);
    }
    let options = PageOptions {
        lang: Some(caller.language.name().to_owned()),
        download: true,
        hide_reject: true,
        allow_password: asked.allow_password,
        hide_password_settings: asked.hide_password_settings,
        page_type: "SIGN".to_owned(),
        ..PageOptions::default()
    };
    let data = data(with_defaults(caller, options), Some(asked.user));
    let token = insert(app, &mut transaction, &contract, SIGN, &data).await?;
    transaction.commit().await?;
    Ok(token)
}

/// A ticket that shows the contract in a mini-program.
///
/// # Errors
/// `1401` for a contract without documents; `1005` when the document is not one of it.
pub async fn view_ticket(app: &App, caller: &ApiCaller, asked: ViewTicket) -> Result<String, AppError> {
    let mut transaction = app.store.begin("view_ticket");
    let contract = locate(&mut transaction, caller, &asked.address)
        .await?
        .contract
        .value;
    if contract.shown_documents().next().is_none() {
        return Err(Refusal::NoDocument.into());
    }
    if asked
        .document
        .is_some_and(|id| contract.shown_document(id).is_none())
    {
        return Err(AppError::invalid("documentId", "no document of this contract"));
    }
    let lang = asked.lang.unwrap_or_else(|| caller.language.name().to_owned());
    let options = PageOptions {
        lang: Some(lang),
        theme_color: asked.theme_color,
        document: asked.document,
        download: true,
        ..PageOptions::default()
    };
    let data = data(with_defaults(caller, options), None);
    let token = insert(app, &mut transaction, &contract, VIEW, &data).await?;
    transaction.commit().await?;
    Ok(token)
}

fn data(options: PageOptions, user: Option<User>) -> LinkData {
    LinkData {
        user,
        options,
        items: Vec::new(),
        client: None,
    }
}

async fn insert(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    purpose: &str,
    data: &LinkData,
) -> Result<String, AppError> {
    let expire = app.now().plus_ms(TICKET_MS);
    store_link(app, transaction, contract, purpose, expire, data).await
}

/// Trades a ticket for a session. The first client that does keeps it; `client` is that client's own random key.
///
/// # Errors
/// [`AppError::LinkExpired`] for unknown and expired tickets, those of another client, and those used up by signing.
pub async fn open_ticket(
    app: &App,
    ticket: &str,
    client: &str,
    address: Option<String>,
    browser: Option<String>,
) -> Result<Opened, AppError> {
    if !CLIENT_KEY.contains(&client.len()) || !client.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(AppError::invalid(
            "client",
            "a random key of 16 to 128 characters is expected",
        ));
    }
    let mut transaction = app.store.begin("open_ticket");
    let link = find_link(&mut transaction, ticket, app.now()).await?;
    let link = link.ok_or(AppError::LinkExpired)?;
    let purpose = match link.purpose.as_str() {
        SIGN => Purpose::Sign,
        VIEW => Purpose::View,
        _ => return Err(AppError::LinkExpired),
    };
    let contract = link.contract_id.ok_or(AppError::LinkExpired)?;
    let data = bind(&mut transaction, ticket, link, client).await?;
    let found = load_contract(&mut transaction, contract).await;
    let found = found.map_err(|_| AppError::LinkExpired)?.value;
    require_unused(app, &mut transaction, &found, data.user.as_ref()).await?;
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

/// Binds a ticket to its client. It is taken away and put back, so that of two clients at once one wins.
async fn bind(
    transaction: &mut Transaction,
    ticket: &str,
    link: PageLink,
    client: &str,
) -> Result<LinkData, AppError> {
    let mut data: LinkData =
        serde_json::from_value(link.data).map_err(|error| AppError::internal("ticket", error))?;
    match &data.client {
        Some(known) if known == client => return Ok(data),
        Some(_) => return Err(AppError::LinkExpired),
        None => {}
    }
    if !remove_link(transaction, ticket).await? {
        return Err(AppError::LinkExpired);
    }
    data.client = Some(client.to_owned());
    let bound = PageLink {
        purpose: link.purpose,
        contract_id: link.contract_id,
        expire: link.expire,
        data: serde_json::to_value(&data).map_err(|error| AppError::internal("ticket", error))?,
    };
    insert_link(transaction, ticket, &bound).await?;
    Ok(data)
}

/// Somebody who has signed has used the ticket up.
async fn require_unused(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    user: Option<&User>,
) -> Result<(), AppError> {
    let Some(user) = user else { return Ok(()) };
    match visit(reader, contract, user, app.now()).await {
        Err(AppError::AlreadySigned) => Err(AppError::LinkExpired),
        _ => Ok(()),
    }
}
