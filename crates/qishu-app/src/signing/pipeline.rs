//! The signing pipeline (design 4.6, R-1): intent → bytes → signature → part stored → one transaction.
//!
//! An act puts one signature (with dual signing two, see [`super::layer`]) on each document it has a position on, each with
//! its own one-time certificate. Nothing of an act is visible before its last transaction, which moves contract, step, document versions, log entry and
//! callback event together. Whatever a crash leaves behind is an intent without a result; [`super::recover`] closes
//! it, and the contract stands where it stood.

use std::collections::BTreeSet;

use pdfseal::sign::{AppendedRevision, PendingSignature};
use qishu_authority::{Holder, Reference, VerifiedSubject};
use qishu_blob::Digest;
use qishu_model::company::Company;
use qishu_model::contact::User;
use qishu_model::contract::{Command, Contract, IntentionConfirm, Stamper, Step, Transition};
use qishu_model::id::{ActId, ContractId, SealId, SignatoryId};
use qishu_model::placement::{Placed, union};
use qishu_model::time::Timestamp;
use qishu_store::act::{self, ActState, SigningAct};
use qishu_store::confirm::{self, Confirmation};
use qishu_store::document::{Revision, RevisionPart, find_revision, insert_revision};
use qishu_store::ledger::{Actor, Entry};
use qishu_store::{Reader, StoreError, Transaction, Versioned};
use sealpki::Certificate;
use serde_json::{Value as Json, json};

use super::company_sign::CompanyAct;
use super::layer::{ElectronicFace, Layer, Shown, electronic_face, layers};
use super::level::{extend, joined};
use super::mark::{Mark, first_face, seals, stamps};
use super::personal_sign::AuthorisedAct;
use super::place::{DocumentAids, Wanted, add_digests, load_aids, load_attachment_aids, place};
use crate::contract::{load_contract, store_change};
use crate::page::{Founding, PersonAct, plan_void};
use crate::void::VoidAct;
use crate::{App, AppError};

/// Attempts before a contract counts as busy: each loser of a race starts again on the winner's result.
const ATTEMPTS: u32 = 40;

/// One act that somebody asked for.
pub(crate) struct Act {
    /// Contract.
    pub(crate) contract: ContractId,
    /// Equal for equal requests: those that wait for one another get one signature and equal answers.
    pub(crate) request_digest: [u8; 32],
    /// When the request came in.
    pub(crate) arrived: Timestamp,
    /// For the log.
    pub(crate) actor: Actor,
    /// Who signs what.
    pub(crate) request: ActRequest,
}

/// Who signs what; planned anew on every attempt.
pub(crate) enum ActRequest {
    /// A person through a company that they have authorised.
    Authorised(Box<AuthorisedAct>),
    /// A company with one of its steps.
    Company(CompanyAct),
    /// A person on a page.
    Person(PersonAct),
    /// A company on the void document.
    Void(VoidAct),
}

/// What an act does to the contract as it is now.
pub(crate) struct PlannedAct {
    pub(crate) step: Step,
    pub(crate) party: SignatoryId,
    pub(crate) marks: Vec<Mark>,
    /// How many of the marks stand at positions given before the call (D-55).
    pub(crate) given: usize,
    pub(crate) locate_all_keywords: bool,
    pub(crate) subject: VerifiedSubject,
    pub(crate) signer_name: String,
    pub(crate) performed_by: Option<User>,
    pub(crate) confirm: IntentionConfirm,
    /// Code that is used up by the act.
    pub(crate) confirmation: Option<Confirmation>,
    /// Company and seal that come into being with the act.
    pub(crate) founding: Option<Founding>,
}

/// Performs an act: signs every document it has a position on, and moves the contract.
///
/// # Errors
/// What planning refuses; [`AppError::Busy`] when others were faster [`ATTEMPTS`] times.
pub(crate) async fn perform(app: &App, act: Act) -> Result<Contract, AppError> {
    let _turn = app.lock_contract(act.contract).await;
    perform_locked(app, &act).await
}

