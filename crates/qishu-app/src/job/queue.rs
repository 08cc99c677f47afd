//! The job queue's worker.

use qishu_model::id::{ActionId, ContractId, EvidenceId, SignatoryId};
use qishu_provider::{Channel, Message, MessageKind};
use qishu_store::job::{self, Lease};
use qishu_store::outbox::{self, MessageState};
use serde_json::Value as Json;

use super::{AUTO_SIGN, MAKE_EVIDENCE, SEND_MESSAGE, VOID_SIGN};
use crate::evidence::make_evidence;
use crate::signing::auto_sign;
use crate::void::sign_waiting;
use crate::{App, AppError};

/// A worker that dies gives its jobs back after this.
const LEASE_MS: i64 = 60_000;
/// Jobs taken at once.
const BATCH: u32 = 20;
/// Tries before a job is given up for somebody to look at.
const MOST_ATTEMPTS: i64 = 12;

/// Does every due job; answers how many were done.
///
/// # Errors
/// Internal when the store fails.
pub async fn work_off(app: &App) -> Result<usize, AppError> {
    let mut done = 0;
    loop {
        let now = app.now();
        let mut transaction = app.store.begin("take_jobs");
        let kinds = [AUTO_SIGN, MAKE_EVIDENCE, SEND_MESSAGE, VOID_SIGN];
        let leases = job::take(&mut transaction, &kinds, now, now.plus_ms(LEASE_MS), BATCH).await?;
        transaction.commit().await?;
        if leases.is_empty() {
            return Ok(done);
        }
        for lease in leases {
            work(app, &lease).await?;
            done += 1;
        }
    }
}

async fn work(app: &App, lease: &Lease) -> Result<(), AppError> {
    let result = match lease.kind.as_str() {
        AUTO_SIGN => seal(app, &lease.data).await,
        MAKE_EVIDENCE => {
            let id = EvidenceId::new(id(&lease.data, "evidence")?);
            make_evidence(app, id, lease.attempts >= MOST_ATTEMPTS).await
        }
        VOID_SIGN => sign_void(app, &lease.data).await,
        _ => send(app, &lease.data).await,
    };
    let mut transaction = app.store.begin("end_job");
    let ended = match result {
        Ok(()) => job::finish(&mut transaction, lease).await,
        Err(error) if lease.attempts >= MOST_ATTEMPTS || is_final(&error) => {
            tracing::error!(job.kind = lease.kind, job.id = lease.id, %error, "job given up");
            job::bury(&mut transaction, lease).await
        }
        Err(error) => {
            tracing::warn!(job.kind = lease.kind, job.id = lease.id, %error, "job will be tried again");
            job::retry(
                &mut transaction,
                lease,
                app.now().plus_ms(backoff_ms(lease.attempts)),
            )
            .await
        }
    };
    match ended {
        Ok(()) => Ok(transaction.commit().await?),
        // Somebody else has the job now.
        Err(qishu_store::StoreError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// 1 s, 2 s, 4 s … at most 10 minutes.
fn backoff_ms(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.clamp(1, 10) - 1).unwrap_or_default();
    1000_i64
        .saturating_mul(2_i64.saturating_pow(doublings))
        .min(600_000)
}

/// Refusals that trying again cannot change.
const fn is_final(error: &AppError) -> bool {
    !matches!(
        error,
        AppError::Internal(_) | AppError::Busy | AppError::TooOften { .. }
    )
}

async fn seal(app: &App, data: &Json) -> Result<(), AppError> {
    let (contract, action) = (id(data, "contract")?, id(data, "action")?);
    auto_sign(app, ContractId::new(contract), ActionId::new(action)).await
}

async fn sign_void(app: &App, data: &Json) -> Result<(), AppError> {
    let (contract, party) = (id(data, "contract")?, id(data, "party")?);
    sign_waiting(app, ContractId::new(contract), SignatoryId::new(party)).await
}

fn id(data: &Json, name: &str) -> Result<u64, AppError> {
    let id = data
        .get(name)
        .and_then(Json::as_str)
        .and_then(|text| text.parse().ok());
    id.ok_or_else(|| AppError::Internal(format!("job without {name}")))
}

async fn send(app: &App, data: &Json) -> Result<(), AppError> {
    let id = data.get("message").and_then(Json::as_i64).unwrap_or_default();
    let Some(stored) = outbox::find(&mut app.store.read("send_message"), id).await? else {
        return Ok(());
    };
    let message = stored.message;
    if message.state != MessageState::Queued {
        return Ok(());
    }
    let text = |name: &str| message.data.get(name).and_then(Json::as_str).unwrap_or_default();
    let outgoing = Message {
        channel: Channel::of_contact(&message.contact),
        contact: message.contact.clone(),
        kind: if text("kind") == "SIGN_CODE" {
            MessageKind::Code
        } else {
            MessageKind::Invitation
        },
        subject: text("subject").to_owned(),
        text: text("text").to_owned(),
        code: message.data.get("code").and_then(Json::as_str).map(str::to_owned),
        id: id.to_string(),
    };
    let receipt = app.messenger.send(&outgoing, app.now().ms()).await;
    let receipt = receipt.map_err(|error| AppError::internal("message provider", error))?;
    let state = if receipt.simulated {
        MessageState::Simulated
    } else {
        MessageState::Sent
    };
    let mut transaction = app.store.begin("message_sent");
    outbox::set_state(&mut transaction, id, state).await?;
    transaction.commit().await?;
    Ok(())
}
