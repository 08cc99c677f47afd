//! What is added to a signature so that it can be validated for long (ETSI EN 319 142-1, 6).
//!
//! Time-stamps come from the embedded authority, so that no act waits for anybody else, or from the servers that the operator has
//! listed. When none of those answers, the act is accepted without a time-stamp, which is recorded, logged and made up for by
//! [`super::care`]. An own time never takes the place of the one that was asked for.

use pdfseal::sign::{
    AppendedRevision, SignError, SigningPlan, ValidationData, append_validation_data, prepare_time_stamp,
};
use qishu_authority::EXTERNAL_TOKEN_LEN_MAX;
use sealpki::{Certificate, MessageImprint, SealSignature};

use super::layer::Signer;
use crate::app::{Family, HierarchyRef};
use crate::{App, AppError, SignatureLevel};

/// What surrounds a time-stamp inside a signature.
const AROUND_TOKEN: usize = 64;

/// How far an act has come.
pub(crate) struct Progress {
    /// Level that is wanted.
    level: SignatureLevel,
    /// Whether only the embedded authority is asked for time-stamps: what it states is validated with its root alone.
    only_embedded: bool,
    /// Level of its signatures.
    pub(super) reached: SignatureLevel,
    /// Who signed the time-stamp of the document.
    pub(super) stamped_by: Option<Certificate>,
    /// The servers gave no time-stamp: they are not asked once more for the same act.
    pub(super) outage: bool,
    /// DER of what stands above the certificates of servers and authorities elsewhere.
    chain: Vec<Vec<u8>>,
    /// What authorities elsewhere state of their certificates.
    states: Vec<Vec<u8>>,
}

impl Progress {
    /// An act on a contract, on the level of the settings.
    pub(super) fn new(app: &App) -> Self {
        Self::towards(app.settings.signature_level, false)
    }

    /// Something of our own, on a level of its own.
    pub(crate) const fn embedded(level: SignatureLevel) -> Self {
        Self::towards(level, true)
    }

    const fn towards(level: SignatureLevel, only_embedded: bool) -> Self {
        Self {
            level,
            only_embedded,
            reached: level,
            stamped_by: None,
            outage: false,
            chain: Vec::new(),
            states: Vec::new(),
        }
    }
}

/// Room that the time-stamp over the signature takes inside the CMS, with what surrounds it.
pub(crate) fn time_stamp_reserve(
    app: &App,
    family: Family,
    level: SignatureLevel,
) -> Result<usize, AppError> {
    Ok(match level {
        SignatureLevel::BaselineB => 0,
        _ => token_len_max(app, family)? + AROUND_TOKEN,
    })
}

fn token_len_max(app: &App, family: Family) -> Result<usize, AppError> {
    let hierarchy = app.hierarchy(family)?;
    Ok(match app.servers_of(family) {
        Some(_) => EXTERNAL_TOKEN_LEN_MAX,
        None => hierarchy.services.time_stamp_len_max(),
    })
}

/// The CMS with a time-stamp over its signature, from level B-T on.
pub(crate) async fn with_time_stamp(
    app: &App,
    family: Family,
    cms: Vec<u8>,
    signature: &[u8],
    progress: &mut Progress,
) -> Result<Vec<u8>, AppError> {
    let Some(token) = stamp_over(app, family, signature, progress).await? else {
        return Ok(cms);
    };
    sealpki::add_signature_time_stamp(&cms, &token)
        .map_err(|error| AppError::internal("time-stamp of a signature", error))
}

/// The same for a signature with an electronic seal.
pub(super) async fn with_seal_time_stamp(
    app: &App,
    family: Family,
    signature: SealSignature,
    progress: &mut Progress,
) -> Result<SealSignature, AppError> {
    let Some(token) = stamp_over(app, family, signature.signature(), progress).await? else {
        return Ok(signature);
    };
    signature
        .with_time_stamp(&token)
        .map_err(|error| AppError::internal("time-stamp of a seal", error))
}

/// The signed revision with the revisions that belong to its level: validation data from B-LT on, a time-stamp of the whole
/// document at B-LTA. All of them are stored as one part, so that none is ever missing.
pub(crate) async fn extend(
    app: &App,
    act: &str,
    signers: &[Signer],
    signed: AppendedRevision,
    progress: &mut Progress,
) -> Result<AppendedRevision, AppError> {
    if progress.level < SignatureLevel::BaselineLt {
        return Ok(signed);
    }
    for signer in signers {
        elsewhere_stated(app, signer, progress).await?;
    }
    let own = |signer: &Signer| {
        (
            signer.family,
            signer.elsewhere.is_none().then(|| signer.certificate.clone()),
        )
    };
    let signers: Vec<(Family, Option<Certificate>)> = signers.iter().map(own).collect();
    let signed = match validation_data(app, &signers, &signed.plan, progress)? {
        Some(data) => joined(signed, data),
        None => signed,
    };
    if progress.level < SignatureLevel::BaselineLta {
        return Ok(signed);
    }
    match document_time_stamp(app, &format!("qt{act}"), &signed.plan, progress).await? {
        Some(stamp) => Ok(joined(signed, stamp)),
        None => Ok(signed),
    }
}

/// What an authority elsewhere states of its certificate, with the certificates above it.
async fn elsewhere_stated(app: &App, signer: &Signer, progress: &mut Progress) -> Result<(), AppError> {
    let (Some(source), Some(chain)) = (app.source_of(signer.family), &signer.elsewhere) else {
        return Ok(());
    };
    let state = match chain.first() {
        Some(issuer) => source.state(&signer.certificate, issuer).await,
        None => Ok(None),
    };
    progress
        .states
        .extend(state.map_err(|error| AppError::internal("state of a certificate", error))?);
    progress.chain.extend(chain.iter().map(|one| one.der().to_vec()));
    Ok(())
}

