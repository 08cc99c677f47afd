//! 企业认证: links, the applicant's and the legal representative's pages, the staff's review, results (`organisation` chapters 9
//! and 16.3).

mod basics;
mod finish;
mod legal;
mod letter;
mod link;
mod result;
mod review;
mod view;

pub use basics::{BasicData, MOST_FILE_BYTES, add_license, applicant_auth_url, submit_basics};
pub(crate) use legal::legal_person_refused;
pub use legal::{
    LEGAL_CONSENT, LegalView, authorise_as_legal_person, invite_legal_person, legal_auth_url, legal_view,
    send_legal_code,
};
pub use letter::{add_letter, confirm_amount, pay_company};
pub(crate) use link::opened;
pub use link::{CompanyAuthLink, CompanyAuthRequest, company_auth_url};
pub use result::{CompanyAuthResult, CompanyAuthSelector, company_auth_result};
pub use review::{
    CompanyReview, CompanyReviewFile, company_review_file, list_company_reviews, review_basics, review_letter,
};
pub use view::{CompanyAuthView, company_auth_view};

use bytes::Bytes;
use qishu_model::company_auth::CompanyAuth;
use qishu_model::id::CompanyAuthId;
use qishu_store::{Reader, Transaction, Versioned, company_auth, person_key};

use crate::identity_page::{IdentitySession, Subject};
use crate::{App, AppError};

/// The authentication that an applicant's session is about.
const fn subject(session: &IdentitySession) -> Result<CompanyAuthId, AppError> {
    match session.subject {
        Subject::Company(id) => Ok(id),
        _ => Err(AppError::SessionExpired),
    }
}

async fn load(reader: &mut Reader, id: CompanyAuthId) -> Result<Versioned<CompanyAuth>, AppError> {
    let found = company_auth::find(reader, id).await?;
    found.ok_or(AppError::AuthOver)
}

/// The authentication of an applicant's session, while its link lives.
async fn load_open(
    app: &App,
    reader: &mut Reader,
    session: &IdentitySession,
) -> Result<Versioned<CompanyAuth>, AppError> {
    let stored = load(reader, subject(session)?).await?;
    if stored.value.is_open(app.now()) {
        Ok(stored)
    } else {
        Err(AppError::AuthOver)
    }
}

/// Stores a file sealed under the applicant's key; answers the blob's name.
async fn keep_file(
    app: &App,
    transaction: &mut Transaction,
    auth: &CompanyAuth,
    what: &str,
    file: &Bytes,
) -> Result<String, AppError> {
    let key = person_key::ensure(transaction, auth.applicant_id).await?;
    let sealed = key.seal(transaction, &purpose(auth, what), file)?;
    Ok(app.blobs.put(sealed.into()).await?.to_string())
}

/// Opens such a file.
async fn open_file(
    app: &App,
    reader: &mut Reader,
    auth: &CompanyAuth,
    what: &str,
    blob: &str,
) -> Result<Vec<u8>, AppError> {
    let key = person_key::find(reader, auth.applicant_id).await?;
    let key = key.ok_or(AppError::DocumentNotFound)?;
    let name = blob
        .parse()
        .map_err(|_| AppError::Internal(format!("authentication {} names no blob", auth.request_id)))?;
    let sealed = app.blobs.get(&name).await?;
    Ok(key.open(&purpose(auth, what), &sealed)?)
}

fn purpose(auth: &CompanyAuth, what: &str) -> String {
    format!("{what} {}", auth.id)
}
