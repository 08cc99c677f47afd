//! The person sends their data: a code proves the contact, an official source the rest.

use qishu_model::contact::{ContactType, User};
use qishu_model::contract::ModifyField;
use qishu_model::person_auth::{
    AuthMode, AuthTry, Consent, ElsewhereCheck, PaperType, PersonAuth, PersonData,
};
use qishu_provider::{FaceClaim, IdentityResult, PersonClaim};
use qishu_store::confirm::{self, Confirmation};
use qishu_store::{Versioned, person_auth, person_key};

use super::finish::{apply, log, tell};
use super::{DATA_CONSENT, FACE_CONSENT, Loaded, bound, is_configured, load, subject};
use crate::contract::check_contact;
use crate::identity_page::{IdentitySession, check_identity_code, send_identity_code};
use crate::message::CodePurpose;
use crate::page::CodeSent;
use crate::{App, AppError};

/// What the person sends.
#[derive(Debug, Clone)]
pub struct AuthSubmission {
    /// By which method.
    pub mode: AuthMode,
    /// Fields; those that are locked or empty take the prefilled value.
    pub data: PersonData,
    /// Code that was sent.
    pub code: String,
    /// Version of the words the person agreed to.
    pub consent: String,
}

/// What follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubmitAnswer {
    /// It is decided, or failed and can be tried again: the page shows the state.
    Judged,
    /// It goes on at the supplier's page, or, without an address, in the simulator's.
    Elsewhere {
        /// The supplier's page.
        page_url: Option<String>,
    },
}

/// Sends the code that a method asks for: to the mobile number that is checked, for a bank card to the one the bank knows,
/// else to the contact by which the person was named.
///
/// # Errors
/// `1005` for a number that is none; [`AppError::TooOften`]; [`AppError::AuthOver`]; `1002` for a method that is not offered.
pub async fn send_auth_code(
    app: &App,
    session: &IdentitySession,
    mode: AuthMode,
    given: &PersonData,
) -> Result<CodeSent, AppError> {
    let id = subject(session)?;
    let mut reader = app.store.read("send_auth_code");
    let loaded = load(&mut reader, id).await?;
    drop(reader);
    loaded.auth.value.require_offered(mode, app.now())?;
    let receiver = receiver(&loaded.auth.value, mode, &loaded.merged(given))?;
    send_identity_code(app, session, &receiver, &bound(id), CodePurpose::Authenticate).await
}

fn receiver(auth: &PersonAuth, mode: AuthMode, data: &PersonData) -> Result<User, AppError> {
    let (field, number) = match mode {
        AuthMode::Ivs => ("mobile", &data.mobile),
        AuthMode::Bank => ("bankMobile", &data.bank_mobile),
        AuthMode::Alipay | AuthMode::Face | AuthMode::Manual => return Ok(auth.user.clone()),
    };
    let contact = number
        .clone()
        .ok_or_else(|| AppError::invalid(field, "a mobile number is required"))?;
    let user = User {
        name: None,
        contact,
        contact_type: ContactType::Mobile,
    };
    check_contact(field, &user)?;
    Ok(user)
}

/// Checks what the person sent. Data that differ from the official ones count as a failed try; a source that does not answer
/// counts as nothing, and the code stays good for another try.
///
/// # Errors
/// `1005` for a missing field; [`AppError::CodeWrong`], [`AppError::CodeClosed`]; [`AppError::AuthOver`]; `1002` for a method
/// that is not offered; [`AppError::CheckUnavailable`].
pub async fn submit_auth(
    app: &App,
    session: &IdentitySession,
    submission: &AuthSubmission,
) -> Result<SubmitAnswer, AppError> {
    let id = subject(session)?;
    let mode = submission.mode;
    let mut reader = app.store.read("submit_auth");
    let loaded = load(&mut reader, id).await?;
    drop(reader);
    loaded.auth.value.require_offered(mode, app.now())?;
    if !is_configured(app, mode) {
        return Err(crate::identity::MISSING);
    }
    let data = loaded.merged(&submission.data);
    require_data(&loaded, mode, &data)?;
    require_consent(mode, &submission.consent)?;
    let receiver = receiver(&loaded.auth.value, mode, &data)?;
    let confirmation = check_identity_code(app, &receiver, &bound(id), &submission.code).await?;
    let work = Work {
        app,
        session,
        mode,
        data,
        confirmation,
    };
    match mode {
        AuthMode::Ivs | AuthMode::Bank => work.check(loaded).await,
        AuthMode::Face | AuthMode::Alipay => work.go_elsewhere(loaded).await,
        AuthMode::Manual => work.hand_over(loaded).await,
    }
}

