//! Names besides the subject, and what an issuer may name: subject alternative names and name constraints (RFC 5280
//! 4.2.1.6, 4.2.1.10).

use std::fmt;

use crate::der::{DerError, Element, Reader, oid, tag};
use crate::name::DistinguishedName;

/// The most names in one extension.
const NAMES_MAX: usize = 1000;

/// A GeneralName (RFC 5280 4.2.1.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GeneralName {
    Directory(DistinguishedName),
    Dns(String),
    Mail(String),
    /// URI, IP address, registered identifier and the rest, by their tag numbers.
    Other(OtherKind),
}

/// A kind of name that is not processed. An issuer constrained in it must not have issued any name of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OtherKind(u8);

impl fmt::Display for GeneralName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(name) => write!(formatter, "{name}"),
            Self::Dns(name) | Self::Mail(name) => formatter.write_str(name),
            Self::Other(OtherKind(number)) => write!(formatter, "a name of kind [{number}]"),
        }
    }
}

/// Which names an issuer may and must not give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameConstraints {
    pub(crate) permitted: Vec<GeneralName>,
    pub(crate) excluded: Vec<GeneralName>,
}

impl GeneralName {
    /// Names constrain only names of their own kind.
    pub(crate) fn is_same_kind(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Other(one), Self::Other(another)) => one == another,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    fn read(element: Element<'_>) -> Result<Self, DerError> {
        let text = || {
            std::str::from_utf8(element.contents)
                .ok()
                .filter(|text| text.is_ascii())
                .map(str::to_owned)
                .ok_or(DerError::Value)
        };
        const MAIL: u8 = tag::context(1);
        const DNS: u8 = tag::context(2);
        const DIRECTORY: u8 = tag::context_constructed(4);
        match element.tag {
            MAIL => Ok(Self::Mail(text()?)),
            DNS => Ok(Self::Dns(text()?)),
            DIRECTORY => Ok(Self::Directory(DistinguishedName::from_der(element.contents)?)),
            other if other & 0xc0 == 0x80 => Ok(Self::Other(OtherKind(other & 0x1f))),
            _ => Err(DerError::Value),
        }
    }
}

/// The value of a subject alternative name extension.
pub(super) fn read_alternative_names(value: &[u8]) -> Result<Vec<GeneralName>, DerError> {
    let mut list = Reader::open_only(value, tag::SEQUENCE)?;
    let mut names = Vec::new();
    while !list.is_empty() {
        if names.len() == NAMES_MAX {
            return Err(DerError::Value);
        }
        names.push(GeneralName::read(list.any()?)?);
    }
    if names.is_empty() {
        Err(DerError::Value)
    } else {
        Ok(names)
    }
}

/// The value of a name constraints extension.
pub(super) fn read_constraints(value: &[u8]) -> Result<NameConstraints, DerError> {
    let mut fields = Reader::open_only(value, tag::SEQUENCE)?;
    let mut subtrees = |number| -> Result<Vec<GeneralName>, DerError> {
        match fields.optional(tag::context_constructed(number))? {
            Some(list) => read_subtrees(list.contents),
            None => Ok(Vec::new()),
        }
    };
    let (permitted, excluded) = (subtrees(0)?, subtrees(1)?);
    fields.finish()?;
    if permitted.is_empty() && excluded.is_empty() {
        return Err(DerError::Value);
    }
    Ok(NameConstraints { permitted, excluded })
}

/// GeneralSubtrees; RFC 5280 knows neither a minimum other than 0, which DER leaves out, nor a maximum.
fn read_subtrees(contents: &[u8]) -> Result<Vec<GeneralName>, DerError> {
    let mut list = Reader::new(contents);
    let mut names = Vec::new();
    while !list.is_empty() {
        if names.len() == NAMES_MAX {
            return Err(DerError::Value);
        }
        let mut subtree = list.open(tag::SEQUENCE)?;
        names.push(GeneralName::read(subtree.any()?)?);
        subtree.finish()?;
    }
    if names.is_empty() {
        Err(DerError::Value)
    } else {
        Ok(names)
    }
}

/// The names of a certificate that constraints are about: its subject, its alternative names, and mail addresses inside
/// the subject (RFC 5280 4.2.1.10).
pub(super) fn all_names(subject: &DistinguishedName, alternatives: &[GeneralName]) -> Vec<GeneralName> {
    let mail = oid::to_text(oid::EMAIL_ADDRESS);
    let mails = subject
        .attributes()
        .into_iter()
        .filter(|attribute| attribute.oid == mail)
        .map(|attribute| GeneralName::Mail(attribute.value));
    let directory = (!subject.is_empty()).then(|| GeneralName::Directory(subject.clone()));
    directory
        .into_iter()
        .chain(mails)
        .chain(alternatives.iter().cloned())
        .collect()
}
