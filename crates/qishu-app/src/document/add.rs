//! 用文件添加合同文档, 多文件添加合同文档: `POST /v2/document/addbyfile`, `POST /v2/document/addbyfiles`.

use qishu_model::contract::{
    ContentType, Contract, ContractAddress, ContractState, Document, Refusal, Stamper, StamperRule,
};
use qishu_model::id::DocumentId;
use qishu_model::log::OperateType;
use qishu_store::contract;
use qishu_store::document::{Revision, RevisionPart, insert_revision};
use serde_json::json;

use super::import::{Imported, Upload, import};
use crate::contract::{entry, locate_initiated};
use crate::page::insert_contract_link;
use crate::signing::{DocumentAids, bind_stampers, check_positions};
use crate::watermark::mark_new;
use crate::{ApiCaller, App, AppError};

/// Files that become one document.
#[derive(Debug, Clone)]
pub struct AddFiles {
    /// The draft.
    pub address: ContractAddress,
    /// Title; at most 100 characters.
    pub title: String,
    /// Files, merged in this order.
    pub files: Vec<Upload>,
    /// Place among the documents (D-20).
    pub sort: Option<i32>,
    /// Positions in this document.
    pub stampers: Vec<Stamper>,
    /// Rule for positions.
    pub stamper_rule: Option<StamperRule>,
}

/// Adds one document to a draft.
///
/// # Errors
/// `1101` when it is no draft, `1010`, `1402`, `1403` for the files, `1108`, `1109`, `1005`, `1106` for the positions
/// (D-21). Nothing is stored then.
pub async fn add_files(app: &App, caller: &ApiCaller, request: AddFiles) -> Result<DocumentId, AppError> {
    let mut reader = app.store.read("add_files");
    let contract = locate_initiated(&mut reader, caller, &request.address).await?;
    drop(reader);
    require_draft(&contract.value)?;
    let imported = import_files(app, &request.files).await?;
    let id = DocumentId::new(app.next_id());
    let new = NewDocument {
        id,
        title: &request.title,
        sort: request.sort,
        content_type: ContentType::Contract,
        files: &request.files,
    };
    let stored = store_document(app, &new, &imported).await?;
    let watermarks = contract.value.watermarks.clone();
    let (stored, marked, links) = mark_new(app, &contract.value, stored).await?;
    let stampers = check_stampers(app, &request.stampers, &stored.aids).await?;
    let mut transaction = app.store.begin("add_files");
    let mut contract = locate_initiated(&mut transaction, caller, &request.address).await?;
    require_draft(&contract.value)?;
    if contract.value.watermarks != watermarks {
        // Marks were added or removed meanwhile: the document does not bear them.
        return Err(AppError::Busy);
    }
    contract.value.add_document(stored.document);
    bind_stampers(&mut contract.value, stampers)?;
    contract.value.stamper_rule = request.stamper_rule.or(contract.value.stamper_rule);
    contract::update(&mut transaction, &contract).await?;
    insert_revision(&mut transaction, &stored.revision).await?;
    if let Some(marked) = &marked {
        insert_revision(&mut transaction, marked).await?;
    }
    for link in links {
        insert_contract_link(app, &mut transaction, contract.value.id, link).await?;
    }
    let mut logged = entry(app, &contract.value, OperateType::Modify, caller.actor());
    logged.details = json!({ "document": id, "title": request.title });
    transaction.record(logged);
    transaction.commit().await?;
    Ok(id)
}

pub(super) fn require_draft(contract: &Contract) -> Result<(), AppError> {
    match contract.state {
        ContractState::Draft => Ok(()),
        _ => Err(Refusal::WrongStatus {
            status: contract.state.name(),
        }
        .into()),
    }
}

/// Reads files as one document.
///
/// # Errors
/// `1010`, `1402`, `1403`.
pub(crate) async fn import_files(app: &App, files: &[Upload]) -> Result<Imported, AppError> {
    check_sizes(app, files)?;
    import(app, files).await
}

/// Uploads together are within the limit (D-57).
pub(super) fn check_sizes(app: &App, files: &[Upload]) -> Result<(), AppError> {
    let size_bytes = files.iter().map(|file| file.bytes.len()).sum();
    let limit_bytes = app.settings.upload_bytes;
    if size_bytes > limit_bytes {
        Err(AppError::FileTooLarge {
            size_bytes,
            limit_bytes,
        })
    } else {
        Ok(())
    }
}

/// Rows and aids of a document whose bytes are durable.
pub(crate) struct StoredDocument {
    pub(crate) document: Document,
    pub(crate) revision: Revision,
    pub(crate) aids: DocumentAids,
}

/// A document to be stored.
pub(crate) struct NewDocument<'n> {
    /// Id.
    pub(crate) id: DocumentId,
    /// Title.
    pub(crate) title: &'n str,
    /// Place among the documents (D-20).
    pub(crate) sort: Option<i32>,
    /// What it is for.
    pub(crate) content_type: ContentType,
    /// Files as they came; none for documents of our own.
    pub(crate) files: &'n [Upload],
}

/// Stores the bytes of a document that was read; its rows are for the caller's transaction.
///
/// # Errors
/// Internal when the blobs cannot be stored.
pub(crate) async fn store_document(
    app: &App,
    new: &NewDocument<'_>,
    imported: &Imported,
) -> Result<StoredDocument, AppError> {
    let mut uploads = Vec::with_capacity(new.files.len());
    for file in new.files {
        uploads.push(app.blobs.put(file.bytes.clone()).await?.to_string());
    }
    let base = app.blobs.put(imported.pdf.clone()).await?;
    let plan = app.blobs.put(imported.plan.to_bytes().into()).await?;
    let text = app.blobs.put(imported.text.clone()).await?;
    let now = app.now();
    let document = Document {
        id: new.id,
        title: new.title.to_owned(),
        page_count: imported.page_count,
        sort: new.sort,
        content_type: new.content_type,
        uploads,
        file_suffix: imported.suffix.clone(),
        template_id: None,
        template: None,
        params: Vec::new(),
        revision: 0,
        revision_hash: base.to_string(),
        text_index: text.to_string(),
        create_time: now,
    };
    let revision = Revision {
        document_id: new.id,
        number: 0,
        sha256: *base.as_bytes(),
        parts: vec![RevisionPart {
            sha256: *base.as_bytes(),
            length: imported.pdf.len() as u64,
        }],
        // The plan carries the digest state.
        digest_state: None,
        plan: Some(*plan.as_bytes()),
        act_id: None,
        create_time: now,
    };
    let aids = DocumentAids::new(&document, imported.plan.clone());
    Ok(StoredDocument {
        document,
        revision,
        aids,
    })
}

/// Positions of an adding call are for the new document and must all be found at once (D-21).
pub(super) async fn check_stampers(
    app: &App,
    given: &[Stamper],
    aids: &DocumentAids,
) -> Result<Vec<Stamper>, AppError> {
    let mut stampers = given.to_vec();
    for stamper in &mut stampers {
        stamper.document_id = Some(aids.id.get());
    }
    if !stampers.is_empty() {
        check_positions(app, std::slice::from_ref(aids), &stampers, true).await?;
    }
    Ok(stampers)
}