fn require_data(loaded: &Loaded, mode: AuthMode, data: &PersonData) -> Result<(), AppError> {
    let mut needed = vec![ModifyField::UserName, ModifyField::IdCardNo];
    match mode {
        AuthMode::Ivs => needed.push(ModifyField::Mobile),
        AuthMode::Bank => needed.extend([ModifyField::BankNo, ModifyField::BankMobile]),
        AuthMode::Alipay | AuthMode::Face | AuthMode::Manual => {}
    }
    for field in needed {
        if data.get(field).is_none() {
            return Err(AppError::invalid(field_name(field), "is required"));
        }
    }
    let too_long = |field: &ModifyField| data.get(*field).is_some_and(|text| text.chars().count() > 100);
    if let Some(field) = ModifyField::ALL.iter().find(|field| too_long(field)) {
        return Err(AppError::invalid(field_name(*field), "at most 100 characters"));
    }
    let number = data.id_card_no.as_deref().unwrap_or_default();
    let is_card = number.len() == 18 && number.is_char_boundary(17) && {
        let (digits, check) = number.split_at(17);
        digits.bytes().all(|byte| byte.is_ascii_digit())
            && check
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte.eq_ignore_ascii_case(&b'x'))
    };
    if loaded.auth.value.paper_type == PaperType::IdCard && !is_card {
        return Err(AppError::invalid(
            "idCardNo",
            "18 digits, the last of which may be X",
        ));
    }
    Ok(())
}

/// Name of a field on the page.
pub(super) const fn field_name(field: ModifyField) -> &'static str {
    match field {
        ModifyField::BankMobile => "bankMobile",
        ModifyField::BankNo => "bankNo",
        ModifyField::IdCardNo => "idCardNo",
        ModifyField::Mobile => "mobile",
        ModifyField::UserName => "username",
    }
}

fn require_consent(mode: AuthMode, given: &str) -> Result<(), AppError> {
    let wanted = if mode.is_elsewhere() {
        FACE_CONSENT
    } else {
        DATA_CONSENT
    };
    if given == wanted {
        Ok(())
    } else {
        Err(AppError::invalid(
            "consent",
            format!("agreement to {wanted} is required"),
        ))
    }
}

struct Work<'a> {
    app: &'a App,
    session: &'a IdentitySession,
    mode: AuthMode,
    data: PersonData,
    confirmation: Confirmation,
}

