//! Which crate may use which: arrows only go down (`docs/architecture.md`).

use crate::metadata::{list, read, text};

/// Every allowed edge between crates of the workspace. Crates that are not named may use none of ours.
const ALLOWED: [(&str, &[&str]); 10] = [
    ("pdfseal", &["sealpki"]),
    ("qishu-authority", &["qishu-model", "sealpki"]),
    ("qishu-callback", &["qishu-model"]),
    ("qishu-store", &["qishu-model"]),
    ("qishu-wire", &["qishu-model"]),
    (
        "qishu-app",
        &[
            "pdfseal",
            "qishu-authority",
            "qishu-blob",
            "qishu-callback",
            "qishu-convert",
            "qishu-model",
            "qishu-provider",
            "qishu-sealart",
            "qishu-store",
            "sealpki",
        ],
    ),
    ("qishu-server", &["qishu-app", "qishu-model", "qishu-wire"]),
    (
        "qishu",
        &[
            "pdfseal",
            "qishu-app",
            "qishu-authority",
            "qishu-blob",
            "qishu-callback",
            "qishu-config",
            "qishu-convert",
            "qishu-model",
            "qishu-provider",
            "qishu-server",
            "qishu-store",
            "sealpki",
        ],
    ),
    ("qishu-testkit", &["qishu-model", "qishu-store"]),
    ("xtask", &["qishu-model", "qishu-server", "qishu-wire"]),
];

/// Tests may also use the test kit and, below the server, whatever they set up.
fn allowed(from: &str, to: &str, is_test: bool) -> bool {
    let named = ALLOWED
        .iter()
        .any(|(name, targets)| *name == from && targets.contains(&to));
    named || (is_test && (to == "qishu-testkit" || matches!(from, "qishu-server" | "qishu-app" | "qishu")))
}

/// Compares the edges of the workspace with the allowed ones.
pub(crate) fn check() -> Result<String, Vec<String>> {
    let metadata = read()?;
    let packages = list(&metadata, "packages");
    let names: Vec<&str> = packages.iter().map(|package| text(package, "name")).collect();
    let mut problems = Vec::new();
    let mut edges = 0;
    for package in packages {
        let from = text(package, "name");
        for dependency in list(package, "dependencies") {
            let to = text(dependency, "name");
            let is_test = text(dependency, "kind") == "dev";
            if !names.contains(&to) || to == from {
                continue;
            }
            edges += 1;
            if !allowed(from, to, is_test) {
                problems.push(format!(
                    "{from} must not use {to}: see the arrows in docs/architecture.md"
                ));
            }
        }
    }
    if problems.is_empty() {
        Ok(format!("{edges} edges, all go down"))
    } else {
        Err(problems)
    }
}
