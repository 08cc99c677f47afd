//! A signature with a seal: SES_Signature.

use super::info::{ascii, no_critical, read_extensions, read_time, write_extensions};
use super::seal::{check_key_usage, check_signer, read_time_stamp};
use super::{ElectronicSeal, SesError, SesExtension, SesVersion};
use crate::certificate::Certificate;
use crate::der::{DerError, Element, Reader, Writer, encode, tag, time};
use crate::digest::{DigestAlgorithm, UnacceptedAlgorithm};
use crate::key::{PrivateKey, SignatureAlgorithm};
use crate::tsp::{VerifiedTimeStamp, verify_time_stamp};

/// The largest signature read, in bytes: a seal and little else.
const SIGNATURE_LEN_MAX: usize = 4 * 1024 * 1024 + 256 * 1024;

/// When a signature was made, as it says itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealTime {
    /// What the signer's clock said, in seconds since 1970-01-01T00:00:00Z.
    Stated(i64),
    /// A time-stamp token in place of a time, over the digest of the document (version 1 only).
    Token(Vec<u8>),
}

/// What a signature with a seal is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealSignatureTemplate {
    /// The seal, as its maker signed it.
    pub seal: ElectronicSeal,
    /// When the signature is made, in seconds since 1970-01-01T00:00:00Z.
    pub signed_at_unix_s: i64,
    /// The digest of the document: SM3 with an SM2 key, SHA-256 with others.
    pub data_hash: Vec<u8>,
    /// What was signed, in ASCII: the place of the signed description in an OFD file, the byte range in a PDF.
    pub property: String,
    /// Additions of the signer (version 4 and 5).
    pub extensions: Vec<SesExtension>,
}

/// A signature with a seal. Nothing is judged until [`verify`](Self::verify).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealSignature {
    der: Vec<u8>,
    version: SesVersion,
    seal: ElectronicSeal,
    time: SealTime,
    data_hash: Vec<u8>,
    property: String,
    extensions: Vec<SesExtension>,
    signer: Certificate,
    algorithm: Result<SignatureAlgorithm, UnacceptedAlgorithm>,
    /// What the signer signed.
    message: Vec<u8>,
    signature: Vec<u8>,
    time_stamp: Option<Vec<u8>>,
}

/// A signature with a seal that is right in itself: seal and document are those the signatures were made over, and the
/// signer may use the seal. Whether the certificates can be trusted is said by
/// [`validate_path`](crate::validate_path), for signer and maker, at [`time_unix_s`](Self::time_unix_s).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct VerifiedSealSignature {
    /// The certificate of the signer.
    pub signer: Certificate,
    /// The certificate of the maker of the seal.
    pub maker: Certificate,
    /// When the signature was made, in seconds since 1970-01-01T00:00:00Z: by the time-stamp, else as stated.
    pub time_unix_s: i64,
    /// The time-stamp, whose authority is to be judged too.
    pub time_stamp: Option<VerifiedTimeStamp>,
    /// The algorithm of the signer's signature.
    pub signature_algorithm: SignatureAlgorithm,
}

impl SealSignature {
    /// Makes a signature with a seal: the signer's key signs it.
    ///
    /// # Errors
    /// [`SesError`] when the signer must not use the seal, the seal is not valid at that time or not by its maker, or the
    /// parts do not fit together.
    pub fn sign(
        template: &SealSignatureTemplate,
        key: &PrivateKey,
        signer: &Certificate,
    ) -> Result<Self, SesError> {
        check_signer(key, signer)?;
        template.seal.verify()?;
        let info = template.seal.info();
        if !info.signers.contain(signer) {
            return Err(SesError::Signer(signer.subject().to_string()));
        }
        if !info.is_valid_at(template.signed_at_unix_s) {
            return Err(SesError::Validity);
        }
        no_critical(&template.extensions)?;
        let algorithm = key.signature_algorithm();
        if template.data_hash.len() != algorithm.digest().len_bytes() {
            return Err(SesError::DataHash);
        }
        if !template.property.is_ascii() {
            return Err(SesError::Header);
        }
        let is_first = info.version == SesVersion::V1;
        if is_first && !template.extensions.is_empty() {
            return Err(SesError::Version);
        }
        let identifier = algorithm.bare_oid()?;
        let write_signer = |w: &mut Writer| {
            w.octet_string(signer.der());
            w.oid(identifier);
        };
        let to_sign = encode(|w| {
            w.sequence(|w| {
                write_common(w, template);
                if is_first {
                    write_signer(w);
                }
            });
        });
        let signature = key.sign(&to_sign)?;
        let der = encode(|w| {
            w.sequence(|w| {
                w.raw(&to_sign);
                if !is_first {
                    write_signer(w);
                }
                w.bit_string_octets(&signature);
            });
        });
        Self::from_der(&der)
    }

