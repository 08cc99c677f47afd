//! Persons: everything about them is sealed; mobile and mail are found through keyed digests.

use qishu_model::company::Person;
use qishu_model::contact::{ContactType, normalise};
use qishu_model::id::PersonId;

use crate::error::StoreError;
use crate::table::PERSON;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{IN_LIST, Value, values};

/// Stores a new person.
///
/// # Errors
/// `Duplicate` of `person.mobile_digest` or `person.email_digest` when somebody has that contact.
pub async fn insert(transaction: &mut Transaction, person: &Person) -> Result<(), StoreError> {
    let columns = columns(transaction, person)?;
    transaction.insert(PERSON, person.id.as_i64(), columns).await
}

/// Stores a changed person.
///
/// # Errors
/// `Conflict` when it was changed since it was read; `Duplicate` as for [`insert`].
pub async fn update(transaction: &mut Transaction, person: &Versioned<Person>) -> Result<(), StoreError> {
    let columns = columns(transaction, &person.value)?;
    transaction
        .update(PERSON, person.value.id.as_i64(), Some(person.version), columns)
        .await
}

fn columns(transaction: &Transaction, person: &Person) -> Result<Columns, StoreError> {
    let mobile = person
        .mobile
        .as_deref()
        .map(|mobile| contact_digest(transaction, ContactType::Mobile, mobile));
    let email = person
        .email
        .as_deref()
        .map(|email| contact_digest(transaction, ContactType::Email, email));
    Ok(vec![
        ("mobile_digest", Value::from(mobile)),
        ("email_digest", Value::from(email)),
        transaction.body(PERSON, person.id.as_i64(), person)?,
    ])
}

/// Digest of a contact in normal form. All tables use the same one.
pub(crate) fn contact_digest(reader: &Reader, kind: ContactType, contact: &str) -> Vec<u8> {
    reader.lookup_digest(kind.name(), &normalise(contact, kind))
}

/// The person with this id.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(reader: &mut Reader, id: PersonId) -> Result<Option<Versioned<Person>>, StoreError> {
    let sql = "SELECT id, version, body FROM person WHERE id = $1";
    let row = reader.fetch_optional(sql, values![id.as_i64()]).await?;
    row.map(|row| reader.open_versioned(PERSON, &row)).transpose()
}

/// The persons with these ids, in any order.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(reader: &mut Reader, ids: &[PersonId]) -> Result<Vec<Versioned<Person>>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(IN_LIST) {
        let parameters: Vec<Value> = some.iter().map(|id| Value::from(id.as_i64())).collect();
        let places = crate::value::places(parameters.len());
        let sql = format!("SELECT id, version, body FROM person WHERE id IN ({places})");
        for row in reader.fetch(sql, parameters).await? {
            found.push(reader.open_versioned(PERSON, &row)?);
        }
    }
    Ok(found)
}

/// The person with this mobile number or mail address. Other kinds of contact name employees and find nobody here.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_contact(
    reader: &mut Reader,
    kind: ContactType,
    contact: &str,
) -> Result<Option<Versioned<Person>>, StoreError> {
    let sql = match kind {
        ContactType::Mobile => "SELECT id, version, body FROM person WHERE mobile_digest = $1",
        ContactType::Email => "SELECT id, version, body FROM person WHERE email_digest = $1",
        ContactType::BizId | ContactType::EmployeeId | ContactType::Number => return Ok(None),
    };
    let digest = contact_digest(reader, kind, contact);
    let row = reader.fetch_optional(sql, values![digest]).await?;
    row.map(|row| reader.open_versioned(PERSON, &row)).transpose()
}
