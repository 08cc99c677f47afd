//! Checkpoints of the ledger: a time-stamp over number and hash of the last row, so that whoever cuts or rewrites the end of
//! the chain would have to forge it.

use qishu_store::ledger::{self, Checkpoint, Head};
use sealpki::{Certificate, MessageImprint, verify_time_stamp};

use crate::{App, AppError};

/// Stamps the end of the ledger, unless nothing was added since the last checkpoint.
///
/// # Errors
/// Internal when the store or the time-stamping key fails, or while the clock cannot be trusted.
pub async fn checkpoint_ledger(app: &App) -> Result<(), AppError> {
    let mut reader = app.store.read("checkpoint_ledger");
    let head = ledger::head(&mut reader).await?;
    let last = ledger::last_checkpoint(&mut reader).await?;
    drop(reader);
    if head.number == last.map_or(0, |last| last.head.number) {
        return Ok(());
    }
    let now = app.trusted_now()?;
    let imprint = MessageImprint::of(app.services.digest(), &statement(&head));
    let token = app.services.time_stamp(imprint, app.random_bytes()?, now.ms());
    let checkpoint = Checkpoint {
        head,
        at: now,
        signature: token.map_err(|error| AppError::internal("checkpoint", error))?,
    };
    let mut transaction = app.store.begin("checkpoint_ledger");
    ledger::insert_checkpoint(&mut transaction, &checkpoint).await?;
    transaction.commit().await?;
    Ok(())
}

/// Whether a checkpoint is a time-stamp of an authority below `root` over what it says.
pub(crate) fn is_genuine(checkpoint: &Checkpoint, root: &Certificate) -> bool {
    let statement = statement(&checkpoint.head);
    let verified = verify_time_stamp(
        &checkpoint.signature,
        |algorithm| algorithm.digest(&statement),
        &[],
    );
    verified.is_ok_and(|stamp| stamp.build_path(&[], std::slice::from_ref(root)).is_ok())
}

/// What is stamped: text that a person can check, too.
fn statement(head: &Head) -> Vec<u8> {
    format!("qishu ledger\n{}\n{}\n", head.number, hex::encode(head.hash)).into_bytes()
}
