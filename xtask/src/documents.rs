//! Documents tell the truth about places: every path they name in backticks exists.

use std::fs;
use std::path::{Path, PathBuf};

/// Checks README.md and docs/*.md.
pub(crate) fn check() -> Result<String, Vec<String>> {
    let mut documents: Vec<PathBuf> = vec![PathBuf::from("README.md")];
    documents.extend(
        fs::read_dir("docs")
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path()),
    );
    documents.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    let mut named = 0;
    let mut problems = Vec::new();
    for document in &documents {
        let text =
            fs::read_to_string(document).map_err(|error| vec![format!("{}: {error}", document.display())])?;
        for path in paths(&text) {
            named += 1;
            if !Path::new(path).exists() {
                problems.push(format!(
                    "{} names {path}, which does not exist",
                    document.display()
                ));
            }
        }
    }
    if problems.is_empty() {
        Ok(format!("{named} paths in {} documents", documents.len()))
    } else {
        Err(problems)
    }
}

/// Inline code that begins with a folder of ours and has no blank or placeholder.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    const ROOTS: [&str; 10] = [
        "libs/",
        "crates/",
        "web/",
        "docs/",
        "scripts/",
        "xtask/",
        "judges/",
        "examples/",
        "deploy/",
        "openapi/",
    ];
    text.split('`').skip(1).step_by(2).filter(|code| {
        let ours = ROOTS.iter().any(|root| code.starts_with(root));
        ours && !code.contains([' ', '<', '*', '…', '{', '\n'])
    })
}
