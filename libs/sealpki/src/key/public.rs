//! Public keys: reading, checking, identifying.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1,
    ECDSA_P384_SHA384_ASN1, ECDSA_P384_SHA512_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};

use super::algorithm::{null_parameters, read_pss_parameters};
use super::{SignatureAlgorithm, sm2_key};
use crate::der::{DerError, Reader, oid, tag};
use crate::digest::sha256;

/// Why a signature is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The signature algorithm does not belong to this kind of key.
    #[error("the signature algorithm does not fit the key")]
    AlgorithmMismatch,
    /// The signature was not made over these bytes by this key.
    #[error("the signature does not verify")]
    Invalid,
    /// The key's algorithm, curve or size is not accepted.
    #[error("the public key is none of RSA with 2048 to 8192 bits, ECDSA on P-256 or P-384, Ed25519 and SM2")]
    UnsupportedKey,
    /// An RSA key with fewer than 2048 bits.
    #[error("an RSA key of {0} bits is too short; 2048 are needed")]
    WeakKey(usize),
}

/// A public key with its SubjectPublicKeyInfo (RFC 5280 4.1.2.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    kind: Kind,
    spki: Vec<u8>,
    /// Contents of the subjectPublicKey BIT STRING.
    key: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    EcdsaP256,
    EcdsaP384,
    Ed25519,
    Rsa {
        modulus_bits: usize,
    },
    /// An RSA key that verifies PSS only (RFC 4055 1.2), with these parameters when there are some.
    RsaPss {
        modulus_bits: usize,
        only: Option<SignatureAlgorithm>,
    },
    Sm2,
    /// Readable, but nothing can be verified with it.
    Unsupported,
    /// An RSA key with too short a modulus.
    Weak {
        modulus_bits: usize,
    },
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo. Keys of other algorithms can be read too, but verify nothing.
    ///
    /// # Errors
    /// [`DerError`] when the bytes are not one well-formed SubjectPublicKeyInfo.
    pub fn from_spki(der: &[u8]) -> Result<Self, DerError> {
        let mut info = Reader::open_only(der, tag::SEQUENCE)?;
        let mut algorithm = info.open(tag::SEQUENCE)?;
        let key = info.bit_string_octets()?;
        info.finish()?;
        let kind = match algorithm.oid()? {
            oid::EC_PUBLIC_KEY => ec_kind(&mut algorithm, key)?,
            oid::ED25519 => {
                algorithm.finish()?;
                if key.len() == 32 {
                    Kind::Ed25519
                } else {
                    Kind::Unsupported
                }
            }
            oid::RSASSA_PSS => rsa_pss_kind(algorithm, key)?,
            oid::RSA_ENCRYPTION => {
                null_parameters(&mut algorithm)?;
                algorithm.finish()?;
                rsa_kind(key)?
            }
            _ => Kind::Unsupported,
        };
        Ok(Self {
            kind,
            spki: der.to_vec(),
            key: key.to_vec(),
        })
    }

    /// DER of the SubjectPublicKeyInfo.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Contents of the subjectPublicKey BIT STRING, which OCSP names keys by.
    pub(crate) fn key_bits(&self) -> &[u8] {
        &self.key
    }

    /// Whether signatures of this key can be checked here.
    pub fn is_supported(&self) -> bool {
        !matches!(self.kind, Kind::Unsupported | Kind::Weak { .. })
    }

    /// The size of the modulus in bits, for RSA keys.
    pub fn rsa_modulus_bits(&self) -> Option<usize> {
        match self.kind {
            Kind::Rsa { modulus_bits } | Kind::RsaPss { modulus_bits, .. } | Kind::Weak { modulus_bits } => {
                Some(modulus_bits)
            }
            _ => None,
        }
    }

    /// The key identifier for certificates: the first 160 bits of SHA-256 over the key bits (RFC 7093 2, method 1).
    pub fn key_id(&self) -> [u8; 20] {
        let digest = sha256(&self.key);
        let mut id = [0; 20];
        id.iter_mut()
            .zip(digest)
            .for_each(|(octet, value)| *octet = value);
        id
    }

    /// The algorithm keys of this kind sign with unless told otherwise; `None` when the key is not supported.
    pub fn signature_algorithm(&self) -> Option<SignatureAlgorithm> {
        match self.kind {
            Kind::EcdsaP256 => Some(SignatureAlgorithm::EcdsaSha256),
            Kind::EcdsaP384 => Some(SignatureAlgorithm::EcdsaSha384),
            Kind::Ed25519 => Some(SignatureAlgorithm::Ed25519),
            Kind::Rsa { .. } => Some(SignatureAlgorithm::RsaPkcs1Sha256),
            Kind::RsaPss { only, .. } => Some(only.unwrap_or(SignatureAlgorithm::RsaPssSha256)),
            Kind::Sm2 => Some(SignatureAlgorithm::Sm2Sm3),
            Kind::Unsupported | Kind::Weak { .. } => None,
        }
    }

    /// Checks a signature over a message.
    ///
    /// # Errors
    /// [`SignatureError`] tells apart a key that is not accepted, an algorithm of another kind of key, and a wrong
    /// signature.
    pub fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), SignatureError> {
        let verification = match self.kind {
            Kind::Unsupported => return Err(SignatureError::UnsupportedKey),
            Kind::Weak { modulus_bits } => return Err(SignatureError::WeakKey(modulus_bits)),
            Kind::Sm2 if algorithm == SignatureAlgorithm::Sm2Sm3 => {
                return sm2_key::verify(&self.key, message, signature);
            }
            Kind::Sm2 => None,
            Kind::EcdsaP256 => p256_verification(algorithm),
            Kind::EcdsaP384 => p384_verification(algorithm),
            Kind::Ed25519 if algorithm == SignatureAlgorithm::Ed25519 => {
                Some(&ED25519 as &'static dyn VerificationAlgorithm)
            }
            Kind::Ed25519 => None,
            Kind::Rsa { .. } => pkcs1_verification(algorithm).or_else(|| pss_verification(algorithm)),
            Kind::RsaPss { only, .. } if only.is_none_or(|only| only == algorithm) => {
                pss_verification(algorithm)
            }
            Kind::RsaPss { .. } => None,
        };
        let verification = verification.ok_or(SignatureError::AlgorithmMismatch)?;
        UnparsedPublicKey::new(verification, &self.key)
            .verify(message, signature)
            .map_err(|_| SignatureError::Invalid)
    }
}

