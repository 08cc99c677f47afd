//! Rules every certificate made here must keep, checked on the encoded bytes before they are signed.
//!
//! They are RFC 5280 (sections named at each rule) and the stricter rules of public authorities on serial numbers.

use super::build::{AUTHORITY_USAGE, CertificateTemplate, Profile, SERVICE_USAGE, SIGNER_USAGE};
use super::{Certificate, CertificateError, Fields, parse};
use crate::der::{oid, time};

/// The longest validity of an authority, in days (about 40 years).
const AUTHORITY_DAYS_MAX: i64 = 14_610;
/// The longest validity of an end certificate, in days (about 3 years).
const END_DAYS_MAX: i64 = 1_096;
/// The longest validity of a time-stamping authority, in days (about 15 years): its time-stamps are proof for as long as
/// its certificate is valid.
const TIME_STAMPING_DAYS_MAX: i64 = 5_479;
/// Serial numbers must hold at least 64 random bits; a shorter number cannot.
const SERIAL_OCTETS_MIN: usize = 8;
/// RFC 5280 4.1.2.2.
const SERIAL_OCTETS_MAX: usize = 20;

/// The rule a certificate breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LintError {
    /// An address that is not plain ASCII without blanks (RFC 5280 4.2.1.6).
    #[error("an address in the certificate is empty or has characters outside printable ASCII")]
    Address,
    /// The basic constraints are not those of the profile (RFC 5280 4.2.1.9).
    #[error("the basic constraints do not fit the profile")]
    BasicConstraints,
    /// The extended key usages, whether they are critical, or ocsp-nocheck are not those of the profile (RFC 5280
    /// 4.2.1.12, RFC 3161 2.3, RFC 6960 4.2.2.2.1).
    #[error("the extended key usages do not fit the profile")]
    ExtendedKeyUsage,
    /// A root that is not self-issued, another certificate that is, or an issuer without a name (RFC 5280 4.1.2.4).
    #[error("the issuer name does not fit the profile")]
    Issuer,
    /// A missing or empty subject or authority key identifier (RFC 5280 4.2.1.1, 4.2.1.2).
    #[error("a key identifier is missing or does not fit the key")]
    KeyIdentifier,
    /// The key usage is not that of the profile (RFC 5280 4.2.1.3).
    #[error("the key usage does not fit the profile")]
    KeyUsage,
    /// The bytes are not a certificate.
    #[error("the certificate cannot be read: {0}")]
    Malformed(#[from] CertificateError),
    /// The serial number is zero or negative (RFC 5280 4.1.2.2).
    #[error("the serial number is not positive")]
    SerialNotPositive,
    /// The serial number is longer than 20 octets (RFC 5280 4.1.2.2).
    #[error("the serial number is longer than 20 octets")]
    SerialTooLong,
    /// The serial number is too short to hold 64 random bits.
    #[error("the serial number is too short to hold 64 random bits")]
    SerialTooShort,
    /// The signature algorithm is not accepted.
    #[error("the signature algorithm is not accepted")]
    SignatureAlgorithm,
    /// The subject has no attributes (RFC 5280 4.1.2.6).
    #[error("the subject is empty")]
    Subject,
    /// The subject's key is too short or of an algorithm that is not accepted.
    #[error("the key of the subject is not accepted")]
    SubjectKey,
    /// An extension nobody here can process.
    #[error("the critical extension {0} is not processed")]
    UnprocessedExtension(String),
    /// The validity ends before it begins, is out of range or longer than the profile allows (RFC 5280 4.1.2.5).
    #[error("the validity ends before it begins or is too long for the profile")]
    Validity,
}

/// Judges a finished certificate by the rules of a profile.
///
/// # Errors
/// The first rule broken.
pub fn lint(certificate: &Certificate, profile: Profile) -> Result<(), LintError> {
    lint_fields(certificate.fields(), profile)
}

/// Judges a TBSCertificate before it is signed.
///
/// # Errors
/// The first rule broken.
pub fn lint_to_be_signed(der: &[u8], profile: Profile) -> Result<(), LintError> {
    let (fields, _) = parse::to_be_signed_fields(der)?;
    lint_fields(&fields, profile)
}

/// Addresses are IA5String; they must be encoded before.
pub(super) fn lint_addresses(template: &CertificateTemplate) -> Result<(), LintError> {
    let addresses = [&template.ca_issuers_url, &template.ocsp_url, &template.crl_url];
    let usable = |url: &String| !url.is_empty() && url.bytes().all(|octet| octet.is_ascii_graphic());
    if addresses.into_iter().flatten().all(usable) {
        Ok(())
    } else {
        Err(LintError::Address)
    }
}

