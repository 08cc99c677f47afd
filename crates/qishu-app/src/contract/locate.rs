//! Finding the contract a request means (`contracts` 1.4, D-61, D-62, R-15).

use qishu_model::contract::{Contract, ContractAddress, ContractState};
use qishu_model::id::{ContractId, SignatoryId};
use qishu_store::{Reader, Scope, Transaction, Versioned, contract};

use crate::company::{acting_company, is_own};
use crate::{ApiCaller, AppError};

/// A contract with the caller's relation to it.
pub(crate) struct Located {
    /// The contract.
    pub(crate) contract: Versioned<Contract>,
    /// The caller's companies started it.
    pub(crate) initiator: bool,
}

/// Finds the contract of `address`; the caller's companies must be initiator or party of it.
///
/// # Errors
/// `1005` without any id; not found for unknown contracts and for contracts of others.
pub(crate) async fn locate(
    reader: &mut Reader,
    caller: &ApiCaller,
    address: &ContractAddress,
) -> Result<Located, AppError> {
    let own = Scope::Platform(caller.company.id);
    let found = match (address.contract_id, &address.biz_id) {
        (Some(id), _) => contract::find(reader, own, id).await?,
        (None, Some(biz_id)) => {
            find_by_biz_id(reader, caller, biz_id, address.tenant_name.as_deref()).await?
        }
        (None, None) => return Err(AppError::invalid("contractId", "contractId or bizId is required")),
    };
    let contract = shown(found)?;
    let initiator = is_own(reader, caller, contract.value.company_id).await?;
    Ok(Located { contract, initiator })
}

/// Refuses what does not exist or was deleted.
fn shown(found: Option<Versioned<Contract>>) -> Result<Versioned<Contract>, AppError> {
    found
        .filter(|found| found.value.state != ContractState::Deleted)
        .ok_or(AppError::ContractNotFound)
}

/// [`locate`] for what only the initiator may do.
///
/// # Errors
/// As [`locate`]; `1002` for a party that is not the initiator.
pub(crate) async fn locate_initiated(
    reader: &mut Reader,
    caller: &ApiCaller,
    address: &ContractAddress,
) -> Result<Versioned<Contract>, AppError> {
    let located = locate(reader, caller, address).await?;
    if located.initiator {
        Ok(located.contract)
    } else {
        Err(AppError::PermissionDenied {
            reason: "only the initiator may do this",
        })
    }
}

/// [`locate_initiated`], with everybody else kept from the contract until the transaction ends.
///
/// # Errors
/// As [`locate_initiated`].
pub(crate) async fn locate_to_change(
    transaction: &mut Transaction,
    caller: &ApiCaller,
    address: &ContractAddress,
) -> Result<Versioned<Contract>, AppError> {
    let id = locate_initiated(transaction, caller, address).await?.value.id;
    for_change(transaction, id).await
}

/// The contract with this id, found before, with everybody else kept from it until the transaction ends.
///
/// # Errors
/// Not found when it was deleted.
pub(crate) async fn for_change(
    transaction: &mut Transaction,
    id: ContractId,
) -> Result<Versioned<Contract>, AppError> {
    shown(contract::find_for_update(transaction, Scope::System, id).await?)
}

/// The contract that a party of the caller's contracts belongs to; only the initiator may go on.
///
/// # Errors
/// `1005` for unknown parties and those of others' contracts alike; `1002` for a party that is not the initiator.
pub(crate) async fn locate_by_party(
    transaction: &mut Transaction,
    caller: &ApiCaller,
    party: SignatoryId,
) -> Result<Versioned<Contract>, AppError> {
    let own = Scope::Platform(caller.company.id);
    let found = contract::find_by_party(transaction, own, party).await?;
    let found = shown(found).map_err(|_| AppError::invalid("signatoryId", "no such signatory"))?;
    if is_own(transaction, caller, found.value.company_id).await? {
        for_change(transaction, found.value.id).await
    } else {
        Err(AppError::PermissionDenied {
            reason: "only the initiator may do this",
        })
    }
}

/// [`locate`] for signing calls, where `tenantName` is the company that signs and the initiator may be another one of
/// the caller's companies; `draftsman` names the initiator.
///
/// # Errors
/// As [`locate`].
pub(crate) async fn locate_for_party(
    reader: &mut Reader,
    caller: &ApiCaller,
    address: &ContractAddress,
    draftsman: Option<&str>,
) -> Result<Located, AppError> {
    let by_initiator = ContractAddress {
        contract_id: address.contract_id,
        biz_id: address.biz_id.clone(),
        tenant_name: draftsman.map(str::to_owned),
    };
    match locate(reader, caller, &by_initiator).await {
        Err(AppError::ContractNotFound) if draftsman.is_none() && address.tenant_name.is_some() => {
            locate(reader, caller, address).await
        }
        answer => answer,
    }
}

/// The platform company's own contract wins over a subsidiary's; two subsidiaries with one number need `tenantName`.
async fn find_by_biz_id(
    reader: &mut Reader,
    caller: &ApiCaller,
    biz_id: &str,
    tenant_name: Option<&str>,
) -> Result<Option<Versioned<Contract>>, AppError> {
    let scope = match tenant_name {
        Some(_) => Scope::Company(acting_company(reader, caller, tenant_name).await?.id),
        None => Scope::Platform(caller.company.id),
    };
    let mut found = contract::find_by_biz_id(reader, scope, biz_id).await?;
    let platform = found
        .iter()
        .position(|found| found.value.company_id == caller.company.id);
    match (platform, found.len()) {
        (Some(place), _) => Ok(Some(found.swap_remove(place))),
        (None, 1) => Ok(found.pop()),
        (None, _) => Ok(None),
    }
}

/// The contract with this id, for links and jobs that already carry the right to it.
///
/// # Errors
/// Not found when it was deleted.
pub(crate) async fn load_contract(
    reader: &mut Reader,
    id: ContractId,
) -> Result<Versioned<Contract>, AppError> {
    shown(contract::find(reader, Scope::System, id).await?)
}
