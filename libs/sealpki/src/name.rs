//! Distinguished names (RFC 5280 4.1.2.4): who a certificate is about and who issued it.

use std::fmt;

use crate::der::{DerError, Element, Reader, Writer, encode, oid, tag};

/// Attribute types names are made of here (X.520, RFC 5280 appendix A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttributeKind {
    /// commonName, at most 64 characters.
    CommonName,
    /// countryName, two capital letters of ISO 3166.
    Country,
    /// localityName, at most 128 characters.
    Locality,
    /// organizationName, at most 64 characters.
    Organisation,
    /// organizationIdentifier, at most 256 characters (ETSI EN 319 412-1 5.1.4).
    OrganisationIdentifier,
    /// organizationalUnitName, at most 64 characters.
    OrganisationalUnit,
    /// serialNumber of the named person or company, at most 64 printable characters.
    SerialNumber,
    /// stateOrProvinceName, at most 128 characters.
    StateOrProvince,
}

const KINDS: [AttributeKind; 8] = [
    AttributeKind::CommonName,
    AttributeKind::Country,
    AttributeKind::Locality,
    AttributeKind::Organisation,
    AttributeKind::OrganisationIdentifier,
    AttributeKind::OrganisationalUnit,
    AttributeKind::SerialNumber,
    AttributeKind::StateOrProvince,
];

impl AttributeKind {
    fn oid(self) -> &'static [u8] {
        match self {
            Self::CommonName => oid::COMMON_NAME,
            Self::Country => oid::COUNTRY,
            Self::Locality => oid::LOCALITY,
            Self::Organisation => oid::ORGANISATION,
            Self::OrganisationIdentifier => oid::ORGANISATION_IDENTIFIER,
            Self::OrganisationalUnit => oid::ORGANISATIONAL_UNIT,
            Self::SerialNumber => oid::SERIAL_NUMBER,
            Self::StateOrProvince => oid::STATE,
        }
    }

    fn from_oid(oid: &[u8]) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.oid() == oid)
    }

    /// The longest value in characters (X.520 upper bounds, RFC 5280 appendix A.1).
    pub const fn chars_max(self) -> usize {
        match self {
            Self::CommonName | Self::Organisation | Self::OrganisationalUnit | Self::SerialNumber => 64,
            Self::Country => 2,
            Self::Locality | Self::StateOrProvince => 128,
            Self::OrganisationIdentifier => 256,
        }
    }

    /// The short name of RFC 4514 and common practice.
    pub const fn short_name(self) -> &'static str {
        match self {
            Self::CommonName => "CN",
            Self::Country => "C",
            Self::Locality => "L",
            Self::Organisation => "O",
            Self::OrganisationIdentifier => "organizationIdentifier",
            Self::OrganisationalUnit => "OU",
            Self::SerialNumber => "serialNumber",
            Self::StateOrProvince => "ST",
        }
    }

    /// RFC 5280 appendix A.1: country and serial number are PrintableString, the others UTF8String.
    const fn string_tag(self) -> u8 {
        match self {
            Self::Country | Self::SerialNumber => tag::PRINTABLE_STRING,
            _ => tag::UTF8_STRING,
        }
    }
}

/// Why a value cannot be part of a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// A value contains characters its type does not allow.
    #[error("the value of {} contains a character that is not allowed there", .0.short_name())]
    Character(AttributeKind),
    /// A value is empty.
    #[error("the value of {} is empty", .0.short_name())]
    Empty(AttributeKind),
    /// A value has another length than its type allows.
    #[error("the value of {} has {chars} characters, allowed are {}", .kind.short_name(), .kind.chars_max())]
    Length {
        /// The attribute.
        kind: AttributeKind,
        /// How many characters the value has.
        chars: usize,
    },
}

/// One attribute of a name that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAttribute {
    /// The type, when it is one of the known ones.
    pub kind: Option<AttributeKind>,
    /// The type as dotted numbers.
    pub oid: String,
    /// The value; strings of unknown types are given as `#` and hexadecimal DER (RFC 4514 2.4).
    pub value: String,
}

/// A name with its exact encoding. Names are equal when their encodings are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DistinguishedName {
    der: Vec<u8>,
}

