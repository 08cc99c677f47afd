//! Messages to people: what they say, and the links they carry.

use qishu_model::contact::{ContactType, User};
use qishu_model::contract::{ActionType, Contract, Signatory};
use qishu_model::id::CompanyId;
use qishu_model::time::Timestamp;
use qishu_store::job::{self, NewJob};
use qishu_store::outbox::{self, MessageState, NewMessage};
use qishu_store::{Reader, Transaction, contact_language};
use serde_json::json;

use crate::company::find_employee;
use crate::job::SEND_MESSAGE;
use crate::page::short_link;
use crate::{App, AppError, Language};

mod words;

pub(crate) use words::{CodePurpose, code_purpose};

/// Asks everybody who can act for a party now.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn invite(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    party: &Signatory,
) -> Result<(), AppError> {
    for person in people_in_turn(contract, party) {
        invite_person(app, transaction, contract, party, &person).await?;
    }
    Ok(())
}

/// Who can act for a party now: the people of the steps that wait, if it is one of our companies and they are named; else
/// its handler; for the initiator whoever drafted the contract.
pub(crate) fn people_in_turn(contract: &Contract, party: &Signatory) -> Vec<User> {
    let mut people: Vec<User> = Vec::new();
    let mut add = |user: &User| {
        if !people.iter().any(|known| known.same_contact(user)) {
            people.push(user.clone());
        }
    };
    for step in party.started_actions().filter(|step| !step.auto_sign) {
        step.operators.iter().for_each(&mut add);
        if step.action_type == ActionType::Operator {
            party.receiver.iter().for_each(&mut add);
        }
    }
    if people.is_empty() {
        people.extend(handler(contract, party).cloned());
    }
    people
}

/// Who looks after a party as a whole.
pub(crate) fn handler<'a>(contract: &'a Contract, party: &'a Signatory) -> Option<&'a User> {
    let creator = contract.creator.as_ref().filter(|_| party.sponsor);
    party.receiver.as_ref().or(creator)
}

/// Asks one person to act for a party, with a link that lives as long as the contract.
///
/// # Errors
/// Internal when the store fails. Somebody without a phone or mail address gets no message.
pub(crate) async fn invite_person(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    party: &Signatory,
    person: &User,
) -> Result<(), AppError> {
    let companies: Vec<CompanyId> = party
        .company_id
        .into_iter()
        .chain([contract.company_id])
        .collect();
    let Some(receiver) = reachable(transaction, &companies, person).await? else {
        return Ok(());
    };
    let link = short_link(app, transaction, contract, Some(&receiver)).await?;
    let request = contract.void_request();
    let deadline = request.map_or(contract.expire_time, |request| request.expire_time);
    let text = words::invitation(
        language_of(transaction, &receiver).await?,
        &contract.tenant_name,
        &contract.subject,
        deadline,
        request.is_some(),
        &link,
    );
    let data = json!({ "kind": "SIGN_INVITATION", "text": text, "subject": contract.subject });
    queue(app, transaction, &receiver, data).await
}

/// Tells somebody that a copy of the contract is there for them.
///
/// # Errors
/// Internal when the store fails. Somebody without a phone or mail address gets no message.
pub(crate) async fn send_copy(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    person: &User,
) -> Result<(), AppError> {
    let Some(receiver) = reachable(transaction, &[contract.company_id], person).await? else {
        return Ok(());
    };
    let link = short_link(app, transaction, contract, Some(&receiver)).await?;
    let language = language_of(transaction, &receiver).await?;
    let text = words::copy(language, &contract.tenant_name, &contract.subject, &link);
    let data = json!({ "kind": "COPY", "text": text, "subject": contract.subject });
    queue(app, transaction, &receiver, data).await
}

/// The contact under which messages reach a person: their own, or that of the employee of one of these companies whom it
/// names.
async fn reachable(
    transaction: &mut Transaction,
    companies: &[CompanyId],
    person: &User,
) -> Result<Option<User>, AppError> {
    if is_reachable(person) {
        return Ok(Some(person.clone()));
    }
    for company in companies {
        if let Some(employee) = find_employee(transaction, *company, person).await? {
            return Ok(employee.reachable_user());
        }
    }
    Ok(None)
}

/// Asks a receiver to fill its parameters, with a link that lives as long as the contract.
///
/// # Errors
/// As [`invite`].
pub(crate) async fn invite_to_fill(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    party: &Signatory,
) -> Result<(), AppError> {
    let Some(receiver) = party.receiver.as_ref().filter(|receiver| is_reachable(receiver)) else {
        return Ok(());
    };
    let link = short_link(app, transaction, contract, Some(receiver)).await?;
    let language = language_of(transaction, receiver).await?;
    let text = words::fill_invitation(language, &contract.tenant_name, &contract.subject, &link);
    let data = json!({ "kind": "FILL_INVITATION", "text": text, "subject": contract.subject });
    queue(app, transaction, receiver, data).await
}

