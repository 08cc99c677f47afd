//! 获取个人认证链接: `POST /v2/personalauth`; the same for pages of ours that need it.

use qishu_model::contact::{ContactType, User};
use qishu_model::contract::ModifyField;
use qishu_model::id::{ApplicationId, CompanyAuthId, CompanyId, PersonAuthId};
use qishu_model::person_auth::{
    AuthMaterial, AuthMode, PaperType, PersonAuth, PersonAuthState, PersonData, UNOPENED_MS, WantedMode,
};
use qishu_store::ledger::{Actor, Entry};
use qishu_store::{Transaction, person_auth, person_key};
use serde_json::json;

use super::is_configured;
use crate::company::check_callback_url;
use crate::contract::check_contact;
use crate::employee::known_person;
use crate::identity_page::{IdentityLink, Subject, page_options, store_identity_link};
use crate::page::PageOptions;
use crate::{ApiCaller, App, AppError};

/// An authentication that an application asks for.
#[derive(Debug, Clone)]
pub struct PersonAuthRequest {
    /// Who; a mobile number or mail address.
    pub user: User,
    /// Method demanded.
    pub mode: WantedMode,
    /// Methods offered after a failure.
    pub other_modes: Vec<AuthMode>,
    /// Kind of document.
    pub paper_type: PaperType,
    /// What is filled in.
    pub prefill: PersonData,
    /// What of it may be changed.
    pub modify_fields: Vec<ModifyField>,
    /// Where the result is told.
    pub callback_url: Option<String>,
    /// Where the page leads afterwards.
    pub callback_page: Option<String>,
    /// Language.
    pub lang: Option<String>,
    /// Colour.
    pub theme_color: Option<String>,
}

/// A link and the id of what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthLink {
    /// `authUrl`
    pub url: String,
    /// `authId`
    pub id: PersonAuthId,
}

/// A link under which a person proves who they are. It opens once, within five minutes.
///
/// # Errors
/// `1005` for a contact that is none and for a method that cannot check this kind of document; `1001` when nobody can be
/// asked for the method.
pub async fn person_auth_url(
    app: &App,
    caller: &ApiCaller,
    request: PersonAuthRequest,
) -> Result<AuthLink, AppError> {
    check_contact("user.contact", &request.user)?;
    if !PersonAuth::fits(request.mode, request.paper_type) {
        let reason = format!("cannot check a document of type {}", request.paper_type.name());
        return Err(AppError::invalid("mode", reason));
    }
    if let WantedMode::Only(mode) = request.mode
        && !is_configured(app, mode)
    {
        return Err(crate::identity::MISSING);
    }
    if let Some(url) = &request.callback_url {
        check_callback_url("callbackUrl", url)?;
    }
    let options = page_options(
        caller,
        request.lang.clone(),
        request.theme_color.clone(),
        request.callback_page.clone(),
    )?;
    let mut transaction = app.store.begin("person_auth_url");
    let asked = Asked {
        platform: caller.company.id,
        application: Some(caller.application.id),
        for_company: None,
        fresh: false,
        actor: caller.actor(),
    };
    let link = store(app, &mut transaction, asked, request, options).await?;
    transaction.commit().await?;
    Ok(link)
}

/// An authentication that another page of ours needs.
pub(crate) struct NestedAuth {
    pub(crate) user: User,
    pub(crate) platform: CompanyId,
    pub(crate) for_company: Option<CompanyAuthId>,
    pub(crate) mode: WantedMode,
    /// What is on record is not enough: it has to be proven now.
    pub(crate) fresh: bool,
    pub(crate) paper_type: PaperType,
    pub(crate) other_modes: Vec<AuthMode>,
    pub(crate) prefill: PersonData,
    pub(crate) modify_fields: Vec<ModifyField>,
    pub(crate) options: PageOptions,
    pub(crate) actor: Actor,
}

/// A link to it, within the caller's transaction. `options.callback_page` is the page it comes back to.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn nested_auth_url(
    app: &App,
    transaction: &mut Transaction,
    nested: NestedAuth,
) -> Result<AuthLink, AppError> {
    let asked = Asked {
        platform: nested.platform,
        application: None,
        for_company: nested.for_company,
        fresh: nested.fresh,
        actor: nested.actor,
    };
    let request = PersonAuthRequest {
        user: nested.user,
        mode: nested.mode,
        other_modes: nested.other_modes,
        paper_type: nested.paper_type,
        prefill: nested.prefill,
        modify_fields: nested.modify_fields,
        callback_url: None,
        callback_page: None,
        lang: None,
        theme_color: None,
    };
    store(app, transaction, asked, request, nested.options).await
}

struct Asked {
    platform: CompanyId,
    application: Option<ApplicationId>,
    for_company: Option<CompanyAuthId>,
    fresh: bool,
    actor: Actor,
}

async fn store(
    app: &App,
    transaction: &mut Transaction,
    asked: Asked,
    request: PersonAuthRequest,
    options: PageOptions,
) -> Result<AuthLink, AppError> {
    let now = app.now();
    let person = known_person(app, transaction, &request.user).await?;
    let key = person_key::ensure(transaction, person.id).await?;
    let mut prefill = request.prefill;
    if request.user.contact_type == ContactType::Mobile {
        prefill.mobile = Some(request.user.normalised());
    }
    let auth = PersonAuth {
        id: PersonAuthId::new(app.next_id()),
        platform_id: asked.platform,
        application_id: asked.application,
        for_company: asked.for_company,
        person_id: person.id,
        user: request.user.clone(),
        mode: request.mode,
        fresh: asked.fresh,
        other_modes: request.other_modes,
        paper_type: request.paper_type,
        modify_fields: request.modify_fields,
        callback_url: request.callback_url,
        tries: Vec::new(),
        elsewhere: None,
        consents: Vec::new(),
        photos: Vec::new(),
        state: PersonAuthState::Issued,
        create_time: now,
    };
    let material = AuthMaterial {
        prefill,
        entered: PersonData::default(),
    };
    person_auth::insert(transaction, &key, &auth, &material).await?;
    transaction.record(Entry {
        at: now,
        tenant: Some(asked.platform),
        kind: "PERSON_AUTH_LINK",
        subject: Some(auth.id.get()),
        actor: asked.actor,
        details: json!({ "person": person.id }),
    });
    let link = IdentityLink {
        subject: Subject::Person(auth.id),
        user: request.user,
        options,
        prefill: None,
    };
    let url = store_identity_link(app, transaction, &link, now.plus_ms(UNOPENED_MS)).await?;
    Ok(AuthLink { url, id: auth.id })
}
