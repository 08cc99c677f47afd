//! Certificate extensions (RFC 5280 4.2): the ones that decide what a key may do.

use super::CertificateError;
use super::names::{self, GeneralName, NameConstraints};
use crate::der::{DerError, Reader, oid, tag};
use crate::extension::{self, Extension};

/// What a key may be used for (RFC 5280 4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUsage {
    /// Bit n of the BIT STRING is bit n here.
    bits: u16,
}

impl KeyUsage {
    pub(crate) const DIGITAL_SIGNATURE: u16 = 1;
    pub(crate) const NON_REPUDIATION: u16 = 1 << 1;
    pub(crate) const KEY_CERT_SIGN: u16 = 1 << 5;
    pub(crate) const CRL_SIGN: u16 = 1 << 6;

    pub(crate) fn bits(self) -> u16 {
        self.bits
    }

    /// Signatures other than those on certificates and revocation lists.
    pub fn digital_signature(self) -> bool {
        self.bits & Self::DIGITAL_SIGNATURE != 0
    }

    /// Signatures their maker is held to (also called content commitment).
    pub fn non_repudiation(self) -> bool {
        self.bits & Self::NON_REPUDIATION != 0
    }

    /// Signatures on certificates.
    pub fn key_cert_sign(self) -> bool {
        self.bits & Self::KEY_CERT_SIGN != 0
    }

    /// Signatures on revocation lists.
    pub fn crl_sign(self) -> bool {
        self.bits & Self::CRL_SIGN != 0
    }
}

/// Whether a certificate may issue others, and how deep (RFC 5280 4.2.1.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BasicConstraints {
    /// The subject is an authority.
    pub ca: bool,
    /// How many intermediate authorities may follow; `None` for any number.
    pub path_len: Option<u8>,
}

/// The extensions of one certificate.
#[derive(Debug, Default)]
pub(crate) struct Extensions {
    pub(crate) basic_constraints: Option<BasicConstraints>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) extended_key_usages: Vec<String>,
    pub(crate) extended_key_usage_critical: bool,
    pub(crate) subject_key_id: Option<Vec<u8>>,
    pub(crate) authority_key_id: Option<Vec<u8>>,
    pub(crate) alternative_names: Vec<GeneralName>,
    pub(crate) name_constraints: Option<NameConstraints>,
    pub(crate) ocsp_no_check: bool,
    pub(crate) unprocessed_critical: Vec<String>,
}

/// Reads the contents of the `[3]` field: one SEQUENCE of extensions, each at most once.
pub(crate) fn read(contents: &[u8]) -> Result<Extensions, CertificateError> {
    let mut found = Extensions::default();
    let list = Reader::open_only(contents, tag::SEQUENCE)?;
    for Extension { oid, critical, value } in extension::read_list(list)? {
        read_one(&mut found, oid, critical, value).map_err(|source| CertificateError::Extension {
            oid: oid::to_text(oid),
            source,
        })?;
    }
    Ok(found)
}

fn read_one(found: &mut Extensions, oid: &[u8], critical: bool, value: &[u8]) -> Result<(), DerError> {
    match oid {
        oid::BASIC_CONSTRAINTS => found.basic_constraints = Some(basic_constraints(value)?),
        oid::KEY_USAGE => found.key_usage = Some(key_usage(value)?),
        oid::EXTENDED_KEY_USAGE => {
            found.extended_key_usages = extended_key_usages(value)?;
            found.extended_key_usage_critical = critical;
        }
        // RFC 6960 4.2.2.2.1: the value is NULL, and may be any other that says nothing.
        oid::OCSP_NO_CHECK => found.ocsp_no_check = true,
        oid::SUBJECT_KEY_ID => {
            let mut reader = Reader::new(value);
            found.subject_key_id = Some(reader.octet_string()?.to_vec());
            reader.finish()?;
        }
        oid::AUTHORITY_KEY_ID => found.authority_key_id = authority_key_id(value)?,
        // Every policy is accepted, so there is nothing to process in it.
        oid::CERTIFICATE_POLICIES => {}
        // Name constraints bind also when an issuer forgot to mark them critical (RFC 5280 4.2.1.10).
        oid::NAME_CONSTRAINTS => found.name_constraints = Some(names::read_constraints(value)?),
        oid::SUBJECT_ALTERNATIVE_NAME => found.alternative_names = names::read_alternative_names(value)?,
        _ if critical => found.unprocessed_critical.push(oid::to_text(oid)),
        _ => {}
    }
    Ok(())
}

