//! The signing password (5.5, `allowPasswordSign`): for half an hour after a signature that a code confirmed, the same client
//! may confirm with a password instead. Each success starts the half hour anew.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use qishu_model::company::SignPassword;
use qishu_model::contact::User;
use qishu_model::contract::Contract;
use qishu_model::id::PersonId;
use qishu_store::confirm::{self, Binding, Check};
use qishu_store::ledger::Entry;
use qishu_store::page::{PageLink, find_link, insert_link, remove_link};
use qishu_store::{Reader, Transaction, sign_password};
use serde_json::json;

use super::code::{CodeSent, issue, reachable_contact};
use super::confirm_way::way_for;
use super::person::{find_person, person_of};
use super::session::PageSession;
use crate::contract::load_contract;
use crate::message::{CodePurpose, code_purpose, remember_language};
use crate::{App, AppError};

/// Purpose of the ticket that marks a client on which a code confirmed a signature.
const WINDOW_PURPOSE: &str = "PASSWORD_WINDOW";
/// How long that lasts.
const WINDOW_MS: i64 = 30 * 60_000;

/// Costs of a new hash: 19 MiB, two passes.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const HASH_BYTES: usize = 32;

/// Length of a password in characters.
const SHORTEST: usize = 6;
const LONGEST: usize = 64;

/// What the page may offer about the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PasswordOffer {
    /// It may confirm the next signature.
    pub usable: bool,
    /// The person has one.
    pub is_set: bool,
    /// It may be set or changed here.
    pub may_set: bool,
    /// Nothing else confirms (`signValidateWay` = `SIGNPWD`).
    pub required: bool,
}

/// What the page may offer this person on this client; `client` is the ticket the browser holds.
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn password_offer(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    session: &PageSession,
    client: Option<&str>,
) -> Result<PasswordOffer, AppError> {
    let options = &session.options;
    let Ok(user) = session.person() else {
        return Ok(PasswordOffer::default());
    };
    let way = way_for(reader, contract, user, app.now()).await?;
    let required = !way.takes_code();
    if !way.takes_password() || !(required || options.allow_password) {
        return Ok(PasswordOffer::default());
    }
    let is_set = match find_person(reader, contract, user).await? {
        Some(person) => sign_password::find(reader, person).await?.is_some(),
        None => false,
    };
    Ok(PasswordOffer {
        usable: is_set && (required || window_is_open(app, reader, user, client).await?),
        is_set,
        may_set: required || !options.hide_password_settings,
        required,
    })
}

async fn window_is_open(
    app: &App,
    reader: &mut Reader,
    user: &User,
    client: Option<&str>,
) -> Result<bool, AppError> {
    let Some(client) = client else { return Ok(false) };
    let found = find_link(reader, client, app.now()).await?;
    let holds = |link: &PageLink| {
        link.purpose == WINDOW_PURPOSE && link.data["contact"].as_str() == Some(window_contact(user).as_str())
    };
    Ok(found.as_ref().is_some_and(holds))
}

fn window_contact(user: &User) -> String {
    format!("{}/{}", user.contact_type.name(), user.normalised())
}

