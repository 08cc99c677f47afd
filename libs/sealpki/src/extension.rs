//! Extensions as certificates, revocation lists, OCSP and time-stamps have them (RFC 5280 4.1): identifier, criticality,
//! value.

use crate::certificate::CertificateError;
use crate::der::{DerError, Reader, Writer, oid, tag};

/// One extension, its value not yet looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extension<'a> {
    pub(crate) oid: &'a [u8],
    pub(crate) critical: bool,
    /// Contents of the extnValue OCTET STRING.
    pub(crate) value: &'a [u8],
}

/// Why a list of extensions is not one.
#[derive(Debug)]
pub(crate) enum ListError {
    Der(DerError),
    /// The same extension twice, as dotted numbers (RFC 5280 4.2).
    Duplicate(String),
}

impl From<DerError> for ListError {
    fn from(error: DerError) -> Self {
        Self::Der(error)
    }
}

/// For structures that do not name the doubled extension.
impl From<ListError> for DerError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Der(error) => error,
            ListError::Duplicate(_) => Self::Value,
        }
    }
}

impl From<ListError> for CertificateError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Der(error) => error.into(),
            ListError::Duplicate(oid) => Self::DuplicateExtension(oid),
        }
    }
}

/// Reads the elements of a SEQUENCE OF Extension: at least one, each identifier at most once.
pub(crate) fn read_list(mut list: Reader<'_>) -> Result<Vec<Extension<'_>>, ListError> {
    let mut found: Vec<Extension<'_>> = Vec::new();
    while !list.is_empty() {
        let mut fields = list.open(tag::SEQUENCE)?;
        let oid = fields.oid()?;
        let critical = fields.default_false()?;
        let value = fields.octet_string()?;
        fields.finish()?;
        if found.iter().any(|known| known.oid == oid) {
            return Err(ListError::Duplicate(oid::to_text(oid)));
        }
        found.push(Extension { oid, critical, value });
    }
    if found.is_empty() {
        Err(DerError::Value.into())
    } else {
        Ok(found)
    }
}

/// Writes one extension.
pub(crate) fn write(writer: &mut Writer, oid: &[u8], critical: bool, value: &[u8]) {
    writer.sequence(|w| {
        w.oid(oid);
        if critical {
            w.true_value();
        }
        w.octet_string(value);
    });
}

/// The value of an authority key identifier that names a key (RFC 5280 4.2.1.1).
pub(crate) fn authority_key_id(key_id: &[u8]) -> Vec<u8> {
    crate::der::encode(|w| w.sequence(|w| w.element(tag::context(0), key_id)))
}
