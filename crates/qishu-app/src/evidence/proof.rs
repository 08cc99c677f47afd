//! Rows of the ledger with what proves them: each row's content, and its way to the root of a time-stamped checkpoint.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_store::Reader;
use qishu_store::ledger::{self, Checkpoint, CheckpointTree, StoredRow, tree};

use super::package::{LedgerProof, ProvenCheckpoint, ProvenRow};
use crate::AppError;

/// The rows about an object that a checkpoint covers; those of checkpoints without a tree cannot be proved one by one.
///
/// # Errors
/// Internal when rows are missing in the ledger.
pub(super) async fn prove(reader: &mut Reader, subject: u64) -> Result<LedgerProof, AppError> {
    let checkpoints = ledger::checkpoints(reader).await?;
    let last = checkpoints.last().map_or(0, |last| last.head.number);
    let mut rows: BTreeMap<i64, Vec<StoredRow>> = BTreeMap::new();
    for row in ledger::rows_of(reader, subject, last).await? {
        if let Some((checkpoint, _)) = covering(&checkpoints, row.number) {
            rows.entry(checkpoint.head.number).or_default().push(row);
        }
    }
    let mut proof = LedgerProof::default();
    for (number, rows) in rows {
        let Some((checkpoint, covered)) = covering(&checkpoints, number) else {
            continue;
        };
        let hashes = ledger::hashes(reader, covered.first, number).await?;
        let proved = tokio::task::spawn_blocking(move || prove_rows(rows, &hashes, covered.first, number));
        proof.rows.extend(proved.await?);
        proof.checkpoints.push(ProvenCheckpoint {
            first: covered.first,
            number,
            hash: hex::encode(checkpoint.head.hash),
            tree: hex::encode(covered.root),
            time_stamp: STANDARD.encode(&checkpoint.signature),
        });
    }
    Ok(proof)
}

/// The first checkpoint that has the row under its tree.
fn covering(checkpoints: &[Checkpoint], number: i64) -> Option<(&Checkpoint, CheckpointTree)> {
    let found = checkpoints.iter().find(|one| one.head.number >= number)?;
    let covered = found.tree.filter(|covered| covered.first <= number)?;
    Some((found, covered))
}

fn prove_rows(rows: Vec<StoredRow>, hashes: &[[u8; 32]], first: i64, checkpoint: i64) -> Vec<ProvenRow> {
    let proved = rows.into_iter().filter_map(|row| {
        let index = usize::try_from(row.number - first).ok()?;
        let hash = hashes.get(index)?;
        Some(ProvenRow {
            number: row.number,
            at_ms: row.at.ms(),
            tenant: row.tenant,
            kind: row.kind,
            subject: row.subject,
            body: STANDARD.encode(row.body),
            effects: STANDARD.encode(row.effects),
            previous: hex::encode(row.previous),
            hash: hex::encode(hash),
            checkpoint,
            way: tree::path(hashes, index).iter().map(hex::encode).collect(),
        })
    });
    proved.collect()
}
