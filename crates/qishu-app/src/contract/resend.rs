//! 重新发起合同: `POST /v2/contract/resend`.

use std::collections::HashMap;

use pdfseal::sign::SigningPlan;
use qishu_blob::Digest;
use qishu_model::category::Category;
use qishu_model::company::Company;
use qishu_model::contract::draft::{CategorySelector, SignatoryDraft};
use qishu_model::contract::{
    ActionStatus, ContentType, Contract, ContractAddress, ContractResend, ContractState, Document,
    DocumentParam, Signatory, SignatoryStatus, Stamper, TemplateParam,
};
use qishu_model::id::{ActionId, AttachmentId, ContractId, DocumentId, SignatoryId};
use qishu_model::log::OperateType;
use qishu_model::rights::{About, Operation};
use qishu_store::document::{Revision, find_revision, insert_revision};
use qishu_store::{Reader, Scope, Versioned, company, contract};

use super::build::{PartyBuilder, check_contact};
use super::category::{apply_presets, select_category};
use super::draft::{copies, generated_sn, sponsor_index};
use super::events::entry;
use super::locate::locate_initiated;
use super::send::{SendOptions, send_in};
use crate::company::require_operator;
use crate::document::StoredDocument;
use crate::page::{ContractLink, insert_contract_link};
use crate::signing::DocumentAids;
use crate::watermark::mark_new;
use crate::{ApiCaller, App, AppError};

/// Makes a new contract of one that came to nothing: documents as they were before any signature, parties, steps, positions and
/// values are copied, what the request gives replaces them. The old contract stays as it is (D-39).
///
/// # Errors
/// `1101` when the old contract is still needed; `1112` for a `newBizId` that is in use; with `send` as for sending, and then
/// nothing is stored.
pub async fn resend_contract(
    app: &App,
    caller: &ApiCaller,
    address: &ContractAddress,
    resend: ContractResend,
) -> Result<Contract, AppError> {
    let now = app.now();
    for (index, copy) in resend.copy_send_receivers.iter().flatten().enumerate() {
        check_contact(
            &format!("copySendReceivers[{index}].receiver.contact"),
            &copy.receiver,
        )?;
    }
    // Documents are copied before the transaction, because marks are drawn anew.
    let mut reader = app.store.read("resend_contract");
    let old = locate_initiated(&mut reader, caller, address).await?.value;
    require_ended(&old)?;
    let (mut new, documents) = copy(app, &mut reader, &old).await?;
    drop(reader);
    let (revisions, links) = take_documents(app, &mut new, documents).await?;
    let mut transaction = app.store.begin("resend_contract");
    let old = locate_initiated(&mut transaction, caller, address).await?.value;
    require_ended(&old)?;
    require_new_biz_id(&mut transaction, &old, resend.new_biz_id.as_deref()).await?;
    let found = company::find(&mut transaction, Scope::System, old.company_id).await?;
    let initiator = found
        .ok_or_else(|| AppError::Internal(format!("company {} is gone", old.company_id)))?
        .value;
    let selector = old.category.as_ref().map(|category| CategorySelector {
        id: Some(category.id),
        name: None,
    });
    let category = select_category(&mut transaction, initiator.id, selector.as_ref()).await?;
    let send = resend.send;
    let given = resend.signatories.clone();
    replace(&mut new, resend, now, &category.value);
    if let Some(creator) = &new.creator {
        let create = Operation::CreateContract;
        require_operator(&mut transaction, &initiator, creator, create, About::Company).await?;
    }
    if let Some(given) = given {
        new.signatories = parties(
            app,
            caller,
            &mut transaction,
            (&initiator, &category.value),
            given,
        )
        .await?;
        new.template_params
            .iter_mut()
            .for_each(|param| param.signatory_id = None);
    }
    new.check_parties()?;
    contract::insert(&mut transaction, &new).await?;
    for revision in &revisions {
        insert_revision(&mut transaction, revision).await?;
    }
    for link in links {
        insert_contract_link(app, &mut transaction, new.id, link).await?;
    }
    let actor = caller.actor_for(new.creator.as_ref());
    transaction.record(entry(app, &new, OperateType::Create, actor));
    let stored = Versioned {
        version: 1,
        value: new,
    };
    let new = if send {
        let options = SendOptions {
            stampers: Vec::new(),
            stamper_rule: None,
            locate_all_keywords: true,
        };
        send_in(app, caller, &mut transaction, stored, &options).await?
    } else {
        stored.value
    };
    transaction.commit().await?;
    Ok(new)
}

