//! Reading files encrypted with an empty user password (ISO 32000-2, 7.6): what every viewer opens without asking. Nothing is
//! ever written encrypted; such files are read and judged, not signed.

use aws_lc_rs::{
    cipher::{
        AES_128, AES_256, DecryptingKey, DecryptionContext, EncryptionContext, PaddedBlockEncryptingKey,
        UnboundCipherKey,
    },
    digest::{self, SHA256, SHA384, SHA512},
    iv::FixedLength,
};
use md5::{Digest as _, Md5};

use crate::{
    error::ReadError,
    object::{Dictionary, Object, PdfString, Reference, Stream, StreamData},
};

/// What short passwords are filled up with (algorithm 2, step a): here the whole password.
const PADDING: [u8; 32] = [
    0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08, 0x2E,
    0x2E, 0x00, 0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
];

const BLOCK: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    /// Not encrypted.
    Identity,
    /// RC4 with a key per object.
    Rc4,
    /// AES-128 in CBC mode with a key per object.
    Aes128,
    /// AES-256 in CBC mode with the file key.
    Aes256,
}

/// The file key, and what it is used for.
#[derive(Clone, Debug)]
pub(crate) struct Decryption {
    key: Vec<u8>,
    strings: Method,
    streams: Method,
    encrypts_metadata: bool,
}

impl Decryption {
    /// Opens the standard security handler with the empty user password. `id` is the first element of `/ID`.
    ///
    /// # Errors
    /// [`ReadError::Encrypted`] when a password is needed, or the handler or method is another one.
    pub(crate) fn open(encrypt: &Dictionary, id: &[u8]) -> Result<Self, ReadError> {
        if !encrypt.is_name("Filter", "Standard") {
            return Err(ReadError::Encrypted);
        }
        let number = |key: &str| encrypt.get(key).and_then(Object::as_integer);
        let (version, revision) = (number("V").unwrap_or(0), number("R").unwrap_or(0));
        let encrypts_metadata = encrypt.get("EncryptMetadata").and_then(Object::as_boolean) != Some(false);
        let (strings, streams) = match version {
            1 | 2 => (Method::Rc4, Method::Rc4),
            4 | 5 => (
                method(encrypt, "StrF", version)?,
                method(encrypt, "StmF", version)?,
            ),
            _ => return Err(ReadError::Encrypted),
        };
        let key = match revision {
            2..=4 => {
                let length = match version {
                    1 => 5,
                    4 => 16,
                    _ => usize::try_from(number("Length").unwrap_or(40) / 8).unwrap_or(0),
                };
                if !(5..=16).contains(&length) {
                    return Err(ReadError::Encrypted);
                }
                legacy_key(encrypt, id, revision, length, encrypts_metadata)?
            }
            5 | 6 => modern_key(encrypt, revision)?,
            _ => return Err(ReadError::Encrypted),
        };
        Ok(Self {
            key,
            strings,
            streams,
            encrypts_metadata,
        })
    }

    /// Undoes the encryption of an object read from `file`. Returns how many bytes were decrypted.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] when the bytes are not what the method makes.
    pub(crate) fn undo(
        &self,
        reference: Reference,
        object: &mut Object,
        file: &[u8],
    ) -> Result<usize, ReadError> {
        let mut total = 0;
        // No recursion: dictionaries inside each other are as deep as the file wants.
        let mut stack = vec![object];
        while let Some(object) = stack.pop() {
            match object {
                Object::String(string) => total += self.string(reference, string)?,
                Object::Array(items) => stack.extend(items),
                Object::Dictionary(dictionary) => {
                    let is_signature = dictionary.contains("ByteRange");
                    stack.extend(
                        dictionary
                            .values_mut()
                            // 7.6.2: the value of a signature is not encrypted.
                            .filter(|(name, _)| !(is_signature && **name == "Contents"))
                            .map(|(_, value)| value),
                    );
                }
                Object::Stream(stream) => {
                    total += self.stream(reference, stream, file)?;
                    stack.extend(stream.dictionary.values_mut().map(|(_, value)| value));
                }
                _ => {}
            }
        }
        Ok(total)
    }

