//! The signatures of one act on one document: one, or with dual signing two.
//!
//! With dual signing an SM2 signature that shows nothing comes first, and the one of the first hierarchy, which shows the
//! stamps, covers it. Each is complete in itself: a reader that knows neither SM2 nor GB/T 38540 judges the outer one and
//! names the inner one as unknown, a reader that knows only them finds the inner one. Both are made in one act and
//! stored as one part, so that neither is ever without the other.

use std::sync::Arc;

use bytes::Bytes;
use pdfseal::appearance::{Stamp, StampPicture};
use pdfseal::sign::{
    AppendedRevision, PendingSignature, SignOptions, SignRequest, SignatureFormat, SigningPlan, SigningTime,
    prepare_signature_with,
};
use qishu_authority::{PreparedCertificate, VerifiedSubject};
use qishu_model::id::ActId;
use sealpki::{
    Certificate, SealInfo, SealPicture, SealSignatureTemplate, SealSigners, SesVersion, SignerIdentity,
};

use super::level::{time_stamp_reserve, with_seal_time_stamp, with_time_stamp};
use super::mark::SealFace;
use crate::app::{Family, HierarchyRef};
use crate::document::blob_digest;
use crate::{App, AppError, SignatureLevel};

/// Minutes east of Greenwich in which `/M` is written: China standard time.
pub(crate) const CHINA_OFFSET_MINUTES: i16 = 480;
/// Room for a one-time certificate, attributes and signature.
pub(crate) const SIGNER_RESERVE: usize = 4_096;
/// An electronic seal names its signer's and its maker's certificate, and the signature with it the signer's once more.
const SEAL_RESERVE: usize = 3 * SIGNER_RESERVE;
/// Kind of a company's seal (GB/T 38540: 1).
const COMPANY_SEAL: u32 = 1;
/// Seals begin to be valid a little before they are used, as certificates do.
const SEAL_BACKDATE_S: i64 = 300;

/// One signature that is going to be made.
pub(super) struct Layer {
    pub(super) family: Family,
    pub(super) certificate: PreparedCertificate,
    /// Shows the stamps of the act; the last one does.
    shows: bool,
    /// Makes it an electronic seal rather than a CMS.
    seal: Option<ElectronicFace>,
}

/// A seal with its picture.
#[derive(Clone)]
pub(super) struct ElectronicFace {
    face: SealFace,
    png: Bytes,
}

/// What the act shows, and when.
pub(super) struct Shown<'m> {
    pub(super) act: ActId,
    pub(super) stamps: Vec<Stamp>,
    pub(super) pictures: Vec<&'m StampPicture>,
    pub(super) signer_name: &'m str,
    pub(super) now_unix_s: i64,
}

/// The picture of a company seal, where the act makes electronic seals.
///
/// # Errors
/// Internal when the picture is missing.
pub(super) async fn electronic_face(
    app: &App,
    face: Option<&SealFace>,
) -> Result<Option<ElectronicFace>, AppError> {
    // Below B-LT the file would carry no certificates above the signer's: SES_Signature has no place for them.
    let wanted = app.settings.electronic_seals && app.settings.signature_level >= SignatureLevel::BaselineLt;
    let makes = |family| {
        let maker = app.hierarchy(family);
        maker.is_ok_and(|one| one.services.seal_maker_certificate().is_some())
    };
    match face {
        Some(face) if wanted && families(app).iter().any(|family| makes(*family)) => {
            Ok(Some(ElectronicFace {
                face: face.clone(),
                png: app.blobs.get(&blob_digest(&face.image)?).await?,
            }))
        }
        _ => Ok(None),
    }
}

/// Whose signatures an act makes, in their order.
pub(super) fn families(app: &App) -> &'static [Family] {
    if app.settings.dual {
        &[Family::Other, Family::First]
    } else {
        &[Family::First]
    }
}

/// The signatures of an act, with their certificates decided on.
///
/// # Errors
/// Internal when a certificate cannot be issued.
pub(super) fn layers(
    app: &App,
    subject: &VerifiedSubject,
    act: ActId,
    seal: Option<&ElectronicFace>,
    now_ms: i64,
) -> Result<Vec<Layer>, AppError> {
    let families = families(app);
    let mut layers = Vec::with_capacity(families.len());
    for (index, family) in families.iter().enumerate() {
        let hierarchy = app.hierarchy(*family)?;
        let certificate = hierarchy
            .authority
            .prepare(subject, &act.to_string(), app.random_bytes()?, now_ms);
        let has_maker = hierarchy.services.seal_maker_certificate().is_some();
        layers.push(Layer {
            family: *family,
            certificate: certificate.map_err(|error| AppError::internal("one-time certificate", error))?,
            shows: index + 1 == families.len(),
            seal: seal.filter(|_| has_maker).cloned(),
        });
    }
    Ok(layers)
}

