//! Signing acts and their certificates: the intent is durable before anything is signed, the serial before the
//! certificate is issued (P11, R-53).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_model::id::{ActId, ActionId, ContractId, DocumentId, SignatoryId};
use qishu_model::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::error::StoreError;
use crate::table::{CERTIFICATE, SIGNING_ACT};
use crate::transaction::{Columns, Reader, Transaction, Versioned};
use crate::value::{Row, Value, values};

/// How far an act got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ActState {
    /// The signature is in the document and the contract knows it.
    Done,
    /// Begun. A job finishes or undoes it when whoever began it is gone.
    Intended,
    /// Given up; nothing of it is in the document.
    Undone,
}

impl ActState {
    const fn name(self) -> &'static str {
        match self {
            Self::Done => "DONE",
            Self::Intended => "INTENDED",
            Self::Undone => "UNDONE",
        }
    }
}

/// One signature on one document, from intent to end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SigningAct {
    /// Id.
    pub id: ActId,
    /// Contract.
    pub contract_id: ContractId,
    /// Document.
    pub document_id: DocumentId,
    /// Party that signs.
    pub signatory_id: SignatoryId,
    /// Steps of the party that the act fulfils; empty for a personal party.
    pub steps: Vec<ActionId>,
    /// Number of the revision that was seen and is signed.
    pub revision: u32,
    /// SHA-256 (hex) of that revision (R-3, P5).
    pub revision_hash: String,
    /// Serial of the certificate, recorded before it is issued.
    pub certificate_serial: String,
    /// Digest (hex) that is signed.
    pub digest: String,
    /// Digest of the request, by which a repeated request finds this act.
    pub request_digest: Vec<u8>,
    /// How far it got.
    pub state: ActState,
    /// When begun.
    pub intended: Timestamp,
    /// When done or undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Timestamp>,
    /// What finishing it needs.
    pub details: Json,
}

/// Stores the intent. At most one act at a time is open on a document.
///
/// # Errors
/// `Duplicate` of `signing_act.open_document_id` while another act on the document is open: wait for it, or try again.
pub async fn insert(transaction: &mut Transaction, act: &SigningAct) -> Result<(), StoreError> {
    let columns = columns(transaction, act)?;
    transaction.insert(SIGNING_ACT, act.id.as_i64(), columns).await
}

/// Stores a changed act. Settling it (`DONE`, `UNDONE`) frees the document for the next one.
///
/// # Errors
/// `Conflict` when it was changed since it was read: somebody else has settled it.
pub async fn update(transaction: &mut Transaction, act: &Versioned<SigningAct>) -> Result<(), StoreError> {
    let columns = columns(transaction, &act.value)?;
    transaction
        .update(SIGNING_ACT, act.value.id.as_i64(), Some(act.version), columns)
        .await
}

fn columns(transaction: &Transaction, act: &SigningAct) -> Result<Columns, StoreError> {
    let open = (act.state == ActState::Intended).then(|| act.document_id.as_i64());
    Ok(vec![
        ("contract_id", Value::from(act.contract_id.as_i64())),
        ("document_id", Value::from(act.document_id.as_i64())),
        ("signatory_id", Value::from(act.signatory_id.as_i64())),
        ("open_document_id", Value::from(open)),
        ("state", Value::from(act.state.name())),
        ("request_digest", Value::from(act.request_digest.as_slice())),
        ("intended_ms", Value::from(act.intended.ms())),
        ("settled_ms", Value::from(act.settled.map(Timestamp::ms))),
        transaction.body(SIGNING_ACT, act.id.as_i64(), act)?,
    ])
}

/// The act with this id.
///
/// # Errors
/// See [`StoreError`].
pub async fn find(reader: &mut Reader, id: ActId) -> Result<Option<Versioned<SigningAct>>, StoreError> {
    let sql = "SELECT id, version, body FROM signing_act WHERE id = $1";
    let row = reader.fetch_optional(sql, values![id.as_i64()]).await?;
    row.map(|row| reader.open_versioned(SIGNING_ACT, &row))
        .transpose()
}

/// Acts of a contract that a request began and that are not undone, oldest first: one per document.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_by_request(
    reader: &mut Reader,
    contract: ContractId,
    request_digest: &[u8],
) -> Result<Vec<Versioned<SigningAct>>, StoreError> {
    let sql = "SELECT id, version, body FROM signing_act WHERE contract_id = $1 AND request_digest = $2 \
               AND state <> 'UNDONE' ORDER BY intended_ms, id";
    let rows = reader
        .fetch(sql, values![contract.as_i64(), request_digest])
        .await?;
    opened(reader, &rows)
}

