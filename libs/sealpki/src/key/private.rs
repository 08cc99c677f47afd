//! The one type that holds a private key.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use zeroize::Zeroizing;

use super::{KeyAlgorithm, PublicKey, SignatureAlgorithm};
use crate::der::{Reader, encode, oid, tag};

/// Why a private key could not be made, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The digest to sign has another length than those of the signature's digest algorithm.
    #[error("the digest does not have the length of the digest algorithm of the signature")]
    DigestLength,
    /// The cryptographic library could not make a key.
    #[error("the cryptographic library could not make a key")]
    Generation,
    /// The bytes are not a usable PKCS#8 private key.
    #[error("the bytes are not a valid PKCS#8 private key of its algorithm")]
    Rejected,
    /// The cryptographic library refused to sign.
    #[error("the cryptographic library could not sign")]
    Signing,
    /// Another algorithm, curve or modulus size than those of [`KeyAlgorithm`].
    #[error("the key is neither RSA with 2048 bits nor ECDSA on P-256")]
    Unsupported,
}

/// Secret bytes that are overwritten when dropped and never printed.
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes over secret bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The secret itself. Do not copy it into memory that is not overwritten.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for SecretBytes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SecretBytes(…)")
    }
}

/// A private key in memory. Everything that signs goes through this type, so that keys held elsewhere can later stand
/// behind it.
pub struct PrivateKey {
    pair: Pair,
    public_key: PublicKey,
}

enum Pair {
    EcdsaP256(EcdsaKeyPair),
    Rsa(rsa::KeyPair),
}

impl PrivateKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`KeyError::Generation`] when the cryptographic library fails.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, KeyError> {
        let pair = match algorithm {
            KeyAlgorithm::EcdsaP256 => {
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).map(Pair::EcdsaP256)
            }
            KeyAlgorithm::Rsa2048 => rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map(Pair::Rsa),
        };
        Self::from_pair(pair.map_err(|_| KeyError::Generation)?)
    }

    /// Reads an unencrypted PKCS#8 PrivateKeyInfo (RFC 5208).
    ///
    /// # Errors
    /// [`KeyError::Rejected`] for damaged bytes, [`KeyError::Unsupported`] for another kind of key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = match pkcs8_algorithm(der).ok_or(KeyError::Rejected)? {
            oid::EC_PUBLIC_KEY => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, der).map(Pair::EcdsaP256)
            }
            oid::RSA_ENCRYPTION => rsa::KeyPair::from_pkcs8(der).map(Pair::Rsa),
            _ => return Err(KeyError::Unsupported),
        };
        Self::from_pair(pair.map_err(|_| KeyError::Rejected)?)
    }

    fn from_pair(pair: Pair) -> Result<Self, KeyError> {
        let spki = match &pair {
            Pair::EcdsaP256(pair) => p256_public_key_info(pair.public_key().as_ref()),
            Pair::Rsa(pair) => {
                let der: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| KeyError::Rejected)?;
                if pair.public_modulus_len() != 256 {
                    return Err(KeyError::Unsupported);
                }
                der.as_ref().to_vec()
            }
        };
        let public_key = PublicKey::from_spki(&spki).map_err(|_| KeyError::Unsupported)?;
        Ok(Self { pair, public_key })
    }

    /// The key as PKCS#8 PrivateKeyInfo, to be sealed before it is stored.
    ///
    /// # Errors
    /// [`KeyError::Rejected`] when the cryptographic library cannot encode it.
    pub fn to_pkcs8(&self) -> Result<SecretBytes, KeyError> {
        match &self.pair {
            Pair::EcdsaP256(pair) => {
                let document = pair.to_pkcs8v1().map_err(|_| KeyError::Rejected)?;
                Ok(SecretBytes::new(document.as_ref().to_vec()))
            }
            Pair::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Rejected)?;
                Ok(SecretBytes::new(der.as_ref().to_vec()))
            }
        }
    }

    /// The kind of this key.
    pub fn algorithm(&self) -> KeyAlgorithm {
        match self.pair {
            Pair::EcdsaP256(_) => KeyAlgorithm::EcdsaP256,
            Pair::Rsa(_) => KeyAlgorithm::Rsa2048,
        }
    }

    /// The algorithm [`sign`](Self::sign) uses.
    pub fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.algorithm().signature_algorithm()
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// DER of the SubjectPublicKeyInfo (RFC 5280 4.1.2.7) of the public half.
    pub fn subject_public_key_info(&self) -> &[u8] {
        self.public_key.spki()
    }

    /// The longest signature [`sign`](Self::sign) can return, in bytes.
    pub fn signature_len_max(&self) -> usize {
        match &self.pair {
            // Two integers of at most 33 octets with their headers, and the header around them.
            Pair::EcdsaP256(_) => 72,
            Pair::Rsa(pair) => pair.public_modulus_len(),
        }
    }

    /// Signs a message; the digest over it is part of the operation.
    ///
    /// # Errors
    /// [`KeyError::Signing`] when the cryptographic library fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        // The interface asks for a generator and ignores it; the library's own one is always used.
        let random = SystemRandom::new();
        match &self.pair {
            Pair::EcdsaP256(pair) => {
                let signature = pair.sign(&random, message).map_err(|_| KeyError::Signing)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| KeyError::Signing)?;
                Ok(signature)
            }
        }
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PrivateKey")
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}

