//! Signing on the page.

use bytes::Bytes;
use pdfseal::appearance::StampPicture;
use qishu_model::contact::User;
use qishu_model::contract::{Contract, DatePattern, IntentionConfirm, Refusal, Signatory, Step};
use qishu_model::id::SealId;
use qishu_model::seal::{Seal, SealOwner, SealStatus, SealType};
use qishu_store::ledger::Entry;
use qishu_store::seal;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::founding::ConfirmedCompany;
use super::password::{check_password, open_window};
use super::person::{find_person, person_of};
use super::person_act::{PagePlacement, PersonAct, Picture, SeenRevision, Will};
use super::session::PageSession;
use super::task::visit;
use crate::contract::load_contract;
use crate::signing::{Act, ActRequest, perform_locked};
use crate::{App, AppError};

/// Largest PNG of a drawn signature.
const MOST_PNG_BYTES: usize = 200 * 1024;

/// How the person confirms.
#[derive(Clone)]
pub enum Confirming {
    /// With a code from a message.
    Code(String),
    /// With the signing password.
    Password(String),
}

/// What the person sends.
#[derive(Clone)]
pub struct PageSignature {
    /// Revisions that were shown.
    pub seen: Vec<SeenRevision>,
    /// Confirmation.
    pub confirming: Confirming,
    /// Steps the person was shown, by id and in order; empty = whatever waits for them.
    pub steps: Vec<u64>,
    /// A picture drawn just now, as PNG.
    pub drawn: Option<Bytes>,
    /// A saved picture.
    pub saved: Option<SealId>,
    /// Keep the drawn picture for next time.
    pub keep: bool,
    /// Seals chosen, by step.
    pub seals: Vec<(u64, SealId)>,
    /// Places chosen by the person.
    pub placements: Vec<PagePlacement>,
    /// Date style chosen.
    pub date_pattern: Option<DatePattern>,
    /// What a handler confirmed about a company outside the platform.
    pub company: ConfirmedCompany,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The contract afterwards.
    pub contract: Contract,
    /// Ticket of the client on which the signing password may be used now.
    pub client: Option<String>,
}

/// Signs as the person of the session: every step that waited for them, one after the other. The first is confirmed by the
/// person; the others carry that confirmation on to exactly the revisions the one before left.
///
/// # Errors
/// Every refusal the page has a text for; nothing changed then but the steps before, and the code is still good unless it
/// was wrong or used by a step before.
pub async fn sign_on_page(
    app: &App,
    session: &PageSession,
    client: Option<&str>,
    signature: PageSignature,
) -> Result<Signed, AppError> {
    let user = session.person()?.clone();
    let arrived = app.now();
    let digest = request_digest(session, &user, &signature);
    let picture = chosen_picture(app, session, &user, &signature).await?;
    let mut will = match &signature.confirming {
        Confirming::Code(code) => Will::Code(code.clone()),
        Confirming::Password(password) => {
            check_password(app, session, client, password).await?;
            Will::Password
        }
    };
    // Equal requests wait here for one another, so that none sees the steps of another half done.
    let turn = app.lock_contract(session.contract).await;
    let steps = steps_of(app, session, &user, &signature.steps).await?;
    let mut seen = signature.seen.clone();
    let mut signed = None;
    for step in steps {
        let act = Act {
            contract: session.contract,
            request_digest: step_digest(&digest, step),
            arrived,
            actor: session.actor(),
            request: ActRequest::Person(person_act(&signature, &user, step, seen, will, picture.clone())),
        };
        let contract = perform_locked(app, &act).await?;
        seen = revisions_of(&contract);
        will = Will::Carried(confirmed_by(&contract, step));
        signed = Some(contract);
    }
    drop(turn);
    let contract = signed.ok_or(Refusal::NotInTurn)?;
    if let (true, Some(png), Picture::Drawn(picture)) = (signature.keep, signature.drawn, &picture)
        && let Err(error) = keep_picture(app, session, &contract, &user, png, picture).await
    {
        // The signature is made; the person draws again next time.
        tracing::warn!(contract.id = %session.contract, %error, "a signature picture was not kept");
    }
    let client = if session.options.allow_password {
        Some(open_window(app, &user, client).await?)
    } else {
        None
    };
    Ok(Signed { contract, client })
}

