//! Reading documents: whole, or a range of bytes.

use std::ops::Range;

use bytes::Bytes;
use qishu_model::contract::Document;
use qishu_model::id::DocumentId;
use qishu_model::log::OperateType;
use qishu_store::document::{Revision, find_revision};
use qishu_store::{Reader, Scope, contract};
use serde_json::json;

use super::parts;
use crate::contract::entry;
use crate::download::{count_download, require_unlocked};
use crate::{ApiCaller, App, AppError};

/// A document's newest revision.
#[derive(Debug, Clone)]
pub struct DocumentFile {
    /// Title, for the file name.
    pub title: String,
    /// The PDF with every signature so far.
    pub bytes: Bytes,
}

/// 下载合同文档: `GET /v2/document/download`.
///
/// # Errors
/// [`AppError::DocumentNotFound`] for unknown documents and those of others; `1405` while its downloads are locked.
pub async fn document_file(app: &App, caller: &ApiCaller, id: DocumentId) -> Result<DocumentFile, AppError> {
    let mut reader = app.store.read("document_file");
    let own = Scope::Platform(caller.company.id);
    let found = contract::find_by_document(&mut reader, own, id).await?;
    let contract = found.ok_or(AppError::DocumentNotFound)?.value;
    let document = contract.shown_document(id).ok_or(AppError::DocumentNotFound)?;
    require_unlocked(app, &mut reader, &[id]).await?;
    let bytes = read_revision(app, &mut reader, document).await?;
    drop(reader);
    let mut transaction = app.store.begin("document_file");
    count_download(app, &mut transaction, &[id]).await?;
    let mut logged = entry(app, &contract, OperateType::Download, caller.actor());
    logged.details = json!({ "document": id });
    transaction.record(logged);
    transaction.commit().await?;
    Ok(DocumentFile {
        title: document.title.clone(),
        bytes,
    })
}

/// The bytes of a document's newest revision; every part is checked against its name.
///
/// # Errors
/// Internal when a row or blob is missing or damaged.
pub(crate) async fn read_revision(
    app: &App,
    reader: &mut Reader,
    document: &Document,
) -> Result<Bytes, AppError> {
    let revision = newest(reader, document).await?;
    Ok(app.blobs.read_parts(&parts(&revision)).await?)
}

/// Some bytes of a document's newest revision, and how many there are.
///
/// # Errors
/// Internal when a row or blob is missing or damaged.
pub(crate) async fn read_range(
    app: &App,
    reader: &mut Reader,
    document: &Document,
    range: Range<u64>,
) -> Result<(Bytes, u64), AppError> {
    let revision = newest(reader, document).await?;
    let length = revision.length();
    let range = range.start.min(length)..range.end.min(length);
    Ok((app.blobs.read_range(&parts(&revision), range).await?, length))
}

/// Length of a document's newest revision in bytes.
///
/// # Errors
/// Internal when a row is missing.
pub(crate) async fn document_length(reader: &mut Reader, document: &Document) -> Result<u64, AppError> {
    Ok(newest(reader, document).await?.length())
}

async fn newest(reader: &mut Reader, document: &Document) -> Result<Revision, AppError> {
    let found = find_revision(reader, document.id, document.revision).await?;
    found.ok_or_else(|| {
        AppError::Internal(format!(
            "document {} has no revision {}",
            document.id, document.revision
        ))
    })
}
