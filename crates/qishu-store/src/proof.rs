//! How far the signatures of a document can be proven, and what has to be done about it: time-stamps that no server gave when
//! they were wanted, and those that age.

use qishu_model::id::{ContractId, DocumentId};
use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::table::DOCUMENT_PROOF;
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Row, Value, values};

/// What is known of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Document.
    pub document_id: DocumentId,
    /// Its contract.
    pub contract_id: ContractId,
    /// Level its signatures should have, such as `B-LTA`.
    pub wanted: String,
    /// Level that all of them have.
    pub reached: String,
    /// A time-stamp is missing.
    pub is_lacking: bool,
    /// When the newest time-stamp of the document stops proving anything; absent where there is none.
    pub proven_until: Option<Timestamp>,
    /// DER of the certificate that signed that time-stamp.
    pub stamp_certificate: Option<Vec<u8>>,
    /// Not to be looked at before this.
    pub try_at: Timestamp,
}

/// Stores what is known of a document for the first time.
///
/// # Errors
/// `Duplicate` of `document_proof.key` when it is known.
pub async fn insert(transaction: &mut Transaction, proof: &Proof) -> Result<(), StoreError> {
    transaction
        .insert(DOCUMENT_PROOF, proof.document_id.as_i64(), columns(proof))
        .await
}

/// Stores what is known now.
///
/// # Errors
/// `Conflict` when somebody else stored something since it was read.
pub async fn update(transaction: &mut Transaction, proof: &Versioned<Proof>) -> Result<(), StoreError> {
    let key = proof.value.document_id.as_i64();
    transaction
        .update(DOCUMENT_PROOF, key, Some(proof.version), columns(&proof.value))
        .await
}

fn columns(proof: &Proof) -> Columns {
    vec![
        ("contract_id", Value::from(proof.contract_id.as_i64())),
        ("wanted", Value::from(proof.wanted.as_str())),
        ("reached", Value::from(proof.reached.as_str())),
        ("lacking", Value::from(i64::from(proof.is_lacking))),
        (
            "proven_until_ms",
            Value::from(proof.proven_until.map(Timestamp::ms)),
        ),
        (
            "stamp_certificate",
            Value::from(proof.stamp_certificate.as_deref()),
        ),
        ("try_ms", Value::from(proof.try_at.ms())),
    ]
}

/// What is known of a document.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(reader: &mut Reader, document: DocumentId) -> Result<Option<Versioned<Proof>>, StoreError> {
    let sql = "SELECT * FROM document_proof WHERE id = $1";
    let row = reader.fetch_optional(sql, values![document.as_i64()]).await?;
    row.as_ref().map(read).transpose()
}

/// Documents that lack a time-stamp and may be looked at now, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_lacking(
    reader: &mut Reader,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Versioned<Proof>>, StoreError> {
    let sql = "SELECT * FROM document_proof WHERE lacking = 1 AND try_ms <= $1 ORDER BY try_ms, id LIMIT $2";
    let rows = reader.fetch(sql, values![now.ms(), i64::from(limit)]).await?;
    rows.iter().map(read).collect()
}

/// Documents whose newest time-stamp ends before `until` and that may be looked at now, the most urgent first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_ageing(
    reader: &mut Reader,
    now: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<Versioned<Proof>>, StoreError> {
    let sql = "SELECT * FROM document_proof WHERE lacking = 0 AND proven_until_ms <= $2 AND try_ms <= $1 \
               ORDER BY proven_until_ms, id LIMIT $3";
    let parameters = values![now.ms(), until.ms(), i64::from(limit)];
    let rows = reader.fetch(sql, parameters).await?;
    rows.iter().map(read).collect()
}

/// How many documents lack a time-stamp.
///
/// # Errors
/// See [`StoreError`].
pub async fn count_lacking(reader: &mut Reader) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) AS n FROM document_proof WHERE lacking = 1";
    reader.count(sql, values![]).await
}

fn read(row: &Row) -> Result<Versioned<Proof>, StoreError> {
    let text = |name: &str| row.text(name).map(str::to_owned);
    Ok(Versioned {
        version: row.int("version")?,
        value: Proof {
            document_id: DocumentId::from_i64(row.int("id")?),
            contract_id: ContractId::from_i64(row.int("contract_id")?),
            wanted: text("wanted")?,
            reached: text("reached")?,
            is_lacking: row.int("lacking")? != 0,
            proven_until: row.optional_int("proven_until_ms")?.map(Timestamp::from_ms),
            stamp_certificate: row.optional_bytes("stamp_certificate")?.map(<[u8]>::to_vec),
            try_at: Timestamp::from_ms(row.int("try_ms")?),
        },
    })
}
