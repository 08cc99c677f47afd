//! Immutable bytes named by their SHA-256.
//!
//! What is stored once is never changed: a name is the digest of the content, and every read checks it. A signed revision of
//! a document is a list of parts, of which all but the last are the parts of the revision before, so a signature
//! stores only what it appends. Bytes are durable when [`Blobs::put`] answers.
//!
//! What it refuses to do: know what the bytes are, or who may read them. Who names a blob decides what is swept.

mod cache;
mod digest;
mod folder;

use std::collections::HashMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};

use cache::Cache;
pub use digest::{Digest, NotADigest};
use folder::Folder;

/// Why bytes could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The stored bytes are not those that were put: a disk fault or a foreign hand. Restore from a backup.
    #[error("blob {digest} is damaged: its content does not have that digest")]
    Damaged {
        /// Name of the blob.
        digest: Digest,
    },
    /// The system refused; nothing was stored.
    #[error("blob folder: {what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// The system's answer.
        source: io::Error,
    },
    /// No blob of this name.
    #[error("blob {digest} does not exist")]
    Missing {
        /// Name of the blob.
        digest: Digest,
    },
    /// The range or a part's length does not fit the parts.
    #[error("bytes {start}..{end} were asked of {length} bytes")]
    OutOfRange {
        /// First byte.
        start: u64,
        /// Byte behind the last.
        end: u64,
        /// Bytes there are.
        length: u64,
    },
}

/// A part of a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Part {
    /// Name of the blob.
    pub digest: Digest,
    /// Its length in bytes.
    pub length: u64,
}

/// What a sweep did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Blobs that stayed.
    pub kept: u64,
    /// Blobs and left-over temporary files removed.
    pub removed: u64,
}

/// A store of blobs. Cheap to clone; all clones share the cache.
#[derive(Clone)]
pub struct Blobs {
    place: Arc<Place>,
    cache: Arc<Mutex<Cache>>,
}

enum Place {
    Folder(Folder),
    Memory(Mutex<HashMap<Digest, Bytes>>),
}

impl Blobs {
    /// Blobs in the folder `root`, which is made when missing. Up to `cache_bytes` bytes of verified parts are kept in memory.
    ///
    /// # Errors
    /// [`BlobError::Io`] when the folder cannot be made.
    pub fn in_folder(root: PathBuf, cache_bytes: usize) -> Result<Self, BlobError> {
        Ok(Self::new(Place::Folder(Folder::open(root)?), cache_bytes))
    }