fn require_ended(old: &Contract) -> Result<(), AppError> {
    match old.state {
        ContractState::Recalled { .. }
        | ContractState::Rejected { .. }
        | ContractState::Expired { .. }
        | ContractState::ForceEnd { .. }
        | ContractState::Invalided { .. } => Ok(()),
        _ => Err(old.wrong_status().into()),
    }
}

async fn require_new_biz_id(
    reader: &mut Reader,
    old: &Contract,
    biz_id: Option<&str>,
) -> Result<(), AppError> {
    let Some(biz_id) = biz_id else { return Ok(()) };
    let known = contract::find_by_biz_id(reader, Scope::Company(old.company_id), biz_id).await?;
    if known.is_empty() {
        Ok(())
    } else {
        Err(AppError::DuplicateBizId {
            biz_id: biz_id.to_owned(),
        })
    }
}

/// Parties of the request, with what the category presets.
async fn parties(
    app: &App,
    caller: &ApiCaller,
    reader: &mut Reader,
    (initiator, category): (&Company, &Category),
    mut given: Vec<SignatoryDraft>,
) -> Result<Vec<Signatory>, AppError> {
    let sponsor = sponsor_index(&given, initiator);
    apply_presets(category, &mut given, sponsor)?;
    let builder = PartyBuilder {
        app,
        caller,
        company: initiator,
    };
    let mut parties = Vec::with_capacity(given.len());
    for (index, party) in given.into_iter().enumerate() {
        let place = format!("signatories[{index}]");
        parties.push(builder.build(reader, &place, index, party).await?);
    }
    Ok(parties)
}

/// What the request gives instead of what was copied.
fn replace(
    new: &mut Contract,
    resend: ContractResend,
    now: qishu_model::time::Timestamp,
    category: &Category,
) {
    let by_category = now.plus_days(i64::from(category.expire_days)).end_of_day();
    new.biz_id = resend.new_biz_id;
    new.subject = resend.subject.unwrap_or_else(|| new.subject.clone());
    new.description = resend.description.or(new.description.take());
    new.sn = resend.sn.unwrap_or_else(|| generated_sn(category, new.id, now));
    new.expire_time = resend
        .expire_time
        .filter(|time| *time > now)
        .or(Some(by_category));
    new.end_time = resend.end_time.or(new.end_time);
    new.ordinal = resend.ordinal.unwrap_or(new.ordinal);
    new.creator = resend.creator.or(new.creator.take());
    new.sign_flow_strategy = resend.sign_flow_strategy.unwrap_or(new.sign_flow_strategy);
    new.copy_send_time = resend.copy_send_time.or(new.copy_send_time);
    let receivers = resend
        .copy_send_receivers
        .unwrap_or_else(|| std::mem::take(&mut new.copy_send_receivers));
    new.copy_send_receivers = copies(receivers, now);
    new.tags = resend.tags.unwrap_or_else(|| std::mem::take(&mut new.tags));
    new.related_contract_ids = resend
        .related_contract_ids
        .unwrap_or_else(|| std::mem::take(&mut new.related_contract_ids));
    new.custom_fields = resend
        .custom_fields
        .unwrap_or_else(|| std::mem::take(&mut new.custom_fields));
    new.business_data = resend.business_data.or(new.business_data.take());
    new.notify_sponsor = resend.notify_sponsor.unwrap_or(new.notify_sponsor);
    for param in resend.template_params {
        match new
            .template_params
            .iter_mut()
            .find(|known| known.name == param.name)
        {
            Some(known) => *known = param,
            None => new.template_params.push(param),
        }
    }
}

/// New ids for old ones, by what they name.
#[derive(Default)]
struct NewIds {
    documents: HashMap<u64, u64>,
    parties: HashMap<SignatoryId, SignatoryId>,
}

impl NewIds {
    fn position(&self, mut stamper: Stamper) -> Stamper {
        let new = |id: u64| self.documents.get(&id).copied().unwrap_or(id);
        stamper.document_id = stamper.document_id.map(new);
        stamper.document_ids = stamper.document_ids.into_iter().map(new).collect();
        stamper
    }

    fn param(&self, mut param: DocumentParam) -> DocumentParam {
        param.signatory_id = self.party(param.signatory_id);
        param
    }

    fn party(&self, old: Option<SignatoryId>) -> Option<SignatoryId> {
        old.and_then(|id| self.parties.get(&id).copied())
    }
}

