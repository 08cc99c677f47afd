use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use qishu_authority::{Authority, AuthorityError, AuthorityNames, KeyAlgorithm, MasterKey, SealError};
use tempfile::TempDir;

pub(crate) const NOW_MS: i64 = 1_800_000_000_000;
const FILES: [&str; 4] = ["root.pem", "issuing.pem", "root.key.sealed", "issuing.key.sealed"];

pub(crate) fn master() -> MasterKey {
    MasterKey::from_bytes([42; 32])
}

pub(crate) fn names() -> AuthorityNames {
    AuthorityNames {
        organisation: "契书演示科技有限公司".to_owned(),
        country: "CN".to_owned(),
    }
}

pub(crate) fn create(folder: &Path) -> Result<Authority, AuthorityError> {
    Authority::create(folder, &master(), &names(), KeyAlgorithm::EcdsaP256, NOW_MS)
}

/// A folder with an authority in it.
fn stored() -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("authority");
    create(&folder).unwrap();
    (parent, folder)
}

fn contents(folder: &Path) -> Vec<Vec<u8>> {
    FILES
        .iter()
        .map(|file| fs::read(folder.join(file)).unwrap())
        .collect()
}

#[test]
fn an_authority_opens_as_it_was_made() {
    for algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::Rsa2048] {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("authority");
        let made = Authority::create(&folder, &master(), &names(), algorithm, NOW_MS).unwrap();
        let opened = Authority::open(&folder, &master()).unwrap();
        assert_eq!(made.root_certificate_der(), opened.root_certificate_der());
        assert_eq!(made.chain_der(), opened.chain_der());
        let pem = fs::read_to_string(folder.join("root.pem")).unwrap();
        assert_eq!(pem, opened.root_certificate_pem());
        assert!(pem.lines().all(|line| line.len() <= 64));
    }
}

/// whoever reads a certificate learns that the authority is not a licensed one.
#[test]
fn the_names_say_that_the_authority_is_not_licensed() {
    let (_parent, folder) = stored();
    let authority = Authority::open(&folder, &master()).unwrap();
    let root = authority.root_certificate().subject().to_string();
    assert!(
        root.contains("CN=Qishu Embedded Root CA (not a licensed CA)"),
        "{root}"
    );
    let issuing = authority.issuing_certificate().subject().to_string();
    assert!(
        issuing.contains("CN=Qishu Embedded Issuing CA (not a licensed CA)"),
        "{issuing}"
    );
    assert!(issuing.contains("O=契书演示科技有限公司"), "{issuing}");
}

#[test]
fn the_files_are_private_and_hold_no_open_key() {
    let (parent, folder) = stored();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in ["root.key.sealed", "issuing.key.sealed"] {
        assert_eq!(mode(&folder.join(file)), 0o600);
        // A PKCS#8 key would be a SEQUENCE that spans the file.
        let sealed = fs::read(folder.join(file)).unwrap();
        assert!(sealpki::PrivateKey::from_pkcs8(&sealed).is_err());
        let ec_public_key = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
        assert!(!sealed.windows(7).any(|window| window == ec_public_key));
    }
    assert_eq!(
        fs::read_dir(parent.path()).unwrap().count(),
        1,
        "nothing partial is left"
    );
}

/// no keys are ever made over existing data.
#[test]
fn keys_are_never_replaced() {
    let (_parent, folder) = stored();
    let before = contents(&folder);
    assert!(matches!(create(&folder), Err(AuthorityError::AlreadyExists(_))));
    assert_eq!(contents(&folder), before);
    // Even one file that is left over, or a stranger's file, is a reason to stop.
    for file in &FILES[1..] {
        fs::remove_file(folder.join(file)).unwrap();
        assert!(
            matches!(create(&folder), Err(AuthorityError::AlreadyExists(_))),
            "{file}"
        );
        assert!(!folder.join(file).exists());
    }
}

#[test]
fn an_empty_folder_may_be_used() {
    let folder = tempfile::tempdir().unwrap();
    create(folder.path()).unwrap();
    assert!(Authority::open(folder.path(), &master()).is_ok());
}

