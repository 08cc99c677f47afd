//! The authority's folder: `root.pem`, `issuing.pem` and so on, and beside each its sealed key, or the name of its key in a
//! token.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealpki::{Certificate, KeyAlgorithm, PrivateKey, RevocationList, sha256};

use crate::authority::AuthorityError;
use crate::files::{self, Privacy};
use crate::master::{self, MasterKey};
use crate::token::Token;

const PEM_BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const PEM_END: &str = "-----END CERTIFICATE-----";
/// The revocation list of the root.
pub(crate) const ROOT_LIST: &str = "root.crl";
/// Certificates between an imported authority and its root, the lowest first. The file is there, perhaps empty, beside every
/// imported authority and only there.
pub(crate) const IMPORTED_CHAIN: &str = "imported-chain.pem";
/// Certificates and sealed keys have a few kilobytes.
const FILE_LEN_MAX: u64 = 64 * 1024;

/// Who keeps the keys of an authority.
#[derive(Debug, Clone, Copy)]
pub struct Custody<'a> {
    /// Seals the keys that are files, and keys the digests in subjects.
    pub master: &'a MasterKey,
    /// Makes and keeps new keys, where there is one and the algorithm allows it; also needed for those it keeps already.
    pub token: Option<&'a Arc<Token>>,
}

impl<'a> Custody<'a> {
    /// Keys in sealed files.
    #[must_use]
    pub const fn sealed(master: &'a MasterKey) -> Self {
        Self { master, token: None }
    }

    /// A new key, in the token where that is possible.
    pub(crate) fn new_key(&self, role: Role, algorithm: KeyAlgorithm) -> Result<PrivateKey, AuthorityError> {
        match self.token {
            // PKCS#11 has no mechanism for SM2.
            Some(token) if algorithm != KeyAlgorithm::Sm2 => {
                Ok(token.generate(algorithm, role.token_label())?)
            }
            _ => Ok(PrivateKey::generate(algorithm)?),
        }
    }
}

/// The authorities and services of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Root,
    Issuing,
    TimeStamping,
    OcspResponder,
    SealMaker,
}

impl Role {
    pub(crate) fn certificate_file(self) -> &'static str {
        match self {
            Self::Root => "root.pem",
            Self::Issuing => "issuing.pem",
            Self::TimeStamping => "tsa.pem",
            Self::OcspResponder => "ocsp.pem",
            Self::SealMaker => "seal-maker.pem",
        }
    }

    fn key_file(self) -> &'static str {
        match self {
            Self::Root => "root.key.sealed",
            Self::Issuing => "issuing.key.sealed",
            Self::TimeStamping => "tsa.key.sealed",
            Self::OcspResponder => "ocsp.key.sealed",
            Self::SealMaker => "seal-maker.key.sealed",
        }
    }

    /// Names a key in a token.
    fn token_file(self) -> &'static str {
        match self {
            Self::Root => "root.key.token",
            Self::Issuing => "issuing.key.token",
            Self::TimeStamping => "tsa.key.token",
            Self::OcspResponder => "ocsp.key.token",
            Self::SealMaker => "seal-maker.key.token",
        }
    }

    fn token_label(self) -> &'static str {
        match self {
            Self::Root => "qishu root",
            Self::Issuing => "qishu issuing",
            Self::TimeStamping => "qishu tsa",
            Self::OcspResponder => "qishu ocsp",
            Self::SealMaker => "qishu seal maker",
        }
    }

    /// A sealed key opens only beside the certificate it was made for.
    fn associated(self, certificate: &Certificate) -> Vec<u8> {
        let place: &[u8] = match self {
            Self::Root => b"authority/root key/",
            Self::Issuing => b"authority/issuing key/",
            Self::TimeStamping => b"authority/tsa key/",
            Self::OcspResponder => b"authority/ocsp key/",
            Self::SealMaker => b"authority/seal maker key/",
        };
        [place, &sha256(certificate.der())].concat()
    }
}

