//! The small part of DER (ITU-T X.690 clause 10) that certificates, CMS and their relatives need.
//!
//! Reading is strict: definite minimal lengths, low tag numbers, minimal integers, canonical booleans. What BER
//! would allow besides is refused, so that two readers can never see two meanings in the same bytes.

pub(crate) mod oid;
mod read;
pub(crate) mod time;
mod write;

pub use read::{DerError, element_len};
pub(crate) use read::{Element, Reader};
pub(crate) use write::{Writer, encode, header, header_len};

/// Identifier octets used in this crate.
pub(crate) mod tag {
    pub(crate) const BOOLEAN: u8 = 0x01;
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const BIT_STRING: u8 = 0x03;
    pub(crate) const OCTET_STRING: u8 = 0x04;
    pub(crate) const NULL: u8 = 0x05;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const ENUMERATED: u8 = 0x0a;
    pub(crate) const UTF8_STRING: u8 = 0x0c;
    pub(crate) const PRINTABLE_STRING: u8 = 0x13;
    pub(crate) const TELETEX_STRING: u8 = 0x14;
    pub(crate) const IA5_STRING: u8 = 0x16;
    pub(crate) const UTC_TIME: u8 = 0x17;
    pub(crate) const GENERALIZED_TIME: u8 = 0x18;
    pub(crate) const BMP_STRING: u8 = 0x1e;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;

    /// `[n]` holding a primitive value (IMPLICIT tagging of a primitive type).
    pub(crate) const fn context(number: u8) -> u8 {
        0x80 | number
    }

    /// `[n]` holding further elements (EXPLICIT tagging, or IMPLICIT of a constructed type).
    pub(crate) const fn context_constructed(number: u8) -> u8 {
        0xa0 | number
    }
}
