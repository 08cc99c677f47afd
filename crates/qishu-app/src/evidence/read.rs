//! 出证报告状态, 出证报告下载: `GET /chain/evidence/complete/report/status`, `…/download`.

use bytes::Bytes;
use qishu_model::evidence::{Evidence, EvidenceState};
use qishu_model::id::EvidenceId;
use qishu_store::ledger::Entry;
use qishu_store::{Scope, evidence};
use serde_json::json;

use crate::document::blob_digest;
use crate::{ApiCaller, App, AppError};

/// A report as it stands.
///
/// # Errors
/// `1607` for unknown reports and those of others.
pub async fn evidence_status(app: &App, caller: &ApiCaller, id: EvidenceId) -> Result<Evidence, AppError> {
    let mut reader = app.store.read("evidence_status");
    let own = Scope::Platform(caller.company.id);
    let found = evidence::find(&mut reader, own, id).await?;
    Ok(found.ok_or(AppError::EvidenceNotFound)?.value)
}

/// The file of a report that is ready; the download is recorded.
///
/// # Errors
/// `1607` for unknown reports and those of others, `1608` while it is not ready, or when it could not be made.
pub async fn evidence_file(app: &App, caller: &ApiCaller, id: EvidenceId) -> Result<Bytes, AppError> {
    let found = evidence_status(app, caller, id).await?;
    let EvidenceState::Complete { file, .. } = &found.state else {
        return Err(AppError::ReportNotReady {
            state: found.state.name(),
        });
    };
    let bytes = app.blobs.get(&blob_digest(file)?).await?;
    let mut transaction = app.store.begin("evidence_file");
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(found.company_id),
        kind: "EVIDENCE_DOWNLOAD",
        subject: Some(id.get()),
        actor: caller.actor(),
        details: json!({}),
    });
    transaction.commit().await?;
    Ok(bytes)
}
