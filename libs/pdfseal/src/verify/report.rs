//! What validation found, for people and (by serde) for programs.

use sealpki::{Certificate, VerifiedSealSignature, VerifiedSigner, VerifiedTimeStamp};
use serde::{Deserialize, Serialize};

use super::{Verdict, fields::SignatureField};
use crate::error::ReadError;

/// Main status of a signature (ETSI EN 319 102-1, 5.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Indication {
    /// Everything that is checked is right.
    #[serde(rename = "TOTAL-PASSED")]
    TotalPassed,
    /// Something is certainly wrong.
    #[serde(rename = "TOTAL-FAILED")]
    TotalFailed,
    /// What is known does not suffice to say either.
    #[serde(rename = "INDETERMINATE")]
    Indeterminate,
}

/// Why a status is not TOTAL-PASSED (ETSI EN 319 102-1, tables 5 and 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum SubIndication {
    /// The path to an anchor breaks a rule.
    ChainConstraintsFailure,
    /// An algorithm or key is too weak, and nothing proves that it was used before that mattered.
    CryptoConstraintsFailureNoPoe,
    /// The certificate had expired when the signature was made.
    Expired,
    /// The signature or the document around it is not formed as required, or was changed afterwards.
    FormatFailure,
    /// Something this level does not judge.
    Generic,
    /// The covered bytes are not the signed ones.
    HashFailure,
    /// No path to an anchor.
    NoCertificateChainFound,
    /// The signer's certificate is not there, or is not the one the signer committed to.
    NoSigningCertificateFound,
    /// The signature was made before its certificate was valid.
    NotYetValid,
    /// A certificate was not valid at the time in question, and nothing proves an earlier time.
    OutOfBoundsNoPoe,
    /// The certificate was revoked before the signature was made.
    Revoked,
    /// The certificate of an authority was revoked, and nothing proves that the signature is older.
    RevokedCaNoPoe,
    /// The certificate was revoked, and nothing proves that the signature is older.
    RevokedNoPoe,
    /// The signature carries something unexplained.
    SigConstraintsFailure,
    /// The signature value is wrong.
    SigCryptoFailure,
    /// Time-stamps contradict each other.
    TimestampOrderFailure,
    /// Revocation data is missing or not recent enough.
    TryLater,
}

/// What was appended after a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LaterChanges {
    /// Nothing.
    None,
    /// Further signatures, perhaps with validation data, and nothing else.
    Signatures,
    /// Validation data and document time-stamps, and nothing else.
    ValidationData,
    /// Something that is not known to be harmless.
    Other,
}

/// What a signature is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignatureKind {
    /// Of a person or a company.
    #[default]
    Signature,
    /// A time-stamp of the whole document (ISO 32000-2, 12.8.5).
    DocumentTimeStamp,
}

/// How long a signature can be judged (ETSI EN 319 142-1, 6): what was found, whatever its maker aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Level {
    /// B-B: as long as its certificates are valid.
    #[serde(rename = "B-B")]
    Basic,
    /// B-T: a time-stamp proves when it existed.
    #[serde(rename = "B-T")]
    Time,
    /// B-LT: and the document says that nobody was revoked.
    #[serde(rename = "B-LT")]
    LongTerm,
    /// B-LTA: and a time-stamp of the document covers that.
    #[serde(rename = "B-LTA")]
    Archive,
}

/// A time-stamp that is right in itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeStampReport {
    /// The time it states, in seconds since 1970-01-01T00:00:00Z.
    pub time_unix_s: i64,
    /// Who states it: subject of the certificate.
    pub authority: String,
    /// The policy it was made under, as dotted numbers.
    pub policy: String,
}

/// What is known about the revocation of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RevocationState {
    /// Not revoked at the time in question.
    Good,
    /// Revoked by then.
    Revoked,
}

/// Where the revocation of a certificate is known from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevocationReport {
    /// Subject of the certificate.
    pub subject: String,
    /// `ocsp` or `crl`.
    pub source: String,
    /// Whether the document brings it.
    pub stored_in_document: bool,
    /// What it says.
    pub state: RevocationState,
    /// When it was known to be right, in seconds since 1970-01-01T00:00:00Z.
    pub this_update_unix_s: i64,
}

/// The whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationReport {
    /// Length in bytes.
    pub file_length: usize,
    /// Number of revisions (savings).
    pub revisions: usize,
    /// Number of pages of the newest revision.
    pub pages: usize,
    /// Why the file could not be read; there are no signatures in the report then.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub failure: Option<String>,
    /// Signatures in the order they were made; those that cannot be placed come last.
    pub signatures: Vec<SignatureReport>,
}

