//! Validation of signatures: integrity, time-stamps, certificate paths, revocation, and what happened to the file
//! afterwards.
//!
//! Everything that is not known to be good is refused: a missing, odd or indirect element never passes for the lack
//! of an error. Statuses and sub-indications are those of ETSI EN 319 102-1. Time-stamps are believed from the
//! newest to the oldest, each at the time the one after it proves; a signature is judged at the earliest time at which it
//! is proven to have existed, or else at the time the caller names.

mod coverage;
mod difference;
mod digest;
mod evidence;
mod fields;
mod graph;
mod locks;
mod report;
mod time;
mod trust;

use std::collections::BTreeMap;

use sealpki::{
    Certificate, CmsError, SealSignature, SesError, VerifiedSealSignature, VerifiedSigner, VerifiedTimeStamp,
    element_len, verify_detached, verify_time_stamp,
};

use self::{
    coverage::{Coverage, Format},
    difference::Changes,
    digest::Running,
    evidence::Evidence,
    fields::SignatureField,
    time::Proof,
    trust::{Moment, Trust},
};
use crate::{document::Document, error::ReadError, limits::Limits, object::Reference};

pub(crate) use graph::References;
pub use report::{
    FieldReport, Indication, LaterChanges, Level, RevocationReport, RevocationState, SignatureKind,
    SignatureReport, SignerReport, SubIndication, TimeStampReport, VerificationReport,
};

/// What signatures are judged by.
#[derive(Clone, Copy, Debug)]
pub struct Validation<'a> {
    /// Bounds for reading the file.
    pub limits: &'a Limits,
    /// Certificates to trust, of signers' and of time-stamping authorities alike.
    pub anchors: &'a [Certificate],
    /// The time of validation, in seconds since 1970-01-01T00:00:00Z. Certificates are judged at this time, or at the
    /// earlier one that a time-stamp proves.
    pub at_unix_s: i64,
    /// Further certificates that may stand between a signer and an anchor.
    pub certificates: &'a [Certificate],
    /// OCSP responses in DER, beside those in the document.
    pub ocsp_responses: &'a [&'a [u8]],
    /// Certificate revocation lists in DER, beside those in the document.
    pub revocation_lists: &'a [&'a [u8]],
    /// What is demanded of revocation data.
    pub revocation: Revocation,
    /// How long after its announced end revocation data still count, in seconds.
    pub grace_s: u32,
}

/// What is demanded of revocation data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Revocation {
    /// A certificate that is known to be revoked is refused; where nothing is known, nothing is said. Right for
    /// certificates that are made for one signature.
    #[default]
    IfPresent,
    /// Without an answer for every certificate below the anchor the result is INDETERMINATE, TRY_LATER.
    Required,
}

impl<'a> Validation<'a> {
    /// Trust in `anchors` at a time, with nothing but what the document brings.
    #[must_use]
    pub fn new(limits: &'a Limits, anchors: &'a [Certificate], at_unix_s: i64) -> Self {
        Self {
            limits,
            anchors,
            at_unix_s,
            certificates: &[],
            ocsp_responses: &[],
            revocation_lists: &[],
            revocation: Revocation::IfPresent,
            grace_s: 0,
        }
    }
}

/// Judges every signature of a file with nothing but what the document brings. `anchors` are the certificates to trust,
/// `at_unix_s` the time of validation (seconds since 1970-01-01T00:00:00Z).
///
/// Never fails: a file that cannot be read strictly gets a report that says so.
#[must_use]
pub fn verify(pdf: &[u8], limits: &Limits, anchors: &[Certificate], at_unix_s: i64) -> VerificationReport {
    validate(pdf, &Validation::new(limits, anchors, at_unix_s))
}

