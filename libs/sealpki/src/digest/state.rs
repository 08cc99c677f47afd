//! Running digests whose state can be stored and taken up again in another process.
//!
//! A file that only grows never needs to be hashed from its beginning again: keep the state at its present end, clone it,
//! add what follows. The stored form is no secret, and it is no proof either: keep it where nobody else writes, and
//! compute it anew when in doubt.

use sha2::Digest;
use sha2::digest::common::hazmat::{SerializableState, SerializedState};

/// Stored bytes are not a state this version can continue: hash the content from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored digest state is damaged or of another version; hash the content from its beginning")]
pub struct StateError;

/// Digest and count; both digests have blocks of 64 bytes, a state of 32 bytes and a count of blocks behind it.
#[derive(Clone)]
struct Running<H> {
    hasher: H,
    length_bytes: u64,
}

impl<H: Digest + SerializableState> Running<H> {
    fn new() -> Self {
        Self {
            hasher: H::new(),
            length_bytes: 0,
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.length_bytes = self.length_bytes.wrapping_add(bytes.len() as u64);
    }

    fn finish(self) -> [u8; 32] {
        let mut output = [0; 32];
        output
            .iter_mut()
            .zip(self.hasher.finalize())
            .for_each(|(place, octet)| *place = octet);
        output
    }

    /// Version byte, number of bytes hashed (big-endian), state of the compression function and the unfinished block.
    fn to_bytes(&self, version: u8) -> Vec<u8> {
        let mut bytes = vec![version];
        bytes.extend_from_slice(&self.length_bytes.to_be_bytes());
        bytes.extend_from_slice(&self.hasher.serialize());
        bytes
    }

    fn from_bytes(bytes: &[u8], expected_version: u8) -> Result<Self, StateError> {
        let (&version, rest) = bytes.split_first().ok_or(StateError)?;
        let (length, state) = rest.split_first_chunk::<8>().ok_or(StateError)?;
        if version != expected_version {
            return Err(StateError);
        }
        let state = SerializedState::<H>::try_from(state).map_err(|_| StateError)?;
        let hasher = H::deserialize(&state).map_err(|_| StateError)?;
        let length_bytes = u64::from_be_bytes(*length);
        // The state counts whole blocks itself; both counts must tell the same story.
        let blocks = state
            .get(32..40)
            .and_then(|octets| octets.try_into().ok())
            .map(u64::from_le_bytes);
        if blocks == Some(length_bytes / 64) {
            Ok(Self { hasher, length_bytes })
        } else {
            Err(StateError)
        }
    }
}

/// The public face of [`Running`] for one digest. The version byte tells the digests apart and changes when the layout of
/// a state does, so that an old state is refused (and computed anew) and not misread.
macro_rules! running_digest {
    ($name:ident, $hasher:ty, $version:literal, $text:literal) => {
        #[doc = concat!("A running ", $text, " whose state can be stored and taken up again in another process.")]
        #[derive(Clone)]
        pub struct $name(Running<$hasher>);

        impl $name {
            /// The state before the first byte.
            pub fn new() -> Self {
                Self(Running::new())
            }

            /// Adds bytes at the end.
            pub fn update(&mut self, bytes: &[u8]) {
                self.0.update(bytes);
            }

            /// How many bytes went in so far. Compare it with the length of the content before going on from a stored
            /// state.
            pub fn length_bytes(&self) -> u64 {
                self.0.length_bytes
            }

            /// The digest of everything that went in. Clone the state first to go on.
            pub fn finish(self) -> [u8; 32] {
                self.0.finish()
            }

            /// The stored form, less than 200 bytes.
            pub fn to_bytes(&self) -> Vec<u8> {
                self.0.to_bytes($version)
            }

            /// Takes up a stored state.
            ///
            /// # Errors
            /// [`StateError`] when the bytes have the wrong length or version or contradict themselves.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
                Running::from_bytes(bytes, $version).map(Self)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter
                    .debug_struct(stringify!($name))
                    .field("length_bytes", &self.0.length_bytes)
                    .finish_non_exhaustive()
            }
        }
    };
}

running_digest!(Sha256State, sha2::Sha256, 1, "SHA-256");
running_digest!(Sm3State, sm3::Sm3, 0x81, "SM3");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{DigestAlgorithm, sha256};

    fn content() -> Vec<u8> {
        (0..1000u32).map(|n| u8::try_from(n % 251).unwrap()).collect()
    }

    #[test]
    fn a_stored_state_goes_on_where_it_stopped() {
        let content = content();
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

    #[test]
    fn a_stored_sm3_state_goes_on_too_and_is_not_taken_for_the_other() {
        let content = content();
        for cut in [0, 63, 64, 500, 1000] {
            let mut first = Sm3State::new();
            first.update(&content[..cut]);
            let stored = first.to_bytes();
            assert!(stored.len() < 200);
            assert_eq!(Sha256State::from_bytes(&stored).unwrap_err(), StateError);
            let mut second = Sm3State::from_bytes(&stored).unwrap();
            second.update(&content[cut..]);
            assert_eq!(
                second.finish().to_vec(),
                DigestAlgorithm::Sm3.digest(&content),
                "cut at {cut}"
            );
        }
        let mut other = Sha256State::new();
        other.update(&content);
        assert_eq!(Sm3State::from_bytes(&other.to_bytes()).unwrap_err(), StateError);
    }

    /// Stored states outlive a release: this text must stay readable for as long as the version byte is 1.
    #[test]
    fn the_stored_form_does_not_change_unnoticed() {
        let mut state = Sha256State::new();
        state.update(b"contract");
        let stored = hex::encode(state.to_bytes());
        assert!(stored.starts_with("010000000000000008"), "{stored}");
        assert!(stored.contains(&hex::encode(b"contract")), "{stored}");
        assert_eq!(stored.len(), 2 * 113);
        let mut state = Sm3State::new();
        state.update(b"contract");
        let stored = hex::encode(state.to_bytes());
        assert!(stored.starts_with("810000000000000008"), "{stored}");
        assert!(stored.contains(&hex::encode(b"contract")), "{stored}");
        assert_eq!(stored.len(), 2 * 113);
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
}
