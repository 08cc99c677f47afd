//! What we build from: licences that allow it, one source, no second provider of cryptography.

use std::collections::BTreeSet;
use std::process::Command;

/// Licences that a dependency may offer; of alternatives one must be here, of a conjunction all.
const LICENCES: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "OpenSSL",
    "Unicode-3.0",
    "Zlib",
];

/// Crates that must not come in: a second TLS or crypto provider, or one with an unfixed advisory.
const BANNED: [(&str, &str); 5] = [
    ("native-tls", "aws-lc-rs with rustls is the one TLS stack"),
    ("openssl", "aws-lc-rs is the one provider of cryptography"),
    ("openssl-sys", "aws-lc-rs is the one provider of cryptography"),
    ("ring", "aws-lc-rs is the one provider of cryptography"),
    (
        "rsa",
        "unfixed timing advisory; RSA keys are used by aws-lc-rs only",
    ),
];

/// Checks every package that a build of the workspace or of its tests really uses.
pub(crate) fn check() -> Result<String, Vec<String>> {
    let packages = used_packages()?;
    let problems: Vec<String> = packages.iter().filter_map(|line| problem(line)).collect();
    if problems.is_empty() {
        Ok(format!("{} packages", packages.len()))
    } else {
        Err(problems)
    }
}

/// Lines `name version|licence` of `cargo tree`, which leaves out what the lock file names but nothing uses.
fn used_packages() -> Result<BTreeSet<String>, Vec<String>> {
    let arguments = [
        "tree",
        "--workspace",
        "--locked",
        "--prefix",
        "none",
        "--edges",
        "all",
        "--format",
        "{p}|{l}",
    ];
    let output = Command::new("cargo").args(arguments).output();
    let output = output.map_err(|error| vec![format!("cargo tree does not start: {error}")])?;
    if !output.status.success() {
        return Err(vec![String::from_utf8_lossy(&output.stderr).into_owned()]);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text
        .lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .filter(|line| line.contains('|'))
        .collect())
}

fn problem(line: &str) -> Option<String> {
    let (package, licence) = line.rsplit_once('|')?;
    let name = package.split(' ').next().unwrap_or_default();
    if let Some((_, reason)) = BANNED.iter().find(|(banned, _)| *banned == name) {
        return Some(format!("{name} is banned: {reason}"));
    }
    if package.contains("(http") || package.contains("(git") {
        return Some(format!("{package} does not come from the registry"));
    }
    (!permitted(licence))
        .then(|| format!("{name}: licence {licence:?} is not on the list in xtask/src/licences.rs"))
}

/// Reads the common forms of SPDX expressions: `A OR B`, `A/B`, `(A OR B) AND C`.
fn permitted(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    expression.split(" AND ").all(|part| {
        let part = part.trim_matches(|c| c == '(' || c == ')' || c == ' ');
        part.split(" OR ")
            .any(|licence| LICENCES.contains(&licence.trim_matches(|c| c == '(' || c == ')' || c == ' ')))
    })
}

#[cfg(test)]
mod tests {
    use super::permitted;

    #[test]
    fn alternatives_need_one_and_conjunctions_all() {
        assert!(permitted("MIT OR GPL-3.0-only"));
        assert!(permitted("(Apache-2.0 OR MIT) AND Unicode-3.0"));
        assert!(permitted("MIT/Apache-2.0"));
        assert!(!permitted("GPL-3.0-only"));
        assert!(!permitted("MIT AND GPL-3.0-only"));
        assert!(!permitted(""));
    }
}
