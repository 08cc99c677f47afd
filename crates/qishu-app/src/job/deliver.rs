//! Delivery of status callbacks: at least once, by the documented schedule, with a ledger of tries (4.1 of the protocol,
//!

use qishu_callback::{
    Attempt as Try, Body, ContractEvent, Encryption, Outcome as Verdict, Protection, ReplyRule, Schedule,
    Secrets, prepare,
};
use qishu_model::application::{Application, EncryptType};
use qishu_model::contract::Contract;
use qishu_model::id::EventId;
use qishu_model::time::Timestamp;
use qishu_store::callback::{self, Attempt, Delivery, Outcome, StoredEvent};
use qishu_store::ledger::Entry;
use qishu_store::{Reader, Scope, StoreError, application, category, contract, request_event};
use serde_json::json;
use tokio::task::JoinSet;

use super::request::deliver_requests;
use crate::signing::system_actor;
use crate::{App, AppError};

/// Events looked at in one round.
const BATCH: u32 = 200;

/// Tries every event that is due, of contracts and of other requests; answers how many were tried.
///
/// # Errors
/// Internal when the store fails.
pub async fn deliver_due(app: &App) -> Result<usize, AppError> {
    let due = callback::list_due(&mut app.store.read("find_due_callbacks"), app.now(), BATCH).await?;
    let count = due.len();
    let tries = due.into_iter().map(|event| {
        let app = app.clone();
        async move { deliver(&app, &event).await }
    });
    at_once(app, tries).await?;
    Ok(count + deliver_requests(app).await?)
}

