//! Delivery of callbacks that a request asked for with an address of its own (`organisation` 16.5): at least once, one
//! after the other for one request, by the schedule of their kind.

use qishu_callback::{Attempt as Try, Body, Protection, ReplyRule, Schedule, Secrets, prepare};
use qishu_model::id::EventId;
use qishu_model::time::Timestamp;
use qishu_store::callback::{Delivery, Outcome};
use qishu_store::request_event::{self, Notice, RequestEvent, StoredRequestEvent};
use qishu_store::{StoreError, Transaction, application};

use super::deliver::{at_once, attempt_row, encryption, unprepared};
use crate::{App, AppError};

/// Events looked at in one round.
const BATCH: u32 = 200;

/// Kinds of callbacks that belong to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestCallback {
    /// The authentication of a company moved on (16.5.1).
    CompanyAuth,
    /// A company answered an invitation into a group (D-10).
    Invitation,
    /// The authentication of a person was decided, or handed to the staff (16.5.2).
    PersonAuth,
    /// A person authorised a company to sign in their name, or withdrew it (16.5.4).
    PersonalSign,
    /// A picture seal was decided on (16.5.3).
    SealReview,
    /// Modules were opened to single sign-on, or not (D-31).
    SsoPrivilege,
}

impl RequestCallback {
    const ALL: [Self; 6] = [
        Self::CompanyAuth,
        Self::Invitation,
        Self::PersonAuth,
        Self::PersonalSign,
        Self::SealReview,
        Self::SsoPrivilege,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::CompanyAuth => "COMPANY_AUTH",
            Self::Invitation => "INVITATION",
            Self::PersonAuth => "PERSON_AUTH",
            Self::PersonalSign => "PERSONAL_SIGN",
            Self::SealReview => "SEAL_REVIEW",
            Self::SsoPrivilege => "SSO_PRIVILEGE",
        }
    }

    /// When it is tried again.
    const fn schedule(self) -> Schedule {
        match self {
            Self::CompanyAuth | Self::Invitation | Self::PersonAuth => Schedule::Authentication,
            Self::PersonalSign | Self::SsoPrivilege => Schedule::Authorisation,
            Self::SealReview => Schedule::SealReview,
        }
    }

    /// What the request carries, and which answer counts as received.
    const fn form(self) -> (Body, ReplyRule) {
        match self {
            Self::PersonalSign | Self::SsoPrivilege => (Body::Content, ReplyRule::BelowFourHundred),
            _ => (Body::Flat, ReplyRule::Acknowledged),
        }
    }

    fn of(event: &RequestEvent) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == event.kind)
    }
}

/// Writes an event in the caller's transaction; it is due at once.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn tell_request(
    app: &App,
    transaction: &mut Transaction,
    kind: RequestCallback,
    request_id: String,
    notice: Notice,
) -> Result<(), AppError> {
    let event = RequestEvent {
        id: EventId::new(app.next_id()),
        request_id,
        kind: kind.name().to_owned(),
        at: app.now(),
        notice,
    };
    Ok(request_event::append(transaction, &event).await?)
}

/// Tries every event that is due; answers how many were tried.
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn deliver_requests(app: &App) -> Result<usize, AppError> {
    let due = request_event::list_due(&mut app.store.read("find_due_requests"), app.now(), BATCH).await?;
    let count = due.len();
    let tries = due.into_iter().map(|event| {
        let app = app.clone();
        async move { deliver(&app, &event).await }
    });
    at_once(app, tries).await?;
    Ok(count)
}

async fn deliver(app: &App, stored: &StoredRequestEvent) -> Result<(), AppError> {
    let Delivery::Waiting { attempts, .. } = stored.delivery else {
        return Ok(());
    };
    let began = app.now();
    let tried = try_once(app, &stored.event, began).await?;
    let outcome = what_follows(&stored.event, &tried, attempts + 1, app.now());
    if outcome == Outcome::Dead {
        tracing::error!(event.id = %stored.event.id, request.id = stored.event.request_id, "callback given up");
    }
    let attempt = attempt_row(&stored.event.notice.address, &tried, began);
    let mut transaction = app.store.begin("record_request_attempt");
    match request_event::record_attempt(&mut transaction, stored.event.id, attempts, &attempt, outcome).await
    {
        // Another process delivered it meanwhile.
        Err(StoreError::Conflict { .. }) => return Ok(()),
        other => other?,
    }
    transaction.commit().await?;
    Ok(())
}

async fn try_once(app: &App, event: &RequestEvent, now: Timestamp) -> Result<Try, AppError> {
    let mut reader = app.store.read("deliver_request");
    let application = application::find(&mut reader, event.notice.application_id).await?;
    drop(reader);
    let Some(application) = application.map(|found| found.value) else {
        return Ok(unprepared("the application is gone".to_owned()));
    };
    let webhook: Vec<&[u8]> = application
        .callback
        .webhook_secrets
        .iter()
        .map(|secret| secret.expose().as_bytes())
        .collect();
    let Some((body, rule)) = RequestCallback::of(event).map(RequestCallback::form) else {
        return Ok(unprepared(format!("the kind {} is unknown", event.kind)));
    };
    let protection = Protection {
        // Flat forms are documented without signature and encryption; the others follow the application (D-55).
        encryption: match body {
            Body::Flat => qishu_callback::Encryption::None,
            _ => encryption(&application),
        },
        parameters_in_form: false,
        secrets: Secrets {
            callback_key: application.callback.secret_key.expose(),
            webhook: &webhook,
        },
    };
    let prepared = prepare(
        &event.notice.address,
        &event.id.to_string(),
        &event.notice.fields,
        body,
        &protection,
        now.ms(),
    );
    match prepared {
        Ok(prepared) => Ok(app.deliverer.deliver(&prepared, rule).await),
        Err(error) => Ok(unprepared(error.to_string())),
    }
}

fn what_follows(event: &RequestEvent, tried: &Try, tries: u32, now: Timestamp) -> Outcome {
    if tried.is_received() {
        return Outcome::Delivered;
    }
    match RequestCallback::of(event).and_then(|kind| kind.schedule().delay_ms(tries)) {
        Some(delay_ms) => Outcome::Retry {
            due: now.plus_ms(delay_ms),
        },
        None => Outcome::Dead,
    }
}