fn person_act(
    signature: &PageSignature,
    user: &User,
    step: Step,
    seen: Vec<SeenRevision>,
    will: Will,
    picture: Picture,
) -> PersonAct {
    let id = id_of(step);
    let seal = signature.seals.iter().find(|(step, _)| *step == id);
    let here = |placement: &&PagePlacement| placement.step.is_none_or(|step| step == id);
    PersonAct {
        user: user.clone(),
        step,
        seen,
        will,
        picture,
        seal: seal.map(|(_, seal)| *seal),
        placements: signature.placements.iter().filter(here).cloned().collect(),
        date_pattern: signature.date_pattern,
        company: signature.company.clone(),
    }
}

const fn id_of(step: Step) -> u64 {
    match step {
        Step::Action(id) => id.get(),
        Step::Personal(id) | Step::Void(id) => id.get(),
    }
}

/// The steps to perform: those the person was shown; else those that wait for them. Steps that are done already stay in, so
/// that a repeated request is answered like the first.
async fn steps_of(
    app: &App,
    session: &PageSession,
    user: &User,
    shown: &[u64],
) -> Result<Vec<Step>, AppError> {
    let mut reader = app.store.read("steps_of_visit");
    let contract = load_contract(&mut reader, session.contract).await?.value;
    if shown.is_empty() {
        return match visit(&mut reader, &contract, user, app.now()).await {
            Ok(visit) => Ok(visit.now.iter().map(|task| task.step).collect()),
            Err(refusal) => own_party(&contract, user).map_or(Err(refusal), |step| Ok(vec![step])),
        };
    }
    let void = contract.void_request().is_some();
    let known = |id: &u64| {
        let personal = |party: &Signatory| {
            let step = match void {
                true => Step::Void(party.id),
                false => Step::Personal(party.id),
            };
            (party.id.get() == *id && (void || !party.tenant_type.is_company())).then_some(step)
        };
        let action = |party: &Signatory| {
            let action = party.actions.iter().find(|action| action.id.get() == *id);
            action.map(|action| Step::Action(action.id))
        };
        contract
            .signatories
            .iter()
            .find_map(|party| personal(party).or_else(|| action(party)))
    };
    let steps: Option<Vec<Step>> = shown.iter().map(known).collect();
    steps.ok_or_else(|| AppError::invalid("steps", "ids of steps of this contract are expected"))
}

fn own_party(contract: &Contract, user: &User) -> Option<Step> {
    let own = |party: &&Signatory| {
        let receiver = party.receiver.as_ref();
        !party.tenant_type.is_company() && receiver.is_some_and(|receiver| receiver.same_contact(user))
    };
    let party = contract.signatories.iter().find(own)?;
    Some(match contract.void_request() {
        Some(_) => Step::Void(party.id),
        None => Step::Personal(party.id),
    })
}

/// What a finished step left for the next one to be bound to.
fn revisions_of(contract: &Contract) -> Vec<SeenRevision> {
    let seen = contract.shown_documents().map(|document| SeenRevision {
        document: document.id,
        revision: document.revision_hash.clone(),
    });
    seen.collect()
}

fn confirmed_by(contract: &Contract, step: Step) -> IntentionConfirm {
    let confirm = match step {
        Step::Action(id) => contract
            .action(id)
            .and_then(|(_, action)| action.intention_confirm),
        Step::Personal(id) | Step::Void(id) => {
            contract.signatory(id).and_then(|party| party.intention_confirm)
        }
    };
    confirm.unwrap_or(IntentionConfirm::Sms)
}

