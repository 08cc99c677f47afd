//! SM2 (GM/T 0003, GB/T 32918): keys, and signatures in DER (GM/T 0009 7.3).
//!
//! The user identifier in the value Z is always 1234567812345678 (GM/T 0009 10), in documents and in certificates.

use std::fmt;

use aws_lc_rs::rand;
use sm2::dsa::signature::rand_core::{TryCryptoRng, TryRng};
use sm2::dsa::signature::{RandomizedSigner as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

use super::{KeyError, SignatureError};
use crate::der::{DerError, Reader, encode, oid, tag};

const USER_ID: &str = "1234567812345678";

/// The order of the group minus one: the one private key that cannot sign, because 1 + d has no inverse.
const LAST_SCALAR: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x72,
    0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x22,
];

/// How often a key or a nonce is drawn before giving up. One draw fails with a probability below 2⁻³¹.
const DRAWS_MAX: usize = 8;

/// The generator of aws-lc-rs as the sm2 crate wants it.
struct SystemRandom;

/// The operating system gave no random bytes.
#[derive(Debug)]
struct NoRandom;

impl fmt::Display for NoRandom {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("no random bytes")
    }
}

impl std::error::Error for NoRandom {}

impl TryRng for SystemRandom {
    type Error = NoRandom;

    fn try_next_u32(&mut self) -> Result<u32, NoRandom> {
        let mut octets = [0; 4];
        self.try_fill_bytes(&mut octets)?;
        Ok(u32::from_le_bytes(octets))
    }

    fn try_next_u64(&mut self) -> Result<u64, NoRandom> {
        let mut octets = [0; 8];
        self.try_fill_bytes(&mut octets)?;
        Ok(u64::from_le_bytes(octets))
    }

    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), NoRandom> {
        rand::fill(place).map_err(|_| NoRandom)
    }
}

impl TryCryptoRng for SystemRandom {}

/// A private key. The sm2 crate does not overwrite it in memory when it is dropped.
pub(super) struct Sm2Key(SigningKey);

impl Sm2Key {
    pub(super) fn generate() -> Result<Self, KeyError> {
        let mut scalar = Zeroizing::new([0; 32]);
        for _ in 0..DRAWS_MAX {
            rand::fill(scalar.as_mut()).map_err(|_| KeyError::Generation)?;
            if let Ok(key) = Self::from_scalar(scalar.as_ref()) {
                return Ok(key);
            }
        }
        Err(KeyError::Generation)
    }

    /// From a big-endian number in 1 to n - 2.
    fn from_scalar(scalar: &[u8]) -> Result<Self, KeyError> {
        if scalar.len() != 32 || scalar == LAST_SCALAR {
            return Err(KeyError::Rejected);
        }
        SigningKey::from_slice(USER_ID, scalar)
            .map(Self)
            .map_err(|_| KeyError::Rejected)
    }

    /// From an ECPrivateKey (RFC 5915) as inside PKCS#8. A public key that is there has to fit.
    pub(super) fn from_ec_private_key(der: &[u8]) -> Result<Self, KeyError> {
        let (scalar, public) = read_ec_private_key(der).map_err(|_| KeyError::Rejected)?;
        let key = Self::from_scalar(scalar)?;
        if public.is_some_and(|point| point != key.point()) {
            return Err(KeyError::Rejected);
        }
        Ok(key)
    }

    /// PKCS#8 PrivateKeyInfo (RFC 5208) with an ECPrivateKey.
    pub(super) fn to_pkcs8(&self) -> Zeroizing<Vec<u8>> {
        let scalar = Zeroizing::new(self.0.to_bytes().to_vec());
        let point = self.point();
        let inner = Zeroizing::new(encode(|w| {
            w.sequence(|w| {
                w.small_integer(1);
                w.octet_string(&scalar);
                w.explicit(1, |w| w.bit_string_octets(&point));
            });
        }));
        Zeroizing::new(encode(|w| {
            w.sequence(|w| {
                w.small_integer(0);
                w.sequence(|w| {
                    w.oid(oid::EC_PUBLIC_KEY);
                    w.oid(oid::SM2_CURVE);
                });
                w.octet_string(&inner);
            });
        }))
    }

    /// The uncompressed public point.
    pub(super) fn point(&self) -> Vec<u8> {
        self.0.verifying_key().to_sec1_bytes().to_vec()
    }

    /// Signs Z and the message. The nonce is derived from key, message and fresh random bytes; the case r = 0, r + k = n
    /// or s = 0, in which the standard draws another nonce, is answered with new random bytes.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = (0..DRAWS_MAX)
            .find_map(|_| self.0.try_sign_with_rng(&mut SystemRandom, message).ok())
            .ok_or(KeyError::Signing)?;
        Ok(encode(|w| {
            w.sequence(|w| {
                w.unsigned_integer(&signature.r_bytes());
                w.unsigned_integer(&signature.s_bytes());
            });
        }))
    }
}

