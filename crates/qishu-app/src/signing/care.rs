//! Keeping signatures provable after they were made: a time-stamp that no server gave at the time is added when one does,
//! and time-stamps of completed contracts are renewed before their certificate or its algorithm ages (ETSI EN 319 142-1, 5.5).
//!
//! Both append a revision with fresh statements about the certificates and a time-stamp of the whole document. Whatever is
//! signed stays as it is, byte for byte.

use pdfseal::sign::AppendedRevision;
use qishu_model::contract::{Contract, ContractState, Document, Transition};
use qishu_model::time::Timestamp;
use qishu_store::act::{self, ActState, SigningAct};
use qishu_store::document::{Revision, RevisionPart, find_revision, insert_revision};
use qishu_store::ledger::Entry;
use qishu_store::proof::{self, Proof};
use qishu_store::{Reader, StoreError, Transaction, Versioned, revocation};
use sealpki::Certificate;
use serde_json::json;

use super::company_sign::system_actor;
use super::level::{Progress, document_time_stamp, joined, validation_data};
use super::place::{DocumentAids, add_digests, load_one};
use crate::app::Family;
use crate::contract::{load_contract, store_change};
use crate::{App, AppError, SignatureLevel};

/// Documents looked at in one round.
const BATCH: u32 = 50;
/// A document that cannot be cared for is looked at again after this.
const AFTER_FAILURE_MS: i64 = 600_000;
/// A contract that is not complete, or a stamp that no server can better, is looked at again after this.
const NOT_YET_DAYS: i64 = 1;

/// What became of a document.
enum Cared {
    /// It has a new time-stamp.
    Done,
    /// No server gives time-stamps now; the others need not be tried.
    Outage,
    /// Nothing can be done for it now.
    NotNow,
}

/// What a document needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// The time-stamp that is missing.
    Missing,
    /// One that lasts longer.
    Renewal,
}

/// Adds missing time-stamps, and renews those that end within [`crate::Settings::renewal_days`]. Answers how many documents
/// were given one.
///
/// # Errors
/// Internal when the store fails; what fails for one document is logged and tried again later.
pub async fn keep_proofs(app: &App) -> Result<usize, AppError> {
    let now = app.now();
    let lacking = proof::list_lacking(&mut app.store.read("find_lacking_proofs"), now, BATCH).await?;
    let mut done = care_for_all(app, lacking, Need::Missing).await?;
    let until = now.plus_days(app.settings.renewal_days);
    let ageing = proof::list_ageing(&mut app.store.read("find_ageing_proofs"), now, until, BATCH).await?;
    done += care_for_all(app, ageing, Need::Renewal).await?;
    Ok(done)
}

async fn care_for_all(app: &App, proofs: Vec<Versioned<Proof>>, need: Need) -> Result<usize, AppError> {
    let mut done = 0;
    for proof in proofs {
        match care(app, &proof, need).await {
            Ok(Cared::Done) => done += 1,
            Ok(Cared::Outage) => break,
            Ok(Cared::NotNow) | Err(AppError::Busy) => {}
            Err(error) => {
                tracing::error!(document.id = %proof.value.document_id, %error, "a time-stamp cannot be added");
                postpone(app, proof, app.now().plus_ms(AFTER_FAILURE_MS)).await?;
            }
        }
    }
    Ok(done)
}

async fn care(app: &App, seen: &Versioned<Proof>, need: Need) -> Result<Cared, AppError> {
    let _turn = app.lock_contract(seen.value.contract_id).await;
    let mut reader = app.store.read("care_for_signatures");
    let known = proof::find(&mut reader, seen.value.document_id).await?;
    // Somebody else cared for it meanwhile.
    let Some(known) = known.filter(|known| known.version == seen.version) else {
        return Ok(Cared::NotNow);
    };
    let stored = load_contract(&mut reader, seen.value.contract_id).await?;
    let is_seen = |document: &&Document| document.id == seen.value.document_id;
    let document = stored.value.signed_documents().find(is_seen).cloned();
    let wanted = need == Need::Missing || matches!(stored.value.state, ContractState::Complete { .. });
    let Some(document) = document.filter(|_| wanted) else {
        drop(reader);
        postpone(app, known, app.now().plus_days(NOT_YET_DAYS)).await?;
        return Ok(Cared::NotNow);
    };
    let mut aids = load_one(app, &mut reader, &document).await?;
    add_digests(app, &mut reader, std::iter::once(&mut aids)).await?;
    let stated = stated(app, &mut reader, &stored.value, &known.value).await?;
    drop(reader);
    let mut progress = Progress::new(app);
    let Some(appended) = append(app, &aids, &known.value, &stated, &mut progress).await? else {
        return Ok(Cared::Outage);
    };
    let until = progress.stamped_by.as_ref().map(|by| proven_until(app, by));
    if need == Need::Renewal && until <= known.value.proven_until {
        tracing::error!(document.id = %document.id, "its time-stamp ends, and none that lasts longer is to be had: \
            the time-stamping authority must be renewed");
        postpone(app, known, app.now().plus_days(NOT_YET_DAYS)).await?;
        return Ok(Cared::NotNow);
    }
    store(app, stored, &document, known, (appended, progress), need).await?;
    Ok(Cared::Done)
}