/// A draft with new ids everywhere, and its documents beside it. Void documents are left out, and files that were deleted.
async fn copy(
    app: &App,
    reader: &mut Reader,
    old: &Contract,
) -> Result<(Contract, Vec<StoredDocument>), AppError> {
    let now = app.now();
    let mut ids = NewIds::default();
    let mut documents = Vec::with_capacity(old.documents.len());
    for document in old.shown_documents() {
        if document.content_type == ContentType::Contract {
            documents.push(unsigned(app, reader, document, &mut ids).await?);
        }
    }
    let signatories = old
        .signatories
        .iter()
        .map(|party| copy_party(app, party, &mut ids))
        .collect();
    for stored in &mut documents {
        stored.document.params = std::mem::take(&mut stored.document.params)
            .into_iter()
            .map(|param| ids.param(param))
            .collect();
    }
    let copies = old.copy_send_receivers.iter().cloned().map(|mut copy| {
        copy.send = false;
        copy
    });
    let new = Contract {
        id: ContractId::new(app.next_id()),
        biz_id: None,
        state: ContractState::Draft,
        signatories,
        documents: Vec::new(),
        files_deleted: false,
        template_params: old
            .template_params
            .iter()
            .cloned()
            .map(|param| TemplateParam {
                signatory_id: ids.party(param.signatory_id),
                ..param
            })
            .collect(),
        force_end_files: Vec::new(),
        copy_send_receivers: copies.collect(),
        create_time: now,
        publish_time: None,
        ..old.clone()
    };
    Ok((new, documents))
}

/// Puts the documents into the contract, with its marks drawn on them; answers the revisions to store and the links in QR
/// codes.
async fn take_documents(
    app: &App,
    new: &mut Contract,
    documents: Vec<StoredDocument>,
) -> Result<(Vec<Revision>, Vec<ContractLink>), AppError> {
    let (mut revisions, mut links) = (Vec::new(), Vec::new());
    for stored in documents {
        let (stored, marked, of_marks) = mark_new(app, new, stored).await?;
        new.documents.push(stored.document);
        revisions.push(stored.revision);
        revisions.extend(marked);
        links.extend(of_marks);
    }
    Ok((revisions, links))
}

/// A document as it was imported, before any mark or signature, under a new id; its bytes are shared.
async fn unsigned(
    app: &App,
    reader: &mut Reader,
    document: &Document,
    ids: &mut NewIds,
) -> Result<StoredDocument, AppError> {
    let first = find_revision(reader, document.id, 0).await?;
    let first =
        first.ok_or_else(|| AppError::Internal(format!("document {} has no revision 0", document.id)))?;
    let id = DocumentId::new(app.next_id());
    ids.documents.insert(document.id.get(), id.get());
    let copied = Document {
        id,
        revision: 0,
        revision_hash: hex::encode(first.sha256),
        create_time: app.now(),
        ..document.clone()
    };
    let plan = first.plan.map(Digest::from_bytes);
    let plan = plan.ok_or_else(|| AppError::Internal(format!("document {} has no plan", document.id)))?;
    let plan = SigningPlan::from_bytes(&app.blobs.get(&plan).await?)
        .map_err(|error| AppError::internal("signing plan", error))?;
    let revision = Revision {
        document_id: id,
        act_id: None,
        create_time: app.now(),
        ..first
    };
    Ok(StoredDocument {
        aids: DocumentAids::new(&copied, plan),
        document: copied,
        revision,
    })
}

/// A party that has done nothing yet, under new ids.
fn copy_party(app: &App, party: &Signatory, ids: &mut NewIds) -> Signatory {
    let id = SignatoryId::new(app.next_id());
    ids.parties.insert(party.id, id);
    let mut new = party.clone();
    new.id = id;
    new.status = SignatoryStatus::Draft;
    new.status_before_expiry = None;
    new.accepted = None;
    new.complete_time = None;
    new.reject_invalid_reason = None;
    new.intention_confirm = None;
    new.stampers = party
        .stampers
        .iter()
        .cloned()
        .map(|stamper| ids.position(stamper))
        .collect();
    for attachment in &mut new.attachments {
        attachment.id = AttachmentId::new(app.next_id());
        attachment.file = None;
    }
    for action in &mut new.actions {
        action.id = ActionId::new(app.next_id());
        action.status = ActionStatus::Init;
        action.complete_time = None;
        action.performed_by = None;
        action.intention_confirm = None;
        action.stampers = std::mem::take(&mut action.stampers)
            .into_iter()
            .map(|stamper| ids.position(stamper))
            .collect();
    }
    new
}
