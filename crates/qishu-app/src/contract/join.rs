//! 签署方待加入链接: `GET /v2/contract/joinurl`; 未知个人签署方链接: `GET /v2/contract/personal/joinurl`; and taking the place.

use qishu_model::contact::{ContactType, User};
use qishu_model::contract::{Command, Contract, ContractAddress, Signatory, TenantType};
use qishu_model::id::{ContractId, SignatoryId};
use qishu_model::time::Timestamp;
use qishu_store::ledger::Actor;
use qishu_store::page::{PageLink, find_link, insert_link};
use qishu_store::{Reader, Transaction, application};
use serde::{Deserialize, Serialize};

use super::build::check_contact;
use super::edit_party::{NewParty, party_change};
use super::events::store_change;
use super::locate::{for_change, load_contract, locate_initiated};
use super::send::check_name;
use crate::page::new_token;
use crate::{ApiCaller, App, AppError};

/// Purpose of links under which a free place is taken.
const JOIN_PURPOSE: &str = "JOIN";

/// Such links live as long as the contract (D-40); this is longer than any contract is open.
const LINK_DAYS: i64 = 3_650;

/// What a link to a free place is bound to besides its contract.
#[derive(Serialize, Deserialize)]
struct JoinLink {
    party: SignatoryId,
}

/// Which places to make links for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FreePlaces {
    /// Companies or persons whose data were to come later.
    Delayed(TenantType),
    /// Persons of whom nothing is known (`P_NO_RECEIVER`).
    UnknownPersons,
}

/// Links to the places of a contract that are still free, each with the place's number in the signing order.
///
/// # Errors
/// `1101` for contracts that are not open; `1125` when no unknown person is waited for; `1002` for parties that are not the
/// initiator.
pub async fn join_urls(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    places: FreePlaces,
) -> Result<Vec<(i32, String)>, AppError> {
    let mut transaction = app.store.begin("join_urls");
    let contract = locate_initiated(&mut transaction, caller, address).await?.value;
    if !contract.state.is_open() {
        return Err(contract.wrong_status().into());
    }
    let free: Vec<&Signatory> = contract
        .signatories
        .iter()
        .filter(|party| is_meant(party, places))
        .collect();
    if free.is_empty() && places == FreePlaces::UnknownPersons {
        return Err(AppError::NoUnknownParty);
    }
    let mut urls = Vec::with_capacity(free.len());
    let expire = app.now().plus_days(LINK_DAYS);
    for party in free {
        let url = store_link(app, &mut transaction, &contract, party.id, expire).await?;
        urls.push((party.serial_no, url));
    }
    transaction.commit().await?;
    Ok(urls)
}

/// Links to every free place of an open contract, for its detail. They end with the signing deadline, because the detail is asked
/// for again and again.
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn detail_links(
    app: &App,
    contract: &Contract,
) -> Result<Vec<(SignatoryId, String)>, AppError> {
    let awaited = contract.signatories.iter().filter(|party| party.is_awaited());
    let free: Vec<SignatoryId> = awaited.map(|party| party.id).collect();
    if free.is_empty() || !contract.state.is_open() {
        return Ok(Vec::new());
    }
    let expire = contract.expire_time.unwrap_or_else(|| app.now().plus_days(1));
    let mut transaction = app.store.begin("detail_links");
    let mut links = Vec::with_capacity(free.len());
    for party in free {
        links.push((
            party,
            store_link(app, &mut transaction, contract, party, expire).await?,
        ));
    }
    transaction.commit().await?;
    Ok(links)
}

async fn store_link(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    party: SignatoryId,
    expire: Timestamp,
) -> Result<String, AppError> {
    let token = new_token(app)?;
    let link = PageLink {
        purpose: JOIN_PURPOSE.to_owned(),
        contract_id: Some(contract.id),
        expire,
        data: serde_json::to_value(JoinLink { party })
            .map_err(|error| AppError::internal("join link", error))?,
    };
    insert_link(transaction, &token, &link).await?;
    Ok(format!("{}/s/{token}", app.settings.base_url))
}

fn is_meant(party: &Signatory, places: FreePlaces) -> bool {
    let fits = match places {
        FreePlaces::Delayed(kind) => party.tenant_type.is_company() == kind.is_company(),
        FreePlaces::UnknownPersons => party.tenant_type == TenantType::PNoReceiver,
    };
    fits && party.is_awaited()
}

/// A place that somebody may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreePlace {
    /// Contract.
    pub contract: ContractId,
    /// Title of the contract.
    pub subject: String,
    /// Who started it.
    pub sponsor_name: String,
    /// The party.
    pub party: SignatoryId,
    /// For a company; else for a person.
    pub company: bool,
    /// Name that the initiator has fixed; only somebody of this name may take the place.
    pub tenant_name: Option<String>,
}