/// Refuses a folder with anything in it.
pub(crate) fn refuse_existing(folder: &Path) -> Result<(), AuthorityError> {
    let first = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next(),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(source) => return Err(failed(folder)(source)),
    };
    if first.is_some() {
        Err(AuthorityError::AlreadyExists(folder.to_owned()))
    } else {
        Ok(())
    }
}

/// Writes everything into a folder of its own first and renames it when it is complete. Renaming onto a folder with
/// something in it fails, so of two processes that do this at once one wins with all of its files.
pub(crate) fn write(
    folder: &Path,
    mark: &str,
    master: &MasterKey,
    authorities: &[(Role, &Certificate, &PrivateKey)],
    others: &[(&str, Vec<u8>)],
) -> Result<(), AuthorityError> {
    let partial = partial_folder(folder, mark);
    files::create_private_folder(&partial).map_err(failed(&partial))?;
    for (role, certificate, key) in authorities {
        let (name, bytes) = stored_key(folder, *role, master, certificate, key)?;
        let path = partial.join(name);
        files::write_new(&path, &bytes, Privacy::Secret).map_err(failed(&path))?;
        let path = partial.join(role.certificate_file());
        files::write_new(&path, to_pem(certificate).as_bytes(), Privacy::Public).map_err(failed(&path))?;
    }
    for (name, bytes) in others {
        let path = partial.join(name);
        files::write_new(&path, bytes, Privacy::Public).map_err(failed(&path))?;
    }
    fs::rename(&partial, folder).map_err(|source| match source.kind() {
        ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => {
            AuthorityError::AlreadyExists(folder.to_owned())
        }
        _ => failed(folder)(source),
    })?;
    files::sync_parent(folder).map_err(failed(folder))
}

/// Name and contents of the file of a key: sealed, or what it is called in its token.
fn stored_key(
    folder: &Path,
    role: Role,
    master: &MasterKey,
    certificate: &Certificate,
    key: &PrivateKey,
) -> Result<(&'static str, Vec<u8>), AuthorityError> {
    if let Some(reference) = key.external_reference() {
        return Ok((role.token_file(), format!("{reference}\n").into_bytes()));
    }
    let pkcs8 = key.to_pkcs8()?;
    let sealed = master::seal(master, &role.associated(certificate), pkcs8.expose());
    let sealed = sealed.map_err(|source| AuthorityError::Sealed {
        path: folder.join(role.key_file()),
        source,
    })?;
    Ok((role.key_file(), sealed))
}

/// Puts a new key and certificate in the place of a service's. A crash between the two leaves a key that does not open beside
/// the certificate, and then both are made again.
pub(crate) fn replace(
    folder: &Path,
    role: Role,
    master: &MasterKey,
    certificate: &Certificate,
    key: &PrivateKey,
) -> Result<(), AuthorityError> {
    let (name, bytes) = stored_key(folder, role, master, certificate, key)?;
    let path = folder.join(name);
    files::replace(&path, &bytes, Privacy::Secret).map_err(failed(&path))?;
    // A key that was kept otherwise before is not used any more.
    for former in [role.key_file(), role.token_file()] {
        let former = folder.join(former);
        if former != path {
            files::remove(&former).map_err(failed(&former))?;
        }
    }
    let path = folder.join(role.certificate_file());
    files::replace(&path, to_pem(certificate).as_bytes(), Privacy::Public).map_err(failed(&path))
}

