//! Confirmation codes.

use qishu_model::contact::{ContactType, User};
use qishu_model::contract::{Contract, IntentionConfirm};
use qishu_model::id::ContractId;
use qishu_store::Reader;
use qishu_store::confirm::{self, Binding, SendLimit, SendPermit, SendSubject, count_send};

use super::confirm_way::way_of;
use super::identify::require_identity;
use super::link::concerns;
use super::person_act::{SeenRevision, check_revisions, revisions_text, sign_binding};
use super::session::{PageSession, log_in_binding, log_in_user};
use super::task::{PageTask, visit};
use crate::company::find_employee;
use crate::contract::load_contract;
use crate::message::{CodePurpose, code_purpose, is_reachable, remember_language, send_code};
use crate::{App, AppError};

/// A code is good for five minutes.
const LIFE_MS: i64 = 5 * 60_000;
/// Between two codes to one number.
const GAP_MS: i64 = 60_000;

const PER_NUMBER: SendLimit = SendLimit {
    gap_ms: GAP_MS,
    per_hour: 5,
    per_day: 10,
};
const PER_ADDRESS: SendLimit = SendLimit {
    gap_ms: 0,
    per_hour: 60,
    per_day: 300,
};
const IN_ALL: SendLimit = SendLimit {
    gap_ms: 0,
    per_hour: 20_000,
    per_day: 200_000,
};

/// What the page tells after a code was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeSent {
    /// Masked contact.
    pub sent_to: String,
    /// When another one may be asked for.
    pub retry_after_seconds: u32,
    /// How long it is good.
    pub expires_in_seconds: u32,
    /// It was not really sent: the provider is a simulator.
    pub simulated: bool,
}

/// Sends the code that confirms a visit: every step that waits for the person now, on exactly these revisions.
///
/// # Errors
/// `1107` when it is not this person's turn, [`AppError::PasswordRequired`], [`AppError::RevisionChanged`],
/// [`AppError::TooOften`].
pub async fn send_confirm_code(
    app: &App,
    session: &PageSession,
    seen: &[SeenRevision],
) -> Result<CodeSent, AppError> {
    let user = session.person()?;
    let mut reader = app.store.read("send_confirm_code");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    let visit = visit(&mut reader, &contract, user, app.now()).await?;
    let reached = reachable_contact(&mut reader, &contract, user).await?;
    let party = visit.now.first().and_then(|task| contract.signatory(task.party));
    if let Some(party) = party {
        require_identity(&mut reader, &contract, party, user).await?;
    }
    drop(reader);
    check_revisions(&contract, seen)?;
    if !way_of(party).takes_code() {
        return Err(AppError::PasswordRequired);
    }
    let (contact, revision) = (user.normalised(), revisions_text(seen));
    let binding = sign_binding(contract.id, &contact, &revision);
    let subject = contract.subject.as_str();
    let purpose = if visit.now.iter().all(PageTask::is_audit) {
        CodePurpose::Audit(subject)
    } else if contract.void_request().is_some() {
        CodePurpose::SignVoid(subject)
    } else {
        CodePurpose::Sign(subject)
    };
    let purpose = code_purpose(session.language(), purpose);
    remember_language(app, &reached, session.language()).await?;
    issue(app, session.address.as_deref(), &reached, &binding, &purpose).await
}

/// Where a person is reached: their own contact, or for a number of the company's the employee's mobile or mail.
///
/// # Errors
/// `1005` when there is neither.
pub(super) async fn reachable_contact(
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
) -> Result<User, AppError> {
    if is_reachable(user) {
        return Ok(user.clone());
    }
    for company in contract.signatories.iter().filter_map(|party| party.company_id) {
        let employee = find_employee(reader, company, user).await?;
        if let Some(reached) = employee.and_then(|employee| employee.reachable_user()) {
            return Ok(reached);
        }
    }
    Err(AppError::invalid(
        "contact",
        "codes can be sent to mobile numbers and mail addresses only",
    ))
}