/// Certificates to be stated anew: those of the signatures that lack a time-stamp, or the one of the stamp that is renewed. What
/// was revoked, or is not ours, is left out.
async fn stated(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    proof: &Proof,
) -> Result<Vec<(Family, Option<Certificate>)>, AppError> {
    let mut found: Vec<Certificate> = Vec::new();
    if proof.is_lacking {
        let acts = act::list(reader, contract.id).await?;
        let here = |act: &SigningAct| act.document_id == proof.document_id && act.state == ActState::Done;
        for one in act::list_certificates(reader, contract.id).await? {
            let is_here = acts
                .iter()
                .any(|act| act.value.id == one.act_id && here(&act.value));
            let is_revoked = revocation::find(reader, &one.serial).await?.is_some();
            if let (true, false, Some((_, der))) = (is_here, is_revoked, one.issued) {
                found.extend(Certificate::from_der(&der));
            }
        }
    } else if let Some(der) = &proof.stamp_certificate {
        found.extend(Certificate::from_der(der));
    }
    let family = |certificate: &Certificate| {
        let issues = |family: &Family| {
            let one = app.hierarchy(*family);
            one.is_ok_and(|one| {
                certificate
                    .verify_issued_by(one.authority.issuing_certificate())
                    .is_ok()
            })
        };
        [Family::First, Family::Other].into_iter().find(issues)
    };
    let ours = |certificate: Certificate| Some((family(&certificate)?, Some(certificate)));
    Ok(found.into_iter().filter_map(ours).collect())
}

/// The bytes to append; `None` while no server gives time-stamps.
async fn append(
    app: &App,
    aids: &DocumentAids,
    proof: &Proof,
    stated: &[(Family, Option<Certificate>)],
    progress: &mut Progress,
) -> Result<Option<AppendedRevision>, AppError> {
    let with_data = SignatureLevel::from_name(&proof.wanted) >= Some(SignatureLevel::BaselineLt);
    let data = match with_data {
        true => validation_data(app, stated, &aids.plan, progress)?,
        false => None,
    };
    let field = format!("qt{}", app.next_id());
    let plan = data.as_ref().map_or(&aids.plan, |data| &data.plan);
    let Some(stamp) = document_time_stamp(app, &field, plan, progress).await? else {
        return Ok(None);
    };
    Ok(Some(match data {
        Some(data) => joined(data, stamp),
        None => stamp,
    }))
}

/// How long a time-stamp by this certificate proves something: until it ends, or its algorithm counts as aged.
pub(super) fn proven_until(app: &App, certificate: &Certificate) -> Timestamp {
    let ends = Timestamp::from_ms(certificate.not_after_unix_s().saturating_mul(1000));
    let key = certificate.public_key();
    let name = match (key.rsa_modulus_bits(), key.signature_algorithm()) {
        (Some(bits), _) => format!("rsa-{bits}"),
        (None, Some(algorithm)) => format!("{algorithm:?}").to_ascii_lowercase(),
        (None, None) => String::new(),
    };
    let aged = app
        .settings
        .ageing
        .iter()
        .filter(|(algorithm, _)| *algorithm == name);
    aged.map(|(_, at)| *at).fold(ends, Timestamp::min)
}

