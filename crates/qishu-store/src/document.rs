//! Revisions of documents: each is a list of blobs, of which all but the last belong to the revision before (design 4.5).

use qishu_model::id::{ActId, DocumentId};
use qishu_model::time::Timestamp;

use crate::error::StoreError;
use crate::table::DOCUMENT_REVISION;
use crate::transaction::{Reader, Transaction};
use crate::value::{Row, Value, values};

/// A part of a revision: one blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevisionPart {
    /// SHA-256 of the part: its name among the blobs.
    pub sha256: [u8; 32],
    /// Its length in bytes.
    pub length: u64,
}

/// One immutable state of a document's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Document.
    pub document_id: DocumentId,
    /// 0 is the one before any signature; each signing act adds one.
    pub number: u32,
    /// SHA-256 of all its bytes: what the signer is shown.
    pub sha256: [u8; 32],
    /// Its blobs, in order.
    pub parts: Vec<RevisionPart>,
    /// State of the digest over all its bytes, so that the next revision hashes only what it appends.
    pub digest_state: Option<Vec<u8>>,
    /// SHA-256 of the blob that holds the prepared plan for signing.
    pub plan: Option<[u8; 32]>,
    /// Act that made it; absent for revision 0.
    pub act_id: Option<ActId>,
    /// When made.
    pub create_time: Timestamp,
}

impl Revision {
    /// Length of all its bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.parts
            .iter()
            .fold(0, |sum, part| sum.saturating_add(part.length))
    }
}

const PART_LENGTH: usize = 40;

/// Stores a new revision. The contract's own row tells which revision is the newest and is updated in the same transaction.
///
/// # Errors
/// `Duplicate` of `document_revision.number` (or its key) when somebody else has made that revision meanwhile.
pub async fn insert_revision(transaction: &mut Transaction, revision: &Revision) -> Result<(), StoreError> {
    let (document, number) = (revision.document_id.as_i64(), i64::from(revision.number));
    let parts = revision
        .parts
        .iter()
        .flat_map(|part| [&part.sha256[..], &part.length.to_be_bytes()].concat());
    let columns = vec![
        ("document_id", Value::from(document)),
        ("number", Value::from(number)),
        ("sha256", Value::from(revision.sha256.as_slice())),
        ("parts", Value::from(parts.collect::<Vec<u8>>())),
        ("length", Value::from(revision.length().cast_signed())),
        ("digest_state", Value::from(revision.digest_state.as_deref())),
        (
            "plan",
            Value::from(revision.plan.as_ref().map(<[u8; 32]>::as_slice)),
        ),
        ("act_id", Value::from(revision.act_id.map(ActId::as_i64))),
        ("create_ms", Value::from(revision.create_time.ms())),
    ];
    transaction
        .insert(DOCUMENT_REVISION, key(document, number).as_str(), columns)
        .await
}

/// Stores the revisions of a document that was made anew, in place of those it had: nobody has signed any of them.
///
/// # Errors
/// `Corrupt` when one of the old ones was signed; see [`StoreError`].
pub async fn replace_unsigned(
    transaction: &mut Transaction,
    document: DocumentId,
    revisions: &[Revision],
) -> Result<(), StoreError> {
    let known = list_revisions(transaction, document).await?;
    if known.iter().any(|known| known.act_id.is_some()) {
        return Err(StoreError::corrupt(format!(
            "document {document} is signed and cannot be made anew"
        )));
    }
    delete_revisions(transaction, document).await?;
    for revision in revisions {
        insert_revision(transaction, revision).await?;
    }
    Ok(())
}

fn key(document: i64, number: i64) -> String {
    format!("{document}/{number}")
}

pub(crate) async fn delete_revisions(
    transaction: &mut Transaction,
    document: DocumentId,
) -> Result<(), StoreError> {
    let sql = "SELECT id FROM document_revision WHERE document_id = $1";
    for row in transaction.fetch(sql, values![document.as_i64()]).await? {
        transaction
            .delete(DOCUMENT_REVISION, row.text("id")?, None)
            .await?;
    }
    Ok(())
}

/// One revision of a document. The caller has found the document through its contract.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_revision(
    reader: &mut Reader,
    document: DocumentId,
    number: u32,
) -> Result<Option<Revision>, StoreError> {
    let sql = "SELECT * FROM document_revision WHERE document_id = $1 AND number = $2";
    let row = reader
        .fetch_optional(sql, values![document.as_i64(), i64::from(number)])
        .await?;
    row.as_ref().map(revision).transpose()
}

/// Every revision of a document, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_revisions(reader: &mut Reader, document: DocumentId) -> Result<Vec<Revision>, StoreError> {
    let sql = "SELECT * FROM document_revision WHERE document_id = $1 ORDER BY number";
    let rows = reader.fetch(sql, values![document.as_i64()]).await?;
    rows.iter().map(revision).collect()
}

pub(crate) fn revision(row: &Row) -> Result<Revision, StoreError> {
    let id = row.text("id")?;
    let damaged = |what: &str| StoreError::corrupt(format!("document_revision {id}: {what}"));
    let (chunks, rest) = row.bytes("parts")?.as_chunks::<PART_LENGTH>();
    if !rest.is_empty() {
        return Err(damaged("a part is cut short"));
    }
    let part = |chunk: &[u8; PART_LENGTH]| {
        let (sha256, length) = chunk.split_first_chunk::<32>()?;
        Some(RevisionPart {
            sha256: *sha256,
            length: u64::from_be_bytes(length.try_into().ok()?),
        })
    };
    let parts = chunks
        .iter()
        .map(part)
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| damaged("a part is unreadable"))?;
    let plan = row.optional_bytes("plan")?.map(<[u8; 32]>::try_from).transpose();
    Ok(Revision {
        document_id: DocumentId::from_i64(row.int("document_id")?),
        number: u32::try_from(row.int("number")?).map_err(|_| damaged("its number is out of range"))?,
        sha256: row.array("sha256")?,
        parts,
        digest_state: row.optional_bytes("digest_state")?.map(<[u8]>::to_vec),
        plan: plan.map_err(|_| damaged("its plan is no digest"))?,
        act_id: row.optional_int("act_id")?.map(ActId::from_i64),
        create_time: Timestamp::from_ms(row.int("create_ms")?),
    })
}

/// Documents that had a revision with exactly these bytes.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_by_hash(reader: &mut Reader, sha256: &[u8; 32]) -> Result<Vec<DocumentId>, StoreError> {
    let sql =
        "SELECT DISTINCT document_id FROM document_revision WHERE sha256 = $1 ORDER BY document_id LIMIT 100";
    let rows = reader.fetch(sql, values![sha256.as_slice()]).await?;
    rows.iter()
        .map(|row| Ok(DocumentId::from_i64(row.int("document_id")?)))
        .collect()
}
