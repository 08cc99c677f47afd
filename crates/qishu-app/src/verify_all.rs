//! `qishu verify --all`: the promises P1 to P9, checked on everything that is stored.

use pdfseal::Limits;
use pdfseal::verify::{Indication, verify};
use qishu_blob::Digest;
use qishu_model::contract::{Contract, ContractState};
use qishu_model::id::ContractId;
use qishu_store::act::{self, ActState};
use qishu_store::document::list_revisions;
use qishu_store::ledger::{Difference, checkpoints, replay_and_compare, verify_chain};
use qishu_store::{Reader, Scope, blob_names, callback, contract};

use crate::document::parts;
use crate::job::is_genuine;
use crate::{App, AppError};

/// Result of checking one promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// `P1` and so on.
    pub name: &'static str,
    /// What it says.
    pub says: &'static str,
    /// How much was looked at.
    pub checked: u64,
    /// What does not hold; empty = kept.
    pub broken: Vec<String>,
}

impl Promise {
    const fn new(name: &'static str, says: &'static str) -> Self {
        Self {
            name,
            says,
            checked: 0,
            broken: Vec::new(),
        }
    }
}

/// Checks every promise that can be checked from the stored data.
///
/// # Errors
/// Internal when something cannot be read at all; what is readable but wrong is in the result.
pub async fn verify_all(app: &App) -> Result<Vec<Promise>, AppError> {
    let mut reader = app.store.read("verify_all");
    let mut signatures = Promise::new("P3", "signatures in the PDF are the signed steps of the ledger");
    let mut complete = Promise::new(
        "P4",
        "completed contracts have every signature valid and the last covers the whole file",
    );
    let mut seen = Promise::new("P5", "every signature was put on the revision its act names");
    let mut stuck = Promise::new("P9", "nothing is stuck");
    let mut serials = Promise::new("P11", "every certificate has an earlier serial record");
    let mut after = None;
    loop {
        let ids = contract::list_ids(&mut reader, after, 200).await?;
        let Some(last) = ids.last().copied() else { break };
        for id in ids {
            let Some(found) = contract::find(&mut reader, Scope::System, id).await? else {
                continue;
            };
            let contract = found.value;
            check_documents(
                app,
                &mut reader,
                &contract,
                [&mut signatures, &mut complete, &mut seen],
            )
            .await?;
            check_serials(&mut reader, id, &mut serials).await?;
            check_stuck(app, &mut reader, &contract, &mut stuck).await?;
        }
        after = Some(last);
    }
    let (actions, replay) = ledger(&mut reader).await?;
    let events = events(&mut reader).await?;
    let chain = chain(app, &mut reader).await?;
    let blobs = blobs(app, &mut reader).await?;
    Ok(vec![
        actions, replay, signatures, complete, seen, events, chain, blobs, stuck, serials,
    ])
}

async fn ledger(reader: &mut Reader) -> Result<(Promise, Promise), AppError> {
    let mut actions = Promise::new("P1", "every accepted action is in the ledger exactly once");
    let mut replay = Promise::new("P2", "replaying the ledger gives exactly the current tables");
    let report = replay_and_compare(reader).await?;
    replay.checked = report.rows;
    actions.checked = report.changes;
    for difference in &report.differences {
        // A change without its entry, and an entry written twice, are about actions; the rest is about rows.
        let promise = match difference {
            Difference::Repeated { .. } | Difference::Unrecorded { .. } => &mut actions,
            Difference::Missing { .. } | Difference::Other { .. } => &mut replay,
        };
        promise.broken.push(difference.to_string());
    }
    Ok((actions, replay))
}

async fn chain(app: &App, reader: &mut Reader) -> Result<Promise, AppError> {
    let mut promise = Promise::new(
        "P7",
        "the hash chain is contiguous from row 1, and every stamped checkpoint lies on it",
    );
    let report = verify_chain(reader, &[]).await?;
    promise.checked = report.rows;
    promise.broken = report.faults.iter().map(ToString::to_string).collect();
    for checkpoint in checkpoints(reader).await? {
        promise.checked += 1;
        if !app.roots().iter().any(|root| is_genuine(&checkpoint, root)) {
            promise.broken.push(format!(
                "the checkpoint at row {} is no time-stamp of ours over it",
                checkpoint.head.number
            ));
        }
    }
    Ok(promise)
}

async fn events(reader: &mut Reader) -> Result<Promise, AppError> {
    let mut promise = Promise::new(
        "P6",
        "callback events are numbered without gaps and each is delivered, due or given up",
    );
    promise.checked = callback::count(reader).await?;
    let faults = callback::list_faults(reader).await?;
    promise.broken = faults
        .iter()
        .map(|id| format!("contract {id}: a gap in its events, or an event that nobody will deliver"))
        .collect();
    for dead in callback::list_dead(reader, 100).await? {
        tracing::warn!(event.id = %dead.event.id, "a callback was given up; resend it with qishu callback resend");
    }
    Ok(promise)
}

