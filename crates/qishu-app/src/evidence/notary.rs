//! 数据存证: `POST /v2/chain/notary`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_blob::Digest;
use qishu_model::contact::User;
use qishu_model::evidence::{HashAlgorithm, Notary, StoredFile};
use qishu_model::id::NotaryId;
use qishu_model::rights::{About, Operation};
use qishu_model::time::Timestamp;
use qishu_store::ledger::Entry;
use qishu_store::{StoreError, notary};
use sealpki::{DigestAlgorithm, MessageImprint};
use serde_json::json;

use super::{check_uploads, plain_suffix};
use crate::app::Family;
use crate::company::require_operator;
use crate::document::Upload;
use crate::signing::stamp;
use crate::{ApiCaller, App, AppError};

/// What is to be proved to exist now.
#[derive(Debug, Clone)]
pub enum NotaryData {
    /// A file, which is kept.
    File(Upload),
    /// A digest of something that stays with the caller.
    Hash(HashAlgorithm, Vec<u8>),
}

/// Data to be notarised.
#[derive(Debug, Clone)]
pub struct NotaryOrder {
    /// Name of the evidence.
    pub name: String,
    /// The caller's own id of the data.
    pub data_id: String,
    /// The data.
    pub data: NotaryData,
    /// Who hands it in.
    pub operator: Option<User>,
}

/// Time-stamps a digest and records it. The same `data_id` again gets the first one (D-37).
///
/// # Errors
/// `1005` for an empty file; `1701`, `1702`, `1705`, `1002` for an operator who may not; `1010`; internal while the clock cannot be trusted.
pub async fn notarise(app: &App, caller: &ApiCaller, order: NotaryOrder) -> Result<Notary, AppError> {
    let mut reader = app.store.read("notarise");
    if let Some(operator) = &order.operator {
        let notarise = Operation::NotariseData;
        require_operator(&mut reader, &caller.company, operator, notarise, About::Company).await?;
    }
    let company = caller.company.id;
    let known = notary::find_by_data_id(&mut reader, company, &order.data_id).await?;
    drop(reader);
    if let Some(known) = known {
        return Ok(known);
    }
    let (algorithm, digest, file) = match order.data {
        NotaryData::Hash(algorithm, digest) => (algorithm, digest, None),
        NotaryData::File(upload) => {
            check_uploads(
                "notaryFile",
                std::slice::from_ref(&upload),
                app.settings.upload_bytes,
            )?;
            let stored = store_file(app, &upload).await?;
            let digest = Digest::of(&upload.bytes).as_bytes().to_vec();
            (HashAlgorithm::Sha256, digest, Some(stored))
        }
    };
    let imprint = MessageImprint::new(digest_algorithm(algorithm), &digest);
    let imprint = imprint.ok_or_else(|| AppError::invalid("notaryDataHash", "a digest of another length"))?;
    let token = stamp(app, app.hierarchy(Family::First)?, imprint)?;
    let stamped =
        sealpki::read_time_stamp(&token).map_err(|error| AppError::internal("own time-stamp", error))?;
    let made = Notary {
        id: NotaryId::new(app.next_id()),
        company_id: company,
        data_id: order.data_id,
        name: order.name,
        algorithm,
        hash: hex::encode(&digest),
        file,
        create_time: Timestamp::from_ms(stamped.info.time_unix_s.saturating_mul(1000)),
        time_stamp: STANDARD.encode(&token),
        operator: order.operator,
    };
    store(app, caller, made).await
}

async fn store(app: &App, caller: &ApiCaller, made: Notary) -> Result<Notary, AppError> {
    let mut transaction = app.store.begin("notarise");
    match notary::insert(&mut transaction, &made).await {
        // An equal call was faster; its answer is this one's too.
        Err(StoreError::Duplicate { .. }) => {
            drop(transaction);
            let mut reader = app.store.read("notarise");
            let first = notary::find_by_data_id(&mut reader, made.company_id, &made.data_id).await?;
            return first.ok_or(AppError::Busy);
        }
        stored => stored?,
    }
    transaction.record(Entry {
        at: made.create_time,
        tenant: Some(made.company_id),
        kind: "NOTARY",
        subject: Some(made.id.get()),
        actor: caller.actor_for(made.operator.as_ref()),
        details: json!({ "hash": made.hash, "algorithm": made.algorithm.name() }),
    });
    transaction.commit().await?;
    Ok(made)
}

/// Keeps an upload as it is.
pub(super) async fn store_file(app: &App, upload: &Upload) -> Result<StoredFile, AppError> {
    let blob = app.blobs.put(upload.bytes.clone()).await?;
    Ok(StoredFile {
        suffix: plain_suffix(upload),
        blob: blob.to_string(),
        size_bytes: upload.bytes.len() as u64,
    })
}

/// The algorithm as the library names it.
pub(super) const fn digest_algorithm(algorithm: HashAlgorithm) -> DigestAlgorithm {
    match algorithm {
        HashAlgorithm::Sha256 => DigestAlgorithm::Sha256,
        HashAlgorithm::Sha384 => DigestAlgorithm::Sha384,
        HashAlgorithm::Sha512 => DigestAlgorithm::Sha512,
        HashAlgorithm::Sm3 => DigestAlgorithm::Sm3,
    }
}
