//! Personal-signature authorisations (D-48).

use qishu_model::authorisation::PersonalAuthorisation;
use qishu_model::id::{AuthorisationId, CompanyId, PersonId};
use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::table::PERSONAL_AUTHORISATION;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

/// Stores a new authorisation.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(
    transaction: &mut Transaction,
    authorisation: &PersonalAuthorisation,
) -> Result<(), StoreError> {
    let mut columns = columns(transaction, authorisation)?;
    columns.push(("person_id", Value::from(authorisation.person_id.as_i64())));
    columns.push(("company_id", Value::from(authorisation.company_id.as_i64())));
    transaction
        .insert(PERSONAL_AUTHORISATION, authorisation.id.as_i64(), columns)
        .await
}

/// Stores a changed authorisation; person and company stay.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(
    transaction: &mut Transaction,
    authorisation: &Versioned<PersonalAuthorisation>,
) -> Result<(), StoreError> {
    let columns = columns(transaction, &authorisation.value)?;
    let id = authorisation.value.id.as_i64();
    transaction
        .update(PERSONAL_AUTHORISATION, id, Some(authorisation.version), columns)
        .await
}

fn columns(transaction: &Transaction, authorisation: &PersonalAuthorisation) -> Result<Columns, StoreError> {
    Ok(vec![
        ("until_ms", Value::from(authorisation.until.ms())),
        (
            "withdrawn_ms",
            Value::from(authorisation.withdrawn.map(Timestamp::ms)),
        ),
        transaction.body(PERSONAL_AUTHORISATION, authorisation.id.as_i64(), authorisation)?,
    ])
}

const SELECT: &str = "SELECT id, version, body FROM personal_authorisation";

/// The authorisation with this id.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    id: AuthorisationId,
) -> Result<Option<Versioned<PersonalAuthorisation>>, StoreError> {
    let sql = format!("{SELECT} WHERE id = $1");
    let row = reader.fetch_optional(sql, values![id.as_i64()]).await?;
    row.map(|row| reader.open_versioned(PERSONAL_AUTHORISATION, &row))
        .transpose()
}

/// Every authorisation that a person gave a company, oldest first, whether it is still in force or not.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    reader: &mut Reader,
    person: PersonId,
    company: CompanyId,
) -> Result<Vec<Versioned<PersonalAuthorisation>>, StoreError> {
    let sql = format!("{SELECT} WHERE person_id = $1 AND company_id = $2 ORDER BY id");
    let rows = reader
        .fetch(sql, values![person.as_i64(), company.as_i64()])
        .await?;
    rows.iter()
        .map(|row| reader.open_versioned(PERSONAL_AUTHORISATION, row))
        .collect()
}

/// Every authorisation that a person was asked for, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_of_person(
    reader: &mut Reader,
    person: PersonId,
) -> Result<Vec<Versioned<PersonalAuthorisation>>, StoreError> {
    let sql = format!("{SELECT} WHERE person_id = $1 ORDER BY id DESC");
    let rows = reader.fetch(sql, values![person.as_i64()]).await?;
    rows.iter()
        .map(|row| reader.open_versioned(PERSONAL_AUTHORISATION, row))
        .collect()
}