/// Judges every signature and every time-stamp of a file.
///
/// Never fails: a file that cannot be read strictly gets a report that says so.
#[must_use]
pub fn validate(pdf: &[u8], options: &Validation<'_>) -> VerificationReport {
    match Document::open_encrypted(pdf, options.limits).and_then(|document| judge(&document, options)) {
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

/// What is in the hole, right in itself.
enum Checked {
    Signature(Box<VerifiedSigner>),
    TimeStamp(Box<VerifiedTimeStamp>),
    Seal(Box<VerifiedSealSignature>),
}

fn judge(document: &Document<'_>, options: &Validation<'_>) -> Result<VerificationReport, ReadError> {
    let evidence = Evidence::collect(document, options)?;
    let found = fields::signature_fields(document)?;
    let candidates = candidates(document, found.signed);
    let first_signed = candidates
        .iter()
        .find_map(|one| one.coverage.as_ref().ok())
        .map(|one| one.revision);
    let changes = match first_signed {
        Some(first) => difference::survey(document, first, &candidates)?,
        None => Changes::default(),
    };
    let mut running = Running::default();
    let checked: Vec<Result<Checked, Verdict>> = candidates
        .iter()
        .map(|candidate| check(document.bytes(), candidate, &mut running, &evidence))
        .collect();
    let mut judge = Judge {
        document,
        options,
        evidence: &evidence,
        changes: &changes,
        existed: Moment {
            unix_s: options.at_unix_s,
            is_proven: false,
        },
    };
    // From the newest to the oldest: what a time-stamp proves is needed for everything before it.
    let mut signatures: Vec<SignatureReport> = candidates
        .iter()
        .zip(&checked)
        .rev()
        .map(|(candidate, checked)| judge.one(candidate, checked.as_ref()))
        .collect();
    signatures.reverse();
    signatures.extend(found.unusable.into_iter().map(SignatureReport::unusable));
    Ok(VerificationReport {
        file_length: document.bytes().len(),
        revisions: document.revisions().len(),
        pages: document.pages().len(),
        failure: None,
        signatures,
    })
}

/// Signature values with the fields that show them, in the order of the revisions, so that one pass over the file gives
/// every digest.
fn candidates(document: &Document<'_>, signed: Vec<SignatureField>) -> Vec<Candidate> {
    let mut grouped: BTreeMap<Reference, Vec<SignatureField>> = BTreeMap::new();
    for field in signed {
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
    candidates.sort_by_key(|one| {
        one.coverage
            .as_ref()
            .map_or(usize::MAX, |coverage| coverage.hole.start)
    });
    candidates
}

/// Everything about a signature that depends on nothing else in the file.
fn check(
    file: &[u8],
    candidate: &Candidate,
    running: &mut Running,
    evidence: &Evidence,
) -> Result<Checked, Verdict> {
    let coverage = candidate.coverage.as_ref().map_err(Clone::clone)?;
    let contents = without_padding(&coverage.contents)?;
    let digest = |algorithm| running.digest(file, coverage, algorithm);
    match coverage.format {
        Format::Cades => verify_detached(contents, digest)
            .map(|signer| Checked::Signature(Box::new(signer)))
            .map_err(|error| cms_verdict(&error)),
        Format::Pkcs7 => verify_detached(contents, digest)
            .map(|signer| Checked::Signature(Box::new(signer)))
            .map_err(|error| match error {
                // Right for this kind of signature, but weaker than what is judged here.
                CmsError::SigningTime | CmsError::MissingSigningCertificate => {
                    Verdict::indeterminate(SubIndication::SigConstraintsFailure, error.to_string())
                }
                error => cms_verdict(&error),
            }),
        Format::Pkcs7Sha1 => {
            let what = "the signature is about the SHA-1 of the document, which proves nothing any more";
            Err(Verdict::indeterminate(
                SubIndication::CryptoConstraintsFailureNoPoe,
                what,
            ))
        }
        Format::TimeStamp => verify_time_stamp(contents, digest, &evidence.certificates)
            .map(|stamp| Checked::TimeStamp(Box::new(stamp)))
            .map_err(|error| time::stamp_verdict(&error)),
        Format::Seal => SealSignature::from_der(contents)
            .and_then(|seal| seal.verify(digest, &evidence.certificates))
            .map(|seal| Checked::Seal(Box::new(seal)))
            .map_err(|error| seal_verdict(&error)),
    }
}

fn seal_verdict(error: &SesError) -> Verdict {
    let text = error.to_string();
    match error {
        SesError::DataHash => Verdict::failed(SubIndication::HashFailure, text),
        SesError::MakerSignature(_) | SesError::SignerSignature(_) => {
            Verdict::failed(SubIndication::SigCryptoFailure, text)
        }
        SesError::UnsupportedAlgorithm(_) => {
            Verdict::indeterminate(SubIndication::CryptoConstraintsFailureNoPoe, text)
        }
        SesError::Signer(_) | SesError::Validity | SesError::KeyUsage(_) | SesError::TimeStamp(_) => {
            Verdict::indeterminate(SubIndication::SigConstraintsFailure, text)
        }
        _ => Verdict::failed(SubIndication::FormatFailure, text),
    }
}

/// The DER element at the start of `/Contents`; only zeros may follow.
fn without_padding(contents: &[u8]) -> Result<&[u8], Verdict> {
    let malformed = |detail: String| Verdict::failed(SubIndication::FormatFailure, detail);
    let length =
        element_len(contents).map_err(|error| malformed(format!("/Contents is no signature: {error}")))?;
    let (signature, padding) = contents.split_at_checked(length).unwrap_or((contents, &[]));
    if padding.iter().any(|byte| *byte != 0) {
        return Err(malformed(
            "/Contents has bytes other than zero after the signature".to_owned(),
        ));
    }
    Ok(signature)
}

struct Judge<'j, 'a> {
    document: &'j Document<'a>,
    options: &'j Validation<'j>,
    evidence: &'j Evidence,
    changes: &'j Changes,
    /// When everything before the last one judged is known to have existed.
    existed: Moment,
}

/// What was found out about the signer.
#[derive(Default)]
struct Found {
    trust: Option<Trust>,
    stamps: Vec<Proof>,
    moment: Option<Moment>,
}

impl Judge<'_, '_> {
    fn one(&mut self, candidate: &Candidate, checked: Result<&Checked, &Verdict>) -> SignatureReport {
        let mut report = SignatureReport::new(&candidate.fields);
        let coverage = match &candidate.coverage {
            Ok(coverage) => coverage,
            Err(verdict) => return report.with_verdict(verdict),
        };
        report.revision = Some(coverage.revision + 1);
        report.covers_whole_file = coverage.end == self.document.bytes().len();
        report.signing_time.clone_from(&coverage.signing_time);
        report.certifies = coverage.locks.certifies();
        if coverage.format == Format::TimeStamp {
            report.kind = SignatureKind::DocumentTimeStamp;
        }
        let checked = match checked {
            Ok(checked) => checked,
            Err(verdict) => return report.with_verdict(verdict),
        };
        report.integrity = true;
        report.later_changes = self.changes.after(coverage.revision);
        let existed = self.existed;
        let (found, verdict) = match checked {
            Checked::Signature(signer) => {
                report.signer = Some(SignerReport::new(signer));
                self.signature(signer, &mut report)
            }
            Checked::TimeStamp(stamp) => {
                report.signer = Some(SignerReport::of_time_stamp(stamp));
                report.time_stamps.push(TimeStampReport::new(stamp));
                self.time_stamp(stamp)
            }
            Checked::Seal(seal) => {
                report.signer = Some(SignerReport::of_seal(seal));
                let mut found = Found::default();
                let result = self.seal(seal, &mut report, &mut found);
                (found, result)
            }
        };
        describe(&mut report, &found, existed);
        // What was done to the document weighs more than who the signer is.
        match (
            self.changes.verdict_after(coverage.revision, &coverage.locks),
            verdict,
        ) {
            (Some(verdict), _) | (None, Err(verdict)) => report.with_verdict(&verdict),
            (None, Ok(())) => report.passed(),
        }
    }

    /// A time-stamp of the document is believed at the time it is known to have existed, and proves that for the rest.
    fn time_stamp(&mut self, stamp: &VerifiedTimeStamp) -> (Found, Result<(), Verdict>) {
        let mut found = Found {
            moment: Some(self.existed),
            ..Found::default()
        };
        match time::believe(stamp, self.evidence, self.options, self.existed) {
            Ok(proof) => {
                self.existed = self.existed.or_earlier(proof.unix_s);
                found.trust = Some(proof.trust);
                (found, Ok(()))
            }
            Err(verdict) => (found, Err(verdict)),
        }
    }

    fn signature(
        &self,
        signer: &VerifiedSigner,
        report: &mut SignatureReport,
    ) -> (Found, Result<(), Verdict>) {
        let mut found = Found::default();
        let result = self.trust(signer, report, &mut found);
        (found, result)
    }

    /// Signer and maker of the seal are both judged when the signature is known to have existed (GB/T 38540, 8).
    fn seal(
        &self,
        seal: &VerifiedSealSignature,
        report: &mut SignatureReport,
        found: &mut Found,
    ) -> Result<(), Verdict> {
        let mut moment = self.existed;
        if let Some(stamp) = &seal.time_stamp {
            report.time_stamps.push(TimeStampReport::new(stamp));
            let proof = time::believe(stamp, self.evidence, self.options, self.existed)?;
            moment = moment.or_earlier(proof.unix_s);
            found.stamps.push(proof);
        }
        found.moment = Some(moment);
        let trust = trust::judge(&seal.signer, &[], self.evidence, self.options, moment)?;
        found.trust = Some(trust);
        trust::judge(&seal.maker, &[], self.evidence, self.options, moment)
            .map(|_| ())
            .map_err(|mut verdict| {
                verdict.detail = format!("the maker of the seal is not trusted: {}", verdict.detail);
                verdict
            })
    }

    fn trust(
        &self,
        signer: &VerifiedSigner,
        report: &mut SignatureReport,
        found: &mut Found,
    ) -> Result<(), Verdict> {
        let mut moment = self.existed;
        for stamp in time::of_signature(signer, &self.evidence.certificates)? {
            report.time_stamps.push(TimeStampReport::new(&stamp));
            let proof = time::believe(&stamp, self.evidence, self.options, self.existed)?;
            moment = moment.or_earlier(proof.unix_s);
            found.stamps.push(proof);
        }
        found.moment = Some(moment);
        let trust = trust::judge(
            &signer.certificate,
            &signer.embedded_certificates,
            self.evidence,
            self.options,
            moment,
        )?;
        let explained = |certificate: &Certificate| {
            trust.explains(certificate) || found.stamps.iter().any(|proof| proof.trust.explains(certificate))
        };
        let stray = signer
            .embedded_certificates
            .iter()
            .find(|certificate| !explained(certificate));
        let result = stray.map_or(Ok(()), |stray| Err(time::unexplained(stray)));
        found.trust = Some(trust);
        result
    }
}

fn describe(report: &mut SignatureReport, found: &Found, existed: Moment) {
    if let Some(moment) = found.moment {
        report.judged_at_unix_s = Some(moment.unix_s);
        report.time_is_proven = moment.is_proven;
    }
    let Some(trust) = &found.trust else { return };
    report.path = trust
        .path
        .iter()
        .map(|certificate| certificate.subject().to_string())
        .collect();
    report.revocation = trust
        .revocation
        .iter()
        .chain(found.stamps.iter().flat_map(|proof| &proof.trust.revocation))
        .cloned()
        .collect();
    if report.kind == SignatureKind::Signature {
        let is_stored = trust.is_stored && found.stamps.iter().all(|proof| proof.trust.is_stored);
        report.level = Some(match (report.time_is_proven, is_stored, existed.is_proven) {
            (true, true, true) => Level::Archive,
            (true, true, false) => Level::LongTerm,
            (true, false, _) => Level::Time,
            (false, _, _) => Level::Basic,
        });
    }
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
        CmsError::UnsupportedDigest(_) | CmsError::UnsupportedSignatureAlgorithm(_) => {
            Verdict::indeterminate(SubIndication::CryptoConstraintsFailureNoPoe, text)
        }
        _ => Verdict::failed(SubIndication::FormatFailure, text),
    }
}
