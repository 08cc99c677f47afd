//! The folder in which one server makes the folders of its jobs. It holds a lock, so that another server can tell whether
//! its owner still lives: a killed one removes nothing.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = "qishu-office-";
const LOCK: &str = "lock";

/// A locked folder; it is removed with this value.
pub(super) struct RootFolder {
    folder: TempDir,
    /// Held as long as the folder is used.
    _lock: File,
}

impl RootFolder {
    /// Makes one in the folder for temporary files.
    ///
    /// # Errors
    /// When it cannot be made or locked.
    pub(super) fn make(temp_folder: &Path) -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(temp_folder)?;
        let lock = File::create_new(folder.path().join(LOCK))?;
        lock.try_lock()?;
        Ok(Self { folder, _lock: lock })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes the folders of servers that are gone; answers how many.
pub(super) fn sweep(temp_folder: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(temp_folder) else {
        return 0;
    };
    let left: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX))
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(|path| is_left_over(path))
        .collect();
    let removed = left.iter().filter(|path| match std::fs::remove_dir_all(path) {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "a folder of an earlier conversion cannot be removed");
            false
        }
    });
    removed.count()
}

fn is_left_over(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)) {
        Ok(lock) => match lock.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => {
                tracing::warn!(path = %folder.display(), %error, "a lock cannot be tried");
                false
            }
        },
        // Another server is making it just now.
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_killed_servers_go_and_those_of_living_ones_stay() {
        let temp = tempfile::tempdir().unwrap();
        let alive = RootFolder::make(temp.path()).unwrap();
        let (killed, being_made, foreign) = (
            temp.path().join("qishu-office-killed"),
            temp.path().join("qishu-office-being-made"),
            temp.path().join("somebody-elses"),
        );
        for folder in [&killed, &being_made, &foreign] {
            std::fs::create_dir_all(folder.join("job")).unwrap();
        }
        std::fs::write(killed.join(LOCK), "").unwrap();
        std::fs::write(killed.join("job/in.docx"), "secret").unwrap();
        std::fs::write(foreign.join(LOCK), "").unwrap();

        assert_eq!(sweep(temp.path()), 1);
        assert!(!killed.exists());
        assert!(alive.path().is_dir() && being_made.is_dir() && foreign.is_dir());

        let path = alive.path().to_owned();
        drop(alive);
        assert!(!path.exists(), "a server that ends cleans up itself");
    }
}
