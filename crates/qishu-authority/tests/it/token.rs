//! Keys in a token, with SoftHSM.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use qishu_authority::{
    Authority, AuthorityError, AuthorityServices, Custody, Holder, KeyAlgorithm, OneTimeKey, Reference,
    Token, TokenError, TokenSettings, VerifiedSubject,
};
use sealpki::{MessageImprint, SecretBytes, sha256, verify_detached, verify_time_stamp};
use tempfile::TempDir;

use crate::authority::{NOW_MS, master, names};

const LABEL: &str = "qishu test";
const PIN: &str = "123456";
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
];

fn module() -> Option<PathBuf> {
    MODULES.iter().map(PathBuf::from).find(|path| path.exists())
}

fn settings(module: &Path, label: &str, pin: &str) -> TokenSettings {
    TokenSettings {
        module: module.to_owned(),
        label: label.to_owned(),
        pin: SecretBytes::new(pin.as_bytes().to_vec()),
    }
}

/// Says where SoftHSM keeps its tokens, and starts this very test once more with that in its environment: the library reads
/// it from there, and a test must not change its own environment. `None` in the parent process.
fn in_own_environment(test: &str) -> Option<PathBuf> {
    let is_child = std::env::var_os("SOFTHSM2_CONF").is_some();
    let Some(module) = module() else {
        let is_pipeline = std::env::var_os("CI").is_some();
        assert!(!is_pipeline, "SoftHSM is not installed: apt-get install softhsm2");
        println!("skipped: SoftHSM is not installed (apt-get install softhsm2)");
        return None;
    };
    if is_child {
        return Some(module);
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = folder.path().join("tokens");
    fs::create_dir(&tokens).unwrap();
    let file = folder.path().join("softhsm2.conf");
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    fs::write(&file, text).unwrap();
    let made = Command::new("softhsm2-util")
        .args([
            "--init-token",
            "--free",
            "--label",
            LABEL,
            "--pin",
            PIN,
            "--so-pin",
            "12345678",
        ])
        .env("SOFTHSM2_CONF", &file)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let again = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env("SOFTHSM2_CONF", &file)
        .output()
        .unwrap();
    assert!(
        again.status.success(),
        "{}{}",
        String::from_utf8_lossy(&again.stdout),
        String::from_utf8_lossy(&again.stderr)
    );
    None
}

fn created(token: &Arc<Token>, algorithm: KeyAlgorithm) -> (TempDir, PathBuf, Authority) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("authority");
    let master = master();
    let custody = Custody {
        master: &master,
        token: Some(token),
    };
    let authority = Authority::create_with(&folder, &custody, &names(), algorithm, NOW_MS).unwrap();
    (parent, folder, authority)
}

