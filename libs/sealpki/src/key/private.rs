//! The one type that holds a private key.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384,
    RSA_PSS_SHA512, RsaSignatureEncoding,
};
use zeroize::Zeroizing;

use super::sm2_key::Sm2Key;
use super::{KeyAlgorithm, PublicKey, SignatureAlgorithm};
use crate::der::{DerError, Reader, Writer, encode, oid, tag};

/// Why a private key could not be made, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The key cannot sign with this algorithm.
    #[error("the key cannot sign with this algorithm")]
    AlgorithmMismatch,
    /// The digest to sign has another length than those of the signature's digest algorithm.
    #[error("the digest does not have the length of the digest algorithm of the signature")]
    DigestLength,
    /// The cryptographic library could not make a key.
    #[error("the cryptographic library could not make a key")]
    Generation,
    /// The bytes are not a usable PKCS#8 private key.
    #[error("the bytes are not a valid PKCS#8 private key of its algorithm")]
    Rejected,
    /// The key is kept elsewhere and cannot be had.
    #[error("the key is kept where it cannot be taken out")]
    NotExportable,
    /// The cryptographic library, or the place where the key is kept, refused to sign.
    #[error("the cryptographic library or the keeper of the key could not sign")]
    Signing,
    /// Another algorithm, curve or modulus size than those of [`KeyAlgorithm`].
    #[error("the key is none of RSA with 2048, 3072 or 4096 bits, ECDSA on P-256 or P-384, Ed25519 and SM2")]
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

/// A private key that is kept elsewhere, such as in a token, and signs there.
pub trait ExternalKey: Send + Sync {
    /// Signs a message by the usual algorithm of keys of this kind
    /// ([`KeyAlgorithm::signature_algorithm`]); the digest over it is part of the operation. ECDSA signatures are in DER.
    ///
    /// # Errors
    /// [`KeyError::Signing`] when it cannot be done.
    fn sign(&self, algorithm: KeyAlgorithm, message: &[u8]) -> Result<Vec<u8>, KeyError>;

    /// What the key is called where it is kept.
    fn reference(&self) -> &str;
}

/// A private key, in memory or kept elsewhere. Everything that signs goes through this type.
pub struct PrivateKey {
    pair: Pair,
    algorithm: KeyAlgorithm,
    signature_algorithm: SignatureAlgorithm,
    public_key: PublicKey,
}

enum Pair {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    External(Arc<dyn ExternalKey>),
    Rsa(rsa::KeyPair),
    Sm2(Sm2Key),
}

