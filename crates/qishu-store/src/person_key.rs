//! One key per person. What identifies a person is sealed under it, and the key itself under the data key. Destroying
//! the key erases the person's identity material everywhere at once: in tables, blobs, backups of blobs and the ledger, which
//! keeps every row for ever. Contracts and the chain stay as they are.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use qishu_model::id::PersonId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;
use crate::transaction::{Reader, Transaction};
use crate::value::values;

const KEY_BYTES: usize = 32;
/// Kind of the keyed digest under which an identity number is found.
const NUMBER_KIND: &str = "identity number";

/// The key of one person. It cannot be printed, and leaves this module only inside what it sealed.
pub struct PersonKey {
    person: PersonId,
    aead: LessSafeKey,
}

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "PersonKey({})", self.person)
    }
}

impl PersonKey {
    fn new(person: PersonId, secret: &[u8]) -> Result<Self, StoreError> {
        let key = UnboundKey::new(&AES_256_GCM, secret)
            .map_err(|_| StoreError::corrupt(format!("person_key {person} is no key")))?;
        Ok(Self {
            person,
            aead: LessSafeKey::new(key),
        })
    }

    /// Seals bytes; `purpose` binds them to where they are kept, so that they open nowhere else.
    ///
    /// # Errors
    /// `Unavailable` when the source of chance or the crypto library fails.
    pub fn seal(&self, reader: &Reader, purpose: &str, plain: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE_LEN];
        if !reader.shared.random.fill(&mut nonce) {
            return Err(StoreError::unavailable("the system gives no random bytes"));
        }
        let mut text = plain.to_vec();
        self.aead
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                self.place(purpose),
                &mut text,
            )
            .map_err(|_| StoreError::unavailable("it is too long to be sealed"))?;
        let mut sealed = nonce.to_vec();
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    /// Opens what [`PersonKey::seal`] made for the same purpose.
    ///
    /// # Errors
    /// `Corrupt` when it was altered, or sealed by another key or for another purpose.
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let damaged = || StoreError::corrupt(format!("{purpose} of person {} does not open", self.person));
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or_else(damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged())?;
        let mut text = text.to_vec();
        let length = self
            .aead
            .open_in_place(nonce, self.place(purpose), &mut text)
            .map_err(|_| damaged())?
            .len();
        text.truncate(length);
        Ok(text)
    }

    /// [`PersonKey::seal`] of a value.
    ///
    /// # Errors
    /// As there; `Programming` for a value that is no JSON.
    pub fn seal_value(
        &self,
        reader: &Reader,
        purpose: &str,
        value: &impl Serialize,
    ) -> Result<Vec<u8>, StoreError> {
        let plain = serde_json::to_vec(value).map_err(|error| StoreError::Programming {
            operation: "seal_value",
            what: error.to_string(),
        })?;
        self.seal(reader, purpose, &plain)
    }

    /// [`PersonKey::open`] of a value.
    ///
    /// # Errors
    /// As there.
    pub fn open_value<T: DeserializeOwned>(&self, purpose: &str, sealed: &[u8]) -> Result<T, StoreError> {
        let plain = self.open(purpose, sealed)?;
        // The error of the JSON reader may quote personal data; only its place is passed on.
        serde_json::from_slice(&plain).map_err(|error| {
            StoreError::corrupt(format!(
                "{purpose} of person {}: unreadable at byte {}",
                self.person,
                error.column()
            ))
        })
    }

    fn place(&self, purpose: &str) -> Aad<Vec<u8>> {
        Aad::from(format!("{}/{purpose}", self.person).into_bytes())
    }
}

/// The key of a person, made when there is none.
///
/// # Errors
/// See [`StoreError`].
pub async fn ensure(transaction: &mut Transaction, person: PersonId) -> Result<PersonKey, StoreError> {
    if let Some(known) = find(transaction, person).await? {
        return Ok(known);
    }
    let mut secret = [0; KEY_BYTES];
    if !transaction.shared.random.fill(&mut secret) {
        return Err(StoreError::unavailable("the system gives no random bytes"));
    }
    let body = transaction.seal("person_key", &person.to_string(), &hex::encode(secret))?;
    // Of two who make one at once the second finds the first's.
    let insert = "INSERT INTO person_key (person_id, number_digest, body) VALUES ($1, NULL, $2) ON CONFLICT DO NOTHING";
    transaction
        .execute(insert, values![person.as_i64(), body])
        .await?;
    find(transaction, person)
        .await?
        .ok_or_else(|| StoreError::unavailable("the key of a person was erased while it was made"))
}

/// The key of a person; none when they never had one, or it was erased.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(reader: &mut Reader, person: PersonId) -> Result<Option<PersonKey>, StoreError> {
    let sql = "SELECT body FROM person_key WHERE person_id = $1";
    let Some(row) = reader.fetch_optional(sql, values![person.as_i64()]).await? else {
        return Ok(None);
    };
    let secret: String = reader.open("person_key", &person.to_string(), row.bytes("body")?)?;
    let secret =
        hex::decode(secret).map_err(|_| StoreError::corrupt(format!("person_key {person} is no key")))?;
    PersonKey::new(person, &secret).map(Some)
}

/// Digest of an identity number: what tells people of one name apart in certificates, and finds a number again.
#[must_use]
pub fn number_digest(reader: &Reader, number: &str) -> Vec<u8> {
    reader.lookup_digest(NUMBER_KIND, &number.trim().to_ascii_uppercase())
}

/// Keeps the digest of a person's proven number beside the key, so that it goes with it.
///
/// # Errors
/// `Conflict` when the person has no key.
pub async fn set_number(
    transaction: &mut Transaction,
    person: PersonId,
    number: &str,
) -> Result<(), StoreError> {
    let digest = number_digest(transaction, number);
    let sql = "UPDATE person_key SET number_digest = $2 WHERE person_id = $1";
    if transaction.execute(sql, values![person.as_i64(), digest]).await? == 0 {
        return Err(StoreError::Conflict {
            table: "person_key",
            key: person.to_string(),
        });
    }
    Ok(())
}

/// Digest of the person's proven number.
///
/// # Errors
/// See [`StoreError`].
pub async fn digest_of(reader: &mut Reader, person: PersonId) -> Result<Option<[u8; 32]>, StoreError> {
    let sql = "SELECT number_digest FROM person_key WHERE person_id = $1 AND number_digest IS NOT NULL";
    let row = reader.fetch_optional(sql, values![person.as_i64()]).await?;
    Ok(row.map(|row| row.array::<32>("number_digest")).transpose()?)
}

/// Persons who proved an identity number.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_number(reader: &mut Reader, number: &str) -> Result<Vec<PersonId>, StoreError> {
    let digest = number_digest(reader, number);
    let sql = "SELECT person_id FROM person_key WHERE number_digest = $1 ORDER BY person_id";
    let rows = reader.fetch(sql, values![digest]).await?;
    rows.iter()
        .map(|row| Ok(PersonId::from_i64(row.int("person_id")?)))
        .collect()
}

/// Destroys the key of a person; answers whether there was one.
///
/// # Errors
/// See [`StoreError`].
pub async fn destroy(transaction: &mut Transaction, person: PersonId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM person_key WHERE person_id = $1";
    Ok(transaction.execute(sql, values![person.as_i64()]).await? > 0)
}
