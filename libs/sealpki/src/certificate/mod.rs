//! X.509 version 3 certificates (RFC 5280): reading, building, judging.

mod build;
pub(crate) mod extensions;
mod lint;
pub(crate) mod names;
mod parse;
mod request;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use build::{BuildError, CertificateTemplate, Issuer, Profile, sign_certificate, to_be_signed};
pub use extensions::{BasicConstraints, KeyUsage};
pub use lint::{LintError, lint, lint_to_be_signed};
pub use parse::CertificateError;
pub use request::certification_request;

use crate::der::oid;
use crate::digest::UnacceptedAlgorithm;
use crate::key::{PublicKey, SignatureAlgorithm, SignatureError};
use crate::name::DistinguishedName;
use extensions::Extensions;

/// A serial number as its issuer gave it: the contents octets of the INTEGER.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber {
    octets: Vec<u8>,
}

impl SerialNumber {
    /// A serial number of 16 octets with 126 random bits. The first two bits are fixed to `01`, so that the number is
    /// positive and always has the same length.
    pub fn from_random(mut random: [u8; 16]) -> Self {
        if let Some(first) = random.first_mut() {
            *first = (*first & 0x3f) | 0x40;
        }
        Self {
            octets: random.to_vec(),
        }
    }

    /// A positive number from its big-endian octets, leading zeros or not; `None` for none and for zero.
    pub fn from_unsigned(octets: &[u8]) -> Option<Self> {
        let start = octets.iter().position(|&octet| octet != 0)?;
        let digits = octets.get(start..)?;
        let sign = digits.first().filter(|&&first| first & 0x80 != 0).map(|_| 0);
        Some(Self {
            octets: sign.into_iter().chain(digits.iter().copied()).collect(),
        })
    }

    /// Contents octets of an INTEGER that was read.
    pub(crate) fn from_contents(octets: &[u8]) -> Self {
        Self {
            octets: octets.to_vec(),
        }
    }

    /// The contents octets of the INTEGER (two's complement, big-endian, minimal).
    pub fn as_octets(&self) -> &[u8] {
        &self.octets
    }
}

/// Lower-case hexadecimal octets without separators and without the leading zero octet of the sign.
impl fmt::Display for SerialNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = match self.octets.as_slice() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            all => all,
        };
        digits
            .iter()
            .try_for_each(|octet| write!(formatter, "{octet:02x}"))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SerialNumber({self})")
    }
}

/// A certificate: its parts and its exact bytes. Cloning is cheap. Certificates are equal when their bytes are.
#[derive(Clone)]
pub struct Certificate {
    inner: Arc<Inner>,
}

struct Inner {
    der: Vec<u8>,
    to_be_signed: Range<usize>,
    fields: Fields,
    signature: Vec<u8>,
}

/// What the signed part of a certificate says.
pub(crate) struct Fields {
    serial: SerialNumber,
    signature_algorithm: Result<SignatureAlgorithm, UnacceptedAlgorithm>,
    issuer: DistinguishedName,
    not_before_unix_s: i64,
    not_after_unix_s: i64,
    subject: DistinguishedName,
    public_key: PublicKey,
    extensions: Extensions,
}

/// Why a certificate is not one of the given issuer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssuerError {
    /// The issuer name is not the subject name of the given certificate.
    #[error("the certificate names another issuer")]
    Name,
    /// The signature does not verify.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The certificate is signed with an algorithm that is not accepted, for example one with SHA-1.
    #[error("the certificate is signed with an algorithm that is not accepted: {0}")]
    UnsupportedAlgorithm(#[from] UnacceptedAlgorithm),
}

