//! Files stay small enough to read: production files have at most 800 lines.

use std::fs;
use std::path::{Path, PathBuf};

const MOST_LINES: usize = 800;

/// Walks the sources and names every file that is too long. Tests at the end of a file do not count.
pub(crate) fn check() -> Result<String, Vec<String>> {
    let mut files = Vec::new();
    for root in ["libs", "crates", "xtask", "web"] {
        collect(Path::new(root), &mut files);
    }
    let problems: Vec<String> = files.iter().filter_map(|file| too_long(file)).collect();
    if problems.is_empty() {
        Ok(format!("{} files", files.len()))
    } else {
        Err(problems)
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let skipped = ["target", "node_modules", "dist", "generated"]
            .iter()
            .any(|skipped| name == *skipped);
        if path.is_dir() && !skipped {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|ending| ["rs", "ts", "vue"].iter().any(|known| ending == *known))
        {
            files.push(path);
        }
    }
}

fn too_long(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let production = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = production.lines().count();
    (lines > MOST_LINES).then(|| {
        format!(
            "{}: {lines} lines; split what does not belong together",
            file.display()
        )
    })
}
