//! Decryption by password: PBES2 (RFC 8018 6.2) and the old schemes of PKCS #12 (RFC 7292 appendix C).

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, Algorithm, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::pbkdf2;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _};
use zeroize::Zeroizing;

use super::kdf::{self, Function, Purpose};
use super::{Password, Pkcs12Error};
use crate::der::{DerError, Element, Reader, oid, tag};
use crate::digest::UnacceptedAlgorithm;
use crate::key::SecretBytes;

fn unsupported(identifier: &[u8]) -> Pkcs12Error {
    UnacceptedAlgorithm::Unknown(oid::to_text(identifier)).into()
}

/// Decrypts with the algorithm named by an AlgorithmIdentifier.
pub(super) fn decrypt(
    algorithm: Element<'_>,
    encrypted: &[u8],
    password: &Password<'_>,
) -> Result<SecretBytes, Pkcs12Error> {
    let mut fields = Reader::new(algorithm.contents);
    let identifier = fields.oid()?;
    let mut parameters = fields.open(tag::SEQUENCE)?;
    fields.finish()?;
    if identifier == oid::PBES2 {
        return decrypt_pbes2(parameters, encrypted, password);
    }
    let salt = parameters.octet_string()?;
    let rounds = password.spend(parameters.integer_u32()?)?;
    parameters.finish()?;
    let derive = |purpose, length| kdf::derive(Function::Sha1, purpose, password.text, salt, rounds, length);
    let iv = derive(Purpose::Iv, 8);
    match identifier {
        oid::PBE_SHA1_3DES => cbc_decrypt::<des::TdesEde3>(&derive(Purpose::Key, 24), &iv, encrypted),
        oid::PBE_SHA1_RC2_128 => cbc_decrypt::<rc2::Rc2>(&derive(Purpose::Key, 16), &iv, encrypted),
        oid::PBE_SHA1_RC2_40 => cbc_decrypt::<rc2::Rc2>(&derive(Purpose::Key, 5), &iv, encrypted),
        other => Err(unsupported(other)),
    }
}

/// PBES2-params: PBKDF2 and a block cipher in CBC mode.
fn decrypt_pbes2(
    mut parameters: Reader<'_>,
    encrypted: &[u8],
    password: &Password<'_>,
) -> Result<SecretBytes, Pkcs12Error> {
    let mut derivation = parameters.open(tag::SEQUENCE)?;
    let mut scheme = parameters.open(tag::SEQUENCE)?;
    parameters.finish()?;
    let function = derivation.oid()?;
    if function != oid::PBKDF2 {
        return Err(unsupported(function));
    }
    let mut fields = derivation.open(tag::SEQUENCE)?;
    derivation.finish()?;
    let salt = fields.octet_string()?;
    let rounds = password.spend(fields.integer_u32()?)?;
    if fields.peek_tag() == Some(tag::INTEGER) {
        // The length of the key; the cipher says it too.
        fields.integer_u32()?;
    }
    let pseudo_random = match fields.optional(tag::SEQUENCE)? {
        Some(algorithm) => match Reader::new(algorithm.contents).oid()? {
            oid::HMAC_SHA1 => pbkdf2::PBKDF2_HMAC_SHA1,
            oid::HMAC_SHA256 => pbkdf2::PBKDF2_HMAC_SHA256,
            oid::HMAC_SHA384 => pbkdf2::PBKDF2_HMAC_SHA384,
            oid::HMAC_SHA512 => pbkdf2::PBKDF2_HMAC_SHA512,
            other => return Err(unsupported(other)),
        },
        None => pbkdf2::PBKDF2_HMAC_SHA1,
    };
    fields.finish()?;
    let derive = |length: usize| {
        let mut key = Zeroizing::new(vec![0; length]);
        pbkdf2::derive(pseudo_random, rounds, salt, password.text.as_bytes(), &mut key);
        key
    };
    let cipher = scheme.oid()?;
    let iv = scheme.octet_string()?;
    scheme.finish()?;
    match cipher {
        oid::AES_128_CBC => aes_decrypt(&AES_128, &derive(16), iv, encrypted),
        oid::AES_192_CBC => aes_decrypt(&AES_192, &derive(24), iv, encrypted),
        oid::AES_256_CBC => aes_decrypt(&AES_256, &derive(32), iv, encrypted),
        oid::DES_EDE3_CBC => cbc_decrypt::<des::TdesEde3>(&derive(24), iv, encrypted),
        other => Err(unsupported(other)),
    }
}

fn aes_decrypt(
    algorithm: &'static Algorithm,
    key: &[u8],
    iv: &[u8],
    encrypted: &[u8],
) -> Result<SecretBytes, Pkcs12Error> {
    let iv: [u8; 16] = iv.try_into().map_err(|_| DerError::Value)?;
    let wrong = |_| Pkcs12Error::Password;
    let key = UnboundCipherKey::new(algorithm, key).map_err(wrong)?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).map_err(wrong)?;
    let mut buffer = Zeroizing::new(encrypted.to_vec());
    let context = DecryptionContext::Iv128(FixedLength::from(iv));
    let plain = key.decrypt(&mut buffer, context).map_err(wrong)?;
    Ok(SecretBytes::new(plain.to_vec()))
}

fn cbc_decrypt<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    iv: &[u8],
    encrypted: &[u8],
) -> Result<SecretBytes, Pkcs12Error> {
    let cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).map_err(|_| DerError::Value)?;
    let mut buffer = Zeroizing::new(encrypted.to_vec());
    let plain = cipher
        .decrypt_padded::<Pkcs7>(&mut buffer)
        .map_err(|_| Pkcs12Error::Password)?;
    Ok(SecretBytes::new(plain.to_vec()))
}