impl Work<'_> {
    fn consent(&self) -> Consent {
        let version = if self.mode.is_elsewhere() {
            FACE_CONSENT
        } else {
            DATA_CONSENT
        };
        Consent {
            what: self.mode.name().to_owned(),
            version: version.to_owned(),
            at: self.app.now(),
        }
    }

    /// Asks the official source.
    async fn compare(&self, mode: AuthMode) -> Result<AuthTry, AppError> {
        let (source, mobile, card) = match mode {
            AuthMode::Bank => (
                &self.app.identity.bank_card,
                &self.data.bank_mobile,
                self.data.bank_no.clone(),
            ),
            AuthMode::Ivs => (&self.app.identity.person, &self.data.mobile, None),
            _ => (&self.app.identity.person, &None, None),
        };
        let claim = PersonClaim {
            name: self.data.name.clone().unwrap_or_default(),
            card_no: self.data.id_card_no.clone().unwrap_or_default(),
            mobile: mobile.clone(),
            bankcard_no: card,
        };
        let source = source.as_ref().ok_or(crate::identity::MISSING)?;
        let result = source.check_person(&claim, self.app.now().ms()).await;
        Ok(tried(self.app, self.mode, &result.map_err(unavailable)?))
    }

    async fn check(self, loaded: Loaded) -> Result<SubmitAnswer, AppError> {
        let result = self.compare(self.mode).await?;
        self.store(loaded, result).await?;
        Ok(SubmitAnswer::Judged)
    }

    async fn store(self, mut loaded: Loaded, result: AuthTry) -> Result<PersonAuth, AppError> {
        let mut transaction = self.app.store.begin("submit_auth");
        confirm::consume(&mut transaction, &self.confirmation).await?;
        loaded.auth.value.consents.push(self.consent());
        let actor = self.session.actor();
        let auth = apply(self.app, &mut transaction, loaded.auth, result, &self.data, actor).await?;
        transaction.commit().await?;
        self.app.wake();
        Ok(auth)
    }

    /// A face is compared by the supplier on its own page; name and number are compared before.
    async fn go_elsewhere(self, mut loaded: Loaded) -> Result<SubmitAnswer, AppError> {
        let data_check = match loaded.auth.value.paper_type {
            PaperType::IdCard => Some(self.compare(self.mode).await?),
            _ => None,
        };
        if let Some(failed) = data_check.as_ref().filter(|check| !check.passed) {
            let failed = failed.clone();
            self.store(loaded, failed).await?;
            return Ok(SubmitAnswer::Judged);
        }
        let services = &self.app.identity;
        let source = match self.mode {
            AuthMode::Alipay => &services.third_party,
            _ => &services.face,
        };
        let auth = &loaded.auth.value;
        let claim = FaceClaim {
            order: format!("{}-{}", auth.id, auth.tries.len()),
            name: self.data.name.clone().unwrap_or_default(),
            card_no: self.data.id_card_no.clone().unwrap_or_default(),
            return_url: format!("{}/page/identity", self.app.settings.base_url),
        };
        let source = source.as_ref().ok_or(crate::identity::MISSING)?;
        let started = source.start_face(&claim, self.app.now().ms()).await;
        let started = started.map_err(unavailable)?;
        loaded.auth.value.elsewhere = Some(ElsewhereCheck {
            mode: self.mode,
            ticket: started.ticket,
            data_check,
            at: self.app.now(),
        });
        self.keep(loaded, "PERSON_AUTH_ELSEWHERE").await?;
        Ok(SubmitAnswer::Elsewhere {
            page_url: started.page_url,
        })
    }

    async fn hand_over(self, mut loaded: Loaded) -> Result<SubmitAnswer, AppError> {
        let (value, news) = loaded.auth.value.handed_over(self.app.now())?;
        loaded.auth.value = value;
        let app = self.app;
        let mut transaction = app.store.begin("hand_over_auth");
        let auth = self
            .keep_in(&mut transaction, loaded, "PERSON_AUTH_HAND_OVER")
            .await?;
        tell(app, &mut transaction, &auth, news).await?;
        transaction.commit().await?;
        app.wake();
        Ok(SubmitAnswer::Judged)
    }

    async fn keep(self, loaded: Loaded, kind: &'static str) -> Result<(), AppError> {
        let mut transaction = self.app.store.begin("keep_auth");
        self.keep_in(&mut transaction, loaded, kind).await?;
        Ok(transaction.commit().await?)
    }

    /// Keeps what was entered until the result is there.
    async fn keep_in(
        self,
        transaction: &mut qishu_store::Transaction,
        mut loaded: Loaded,
        kind: &'static str,
    ) -> Result<PersonAuth, AppError> {
        confirm::consume(transaction, &self.confirmation).await?;
        loaded.auth.value.consents.push(self.consent());
        loaded.material.entered = self.data.clone();
        let key = person_key::ensure(transaction, loaded.auth.value.person_id).await?;
        let stored: Versioned<PersonAuth> = loaded.auth;
        person_auth::update_with(transaction, &key, &stored, &loaded.material).await?;
        log(
            self.app,
            transaction,
            &stored.value,
            kind,
            None,
            self.session.actor(),
        );
        Ok(stored.value)
    }
}

/// A provider's answer as a try of a method. Undecided is not passed.
pub(super) fn tried(app: &App, mode: AuthMode, result: &IdentityResult) -> AuthTry {
    let page_name = |field: &&'static str| match *field {
        "name" => "username".to_owned(),
        "cardNo" => "idCardNo".to_owned(),
        "bankcardNo" => "bankNo".to_owned(),
        "mobile" if mode == AuthMode::Bank => "bankMobile".to_owned(),
        other => other.to_owned(),
    };
    AuthTry {
        mode,
        at: app.now(),
        passed: result.agrees(),
        mismatch: result.mismatch.iter().map(page_name).collect(),
        provider: result.provider.to_owned(),
        number: result.number.clone(),
        simulated: result.simulated,
    }
}

/// A source that failed proves nothing, for or against.
pub(crate) fn unavailable(error: impl std::fmt::Display) -> AppError {
    AppError::CheckUnavailable(error.to_string())
}
