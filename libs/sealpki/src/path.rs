//! Certification paths: from a signer's certificate to an anchor one trusts (the essentials of RFC 5280 6.1).
//!
//! Names are compared by their bytes, as issuers copy them. Revocation is not looked at here. Name constraints and
//! policy constraints are not processed: a certificate with them is refused, never taken without them.

use crate::certificate::{Certificate, IssuerError};

/// The longest path, the signer's certificate and the anchor included.
const PATH_LEN_MAX: usize = 8;
/// The most issuer candidates looked at for one path, so that crafted sets of certificates cost little.
const CANDIDATES_MAX: usize = 100;

/// Why no path to an anchor was found. With several candidates, the reason of the one that came closest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// A certificate has a critical extension that is not processed (RFC 5280 6.1.4 (o)).
    #[error("the certificate of {subject} has the critical extension {oid}, which is not processed")]
    CriticalExtension {
        /// Whose certificate.
        subject: String,
        /// The extension as dotted numbers.
        oid: String,
    },
    /// A certificate's validity was over (RFC 5280 6.1.3 (a)(2)).
    #[error("the certificate of {0} had expired")]
    Expired(String),
    /// An issuer's key must not sign certificates (RFC 5280 6.1.4 (n)).
    #[error("the key usage of {0} does not allow to sign certificates")]
    KeyUsage(String),
    /// No certificate of the issuer is at hand.
    #[error("no certificate of the issuer of {0} is at hand, and it is no trust anchor itself")]
    NoIssuer(String),
    /// The issuer is not an authority (RFC 5280 6.1.4 (k)).
    #[error("{0} is not an authority and must not issue certificates")]
    NotAuthority(String),
    /// A certificate was not yet valid (RFC 5280 6.1.3 (a)(2)).
    #[error("the certificate of {0} was not yet valid")]
    NotYetValid(String),
    /// More authorities below an issuer than it allows (RFC 5280 6.1.4 (m)).
    #[error("{0} does not allow so many authorities below it")]
    PathLength(String),
    /// A certificate was not signed by its issuer (RFC 5280 6.1.3 (a)(1)).
    #[error("the certificate of {subject} is not signed by its issuer: {source}")]
    Signature {
        /// Whose certificate.
        subject: String,
        /// What is wrong.
        source: IssuerError,
    },
    /// More than 8 certificates in a row, or too many candidates.
    #[error("the path is too long or has too many branches")]
    TooComplex,
    /// The path ends at a self-signed root that is not among the anchors.
    #[error("the root {0} is not a trust anchor")]
    Untrusted(String),
}

/// Finds a path from `leaf` over `intermediates` to one of `anchors`, valid at the given time (seconds since
/// 1970-01-01T00:00:00Z), and returns it from leaf to anchor. An anchor is judged like every other authority: it has to
/// be valid at that time and allowed to issue.
///
/// What the leaf's key may be used for is not judged.
///
/// # Errors
/// [`PathError`] of the candidate that came closest to an anchor.
pub fn build_path(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Certificate],
    at_unix_s: i64,
) -> Result<Vec<Certificate>, PathError> {
    check_common(leaf, at_unix_s)?;
    let mut search = Search {
        intermediates,
        anchors,
        at_unix_s,
        candidates_left: CANDIDATES_MAX,
    };
    let mut path = vec![leaf.clone()];
    search.extend(&mut path).map_err(|(_, error)| error)?;
    Ok(path)
}

struct Search<'a> {
    intermediates: &'a [Certificate],
    anchors: &'a [Certificate],
    at_unix_s: i64,
    candidates_left: usize,
}

/// How long the path was when it failed, and why.
type Miss = (usize, PathError);

