//! Files that must be there whole or not at all, and only for whom they are meant.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Who may read a new file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Privacy {
    /// Everybody: certificates.
    Public,
    /// The owner only: keys, also sealed ones.
    Secret,
}

/// Creates a file that must not be there, and writes it and its name through to the disk.
pub(crate) fn write_new(path: &Path, bytes: &[u8], privacy: Privacy) -> io::Result<()> {
    let mode = match privacy {
        Privacy::Public => 0o644,
        Privacy::Secret => 0o600,
    };
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // A file that is there counts as complete; half of one must not stay.
        fs::remove_file(path)?;
        return Err(error);
    }
    sync_parent(path)
}

/// Puts a file in the place of whatever has its name; others see the old one or the new one, whole.
pub(crate) fn replace(path: &Path, bytes: &[u8], privacy: Privacy) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".new-{}", std::process::id()));
    let temporary = path.with_file_name(name);
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => write_new(&temporary, bytes, privacy)?,
    }
    fs::rename(&temporary, path)?;
    sync_parent(path)
}

/// Removes a file that may be there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Creates a folder for its owner only, which must not be there.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// Writes the name of a file or folder through to the disk.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or_else(|| Path::new(".")))?.sync_all()
}

/// The contents of a regular file and its permission bits, both of the same open file.
pub(crate) fn read(path: &Path, len_max: u64) -> io::Result<(Vec<u8>, u32)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    if metadata.len() > len_max {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "larger than such a file can be",
        ));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(len_max).unwrap_or_default());
    file.take(len_max).read_to_end(&mut bytes)?;
    Ok((bytes, metadata.mode() & 0o777))
}