/// One signature, which may be shown by several fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureReport {
    /// Main status.
    pub status: Indication,
    /// Reason, when not passed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sub_indication: Option<SubIndication>,
    /// The reason as a sentence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// Signature or time-stamp of the document.
    #[serde(default)]
    pub kind: SignatureKind,
    /// What it was found to be good for, once there is a path; `None` for time-stamps.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<Level>,
    /// Fields that show this signature.
    pub fields: Vec<FieldReport>,
    /// The revision it covers, from 1.
    pub revision: Option<usize>,
    /// Whether it covers the file to its last byte.
    pub covers_whole_file: bool,
    /// Whether the covered bytes are the signed ones and the signature value is right.
    pub integrity: bool,
    /// What was appended after it.
    pub later_changes: LaterChanges,
    /// Whether it certifies the document, so that later changes are restricted (ISO 32000-2, 12.8.2.2).
    #[serde(default)]
    pub certifies: bool,
    /// The time the signer states (`/M`), as written.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signing_time: Option<String>,
    /// Who signed, known once the signature itself is right.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signer: Option<SignerReport>,
    /// Subjects from the signer to the anchor, when there is a path.
    pub path: Vec<String>,
    /// Time-stamps inside it, or itself; that a time-stamp is listed does not mean that its authority is trusted.
    #[serde(default)]
    pub time_stamps: Vec<TimeStampReport>,
    /// The time its certificates were judged at, in seconds since 1970-01-01T00:00:00Z.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub judged_at_unix_s: Option<i64>,
    /// Whether a trusted time-stamp proves that it existed at that time.
    #[serde(default)]
    pub time_is_proven: bool,
    /// What is known about the revocation of its certificates.
    #[serde(default)]
    pub revocation: Vec<RevocationReport>,
}

/// One signature field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldReport {
    /// Full field name.
    pub name: String,
    /// Page of its widget, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub page: Option<usize>,
    /// Whether the widget has an area.
    pub visible: bool,
}

/// The signer's certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignerReport {
    /// Subject.
    pub subject: String,
    /// Issuer.
    pub issuer: String,
    /// Serial number in hexadecimal.
    pub serial: String,
    /// Start of validity, seconds since 1970-01-01T00:00:00Z.
    pub not_before_unix_s: i64,
    /// End of validity, seconds since 1970-01-01T00:00:00Z.
    pub not_after_unix_s: i64,
    /// Signature algorithm.
    pub signature_algorithm: String,
    /// Digest algorithm.
    pub digest_algorithm: String,
}

impl VerificationReport {
    /// Whether there is at least one signature and all of them passed.
    #[must_use]
    pub fn all_passed(&self) -> bool {
        self.failure.is_none()
            && !self.signatures.is_empty()
            && self
                .signatures
                .iter()
                .all(|signature| signature.status == Indication::TotalPassed)
    }

    pub(super) fn unreadable(file_length: usize, error: &ReadError) -> Self {
        Self {
            file_length,
            revisions: 0,
            pages: 0,
            failure: Some(error.to_string()),
            signatures: Vec::new(),
        }
    }
}

impl SignatureReport {
    pub(super) fn new(fields: &[SignatureField]) -> Self {
        Self {
            status: Indication::Indeterminate,
            sub_indication: None,
            detail: None,
            kind: SignatureKind::Signature,
            level: None,
            fields: fields.iter().map(|field| field.report.clone()).collect(),
            revision: None,
            covers_whole_file: false,
            integrity: false,
            later_changes: LaterChanges::None,
            certifies: false,
            signing_time: None,
            signer: None,
            path: Vec::new(),
            time_stamps: Vec::new(),
            judged_at_unix_s: None,
            time_is_proven: false,
            revocation: Vec::new(),
        }
    }

    /// A field whose value cannot be a signature.
    pub(super) fn unusable((field, detail): (FieldReport, String)) -> Self {
        let mut report = Self::new(&[]);
        report.fields.push(field);
        report.with_verdict(&Verdict::failed(SubIndication::FormatFailure, detail))
    }

    pub(super) fn with_verdict(mut self, verdict: &Verdict) -> Self {
        self.status = verdict.status;
        self.sub_indication = Some(verdict.sub_indication);
        self.detail = Some(verdict.detail.clone());
        self
    }

    pub(super) fn passed(mut self) -> Self {
        self.status = Indication::TotalPassed;
        self
    }
}

impl SignerReport {
    pub(super) fn new(signer: &VerifiedSigner) -> Self {
        Self::of(
            &signer.certificate,
            format!("{:?}", signer.signature_algorithm),
            format!("{:?}", signer.digest_algorithm),
        )
    }

    pub(super) fn of_time_stamp(stamp: &VerifiedTimeStamp) -> Self {
        Self::of(
            &stamp.certificate,
            format!("{:?}", stamp.signature_algorithm),
            format!("{:?}", stamp.info.imprint.algorithm()),
        )
    }

    pub(super) fn of_seal(seal: &VerifiedSealSignature) -> Self {
        Self::of(
            &seal.signer,
            format!("{:?}", seal.signature_algorithm),
            format!("{:?}", seal.signature_algorithm.digest()),
        )
    }

    fn of(certificate: &Certificate, signature_algorithm: String, digest_algorithm: String) -> Self {
        let serial: Vec<String> = certificate
            .serial()
            .as_octets()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial: serial.concat(),
            not_before_unix_s: certificate.not_before_unix_s(),
            not_after_unix_s: certificate.not_after_unix_s(),
            signature_algorithm,
            digest_algorithm,
        }
    }
}