type Verification = Option<&'static dyn VerificationAlgorithm>;

fn p256_verification(algorithm: SignatureAlgorithm) -> Verification {
    match algorithm {
        SignatureAlgorithm::EcdsaSha256 => Some(&ECDSA_P256_SHA256_ASN1),
        SignatureAlgorithm::EcdsaSha384 => Some(&ECDSA_P256_SHA384_ASN1),
        SignatureAlgorithm::EcdsaSha512 => Some(&ECDSA_P256_SHA512_ASN1),
        _ => None,
    }
}

fn p384_verification(algorithm: SignatureAlgorithm) -> Verification {
    match algorithm {
        SignatureAlgorithm::EcdsaSha256 => Some(&ECDSA_P384_SHA256_ASN1),
        SignatureAlgorithm::EcdsaSha384 => Some(&ECDSA_P384_SHA384_ASN1),
        SignatureAlgorithm::EcdsaSha512 => Some(&ECDSA_P384_SHA512_ASN1),
        _ => None,
    }
}

fn pkcs1_verification(algorithm: SignatureAlgorithm) -> Verification {
    match algorithm {
        SignatureAlgorithm::RsaPkcs1Sha256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        SignatureAlgorithm::RsaPkcs1Sha384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        SignatureAlgorithm::RsaPkcs1Sha512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}

fn pss_verification(algorithm: SignatureAlgorithm) -> Verification {
    match algorithm {
        SignatureAlgorithm::RsaPssSha256 => Some(&RSA_PSS_2048_8192_SHA256),
        SignatureAlgorithm::RsaPssSha384 => Some(&RSA_PSS_2048_8192_SHA384),
        SignatureAlgorithm::RsaPssSha512 => Some(&RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
}

/// RFC 5480 2.1.1: named curve; only the uncompressed form of points is accepted.
fn ec_kind(parameters: &mut Reader<'_>, point: &[u8]) -> Result<Kind, DerError> {
    if parameters.peek_tag() != Some(tag::OID) {
        return Ok(Kind::Unsupported);
    }
    let (kind, point_len) = match parameters.oid()? {
        oid::CURVE_P256 => (Kind::EcdsaP256, 65),
        oid::CURVE_P384 => (Kind::EcdsaP384, 97),
        oid::SM2_CURVE => (Kind::Sm2, 65),
        _ => return Ok(Kind::Unsupported),
    };
    parameters.finish()?;
    let is_uncompressed = point.len() == point_len && point.first() == Some(&0x04);
    if is_uncompressed && (kind != Kind::Sm2 || sm2_key::is_public_key(point)) {
        Ok(kind)
    } else {
        Ok(Kind::Unsupported)
    }
}

/// RFC 4055 1.2: without parameters the key may be used with any.
fn rsa_pss_kind(algorithm: Reader<'_>, key: &[u8]) -> Result<Kind, DerError> {
    let only = if algorithm.is_empty() {
        None
    } else {
        match read_pss_parameters(algorithm)? {
            Ok(only) => Some(only),
            Err(_) => return Ok(Kind::Unsupported),
        }
    };
    Ok(match rsa_kind(key)? {
        Kind::Rsa { modulus_bits } => Kind::RsaPss { modulus_bits, only },
        other => other,
    })
}

/// RFC 8017 A.1.1: modulus and exponent. Short moduli are readable and count as not supported.
fn rsa_kind(key: &[u8]) -> Result<Kind, DerError> {
    let mut fields = Reader::open_only(key, tag::SEQUENCE)?;
    let modulus = fields.integer()?;
    let exponent = fields.integer()?;
    fields.finish()?;
    if [modulus, exponent]
        .iter()
        .any(|number| number.first().is_none_or(|first| first & 0x80 != 0))
    {
        return Err(DerError::Value);
    }
    let digits = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let unused = digits.first().map_or(0, |first| first.leading_zeros() as usize);
    let modulus_bits = digits.len() * 8 - unused;
    let odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    let accepted = (2048..=8192).contains(&modulus_bits) && odd(modulus) && odd(exponent) && exponent != [1];
    if accepted {
        Ok(Kind::Rsa { modulus_bits })
    } else if modulus_bits < 2048 {
        Ok(Kind::Weak { modulus_bits })
    } else {
        Ok(Kind::Unsupported)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::encode;
    use crate::key::{KeyAlgorithm, PrivateKey};

    fn rsa_spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
        let key = encode(|w| {
            w.sequence(|w| {
                w.unsigned_integer(modulus);
                w.unsigned_integer(exponent);
            });
        });
        encode(|w| {
            w.sequence(|w| {
                w.sequence(|w| {
                    w.oid(oid::RSA_ENCRYPTION);
                    w.null();
                });
                w.bit_string_octets(&key);
            });
        })
    }

    #[test]
    fn short_and_odd_rsa_keys_verify_nothing() {
        let supported = |modulus: &[u8], exponent: &[u8]| {
            PublicKey::from_spki(&rsa_spki(modulus, exponent))
                .unwrap()
                .is_supported()
        };
        assert!(supported(&[0xff; 256], &[1, 0, 1]));
        assert!(!supported(&[0xff; 128], &[1, 0, 1]), "1024 bits");
        assert!(
            !supported(&[&[0x7f][..], &[0xff; 255]].concat(), &[1, 0, 1]),
            "2047 bits"
        );
        assert!(!supported(&[0xff; 256], &[1]), "exponent 1");
        assert!(!supported(&[0xff; 256], &[4]), "even exponent");
        let weak = PublicKey::from_spki(&rsa_spki(&[0xff; 128], &[3])).unwrap();
        let result = weak.verify(SignatureAlgorithm::RsaPkcs1Sha256, b"", &[0; 128]);
        assert_eq!(result, Err(SignatureError::WeakKey(1024)));
    }

    #[test]
    fn an_algorithm_of_another_kind_of_key_is_named() {
        let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
        let result = key
            .public_key()
            .verify(SignatureAlgorithm::RsaPkcs1Sha256, b"", &[]);
        assert_eq!(result, Err(SignatureError::AlgorithmMismatch));
    }
}
