//! What a time-stamp says: TSTInfo (RFC 3161 2.4.2).

use super::TimeStampError;
use crate::certificate::SerialNumber;
use crate::der::{DerError, Reader, Writer, encode, oid, tag, time};
use crate::digest::{DigestAlgorithm, UnacceptedAlgorithm};
use crate::extension;
use crate::name::DistinguishedName;

/// The digest of the bytes a time-stamp is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageImprint {
    algorithm: DigestAlgorithm,
    digest: Vec<u8>,
}

impl MessageImprint {
    /// Takes over a digest; `None` when it does not have the length of its algorithm.
    pub fn new(algorithm: DigestAlgorithm, digest: &[u8]) -> Option<Self> {
        (digest.len() == algorithm.len_bytes()).then(|| Self {
            algorithm,
            digest: digest.to_vec(),
        })
    }

    /// The imprint of bytes that are all in memory.
    pub fn of(algorithm: DigestAlgorithm, bytes: &[u8]) -> Self {
        Self {
            algorithm,
            digest: algorithm.digest(bytes),
        }
    }

    /// Whether this is the imprint of these bytes.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        self.digest == self.algorithm.digest(bytes)
    }

    /// The digest algorithm.
    pub fn algorithm(&self) -> DigestAlgorithm {
        self.algorithm
    }

    /// The digest.
    pub fn digest(&self) -> &[u8] {
        &self.digest
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.sequence(|w| {
            self.algorithm.write(w);
            w.octet_string(&self.digest);
        });
    }

    /// The inner result stands for a digest algorithm that is not accepted.
    pub(super) fn read(fields: &mut Reader<'_>) -> Result<Result<Self, UnacceptedAlgorithm>, DerError> {
        let mut imprint = fields.open(tag::SEQUENCE)?;
        let algorithm = DigestAlgorithm::read(imprint.element(tag::SEQUENCE)?)?;
        let digest = imprint.octet_string()?;
        imprint.finish()?;
        match algorithm {
            Err(unaccepted) => Ok(Err(unaccepted)),
            Ok(algorithm) => Self::new(algorithm, digest).map(Ok).ok_or(DerError::Value),
        }
    }
}

/// How far the true time can be from the stated one, to either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accuracy {
    /// Whole seconds.
    pub seconds: u32,
    /// Milliseconds besides, 0 to 999.
    pub millis: u16,
    /// Microseconds besides, 0 to 999.
    pub micros: u16,
}

impl Accuracy {
    /// One second, the usual value (ETSI EN 319 422 5.2.3).
    pub const ONE_SECOND: Self = Self {
        seconds: 1,
        millis: 0,
        micros: 0,
    };

    /// DER leaves out what is 0; parts above 999 are cut to 999.
    fn write(self, writer: &mut Writer) {
        writer.sequence(|w| {
            if self.seconds > 0 {
                w.integer_u32(self.seconds);
            }
            for (number, part) in [(0, self.millis), (1, self.micros)] {
                if part > 0 {
                    // [n] IMPLICIT INTEGER (1..999)
                    let octets = part.min(999).to_be_bytes();
                    let contents = octets.strip_prefix(&[0]).filter(|rest| rest[0] < 0x80);
                    w.element(tag::context(number), contents.unwrap_or(&octets));
                }
            }
        });
    }

    fn read(contents: &[u8]) -> Result<Self, DerError> {
        let mut fields = Reader::new(contents);
        let seconds = if fields.peek_tag() == Some(tag::INTEGER) {
            fields.integer_u32()?
        } else {
            0
        };
        let mut part = |number| -> Result<u16, DerError> {
            match fields.optional(tag::context(number))?.map(|found| found.contents) {
                None => Ok(0),
                Some(&[low]) if low < 0x80 => Ok(u16::from(low)),
                Some(&[high, low]) if high <= 3 => Ok(u16::from_be_bytes([high, low])),
                Some(_) => Err(DerError::Value),
            }
        };
        let (millis, micros) = (part(0)?, part(1)?);
        fields.finish()?;
        if millis > 999 || micros > 999 {
            return Err(DerError::Value);
        }
        Ok(Self {
            seconds,
            millis,
            micros,
        })
    }
}

/// The statement of a time-stamping authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStampInfo {
    /// The policy of the authority, as dotted numbers.
    pub policy: String,
    /// What the time-stamp is about.
    pub imprint: MessageImprint,
    /// Unique among the time-stamps of this authority.
    pub serial: SerialNumber,
    /// The time, in seconds since 1970-01-01T00:00:00Z.
    pub time_unix_s: i64,
    /// Microseconds besides, 0 to 999 999. Time-stamps made here have none.
    pub time_micros: u32,
    /// How exact the time is, when the authority says so.
    pub accuracy: Option<Accuracy>,
    /// Whether any two time-stamps of the authority can be ordered by their times alone.
    pub ordering: bool,
    /// The nonce of the request: contents octets of an INTEGER.
    pub nonce: Option<Vec<u8>>,
    /// The name the authority gives itself.
    pub tsa: Option<DistinguishedName>,
}