impl PrivateKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`KeyError::Generation`] when the cryptographic library fails.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, KeyError> {
        let ecdsa = |curve| EcdsaKeyPair::generate(curve).map(Pair::Ecdsa);
        let rsa = |size| rsa::KeyPair::generate(size).map(Pair::Rsa);
        let pair = match algorithm {
            KeyAlgorithm::EcdsaP256 => ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING),
            KeyAlgorithm::EcdsaP384 => ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING),
            KeyAlgorithm::Ed25519 => Ed25519KeyPair::generate().map(Pair::Ed25519),
            KeyAlgorithm::Rsa2048 => rsa(rsa::KeySize::Rsa2048),
            KeyAlgorithm::Rsa3072 => rsa(rsa::KeySize::Rsa3072),
            KeyAlgorithm::Rsa4096 => rsa(rsa::KeySize::Rsa4096),
            KeyAlgorithm::Sm2 => return Self::from_pair(Pair::Sm2(Sm2Key::generate()?)),
        };
        Self::from_pair(pair.map_err(|_| KeyError::Generation)?)
    }

    /// Reads an unencrypted PKCS#8 PrivateKeyInfo (RFC 5208).
    ///
    /// # Errors
    /// [`KeyError::Rejected`] for damaged bytes, [`KeyError::Unsupported`] for another kind of key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let info = PrivateKeyInfo::read(der).map_err(|_| KeyError::Rejected)?;
        let ecdsa = |curve| EcdsaKeyPair::from_pkcs8(curve, der).map(Pair::Ecdsa);
        let pair = match (info.algorithm, info.curve) {
            (oid::EC_PUBLIC_KEY, Some(oid::CURVE_P256)) => ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING),
            (oid::EC_PUBLIC_KEY, Some(oid::CURVE_P384)) => ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING),
            (oid::EC_PUBLIC_KEY, Some(oid::SM2_CURVE)) => {
                return Self::from_pair(Pair::Sm2(Sm2Key::from_ec_private_key(info.key)?));
            }
            (oid::ED25519, None) => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Pair::Ed25519),
            (oid::RSA_ENCRYPTION, None) => rsa::KeyPair::from_pkcs8(der).map(Pair::Rsa),
            _ => return Err(KeyError::Unsupported),
        };
        Self::from_pair(pair.map_err(|_| KeyError::Rejected)?)
    }

    /// A key that is kept elsewhere, with the DER of its public half (SubjectPublicKeyInfo).
    ///
    /// # Errors
    /// [`KeyError::Unsupported`] for another kind of key than those of [`KeyAlgorithm`].
    pub fn external(spki: &[u8], key: Arc<dyn ExternalKey>) -> Result<Self, KeyError> {
        let public_key = PublicKey::from_spki(spki).map_err(|_| KeyError::Unsupported)?;
        let algorithm = match (public_key.rsa_modulus_bits(), public_key.signature_algorithm()) {
            (Some(2048), _) => KeyAlgorithm::Rsa2048,
            (Some(3072), _) => KeyAlgorithm::Rsa3072,
            (Some(4096), _) => KeyAlgorithm::Rsa4096,
            (None, Some(SignatureAlgorithm::EcdsaSha256)) => KeyAlgorithm::EcdsaP256,
            (None, Some(SignatureAlgorithm::EcdsaSha384)) => KeyAlgorithm::EcdsaP384,
            (None, Some(SignatureAlgorithm::Ed25519)) => KeyAlgorithm::Ed25519,
            (None, Some(SignatureAlgorithm::Sm2Sm3)) => KeyAlgorithm::Sm2,
            _ => return Err(KeyError::Unsupported),
        };
        Ok(Self {
            pair: Pair::External(key),
            algorithm,
            signature_algorithm: algorithm.signature_algorithm(),
            public_key,
        })
    }

    /// What a key that is kept elsewhere is called there; `None` for one in memory.
    pub fn external_reference(&self) -> Option<&str> {
        match &self.pair {
            Pair::External(key) => Some(key.reference()),
            _ => None,
        }
    }

    fn from_pair(pair: Pair) -> Result<Self, KeyError> {
        let (algorithm, spki) = match &pair {
            Pair::Ecdsa(pair) => ecdsa_public_key(pair)?,
            Pair::Ed25519(pair) => {
                let spki = public_key_info(pair.public_key().as_ref(), |w| w.oid(oid::ED25519));
                (KeyAlgorithm::Ed25519, spki)
            }
            Pair::Rsa(pair) => {
                let der: PublicKeyX509Der<'_> = pair.public_key().as_der().map_err(|_| KeyError::Rejected)?;
                let algorithm = match pair.public_modulus_len() {
                    256 => KeyAlgorithm::Rsa2048,
                    384 => KeyAlgorithm::Rsa3072,
                    512 => KeyAlgorithm::Rsa4096,
                    _ => return Err(KeyError::Unsupported),
                };
                (algorithm, der.as_ref().to_vec())
            }
            Pair::Sm2(key) => (
                KeyAlgorithm::Sm2,
                ec_public_key_info(&key.point(), oid::SM2_CURVE),
            ),
            // Those come with their public half.
            Pair::External(_) => return Err(KeyError::Unsupported),
        };
        let public_key = PublicKey::from_spki(&spki).map_err(|_| KeyError::Unsupported)?;
        if !public_key.is_supported() {
            return Err(KeyError::Unsupported);
        }
        Ok(Self {
            pair,
            algorithm,
            signature_algorithm: algorithm.signature_algorithm(),
            public_key,
        })
    }

    /// The same key, signing with another algorithm: RSA keys can sign with PKCS #1 v1.5 and PSS and each SHA-2 digest,
    /// the others have one algorithm each.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmMismatch`] when the key cannot.
    pub fn with_signature_algorithm(mut self, algorithm: SignatureAlgorithm) -> Result<Self, KeyError> {
        let fits = match &self.pair {
            Pair::Rsa(_) => rsa_encoding(algorithm).is_some(),
            _ => algorithm == self.algorithm.signature_algorithm(),
        };
        if !fits {
            return Err(KeyError::AlgorithmMismatch);
        }
        self.signature_algorithm = algorithm;
        Ok(self)
    }

    /// The key as PKCS#8 PrivateKeyInfo, to be sealed before it is stored. Which signature algorithm it uses is not part
    /// of it.
    ///
    /// # Errors
    /// [`KeyError::Rejected`] when the cryptographic library cannot encode it, [`KeyError::NotExportable`] for a key that is kept
    /// elsewhere.
    pub fn to_pkcs8(&self) -> Result<SecretBytes, KeyError> {
        let bytes = match &self.pair {
            Pair::Ecdsa(pair) => {
                let document = pair.to_pkcs8v1().map_err(|_| KeyError::Rejected)?;
                document.as_ref().to_vec()
            }
            Pair::Ed25519(pair) => {
                let document = pair.to_pkcs8v1().map_err(|_| KeyError::Rejected)?;
                document.as_ref().to_vec()
            }
            Pair::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Rejected)?;
                der.as_ref().to_vec()
            }
            Pair::Sm2(key) => key.to_pkcs8().to_vec(),
            Pair::External(_) => return Err(KeyError::NotExportable),
        };
        Ok(SecretBytes::new(bytes))
    }

    /// The kind of this key.
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.algorithm
    }

    /// The algorithm [`sign`](Self::sign) uses.
    pub fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.signature_algorithm
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
        match self.algorithm {
            // Two integers of at most 33 (49 for P-384) octets with their headers, and the header around them.
            KeyAlgorithm::EcdsaP256 | KeyAlgorithm::Sm2 => 72,
            KeyAlgorithm::EcdsaP384 => 104,
            KeyAlgorithm::Ed25519 => 64,
            KeyAlgorithm::Rsa2048 => 256,
            KeyAlgorithm::Rsa3072 => 384,
            KeyAlgorithm::Rsa4096 => 512,
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
            Pair::Ecdsa(pair) => {
                let signature = pair.sign(&random, message).map_err(|_| KeyError::Signing)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Ed25519(pair) => {
                let signature = pair.try_sign(message).map_err(|_| KeyError::Signing)?;
                Ok(signature.as_ref().to_vec())
            }
            Pair::Rsa(pair) => {
                let encoding = rsa_encoding(self.signature_algorithm).ok_or(KeyError::AlgorithmMismatch)?;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut signature)
                    .map_err(|_| KeyError::Signing)?;
                Ok(signature)
            }
            Pair::Sm2(key) => key.sign(message),
            Pair::External(key) => key.sign(self.algorithm, message),
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

fn rsa_encoding(algorithm: SignatureAlgorithm) -> Option<&'static RsaSignatureEncoding> {
    match algorithm {
        SignatureAlgorithm::RsaPkcs1Sha256 => Some(&RSA_PKCS1_SHA256),
        SignatureAlgorithm::RsaPkcs1Sha384 => Some(&RSA_PKCS1_SHA384),
        SignatureAlgorithm::RsaPkcs1Sha512 => Some(&RSA_PKCS1_SHA512),
        SignatureAlgorithm::RsaPssSha256 => Some(&RSA_PSS_SHA256),
        SignatureAlgorithm::RsaPssSha384 => Some(&RSA_PSS_SHA384),
        SignatureAlgorithm::RsaPssSha512 => Some(&RSA_PSS_SHA512),
        _ => None,
    }
}