/// [`perform`] for a caller who already holds the contract's lock, because several acts belong together.
///
/// # Errors
/// As [`perform`].
pub(crate) async fn perform_locked(app: &App, act: &Act) -> Result<Contract, AppError> {
    for attempt_number in 0..ATTEMPTS {
        match attempt(app, act).await {
            Err(AppError::Busy) => app.pause(attempt_number).await,
            answer => return answer,
        }
    }
    Err(AppError::Busy)
}

async fn attempt(app: &App, act: &Act) -> Result<Contract, AppError> {
    let mut reader = app.store.read("plan_signature");
    let stored = load_contract(&mut reader, act.contract).await?;
    if is_done(&mut reader, act).await? {
        return Ok(stored.value);
    }
    let mut documents = load_aids(app, &mut reader, &stored.value).await?;
    if let Some(request) = stored.value.void_request() {
        // Nothing but the void document is signed then.
        documents.retain(|document| Some(document.id) == request.document);
    }
    let mut planned = match &act.request {
        ActRequest::Authorised(person) => person.plan(app, &mut reader, &stored.value).await?,
        ActRequest::Company(company) => company.plan(app, &mut reader, &stored.value).await?,
        ActRequest::Void(void) => void.plan(app, &mut reader, &stored.value).await?,
        ActRequest::Person(person) if stored.value.void_request().is_some() => {
            plan_void(person, app, &mut reader, &stored.value, &documents).await?
        }
        ActRequest::Person(person) => person.plan(app, &mut reader, &stored.value, &documents).await?,
    };
    let mut attachments = match planned.step {
        Step::Void(_) => Vec::new(),
        _ => load_attachment_aids(app, &mut reader, &stored.value, planned.party).await?,
    };
    add_digests(app, &mut reader, documents.iter_mut().chain(&mut attachments)).await?;
    drop(reader);
    if let ActRequest::Person(person) = &act.request {
        planned.confirmation = person.confirm(app, act.contract).await?;
    }
    let (pending, used) = prepare(app, &planned, &documents, &attachments).await?;
    let intents = intend(app, act, &planned, &pending).await?;
    let signed = sign(app, pending).await;
    let settled = match signed {
        Ok(signed) => finish(app, act, (planned, &used), stored, &intents, signed).await,
        Err(error) => Err(error),
    };
    if settled.is_err() {
        abandon(app, act, intents).await;
    }
    settled
}

/// An equal request was finished after this one came in: its answer is this one's too.
async fn is_done(reader: &mut Reader, request: &Act) -> Result<bool, AppError> {
    let equal = act::find_by_request(reader, request.contract, &request.request_digest).await?;
    let finished_since = |act: &Versioned<SigningAct>| {
        act.value.state == ActState::Done
            && act
                .value
                .settled
                .is_some_and(|settled| settled >= request.arrived)
    };
    Ok(equal.iter().any(finished_since))
}

/// A document with the signatures that are being put on it.
struct Pending<'a, 'm> {
    document: &'a DocumentAids,
    shown: Shown<'m>,
    /// In the order they are made.
    layers: Vec<Layer>,
    /// The first of them.
    signature: PendingSignature,
    /// What it is about.
    digest: Vec<u8>,
    seals: Vec<SealId>,
}

/// A document with its new part, both durable.
struct Signed<'a> {
    act: ActId,
    document: &'a DocumentAids,
    part: RevisionPart,
    revision_sha256: [u8; 32],
    plan: Digest,
    certificates: Vec<Certificate>,
    seals: Vec<SealId>,
}

