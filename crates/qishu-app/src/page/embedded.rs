//! Pages that an integrator shows inside its own, through its proxy (JS-SDK, 5.6 and D31 of the protocol). The contact is
//! only a claim of that page; signing is confirmed with a code, as on every page.

use qishu_model::contact::{ContactType, User};
use qishu_model::contract::{Contract, ContractAddress, ContractState, Refusal};
use qishu_model::id::{ContractId, DocumentId};
use qishu_store::Reader;

use super::fill::party_filling;
use super::link::{PageOptions, concerns, require_sent};
use super::session::{Opened, PageSession, Purpose, find, require_concern, store_session};
use super::take_up::take_up;
use super::task::visit;
use crate::contract::{load_contract, locate_for_party};
use crate::document::document_length;
use crate::{ApiCaller, App, AppError, Language};

/// What the embedding page asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedOpen {
    /// Contract to be signed.
    pub contract: ContractId,
    /// Contact of the person who signs on this page.
    pub contact: String,
    /// Language of the page.
    pub language: Option<Language>,
    /// Browser, as the page says.
    pub browser: Option<String>,
    /// Only ask whether it could be opened: the embedding page learns no ticket.
    pub check: bool,
}

/// A document of an embedded page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbeddedDocument {
    /// Document.
    pub id: DocumentId,
    /// SHA-256 of its newest revision.
    pub revision: String,
    /// Length of that revision in bytes: behind a proxy no header says it.
    pub size_bytes: u64,
}

/// Opens a contract for a person whose turn it is. The session is good for calls of the same application only; there is none
/// when the page only asks.
///
/// # Errors
/// Not found for unknown and foreign contracts alike; `1101`; `1110` for a person it does not concern; `1107` while
/// others are to act, and for somebody who has signed.
pub async fn open_embedded(
    app: &App,
    caller: &ApiCaller,
    asked: EmbeddedOpen,
) -> Result<Option<Opened>, AppError> {
    let contact = asked.contact.trim().to_owned();
    if contact.is_empty() {
        return Err(AppError::invalid(
            "contact",
            "the contact of the person is expected",
        ));
    }
    let user = User {
        name: None,
        contact_type: ContactType::guess(&contact),
        contact,
    };
    let address = ContractAddress {
        contract_id: Some(asked.contract),
        ..ContractAddress::default()
    };
    let mut transaction = app.store.begin("open_embedded");
    let located = locate_for_party(&mut transaction, caller, &address, None).await?;
    let contract = located.contract.value;
    require_turn(app, &mut transaction, &contract, &user).await?;
    if asked.check {
        return Ok(None);
    }
    let session = PageSession {
        purpose: Purpose::Sign,
        contract: contract.id,
        user: Some(user),
        options: options(caller, asked.language),
        address: caller.address.clone(),
        browser: asked.browser,
        application: Some(caller.application.id),
    };
    let token = store_session(app, &mut transaction, &session).await?;
    transaction.commit().await?;
    take_up(app, &session).await?;
    Ok(Some(Opened { session, token }))
}

/// The person must have something to do now: sign, seal, approve, or fill in.
///
/// # Errors
/// See [`open_embedded`].
async fn require_turn(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
) -> Result<(), AppError> {
    require_sent(contract)?;
    if !concerns(reader, contract, user).await? {
        return Err(AppError::NoViewPermission);
    }
    if contract.state == ContractState::Filling {
        return party_filling(contract, user)
            .map(drop)
            .map_err(|_| Refusal::NotInTurn.into());
    }
    visit(reader, contract, user, app.now()).await.map(drop)
}

/// What links for signing have by default; the embedding page has its own way back.
fn options(caller: &ApiCaller, language: Option<Language>) -> PageOptions {
    PageOptions {
        lang: Some(language.unwrap_or(caller.language).name().to_owned()),
        theme_color: caller.application.theme_color.clone(),
        download: true,
        hide_return: true,
        hide_reject: true,
        hide_recall: true,
        hide_end: true,
        page_type: "SIGN".to_owned(),
        ..PageOptions::default()
    }
}

/// The session of a ticket that this application has opened.
///
/// # Errors
/// [`AppError::SessionExpired`] for unknown, ended and other applications' tickets alike.
pub async fn resume_embedded(app: &App, caller: &ApiCaller, ticket: &str) -> Result<PageSession, AppError> {
    let session = find(app, ticket).await?;
    if session.application == Some(caller.application.id) {
        Ok(session)
    } else {
        Err(AppError::SessionExpired)
    }
}

/// The documents of a session with their lengths.
///
/// # Errors
/// Not found when the contract was deleted meanwhile; `1110`.
pub async fn embedded_documents(app: &App, session: &PageSession) -> Result<Vec<EmbeddedDocument>, AppError> {
    let mut reader = app.store.read("embedded_documents");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    require_concern(&mut reader, &contract, session).await?;
    let mut documents = Vec::new();
    for document in contract.shown_documents() {
        documents.push(EmbeddedDocument {
            id: document.id,
            revision: document.revision_hash.clone(),
            size_bytes: document_length(&mut reader, document).await?,
        });
    }
    Ok(documents)
}
