//! What a seal is: SES_SealInfo.

use super::SesError;
use crate::certificate::Certificate;
use crate::der::{DerError, Element, Reader, Writer, oid, tag, time};
use crate::digest::DigestAlgorithm;

/// The most certificates or extensions.
const PARTS_MAX: usize = 64;

/// The standard a seal is made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SesVersion {
    /// GM/T 0031-2014.
    V1,
    /// GB/T 38540-2020.
    V4,
    /// As version 4, with a time-stamp of the seal itself.
    V5,
}

impl SesVersion {
    pub(super) fn number(self) -> u8 {
        match self {
            Self::V1 => 1,
            Self::V4 => 4,
            Self::V5 => 5,
        }
    }

    fn from_number(number: u8) -> Result<Self, SesError> {
        match number {
            // Version 2 and 3 were drafts with the structure of version 1.
            1..=3 => Ok(Self::V1),
            4 => Ok(Self::V4),
            5 => Ok(Self::V5),
            _ => Err(SesError::Version),
        }
    }
}

/// Who may use a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealSigners {
    /// The holders of these certificates.
    Certificates(Vec<Certificate>),
    /// The holders of the certificates with these digests (version 4 and 5): kind, which the standard leaves to the
    /// maker, and digest. Kinds that name no known digest are judged by the length of the digest, 32 octets being SM3.
    Digests(Vec<(String, Vec<u8>)>),
}

impl SealSigners {
    /// Whether the holder of this certificate may use the seal.
    pub fn contain(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Certificates(list) => list.contains(certificate),
            Self::Digests(list) => list.iter().any(|(kind, digest)| {
                let algorithm = if kind.to_ascii_uppercase().replace('-', "").contains("SHA256") {
                    DigestAlgorithm::Sha256
                } else {
                    DigestAlgorithm::Sm3
                };
                *digest == algorithm.digest(certificate.der())
            }),
        }
    }
}

/// The picture of a seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealPicture {
    /// `PNG`, `OFD` and the like.
    pub kind: String,
    /// The file.
    pub data: Vec<u8>,
    /// Width on paper in millimetres.
    pub width_mm: u32,
    /// Height on paper in millimetres.
    pub height_mm: u32,
}

/// A private addition of a maker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SesExtension {
    /// The kind as dotted numbers.
    pub oid: String,
    /// Whether who does not know it must refuse the seal.
    pub critical: bool,
    /// The value.
    pub value: Vec<u8>,
}

/// Everything a maker signs. Times are in seconds since 1970-01-01T00:00:00Z; version 1 can say 1950 to 2049.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealInfo {
    /// The standard.
    pub version: SesVersion,
    /// Who made the software (ASCII).
    pub vendor: String,
    /// The unique identifier of the seal (ASCII).
    pub id: String,
    /// 1 for the seal of an organisation, 2 for that of a person; others by agreement.
    pub kind: u32,
    /// The name of the seal.
    pub name: String,
    /// Who may use it. Version 1 knows certificates only.
    pub signers: SealSigners,
    /// When it was made.
    pub created_at_unix_s: i64,
    /// First second in which it may be used.
    pub valid_from_unix_s: i64,
    /// Last second in which it may be used.
    pub valid_to_unix_s: i64,
    /// What it looks like.
    pub picture: SealPicture,
    /// Additions of the maker.
    pub extensions: Vec<SesExtension>,
}

impl SealInfo {
    /// Whether the seal may be used at a time.
    pub fn is_valid_at(&self, unix_s: i64) -> bool {
        (self.valid_from_unix_s..=self.valid_to_unix_s).contains(&unix_s)
    }