/// Runs tries, as many at once as the settings allow.
///
/// # Errors
/// The first error of a try.
pub(super) async fn at_once<T>(app: &App, tries: impl Iterator<Item = T>) -> Result<(), AppError>
where
    T: Future<Output = Result<(), AppError>> + Send + 'static,
{
    let mut running: JoinSet<Result<(), AppError>> = JoinSet::new();
    for one in tries {
        if running.len() >= app.settings.callbacks_at_once.max(1) {
            running.join_next().await.transpose()?.unwrap_or(Ok(()))?;
        }
        running.spawn(one);
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}

/// Makes an event due again, on somebody's request.
///
/// # Errors
/// `1005` when there is no such event.
pub async fn resend_event(app: &App, event: EventId) -> Result<(), AppError> {
    let mut transaction = app.store.begin("resend_event");
    let now = app.now();
    let resent = match callback::resend(&mut transaction, event, now).await {
        Err(StoreError::Conflict { .. }) => request_event::resend(&mut transaction, event, now).await,
        other => other,
    };
    match resent {
        Err(StoreError::Conflict { .. }) => {
            return Err(AppError::invalid("event", format!("{event} does not exist")));
        }
        other => other?,
    }
    transaction.record(Entry {
        at: app.now(),
        tenant: None,
        kind: "CALLBACK_RESEND",
        subject: Some(event.get()),
        actor: system_actor(),
        details: json!({}),
    });
    transaction.commit().await?;
    app.wake();
    Ok(())
}

async fn deliver(app: &App, stored: &StoredEvent) -> Result<(), AppError> {
    let Delivery::Waiting { attempts, .. } = stored.delivery else {
        return Ok(());
    };
    let began = app.now();
    let mut reader = app.store.read("deliver_callback");
    let receiver = find_receiver(&mut reader, stored).await?;
    drop(reader);
    let (attempt, outcome) = match receiver {
        None => (skipped(began), Outcome::Delivered),
        Some(receiver) => {
            let tried = try_once(app, stored, &receiver, began).await?;
            let outcome = what_follows(&tried, attempts + 1, app.now());
            if outcome == Outcome::Dead {
                tracing::error!(event.id = %stored.event.id, contract.id = %stored.event.contract_id, "callback given up");
            }
            (attempt_row(&receiver.address, &tried, began), outcome)
        }
    };
    let mut transaction = app.store.begin("record_callback_attempt");
    match callback::record_attempt(&mut transaction, stored.event.id, attempts, &attempt, outcome).await {
        // Another process delivered it meanwhile.
        Err(StoreError::Conflict { .. }) => return Ok(()),
        other => other?,
    }
    transaction.commit().await?;
    Ok(())
}

/// Address and secrets for one event.
struct Receiver {
    address: String,
    application: Application,
}

/// The contract's own address, else its category's, else the application's (D21): exactly one is called.
async fn find_receiver(reader: &mut Reader, stored: &StoredEvent) -> Result<Option<Receiver>, AppError> {
    let Some(contract) = contract::find(reader, Scope::System, stored.event.contract_id).await? else {
        return Ok(None);
    };
    let contract = contract.value;
    let Some(application) = application::find(reader, contract.application_id).await? else {
        return Ok(None);
    };
    let application = application.value;
    let of_category = category_address(reader, &contract).await?;
    let address = contract
        .callback_url
        .or(of_category)
        .or_else(|| application.callback.url.clone());
    Ok(address.map(|address| Receiver { address, application }))
}

async fn category_address(reader: &mut Reader, contract: &Contract) -> Result<Option<String>, AppError> {
    let Some(category) = &contract.category else {
        return Ok(None);
    };
    let found = category::find(reader, Scope::Company(contract.company_id), category.id).await?;
    Ok(found.and_then(|found| found.value.callback_url))
}

async fn try_once(
    app: &App,
    stored: &StoredEvent,
    receiver: &Receiver,
    now: Timestamp,
) -> Result<Try, AppError> {
    let event: ContractEvent = serde_json::from_value(stored.event.data.clone())
        .map_err(|error| AppError::internal("stored event", error))?;
    let settings = &receiver.application.callback;
    let webhook: Vec<&[u8]> = settings
        .webhook_secrets
        .iter()
        .map(|secret| secret.expose().as_bytes())
        .collect();
    let protection = Protection {
        encryption: encryption(&receiver.application),
        parameters_in_form: settings.signature_in_form,
        secrets: Secrets {
            callback_key: settings.secret_key.expose(),
            webhook: &webhook,
        },
    };
    let id = stored.event.id.to_string();
    let prepared = prepare(
        &receiver.address,
        &id,
        &event.fields(),
        Body::FlatAndContent,
        &protection,
        now.ms(),
    );
    match prepared {
        Ok(prepared) => Ok(app.deliverer.deliver(&prepared, ReplyRule::NotDenied).await),
        Err(error) => Ok(unprepared(error.to_string())),
    }
}

/// A try that ended before anything was sent.
pub(super) const fn unprepared(reason: String) -> Try {
    Try {
        outcome: Verdict::NoReply(reason),
        status: None,
        address: None,
        reply: String::new(),
        took: std::time::Duration::ZERO,
    }
}

fn what_follows(tried: &Try, tries: u32, now: Timestamp) -> Outcome {
    if tried.is_received() {
        return Outcome::Delivered;
    }
    match Schedule::ContractStatus.delay_ms(tries) {
        Some(delay_ms) => Outcome::Retry {
            due: now.plus_ms(delay_ms),
        },
        None => Outcome::Dead,
    }
}

pub(super) fn attempt_row(address: &str, tried: &Try, began: Timestamp) -> Attempt {
    let problem = match &tried.outcome {
        Verdict::Received => None,
        Verdict::Blocked(blocked) => Some(blocked.to_string()),
        Verdict::Denied(failure) => Some(failure.to_string()),
        Verdict::NoReply(reason) => Some(reason.clone()),
    };
    let called = tried.address.map(|address| address.to_string());
    Attempt {
        at: began,
        took_ms: u32::try_from(tried.took.as_millis()).unwrap_or(u32::MAX),
        status: tried.status,
        details: json!({ "address": address, "called": called, "reply": tried.reply, "problem": problem }),
    }
}

/// Nobody has configured an address: there is nobody to tell, which is recorded once.
fn skipped(at: Timestamp) -> Attempt {
    Attempt {
        at,
        took_ms: 0,
        status: None,
        details: json!({ "problem": "no callback address is configured" }),
    }
}

/// How an application wants `content` encrypted.
pub(super) const fn encryption(application: &Application) -> Encryption {
    match (application.callback.encrypt, application.callback.encrypt_type) {
        (false, _) => Encryption::None,
        (true, EncryptType::AesCbc) => Encryption::AesCbc,
        (true, EncryptType::AesEcb) => Encryption::AesEcb,
    }
}
