//! The staff's review of pictures (`MANUAL`).

use qishu_model::id::{CompanyId, PersonAuthId};
use qishu_model::person_auth::{PersonData, PhotoSide};
use qishu_model::time::Timestamp;
use qishu_store::ledger::Actor;
use qishu_store::{Versioned, person_auth};

use super::finish::{log, prove, tell};
use super::load;
use super::photo::open_photo;
use crate::{App, AppError};

/// Reviews listed at once.
const MOST: u32 = 1000;

/// An authentication that waits for the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingReview {
    /// Its id.
    pub id: PersonAuthId,
    /// Platform company that asked for it.
    pub platform: CompanyId,
    /// Since when it waits.
    pub since: Timestamp,
    /// What the person says of themselves.
    pub data: PersonData,
    /// Pictures there are.
    pub sides: Vec<PhotoSide>,
}

/// What waits for the staff, oldest first.
///
/// # Errors
/// Internal when the store fails.
pub async fn list_person_reviews(app: &App) -> Result<Vec<PendingReview>, AppError> {
    let mut reader = app.store.read("list_person_reviews");
    let mut found = Vec::new();
    for stored in person_auth::list_in_state(&mut reader, "REVIEWING", MOST).await? {
        let auth = stored.value;
        found.push(PendingReview {
            id: auth.id,
            platform: auth.platform_id,
            since: auth.create_time,
            data: person_auth::material(&mut reader, &auth).await?.entered,
            sides: auth.photos.iter().map(|photo| photo.side).collect(),
        });
    }
    Ok(found)
}

/// A picture of one of them.
///
/// # Errors
/// `1604` unknown; `1402` without such a picture.
pub async fn person_review_photo(app: &App, id: PersonAuthId, side: PhotoSide) -> Result<Vec<u8>, AppError> {
    let mut reader = app.store.read("person_review_photo");
    let found = person_auth::find(&mut reader, None, id).await?;
    let found = found.ok_or(AppError::AuthNotFound { id: id.to_string() })?;
    open_photo(app, &mut reader, &found.value, side).await
}

/// Decides. The pictures are no longer named afterwards and are swept with the next round.
///
/// # Errors
/// `1604` unknown; [`AppError::AuthOver`] when nothing waits.
pub async fn review_person(
    app: &App,
    id: PersonAuthId,
    passed: bool,
    reason: Option<String>,
    actor: Actor,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("review_person");
    if person_auth::find(&mut transaction, None, id).await?.is_none() {
        return Err(AppError::AuthNotFound { id: id.to_string() });
    }
    let loaded = load(&mut transaction, id).await?;
    let (value, news) = loaded.auth.value.reviewed(passed, reason.clone(), app.now())?;
    let stored = Versioned {
        version: loaded.auth.version,
        value,
    };
    person_auth::update(&mut transaction, &stored).await?;
    let tried = stored.value.tries.last().cloned();
    log(
        app,
        &mut transaction,
        &stored.value,
        "PERSON_AUTH_REVIEW",
        tried.as_ref(),
        actor.clone(),
    );
    if let (true, Some(tried)) = (passed, &tried) {
        prove(&mut transaction, &stored.value, tried, &loaded.material.entered).await?;
    }
    tell(app, &mut transaction, &stored.value, news).await?;
    if let (false, Some(company)) = (passed, stored.value.for_company) {
        crate::company_auth::legal_person_refused(
            app,
            &mut transaction,
            company,
            reason.unwrap_or_default(),
            actor,
        )
        .await?;
    }
    transaction.commit().await?;
    app.wake();
    Ok(())
}
