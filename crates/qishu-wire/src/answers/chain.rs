//! Chain evidence (D-37).

use qishu_model::evidence::{Evidence, EvidenceState, Notary};
use qishu_model::id::{EvidenceId, NotaryId};
use serde::Serialize;

/// Result of `chain/notary`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NotaryAnswer {
    /// Our id.
    pub chain_id: NotaryId,
    /// The caller's own id.
    #[serde(rename = "notaryDataID")]
    pub notary_data_id: String,
    /// The digest, lower-case hexadecimal.
    pub hash: String,
    /// Its algorithm.
    pub hash_algorithm: &'static str,
    /// When it was time-stamped.
    pub create_time: String,
}

impl From<Notary> for NotaryAnswer {
    fn from(notary: Notary) -> Self {
        Self {
            chain_id: notary.id,
            notary_data_id: notary.data_id,
            hash: notary.hash,
            hash_algorithm: notary.algorithm.name(),
            create_time: notary.create_time.date_time_text(),
        }
    }
}

/// Result of `electronic/prove/apply`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProofAnswer {
    /// The report.
    pub prove_id: EvidenceId,
    /// The notarised data it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chain_id: Option<NotaryId>,
    /// `PROCESSING`, `COMPLETE`, `FAILED`.
    pub status: &'static str,
}

impl From<Evidence> for ProofAnswer {
    fn from(evidence: Evidence) -> Self {
        Self {
            prove_id: evidence.id,
            chain_id: evidence.notary_id,
            status: evidence.state.name(),
        }
    }
}

/// Result of `complete/report/apply`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProveIdAnswer {
    /// The report.
    pub prove_id: EvidenceId,
}

/// Result of `complete/report/status`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProveStatusAnswer {
    /// The report.
    pub prove_id: EvidenceId,
    /// `PROCESSING`, `COMPLETE`, `FAILED`.
    pub status: &'static str,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<Evidence> for ProveStatusAnswer {
    fn from(evidence: Evidence) -> Self {
        Self {
            prove_id: evidence.id,
            status: evidence.state.name(),
            reason: match evidence.state {
                EvidenceState::Failed { reason, .. } => Some(reason),
                EvidenceState::Complete { .. } | EvidenceState::Processing => None,
            },
        }
    }
}
