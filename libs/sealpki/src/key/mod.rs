//! Private and public keys and the signatures they make and check.
//!
//! All key operations are done by aws-lc-rs in constant time. Randomness for new keys and for the nonces of ECDSA
//! comes from that library's own generator, which is seeded by the operating system and cannot be replaced by a
//! caller: predictable nonces would give the key away. Its ECDSA nonces are hedged, that is they also depend on the
//! key and the message.

mod private;
mod public;

pub use private::{KeyError, PrivateKey, SecretBytes};
pub use public::{PublicKey, SignatureError};

use crate::der::{DerError, Element, Reader, Writer, oid, tag};
use crate::digest::DigestAlgorithm;

/// Kinds of keys this crate makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// ECDSA on the curve P-256 (secp256r1): made in microseconds.
    EcdsaP256,
    /// RSA with a modulus of 2048 bits: making one takes some hundred milliseconds.
    Rsa2048,
}

impl KeyAlgorithm {
    /// The signature algorithm keys of this kind sign with.
    pub const fn signature_algorithm(self) -> SignatureAlgorithm {
        match self {
            Self::EcdsaP256 => SignatureAlgorithm::EcdsaP256Sha256,
            Self::Rsa2048 => SignatureAlgorithm::RsaPkcs1Sha256,
        }
    }
}

/// Signature algorithms this crate writes and accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// ECDSA on P-256 with SHA-256, signature in DER (RFC 5758 3.2).
    EcdsaP256Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2), modulus 2048 to 8192 bits.
    RsaPkcs1Sha256,
}

impl SignatureAlgorithm {
    /// The digest inside this algorithm.
    pub const fn digest(self) -> DigestAlgorithm {
        match self {
            Self::EcdsaP256Sha256 | Self::RsaPkcs1Sha256 => DigestAlgorithm::Sha256,
        }
    }

    /// Writes the AlgorithmIdentifier of a certificate signature (RFC 4055 5, RFC 5758 3.2: NULL parameters for RSA,
    /// none for ECDSA).
    pub(crate) fn write(self, writer: &mut Writer) {
        writer.sequence(|w| match self {
            Self::EcdsaP256Sha256 => w.oid(oid::ECDSA_WITH_SHA256),
            Self::RsaPkcs1Sha256 => {
                w.oid(oid::SHA256_WITH_RSA);
                w.null();
            }
        });
    }

    /// Writes the AlgorithmIdentifier of a signer in CMS. RFC 3370 3.2: for RSA with PKCS #1 v1.5 rsaEncryption is the
    /// identifier every reader must know; the digest is named beside it.
    pub(crate) fn write_cms(self, writer: &mut Writer) {
        match self {
            Self::EcdsaP256Sha256 => self.write(writer),
            Self::RsaPkcs1Sha256 => writer.sequence(|w| {
                w.oid(oid::RSA_ENCRYPTION);
                w.null();
            }),
        }
    }

    /// Reads the AlgorithmIdentifier of a signer in CMS; `None` stands for an algorithm that is not accepted.
    pub(crate) fn read_cms(element: Element<'_>, digest: DigestAlgorithm) -> Result<Option<Self>, DerError> {
        let mut fields = Reader::open_only(element.whole, tag::SEQUENCE)?;
        if fields.oid()? != oid::RSA_ENCRYPTION {
            return Self::read(element);
        }
        null_parameters(&mut fields)?;
        fields.finish()?;
        match digest {
            DigestAlgorithm::Sha256 => Ok(Some(Self::RsaPkcs1Sha256)),
            _ => Ok(None),
        }
    }

    /// Reads the AlgorithmIdentifier of a certificate signature; `None` stands for an algorithm that is not accepted.
    pub(crate) fn read(element: Element<'_>) -> Result<Option<Self>, DerError> {
        let mut fields = Reader::open_only(element.whole, tag::SEQUENCE)?;
        let algorithm = match fields.oid()? {
            oid::ECDSA_WITH_SHA256 => Self::EcdsaP256Sha256,
            oid::SHA256_WITH_RSA => {
                null_parameters(&mut fields)?;
                Self::RsaPkcs1Sha256
            }
            _ => return Ok(None),
        };
        fields.finish()?;
        Ok(Some(algorithm))
    }
}

pub(crate) fn null_parameters(fields: &mut Reader<'_>) -> Result<(), DerError> {
    if fields.element(tag::NULL)?.contents.is_empty() {
        Ok(())
    } else {
        Err(DerError::Value)
    }
}
