//! Certification paths: from a signer's certificate to an anchor one trusts (RFC 5280 6.1), at any time, with revocation.
//!
//! Every problem has the name ETSI EN 319 102-1 gives it, see [`PathError::sub_indication`]. Names are compared by their
//! bytes, as issuers copy them. Every certificate policy is accepted; a certificate with policy constraints is refused,
//! never taken without them.

mod error;
mod names;
mod revocation;

pub use error::{PathError, SubIndication};
pub use revocation::{RevocationEvidence, RevocationRule};

use crate::certificate::Certificate;
use crate::crl::RevocationList;

/// The longest path, the signer's certificate and the anchor included.
const PATH_LEN_MAX: usize = 8;
/// The most issuer candidates looked at for one path, so that crafted sets of certificates cost little.
const CANDIDATES_MAX: usize = 100;
/// The most complete paths whose revocation is judged.
const COMPLETE_PATHS_MAX: usize = 8;

/// What a path may be made of.
#[derive(Debug, Clone, Copy)]
pub struct PathMaterial<'a> {
    /// Certificates of any kind, in any order; nothing is taken from them unproved.
    pub certificates: &'a [Certificate],
    /// Certificates that are trusted to begin with.
    pub anchors: &'a [Certificate],
    /// OCSPResponses in DER, about any certificate; what cannot be read or is about others is passed over.
    pub ocsp_responses: &'a [Vec<u8>],
    /// Revocation lists of any issuer.
    pub revocation_lists: &'a [RevocationList],
}

/// By which rules a path is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathRules {
    /// The time the path has to be valid at, in seconds since 1970-01-01T00:00:00Z: the time of a proof of existence such
    /// as a time-stamp over the signature, or the present without one.
    pub at_unix_s: i64,
    /// Whether the state of each certificate below the anchor has to be known.
    pub revocation: RevocationRule,
    /// For how many seconds after newer revocation information was due the old one still counts.
    pub grace_s: u32,
}

/// A path that is valid.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ValidatedPath {
    /// From the signer's certificate to the anchor.
    pub certificates: Vec<Certificate>,
    /// How the state of each of them is known, in the same order.
    pub evidence: Vec<RevocationEvidence>,
}

/// Finds a path from `leaf` to an anchor that is valid by `rules`, revocation included. What the leaf's key may be used for
/// is not judged.
///
/// # Errors
/// [`PathError`] of the candidate that came closest.
pub fn validate_path(
    leaf: &Certificate,
    material: &PathMaterial<'_>,
    rules: &PathRules,
) -> Result<ValidatedPath, PathError> {
    let mut search = Search {
        intermediates: material.certificates,
        anchors: material.anchors,
        at_unix_s: rules.at_unix_s,
        candidates_left: CANDIDATES_MAX,
        complete_paths_left: COMPLETE_PATHS_MAX,
        accept: |path: &[Certificate]| revocation::judge(path, material, rules),
    };
    let (certificates, evidence) = search.run(leaf)?;
    Ok(ValidatedPath {
        certificates,
        evidence,
    })
}

/// Finds a path from `leaf` over `intermediates` to one of `anchors`, valid at the given time (seconds since
/// 1970-01-01T00:00:00Z), and returns it from leaf to anchor. An anchor is judged like every other authority: it has to
/// be valid at that time and allowed to issue.
///
/// Neither revocation nor what the leaf's key may be used for is judged; see [`validate_path`] for the former.
///
/// # Errors
/// [`PathError`] of the candidate that came closest to an anchor.
pub fn build_path(
    leaf: &Certificate,
    intermediates: &[Certificate],
    anchors: &[Certificate],
    at_unix_s: i64,
) -> Result<Vec<Certificate>, PathError> {
    let mut search = Search {
        intermediates,
        anchors,
        at_unix_s,
        candidates_left: CANDIDATES_MAX,
        complete_paths_left: COMPLETE_PATHS_MAX,
        accept: |_: &[Certificate]| Ok(()),
    };
    search.run(leaf).map(|(path, ())| path)
}

struct Search<'a, F> {
    intermediates: &'a [Certificate],
    anchors: &'a [Certificate],
    at_unix_s: i64,
    candidates_left: usize,
    complete_paths_left: usize,
    /// The last word on a complete path.
    accept: F,
}

/// How long the path was when it failed, and why.
type Miss = (usize, PathError);

impl<T, F: Fn(&[Certificate]) -> Result<T, PathError>> Search<'_, F> {
    fn run(&mut self, leaf: &Certificate) -> Result<(Vec<Certificate>, T), PathError> {
        check_common(leaf, self.at_unix_s)?;
        let mut path = vec![leaf.clone()];
        let accepted = self.extend(&mut path).map_err(|(_, error)| error)?;
        Ok((path, accepted))
    }

    /// Extends `path` to an anchor; leaves it as it was on failure. Depth is bounded by [`PATH_LEN_MAX`].
    fn extend(&mut self, path: &mut Vec<Certificate>) -> Result<T, Miss> {
        let depth = path.len();
        let Some(current) = path.last().cloned() else {
            return Err((0, PathError::TooComplex));
        };
        if self.anchors.contains(&current) {
            self.complete_paths_left = self
                .complete_paths_left
                .checked_sub(1)
                .ok_or((PATH_LEN_MAX + 1, PathError::TooComplex))?;
            // A path that is complete came closer than any that is not.
            return (self.accept)(path).map_err(|error| (PATH_LEN_MAX + 1, error));
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
                Ok(accepted) => return Ok(accepted),
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
    ) -> Result<T, Miss> {
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
    if constraints
        .path_len
        .is_some_and(|allowed| authorities_below > usize::from(allowed))
    {
        return Err(PathError::PathLength(subject()));
    }
    match authority.name_constraints() {
        Some(constraints) => names::check(constraints, below).map_err(|name| PathError::NameConstraints {
            subject: subject(),
            name,
        }),
        None => Ok(()),
    }
}
