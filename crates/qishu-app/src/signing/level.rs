//! What is added to a signature so that it can be validated for long (ETSI EN 319 142-1, 6): everything comes from the embedded
//! authority, so that no act waits for anybody else.

use pdfseal::sign::{AppendedRevision, ValidationData, append_validation_data, prepare_time_stamp};
use sealpki::{Certificate, MessageImprint, SealSignature};

use crate::app::{Family, HierarchyRef};
use crate::{App, AppError, SignatureLevel};

/// Room that the time-stamp over the signature takes inside the CMS, with what surrounds it.
pub(crate) fn time_stamp_reserve(level: SignatureLevel, hierarchy: HierarchyRef<'_>) -> usize {
    match level {
        SignatureLevel::BaselineB => 0,
        _ => hierarchy.services.time_stamp_len_max() + 64,
    }
}

/// The CMS with a time-stamp over its signature, from level B-T on.
///
/// # Errors
/// Internal when the time-stamping key fails, or while the clock cannot be trusted.
pub(crate) fn with_time_stamp(
    app: &App,
    hierarchy: HierarchyRef<'_>,
    level: SignatureLevel,
    cms: Vec<u8>,
    signature: &[u8],
) -> Result<Vec<u8>, AppError> {
    if level < SignatureLevel::BaselineT {
        return Ok(cms);
    }
    let token = stamp_over(app, hierarchy, signature)?;
    sealpki::add_signature_time_stamp(&cms, &token)
        .map_err(|error| AppError::internal("time-stamp of a signature", error))
}

/// The same for a signature with an electronic seal.
pub(super) fn with_seal_time_stamp(
    app: &App,
    hierarchy: HierarchyRef<'_>,
    signature: SealSignature,
) -> Result<SealSignature, AppError> {
    if app.settings.signature_level < SignatureLevel::BaselineT {
        return Ok(signature);
    }
    let token = stamp_over(app, hierarchy, signature.signature())?;
    signature
        .with_time_stamp(&token)
        .map_err(|error| AppError::internal("time-stamp of a seal", error))
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
    signers: &[(Family, Certificate)],
    signed: AppendedRevision,
) -> Result<AppendedRevision, AppError> {
    if level < SignatureLevel::BaselineLt {
        return Ok(signed);
    }
    let data = add_validation_data(app, signers, &signed)?;
    let signed = joined(signed, data);
    if level < SignatureLevel::BaselineLta {
        return Ok(signed);
    }
    let stamp = add_time_stamp(app, &format!("qt{act}"), &signed)?;
    Ok(joined(signed, stamp))
}

/// Two revisions as one part.
pub(super) fn joined(before: AppendedRevision, mut after: AppendedRevision) -> AppendedRevision {
    let mut bytes = before.bytes;
    bytes.append(&mut after.bytes);
    AppendedRevision { bytes, ..after }
}

fn add_validation_data(
    app: &App,
    signers: &[(Family, Certificate)],
    signed: &AppendedRevision,
) -> Result<AppendedRevision, AppError> {
    let now_ms = app.trusted_now()?.ms();
    let (mut certificates, mut states, mut lists) = (Vec::new(), Vec::new(), Vec::new());
    for (family, signer) in signers {
        let HierarchyRef {
            authority, services, ..
        } = app.hierarchy(*family)?;
        let maker = services.seal_maker_certificate();
        for certificate in [signer, services.time_stamping_certificate()]
            .into_iter()
            .chain(maker)
        {
            let state = services.state_good(certificate, now_ms);
            states.push(state.map_err(|error| AppError::internal("state of a certificate", error))?);
        }
        certificates.extend(authority.chain_der());
        certificates.push(services.time_stamping_certificate().der());
        certificates.push(services.ocsp_certificate().der());
        certificates.extend(maker.map(Certificate::der));
        lists.push(services.root_list().der());
    }
    let states: Vec<&[u8]> = states.iter().map(Vec::as_slice).collect();
    let data = ValidationData {
        certificates: &certificates,
        ocsp_responses: &states,
        revocation_lists: &lists,
        signatures: &[],
    };
    append_validation_data(&signed.plan, &data).map_err(|error| AppError::internal("validation data", error))
}

/// A time-stamp of the whole document, by the first hierarchy.
fn add_time_stamp(app: &App, field: &str, signed: &AppendedRevision) -> Result<AppendedRevision, AppError> {
    let failed = |error| AppError::internal("time-stamp of a document", error);
    let hierarchy = app.hierarchy(Family::First)?;
    let reserve = hierarchy.services.time_stamp_len_max();
    let pending = prepare_time_stamp(&signed.plan, field, reserve).map_err(failed)?;
    let algorithm = hierarchy.services.digest();
    let imprint = MessageImprint::new(algorithm, &pending.digest_by(algorithm).map_err(failed)?);
    let imprint = imprint.ok_or_else(|| AppError::Internal("a digest of another length".to_owned()))?;
    pending.complete(&stamp(app, hierarchy, imprint)?).map_err(failed)
}

fn stamp_over(app: &App, hierarchy: HierarchyRef<'_>, signature: &[u8]) -> Result<Vec<u8>, AppError> {
    let imprint = MessageImprint::of(hierarchy.services.digest(), signature);
    stamp(app, hierarchy, imprint)
}

/// A time-stamp over an imprint.
///
/// # Errors
/// Internal when the time-stamping key fails, or while the clock cannot be trusted.
pub(crate) fn stamp(
    app: &App,
    hierarchy: HierarchyRef<'_>,
    imprint: MessageImprint,
) -> Result<Vec<u8>, AppError> {
    let now_ms = app.trusted_now()?.ms();
    let token = hierarchy
        .services
        .time_stamp(imprint, app.random_bytes()?, now_ms);
    token.map_err(|error| AppError::internal("time-stamp", error))
}