/// Lays out a signature on every document with a position, and one without appearance on every file that the party has
/// handed in to be signed. Also answers which of the marks are used.
async fn prepare<'a, 'm>(
    app: &App,
    planned: &'m PlannedAct,
    documents: &'a [DocumentAids],
    attachments: &'a [DocumentAids],
) -> Result<(Vec<Pending<'a, 'm>>, BTreeSet<usize>), AppError> {
    let wanted: Vec<Wanted<'_>> = planned
        .marks
        .iter()
        .map(|mark| Wanted {
            stamper: &mark.stamper,
            picture: mark.size,
        })
        .collect();
    let placed = place(app, documents, &wanted, planned.locate_all_keywords).await?;
    let (given, of_call) = placed
        .into_iter()
        .partition(|placed| placed.stamper < planned.given);
    let placed = union(given, of_call);
    let mut pending = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let here: Vec<&Placed> = placed.iter().filter(|placed| placed.document == index).collect();
        // Positions that vanish (across-page on a single page) leave an invisible signature on the first document.
        if !here.is_empty() || (placed.is_empty() && index == 0) {
            let seal = electronic_face(app, first_face(&here, &planned.marks)).await?;
            pending.push(prepare_one(app, planned, document, &here, seal.as_ref())?);
        }
    }
    for attachment in attachments {
        pending.push(prepare_one(app, planned, attachment, &[], None)?);
    }
    let used = placed.iter().map(|placed| placed.stamper).collect();
    Ok((pending, used))
}

fn prepare_one<'a, 'm>(
    app: &App,
    planned: &'m PlannedAct,
    document: &'a DocumentAids,
    placed: &[&Placed],
    seal: Option<&ElectronicFace>,
) -> Result<Pending<'a, 'm>, AppError> {
    let act = ActId::new(app.next_id());
    let now_ms = app.trusted_now()?.ms();
    let layers = layers(app, &planned.subject, act, seal, now_ms)?;
    let (stamps, pictures) = stamps(placed, &planned.marks);
    let shown = Shown {
        act,
        stamps,
        pictures,
        signer_name: &planned.signer_name,
        now_unix_s: now_ms.div_euclid(1000),
    };
    let first = layers.first();
    let first = first.ok_or_else(|| AppError::Internal("an act without a signature".to_owned()))?;
    let signature = shown.lay_out(app, &document.plan, first)?;
    let digest = signature.digest_by(app.hierarchy(first.family)?.digest());
    Ok(Pending {
        document,
        digest: digest
            .map_err(|error| AppError::internal("signature", error))?
            .to_vec(),
        signature,
        shown,
        layers,
        seals: seals(placed, &planned.marks),
    })
}

/// Writes the intents: what will be signed, with which serials.
async fn intend(
    app: &App,
    request: &Act,
    planned: &PlannedAct,
    pending: &[Pending<'_, '_>],
) -> Result<Vec<SigningAct>, AppError> {
    let now = app.now();
    let mut transaction = app.store.begin("intend_signature");
    let mut intents = Vec::with_capacity(pending.len());
    for pending in pending {
        let serials: Vec<String> = pending
            .layers
            .iter()
            .map(|layer| layer.certificate.serial().to_string())
            .collect();
        let intent = SigningAct {
            id: pending.shown.act,
            contract_id: request.contract,
            document_id: pending.document.id,
            signatory_id: planned.party,
            steps: match planned.step {
                Step::Action(action) => vec![action],
                Step::Personal(_) | Step::Void(_) => Vec::new(),
            },
            revision: pending.document.revision,
            revision_hash: pending.document.revision_hash.clone(),
            certificate_serial: serials.last().cloned().unwrap_or_default(),
            digest: hex::encode(&pending.digest),
            request_digest: request.request_digest.to_vec(),
            state: ActState::Intended,
            intended: now,
            settled: None,
            details: details(planned),
        };
        act::insert(&mut transaction, &intent)
            .await
            .map_err(busy_when_open)?;
        for serial in &serials {
            act::record_serial(&mut transaction, serial, intent.id, now).await?;
        }
        intents.push(intent);
    }
    transaction.record(log(app, request, "SIGN_INTENDED", &intents));
    transaction.commit().await?;
    Ok(intents)
}

/// Which seals the act uses: voiding the contract later needs them again.
fn details(planned: &PlannedAct) -> Json {
    let mut seals: Vec<SealId> = planned.marks.iter().filter_map(|mark| mark.seal).collect();
    seals.dedup();
    if seals.is_empty() {
        Json::Null
    } else {
        json!({ "seals": seals })
    }
}

