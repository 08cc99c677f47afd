//! Importing keys with their certificates from PKCS #12 files (RFC 7292), as authorities hand them out.
//!
//! Read are files protected by a password, encrypted with AES or 3DES by PBES2 (RFC 8018), or with 3DES or RC2 by the old
//! schemes of PKCS #12, which use SHA-1. They are read because they exist; nothing is written in them. Files in BER with
//! indefinite lengths are not read.

mod decrypt;
mod kdf;

use std::cell::Cell;
use std::num::NonZeroU32;

use crate::certificate::{Certificate, CertificateError};
use crate::der::{DerError, Reader, oid, tag};
use crate::digest::UnacceptedAlgorithm;
use crate::key::{KeyError, PrivateKey, SecretBytes};

/// The largest file read, in bytes.
const FILE_LEN_MAX: usize = 1024 * 1024;
/// The most certificates, keys and other things in one file.
const BAGS_MAX: usize = 64;
/// The most rounds of password functions for one file: about a second of work.
const ROUNDS_MAX: u32 = 2_000_000;

/// Why a file could not be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Pkcs12Error {
    /// A certificate inside cannot be read.
    #[error("a certificate in the file cannot be read: {0}")]
    Certificate(#[from] CertificateError),
    /// Not DER, or not the structure of a PKCS #12 file.
    #[error("the file is malformed: {0}")]
    Der(#[from] DerError),
    /// The key inside is of no kind that is accepted, or damaged.
    #[error("the key in the file is not accepted: {0}")]
    Key(#[from] KeyError),
    /// Another number of keys than one.
    #[error("there are {0} keys in the file; there must be exactly one")]
    KeyCount(usize),
    /// None of the certificates is for the key.
    #[error("no certificate in the file is for its key")]
    NoCertificate,
    /// The password is wrong, or the file was changed.
    #[error("the password is wrong, or the file was changed")]
    Password,
    /// More than 1 MiB, 64 parts, or 2 000 000 rounds of password functions.
    #[error("the file is larger, or its password function slower, than any real one")]
    TooLarge,
    /// The file is protected by something else than a password.
    #[error("the file is not protected by a password")]
    Unprotected,
    /// An encryption or integrity algorithm that is not read.
    #[error("the file is protected by an algorithm that is not read: {0}")]
    UnsupportedAlgorithm(#[from] UnacceptedAlgorithm),
}

/// What was in a file.
#[derive(Debug)]
#[non_exhaustive]
pub struct Pkcs12 {
    /// The key.
    pub key: PrivateKey,
    /// The certificate for the key.
    pub certificate: Certificate,
    /// All other certificates, in the order found.
    pub others: Vec<Certificate>,
}

/// Reads key and certificates from a PKCS #12 file (`.p12`, `.pfx`). The integrity of the file is checked before anything
/// in it is looked at.
///
/// # Errors
/// [`Pkcs12Error`], a variant for each thing that can be wrong.
pub fn import_pkcs12(der: &[u8], password: &str) -> Result<Pkcs12, Pkcs12Error> {
    if der.len() > FILE_LEN_MAX {
        return Err(Pkcs12Error::TooLarge);
    }
    let mut file = Reader::open_only(der, tag::SEQUENCE)?;
    if file.small_integer()? != 3 {
        return Err(DerError::Value.into());
    }
    let mut safe = file.open(tag::SEQUENCE)?;
    if safe.oid()? != oid::CMS_DATA {
        return Err(Pkcs12Error::Unprotected);
    }
    let content = safe.optional_explicit(0)?.ok_or(DerError::Truncated)?;
    safe.finish()?;
    let content = Reader::new(content.whole).octet_string()?;
    let Some(mac) = file.optional(tag::SEQUENCE)? else {
        return Err(Pkcs12Error::Unprotected);
    };
    file.finish()?;
    let password = &Password {
        text: password,
        rounds_left: Cell::new(ROUNDS_MAX),
    };
    check_mac(mac.contents, content, password)?;

    let mut bags = Bags::default();
    let mut infos = Reader::open_only(content, tag::SEQUENCE)?;
    while !infos.is_empty() {
        let mut info = infos.open(tag::SEQUENCE)?;
        let kind = info.oid()?;
        let body = info.optional_explicit(0)?.ok_or(DerError::Truncated)?;
        info.finish()?;
        match kind {
            oid::CMS_DATA => bags.read(Reader::new(body.whole).octet_string()?, password)?,
            oid::CMS_ENCRYPTED_DATA => {
                let plain = decrypt_content(body.whole, password)?;
                bags.read(plain.expose(), password)?;
            }
            _ => return Err(Pkcs12Error::Unprotected),
        }
    }
    bags.finish()
}

/// A password, and how much work may still be spent on it.
struct Password<'a> {
    text: &'a str,
    rounds_left: Cell<u32>,
}

impl Password<'_> {
    /// Takes the rounds a file asks for out of what may be spent.
    fn spend(&self, rounds: u32) -> Result<NonZeroU32, Pkcs12Error> {
        let left = self
            .rounds_left
            .get()
            .checked_sub(rounds)
            .ok_or(Pkcs12Error::TooLarge)?;
        self.rounds_left.set(left);
        Ok(NonZeroU32::new(rounds).ok_or(DerError::Value)?)
    }
}

/// MacData: the digest function, the code, salt and rounds.
fn check_mac(mac: &[u8], content: &[u8], password: &Password<'_>) -> Result<(), Pkcs12Error> {
    let mut fields = Reader::new(mac);
    let mut digest_info = fields.open(tag::SEQUENCE)?;
    let mut algorithm = digest_info.open(tag::SEQUENCE)?;
    let function = kdf::Function::from_oid(algorithm.oid()?)?;
    if let Some(null) = algorithm.optional(tag::NULL)?
        && !null.contents.is_empty()
    {
        return Err(DerError::Value.into());
    }
    algorithm.finish()?;
    let code = digest_info.octet_string()?;
    digest_info.finish()?;
    let salt = fields.octet_string()?;
    let rounds = if fields.is_empty() {
        1
    } else {
        fields.integer_u32()?
    };
    fields.finish()?;
    let rounds = password.spend(rounds)?;
    let length = function.len_bytes();
    let key = kdf::derive(function, kdf::Purpose::Mac, password.text, salt, rounds, length);
    if function.is_mac_of(&key, content, code) {
        Ok(())
    } else {
        Err(Pkcs12Error::Password)
    }
}

/// EncryptedData (RFC 5652 8) with EncryptedContentInfo.
fn decrypt_content(der: &[u8], password: &Password<'_>) -> Result<SecretBytes, Pkcs12Error> {
    let mut fields = Reader::open_only(der, tag::SEQUENCE)?;
    fields.small_integer()?;
    let mut info = fields.open(tag::SEQUENCE)?;
    if info.oid()? != oid::CMS_DATA {
        return Err(DerError::Value.into());
    }
    let algorithm = info.element(tag::SEQUENCE)?;
    let encrypted = info.element(tag::context(0))?.contents;
    info.finish()?;
    decrypt::decrypt(algorithm, encrypted, password)
}

/// What was found so far.
#[derive(Default)]
struct Bags {
    count: usize,
    keys: Vec<SecretBytes>,
    certificates: Vec<Certificate>,
}

impl Bags {
    /// SafeContents; bags of other kinds are passed over.
    fn read(&mut self, der: &[u8], password: &Password<'_>) -> Result<(), Pkcs12Error> {
        let mut list = Reader::open_only(der, tag::SEQUENCE)?;
        while !list.is_empty() {
            self.count += 1;
            if self.count > BAGS_MAX {
                return Err(Pkcs12Error::TooLarge);
            }
            let mut bag = list.open(tag::SEQUENCE)?;
            let kind = bag.oid()?;
            let value = bag.optional_explicit(0)?.ok_or(DerError::Truncated)?;
            match kind {
                oid::PKCS12_KEY_BAG => self.keys.push(SecretBytes::new(value.whole.to_vec())),
                oid::PKCS12_SHROUDED_KEY_BAG => {
                    let mut shrouded = Reader::open_only(value.whole, tag::SEQUENCE)?;
                    let algorithm = shrouded.element(tag::SEQUENCE)?;
                    let encrypted = shrouded.octet_string()?;
                    shrouded.finish()?;
                    self.keys.push(decrypt::decrypt(algorithm, encrypted, password)?);
                }
                oid::PKCS12_CERTIFICATE_BAG => {
                    let mut fields = Reader::open_only(value.whole, tag::SEQUENCE)?;
                    if fields.oid()? == oid::PKCS12_X509_CERTIFICATE {
                        let inner = fields.optional_explicit(0)?.ok_or(DerError::Truncated)?;
                        let certificate = Reader::new(inner.whole).octet_string()?;
                        self.certificates.push(Certificate::from_der(certificate)?);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Pkcs12, Pkcs12Error> {
        let [key] = self.keys.as_slice() else {
            return Err(Pkcs12Error::KeyCount(self.keys.len()));
        };
        let key = PrivateKey::from_pkcs8(key.expose())?;
        let place = self
            .certificates
            .iter()
            .position(|certificate| certificate.public_key() == key.public_key())
            .ok_or(Pkcs12Error::NoCertificate)?;
        let certificate = self.certificates.remove(place);
        Ok(Pkcs12 {
            key,
            certificate,
            others: self.certificates,
        })
    }
}