/// Starts the half hour of a client (anew) and answers its ticket.
///
/// # Errors
/// Internal when the store or the source of chance fails.
pub(super) async fn open_window(app: &App, user: &User, client: Option<&str>) -> Result<String, AppError> {
    let token = URL_SAFE_NO_PAD.encode(app.random_bytes::<32>()?);
    let window = PageLink {
        purpose: WINDOW_PURPOSE.to_owned(),
        contract_id: None,
        expire: app.now().plus_ms(WINDOW_MS),
        data: json!({ "contact": window_contact(user) }),
    };
    let mut transaction = app.store.begin("open_password_window");
    let replaced = match client {
        Some(client) => find_link(&mut transaction, client, app.now()).await?,
        None => None,
    };
    if let (Some(client), Some(WINDOW_PURPOSE)) =
        (client, replaced.as_ref().map(|link| link.purpose.as_str()))
    {
        remove_link(&mut transaction, client).await?;
    }
    insert_link(&mut transaction, &token, &window).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Judges the password given to confirm a signature.
///
/// # Errors
/// [`AppError::PasswordNotOffered`], [`AppError::PasswordWrong`], [`AppError::PasswordClosed`].
pub(super) async fn check_password(
    app: &App,
    session: &PageSession,
    client: Option<&str>,
    password: &str,
) -> Result<(), AppError> {
    let user = session.person()?;
    let mut reader = app.store.read("check_password");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    let offer = password_offer(app, &mut reader, &contract, session, client).await?;
    let person = find_person(&mut reader, &contract, user).await?;
    let stored = match person {
        Some(person) => sign_password::find(&mut reader, person).await?,
        None => None,
    };
    drop(reader);
    let (true, Some(person), Some(stored)) = (offer.usable, person, stored) else {
        return Err(AppError::PasswordNotOffered);
    };
    judge(app, person, stored.value, password).await
}

/// Judges a person's signing password where no half hour counts.
///
/// # Errors
/// [`AppError::PasswordNotOffered`] when they have none, [`AppError::PasswordWrong`], [`AppError::PasswordClosed`].
pub(crate) async fn judge_password(app: &App, person: PersonId, password: &str) -> Result<(), AppError> {
    let mut reader = app.store.read("judge_password");
    let stored = sign_password::find(&mut reader, person).await?;
    drop(reader);
    let stored = stored.ok_or(AppError::PasswordNotOffered)?;
    judge(app, person, stored.value, password).await
}

async fn judge(app: &App, person: PersonId, stored: SignPassword, password: &str) -> Result<(), AppError> {
    let Some(left) = sign_password::count_try(&app.store, person, app.now()).await? else {
        return Err(AppError::PasswordClosed);
    };
    if !is_password(password.to_owned(), stored).await? {
        return Err(AppError::PasswordWrong { left });
    }
    let mut transaction = app.store.begin("clear_password_tries");
    sign_password::clear_tries(&mut transaction, person).await?;
    transaction.commit().await?;
    Ok(())
}

/// Sends the code with which a password is set or changed.
///
/// # Errors
/// `1002` where the page does not offer it; [`AppError::TooOften`].
pub async fn send_password_code(app: &App, session: &PageSession) -> Result<CodeSent, AppError> {
    let mut reader = app.store.read("send_password_code");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    let user = settable(app, &mut reader, &contract, session).await?;
    let reached = reachable_contact(&mut reader, &contract, user).await?;
    drop(reader);
    let contact = user.normalised();
    let purpose = code_purpose(session.language(), CodePurpose::SetPassword);
    remember_language(app, &reached, session.language()).await?;
    issue(
        app,
        session.address.as_deref(),
        &reached,
        &binding(session, &contact),
        &purpose,
    )
    .await
}

/// Sets the person's signing password, confirmed with a code.
///
/// # Errors
/// `1002` where the page does not offer it; `1005` for a password that is too short or too plain;
/// [`AppError::CodeWrong`], [`AppError::CodeClosed`].
pub async fn set_sign_password(
    app: &App,
    session: &PageSession,
    code: &str,
    password: &str,
) -> Result<(), AppError> {
    let mut reader = app.store.read("set_sign_password");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    let user = settable(app, &mut reader, &contract, session).await?;
    drop(reader);
    check_strength(user, password)?;
    let contact = user.normalised();
    let confirmation = match confirm::check(&app.store, &binding(session, &contact), code, app.now()).await? {
        Check::Right(confirmation) => confirmation,
        Check::Wrong { left } => return Err(AppError::CodeWrong { left }),
        Check::Closed => return Err(AppError::CodeClosed),
    };
    let hashed = hash_new(app, password.to_owned()).await?;
    let mut transaction = app.store.begin("set_sign_password");
    confirm::consume(&mut transaction, &confirmation).await?;
    let contract = load_contract(&mut transaction, session.contract).await?.value;
    let person = person_of(app, &mut transaction, &contract, user).await?;
    store(&mut transaction, person, hashed).await?;
    sign_password::clear_tries(&mut transaction, person).await?;
    transaction.record(Entry {
        at: app.now(),
        tenant: None,
        kind: "SIGN_PASSWORD_SET",
        subject: Some(person.get()),
        actor: session.actor(),
        details: json!({}),
    });
    transaction.commit().await?;
    Ok(())
}

async fn store(
    transaction: &mut Transaction,
    person: PersonId,
    password: SignPassword,
) -> Result<(), AppError> {
    match sign_password::find(transaction, person).await? {
        Some(mut known) => {
            known.value = password;
            sign_password::update(transaction, person, &known).await?;
        }
        None => sign_password::insert(transaction, person, &password).await?,
    }
    Ok(())
}

/// The person, where the link offers to set a password or a party asks for one.
async fn settable<'a>(
    app: &App,
    reader: &mut Reader,
    contract: &Contract,
    session: &'a PageSession,
) -> Result<&'a User, AppError> {
    let user = session.person()?;
    let offered = session.options.allow_password && !session.options.hide_password_settings;
    if offered || !way_for(reader, contract, user, app.now()).await?.takes_code() {
        return Ok(user);
    }
    Err(AppError::PermissionDenied {
        reason: "this page does not offer a signing password",
    })
}

