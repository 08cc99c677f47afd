//! 下载合同与附属文件 — GET `/v2/contract/download`; 获取合同与附属文件下载链接 — GET `/v2/contract/downloadurl`

use qishu_model::contract::draft::ContractAddress;

use super::objects::contract_address;
use crate::fields::{FieldError, Fields, Object};

/// A kind of file to download.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DownloadItem {
    /// The documents.
    Contract,
    /// The signing log.
    SignLog,
    /// Attachments of parties.
    Attachment,
    /// The evidence report.
    Notary,
    /// Attachments of a forced end.
    EndSignAttachment,
    /// The certificate of the contract.
    Cert,
}

impl DownloadItem {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Contract,
        Self::SignLog,
        Self::Attachment,
        Self::Notary,
        Self::EndSignAttachment,
        Self::Cert,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contract => "CONTRACT",
            Self::SignLog => "SIGNLOG",
            Self::Attachment => "ATTACHMENT",
            Self::Notary => "NOTARY",
            Self::EndSignAttachment => "ENDSIGN_ATTACHMENT",
            Self::Cert => "CERT",
        }
    }
}

/// How files are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileNameRule {
    /// One file: type-subject-receiver; several: type-original name.
    #[default]
    Default,
    /// Original names.
    Original,
}

/// The files of a contract as bytes (4.14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadRequest {
    /// The contract.
    pub address: ContractAddress,
    /// What to put in, without repetition; default documents and signing log.
    pub items: Vec<DownloadItem>,
    /// Zip even a single file; default true.
    pub compress_one_file: bool,
    /// How files are named.
    pub file_name_rule: FileNameRule,
}

impl DownloadRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let rules = [FileNameRule::Default, FileNameRule::Original];
        let rule = root.one_of("fileNameRule", &rules, |rule| match rule {
            FileNameRule::Default => "DEFAULT",
            FileNameRule::Original => "ORIGINAL",
        })?;
        Ok(Self {
            address: contract_address(&root)?,
            items: items(&root)?,
            compress_one_file: root.boolean("needCompressForOneFile")?.unwrap_or(true),
            file_name_rule: rule.unwrap_or_default(),
        })
    }
}

/// Links to the files of a contract (4.22).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadUrlRequest {
    /// The contract.
    pub address: ContractAddress,
    /// What to link to, without repetition; default documents and signing log.
    pub items: Vec<DownloadItem>,
    /// One link to one ZIP instead of one link per file; default false.
    pub compress: bool,
}

impl DownloadUrlRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address is missing or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        Ok(Self {
            address: contract_address(&root)?,
            items: items(&root)?,
            compress: root.boolean("compress")?.unwrap_or_default(),
        })
    }
}

fn items(root: &Object<'_>) -> Result<Vec<DownloadItem>, FieldError> {
    let mut items = Vec::new();
    for item in root.list_of("downloadItems", &DownloadItem::ALL, DownloadItem::name)? {
        if !items.contains(&item) {
            items.push(item);
        }
    }
    if items.is_empty() {
        items = vec![DownloadItem::Contract, DownloadItem::SignLog];
    }
    Ok(items)
}