async fn chosen_picture(
    app: &App,
    session: &PageSession,
    user: &User,
    signature: &PageSignature,
) -> Result<Picture, AppError> {
    Ok(match (&signature.drawn, signature.saved) {
        (Some(png), _) => Picture::Drawn(prepare_picture(app, png.clone()).await?),
        (None, Some(id)) => Picture::Drawn(saved_picture(app, session, user, id).await?),
        (None, None) => Picture::Missing,
    })
}

/// A double tap sends the same twice; it is answered twice and signed once.
fn request_digest(session: &PageSession, user: &User, signature: &PageSignature) -> [u8; 32] {
    let mut digest = Sha256::new();
    let confirming = match &signature.confirming {
        Confirming::Code(code) => ("code", code),
        Confirming::Password(password) => ("password", password),
    };
    let text = format!(
        "page|{}|{}|{:?}|{confirming:?}|{:?}|{:?}|{:?}|{:?}|{:?}|{:?}",
        session.contract,
        user.normalised(),
        signature.seen,
        signature.steps,
        signature.saved,
        signature.seals,
        signature.placements,
        signature.date_pattern,
        signature.company,
    );
    digest.update(text.as_bytes());
    digest.update(signature.drawn.as_deref().unwrap_or_default());
    digest.finalize().into()
}

fn step_digest(request: &[u8; 32], step: Step) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(request);
    digest.update(id_of(step).to_be_bytes());
    digest.finalize().into()
}

/// Decodes and prepares a drawn picture: the pixels are taken, everything else of the file is dropped.
async fn prepare_picture(app: &App, png: Bytes) -> Result<StampPicture, AppError> {
    if png.len() > MOST_PNG_BYTES {
        return Err(AppError::FileTooLarge {
            size_bytes: png.len(),
            limit_bytes: MOST_PNG_BYTES,
        });
    }
    let prepared = app.files.prepare_picture(&png).await;
    prepared.map_err(|error| match error {
        AppError::InvalidFile { detail } => AppError::invalid("signature.pngBase64", detail),
        other => other,
    })
}

async fn saved_picture(
    app: &App,
    session: &PageSession,
    user: &User,
    id: SealId,
) -> Result<StampPicture, AppError> {
    let mut reader = app.store.read("saved_picture");
    let missing = || AppError::SealNotFound {
        detail: id.to_string(),
    };
    let contract = load_contract(&mut reader, session.contract).await?.value;
    let person = find_person(&mut reader, &contract, user)
        .await?
        .ok_or_else(missing)?;
    let seal = seal::find_of_person(&mut reader, person, id)
        .await?
        .ok_or_else(missing)?;
    drop(reader);
    crate::seal::load_picture(app, &seal.value).await
}

async fn keep_picture(
    app: &App,
    session: &PageSession,
    contract: &Contract,
    user: &User,
    png: Bytes,
    picture: &StampPicture,
) -> Result<(), AppError> {
    let image = app.blobs.put(png).await?.to_string();
    let prepared = app.blobs.put(picture.to_bytes().into()).await?.to_string();
    let now = app.now();
    let mut transaction = app.store.begin("keep_signature");
    let owner = person_of(app, &mut transaction, contract, user).await?;
    let (width, height) = picture.fit(112.0, 48.0);
    let seal = Seal {
        id: SealId::new(app.next_id()),
        owner: SealOwner::Person(owner),
        name: "手绘签名".to_owned(),
        seal_type: SealType::Personal,
        spec: "DIY_SPEC".to_owned(),
        status: SealStatus::Normal,
        width_um: micrometres(width),
        height_um: micrometres(height),
        image,
        picture: prepared,
        users: Vec::new(),
        create_time: now,
        modify_time: now,
    };
    seal::insert(&mut transaction, &seal).await?;
    transaction.record(Entry {
        at: now,
        tenant: None,
        kind: "SIGNATURE_KEEP",
        subject: Some(seal.id.get()),
        actor: session.actor(),
        details: json!({}),
    });
    transaction.commit().await?;
    Ok(())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the box is at most 120 points wide"
)]
fn micrometres(points: f64) -> u32 {
    (points * 25.4 / 72.0 * 1000.0).round().clamp(0.0, 1e6) as u32
}
