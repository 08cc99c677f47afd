//! The master key, and what is sealed with it.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hmac, rand};
use sealpki::SecretBytes;
use zeroize::{Zeroize as _, Zeroizing};

use crate::files::{self, Privacy};

const KEY_LEN: usize = 32;
/// First byte of everything sealed. It names key and layout, so that both can change without guessing.
const KEY_VERSION: u8 = 1;
const TAG_LEN: usize = 16;
/// A key file is 64 hexadecimal digits and a line feed; anything much longer is another file.
const KEY_FILE_LEN_MAX: u64 = 128;

/// The key above all stored secrets. It lives outside the database, is never printed and is overwritten when dropped.
///
/// It is not used itself: one key for sealing and one for keyed digests are derived from it.
pub struct MasterKey {
    sealing: Zeroizing<[u8; KEY_LEN]>,
    digesting: Zeroizing<[u8; KEY_LEN]>,
}

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MasterKeyError {
    /// A key file is never overwritten.
    #[error("{} is there already; a master key is never overwritten, as everything sealed with it would be lost", .0.display())]
    Exists(PathBuf),
    /// The file cannot be read or written.
    #[error("the master key file {} cannot be used: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not a key file.
    #[error("{} is not a master key file: it must hold 64 hexadecimal digits and a line feed", .0.display())]
    Malformed(PathBuf),
    /// Others than the owner may use the file.
    #[error("the master key file {} has mode {mode:03o}; others must not read it: chmod 600", path.display())]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a master key")]
    Random,
}

impl MasterKey {
    /// A key from its bytes, which must be random.
    pub fn from_bytes(bytes: [u8; KEY_LEN]) -> Self {
        let bytes = Zeroizing::new(bytes);
        Self {
            sealing: derive(&bytes, b"qishu sealing"),
            digesting: derive(&bytes, b"qishu keyed digest"),
        }
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// [`MasterKeyError`]; in particular files that group or others may read, write or execute are refused.
    pub fn from_file(path: &Path) -> Result<Self, MasterKeyError> {
        let io = |source| MasterKeyError::Io {
            path: path.to_owned(),
            source,
        };
        let (text, mode) = files::read(path, KEY_FILE_LEN_MAX).map_err(io)?;
        let text = Zeroizing::new(text);
        if mode & 0o077 != 0 {
            return Err(MasterKeyError::Permissions {
                path: path.to_owned(),
                mode,
            });
        }
        let malformed = || MasterKeyError::Malformed(path.to_owned());
        let digits = text.strip_suffix(b"\n").unwrap_or(&text);
        let mut bytes = [0; KEY_LEN];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| malformed())?;
        let key = Self::from_bytes(bytes);
        bytes.zeroize();
        Ok(key)
    }

    /// Makes a new key and stores it in a file that only its owner may read (mode 0600), written through to the disk.
    ///
    /// # Errors
    /// [`MasterKeyError::Exists`] when there is a file: it is never overwritten.
    pub fn create_file(path: &Path) -> Result<Self, MasterKeyError> {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        rand::fill(bytes.as_mut()).map_err(|_| MasterKeyError::Random)?;
        let mut text = Zeroizing::new(hex::encode(bytes.as_ref()));
        text.push('\n');
        match files::write_new(path, text.as_bytes(), Privacy::Secret) {
            Ok(()) => Ok(Self::from_bytes(*bytes)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(MasterKeyError::Exists(path.to_owned()))
            }
            Err(source) => Err(MasterKeyError::Io {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// HMAC-SHA256 of a value for one purpose. The same value has unrelated digests for different purposes, and none
    /// can be computed without the key: fit to look up what must not be stored in the clear.
    pub fn keyed_digest(&self, purpose: &str, value: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.digesting.as_ref());
        let mut context = hmac::Context::with_key(&key);
        // The length keeps purpose and value apart.
        context.update(&(purpose.len() as u64).to_be_bytes());
        context.update(purpose.as_bytes());
        context.update(value);
        digest_bytes(&context.sign())
    }

    fn sealing_key(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&AES_256_GCM, self.sealing.as_ref())
            .ok()
            .map(LessSafeKey::new)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MasterKey(…)")
    }
}

/// The first block of HKDF-Expand (RFC 5869 2.3); the master key is uniformly random and needs no extraction.
fn derive(master: &[u8; KEY_LEN], label: &[u8]) -> Zeroizing<[u8; KEY_LEN]> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, master);
    let mut context = hmac::Context::with_key(&key);
    context.update(label);
    context.update(&[1]);
    Zeroizing::new(digest_bytes(&context.sign()))
}

