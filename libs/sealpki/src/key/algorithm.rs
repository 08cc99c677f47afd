//! Signature algorithms and how certificates and CMS name them.

use crate::der::{DerError, Element, Reader, Writer, oid, tag};
use crate::digest::{DigestAlgorithm, UnacceptedAlgorithm};

/// Signature algorithms this crate writes and accepts. Those with MD5, SHA-1 and the like are not among them on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// ECDSA with SHA-256, signature in DER (RFC 5758 3.2).
    EcdsaSha256,
    /// ECDSA with SHA-384.
    EcdsaSha384,
    /// ECDSA with SHA-512.
    EcdsaSha512,
    /// Ed25519 (RFC 8032, RFC 8410); in CMS with SHA-512 for the content (RFC 8419 3).
    Ed25519,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017 8.2), modulus 2048 to 8192 bits.
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaPkcs1Sha512,
    /// RSASSA-PSS with SHA-256, MGF1 with the same digest, a salt as long as the digest (RFC 8017 8.1, RFC 4055 3).
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384, MGF1 with the same digest, a salt as long as the digest.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512, MGF1 with the same digest, a salt as long as the digest.
    RsaPssSha512,
    /// SM2 with SM3 (GM/T 0003, GB/T 32918) and the user identifier 1234567812345678 of GM/T 0009, signature in DER.
    Sm2Sm3,
}

/// By which of its two identifiers a CMS names SM2. Both are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Sm2Identifier {
    /// 1.2.156.10197.1.301.1, as GM/T 0010 and GB/T 35275 have it.
    Sm2Sign,
    /// 1.2.156.10197.1.501, SM2 with SM3, as certificates have it.
    #[default]
    Sm2WithSm3,
}

/// Identifiers that name the algorithm completely.
const IDENTIFIERS: [(SignatureAlgorithm, &[u8]); 8] = [
    (SignatureAlgorithm::EcdsaSha256, oid::ECDSA_WITH_SHA256),
    (SignatureAlgorithm::EcdsaSha384, oid::ECDSA_WITH_SHA384),
    (SignatureAlgorithm::EcdsaSha512, oid::ECDSA_WITH_SHA512),
    (SignatureAlgorithm::Ed25519, oid::ED25519),
    (SignatureAlgorithm::RsaPkcs1Sha256, oid::SHA256_WITH_RSA),
    (SignatureAlgorithm::RsaPkcs1Sha384, oid::SHA384_WITH_RSA),
    (SignatureAlgorithm::RsaPkcs1Sha512, oid::SHA512_WITH_RSA),
    (SignatureAlgorithm::Sm2Sm3, oid::SM2_WITH_SM3),
];

type Read<T> = Result<Result<T, UnacceptedAlgorithm>, DerError>;

impl SignatureAlgorithm {
    /// The digest inside this algorithm, which is also the one of CMS content signed with it.
    pub const fn digest(self) -> DigestAlgorithm {
        match self {
            Self::EcdsaSha256 | Self::RsaPkcs1Sha256 | Self::RsaPssSha256 => DigestAlgorithm::Sha256,
            Self::EcdsaSha384 | Self::RsaPkcs1Sha384 | Self::RsaPssSha384 => DigestAlgorithm::Sha384,
            Self::EcdsaSha512 | Self::Ed25519 | Self::RsaPkcs1Sha512 | Self::RsaPssSha512 => {
                DigestAlgorithm::Sha512
            }
            Self::Sm2Sm3 => DigestAlgorithm::Sm3,
        }
    }

    const fn is_pkcs1(self) -> bool {
        matches!(
            self,
            Self::RsaPkcs1Sha256 | Self::RsaPkcs1Sha384 | Self::RsaPkcs1Sha512
        )
    }

    /// Writes the AlgorithmIdentifier of a certificate signature (RFC 4055 5, RFC 5758 3.2, RFC 8410 3: NULL parameters
    /// for RSA with PKCS #1 v1.5, none for elliptic curves).
    pub(crate) fn write(self, writer: &mut Writer) {
        writer.sequence(|w| match IDENTIFIERS.iter().find(|(known, _)| *known == self) {
            Some((_, identifier)) => {
                w.oid(identifier);
                if self.is_pkcs1() {
                    w.null();
                }
            }
            None => {
                w.oid(oid::RSASSA_PSS);
                write_pss_parameters(w, self.digest());
            }
        });
    }

