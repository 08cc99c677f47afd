//! Files of a contract as a bundle: 下载合同与附属文件, and links to them.

mod lock;
mod signing_log;

use std::io::{Cursor, Write as _};

use bytes::Bytes;
use qishu_model::contract::{Contract, ContractAddress};
use qishu_model::id::{ContractId, DocumentId};
use qishu_model::log::OperateType;
use qishu_store::Reader;
use qishu_store::page::find_link;
use serde_json::json;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::contract::{entry, load_contract, locate};
use crate::document::read_revision;
use crate::page::{DOWNLOAD_PURPOSE, FILE_PURPOSE, LinkData, PageOptions, store_link};
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
    let documents = documents_of(&contract, items);
    require_unlocked(app, &mut reader, &documents).await?;
    let files = collect(app, &mut reader, &contract, items, rule).await?;
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
    let files = linkable(&contract, items);
    if files.is_empty() {
        return Err(AppError::DocumentNotFound);
    }
    let wanted = if compress {
        vec![(None, contract.subject.clone(), items.to_vec())]
    } else {
        files
    };
    let purpose = if compress { DOWNLOAD_PURPOSE } else { FILE_PURPOSE };
    let expire = app.now().plus_ms(LINK_MS);
    let mut links = Vec::with_capacity(wanted.len());
    for (document, title, items) in wanted {
        let options = PageOptions {
            document,
            ..PageOptions::default()
        };
        let names = items.iter().map(|item| item.name().to_owned()).collect();
        let data = LinkData {
            user: None,
            options,
            items: names,
        };
        let token = store_link(app, &mut transaction, &contract, purpose, expire, &data).await?;
        links.push(DownloadLink {
            document,
            title,
            items,
            url: format!("{}/d/{token}", app.settings.base_url),
        });
    }
    transaction.commit().await?;
    Ok((contract.id, links))
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
        .filter(|link| link.purpose == DOWNLOAD_PURPOSE || link.purpose == FILE_PURPOSE);
    let link = link.ok_or(AppError::LinkExpired)?;
    let zip_single = link.purpose == DOWNLOAD_PURPOSE;
    let data: LinkData =
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
    let documents = match data.options.document {
        Some(id) => vec![id],
        None => documents_of(&contract, &items),
    };
    require_unlocked(app, &mut reader, &documents).await?;
    let answer = match data.options.document {
        Some(id) => {
            let document = contract.shown_document(id).ok_or(AppError::LinkExpired)?;
            let bytes = read_revision(app, &mut reader, document).await?;
            FileAnswer {
                name: pdf_name(&document.title),
                content_type: "application/pdf",
                bytes,
            }
        }
        None => {
            let files = collect(app, &mut reader, &contract, &items, FileNameRule::Default).await?;
            bundle(&contract, files, zip_single)?
        }
    };
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

/// A row of links that are not compressed: document, title, items.
type Row = (Option<DocumentId>, String, Vec<Item>);

/// Single files of what was asked for, as far as they exist (4.22).
fn linkable(contract: &Contract, items: &[Item]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    if items.contains(&Item::Contract) {
        rows.extend(contract.shown_documents().map(|document| {
            let title = format!("{}.pdf", document.title);
            (Some(document.id), title, vec![Item::Contract])
        }));
    }
    if items.contains(&Item::SignLog) && has_signing_log(contract) {
        let title = format!("{SIGNING_LOG}.pdf");
        rows.push((None, title, vec![Item::SignLog]));
    }
    rows
}

/// Documents that these items give out.
fn documents_of(contract: &Contract, items: &[Item]) -> Vec<DocumentId> {
    if items.contains(&Item::Contract) {
        contract.shown_documents().map(|document| document.id).collect()
    } else {
        Vec::new()
    }
}

/// There is something to log once the contract was sent.
const fn has_signing_log(contract: &Contract) -> bool {
    contract.publish_time.is_some()
}

/// Files of a bundle with their names. Items that do not exist are left out.
async fn collect(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    items: &[Item],
    rule: FileNameRule,
) -> Result<Vec<(String, Bytes)>, AppError> {
    let mut files: Vec<(String, Bytes)> = Vec::new();
    if items.contains(&Item::Contract) {
        let single = contract.shown_documents().count() == 1;
        for document in contract.shown_documents() {
            let bytes = read_revision(app, reader, document).await?;
            let name = file_name("合同", &document.title, contract, rule, single);
            files.push((unused_name(&files, &name), bytes));
        }
    }
    if items.contains(&Item::SignLog) && has_signing_log(contract) {
        let bytes = signing_log(app, reader, contract).await?;
        let name = file_name(SIGNING_LOG, SIGNING_LOG, contract, rule, true);
        files.push((unused_name(&files, &name), bytes));
    }
    if files.is_empty() {
        Err(AppError::DocumentNotFound)
    } else {
        Ok(files)
    }
}

/// By the rule of 4.14: one file of a type is named by subject and receivers, several by their titles.
fn file_name(kind: &str, title: &str, contract: &Contract, rule: FileNameRule, single: bool) -> String {
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
fn unused_name(files: &[(String, Bytes)], title: &str) -> String {
    let plain = pdf_name(title);
    let taken = |name: &String| files.iter().any(|(other, _)| other == name);
    if !taken(&plain) {
        return plain;
    }
    let stem = plain.trim_end_matches(".pdf");
    (2..)
        .map(|number| format!("{stem}({number}).pdf"))
        .find(|name| !taken(name))
        .unwrap_or(plain)
}

/// A title as a file name: without what separates paths or is reserved somewhere.
fn pdf_name(title: &str) -> String {
    let safe = |c: char| {
        if c.is_control() || "/\\:*?\"<>|".contains(c) {
            '_'
        } else {
            c
        }
    };
    let stem: String = title
        .trim_end_matches(".pdf")
        .chars()
        .map(safe)
        .take(100)
        .collect();
    format!("{}.pdf", stem.trim_matches(['.', ' ']))
}

fn bundle(
    contract: &Contract,
    mut files: Vec<(String, Bytes)>,
    zip_single: bool,
) -> Result<FileAnswer, AppError> {
    if files.len() == 1 && !zip_single {
        let (name, bytes) = files.remove(0);
        return Ok(FileAnswer {
            name,
            content_type: "application/pdf",
            bytes,
        });
    }
    let bytes = zip(&files).map_err(|error| AppError::internal("zip", error))?;
    let name = pdf_name(&contract.subject).replace(".pdf", ".zip");
    Ok(FileAnswer {
        name,
        content_type: "application/zip",
        bytes,
    })
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
        assert_eq!(pdf_name("../../劳动合同: 甲/乙.pdf"), "_.._劳动合同_ 甲_乙.pdf");
        let files = [("劳动合同.pdf".to_owned(), Bytes::new())];
        assert_eq!(unused_name(&files, "劳动合同"), "劳动合同(2).pdf");
    }
}
