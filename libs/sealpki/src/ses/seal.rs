//! A seal and the signature of its maker: SESeal.

use super::info::no_critical;
use super::{SealInfo, SesError, SesVersion};
use crate::certificate::Certificate;
use crate::der::{DerError, Element, Reader, Writer, encode, oid, tag};
use crate::digest::UnacceptedAlgorithm;
use crate::key::{PrivateKey, SignatureAlgorithm};

/// The largest seal read, in bytes.
const SEAL_LEN_MAX: usize = 4 * 1024 * 1024;

/// A seal: what its maker says, and the maker's signature. Nothing is judged until [`verify`](Self::verify).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElectronicSeal {
    der: Vec<u8>,
    info: SealInfo,
    maker: Certificate,
    algorithm: Result<SignatureAlgorithm, UnacceptedAlgorithm>,
    /// What the maker signed.
    message: Vec<u8>,
    signature: Vec<u8>,
    time_stamp: Option<Vec<u8>>,
}

impl ElectronicSeal {
    /// Makes a seal: the maker's key signs it.
    ///
    /// # Errors
    /// [`SesError`] when the parts of the seal do not fit together, or key and certificate do not.
    pub fn sign(info: &SealInfo, maker_key: &PrivateKey, maker: &Certificate) -> Result<Self, SesError> {
        info.check()?;
        check_signer(maker_key, maker)?;
        let algorithm = maker_key.signature_algorithm();
        let identifier = algorithm.bare_oid()?;
        let info_der = encode(|w| info.write(w));
        let write_maker = |w: &mut Writer| {
            w.octet_string(maker.der());
            w.oid(identifier);
        };
        let message = if info.version == SesVersion::V1 {
            encode(|w| {
                w.sequence(|w| {
                    w.raw(&info_der);
                    write_maker(w);
                });
            })
        } else {
            info_der.clone()
        };
        let signature = maker_key.sign(&message)?;
        let der = encode(|w| {
            w.sequence(|w| {
                w.raw(&info_der);
                let write_signature = |w: &mut Writer| {
                    write_maker(w);
                    w.bit_string_octets(&signature);
                };
                if info.version == SesVersion::V1 {
                    w.sequence(write_signature);
                } else {
                    write_signature(w);
                }
            });
        });
        Self::from_der(&der)
    }

    /// Adds a time-stamp over the maker's signature (version 5).
    ///
    /// # Errors
    /// [`SesError::Version`] for a seal of another version.
    pub fn with_time_stamp(&self, token: &[u8]) -> Result<Self, SesError> {
        if self.info.version != SesVersion::V5 {
            return Err(SesError::Version);
        }
        let fields = elements(Reader::open_only(&self.der, tag::SEQUENCE)?)?;
        let der = encode(|w| {
            w.sequence(|w| {
                fields.iter().take(4).for_each(|field| w.raw(field.whole));
                w.explicit(0, |w| w.bit_string_octets(token));
            });
        });
        Self::from_der(&der)
    }

    /// Reads a seal of at most 4 MiB.
    ///
    /// # Errors
    /// [`SesError`] names the part that is not as its standard wants it.
    pub fn from_der(der: &[u8]) -> Result<Self, SesError> {
        if der.len() > SEAL_LEN_MAX {
            return Err(SesError::TooLarge);
        }
        let mut fields = Reader::open_only(der, tag::SEQUENCE)?;
        let info_element = fields.element(tag::SEQUENCE)?;
        let info = SealInfo::read(info_element)?;
        let is_first = info.version == SesVersion::V1;
        let mut signer = if is_first {
            let inner = fields.open(tag::SEQUENCE)?;
            fields.finish()?;
            inner
        } else {
            fields
        };
        let maker = signer.element(tag::OCTET_STRING)?;
        let identifier = signer.element(tag::OID)?;
        let signature = signer.bit_string_octets()?.to_vec();
        let time_stamp = match info.version {
            SesVersion::V5 => read_time_stamp(&mut signer)?,
            _ => None,
        };
        signer.finish()?;
        let message = if is_first {
            encode(|w| {
                w.sequence(|w| {
                    w.raw(info_element.whole);
                    w.raw(maker.whole);
                    w.raw(identifier.whole);
                });
            })
        } else {
            info_element.whole.to_vec()
        };
        Ok(Self {
            der: der.to_vec(),
            info,
            maker: Certificate::from_der(maker.contents)?,
            algorithm: SignatureAlgorithm::from_bare_oid(Reader::new(identifier.whole).oid()?),
            message,
            signature,
            time_stamp,
        })
    }

