//! Time-stamps: what they prove, and whether they can be believed (ETSI EN 319 102-1, 5.4 and 5.6.2.4).

use sealpki::{Certificate, TimeStampError, VerifiedSigner, VerifiedTimeStamp, verify_time_stamp};

use super::{
    SubIndication, Validation, Verdict, cms_verdict,
    evidence::Evidence,
    report::TimeStampReport,
    trust::{self, Moment, Trust},
};

/// Clocks of honest authorities differ by less.
const TOLERANCE_S: i64 = 60;

/// A time-stamp that proves something.
pub(super) struct Proof {
    pub(super) unix_s: i64,
    pub(super) trust: Trust,
}

/// Believes a time-stamp that is right in itself, when its authority is trusted at the time it is known to have existed.
pub(super) fn believe(
    stamp: &VerifiedTimeStamp,
    evidence: &Evidence,
    options: &Validation<'_>,
    moment: Moment,
) -> Result<Proof, Verdict> {
    let stated = stamp.info.time_unix_s;
    if stated > moment.unix_s.saturating_add(TOLERANCE_S) {
        let what = "a time-stamp is later than the time it is known to have existed at";
        return Err(Verdict::indeterminate(SubIndication::TimestampOrderFailure, what));
    }
    if stated < stamp.certificate.not_before_unix_s() || stated > stamp.certificate.not_after_unix_s() {
        let what = "a time-stamp was made outside of the validity of its authority's certificate";
        return Err(Verdict::indeterminate(SubIndication::OutOfBoundsNoPoe, what));
    }
    // Where a later time-stamp and this one differ by less than clocks do, the later one counts for the path.
    let at = Moment {
        unix_s: moment.unix_s.max(stated),
        ..moment
    };
    let trust = trust::judge(
        &stamp.certificate,
        &stamp.embedded_certificates,
        evidence,
        options,
        at,
    )?;
    if let Some(stray) = stamp
        .embedded_certificates
        .iter()
        .find(|certificate| !trust.explains(certificate))
    {
        return Err(unexplained(stray));
    }
    Ok(Proof {
        unix_s: stated,
        trust,
    })
}

pub(super) fn unexplained(stray: &Certificate) -> Verdict {
    let what = format!(
        "the embedded certificate of {} has nothing to do with the signer",
        stray.subject()
    );
    Verdict::indeterminate(SubIndication::SigConstraintsFailure, what)
}

/// The time-stamps inside a signature, right in themselves. Nothing else may stand there unsigned: it could be a
/// time-stamp that was made unrecognisable.
pub(super) fn of_signature(
    signer: &VerifiedSigner,
    certificates: &[Certificate],
) -> Result<Vec<VerifiedTimeStamp>, Verdict> {
    const SIGNATURE_TIME_STAMP: &str = "1.2.840.113549.1.9.16.2.14";
    if let Some(other) = signer
        .unsigned_attributes
        .iter()
        .find(|attribute| attribute.oid != SIGNATURE_TIME_STAMP)
    {
        let what = format!(
            "the signature carries the attribute {}, which is not judged",
            other.oid
        );
        return Err(Verdict::indeterminate(SubIndication::SigConstraintsFailure, what));
    }
    let tokens = signer.signature_time_stamps().map_err(|error| {
        let what = format!("the time-stamp of the signature cannot be read: {error}");
        Verdict::indeterminate(SubIndication::SigConstraintsFailure, what)
    })?;
    tokens
        .iter()
        .map(|token| {
            verify_time_stamp(
                token,
                |algorithm| algorithm.digest(&signer.signature),
                certificates,
            )
            .map_err(|error| stamp_verdict(&error))
            .map_err(|mut verdict| {
                // The signature itself may be good: what is wrong is what proves its time.
                verdict.status = super::Indication::Indeterminate;
                verdict.sub_indication = SubIndication::SigConstraintsFailure;
                verdict.detail = format!("the time-stamp of the signature is not valid: {}", verdict.detail);
                verdict
            })
        })
        .collect()
}

pub(super) fn stamp_verdict(error: &TimeStampError) -> Verdict {
    let text = error.to_string();
    match error {
        TimeStampError::Cms(error) => cms_verdict(error),
        TimeStampError::Imprint => Verdict::failed(SubIndication::HashFailure, text),
        TimeStampError::UnsupportedDigest(_) => {
            Verdict::indeterminate(SubIndication::CryptoConstraintsFailureNoPoe, text)
        }
        _ => Verdict::failed(SubIndication::FormatFailure, text),
    }
}

impl TimeStampReport {
    pub(super) fn new(stamp: &VerifiedTimeStamp) -> Self {
        Self {
            time_unix_s: stamp.info.time_unix_s,
            authority: stamp.certificate.subject().to_string(),
            policy: stamp.info.policy.clone(),
        }
    }
}
