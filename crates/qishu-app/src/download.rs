//! Files of a contract as a bundle: 下载合同与附属文件, and links to them.

mod lock;
mod signing_log;

use std::io::{Cursor, Write as _};

use bytes::Bytes;
use qishu_model::contract::{Contract, ContractAddress, ContractState, Document, HandedIn, StoredFile};
use qishu_model::id::{AttachmentId, ContractId, DocumentId};
use qishu_model::log::OperateType;
use qishu_store::page::{PageLink, find_link, insert_link};
use qishu_store::{Reader, Transaction};
use serde::{Deserialize, Serialize};
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::contract::{entry, load_contract, locate};
use crate::document::{blob_digest, read_revision};
use crate::page::{DOWNLOAD_PURPOSE, new_token};
use crate::{ApiCaller, App, AppError};
pub(crate) use lock::{count_download, require_unlocked};
use signing_log::signing_log;

/// A download link works for 60 minutes (4.22).
const LINK_MS: i64 = 60 * 60_000;

/// Type and title of the signing log.
const SIGNING_LOG: &str = "签署日志";

/// What a bundle may hold (4.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Files handed in by parties.
    Attachment,
    /// Certificates.
    Cert,
    /// The documents.
    Contract,
    /// Files of a forced end.
    EndsignAttachment,
    /// Evidence report.
    Notary,
    /// Signing log.
    SignLog,
}

impl Item {
    /// Every item.
    pub const ALL: [Self; 6] = [
        Self::Attachment,
        Self::Cert,
        Self::Contract,
        Self::EndsignAttachment,
        Self::Notary,
        Self::SignLog,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attachment => "ATTACHMENT",
            Self::Cert => "CERT",
            Self::Contract => "CONTRACT",
            Self::EndsignAttachment => "ENDSIGN_ATTACHMENT",
            Self::Notary => "NOTARY",
            Self::SignLog => "SIGNLOG",
        }
    }

    /// Reads a wire name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|item| item.name().eq_ignore_ascii_case(name.trim()))
    }
}

/// How files in a bundle are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileNameRule {
    /// One file: type, subject, receiver. Several: type, title.
    #[default]
    Default,
    /// Titles.
    Original,
}

/// A file to be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAnswer {
    /// Name with suffix.
    pub name: String,
    /// Media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
}

/// A link to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadLink {
    /// Document, for a single document.
    pub document: Option<DocumentId>,
    /// Title of the file, or subject of the contract.
    pub title: String,
    /// What it gives.
    pub items: Vec<Item>,
    /// Address.
    pub url: String,
}

impl DownloadLink {
    const fn new(title: String, items: Vec<Item>) -> Self {
        Self {
            document: None,
            title,
            items,
            url: String::new(),
        }
    }
}

/// The files of a contract: zipped, or the only one bare.
///
/// # Errors
/// [`AppError::DocumentNotFound`] when nothing of what was asked for exists; `1405` while downloads of a document are locked.
pub async fn download_contract(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    items: &[Item],
    zip_single: bool,
    rule: FileNameRule,
) -> Result<FileAnswer, AppError> {
    let mut reader = app.store.read("download_contract");
    let contract = locate(&mut reader, caller, address).await?.contract.value;
    let listed = list(&contract, items, rule);
    let documents = documents_of(&listed);
    require_unlocked(app, &mut reader, &documents).await?;
    let files = read_all(app, &mut reader, &contract, listed).await?;
    drop(reader);
    let answer = bundle(&contract, files, zip_single)?;
    let mut transaction = app.store.begin("download_contract");
    count_download(app, &mut transaction, &documents).await?;
    let mut logged = entry(app, &contract, OperateType::Download, caller.actor());
    logged.details = json!({ "items": items.iter().map(|item| item.name()).collect::<Vec<_>>() });
    transaction.record(logged);
    transaction.commit().await?;
    Ok(answer)
}