fn digest_bytes(tag: &hmac::Tag) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes
        .iter_mut()
        .zip(tag.as_ref())
        .for_each(|(octet, value)| *octet = *value);
    bytes
}

/// Why bytes were not sealed or do not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// Another key, another place, or changed bytes; which of them cannot be told.
    #[error("the sealed data does not belong to this master key and this place, or it was changed")]
    Rejected,
    /// The cryptographic library failed while sealing.
    #[error("the data could not be sealed")]
    Sealing,
    /// Too short to be sealed data.
    #[error("the sealed data is cut off")]
    Truncated,
    /// Sealed with a key version or layout this program does not know.
    #[error("the data is sealed with key version {0}, which this program does not have")]
    Version(u8),
}

/// Seals bytes for one place: `associated` names it (table, column, row, or file and purpose), so that sealed bytes
/// cannot be moved elsewhere. AES-256-GCM with a random nonce; version, nonce, ciphertext and tag in this order.
///
/// # Errors
/// [`SealError::Sealing`] when the system gives no random bytes or the library fails.
pub fn seal(key: &MasterKey, associated: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut nonce = [0; NONCE_LEN];
    rand::fill(&mut nonce).map_err(|_| SealError::Sealing)?;
    // Room for the tag from the start: growing would leave a copy of the plain text behind.
    let mut body = Zeroizing::new(Vec::with_capacity(plain.len() + TAG_LEN));
    body.extend_from_slice(plain);
    key.sealing_key()
        .ok_or(SealError::Sealing)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(bound(associated)),
            &mut *body,
        )
        .map_err(|_| SealError::Sealing)?;
    Ok([&[KEY_VERSION], &nonce[..], &body[..]].concat())
}

/// Opens what [`seal`] sealed for the same place.
///
/// # Errors
/// [`SealError`].
pub fn open(key: &MasterKey, associated: &[u8], sealed: &[u8]) -> Result<SecretBytes, SealError> {
    let (&version, rest) = sealed.split_first().ok_or(SealError::Truncated)?;
    if version != KEY_VERSION {
        return Err(SealError::Version(version));
    }
    let (nonce, body) = rest
        .split_first_chunk::<NONCE_LEN>()
        .ok_or(SealError::Truncated)?;
    if body.len() < TAG_LEN {
        return Err(SealError::Truncated);
    }
    let mut body = Zeroizing::new(body.to_vec());
    let plain = key
        .sealing_key()
        .ok_or(SealError::Rejected)?
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(bound(associated)),
            &mut body,
        )
        .map_err(|_| SealError::Rejected)?;
    Ok(SecretBytes::new(plain.to_vec()))
}