/// Tells somebody that a contract is void.
///
/// # Errors
/// Internal when the store fails. A contact that cannot be reached gets no message.
pub(crate) async fn tell_voided(
    app: &App,
    transaction: &mut Transaction,
    contract: &Contract,
    receiver: &User,
) -> Result<(), AppError> {
    if !is_reachable(receiver) {
        return Ok(());
    }
    let link = short_link(app, transaction, contract, Some(receiver)).await?;
    let language = language_of(transaction, receiver).await?;
    let text = words::voided(
        language,
        &contract.tenant_name,
        &contract.subject,
        &contract.sn,
        &link,
    );
    let data = json!({ "kind": "VOIDED", "text": text, "subject": contract.subject });
    queue(app, transaction, receiver, data).await
}

/// Sends a confirmation code; `purpose` says what it is good for, as [`code_purpose`] puts it in the language of the page.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn send_code(
    app: &App,
    transaction: &mut Transaction,
    receiver: &User,
    code: &str,
    purpose: &str,
) -> Result<(), AppError> {
    let language = language_of(transaction, receiver).await?;
    let text = words::code(language, code, purpose);
    let subject = words::code_subject(language);
    let data = json!({ "kind": "SIGN_CODE", "text": text, "subject": subject, "code": code });
    queue(app, transaction, receiver, data).await
}

/// Asks a legal representative to authorise the authentication of their company.
///
/// # Errors
/// Internal when the store fails. A contact that cannot be reached gets no message.
pub(crate) async fn invite_legal(
    app: &App,
    transaction: &mut Transaction,
    receiver: &User,
    company: &str,
    link: &str,
) -> Result<(), AppError> {
    let language = language_of(transaction, receiver).await?;
    let text = words::legal_invitation(language, company, link);
    notify(app, transaction, receiver, "LEGAL_PERSON", text, company).await
}

/// Tells a person what they allowed a company, with a link under which they can withdraw it.
///
/// # Errors
/// Internal when the store fails. A contact that cannot be reached gets no message.
pub(crate) async fn tell_authorised(
    app: &App,
    transaction: &mut Transaction,
    receiver: &User,
    company: &str,
    until: Timestamp,
    link: &str,
) -> Result<(), AppError> {
    let language = language_of(transaction, receiver).await?;
    let text = words::authorisation_receipt(language, company, until, link);
    notify(app, transaction, receiver, "AUTHORISATION", text, company).await
}

async fn notify(
    app: &App,
    transaction: &mut Transaction,
    receiver: &User,
    kind: &str,
    text: String,
    subject: &str,
) -> Result<(), AppError> {
    if !is_reachable(receiver) {
        return Ok(());
    }
    let data = json!({ "kind": kind, "text": text, "subject": subject });
    queue(app, transaction, receiver, data).await
}

/// Language of messages to a contact: the one in which its owner used a page last; Chinese for everybody new.
///
/// # Errors
/// Internal when the store fails.
async fn language_of(reader: &mut Reader, receiver: &User) -> Result<Language, AppError> {
    let known = contact_language::find(reader, receiver).await?;
    Ok(known.map_or_else(Language::default, |name| Language::from_name(&name)))
}

/// Remembers the language in which the owner of a contact uses a page, for messages to it.
///
/// # Errors
/// Internal when the store fails.
pub(crate) async fn remember_language(
    app: &App,
    receiver: &User,
    language: Language,
) -> Result<(), AppError> {
    if language_of(&mut app.store.read("language"), receiver).await? == language {
        return Ok(());
    }
    let mut transaction = app.store.begin("remember_language");
    contact_language::set(&mut transaction, receiver, language.name()).await?;
    transaction.commit().await?;
    Ok(())
}

/// Whether a contact is one that messages can be sent to.
pub(crate) const fn is_reachable(user: &User) -> bool {
    matches!(user.contact_type, ContactType::Mobile | ContactType::Email)
}

async fn queue(
    app: &App,
    transaction: &mut Transaction,
    receiver: &User,
    data: serde_json::Value,
) -> Result<(), AppError> {
    let message = NewMessage {
        channel: receiver.contact_type,
        contact: receiver.normalised(),
        state: MessageState::Queued,
        at: app.now(),
        data,
    };
    let id = outbox::insert(transaction, &message).await?;
    let job = NewJob {
        kind: SEND_MESSAGE,
        dedup_key: None,
        // Somebody is waiting for it.
        priority: 100,
        run_at: app.now(),
        data: json!({ "message": id }),
    };
    job::enqueue(transaction, &job).await?;
    app.wake();
    Ok(())
}
