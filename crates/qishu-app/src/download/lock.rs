//! The documented lock against frequent downloads (D-32), for those who switched it on.

use qishu_model::id::DocumentId;
use qishu_store::{Reader, Transaction, download};

use crate::{App, AppError};

/// Refuses locked documents before their bytes are read.
///
/// # Errors
/// `1405`.
pub(crate) async fn require_unlocked(
    app: &App,
    reader: &mut Reader,
    documents: &[DocumentId],
) -> Result<(), AppError> {
    if !app.settings.download_lock {
        return Ok(());
    }
    match download::locked_until(reader, documents, app.now()).await? {
        Some(until) => Err(AppError::DownloadLocked { until }),
        None => Ok(()),
    }
}

/// Counts a download, in the transaction that logs it.
///
/// # Errors
/// `1405` when one of the documents was locked meanwhile.
pub(crate) async fn count_download(
    app: &App,
    transaction: &mut Transaction,
    documents: &[DocumentId],
) -> Result<(), AppError> {
    if !app.settings.download_lock {
        return Ok(());
    }
    match download::count(transaction, documents, app.now()).await? {
        Some(until) => Err(AppError::DownloadLocked { until }),
        None => Ok(()),
    }
}
