//! 印章列表, 印章详情, 印章图片.

use bytes::Bytes;
use qishu_model::id::SealId;
use qishu_model::seal::{Seal, SealStatus};
use qishu_model::time::Timestamp;
use qishu_store::seal::{self, SealFilter};
use qishu_store::{Listed, Page, Scope};

use crate::company::acting_company;
use crate::document::blob_digest;
use crate::{ApiCaller, App, AppError};

/// Which seals to list.
#[derive(Debug, Clone, PartialEq)]
pub struct SealQuery {
    /// Owner; absent = platform company.
    pub tenant_name: Option<String>,
    /// Status; absent = any.
    pub status: Option<SealStatus>,
    /// Changed at or after this.
    pub modified_from: Option<Timestamp>,
    /// Changed at or before this.
    pub modified_to: Option<Timestamp>,
    /// Rows to skip.
    pub offset: u32,
    /// Rows at most.
    pub limit: u32,
}

/// Seals of a company.
///
/// # Errors
/// `1801`, `1802`.
pub async fn list_seals(app: &App, caller: &ApiCaller, query: SealQuery) -> Result<Listed<Seal>, AppError> {
    let mut reader = app.store.read("list_seals");
    let company = acting_company(&mut reader, caller, query.tenant_name.as_deref()).await?;
    let filter = SealFilter {
        company: company.id,
        status: query.status,
        modified_from: query.modified_from,
        modified_to: query.modified_to,
    };
    let listed = seal::list(
        &mut reader,
        &filter,
        Page {
            offset: query.offset,
            limit: query.limit,
        },
    )
    .await?;
    Ok(Listed {
        total: listed.total,
        rows: listed.rows.into_iter().map(|row| row.value).collect(),
    })
}

/// One seal of the caller's companies.
///
/// # Errors
/// `1201`.
pub async fn seal_detail(app: &App, caller: &ApiCaller, id: SealId) -> Result<Seal, AppError> {
    let own = Scope::Platform(caller.company.id);
    let found = seal::find(&mut app.store.read("seal_detail"), own, id).await?;
    found
        .map(|found| found.value)
        .ok_or_else(|| AppError::SealNotFound {
            detail: id.to_string(),
        })
}

/// A seal's picture as PNG, 300 dpi, transparent (D-38).
///
/// # Errors
/// `1201`.
pub async fn seal_image(app: &App, caller: &ApiCaller, id: SealId) -> Result<Bytes, AppError> {
    let seal = seal_detail(app, caller, id).await?;
    Ok(app.blobs.get(&blob_digest(&seal.image)?).await?)
}