    /// Adds a time-stamp token over [`signature`](Self::signature) (version 4 and 5).
    ///
    /// # Errors
    /// [`SesError::Version`] for version 1, which has no place for it.
    pub fn with_time_stamp(&self, token: &[u8]) -> Result<Self, SesError> {
        if self.version == SesVersion::V1 {
            return Err(SesError::Version);
        }
        let mut fields = Reader::open_only(&self.der, tag::SEQUENCE)?;
        let der = encode(|w| {
            w.sequence(|w| {
                for _ in 0..4 {
                    if let Ok(field) = fields.any() {
                        w.raw(field.whole);
                    }
                }
                w.explicit(0, |w| w.bit_string_octets(token));
            });
        });
        Self::from_der(&der)
    }

    /// Reads a signature with a seal.
    ///
    /// # Errors
    /// [`SesError`] names the part that is not as its standard wants it.
    pub fn from_der(der: &[u8]) -> Result<Self, SesError> {
        if der.len() > SIGNATURE_LEN_MAX {
            return Err(SesError::TooLarge);
        }
        let mut outer = Reader::open_only(der, tag::SEQUENCE)?;
        let to_sign = outer.element(tag::SEQUENCE)?;
        let mut fields = Reader::new(to_sign.contents);
        let number = fields.small_integer()?;
        let seal = ElectronicSeal::from_der(fields.element(tag::SEQUENCE)?.whole)?;
        let version = seal.info().version;
        let is_first = version == SesVersion::V1;
        // The number has to be that of the seal; drafts counted otherwise within the first structure.
        if number != version.number() && !(is_first && (1..4).contains(&number)) {
            return Err(SesError::Version);
        }
        let time = if is_first {
            read_first_time(fields.bit_string_octets()?)?
        } else {
            SealTime::Stated(read_time(fields.any()?)?)
        };
        let data_hash = fields.bit_string_octets()?.to_vec();
        let property = ascii(fields.element(tag::IA5_STRING)?)?;
        let (extensions, (signer, identifier)) = if is_first {
            (Vec::new(), read_signer(&mut fields)?)
        } else {
            (read_extensions(&mut fields)?, read_signer(&mut outer)?)
        };
        fields.finish()?;
        let signature = outer.bit_string_octets()?.to_vec();
        let time_stamp = if is_first {
            None
        } else {
            read_time_stamp(&mut outer)?
        };
        outer.finish()?;
        Ok(Self {
            der: der.to_vec(),
            version,
            seal,
            time,
            data_hash,
            property,
            extensions,
            signer: Certificate::from_der(signer.contents)?,
            algorithm: SignatureAlgorithm::from_bare_oid(identifier),
            message: to_sign.whole.to_vec(),
            signature,
            time_stamp,
        })
    }

    /// The exact bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The seal.
    pub fn seal(&self) -> &ElectronicSeal {
        &self.seal
    }

    /// When the signature was made, as it says itself.
    pub fn time(&self) -> &SealTime {
        &self.time
    }

    /// What was signed, in the words of the signer.
    pub fn property(&self) -> &str {
        &self.property
    }

