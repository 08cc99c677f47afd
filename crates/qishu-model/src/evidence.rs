//! Chain evidence (`organisation` chapter 13): data that was time-stamped and recorded, and reports that prove things.

use serde::{Deserialize, Serialize};

use crate::contact::User;
use crate::id::{CompanyId, ContractId, DocumentId, EvidenceId, NotaryId};
use crate::time::Timestamp;

/// Digest algorithms for data that somebody else has hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum HashAlgorithm {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SM3.
    Sm3,
}

impl HashAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 4] = [Self::Sha256, Self::Sha384, Self::Sha512, Self::Sm3];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
            Self::Sm3 => "SM3",
        }
    }

    /// Length of a digest in bytes.
    #[must_use]
    pub const fn len_bytes(self) -> usize {
        match self {
            Self::Sha256 | Self::Sm3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// Data whose digest was time-stamped and recorded. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notary {
    /// Id.
    pub id: NotaryId,
    /// Platform company that handed it in.
    pub company_id: CompanyId,
    /// The integrator's own id of the data, unique in the company (D-37).
    pub data_id: String,
    /// Name of the evidence.
    pub name: String,
    /// Algorithm of the digest.
    pub algorithm: HashAlgorithm,
    /// The digest, lower-case hexadecimal.
    pub hash: String,
    /// The file, when one was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<StoredFile>,
    /// RFC 3161 token over the digest, Base64.
    pub time_stamp: String,
    /// Who handed it in, as the integrator says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<User>,
    /// When.
    pub create_time: Timestamp,
}

/// A file as it was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Suffix without a dot, lower case; names it in a report.
    pub suffix: String,
    /// SHA-256 (hex) of its bytes, by which it is stored.
    pub blob: String,
    /// Length in bytes.
    pub size_bytes: u64,
}

/// What a report is about (D-37).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProveSource {
    /// A contract.
    Contract,
    /// Documents of a contract.
    Document,
    /// Notarised data.
    Data,
    /// Notarised data of the integrator's own kind.
    CustomData,
}

impl ProveSource {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::Contract, Self::Document, Self::Data, Self::CustomData];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contract => "CONTRACT",
            Self::Document => "DOCUMENT",
            Self::Data => "DATA",
            Self::CustomData => "CUSTOM_DATA",
        }
    }
}

/// How far a report is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "UPPERCASE")]
pub enum EvidenceState {
    /// It is ready.
    Complete {
        /// Since when.
        time: Timestamp,
        /// SHA-256 (hex) of the file, by which it is stored.
        file: String,
        /// The certificate of its seal: DER in Base64.
        certificate: String,
    },
    /// It cannot be made.
    Failed {
        /// Since when.
        time: Timestamp,
        /// Why, for the one who asked.
        reason: String,
    },
    /// It is being made.
    Processing,
}

impl EvidenceState {
    /// Wire name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Complete { .. } => "COMPLETE",
            Self::Failed { .. } => "FAILED",
            Self::Processing => "PROCESSING",
        }
    }
}

/// A report that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Id.
    pub id: EvidenceId,
    /// Platform company that asked.
    pub company_id: CompanyId,
    /// What it is about.
    pub source: ProveSource,
    /// The notarised data it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notary_id: Option<NotaryId>,
    /// The contract it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract_id: Option<ContractId>,
    /// Only these documents of it; all when empty.
    #[serde(default)]
    pub documents: Vec<DocumentId>,
    /// Supporting material.
    #[serde(default)]
    pub materials: Vec<StoredFile>,
    /// Who asked, as the integrator says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<User>,
    /// Serial of the certificate of its seal, recorded before the certificate is issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
    /// How far it is.
    pub state: EvidenceState,
    /// When asked for.
    pub create_time: Timestamp,
}

/// A report that is ready or given up changes no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the report is settled already")]
pub struct EvidenceSettled;

impl Evidence {
    /// The serial of its seal's certificate is decided.
    ///
    /// # Errors
    /// [`EvidenceSettled`].
    pub fn with_serial(self, serial: String) -> Result<Self, EvidenceSettled> {
        self.open(|evidence| evidence.serial = Some(serial))
    }

    /// It is ready: `file` is its SHA-256, `certificate` that of its seal.
    ///
    /// # Errors
    /// [`EvidenceSettled`].
    pub fn completed(
        self,
        file: String,
        certificate: String,
        time: Timestamp,
    ) -> Result<Self, EvidenceSettled> {
        let state = EvidenceState::Complete {
            time,
            file,
            certificate,
        };
        self.open(|evidence| evidence.state = state)
    }

    /// It cannot be made.
    ///
    /// # Errors
    /// [`EvidenceSettled`].
    pub fn failed(self, reason: String, time: Timestamp) -> Result<Self, EvidenceSettled> {
        self.open(|evidence| evidence.state = EvidenceState::Failed { time, reason })
    }

    fn open(mut self, change: impl FnOnce(&mut Self)) -> Result<Self, EvidenceSettled> {
        if self.state == EvidenceState::Processing {
            change(&mut self);
            Ok(self)
        } else {
            Err(EvidenceSettled)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_140_000_000);

    #[test]
    fn a_settled_report_stays_as_it_is() {
        let asked = Evidence {
            id: EvidenceId::new(1),
            company_id: CompanyId::new(2),
            source: ProveSource::Contract,
            notary_id: None,
            contract_id: Some(ContractId::new(3)),
            documents: Vec::new(),
            materials: Vec::new(),
            operator: None,
            serial: None,
            state: EvidenceState::Processing,
            create_time: NOW,
        };
        let sealed = asked.with_serial("0A".to_owned()).unwrap();
        let again = sealed.clone().with_serial("0B".to_owned()).unwrap();
        assert_eq!(
            again.serial.as_deref(),
            Some("0B"),
            "after a crash another certificate is prepared"
        );
        let complete = again.completed("ab".to_owned(), String::new(), NOW).unwrap();
        assert_eq!(complete.state.name(), "COMPLETE");
        assert_eq!(complete.clone().with_serial(String::new()), Err(EvidenceSettled));
        assert_eq!(complete.failed("late".to_owned(), NOW), Err(EvidenceSettled));
        let failed = sealed.failed("no document".to_owned(), NOW).unwrap();
        assert_eq!(
            failed.completed(String::new(), String::new(), NOW),
            Err(EvidenceSettled)
        );
    }
}