    fn string(&self, reference: Reference, string: &mut PdfString) -> Result<usize, ReadError> {
        let before = string.bytes.len();
        string.bytes = self.decrypt(self.strings, reference, &string.bytes)?;
        Ok(before)
    }

    fn stream(&self, reference: Reference, stream: &mut Stream, file: &[u8]) -> Result<usize, ReadError> {
        let dictionary = &stream.dictionary;
        // 7.5.8.2: cross-reference streams are never encrypted.
        let plain = dictionary.is_name("Type", "XRef")
            || (dictionary.is_name("Type", "Metadata") && !self.encrypts_metadata)
            || first_filter(dictionary) == Some("Crypt");
        if plain || self.streams == Method::Identity {
            return Ok(0);
        }
        let data = stream.data.bytes(file);
        let before = data.len();
        let data = self.decrypt(self.streams, reference, data)?;
        stream.data = StreamData::Owned(data);
        Ok(before)
    }

    fn decrypt(&self, method: Method, reference: Reference, data: &[u8]) -> Result<Vec<u8>, ReadError> {
        match method {
            Method::Identity => Ok(data.to_vec()),
            Method::Rc4 => Ok(rc4(&self.object_key(reference, b""), data)),
            Method::Aes128 => aes_cbc(&self.object_key(reference, b"sAlT"), data),
            Method::Aes256 => aes_cbc(&self.key, data),
        }
        .map_err(|()| ReadError::damaged(crate::error::Place::Object(reference), "it cannot be decrypted"))
    }

    /// Algorithm 1: a key per object.
    fn object_key(&self, reference: Reference, salt: &[u8]) -> Vec<u8> {
        let mut hash = Md5::new();
        hash.update(&self.key);
        hash.update(&reference.number.to_le_bytes()[..3]);
        hash.update(reference.generation.to_le_bytes());
        hash.update(salt);
        let mut key = hash.finalize().to_vec();
        key.truncate((self.key.len() + 5).min(16));
        key
    }
}

fn first_filter(dictionary: &Dictionary) -> Option<&str> {
    match dictionary.get("Filter")? {
        Object::Name(name) => name.as_str(),
        Object::Array(names) => names.first()?.as_name()?.as_str(),
        _ => None,
    }
}

/// The crypt filter for strings or streams (7.6.6).
fn method(encrypt: &Dictionary, key: &str, version: i64) -> Result<Method, ReadError> {
    let name = match encrypt.get(key) {
        None => return Ok(Method::Identity),
        Some(Object::Name(name)) => name.as_str().unwrap_or_default(),
        Some(_) => return Err(ReadError::Encrypted),
    };
    if name == "Identity" {
        return Ok(Method::Identity);
    }
    let filter = encrypt
        .get("CF")
        .and_then(Object::as_dictionary)
        .and_then(|filters| filters.get(name))
        .and_then(Object::as_dictionary)
        .and_then(|filter| filter.get("CFM"))
        .and_then(Object::as_name)
        .and_then(|name| name.as_str());
    match (filter, version) {
        (Some("None"), _) => Ok(Method::Identity),
        (Some("V2"), 4) => Ok(Method::Rc4),
        (Some("AESV2"), 4) => Ok(Method::Aes128),
        (Some("AESV3"), 5) => Ok(Method::Aes256),
        _ => Err(ReadError::Encrypted),
    }
}

fn text<'d>(encrypt: &'d Dictionary, key: &str) -> Result<&'d [u8], ReadError> {
    encrypt
        .get(key)
        .and_then(Object::as_string)
        .map(|string| string.bytes.as_slice())
        .ok_or(ReadError::Encrypted)
}