    /// Writes the AlgorithmIdentifier of a signer in CMS. RFC 3370 3.2: for RSA with PKCS #1 v1.5 rsaEncryption is the
    /// identifier every reader must know; the digest is named beside it.
    pub(crate) fn write_cms(self, writer: &mut Writer, sm2: Sm2Identifier) {
        if self.is_pkcs1() {
            writer.sequence(|w| {
                w.oid(oid::RSA_ENCRYPTION);
                w.null();
            });
        } else if self == Self::Sm2Sm3 && sm2 == Sm2Identifier::Sm2Sign {
            writer.sequence(|w| w.oid(oid::SM2_SIGN));
        } else {
            self.write(writer);
        }
    }

    /// Reads the AlgorithmIdentifier of a signer in CMS; the inner result stands for an algorithm that is not accepted.
    pub(crate) fn read_cms(element: Element<'_>, digest: DigestAlgorithm) -> Read<Self> {
        let mut fields = Reader::open_only(element.whole, tag::SEQUENCE)?;
        match fields.oid()? {
            oid::RSA_ENCRYPTION => {
                null_parameters(&mut fields)?;
                fields.finish()?;
                Ok(match digest {
                    DigestAlgorithm::Sha256 => Ok(Self::RsaPkcs1Sha256),
                    DigestAlgorithm::Sha384 => Ok(Self::RsaPkcs1Sha384),
                    DigestAlgorithm::Sha512 => Ok(Self::RsaPkcs1Sha512),
                    DigestAlgorithm::Sm3 => Err(UnacceptedAlgorithm::of(oid::RSA_ENCRYPTION)),
                })
            }
            oid::SM2_SIGN | oid::SM2_CURVE => {
                no_or_null_parameters(&mut fields)?;
                Ok(Ok(Self::Sm2Sm3))
            }
            _ => Self::read(element),
        }
    }

    /// Reads the AlgorithmIdentifier of a certificate signature; the inner result stands for an algorithm that is not
    /// accepted.
    pub(crate) fn read(element: Element<'_>) -> Read<Self> {
        let mut fields = Reader::open_only(element.whole, tag::SEQUENCE)?;
        let identifier = fields.oid()?;
        if identifier == oid::RSASSA_PSS {
            return read_pss_parameters(fields);
        }
        // Misspelt by a widespread library; accepted, never written.
        if matches!(identifier, oid::SM2_WITH_SM3 | oid::SM2_WITH_SM3_MISSPELT) {
            no_or_null_parameters(&mut fields)?;
            return Ok(Ok(Self::Sm2Sm3));
        }
        let Some((algorithm, _)) = IDENTIFIERS.iter().find(|(_, known)| *known == identifier) else {
            return Ok(Err(UnacceptedAlgorithm::of(identifier)));
        };
        if algorithm.is_pkcs1() {
            null_parameters(&mut fields)?;
        }
        fields.finish()?;
        Ok(Ok(*algorithm))
    }
}

pub(super) fn null_parameters(fields: &mut Reader<'_>) -> Result<(), DerError> {
    if fields.element(tag::NULL)?.contents.is_empty() {
        Ok(())
    } else {
        Err(DerError::Value)
    }
}

fn no_or_null_parameters(fields: &mut Reader<'_>) -> Result<(), DerError> {
    if fields.peek_tag() == Some(tag::NULL) {
        null_parameters(fields)?;
    }
    fields.finish()
}

/// RSASSA-PSS-params (RFC 4055 3.1). The trailer field is left out, as DER demands of a default.
fn write_pss_parameters(writer: &mut Writer, digest: DigestAlgorithm) {
    let salt_len = u8::try_from(digest.len_bytes()).unwrap_or_default();
    writer.sequence(|w| {
        w.explicit(0, |w| digest.write_with_null(w));
        w.explicit(1, |w| {
            w.sequence(|w| {
                w.oid(oid::MGF1);
                digest.write_with_null(w);
            });
        });
        w.explicit(2, |w| w.small_integer(salt_len));
    });
}

