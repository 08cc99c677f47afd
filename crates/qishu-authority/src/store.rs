//! The authority's folder: `root.pem`, `issuing.pem` and beside each its sealed key.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sealpki::{Certificate, PrivateKey, RevocationList, sha256};

use crate::authority::AuthorityError;
use crate::files::{self, Privacy};
use crate::master::{self, MasterKey};

const PEM_BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const PEM_END: &str = "-----END CERTIFICATE-----";
/// The revocation list of the root.
const ROOT_LIST: &str = "root.crl";
/// Certificates and sealed keys have a few kilobytes.
const FILE_LEN_MAX: u64 = 64 * 1024;

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
) -> Result<(), AuthorityError> {
    let partial = partial_folder(folder, mark);
    files::create_private_folder(&partial).map_err(failed(&partial))?;
    for (role, certificate, key) in authorities {
        let path = partial.join(role.key_file());
        let sealed = sealed_key(&path, *role, master, certificate, key)?;
        files::write_new(&path, &sealed, Privacy::Secret).map_err(failed(&path))?;
        let path = partial.join(role.certificate_file());
        files::write_new(&path, to_pem(certificate).as_bytes(), Privacy::Public).map_err(failed(&path))?;
    }
    fs::rename(&partial, folder).map_err(|source| match source.kind() {
        ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists => {
            AuthorityError::AlreadyExists(folder.to_owned())
        }
        _ => failed(folder)(source),
    })?;
    files::sync_parent(folder).map_err(failed(folder))
}

fn sealed_key(
    path: &Path,
    role: Role,
    master: &MasterKey,
    certificate: &Certificate,
    key: &PrivateKey,
) -> Result<Vec<u8>, AuthorityError> {
    let pkcs8 = key.to_pkcs8()?;
    master::seal(master, &role.associated(certificate), pkcs8.expose()).map_err(|source| {
        AuthorityError::Sealed {
            path: path.to_owned(),
            source,
        }
    })
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
    let path = folder.join(role.key_file());
    let sealed = sealed_key(&path, role, master, certificate, key)?;
    files::replace(&path, &sealed, Privacy::Secret).map_err(failed(&path))?;
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

/// Opens the key of a certificate and checks that it is the right one.
pub(crate) fn read_key(
    folder: &Path,
    role: Role,
    certificate: &Certificate,
    master: &MasterKey,
) -> Result<PrivateKey, AuthorityError> {
    let path = folder.join(role.key_file());
    let sealed = read(folder, &path)?;
    let pkcs8 = master::open(master, &role.associated(certificate), &sealed).map_err(|source| {
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