/// Algorithms 2 and 6: the key of revisions 2 to 4, checked against `/U`.
fn legacy_key(
    encrypt: &Dictionary,
    id: &[u8],
    revision: i64,
    length: usize,
    encrypts_metadata: bool,
) -> Result<Vec<u8>, ReadError> {
    let permissions = encrypt
        .get("P")
        .and_then(Object::as_integer)
        .ok_or(ReadError::Encrypted)?;
    // Written as signed or unsigned 32 bits; only those count.
    let permissions = permissions.to_le_bytes();
    let mut hash = Md5::new();
    hash.update(PADDING);
    hash.update(text(encrypt, "O")?.get(..32).ok_or(ReadError::Encrypted)?);
    hash.update(&permissions[..4]);
    hash.update(id);
    if revision >= 4 && !encrypts_metadata {
        hash.update([0xFF; 4]);
    }
    let mut key = hash.finalize().to_vec();
    key.truncate(length);
    if revision >= 3 {
        for _ in 0..50 {
            key = Md5::digest(&key).to_vec();
            key.truncate(length);
        }
    }
    let expected = if revision == 2 {
        rc4(&key, &PADDING)
    } else {
        let mut hash = Md5::new();
        hash.update(PADDING);
        hash.update(id);
        let mut value = hash.finalize().to_vec();
        for round in 0..20_u8 {
            let round_key: Vec<u8> = key.iter().map(|byte| byte ^ round).collect();
            value = rc4(&round_key, &value);
        }
        value
    };
    if text(encrypt, "U")?.starts_with(&expected) {
        Ok(key)
    } else {
        Err(ReadError::Encrypted)
    }
}

/// Algorithm 2.A: the key of revisions 5 and 6.
fn modern_key(encrypt: &Dictionary, revision: i64) -> Result<Vec<u8>, ReadError> {
    let user = text(encrypt, "U")?;
    let part = |from: usize, to: usize| user.get(from..to).ok_or(ReadError::Encrypted);
    let (hash, validation, salt) = (part(0, 32)?, part(32, 40)?, part(40, 48)?);
    let digest = |salt: &[u8]| match revision {
        5 => Ok(digest::digest(&SHA256, salt).as_ref().to_vec()),
        _ => hardened(salt),
    };
    if digest(validation).map_err(|()| ReadError::Encrypted)? != hash {
        return Err(ReadError::Encrypted);
    }
    let wrapping = digest(salt).map_err(|()| ReadError::Encrypted)?;
    let wrapped = text(encrypt, "UE")?.get(..32).ok_or(ReadError::Encrypted)?;
    let mut key = ecb_decrypt(&wrapping, wrapped).map_err(|()| ReadError::Encrypted)?;
    unchain(&mut key, &[0; BLOCK], wrapped);
    Ok(key)
}

/// Algorithm 2.B for the empty password.
fn hardened(salt: &[u8]) -> Result<Vec<u8>, ()> {
    let mut key = digest::digest(&SHA256, salt).as_ref().to_vec();
    for round in 0..1_000_usize {
        let mut data = key.repeat(64);
        let (cipher_key, iv) = key.split_at(BLOCK);
        cbc_encrypt(cipher_key, iv.get(..BLOCK).ok_or(())?, &mut data)?;
        let rest = data.iter().take(BLOCK).map(|byte| u32::from(*byte)).sum::<u32>() % 3;
        let algorithm = match rest {
            0 => &SHA256,
            1 => &SHA384,
            _ => &SHA512,
        };
        key = digest::digest(algorithm, &data).as_ref().to_vec();
        let last = usize::from(data.last().copied().unwrap_or(0));
        // Rounds are counted from 0: at least 64, then until the last byte is small enough.
        if round >= 63 && last + 32 <= round + 1 {
            break;
        }
    }
    key.truncate(32);
    Ok(key)
}

