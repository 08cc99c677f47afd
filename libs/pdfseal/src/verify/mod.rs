//! Validation of signatures, first level: integrity, certificate path, and what happened to the file afterwards.
//!
//! Everything that is not known to be good is refused: a missing, odd or indirect element never passes for the lack
//! of an error. Statuses and sub-indications are those of ETSI EN 319 102-1; revocation and time-stamps are not looked at
//! yet, so a path is judged at the time the caller names.

mod coverage;
mod difference;
mod fields;
mod graph;
mod locks;
mod report;

use std::collections::BTreeMap;

use sealpki::{
    Certificate, CmsError, DigestAlgorithm, PathError, Sha256State, VerifiedSigner, build_path, element_len,
    verify_detached,
};

use self::{coverage::Coverage, difference::Changes, fields::SignatureField};
use crate::{document::Document, error::ReadError, limits::Limits, object::Reference};

pub(crate) use graph::References;
pub use report::{
    FieldReport, Indication, LaterChanges, SignatureReport, SignerReport, SubIndication, VerificationReport,
};

/// Judges every signature of a file. `anchors` are the certificates to trust, `at_unix_s` the time certificates are judged
/// at (seconds since 1970-01-01T00:00:00Z).
///
/// Never fails: a file that cannot be read strictly gets a report that says so.
#[must_use]
pub fn verify(pdf: &[u8], limits: &Limits, anchors: &[Certificate], at_unix_s: i64) -> VerificationReport {
    match Document::open(pdf, limits).and_then(|document| judge(&document, anchors, at_unix_s)) {
        Ok(report) => report,
        Err(error) => VerificationReport::unreadable(pdf.len(), &error),
    }
}

/// One signature value with all fields that show it.
struct Candidate {
    fields: Vec<SignatureField>,
    coverage: Result<Coverage, Verdict>,
}

/// Status, reason and text of what was found wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verdict {
    status: Indication,
    sub_indication: SubIndication,
    detail: String,
}

impl Verdict {
    fn failed(sub_indication: SubIndication, detail: impl Into<String>) -> Self {
        Self {
            status: Indication::TotalFailed,
            sub_indication,
            detail: detail.into(),
        }
    }

    fn indeterminate(sub_indication: SubIndication, detail: impl Into<String>) -> Self {
        Self {
            status: Indication::Indeterminate,
            sub_indication,
            detail: detail.into(),
        }
    }
}

impl From<ReadError> for Verdict {
    fn from(error: ReadError) -> Self {
        Self::failed(SubIndication::FormatFailure, error.to_string())
    }
}

fn judge(
    document: &Document<'_>,
    anchors: &[Certificate],
    at_unix_s: i64,
) -> Result<VerificationReport, ReadError> {
    let file = document.bytes();
    let mut grouped: BTreeMap<Reference, Vec<SignatureField>> = BTreeMap::new();
    let found = fields::signature_fields(document)?;
    for field in found.signed {
        grouped.entry(field.value).or_default().push(field);
    }
    let mut candidates: Vec<Candidate> = grouped
        .into_iter()
        .map(|(value, fields)| {
            let coverage = coverage::read(document, value).and_then(|mut coverage| {
                for lock in fields.iter().filter_map(|field| field.lock.as_ref()) {
                    coverage.locks.add(document, lock)?;
                }
                Ok(coverage)
            });
            Candidate { fields, coverage }
        })
        .collect();
    // In the order of the revisions, so that one pass over the file gives every digest.
    candidates.sort_by_key(|one| {
        one.coverage
            .as_ref()
            .map_or(usize::MAX, |coverage| coverage.hole.start)
    });
    let first_signed = candidates
        .iter()
        .find_map(|one| one.coverage.as_ref().ok())
        .map(|one| one.revision);
    let changes = match first_signed {
        Some(first) => difference::survey(document, first, &candidates)?,
        None => Changes::default(),
    };
    let mut running = Running::default();
    let mut signatures: Vec<SignatureReport> = candidates
        .iter()
        .map(|candidate| judge_one(document, candidate, &mut running, &changes, anchors, at_unix_s))
        .collect();
    signatures.extend(found.unusable.into_iter().map(SignatureReport::unusable));
    Ok(VerificationReport {
        file_length: file.len(),
        revisions: document.revisions().len(),
        pages: document.pages().len(),
        failure: None,
        signatures,
    })
}

/// Digest state of the file up to some position; moves forward only.
#[derive(Default)]
struct Running {
    state: Sha256State,
    position: usize,
}