impl Certificate {
    /// Reads one certificate of at most 64 KiB.
    ///
    /// # Errors
    /// [`CertificateError`] names the part that is not as RFC 5280 wants it. Keys and algorithms that are not
    /// accepted can be read; checking a signature with them fails.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        parse::certificate(der)
    }

    /// The exact bytes.
    pub fn der(&self) -> &[u8] {
        &self.inner.der
    }

    /// The subject.
    pub fn subject(&self) -> &DistinguishedName {
        &self.fields().subject
    }

    /// The issuer.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.fields().issuer
    }

    /// The serial number.
    pub fn serial(&self) -> &SerialNumber {
        &self.fields().serial
    }

    /// First second of validity, in seconds since 1970-01-01T00:00:00Z.
    pub fn not_before_unix_s(&self) -> i64 {
        self.fields().not_before_unix_s
    }

    /// Last second of validity, in seconds since 1970-01-01T00:00:00Z.
    pub fn not_after_unix_s(&self) -> i64 {
        self.fields().not_after_unix_s
    }

    /// Whether the certificate is valid at a time; both ends belong to the validity (RFC 5280 4.1.2.5).
    pub fn is_valid_at(&self, unix_s: i64) -> bool {
        (self.not_before_unix_s()..=self.not_after_unix_s()).contains(&unix_s)
    }

    /// The public key of the subject.
    pub fn public_key(&self) -> &PublicKey {
        &self.fields().public_key
    }

    /// The algorithm of the issuer's signature; `None` when it is not an accepted one.
    pub fn signature_algorithm(&self) -> Option<SignatureAlgorithm> {
        self.fields().signature_algorithm.as_ref().ok().copied()
    }

    /// The key usage extension (RFC 5280 4.2.1.3).
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.fields().extensions.key_usage
    }

    /// The basic constraints extension (RFC 5280 4.2.1.9).
    pub fn basic_constraints(&self) -> Option<BasicConstraints> {
        self.fields().extensions.basic_constraints
    }

    /// Extended key usages as dotted numbers, empty without that extension (RFC 5280 4.2.1.12).
    pub fn extended_key_usages(&self) -> &[String] {
        &self.fields().extensions.extended_key_usages
    }

    /// Whether the extended key usages are marked critical, as those of a time-stamping authority have to be
    /// (RFC 3161 2.3).
    pub fn extended_key_usage_is_critical(&self) -> bool {
        self.fields().extensions.extended_key_usage_critical
    }

    /// Whether the issuer says that an OCSP responder's own state need not be asked for (RFC 6960 4.2.2.2.1).
    pub fn has_ocsp_no_check(&self) -> bool {
        self.fields().extensions.ocsp_no_check
    }

    /// Whether this is among the extended key usages.
    pub(crate) fn has_usage(&self, usage: &[u8]) -> bool {
        self.extended_key_usages().contains(&oid::to_text(usage))
    }

    /// Whether this is the only extended key usage.
    pub(crate) fn is_only_for(&self, usage: &[u8]) -> bool {
        matches!(self.extended_key_usages(), [only] if *only == oid::to_text(usage))
    }

    /// The subject key identifier (RFC 5280 4.2.1.2).
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.fields().extensions.subject_key_id.as_deref()
    }

    /// The key identifier of the authority key identifier (RFC 5280 4.2.1.1).
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.fields().extensions.authority_key_id.as_deref()
    }

    /// Critical extensions this crate does not process, as dotted numbers. A certificate with one of them must not be
    /// relied on (RFC 5280 4.2).
    pub fn unprocessed_critical_extensions(&self) -> &[String] {
        &self.fields().extensions.unprocessed_critical
    }

    /// Which names this authority may give (RFC 5280 4.2.1.10).
    pub(crate) fn name_constraints(&self) -> Option<&names::NameConstraints> {
        self.fields().extensions.name_constraints.as_ref()
    }

    /// The names that constraints of issuers are about.
    pub(crate) fn all_names(&self) -> Vec<names::GeneralName> {
        names::all_names(self.subject(), &self.fields().extensions.alternative_names)
    }

    /// Whether subject and issuer are the same name.
    pub fn is_self_issued(&self) -> bool {
        self.subject() == self.issuer()
    }

    /// Checks that `issuer` signed this certificate: its name and its key. Whether it was allowed to is the business
    /// of [`build_path`](crate::build_path).
    ///
    /// # Errors
    /// [`IssuerError`] tells apart a wrong name, a wrong signature and an algorithm that is not accepted.
    pub fn verify_issued_by(&self, issuer: &Self) -> Result<(), IssuerError> {
        if self.issuer() != issuer.subject() {
            return Err(IssuerError::Name);
        }
        let algorithm = self.fields().signature_algorithm.clone()?;
        let message = self
            .inner
            .der
            .get(self.inner.to_be_signed.clone())
            .unwrap_or_default();
        issuer
            .public_key()
            .verify(algorithm, message, &self.inner.signature)?;
        Ok(())
    }

    fn fields(&self) -> &Fields {
        &self.inner.fields
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.inner.der == other.inner.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("subject", self.subject())
            .field("issuer", self.issuer())
            .field("serial", self.serial())
            .finish_non_exhaustive()
    }
}
