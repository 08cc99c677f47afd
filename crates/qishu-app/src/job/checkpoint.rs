//! Checkpoints of the ledger: a time-stamp over number and hash of the last row, so that whoever cuts or rewrites the end of
//! the chain would have to forge it, and over a tree of the rows since the checkpoint before, so that evidence can prove one
//! row without showing those of others.

use qishu_store::ledger::{self, Checkpoint, CheckpointTree, Head};
use qishu_store::{StoreError, ledger::tree};
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
    let first = last.map_or(0, |last| last.head.number) + 1;
    if head.number < first {
        return Ok(());
    }
    let hashes = ledger::hashes(&mut reader, first, head.number).await?;
    drop(reader);
    let root = tokio::task::spawn_blocking(move || tree::root(&hashes)).await?;
    let covered = CheckpointTree { first, root };
    let now = app.trusted_now()?;
    let imprint = MessageImprint::of(app.services.digest(), &statement(&head, Some(&covered)));
    let token = app.services.time_stamp(imprint, app.random_bytes()?, now.ms());
    let checkpoint = Checkpoint {
        head,
        at: now,
        signature: token.map_err(|error| AppError::internal("checkpoint", error))?,
        tree: Some(covered),
    };
    let mut transaction = app.store.begin("checkpoint_ledger");
    match ledger::insert_checkpoint(&mut transaction, &checkpoint).await {
        // Another process was as fast.
        Err(StoreError::Duplicate { .. }) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(()) => Ok(transaction.commit().await?),
    }
}

/// Whether a checkpoint is a time-stamp of an authority below `root` over what it says.
pub(crate) fn is_genuine(checkpoint: &Checkpoint, root: &Certificate) -> bool {
    let statement = statement(&checkpoint.head, checkpoint.tree.as_ref());
    let verified = verify_time_stamp(
        &checkpoint.signature,
        |algorithm| algorithm.digest(&statement),
        &[],
    );
    verified.is_ok_and(|stamp| stamp.build_path(&[], std::slice::from_ref(root)).is_ok())
}

/// What is stamped: text that a person can check, too. Checkpoints of older versions have the first three lines only.
fn statement(head: &Head, tree: Option<&CheckpointTree>) -> Vec<u8> {
    let mut text = format!("qishu ledger\n{}\n{}\n", head.number, hex::encode(head.hash));
    if let Some(tree) = tree {
        text.push_str(&format!("rows from {}\n{}\n", tree.first, hex::encode(tree.root)));
    }
    text.into_bytes()
}
