//! The legal representative authorises the applicant online: a message with a link, authentication, and the letter of
//! authorisation confirmed with a code.

use qishu_model::company_auth::{CompanyAuth, REOPEN_DAYS};
use qishu_model::contact::{ContactType, User};
use qishu_model::id::CompanyAuthId;
use qishu_model::person_auth::AuthMode;
use qishu_store::ledger::Actor;
use qishu_store::{Reader, Transaction, Versioned, confirm, person};

use super::basics::{Nested, nested};
use super::finish::{apply, log};
use super::{load, load_open};
use crate::contract::check_contact;
use crate::identity_page::{
    IdentityLink, IdentitySession, Subject, check_identity_code, send_identity_code, store_identity_link,
};
use crate::message::{CodePurpose, invite_legal};
use crate::page::CodeSent;
use crate::{App, AppError};

/// Version of the letter's words.
pub const LEGAL_CONSENT: &str = "LETTER-1";

/// What the legal representative's page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalView {
    /// Company.
    pub company: String,
    /// Registration number.
    pub register_no: String,
    /// Name of the legal representative.
    pub legal_person: String,
    /// Who is to be authorised.
    pub applicant: String,
    /// Contact of the legal representative, masked.
    pub contact: String,
    /// Whoever is on the page is known for sure as the legal representative.
    pub proven: bool,
    /// Known for sure, but as somebody else.
    pub somebody_else: bool,
    /// It can still be authorised.
    pub open: bool,
    /// It is done.
    pub passed: bool,
}

/// Asks the legal representative, with a link that lives as long as the applicant's.
///
/// # Errors
/// `1005` for a contact that is none; `1002` when it is not its turn; [`AppError::AuthOver`].
pub async fn invite_legal_person(
    app: &App,
    session: &IdentitySession,
    contact: Option<&str>,
) -> Result<(), AppError> {
    let mut transaction = app.store.begin("invite_legal_person");
    let mut stored = load_open(app, &mut transaction, session).await?;
    stored.value.require_authorising()?;
    let prefilled = stored.value.data.legal_contact.clone();
    let contact = contact
        .map(|contact| contact.trim().to_owned())
        .filter(|contact| !contact.is_empty())
        .or(prefilled)
        .ok_or_else(|| AppError::invalid("legalContact", "is required"))?;
    let user = User {
        name: stored.value.data.legal_person.clone(),
        contact_type: ContactType::guess(&contact),
        contact,
    };
    check_contact("legalContact", &user)?;
    stored.value.data.legal_contact = Some(user.contact.clone());
    let link = IdentityLink {
        subject: Subject::LegalPerson(stored.value.id),
        user: user.clone(),
        options: session.options.clone(),
        prefill: None,
    };
    let expire = app.now().plus_days(REOPEN_DAYS);
    let url = store_identity_link(app, &mut transaction, &link, expire).await?;
    invite_legal(app, &mut transaction, &user, &stored.value.data.name, &url).await?;
    qishu_store::company_auth::update(&mut transaction, &stored).await?;
    log(
        app,
        &mut transaction,
        &stored.value,
        "COMPANY_AUTH_LEGAL_INVITE",
        session.actor(),
    );
    transaction.commit().await?;
    app.wake();
    Ok(())
}

const fn subject(session: &IdentitySession) -> Result<CompanyAuthId, AppError> {
    match session.subject {
        Subject::LegalPerson(id) => Ok(id),
        _ => Err(AppError::SessionExpired),
    }
}

fn bound(id: CompanyAuthId) -> String {
    format!("LEGAL {id}")
}

/// The real name of whoever is on the page, when it is known for sure.
async fn real_name(reader: &mut Reader, user: &User) -> Result<Option<String>, AppError> {
    let known = person::find_by_contact(reader, user.contact_type, &user.contact).await?;
    Ok(known
        .filter(|known| known.value.verified)
        .map(|known| known.value.name))
}

fn is_legal_person(auth: &CompanyAuth, name: &str) -> bool {
    auth.data.legal_person.as_deref() == Some(name)
}