fn lint_fields(fields: &Fields, profile: Profile) -> Result<(), LintError> {
    lint_serial(fields.serial.as_octets())?;
    lint_names(fields, profile)?;
    lint_validity(fields, profile)?;
    if fields.signature_algorithm.is_err() {
        return Err(LintError::SignatureAlgorithm);
    }
    if !fields.public_key.is_supported() {
        return Err(LintError::SubjectKey);
    }
    lint_extensions(fields, profile)
}

fn lint_serial(octets: &[u8]) -> Result<(), LintError> {
    let negative = octets.first().is_none_or(|first| first & 0x80 != 0);
    if negative || octets.iter().all(|&octet| octet == 0) {
        return Err(LintError::SerialNotPositive);
    }
    if octets.len() > SERIAL_OCTETS_MAX {
        return Err(LintError::SerialTooLong);
    }
    let digits = octets.strip_prefix(&[0]).unwrap_or(octets);
    if digits.len() < SERIAL_OCTETS_MIN {
        Err(LintError::SerialTooShort)
    } else {
        Ok(())
    }
}

fn lint_names(fields: &Fields, profile: Profile) -> Result<(), LintError> {
    if fields.subject.is_empty() {
        return Err(LintError::Subject);
    }
    let self_issued = fields.issuer == fields.subject;
    if fields.issuer.is_empty() || self_issued != (profile == Profile::Root) {
        return Err(LintError::Issuer);
    }
    Ok(())
}

fn lint_validity(fields: &Fields, profile: Profile) -> Result<(), LintError> {
    let days_max = match profile {
        Profile::Root | Profile::IssuingCa => AUTHORITY_DAYS_MAX,
        Profile::DocumentSigning | Profile::OcspResponder => END_DAYS_MAX,
        Profile::TimeStamping => TIME_STAMPING_DAYS_MAX,
    };
    let seconds = fields.not_after_unix_s - fields.not_before_unix_s;
    let in_range = fields.not_before_unix_s >= 0 && fields.not_after_unix_s < time::LAST;
    if in_range && (1..=days_max * 86_400).contains(&seconds) {
        Ok(())
    } else {
        Err(LintError::Validity)
    }
}

fn lint_extensions(fields: &Fields, profile: Profile) -> Result<(), LintError> {
    let extensions = &fields.extensions;
    if let Some(oid) = extensions.unprocessed_critical.first() {
        return Err(LintError::UnprocessedExtension(oid.clone()));
    }
    let (usage, constraints, extended) = match profile {
        Profile::Root => (AUTHORITY_USAGE, Some((true, None)), &[][..]),
        Profile::IssuingCa => (AUTHORITY_USAGE, Some((true, Some(0))), &[][..]),
        Profile::DocumentSigning => (
            SIGNER_USAGE,
            None,
            &[oid::EKU_DOCUMENT_SIGNING, oid::EKU_EMAIL_PROTECTION][..],
        ),
        Profile::OcspResponder => (SERVICE_USAGE, None, &[oid::EKU_OCSP_SIGNING][..]),
        Profile::TimeStamping => (SERVICE_USAGE, None, &[oid::EKU_TIME_STAMPING][..]),
    };
    if extensions.key_usage.map(|found| found.bits()) != Some(usage) {
        return Err(LintError::KeyUsage);
    }
    if extensions
        .basic_constraints
        .map(|found| (found.ca, found.path_len))
        != constraints
    {
        return Err(LintError::BasicConstraints);
    }
    let extended: Vec<String> = extended.iter().map(|oid| oid::to_text(oid)).collect();
    let critical_fits = extensions.extended_key_usage_critical == (profile == Profile::TimeStamping);
    let no_check_fits = extensions.ocsp_no_check == (profile == Profile::OcspResponder);
    if extensions.extended_key_usages != extended || !critical_fits || !no_check_fits {
        return Err(LintError::ExtendedKeyUsage);
    }
    let own_id = extensions.subject_key_id.as_deref() == Some(&fields.public_key.key_id()[..]);
    let issuer_id = extensions
        .authority_key_id
        .as_deref()
        .is_some_and(|id| !id.is_empty());
    if !own_id || (profile != Profile::Root && !issuer_id) {
        return Err(LintError::KeyIdentifier);
    }
    Ok(())
}