/// The contract's id and links to its files; with `compress` one link to a ZIP of all.
///
/// # Errors
/// [`AppError::DocumentNotFound`] when nothing of what was asked for exists.
pub async fn download_links(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    items: &[Item],
    compress: bool,
) -> Result<(ContractId, Vec<DownloadLink>), AppError> {
    let mut transaction = app.store.begin("download_links");
    let contract = locate(&mut transaction, caller, address).await?.contract.value;
    let files = list(&contract, items, FileNameRule::Original);
    if files.is_empty() {
        return Err(AppError::DocumentNotFound);
    }
    let links: Vec<(FileLink, DownloadLink)> = if compress {
        let names = items.iter().map(|item| item.name().to_owned()).collect();
        let link = FileLink {
            items: names,
            ..FileLink::default()
        };
        vec![(link, DownloadLink::new(contract.subject.clone(), items.to_vec()))]
    } else {
        files.iter().map(Listed::link).collect()
    };
    let mut answered = Vec::with_capacity(links.len());
    for (data, mut link) in links {
        link.url = store_file_link(app, &mut transaction, &contract, &data).await?;
        answered.push(link);
    }
    transaction.commit().await?;
    Ok((contract.id, answered))
}

/// What a download link gives: one file, or a ZIP of items.
#[derive(Debug, Default, Serialize, Deserialize)]
struct FileLink {
    #[serde(default)]
    document: Option<DocumentId>,
    #[serde(default)]
    attachment: Option<AttachmentId>,
    /// Only one file, bare.
    single: bool,
    items: Vec<String>,
}

async fn store_file_link(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    data: &FileLink,
) -> Result<String, AppError> {
    let token = new_token(app)?;
    let link = PageLink {
        purpose: DOWNLOAD_PURPOSE.to_owned(),
        contract_id: Some(contract.id),
        expire: app.now().plus_ms(LINK_MS),
        data: serde_json::to_value(data).map_err(|error| AppError::internal("link", error))?,
    };
    insert_link(transaction, &token, &link).await?;
    Ok(format!("{}/d/{token}", app.settings.base_url))
}

/// 下载合同附件: a ZIP of every file that parties handed in; `origin` = as they came, else as they were read and signed.
///
/// # Errors
/// `1404` when nothing was handed in.
pub async fn download_attachments(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    origin: bool,
) -> Result<FileAnswer, AppError> {
    let mut reader = app.store.read("download_attachments");
    let contract = locate(&mut reader, caller, address).await?.contract.value;
    let listed = handed_in(&contract, origin).collect();
    let files = read_all(app, &mut reader, &contract, listed).await;
    drop(reader);
    let files = files.map_err(|error| match error {
        AppError::DocumentNotFound => AppError::AttachmentNotFound,
        other => other,
    })?;
    let answer = bundle(&contract, files, true)?;
    let mut transaction = app.store.begin("download_attachments");
    let mut logged = entry(app, &contract, OperateType::Download, caller.actor());
    logged.details = json!({ "items": [Item::Attachment.name()], "origin": origin });
    transaction.record(logged);
    transaction.commit().await?;
    Ok(answer)
}

/// The file behind a download link.
///
/// # Errors
/// [`AppError::LinkExpired`].
pub async fn download_by_link(
    app: &App,
    token: &str,
    address: Option<String>,
) -> Result<FileAnswer, AppError> {
    let mut reader = app.store.read("download_by_link");
    let link = find_link(&mut reader, token, app.now())
        .await?
        .filter(|link| link.purpose == DOWNLOAD_PURPOSE);
    let link = link.ok_or(AppError::LinkExpired)?;
    let data: FileLink =
        serde_json::from_value(link.data).map_err(|error| AppError::internal("link", error))?;
    let contract = link.contract_id.ok_or(AppError::LinkExpired)?;
    let contract = load_contract(&mut reader, contract)
        .await
        .map_err(|_| AppError::LinkExpired)?
        .value;
    let items: Vec<Item> = data
        .items
        .iter()
        .filter_map(|name| Item::from_name(name))
        .collect();
    let single = data.single;
    let rule = if single {
        FileNameRule::Original
    } else {
        FileNameRule::Default
    };
    let mut listed = list(&contract, &items, rule);
    listed.retain(|file| {
        !single || (file.document_id(), file.attachment_id()) == (data.document, data.attachment)
    });
    let documents = documents_of(&listed);
    require_unlocked(app, &mut reader, &documents).await?;
    let files = read_all(app, &mut reader, &contract, listed).await;
    let files = files.map_err(|error| match error {
        AppError::DocumentNotFound => AppError::LinkExpired,
        other => other,
    })?;
    let answer = bundle(&contract, files, !single)?;
    drop(reader);
    let mut transaction = app.store.begin("download_by_link");
    count_download(app, &mut transaction, &documents).await?;
    let mut logged = entry(
        app,
        &contract,
        OperateType::Download,
        crate::signing::system_actor(),
    );
    logged.actor.address = address;
    logged.details = json!({ "link": true });
    transaction.record(logged);
    transaction.commit().await?;
    Ok(answer)
}

