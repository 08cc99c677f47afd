//! Paths to an anchor at the time that counts, and whether anybody on them was revoked by then (ETSI EN 319 102-1, 5.2.6
//! and 5.6.2).

use sealpki::{Certificate, PathError, build_path};

use super::{
    Revocation, SubIndication, Validation, Verdict,
    evidence::{Evidence, Standing},
    report::RevocationReport,
};

/// A path that holds.
pub(super) struct Trust {
    /// From the signer to the anchor.
    pub(super) path: Vec<Certificate>,
    pub(super) revocation: Vec<RevocationReport>,
    /// Every certificate below the anchor is known not to be revoked, from data in the document.
    pub(super) is_stored: bool,
}

/// The time a path is judged at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) unix_s: i64,
    /// A time-stamp proves that the signature existed then; else it is the time of validation.
    pub(super) is_proven: bool,
}

impl Moment {
    /// This one, or an earlier one that a time-stamp proves.
    pub(super) fn or_earlier(self, proven_unix_s: i64) -> Self {
        Self {
            unix_s: self.unix_s.min(proven_unix_s),
            is_proven: true,
        }
    }
}

pub(super) fn judge(
    certificate: &Certificate,
    embedded: &[Certificate],
    evidence: &Evidence,
    options: &Validation<'_>,
    moment: Moment,
) -> Result<Trust, Verdict> {
    let pool: Vec<Certificate> = embedded.iter().chain(&evidence.certificates).cloned().collect();
    let path = build_path(certificate, &pool, options.anchors, moment.unix_s)
        .map_err(|error| path_verdict(&error, certificate, moment))?;
    let mut trust = Trust {
        revocation: Vec::new(),
        is_stored: path.len() > 1,
        path,
    };
    for index in 0..trust.path.len().saturating_sub(1) {
        let (one, issuer) = (trust.path[index].clone(), trust.path[index + 1].clone());
        trust.check_one(index, &one, &issuer, evidence, options, moment)?;
    }
    Ok(trust)
}

impl Trust {
    fn check_one(
        &mut self,
        index: usize,
        certificate: &Certificate,
        issuer: &Certificate,
        evidence: &Evidence,
        options: &Validation<'_>,
        moment: Moment,
    ) -> Result<(), Verdict> {
        let (standing, report) = evidence.standing(certificate, issuer, moment.unix_s, options.grace_s);
        self.is_stored &= report.as_ref().is_some_and(|report| report.stored_in_document);
        self.revocation.extend(report);
        let subject = || certificate.subject().to_string();
        match standing {
            Standing::Good => Ok(()),
            Standing::Revoked(since) => {
                let reason = if index == 0 {
                    SubIndication::RevokedNoPoe
                } else {
                    SubIndication::RevokedCaNoPoe
                };
                let what = format!(
                    "the certificate of {} was revoked at {since} (seconds since 1970), and nothing proves that the signature is older",
                    subject()
                );
                Err(Verdict::indeterminate(reason, what))
            }
            Standing::Unknown if options.revocation == Revocation::IfPresent => Ok(()),
            Standing::Unknown => {
                let what = format!(
                    "whether the certificate of {} was revoked is not known",
                    subject()
                );
                Err(Verdict::indeterminate(SubIndication::TryLater, what))
            }
        }
    }

    pub(super) fn explains(&self, certificate: &Certificate) -> bool {
        self.path.contains(certificate)
            || self
                .path
                .iter()
                .any(|issuer| certificate.verify_issued_by(issuer).is_ok())
    }
}

fn path_verdict(error: &PathError, certificate: &Certificate, moment: Moment) -> Verdict {
    let text = error.to_string();
    match error {
        // Proven to exist before its certificate did: nobody else can have made it honestly.
        PathError::NotYetValid(_) if moment.is_proven && moment.unix_s < certificate.not_before_unix_s() => {
            Verdict::failed(SubIndication::NotYetValid, text)
        }
        PathError::Expired(_) | PathError::NotYetValid(_) => {
            Verdict::indeterminate(SubIndication::OutOfBoundsNoPoe, text)
        }
        _ => {
            let reason = match error.sub_indication() {
                sealpki::SubIndication::NoCertificateChainFound => SubIndication::NoCertificateChainFound,
                sealpki::SubIndication::CryptoConstraintsFailureNoPoe => {
                    SubIndication::CryptoConstraintsFailureNoPoe
                }
                _ => SubIndication::ChainConstraintsFailure,
            };
            Verdict::indeterminate(reason, text)
        }
    }
}