/// The fields of a PKCS#8 PrivateKeyInfo: version, algorithm, key, attributes.
struct PrivateKeyInfo<'a> {
    algorithm: &'a [u8],
    /// The object identifier among the parameters, for elliptic curves.
    curve: Option<&'a [u8]>,
    key: &'a [u8],
}

impl<'a> PrivateKeyInfo<'a> {
    fn read(der: &'a [u8]) -> Result<Self, DerError> {
        let mut info = Reader::open_only(der, tag::SEQUENCE)?;
        info.small_integer()?;
        let mut identifier = info.open(tag::SEQUENCE)?;
        let algorithm = identifier.oid()?;
        let curve = match identifier.peek_tag() {
            Some(tag::OID) => Some(identifier.oid()?),
            _ => None,
        };
        let key = info.octet_string()?;
        Ok(Self {
            algorithm,
            curve,
            key,
        })
    }
}

fn ecdsa_public_key(pair: &EcdsaKeyPair) -> Result<(KeyAlgorithm, Vec<u8>), KeyError> {
    let (algorithm, curve) = if pair.algorithm() == &ECDSA_P256_SHA256_ASN1_SIGNING {
        (KeyAlgorithm::EcdsaP256, oid::CURVE_P256)
    } else if pair.algorithm() == &ECDSA_P384_SHA384_ASN1_SIGNING {
        (KeyAlgorithm::EcdsaP384, oid::CURVE_P384)
    } else {
        return Err(KeyError::Unsupported);
    };
    Ok((algorithm, ec_public_key_info(pair.public_key().as_ref(), curve)))
}

