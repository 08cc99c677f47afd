//! Reading and judging revocation lists.

use std::fmt;
use std::ops::Range;

use super::{RevocationReason, RevokedCertificate};
use crate::certificate::extensions::authority_key_id;
use crate::certificate::{Certificate, SerialNumber};
use crate::der::{DerError, Reader, header_len, oid, tag, time};
use crate::digest::UnacceptedAlgorithm;
use crate::extension::{self, Extension};
use crate::key::{KeyError, SignatureAlgorithm, SignatureError};
use crate::name::DistinguishedName;

/// The largest list read: about 400 000 entries.
const CRL_LEN_MAX: usize = 16 * 1024 * 1024;

/// Why a revocation list was not made or is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CrlError {
    /// The signature algorithm inside and outside the signed part differ (RFC 5280 5.1.1.2).
    #[error("the revocation list names two different signature algorithms")]
    AlgorithmsDiffer,
    /// A critical extension that is not processed, of the list or of an entry (RFC 5280 5.2, 5.3).
    #[error("the revocation list has the critical extension {0}, which is not processed")]
    CriticalExtension(String),
    /// Not DER, or not the structure of a revocation list.
    #[error("the revocation list is malformed: {0}")]
    Der(#[from] DerError),
    /// The same certificate twice.
    #[error("the certificate {0} is in the revocation list twice")]
    Duplicate(String),
    /// The list is from another issuer.
    #[error("the revocation list is from another issuer")]
    Issuer,
    /// The key could not sign.
    #[error("the revocation list could not be signed: {0}")]
    Key(#[from] KeyError),
    /// The issuer's key must not sign revocation lists (RFC 5280 6.3.3 (f)).
    #[error("the key usage of {0} does not allow to sign revocation lists")]
    KeyUsage(String),
    /// A list of several issuers or of some reasons only (RFC 5280 5.2.5).
    #[error("the revocation list does not cover all certificates and reasons of one issuer")]
    Partial,
    /// The signature is wrong.
    #[error("the revocation list is not signed by its issuer: {0}")]
    Signature(#[from] SignatureError),
    /// More than 16 MiB.
    #[error("the revocation list is larger than 16 MiB")]
    TooLarge,
    /// The list is signed with an algorithm that is not accepted, such as one with SHA-1.
    #[error("the revocation list is signed with an algorithm that is not accepted: {0}")]
    UnsupportedAlgorithm(#[from] UnacceptedAlgorithm),
    /// The next list is due before this one was made.
    #[error("the revocation list ends before it begins")]
    Validity,
    /// Another version than 2.
    #[error("the revocation list is not of version 2")]
    Version,
}

/// Which certificates of the issuer a list is about (RFC 5280 5.2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    All,
    Authorities,
    EndCertificates,
}

/// A revocation list and its exact bytes. Nothing is judged until [`verify`](Self::verify).
#[derive(Clone)]
pub struct RevocationList {
    der: Vec<u8>,
    to_be_signed: Range<usize>,
    signature: Vec<u8>,
    signature_algorithm: Result<SignatureAlgorithm, UnacceptedAlgorithm>,
    issuer: DistinguishedName,
    this_update_unix_s: i64,
    next_update_unix_s: Option<i64>,
    /// In ascending order of their serial numbers.
    revoked: Vec<RevokedCertificate>,
    extensions: ListExtensions,
}

#[derive(Debug, Clone)]
struct ListExtensions {
    number: Option<SerialNumber>,
    authority_key_id: Option<Vec<u8>>,
    scope: Scope,
}

impl RevocationList {
    /// Reads a list of at most 16 MiB.
    ///
    /// # Errors
    /// [`CrlError`] names the part that is not as RFC 5280 wants it, or is there and not processed.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        if der.len() > CRL_LEN_MAX {
            return Err(CrlError::TooLarge);
        }
        let mut outer = Reader::new(der);
        let whole = outer.element(tag::SEQUENCE)?;
        outer.finish()?;
        let mut parts = Reader::new(whole.contents);
        let to_be_signed = parts.element(tag::SEQUENCE)?;
        let algorithm = parts.element(tag::SEQUENCE)?;
        let signature = parts.bit_string_octets()?.to_vec();
        parts.finish()?;

        let mut fields = Reader::new(to_be_signed.contents);
        if fields.peek_tag() != Some(tag::INTEGER) || fields.small_integer()? != 1 {
            return Err(CrlError::Version);
        }
        if fields.element(tag::SEQUENCE)?.whole != algorithm.whole {
            return Err(CrlError::AlgorithmsDiffer);
        }
        let issuer = DistinguishedName::from_der(fields.element(tag::SEQUENCE)?.whole)?;
        let this_update_unix_s = time::read(fields.any()?)?;
        let next_update_unix_s = match fields.peek_tag() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(time::read(fields.any()?)?),
            _ => None,
        };
        let revoked = match fields.optional(tag::SEQUENCE)? {
            Some(list) => read_entries(list.contents)?,
            None => Vec::new(),
        };
        let extensions = read_extensions(&mut fields)?;
        fields.finish()?;
        if next_update_unix_s.is_some_and(|next| next < this_update_unix_s) {
            return Err(CrlError::Validity);
        }
        let start = header_len(whole.contents.len());
        Ok(Self {
            der: der.to_vec(),
            to_be_signed: start..start + to_be_signed.whole.len(),
            signature,
            signature_algorithm: SignatureAlgorithm::read(algorithm)?,
            issuer,
            this_update_unix_s,
            next_update_unix_s,
            revoked,
            extensions,
        })
    }

    /// The exact bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The issuer.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// When the list was made, in seconds since 1970-01-01T00:00:00Z.
    pub fn this_update_unix_s(&self) -> i64 {
        self.this_update_unix_s
    }

    /// When the next one is due, in seconds since 1970-01-01T00:00:00Z.
    pub fn next_update_unix_s(&self) -> Option<i64> {
        self.next_update_unix_s
    }

    /// The number of the list (RFC 5280 5.2.3); later lists of an issuer have higher ones.
    pub fn number(&self) -> Option<&SerialNumber> {
        self.extensions.number.as_ref()
    }

    /// All entries, in ascending order of the octets of their serial numbers.
    pub fn revoked(&self) -> &[RevokedCertificate] {
        &self.revoked
    }

    /// Checks that `issuer` made this list and was allowed to.
    ///
    /// # Errors
    /// [`CrlError`] tells apart another issuer, its key usage, and a wrong signature.
    pub fn verify(&self, issuer: &Certificate) -> Result<(), CrlError> {
        let same_key = match (&self.extensions.authority_key_id, issuer.subject_key_id()) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => true,
        };
        if self.issuer != *issuer.subject() || !same_key {
            return Err(CrlError::Issuer);
        }
        if issuer.key_usage().is_some_and(|usage| !usage.crl_sign()) {
            return Err(CrlError::KeyUsage(issuer.subject().to_string()));
        }
        let algorithm = self.signature_algorithm.clone()?;
        let message = self.der.get(self.to_be_signed.clone()).unwrap_or_default();
        issuer.public_key().verify(algorithm, message, &self.signature)?;
        Ok(())
    }

    /// Whether this list would name `certificate` if it were revoked: it is from the same issuer and about this kind of
    /// certificate.
    pub fn covers(&self, certificate: &Certificate) -> bool {
        let is_authority = certificate.basic_constraints().is_some_and(|found| found.ca);
        let in_scope = match self.extensions.scope {
            Scope::All => true,
            Scope::Authorities => is_authority,
            Scope::EndCertificates => !is_authority,
        };
        in_scope && self.issuer == *certificate.issuer()
    }

    /// The entry of a certificate of this issuer; `None` when it is not revoked.
    pub fn find(&self, serial: &SerialNumber) -> Option<&RevokedCertificate> {
        self.revoked
            .binary_search_by(|entry| entry.serial.cmp(serial))
            .ok()
            .and_then(|index| self.revoked.get(index))
    }

    /// Whether the list says something about the time `unix_s`: it was made before, and the next one was not due for
    /// longer than `grace_s` seconds. A list that names no next one is current only in the grace after it was made.
    pub fn is_current_at(&self, unix_s: i64, grace_s: u32) -> bool {
        let end = self.next_update_unix_s.unwrap_or(self.this_update_unix_s);
        self.this_update_unix_s <= unix_s && unix_s <= end.saturating_add(i64::from(grace_s))
    }
}

