//! OpenSSL as a command, in a folder of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::pki::Pki;

/// Runs OpenSSL in a folder of its own.
pub(crate) struct OpenSsl {
    folder: TempDir,
}

impl OpenSsl {
    /// `None` when the program is not there; the reason is printed.
    pub(crate) fn find() -> Option<Self> {
        match Command::new("openssl").arg("version").output() {
            Ok(_) => Some(Self {
                folder: tempfile::tempdir().unwrap(),
            }),
            Err(error) => {
                println!("skipped: openssl cannot be started: {error}");
                None
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path().join(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path().join(name)).unwrap()
    }

    /// Whether the command line succeeded, and everything it printed.
    pub(crate) fn run(&self, line: &str) -> (bool, String) {
        let output = Command::new("openssl")
            .args(line.split_whitespace())
            .current_dir(self.path())
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    }

    pub(crate) fn accepts(&self, line: &str) -> String {
        let (accepted, text) = self.run(line);
        assert!(accepted, "openssl {line}\n{text}");
        text
    }

    /// Writes the certificates of a hierarchy as PEM.
    pub(crate) fn write_pki(&self, pki: &Pki) {
        for (file, name) in [
            ("root", "Test Root"),
            ("issuing", "Test Issuing"),
            ("leaf", "张三"),
        ] {
            self.write_certificate(pki, file, name);
        }
    }

    /// Writes the certificate of `name` as `file.der` and `file.pem`.
    pub(crate) fn write_certificate(&self, pki: &Pki, file: &str, name: &str) {
        self.write(&format!("{file}.der"), pki.certificate(name).der());
        self.accepts(&format!("x509 -inform DER -in {file}.der -out {file}.pem"));
    }

    /// Writes the key of `name` as `file.key.pem`.
    pub(crate) fn write_key(&self, pki: &Pki, file: &str, name: &str) {
        self.write("key.der", pki.pkcs8(name));
        self.accepts(&format!("pkey -inform DER -in key.der -out {file}.key.pem"));
    }
}
