//! What lies in a report beside its pages: names of the files, and the form of `ledger.json`.

use serde::{Deserialize, Serialize};

/// What the report says, for programs.
pub(super) const EVIDENCE: &str = "evidence.json";
/// What proves the rows of the ledger.
pub(super) const LEDGER: &str = "ledger.json";

/// `ledger.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LedgerProof {
    pub(super) checkpoints: Vec<ProvenCheckpoint>,
    pub(super) rows: Vec<ProvenRow>,
}

/// A checkpoint: the time-stamp covers numbers, hash and root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProvenCheckpoint {
    /// Number of the first row under the tree.
    pub(super) first: i64,
    /// Number of the last one.
    pub(super) number: i64,
    /// Its hash.
    pub(super) hash: String,
    /// Root of the tree over the hashes of these rows.
    pub(super) tree: String,
    /// RFC 3161 token, Base64.
    pub(super) time_stamp: String,
}

/// A row as its hash covers it, and its way to the root of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProvenRow {
    pub(super) number: i64,
    pub(super) at_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tenant: Option<i64>,
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<i64>,
    /// Sealed; Base64.
    pub(super) body: String,
    /// JSON in Base64.
    pub(super) effects: String,
    pub(super) previous: String,
    pub(super) hash: String,
    /// Number of the checkpoint whose tree has it.
    pub(super) checkpoint: i64,
    /// Hashes beside the way to the root, lowest first.
    pub(super) way: Vec<String>,
}
