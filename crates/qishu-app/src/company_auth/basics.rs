//! Basic data of a company: entered by the applicant, compared with the register.

use bytes::Bytes;
use qishu_model::company_auth::{CompanyData, CompanyField};
use qishu_model::person_auth::{AuthMode, PaperType, PersonData, WantedMode};
use qishu_provider::CompanyClaim;
use qishu_store::{Transaction, Versioned, company_auth, person};

use super::finish::{apply, log};
use super::{keep_file, load_open};
use crate::identity_page::{IdentityLink, IdentitySession, store_identity_link};
use crate::page::PageOptions;
use crate::person_auth::{NestedAuth, check_picture, nested_auth_url, unavailable};
use crate::{App, AppError};

/// Largest licence or letter.
pub const MOST_FILE_BYTES: usize = 5 * 1024 * 1024;
/// A page that is returned to works this long.
const RETURN_MS: i64 = 2 * 3_600_000;
/// Longest value.
const NAME: usize = 100;

/// What the applicant enters; fields that are locked or empty take the prefilled value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BasicData {
    /// Full legal name.
    pub name: Option<String>,
    /// Registration number.
    pub register_no: Option<String>,
    /// Name of the legal representative.
    pub legal_person: Option<String>,
    /// Contact of the legal representative.
    pub legal_contact: Option<String>,
}

/// A licence or letter is a picture or a PDF, judged by its first bytes; nothing decodes it here.
///
/// # Errors
/// `1010`, `1402`.
pub(super) fn check_file(file: &[u8]) -> Result<(), AppError> {
    if file.len() <= MOST_FILE_BYTES && file.starts_with(b"%PDF-") {
        return Ok(());
    }
    check_picture(file)
}

/// Takes the business licence, in place of an earlier one.
///
/// # Errors
/// `1010`, `1402`; `1002` when it may not be changed; [`AppError::AuthOver`].
pub async fn add_license(app: &App, session: &IdentitySession, file: Bytes) -> Result<(), AppError> {
    check_file(&file)?;
    let mut transaction = app.store.begin("add_license");
    let mut stored = load_open(app, &mut transaction, session).await?;
    if !stored.value.may_change(CompanyField::License) {
        return Err(AppError::PermissionDenied {
            reason: "the licence may not be changed",
        });
    }
    let blob = keep_file(app, &mut transaction, &stored.value, "license", &file).await?;
    stored.value.data.license = Some(blob);
    company_auth::update(&mut transaction, &stored).await?;
    log(
        app,
        &mut transaction,
        &stored.value,
        "COMPANY_AUTH_LICENSE",
        session.actor(),
    );
    Ok(transaction.commit().await?)
}

/// Submits the basic data. The register's answer follows at once, or the staff's later when the register is undecided. A register
/// that does not answer leaves everything as it was.
///
/// # Errors
/// [`AppError::AuthRequired`] until the applicant is known for sure; `1005` for a missing field; `1605`;
/// [`AppError::CheckUnavailable`]; [`AppError::AuthOver`]; `1002` while they are looked at.
pub async fn submit_basics(app: &App, session: &IdentitySession, given: &BasicData) -> Result<(), AppError> {
    let mut reader = app.store.read("submit_basics");
    let stored = load_open(app, &mut reader, session).await?;
    let applicant = person::find(&mut reader, stored.value.applicant_id).await?;
    if !applicant.is_some_and(|applicant| applicant.value.verified) {
        return Err(AppError::AuthRequired);
    }
    let data = merged(&stored.value, given)?;
    let known =
        qishu_store::company::find_by_name(&mut reader, qishu_store::Scope::System, &data.name).await?;
    drop(reader);
    if known.is_some_and(|known| known.value.is_authenticated(app.now())) {
        return Err(AppError::CompanyAlreadyAuthed { name: data.name });
    }
    let (mut auth, news) = stored.value.submitted(data)?;
    let mut told = vec![news];
    if let Some(refused) = compare(app, &auth.data).await? {
        let news;
        (auth, news) = auth.basics_judged(refused)?;
        told.push(news);
    }
    let mut transaction = app.store.begin("submit_basics");
    let stored = Versioned {
        version: stored.version,
        value: auth,
    };
    apply(
        app,
        &mut transaction,
        &stored,
        &told,
        "COMPANY_AUTH_BASICS",
        session.actor(),
    )
    .await?;
    transaction.commit().await?;
    app.wake();
    Ok(())
}

