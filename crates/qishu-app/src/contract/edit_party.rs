//! 修改签署方: `POST /v2/signatory/edit`, `POST /v3/signatory/edit`; 修改签署节点签署人: `POST /v2/signatory/operators/edit`.

use qishu_model::company::Company;
use qishu_model::contact::User;
use qishu_model::contract::{
    Command, Contract, ContractAddress, ContractState, PartyChange, PartyName, Refusal, SignValidateWay,
    Signatory,
};
use qishu_model::id::{ActionId, CompanyId, SignatoryId};
use qishu_model::rights::{About, Operation};
use qishu_store::{Reader, Scope, company};

use super::build::{check_contact, check_validate_way, seal_action};
use super::events::store_change;
use super::locate::{for_change, locate, locate_by_party};
use super::send::check_name;
use crate::company::{require_employee, require_operator};
use crate::{ApiCaller, App, AppError};

/// New data of a party; at least one of name, receiver, way to confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyEdit {
    /// The party.
    pub signatory: SignatoryId,
    /// Name.
    pub tenant_name: Option<String>,
    /// Handler or person.
    pub receiver: Option<User>,
    /// How the signer confirms.
    pub sign_validate_way: Option<SignValidateWay>,
    /// Employee of the initiator who makes the change, for the log.
    pub operator: Option<User>,
}

/// Completes or corrects a party. Who was its receiver can no longer see the contract; who is it now is invited when it is
/// the party's turn.
///
/// # Errors
/// `1005` for unknown parties and contacts that cannot be ones; `1101` by status, and for parties that have signed or taken the
/// contract up (D-25); `1102`, `1103`, `1111` for parties that do not fit; `1701` to `1705` for people.
pub async fn edit_party(app: &App, caller: &ApiCaller, edit: PartyEdit) -> Result<(), AppError> {
    if let Some(receiver) = &edit.receiver {
        check_contact("receiver.contact", receiver)?;
    }
    check_validate_way("signValidateWay", edit.sign_validate_way)?;
    let mut transaction = app.store.begin("edit_party");
    let stored = locate_by_party(&mut transaction, caller, edit.signatory).await?;
    let contract = &stored.value;
    let party = contract.signatory(edit.signatory).ok_or(Refusal::UnknownParty)?;
    let who = NewParty {
        tenant_name: edit.tenant_name,
        receiver: edit.receiver,
    };
    let mut change = party_change(app, &mut transaction, caller.company.id, contract, party, who).await?;
    change.sign_validate_way = edit.sign_validate_way;
    let command = Command::EditParty {
        party: edit.signatory,
        change: Box::new(change),
    };
    let transition = contract.apply(command, app.now())?;
    if let Some(operator) = &edit.operator {
        let initiator = initiator(&mut transaction, contract).await?;
        let edit = Operation::EditParties;
        require_operator(&mut transaction, &initiator, operator, edit, About::Company).await?;
    }
    let after = transition.contract.as_ref();
    if let Some(changed) = after.and_then(|after| after.signatory(edit.signatory))
        && contract.state != ContractState::Draft
    {
        check_name(&mut transaction, contract, changed).await?;
    }
    let actor = caller.actor_for(edit.operator.as_ref());
    store_change(app, &mut transaction, &stored, transition, actor).await?;
    transaction.commit().await?;
    Ok(())
}

async fn initiator(reader: &mut Reader, contract: &Contract) -> Result<Company, AppError> {
    let found = company::find(reader, Scope::System, contract.company_id).await?;
    found
        .map(|found| found.value)
        .ok_or_else(|| AppError::Internal(format!("company {} is gone", contract.company_id)))
}

/// Who a party is from now on.
pub(super) struct NewParty {
    pub(super) tenant_name: Option<String>,
    pub(super) receiver: Option<User>,
}

