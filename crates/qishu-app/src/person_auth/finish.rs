//! What follows from a result: the record of the person, the callback, the log.

use qishu_model::id::PersonAuthId;
use qishu_model::person_auth::{AuthNews, AuthTry, IdentityMaterial, PersonAuth, PersonData, PersonIdentity};
use qishu_store::ledger::{Actor, Entry};
use qishu_store::request_event::Notice;
use qishu_store::{Transaction, Versioned, person, person_auth, person_identity, person_key};
use serde_json::json;

use crate::identity_page::IdentitySession;
use crate::job::{RequestCallback, tell_request};
use crate::{App, AppError};

/// The page of an authentication was opened, within the caller's transaction. Who is known for sure is not asked again.
///
/// # Errors
/// [`AppError::LinkExpired`] when it is too late.
pub(crate) async fn opened(
    app: &App,
    transaction: &mut Transaction,
    id: PersonAuthId,
    session: &IdentitySession,
) -> Result<(), AppError> {
    let stored = person_auth::find(transaction, None, id).await?;
    let stored = stored.ok_or(AppError::LinkExpired)?;
    let record = person_identity::find(transaction, stored.value.person_id).await?;
    let record = record.map(|record| record.value);
    let (value, news) = stored
        .value
        .opened(record.as_ref(), app.now())
        .map_err(|_| AppError::LinkExpired)?;
    let stored = Versioned {
        version: stored.version,
        value,
    };
    person_auth::update(transaction, &stored).await?;
    log(
        app,
        transaction,
        &stored.value,
        "PERSON_AUTH_OPEN",
        None,
        session.actor(),
    );
    if let Some(news) = news {
        tell(app, transaction, &stored.value, news).await?;
    }
    Ok(())
}

/// Tells the integrator, when it wants to be told.
pub(super) async fn tell(
    app: &App,
    transaction: &mut Transaction,
    auth: &PersonAuth,
    news: AuthNews,
) -> Result<(), AppError> {
    let (Some(address), Some(application_id)) = (&auth.callback_url, auth.application_id) else {
        return Ok(());
    };
    let id = auth.id.to_string();
    let fields = [
        ("authId", id.clone()),
        ("mode", news.mode().name().to_owned()),
        ("status", news.status().to_owned()),
    ];
    let notice = Notice {
        address: address.clone(),
        application_id,
        fields: fields.map(|(name, value)| (name.to_owned(), value)).to_vec(),
    };
    tell_request(app, transaction, RequestCallback::PersonAuth, id, notice).await
}

/// Records a result in the log: method, provider, number; nothing personal.
pub(super) fn log(
    app: &App,
    transaction: &mut Transaction,
    auth: &PersonAuth,
    kind: &'static str,
    tried: Option<&AuthTry>,
    actor: Actor,
) {
    let mut details = json!({ "person": auth.person_id, "state": auth.state.name() });
    if let Some(tried) = tried {
        details["mode"] = json!(tried.mode.name());
        details["passed"] = json!(tried.passed);
        details["mismatch"] = json!(tried.mismatch);
        details["provider"] = json!(tried.provider);
        details["number"] = json!(tried.number);
        details["simulated"] = json!(tried.simulated);
    }
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(auth.platform_id),
        kind,
        subject: Some(auth.id.get()),
        actor,
        details,
    });
}

/// Stores a result of a method with everything that follows from it.
///
/// # Errors
/// Refusals of the machine; [`AppError::Busy`] when somebody else was faster.
pub(super) async fn apply(
    app: &App,
    transaction: &mut Transaction,
    stored: Versioned<PersonAuth>,
    tried: AuthTry,
    data: &PersonData,
    actor: Actor,
) -> Result<PersonAuth, AppError> {
    let (value, news) = stored.value.judged(tried.clone())?;
    let stored = Versioned {
        version: stored.version,
        value,
    };
    person_auth::update(transaction, &stored).await?;
    log(
        app,
        transaction,
        &stored.value,
        "PERSON_AUTH",
        Some(&tried),
        actor,
    );
    if tried.passed {
        prove(transaction, &stored.value, &tried, data).await?;
    }
    if let Some(news) = news {
        tell(app, transaction, &stored.value, news).await?;
    }
    Ok(stored.value)
}

/// The person is known for sure from now on.
pub(super) async fn prove(
    transaction: &mut Transaction,
    auth: &PersonAuth,
    tried: &AuthTry,
    data: &PersonData,
) -> Result<(), AppError> {
    let (Some(name), Some(id_card_no)) = (&data.name, &data.id_card_no) else {
        return Err(AppError::Internal(format!(
            "authentication {} has no data",
            auth.id
        )));
    };
    let identity = PersonIdentity {
        person_id: auth.person_id,
        mode: tried.mode,
        paper_type: auth.paper_type,
        provider: tried.provider.clone(),
        number: tried.number.clone(),
        simulated: tried.simulated,
        at: tried.at,
    };
    let material = IdentityMaterial {
        name: name.clone(),
        id_card_no: id_card_no.trim().to_ascii_uppercase(),
        bank_no: data.bank_no.clone(),
        bank_mobile: data.bank_mobile.clone(),
    };
    let key = person_key::ensure(transaction, auth.person_id).await?;
    person_identity::put(transaction, &key, &identity, &material).await?;
    let known = person::find(transaction, auth.person_id).await?;
    let mut known = known.ok_or_else(|| AppError::Internal(format!("person {} is gone", auth.person_id)))?;
    if !known.value.verified || known.value.name != *name {
        known.value.verified = true;
        known.value.name.clone_from(name);
        person::update(transaction, &known).await?;
    }
    Ok(())
}
