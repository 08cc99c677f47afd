//! The staff's review of basic data that the register is undecided about, and of letters.

use qishu_model::company_auth::CompanyAuth;
use qishu_store::ledger::Actor;
use qishu_store::{Reader, Versioned, company_auth};

use super::finish::apply;
use super::{load, open_file};
use crate::{App, AppError};

/// Reviews listed at once.
const MOST: u32 = 1000;

/// An authentication that waits for the staff.
#[derive(Debug, Clone, PartialEq)]
pub struct CompanyReview {
    /// It.
    pub auth: CompanyAuth,
    /// Its letter waits, else its basic data.
    pub letter: bool,
}

/// A file of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompanyReviewFile {
    /// Stamped letter.
    Letter,
    /// Business licence.
    License,
}

/// What waits for the staff, oldest first.
///
/// # Errors
/// Internal when the store fails.
pub async fn list_company_reviews(app: &App) -> Result<Vec<CompanyReview>, AppError> {
    let mut reader = app.store.read("list_company_reviews");
    let basics = company_auth::list_in_state(&mut reader, "REVIEWING", MOST).await?;
    let authorising = company_auth::list_in_state(&mut reader, "AUTHORISING", MOST).await?;
    let waits = |auth: &Versioned<CompanyAuth>| {
        let letter = auth.value.letter.as_ref();
        letter.is_some_and(|letter| !letter.accepted)
    };
    let letters = authorising.into_iter().filter(waits).map(|auth| (auth, true));
    let mut all: Vec<CompanyReview> = basics
        .into_iter()
        .map(|auth| (auth, false))
        .chain(letters)
        .map(|(auth, letter)| CompanyReview {
            auth: auth.value,
            letter,
        })
        .collect();
    all.sort_by_key(|review| review.auth.id);
    Ok(all)
}

async fn find(reader: &mut Reader, request_id: &str) -> Result<Versioned<CompanyAuth>, AppError> {
    for state in ["REVIEWING", "AUTHORISING"] {
        let all = company_auth::list_in_state(reader, state, MOST).await?;
        let found = all.into_iter().find(|auth| auth.value.request_id == request_id);
        if let Some(found) = found {
            return load(reader, found.value.id).await;
        }
    }
    Err(AppError::AuthNotFound {
        id: request_id.to_owned(),
    })
}

/// A file of one, as it was handed in.
///
/// # Errors
/// `1604` when nothing waits under this id; `1402` without such a file.
pub async fn company_review_file(
    app: &App,
    request_id: &str,
    file: CompanyReviewFile,
) -> Result<Vec<u8>, AppError> {
    let mut reader = app.store.read("company_review_file");
    let auth = find(&mut reader, request_id).await?.value;
    let (what, blob) = match file {
        CompanyReviewFile::Letter => ("letter", auth.letter.as_ref().map(|letter| letter.blob.clone())),
        CompanyReviewFile::License => ("license", auth.data.license.clone()),
    };
    let blob = blob.ok_or(AppError::DocumentNotFound)?;
    open_file(app, &mut reader, &auth, what, &blob).await
}

/// Decides on basic data; `refused` says why not.
///
/// # Errors
/// `1604` when nothing waits under this id; `1002` when it is not the basic data that wait.
pub async fn review_basics(
    app: &App,
    request_id: &str,
    refused: Option<String>,
    actor: Actor,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("review_basics");
    let stored = find(&mut transaction, request_id).await?;
    let (value, news) = stored.value.basics_judged(refused)?;
    let stored = Versioned {
        version: stored.version,
        value,
    };
    apply(
        app,
        &mut transaction,
        &stored,
        &[news],
        "COMPANY_AUTH_BASICS_REVIEW",
        actor,
    )
    .await?;
    transaction.commit().await?;
    app.wake();
    Ok(())
}

/// Decides on a letter; `refused` says why not. Where payments can be made, one is asked for beside the letter.
///
/// # Errors
/// `1604` when nothing waits under this id; `1002` when no letter waits.
pub async fn review_letter(
    app: &App,
    request_id: &str,
    refused: Option<String>,
    actor: Actor,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("review_letter");
    let stored = find(&mut transaction, request_id).await?;
    let payment_asked = app.identity.transfer.is_some();
    let (value, news) = stored.value.letter_judged(refused, payment_asked, app.now())?;
    let stored = Versioned {
        version: stored.version,
        value,
    };
    let news: Vec<_> = news.into_iter().collect();
    apply(
        app,
        &mut transaction,
        &stored,
        &news,
        "COMPANY_AUTH_LETTER_REVIEW",
        actor,
    )
    .await?;
    transaction.commit().await?;
    app.wake();
    Ok(())
}