/// A file of a bundle.
struct Listed<'a> {
    item: Item,
    /// Name without suffix; not yet made safe or unique.
    name: String,
    suffix: &'a str,
    bytes: Source<'a>,
}

/// Where the bytes of a file are.
enum Source<'a> {
    /// The newest revision of a document.
    Document(&'a Document),
    /// A file as it was handed in.
    Origin(&'a HandedIn),
    /// A file handed in, as it was read and signed.
    Processed(&'a HandedIn, &'a Document),
    /// The signing log, made when it is asked for.
    SigningLog,
    /// Any other file.
    Stored(&'a StoredFile),
}

impl Listed<'_> {
    const fn document_id(&self) -> Option<DocumentId> {
        match self.bytes {
            Source::Document(document) => Some(document.id),
            _ => None,
        }
    }

    const fn attachment_id(&self) -> Option<AttachmentId> {
        match self.bytes {
            Source::Document(_) | Source::SigningLog => None,
            Source::Origin(file) | Source::Processed(file, _) => Some(file.file.id),
            Source::Stored(file) => Some(file.id),
        }
    }

    /// The link that gives only this file, without its address.
    fn link(&self) -> (FileLink, DownloadLink) {
        let data = FileLink {
            document: self.document_id(),
            attachment: self.attachment_id(),
            single: true,
            items: vec![self.item.name().to_owned()],
        };
        let mut link = DownloadLink::new(file_name(&self.name, self.suffix), vec![self.item]);
        link.document = self.document_id();
        (data, link)
    }
}

/// Documents among listed files.
fn documents_of(listed: &[Listed<'_>]) -> Vec<DocumentId> {
    listed.iter().filter_map(Listed::document_id).collect()
}

/// The files of the wanted items. Items that do not exist are left out.
fn list<'a>(contract: &'a Contract, items: &[Item], rule: FileNameRule) -> Vec<Listed<'a>> {
    let mut files = Vec::new();
    if items.contains(&Item::Contract) {
        let single = contract.shown_documents().count() == 1;
        files.extend(contract.shown_documents().map(|document| Listed {
            item: Item::Contract,
            name: name_by_rule("合同", &document.title, contract, rule, single),
            suffix: "pdf",
            bytes: Source::Document(document),
        }));
    }
    // There is something to log once the contract was sent.
    if contract.publish_time.is_some() && items.contains(&Item::SignLog) {
        files.push(Listed {
            item: Item::SignLog,
            name: name_by_rule(SIGNING_LOG, SIGNING_LOG, contract, rule, true),
            suffix: "pdf",
            bytes: Source::SigningLog,
        });
    }
    if items.contains(&Item::Attachment) {
        files.extend(handed_in(contract, false));
    }
    let ended = matches!(contract.state, ContractState::ForceEnd { .. });
    if ended && items.contains(&Item::EndsignAttachment) {
        files.extend(contract.force_end_files.iter().map(|file| Listed {
            item: Item::EndsignAttachment,
            name: name_by_rule("强制结束附件", &file.title, contract, rule, false),
            suffix: &file.suffix,
            bytes: Source::Stored(file),
        }));
    }
    files
}

/// By the rule of 4.14: one file of a type is named by subject and receivers, several by their titles.
fn name_by_rule(kind: &str, title: &str, contract: &Contract, rule: FileNameRule, single: bool) -> String {
    match (rule, single) {
        (FileNameRule::Original, _) => title.to_owned(),
        (FileNameRule::Default, true) => {
            let names = [kind, contract.subject.as_str(), &receivers(contract)];
            let given = names.into_iter().filter(|name| !name.is_empty());
            given.collect::<Vec<&str>>().join("-")
        }
        (FileNameRule::Default, false) => format!("{kind}-{title}"),
    }
}

