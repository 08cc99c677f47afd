//! The document security store (ISO 32000-2, 12.8.4.3; ETSI EN 319 142-1, 5.4): certificates, OCSP responses and revocation
//! lists that let signatures be judged when their authorities are gone.

use std::{collections::HashSet, sync::Arc};

use super::{error::PlanError, error::SignError, update::Update};
use crate::{
    appearance::{push_integer, push_reference},
    document::Document,
    error::ReadError,
    object::{Object, Reference},
    serialize::{write_name, write_object},
};

/// `/Certs`, `/OCSPs`, `/CRLs`, in the order of [`PlannedStore::lists`].
const LISTS: [&str; 3] = ["Certs", "OCSPs", "CRLs"];
/// The same in an entry per signature (ISO 32000-2, table 262).
const ENTRY_LISTS: [&str; 3] = ["Cert", "OCSP", "CRL"];

/// What is to be added to the document security store. Data that are there already are not written again.
#[derive(Clone, Copy, Debug, Default)]
pub struct ValidationData<'a> {
    /// Certificates in DER: of signers, authorities, time-stamping authorities and OCSP responders.
    pub certificates: &'a [&'a [u8]],
    /// OCSP responses in DER, each the whole OCSPResponse (RFC 6960).
    pub ocsp_responses: &'a [&'a [u8]],
    /// Certificate revocation lists in DER (RFC 5280).
    pub revocation_lists: &'a [&'a [u8]],
    /// Which of them belong to which signature. Optional: readers look through everything.
    pub signatures: &'a [SignatureEvidence],
}

/// The data for one signature (ISO 32000-2, table 262). Numbers are indexes into the lists of [`ValidationData`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignatureEvidence {
    /// From [`evidence_key`].
    pub key: [u8; 20],
    /// Certificates.
    pub certificates: Vec<usize>,
    /// OCSP responses.
    pub ocsp_responses: Vec<usize>,
    /// Revocation lists.
    pub revocation_lists: Vec<usize>,
}

/// The name of a signature in the store: SHA-1 of the decoded `/Contents` with its padding (ISO 32000-2, table 261). It only
/// finds things; nothing is protected by it. `contents_hex` are the digits, as
/// [`PendingSignature::contents`](super::PendingSignature::contents) gives their place.
#[must_use]
pub fn evidence_key(contents_hex: &[u8]) -> [u8; 20] {
    let contents: Vec<u8> = contents_hex
        .chunks_exact(2)
        .map(|pair| {
            let digit = |byte| crate::lexer::hex_value(byte).unwrap_or(0);
            digit(pair[0]) << 4 | digit(pair[1])
        })
        .collect();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, &contents);
    let mut key = [0; 20];
    key.copy_from_slice(digest.as_ref());
    key
}

/// The store of a document as far as it has to be known to be extended.
#[derive(Clone, Debug, Default)]
pub(super) struct PlannedStore {
    /// The dictionary, where it is an object of its own.
    pub(super) object: Option<Reference>,
    pub(super) lists: [Vec<StoredItem>; 3],
    /// Key and value of each entry of `/VRI` as they are written.
    pub(super) entries: Vec<Entry>,
}

/// Key and value.
pub(super) type Entry = (Arc<[u8]>, Arc<[u8]>);

#[derive(Clone, Debug)]
pub(super) struct StoredItem {
    pub(super) sha256: [u8; 32],
    pub(super) reference: Reference,
}

impl PlannedStore {
    pub(super) fn read(document: &Document<'_>) -> Result<Self, PlanError> {
        let mut store = Self::default();
        let found = document.get(document.catalog(), "DSS")?.into_owned();
        let dictionary = match found {
            Object::Null => return Ok(store),
            Object::Dictionary(dictionary) => dictionary,
            _ => return Err(shape("/DSS of the catalog is not a dictionary")),
        };
        store.object = document.catalog().get("DSS").and_then(Object::as_reference);
        let mut bytes_left = document.limits().structure_bytes;
        for (list, key) in store.lists.iter_mut().zip(LISTS) {
            for element in document.get(&dictionary, key)?.as_array().unwrap_or_default() {
                let reference = element
                    .as_reference()
                    .ok_or_else(|| shape("the validation data have direct elements"))?;
                let Object::Stream(stream) = document.object(reference)? else {
                    return Err(shape("the validation data have something else than streams"));
                };
                let data = document.decode(&stream)?;
                bytes_left = bytes_left
                    .checked_sub(data.len())
                    .ok_or(ReadError::LimitExceeded {
                        what: "bytes of validation data",
                        limit: document.limits().structure_bytes,
                    })?;
                list.push(StoredItem {
                    sha256: sealpki::sha256(&data),
                    reference,
                });
            }
        }
        let entries = document.get(&dictionary, "VRI")?;
        if let Some(entries) = entries.as_dictionary() {
            for (key, value) in entries.iter() {
                let (mut name, mut text) = (Vec::new(), Vec::new());
                write_name(&mut name, key);
                write_object(&mut text, value, document.bytes());
                store.entries.push((name.into(), text.into()));
            }
        }
        Ok(store)
    }

