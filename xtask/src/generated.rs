//! Files that are made of the code and kept in the repository.

use std::fs;

/// Writes a file; with `--check` compares it with what is there.
pub(crate) fn run(path: &str, made: &str, task: &str) -> Result<String, Vec<String>> {
    if std::env::args().any(|argument| argument == "--check") {
        let known = fs::read_to_string(path).unwrap_or_default();
        return if known == made {
            Ok(format!("{path} is up to date"))
        } else {
            Err(vec![format!(
                "{path} differs from the code: run cargo run -p xtask -- {task}"
            )])
        };
    }
    fs::write(path, made).map_err(|error| vec![format!("{path}: {error}")])?;
    Ok(format!("{path} written, {} lines", made.lines().count()))
}