impl fmt::Debug for RevocationList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RevocationList")
            .field("issuer", &self.issuer)
            .field("number", &self.extensions.number)
            .field("revoked", &self.revoked.len())
            .finish_non_exhaustive()
    }
}

fn read_entries(contents: &[u8]) -> Result<Vec<RevokedCertificate>, CrlError> {
    let mut list = Reader::new(contents);
    let mut entries = Vec::new();
    while !list.is_empty() {
        let mut fields = list.open(tag::SEQUENCE)?;
        let serial = SerialNumber::from_contents(fields.integer()?);
        let at_unix_s = time::read(fields.any()?)?;
        let reason = match fields.optional(tag::SEQUENCE)? {
            Some(extensions) => read_entry_reason(extensions.contents)?,
            None => None,
        };
        fields.finish()?;
        entries.push(RevokedCertificate {
            serial,
            at_unix_s,
            reason,
        });
    }
    if entries.is_empty() {
        return Err(DerError::Value.into());
    }
    entries.sort_by(|one, other| one.serial.cmp(&other.serial));
    match entries
        .array_windows()
        .find(|[one, next]| one.serial == next.serial)
    {
        Some([first, _]) => Err(CrlError::Duplicate(first.serial.to_string())),
        None => Ok(entries),
    }
}

