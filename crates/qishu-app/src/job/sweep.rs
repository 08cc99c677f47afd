//! Clean-up of what has run out.

use std::collections::HashSet;
use std::time::{Duration, UNIX_EPOCH};

use qishu_store::{blob_names, confirm, download, outbox, page, replay};

use crate::{App, AppError};

/// Messages are kept for this long after they were sent.
const MESSAGE_DAYS: i64 = 30;

/// Forgets expired links, sessions, codes, request signatures and old messages.
pub(super) async fn sweep(app: &App) -> Result<(), AppError> {
    let now = app.now();
    let mut transaction = app.store.begin("sweep");
    page::sweep(&mut transaction, now).await?;
    confirm::sweep(&mut transaction, now).await?;
    replay::sweep(&mut transaction, now).await?;
    download::sweep(&mut transaction, now).await?;
    outbox::sweep(&mut transaction, now.plus_days(-MESSAGE_DAYS)).await?;
    transaction.commit().await?;
    Ok(())
}

/// Removes blobs that no row has named for a day: what an upload left that was refused, or a crash (P8).
pub(super) async fn sweep_blobs(app: &App) -> Result<(), AppError> {
    let named: HashSet<[u8; 32]> = blob_names::list(&mut app.store.read("sweep_blobs"))
        .await?
        .into_iter()
        .collect();
    let before_ms = u64::try_from(app.now().plus_days(-1).ms()).unwrap_or_default();
    let swept = app
        .blobs
        .sweep(UNIX_EPOCH + Duration::from_millis(before_ms), move |digest| {
            named.contains(digest.as_bytes())
        })
        .await
        .map_err(|error| AppError::internal("sweeping blobs", error))?;
    if swept.removed > 0 {
        tracing::info!(
            removed = swept.removed,
            kept = swept.kept,
            "blobs that nothing names were removed"
        );
    }
    Ok(())
}