fn basic_constraints(value: &[u8]) -> Result<BasicConstraints, DerError> {
    let mut fields = Reader::open_only(value, tag::SEQUENCE)?;
    let ca = fields.default_false()?;
    let path_len = if fields.is_empty() {
        None
    } else {
        Some(fields.small_integer()?)
    };
    fields.finish()?;
    if path_len.is_some() && !ca {
        Err(DerError::Value)
    } else {
        Ok(BasicConstraints { ca, path_len })
    }
}

/// A named bit list: bit 0 is the highest bit of the first octet, and the last octet ends with a set bit
/// (X.690 11.2.2).
fn key_usage(value: &[u8]) -> Result<KeyUsage, DerError> {
    let mut reader = Reader::new(value);
    let contents = reader.element(tag::BIT_STRING)?.contents;
    reader.finish()?;
    let (&unused, octets) = contents.split_first().ok_or(DerError::Value)?;
    let last = octets.last().copied().unwrap_or_default();
    if octets.is_empty() || octets.len() > 2 || u32::from(unused) != last.trailing_zeros() {
        return Err(DerError::Value);
    }
    let bits = octets.iter().zip([0u32, 8]).fold(0u16, |bits, (octet, shift)| {
        bits | (u16::from(octet.reverse_bits()) << shift)
    });
    Ok(KeyUsage { bits })
}

fn extended_key_usages(value: &[u8]) -> Result<Vec<String>, DerError> {
    let mut list = Reader::open_only(value, tag::SEQUENCE)?;
    let mut usages = Vec::new();
    while !list.is_empty() {
        usages.push(oid::to_text(list.oid()?));
    }
    if usages.is_empty() {
        Err(DerError::Value)
    } else {
        Ok(usages)
    }
}

/// The key identifier; issuer and serial number are read over, no path is built by them.
pub(crate) fn authority_key_id(value: &[u8]) -> Result<Option<Vec<u8>>, DerError> {
    let mut fields = Reader::open_only(value, tag::SEQUENCE)?;
    let key_id = fields
        .optional(tag::context(0))?
        .map(|element| element.contents.to_vec());
    fields.optional(tag::context_constructed(1))?;
    fields.optional(tag::context(2))?;
    fields.finish()?;
    Ok(key_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_usage_bits_are_read_from_the_high_end() {
        let usage = key_usage(&[3, 2, 6, 0xc0]).unwrap();
        assert!(usage.digital_signature() && usage.non_repudiation());
        assert!(!usage.key_cert_sign() && !usage.crl_sign());
        let usage = key_usage(&[3, 2, 1, 0x06]).unwrap();
        assert!(usage.key_cert_sign() && usage.crl_sign() && !usage.digital_signature());
        assert_eq!(key_usage(&[3, 3, 7, 0x00, 0x80]).unwrap().bits(), 1 << 8);
        for bad in [
            &[3, 2, 5, 0xc0][..],
            &[3, 1, 0],
            &[3, 2, 0, 0],
            &[3, 4, 7, 0, 0, 0x80],
            &[3, 0],
        ] {
            assert_eq!(key_usage(bad).unwrap_err(), DerError::Value, "{bad:?}");
        }
    }

    #[test]
    fn constraints_of_no_authority_have_no_depth() {
        let limited = basic_constraints(&[0x30, 6, 1, 1, 0xff, 2, 1, 0]).unwrap();
        assert_eq!(
            limited,
            BasicConstraints {
                ca: true,
                path_len: Some(0)
            }
        );
        assert_eq!(
            basic_constraints(&[0x30, 0]).unwrap(),
            BasicConstraints {
                ca: false,
                path_len: None
            }
        );
        assert!(basic_constraints(&[0x30, 3, 2, 1, 0]).is_err());
        assert!(basic_constraints(&[0x30, 3, 1, 1, 0]).is_err());
    }

    #[test]
    fn what_is_not_processed_is_remembered_when_it_binds() {
        let mut found = Extensions::default();
        read_one(&mut found, &[0x2a, 3], false, &[]).unwrap();
        assert!(found.unprocessed_critical.is_empty());
        read_one(&mut found, &[0x2a, 3], true, &[]).unwrap();
        assert_eq!(found.unprocessed_critical, ["1.2.3"]);
        let empty = read_one(&mut found, oid::NAME_CONSTRAINTS, false, &[0x30, 0]);
        assert_eq!(empty, Err(DerError::Value), "constraints that constrain nothing");
    }
}
