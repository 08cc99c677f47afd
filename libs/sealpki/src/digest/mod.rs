//! Message digests, among them two that can be stopped and continued later.

mod state;

use aws_lc_rs::digest;
use sm3::{Digest as _, Sm3};

pub use state::{Sha256State, Sm3State, StateError};

use crate::der::{DerError, Element, Reader, Writer, oid, tag};

/// Digest algorithms for content, certificates and signatures. MD5 and SHA-1 are not among them on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// SHA-256 (FIPS 180-4), 32 bytes.
    Sha256,
    /// SHA-384 (FIPS 180-4), 48 bytes.
    Sha384,
    /// SHA-512 (FIPS 180-4), 64 bytes.
    Sha512,
    /// SM3 (GM/T 0004, GB/T 32905), 32 bytes.
    Sm3,
}

/// An algorithm that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum UnacceptedAlgorithm {
    /// MD2 or a signature with it.
    #[error("MD2 is broken")]
    Md2,
    /// MD5 or a signature with it.
    #[error("MD5 is broken")]
    Md5,
    /// SHA-1 or a signature with it.
    #[error("SHA-1 is broken")]
    Sha1,
    /// An algorithm this crate does not know, as dotted numbers, or a known one with parameters it does not use.
    #[error("the algorithm {0} is not known, or its parameters are not")]
    Unknown(String),
}

impl UnacceptedAlgorithm {
    /// Whether the algorithm is known, and known to be too weak, rather than unknown.
    pub fn is_weak(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// The name of an identifier that is not among the accepted ones.
    pub(crate) fn of(algorithm: &[u8]) -> Self {
        match algorithm {
            oid::SHA1
            | oid::SHA1_WITH_RSA
            | oid::SHA1_WITH_RSA_OIW
            | oid::ECDSA_WITH_SHA1
            | oid::DSA_WITH_SHA1 => Self::Sha1,
            oid::MD5 | oid::MD5_WITH_RSA => Self::Md5,
            oid::MD2_WITH_RSA => Self::Md2,
            _ => Self::Unknown(oid::to_text(algorithm)),
        }
    }
}

const DIGESTS: [DigestAlgorithm; 4] = [
    DigestAlgorithm::Sha256,
    DigestAlgorithm::Sha384,
    DigestAlgorithm::Sha512,
    DigestAlgorithm::Sm3,
];

impl DigestAlgorithm {
    /// The length of a digest in bytes.
    pub const fn len_bytes(self) -> usize {
        match self {
            Self::Sha256 | Self::Sm3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of bytes that are all in memory.
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => sha256(bytes).to_vec(),
            Self::Sha384 => digest::digest(&digest::SHA384, bytes).as_ref().to_vec(),
            Self::Sha512 => digest::digest(&digest::SHA512, bytes).as_ref().to_vec(),
            Self::Sm3 => Sm3::digest(bytes).to_vec(),
        }
    }

    const fn oid(self) -> &'static [u8] {
        match self {
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
            Self::Sm3 => oid::SM3,
        }
    }

    /// Writes the AlgorithmIdentifier; RFC 5754 section 2: parameters are left out.
    pub(crate) fn write(self, writer: &mut Writer) {
        writer.sequence(|w| w.oid(self.oid()));
    }

    /// Writes the AlgorithmIdentifier with NULL parameters, as RSASSA-PSS has it (RFC 4055 2.1).
    pub(crate) fn write_with_null(self, writer: &mut Writer) {
        writer.sequence(|w| {
            w.oid(self.oid());
            w.null();
        });
    }

    /// Reads an AlgorithmIdentifier; the inner result stands for a digest this crate does not use. RFC 5754 section 2:
    /// absent and NULL parameters are both accepted.
    pub(crate) fn read(element: Element<'_>) -> Result<Result<Self, UnacceptedAlgorithm>, DerError> {
        let mut fields = Reader::open_only(element.whole, tag::SEQUENCE)?;
        let oid = fields.oid()?;
        let Some(algorithm) = DIGESTS.into_iter().find(|known| known.oid() == oid) else {
            return Ok(Err(UnacceptedAlgorithm::of(oid)));
        };
        if let Some(null) = fields.optional(tag::NULL)?
            && !null.contents.is_empty()
        {
            return Err(DerError::Value);
        }
        fields.finish()?;
        Ok(Ok(algorithm))
    }
}

/// SHA-256 of bytes that are all in memory.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut output = [0; 32];
    output.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    output
}

/// SHA-1, only to name a certificate in OCSP (RFC 6960 4.1.1). It never protects anything here.
pub(crate) fn sha1_name(bytes: &[u8]) -> [u8; 20] {
    let mut output = [0; 20];
    output.copy_from_slice(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::encode;

    /// GB/T 32905 appendix A.1.
    #[test]
    fn sm3_gives_the_digest_of_the_standard() {
        let digest = DigestAlgorithm::Sm3.digest(b"abc");
        assert_eq!(
            hex::encode(digest),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
    }

    #[test]
    fn algorithm_identifiers_may_carry_null_parameters_or_none() {
        let read = |der: &[u8]| DigestAlgorithm::read(Reader::new(der).any().unwrap());
        let absent = encode(|w| DigestAlgorithm::Sha256.write(w));
        assert_eq!(read(&absent), Ok(Ok(DigestAlgorithm::Sha256)));
        let null = encode(|w| {
            w.sequence(|w| {
                w.oid(oid::SHA256);
                w.null();
            });
        });
        assert_eq!(read(&null), Ok(Ok(DigestAlgorithm::Sha256)));
        let sha1 = encode(|w| w.sequence(|w| w.oid(&[0x2b, 0x0e, 0x03, 0x02, 0x1a])));
        assert_eq!(read(&sha1), Ok(Err(UnacceptedAlgorithm::Sha1)));
        let strange = encode(|w| w.sequence(|w| w.oid(&[0x2a, 3])));
        assert_eq!(
            read(&strange),
            Ok(Err(UnacceptedAlgorithm::Unknown("1.2.3".to_owned())))
        );
    }
}