    /// Blobs in memory, for tests.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::new(Place::Memory(Mutex::default()), 0)
    }

    fn new(place: Place, cache_bytes: usize) -> Self {
        Self {
            place: Arc::new(place),
            cache: Arc::new(Mutex::new(Cache::new(cache_bytes))),
        }
    }

    /// Stores bytes; they are durable when it answers. Storing the same bytes again is fine.
    ///
    /// # Errors
    /// [`BlobError::Io`], e.g. when the disk is full; nothing is stored then.
    pub async fn put(&self, bytes: Bytes) -> Result<Digest, BlobError> {
        let place = Arc::clone(&self.place);
        blocking(move || {
            let digest = Digest::of(&bytes);
            match place.as_ref() {
                Place::Folder(folder) => folder.put(&digest, &bytes)?,
                Place::Memory(map) => {
                    map.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(digest, bytes);
                }
            }
            Ok(digest)
        })
        .await
    }

    /// Reads a blob and checks it against its name.
    ///
    /// # Errors
    /// [`BlobError::Missing`], [`BlobError::Damaged`], [`BlobError::Io`].
    pub async fn get(&self, digest: &Digest) -> Result<Bytes, BlobError> {
        if let Some(bytes) = self.cache().find(digest) {
            return Ok(bytes);
        }
        let (place, digest) = (Arc::clone(&self.place), *digest);
        let bytes = blocking(move || {
            let bytes = match place.as_ref() {
                Place::Folder(folder) => folder.read(&digest)?,
                Place::Memory(map) => {
                    let map = map.lock().unwrap_or_else(PoisonError::into_inner);
                    map.get(&digest).cloned().ok_or(BlobError::Missing { digest })?
                }
            };
            if Digest::of(&bytes) == digest {
                Ok(bytes)
            } else {
                Err(BlobError::Damaged { digest })
            }
        })
        .await?;
        self.cache().keep(digest, &bytes);
        Ok(bytes)
    }

    /// Reads a whole revision.
    ///
    /// # Errors
    /// As [`Blobs::get`]; [`BlobError::OutOfRange`] when a part has not the length it should.
    pub async fn read_parts(&self, parts: &[Part]) -> Result<Bytes, BlobError> {
        self.read_range(parts, 0..total(parts)).await
    }

    /// Reads bytes `range` of a revision. Each part it touches is read whole and checked; others are not read.
    ///
    /// # Errors
    /// As [`Blobs::get`]; [`BlobError::OutOfRange`] when the range goes past the end.
    pub async fn read_range(&self, parts: &[Part], range: Range<u64>) -> Result<Bytes, BlobError> {
        let length = total(parts);
        let refused = |length| BlobError::OutOfRange {
            start: range.start,
            end: range.end,
            length,
        };
        if range.start > range.end || range.end > length {
            return Err(refused(length));
        }
        let mut pieces = Vec::new();
        let mut part_start = 0_u64;
        for part in parts {
            let part_end = part_start.saturating_add(part.length);
            let (from, to) = (range.start.max(part_start), range.end.min(part_end));
            if from < to {
                let bytes = self.get(&part.digest).await?;
                let actual = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                let piece = usize::try_from(from - part_start)
                    .ok()
                    .zip(usize::try_from(to - part_start).ok());
                let (from, to) = piece
                    .filter(|_| actual == part.length)
                    .ok_or_else(|| refused(actual))?;
                pieces.push(bytes.slice(from..to));
            }
            part_start = part_end;
        }
        Ok(joined(pieces))
    }

    /// Whether a blob of this name is there. Says nothing about its content.
    ///
    /// # Errors
    /// [`BlobError::Io`].
    pub async fn exists(&self, digest: &Digest) -> Result<bool, BlobError> {
        let (place, digest) = (Arc::clone(&self.place), *digest);
        blocking(move || match place.as_ref() {
            Place::Folder(folder) => folder.exists(&digest),
            Place::Memory(map) => Ok(map
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains_key(&digest)),
        })
        .await
    }

    /// Removes blobs (and left-over temporary files) that were put before `before` and that `named` does not know.
    ///
    /// Give a time at least 24 hours ago (P8): bytes are put before the row that names them is committed. A blob that is put
    /// again counts as new. Blobs in memory have no time and count as old.
    ///
    /// # Errors
    /// [`BlobError::Io`]; what was removed until then stays removed.
    pub async fn sweep(
        &self,
        before: SystemTime,
        named: impl Fn(&Digest) -> bool + Send + 'static,
    ) -> Result<Swept, BlobError> {
        let place = Arc::clone(&self.place);
        blocking(move || match place.as_ref() {
            Place::Folder(folder) => folder.sweep(before, named),
            Place::Memory(map) => {
                let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
                let all = map.len();
                map.retain(|digest, _| named(digest));
                let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
                Ok(Swept {
                    kept: count(map.len()),
                    removed: count(all - map.len()),
                })
            }
        })
        .await
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        // The cache is consistent after every call, so a panic elsewhere does no harm to it.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Length of a revision in bytes.
#[must_use]
pub fn total(parts: &[Part]) -> u64 {
    parts.iter().fold(0, |sum, part| sum.saturating_add(part.length))
}

fn joined(mut pieces: Vec<Bytes>) -> Bytes {
    match (pieces.len(), pieces.pop()) {
        (1, Some(only)) => only,
        (_, None) => Bytes::new(),
        (_, Some(last)) => {
            let mut all = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum::<usize>() + last.len());
            pieces
                .iter()
                .chain([&last])
                .for_each(|piece| all.extend_from_slice(piece));
            all.freeze()
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(BlobError::Io {
            what: "a task ended early".to_owned(),
            source: io::Error::other(error),
        })
    })
}

#[cfg(test)]
mod tests;
