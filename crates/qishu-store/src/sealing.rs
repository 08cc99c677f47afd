//! Sealed columns: AES-256-GCM, bound to the place they are stored in, and keyed digests for look-ups.
//!
//! A sealed value is `01 ‖ key version (4 bytes, big endian) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. Its associated data name
//! table, column, row and key version, so that a value copied to another row does not open there.
//! One key may seal 2^32 values before the random nonces demand a new version.

use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use crate::error::StoreError;

const FORMAT: u8 = 1;
const NONCE_LENGTH: usize = 12;
const HEADER_LENGTH: usize = 5 + NONCE_LENGTH;
const TAG_LENGTH: usize = 16;

/// A source of unpredictable bytes, passed in by the caller.
pub trait RandomSource: Send + Sync {
    /// Fills `out`; returns whether it could.
    fn fill(&self, out: &mut [u8]) -> bool;
}

impl RandomSource for SystemRandom {
    fn fill(&self, out: &mut [u8]) -> bool {
        SecureRandom::fill(self, out).is_ok()
    }
}

/// A key that columns are sealed with, unwrapped by the caller. It cannot be printed.
pub struct DataKey {
    version: u32,
    aead: LessSafeKey,
    lookup: hmac::Key,
}

struct Length32;

impl KeyType for Length32 {
    fn len(&self) -> usize {
        32
    }
}

impl DataKey {
    /// A key from 32 secret bytes. `version` is written beside everything it seals; versions grow with every rotation.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the crypto library refuses to derive from it.
    pub fn new(version: u32, secret: &[u8; 32]) -> Result<Self, StoreError> {
        let sealing = derive(secret, b"qishu column sealing 1")?;
        let lookup = derive(secret, b"qishu column look-up 1")?;
        let unbound = UnboundKey::new(&AES_256_GCM, &sealing).map_err(|_| derivation_failed())?;
        let lookup = hmac::Key::new(hmac::HMAC_SHA256, &lookup);
        Ok(Self {
            version,
            aead: LessSafeKey::new(unbound),
            lookup,
        })
    }
}

fn derive(secret: &[u8; 32], label: &[u8]) -> Result<[u8; 32], StoreError> {
    let mut out = [0; 32];
    let extracted = Salt::new(HKDF_SHA256, b"qishu data key").extract(secret);
    let info = [label];
    let expanded = extracted
        .expand(&info, Length32)
        .map_err(|_| derivation_failed())?;
    expanded.fill(&mut out).map_err(|_| derivation_failed())?;
    Ok(out)
}

fn derivation_failed() -> StoreError {
    StoreError::unavailable("the crypto library refused to derive a key")
}

/// The current data key, and older ones that still open what they sealed.
///
/// Look-up digests come from the oldest key, so that a rotation does not have to rewrite them at once.
pub struct DataKeys {
    current: u32,
    keys: BTreeMap<u32, DataKey>,
}

impl std::fmt::Debug for DataKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "DataKeys(current version {})", self.current)
    }
}

impl DataKeys {
    /// Seals and opens with one key.
    #[must_use]
    pub fn new(current: DataKey) -> Self {
        Self {
            current: current.version,
            keys: BTreeMap::from([(current.version, current)]),
        }
    }

    /// Also opens what `older` sealed.
    #[must_use]
    pub fn with_older(mut self, older: DataKey) -> Self {
        self.keys.insert(older.version, older);
        self
    }

    /// Version of the key that seals.
    #[must_use]
    pub const fn current_version(&self) -> u32 {
        self.current
    }

    /// Digest under which a personal value (mobile, mail, identity number) is found again.
    ///
    /// `kind` separates the values of different fields: equal texts of two kinds have unequal digests.
    #[must_use]
    pub fn lookup_digest(&self, kind: &str, value: &str) -> Vec<u8> {
        let Some((_, oldest)) = self.keys.first_key_value() else {
            return Vec::new();
        };
        let mut context = hmac::Context::with_key(&oldest.lookup);
        context.update(&length_prefix(kind.len()));
        context.update(kind.as_bytes());
        context.update(value.as_bytes());
        context.sign().as_ref().to_vec()
    }

