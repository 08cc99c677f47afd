//! 签署方身份信息: `GET /v2/signatory/identity`.

use qishu_model::contact::{User, mask};
use qishu_model::contract::{ContractAddress, Signatory};
use qishu_store::{Reader, Scope, company, person};

use super::locate::locate_initiated;
use crate::company::find_employee;
use crate::{ApiCaller, App, AppError};

/// Who a party is. Numbers are masked (D-08 of the organisation group).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyIdentity {
    /// A company; else a person.
    pub company: bool,
    /// Name: of one of our companies or of a verified person the true one, else the given one.
    pub name: Option<String>,
    /// Registration number of one of our companies.
    pub register_no: Option<String>,
    /// Contact as the contract has it.
    pub contact: String,
    /// Identity number that the person must match.
    pub id_card_no: Option<String>,
    /// Bank card that the person must match.
    pub bank_no: Option<String>,
    /// Phone known to the bank that the person must match.
    pub bank_mobile: Option<String>,
}

/// The identity of the party whose receiver has this contact.
///
/// # Errors
/// `1005` when no party has; not found; `1002` for parties that are not the initiator.
pub async fn party_identity(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    user: &User,
) -> Result<PartyIdentity, AppError> {
    let mut reader = app.store.read("party_identity");
    let contract = locate_initiated(&mut reader, caller, address).await?.value;
    for party in &contract.signatories {
        let Some(receiver) = &party.receiver else { continue };
        if receiver.same_contact(user) || is_employee(&mut reader, party, receiver, user).await? {
            return describe(&mut reader, party, receiver).await;
        }
    }
    Err(AppError::invalid(
        "contact",
        "no signatory of this contract has this contact",
    ))
}

/// Whether both contacts are those of one employee of a company of ours.
async fn is_employee(
    reader: &mut Reader,
    party: &Signatory,
    receiver: &User,
    user: &User,
) -> Result<bool, AppError> {
    let Some(company) = party.company_id else {
        return Ok(false);
    };
    let employee = find_employee(reader, company, user).await?;
    Ok(employee.is_some_and(|employee| employee.is(receiver)))
}

async fn describe(
    reader: &mut Reader,
    party: &Signatory,
    receiver: &User,
) -> Result<PartyIdentity, AppError> {
    let company = match party.company_id {
        Some(id) => company::find(reader, Scope::System, id).await?,
        None => None,
    };
    let known = match party.tenant_type.is_company() {
        true => None,
        false => person::find_by_contact(reader, receiver.contact_type, &receiver.contact).await?,
    };
    let verified = known
        .filter(|known| known.value.verified)
        .map(|known| known.value.name);
    let info = party.user_auth_info.clone().unwrap_or_default();
    let masked = |number: Option<String>| number.map(|number| mask(&number));
    Ok(PartyIdentity {
        company: party.tenant_type.is_company(),
        name: verified.or_else(|| party.tenant_name.clone()),
        register_no: company.and_then(|company| company.value.register_no),
        contact: receiver.contact.clone(),
        id_card_no: masked(info.id_card_no),
        bank_no: masked(info.bank_no),
        bank_mobile: masked(info.bank_mobile),
    })
}
