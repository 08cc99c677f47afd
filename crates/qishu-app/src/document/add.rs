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
use crate::signing::{DocumentAids, bind_stampers, check_positions};
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
    check_sizes(app, &request.files)?;
    let mut reader = app.store.read("add_files");
    let contract = locate_initiated(&mut reader, caller, &request.address).await?;
    drop(reader);
    require_draft(&contract.value)?;
    let imported = import(app, &request.files).await?;
    let id = DocumentId::new(app.next_id());
    let place = (request.title.as_str(), request.sort);
    let stored = store_blobs(app, id, place, &request.files, &imported).await?;
    let stampers = check_stampers(app, &request.stampers, &stored).await?;
    let mut transaction = app.store.begin("add_files");
    let mut contract = locate_initiated(&mut transaction, caller, &request.address).await?;
    require_draft(&contract.value)?;
    contract.value.add_document(stored.document);
    bind_stampers(&mut contract.value, stampers)?;
    contract.value.stamper_rule = request.stamper_rule.or(contract.value.stamper_rule);
    contract::update(&mut transaction, &contract).await?;
    insert_revision(&mut transaction, &stored.revision).await?;
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

fn check_sizes(app: &App, files: &[Upload]) -> Result<(), AppError> {
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
    pub(super) aids: DocumentAids,
}

/// Stores the bytes of a document under a title and a place among its like.
pub(super) async fn store_blobs(
    app: &App,
    id: DocumentId,
    (title, sort): (&str, Option<i32>),
    files: &[Upload],
    imported: &Imported,
) -> Result<StoredDocument, AppError> {
    let mut uploads = Vec::with_capacity(files.len());
    for file in files {
        uploads.push(app.blobs.put(file.bytes.clone()).await?.to_string());
    }
    let base = app.blobs.put(imported.pdf.clone()).await?;
    let plan = app.blobs.put(imported.plan.to_bytes().into()).await?;
    let text = app.blobs.put(imported.text.clone()).await?;
    let now = app.now();
    let document = Document {
        id,
        title: title.to_owned(),
        page_count: imported.page_count,
        sort,
        content_type: ContentType::Contract,
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
        document_id: id,
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
    stored: &StoredDocument,
) -> Result<Vec<Stamper>, AppError> {
    let mut stampers = given.to_vec();
    for stamper in &mut stampers {
        stamper.document_id = Some(stored.document.id.get());
    }
    if !stampers.is_empty() {
        check_positions(app, std::slice::from_ref(&stored.aids), &stampers, true).await?;
    }
    Ok(stampers)
}
