//! What is added to a signature so that it can be validated for long (ETSI EN 319 142-1, 6): everything comes from the embedded
//! authority, so that no act waits for anybody else.

use pdfseal::sign::{AppendedRevision, ValidationData, append_validation_data, prepare_time_stamp};
use sealpki::{Certificate, DigestAlgorithm, MessageImprint};

use crate::{App, AppError, SignatureLevel};

/// Room that the time-stamp over the signature takes inside the CMS, with what surrounds it.
pub(crate) fn time_stamp_reserve(app: &App, level: SignatureLevel) -> usize {
    match level {
        SignatureLevel::BaselineB => 0,
        _ => app.services.time_stamp_len_max() + 64,
    }
}

/// The CMS with a time-stamp over its signature, from level B-T on.
///
/// # Errors
/// Internal when the time-stamping key fails, or while the clock cannot be trusted.
pub(crate) fn with_time_stamp(
    app: &App,
    level: SignatureLevel,
    cms: Vec<u8>,
    signature: &[u8],
) -> Result<Vec<u8>, AppError> {
    if level < SignatureLevel::BaselineT {
        return Ok(cms);
    }
    let token = stamp(app, MessageImprint::of(DigestAlgorithm::Sha256, signature))?;
    sealpki::add_signature_time_stamp(&cms, &token)
        .map_err(|error| AppError::internal("time-stamp of a signature", error))
}

/// The signed revision with the revisions that belong to its level: validation data from B-LT on, a time-stamp of the whole
/// document at B-LTA. All of them are stored as one part, so that none is ever missing. `act` names the field of the time-stamp.
///
/// # Errors
/// Internal when one of our keys fails, or while the clock cannot be trusted.
pub(crate) fn extend(
    app: &App,
    level: SignatureLevel,
    act: &str,
    signer: &Certificate,
    signed: AppendedRevision,
) -> Result<AppendedRevision, AppError> {
    if level < SignatureLevel::BaselineLt {
        return Ok(signed);
    }
    let signed = joined(signed, |signed| add_validation_data(app, signer, signed))?;
    if level < SignatureLevel::BaselineLta {
        return Ok(signed);
    }
    joined(signed, |signed| add_time_stamp(app, act, signed))
}

fn joined(
    before: AppendedRevision,
    next: impl FnOnce(&AppendedRevision) -> Result<AppendedRevision, AppError>,
) -> Result<AppendedRevision, AppError> {
    let mut after = next(&before)?;
    let mut bytes = before.bytes;
    bytes.append(&mut after.bytes);
    Ok(AppendedRevision { bytes, ..after })
}

fn add_validation_data(
    app: &App,
    signer: &Certificate,
    signed: &AppendedRevision,
) -> Result<AppendedRevision, AppError> {
    let now_ms = app.trusted_now()?.ms();
    let state = |certificate: &Certificate| {
        let state = app.services.state_good(certificate, now_ms);
        state.map_err(|error| AppError::internal("state of a certificate", error))
    };
    let time_stamping = app.services.time_stamping_certificate();
    let states = [state(signer)?, state(time_stamping)?];
    let data = ValidationData {
        certificates: &[
            app.authority.issuing_certificate().der(),
            app.authority.root_certificate_der(),
            time_stamping.der(),
            app.services.ocsp_certificate().der(),
        ],
        ocsp_responses: &[&states[0], &states[1]],
        revocation_lists: &[app.services.root_list().der()],
        signatures: &[],
    };
    append_validation_data(&signed.plan, &data).map_err(|error| AppError::internal("validation data", error))
}

fn add_time_stamp(app: &App, act: &str, signed: &AppendedRevision) -> Result<AppendedRevision, AppError> {
    let failed = |error| AppError::internal("time-stamp of a document", error);
    let reserve = app.services.time_stamp_len_max();
    let pending = prepare_time_stamp(&signed.plan, &format!("qt{act}"), reserve).map_err(failed)?;
    let imprint = MessageImprint::new(DigestAlgorithm::Sha256, &pending.digest());
    let imprint = imprint.ok_or_else(|| AppError::Internal("a digest of another length".to_owned()))?;
    pending.complete(&stamp(app, imprint)?).map_err(failed)
}

/// A time-stamp over an imprint.
///
/// # Errors
/// Internal when the time-stamping key fails, or while the clock cannot be trusted.
pub(crate) fn stamp(app: &App, imprint: MessageImprint) -> Result<Vec<u8>, AppError> {
    let now_ms = app.trusted_now()?.ms();
    let token = app.services.time_stamp(imprint, app.random_bytes()?, now_ms);
    token.map_err(|error| AppError::internal("time-stamp", error))
}