/// The root's revocation list, if there is one.
pub(crate) fn read_list(folder: &Path) -> Result<Option<RevocationList>, AuthorityError> {
    let path = folder.join(ROOT_LIST);
    match read(folder, &path) {
        Ok(der) => Ok(RevocationList::from_der(&der).ok()),
        Err(AuthorityError::Missing(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Stores the root's revocation list.
pub(crate) fn write_list(folder: &Path, list: &RevocationList) -> Result<(), AuthorityError> {
    let path = folder.join(ROOT_LIST);
    files::replace(&path, list.der(), Privacy::Public).map_err(failed(&path))
}

fn partial_folder(folder: &Path, mark: &str) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(format!(".partial-{mark}"));
    folder.with_file_name(name)
}

pub(crate) fn read_certificate(folder: &Path, role: Role) -> Result<Certificate, AuthorityError> {
    let path = folder.join(role.certificate_file());
    let bytes = read(folder, &path)?;
    let damaged = |reason: String| AuthorityError::Damaged {
        path: path.clone(),
        reason,
    };
    let der = from_pem(&bytes).ok_or_else(|| damaged("it is not one PEM certificate".to_owned()))?;
    Certificate::from_der(&der).map_err(|error| damaged(error.to_string()))
}

/// The certificates between an imported authority and its root; `None` for one that was made here.
pub(crate) fn read_imported_chain(folder: &Path) -> Result<Option<Vec<Certificate>>, AuthorityError> {
    let path = folder.join(IMPORTED_CHAIN);
    let bytes = match read(folder, &path) {
        Ok(bytes) => bytes,
        Err(AuthorityError::Missing(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let damaged = |reason: String| AuthorityError::Damaged {
        path: path.clone(),
        reason,
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut chain = Vec::new();
    for block in text
        .split_inclusive(PEM_END)
        .filter(|block| block.contains(PEM_BEGIN))
    {
        let der = from_pem(block.trim().as_bytes());
        let der = der.ok_or_else(|| damaged("a certificate in it is not PEM".to_owned()))?;
        chain.push(Certificate::from_der(&der).map_err(|error| damaged(error.to_string()))?);
    }
    Ok(Some(chain))
}

/// Opens the key of a certificate and checks that it is the right one.
pub(crate) fn read_key(
    folder: &Path,
    role: Role,
    certificate: &Certificate,
    custody: &Custody<'_>,
) -> Result<PrivateKey, AuthorityError> {
    let path = folder.join(role.token_file());
    if path.exists() {
        let token = custody.token.ok_or(AuthorityError::TokenNeeded(path.clone()))?;
        let reference = read(folder, &path)?;
        let reference = String::from_utf8_lossy(&reference);
        return Ok(token.find(reference.trim(), certificate.public_key().spki())?);
    }
    let path = folder.join(role.key_file());
    let sealed = read(folder, &path)?;
    let pkcs8 = master::open(custody.master, &role.associated(certificate), &sealed).map_err(|source| {
        AuthorityError::Sealed {
            path: path.clone(),
            source,
        }
    })?;
    let key = PrivateKey::from_pkcs8(pkcs8.expose())?;
    if key.public_key() == certificate.public_key() {
        return Ok(key);
    }
    let reason = format!("it is not the key of {}", role.certificate_file());
    Err(AuthorityError::Damaged { path, reason })
}

fn read(folder: &Path, path: &Path) -> Result<Vec<u8>, AuthorityError> {
    match files::read(path, FILE_LEN_MAX) {
        Ok((bytes, _)) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(AuthorityError::Missing(folder.to_owned())),
        Err(source) => Err(failed(path)(source)),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> AuthorityError {
    let path = path.to_owned();
    move |source| AuthorityError::Io { path, source }
}

/// RFC 7468 2: lines of 64 characters.
pub(crate) fn to_pem(certificate: &Certificate) -> String {
    let encoded = STANDARD.encode(certificate.der());
    let mut pem = format!("{PEM_BEGIN}\n");
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        pem.push_str(line);
        pem.push('\n');
        rest = more;
    }
    pem.push_str(PEM_END);
    pem.push('\n');
    pem
}

fn from_pem(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let body = text.strip_prefix(PEM_BEGIN)?.strip_suffix(PEM_END)?;
    let digits: String = body.split_ascii_whitespace().collect();
    STANDARD.decode(digits).ok()
}
