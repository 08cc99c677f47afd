//! 创建合同草稿: `POST /v2/contract/draft`.

use qishu_model::category::Category;
use qishu_model::company::Company;
use qishu_model::contract::draft::SignatoryDraft;
use qishu_model::contract::{
    CategoryRef, Contract, ContractAddress, ContractDraft, ContractState, CopySendReceiver, Refusal,
    TenantType,
};
use qishu_model::id::ContractId;
use qishu_model::log::OperateType;
use qishu_model::rights::{About, Operation};
use qishu_model::time::Timestamp;
use qishu_store::{Reader, Scope, Transaction, Versioned, contract};

use super::build::{PartyBuilder, check_contact};
use super::category::{apply_presets, check_presets, check_starter, select_category};
use super::category_documents::{PreparedDocuments, prepare_documents};
use super::events::entry;
use super::locate::locate_initiated;
use super::send::{SendOptions, send_in};
use crate::company::{acting_company, require_operator};
use crate::{ApiCaller, App, AppError};

/// Characters of a contract number (3.1).
const SN: usize = 50;

/// Creates a draft, or overwrites one (by `id`, or by a known `bizId`); with `send` also sends it, all or nothing (D-18).
///
/// # Errors
/// See the table of `contracts` 4.1.
pub async fn draft_contract(
    app: &App,
    caller: &ApiCaller,
    draft: ContractDraft,
) -> Result<Contract, AppError> {
    let now = app.now();
    check(&draft, now)?;
    let prepared = prepare_documents(app, caller, &draft).await?;
    let mut transaction = app.store.begin("draft_contract");
    let company = acting_company(&mut transaction, caller, draft.tenant_name.as_deref()).await?;
    let existing = find_existing(&mut transaction, caller, &company, &draft).await?;
    let category = select_category(&mut transaction, company.id, draft.category.as_ref()).await?;
    let (send, has_sn) = (draft.send, draft.sn.is_some());
    let mut built = build(app, caller, &mut transaction, &company, &category.value, draft).await?;
    prepared.give(&mut built, &category, existing.as_ref())?;
    let stored = store(app, caller, &mut transaction, existing, built, (prepared, has_sn)).await?;
    let contract = if send {
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
    Ok(contract)
}

fn check(draft: &ContractDraft, now: Timestamp) -> Result<(), AppError> {
    if draft.expire_time.is_some_and(|time| time <= now) {
        return Err(AppError::invalid("expireTime", "later than now is expected"));
    }
    for (index, copy) in draft.copy_send_receivers.iter().enumerate() {
        check_contact(
            &format!("copySendReceivers[{index}].receiver.contact"),
            &copy.receiver,
        )?;
    }
    if let Some(url) = &draft.callback_url {
        crate::company::check_callback_url("callbackUrl", url)?;
    }
    Ok(())
}

/// The draft to overwrite: `id` first, then `bizId`.
pub(super) async fn find_existing(
    reader: &mut Reader,
    caller: &ApiCaller,
    company: &Company,
    draft: &ContractDraft,
) -> Result<Option<Versioned<Contract>>, AppError> {
    if let Some(id) = draft.id {
        let address = ContractAddress {
            contract_id: Some(id),
            biz_id: None,
            tenant_name: None,
        };
        let found = locate_initiated(reader, caller, &address).await?;
        let status = found.value.state.name();
        let is_draft = found.value.state == ContractState::Draft;
        return if is_draft {
            Ok(Some(found))
        } else {
            Err(Refusal::WrongStatus { status }.into())
        };
    }
    let Some(biz_id) = &draft.biz_id else {
        return Ok(None);
    };
    let found = contract::find_by_biz_id(reader, Scope::Company(company.id), biz_id).await?;
    match found.into_iter().next() {
        Some(found) if found.value.state != ContractState::Draft => Err(AppError::DuplicateBizId {
            biz_id: biz_id.clone(),
        }),
        found => Ok(found),
    }
}

async fn build(
    app: &App,
    caller: &ApiCaller,
    reader: &mut Reader,
    company: &Company,
    category: &Category,
    mut draft: ContractDraft,
) -> Result<Contract, AppError> {
    if let Some(creator) = &draft.creator {
        require_operator(
            reader,
            company,
            creator,
            Operation::CreateContract,
            About::Company,
        )
        .await?;
        check_starter(category, creator)?;
    }
    let sponsor = sponsor_index(&draft.signatories, company);
    check_parties(&draft, category)?;
    check_presets(reader, company, category).await?;
    apply_presets(category, &mut draft.signatories, sponsor)?;
    let builder = PartyBuilder { app, caller, company };
    let mut signatories = Vec::with_capacity(draft.signatories.len());
    for (index, party) in std::mem::take(&mut draft.signatories).into_iter().enumerate() {
        let place = format!("signatories[{index}]");
        signatories.push(builder.build(reader, &place, index, party).await?);
    }
    let now = app.now();
    let id = ContractId::new(app.next_id());
    let contract = Contract {
        id,
        subject: subject(&draft, category, now)?,
        sn: draft.sn.unwrap_or_else(|| generated_sn(category, id, now)),
        biz_id: draft.biz_id,
        company_id: company.id,
        tenant_name: company.name.clone(),
        application_id: caller.application.id,
        description: draft.description,
        expire_time: draft
            .expire_time
            .or_else(|| Some(now.plus_days(i64::from(category.expire_days)).end_of_day())),
        end_time: draft.end_time,
        ordinal: draft.ordinal,
        category: Some(CategoryRef {
            id: category.id,
            name: category.name.clone(),
        }),
        creator: draft.creator,
        state: ContractState::Draft,
        signatories,
        sign_flow_strategy: draft.sign_flow_strategy,
        template_params: draft.template_params,
        documents: Vec::new(),
        watermarks: Vec::new(),
        files_deleted: false,
        force_end_files: Vec::new(),
        copy_send_receivers: copies(with_copies_of(category, draft.copy_send_receivers), now),
        copy_send_time: draft.copy_send_time.or(category.copy_send_time),
        tags: draft.tags,
        related_contract_ids: draft.related_contract_ids,
        custom_fields: draft.custom_fields,
        business_data: draft.business_data,
        notify_sponsor: draft.notify_sponsor || category.notify_sponsor,
        callback_url: draft.callback_url,
        stamper_rule: draft.stamper_rule.or(category.stamper_rule),
        allow_name_mismatch: draft.allow_name_mismatch,
        create_time: now,
        publish_time: None,
    };
    contract.check_parties()?;
    Ok(contract)
}

/// Each contact gets one copy; the first mention counts.
pub(super) fn copies(given: Vec<CopySendReceiver>, now: Timestamp) -> Vec<CopySendReceiver> {
    let mut copies: Vec<CopySendReceiver> = Vec::with_capacity(given.len());
    for mut copy in given {
        if !copies
            .iter()
            .any(|known| known.receiver.same_contact(&copy.receiver))
        {
            copy.create_time = Some(now);
            copies.push(copy);
        }
    }
    copies
}

/// What the parties of a draft may not be together: two with one number of the caller's; steps that seal themselves in a
/// category that presets the parties, or in a draft that is sent at once (3.5).
fn check_parties(draft: &ContractDraft, category: &Category) -> Result<(), AppError> {
    for (index, party) in draft.signatories.iter().enumerate() {
        let earlier = draft.signatories.iter().take(index);
        if party.signatory_no.is_some()
            && earlier
                .clone()
                .any(|other| other.signatory_no == party.signatory_no)
        {
            let field = format!("signatories[{index}].signatoryNo");
            return Err(AppError::invalid(field, "another signatory has this number"));
        }
        let automatic = party.actions.iter().position(|step| step.auto_sign);
        if let Some(step) = automatic.filter(|_| draft.send || category.define_signatories) {
            let field = format!("signatories[{index}].actions[{step}].autoSign");
            let reason = "not with send=true, and not in a category that presets the signatories";
            return Err(AppError::invalid(field, reason));
        }
    }
    Ok(())
}

/// A number by the category's rule; the id makes it unique.
pub(super) fn generated_sn(category: &Category, id: ContractId, now: Timestamp) -> String {
    let Some(rule) = &category.sn_rule else {
        return format!("QS{id}");
    };
    let number = rule
        .replace("{category}", &category.name)
        .replace("{date}", &now.date_text().replace('-', ""))
        .replace("{id}", &id.to_string());
    number.chars().take(SN).collect()
}

/// Those of the draft, and those of the category whom the draft does not name.
fn with_copies_of(category: &Category, mut copies: Vec<CopySendReceiver>) -> Vec<CopySendReceiver> {
    for copy in &category.copy_send_receivers {
        let known = copies
            .iter()
            .any(|known| known.receiver.same_contact(&copy.receiver));
        if !known {
            copies.push(copy.clone());
        }
    }
    copies
}

/// Place of the party that is the initiator; the number of parties when none is.
pub(super) fn sponsor_index(parties: &[SignatoryDraft], company: &Company) -> usize {
    let is_sponsor = |party: &SignatoryDraft| {
        party.tenant_type == TenantType::Company && party.tenant_name.as_ref() == Some(&company.name)
    };
    parties.iter().position(is_sponsor).unwrap_or(parties.len())
}

fn subject(draft: &ContractDraft, category: &Category, now: Timestamp) -> Result<String, AppError> {
    if let Some(subject) = &draft.subject {
        return Ok(subject.clone());
    }
    let rule = category.subject_rule.as_ref();
    let generated = rule.map(|rule| {
        rule.replace("{category}", &category.name)
            .replace("{date}", &now.date_text())
    });
    generated.ok_or_else(|| AppError::invalid("subject", "required, the category generates none"))
}

async fn store(
    app: &App,
    caller: &ApiCaller,
    transaction: &mut Transaction,
    existing: Option<Versioned<Contract>>,
    mut built: Contract,
    (prepared, has_sn): (PreparedDocuments, bool),
) -> Result<Versioned<Contract>, AppError> {
    let Some(existing) = existing else {
        contract::insert(transaction, &built).await?;
        prepared.store(app, transaction, &built).await?;
        transaction.record(entry(
            app,
            &built,
            OperateType::Create,
            caller.actor_for(built.creator.as_ref()),
        ));
        return Ok(Versioned {
            version: 1,
            value: built,
        });
    };
    let old = existing.value;
    built.id = old.id;
    // A number that was generated stays; one that the request gives wins.
    if !has_sn {
        built.sn = old.sn;
    }
    built.create_time = old.create_time;
    built.watermarks = old.watermarks;
    let updated = Versioned {
        version: existing.version,
        value: built,
    };
    contract::update(transaction, &updated).await?;
    prepared.store(app, transaction, &updated.value).await?;
    transaction.record(entry(app, &updated.value, OperateType::Modify, caller.actor()));
    Ok(Versioned {
        version: existing.version + 1,
        value: updated.value,
    })
}