/// New data as the model takes them: names of companies of `platform` are recognised, and an external company without any step
/// gets one to seal (D-12).
pub(super) async fn party_change(
    app: &App,
    reader: &mut Reader,
    platform: CompanyId,
    contract: &Contract,
    party: &Signatory,
    who: NewParty,
) -> Result<PartyChange, AppError> {
    let mut company_id = party.company_id;
    let name = match who.tenant_name {
        Some(name) if party.tenant_type.is_company() => {
            let own = company::find_by_name(reader, Scope::Platform(platform), &name).await?;
            company_id = own.map(|own| own.value.id);
            let sponsor = company_id == Some(contract.company_id);
            Some(PartyName {
                name,
                company_id,
                sponsor,
            })
        }
        Some(name) => Some(PartyName {
            name,
            company_id: None,
            sponsor: false,
        }),
        None => None,
    };
    let actions = if company_id.is_none() {
        vec![seal_action(app)]
    } else {
        Vec::new()
    };
    Ok(PartyChange {
        name,
        receiver: who.receiver,
        sign_validate_way: None,
        actions,
    })
}

/// What becomes of the people of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorsChange {
    /// They are added.
    Add,
    /// They are removed.
    Remove,
    /// They replace those there were.
    Replace,
}

/// Other people for a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorsEdit {
    /// Contract.
    pub address: ContractAddress,
    /// Step of one of the caller's companies.
    pub action: ActionId,
    /// The people.
    pub people: Vec<User>,
    /// What becomes of them.
    pub change: OperatorsChange,
    /// Employee who makes the change, for the log.
    pub operator: Option<User>,
}

/// Exchanges the people of a step that is not done; those who are new are told when the step waits.
///
/// # Errors
/// `1005` for unknown steps; `1002` for steps of companies that are not the caller's; `1101`, `1107` by status; `1105` when
/// an approval would have nobody left; `1701`, `1702`, `1705` for people who are no employees.
pub async fn edit_operators(app: &App, caller: &ApiCaller, edit: OperatorsEdit) -> Result<(), AppError> {
    let mut transaction = app.store.begin("edit_operators");
    let id = locate(&mut transaction, caller, &edit.address)
        .await?
        .contract
        .value
        .id;
    let stored = for_change(&mut transaction, id).await?;
    let contract = &stored.value;
    let (party, action) = contract.action(edit.action).ok_or(Refusal::UnknownStep)?;
    let own = match party.company_id {
        Some(id) => company::find(&mut transaction, Scope::Platform(caller.company.id), id).await?,
        None => None,
    };
    let own = own.map(|own| own.value).ok_or(AppError::PermissionDenied {
        reason: "only steps of your own companies can be given to other people",
    })?;
    let command = Command::EditOperators {
        action: edit.action,
        operators: changed_people(&action.operators, &edit.people, edit.change),
    };
    let transition = contract.apply(command, app.now())?;
    let new_people = edit
        .people
        .iter()
        .filter(|_| edit.change != OperatorsChange::Remove);
    let new_people: Vec<&User> = new_people.collect();
    for user in new_people {
        require_employee(&mut transaction, &own, user).await?;
    }
    if let Some(operator) = &edit.operator {
        let edit = Operation::EditParties;
        require_operator(&mut transaction, &own, operator, edit, About::Company).await?;
    }
    let actor = caller.actor_for(edit.operator.as_ref());
    store_change(app, &mut transaction, &stored, transition, actor).await?;
    transaction.commit().await?;
    Ok(())
}

/// The people a step has afterwards, each contact once.
fn changed_people(present: &[User], given: &[User], change: OperatorsChange) -> Vec<User> {
    let is_in = |list: &[User], user: &User| list.iter().any(|other| other.same_contact(user));
    let all: Vec<&User> = match change {
        OperatorsChange::Replace => given.iter().collect(),
        OperatorsChange::Add => present.iter().chain(given).collect(),
        OperatorsChange::Remove => present.iter().filter(|user| !is_in(given, user)).collect(),
    };
    let mut people: Vec<User> = Vec::with_capacity(all.len());
    for user in all {
        if !is_in(&people, user) {
            people.push(user.clone());
        }
    }
    people
}
