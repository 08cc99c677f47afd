//! Proven identities. The key is the person's id; the real data lie in `material`, sealed under the person's key.

use qishu_model::id::PersonId;
use qishu_model::person_auth::{IdentityMaterial, PersonIdentity};

use crate::error::StoreError;
use crate::person_key::{self, PersonKey};
use crate::table::PERSON_IDENTITY;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Value, values};

const PURPOSE: &str = "person_identity";

/// Stores what was proven, in place of what was known before.
///
/// # Errors
/// `Conflict` or `Duplicate` when somebody else stored it meanwhile.
pub async fn put(
    transaction: &mut Transaction,
    key: &PersonKey,
    identity: &PersonIdentity,
    material: &IdentityMaterial,
) -> Result<(), StoreError> {
    let id = identity.person_id;
    let columns: Columns = vec![
        transaction.body(PERSON_IDENTITY, id.as_i64(), identity)?,
        (
            "material",
            Value::from(key.seal_value(transaction, PURPOSE, material)?),
        ),
    ];
    match find(transaction, id).await? {
        None => transaction.insert(PERSON_IDENTITY, id.as_i64(), columns).await?,
        Some(known) => {
            transaction
                .update(PERSON_IDENTITY, id.as_i64(), Some(known.version), columns)
                .await?;
        }
    }
    person_key::set_number(transaction, id, &material.id_card_no).await
}

/// How a person's identity was proven.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(
    reader: &mut Reader,
    person: PersonId,
) -> Result<Option<Versioned<PersonIdentity>>, StoreError> {
    let sql = "SELECT id, version, body FROM person_identity WHERE id = $1";
    let row = reader.fetch_optional(sql, values![person.as_i64()]).await?;
    row.map(|row| reader.open_versioned(PERSON_IDENTITY, &row))
        .transpose()
}

/// The real data; none when nothing was proven, or it was erased.
///
/// # Errors
/// See [`StoreError`].
pub async fn material(reader: &mut Reader, person: PersonId) -> Result<Option<IdentityMaterial>, StoreError> {
    let sql = "SELECT material FROM person_identity WHERE id = $1";
    let Some(row) = reader.fetch_optional(sql, values![person.as_i64()]).await? else {
        return Ok(None);
    };
    let Some(key) = person_key::find(reader, person).await? else {
        return Ok(None);
    };
    key.open_value(PURPOSE, row.bytes("material")?).map(Some)
}

/// Removes what was proven of a person.
///
/// # Errors
/// `Conflict` when it was changed since it was read.
pub async fn delete(
    transaction: &mut Transaction,
    identity: &Versioned<PersonIdentity>,
) -> Result<(), StoreError> {
    let id = identity.value.person_id.as_i64();
    transaction
        .delete(PERSON_IDENTITY, id, Some(identity.version))
        .await
}
