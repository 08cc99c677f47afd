//! EJBCA, as far as its REST API is used: a double on a loopback address that demands a client certificate, checks what it is
//! asked, and issues certificates by OpenSSL, or answers what EJBCA answers when something is wrong.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_authority::{
    Authority, CertificateSource, Ejbca, EjbcaSettings, ExternalError, Holder, KeyAlgorithm, OneTimeKey,
    Reference, VerifiedSubject, enrol,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use sealpki::{Certificate, SignerIdentity, sha256, verify_detached};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::authority::create;

/// OpenSSL makes certificates that are valid from now on; so is the embedded authority of these tests.
const NOW_MS: i64 = 1_800_000_000_000;

/// What the double answers: a status and a body for the request it got.
type Answer = Box<dyn Fn(&Path, &Value) -> (u16, Value) + Send + Sync>;

struct Double {
    folder: TempDir,
    url: String,
    asked: Arc<Mutex<Vec<Value>>>,
}

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

fn der(folder: &Path, name: &str) -> Vec<u8> {
    openssl(
        folder,
        &format!("x509 -in {name}.crt -outform DER -out {name}.der"),
    );
    fs::read(folder.join(format!("{name}.der"))).unwrap()
}

/// Root and issuing authority, and the TLS certificates of server and client.
fn pki() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).unwrap();
    write(
        "ca.ext",
        "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n",
    );
    write(
        "server.ext",
        "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n",
    );
    write("client.ext", "extendedKeyUsage=clientAuth\n");
    write(
        "signer.ext",
        "keyUsage=critical,digitalSignature,nonRepudiation\n",
    );
    let curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(
        path,
        &format!("req -x509 {curve} -keyout root.key -out root.crt -days 3650 -subj /CN=Root"),
    );
    let issue = |name: &str, issuer: &str| {
        openssl(
            path,
            &format!("req {curve} -keyout {name}.key -out {name}.csr -subj /CN={name}"),
        );
        let extensions = if name == "issuing" { "ca" } else { name };
        sign(path, name, issuer, extensions);
    };
    issue("issuing", "root");
    issue("server", "root");
    issue("client", "root");
    folder
}

fn sign(path: &Path, name: &str, issuer: &str, extensions: &str) {
    openssl(
        path,
        &format!(
            "x509 -req -in {name}.csr -CA {issuer}.crt -CAkey {issuer}.key -CAcreateserial -days 3000 \
             -extfile {extensions}.ext -out {name}.crt"
        ),
    );
}

/// What EJBCA answers when all is well.
fn issued(folder: &Path, request: &Value) -> (u16, Value) {
    fs::write(
        folder.join("act.csr"),
        request["certificate_request"].as_str().unwrap(),
    )
    .unwrap();
    sign(folder, "act", "issuing", "signer");
    let encoded = |name: &str| STANDARD.encode(der(folder, name));
    let answer = json!({
        "certificate": encoded("act"),
        "serial_number": "1",
        "response_format": "DER",
        "certificate_chain": [encoded("issuing"), encoded("root")],
    });
    (201, answer)
}

impl Double {
    async fn start(answer: Answer) -> Self {
        let folder = pki();
        let path = folder.path().to_owned();
        let certificate = CertificateDer::from(der(&path, "server"));
        openssl(
            &path,
            "pkcs8 -topk8 -nocrypt -in server.key -outform DER -out server.p8",
        );
        let key = PrivateKeyDer::try_from(fs::read(path.join("server.p8")).unwrap()).unwrap();
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from(der(&path, "root"))).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    continue;
                };
                let mut request = Vec::new();
                let mut buffer = [0; 4096];
                let (head, body) = loop {
                    let Ok(read @ 1..) = stream.read(&mut buffer).await else {
                        break (String::new(), Value::Null);
                    };
                    request.extend_from_slice(&buffer[..read]);
                    let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
                        continue;
                    };
                    if let Ok(body) = serde_json::from_slice(&request[end + 4..]) {
                        break (String::from_utf8_lossy(&request[..end]).into_owned(), body);
                    }
                };
                let (status, reply) =
                    if head.starts_with("POST /ejbca/ejbca-rest-api/v1/certificate/pkcs10enroll ") {
                        answer(&path, &body)
                    } else {
                        (404, Value::Null)
                    };
                log.lock().unwrap().push(body);
                let reply = reply.to_string();
                let text = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{reply}",
                    reply.len()
                );
                let _ = stream.write_all(text.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { folder, url, asked }
    }

    fn settings(&self, client: &str) -> EjbcaSettings {
        let read = |name: String| fs::read(self.folder.path().join(name)).unwrap();
        let key = read(format!("{client}.key"));
        EjbcaSettings {
            url: self.url.clone(),
            client_pem: [key, read(format!("{client}.crt"))].concat(),
            server_roots_pem: vec![read("root.crt".to_owned())],
            authority: "Contract CA".to_owned(),
            certificate_profile: "OneTime".to_owned(),
            end_entity_profile: "Signers".to_owned(),
            anchors: vec![Certificate::from_der(&der(self.folder.path(), "root")).unwrap()],
            ocsp_url: None,
            timeout: Duration::from_secs(10),
        }
    }

    async fn enrol(&self, client: &str) -> Result<SignerIdentity, ExternalError> {
        let source: Arc<dyn CertificateSource> = Arc::new(Ejbca::new(self.settings(client))?);
        let embedded = embedded();
        let subject = VerifiedSubject {
            holder: Holder::Person {
                name: "张三".to_owned(),
            },
            reference: Reference::IdentityDigest([9; 32]),
        };
        let key = OneTimeKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
        enrol(&source, &embedded, &subject, "2801-1", key, NOW_MS).await
    }
}