impl Shown<'_> {
    /// Lays out one signature after everything `plan` knows of.
    ///
    /// # Errors
    /// Internal when it does not fit the document.
    pub(super) fn lay_out(
        &self,
        app: &App,
        plan: &SigningPlan,
        layer: &Layer,
    ) -> Result<PendingSignature, AppError> {
        let hierarchy = app.hierarchy(layer.family)?;
        let prefix = match layer.family {
            Family::First => format!("qs{}", self.act),
            Family::Other => format!("qg{}", self.act),
        };
        let request = SignRequest {
            stamps: if layer.shows { &self.stamps } else { &[] },
            pictures: if layer.shows { &self.pictures } else { &[] },
            field_prefix: &prefix,
            signer_name: Some(self.signer_name),
            reason: None,
            location: None,
            time: SigningTime {
                unix_seconds: self.now_unix_s,
                offset_minutes: CHINA_OFFSET_MINUTES,
            },
            contents_reserve: layer.reserve(app, hierarchy),
        };
        let options = SignOptions {
            format: match layer.seal {
                Some(_) => SignatureFormat::seal(),
                None => SignatureFormat::Cades,
            },
            ..SignOptions::default()
        };
        prepare_signature_with(plan, &request, &options)
            .map_err(|error| AppError::internal("signature", error))
    }
}

impl Layer {
    /// Room for the contents: the chain of the authority or the picture of the seal, the certificate, and the time-stamp.
    fn reserve(&self, app: &App, hierarchy: HierarchyRef<'_>) -> usize {
        let chain: usize = hierarchy.authority.chain_der().iter().map(|der| der.len()).sum();
        let own = match &self.seal {
            Some(seal) => seal.png.len() + SEAL_RESERVE,
            None => chain + SIGNER_RESERVE,
        };
        own + time_stamp_reserve(app.settings.signature_level, hierarchy)
    }

    /// Issues the certificate, signs, checks the own signature, and puts it into its room.
    ///
    /// # Errors
    /// Internal when a key, certificate or time-stamp cannot be had.
    pub(super) async fn sign(
        self,
        app: &App,
        pending: PendingSignature,
        now_unix_s: i64,
    ) -> Result<(Certificate, AppendedRevision), AppError> {
        let hierarchy = app.hierarchy(self.family)?;
        let keys = Arc::clone(hierarchy.keys);
        let key = tokio::task::spawn_blocking(move || keys.take()).await?;
        let key = key.map_err(|error| AppError::internal("one-time key", error))?;
        let identity = hierarchy.authority.issue(self.certificate, key);
        let identity = identity.map_err(|error| AppError::internal("one-time certificate", error))?;
        let failed = |error| AppError::internal("signature", error);
        let digest = pending.digest_by(identity.digest_algorithm()).map_err(failed)?;
        let contents = match &self.seal {
            Some(seal) => {
                let range = pending.byte_range();
                seal.sign(app, hierarchy, &identity, &digest, range, now_unix_s)?
            }
            None => sign_cms(app, hierarchy, &identity, &digest)?,
        };
        let revision = pending.complete(&contents).map_err(failed)?;
        Ok((identity.certificate().clone(), revision))
    }
}

fn sign_cms(
    app: &App,
    hierarchy: HierarchyRef<'_>,
    identity: &SignerIdentity,
    digest: &[u8],
) -> Result<Vec<u8>, AppError> {
    let cms = identity
        .sign_detached(digest)
        .map_err(|error| AppError::internal("signature", error))?;
    let verified = sealpki::verify_detached(&cms, |_| digest)
        .map_err(|error| AppError::internal("own signature", error))?;
    with_time_stamp(
        app,
        hierarchy,
        app.settings.signature_level,
        cms,
        &verified.signature,
    )
}

impl ElectronicFace {
    /// A seal for this one signature, and the signature with it: one-time keys are in no seal that was made before.
    fn sign(
        &self,
        app: &App,
        hierarchy: HierarchyRef<'_>,
        identity: &SignerIdentity,
        digest: &[u8],
        byte_range: [u64; 4],
        now_unix_s: i64,
    ) -> Result<Vec<u8>, AppError> {
        let failed = |error| AppError::internal("electronic seal", error);
        let signer = identity.certificate();
        let info = SealInfo {
            version: SesVersion::V4,
            vendor: "Qishu".to_owned(),
            id: self.face.id.to_string(),
            kind: COMPANY_SEAL,
            name: self.face.name.clone(),
            signers: SealSigners::Certificates(vec![signer.clone()]),
            created_at_unix_s: now_unix_s,
            valid_from_unix_s: now_unix_s - SEAL_BACKDATE_S,
            valid_to_unix_s: signer.not_after_unix_s(),
            picture: SealPicture {
                kind: "PNG".to_owned(),
                data: self.png.to_vec(),
                width_mm: self.face.width_mm,
                height_mm: self.face.height_mm,
            },
            extensions: Vec::new(),
        };
        let seal = hierarchy.services.make_seal(&info);
        let seal = seal.ok_or_else(|| AppError::Internal("nobody makes electronic seals".to_owned()))?;
        let [a, b, c, d] = byte_range;
        let template = SealSignatureTemplate {
            seal: seal.map_err(failed)?,
            signed_at_unix_s: now_unix_s,
            data_hash: digest.to_vec(),
            property: format!("[{a} {b} {c} {d}]"),
            extensions: Vec::new(),
        };
        let signature = identity.sign_with_seal(&template).map_err(failed)?;
        let signature = with_seal_time_stamp(app, hierarchy, signature)?;
        signature.verify(|_| digest, &[]).map_err(failed)?;
        Ok(signature.der().to_vec())
    }
}