/// Every act of a contract, oldest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(
    reader: &mut Reader,
    contract: ContractId,
) -> Result<Vec<Versioned<SigningAct>>, StoreError> {
    let sql = "SELECT id, version, body FROM signing_act WHERE contract_id = $1 ORDER BY intended_ms, id";
    let rows = reader.fetch(sql, values![contract.as_i64()]).await?;
    opened(reader, &rows)
}

/// Open acts begun before `before`, oldest first: what the sweep finishes or undoes.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_open(
    reader: &mut Reader,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<Versioned<SigningAct>>, StoreError> {
    let sql = "SELECT id, version, body FROM signing_act WHERE state = 'INTENDED' AND intended_ms < $1 \
               ORDER BY intended_ms, id LIMIT $2";
    let rows = reader.fetch(sql, values![before.ms(), i64::from(limit)]).await?;
    opened(reader, &rows)
}

fn opened(reader: &Reader, rows: &[Row]) -> Result<Vec<Versioned<SigningAct>>, StoreError> {
    rows.iter()
        .map(|row| reader.open_versioned(SIGNING_ACT, row))
        .collect()
}

/// A certificate of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Serial, in upper-case hexadecimal digits.
    pub serial: String,
    /// Act it was recorded for.
    pub act_id: ActId,
    /// When the serial was recorded.
    pub recorded: Timestamp,
    /// When it was issued, and its DER form; absent when that never happened.
    pub issued: Option<(Timestamp, Vec<u8>)>,
}

/// What the sealed body holds: the DER form names the signer.
#[derive(Serialize, Deserialize)]
struct Issued {
    der: Option<String>,
}

/// Records a serial before its certificate is issued.
///
/// # Errors
/// `Duplicate` of `certificate.key` when the serial was ever recorded.
pub async fn record_serial(
    transaction: &mut Transaction,
    serial: &str,
    act: ActId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let columns = vec![
        ("act_id", Value::from(act.as_i64())),
        ("recorded_ms", Value::from(at.ms())),
        transaction.body(CERTIFICATE, serial, &Issued { der: None })?,
    ];
    transaction.insert(CERTIFICATE, serial, columns).await
}

/// Stores the certificate of a recorded serial.
///
/// # Errors
/// `Conflict` when the serial was never recorded, or its certificate is stored already.
pub async fn store_certificate(
    transaction: &mut Transaction,
    serial: &str,
    der: &[u8],
    at: Timestamp,
) -> Result<(), StoreError> {
    let columns = vec![
        ("issued_ms", Value::from(at.ms())),
        transaction.body(
            CERTIFICATE,
            serial,
            &Issued {
                der: Some(STANDARD.encode(der)),
            },
        )?,
    ];
    // A recorded serial has version 1, an issued one version 2.
    transaction.update(CERTIFICATE, serial, Some(1), columns).await
}

/// The certificate with this serial.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_certificate(reader: &mut Reader, serial: &str) -> Result<Option<Certificate>, StoreError> {
    let row = reader
        .fetch_optional("SELECT * FROM certificate WHERE serial = $1", values![serial])
        .await?;
    row.as_ref().map(|row| certificate(reader, row)).transpose()
}

/// Every certificate of a contract, in the order of recording.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_certificates(
    reader: &mut Reader,
    contract: ContractId,
) -> Result<Vec<Certificate>, StoreError> {
    let sql = "SELECT * FROM certificate WHERE act_id IN (SELECT id FROM signing_act WHERE contract_id = $1) \
               ORDER BY recorded_ms, serial";
    let rows = reader.fetch(sql, values![contract.as_i64()]).await?;
    rows.iter().map(|row| certificate(reader, row)).collect()
}

fn certificate(reader: &Reader, row: &Row) -> Result<Certificate, StoreError> {
    let serial = row.text("serial")?.to_owned();
    let body: Issued = reader.open(CERTIFICATE.name, &serial, row.bytes("body")?)?;
    let der = body.der.map(|text| STANDARD.decode(text)).transpose();
    let der = der.map_err(|_| StoreError::corrupt(format!("certificate {serial} is not Base64")))?;
    let issued_at = row.optional_int("issued_ms")?.map(Timestamp::from_ms);
    Ok(Certificate {
        act_id: ActId::from_i64(row.int("act_id")?),
        recorded: Timestamp::from_ms(row.int("recorded_ms")?),
        issued: issued_at.zip(der),
        serial,
    })
}
