//! Clean-up of what has run out.

use qishu_store::{confirm, download, outbox, page, replay};

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
