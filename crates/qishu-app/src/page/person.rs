//! The person behind a contact on a page.

use qishu_model::company::Person;
use qishu_model::contact::{ContactType, User};
use qishu_model::contract::Contract;
use qishu_model::id::PersonId;
use qishu_store::{Reader, Transaction, person};

use crate::company::find_employee;
use crate::{App, AppError};

/// The person a contact leads to: directly, or as an employee of one of the contract's companies.
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn find_person(
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
) -> Result<Option<PersonId>, AppError> {
    if let Some(known) = person::find_by_contact(reader, user.contact_type, &user.contact).await? {
        return Ok(Some(known.value.id));
    }
    for company in contract.signatories.iter().filter_map(|party| party.company_id) {
        if let Some(employee) = find_employee(reader, company, user).await? {
            return Ok(Some(employee.person_id));
        }
    }
    Ok(None)
}

/// The person behind a contact, made known when they are new.
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn person_of(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    user: &User,
) -> Result<PersonId, AppError> {
    if let Some(known) = find_person(transaction, contract, user).await? {
        return Ok(known);
    }
    let contact = user.normalised();
    let is = |kind: ContactType| (user.contact_type == kind).then(|| contact.clone());
    let person = Person {
        id: PersonId::new(app.next_id()),
        name: user.name.clone().unwrap_or_default(),
        mobile: is(ContactType::Mobile),
        email: is(ContactType::Email),
        verified: false,
        create_time: app.now(),
    };
    person::insert(transaction, &person).await?;
    Ok(person.id)
}