fn cbc_encrypt(key: &[u8], iv: &[u8], data: &mut Vec<u8>) -> Result<(), ()> {
    let length = data.len();
    let key = UnboundCipherKey::new(&AES_128, key).map_err(|_| ())?;
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).map_err(|_| ())?;
    let iv: [u8; BLOCK] = iv.try_into().map_err(|_| ())?;
    key.less_safe_encrypt(data, EncryptionContext::Iv128(FixedLength::from(iv)))
        .map_err(|_| ())?;
    // The standard encrypts without padding; whole blocks are the same but for the one added.
    data.truncate(length);
    Ok(())
}

/// AES in CBC mode, initialisation vector in front, padding behind (7.6.3.1).
fn aes_cbc(key: &[u8], data: &[u8]) -> Result<Vec<u8>, ()> {
    if data.is_empty() {
        return Ok(Vec::new());
    }
    let (iv, blocks) = data.split_at_checked(BLOCK).ok_or(())?;
    let mut plain = ecb_decrypt(key, blocks)?;
    unchain(&mut plain, iv, blocks);
    let padding = usize::from(plain.last().copied().unwrap_or(0));
    if blocks.is_empty() {
        return Ok(plain);
    }
    let length = plain
        .len()
        .checked_sub(padding)
        .filter(|_| (1..=BLOCK).contains(&padding));
    plain.truncate(length.ok_or(())?);
    Ok(plain)
}

fn ecb_decrypt(key: &[u8], blocks: &[u8]) -> Result<Vec<u8>, ()> {
    let algorithm = match key.len() {
        16 => &AES_128,
        32 => &AES_256,
        _ => return Err(()),
    };
    let mut plain = blocks.to_vec();
    if plain.is_empty() {
        return Ok(plain);
    }
    let key = UnboundCipherKey::new(algorithm, key).map_err(|_| ())?;
    DecryptingKey::ecb(key)
        .and_then(|key| key.decrypt(&mut plain, DecryptionContext::None).map(|_| ()))
        .map_err(|_| ())?;
    Ok(plain)
}

/// Each block was mixed with the ciphertext of the block before it.
fn unchain(plain: &mut [u8], iv: &[u8], cipher: &[u8]) {
    let before = iv.iter().chain(cipher);
    for (byte, mixed) in plain.iter_mut().zip(before) {
        *byte ^= mixed;
    }
}

/// RC4 is the same in both directions.
fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    let mut state: [u8; 256] = std::array::from_fn(|index| (index & 0xFF) as u8);
    let mut other = 0_u8;
    for index in 0..256_usize {
        let own = key.get(index % key.len().max(1)).copied().unwrap_or(0);
        other = other.wrapping_add(state[index]).wrapping_add(own);
        state.swap(index, usize::from(other));
    }
    let (mut one, mut two) = (0_u8, 0_u8);
    data.iter()
        .map(|byte| {
            one = one.wrapping_add(1);
            two = two.wrapping_add(state[usize::from(one)]);
            state.swap(usize::from(one), usize::from(two));
            byte ^ state[usize::from(state[usize::from(one)].wrapping_add(state[usize::from(two)]))]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rc4_makes_the_published_streams() {
        assert_eq!(
            rc4(b"Key", b"Plaintext"),
            [0xBB, 0xF3, 0x16, 0xE8, 0xD9, 0x40, 0xAF, 0x0A, 0xD3]
        );
        assert_eq!(rc4(b"Wiki", b"pedia"), [0x10, 0x21, 0xBF, 0x04, 0x20]);
    }

    #[test]
    fn ciphertext_that_no_method_makes_is_refused() {
        assert_eq!(aes_cbc(&[1; 16], &[]), Ok(Vec::new()));
        for bad in [&[0; 15][..], &[0; 17], &[0; 32]] {
            assert_eq!(aes_cbc(&[1; 16], bad), Err(()), "{} bytes", bad.len());
        }
    }
}
