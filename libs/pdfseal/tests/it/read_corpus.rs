//! The reader on real files, when they are there: what is accepted, and why the others are not.

use std::path::PathBuf;

use pdfseal::{Document, Limits};

/// The sample folder beside the workspace, or nothing.
pub(crate) fn samples() -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/samples");
    let mut files = Vec::new();
    for folder in [root.clone(), root.join("pdf")] {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files.extend(
            entries
                .map(|e| e.path())
                .filter(|p| p.extension().is_some_and(|e| e == "pdf")),
        );
    }
    files.sort();
    files
}

#[test]
fn at_least_95_percent_of_the_samples_open() {
    let files = samples();
    let mut accepted = 0;
    for path in &files {
        let bytes = std::fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        match Document::open(&bytes, &Limits::default()) {
            Ok(document) => {
                accepted += 1;
                println!(
                    "accepted {name}: {} pages, {} revisions",
                    document.pages().len(),
                    document.revisions().len()
                );
            }
            Err(error) => println!("refused  {name}: {error}"),
        }
    }
    assert!(
        accepted * 100 >= files.len() * 95,
        "{accepted} of {}",
        files.len()
    );
}