/// Every file that a party handed in; its name says whose it is.
fn handed_in(contract: &Contract, origin: bool) -> impl Iterator<Item = Listed<'_>> {
    let shown = contract.signatories.iter().filter(|_| !contract.hides_files());
    let all = shown.flat_map(|party| {
        let files = party.attachments.iter().filter_map(|demand| demand.file.as_ref());
        files.map(move |file| (party, file))
    });
    all.map(move |(party, file)| {
        let owner = party.tenant_name.as_deref().unwrap_or_default();
        let (bytes, suffix) = match &file.document {
            Some(document) if !origin => (Source::Processed(file, document), "pdf"),
            _ => (Source::Origin(file), file.file.suffix.as_str()),
        };
        Listed {
            item: Item::Attachment,
            name: format!("附件-{owner}-{}", file.file.title),
            suffix,
            bytes,
        }
    })
}

/// Reads listed files under names that are safe and that no other of them has.
async fn read_all(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    listed: Vec<Listed<'_>>,
) -> Result<Vec<(String, Bytes)>, AppError> {
    let mut files: Vec<(String, Bytes)> = Vec::with_capacity(listed.len());
    for file in listed {
        let bytes = match file.bytes {
            Source::Document(document) | Source::Processed(_, document) => {
                read_revision(app, reader, document).await?
            }
            Source::SigningLog => signing_log(app, reader, contract).await?,
            Source::Origin(handed_in) => app.blobs.get(&blob_digest(&handed_in.file.upload)?).await?,
            Source::Stored(stored) => app.blobs.get(&blob_digest(&stored.upload)?).await?,
        };
        files.push((unused_name(&files, &file.name, file.suffix), bytes));
    }
    if files.is_empty() {
        Err(AppError::DocumentNotFound)
    } else {
        Ok(files)
    }
}

fn receivers(contract: &Contract) -> String {
    let names: Vec<&str> = contract
        .signatories
        .iter()
        .filter(|party| !party.sponsor)
        .filter_map(|party| party.tenant_name.as_deref())
        .collect();
    names.join("、")
}

/// A name that no earlier file of the bundle has, safe on every system.
fn unused_name(files: &[(String, Bytes)], title: &str, suffix: &str) -> String {
    let plain = file_name(title, suffix);
    let taken = |name: &String| files.iter().any(|(other, _)| other == name);
    if !taken(&plain) {
        return plain;
    }
    let end = format!(".{suffix}");
    let stem = plain.trim_end_matches(&end);
    (2..)
        .map(|number| format!("{stem}({number}){end}"))
        .find(|name| !taken(name))
        .unwrap_or(plain)
}

/// A title as a file name: without what separates paths or is reserved somewhere.
fn file_name(title: &str, suffix: &str) -> String {
    let safe = |c: char| {
        if c.is_control() || "/\\:*?\"<>|".contains(c) {
            '_'
        } else {
            c
        }
    };
    let stem: String = title
        .trim_end_matches(&format!(".{suffix}"))
        .chars()
        .map(safe)
        .take(100)
        .collect();
    format!("{}.{suffix}", stem.trim_matches(['.', ' ']))
}

fn bundle(
    contract: &Contract,
    mut files: Vec<(String, Bytes)>,
    zip_single: bool,
) -> Result<FileAnswer, AppError> {
    if files.len() == 1 && !zip_single {
        let (name, bytes) = files.remove(0);
        return Ok(FileAnswer {
            content_type: content_type(&name),
            name,
            bytes,
        });
    }
    let bytes = zip(&files).map_err(|error| AppError::internal("zip", error))?;
    Ok(FileAnswer {
        name: file_name(&contract.subject, "zip"),
        content_type: "application/zip",
        bytes,
    })
}

/// Only types that no browser runs scripts of are named; anything else is a download.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpeg") => "image/jpeg",
        _ => "application/octet-stream",
    }
}

/// PDF streams are compressed already; storing them costs nothing.
fn zip(files: &[(String, Bytes)]) -> Result<Bytes, zip::result::ZipError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in files {
        writer.start_file(name.as_str(), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_unique() {
        assert_eq!(
            file_name("../../劳动合同: 甲/乙.pdf", "pdf"),
            "_.._劳动合同_ 甲_乙.pdf"
        );
        let files = [("劳动合同.pdf".to_owned(), Bytes::new())];
        assert_eq!(unused_name(&files, "劳动合同", "pdf"), "劳动合同(2).pdf");
        assert_eq!(unused_name(&files, "劳动合同", "docx"), "劳动合同.docx");
        assert_eq!(content_type("页面.html"), "application/octet-stream");
    }
}
