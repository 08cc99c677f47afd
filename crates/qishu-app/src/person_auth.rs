//! 个人认证: links, the page, results, and the staff's review (`organisation` chapters 8 and 16).

mod elsewhere;
mod finish;
mod link;
mod photo;
mod result;
mod review;
mod submit;
mod view;

pub use elsewhere::auth_result;
pub(crate) use finish::opened;
pub use link::{AuthLink, PersonAuthRequest, person_auth_url};
pub(crate) use link::{NestedAuth, nested_auth_url};
pub(crate) use photo::check_picture;
pub use photo::{MOST_PHOTO_BYTES, add_auth_photo};
pub use result::{AuthIdentity, AuthResult, AuthSelector, person_auth_result};
pub use review::{PendingReview, list_person_reviews, person_review_photo, review_person};
pub(crate) use submit::unavailable;
pub use submit::{AuthSubmission, SubmitAnswer, send_auth_code, submit_auth};
pub use view::{AuthField, AuthRecord, AuthView, auth_view};

use qishu_model::contract::ModifyField;
use qishu_model::id::PersonAuthId;
use qishu_model::person_auth::{AuthMaterial, AuthMode, PersonAuth, PersonData};
use qishu_store::{Reader, Versioned, person_auth, person_identity};

use crate::identity_page::{IdentitySession, Subject};
use crate::{App, AppError};

/// Version of the words people agree to before their data are checked.
pub const DATA_CONSENT: &str = "IDENTITY-1";
/// Version of the words people agree to before their face is compared.
pub const FACE_CONSENT: &str = "FACE-1";

/// An authentication with everything known about it.
pub(crate) struct Loaded {
    auth: Versioned<PersonAuth>,
    material: AuthMaterial,
    /// What is given and cannot be changed by the integrator's wishes: a proven name and number (16.2).
    record: Option<qishu_model::person_auth::IdentityMaterial>,
}

impl Loaded {
    /// The prefilled value of a field: what is on record wins.
    fn prefilled(&self, field: ModifyField) -> Option<&str> {
        match (&self.record, field) {
            (Some(record), ModifyField::UserName) => Some(&record.name),
            (Some(record), ModifyField::IdCardNo) => Some(&record.id_card_no),
            _ => self.material.prefill.get(field),
        }
    }

    /// Whether the person may change a field.
    fn is_open(&self, field: ModifyField) -> bool {
        let on_record =
            self.record.is_some() && matches!(field, ModifyField::UserName | ModifyField::IdCardNo);
        !on_record && self.auth.value.may_change(field, &self.material.prefill)
    }

    /// What counts of what the person gave: locked fields keep their value, empty ones take the prefilled one.
    fn merged(&self, given: &PersonData) -> PersonData {
        let mut merged = PersonData::default();
        for field in ModifyField::ALL {
            let own = given.get(field).map(str::trim).filter(|text| !text.is_empty());
            let value = match own {
                Some(own) if self.is_open(field) => Some(own),
                _ => self.prefilled(field),
            };
            merged.set(field, value.map(str::to_owned));
        }
        merged
    }
}

async fn load(reader: &mut Reader, id: PersonAuthId) -> Result<Loaded, AppError> {
    let auth = person_auth::find(reader, None, id).await?;
    let auth = auth.ok_or(AppError::AuthOver)?;
    let material = person_auth::material(reader, &auth.value).await?;
    let record = person_identity::material(reader, auth.value.person_id).await?;
    Ok(Loaded {
        auth,
        material,
        record,
    })
}

/// The authentication that a session is about.
///
/// # Errors
/// [`AppError::SessionExpired`] for a session about something else.
const fn subject(session: &IdentitySession) -> Result<PersonAuthId, AppError> {
    match session.subject {
        Subject::Person(id) => Ok(id),
        _ => Err(AppError::SessionExpired),
    }
}

/// Whether anybody can be asked for a method here.
fn is_configured(app: &App, mode: AuthMode) -> bool {
    match mode {
        AuthMode::Alipay => app.identity.third_party.is_some(),
        AuthMode::Bank => app.identity.bank_card.is_some(),
        AuthMode::Face => app.identity.face.is_some(),
        AuthMode::Ivs => app.identity.person.is_some(),
        AuthMode::Manual => true,
    }
}

/// What a code of an authentication is bound to.
fn bound(id: PersonAuthId) -> String {
    format!("PERSON_AUTH {id}")
}
