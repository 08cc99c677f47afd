//! 合同详情: `GET /v2/contract/detail`.

use qishu_model::contact::User;
use qishu_model::contract::{Contract, ContractAddress, SignatoryStatus};
use qishu_model::id::{CompanyId, ContractId, SignatoryId};
use qishu_store::{Reader, Scope, contract, person};

use super::join::detail_links;
use super::locate::locate;
use crate::company::{find_employee, is_own};
use crate::signing::{Found, find_positions, load_aids};
use crate::{ApiCaller, App, AppError};

/// What to answer beside the contract itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DetailQuery {
    /// Positions, resolved to pages and coordinates.
    pub locations: bool,
    /// Related contracts.
    pub related: bool,
    /// Verified names of people.
    pub real_names: bool,
}

/// A related contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Id.
    pub id: ContractId,
    /// Title.
    pub subject: String,
    /// Number.
    pub sn: String,
    /// Wire name of its status.
    pub status: &'static str,
}

/// A contract, and what was asked for beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// The contract.
    pub contract: Contract,
    /// Places of its positions, as far as they can be found.
    pub places: Vec<Found>,
    /// Related contracts that the caller may see.
    pub related: Vec<Related>,
    /// Parties (by place) that are the caller's own companies: only their people are told (4.12).
    pub own_parties: Vec<bool>,
    /// Verified names of people: of the caller's own companies, and of those who have signed. A contact alone tells nobody the
    /// name behind it.
    pub real_names: Vec<(User, String)>,
    /// Links under which places that are still free are taken; for the initiator only.
    pub join_links: Vec<(SignatoryId, String)>,
}

/// Reads a contract of the caller.
///
/// # Errors
/// Not found for unknown contracts and those of others.
pub async fn contract_detail(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    query: DetailQuery,
) -> Result<Detail, AppError> {
    let mut reader = app.store.read("contract_detail");
    let located = locate(&mut reader, caller, address).await?;
    let contract = located.contract.value;
    let places = if query.locations {
        let documents = load_aids(app, &mut reader, &contract).await?;
        find_positions(app, &documents, &contract).await?
    } else {
        Vec::new()
    };
    let related = if query.related {
        related(&mut reader, caller, &contract).await?
    } else {
        Vec::new()
    };
    let mut own_parties = Vec::with_capacity(contract.signatories.len());
    for party in &contract.signatories {
        own_parties.push(match party.company_id {
            Some(id) => is_own(&mut reader, caller, id).await?,
            None => false,
        });
    }
    let real_names = if query.real_names {
        real_names(&mut reader, &contract, &own_parties).await?
    } else {
        Vec::new()
    };
    drop(reader);
    let join_links = if located.initiator {
        detail_links(app, &contract).await?
    } else {
        Vec::new()
    };
    Ok(Detail {
        contract,
        places,
        related,
        own_parties,
        real_names,
        join_links,
    })
}

async fn real_names(
    reader: &mut Reader,
    contract: &Contract,
    own_parties: &[bool],
) -> Result<Vec<(User, String)>, AppError> {
    let mut names: Vec<(User, String)> = Vec::new();
    for (party, own) in contract.signatories.iter().zip(own_parties) {
        if !own && party.status != SignatoryStatus::Signed {
            continue;
        }
        let of_steps = party
            .actions
            .iter()
            .flat_map(|step| step.operators.iter().chain(&step.performed_by));
        let people: Vec<&User> = party.receiver.iter().chain(of_steps.filter(|_| *own)).collect();
        for user in people {
            if names.iter().any(|(known, _)| known.same_contact(user)) {
                continue;
            }
            let verified = real_name(reader, party.company_id, user).await?;
            names.extend(verified.map(|name| (user.clone(), name)));
        }
    }
    Ok(names)
}

async fn real_name(
    reader: &mut Reader,
    company: Option<CompanyId>,
    user: &User,
) -> Result<Option<String>, AppError> {
    let employee = match company {
        Some(company) => find_employee(reader, company, user).await?,
        None => None,
    };
    let known = match employee {
        Some(employee) => person::find(reader, employee.person_id).await?,
        None => person::find_by_contact(reader, user.contact_type, &user.contact).await?,
    };
    Ok(known
        .filter(|known| known.value.verified)
        .map(|known| known.value.name))
}

async fn related(
    reader: &mut Reader,
    caller: &ApiCaller,
    contract: &Contract,
) -> Result<Vec<Related>, AppError> {
    let mut related = Vec::new();
    for id in &contract.related_contract_ids {
        let found = contract::find(reader, Scope::Platform(caller.company.id), *id).await?;
        related.extend(found.map(|found| Related {
            id: found.value.id,
            subject: found.value.subject.clone(),
            sn: found.value.sn.clone(),
            status: found.value.state.name(),
        }));
    }
    Ok(related)
}
