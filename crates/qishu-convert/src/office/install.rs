//! Where LibreOffice is.

use std::path::{Path, PathBuf};

/// Where distributions and the project's own packages put it.
const USUAL: [&str; 6] = [
    "/usr/bin/soffice",
    "/usr/bin/libreoffice",
    "/usr/local/bin/soffice",
    "/usr/lib/libreoffice/program/soffice.bin",
    "/usr/lib64/libreoffice/program/soffice.bin",
    "/opt/libreoffice/program/soffice.bin",
];

/// An installed LibreOffice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeProgram {
    /// The program itself, not the script that starts it: it needs no shell.
    pub binary: PathBuf,
}

impl OfficeProgram {
    /// Looks at the path given, or else at the usual places.
    #[must_use]
    pub fn find(configured: Option<&Path>) -> Option<Self> {
        match configured {
            Some(path) => Self::at(path),
            None => USUAL.iter().find_map(|path| Self::at(Path::new(path))),
        }
    }

    /// The program beside what a starting script or link leads to.
    fn at(path: &Path) -> Option<Self> {
        let real = std::fs::canonicalize(path).ok()?;
        let binary = real.parent()?.join("soffice.bin");
        binary.is_file().then_some(Self { binary })
    }

    /// Folder of the whole installation.
    pub(super) fn root(&self) -> Option<&Path> {
        self.binary.parent()?.parent()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_scripts_lead_to_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("office/program");
        std::fs::create_dir_all(&program).unwrap();
        std::fs::write(program.join("soffice"), "#!/bin/sh").unwrap();
        let link = folder.path().join("soffice");
        std::os::unix::fs::symlink(program.join("soffice"), &link).unwrap();
        assert_eq!(OfficeProgram::find(Some(&link)), None);
        std::fs::write(program.join("soffice.bin"), "").unwrap();
        let found = OfficeProgram::find(Some(&link)).unwrap();
        assert!(found.binary.ends_with("office/program/soffice.bin"));
        assert!(found.root().unwrap().ends_with("office"));
    }
}