/// Another process has an open act on the document.
fn busy_when_open(error: StoreError) -> AppError {
    match error {
        StoreError::Duplicate { .. } => AppError::Busy,
        other => other.into(),
    }
}

fn log(app: &App, request: &Act, kind: &'static str, intents: &[SigningAct]) -> Entry {
    let acts: Vec<ActId> = intents.iter().map(|act| act.id).collect();
    Entry {
        at: app.now(),
        tenant: None,
        kind,
        subject: Some(request.contract.get()),
        actor: request.actor.clone(),
        details: json!({ "acts": acts }),
    }
}

/// Makes the signatures, checks each with our own verifier, and stores the new parts durably.
async fn sign<'a>(app: &App, pending: Vec<Pending<'a, '_>>) -> Result<Vec<Signed<'a>>, AppError> {
    let mut signed = Vec::with_capacity(pending.len());
    for one in pending {
        signed.push(sign_one(app, one).await?);
    }
    Ok(signed)
}

async fn sign_one<'a>(app: &App, pending: Pending<'a, '_>) -> Result<Signed<'a>, AppError> {
    let shown = pending.shown;
    let mut open = Some(pending.signature);
    let mut signed: Option<AppendedRevision> = None;
    let mut signers = Vec::with_capacity(pending.layers.len());
    for layer in pending.layers {
        let signature = match (open.take(), &signed) {
            (Some(first), _) => first,
            (None, Some(before)) => shown.lay_out(app, &before.plan, &layer)?,
            (None, None) => return Err(AppError::Internal("a signature without a place".to_owned())),
        };
        let family = layer.family;
        let (certificate, revision) = layer.sign(app, signature, shown.now_unix_s).await?;
        signed = Some(match signed {
            Some(before) => joined(before, revision),
            None => revision,
        });
        signers.push((family, certificate));
    }
    let signed = signed.ok_or_else(|| AppError::Internal("an act without a signature".to_owned()))?;
    let AppendedRevision {
        bytes,
        plan,
        revision_sha256,
        ..
    } = extend(
        app,
        app.settings.signature_level,
        &shown.act.to_string(),
        &signers,
        signed,
    )?;
    let length = bytes.len() as u64;
    let part = app.blobs.put(bytes.into()).await?;
    let plan = app.blobs.put(plan.to_bytes().into()).await?;
    Ok(Signed {
        act: shown.act,
        document: pending.document,
        part: RevisionPart {
            sha256: *part.as_bytes(),
            length,
        },
        revision_sha256,
        plan,
        certificates: signers.into_iter().map(|(_, certificate)| certificate).collect(),
        seals: pending.seals,
    })
}

/// The one transaction that makes the act real.
async fn finish(
    app: &App,
    request: &Act,
    (planned, used): (PlannedAct, &BTreeSet<usize>),
    stored: Versioned<Contract>,
    intents: &[SigningAct],
    signed: Vec<Signed<'_>>,
) -> Result<Contract, AppError> {
    let now = app.now();
    let command = match planned.step {
        Step::Void(party) => Command::SignVoid { party },
        step => Command::Finish {
            step,
            by: planned.performed_by.clone(),
            confirm: Some(planned.confirm),
        },
    };
    let mut transition = stored.value.apply(command, now)?;
    keep_positions(&mut transition, planned.step, &planned.marks, used);
    let mut transaction = app.store.begin("finish_signature");
    if let Some(confirmation) = &planned.confirmation {
        confirm::consume(&mut transaction, confirmation).await?;
    }
    // Before the record of its use, which names the seal.
    if let Some(founding) = planned.founding {
        founding.store(app, &mut transaction, &request.actor).await?;
    }
    for one in &signed {
        store_revision(&mut transaction, one, now).await?;
        point_to_revision(&mut transition, one);
        for certificate in &one.certificates {
            let serial = certificate.serial().to_string();
            act::store_certificate(&mut transaction, &serial, certificate.der(), now).await?;
        }
        crate::seal::record_uses(app, &mut transaction, request.contract, one.act, &one.seals).await?;
    }
    for intent in intents {
        settle(&mut transaction, intent.clone(), ActState::Done, now).await?;
    }
    let changed = store_change(app, &mut transaction, &stored, transition, request.actor.clone()).await?;
    transaction.commit().await?;
    changed.ok_or_else(|| AppError::Internal("signing deleted the contract".to_owned()))
}