/// Whether an uncompressed point is on the curve and not at infinity.
pub(super) fn is_public_key(point: &[u8]) -> bool {
    VerifyingKey::from_sec1_bytes(USER_ID, point).is_ok()
}

/// Checks a signature in DER over Z and the message. Both numbers have to be in 1 to n - 1.
pub(super) fn verify(point: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let key = VerifyingKey::from_sec1_bytes(USER_ID, point).map_err(|_| SignatureError::UnsupportedKey)?;
    let numbers = read_signature(signature).map_err(|_| SignatureError::Invalid)?;
    let signature = Signature::from_slice(&numbers).map_err(|_| SignatureError::Invalid)?;
    key.verify(message, &signature)
        .map_err(|_| SignatureError::Invalid)
}

/// SEQUENCE of two INTEGERs of at most 32 octets, to 64 octets.
fn read_signature(der: &[u8]) -> Result<[u8; 64], DerError> {
    let mut fields = Reader::open_only(der, tag::SEQUENCE)?;
    let mut numbers = [0; 64];
    for half in numbers.chunks_exact_mut(32) {
        let octets = fields.unsigned_integer()?;
        let digits = octets.strip_prefix(&[0]).unwrap_or(octets);
        let start = half.len().checked_sub(digits.len()).ok_or(DerError::Value)?;
        half.get_mut(start..)
            .ok_or(DerError::Value)?
            .copy_from_slice(digits);
    }
    fields.finish()?;
    Ok(numbers)
}

/// Private number and public point of an ECPrivateKey.
fn read_ec_private_key(der: &[u8]) -> Result<(&[u8], Option<&[u8]>), DerError> {
    let mut fields = Reader::open_only(der, tag::SEQUENCE)?;
    if fields.small_integer()? != 1 {
        return Err(DerError::Value);
    }
    let scalar = fields.octet_string()?;
    if let Some(curve) = fields.optional_explicit(0)?
        && Reader::new(curve.whole).oid()? != oid::SM2_CURVE
    {
        return Err(DerError::Value);
    }
    let public = match fields.optional_explicit(1)? {
        Some(point) => Some(Reader::new(point.whole).bit_string_octets()?),
        None => None,
    };
    fields.finish()?;
    Ok((scalar, public))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_the_group_are_no_signature() {
        let key = Sm2Key::generate().unwrap();
        let point = key.point();
        let good = key.sign(b"message").unwrap();
        assert_eq!(verify(&point, b"message", &good), Ok(()));
        assert_eq!(verify(&point, b"massage", &good), Err(SignatureError::Invalid));
        let with = |r: &[u8], s: &[u8]| {
            let der = encode(|w| {
                w.sequence(|w| {
                    w.unsigned_integer(r);
                    w.unsigned_integer(s);
                });
            });
            verify(&point, b"message", &der)
        };
        let mut order = LAST_SCALAR;
        order[31] += 1;
        let (mut fields, mut parts) = (Reader::open_only(&good, tag::SEQUENCE).unwrap(), Vec::new());
        while !fields.is_empty() {
            parts.push(fields.integer().unwrap().to_vec());
        }
        assert_eq!(with(&parts[0], &parts[1]), Ok(()));
        for bad in [&[0][..], &order, &[0xff; 32], &[0xff; 33]] {
            assert_eq!(with(bad, &parts[1]), Err(SignatureError::Invalid));
            assert_eq!(with(&parts[0], bad), Err(SignatureError::Invalid));
        }
        // n - r and n - s are no second form of the signature, as they would be with ECDSA.
        assert_eq!(with(&parts[1], &parts[0]), Err(SignatureError::Invalid));
        let trailing = [good.as_slice(), &[0]].concat();
        assert_eq!(
            verify(&point, b"message", &trailing),
            Err(SignatureError::Invalid)
        );
    }

    #[test]
    fn private_numbers_outside_the_range_are_no_key() {
        let mut order = LAST_SCALAR;
        order[31] += 1;
        for bad in [
            &[0; 32][..],
            &LAST_SCALAR,
            &order,
            &[0xff; 32],
            &[1; 31],
            &[1; 33],
        ] {
            assert!(Sm2Key::from_scalar(bad).is_err());
        }
        let mut last_but_one = LAST_SCALAR;
        last_but_one[31] -= 1;
        let extreme = Sm2Key::from_scalar(&last_but_one).unwrap();
        let signature = extreme.sign(b"message").unwrap();
        assert_eq!(verify(&extreme.point(), b"message", &signature), Ok(()));
    }

    #[test]
    fn points_off_the_curve_are_no_key() {
        let mut point = Sm2Key::generate().unwrap().point();
        assert!(is_public_key(&point));
        point[64] ^= 1;
        assert!(!is_public_key(&point));
        assert!(!is_public_key(&[0]), "infinity");
    }
}