/// A policy inside a request or a time-stamp, as contents octets. Text that is no identifier was refused before.
pub(super) fn policy_octets(policy: &str) -> Vec<u8> {
    oid::from_text(policy).unwrap_or_default()
}

impl TimeStampInfo {
    pub(super) fn to_der(&self) -> Vec<u8> {
        encode(|w| {
            w.sequence(|w| {
                w.small_integer(1);
                w.oid(&policy_octets(&self.policy));
                self.imprint.write(w);
                w.element(tag::INTEGER, self.serial.as_octets());
                time::write_generalized(w, self.time_unix_s);
                if let Some(accuracy) = self.accuracy {
                    accuracy.write(w);
                }
                if self.ordering {
                    w.true_value();
                }
                if let Some(nonce) = &self.nonce {
                    w.element(tag::INTEGER, nonce);
                }
                if let Some(tsa) = &self.tsa {
                    // [0] EXPLICIT GeneralName, directoryName [4] EXPLICIT Name
                    w.explicit(0, |w| w.explicit(4, |w| w.raw(tsa.as_der())));
                }
            });
        })
    }

    pub(super) fn read(der: &[u8]) -> Result<Self, TimeStampError> {
        let mut fields = Reader::open_only(der, tag::SEQUENCE)?;
        if fields.small_integer()? != 1 {
            return Err(TimeStampError::Version);
        }
        let policy = oid::to_text(fields.oid()?);
        let imprint = MessageImprint::read(&mut fields)?.map_err(TimeStampError::UnsupportedDigest)?;
        let serial = SerialNumber::from_contents(fields.integer()?);
        let (time_unix_s, time_micros) = time::read_generalized(fields.any()?)?;
        let accuracy = match fields.optional(tag::SEQUENCE)? {
            Some(element) => Some(Accuracy::read(element.contents)?),
            None => None,
        };
        let ordering = fields.default_false()?;
        let nonce = if fields.peek_tag() == Some(tag::INTEGER) {
            Some(fields.integer()?.to_vec())
        } else {
            None
        };
        let tsa = match fields.optional_explicit(0)? {
            Some(name) if name.tag == tag::context_constructed(4) => {
                Some(DistinguishedName::from_der(name.contents)?)
            }
            // Other kinds of names cannot be compared with the subject.
            Some(_) => return Err(TimeStampError::TsaName),
            None => None,
        };
        if let Some(list) = fields.optional(tag::context_constructed(1))? {
            let list = extension::read_list(Reader::new(list.contents)).map_err(DerError::from)?;
            if let Some(binding) = list.iter().find(|extension| extension.critical) {
                return Err(TimeStampError::CriticalExtension(oid::to_text(binding.oid)));
            }
        }
        fields.finish()?;
        Ok(Self {
            policy,
            imprint,
            serial,
            time_unix_s,
            time_micros,
            accuracy,
            ordering,
            nonce,
            tsa,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn info() -> TimeStampInfo {
        TimeStampInfo {
            policy: "1.2.3.4".to_owned(),
            imprint: MessageImprint::of(DigestAlgorithm::Sha384, b"contract"),
            serial: SerialNumber::from_random([1; 16]),
            time_unix_s: 1_800_000_000,
            time_micros: 0,
            accuracy: Some(Accuracy {
                seconds: 300,
                millis: 128,
                micros: 999,
            }),
            ordering: true,
            nonce: Some(vec![0, 0x80]),
            tsa: Some(DistinguishedName::new(&[(crate::AttributeKind::CommonName, "时间")]).unwrap()),
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let full = info();
        assert_eq!(TimeStampInfo::read(&full.to_der()), Ok(full.clone()));
        let bare = TimeStampInfo {
            accuracy: None,
            ordering: false,
            nonce: None,
            tsa: None,
            ..full
        };
        assert_eq!(TimeStampInfo::read(&bare.to_der()), Ok(bare));
    }

    #[test]
    fn an_accuracy_keeps_its_bounds() {
        let read = |contents: &[u8]| Accuracy::read(contents);
        assert_eq!(read(&[]).unwrap().seconds, 0);
        assert_eq!(read(&[0x80, 2, 3, 0xe7]).unwrap().millis, 999);
        assert_eq!(read(&[0x80, 2, 3, 0xe8]), Err(DerError::Value));
        assert_eq!(read(&[0x80, 1, 0x80]), Err(DerError::Value));
        assert_eq!(read(&[0x80, 0]), Err(DerError::Value));
        assert!(read(&[0x81, 1, 5, 0x80, 1, 5]).is_err(), "order");
    }

    #[test]
    fn an_imprint_has_the_length_of_its_digest() {
        assert!(MessageImprint::new(DigestAlgorithm::Sha256, &[0; 32]).is_some());
        assert!(MessageImprint::new(DigestAlgorithm::Sha384, &[0; 32]).is_none());
        assert!(MessageImprint::of(DigestAlgorithm::Sha512, b"a").is_of(b"a"));
        assert!(!MessageImprint::of(DigestAlgorithm::Sha512, b"a").is_of(b"b"));
    }
}
