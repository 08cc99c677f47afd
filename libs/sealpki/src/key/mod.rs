//! Private and public keys and the signatures they make and check.
//!
//! RSA, ECDSA on the NIST curves and Ed25519 are done by aws-lc-rs in constant time, SM2 by the sm2 crate. Randomness for
//! new keys and for nonces comes from the generator of aws-lc-rs, which is seeded by the operating system and cannot be
//! replaced by a caller: predictable nonces would give the key away. The nonces of ECDSA and SM2 are hedged, that is they
//! also depend on the key and the message.

mod algorithm;
mod private;
mod public;
mod sm2_key;

pub use algorithm::{SignatureAlgorithm, Sm2Identifier};
pub use private::{ExternalKey, KeyError, PrivateKey, SecretBytes};
pub use public::{PublicKey, SignatureError};

/// Kinds of keys this crate makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyAlgorithm {
    /// ECDSA on the curve P-256 (secp256r1): made in microseconds.
    EcdsaP256,
    /// ECDSA on the curve P-384 (secp384r1).
    EcdsaP384,
    /// Ed25519 (RFC 8410).
    Ed25519,
    /// RSA with a modulus of 2048 bits: making one takes some hundred milliseconds.
    Rsa2048,
    /// RSA with a modulus of 3072 bits.
    Rsa3072,
    /// RSA with a modulus of 4096 bits: making one can take seconds.
    Rsa4096,
    /// SM2 (GM/T 0003, GB/T 32918).
    Sm2,
}

impl KeyAlgorithm {
    /// The signature algorithm keys of this kind sign with unless told otherwise.
    pub const fn signature_algorithm(self) -> SignatureAlgorithm {
        match self {
            Self::EcdsaP256 => SignatureAlgorithm::EcdsaSha256,
            Self::EcdsaP384 => SignatureAlgorithm::EcdsaSha384,
            Self::Ed25519 => SignatureAlgorithm::Ed25519,
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => SignatureAlgorithm::RsaPkcs1Sha256,
            Self::Sm2 => SignatureAlgorithm::Sm2Sm3,
        }
    }
}
