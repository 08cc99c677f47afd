//! Files that are no documents of the contract: those demanded from parties, and those that explain a forced end.

use qishu_blob::Digest;
use qishu_convert::{FileKind, decide_kind};
use qishu_model::contact::User;
use qishu_model::contract::{
    AttachmentDemand, Command, ContentType, Contract, HandedIn, Refusal, Signatory, StoredFile,
};
use qishu_model::id::{AttachmentId, DocumentId};
use qishu_store::Transaction;

use super::add::{NewDocument, StoredDocument, check_sizes, import_files, store_document};
use super::import::{self, Upload};
use crate::company::find_employee;
use crate::contract::{for_change, load_contract, store_change};
use crate::page::PageSession;
use crate::{App, AppError};

/// Stores a file as it came, after its content was found to be of an accepted type and of the stated one.
///
/// # Errors
/// `1010` for size, `1402`, `1403` for type.
pub(crate) async fn store_upload(app: &App, upload: &Upload) -> Result<(FileKind, Digest), AppError> {
    check_sizes(app, std::slice::from_ref(upload))?;
    let kind = decide_kind(upload.suffix.as_deref(), None, &upload.bytes);
    let kind = kind.map_err(|error| import::Refusal::of_kind(&error, error.to_string()))?;
    if matches!(kind, FileKind::Ole | FileKind::Zip | FileKind::Unknown) {
        let detail = format!("the file is {}, which is not accepted", kind.label());
        return Err(AppError::UnsupportedFile { detail });
    }
    let digest = app.blobs.put(upload.bytes.clone()).await?;
    Ok((kind, digest))
}

/// Hands in a file that was demanded from the party of the session's person. Until the party has signed, a later file
/// replaces it.
///
/// # Errors
/// `1110` for people who do not act for the party; `1404` for files nobody demanded; `1101`, `1107` by status; `1010`, `1402`,
/// `1403` for the file.
pub async fn upload_attachment(
    app: &App,
    session: &PageSession,
    attachment: AttachmentId,
    upload: Upload,
) -> Result<Contract, AppError> {
    let user = session.person()?;
    let mut reader = app.store.read("upload_attachment");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    drop(reader);
    let (_, demand) = find_demand(&contract, attachment)?;
    let (kind, digest) = store_upload(app, &upload).await?;
    let id = DocumentId::new(app.next_id());
    let read = read_document(app, id, demand, kind, &upload).await?;
    let mut transaction = app.store.begin("upload_attachment");
    let stored = for_change(&mut transaction, session.contract).await?;
    let (party, demand) = find_demand(&stored.value, attachment)?;
    if !acts_for(&mut transaction, party, user).await? {
        return Err(AppError::NoViewPermission);
    }
    let file = StoredFile {
        id: attachment,
        title: demand.title.clone(),
        suffix: kind.label().to_owned(),
        upload: digest.to_string(),
        create_time: app.now(),
    };
    let command = Command::HandIn {
        party: party.id,
        attachment,
        file: Box::new(HandedIn {
            file,
            document: read.as_ref().map(|read| read.document.clone()),
            by: user.clone(),
        }),
    };
    let transition = stored.value.apply(command, app.now())?;
    let changed = store_change(app, &mut transaction, &stored, transition, session.actor()).await?;
    if let Some(read) = &read {
        qishu_store::document::insert_revision(&mut transaction, &read.revision).await?;
    }
    transaction.commit().await?;
    changed.ok_or_else(|| AppError::Internal("handing in a file deleted the contract".to_owned()))
}

fn find_demand(
    contract: &Contract,
    attachment: AttachmentId,
) -> Result<(&Signatory, &AttachmentDemand), AppError> {
    let demands = |party| {
        let party: &Signatory = party;
        let found = party.attachments.iter().find(|demand| demand.id == attachment);
        found.map(|demand| (party, demand))
    };
    let found = contract.signatories.iter().find_map(demands);
    found.ok_or_else(|| Refusal::UnknownAttachment.into())
}

/// The file as a document: PDF and pictures are read like documents, so that what others open is the rebuilt file; other types
/// only when they need no signature.
async fn read_document(
    app: &App,
    id: DocumentId,
    demand: &AttachmentDemand,
    kind: FileKind,
    upload: &Upload,
) -> Result<Option<StoredDocument>, AppError> {
    if !matches!(kind, FileKind::Pdf | FileKind::Png | FileKind::Jpeg) {
        if demand.need_sign {
            let detail = format!(
                "{} has to be signed; pdf, png and jpeg are accepted",
                demand.title
            );
            return Err(AppError::UnsupportedFile { detail });
        }
        return Ok(None);
    }
    let files = std::slice::from_ref(upload);
    let imported = import_files(app, files).await?;
    let new = NewDocument {
        id,
        title: &demand.title,
        sort: None,
        content_type: ContentType::Contract,
        files,
    };
    let read = store_document(app, &new, &imported).await?;
    Ok(Some(read))
}

/// Whether a person acts for a party: as its receiver, or as one of the people of its steps.
async fn acts_for(transaction: &mut Transaction, party: &Signatory, user: &User) -> Result<bool, AppError> {
    let people = || {
        let operators = party.actions.iter().flat_map(|step| &step.operators);
        party.receiver.iter().chain(operators)
    };
    if people().any(|person| person.same_contact(user)) {
        return Ok(true);
    }
    let employee = match party.company_id {
        Some(company) => find_employee(transaction, company, user).await?,
        None => None,
    };
    Ok(employee.is_some_and(|employee| people().any(|person| employee.is(person))))
}
