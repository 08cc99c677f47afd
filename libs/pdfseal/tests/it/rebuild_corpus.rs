//! The clean rewrite on real files, when they are there: what is accepted, and that it looks the same.

use std::path::Path;
use std::process::Command;

use pdfseal::{Document, Limits, rebuild};

use crate::read_corpus::samples;

#[test]
fn at_least_95_percent_of_the_samples_are_rewritten() {
    let files = samples();
    let mut accepted = 0;
    for path in &files {
        let bytes = std::fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy();
        match rebuild(&bytes, &Limits::default()) {
            Ok(rebuilt) => {
                accepted += 1;
                let document = Document::open(&rebuilt.bytes, &Limits::default()).unwrap();
                assert_eq!(document.pages().len(), rebuilt.page_count, "{name}");
                assert_eq!(document.revisions().len(), 1, "{name}");
                let again = rebuild(&bytes, &Limits::default()).unwrap();
                assert!(
                    again.bytes == rebuilt.bytes,
                    "{name} is rewritten differently the second time"
                );
                println!(
                    "rewritten {name}: {} -> {} bytes, {:?}",
                    bytes.len(),
                    rebuilt.bytes.len(),
                    rebuilt.removed
                );
            }
            Err(error) => println!("refused   {name}: {error}"),
        }
    }
    assert!(
        accepted * 100 >= files.len() * 95,
        "{accepted} of {}",
        files.len()
    );
}

/// Pages as poppler draws them, or nothing when it is not installed.
fn rendered(pdf: &Path, folder: &Path) -> Option<Vec<Vec<u8>>> {
    std::fs::create_dir_all(folder).unwrap();
    let status = Command::new("pdftoppm")
        .args(["-r", "72"])
        .arg(pdf)
        .arg(folder.join("p"))
        .output()
        .ok()?;
    assert!(status.status.success(), "{}", pdf.display());
    let mut pages: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    pages.sort();
    Some(pages.iter().map(|page| std::fs::read(page).unwrap()).collect())
}

#[test]
fn rewritten_samples_look_the_same() {
    let folder = std::env::temp_dir().join(format!("pdfseal-rebuild-{}", std::process::id()));
    let mut different = Vec::new();
    for path in samples() {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Ok(rebuilt) = rebuild(&bytes, &Limits::default()) else {
            continue;
        };
        let target = folder.join(&name);
        std::fs::create_dir_all(&target).unwrap();
        let file = target.join("new.pdf");
        std::fs::write(&file, &rebuilt.bytes).unwrap();
        let Some(before) = rendered(&path, &target.join("before")) else {
            println!("pdftoppm is not installed, nothing is compared");
            break;
        };
        let after = rendered(&file, &target.join("after")).unwrap();
        // Its check mark has no usable appearance, so each viewer draws one of its own; ours is another.
        if before != after && name != "checkbox-bad-appearance" {
            different.push(name);
        }
    }
    assert!(
        different.is_empty(),
        "look different: {different:?}, see {}",
        folder.display()
    );
    std::fs::remove_dir_all(&folder).unwrap_or(());
}
