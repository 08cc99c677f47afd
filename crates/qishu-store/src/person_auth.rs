//! Authentications of persons. What was filled in and entered lies in `material`, sealed under the person's key.

use qishu_model::id::{CompanyId, PersonAuthId, PersonId};
use qishu_model::person_auth::{AuthMaterial, PersonAuth};

use crate::error::StoreError;
use crate::person_key::{self, PersonKey};
use crate::table::PERSON_AUTH;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

const PURPOSE: &str = "person_auth";

/// Stores a new authentication.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(
    transaction: &mut Transaction,
    key: &PersonKey,
    auth: &PersonAuth,
    material: &AuthMaterial,
) -> Result<(), StoreError> {
    let mut columns = columns(transaction, auth)?;
    columns.push(("platform_id", Value::from(auth.platform_id.as_i64())));
    columns.push(("person_id", Value::from(auth.person_id.as_i64())));
    columns.push(("create_ms", Value::from(auth.create_time.ms())));
    columns.push((
        "material",
        Value::from(key.seal_value(transaction, PURPOSE, material)?),
    ));
    transaction.insert(PERSON_AUTH, auth.id.as_i64(), columns).await
}

/// Stores a changed authentication; its material stays.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update(transaction: &mut Transaction, auth: &Versioned<PersonAuth>) -> Result<(), StoreError> {
    let columns = columns(transaction, &auth.value)?;
    transaction
        .update(PERSON_AUTH, auth.value.id.as_i64(), Some(auth.version), columns)
        .await
}

/// Stores a changed authentication with what was entered.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn update_with(
    transaction: &mut Transaction,
    key: &PersonKey,
    auth: &Versioned<PersonAuth>,
    material: &AuthMaterial,
) -> Result<(), StoreError> {
    let mut columns = columns(transaction, &auth.value)?;
    columns.push((
        "material",
        Value::from(key.seal_value(transaction, PURPOSE, material)?),
    ));
    transaction
        .update(PERSON_AUTH, auth.value.id.as_i64(), Some(auth.version), columns)
        .await
}

fn columns(transaction: &Transaction, auth: &PersonAuth) -> Result<Columns, StoreError> {
    Ok(vec![
        ("state", Value::from(auth.state.name())),
        transaction.body(PERSON_AUTH, auth.id.as_i64(), auth)?,
    ])
}

/// The authentication with this id, of one platform company when that is given.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    platform: Option<CompanyId>,
    id: PersonAuthId,
) -> Result<Option<Versioned<PersonAuth>>, StoreError> {
    let sql = "SELECT id, version, body FROM person_auth WHERE id = $1";
    let row = reader.fetch_optional(sql, values![id.as_i64()]).await?;
    let found: Option<Versioned<PersonAuth>> = row
        .map(|row| reader.open_versioned(PERSON_AUTH, &row))
        .transpose()?;
    Ok(found.filter(|found| platform.is_none_or(|platform| found.value.platform_id == platform)))
}

/// What was filled in and entered; empty once it was erased.
///
/// # Errors
/// See [`StoreError`].
pub async fn material(reader: &mut Reader, auth: &PersonAuth) -> Result<AuthMaterial, StoreError> {
    let sql = "SELECT material FROM person_auth WHERE id = $1";
    let row = reader.fetch_optional(sql, values![auth.id.as_i64()]).await?;
    let key = person_key::find(reader, auth.person_id).await?;
    match (row, key) {
        (Some(row), Some(key)) => key.open_value(PURPOSE, row.bytes("material")?),
        _ => Ok(AuthMaterial::default()),
    }
}

/// Every authentication of a person, newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_of_person(
    reader: &mut Reader,
    person: PersonId,
) -> Result<Vec<Versioned<PersonAuth>>, StoreError> {
    let sql = "SELECT id, version, body FROM person_auth WHERE person_id = $1 ORDER BY id DESC";
    let rows = reader.fetch(sql, values![person.as_i64()]).await?;
    rows.iter()
        .map(|row| reader.open_versioned(PERSON_AUTH, row))
        .collect()
}

/// Authentications in a state, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_in_state(
    reader: &mut Reader,
    state: &str,
    limit: u32,
) -> Result<Vec<Versioned<PersonAuth>>, StoreError> {
    let sql = "SELECT id, version, body FROM person_auth WHERE state = $1 ORDER BY id LIMIT $2";
    let rows = reader.fetch(sql, values![state, i64::from(limit)]).await?;
    rows.iter()
        .map(|row| reader.open_versioned(PERSON_AUTH, row))
        .collect()
}