fn binding<'a>(session: &PageSession, contact: &'a str) -> Binding<'a> {
    Binding {
        contract: Some(session.contract),
        contact,
        purpose: "SIGN_PASSWORD",
        revision: "",
    }
}

/// Refuses what anybody would guess first.
fn check_strength(user: &User, password: &str) -> Result<(), AppError> {
    let characters: Vec<char> = password.chars().collect();
    if !(SHORTEST..=LONGEST).contains(&characters.len()) {
        return Err(AppError::invalid("password", "6 to 64 characters"));
    }
    let step_of = |pair: &[char]| match pair {
        [a, b] => i64::from(u32::from(*b)) - i64::from(u32::from(*a)),
        _ => 0,
    };
    let steps: Vec<i64> = characters.windows(2).map(step_of).collect();
    let plain = [0, 1, -1]
        .iter()
        .any(|wanted| steps.iter().all(|step| step == wanted));
    let contact = user.normalised();
    if plain || contact.contains(password) || password.contains(&contact) {
        return Err(AppError::invalid(
            "password",
            "too easy to guess: no repeated or consecutive characters, no part of the contact",
        ));
    }
    Ok(())
}

async fn hash_new(app: &App, password: String) -> Result<SignPassword, AppError> {
    let salt = app.random_bytes::<16>()?;
    let set_time = app.now();
    let hash = derive(password, salt.to_vec(), MEMORY_KIB, PASSES).await?;
    Ok(SignPassword {
        salt: hex::encode(salt),
        hash: hex::encode(hash),
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        set_time,
    })
}

async fn is_password(password: String, stored: SignPassword) -> Result<bool, AppError> {
    let salt = hex::decode(&stored.salt).map_err(|error| AppError::internal("password salt", error))?;
    let known = hex::decode(&stored.hash).map_err(|error| AppError::internal("password hash", error))?;
    let given = derive(password, salt, stored.memory_kib, stored.passes).await?;
    // Every byte is compared, so that the time tells nothing.
    let difference = known
        .iter()
        .zip(&given)
        .fold(known.len() ^ given.len(), |seen, (a, b)| {
            seen | usize::from(a ^ b)
        });
    Ok(difference == 0)
}

/// Argon2id (RFC 9106), off the threads that serve requests.
async fn derive(
    password: String,
    salt: Vec<u8>,
    memory_kib: u32,
    passes: u32,
) -> Result<[u8; HASH_BYTES], AppError> {
    tokio::task::spawn_blocking(move || {
        let failed = |error: argon2::Error| AppError::internal("signing password", error);
        let params = Params::new(memory_kib, passes, 1, Some(HASH_BYTES)).map_err(failed)?;
        let mut hash = [0; HASH_BYTES];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.as_bytes(), &salt, &mut hash)
            .map_err(failed)?;
        Ok(hash)
    })
    .await?
}

#[cfg(test)]
mod tests {
    use qishu_model::contact::ContactType;

    use super::*;

    #[test]
    fn passwords_that_anybody_would_guess_are_refused() {
        let user = User {
            name: None,
            contact: "13900000001".to_owned(),
            contact_type: ContactType::Mobile,
        };
        for plain in [
            "12345",
            "111111",
            "123456",
            "654321",
            "abcdef",
            "000001",
            "13900000001",
        ] {
            assert!(check_strength(&user, plain).is_err(), "{plain}");
        }
        for good in ["135790", "正确的电池订书钉", "k7#mQ2"] {
            assert!(check_strength(&user, good).is_ok(), "{good}");
        }
    }
}