    /// The certificate of the signer.
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// The signature value, which time-stamps refer to.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Judges the signature over a document whose digest `data_digest` computes: the seal by its maker and its dates, the
    /// signer by the seal, the signature, the digest, the time-stamp. `certificates` are searched for the certificate of
    /// the time-stamping authority when it is not in the token.
    ///
    /// # Errors
    /// [`SesError`], a variant for each thing that can be wrong.
    pub fn verify<D: AsRef<[u8]>>(
        &self,
        data_digest: impl FnOnce(DigestAlgorithm) -> D,
        certificates: &[Certificate],
    ) -> Result<VerifiedSealSignature, SesError> {
        self.seal.verify()?;
        no_critical(&self.extensions)?;
        let info = self.seal.info();
        if !info.signers.contain(&self.signer) {
            return Err(SesError::Signer(self.signer.subject().to_string()));
        }
        check_key_usage(&self.signer)?;
        let algorithm = self.algorithm.clone()?;
        self.signer
            .public_key()
            .verify(algorithm, &self.message, &self.signature)
            .map_err(SesError::SignerSignature)?;
        if data_digest(algorithm.digest()).as_ref() != self.data_hash {
            return Err(SesError::DataHash);
        }
        let time_stamp = self.verify_time_stamp(certificates)?;
        let time_unix_s = match (&time_stamp, &self.time) {
            (Some(stamp), _) => stamp.info.time_unix_s,
            (None, SealTime::Stated(at)) => *at,
            (None, SealTime::Token(_)) => return Err(DerError::Value.into()),
        };
        let stated_is_valid = match self.time {
            SealTime::Stated(at) => info.is_valid_at(at),
            SealTime::Token(_) => true,
        };
        if !stated_is_valid || !info.is_valid_at(time_unix_s) {
            return Err(SesError::Validity);
        }
        Ok(VerifiedSealSignature {
            signer: self.signer.clone(),
            maker: self.seal.maker().clone(),
            time_unix_s,
            time_stamp,
            signature_algorithm: algorithm,
        })
    }

    /// In version 4 and 5 the time-stamp is over the signature value; in version 1 it is in place of a time and over the
    /// digest of the document.
    fn verify_time_stamp(&self, certificates: &[Certificate]) -> Result<Option<VerifiedTimeStamp>, SesError> {
        let (token, stamped) = match (&self.time_stamp, &self.time) {
            (Some(token), _) => (token, &self.signature),
            (None, SealTime::Token(token)) => (token, &self.data_hash),
            (None, SealTime::Stated(_)) => return Ok(None),
        };
        let verified = verify_time_stamp(token, |algorithm| algorithm.digest(stamped), certificates)?;
        Ok(Some(verified))
    }
}

/// The fields of TBS_Sign that all versions have, and extensions.
fn write_common(writer: &mut Writer, template: &SealSignatureTemplate) {
    let version = template.seal.info().version;
    writer.small_integer(version.number());
    writer.raw(template.seal.der());
    if version == SesVersion::V1 {
        let time = encode(|w| time::write_utc(w, template.signed_at_unix_s));
        writer.bit_string_octets(&time);
    } else {
        time::write_generalized(writer, template.signed_at_unix_s);
    }
    writer.bit_string_octets(&template.data_hash);
    writer.element(tag::IA5_STRING, template.property.as_bytes());
    if !template.extensions.is_empty() {
        writer.explicit(0, |w| write_extensions(w, &template.extensions));
    }
}

/// Certificate and algorithm of the signer.
fn read_signer<'a>(fields: &mut Reader<'a>) -> Result<(Element<'a>, &'a [u8]), DerError> {
    let certificate = fields.element(tag::OCTET_STRING)?;
    Ok((certificate, fields.oid()?))
}

/// A time in DER, or a time-stamp token, inside a BIT STRING.
fn read_first_time(octets: &[u8]) -> Result<SealTime, DerError> {
    let mut reader = Reader::new(octets);
    let element = reader.any()?;
    reader.finish()?;
    if element.tag == tag::SEQUENCE {
        Ok(SealTime::Token(octets.to_vec()))
    } else {
        Ok(SealTime::Stated(read_time(element)?))
    }
}