fn embedded() -> Authority {
    let parent = tempfile::tempdir().unwrap();
    create(&parent.path().join("authority")).unwrap()
}

#[tokio::test]
async fn ejbca_is_asked_as_its_api_wants_it_and_its_certificate_signs() {
    let double = Double::start(Box::new(issued)).await;
    let signer = double.enrol("client").await.unwrap();
    let asked = double.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1);
    let request = &asked[0];
    for (name, value) in [
        ("certificate_profile_name", "OneTime"),
        ("end_entity_profile_name", "Signers"),
        ("certificate_authority_name", "Contract CA"),
        ("username", "qishu-2801-1"),
    ] {
        assert_eq!(request[name], value, "{name}");
    }
    assert_eq!(request["include_chain"], true);
    assert_eq!(request["password"].as_str().unwrap().len(), 32);
    let path = double.folder.path();
    fs::write(
        path.join("asked.csr"),
        request["certificate_request"].as_str().unwrap(),
    )
    .unwrap();
    openssl(path, "req -in asked.csr -verify -noout");

    assert!(signer.certificate().subject().to_string().contains("CN=张三"));
    assert_eq!(signer.chain().len(), 2);
    let digest = sha256(b"contract");
    let verified = verify_detached(&signer.sign_detached(&digest).unwrap(), |_| digest).unwrap();
    assert_eq!(&verified.certificate, signer.certificate());
}

#[tokio::test]
async fn what_is_wrong_with_an_answer_is_found() {
    let bad = |change: fn(&mut Value, &Path)| -> Answer {
        Box::new(move |folder: &Path, request: &Value| {
            let (status, mut answer) = issued(folder, request);
            change(&mut answer, folder);
            (status, answer)
        })
    };
    let stranger = |answer: &mut Value, folder: &Path| {
        answer["certificate"] = json!(STANDARD.encode(der(folder, "client")));
    };
    let no_chain = |answer: &mut Value, _: &Path| answer["certificate_chain"] = json!([]);
    let other_format = |answer: &mut Value, _: &Path| answer["response_format"] = json!("PEM");
    let no_base64 = |answer: &mut Value, _: &Path| answer["certificate"] = json!("***");
    let nothing = |answer: &mut Value, _: &Path| *answer = json!({});
    for (answer, word) in [
        (bad(stranger), "another key"),
        (bad(no_chain), "does not lead to its anchors"),
        (bad(other_format), "another format"),
        (bad(no_base64), "not Base64"),
        (bad(nothing), "no JSON with the members"),
    ] {
        let double = Double::start(answer).await;
        let error = double.enrol("client").await.unwrap_err();
        assert!(
            matches!(error, ExternalError::Answer(..)) && error.to_string().contains(word),
            "{word}: {error}"
        );
    }
}

#[tokio::test]
async fn refusals_and_outages_are_told_apart() {
    let refused = |status: u16| -> Answer {
        Box::new(move |_: &Path, _: &Value| {
            (
                status,
                json!({ "error_code": status, "error_message": "the profile does not allow it" }),
            )
        })
    };
    let double = Double::start(refused(400)).await;
    let error = double.enrol("client").await.unwrap_err();
    assert!(matches!(error, ExternalError::Refused(..)), "{error}");
    assert!(
        error.to_string().contains("the profile does not allow it"),
        "{error}"
    );
    let double = Double::start(refused(503)).await;
    let error = double.enrol("client").await.unwrap_err();
    assert!(matches!(error, ExternalError::Unavailable(..)), "{error}");
    // It is asked once: an end entity that was made must not be made twice.
    assert_eq!(double.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_client_without_the_right_certificate_gets_nothing() {
    let double = Double::start(Box::new(issued)).await;
    let path = double.folder.path();
    openssl(
        path,
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout other.key -out other.crt -subj /CN=x",
    );
    let error = double.enrol("other").await.unwrap_err();
    assert!(matches!(error, ExternalError::Unavailable(..)), "{error}");
    assert!(double.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let double = Double::start(Box::new(issued)).await;
    let mut settings = double.settings("client");
    settings.anchors.clear();
    assert!(matches!(Ejbca::new(settings), Err(ExternalError::Settings(_))));
    let mut settings = double.settings("client");
    settings.client_pem = b"no key".to_vec();
    assert!(matches!(Ejbca::new(settings), Err(ExternalError::Settings(_))));
}
