//! 数据存证 — POST `/v2/chain/notary`; 电子存证证明申请 — POST `/chain/evidence/electronic/prove/apply`; 出证报告申请 — POST
//! `/chain/evidence/complete/report/apply`; 出证报告状态, 出证报告下载 — GET `/chain/evidence/complete/report/status`, `…/download`

use qishu_model::contact::User;
use qishu_model::evidence::{HashAlgorithm, ProveSource};
use qishu_model::id::{DocumentId, EvidenceId, NotaryId};

use super::objects::{NAME, user};
use crate::fields::{FieldError, Fields, Object, Problem, UploadedFile};

/// Longest suffix.
const SUFFIX: usize = 10;
/// Longest digest: SHA-512 in hexadecimal digits.
const DIGEST: usize = 128;
/// Most documents of one report.
const DOCUMENTS: usize = 200;

/// What is notarised.
#[derive(Debug, Clone, PartialEq)]
pub enum NotaryInput {
    /// A file and its suffix.
    File(UploadedFile, String),
    /// A digest made elsewhere.
    Hash(HashAlgorithm, Vec<u8>),
}

/// Data to be notarised (13.1).
#[derive(Debug, Clone, PartialEq)]
pub struct NotaryRequest {
    /// Name of the evidence.
    pub name: String,
    /// The caller's own id of the data.
    pub data_id: String,
    /// File or digest.
    pub input: NotaryInput,
    /// Operator.
    pub operator: Option<User>,
}

impl NotaryRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When name, id, kind, or what the kind needs is missing, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let name = root.require("notaryName", root.text("notaryName", NAME)?)?;
        let data_id = root.require("notaryDataID", root.text("notaryDataID", NAME)?)?;
        let operator = operator(&root)?;
        let kind = root.one_of("notaryType", &["FILE", "HASH"], |name| name)?;
        let input = match root.require("notaryType", kind)? {
            "FILE" => {
                let suffix = root.text("fileType", SUFFIX)?;
                let file = fields.file("notaryFile").cloned();
                let suffix = plain_suffix(&root, &root.require("fileType", suffix)?)?;
                NotaryInput::File(root.require("notaryFile", file)?, suffix)
            }
            _ => hash_of(&root)?,
        };
        Ok(Self {
            name,
            data_id,
            input,
            operator,
        })
    }
}

fn plain_suffix(root: &Object<'_>, suffix: &str) -> Result<String, FieldError> {
    let plain = suffix.trim_start_matches('.').to_ascii_lowercase();
    if !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(plain)
    } else {
        Err(root.error("fileType", Problem::Not("a suffix of letters and digits")))
    }
}

/// Spellings of the algorithms that clients use.
const ALGORITHMS: [(&str, HashAlgorithm); 7] = [
    ("SHA256", HashAlgorithm::Sha256),
    ("SHA-256", HashAlgorithm::Sha256),
    ("SHA384", HashAlgorithm::Sha384),
    ("SHA-384", HashAlgorithm::Sha384),
    ("SHA512", HashAlgorithm::Sha512),
    ("SHA-512", HashAlgorithm::Sha512),
    ("SM3", HashAlgorithm::Sm3),
];

fn hash_of(root: &Object<'_>) -> Result<NotaryInput, FieldError> {
    let given = root.one_of("hashAlgorithm", &ALGORITHMS, |(name, _)| name)?;
    let text = root.text("notaryDataHash", DIGEST)?;
    let (_, algorithm) = root.require("hashAlgorithm", given)?;
    let digest = hex::decode(root.require("notaryDataHash", text)?)
        .ok()
        .filter(|digest| digest.len() == algorithm.len_bytes());
    let digest = digest.ok_or_else(|| {
        let problem = Problem::Not("a digest of this algorithm in hexadecimal digits");
        root.error("notaryDataHash", problem)
    })?;
    Ok(NotaryInput::Hash(algorithm, digest))
}

/// `operatorInfo`, or `operator` (D-05).
fn operator(root: &Object<'_>) -> Result<Option<User>, FieldError> {
    match user(root, "operatorInfo")? {
        Some(operator) => Ok(Some(operator)),
        None => user(root, "operator"),
    }
}

/// Names and numbers of what a report is about (D-37); Go formats whole numbers as floats.
const SOURCES: [(&str, ProveSource); 12] = [
    ("CONTRACT", ProveSource::Contract),
    ("DOCUMENT", ProveSource::Document),
    ("DATA", ProveSource::Data),
    ("CUSTOM_DATA", ProveSource::CustomData),
    ("1", ProveSource::Contract),
    ("2", ProveSource::Document),
    ("3", ProveSource::Data),
    ("4", ProveSource::CustomData),
    ("1.000000", ProveSource::Contract),
    ("2.000000", ProveSource::Document),
    ("3.000000", ProveSource::Data),
    ("4.000000", ProveSource::CustomData),
];

/// A proof of notarised data (13.2) or a report (13.3).
#[derive(Debug, Clone, PartialEq)]
pub struct ProveRequest {
    /// What it is about.
    pub source: ProveSource,
    /// Notarised data.
    pub chain_id: Option<NotaryId>,
    /// The caller's own id of what it is about.
    pub data_id: Option<String>,
    /// Documents.
    pub documents: Vec<DocumentId>,
    /// Supporting material.
    pub materials: Vec<UploadedFile>,
    /// Operator.
    pub operator: Option<User>,
}

impl ProveRequest {
    /// Reads 13.2, which is about notarised data unless it says otherwise and takes no documents or material.
    ///
    /// # Errors
    /// When `chainId` and `proveDataId` are both missing, or a field has the wrong form.
    pub fn read_proof(fields: &Fields) -> Result<Self, FieldError> {
        let request = Self::read(fields, Some(ProveSource::CustomData))?;
        if request.chain_id.is_none() && request.data_id.is_none() {
            let problem = Problem::MissingUnless("proveDataId");
            return Err(fields.root().error("chainId", problem));
        }
        Ok(Self {
            documents: Vec::new(),
            materials: Vec::new(),
            ..request
        })
    }

    /// Reads 13.3.
    ///
    /// # Errors
    /// When `proveSource` is missing, or a field has the wrong form.
    pub fn read_report(fields: &Fields) -> Result<Self, FieldError> {
        Self::read(fields, None)
    }

    fn read(fields: &Fields, default: Option<ProveSource>) -> Result<Self, FieldError> {
        let root = fields.root();
        let source = root.one_of("proveSource", &SOURCES, |(name, _)| name)?;
        let source = source.map(|(_, source)| source).or(default);
        Ok(Self {
            source: root.require("proveSource", source)?,
            chain_id: root.id("chainId")?,
            data_id: root.text("proveDataId", NAME)?,
            documents: root.ids("documentIds", DOCUMENTS)?,
            materials: fields.files("proveMaterial").cloned().collect(),
            operator: operator(&root)?,
        })
    }
}

/// A report that is asked for or downloaded (13.4, 13.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProveIdRequest {
    /// The report.
    pub prove_id: EvidenceId,
}

impl ProveIdRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the id is missing or none.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            prove_id: root.require("proveId", root.id("proveId")?)?,
        })
    }
}