/// What the page shows.
///
/// # Errors
/// [`AppError::SessionExpired`].
pub async fn legal_view(app: &App, session: &IdentitySession) -> Result<LegalView, AppError> {
    let mut reader = app.store.read("legal_view");
    let auth = load(&mut reader, subject(session)?).await?.value;
    let name = real_name(&mut reader, &session.user).await?;
    let proven = name.as_deref().is_some_and(|name| is_legal_person(&auth, name));
    Ok(LegalView {
        company: auth.data.name.clone(),
        register_no: auth.data.register_no.clone().unwrap_or_default(),
        legal_person: auth.data.legal_person.clone().unwrap_or_default(),
        applicant: auth.applicant.name.clone().unwrap_or_default(),
        contact: session.user.masked(),
        proven,
        somebody_else: name.is_some() && !proven,
        open: auth.is_open(app.now()) && auth.require_authorising().is_ok(),
        passed: auth.query_status(app.now()) == 2,
    })
}

/// A link to the authentication of the legal representative, which comes back here. The staff's refusal of their pictures is an
/// event of the company's authentication (16.3).
///
/// # Errors
/// [`AppError::AuthOver`].
pub async fn legal_auth_url(app: &App, session: &IdentitySession) -> Result<String, AppError> {
    let mut transaction = app.store.begin("legal_auth_url");
    let auth = load(&mut transaction, subject(session)?).await?.value;
    if !auth.is_open(app.now()) {
        return Err(AppError::AuthOver);
    }
    let wanted = Nested {
        platform: auth.platform_id,
        for_company: Some(auth.id),
        name: auth.data.legal_person.clone(),
        other_modes: vec![AuthMode::Manual],
    };
    let url = nested(app, &mut transaction, session, wanted).await?;
    transaction.commit().await?;
    Ok(url)
}

/// Sends the code that confirms the letter.
///
/// # Errors
/// [`AppError::TooOften`].
pub async fn send_legal_code(app: &App, session: &IdentitySession) -> Result<CodeSent, AppError> {
    let id = subject(session)?;
    send_identity_code(
        app,
        session,
        &session.user,
        &bound(id),
        CodePurpose::AuthoriseCompany,
    )
    .await
}

/// The legal representative authorises the applicant.
///
/// # Errors
/// [`AppError::AuthRequired`] until they are known for sure under the name of the register; `1005` without agreement to the
/// letter; [`AppError::CodeWrong`], [`AppError::CodeClosed`]; [`AppError::AuthOver`]; `1002` when it is not its turn.
pub async fn authorise_as_legal_person(
    app: &App,
    session: &IdentitySession,
    consent: &str,
    code: &str,
) -> Result<(), AppError> {
    let id = subject(session)?;
    if consent != LEGAL_CONSENT {
        let reason = format!("agreement to {LEGAL_CONSENT} is required");
        return Err(AppError::invalid("consent", reason));
    }
    let mut reader = app.store.read("authorise_as_legal_person");
    let stored = load(&mut reader, id).await?;
    let name = real_name(&mut reader, &session.user).await?;
    drop(reader);
    if !stored.value.is_open(app.now()) {
        return Err(AppError::AuthOver);
    }
    stored.value.require_authorising()?;
    if !name.is_some_and(|name| is_legal_person(&stored.value, &name)) {
        return Err(AppError::AuthRequired);
    }
    let confirmation = check_identity_code(app, &session.user, &bound(id), code).await?;
    let mut transaction = app.store.begin("authorise_as_legal_person");
    confirm::consume(&mut transaction, &confirmation).await?;
    let (value, news) = stored.value.authorised_by_legal_person(app.now())?;
    let stored = Versioned {
        version: stored.version,
        value,
    };
    apply(
        app,
        &mut transaction,
        &stored,
        &[news],
        "COMPANY_AUTH_LEGAL",
        session.actor(),
    )
    .await?;
    transaction.commit().await?;
    app.wake();
    Ok(())
}

/// The staff refused the pictures of the legal representative, within the caller's transaction.
///
/// # Errors
/// [`AppError::Busy`] when somebody else was faster.
pub(crate) async fn legal_person_refused(
    app: &App,
    transaction: &mut Transaction,
    id: CompanyAuthId,
    reason: String,
    actor: Actor,
) -> Result<(), AppError> {
    let stored = load(transaction, id).await?;
    // Authenticated by letter meanwhile: then it is no longer asked for.
    let Ok((value, news)) = stored.value.legal_person_refused(reason) else {
        return Ok(());
    };
    let stored = Versioned {
        version: stored.version,
        value,
    };
    apply(
        app,
        transaction,
        &stored,
        &[news],
        "COMPANY_AUTH_LEGAL_REFUSED",
        actor,
    )
    .await
}
