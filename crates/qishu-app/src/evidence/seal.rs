//! The seal of a report: a signature of the platform's operator for long-term validation, whatever level contracts have.

use std::sync::Arc;

use pdfseal::Limits;
use pdfseal::appearance::{Stamp, StampPicture};
use pdfseal::sign::{SignRequest, SigningPlan, SigningTime, prepare_signature};
use qishu_authority::{Holder, PreparedCertificate, Reference, VerifiedSubject};
use qishu_model::id::EvidenceId;
use sealpki::AttributeKind;

use crate::app::Family;
use crate::paper::SealPlace;
use crate::seal::{SealImage, draw_company_seal, vector_picture};
use crate::signing::{CHINA_OFFSET_MINUTES, SIGNER_RESERVE, extend, time_stamp_reserve, with_time_stamp};
use crate::{App, AppError, SignatureLevel};

const LEVEL: SignatureLevel = SignatureLevel::BaselineLta;
/// A round seal of 42 mm, in points.
const STAMP_SIZE: f64 = 119.0;

/// A sealed report.
pub(super) struct Sealed {
    pub(super) pdf: Vec<u8>,
    /// DER of the certificate.
    pub(super) certificate: Vec<u8>,
}

/// Decides on the certificate; its serial has to be recorded before [`seal`] is called.
pub(super) fn prepare_certificate(app: &App, id: EvidenceId) -> Result<PreparedCertificate, AppError> {
    let subject = VerifiedSubject {
        holder: Holder::Company {
            name: operator_name(app),
            operator: None,
        },
        reference: Reference::PlatformId("evidence".to_owned()),
    };
    let now_ms = app.trusted_now()?.ms();
    app.authority
        .prepare(&subject, &format!("evidence-{id}"), app.random_bytes()?, now_ms)
        .map_err(|error| AppError::internal("certificate of a report", error))
}

/// Who runs the platform, as the authority's certificates have it.
pub(super) fn operator_name(app: &App) -> String {
    let root = app.authority.root_certificate();
    root.subject()
        .first(AttributeKind::Organisation)
        .unwrap_or_else(|| "Qishu".to_owned())
}

/// Seals the pages and everything attached to them.
pub(super) async fn seal(
    app: &App,
    id: EvidenceId,
    certificate: PreparedCertificate,
    pdf: Vec<u8>,
    place: SealPlace,
) -> Result<Sealed, AppError> {
    let (pdf, plan) = tokio::task::spawn_blocking(move || {
        let plan = SigningPlan::prepare(&pdf, &Limits::default());
        (pdf, plan)
    })
    .await?;
    let plan = plan.map_err(|error| AppError::internal("report", error))?;
    let picture = picture(app);
    let stamps: Vec<Stamp> = picture.iter().map(|_| stamp_at(app, place)).collect();
    let pictures: Vec<&StampPicture> = picture.iter().collect();
    let name = operator_name(app);
    let hierarchy = app.hierarchy(Family::First)?;
    let chain: usize = hierarchy.authority.chain_der().iter().map(|der| der.len()).sum();
    let failed = |error| AppError::internal("seal of a report", error);
    let request = SignRequest {
        stamps: &stamps,
        pictures: &pictures,
        field_prefix: &format!("qe{id}"),
        signer_name: Some(&name),
        reason: Some("出证 Evidence report"),
        location: None,
        time: SigningTime {
            unix_seconds: app.trusted_now()?.ms().div_euclid(1000),
            offset_minutes: CHINA_OFFSET_MINUTES,
        },
        contents_reserve: chain + SIGNER_RESERVE + time_stamp_reserve(LEVEL, hierarchy),
    };
    let pending = prepare_signature(&plan, &request).map_err(failed)?;
    let keys = Arc::clone(hierarchy.keys);
    let key = tokio::task::spawn_blocking(move || keys.take()).await?;
    let key = key.map_err(|error| AppError::internal("one-time key", error))?;
    let identity = hierarchy.authority.issue(certificate, key);
    let identity = identity.map_err(|error| AppError::internal("certificate of a report", error))?;
    let digest = pending.digest_by(identity.digest_algorithm()).map_err(failed)?;
    let cms = identity
        .sign_detached(&digest)
        .map_err(|error| AppError::internal("seal of a report", error))?;
    let verified =
        sealpki::verify_detached(&cms, |_| &digest).map_err(|error| AppError::internal("own seal", error))?;
    let cms = with_time_stamp(app, hierarchy, LEVEL, cms, &verified.signature)?;
    let signed = pending.complete(&cms).map_err(failed)?;
    let signers = [(Family::First, identity.certificate().clone())];
    let signed = extend(app, LEVEL, &id.to_string(), &signers, signed)?;
    let mut pdf = pdf;
    pdf.extend_from_slice(&signed.bytes);
    Ok(Sealed {
        pdf,
        certificate: identity.certificate().der().to_vec(),
    })
}

/// A round seal with the operator's name; a name that no seal can show has an invisible signature instead.
fn picture(app: &App) -> Option<StampPicture> {
    let image = SealImage {
        foot: Some("存证出证专用章".to_owned()),
        style: Some("SPECIAL_SEAL".to_owned()),
        ..SealImage::default()
    };
    let (_, drawing) = draw_company_seal(&operator_name(app), &image).ok()?;
    vector_picture(&drawing).ok()
}

fn stamp_at(app: &App, place: SealPlace) -> Stamp {
    Stamp {
        page: place.page,
        x: place.x,
        y: place.y,
        width: STAMP_SIZE,
        height: STAMP_SIZE,
        rotation_degrees: 0.0,
        picture: 0,
        slice: None,
        description: operator_name(app),
    }
}
