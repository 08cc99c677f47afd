//! 创建图片印章: `POST /v2/seal/createbyimage`.

use pdfseal::appearance::StampPicture;
use qishu_convert::kind::{FileKind, detect};
use qishu_convert::{PictureError, decode_picture};
use qishu_model::company::Company;
use qishu_model::contact::User;
use qishu_model::id::SealReviewId;
use qishu_model::seal::SealType;
use qishu_model::seal_review::{ReviewState, SealReview};
use qishu_sealart::{PhotoPixels, PhotoSeal, photo_seal};
use qishu_store::ledger::Entry;
use qishu_store::{Reader, StoreError, Versioned, seal, seal_review};
use serde_json::json;

use super::review::{Verdict, settle};
use super::users::seal_users;
use crate::company::{acting_company, check_callback_url};
use crate::{ApiCaller, App, AppError};

/// A seal to be made from a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct PictureSeal {
    /// Owner; absent = platform company.
    pub tenant_name: Option<String>,
    /// Name of the seal.
    pub name: String,
    /// The picture: PNG, JPEG, BMP or GIF.
    pub image: Vec<u8>,
    /// `ENTERPRISE` or `LP`.
    pub seal_type: SealType,
    /// Letter of the legal representative, a picture or PDF.
    pub letter: Option<Vec<u8>>,
    /// Wire name of the size.
    pub spec: String,
    /// Width on paper in millimetres.
    pub width_mm: u32,
    /// Height on paper in millimetres.
    pub height_mm: u32,
    /// People who may use it.
    pub users: Vec<User>,
    /// Where the result is told.
    pub callback_url: Option<String>,
}

/// Takes an application for a picture seal. Where the installation reviews by itself, it is decided at once.
///
/// # Errors
/// `1005` for pictures that cannot be used, `1204`, `1205` for a second seal of the legal representative, `1701`, `1702`,
/// `1705`, `1801`, `1802`.
pub async fn create_seal_by_image(
    app: &App,
    caller: &ApiCaller,
    order: PictureSeal,
) -> Result<SealReviewId, AppError> {
    if let Some(url) = &order.callback_url {
        check_callback_url("callbackUrl", url)?;
    }
    let mut reader = app.store.read("create_seal_by_image");
    let company = acting_company(&mut reader, caller, order.tenant_name.as_deref()).await?;
    let users = seal_users(&mut reader, &company, &order.users).await?;
    if order.seal_type == SealType::Lp {
        require_no_legal_person_seal(&mut reader, &company).await?;
    }
    drop(reader);
    let review = prepare(app, caller, &company, order, users).await?;
    let id = review.id;
    let mut transaction = app.store.begin("create_seal_by_image");
    seal_review::insert(&mut transaction, &review)
        .await
        .map_err(|error| in_review(error, &company))?;
    transaction.record(Entry {
        at: review.create_time,
        tenant: Some(company.id),
        kind: "SEAL_APPLY",
        subject: Some(id.get()),
        actor: caller.actor(),
        details: json!({ "spec": review.spec, "type": review.seal_type.name() }),
    });
    if app.settings.seals_pass_unseen {
        let stored = Versioned {
            version: 1,
            value: review,
        };
        settle(app, &mut transaction, stored, Verdict::Pass, caller.actor()).await?;
    }
    transaction.commit().await?;
    app.wake();
    Ok(id)
}

/// A company has at most one seal of its legal representative (`organisation` chapter 5).
async fn require_no_legal_person_seal(reader: &mut Reader, company: &Company) -> Result<(), AppError> {
    if seal::has_legal_person_seal(reader, company.id).await? {
        return Err(AppError::LegalPersonSealExists {
            company: company.name.clone(),
        });
    }
    if seal_review::is_legal_person_pending(reader, company.id).await? {
        return Err(AppError::LegalPersonSealInReview {
            company: company.name.clone(),
        });
    }
    Ok(())
}

/// Two applications at once: the second one finds the first one under review.
fn in_review(error: StoreError, company: &Company) -> AppError {
    match error {
        StoreError::Duplicate { .. } => AppError::LegalPersonSealInReview {
            company: company.name.clone(),
        },
        other => other.into(),
    }
}

/// Decodes and cleans the picture and stores everything, so that a decision has nothing left to fail on.
async fn prepare(
    app: &App,
    caller: &ApiCaller,
    company: &Company,
    order: PictureSeal,
    users: Vec<User>,
) -> Result<SealReview, AppError> {
    let letter = match order.letter {
        Some(letter) => {
            check_letter(&letter)?;
            Some(app.blobs.put(letter.into()).await?.to_string())
        }
        None => None,
    };
    let (width_mm, height_mm) = (order.width_mm, order.height_mm);
    let cleaned = app.files.clean_seal(&order.image, width_mm, height_mm).await?;
    Ok(SealReview {
        id: SealReviewId::new(app.next_id()),
        company_id: company.id,
        application_id: caller.application.id,
        name: order.name,
        seal_type: order.seal_type,
        spec: order.spec,
        width_um: width_mm * 1000,
        height_um: height_mm * 1000,
        image: app.blobs.put(cleaned.image).await?.to_string(),
        picture: app.blobs.put(cleaned.picture).await?.to_string(),
        original: app.blobs.put(order.image.into()).await?.to_string(),
        letter,
        users,
        callback_url: order.callback_url,
        state: ReviewState::Pending,
        create_time: app.now(),
    })
}

/// What a worker does with the picture.
///
/// # Errors
/// [`AppError::InvalidParam`] or [`AppError::SealDrawing`].
pub(crate) fn clean(
    file: &[u8],
    width_mm: f64,
    height_mm: f64,
) -> Result<(PhotoSeal, StampPicture), AppError> {
    let refuse = |error: &dyn std::fmt::Display| AppError::invalid("sealImage", error.to_string());
    let pixels = decode_picture(file).map_err(|error: PictureError| refuse(&error))?;
    let photo = PhotoPixels {
        width: pixels.width,
        height: pixels.height,
        rgba: &pixels.rgba,
    };
    let seal = photo_seal(photo, width_mm, height_mm).map_err(|error| match error.field() {
        Some(field) => AppError::invalid(field, error.to_string()),
        None => AppError::SealDrawing {
            reason: error.to_string(),
        },
    })?;
    let picture = StampPicture::from_png(&seal.print).map_err(|error| refuse(&error))?;
    Ok((seal, picture))
}

/// The letter is only looked at by people; it must be something they can open.
fn check_letter(letter: &[u8]) -> Result<(), AppError> {
    let readable = matches!(
        detect(letter),
        FileKind::Pdf | FileKind::Png | FileKind::Jpeg | FileKind::Gif
    );
    if readable || letter.starts_with(b"BM") {
        Ok(())
    } else {
        Err(AppError::invalid(
            "lpLetter",
            "a picture (PNG, JPEG, BMP, GIF) or a PDF is expected",
        ))
    }
}