async fn store_revision(
    transaction: &mut Transaction,
    signed: &Signed<'_>,
    now: Timestamp,
) -> Result<(), AppError> {
    let before = find_revision(transaction, signed.document.id, signed.document.revision).await?;
    let before = before
        .ok_or_else(|| AppError::Internal(format!("document {} lost its revision", signed.document.id)))?;
    let mut parts = before.parts;
    parts.push(signed.part);
    let revision = Revision {
        document_id: signed.document.id,
        number: signed.document.revision + 1,
        sha256: signed.revision_sha256,
        parts,
        // The plan carries the digest state.
        digest_state: None,
        plan: Some(*signed.plan.as_bytes()),
        act_id: Some(signed.act),
        create_time: now,
    };
    insert_revision(transaction, &revision)
        .await
        .map_err(busy_when_open)
}

fn point_to_revision(transition: &mut Transition, signed: &Signed<'_>) {
    let documents = transition
        .contract
        .iter_mut()
        .flat_map(Contract::signed_documents_mut);
    for document in documents.filter(|document| document.id == signed.document.id) {
        document.revision = signed.document.revision + 1;
        document.revision_hash = hex::encode(signed.revision_sha256);
    }
}

/// The step keeps the positions that were really used, with their seals, in place of those that were given before: the detail
/// of a signed contract tells what is on the pages.
fn keep_positions(transition: &mut Transition, step: Step, marks: &[Mark], used: &BTreeSet<usize>) {
    let stampers: Vec<Stamper> = used
        .iter()
        .filter_map(|index| marks.get(*index))
        .map(|mark| mark.stamper.clone())
        .collect();
    if stampers.is_empty() {
        return;
    }
    let Some(contract) = &mut transition.contract else {
        return;
    };
    for party in &mut contract.signatories {
        match step {
            Step::Personal(id) if party.id == id => party.stampers.clone_from(&stampers),
            Step::Personal(_) | Step::Void(_) => {}
            Step::Action(id) => {
                for action in party.actions.iter_mut().filter(|action| action.id == id) {
                    action.stampers.clone_from(&stampers);
                }
            }
        }
    }
}

/// Settles an intent. The first version is the one nobody has settled yet.
pub(super) async fn settle(
    transaction: &mut Transaction,
    mut act: SigningAct,
    state: ActState,
    now: Timestamp,
) -> Result<(), AppError> {
    act.state = state;
    act.settled = Some(now);
    act::update(
        transaction,
        &Versioned {
            version: 1,
            value: act,
        },
    )
    .await?;
    Ok(())
}

/// Closes the intents of an attempt that came to nothing, so that the next one need not wait for the sweep. What fails here,
/// the sweep will do.
async fn abandon(app: &App, request: &Act, intents: Vec<SigningAct>) {
    let now = app.now();
    let mut transaction = app.store.begin("abandon_signature");
    transaction.record(log(app, request, "SIGN_UNDONE", &intents));
    for intent in intents {
        if let Err(error) = settle(&mut transaction, intent, ActState::Undone, now).await {
            tracing::warn!(contract.id = %request.contract, %error, "an abandoned signature is left to the sweep");
            return;
        }
    }
    if let Err(error) = transaction.commit().await {
        tracing::warn!(contract.id = %request.contract, %error, "an abandoned signature is left to the sweep");
    }
}

/// The subject of a company's one-time certificate.
pub(crate) fn company_subject(company: &Company) -> VerifiedSubject {
    let platform_id = || Reference::PlatformId(company.id.to_string());
    VerifiedSubject {
        holder: Holder::Company {
            name: company.name.clone(),
            operator: None,
        },
        reference: company
            .register_no
            .clone()
            .map_or_else(platform_id, Reference::RegisterNo),
    }
}
