//! What a report says, as `evidence.json` has it. People read the same on its pages.

use serde::{Deserialize, Serialize};

/// Name of this form; another number means that readers must be told apart.
pub(super) const FORMAT: &str = "qishu-evidence/1";

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Facts {
    pub(crate) format: String,
    pub(crate) report: ReportFacts,
    pub(crate) platform: PlatformFacts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) notary: Option<NotaryFacts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) contract: Option<ContractFacts>,
    /// Every other file in the report but `ledger.json`, which proves itself.
    pub(crate) files: Vec<FileFacts>,
    pub(crate) how_to_verify: [String; 2],
}

/// The report itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportFacts {
    pub(crate) id: String,
    pub(crate) source: String,
    /// Company that asked for it.
    pub(crate) company: String,
    /// Masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operator: Option<String>,
    pub(crate) applied: String,
    pub(crate) made: String,
}

/// Who runs the platform, with what, and what kind of authority signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlatformFacts {
    pub(crate) operator: String,
    pub(crate) address: String,
    pub(crate) software: String,
    /// State of the clock when the report was made.
    pub(crate) clock: String,
    /// Messages and identities come from simulators.
    pub(crate) simulated: bool,
    /// The authority is part of the software and no licensed one.
    pub(crate) authority_kind: String,
    pub(crate) root: String,
    /// SHA-256 of the root's certificate, to be compared with what the operator publishes.
    pub(crate) root_sha256: String,
    pub(crate) issuing: String,
    pub(crate) time_stamping: String,
}

/// Notarised data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NotaryFacts {
    pub(crate) chain_id: String,
    pub(crate) data_id: String,
    pub(crate) name: String,
    pub(crate) algorithm: String,
    pub(crate) hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operator: Option<String>,
    pub(crate) time: String,
    /// RFC 3161 token, Base64.
    pub(crate) time_stamp: String,
    /// Where the file lies in the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// Number and hash of its row in the ledger.
    pub(crate) row: i64,
    pub(crate) row_hash: String,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ContractFacts {
    pub(crate) id: String,
    pub(crate) sn: String,
    pub(crate) subject: String,
    pub(crate) initiator: String,
    pub(crate) status: String,
    pub(crate) created: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) completed: Option<String>,
    pub(crate) documents: Vec<DocumentFacts>,
    pub(crate) parties: Vec<PartyFacts>,
    pub(crate) timeline: Vec<TimelineFacts>,
}

/// A state of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RevisionFacts {
    pub(crate) number: u32,
    pub(crate) sha256: String,
    pub(crate) sm3: String,
    pub(crate) size_bytes: u64,
    pub(crate) time: String,
}

/// A document with its signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentFacts {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) pages: u32,
    pub(crate) content_type: String,
    pub(crate) first: RevisionFacts,
    pub(crate) last: RevisionFacts,
    /// Where it lies in the report; absent when it is too large to be enclosed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// Number of the row of the ledger that has the last state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) row: Option<i64>,
    pub(crate) signatures: Vec<SignatureFacts>,
}

/// A signature in a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SignatureFacts {
    /// What the verifier says: `TOTAL-PASSED` and so on.
    pub(crate) result: String,
    /// What it is good for, as `B-LTA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) level: Option<String>,
    /// Certificate of the signer.
    pub(crate) serial: String,
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) valid_from: String,
    pub(crate) valid_to: String,
    pub(crate) algorithm: String,
    /// `good` or `revoked`, as the platform answers it when the report is made.
    pub(crate) certificate_state: String,
    /// Pages that show it, from 1; none for one that cannot be seen.
    pub(crate) pages: Vec<usize>,
    /// Time of its time-stamp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time_stamp: Option<String>,
    /// What our own act says of it; absent for signatures that came with the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) act: Option<ActFacts>,
}

/// What the platform recorded when a signature was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActFacts {
    pub(crate) id: String,
    pub(crate) party: String,
    /// How the will was confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) confirmed: Option<String>,
    /// SHA-256 of what was shown and signed.
    pub(crate) revision_sha256: String,
    pub(crate) seals: Vec<String>,
    pub(crate) serial_recorded: String,
    pub(crate) done: String,
}

/// A party; contacts are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PartyFacts {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) sponsor: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) contact: Option<String>,
    /// What is known about who it is.
    pub(crate) identity: String,
    pub(crate) status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) confirmed: Option<String>,
}

/// A row of the ledger about the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimelineFacts {
    pub(crate) row: i64,
    pub(crate) row_hash: String,
    pub(crate) time: String,
    pub(crate) kind: String,
    /// For people.
    pub(crate) what: String,
    pub(crate) who: String,
    pub(crate) address: String,
    pub(crate) client: String,
    /// A row that people look for, rather than one about the machinery.
    pub(crate) shown: bool,
}

/// A file in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileFacts {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) sha256: String,
    pub(crate) sm3: String,
    pub(crate) size_bytes: u64,
}