    /// The exact bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// What the maker says.
    pub fn info(&self) -> &SealInfo {
        &self.info
    }

    /// The certificate of the maker. Whether it can be trusted is said by [`validate_path`](crate::validate_path).
    pub fn maker(&self) -> &Certificate {
        &self.maker
    }

    /// The signature of the maker, which time-stamps refer to.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The time-stamp token over the maker's signature (version 5), unchecked.
    pub fn time_stamp(&self) -> Option<&[u8]> {
        self.time_stamp.as_deref()
    }

    /// Checks the maker's signature and that nothing in the seal is binding and not understood.
    ///
    /// # Errors
    /// [`SesError::MakerSignature`] and the like.
    pub fn verify(&self) -> Result<(), SesError> {
        no_critical(&self.info.extensions)?;
        check_key_usage(&self.maker)?;
        let algorithm = self.algorithm.clone()?;
        self.maker
            .public_key()
            .verify(algorithm, &self.message, &self.signature)
            .map_err(SesError::MakerSignature)
    }
}

pub(super) fn check_signer(key: &PrivateKey, certificate: &Certificate) -> Result<(), SesError> {
    if certificate.public_key() != key.public_key() {
        return Err(SesError::KeyMismatch);
    }
    check_key_usage(certificate)
}

pub(super) fn check_key_usage(certificate: &Certificate) -> Result<(), SesError> {
    let allowed = certificate
        .key_usage()
        .is_none_or(|usage| usage.digital_signature() || usage.non_repudiation());
    if allowed {
        Ok(())
    } else {
        Err(SesError::KeyUsage(certificate.subject().to_string()))
    }
}

/// `[0] EXPLICIT BIT STRING` around a token.
pub(super) fn read_time_stamp(fields: &mut Reader<'_>) -> Result<Option<Vec<u8>>, DerError> {
    match fields.optional_explicit(0)? {
        Some(bits) => Ok(Some(Reader::new(bits.whole).bit_string_octets()?.to_vec())),
        None => Ok(None),
    }
}

fn elements(mut reader: Reader<'_>) -> Result<Vec<Element<'_>>, DerError> {
    let mut elements = Vec::new();
    while !reader.is_empty() {
        elements.push(reader.any()?);
    }
    Ok(elements)
}

impl SignatureAlgorithm {
    /// The identifier standing alone, as seals have it. PSS cannot be said without parameters.
    pub(super) fn bare_oid(self) -> Result<&'static [u8], UnacceptedAlgorithm> {
        match self {
            Self::Sm2Sm3 => Ok(oid::SM2_WITH_SM3),
            Self::RsaPkcs1Sha256 => Ok(oid::SHA256_WITH_RSA),
            Self::EcdsaSha256 => Ok(oid::ECDSA_WITH_SHA256),
            _ => Err(UnacceptedAlgorithm::Unknown(format!("{self:?}"))),
        }
    }

    pub(super) fn from_bare_oid(identifier: &[u8]) -> Result<Self, UnacceptedAlgorithm> {
        match identifier {
            oid::SM2_WITH_SM3 | oid::SM2_WITH_SM3_MISSPELT | oid::SM2_SIGN => Ok(Self::Sm2Sm3),
            oid::SHA256_WITH_RSA => Ok(Self::RsaPkcs1Sha256),
            oid::ECDSA_WITH_SHA256 => Ok(Self::EcdsaSha256),
            other => Err(UnacceptedAlgorithm::of(other)),
        }
    }
}
