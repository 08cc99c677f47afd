//! What is needed to prove rows to somebody who has no database.

use qishu_model::time::Timestamp;

use super::{Canonical, GENESIS};
use crate::error::StoreError;
use crate::transaction::Reader;
use crate::value::{Row, values};

/// A row exactly as its hash covers it. The body is sealed; effects hold rows in stored form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// Number.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Company on whose behalf.
    pub tenant: Option<i64>,
    /// What.
    pub kind: String,
    /// Object concerned.
    pub subject: Option<i64>,
    /// Who and details, sealed.
    pub body: Vec<u8>,
    /// The business rows it wrote, as JSON.
    pub effects: Vec<u8>,
    /// Hash of the row before.
    pub previous: [u8; 32],
}

impl StoredRow {
    /// The hash that follows from its content.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.hash_after(&self.previous)
    }

    /// The hash that follows from its content behind another row.
    pub(super) fn hash_after(&self, previous: &[u8; 32]) -> [u8; 32] {
        let canonical = Canonical {
            number: self.number,
            at_ms: self.at.ms(),
            tenant: self.tenant,
            kind: &self.kind,
            subject: self.subject,
            body: &self.body,
            effects: &self.effects,
        };
        canonical.hash(previous)
    }
}

/// The rows about one object, oldest first, as far as row `last`.
///
/// # Errors
/// [`StoreError::Corrupt`] when the row before one of them is missing.
pub async fn rows_of(reader: &mut Reader, subject: u64, last: i64) -> Result<Vec<StoredRow>, StoreError> {
    let sql = "SELECT ledger.*, before.hash AS previous FROM ledger \
               LEFT JOIN ledger before ON before.number = ledger.number - 1 \
               WHERE ledger.subject = $1 AND ledger.number <= $2 ORDER BY ledger.number";
    let rows = reader.fetch(sql, values![subject.cast_signed(), last]).await?;
    rows.iter().map(stored).collect()
}

fn stored(row: &Row) -> Result<StoredRow, StoreError> {
    let previous = if row.int("number")? == 1 {
        GENESIS
    } else {
        row.array("previous")?
    };
    content(row, previous)
}

/// A row behind the one with the hash `previous`.
pub(super) fn content(row: &Row, previous: [u8; 32]) -> Result<StoredRow, StoreError> {
    let number = row.int("number")?;
    Ok(StoredRow {
        number,
        at: Timestamp::from_ms(row.int("at_ms")?),
        tenant: row.optional_int("tenant")?,
        kind: row.text("kind")?.to_owned(),
        subject: row.optional_int("subject")?,
        body: row.bytes("body")?.to_vec(),
        effects: row.bytes("effects")?.to_vec(),
        previous,
    })
}

/// The hashes of the rows from `first` to `last`, as stored.
///
/// # Errors
/// [`StoreError::Corrupt`] when one is missing.
pub async fn hashes(reader: &mut Reader, first: i64, last: i64) -> Result<Vec<[u8; 32]>, StoreError> {
    let sql = "SELECT hash FROM ledger WHERE number >= $1 AND number <= $2 ORDER BY number";
    let rows = reader.fetch(sql, values![first, last]).await?;
    let hashes: Vec<[u8; 32]> = rows
        .iter()
        .map(|row| row.array("hash"))
        .collect::<Result<_, _>>()?;
    if i64::try_from(hashes.len()).ok() == last.checked_sub(first).map(|length| length + 1) {
        Ok(hashes)
    } else {
        Err(StoreError::corrupt(format!(
            "rows are missing in the ledger between {first} and {last}"
        )))
    }
}
