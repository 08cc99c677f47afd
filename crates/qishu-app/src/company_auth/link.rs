//! 获取企业认证链接: `POST /companyauth/pcpage`, `h5page`, `pcpagewithlicense`, `h5pagewithlicense`.

use bytes::Bytes;
use qishu_model::company_auth::{
    CompanyAuth, CompanyAuthState, CompanyData, CompanyField, REOPEN_DAYS, UNOPENED_MS,
};
use qishu_model::contact::User;
use qishu_model::id::CompanyAuthId;
use qishu_store::{Scope, Transaction, Versioned, company, company_auth};

use super::basics::check_file;
use super::finish::log;
use super::{keep_file, load};
use crate::company::check_callback_url;
use crate::contract::check_contact;
use crate::employee::known_person;
use crate::identity_page::{IdentityLink, IdentitySession, Subject, page_options, store_identity_link};
use crate::{ApiCaller, App, AppError};

/// An authentication that an application asks for.
#[derive(Debug, Clone)]
pub struct CompanyAuthRequest {
    /// What is filled in; the licence is given beside it.
    pub data: CompanyData,
    /// Who submits.
    pub applicant: User,
    /// Business licence, a picture or PDF.
    pub license: Option<Bytes>,
    /// Prefilled fields that may be changed.
    pub modify_fields: Vec<CompanyField>,
    /// Where results are told.
    pub callback_url: Option<String>,
    /// Show the close button.
    pub close_button: bool,
    /// Made for phones, else for desktops.
    pub phone: bool,
    /// Language.
    pub lang: Option<String>,
    /// Colour.
    pub theme_color: Option<String>,
    /// Name that is shown as the integrator's.
    pub platform_name: Option<String>,
}

/// A link and the id of what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyAuthLink {
    /// `authUrl`
    pub url: String,
    /// `requestId`
    pub request_id: String,
}

/// A link under which a company is authenticated. An open request of the same company by the same applicant goes on (D-53).
///
/// # Errors
/// `1005` for a contact or address that is none, or an applicant without a name; `1605` for a company that is authenticated;
/// `1010`, `1402` for a licence that is too large or no picture or PDF.
pub async fn company_auth_url(
    app: &App,
    caller: &ApiCaller,
    request: CompanyAuthRequest,
) -> Result<CompanyAuthLink, AppError> {
    check_contact("applicant.contact", &request.applicant)?;
    if request.applicant.name.is_none() {
        return Err(AppError::invalid("applicant.name", "is required"));
    }
    if let Some(url) = &request.callback_url {
        check_callback_url("callbackUrl", url)?;
    }
    if let Some(license) = &request.license {
        check_file(license)?;
    }
    let now = app.now();
    let mut options = page_options(caller, request.lang.clone(), request.theme_color.clone(), None)?;
    options.page_type = if request.phone { "H5" } else { "PC" }.to_owned();
    options.hide_return = !request.close_button;
    options.platform_name = request
        .platform_name
        .clone()
        .or_else(|| Some(caller.application.name.clone()));
    let mut transaction = app.store.begin("company_auth_url");
    let known = company::find_by_name(&mut transaction, Scope::System, &request.data.name).await?;
    if known.is_some_and(|known| known.value.is_authenticated(now)) {
        return Err(AppError::CompanyAlreadyAuthed {
            name: request.data.name,
        });
    }
    let auth = store(app, &mut transaction, caller, &request).await?;
    let link = IdentityLink {
        subject: Subject::Company(auth.id),
        user: request.applicant,
        options,
        prefill: None,
    };
    // The machine decides by the first opening; the row lives a little longer than any answer of it.
    let expire = now.plus_days(REOPEN_DAYS).plus_ms(UNOPENED_MS);
    let url = store_identity_link(app, &mut transaction, &link, expire).await?;
    transaction.commit().await?;
    Ok(CompanyAuthLink {
        url,
        request_id: auth.request_id,
    })
}

async fn store(
    app: &App,
    transaction: &mut Transaction,
    caller: &ApiCaller,
    request: &CompanyAuthRequest,
) -> Result<CompanyAuth, AppError> {
    let now = app.now();
    let mut data = request.data.clone();
    let open = company_auth::list_by_name(transaction, caller.company.id, &data.name).await?;
    let open = open
        .into_iter()
        .find(|auth| auth.value.is_open(now) && auth.value.applicant.same_contact(&request.applicant));
    if let Some(mut open) = open {
        open.value.callback_url = request.callback_url.clone();
        open.value.application_id = caller.application.id;
        if open.value.opened.is_none() {
            open.value.create_time = now;
        }
        if open.value.state == CompanyAuthState::Issued {
            if let Some(license) = &request.license {
                data.license = Some(keep_file(app, transaction, &open.value, "license", license).await?);
            }
            open.value.prefill = data.clone();
            open.value.data = data;
            open.value.modify_fields.clone_from(&request.modify_fields);
        }
        company_auth::update(transaction, &open).await?;
        log(app, transaction, &open.value, "COMPANY_AUTH_LINK", caller.actor());
        return Ok(open.value);
    }
    let applicant = known_person(app, transaction, &request.applicant).await?;
    let mut auth = CompanyAuth {
        id: CompanyAuthId::new(app.next_id()),
        request_id: new_request_id(app)?,
        platform_id: caller.company.id,
        application_id: caller.application.id,
        prefill: data.clone(),
        data,
        modify_fields: request.modify_fields.clone(),
        applicant: request.applicant.clone(),
        applicant_id: applicant.id,
        callback_url: request.callback_url.clone(),
        letter: None,
        payment: None,
        state: CompanyAuthState::Issued,
        opened: None,
        create_time: now,
    };
    if let Some(license) = &request.license {
        let blob = keep_file(app, transaction, &auth, "license", license).await?;
        auth.prefill.license = Some(blob.clone());
        auth.data.license = Some(blob);
    }
    company_auth::insert(transaction, &auth).await?;
    log(app, transaction, &auth, "COMPANY_AUTH_LINK", caller.actor());
    Ok(auth)
}

/// A random UUID in lower case (RFC 9562, version 4).
fn new_request_id(app: &App) -> Result<String, AppError> {
    let mut bytes = app.random_bytes::<16>()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex::encode(bytes);
    let (head, rest) = digits.split_at(8);
    let groups = [&rest[..4], &rest[4..8], &rest[8..12], &rest[12..]];
    Ok(format!("{head}-{}", groups.join("-")))
}

/// The page was opened, within the caller's transaction.
///
/// # Errors
/// [`AppError::LinkExpired`] when its time is over.
pub(crate) async fn opened(
    app: &App,
    transaction: &mut Transaction,
    id: CompanyAuthId,
    session: &IdentitySession,
) -> Result<(), AppError> {
    let stored = load(transaction, id).await.map_err(|_| AppError::LinkExpired)?;
    let first = stored.value.opened.is_none();
    let value = stored
        .value
        .opened(app.now())
        .map_err(|_| AppError::LinkExpired)?;
    if first {
        let stored = Versioned {
            version: stored.version,
            value,
        };
        company_auth::update(transaction, &stored).await?;
        log(
            app,
            transaction,
            &stored.value,
            "COMPANY_AUTH_OPEN",
            session.actor(),
        );
    }
    Ok(())
}