impl Search<'_> {
    /// Extends `path` to an anchor; leaves it as it was on failure. Depth is bounded by [`PATH_LEN_MAX`].
    fn extend(&mut self, path: &mut Vec<Certificate>) -> Result<(), Miss> {
        let depth = path.len();
        let Some(current) = path.last().cloned() else {
            return Err((0, PathError::TooComplex));
        };
        if self.anchors.contains(&current) {
            return Ok(());
        }
        if depth == PATH_LEN_MAX {
            return Err((depth, PathError::TooComplex));
        }
        if is_self_signed(&current) {
            return Err((depth, PathError::Untrusted(current.subject().to_string())));
        }
        let mut nearest = (depth, PathError::NoIssuer(current.subject().to_string()));
        let (anchors, intermediates) = (self.anchors, self.intermediates);
        for candidate in anchors.iter().chain(intermediates) {
            if !may_be_issuer(candidate, &current) || path.contains(candidate) {
                continue;
            }
            self.candidates_left = self
                .candidates_left
                .checked_sub(1)
                .ok_or((PATH_LEN_MAX, PathError::TooComplex))?;
            match self.try_issuer(path, &current, candidate) {
                Ok(()) => return Ok(()),
                // A reason is worth more than "no issuer" at the same depth.
                Err(miss) if miss.0 > nearest.0 || matches!(nearest.1, PathError::NoIssuer(_)) => {
                    nearest = miss;
                }
                Err(_) => {}
            }
        }
        Err(nearest)
    }

    fn try_issuer(
        &mut self,
        path: &mut Vec<Certificate>,
        current: &Certificate,
        issuer: &Certificate,
    ) -> Result<(), Miss> {
        let depth = path.len();
        check_authority(issuer, path, self.at_unix_s).map_err(|error| (depth, error))?;
        current.verify_issued_by(issuer).map_err(|source| {
            (
                depth,
                PathError::Signature {
                    subject: current.subject().to_string(),
                    source,
                },
            )
        })?;
        path.push(issuer.clone());
        let result = self.extend(path);
        if result.is_err() {
            path.truncate(depth);
        }
        result
    }
}

/// Self-issued certificates for a change of key are signed with another key, and do have an issuer to look for.
fn is_self_signed(certificate: &Certificate) -> bool {
    certificate.is_self_issued() && certificate.verify_issued_by(certificate).is_ok()
}

/// Names must match; key identifiers must not contradict each other (RFC 5280 4.2.1.1).
fn may_be_issuer(candidate: &Certificate, current: &Certificate) -> bool {
    let same_key = match (current.authority_key_id(), candidate.subject_key_id()) {
        (Some(wanted), Some(found)) => wanted == found,
        _ => true,
    };
    candidate.subject() == current.issuer() && same_key
}

fn check_common(certificate: &Certificate, at_unix_s: i64) -> Result<(), PathError> {
    let subject = || certificate.subject().to_string();
    if at_unix_s < certificate.not_before_unix_s() {
        return Err(PathError::NotYetValid(subject()));
    }
    if at_unix_s > certificate.not_after_unix_s() {
        return Err(PathError::Expired(subject()));
    }
    match certificate.unprocessed_critical_extensions().first() {
        Some(oid) => Err(PathError::CriticalExtension {
            subject: subject(),
            oid: oid.clone(),
        }),
        None => Ok(()),
    }
}

/// `below` is the path from the leaf to the certificate this authority is to have issued.
fn check_authority(authority: &Certificate, below: &[Certificate], at_unix_s: i64) -> Result<(), PathError> {
    let subject = || authority.subject().to_string();
    check_common(authority, at_unix_s)?;
    let constraints = authority
        .basic_constraints()
        .filter(|found| found.ca)
        .ok_or_else(|| PathError::NotAuthority(subject()))?;
    if authority.key_usage().is_some_and(|usage| !usage.key_cert_sign()) {
        return Err(PathError::KeyUsage(subject()));
    }
    // RFC 5280 4.2.1.9: self-issued certificates and the last one are not counted.
    let authorities_below = below
        .iter()
        .skip(1)
        .filter(|certificate| !certificate.is_self_issued())
        .count();
    match constraints.path_len {
        Some(allowed) if authorities_below > usize::from(allowed) => Err(PathError::PathLength(subject())),
        _ => Ok(()),
    }
}
