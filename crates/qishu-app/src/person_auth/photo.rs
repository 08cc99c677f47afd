//! Pictures of documents for the staff: sealed under the person's key before they are stored, and gone with the decision.

use bytes::Bytes;
use qishu_model::person_auth::{AuthMode, AuthPhoto, PersonAuth, PhotoSide};
use qishu_store::{Reader, person_auth, person_key};

use super::finish::log;
use super::{load, subject};
use crate::identity_page::IdentitySession;
use crate::{App, AppError};

/// Largest picture.
pub const MOST_PHOTO_BYTES: usize = 5 * 1024 * 1024;

/// Takes a picture of one side of the document, in place of an earlier one.
///
/// # Errors
/// `1010` for more than 5 MB; `1402` for anything but PNG and JPEG; [`AppError::AuthOver`]; `1002` when no review is offered.
pub async fn add_auth_photo(
    app: &App,
    session: &IdentitySession,
    side: PhotoSide,
    picture: Bytes,
) -> Result<(), AppError> {
    let id = subject(session)?;
    check_picture(&picture)?;
    let mut transaction = app.store.begin("add_auth_photo");
    let mut loaded = load(&mut transaction, id).await?;
    loaded.auth.value.require_offered(AuthMode::Manual, app.now())?;
    let key = person_key::ensure(&mut transaction, loaded.auth.value.person_id).await?;
    let sealed = key.seal(&transaction, &purpose(&loaded.auth.value, side), &picture)?;
    let blob = app.blobs.put(sealed.into()).await?.to_string();
    let photos = &mut loaded.auth.value.photos;
    photos.retain(|photo| photo.side != side);
    photos.push(AuthPhoto { side, blob });
    person_auth::update(&mut transaction, &loaded.auth).await?;
    log(
        app,
        &mut transaction,
        &loaded.auth.value,
        "PERSON_AUTH_PHOTO",
        None,
        session.actor(),
    );
    Ok(transaction.commit().await?)
}

/// A picture or, for licences and letters, a PDF is judged by its first bytes only; nothing decodes it here.
pub(crate) fn check_picture(bytes: &[u8]) -> Result<(), AppError> {
    if bytes.len() > MOST_PHOTO_BYTES {
        return Err(AppError::FileTooLarge {
            size_bytes: bytes.len(),
            limit_bytes: MOST_PHOTO_BYTES,
        });
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(b"\xFF\xD8\xFF") {
        return Ok(());
    }
    Err(AppError::UnsupportedFile {
        detail: "a picture in PNG or JPEG is expected".to_owned(),
    })
}

fn purpose(auth: &PersonAuth, side: PhotoSide) -> String {
    format!("photo {} {}", auth.id, side.name())
}

/// A picture as it was handed in, for the staff.
///
/// # Errors
/// `1402` when there is none.
pub(super) async fn open_photo(
    app: &App,
    reader: &mut Reader,
    auth: &PersonAuth,
    side: PhotoSide,
) -> Result<Vec<u8>, AppError> {
    let photo = auth.photos.iter().find(|photo| photo.side == side);
    let photo = photo.ok_or(AppError::DocumentNotFound)?;
    let key = person_key::find(reader, auth.person_id).await?;
    let key = key.ok_or(AppError::DocumentNotFound)?;
    let name = photo
        .blob
        .parse()
        .map_err(|_| AppError::Internal(format!("authentication {} names no blob", auth.id)))?;
    let sealed = app.blobs.get(&name).await?;
    Ok(key.open(&purpose(auth, side), &sealed)?)
}