/// The version is bound as well: sealed bytes cannot be passed off as those of another one.
fn bound(associated: &[u8]) -> Vec<u8> {
    [&[KEY_VERSION], associated].concat()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_was_sealed_opens_only_at_its_place_with_its_key() {
        let key = MasterKey::from_bytes([1; 32]);
        let sealed = seal(&key, b"person/7/mobile", b"13800000000").unwrap();
        assert_eq!(
            open(&key, b"person/7/mobile", &sealed).unwrap().expose(),
            b"13800000000"
        );
        assert_eq!(
            open(&key, b"person/8/mobile", &sealed).unwrap_err(),
            SealError::Rejected
        );
        let other = MasterKey::from_bytes([2; 32]);
        assert_eq!(
            open(&other, b"person/7/mobile", &sealed).unwrap_err(),
            SealError::Rejected
        );
        assert_ne!(
            sealed,
            seal(&key, b"person/7/mobile", b"13800000000").unwrap(),
            "fresh nonce"
        );
        assert!(
            open(&key, b"", &seal(&key, b"", b"").unwrap())
                .unwrap()
                .expose()
                .is_empty()
        );
    }

    #[test]
    fn changed_or_cut_sealed_bytes_do_not_open() {
        let key = MasterKey::from_bytes([1; 32]);
        let sealed = seal(&key, b"place", b"secret").unwrap();
        for position in 0..sealed.len() * 8 {
            let mut bad = sealed.clone();
            bad[position / 8] ^= 1 << (position % 8);
            assert!(open(&key, b"place", &bad).is_err(), "bit {position}");
        }
        for length in 0..sealed.len() {
            assert!(open(&key, b"place", &sealed[..length]).is_err(), "{length}");
        }
        assert_eq!(open(&key, b"place", &[9; 40]).unwrap_err(), SealError::Version(9));
        assert_eq!(open(&key, b"place", &[1; 20]).unwrap_err(), SealError::Truncated);
    }

    /// The formats of stored data: changing a derivation would make everything sealed before unreadable.
    #[test]
    fn derived_keys_stay_the_same() {
        let key = MasterKey::from_bytes([7; 32]);
        let sealed = "0100112233445566778899aabb1632e674b84aefd4436bcfd37255ed43a3a83997c6";
        let opened = open(&key, b"place", &hex::decode(sealed).unwrap()).unwrap();
        assert_eq!(opened.expose(), b"plain");
        let digest = "1f46f86865612c12e2c0402b7fc83d00486ad244d016abff485f21bb305407da";
        assert_eq!(hex::encode(key.keyed_digest("mobile", b"13800000000")), digest);
    }

    #[test]
    fn digests_differ_by_purpose_value_and_key() {
        let key = MasterKey::from_bytes([1; 32]);
        let digest = key.keyed_digest("mobile", b"1");
        assert_eq!(digest, key.keyed_digest("mobile", b"1"));
        assert_ne!(digest, key.keyed_digest("mobile1", b""));
        assert_ne!(digest, key.keyed_digest("email", b"1"));
        assert_ne!(
            digest,
            MasterKey::from_bytes([2; 32]).keyed_digest("mobile", b"1")
        );
    }

    #[test]
    fn a_key_file_is_private_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let created = MasterKey::create_file(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read = MasterKey::from_file(&path).unwrap();
        assert_eq!(read.keyed_digest("", b""), created.keyed_digest("", b""));
        assert!(matches!(
            MasterKey::create_file(&path),
            Err(MasterKeyError::Exists(_))
        ));
        assert_eq!(
            MasterKey::from_file(&path).unwrap().keyed_digest("", b""),
            read.keyed_digest("", b"")
        );
        assert_eq!(format!("{read:?}"), "MasterKey(…)");
    }

    #[test]
    fn a_key_file_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        MasterKey::create_file(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o610] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = MasterKey::from_file(&path).unwrap_err();
            assert!(
                matches!(error, MasterKeyError::Permissions { mode: found, .. } if found == mode),
                "{error}"
            );
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(MasterKey::from_file(&path).is_ok());
    }

    #[test]
    fn other_files_are_no_key_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        assert!(matches!(
            MasterKey::from_file(&path),
            Err(MasterKeyError::Io { .. })
        ));
        let long = "ab".repeat(5000);
        for text in ["", "ab", "zz", long.as_str(), "not hexadecimal"] {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            let error = MasterKey::from_file(&path).unwrap_err();
            assert!(
                matches!(error, MasterKeyError::Malformed(_) | MasterKeyError::Io { .. }),
                "{error}"
            );
        }
    }
}