/// SubjectPublicKeyInfo of an uncompressed point (RFC 5480 2).
fn ec_public_key_info(point: &[u8], curve: &[u8]) -> Vec<u8> {
    public_key_info(point, |w| {
        w.oid(oid::EC_PUBLIC_KEY);
        w.oid(curve);
    })
}

fn public_key_info(key: &[u8], algorithm: impl FnOnce(&mut Writer)) -> Vec<u8> {
    encode(|w| {
        w.sequence(|w| {
            w.sequence(algorithm);
            w.bit_string_octets(key);
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

    /// Stands for a token.
    struct Elsewhere(PrivateKey);

    impl ExternalKey for Elsewhere {
        fn sign(&self, algorithm: KeyAlgorithm, message: &[u8]) -> Result<Vec<u8>, KeyError> {
            assert_eq!(algorithm, self.0.algorithm());
            self.0.sign(message)
        }

        fn reference(&self) -> &'static str {
            "slot 1"
        }
    }

    #[test]
    fn a_key_that_is_kept_elsewhere_signs_and_stays_there() {
        for algorithm in [KeyAlgorithm::EcdsaP384, KeyAlgorithm::Rsa2048, KeyAlgorithm::Sm2] {
            let inner = PrivateKey::generate(algorithm).unwrap();
            let spki = inner.subject_public_key_info().to_vec();
            let key = PrivateKey::external(&spki, Arc::new(Elsewhere(inner))).unwrap();
            assert_eq!(key.algorithm(), algorithm);
            assert_eq!(key.external_reference(), Some("slot 1"));
            assert_eq!(key.to_pkcs8().unwrap_err(), KeyError::NotExportable);
            let signature = key.sign(b"message").unwrap();
            let checked = key
                .public_key()
                .verify(key.signature_algorithm(), b"message", &signature);
            assert!(checked.is_ok());
        }
        let nobody = Arc::new(Elsewhere(PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap()));
        assert!(PrivateKey::external(b"no key", nobody).is_err());
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
        let x25519 = hex::decode(
            "302e020100300506032b656e042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        )
        .unwrap();
        assert_eq!(
            PrivateKey::from_pkcs8(&x25519).unwrap_err(),
            KeyError::Unsupported
        );
    }
}