/// How a code reaches a person, as the contract keeps it.
///
/// # Errors
/// As [`reachable_contact`].
pub(super) async fn code_channel(
    reader: &mut Reader,
    contract: &Contract,
    user: &User,
) -> Result<IntentionConfirm, AppError> {
    Ok(
        match reachable_contact(reader, contract, user).await?.contact_type {
            ContactType::Email => IntentionConfirm::Email,
            _ => IntentionConfirm::Sms,
        },
    )
}

/// Sends the code that logs somebody in. Answers the same whether the contract concerns them or not.
///
/// # Errors
/// `1005` for a contact that cannot be one; [`AppError::TooOften`].
pub async fn send_login_code(app: &App, session: &PageSession, contact: &str) -> Result<CodeSent, AppError> {
    let given = User {
        name: None,
        contact: contact.trim().to_owned(),
        contact_type: ContactType::guess(contact),
    };
    crate::contract::check_contact("contact", &given)?;
    let known = match log_in_user(session, contact) {
        Ok((user, normalised)) => concerned(app, session.contract, &user)
            .await?
            .then_some((user, normalised)),
        Err(AppError::NoViewPermission) => None,
        Err(error) => return Err(error),
    };
    let Some((user, normalised)) = known else {
        return Ok(told(app, &given));
    };
    let binding = log_in_binding(session, &normalised);
    let purpose = code_purpose(session.language(), CodePurpose::LogIn);
    remember_language(app, &user, session.language()).await?;
    issue(app, session.address.as_deref(), &user, &binding, &purpose).await
}

async fn concerned(app: &App, contract: ContractId, user: &User) -> Result<bool, AppError> {
    let mut reader = app.store.read("log_in");
    let contract = load_contract(&mut reader, contract).await?.value;
    concerns(&mut reader, &contract, user).await
}

/// Sends a code, within the limits of R-22.
///
/// # Errors
/// [`AppError::TooOften`].
pub(crate) async fn issue(
    app: &App,
    address: Option<&str>,
    user: &User,
    binding: &Binding<'_>,
    purpose: &str,
) -> Result<CodeSent, AppError> {
    let number = user.normalised();
    let code = match &app.settings.fixed_code {
        Some(fixed) => fixed.expose().to_owned(),
        None => six_digits(app)?,
    };
    let now = app.now();
    let mut transaction = app.store.begin("issue_code");
    let mut subjects = vec![
        SendSubject {
            kind: "number",
            value: &number,
            limit: PER_NUMBER,
        },
        SendSubject {
            kind: "all",
            value: "",
            limit: IN_ALL,
        },
    ];
    if let Some(address) = address {
        subjects.push(SendSubject {
            kind: "address",
            value: address,
            limit: PER_ADDRESS,
        });
    }
    if let SendPermit::Refused { retry_at } = count_send(&mut transaction, &subjects, now).await? {
        let wait_ms = retry_at.ms().saturating_sub(now.ms());
        let retry_after_seconds = u32::try_from(wait_ms.div_euclid(1000) + 1).unwrap_or(u32::MAX);
        return Err(AppError::TooOften { retry_after_seconds });
    }
    confirm::issue(
        &app.store,
        &mut transaction,
        binding,
        &code,
        now,
        now.plus_ms(LIFE_MS),
    )
    .await?;
    send_code(app, &mut transaction, user, &code, purpose).await?;
    transaction.commit().await?;
    app.wake();
    Ok(told(app, user))
}

fn told(app: &App, user: &User) -> CodeSent {
    CodeSent {
        sent_to: user.masked(),
        retry_after_seconds: 60,
        expires_in_seconds: 300,
        simulated: app.settings.simulated,
    }
}

/// Six decimal digits, each value equally likely.
fn six_digits(app: &App) -> Result<String, AppError> {
    const RANGE: u64 = 1_000_000;
    loop {
        let number = u64::from_le_bytes(app.random_bytes()?);
        // Values past the last whole multiple would make small codes likelier.
        if number < u64::MAX - u64::MAX % RANGE {
            return Ok(format!("{:06}", number % RANGE));
        }
    }
}