fn merged(auth: &qishu_model::company_auth::CompanyAuth, given: &BasicData) -> Result<CompanyData, AppError> {
    let take = |field: CompanyField, given: &Option<String>, prefilled: Option<&String>| {
        let own = given
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .filter(|_| auth.may_change(field));
        own.map(str::to_owned).or_else(|| prefilled.cloned())
    };
    let old = &auth.prefill;
    let name = take(CompanyField::CorpName, &given.name, Some(&old.name)).unwrap_or_default();
    let data = CompanyData {
        name,
        register_no: take(
            CompanyField::RegisterNo,
            &given.register_no,
            old.register_no.as_ref(),
        ),
        legal_person: take(
            CompanyField::LegalPerson,
            &given.legal_person,
            old.legal_person.as_ref(),
        ),
        legal_contact: take(
            CompanyField::LegalContact,
            &given.legal_contact,
            old.legal_contact.as_ref(),
        ),
        license: auth.data.license.clone(),
    };
    let missing = [
        ("registerNo", data.register_no.is_none()),
        ("legalPerson", data.legal_person.is_none()),
        ("license", data.license.is_none()),
    ];
    if let Some((field, _)) = missing.iter().find(|(_, missing)| *missing) {
        return Err(AppError::invalid(*field, "is required"));
    }
    let texts = [
        ("companyName", Some(&data.name)),
        ("registerNo", data.register_no.as_ref()),
        ("legalPerson", data.legal_person.as_ref()),
        ("legalContact", data.legal_contact.as_ref()),
    ];
    let bad = |text: &&String| text.chars().count() > NAME || text.contains(char::is_control);
    if let Some((field, _)) = texts.iter().find(|(_, text)| text.as_ref().is_some_and(bad)) {
        return Err(AppError::invalid(*field, "at most 100 characters, on one line"));
    }
    Ok(data)
}

/// The register's answer: why it refuses, or that it agrees; nothing when it is undecided and the staff has to look.
async fn compare(app: &App, data: &CompanyData) -> Result<Option<Option<String>>, AppError> {
    let Some(source) = &app.identity.company else {
        return Ok(None);
    };
    let claim = CompanyClaim {
        name: data.name.clone(),
        register_no: data.register_no.clone().unwrap_or_default(),
        legal_person: data.legal_person.clone(),
    };
    let result = source.check_company(&claim, app.now().ms()).await;
    let result = result.map_err(unavailable)?;
    if result.undecided {
        return Ok(None);
    }
    if result.mismatch.is_empty() {
        return Ok(Some(None));
    }
    let words = |field: &&'static str| match *field {
        "companyName" => "企业名称",
        "registerNo" => "统一社会信用代码",
        _ => "法定代表人姓名",
    };
    let fields: Vec<&str> = result.mismatch.iter().map(words).collect();
    Ok(Some(Some(format!("{}与登记信息不一致", fields.join("、")))))
}

/// A link to the authentication of the applicant, which comes back here.
///
/// # Errors
/// [`AppError::AuthOver`].
pub async fn applicant_auth_url(app: &App, session: &IdentitySession) -> Result<String, AppError> {
    let mut transaction = app.store.begin("applicant_auth_url");
    let auth = load_open(app, &mut transaction, session).await?.value;
    let wanted = Nested {
        platform: auth.platform_id,
        for_company: None,
        name: auth.applicant.name.clone(),
        other_modes: vec![AuthMode::Manual],
    };
    let url = nested(app, &mut transaction, session, wanted).await?;
    transaction.commit().await?;
    Ok(url)
}

/// An authentication of whoever is on the page.
pub(super) struct Nested {
    pub(super) platform: qishu_model::id::CompanyId,
    pub(super) for_company: Option<qishu_model::id::CompanyAuthId>,
    pub(super) name: Option<String>,
    pub(super) other_modes: Vec<AuthMode>,
}

/// Stores a link to it, which comes back to the session's page.
pub(super) async fn nested(
    app: &App,
    transaction: &mut Transaction,
    session: &IdentitySession,
    wanted: Nested,
) -> Result<String, AppError> {
    let back = IdentityLink {
        subject: session.subject.clone(),
        user: session.user.clone(),
        options: session.options.clone(),
        prefill: None,
    };
    let back = store_identity_link(app, transaction, &back, app.now().plus_ms(RETURN_MS)).await?;
    let nested = NestedAuth {
        user: session.user.clone(),
        platform: wanted.platform,
        for_company: wanted.for_company,
        mode: WantedMode::Any,
        fresh: false,
        paper_type: PaperType::IdCard,
        other_modes: wanted.other_modes,
        prefill: PersonData {
            name: wanted.name,
            ..PersonData::default()
        },
        modify_fields: Vec::new(),
        options: PageOptions {
            callback_page: Some(back),
            callback_trusted: true,
            ..session.options.clone()
        },
        actor: session.actor(),
    };
    Ok(nested_auth_url(app, transaction, nested).await?.url)
}