    /// Texts in IA5String, and lists that fit the version.
    pub(super) fn check(&self) -> Result<(), SesError> {
        let ascii = [&self.vendor, &self.id, &self.picture.kind];
        if !ascii.iter().all(|text| {
            text.bytes()
                .all(|octet| octet.is_ascii_graphic() || octet == b' ')
        }) {
            return Err(SesError::Header);
        }
        let (count, fits) = match &self.signers {
            SealSigners::Certificates(list) => (list.len(), true),
            SealSigners::Digests(list) => (list.len(), self.version != SesVersion::V1),
        };
        if count == 0 || !fits {
            return Err(SesError::Version);
        }
        if count > PARTS_MAX || self.extensions.len() > PARTS_MAX {
            return Err(SesError::TooLarge);
        }
        if self.valid_to_unix_s < self.valid_from_unix_s {
            return Err(SesError::Validity);
        }
        no_critical(&self.extensions)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.sequence(|w| {
            w.sequence(|w| {
                w.element(tag::IA5_STRING, b"ES");
                w.small_integer(self.version.number());
                w.element(tag::IA5_STRING, self.vendor.as_bytes());
            });
            w.element(tag::IA5_STRING, self.id.as_bytes());
            w.sequence(|w| self.write_properties(w));
            w.sequence(|w| {
                w.element(tag::IA5_STRING, self.picture.kind.as_bytes());
                w.octet_string(&self.picture.data);
                w.integer_u32(self.picture.width_mm);
                w.integer_u32(self.picture.height_mm);
            });
            if !self.extensions.is_empty() {
                if self.version == SesVersion::V1 {
                    w.explicit(0, |w| write_extensions(w, &self.extensions));
                } else {
                    write_extensions(w, &self.extensions);
                }
            }
        });
    }

    fn write_properties(&self, w: &mut Writer) {
        w.integer_u32(self.kind);
        w.element(tag::UTF8_STRING, self.name.as_bytes());
        match &self.signers {
            SealSigners::Certificates(list) => {
                if self.version != SesVersion::V1 {
                    w.small_integer(1);
                }
                w.sequence(|w| {
                    list.iter()
                        .for_each(|certificate| w.octet_string(certificate.der()));
                });
            }
            SealSigners::Digests(list) => {
                w.small_integer(2);
                w.sequence(|w| {
                    for (kind, digest) in list {
                        w.sequence(|w| {
                            w.element(tag::PRINTABLE_STRING, kind.as_bytes());
                            w.octet_string(digest);
                        });
                    }
                });
            }
        }
        for at in [
            self.created_at_unix_s,
            self.valid_from_unix_s,
            self.valid_to_unix_s,
        ] {
            if self.version == SesVersion::V1 {
                time::write_utc(w, at);
            } else {
                time::write_generalized(w, at);
            }
        }
    }

    pub(super) fn read(element: Element<'_>) -> Result<Self, SesError> {
        let mut fields = Reader::new(element.contents);
        let mut header = fields.open(tag::SEQUENCE)?;
        if header.element(tag::IA5_STRING)?.contents != b"ES" {
            return Err(SesError::Header);
        }
        let version = SesVersion::from_number(header.small_integer()?)?;
        let vendor = ascii(header.element(tag::IA5_STRING)?)?;
        header.finish()?;
        let id = ascii(fields.element(tag::IA5_STRING)?)?;
        let mut properties = fields.open(tag::SEQUENCE)?;
        let kind = properties.integer_u32()?;
        let name = utf8(properties.element(tag::UTF8_STRING)?)?;
        let signers = read_signers(&mut properties, version)?;
        let created_at_unix_s = read_time(properties.any()?)?;
        let valid_from_unix_s = read_time(properties.any()?)?;
        let valid_to_unix_s = read_time(properties.any()?)?;
        properties.finish()?;
        let mut picture = fields.open(tag::SEQUENCE)?;
        let picture_kind = ascii(picture.element(tag::IA5_STRING)?)?;
        let data = picture.octet_string()?.to_vec();
        let (width_mm, height_mm) = (picture.integer_u32()?, picture.integer_u32()?);
        picture.finish()?;
        let extensions = read_extensions(&mut fields)?;
        fields.finish()?;
        Ok(Self {
            version,
            vendor,
            id,
            kind,
            name,
            signers,
            created_at_unix_s,
            valid_from_unix_s,
            valid_to_unix_s,
            picture: SealPicture {
                kind: picture_kind,
                data,
                width_mm,
                height_mm,
            },
            extensions,
        })
    }
}

