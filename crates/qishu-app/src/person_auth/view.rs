//! What the page of an authentication shows. Numbers are masked: the person knows them, others who look at the screen
//! need not.

use qishu_model::contact::mask;
use qishu_model::contract::ModifyField;
use qishu_model::person_auth::{AuthMode, PaperType, PersonAuthState, PhotoSide};
use qishu_model::time::Timestamp;
use qishu_store::person_identity;

use super::submit::field_name;
use super::{is_configured, load, subject};
use crate::identity_page::IdentitySession;
use crate::{App, AppError};

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthField {
    /// Name on the page.
    pub name: &'static str,
    /// What is filled in; numbers masked.
    pub shown: Option<String>,
    /// The person cannot change it.
    pub locked: bool,
}

/// What is known for sure of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthRecord {
    /// Real name.
    pub name: String,
    /// Number of the document, masked.
    pub id_card_no: String,
}

/// Everything the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthView {
    /// Where it stands.
    pub state: &'static str,
    /// Contact by which the person was named, masked.
    pub contact: String,
    /// Kind of document.
    pub paper_type: PaperType,
    /// Fields.
    pub fields: Vec<AuthField>,
    /// Methods that may be used now.
    pub offered: Vec<AuthMode>,
    /// Method that passed.
    pub passed_by: Option<AuthMode>,
    /// What is on record.
    pub record: Option<AuthRecord>,
    /// Method and differing fields of the last failed try.
    pub failed: Option<(AuthMode, Vec<String>)>,
    /// What the staff said.
    pub reason: Option<String>,
    /// A check goes on elsewhere.
    pub elsewhere: Option<AuthMode>,
    /// Pictures handed in.
    pub photos: Vec<PhotoSide>,
    /// When the page ends.
    pub until: Option<Timestamp>,
    /// Checks are simulated.
    pub simulated: bool,
}

/// What the page shows.
///
/// # Errors
/// [`AppError::AuthOver`] when its time is over.
pub async fn auth_view(app: &App, session: &IdentitySession) -> Result<AuthView, AppError> {
    let id = subject(session)?;
    let mut reader = app.store.read("auth_view");
    let loaded = load(&mut reader, id).await?;
    let proof = person_identity::find(&mut reader, loaded.auth.value.person_id).await?;
    drop(reader);
    let auth = &loaded.auth.value;
    let until = match auth.state {
        PersonAuthState::Open { until } if app.now() >= until => return Err(AppError::AuthOver),
        PersonAuthState::Open { until } => Some(until),
        _ => None,
    };
    let field = |field: ModifyField| AuthField {
        name: field_name(field),
        shown: loaded.prefilled(field).map(|text| match field {
            ModifyField::UserName => text.to_owned(),
            _ => mask(text),
        }),
        locked: !loaded.is_open(field),
    };
    let last = auth.tries.last().filter(|tried| !tried.passed);
    Ok(AuthView {
        state: auth.state.name(),
        contact: auth.user.masked(),
        paper_type: auth.paper_type,
        fields: ModifyField::ALL.into_iter().map(field).collect(),
        offered: auth
            .offered()
            .into_iter()
            .filter(|mode| is_configured(app, *mode))
            .collect(),
        passed_by: auth.passed_by(),
        record: loaded.record.as_ref().map(|record| AuthRecord {
            name: record.name.clone(),
            id_card_no: mask(&record.id_card_no),
        }),
        failed: last.map(|tried| (tried.mode, tried.mismatch.clone())),
        reason: match &auth.state {
            PersonAuthState::Failed { reason, .. } => reason.clone(),
            _ => None,
        },
        elsewhere: auth.elsewhere.as_ref().map(|check| check.mode),
        photos: auth.photos.iter().map(|photo| photo.side).collect(),
        until,
        simulated: app.settings.simulated || proof.is_some_and(|proof| proof.value.simulated),
    })
}