impl DistinguishedName {
    /// Encodes a name: one attribute per relative name, in the order given (by custom from country to common name).
    ///
    /// # Errors
    /// [`NameError`] for empty, too long or unprintable values.
    pub fn new(attributes: &[(AttributeKind, &str)]) -> Result<Self, NameError> {
        for &(kind, value) in attributes {
            check_value(kind, value)?;
        }
        let der = encode(|w| {
            w.sequence(|w| {
                for &(kind, value) in attributes {
                    write_attribute(w, kind, value);
                }
            });
        });
        Ok(Self { der })
    }

    /// Reads the DER of a Name.
    ///
    /// # Errors
    /// [`DerError`] when the bytes are not one well-formed Name.
    pub fn from_der(der: &[u8]) -> Result<Self, DerError> {
        let name = Self { der: der.to_vec() };
        name.read_attributes()?;
        Ok(name)
    }

    /// The exact encoding.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// Whether the name has no attributes.
    pub fn is_empty(&self) -> bool {
        self.der.len() <= 2
    }

    /// All attributes in the order of the encoding.
    pub fn attributes(&self) -> Vec<NameAttribute> {
        // The bytes were checked when the name was made.
        self.read_attributes().unwrap_or_default()
    }

    /// The first value of one kind.
    pub fn first(&self, kind: AttributeKind) -> Option<String> {
        self.attributes()
            .into_iter()
            .find(|attribute| attribute.kind == Some(kind))
            .map(|found| found.value)
    }

    /// The relative names in a form in which different encodings of one text are equal (RFC 5280 7.1): without case, with
    /// single blanks. For constraints only, where a name must not escape by being written otherwise.
    pub(crate) fn comparable(&self) -> Vec<Vec<(String, String)>> {
        let mut relative_names = Vec::new();
        // The bytes were checked when the name was made.
        let Ok(mut sets) = Reader::open_only(&self.der, tag::SEQUENCE) else {
            return relative_names;
        };
        while let Ok(set) = sets.element(tag::SET) {
            let mut pairs = Vec::new();
            let mut list = Reader::new(set.contents);
            while let Ok(mut pair) = list.open(tag::SEQUENCE) {
                let (Ok(oid), Ok(value)) = (pair.oid(), pair.any()) else {
                    break;
                };
                let text = decode_text(value).unwrap_or_default().to_lowercase();
                let folded: Vec<&str> = text.split_whitespace().collect();
                pairs.push((oid::to_text(oid), folded.join(" ")));
            }
            pairs.sort();
            relative_names.push(pairs);
        }
        relative_names
    }

    fn read_attributes(&self) -> Result<Vec<NameAttribute>, DerError> {
        let mut attributes = Vec::new();
        let mut relative_names = Reader::open_only(&self.der, tag::SEQUENCE)?;
        while !relative_names.is_empty() {
            let mut set = relative_names.open(tag::SET)?;
            if set.is_empty() {
                return Err(DerError::Value);
            }
            while !set.is_empty() {
                let mut pair = set.open(tag::SEQUENCE)?;
                let oid = pair.oid()?;
                let value = decode_text(pair.any()?)?;
                pair.finish()?;
                attributes.push(NameAttribute {
                    kind: AttributeKind::from_oid(oid),
                    oid: oid::to_text(oid),
                    value,
                });
            }
        }
        Ok(attributes)
    }
}

/// RFC 4514: last attribute first, special characters escaped.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, attribute) in self.attributes().iter().rev().enumerate() {
            if index > 0 {
                formatter.write_str(",")?;
            }
            formatter.write_str(attribute.kind.map_or(&attribute.oid, |kind| kind.short_name()))?;
            formatter.write_str("=")?;
            for (position, character) in attribute.value.chars().enumerate() {
                let special = matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=');
                if special || (position == 0 && matches!(character, ' ' | '#') && attribute.kind.is_some()) {
                    formatter.write_str("\\")?;
                }
                fmt::Write::write_char(formatter, character)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DistinguishedName({self})")
    }
}

fn check_value(kind: AttributeKind, value: &str) -> Result<(), NameError> {
    let chars = value.chars().count();
    if chars == 0 {
        return Err(NameError::Empty(kind));
    }
    if chars > kind.chars_max() || (kind == AttributeKind::Country && chars != 2) {
        return Err(NameError::Length { kind, chars });
    }
    let allowed = |character: char| match kind {
        AttributeKind::Country => character.is_ascii_uppercase(),
        AttributeKind::SerialNumber => is_printable_string_char(character),
        _ => !character.is_control(),
    };
    if value.chars().all(allowed) {
        Ok(())
    } else {
        Err(NameError::Character(kind))
    }
}

