//! The language in which somebody used a page last, by contact: messages are written in it. Contacts are kept as keyed
//! digests only.

use qishu_model::contact::User;

use crate::error::StoreError;
use crate::person::contact_digest;
use crate::transaction::{Reader, Transaction};
use crate::value::values;

/// The language remembered for a contact, as [`set`] was given it.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(reader: &mut Reader, user: &User) -> Result<Option<String>, StoreError> {
    let digest = contact_digest(reader, user.contact_type, &user.contact);
    let sql = "SELECT language FROM contact_language WHERE contact_digest = $1";
    let row = reader.fetch_optional(sql, values![digest]).await?;
    Ok(row
        .map(|row| row.text("language").map(str::to_owned))
        .transpose()?)
}

/// Remembers the language of a contact.
///
/// # Errors
/// See [`StoreError`].
pub async fn set(transaction: &mut Transaction, user: &User, language: &str) -> Result<(), StoreError> {
    let digest = contact_digest(transaction, user.contact_type, &user.contact);
    let sql = "INSERT INTO contact_language (contact_digest, language) VALUES ($1, $2) \
               ON CONFLICT (contact_digest) DO UPDATE SET language = $2";
    transaction
        .execute(sql, values![digest, language])
        .await
        .map(drop)
}
