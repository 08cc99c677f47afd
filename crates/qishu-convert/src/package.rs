//! Office packages (ECMA-376 part 2): ZIP archives of XML parts, opened within the limits of R-35.
//!
//! Nothing is written to a disk, and the sizes that an archive states about itself are not believed: parts are read up to
//! the limit and counted.

use std::collections::HashSet;
use std::io::{Cursor, Read as _, Write as _};

use thiserror::Error;
use zip::read::ZipFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Most entries of a package.
const MOST_ENTRIES: usize = 2_000;
/// Most bytes of all parts together.
const MOST_BYTES: u64 = 200 * 1024 * 1024;
/// Most bytes out of one byte in. Small parts may do better: a page of blank cells is no bomb.
const MOST_RATIO: u64 = 100;
/// Parts up to this size are not judged by their ratio.
const SMALL_PART: u64 = 1024 * 1024;

/// Why a package is not opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PackageError {
    /// No ZIP archive, or a damaged one.
    #[error("the file is no readable Word file: {what}")]
    Damaged {
        /// What is wrong.
        what: String,
    },
    /// Something that has no place in a document.
    #[error("the file holds {what}, which is not accepted")]
    Forbidden {
        /// What it is, with the name of the part.
        what: String,
    },
    /// Larger than a document may be when unpacked.
    #[error("the file unpacks to {what}; make it smaller")]
    TooLarge {
        /// How large it is and how large it may be.
        what: String,
    },
}

impl PackageError {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    pub(crate) fn forbidden(what: impl Into<String>) -> Self {
        Self::Forbidden { what: what.into() }
    }
}

struct Part {
    name: String,
    bytes: Vec<u8>,
}

/// The parts of a package in their order.
pub(crate) struct Package {
    parts: Vec<Part>,
}

impl Package {
    /// Unpacks a package into memory.
    ///
    /// # Errors
    /// [`PackageError`] for damage, for names that lead elsewhere, links, encryption, macros, and beyond the limits.
    pub(crate) fn open(file: &[u8]) -> Result<Self, PackageError> {
        let mut archive =
            ZipArchive::new(Cursor::new(file)).map_err(|error| PackageError::damaged(error.to_string()))?;
        if archive.len() > MOST_ENTRIES {
            let what = format!("{} entries, {MOST_ENTRIES} are allowed", archive.len());
            return Err(PackageError::TooLarge { what });
        }
        if archive.offset() != 0 || archive.has_duplicate_names() {
            return Err(PackageError::damaged(
                "two readers would see two different files in it",
            ));
        }
        let mut left = MOST_BYTES.min((file.len() as u64).saturating_mul(MOST_RATIO).max(SMALL_PART));
        let mut seen = HashSet::new();
        let mut parts = Vec::with_capacity(archive.len());
        for index in 0..archive.len() {
            let mut entry = archive
                .by_index(index)
                .map_err(|error| PackageError::damaged(error.to_string()))?;
            let name = entry
                .name()
                .map_err(|error| PackageError::damaged(error.to_string()))?
                .into_owned();
            check_entry(&name, &entry)?;
            if !seen.insert(name.to_ascii_lowercase()) {
                return Err(PackageError::damaged(format!("it holds {name} twice")));
            }
            if entry.is_dir() {
                continue;
            }
            let allowed = left.min(entry.compressed_size().saturating_mul(MOST_RATIO).max(SMALL_PART));
            let mut bytes = Vec::new();
            let read = entry.by_ref().take(allowed + 1).read_to_end(&mut bytes);
            read.map_err(|error| PackageError::damaged(format!("{name}: {error}")))?;
            if bytes.len() as u64 > allowed {
                let what =
                    format!("more than 200 MB, or to more than {MOST_RATIO} times its size, at {name}");
                return Err(PackageError::TooLarge { what });
            }
            left -= bytes.len() as u64;
            parts.push(Part { name, bytes });
        }
        Ok(Self { parts })
    }

    /// A package without parts.
    pub(crate) const fn empty() -> Self {
        Self { parts: Vec::new() }
    }

    /// The bytes of a part.
    pub(crate) fn bytes(&self, name: &str) -> Option<&[u8]> {
        let part = self.parts.iter().find(|part| part.name == name)?;
        Some(&part.bytes)
    }

    /// Names of all parts.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|part| part.name.as_str())
    }

    /// Replaces a part, or adds it at the end.
    pub(crate) fn put(&mut self, name: &str, bytes: Vec<u8>) {
        match self.parts.iter_mut().find(|part| part.name == name) {
            Some(part) => part.bytes = bytes,
            None => self.parts.push(Part {
                name: name.to_owned(),
                bytes,
            }),
        }
    }

    /// The package as a file; the same parts always give the same bytes.
    ///
    /// # Errors
    /// When a part cannot be packed.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, PackageError> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for part in &self.parts {
            let method = if is_compressed(&part.name) {
                CompressionMethod::Stored
            } else {
                CompressionMethod::Deflated
            };
            let options = SimpleFileOptions::default().compression_method(method);
            writer
                .start_file(part.name.as_str(), options)
                .map_err(|error| PackageError::damaged(error.to_string()))?;
            writer
                .write_all(&part.bytes)
                .map_err(|error| PackageError::damaged(error.to_string()))?;
        }
        Ok(writer
            .finish()
            .map_err(|error| PackageError::damaged(error.to_string()))?
            .into_inner())
    }
}

fn is_compressed(name: &str) -> bool {
    let suffix = name.rsplit('.').next().unwrap_or_default();
    ["png", "jpg", "jpeg"]
        .iter()
        .any(|known| suffix.eq_ignore_ascii_case(known))
}

fn check_entry<R: std::io::Read>(name: &str, entry: &ZipFile<'_, R>) -> Result<(), PackageError> {
    let leads_elsewhere = name.starts_with('/')
        || name.contains(['\\', ':', '\0'])
        || name.split('/').any(|step| step == ".." || step == ".");
    if leads_elsewhere {
        return Err(PackageError::forbidden(format!("the path {name:?}")));
    }
    if entry.is_symlink() {
        return Err(PackageError::forbidden(format!("the link {name}")));
    }
    if entry.encrypted() {
        return Err(PackageError::forbidden(format!("the encrypted part {name}")));
    }
    let method = entry.compression();
    if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(PackageError::forbidden(format!(
            "the part {name} packed as {method}"
        )));
    }
    let lower = name.to_ascii_lowercase();
    let is_macro =
        lower.ends_with("vbaproject.bin") || lower.contains("vbadata") || lower.contains("/activex/");
    if is_macro {
        return Err(PackageError::forbidden(format!("the macro {name}")));
    }
    Ok(())
}