async fn store(
    app: &App,
    stored: Versioned<Contract>,
    document: &Document,
    known: Versioned<Proof>,
    (appended, progress): (AppendedRevision, Progress),
    need: Need,
) -> Result<(), AppError> {
    let now = app.now();
    let length = appended.bytes.len() as u64;
    let part = app.blobs.put(appended.bytes.into()).await?;
    let plan = app.blobs.put(appended.plan.to_bytes().into()).await?;
    let part = RevisionPart {
        sha256: *part.as_bytes(),
        length,
    };
    let mut transaction = app.store.begin("care_for_signatures");
    let before = find_revision(&mut transaction, document.id, document.revision).await?;
    let lost = || AppError::Internal(format!("document {} lost its revision", document.id));
    let before = before.ok_or_else(lost)?;
    let revision = Revision {
        document_id: document.id,
        number: document.revision + 1,
        sha256: appended.revision_sha256,
        parts: before.parts.into_iter().chain([part]).collect(),
        digest_state: None,
        plan: Some(*plan.as_bytes()),
        // The act whose signature it keeps.
        act_id: before.act_id,
        create_time: now,
    };
    insert_revision(&mut transaction, &revision).await.map_err(busy)?;
    let mut contract = stored.value.clone();
    let here = contract
        .signed_documents_mut()
        .filter(|one| one.id == document.id);
    for one in here {
        one.revision = revision.number;
        one.revision_hash = hex::encode(revision.sha256);
    }
    let until = progress.stamped_by.as_ref().map(|by| proven_until(app, by));
    let mut proof = known.clone();
    proof.value.reached.clone_from(&known.value.wanted);
    proof.value.is_lacking = false;
    proof.value.proven_until = until;
    proof.value.stamp_certificate = progress.stamped_by.map(|by| by.der().to_vec());
    proof.value.try_at = now;
    proof::update(&mut transaction, &proof).await.map_err(busy)?;
    if need == Need::Missing {
        raise_levels(&mut transaction, &proof.value).await?;
    }
    let kind = match need {
        Need::Missing => "SIGNATURES_COMPLETED",
        Need::Renewal => "SIGNATURES_RENEWED",
    };
    transaction.record(Entry {
        at: now,
        tenant: Some(contract.company_id),
        kind,
        subject: Some(contract.id.get()),
        actor: system_actor(),
        details: json!({ "document": document.id, "revision": revision.number, "level": proof.value.reached }),
    });
    let transition = Transition {
        contract: Some(contract),
        events: Vec::new(),
    };
    store_change(app, &mut transaction, &stored, transition, system_actor()).await?;
    transaction.commit().await?;
    tracing::info!(contract.id = %stored.value.id, document.id = %document.id, kind, "a time-stamp was added");
    Ok(())
}

/// The acts of the document have what they lacked.
async fn raise_levels(transaction: &mut Transaction, proof: &Proof) -> Result<(), AppError> {
    for mut act in act::list(transaction, proof.contract_id).await? {
        let value = &mut act.value;
        if value.document_id == proof.document_id && value.state == ActState::Done {
            if let Some(details) = value.details.as_object_mut() {
                details.insert("level".to_owned(), json!(proof.reached));
            }
            act::update(transaction, &act).await?;
        }
    }
    Ok(())
}

async fn postpone(app: &App, mut proof: Versioned<Proof>, until: Timestamp) -> Result<(), AppError> {
    proof.value.try_at = until;
    let mut transaction = app.store.begin("postpone_care");
    match proof::update(&mut transaction, &proof).await {
        Err(StoreError::Conflict { .. }) => return Ok(()),
        other => other?,
    }
    transaction.record(Entry {
        at: app.now(),
        tenant: None,
        kind: "SIGNATURE_CARE_POSTPONED",
        subject: Some(proof.value.contract_id.get()),
        actor: system_actor(),
        details: json!({ "document": proof.value.document_id, "until": until }),
    });
    transaction.commit().await?;
    Ok(())
}

/// Another process is at work on the document.
fn busy(error: StoreError) -> AppError {
    match error {
        StoreError::Duplicate { .. } | StoreError::Conflict { .. } => AppError::Busy,
        other => other.into(),
    }
}

/// Writes down what an act has reached, beside what is known of the document. A time-stamp of the document proves what was
/// there before, but what earlier signatures lack of validation data it does not bring: they stay on the list.
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn record_proof(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    document: &DocumentAids,
    progress: &Progress,
) -> Result<(), AppError> {
    let wanted = app.settings.signature_level;
    if wanted == SignatureLevel::BaselineB {
        return Ok(());
    }
    let known = proof::find(transaction, document.id).await?;
    let lacked = known.as_ref().filter(|known| known.value.is_lacking);
    let before = lacked.and_then(|known| SignatureLevel::from_name(&known.value.reached));
    let reached = before.map_or(progress.reached, |before| before.min(progress.reached));
    let stamp = progress.stamped_by.as_ref();
    let value = Proof {
        document_id: document.id,
        contract_id: contract.id,
        wanted: wanted.name().to_owned(),
        reached: reached.name().to_owned(),
        is_lacking: reached < wanted,
        proven_until: stamp.map(|by| proven_until(app, by)),
        stamp_certificate: stamp.map(|by| by.der().to_vec()),
        try_at: app.now(),
    };
    match known {
        None => proof::insert(transaction, &value).await?,
        Some(known) => {
            let version = known.version;
            proof::update(transaction, &Versioned { version, value })
                .await
                .map_err(busy)?;
        }
    }
    Ok(())
}
