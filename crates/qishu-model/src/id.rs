//! Identifiers: 19-digit decimal numbers, ordered by time, unique across nodes (design 4.3).
//!
//! They are guessable and carry no authority. On the wire and in JSON they are strings; a JSON number is
//! accepted when reading.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The text is not an id: not decimal, negative, zero, or larger than 64 signed bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: a positive decimal number of at most 19 digits is expected")]
pub struct NotAnId;

/// Reads an id from decimal text.
///
/// # Errors
/// [`NotAnId`] when the text is not a positive decimal number that fits 64 signed bits.
pub fn parse_id(text: &str) -> Result<u64, NotAnId> {
    let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = if all_digits {
        text.parse::<i64>().map_err(|_| NotAnId)?
    } else {
        return Err(NotAnId);
    };
    u64::try_from(value)
        .ok()
        .filter(|value| *value > 0)
        .ok_or(NotAnId)
}

struct IdVisitor;

impl serde::de::Visitor<'_> for IdVisitor {
    type Value = u64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an id as a string or a number")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<u64, E> {
        parse_id(text).map_err(E::custom)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<u64, E> {
        Ok(value)
    }
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),* $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// Wraps a number made by an [`IdSource`] or read from storage.
            #[must_use]
            pub const fn new(value: u64) -> Self {
                Self(value)
            }

            /// The bare number.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }

            /// The number as databases store it.
            #[must_use]
            pub const fn as_i64(self) -> i64 {
                self.0.cast_signed()
            }

            /// From a database column.
            #[must_use]
            pub const fn from_i64(value: i64) -> Self {
                Self(value.cast_unsigned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}", self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                parse_id(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(IdVisitor).map(Self)
            }
        }
    )*};
}

ids! {
    /// A step inside a company signatory.
    ActionId,
    /// An application (business system) of the platform company.
    ApplicationId,
    /// A file a signatory must hand in.
    AttachmentId,
    /// A person's authorisation to sign in their name.
    AuthorisationId,
    /// A business category.
    CategoryId,
    /// An authentication of a company.
    CompanyAuthId,
    /// A company: platform company, subsidiary, or an external one that became known.
    CompanyId,
    /// A contract.
    ContractId,
    /// An external customer in a platform company's address book.
    CustomerId,
    /// A document of a contract.
    DocumentId,
    /// One status event of a contract, delivered to the integrator as a callback.
    EventId,
    /// An employment: one person in one company.
    EmployeeId,
    /// An evidence report; `proveId` on the wire.
    EvidenceId,
    /// An invitation of a company into a group.
    InvitationId,
    /// A notarised digest or file; `chainId` on the wire.
    NotaryId,
    /// One signing act (one PDF signature on one document).
    ActId,
    /// An authentication of a person; `authId` on the wire.
    PersonAuthId,
    /// A person known to the platform.
    PersonId,
    /// A seal or a personal signature.
    SealId,
    /// An application for a picture seal; `applyId` on the wire.
    SealReviewId,
    /// A party of a contract.
    SignatoryId,
    /// A file template.
    TemplateId,
}

/// Milliseconds of 2015-01-01T00:00:00Z: late enough for 69 years of ids, early enough that today's have 19 digits.
const EPOCH_MS: u64 = 1_420_070_400_000;
const NODE_BITS: u32 = 10;
const SEQUENCE_BITS: u32 = 12;

/// Makes ids of one node: 42 bits of milliseconds since 2015, 10 bits of node, 12 bits of sequence.
///
/// The clock is passed in with every call. When it stands still, runs back, or 4,096 ids were made within
/// one millisecond, the source counts on from the last id, so ids of one source always grow.
#[derive(Debug)]
pub struct IdSource {
    node: u64,
    last: AtomicU64,
}

impl IdSource {
    /// A source for node `node` (0 to 1023; higher bits are dropped).
    #[must_use]
    pub const fn new(node: u16) -> Self {
        Self {
            node: (node as u64) & ((1 << NODE_BITS) - 1),
            last: AtomicU64::new(0),
        }
    }

    /// The next id; `now_ms` is Unix time in milliseconds.
    pub fn next(&self, now_ms: i64) -> u64 {
        let elapsed_ms = u64::try_from(now_ms).unwrap_or(0).saturating_sub(EPOCH_MS);
        let wanted = elapsed_ms << SEQUENCE_BITS;
        // `last` holds time and sequence without the node; adding one carries into the milliseconds.
        let mut seen = self.last.load(Ordering::Relaxed);
        loop {
            let next = wanted.max(seen + 1);
            match self
                .last
                .compare_exchange_weak(seen, next, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return self.with_node(next),
                Err(current) => seen = current,
            }
        }
    }

    const fn with_node(&self, time_and_sequence: u64) -> u64 {
        let sequence = time_and_sequence & ((1 << SEQUENCE_BITS) - 1);
        let time = time_and_sequence >> SEQUENCE_BITS;
        (time << (NODE_BITS + SEQUENCE_BITS)) | (self.node << SEQUENCE_BITS) | sequence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_795_000_000_000;

    #[test]
    fn ids_have_nineteen_digits_and_grow() {
        let source = IdSource::new(3);
        let ids: Vec<u64> = (0..10_000).map(|_| source.next(NOW_MS)).collect();
        assert_eq!(ids[0].to_string().len(), 19);
        assert!(ids.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn ids_grow_when_the_clock_runs_back() {
        let source = IdSource::new(0);
        let before = source.next(NOW_MS);
        assert!(source.next(NOW_MS - 60_000) > before);
    }

    #[test]
    fn two_nodes_never_meet() {
        let (a, b) = (IdSource::new(1), IdSource::new(2));
        assert!((0..1000).all(|_| a.next(NOW_MS) != b.next(NOW_MS)));
    }

    #[test]
    fn json_answers_strings_and_reads_both() {
        let id: ContractId = serde_json::from_str("3014826187358859384").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"3014826187358859384\"");
        assert_eq!(
            serde_json::from_str::<ContractId>("\"3014826187358859384\"").unwrap(),
            id
        );
        assert!(serde_json::from_str::<ContractId>("\"30148x\"").is_err());
        assert_eq!(parse_id("0"), Err(NotAnId));
        assert_eq!(parse_id("9223372036854775808"), Err(NotAnId));
    }
}
