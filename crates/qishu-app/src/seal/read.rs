//! 印章列表, 印章详情, 印章图片, 员工默认签名图片.

use bytes::Bytes;
use qishu_model::contact::User;
use qishu_model::id::SealId;
use qishu_model::seal::{Seal, SealStatus};
use qishu_model::time::Timestamp;
use qishu_store::seal::{self, SealFilter};
use qishu_store::{Listed, Page, Reader, Scope, Versioned};

use super::users::with_users;
use crate::company::{acting_company, require_employee};
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

/// One seal of the caller's companies, with the people who may use it.
///
/// # Errors
/// `1201`.
pub async fn seal_detail(app: &App, caller: &ApiCaller, id: SealId) -> Result<Seal, AppError> {
    let mut reader = app.store.read("seal_detail");
    let found = own_seal(&mut reader, caller, id).await?;
    with_users(&mut reader, found.value).await
}

/// A seal of the caller's companies that was not removed.
///
/// # Errors
/// `1201`.
pub(super) async fn own_seal(
    reader: &mut Reader,
    caller: &ApiCaller,
    id: SealId,
) -> Result<Versioned<Seal>, AppError> {
    let own = Scope::Platform(caller.company.id);
    let found = seal::find(reader, own, id).await?;
    found.ok_or_else(|| not_found(id))
}

pub(super) fn not_found(id: SealId) -> AppError {
    AppError::SealNotFound {
        detail: id.to_string(),
    }
}

/// A seal's picture as PNG, 300 dpi, transparent (D-38).
///
/// # Errors
/// `1201`.
pub async fn seal_image(app: &App, caller: &ApiCaller, id: SealId) -> Result<Bytes, AppError> {
    let seal = own_seal(&mut app.store.read("seal_image"), caller, id)
        .await?
        .value;
    Ok(app.blobs.get(&blob_digest(&seal.image)?).await?)
}

/// The default signature of an employee as PNG: the newest of the person's own (员工默认签名图片).
///
/// # Errors
/// `1201` for somebody without a signature; `1701`, `1702`, `1705`, `1801`, `1802`.
pub async fn employee_seal_image(
    app: &App,
    caller: &ApiCaller,
    company_name: Option<&str>,
    user: &User,
) -> Result<Bytes, AppError> {
    let mut reader = app.store.read("employee_seal_image");
    let company = acting_company(&mut reader, caller, company_name).await?;
    let employee = require_employee(&mut reader, &company, user).await?;
    let own = seal::list_of_person(&mut reader, employee.person_id).await?;
    let newest = own
        .into_iter()
        .map(|own| own.value)
        .find(|own| own.status == SealStatus::Normal);
    let newest = newest.ok_or_else(|| AppError::SealNotFound {
        detail: format!("{} has no signature", user.masked()),
    })?;
    Ok(app.blobs.get(&blob_digest(&newest.image)?).await?)
}