/// Who takes a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joiner {
    /// Name of the company, for a company's place.
    pub company_name: Option<String>,
    /// The person: name, and a contact that was proven to be theirs. For a company its handler.
    pub user: User,
}

/// The place behind a link, while it is free and the contract open.
///
/// # Errors
/// [`AppError::LinkExpired`] for unknown links, taken places and closed contracts alike.
pub async fn free_place(app: &App, token: &str) -> Result<FreePlace, AppError> {
    let mut reader = app.store.read("free_place");
    let (id, party) = read_link(app, &mut reader, token).await?;
    let contract = load_contract(&mut reader, id).await;
    let contract = contract.map_err(|_| AppError::LinkExpired)?.value;
    let party = waiting(&contract, party)?;
    Ok(FreePlace {
        contract: id,
        subject: contract.subject.clone(),
        sponsor_name: contract.tenant_name.clone(),
        party: party.id,
        company: party.tenant_type.is_company(),
        tenant_name: party.tenant_name.clone(),
    })
}

async fn read_link(
    app: &App,
    reader: &mut Reader,
    token: &str,
) -> Result<(ContractId, SignatoryId), AppError> {
    let link = find_link(reader, token, app.now()).await?;
    let link = link
        .filter(|link| link.purpose == JOIN_PURPOSE)
        .ok_or(AppError::LinkExpired)?;
    let data: JoinLink =
        serde_json::from_value(link.data).map_err(|error| AppError::internal("join link", error))?;
    let contract = link.contract_id.ok_or(AppError::LinkExpired)?;
    Ok((contract, data.party))
}

fn waiting(contract: &Contract, party: SignatoryId) -> Result<&Signatory, AppError> {
    let party = contract.signatory(party).filter(|party| party.is_awaited());
    party
        .filter(|_| contract.state.is_open())
        .ok_or(AppError::LinkExpired)
}

/// Takes the place behind a link. Of several who try one gets it; the others find the link expired. Whoever calls this has
/// made sure that the contact belongs to the person.
///
/// # Errors
/// [`AppError::LinkExpired`]; `1005` for missing names, and for contacts that cannot be ones; `1703` when the name is not the
/// one the initiator has fixed or that was verified; `1102` for somebody who is a party already.
pub async fn join_contract(
    app: &App,
    token: &str,
    joiner: Joiner,
    actor: Actor,
) -> Result<Contract, AppError> {
    check_joiner(&joiner)?;
    let mut transaction = app.store.begin("join_contract");
    let (id, party) = read_link(app, &mut transaction, token).await?;
    let stored = for_change(&mut transaction, id).await;
    let stored = stored.map_err(|_| AppError::LinkExpired)?;
    let contract = &stored.value;
    let party = waiting(contract, party)?;
    let who = new_party(party, joiner)?;
    let platform = application::find(&mut transaction, contract.application_id).await?;
    let platform = platform
        .ok_or_else(|| AppError::Internal("the application of a contract is gone".to_owned()))?
        .value
        .company_id;
    let change = party_change(app, &mut transaction, platform, contract, party, who).await?;
    let command = Command::Join {
        party: party.id,
        change: Box::new(change),
    };
    let transition = contract.apply(command, app.now())?;
    let joined = transition
        .contract
        .as_ref()
        .and_then(|after| after.signatory(party.id));
    if let Some(joined) = joined {
        check_name(&mut transaction, contract, joined).await?;
    }
    let changed = store_change(app, &mut transaction, &stored, transition, actor).await?;
    transaction.commit().await?;
    changed.ok_or_else(|| AppError::Internal("joining deleted the contract".to_owned()))
}

fn check_joiner(joiner: &Joiner) -> Result<(), AppError> {
    let reachable = matches!(joiner.user.contact_type, ContactType::Mobile | ContactType::Email);
    if !reachable {
        let reason = "a mobile number or mail address is expected";
        return Err(AppError::invalid("contact", reason));
    }
    check_contact("contact", &joiner.user)
}

/// The names must be there, and be those the initiator has fixed.
fn new_party(party: &Signatory, joiner: Joiner) -> Result<NewParty, AppError> {
    const LONGEST: usize = 100;
    let given = |field: &str, name: Option<String>| {
        let name = name.map(|name| name.trim().to_owned());
        name.filter(|name| !name.is_empty() && name.chars().count() <= LONGEST)
            .ok_or_else(|| AppError::invalid(field, "1 to 100 characters"))
    };
    let mut user = joiner.user;
    let person = given("name", user.name.take())?;
    user.name = Some(person.clone());
    let name = if party.tenant_type.is_company() {
        given("companyName", joiner.company_name)?
    } else {
        person
    };
    if party.tenant_name.as_ref().is_some_and(|fixed| *fixed != name) {
        return Err(AppError::NameMismatch {
            contact: user.masked(),
        });
    }
    Ok(NewParty {
        tenant_name: Some(name),
        receiver: Some(user),
    })
}