fn read_entry_reason(contents: &[u8]) -> Result<Option<RevocationReason>, CrlError> {
    let mut reason = None;
    for Extension { oid, critical, value } in
        extension::read_list(Reader::new(contents)).map_err(DerError::from)?
    {
        match oid {
            oid::REASON_CODE => {
                let mut code = Reader::new(value);
                reason = Some(RevocationReason::from_code(code.enumerated()?).ok_or(DerError::Value)?);
                code.finish()?;
            }
            oid::INVALIDITY_DATE => {}
            _ if critical => return Err(CrlError::CriticalExtension(oid::to_text(oid))),
            _ => {}
        }
    }
    Ok(reason)
}

fn read_extensions(fields: &mut Reader<'_>) -> Result<ListExtensions, CrlError> {
    let mut found = ListExtensions {
        number: None,
        authority_key_id: None,
        scope: Scope::All,
    };
    let Some(list) = fields.optional_explicit(0)? else {
        return Ok(found);
    };
    let list = Reader::open_only(list.whole, tag::SEQUENCE)?;
    for Extension { oid, critical, value } in extension::read_list(list).map_err(DerError::from)? {
        match oid {
            oid::CRL_NUMBER => {
                let mut number = Reader::new(value);
                found.number = Some(SerialNumber::from_contents(number.unsigned_integer()?));
                number.finish()?;
            }
            oid::AUTHORITY_KEY_ID => found.authority_key_id = authority_key_id(value)?,
            oid::ISSUING_DISTRIBUTION_POINT => found.scope = read_scope(value)?,
            _ if critical => return Err(CrlError::CriticalExtension(oid::to_text(oid))),
            _ => {}
        }
    }
    Ok(found)
}

/// IssuingDistributionPoint (RFC 5280 5.2.5). Where the list is published does not matter, what it covers does.
fn read_scope(value: &[u8]) -> Result<Scope, CrlError> {
    let mut fields = Reader::open_only(value, tag::SEQUENCE)?;
    fields.optional(tag::context_constructed(0))?;
    let mut flag = |number| -> Result<bool, DerError> {
        match fields.optional(tag::context(number))?.map(|found| found.contents) {
            None => Ok(false),
            Some([0xff]) => Ok(true),
            Some(_) => Err(DerError::Value),
        }
    };
    let (end_certificates, authorities) = (flag(1)?, flag(2)?);
    let some_reasons = fields.optional(tag::context(3))?.is_some();
    let mut flag = |number| Ok::<bool, DerError>(fields.optional(tag::context(number))?.is_some());
    let (indirect, attributes) = (flag(4)?, flag(5)?);
    fields.finish()?;
    match (end_certificates, authorities) {
        _ if some_reasons || indirect || attributes => Err(CrlError::Partial),
        (false, false) => Ok(Scope::All),
        (true, false) => Ok(Scope::EndCertificates),
        (false, true) => Ok(Scope::Authorities),
        (true, true) => Err(DerError::Value.into()),
    }
}