#[test]
fn the_keys_of_an_authority_are_made_in_the_token_and_sign_there() {
    let Some(module) =
        in_own_environment("token::the_keys_of_an_authority_are_made_in_the_token_and_sign_there")
    else {
        return;
    };
    let token = Token::open(&settings(&module, LABEL, PIN)).unwrap();
    let master = master();
    let custody = Custody {
        master: &master,
        token: Some(&token),
    };
    for algorithm in [
        KeyAlgorithm::EcdsaP256,
        KeyAlgorithm::EcdsaP384,
        KeyAlgorithm::Rsa2048,
    ] {
        let (_parent, folder, authority) = created(&token, algorithm);
        assert_eq!(authority.algorithm(), algorithm);
        let services = AuthorityServices::open_with(&folder, &custody, &authority, NOW_MS).unwrap();
        for role in ["root", "issuing", "tsa", "ocsp"] {
            assert!(!folder.join(format!("{role}.key.sealed")).exists(), "{role}");
            let reference = fs::read_to_string(folder.join(format!("{role}.key.token"))).unwrap();
            assert_eq!(reference.trim().len(), 32);
        }
        let again = Authority::open_with(&folder, &custody).unwrap();
        let subject = VerifiedSubject {
            holder: Holder::Person {
                name: "张三".to_owned(),
            },
            reference: Reference::IdentityDigest([9; 32]),
        };
        let prepared = again.prepare(&subject, "1", [5; 16], NOW_MS).unwrap();
        let signer = again
            .issue(prepared, OneTimeKey::generate(KeyAlgorithm::EcdsaP256).unwrap())
            .unwrap();
        signer
            .certificate()
            .verify_issued_by(authority.issuing_certificate())
            .unwrap();
        let digest = sha256(b"contract");
        verify_detached(&signer.sign_detached(&digest).unwrap(), |_| digest).unwrap();
        let imprint = MessageImprint::of(sealpki::DigestAlgorithm::Sha256, b"file");
        let stamp = services.time_stamp(imprint, [3; 16], NOW_MS).unwrap();
        assert!(stamp.len() <= services.time_stamp_len_max());
        let stamp = verify_time_stamp(&stamp, |algorithm| algorithm.digest(b"file"), &[]).unwrap();
        assert!(
            stamp
                .build_path(&[], &[authority.root_certificate().clone()])
                .is_ok()
        );
    }
}

#[test]
fn without_its_token_an_authority_does_not_open_and_makes_no_new_keys() {
    let name = "token::without_its_token_an_authority_does_not_open_and_makes_no_new_keys";
    let Some(module) = in_own_environment(name) else {
        return;
    };
    let token = Token::open(&settings(&module, LABEL, PIN)).unwrap();
    let (_parent, folder, authority) = created(&token, KeyAlgorithm::EcdsaP256);
    let error = Authority::open(&folder, &master()).unwrap_err();
    assert!(matches!(error, AuthorityError::TokenNeeded(_)), "{error}");
    let master = master();
    let custody = Custody {
        master: &master,
        token: Some(&token),
    };
    AuthorityServices::open_with(&folder, &custody, &authority, NOW_MS).unwrap();
    let before = fs::read(folder.join("tsa.pem")).unwrap();
    let error = AuthorityServices::open(&folder, &master, &authority, NOW_MS)
        .map(drop)
        .unwrap_err();
    assert!(matches!(error, AuthorityError::TokenNeeded(_)), "{error}");
    assert_eq!(fs::read(folder.join("tsa.pem")).unwrap(), before);
    fs::write(
        folder.join("issuing.key.token"),
        "00112233445566778899aabbccddeeff\n",
    )
    .unwrap();
    let error = Authority::open_with(&folder, &custody).unwrap_err();
    assert!(
        matches!(error, AuthorityError::Token(TokenError::NoKey(_))),
        "{error}"
    );
}

#[test]
fn a_token_that_is_not_there_is_named_with_those_that_are() {
    let name = "token::a_token_that_is_not_there_is_named_with_those_that_are";
    let Some(module) = in_own_environment(name) else {
        return;
    };
    let error = Token::open(&settings(&module, "other", PIN)).unwrap_err();
    assert!(error.to_string().contains(LABEL), "{error}");
    assert!(
        Token::open(&settings(&module, LABEL, "654321")).is_err(),
        "a wrong PIN"
    );
    assert!(Token::open(&settings(Path::new("/nowhere.so"), LABEL, PIN)).is_err());
}

#[test]
fn sm2_keys_stay_sealed_files_beside_a_token() {
    let Some(module) = in_own_environment("token::sm2_keys_stay_sealed_files_beside_a_token") else {
        return;
    };
    let token = Token::open(&settings(&module, LABEL, PIN)).unwrap();
    let (_parent, folder, authority) = created(&token, KeyAlgorithm::Sm2);
    assert!(authority.is_sm2());
    assert!(folder.join("issuing.key.sealed").exists() && !folder.join("issuing.key.token").exists());
    assert!(Authority::open(&folder, &master()).is_ok());
}
