//! Blobs as files: `<root>/ab/cd/abcd…`, written beside their place, synced, renamed, and the folder synced.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use bytes::Bytes;

use crate::digest::Digest;
use crate::{BlobError, Swept};

/// Temporary files start with this; blobs never do.
const TEMPORARY: &str = ".put-";

pub(crate) struct Folder {
    root: PathBuf,
    made: AtomicU64,
    /// Folders known to be durable; at most 65,536.
    ready: Mutex<HashSet<PathBuf>>,
    /// Held while a sweep looks and removes, so that a blob put again meanwhile is not removed under its new owner.
    sweeping: RwLock<()>,
}

impl Folder {
    pub(crate) fn open(root: PathBuf) -> Result<Self, BlobError> {
        make_folder(&root).map_err(failed("cannot make", &root))?;
        Ok(Self {
            root,
            made: AtomicU64::new(0),
            ready: Mutex::default(),
            sweeping: RwLock::new(()),
        })
    }

    fn place(&self, digest: &Digest) -> (PathBuf, PathBuf) {
        let name = digest.to_string();
        let folder = self.root.join(&name[..2]).join(&name[2..4]);
        let file = folder.join(name);
        (folder, file)
    }

    pub(crate) fn put(&self, digest: &Digest, bytes: &[u8]) -> Result<(), BlobError> {
        let _not_sweeping = self.sweeping.read().unwrap_or_else(PoisonError::into_inner);
        let (folder, file) = self.place(digest);
        self.make_fan_out(&folder)?;
        // Also when it is there already: that renews its time for the sweep, and heals it should it be damaged.
        self.write(&folder, &file, bytes)?;
        sync_folder(&folder).map_err(failed("cannot sync", &folder))
    }

    /// Makes the folder and syncs those above it, once per folder and process: a folder that is there may have been made by
    /// somebody who has not synced it yet.
    fn make_fan_out(&self, folder: &Path) -> Result<(), BlobError> {
        if self
            .ready
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(folder)
        {
            return Ok(());
        }
        make_folder(folder).map_err(failed("cannot make", folder))?;
        for parent in folder
            .ancestors()
            .skip(1)
            .take_while(|parent| parent.starts_with(&self.root))
        {
            sync_folder(parent).map_err(failed("cannot sync", parent))?;
        }
        self.ready
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(folder.to_owned());
        Ok(())
    }

    fn write(&self, folder: &Path, file: &Path, bytes: &[u8]) -> Result<(), BlobError> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let temporary = folder.join(format!("{TEMPORARY}{}-{number}", std::process::id()));
        let written = write_synced(&temporary, bytes).and_then(|()| fs::rename(&temporary, file));
        written.map_err(|error| {
            // Best effort: the sweep removes what stays.
            let _ = fs::remove_file(&temporary);
            failed("cannot write", file)(error)
        })
    }

    pub(crate) fn read(&self, digest: &Digest) -> Result<Bytes, BlobError> {
        let (_, file) = self.place(digest);
        match fs::read(&file) {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(BlobError::Missing { digest: *digest })
            }
            Err(error) => Err(failed("cannot read", &file)(error)),
        }
    }

    pub(crate) fn exists(&self, digest: &Digest) -> Result<bool, BlobError> {
        let (_, file) = self.place(digest);
        file.try_exists().map_err(failed("cannot look for", &file))
    }

    pub(crate) fn sweep(
        &self,
        before: SystemTime,
        named: impl Fn(&Digest) -> bool,
    ) -> Result<Swept, BlobError> {
        let mut swept = Swept::default();
        for outer in folders(&self.root)? {
            for inner in folders(&outer)? {
                // One small folder at a time, so that puts wait only briefly.
                let _sweeping = self.sweeping.write().unwrap_or_else(PoisonError::into_inner);
                for entry in fs::read_dir(&inner).map_err(failed("cannot list", &inner))? {
                    let entry = entry.map_err(failed("cannot list", &inner))?;
                    sweep_one(&entry, before, &named, &mut swept)
                        .map_err(failed("cannot sweep", &entry.path()))?;
                }
            }
        }
        Ok(swept)
    }
}

fn sweep_one(
    entry: &fs::DirEntry,
    before: SystemTime,
    named: &impl Fn(&Digest) -> bool,
    swept: &mut Swept,
) -> io::Result<()> {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    let digest = name.parse::<Digest>().ok();
    if digest.is_none() && !name.starts_with(TEMPORARY) {
        // Not ours.
        return Ok(());
    }
    if digest.is_some_and(|digest| named(&digest)) || entry.metadata()?.modified()? >= before {
        swept.kept += 1;
        return Ok(());
    }
    fs::remove_file(entry.path())?;
    swept.removed += 1;
    Ok(())
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut open = OpenOptions::new();
    open.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut open, 0o600);
    let mut file = open.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

fn folders(path: &Path) -> Result<Vec<PathBuf>, BlobError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(failed("cannot list", path))? {
        let entry = entry.map_err(failed("cannot list", path))?;
        if entry.file_type().map_err(failed("cannot list", path))?.is_dir() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn failed(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> BlobError {
    let what = format!("{what} {}", path.display());
    move |source| BlobError::Io { what, source }
}