/// Two revisions as one part.
pub(super) fn joined(before: AppendedRevision, mut after: AppendedRevision) -> AppendedRevision {
    let mut bytes = before.bytes;
    bytes.append(&mut after.bytes);
    AppendedRevision { bytes, ..after }
}

/// States what holds of these certificates (`None` stands for one that is not ours), with everything needed to believe it; `None` when the document has it all.
///
/// # Errors
/// Internal when a key fails, or while the clock cannot be trusted.
pub(super) fn validation_data(
    app: &App,
    signers: &[(Family, Option<Certificate>)],
    plan: &SigningPlan,
    progress: &Progress,
) -> Result<Option<AppendedRevision>, AppError> {
    let now_ms = app.trusted_now()?.ms();
    let mut certificates: Vec<&[u8]> = progress.chain.iter().map(Vec::as_slice).collect();
    let (mut states, mut lists) = (progress.states.clone(), Vec::new());
    for family in [Family::First, Family::Other] {
        if !signers.iter().any(|(of, _)| *of == family) {
            continue;
        }
        let here = signers.iter().filter(|(of, _)| *of == family);
        let mut stated: Vec<&Certificate> =
            here.filter_map(|(_, certificate)| certificate.as_ref()).collect();
        let HierarchyRef {
            authority, services, ..
        } = app.hierarchy(family)?;
        let maker = services.seal_maker_certificate();
        let own = [services.time_stamping_certificate()].into_iter().chain(maker);
        for certificate in own {
            if !stated.contains(&certificate) {
                stated.push(certificate);
            }
        }
        for certificate in stated {
            let state = services.state_good(certificate, now_ms);
            states.push(state.map_err(|error| AppError::internal("state of a certificate", error))?);
            certificates.push(certificate.der());
        }
        certificates.extend(authority.chain_der());
        certificates.push(services.ocsp_certificate().der());
        lists.extend(services.root_list().map(sealpki::RevocationList::der));
    }
    let states: Vec<&[u8]> = states.iter().map(Vec::as_slice).collect();
    let data = ValidationData {
        certificates: &certificates,
        ocsp_responses: &states,
        revocation_lists: &lists,
        signatures: &[],
    };
    match append_validation_data(plan, &data) {
        Ok(appended) => Ok(Some(appended)),
        Err(SignError::NothingToAdd) => Ok(None),
        Err(error) => Err(AppError::internal("validation data", error)),
    }
}

/// A time-stamp of the whole document, by the first hierarchy or the servers; `None` when no server gives one.
///
/// # Errors
/// Internal when a key fails, or while the clock cannot be trusted.
pub(super) async fn document_time_stamp(
    app: &App,
    field: &str,
    plan: &SigningPlan,
    progress: &mut Progress,
) -> Result<Option<AppendedRevision>, AppError> {
    let failed = |error| AppError::internal("time-stamp of a document", error);
    let hierarchy = app.hierarchy(Family::First)?;
    let reserve = token_len_max(app, Family::First)?;
    let pending = prepare_time_stamp(plan, field, reserve).map_err(failed)?;
    let algorithm = hierarchy.services.digest();
    let imprint = MessageImprint::new(algorithm, &pending.digest_by(algorithm).map_err(failed)?);
    let imprint = imprint.ok_or_else(|| AppError::Internal("a digest of another length".to_owned()))?;
    let Some((token, certificate)) = stamp(app, Family::First, imprint, progress).await? else {
        progress.reached = progress.reached.min(SignatureLevel::BaselineLt);
        return Ok(None);
    };
    progress.stamped_by = Some(certificate);
    pending.complete(&token).map(Some).map_err(failed)
}

/// A time-stamp over a signature value, where the level wants one.
async fn stamp_over(
    app: &App,
    family: Family,
    signature: &[u8],
    progress: &mut Progress,
) -> Result<Option<Vec<u8>>, AppError> {
    if progress.level < SignatureLevel::BaselineT {
        return Ok(None);
    }
    let imprint = MessageImprint::of(app.hierarchy(family)?.services.digest(), signature);
    let stamped = stamp(app, family, imprint, progress).await?;
    if stamped.is_none() {
        progress.reached = SignatureLevel::BaselineB;
    }
    Ok(stamped.map(|(token, _)| token))
}

/// A time-stamp over an imprint, and the certificate of who gave it; none while no server of others answers.
///
/// # Errors
/// Internal when the time-stamping key fails, or while the clock cannot be trusted.
pub(crate) async fn stamp(
    app: &App,
    family: Family,
    imprint: MessageImprint,
    progress: &mut Progress,
) -> Result<Option<(Vec<u8>, Certificate)>, AppError> {
    let now_ms = app.trusted_now()?.ms();
    let Some(servers) = app.servers_of(family).filter(|_| !progress.only_embedded) else {
        let services = app.hierarchy(family)?.services;
        let token = services.time_stamp(imprint, app.random_bytes()?, now_ms);
        let token = token.map_err(|error| AppError::internal("time-stamp", error))?;
        return Ok(Some((token, services.time_stamping_certificate().clone())));
    };
    if progress.outage {
        return Ok(None);
    }
    match servers.time_stamp(&imprint, app.random_bytes()?, now_ms).await {
        Ok(stamp) => {
            progress.chain.push(stamp.certificate.der().to_vec());
            let above = stamp.chain.iter().map(|one| one.der().to_vec());
            progress.chain.extend(above);
            Ok(Some((stamp.token, stamp.certificate)))
        }
        Err(outage) => {
            tracing::warn!(%outage, "a signature is accepted without its time-stamp, which will be added later");
            progress.outage = true;
            Ok(None)
        }
    }
}
