//! Signing on the page.

use bytes::Bytes;
use pdfseal::appearance::StampPicture;
use qishu_model::company::Person;
use qishu_model::contact::{ContactType, User};
use qishu_model::contract::Contract;
use qishu_model::id::{PersonId, SealId};
use qishu_model::seal::{Seal, SealOwner, SealStatus, SealType};
use qishu_store::ledger::Entry;
use qishu_store::{Transaction, person, seal};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::person_act::{PagePlacement, PersonAct, Picture, SeenRevision};
use super::session::PageSession;
use crate::signing::{Act, ActRequest, perform};
use crate::{App, AppError};

/// Largest PNG of a drawn signature.
const MOST_PNG_BYTES: usize = 200 * 1024;

/// What the person sends.
#[derive(Debug, Clone)]
pub struct PageSignature {
    /// Revisions that were shown.
    pub seen: Vec<SeenRevision>,
    /// Confirmation code.
    pub code: String,
    /// A picture drawn just now, as PNG.
    pub drawn: Option<Bytes>,
    /// A saved picture.
    pub saved: Option<SealId>,
    /// Keep the drawn picture for next time.
    pub keep: bool,
    /// Places chosen by the person.
    pub placements: Vec<PagePlacement>,
}

/// Signs as the person of the session.
///
/// # Errors
/// Every refusal the page has a text for; nothing changed then, and the code is still good unless it was wrong.
pub async fn sign_on_page(
    app: &App,
    session: &PageSession,
    signature: PageSignature,
) -> Result<Contract, AppError> {
    let user = session.person()?.clone();
    let arrived = app.now();
    let digest = request_digest(session, &user, &signature);
    let (picture, drawn) = match (&signature.drawn, signature.saved) {
        (Some(png), _) => (
            Picture::Drawn(prepare_picture(app, png.clone()).await?),
            signature.drawn.clone(),
        ),
        (None, Some(id)) => (Picture::Drawn(saved_picture(app, &user, id).await?), None),
        (None, None) => (Picture::Missing, None),
    };
    let act = Act {
        contract: session.contract,
        request_digest: digest,
        arrived,
        actor: session.actor(),
        request: ActRequest::Person(PersonAct {
            user: user.clone(),
            seen: signature.seen,
            code: signature.code,
            picture: picture.clone(),
            placements: signature.placements,
        }),
    };
    let contract = perform(app, act).await?;
    if let (true, Some(png), Picture::Drawn(picture)) = (signature.keep, drawn, picture)
        && let Err(error) = keep_picture(app, session, &user, png, &picture).await
    {
        // The signature is made; the person draws again next time.
        tracing::warn!(contract.id = %session.contract, %error, "a signature picture was not kept");
    }
    Ok(contract)
}

/// A double tap sends the same twice; it is answered twice and signed once.
fn request_digest(session: &PageSession, user: &User, signature: &PageSignature) -> [u8; 32] {
    let mut digest = Sha256::new();
    let text = format!(
        "page|{}|{}|{:?}|{}|{:?}|{:?}",
        session.contract,
        user.normalised(),
        signature.seen,
        signature.code,
        signature.saved,
        signature.placements
    );
    digest.update(text.as_bytes());
    digest.update(signature.drawn.as_deref().unwrap_or_default());
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

async fn saved_picture(app: &App, user: &User, id: SealId) -> Result<StampPicture, AppError> {
    let mut reader = app.store.read("saved_picture");
    let missing = || AppError::SealNotFound {
        detail: id.to_string(),
    };
    let person = person::find_by_contact(&mut reader, user.contact_type, &user.contact)
        .await?
        .ok_or_else(missing)?;
    let seal = seal::find_of_person(&mut reader, person.value.id, id)
        .await?
        .ok_or_else(missing)?;
    crate::seal::load_picture(app, &seal.value).await
}

async fn keep_picture(
    app: &App,
    session: &PageSession,
    user: &User,
    png: Bytes,
    picture: &StampPicture,
) -> Result<(), AppError> {
    let image = app.blobs.put(png).await?.to_string();
    let prepared = app.blobs.put(picture.to_bytes().into()).await?.to_string();
    let now = app.now();
    let mut transaction = app.store.begin("keep_signature");
    let owner = person_of(app, &mut transaction, user).await?;
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

/// The person behind a contact, made known when they are new.
async fn person_of(app: &App, transaction: &mut Transaction, user: &User) -> Result<PersonId, AppError> {
    if let Some(known) = person::find_by_contact(transaction, user.contact_type, &user.contact).await? {
        return Ok(known.value.id);
    }
    let contact = user.normalised();
    let is = |kind: ContactType| (user.contact_type == kind).then(|| contact.clone());
    let person = Person {
        id: PersonId::new(app.next_id()),
        name: user.name.clone().unwrap_or_default(),
        mobile: is(ContactType::Mobile),
        email: is(ContactType::Email),
        verified: false,
        create_time: app.now(),
    };
    person::insert(transaction, &person).await?;
    Ok(person.id)
}
