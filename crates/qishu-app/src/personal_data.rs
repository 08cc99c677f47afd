//! Erasing what identifies a person: the key goes, and with it everything sealed under it. Contracts, signatures and the
//! chain stay valid.

use qishu_model::authorisation::AuthorisationStatus;
use qishu_model::contact::User;
use qishu_model::person_auth::{AuthMode, PersonAuthState};
use qishu_store::ledger::{Actor, Entry};
use qishu_store::{authorisation, person, person_auth, person_identity, person_key, sign_password};
use serde_json::json;

use crate::{App, AppError};

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// There was a proven identity.
    pub identity: bool,
    /// Authorisations that were in force.
    pub authorisations: usize,
}

/// Erases the identity material of a person: proven name and number, what was entered or filled in during authentications,
/// pictures, the signing password. What they allowed is withdrawn. The contact stays, because contracts name it.
///
/// # Errors
/// `1705` for somebody unknown; [`AppError::Busy`] when something of theirs changes at the same time.
pub async fn erase_person(app: &App, user: &User, actor: Actor) -> Result<Erased, AppError> {
    let now = app.now();
    let mut transaction = app.store.begin("erase_person");
    let known = person::find_by_contact(&mut transaction, user.contact_type, &user.contact).await?;
    let mut known = known.ok_or_else(|| AppError::EmployeeUnregistered {
        contact: user.masked(),
    })?;
    let id = known.value.id;
    let identity = person_identity::find(&mut transaction, id).await?;
    if let Some(identity) = &identity {
        person_identity::delete(&mut transaction, identity).await?;
    }
    for mut auth in person_auth::list_of_person(&mut transaction, id).await? {
        let last = auth
            .value
            .tries
            .last()
            .map_or(AuthMode::Manual, |tried| tried.mode);
        auth.value.photos.clear();
        auth.value.elsewhere = None;
        if auth.value.passed_by().is_none() {
            auth.value.state = PersonAuthState::Failed {
                mode: last,
                at: now,
                reason: None,
            };
        }
        person_auth::update(&mut transaction, &auth).await?;
    }
    let mut authorisations = 0;
    for mut granted in authorisation::list_of_person(&mut transaction, id).await? {
        if granted.value.status(now) == AuthorisationStatus::Authorized {
            granted.value.withdrawn = Some(now);
            authorisation::update(&mut transaction, &granted).await?;
            crate::authorisation::tell_withdrawn(app, &mut transaction, &granted.value).await?;
            authorisations += 1;
        }
    }
    if let Some(password) = sign_password::find(&mut transaction, id).await? {
        sign_password::delete(&mut transaction, id, &password).await?;
    }
    person_key::destroy(&mut transaction, id).await?;
    if known.value.verified {
        known.value.verified = false;
        known.value.name.clear();
        person::update(&mut transaction, &known).await?;
    }
    transaction.record(Entry {
        at: now,
        tenant: None,
        kind: "PERSON_ERASE",
        subject: Some(id.get()),
        actor,
        details: json!({ "identity": identity.is_some(), "authorisations": authorisations }),
    });
    transaction.commit().await?;
    app.wake();
    Ok(Erased {
        identity: identity.is_some(),
        authorisations,
    })
}