/// X.680 41.4, the characters of PrintableString.
fn is_printable_string_char(character: char) -> bool {
    character.is_ascii_alphanumeric() || " '()+,-./:=?".contains(character)
}

fn write_attribute(writer: &mut Writer, kind: AttributeKind, value: &str) {
    writer.nested(tag::SET, |w| {
        w.sequence(|w| {
            w.oid(kind.oid());
            w.element(kind.string_tag(), value.as_bytes());
        });
    });
}

fn decode_text(element: Element<'_>) -> Result<String, DerError> {
    let contents = element.contents;
    match element.tag {
        tag::UTF8_STRING => String::from_utf8(contents.to_vec()).map_err(|_| DerError::Value),
        tag::PRINTABLE_STRING | tag::IA5_STRING if contents.is_ascii() => {
            Ok(contents.iter().copied().map(char::from).collect())
        }
        tag::PRINTABLE_STRING | tag::IA5_STRING => Err(DerError::Value),
        // Read as Latin-1, as issuers of old certificates meant it.
        tag::TELETEX_STRING => Ok(contents.iter().copied().map(char::from).collect()),
        tag::BMP_STRING => decode_bmp(contents),
        _ => {
            let digits = element.whole.iter().map(|octet| format!("{octet:02x}"));
            Ok(std::iter::once("#".to_owned()).chain(digits).collect())
        }
    }
}

fn decode_bmp(contents: &[u8]) -> Result<String, DerError> {
    let (pairs, rest) = contents.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(DerError::Value);
    }
    let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    String::from_utf16(&units).map_err(|_| DerError::Value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use AttributeKind::{CommonName, Country, Organisation, SerialNumber};

    #[test]
    fn a_name_reads_back_as_written() {
        let name =
            DistinguishedName::new(&[(Country, "CN"), (Organisation, "契书演示"), (CommonName, "a,b")])
                .unwrap();
        assert_eq!(name.to_string(), "CN=a\\,b,O=契书演示,C=CN");
        assert_eq!(name.first(Organisation).as_deref(), Some("契书演示"));
        assert_eq!(name.first(SerialNumber), None);
        assert_eq!(DistinguishedName::from_der(name.as_der()).unwrap(), name);
        assert!(DistinguishedName::new(&[]).unwrap().is_empty());
    }

    #[test]
    fn values_that_do_not_fit_are_refused() {
        let refused = |kind, value: &str| DistinguishedName::new(&[(kind, value)]).unwrap_err();
        assert_eq!(refused(CommonName, ""), NameError::Empty(CommonName));
        assert_eq!(refused(CommonName, "a\nb"), NameError::Character(CommonName));
        assert_eq!(
            refused(CommonName, &"字".repeat(65)),
            NameError::Length {
                kind: CommonName,
                chars: 65
            }
        );
        assert_eq!(refused(Country, "cn"), NameError::Character(Country));
        assert_eq!(
            refused(Country, "C"),
            NameError::Length {
                kind: Country,
                chars: 1
            }
        );
        assert_eq!(refused(SerialNumber, "号"), NameError::Character(SerialNumber));
        assert!(DistinguishedName::new(&[(CommonName, &"字".repeat(64))]).is_ok());
    }

    #[test]
    fn foreign_string_types_are_read() {
        let name = |tag, contents: &[u8]| {
            let der = encode(|w| {
                w.sequence(|w| {
                    w.nested(tag::SET, |w| {
                        w.sequence(|w| {
                            w.oid(oid::COMMON_NAME);
                            w.element(tag, contents);
                        });
                    });
                });
            });
            DistinguishedName::from_der(&der).map(|name| name.to_string())
        };
        assert_eq!(name(tag::BMP_STRING, &[0x59, 0x51]).unwrap(), "CN=契");
        assert_eq!(name(tag::TELETEX_STRING, &[0xe9]).unwrap(), "CN=é");
        assert_eq!(
            name(tag::OCTET_STRING, &[1]).unwrap(),
            "CN=#040101".replace('#', "\\#")
        );
        assert!(name(tag::BMP_STRING, &[0x59]).is_err());
        assert!(name(tag::UTF8_STRING, &[0xff]).is_err());
        assert!(name(tag::IA5_STRING, &[0xff]).is_err());
    }
}
