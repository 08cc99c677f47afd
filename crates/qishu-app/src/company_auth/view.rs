//! What the applicant's page shows.

use qishu_model::company_auth::{CompanyAuthState, CompanyField};
use qishu_store::person;

use super::{load, subject};
use crate::identity_page::IdentitySession;
use crate::{App, AppError};

/// Everything the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the page shows a state per step")]
pub struct CompanyAuthView {
    /// Where it stands.
    pub state: &'static str,
    /// Why a step was refused.
    pub reason: Option<String>,
    /// Full legal name.
    pub name: String,
    /// Registration number.
    pub register_no: Option<String>,
    /// Name of the legal representative.
    pub legal_person: Option<String>,
    /// Contact of the legal representative.
    pub legal_contact: Option<String>,
    /// A licence is there.
    pub license: bool,
    /// Fields that cannot be changed.
    pub locked: Vec<&'static str>,
    /// Name of the applicant.
    pub applicant: String,
    /// Contact of the applicant, masked.
    pub contact: String,
    /// The applicant is known for sure; else that comes first.
    pub applicant_proven: bool,
    /// A letter is there; accepted or not.
    pub letter: Option<bool>,
    /// A payment was made; confirmed or not.
    pub payment: Option<bool>,
    /// Payments can be made here; else the letter suffices.
    pub payment_asked: bool,
    /// The link still works.
    pub open: bool,
    /// Checks are simulated.
    pub simulated: bool,
}

/// What the applicant's page shows.
///
/// # Errors
/// [`AppError::SessionExpired`], [`AppError::AuthOver`].
pub async fn company_auth_view(app: &App, session: &IdentitySession) -> Result<CompanyAuthView, AppError> {
    let mut reader = app.store.read("company_auth_view");
    let auth = load(&mut reader, subject(session)?).await?.value;
    let applicant = person::find(&mut reader, auth.applicant_id).await?;
    let reason = match &auth.state {
        CompanyAuthState::BasicFailed { reason }
        | CompanyAuthState::LegalFailed { reason }
        | CompanyAuthState::LetterFailed { reason } => Some(reason.clone()),
        _ => None,
    };
    let locked = CompanyField::ALL
        .into_iter()
        .filter(|field| !auth.may_change(*field));
    Ok(CompanyAuthView {
        state: auth.state.name(),
        reason,
        name: auth.data.name.clone(),
        register_no: auth.data.register_no.clone(),
        legal_person: auth.data.legal_person.clone(),
        legal_contact: auth.data.legal_contact.clone(),
        license: auth.data.license.is_some(),
        locked: locked.map(CompanyField::name).collect(),
        applicant: auth.applicant.name.clone().unwrap_or_default(),
        contact: auth.applicant.masked(),
        applicant_proven: applicant.is_some_and(|applicant| applicant.value.verified),
        letter: auth.letter.as_ref().map(|letter| letter.accepted),
        payment: auth.payment.as_ref().map(|payment| payment.confirmed),
        payment_asked: app.identity.transfer.is_some(),
        open: auth.is_open(app.now()),
        simulated: app.settings.simulated,
    })
}
