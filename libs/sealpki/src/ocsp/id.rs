//! How OCSP names a certificate: CertID (RFC 6960 4.1.1).

use crate::certificate::{Certificate, SerialNumber};
use crate::der::{DerError, Element, Reader, Writer, oid, tag};
use crate::digest::{DigestAlgorithm, sha1_name};

/// The digest a certificate's issuer is named by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OcspHash {
    /// SHA-1, which every responder knows (RFC 5019 2.1.1). Here it is a name and proves nothing.
    Sha1,
    /// A digest that is accepted for signatures too.
    Digest(DigestAlgorithm),
}

impl OcspHash {
    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha1 => sha1_name(bytes).to_vec(),
            Self::Digest(algorithm) => algorithm.digest(bytes),
        }
    }

    fn write(self, writer: &mut Writer) {
        match self {
            Self::Sha1 => writer.sequence(|w| {
                w.oid(oid::SHA1);
                w.null();
            }),
            Self::Digest(algorithm) => algorithm.write(writer),
        }
    }

    fn read(element: Element<'_>) -> Result<Option<Self>, DerError> {
        let mut fields = Reader::open_only(element.whole, tag::SEQUENCE)?;
        if fields.oid()? != oid::SHA1 {
            return Ok(DigestAlgorithm::read(element)?.ok().map(Self::Digest));
        }
        fields.optional(tag::NULL)?;
        fields.finish()?;
        Ok(Some(Self::Sha1))
    }
}

/// The name of a certificate in OCSP: digests of its issuer's name and key, and its serial number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateId {
    hash: OcspHash,
    issuer_name: Vec<u8>,
    issuer_key: Vec<u8>,
    serial: SerialNumber,
}

impl CertificateId {
    /// Names a certificate of an issuer.
    pub fn new(hash: OcspHash, issuer: &Certificate, serial: &SerialNumber) -> Self {
        Self {
            hash,
            issuer_name: hash.digest(issuer.subject().as_der()),
            issuer_key: hash.digest(issuer.public_key().key_bits()),
            serial: serial.clone(),
        }
    }

    /// The serial number.
    pub fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    /// Whether a certificate of this issuer is meant.
    pub fn is_issued_by(&self, issuer: &Certificate) -> bool {
        *self == Self::new(self.hash, issuer, &self.serial)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.sequence(|w| {
            self.hash.write(w);
            w.octet_string(&self.issuer_name);
            w.octet_string(&self.issuer_key);
            w.element(tag::INTEGER, self.serial.as_octets());
        });
    }

    /// `Ok(None)` for an unknown digest.
    pub(super) fn read(fields: &mut Reader<'_>) -> Result<Option<Self>, DerError> {
        let mut id = fields.open(tag::SEQUENCE)?;
        let hash = OcspHash::read(id.element(tag::SEQUENCE)?)?;
        let issuer_name = id.octet_string()?.to_vec();
        let issuer_key = id.octet_string()?.to_vec();
        let serial = SerialNumber::from_contents(id.integer()?);
        id.finish()?;
        Ok(hash.map(|hash| Self {
            hash,
            issuer_name,
            issuer_key,
            serial,
        }))
    }
}