impl Running {
    fn digest(&mut self, file: &[u8], coverage: &Coverage) -> [u8; 32] {
        if coverage.hole.start < self.position {
            *self = Self::default();
        }
        self.state
            .update(file.get(self.position..coverage.hole.start).unwrap_or_default());
        self.position = coverage.hole.start;
        let mut state = self.state.clone();
        state.update(file.get(coverage.hole.end..coverage.end).unwrap_or_default());
        state.finish()
    }
}

fn judge_one(
    document: &Document<'_>,
    candidate: &Candidate,
    running: &mut Running,
    changes: &Changes,
    anchors: &[Certificate],
    at_unix_s: i64,
) -> SignatureReport {
    let mut report = SignatureReport::new(&candidate.fields);
    let coverage = match &candidate.coverage {
        Ok(coverage) => coverage,
        Err(verdict) => return report.with_verdict(verdict),
    };
    report.revision = Some(coverage.revision + 1);
    report.covers_whole_file = coverage.end == document.bytes().len();
    report.signing_time.clone_from(&coverage.signing_time);
    report.certifies = coverage.locks.certifies();
    if coverage.format != coverage::Format::Cades {
        let what = "signatures of this kind are not judged";
        return report.with_verdict(&Verdict::indeterminate(SubIndication::Generic, what));
    }
    let digest = running.digest(document.bytes(), coverage);
    let signer = match check_cms(&coverage.contents, digest) {
        Ok(signer) => signer,
        Err(verdict) => return report.with_verdict(&verdict),
    };
    report.integrity = true;
    report.signer = Some(SignerReport::new(&signer));
    let trust = check_trust(&signer, anchors, at_unix_s);
    if let Ok(path) = &trust {
        report.path = path
            .iter()
            .map(|certificate| certificate.subject().to_string())
            .collect();
    }
    report.later_changes = changes.after(coverage.revision);
    // What was done to the document weighs more than who the signer is.
    match (changes.verdict_after(coverage.revision, &coverage.locks), trust) {
        (Some(verdict), _) | (None, Err(verdict)) => report.with_verdict(&verdict),
        (None, Ok(_)) => report.passed(),
    }
}

fn check_cms(contents: &[u8], digest: [u8; 32]) -> Result<VerifiedSigner, Verdict> {
    let malformed = |detail: String| Verdict::failed(SubIndication::FormatFailure, detail);
    let length =
        element_len(contents).map_err(|error| malformed(format!("/Contents is no signature: {error}")))?;
    let (cms, padding) = contents.split_at_checked(length).unwrap_or((contents, &[]));
    if padding.iter().any(|byte| *byte != 0) {
        return Err(malformed(
            "/Contents has bytes other than zero after the signature".to_owned(),
        ));
    }
    verify_detached(cms, |algorithm| match algorithm {
        DigestAlgorithm::Sha256 => digest.to_vec(),
        // An algorithm this crate does not compute matches nothing.
        _ => Vec::new(),
    })
    .map_err(|error| cms_verdict(&error))
}

/// The building blocks of EN 319 102-1 a broken signature falls through: format (5.2.2), signer (5.2.3), cryptography
/// (5.2.7), accepted algorithms (5.2.8).
fn cms_verdict(error: &CmsError) -> Verdict {
    let text = error.to_string();
    match error {
        CmsError::DigestMismatch => Verdict::failed(SubIndication::HashFailure, text),
        CmsError::Signature(_) => Verdict::failed(SubIndication::SigCryptoFailure, text),
        CmsError::SignerCertificateMissing | CmsError::SigningCertificateMismatch => {
            Verdict::indeterminate(SubIndication::NoSigningCertificateFound, text)
        }
        CmsError::UnsupportedDigest | CmsError::UnsupportedSignatureAlgorithm => {
            Verdict::indeterminate(SubIndication::CryptoConstraintsFailureNoPoe, text)
        }
        _ => Verdict::failed(SubIndication::FormatFailure, text),
    }
}

fn check_trust(
    signer: &VerifiedSigner,
    anchors: &[Certificate],
    at: i64,
) -> Result<Vec<Certificate>, Verdict> {
    let path =
        build_path(&signer.certificate, &signer.embedded_certificates, anchors, at).map_err(|error| {
            let sub_indication = match error {
                PathError::Expired(_) | PathError::NotYetValid(_) => SubIndication::OutOfBoundsNoPoe,
                PathError::NoIssuer(_) | PathError::Untrusted(_) => SubIndication::NoCertificateChainFound,
                _ => SubIndication::ChainConstraintsFailure,
            };
            Verdict::indeterminate(sub_indication, error.to_string())
        })?;
    signer
        .check_embedded(&path)
        .map_err(|error| Verdict::indeterminate(SubIndication::SigConstraintsFailure, error.to_string()))?;
    Ok(path)
}
