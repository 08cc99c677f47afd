//! Message digests, among them one that can be stopped and continued later.

use aws_lc_rs::digest;
use sha2::Digest as _;
use sha2::digest::common::hazmat::{SerializableState, SerializedState};

use crate::der::{DerError, Element, Reader, Writer, oid, tag};

/// Digest algorithms for content, certificates and signatures. MD5 and SHA-1 are not among them on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// SHA-256 (FIPS 180-4), 32 bytes.
    Sha256,
    /// SHA-384 (FIPS 180-4), 48 bytes.
    Sha384,
    /// SHA-512 (FIPS 180-4), 64 bytes.
    Sha512,
}

impl DigestAlgorithm {
    /// The length of a digest in bytes.
    pub const fn len_bytes(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of bytes that are all in memory.
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => sha256(bytes).to_vec(),
            Self::Sha384 => digest::digest(&digest::SHA384, bytes).as_ref().to_vec(),
            Self::Sha512 => digest::digest(&digest::SHA512, bytes).as_ref().to_vec(),
        }
    }

    const fn oid(self) -> &'static [u8] {
        match self {
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
        }
    }

    /// The digest with these contents octets as identifier; `None` for one this crate does not use.
    pub(crate) fn from_oid(oid: &[u8]) -> Option<Self> {
        [Self::Sha256, Self::Sha384, Self::Sha512]
            .into_iter()
            .find(|algorithm| algorithm.oid() == oid)
    }

    /// Writes the AlgorithmIdentifier; RFC 5754 section 2: parameters are left out.
    pub(crate) fn write(self, writer: &mut Writer) {
        writer.sequence(|w| w.oid(self.oid()));
    }

    /// Reads an AlgorithmIdentifier; `None` stands for a digest this crate does not use. RFC 5754 section 2: absent
    /// and NULL parameters are both accepted.
    pub(crate) fn read(element: Element<'_>) -> Result<Option<Self>, DerError> {
        let mut fields = Reader::open_only(element.whole, tag::SEQUENCE)?;
        let Some(algorithm) = Self::from_oid(fields.oid()?) else {
            return Ok(None);
        };
        if let Some(null) = fields.optional(tag::NULL)?
            && !null.contents.is_empty()
        {
            return Err(DerError::Value);
        }
        fields.finish()?;
        Ok(Some(algorithm))
    }
}

/// SHA-256 of bytes that are all in memory.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut output = [0; 32];
    output.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    output
}

/// SHA-1, only to name a certificate in OCSP (RFC 6960 4.1.1). It never protects anything here.
pub(crate) fn sha1_name(bytes: &[u8]) -> [u8; 20] {
    let mut output = [0; 20];
    output.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
    output
}

/// A running SHA-256 whose state can be stored and taken up again in another process.
///
/// A file that only grows never needs to be hashed from its beginning again: keep the state at its present end,
/// clone it, add what follows. The stored form is no secret, and it is no proof either: keep it where nobody else
/// writes, and compute it anew when in doubt.
#[derive(Clone)]
pub struct Sha256State {
    hasher: sha2::Sha256,
    length_bytes: u64,
}

/// First byte of the stored form. It changes when the layout of the state does, so that an old state is refused
/// (and computed anew) and not misread.
const STATE_VERSION: u8 = 1;

/// Version byte, number of bytes hashed (big-endian), state of the compression function and the unfinished block.
const STATE_LEN: usize = 1 + 8 + size_of::<SerializedState<sha2::Sha256>>();

/// Stored bytes are not a state this version can continue: hash the content from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored SHA-256 state is damaged or of another version; hash the content from its beginning")]
pub struct StateError;

impl Sha256State {
    /// The state before the first byte.
    pub fn new() -> Self {
        Self {
            hasher: sha2::Sha256::new(),
            length_bytes: 0,
        }
    }

