//! The state of certificates: OCSP answers and the revocation list.

use std::collections::HashMap;

use qishu_store::revocation::Revocation;
use qishu_store::{Reader, act, evidence, revocation};
use sealpki::{
    Certificate, CertificateStatus, OcspRefusal, OcspRequest, RevocationReason, RevokedCertificate,
    SerialNumber,
};

use crate::{App, AppError, HierarchyRef};

/// One-time certificates live three years at most, so older revocations need no listing (RFC 5280 3.3).
const LISTED_YEARS: i64 = 4;

/// Answers an OCSPRequest in DER with an OCSPResponse in DER. A serial that was never recorded is unknown.
///
/// # Errors
/// Internal when the store or the responder's key fails.
pub async fn answer_ocsp(app: &App, request: &[u8]) -> Result<Vec<u8>, AppError> {
    let request = match OcspRequest::from_der(request) {
        Ok(request) => request,
        Err(refusal) => return Ok(refusal.to_response()),
    };
    if app.clock.fault().is_some() {
        return Ok(OcspRefusal::TryLater.to_response());
    }
    let mut reader = app.store.read("answer_ocsp");
    let mut states = HashMap::new();
    for id in &request.certificates {
        let serial = id.serial().to_string();
        let state = state_of(&mut reader, &serial).await?;
        states.insert(serial, state);
    }
    let status = |serial: &SerialNumber| {
        let known = states.get(&serial.to_string());
        known.copied().unwrap_or(CertificateStatus::Unknown)
    };
    let all_of = |hierarchy: &HierarchyRef<'_>| {
        let issuing = hierarchy.authority.issuing_certificate();
        request.certificates.iter().all(|id| id.is_issued_by(issuing))
    };
    let asked = app.hierarchies().find(all_of);
    let services = asked.map_or(&app.services, |hierarchy| hierarchy.services);
    let answer = services.answer_ocsp(&request, status, app.now().ms());
    answer.map_err(|error| AppError::internal("state of certificates", error))
}

async fn state_of(reader: &mut Reader, serial: &str) -> Result<CertificateStatus, AppError> {
    if let Some(revoked) = revocation::find(reader, serial).await? {
        return Ok(CertificateStatus::Revoked {
            at_unix_s: revoked.at.ms().div_euclid(1000),
            reason: RevocationReason::from_code(revoked.reason),
        });
    }
    let of_act = act::find_certificate(reader, serial).await?;
    let issued =
        of_act.is_some_and(|known| known.issued.is_some()) || evidence::has_issued(reader, serial).await?;
    Ok(if issued {
        CertificateStatus::Good
    } else {
        CertificateStatus::Unknown
    })
}

/// The revocation list of the issuing authority of one hierarchy, in DER.
///
/// # Errors
/// Internal when the store or the authority's key fails, or while the clock cannot be trusted.
pub async fn revocation_list(app: &App, hierarchy: HierarchyRef<'_>) -> Result<Vec<u8>, AppError> {
    let now = app.trusted_now()?;
    let mut reader = app.store.read("revocation_list");
    let since = now.plus_days(-365 * LISTED_YEARS);
    let revoked = revocation::list(&mut reader, since).await?;
    let issuing = hierarchy.authority.issuing_certificate();
    let mut entries = Vec::with_capacity(revoked.len());
    for one in &revoked {
        let certificate = act::find_certificate(&mut reader, &one.serial).await?;
        let der = certificate.and_then(|known| known.issued).map(|(_, der)| der);
        let certificate = der.and_then(|der| Certificate::from_der(&der).ok());
        if certificate.is_some_and(|certificate| certificate.issuer() == issuing.subject()) {
            entries.extend(entry(one));
        }
    }
    let list = hierarchy.authority.revocation_list(entries, now.ms());
    let list = list.map_err(|error| AppError::internal("revocation list", error))?;
    Ok(list.der().to_vec())
}

fn entry(revoked: &Revocation) -> Option<RevokedCertificate> {
    Some(RevokedCertificate {
        serial: SerialNumber::from_unsigned(&hex::decode(&revoked.serial).ok()?)?,
        at_unix_s: revoked.at.ms().div_euclid(1000),
        reason: RevocationReason::from_code(revoked.reason),
    })
}