#[test]
fn what_a_crash_leaves_behind_is_no_obstacle() {
    let parent = tempfile::tempdir().unwrap();
    let partial = parent.path().join("authority.partial-0011223344556677");
    fs::create_dir(&partial).unwrap();
    fs::write(partial.join("root.key.sealed"), b"half").unwrap();
    let folder = parent.path().join("authority");
    assert!(matches!(
        Authority::open(&folder, &master()),
        Err(AuthorityError::Missing(_))
    ));
    create(&folder).unwrap();
    assert_eq!(fs::read(partial.join("root.key.sealed")).unwrap(), b"half");
}

#[test]
fn of_many_that_create_at_once_one_wins_with_all_its_files() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("authority");
    let made: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| create(&folder).is_ok())).collect();
        threads
            .into_iter()
            .map(|thread| usize::from(thread.join().unwrap()))
            .sum()
    });
    assert_eq!(made, 1);
    assert!(Authority::open(&folder, &master()).is_ok());
}

#[test]
fn another_master_key_opens_nothing_and_changes_nothing() {
    let (_parent, folder) = stored();
    let before = contents(&folder);
    let error = Authority::open(&folder, &MasterKey::from_bytes([43; 32])).unwrap_err();
    assert!(
        matches!(
            error,
            AuthorityError::Sealed {
                source: SealError::Rejected,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(contents(&folder), before);
}

#[test]
fn missing_files_are_named_as_missing_and_not_made_again() {
    for file in ["root.pem", "issuing.pem", "issuing.key.sealed"] {
        let (_parent, folder) = stored();
        fs::remove_file(folder.join(file)).unwrap();
        let error = Authority::open(&folder, &master()).unwrap_err();
        assert!(matches!(error, AuthorityError::Missing(_)), "{file}: {error}");
        assert!(!folder.join(file).exists());
    }
}

#[test]
fn the_key_of_the_root_may_be_kept_elsewhere() {
    let (_parent, folder) = stored();
    fs::remove_file(folder.join("root.key.sealed")).unwrap();
    assert!(Authority::open(&folder, &master()).is_ok());
}

#[test]
fn files_of_another_authority_do_not_fit() {
    for file in ["root.pem", "issuing.pem", "issuing.key.sealed"] {
        let ((_parent, folder), (_other_parent, other)) = (stored(), stored());
        fs::copy(other.join(file), folder.join(file)).unwrap();
        let error = Authority::open(&folder, &master()).unwrap_err();
        let refused = matches!(
            error,
            AuthorityError::Damaged { .. } | AuthorityError::Sealed { .. }
        );
        assert!(refused, "{file}: {error}");
    }
}

#[test]
fn the_key_of_the_root_does_not_pass_as_that_of_the_issuing_authority() {
    let (_parent, folder) = stored();
    fs::copy(folder.join("root.key.sealed"), folder.join("issuing.key.sealed")).unwrap();
    let error = Authority::open(&folder, &master()).unwrap_err();
    assert!(matches!(error, AuthorityError::Sealed { .. }), "{error}");
}

#[test]
fn damaged_files_are_refused() {
    for file in ["root.pem", "issuing.pem", "issuing.key.sealed"] {
        let (_parent, folder) = stored();
        let good = fs::read(folder.join(file)).unwrap();
        for position in (0..good.len()).step_by(37) {
            let mut bad = good.clone();
            bad[position] ^= 1;
            fs::write(folder.join(file), &bad).unwrap();
            assert!(
                Authority::open(&folder, &master()).is_err(),
                "{file}: byte {position}"
            );
        }
        fs::write(folder.join(file), b"").unwrap();
        assert!(Authority::open(&folder, &master()).is_err(), "{file}: empty");
    }
}

#[test]
fn names_that_do_not_fit_into_a_certificate_are_refused_before_anything_is_written() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("authority");
    let names = AuthorityNames {
        organisation: "x".repeat(65),
        country: "CN".to_owned(),
    };
    let made = Authority::create(&folder, &master(), &names, KeyAlgorithm::EcdsaP256, NOW_MS);
    assert!(matches!(made, Err(AuthorityError::Names(_))));
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
}