    /// Writes what is new as streams and the dictionary around everything. Returns the dictionary, which needs a place in
    /// the catalog when it had none.
    pub(super) fn extend(
        &mut self,
        update: &mut Update,
        data: &ValidationData<'_>,
    ) -> Result<Reference, SignError> {
        let given = [data.certificates, data.ocsp_responses, data.revocation_lists];
        let mut grown = false;
        let mut references: [Vec<Reference>; 3] = Default::default();
        for ((list, given), references) in self.lists.iter_mut().zip(given).zip(&mut references) {
            for item in given {
                let sha256 = sealpki::sha256(item);
                let reference = match list.iter().find(|known| known.sha256 == sha256) {
                    Some(known) => known.reference,
                    None => {
                        grown = true;
                        let reference = write_stream(update, item)?;
                        list.push(StoredItem { sha256, reference });
                        reference
                    }
                };
                references.push(reference);
            }
        }
        for (index, evidence) in data.signatures.iter().enumerate() {
            grown |= self.add_entry(index, evidence, &references)?;
        }
        if !grown {
            return Err(SignError::NothingToAdd);
        }
        let object = match self.object {
            Some(object) => object,
            None => Reference::new(update.allocate()?),
        };
        self.object = Some(object);
        let mut text = b"<< /Type /DSS".to_vec();
        self.write(&mut text);
        update.object(object, &text);
        Ok(object)
    }

    /// Returns whether the entry is new; one that is there stays as it is.
    fn add_entry(
        &mut self,
        index: usize,
        evidence: &SignatureEvidence,
        references: &[Vec<Reference>; 3],
    ) -> Result<bool, SignError> {
        let mut name = b"/".to_vec();
        super::update::push_hex(&mut name, &evidence.key);
        if self.entries.iter().any(|(known, _)| **known == *name) {
            return Ok(false);
        }
        let wanted = [
            &evidence.certificates,
            &evidence.ocsp_responses,
            &evidence.revocation_lists,
        ];
        let mut text = b"<<".to_vec();
        for ((wanted, references), key) in wanted.into_iter().zip(references).zip(ENTRY_LISTS) {
            let mut chosen = Vec::with_capacity(wanted.len());
            for number in wanted {
                let reference = references
                    .get(*number)
                    .ok_or(SignError::NoSuchEvidence { entry: index })?;
                chosen.push(*reference);
            }
            write_list(&mut text, key, chosen.iter().copied());
        }
        text.extend_from_slice(b" >>");
        self.entries.push((name.into(), text.into()));
        Ok(true)
    }

    fn write(&self, out: &mut Vec<u8>) {
        for (list, key) in self.lists.iter().zip(LISTS) {
            let mut seen = HashSet::new();
            let references = list.iter().map(|item| item.reference);
            write_list(out, key, references.filter(|reference| seen.insert(*reference)));
        }
        if !self.entries.is_empty() {
            out.extend_from_slice(b" /VRI <<");
            for (key, value) in &self.entries {
                out.push(b' ');
                out.extend_from_slice(key);
                out.push(b' ');
                out.extend_from_slice(value);
            }
            out.extend_from_slice(b" >>");
        }
        out.extend_from_slice(b" >>");
    }
}

fn shape(what: &str) -> PlanError {
    PlanError::Shape {
        what: what.to_owned(),
    }
}

/// DER is hardly compressible and small; readers like it plain.
fn write_stream(update: &mut Update, data: &[u8]) -> Result<Reference, SignError> {
    let reference = Reference::new(update.allocate()?);
    update.begin(reference);
    update.bytes.extend_from_slice(b"<< /Length ");
    push_integer(&mut update.bytes, data.len() as u64);
    update.bytes.extend_from_slice(b" >>\nstream\n");
    update.bytes.extend_from_slice(data);
    update.bytes.extend_from_slice(b"\nendstream");
    update.end();
    Ok(reference)
}

/// ` /Key [1 0 R 2 0 R]`; nothing for an empty list.
fn write_list(out: &mut Vec<u8>, key: &str, references: impl Iterator<Item = Reference>) {
    let mut references = references.peekable();
    if references.peek().is_none() {
        return;
    }
    out.extend_from_slice(b" /");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b" [");
    for (index, reference) in references.enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        push_reference(out, reference.number, reference.generation);
    }
    out.push(b']');
}
