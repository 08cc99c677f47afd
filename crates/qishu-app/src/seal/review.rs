//! Review of picture seals, and its callback (`organisation` 16.5.3, D-22).

use qishu_model::company::Company;
use qishu_model::id::{SealId, SealReviewId};
use qishu_model::seal_review::{ReviewState, SealReview};
use qishu_store::ledger::{Actor, Entry};
use qishu_store::request_event::Notice;
use qishu_store::{Scope, StoreError, Transaction, Versioned, company, seal, seal_review};
use serde_json::json;

use crate::company::{find_employee, operator_actor};
use crate::job::{RequestCallback, tell_request};
use crate::{App, AppError};

/// Most applications listed at once.
const MOST: u32 = 1000;

/// The decision on an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The seal is made.
    Pass,
    /// It is not, for this reason.
    Reject(String),
}

/// Applications that wait for a decision, with the company each is for; oldest first.
///
/// # Errors
/// Internal when the store fails.
pub async fn pending_reviews(app: &App) -> Result<Vec<(SealReview, Company)>, AppError> {
    let mut reader = app.store.read("pending_reviews");
    let mut found = Vec::new();
    for review in seal_review::list_pending(&mut reader, Scope::System, MOST).await? {
        let review = review.value;
        if let Some(company) = company::find(&mut reader, Scope::System, review.company_id).await? {
            found.push((review, company.value));
        }
    }
    Ok(found)
}

/// Decides on an application, in the name of the operator, and tells the one who asked.
///
/// # Errors
/// `1005` for an unknown or decided application; `1204` when the legal representative got a seal meanwhile.
pub async fn review_seal(app: &App, id: SealReviewId, verdict: Verdict) -> Result<SealReview, AppError> {
    let mut transaction = app.store.begin("review_seal");
    let found = seal_review::find(&mut transaction, Scope::System, id).await?;
    let stored = found.ok_or_else(|| AppError::invalid("applyId", format!("{id} does not exist")))?;
    let settled = settle(app, &mut transaction, stored, verdict, operator_actor()).await?;
    transaction.commit().await?;
    app.wake();
    Ok(settled)
}

/// Decides within the caller's transaction.
pub(super) async fn settle(
    app: &App,
    transaction: &mut Transaction,
    stored: Versioned<SealReview>,
    verdict: Verdict,
    actor: Actor,
) -> Result<SealReview, AppError> {
    let now = app.now();
    let decided = |error: &dyn std::fmt::Display| AppError::invalid("applyId", error.to_string());
    let (review, kind) = match verdict {
        Verdict::Reject(reason) => (
            stored
                .value
                .rejected(reason, now)
                .map_err(|error| decided(&error))?,
            "SEAL_REJECT",
        ),
        Verdict::Pass => {
            let passed = stored.value.passed(SealId::new(app.next_id()), now);
            let (review, mut seal) = passed.map_err(|error| decided(&error))?;
            // Whoever has left since the application may not use the seal.
            let mut users = Vec::with_capacity(seal.users.len());
            for user in seal.users {
                if find_employee(transaction, review.company_id, &user)
                    .await?
                    .is_some()
                {
                    users.push(user);
                }
            }
            seal.users = users;
            let owner = company::find(transaction, Scope::System, review.company_id).await?;
            let owner = owner.map(|owner| owner.value.name).unwrap_or_default();
            seal::insert(transaction, &seal)
                .await
                .map_err(|error| second_legal_person_seal(error, owner))?;
            (review, "SEAL_CREATE")
        }
    };
    let stored = Versioned {
        version: stored.version,
        value: review,
    };
    seal_review::update(transaction, &stored).await?;
    tell(app, transaction, &stored.value).await?;
    transaction.record(Entry {
        at: now,
        tenant: Some(stored.value.company_id),
        kind,
        subject: Some(stored.value.id.get()),
        actor,
        details: json!({ "state": stored.value.state }),
    });
    Ok(stored.value)
}

fn second_legal_person_seal(error: StoreError, company: String) -> AppError {
    match error {
        StoreError::Duplicate { .. } => AppError::LegalPersonSealExists { company },
        other => other.into(),
    }
}

async fn tell(app: &App, transaction: &mut Transaction, review: &SealReview) -> Result<(), AppError> {
    let Some(address) = &review.callback_url else {
        return Ok(());
    };
    let kind = review.seal_type.name();
    let (result, detail) = match &review.state {
        ReviewState::Pending => return Ok(()),
        ReviewState::Passed { seal_id, .. } => (
            "PASS",
            json!({ "sealType": kind, "sealName": review.name, "sealId": seal_id }),
        ),
        ReviewState::Rejected { reason, .. } => (
            "REJECT",
            json!({ "sealType": kind, "sealName": review.name, "rejectReason": reason }),
        ),
    };
    let id = review.id.to_string();
    let notice = Notice {
        address: address.clone(),
        application_id: review.application_id,
        fields: vec![
            ("applyId".to_owned(), id.clone()),
            ("result".to_owned(), result.to_owned()),
            ("detail".to_owned(), detail.to_string()),
        ],
    };
    tell_request(app, transaction, RequestCallback::SealReview, id, notice).await
}