/// The algorithm identifier inside a PKCS#8 PrivateKeyInfo: version, algorithm, key.
fn pkcs8_algorithm(der: &[u8]) -> Option<&[u8]> {
    let mut info = Reader::open_only(der, tag::SEQUENCE).ok()?;
    info.small_integer().ok()?;
    info.open(tag::SEQUENCE).ok()?.oid().ok()
}

/// SubjectPublicKeyInfo of an uncompressed point (RFC 5480 2).
fn p256_public_key_info(point: &[u8]) -> Vec<u8> {
    encode(|w| {
        w.sequence(|w| {
            w.sequence(|w| {
                w.oid(oid::EC_PUBLIC_KEY);
                w.oid(oid::CURVE_P256);
            });
            w.bit_string_octets(point);
        });
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_storage_and_never_print() {
        for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
            let key = PrivateKey::generate(algorithm).unwrap();
            let stored = key.to_pkcs8().unwrap();
            let again = PrivateKey::from_pkcs8(stored.expose()).unwrap();
            assert_eq!(again.subject_public_key_info(), key.subject_public_key_info());
            let signature = again.sign(b"message").unwrap();
            assert!(signature.len() <= again.signature_len_max());
            key.public_key()
                .verify(key.signature_algorithm(), b"message", &signature)
                .unwrap();
            assert!(
                key.public_key()
                    .verify(key.signature_algorithm(), b"massage", &signature)
                    .is_err()
            );
            assert_eq!(
                format!("{key:?}"),
                format!("PrivateKey {{ algorithm: {algorithm:?}, .. }}")
            );
            assert_eq!(format!("{stored:?}"), "SecretBytes(…)");
        }
    }

    #[test]
    fn damaged_and_foreign_keys_are_refused() {
        let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256)
            .unwrap()
            .to_pkcs8()
            .unwrap();
        let bytes = key.expose();
        assert_eq!(
            PrivateKey::from_pkcs8(&bytes[..bytes.len() - 1]).unwrap_err(),
            KeyError::Rejected
        );
        assert_eq!(PrivateKey::from_pkcs8(b"").unwrap_err(), KeyError::Rejected);
        let ed25519 = hex::decode(
            "302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        )
        .unwrap();
        assert_eq!(
            PrivateKey::from_pkcs8(&ed25519).unwrap_err(),
            KeyError::Unsupported
        );
        let rsa_3072 = rsa::KeyPair::generate(rsa::KeySize::Rsa3072).unwrap();
        let der: Pkcs8V1Der<'_> = rsa_3072.as_der().unwrap();
        assert_eq!(
            PrivateKey::from_pkcs8(der.as_ref()).unwrap_err(),
            KeyError::Unsupported
        );
    }
}
