//! Making a report: gather, draw, seal, check like anybody else would, store.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pdfseal::compose::Attachment;
use qishu_model::evidence::{Evidence, EvidenceState};
use qishu_model::id::EvidenceId;
use qishu_store::ledger::Entry;
use qishu_store::{Scope, Versioned, evidence};
use serde_json::{Value as Json, json};

use super::gather::{Gathered, gather};
use super::package::{EVIDENCE, LEDGER};
use super::seal::{prepare_certificate, seal};
use super::verify::verify_package;
use crate::job::checkpoint_ledger;
use crate::paper::{SealPlace, draw_evidence_report};
use crate::signing::system_actor;
use crate::{App, AppError};

/// Makes a report that was asked for. Safe to run twice.
///
/// # Errors
/// What may pass: the job tries again. With `last_try`, and for everything else, the report is given up and says why.
pub(crate) async fn make_evidence(app: &App, id: EvidenceId, last_try: bool) -> Result<(), AppError> {
    let found = evidence::find(&mut app.store.read("make_evidence"), Scope::System, id).await?;
    let Some(stored) = found.filter(|found| found.value.state == EvidenceState::Processing) else {
        return Ok(());
    };
    let waiting = stored.clone();
    match make(app, stored).await {
        Err(AppError::Busy) if !last_try => Err(AppError::Busy),
        Err(AppError::Internal(cause)) if !last_try => Err(AppError::Internal(cause)),
        Err(error) => give_up(app, waiting, &error).await,
        Ok(()) => Ok(()),
    }
}

async fn make(app: &App, stored: Versioned<Evidence>) -> Result<(), AppError> {
    // Everything that the report tells lies before this checkpoint, and can be proved with it.
    checkpoint_ledger(app).await?;
    let id = stored.value.id;
    let gathered = gather(app, &stored.value).await?;
    let (pdf, place) = tokio::task::spawn_blocking(move || draw(&gathered)).await??;
    let certificate = prepare_certificate(app, id)?;
    let serial = certificate.serial().to_string();
    let stored = change(
        app,
        stored,
        "EVIDENCE_INTENDED",
        json!({ "serial": serial }),
        |evidence| evidence.with_serial(serial.clone()),
    )
    .await?;
    let sealed = seal(app, id, certificate, pdf, place).await?;
    let pdf = check(app, sealed.pdf).await?;
    let file = app.blobs.put(pdf.into()).await?.to_string();
    let certificate = STANDARD.encode(&sealed.certificate);
    let now = app.now();
    change(
        app,
        stored,
        "EVIDENCE_COMPLETE",
        json!({ "file": file }),
        |evidence| evidence.completed(file.clone(), certificate, now),
    )
    .await
    .map(drop)
}

fn draw(gathered: &Gathered) -> Result<(Vec<u8>, SealPlace), AppError> {
    let json = |value: &dyn Fn() -> serde_json::Result<Vec<u8>>| {
        value().map_err(|error| AppError::internal("report", error))
    };
    let facts = json(&|| serde_json::to_vec_pretty(&gathered.facts))?;
    let ledger = json(&|| serde_json::to_vec(&gathered.ledger))?;
    let own = |name, description, bytes| Attachment {
        name,
        description,
        media_type: "application/json",
        bytes,
    };
    let mut attachments = vec![
        own(EVIDENCE, "证据数据 Facts", &facts[..]),
        own(LEDGER, "账本证明 Proof of the ledger's rows", &ledger[..]),
    ];
    attachments.extend(gathered.files.iter().map(|file| Attachment {
        name: &file.name,
        description: &file.description,
        media_type: file.media_type,
        bytes: &file.bytes,
    }));
    let rows = (gathered.ledger.rows.len(), gathered.ledger.checkpoints.as_slice());
    let last = rows.1.iter().max_by_key(|checkpoint| checkpoint.number);
    let proof = last.map_or_else(String::new, |last| {
        format!(
            "{} 行账本记录由 {} 个带时间戳的检查点证明；最后一个检查点：第 {} 行，{}\n{} rows are proved by {} time-stamped \
             checkpoints; the last one is at row {}",
            rows.0,
            rows.1.len(),
            last.number,
            last.hash,
            rows.0,
            rows.1.len(),
            last.number
        )
    });
    draw_evidence_report(&gathered.facts, &proof, &attachments)
}

/// A report that its own verifier refuses is not handed out.
async fn check(app: &App, pdf: Vec<u8>) -> Result<Vec<u8>, AppError> {
    let roots = app.roots();
    let now_s = app.now().ms().div_euclid(1000);
    let checked = tokio::task::spawn_blocking(move || {
        let report = verify_package(&pdf, &roots, now_s, false);
        (pdf, report)
    });
    match checked.await? {
        (pdf, Some(report)) if report.faults.is_empty() => Ok(pdf),
        (_, report) => {
            let faults = report.map(|report| report.faults.join("; "));
            let faults = faults.unwrap_or_else(|| "it is no report".to_owned());
            Err(AppError::Internal(format!("a report does not verify: {faults}")))
        }
    }
}

async fn give_up(app: &App, stored: Versioned<Evidence>, error: &AppError) -> Result<(), AppError> {
    let reason = match error {
        AppError::Internal(cause) => {
            tracing::error!(evidence.id = %stored.value.id, %cause, "a report was given up");
            "生成失败，请重新申请 the report could not be made; apply again".to_owned()
        }
        other => other.to_string(),
    };
    // Recording its serial may have moved it on.
    let id = stored.value.id;
    let now = evidence::find(&mut app.store.read("give_up_evidence"), Scope::System, id).await?;
    let stored = now.unwrap_or(stored);
    let at = app.now();
    change(app, stored, "EVIDENCE_FAILED", json!({}), |evidence| {
        evidence.failed(reason, at)
    })
    .await
    .map(drop)
}

async fn change(
    app: &App,
    stored: Versioned<Evidence>,
    kind: &'static str,
    details: Json,
    step: impl FnOnce(Evidence) -> Result<Evidence, qishu_model::evidence::EvidenceSettled>,
) -> Result<Versioned<Evidence>, AppError> {
    let value = step(stored.value).map_err(|_| AppError::Busy)?;
    let changed = Versioned {
        version: stored.version,
        value,
    };
    let mut transaction = app.store.begin("change_evidence");
    evidence::update(&mut transaction, &changed).await?;
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(changed.value.company_id),
        kind,
        subject: Some(changed.value.id.get()),
        actor: system_actor(),
        details,
    });
    transaction.commit().await?;
    Ok(Versioned {
        version: changed.version + 1,
        value: changed.value,
    })
}