async fn blobs(app: &App, reader: &mut Reader) -> Result<Promise, AppError> {
    let mut promise = Promise::new("P8", "no row names a missing file");
    for name in blob_names::list(reader).await? {
        promise.checked += 1;
        let digest = Digest::from_bytes(name);
        if let Err(error) = app.blobs.get(&digest).await {
            promise.broken.push(error.to_string());
        }
    }
    Ok(promise)
}

async fn check_documents(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    [signatures, complete, seen]: [&mut Promise; 3],
) -> Result<(), AppError> {
    let acts = act::list(reader, contract.id).await?;
    let certificates = act::list_certificates(reader, contract.id).await?;
    for document in contract.signed_documents() {
        let revisions = list_revisions(reader, document.id).await?;
        let done: Vec<_> = acts
            .iter()
            .map(|act| &act.value)
            .filter(|act| act.document_id == document.id && act.state == ActState::Done)
            .collect();
        seen.checked += done.len() as u64;
        for act in &done {
            let base = revisions.iter().find(|revision| revision.number == act.revision);
            if base.is_none_or(|base| hex::encode(base.sha256) != act.revision_hash) {
                seen.broken.push(format!(
                    "document {}: act {} names another revision",
                    document.id, act.id
                ));
            }
        }
        let Some(newest) = revisions.last() else {
            complete
                .broken
                .push(format!("document {} has no revision", document.id));
            continue;
        };
        let bytes = match app.blobs.read_parts(&parts(newest)).await {
            Ok(bytes) => bytes,
            Err(error) => {
                complete.broken.push(format!("document {}: {error}", document.id));
                continue;
            }
        };
        if Digest::of(&bytes).as_bytes() != &newest.sha256
            || hex::encode(newest.sha256) != document.revision_hash
        {
            complete.broken.push(format!(
                "document {}: its bytes are not those of revision {}",
                document.id, newest.number
            ));
        }
        if done.is_empty() {
            continue;
        }
        let anchors = app.roots();
        let report = verify(
            &bytes,
            &Limits::default(),
            &anchors,
            app.now().ms().div_euclid(1000),
        );
        signatures.checked += done.len() as u64;
        complete.checked += 1;
        let mut in_file: Vec<String> = report
            .signatures
            .iter()
            .filter_map(|one| one.signer.as_ref())
            .map(|signer| signer.serial.to_lowercase())
            .collect();
        // Dual signing has two certificates in an act.
        let mut in_ledger: Vec<String> = certificates
            .iter()
            .filter(|one| done.iter().any(|act| act.id == one.act_id))
            .map(|one| one.serial.to_lowercase())
            .collect();
        in_file.sort_unstable();
        in_ledger.sort_unstable();
        // A file that came signed has signatures that are not ours; ours must all be there.
        if in_ledger.iter().any(|serial| !in_file.contains(serial)) {
            signatures.broken.push(format!(
                "document {}: signatures {in_file:?}, acts {in_ledger:?}",
                document.id
            ));
        }
        let failed = report
            .signatures
            .iter()
            .find(|one| one.status != Indication::TotalPassed);
        if let (ContractState::Complete { .. }, Some(failed)) = (&contract.state, failed) {
            complete.broken.push(format!(
                "document {}: {}",
                document.id,
                failed.detail.clone().unwrap_or_default()
            ));
        }
    }
    Ok(())
}

async fn check_serials(reader: &mut Reader, id: ContractId, promise: &mut Promise) -> Result<(), AppError> {
    for certificate in act::list_certificates(reader, id).await? {
        promise.checked += 1;
        if certificate
            .issued
            .is_some_and(|(issued, _)| issued < certificate.recorded)
        {
            promise.broken.push(format!(
                "certificate {} was issued before its serial was recorded",
                certificate.serial
            ));
        }
    }
    Ok(())
}

async fn check_stuck(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    promise: &mut Promise,
) -> Result<(), AppError> {
    promise.checked += 1;
    let open = |party: &qishu_model::contract::Signatory| party.status.is_open();
    if contract.state == ContractState::Signing && !contract.signatories.iter().any(open) {
        promise.broken.push(format!(
            "contract {}: all have signed, but it is not complete",
            contract.id
        ));
    }
    for act in act::list(reader, contract.id).await? {
        let age_ms = app.now().ms() - act.value.intended.ms();
        if act.value.state == ActState::Intended && age_ms > 120_000 {
            promise.broken.push(format!(
                "act {} has been open for {} s",
                act.value.id,
                age_ms / 1000
            ));
        }
    }
    Ok(())
}