/// Every default of RSASSA-PSS-params is SHA-1.
pub(super) fn read_pss_parameters(mut fields: Reader<'_>) -> Read<SignatureAlgorithm> {
    let mut parameters = fields.open(tag::SEQUENCE)?;
    fields.finish()?;
    let Some(digest) = parameters.optional_explicit(0)? else {
        return Ok(Err(UnacceptedAlgorithm::Sha1));
    };
    let digest = match DigestAlgorithm::read(digest)? {
        Ok(digest) => digest,
        Err(unaccepted) => return Ok(Err(unaccepted)),
    };
    let Some(mask) = parameters.optional_explicit(1)? else {
        return Ok(Err(UnacceptedAlgorithm::Sha1));
    };
    let mut mask = Reader::open_only(mask.whole, tag::SEQUENCE)?;
    let mask_function = mask.oid()?;
    let mask_digest = DigestAlgorithm::read(mask.element(tag::SEQUENCE)?)?;
    mask.finish()?;
    let salt_len = match parameters.optional_explicit(2)? {
        Some(salt) => Reader::new(salt.whole).small_integer()?,
        None => 20,
    };
    parameters.finish()?;
    let unaccepted = || Err(UnacceptedAlgorithm::of(oid::RSASSA_PSS));
    if mask_function != oid::MGF1 || mask_digest != Ok(digest) || usize::from(salt_len) != digest.len_bytes()
    {
        return Ok(unaccepted());
    }
    Ok(match digest {
        DigestAlgorithm::Sha256 => Ok(SignatureAlgorithm::RsaPssSha256),
        DigestAlgorithm::Sha384 => Ok(SignatureAlgorithm::RsaPssSha384),
        DigestAlgorithm::Sha512 => Ok(SignatureAlgorithm::RsaPssSha512),
        DigestAlgorithm::Sm3 => unaccepted(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::encode;

    const ALL: [SignatureAlgorithm; 11] = [
        SignatureAlgorithm::EcdsaSha256,
        SignatureAlgorithm::EcdsaSha384,
        SignatureAlgorithm::EcdsaSha512,
        SignatureAlgorithm::Ed25519,
        SignatureAlgorithm::RsaPkcs1Sha256,
        SignatureAlgorithm::RsaPkcs1Sha384,
        SignatureAlgorithm::RsaPkcs1Sha512,
        SignatureAlgorithm::RsaPssSha256,
        SignatureAlgorithm::RsaPssSha384,
        SignatureAlgorithm::RsaPssSha512,
        SignatureAlgorithm::Sm2Sm3,
    ];

    fn element(der: &[u8]) -> Element<'_> {
        Reader::new(der).any().unwrap()
    }

    #[test]
    fn what_is_written_reads_back() {
        for algorithm in ALL {
            let der = encode(|w| algorithm.write(w));
            assert_eq!(SignatureAlgorithm::read(element(&der)), Ok(Ok(algorithm)));
            for sm2 in [Sm2Identifier::Sm2Sign, Sm2Identifier::Sm2WithSm3] {
                let der = encode(|w| algorithm.write_cms(w, sm2));
                let read = SignatureAlgorithm::read_cms(element(&der), algorithm.digest());
                assert_eq!(read, Ok(Ok(algorithm)));
            }
        }
    }

    #[test]
    fn weak_algorithms_are_named() {
        let read = |der: &str| SignatureAlgorithm::read(element(&hex::decode(der).unwrap()));
        assert_eq!(
            read("300d06092a864886f70d0101050500"),
            Ok(Err(UnacceptedAlgorithm::Sha1))
        );
        assert_eq!(
            read("300d06092a864886f70d0101040500"),
            Ok(Err(UnacceptedAlgorithm::Md5))
        );
        assert_eq!(
            read("300d06092a864886f70d0101020500"),
            Ok(Err(UnacceptedAlgorithm::Md2))
        );
        assert_eq!(read("300906072a8648ce3d0401"), Ok(Err(UnacceptedAlgorithm::Sha1)));
        assert_eq!(
            read("300d06092a864886f70d01010a3000"),
            Ok(Err(UnacceptedAlgorithm::Sha1)),
            "the defaults of PSS"
        );
        let unknown = read("300406022a03").unwrap().unwrap_err();
        assert!(!unknown.is_weak());
        assert_eq!(unknown, UnacceptedAlgorithm::Unknown("1.2.3".to_owned()));
    }

    #[test]
    fn other_parameters_of_pss_are_not_accepted() {
        let with = |mask: DigestAlgorithm, salt: u8| {
            let der = encode(|w| {
                w.sequence(|w| {
                    w.oid(oid::RSASSA_PSS);
                    w.sequence(|w| {
                        w.explicit(0, |w| DigestAlgorithm::Sha256.write(w));
                        w.explicit(1, |w| {
                            w.sequence(|w| {
                                w.oid(oid::MGF1);
                                mask.write(w);
                            });
                        });
                        w.explicit(2, |w| w.small_integer(salt));
                    });
                });
            });
            SignatureAlgorithm::read(element(&der)).unwrap()
        };
        assert_eq!(
            with(DigestAlgorithm::Sha256, 32),
            Ok(SignatureAlgorithm::RsaPssSha256)
        );
        assert!(with(DigestAlgorithm::Sha256, 20).is_err());
        assert!(with(DigestAlgorithm::Sha384, 32).is_err());
        assert!(with(DigestAlgorithm::Sm3, 32).is_err());
    }

    #[test]
    fn a_misspelt_identifier_of_sm2_is_read() {
        let der = hex::decode("300906072a811ccf558375").unwrap();
        assert_eq!(
            SignatureAlgorithm::read(element(&der)),
            Ok(Ok(SignatureAlgorithm::Sm2Sm3))
        );
    }
}
