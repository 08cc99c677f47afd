//! An authority of somebody else, handed over as a PKCS#12 file that OpenSSL made.

use std::fs;
use std::path::Path;
use std::process::Command;

use qishu_authority::{
    Authority, AuthorityError, AuthorityServices, Holder, KeyAlgorithm, OneTimeKey, Reference,
    VerifiedSubject,
};
use sealpki::{Pkcs12, RevocationList, build_path, import_pkcs12, sha256, verify_detached};
use tempfile::TempDir;

use crate::authority::master;

/// OpenSSL makes certificates that are valid from now on: within the ten years of these.
const NOW_MS: i64 = 1_800_000_000_000;

fn openssl(folder: &Path, line: &str) {
    let output = Command::new("openssl")
        .current_dir(folder)
        .args(line.split_whitespace())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Root, an authority between, the issuing authority, and the PKCS#12 files of issuing authority and a mere signer.
fn made() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let authority = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n";
    fs::write(path.join("ca.ext"), authority).unwrap();
    fs::write(path.join("leaf.ext"), "keyUsage=critical,digitalSignature\n").unwrap();
    openssl(
        path,
        "req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.crt -days 3650 -subj /O=Elsewhere/CN=Root",
    );
    let issue = |name: &str, issuer: &str, extensions: &str| {
        openssl(
            path,
            &format!(
                "req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /O=Elsewhere/CN={name}"
            ),
        );
        openssl(
            path,
            &format!(
                "x509 -req -in {name}.csr -CA {issuer}.crt -CAkey {issuer}.key -CAcreateserial -days 3000 \
                 -extfile {extensions} -out {name}.crt"
            ),
        );
    };
    issue("between", "root", "ca.ext");
    issue("issuing", "between", "ca.ext");
    issue("leaf", "issuing", "leaf.ext");
    let chain = ["between.crt", "root.crt"].map(|name| fs::read_to_string(path.join(name)).unwrap());
    fs::write(path.join("chain.pem"), chain.concat()).unwrap();
    for (name, certificates) in [("issuing", "-certfile chain.pem"), ("leaf", ""), ("alone", "")] {
        let of = if name == "alone" { "issuing" } else { name };
        openssl(
            path,
            &format!(
                "pkcs12 -export -inkey {of}.key -in {of}.crt {certificates} -out {name}.p12 -passout pass:secret"
            ),
        );
    }
    folder
}

fn read(folder: &TempDir, name: &str) -> Pkcs12 {
    import_pkcs12(&fs::read(folder.path().join(name)).unwrap(), "secret").unwrap()
}

#[test]
fn an_imported_authority_issues_and_states_like_one_made_here() {
    let folder = made();
    let place = folder.path().join("authority");
    let imported = read(&folder, "issuing.p12");
    let authority = Authority::import(&place, &master(), &imported, None, NOW_MS).unwrap();
    assert!(authority.is_imported());
    assert_eq!(authority.algorithm(), KeyAlgorithm::Rsa2048);
    assert_eq!(authority.chain_der().len(), 3);
    let again = Authority::open(&place, &master()).unwrap();
    assert_eq!(again.chain_der(), authority.chain_der());
    let services = AuthorityServices::open(&place, &master(), &again, NOW_MS).unwrap();
    assert!(services.root_list().is_none(), "its root gives none to us");

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
    let digest = sha256(b"contract");
    let verified = verify_detached(&signer.sign_detached(&digest).unwrap(), |_| digest).unwrap();
    let anchors = [again.root_certificate().clone()];
    let path = build_path(
        &verified.certificate,
        &verified.embedded_certificates,
        &anchors,
        NOW_MS / 1000,
    )
    .unwrap();
    assert_eq!(path.len(), 4);
    verified.check_embedded(&path).unwrap();
    services
        .time_stamping_certificate()
        .verify_issued_by(again.issuing_certificate())
        .unwrap();
    let list = again.revocation_list(Vec::new(), NOW_MS).unwrap();
    list.verify(again.issuing_certificate()).unwrap();
}

#[test]
fn what_cannot_be_an_authority_is_refused_and_leaves_nothing() {
    let folder = made();
    let place = folder.path().join("authority");
    let import =
        |name: &str, now_ms| Authority::import(&place, &master(), &read(&folder, name), None, now_ms);
    for (name, now_ms, word) in [
        ("leaf.p12", NOW_MS, "basicConstraints"),
        ("alone.p12", NOW_MS, "root"),
        ("issuing.p12", NOW_MS + 3650 * 86_400_000, "not valid now"),
    ] {
        let error = import(name, now_ms).unwrap_err();
        assert!(
            matches!(&error, AuthorityError::Import(text) if text.contains(word)),
            "{name}: {error}"
        );
        assert!(!place.exists(), "{name}");
    }
    import("issuing.p12", NOW_MS).unwrap();
    let twice = import("issuing.p12", NOW_MS).unwrap_err();
    assert!(matches!(twice, AuthorityError::AlreadyExists(_)), "{twice}");
}

#[test]
fn a_revocation_list_of_its_root_comes_along_and_one_of_others_does_not() {
    let folder = made();
    let path = folder.path();
    fs::write(path.join("index.txt"), "").unwrap();
    fs::write(path.join("number"), "01\n").unwrap();
    let settings = "[ca]\ndefault_ca=it\n[it]\ndatabase=index.txt\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=3000\n";
    fs::write(path.join("ca.cnf"), settings).unwrap();
    let list = |name: &str| {
        openssl(
            path,
            &format!("ca -gencrl -config ca.cnf -keyfile {name}.key -cert {name}.crt -out {name}.pem"),
        );
        openssl(path, &format!("crl -in {name}.pem -outform DER -out {name}.crl"));
        RevocationList::from_der(&fs::read(path.join(format!("{name}.crl"))).unwrap()).unwrap()
    };
    let imported = read(&folder, "issuing.p12");
    let place = path.join("authority");
    let error = Authority::import(&place, &master(), &imported, Some(&list("issuing")), NOW_MS).unwrap_err();
    assert!(error.to_string().contains("revocation list"), "{error}");
    let of_root = list("root");
    let authority = Authority::import(&place, &master(), &imported, Some(&of_root), NOW_MS).unwrap();
    let services = AuthorityServices::open(&place, &master(), &authority, NOW_MS).unwrap();
    assert_eq!(services.root_list().map(RevocationList::der), Some(of_root.der()));
}
