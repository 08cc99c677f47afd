//! Certificates, OCSP responses and revocation lists to judge with: from the document and from the caller.

use std::{cell::RefCell, collections::HashMap};

use sealpki::{Certificate, CertificateStatus, RevocationList, verify_ocsp_response};

use super::{
    Validation,
    report::{RevocationReport, RevocationState},
};
use crate::{document::Document, error::ReadError, object::Object};

/// Elements of each kind looked at; more than any real document has.
const ITEMS_MAX: usize = 2_000;

/// What an issuer says about a certificate at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Not revoked, by data recent enough.
    Good,
    /// Revoked since then.
    Revoked(i64),
    /// No data, or none recent enough.
    Unknown,
}

#[derive(Default)]
pub(super) struct Evidence {
    pub(super) certificates: Vec<Certificate>,
    ocsp_responses: Vec<Item<Vec<u8>>>,
    lists: Vec<Item<RevocationList>>,
    /// Whether an issuer (by the bytes of its certificate) signed a list, which is asked for every certificate.
    signed_by: RefCell<HashMap<(usize, Vec<u8>), bool>>,
}

struct Item<T> {
    data: T,
    /// From the document security store, and not from the caller.
    is_stored: bool,
}

impl Evidence {
    pub(super) fn collect(document: &Document<'_>, options: &Validation<'_>) -> Result<Self, ReadError> {
        let mut evidence = Self {
            certificates: options.certificates.to_vec(),
            ..Self::default()
        };
        for response in options.ocsp_responses {
            evidence.add_ocsp(response.to_vec(), false);
        }
        for list in options.revocation_lists {
            evidence.add_list(list, false);
        }
        let store = document.get(document.catalog(), "DSS")?;
        let Some(store) = store.as_dictionary() else {
            return Ok(evidence);
        };
        // What cannot be read helps nobody and harms nobody.
        for data in streams(document, document.get(store, "Certs")?.as_ref())? {
            evidence.certificates.extend(Certificate::from_der(&data));
        }
        for data in streams(document, document.get(store, "OCSPs")?.as_ref())? {
            evidence.add_ocsp(data, true);
        }
        for data in streams(document, document.get(store, "CRLs")?.as_ref())? {
            evidence.add_list(&data, true);
        }
        Ok(evidence)
    }

    fn add_ocsp(&mut self, data: Vec<u8>, is_stored: bool) {
        self.ocsp_responses.push(Item { data, is_stored });
    }

    fn add_list(&mut self, der: &[u8], is_stored: bool) {
        if let Ok(data) = RevocationList::from_der(der) {
            self.lists.push(Item { data, is_stored });
        }
    }

    /// The state of a certificate at a time, with where it is known from. The worst answer counts.
    pub(super) fn standing(
        &self,
        certificate: &Certificate,
        issuer: &Certificate,
        at_unix_s: i64,
        grace_s: u32,
    ) -> (Standing, Option<RevocationReport>) {
        let mut best = (Standing::Unknown, None);
        let answers = self
            .ocsp_answers(certificate, issuer)
            .chain(self.list_answers(certificate, issuer));
        for answer in answers {
            let report = |state| RevocationReport {
                subject: certificate.subject().to_string(),
                source: answer.source.to_owned(),
                stored_in_document: answer.is_stored,
                state,
                this_update_unix_s: answer.this_update,
            };
            match answer.revoked {
                // What happened later does not touch a signature that is proven to be older.
                Some(since) if since <= at_unix_s => {
                    return (Standing::Revoked(since), Some(report(RevocationState::Revoked)));
                }
                _ if answer.is_recent(at_unix_s, grace_s) && best.0 == Standing::Unknown => {
                    best = (Standing::Good, Some(report(RevocationState::Good)));
                }
                _ => {}
            }
        }
        best
    }

    fn ocsp_answers(&self, certificate: &Certificate, issuer: &Certificate) -> impl Iterator<Item = Answer> {
        let serial = certificate.serial().as_octets();
        self.ocsp_responses
            .iter()
            // The serial number stands in every answer about the certificate; looking for it is cheaper than verifying.
            .filter(move |item| memchr::memmem::find(&item.data, serial).is_some())
            .filter_map(|item| {
                let found = verify_ocsp_response(&item.data, certificate, issuer, &self.certificates).ok()?;
                let revoked = match found.status {
                    CertificateStatus::Good => None,
                    CertificateStatus::Revoked { at_unix_s, .. } => Some(at_unix_s),
                    CertificateStatus::Unknown => return None,
                };
                Some(Answer {
                    source: "ocsp",
                    is_stored: item.is_stored,
                    revoked,
                    this_update: found.this_update_unix_s,
                    next_update: found.next_update_unix_s,
                })
            })
    }

    fn list_answers(&self, certificate: &Certificate, issuer: &Certificate) -> impl Iterator<Item = Answer> {
        self.lists.iter().enumerate().filter_map(|(index, item)| {
            let list = &item.data;
            if !list.covers(certificate) || !self.is_signed_by(index, list, issuer) {
                return None;
            }
            Some(Answer {
                source: "crl",
                is_stored: item.is_stored,
                revoked: list.find(certificate.serial()).map(|entry| entry.at_unix_s),
                this_update: list.this_update_unix_s(),
                next_update: list.next_update_unix_s(),
            })
        })
    }

    fn is_signed_by(&self, index: usize, list: &RevocationList, issuer: &Certificate) -> bool {
        *self
            .signed_by
            .borrow_mut()
            .entry((index, issuer.der().to_vec()))
            .or_insert_with(|| list.verify(issuer).is_ok())
    }
}

/// One answer about a certificate.
struct Answer {
    source: &'static str,
    is_stored: bool,
    revoked: Option<i64>,
    this_update: i64,
    next_update: Option<i64>,
}

impl Answer {
    /// Made after the time in question, or still in force then.
    fn is_recent(&self, at_unix_s: i64, grace_s: u32) -> bool {
        let end = self.next_update.unwrap_or(self.this_update);
        self.this_update >= at_unix_s || end.saturating_add(i64::from(grace_s)) >= at_unix_s
    }
}

fn streams(document: &Document<'_>, list: &Object) -> Result<Vec<Vec<u8>>, ReadError> {
    let mut left = document.limits().structure_bytes;
    let mut found = Vec::new();
    for element in list.as_array().unwrap_or_default().iter().take(ITEMS_MAX) {
        let element = document.resolve(element)?;
        if let Some(stream) = element.as_stream() {
            let data = document.decode(stream)?;
            left = left.checked_sub(data.len()).ok_or(ReadError::LimitExceeded {
                what: "bytes of validation data",
                limit: document.limits().structure_bytes,
            })?;
            found.push(data);
        }
    }
    Ok(found)
}
