//! Whether the certificates of a path were revoked at a time (RFC 5280 6.3, RFC 6960, ETSI EN 319 102-1 5.2.5).

use super::{PathError, PathMaterial, PathRules};
use crate::certificate::Certificate;
use crate::crl::{RevocationList, RevocationReason};
use crate::der::oid;
use crate::ocsp::{CertificateStatus, verify_ocsp_response};

/// Whether the state of certificates has to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevocationRule {
    /// Revocation is not looked at.
    Ignore,
    /// What says "revoked" counts; nothing at hand is accepted.
    WhenAvailable,
    /// Every certificate below the anchor has to be known as not revoked, or to need no such knowledge.
    Required,
}

/// How the state of a certificate is known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationEvidence {
    /// It is the trust anchor.
    Anchor,
    /// A revocation list that does not name it, by its place in [`PathMaterial::revocation_lists`].
    List {
        /// The place in the list of lists.
        index: usize,
    },
    /// It is an OCSP responder whose state need not be asked for (RFC 6960 4.2.2.2.1).
    NoCheck,
    /// An OCSP response, by its place in [`PathMaterial::ocsp_responses`].
    Ocsp {
        /// The place in the list of responses.
        index: usize,
        /// Who answered; its certificate belongs to the evidence.
        responder: Box<Certificate>,
    },
    /// Nothing is known, and the rules allow that.
    Unknown,
}

/// What one source says about one certificate.
struct Statement {
    this_update_unix_s: i64,
    revoked: Option<(i64, Option<RevocationReason>)>,
    /// Whether it says something about the time that matters.
    is_conclusive: bool,
    evidence: RevocationEvidence,
}

/// Judges every certificate of a complete path.
pub(super) fn judge(
    path: &[Certificate],
    material: &PathMaterial<'_>,
    rules: &PathRules,
) -> Result<Vec<RevocationEvidence>, PathError> {
    let mut evidence = Vec::with_capacity(path.len());
    for (index, certificate) in path.iter().enumerate() {
        evidence.push(match path.get(index + 1) {
            None => RevocationEvidence::Anchor,
            Some(_) if rules.revocation == RevocationRule::Ignore => RevocationEvidence::Unknown,
            Some(_) if is_exempt(certificate) => RevocationEvidence::NoCheck,
            Some(issuer) => judge_one(certificate, issuer, index > 0, material, rules)?,
        });
    }
    Ok(evidence)
}

/// RFC 6960 4.2.2.2.1: the exemption is one of OCSP responders. On another certificate it means nothing.
fn is_exempt(certificate: &Certificate) -> bool {
    certificate.has_ocsp_no_check() && certificate.has_usage(oid::EKU_OCSP_SIGNING)
}

fn judge_one(
    certificate: &Certificate,
    issuer: &Certificate,
    is_authority: bool,
    material: &PathMaterial<'_>,
    rules: &PathRules,
) -> Result<RevocationEvidence, PathError> {
    let subject = || certificate.subject().to_string();
    let at = rules.at_unix_s;
    let mut statements = list_statements(certificate, issuer, material.revocation_lists, rules);
    statements.extend(ocsp_statements(certificate, issuer, material, rules));
    let in_force = |statement: &&Statement| statement.revoked.is_some_and(|(since, _)| since <= at);
    let is_hold = |statement: &&Statement| {
        statement
            .revoked
            .is_some_and(|(_, reason)| reason == Some(RevocationReason::CertificateHold))
    };
    // A revocation is for ever, whatever newer sources say; a suspension can be lifted.
    if let Some((at_unix_s, reason)) = statements
        .iter()
        .filter(in_force)
        .find(|statement| !is_hold(statement))
        .and_then(|statement| statement.revoked)
    {
        return Err(PathError::Revoked {
            subject: subject(),
            at_unix_s,
            reason,
            is_authority,
        });
    }
    let newest = statements
        .into_iter()
        .filter(|statement| statement.is_conclusive)
        .max_by_key(|statement| statement.this_update_unix_s);
    match newest {
        Some(statement) if in_force(&&statement) => Err(PathError::OnHold(subject())),
        Some(statement) => Ok(statement.evidence),
        None if rules.revocation == RevocationRule::Required => {
            Err(PathError::NoRevocationInformation(subject()))
        }
        None => Ok(RevocationEvidence::Unknown),
    }
}

/// A statement counts for a time when it was current then or was made later, but not so late that the issuer had stopped
/// to speak about the expired certificate.
fn is_conclusive(certificate: &Certificate, this_update: i64, is_current: bool, rules: &PathRules) -> bool {
    let is_later = this_update >= rules.at_unix_s && this_update <= certificate.not_after_unix_s();
    is_current || is_later
}

fn list_statements(
    certificate: &Certificate,
    issuer: &Certificate,
    lists: &[RevocationList],
    rules: &PathRules,
) -> Vec<Statement> {
    lists
        .iter()
        .enumerate()
        .filter(|(_, list)| {
            list.covers(certificate)
                && issuer.is_valid_at(list.this_update_unix_s())
                && list.verify(issuer).is_ok()
        })
        .map(|(index, list)| {
            let is_current = list.is_current_at(rules.at_unix_s, rules.grace_s);
            Statement {
                this_update_unix_s: list.this_update_unix_s(),
                revoked: list
                    .find(certificate.serial())
                    .filter(|entry| entry.reason != Some(RevocationReason::RemoveFromCrl))
                    .map(|entry| (entry.at_unix_s, entry.reason)),
                is_conclusive: is_conclusive(certificate, list.this_update_unix_s(), is_current, rules),
                evidence: RevocationEvidence::List { index },
            }
        })
        .collect()
}

fn ocsp_statements(
    certificate: &Certificate,
    issuer: &Certificate,
    material: &PathMaterial<'_>,
    rules: &PathRules,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    for (index, response) in material.ocsp_responses.iter().enumerate() {
        let Ok(verified) = verify_ocsp_response(response, certificate, issuer, material.certificates) else {
            continue;
        };
        let revoked = match verified.status {
            CertificateStatus::Good => None,
            CertificateStatus::Revoked { at_unix_s, reason } => Some((at_unix_s, reason)),
            CertificateStatus::Unknown => continue,
        };
        if !issuer.is_valid_at(verified.produced_at_unix_s)
            || is_responder_revoked(&verified.responder, issuer, material, verified.produced_at_unix_s)
        {
            continue;
        }
        let is_current = verified.is_current_at(rules.at_unix_s, rules.grace_s);
        statements.push(Statement {
            this_update_unix_s: verified.this_update_unix_s,
            revoked,
            is_conclusive: is_conclusive(certificate, verified.this_update_unix_s, is_current, rules),
            evidence: RevocationEvidence::Ocsp {
                index,
                responder: Box::new(verified.responder),
            },
        });
    }
    statements
}

/// A responder that is not exempt is looked up in the lists of its issuer; another responder is not asked about it.
fn is_responder_revoked(
    responder: &Certificate,
    issuer: &Certificate,
    material: &PathMaterial<'_>,
    produced_at_unix_s: i64,
) -> bool {
    if responder == issuer || is_exempt(responder) {
        return false;
    }
    material.revocation_lists.iter().any(|list| {
        list.find(responder.serial())
            .is_some_and(|entry| entry.at_unix_s <= produced_at_unix_s)
            && list.covers(responder)
            && list.verify(issuer).is_ok()
    })
}