/// Either form of time; makers mix them up.
pub(super) fn read_time(element: Element<'_>) -> Result<i64, DerError> {
    if element.tag == tag::GENERALIZED_TIME {
        Ok(time::read_generalized(element)?.0)
    } else {
        time::read(element)
    }
}

fn read_signers(properties: &mut Reader<'_>, version: SesVersion) -> Result<SealSigners, SesError> {
    let kind = if version == SesVersion::V1 {
        1
    } else {
        properties.small_integer()?
    };
    let mut list = properties.open(tag::SEQUENCE)?;
    let (mut certificates, mut digests) = (Vec::new(), Vec::new());
    while !list.is_empty() {
        if certificates.len() + digests.len() == PARTS_MAX {
            return Err(SesError::TooLarge);
        }
        match kind {
            1 => certificates.push(Certificate::from_der(list.octet_string()?)?),
            2 => {
                let mut digest = list.open(tag::SEQUENCE)?;
                let name = ascii(digest.element(tag::PRINTABLE_STRING)?)?;
                digests.push((name, digest.octet_string()?.to_vec()));
                digest.finish()?;
            }
            _ => return Err(DerError::Value.into()),
        }
    }
    Ok(if kind == 1 {
        SealSigners::Certificates(certificates)
    } else {
        SealSigners::Digests(digests)
    })
}

pub(super) fn ascii(element: Element<'_>) -> Result<String, DerError> {
    if element.contents.is_ascii() {
        utf8(element)
    } else {
        Err(DerError::Value)
    }
}

fn utf8(element: Element<'_>) -> Result<String, DerError> {
    String::from_utf8(element.contents.to_vec()).map_err(|_| DerError::Value)
}

pub(super) fn write_extensions(writer: &mut Writer, extensions: &[SesExtension]) {
    writer.sequence(|w| {
        for extension in extensions {
            let oid = oid::from_text(&extension.oid).unwrap_or_default();
            crate::extension::write(w, &oid, extension.critical, &extension.value);
        }
    });
}

/// Extensions are the last field, with or without the tag `[0]` around the list: both are in use. `FALSE` written out,
/// which DER would not do, is in use too.
pub(super) fn read_extensions(fields: &mut Reader<'_>) -> Result<Vec<SesExtension>, SesError> {
    let list = match fields.optional_explicit(0)? {
        Some(list) if list.tag == tag::SEQUENCE => Some(list),
        Some(_) => return Err(DerError::Value.into()),
        None => fields.optional(tag::SEQUENCE)?,
    };
    let mut extensions = Vec::new();
    let mut list = Reader::new(list.map_or(&[], |list| list.contents));
    while !list.is_empty() {
        if extensions.len() == PARTS_MAX {
            return Err(SesError::TooLarge);
        }
        let mut parts = list.open(tag::SEQUENCE)?;
        let oid = oid::to_text(parts.oid()?);
        let critical = match parts.optional(tag::BOOLEAN)?.map(|found| found.contents) {
            None | Some([0]) => false,
            Some([0xff]) => true,
            Some(_) => return Err(DerError::Value.into()),
        };
        let value = parts.octet_string()?.to_vec();
        parts.finish()?;
        extensions.push(SesExtension { oid, critical, value });
    }
    Ok(extensions)
}

pub(super) fn no_critical(extensions: &[SesExtension]) -> Result<(), SesError> {
    if let Some(malformed) = extensions
        .iter()
        .find(|extension| oid::from_text(&extension.oid).is_none())
    {
        return Err(SesError::UnsupportedAlgorithm(
            crate::digest::UnacceptedAlgorithm::Unknown(malformed.oid.clone()),
        ));
    }
    match extensions.iter().find(|extension| extension.critical) {
        Some(extension) => Err(SesError::CriticalExtension(extension.oid.clone())),
        None => Ok(()),
    }
}