    pub(crate) fn seal(
        &self,
        random: &dyn RandomSource,
        place: &Place<'_>,
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        let key = self.keys.get(&self.current).ok_or(StoreError::WrongKey {
            version: self.current,
        })?;
        let mut nonce = [0; NONCE_LENGTH];
        if !random.fill(&mut nonce) {
            return Err(StoreError::unavailable("the system gives no random bytes"));
        }
        let mut sealed = Vec::with_capacity(HEADER_LENGTH + plain.len() + TAG_LENGTH);
        sealed.push(FORMAT);
        sealed.extend_from_slice(&self.current.to_be_bytes());
        sealed.extend_from_slice(&nonce);
        let mut text = plain.to_vec();
        let aad = Aad::from(place.associated_data(self.current));
        key.aead
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut text)
            .map_err(|_| StoreError::unavailable(format!("{place} cannot be sealed: it is too long")))?;
        sealed.extend_from_slice(&text);
        Ok(sealed)
    }

    pub(crate) fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let damaged = || StoreError::corrupt(format!("{place} does not open"));
        let (header, rest) = sealed.split_at_checked(5).ok_or_else(damaged)?;
        let (nonce, text) = rest.split_at_checked(NONCE_LENGTH).ok_or_else(damaged)?;
        let (format, version) = header.split_first_chunk::<1>().ok_or_else(damaged)?;
        let version = u32::from_be_bytes(version.try_into().map_err(|_| damaged())?);
        if *format != [FORMAT] {
            return Err(damaged());
        }
        let key = self.keys.get(&version).ok_or(StoreError::WrongKey { version })?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| damaged())?;
        let mut text = text.to_vec();
        let aad = Aad::from(place.associated_data(version));
        let length = key
            .aead
            .open_in_place(nonce, aad, &mut text)
            .map_err(|_| damaged())?
            .len();
        text.truncate(length);
        Ok(text)
    }
}

/// Where a sealed value lives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) table: &'a str,
    pub(crate) column: &'a str,
    pub(crate) row: &'a str,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{} of row {}", self.table, self.column, self.row)
    }
}

impl Place<'_> {
    fn associated_data(&self, version: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        for part in [self.table, self.column, self.row] {
            out.extend_from_slice(&length_prefix(part.len()));
            out.extend_from_slice(part.as_bytes());
        }
        out.extend_from_slice(&version.to_be_bytes());
        out
    }
}

fn length_prefix(length: usize) -> [u8; 8] {
    u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place {
        table: "person",
        column: "body",
        row: "17",
    };

    fn keys() -> DataKeys {
        DataKeys::new(DataKey::new(1, &[7; 32]).unwrap())
    }

    #[test]
    fn opens_only_where_it_was_sealed() {
        let sealed = keys().seal(&SystemRandom::new(), &PLACE, b"13900000000").unwrap();
        assert_eq!(keys().open(&PLACE, &sealed).unwrap(), b"13900000000");
        for elsewhere in [
            Place {
                table: "employee",
                ..PLACE
            },
            Place {
                column: "name",
                ..PLACE
            },
            Place { row: "18", ..PLACE },
            Place {
                table: "personb",
                column: "ody",
                ..PLACE
            },
        ] {
            assert!(matches!(
                keys().open(&elsewhere, &sealed),
                Err(StoreError::Corrupt { .. })
            ));
        }
    }

    #[test]
    fn every_altered_bit_and_every_cut_is_found() {
        let sealed = keys().seal(&SystemRandom::new(), &PLACE, b"secret").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(keys().open(&PLACE, &altered).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(keys().open(&PLACE, &sealed[..length]).is_err(), "length {length}");
        }
    }

    #[test]
    fn equal_values_are_sealed_differently() {
        let random = SystemRandom::new();
        assert_ne!(
            keys().seal(&random, &PLACE, b"x").unwrap(),
            keys().seal(&random, &PLACE, b"x").unwrap()
        );
    }

    #[test]
    fn a_rotation_keeps_old_values_and_digests() {
        let sealed = keys().seal(&SystemRandom::new(), &PLACE, b"old").unwrap();
        let rotated =
            DataKeys::new(DataKey::new(2, &[8; 32]).unwrap()).with_older(DataKey::new(1, &[7; 32]).unwrap());
        assert_eq!(rotated.open(&PLACE, &sealed).unwrap(), b"old");
        assert_eq!(
            rotated.lookup_digest("mobile", "139"),
            keys().lookup_digest("mobile", "139")
        );
        let fresh = rotated.seal(&SystemRandom::new(), &PLACE, b"new").unwrap();
        assert_eq!(
            keys().open(&PLACE, &fresh),
            Err(StoreError::WrongKey { version: 2 })
        );
    }

    #[test]
    fn digests_depend_on_kind_and_value() {
        let keys = keys();
        assert_eq!(keys.lookup_digest("mobile", "139").len(), 32);
        assert_ne!(
            keys.lookup_digest("mobile", "139"),
            keys.lookup_digest("email", "139")
        );
        assert_ne!(
            keys.lookup_digest("mobile", "139"),
            keys.lookup_digest("mobile", "138")
        );
    }
}