    /// Adds bytes at the end.
    pub fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.length_bytes = self.length_bytes.wrapping_add(bytes.len() as u64);
    }

    /// How many bytes went in so far. Compare it with the length of the content before going on from a stored state.
    pub fn length_bytes(&self) -> u64 {
        self.length_bytes
    }

    /// The digest of everything that went in. Clone the state first to go on.
    pub fn finish(self) -> [u8; 32] {
        self.hasher.finalize().into()
    }

    /// The stored form, less than 200 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(STATE_LEN);
        bytes.push(STATE_VERSION);
        bytes.extend_from_slice(&self.length_bytes.to_be_bytes());
        bytes.extend_from_slice(&self.hasher.serialize());
        bytes
    }

    /// Takes up a stored state.
    ///
    /// # Errors
    /// [`StateError`] when the bytes have the wrong length or version or contradict themselves.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let (&version, rest) = bytes.split_first().ok_or(StateError)?;
        let (length, state) = rest.split_first_chunk::<8>().ok_or(StateError)?;
        if version != STATE_VERSION {
            return Err(StateError);
        }
        let state = SerializedState::<sha2::Sha256>::try_from(state).map_err(|_| StateError)?;
        let hasher = sha2::Sha256::deserialize(&state).map_err(|_| StateError)?;
        let length_bytes = u64::from_be_bytes(*length);
        let restored = Self { hasher, length_bytes };
        // The state counts whole blocks itself; both counts must tell the same story.
        let blocks = state
            .get(32..40)
            .and_then(|octets| octets.try_into().ok())
            .map(u64::from_le_bytes);
        if blocks == Some(length_bytes / 64) {
            Ok(restored)
        } else {
            Err(StateError)
        }
    }
}

impl Default for Sha256State {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Sha256State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Sha256State")
            .field("length_bytes", &self.length_bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::encode;

    #[test]
    fn a_stored_state_goes_on_where_it_stopped() {
        let content: Vec<u8> = (0..1000u32).map(|n| u8::try_from(n % 251).unwrap()).collect();
        for cut in [0, 1, 55, 63, 64, 65, 128, 500, 999, 1000] {
            let mut first = Sha256State::new();
            first.update(&content[..cut]);
            let stored = first.to_bytes();
            assert!(stored.len() < 200);
            let mut second = Sha256State::from_bytes(&stored).unwrap();
            assert_eq!(second.length_bytes(), cut as u64);
            second.update(&content[cut..]);
            assert_eq!(second.finish(), sha256(&content), "cut at {cut}");
        }
    }

    /// Stored states outlive a release: this text must stay readable for as long as the version byte is 1.
    #[test]
    fn the_stored_form_does_not_change_unnoticed() {
        let mut state = Sha256State::new();
        state.update(b"contract");
        let stored = hex::encode(state.to_bytes());
        assert!(stored.starts_with("010000000000000008"), "{stored}");
        assert!(stored.contains(&hex::encode(b"contract")), "{stored}");
        assert_eq!(stored.len(), 2 * STATE_LEN);
        assert_eq!(STATE_LEN, 113);
    }

    #[test]
    fn damaged_states_are_refused() {
        let mut state = Sha256State::new();
        state.update(&[7; 200]);
        let good = state.to_bytes();
        assert_eq!(Sha256State::from_bytes(&good[1..]).unwrap_err(), StateError);
        assert_eq!(
            Sha256State::from_bytes(&good[..good.len() - 1]).unwrap_err(),
            StateError
        );
        assert_eq!(Sha256State::from_bytes(&[]).unwrap_err(), StateError);
        for (index, value) in [(0, 2), (2, 9), (41, 0xff)] {
            let mut bad = good.clone();
            bad[index] = value;
            assert_eq!(
                Sha256State::from_bytes(&bad).unwrap_err(),
                StateError,
                "byte {index}"
            );
        }
    }

    #[test]
    fn algorithm_identifiers_may_carry_null_parameters_or_none() {
        let read = |der: &[u8]| DigestAlgorithm::read(Reader::new(der).any().unwrap());
        let absent = encode(|w| DigestAlgorithm::Sha256.write(w));
        assert_eq!(read(&absent), Ok(Some(DigestAlgorithm::Sha256)));
        let null = encode(|w| {
            w.sequence(|w| {
                w.oid(oid::SHA256);
                w.null();
            });
        });
        assert_eq!(read(&null), Ok(Some(DigestAlgorithm::Sha256)));
        let sha1 = encode(|w| w.sequence(|w| w.oid(&[0x2b, 0x0e, 0x03, 0x02, 0x1a])));
        assert_eq!(read(&sha1), Ok(None));
    }
}
