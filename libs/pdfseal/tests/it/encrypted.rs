//! Files encrypted with an empty user password are read and judged; they are not signed.

use std::process::Command;

use pdfseal::{
    Document, Limits, Object, ReadError, rebuild,
    sign::{PlanError, SigningPlan},
    verify::verify,
};
use sealpki::KeyAlgorithm;

use crate::attack::scene::{Scene, contract};
use crate::sign::NOW;

/// The methods by the options that make them.
const METHODS: [(&str, &[&str]); 6] = [
    ("RC4 with 40 bits", &["40"]),
    ("RC4 with 128 bits", &["128", "--use-aes=n"]),
    ("RC4 by crypt filters", &["128", "--use-aes=n", "--force-V4"]),
    ("AES-128", &["128", "--use-aes=y"]),
    (
        "AES-128 without metadata",
        &["128", "--use-aes=y", "--cleartext-metadata"],
    ),
    ("AES-256", &["256"]),
];

/// Encrypts by qpdf; `None` when it is not installed.
fn encrypted(name: &str, user: &str, options: &[&str]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.pdf"), folder.path().join("to.pdf"));
    std::fs::write(&from, contract()).unwrap();
    let run = Command::new("qpdf")
        .arg("--allow-weak-crypto")
        .args(["--encrypt", user, "owner"])
        .args(options)
        .arg("--")
        .args([&from, &to])
        .output();
    let Ok(run) = run else {
        println!("qpdf is not installed, {name} is not tried");
        return None;
    };
    assert!(
        run.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    Some(std::fs::read(&to).unwrap())
}

#[test]
fn every_method_is_read() {
    for (name, options) in METHODS {
        let Some(file) = encrypted(name, "", options) else {
            return;
        };
        let document = Document::open_encrypted(&file, &Limits::default()).unwrap();
        assert!(document.is_encrypted(), "{name}");
        let page = &document.pages()[0];
        let content = document.get(&page.dictionary, "Contents").unwrap().into_owned();
        let content = document.decode(content.as_stream().unwrap()).unwrap();
        assert!(
            content.starts_with(b"BT /F 12 Tf 72 700 Td (Pay 100) Tj ET"),
            "{name}"
        );
        let information = document.get(document.trailer(), "Info").unwrap().into_owned();
        let title = information.as_dictionary().unwrap().get("Title").cloned();
        assert_eq!(
            title.as_ref().and_then(Object::as_string).unwrap().bytes,
            b"Contract",
            "{name}"
        );
        assert_eq!(
            Document::open(&file, &Limits::default()).unwrap_err(),
            ReadError::Encrypted
        );
        assert!(
            matches!(rebuild(&file, &Limits::default()), Err(ReadError::Encrypted)),
            "{name}"
        );
        assert!(
            matches!(
                SigningPlan::prepare(&file, &Limits::default()),
                Err(PlanError::Read(ReadError::Encrypted))
            ),
            "{name}"
        );
        assert!(
            matches!(
                SigningPlan::from_document(&document),
                Err(PlanError::Read(ReadError::Encrypted))
            ),
            "{name}"
        );
    }
}

#[test]
fn a_password_is_asked_for_by_nobody() {
    for (name, options) in METHODS {
        let Some(file) = encrypted(name, "secret", options) else {
            return;
        };
        let error = Document::open_encrypted(&file, &Limits::default()).unwrap_err();
        assert_eq!(error, ReadError::Encrypted, "{name}");
    }
}

#[test]
fn signatures_in_encrypted_files_are_judged() {
    let scene = Scene::new(KeyAlgorithm::EcdsaP256);
    for (name, options) in METHODS {
        let Some(file) = encrypted(name, "", options) else {
            return;
        };
        let report = verify(
            &file,
            &Limits::default(),
            std::slice::from_ref(&scene.root),
            NOW.unix_seconds,
        );
        assert_eq!(report.failure, None, "{name}");
        assert!(report.signatures.is_empty(), "{name}");
    }
}

#[test]
fn damaged_handlers_are_refused_without_a_panic() {
    let Some(file) = encrypted("AES-256", "", &["256"]) else {
        return;
    };
    let start = file.windows(8).rposition(|window| window == b"/Encrypt").unwrap();
    let object = file
        .windows(17)
        .position(|window| window == b"/Filter /Standard")
        .unwrap();
    for at in (object.saturating_sub(400)..object + 900).chain(start..file.len()) {
        let mut changed = file.clone();
        if let Some(byte) = changed.get_mut(at) {
            *byte ^= 1 << (at % 8);
        }
        if let Ok(document) = Document::open_encrypted(&changed, &Limits::default()) {
            let _ = document.get(document.trailer(), "Info");
        }
    }
}
