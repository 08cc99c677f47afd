use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::{Body, Encryption, Protection, Secrets, prepare};

/// Names and their addresses; each question takes the next answer, the last one stays.
#[derive(Default)]
struct Names {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Names {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |list: &&[&str]| list.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().map(parse).collect()),
            asked: AtomicUsize::new(0),
        })
    }
}

impl NameResolver for Names {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 {
            answers.remove(0)
        } else {
            answers.first().cloned().unwrap_or_default()
        };
        Box::pin(std::future::ready(Ok(answer)))
    }
}

fn tls_config(roots: rustls::RootCertStore) -> Arc<rustls::ClientConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    Arc::new(builder.with_root_certificates(roots).with_no_client_auth())
}

const SHORT: Limits = Limits {
    connect_timeout: Duration::from_millis(500),
    total_timeout: Duration::from_millis(1500),
    reply_header_bytes: 16 * 1024,
    reply_bytes: 64 * 1024,
};

fn deliverer(loopback: bool, names: Arc<Names>) -> Deliverer {
    let policy = AddressPolicy {
        allow_loopback: loopback,
        ..AddressPolicy::default()
    };
    Deliverer::with_parts(policy, names, tls_config(rustls::RootCertStore::empty()), SHORT)
}

fn callback(address: &str) -> Prepared {
    let protection = Protection {
        encryption: Encryption::None,
        parameters_in_form: false,
        secrets: Secrets {
            callback_key: "0123456789AbCdEf",
            webhook: &[b"secret"],
        },
    };
    let fields = vec![("contractId".to_owned(), "1".to_owned())];
    prepare(
        address,
        "77",
        &fields,
        Body::FlatAndContent,
        &protection,
        1_700_000_000_000,
    )
    .unwrap()
}

/// What a receiver does after it has read the request's head.
#[derive(Clone)]
enum Act {
    Reply(Vec<u8>),
    Silent,
    Drip,
    Endless(&'static [u8]),
}

struct Receiver {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    sent: Arc<AtomicUsize>,
}

async fn receiver(act: Act) -> Receiver {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let sent = Arc::new(AtomicUsize::new(0));
    let (keep, count) = (Arc::clone(&requests), Arc::clone(&sent));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, act.clone(), Arc::clone(&keep), Arc::clone(&count)));
        }
    });
    Receiver { port, requests, sent }
}

/// A client that gives up closes the connection: errors of writing end the service.
async fn serve(mut stream: TcpStream, act: Act, keep: Arc<Mutex<Vec<String>>>, sent: Arc<AtomicUsize>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&request).contains("content=") {
        match stream.read(&mut buffer).await {
            Ok(n) if n > 0 => request.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
    keep.lock().unwrap().push(String::from_utf8(request).unwrap());
    match act {
        Act::Reply(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Act::Silent => std::future::pending().await,
        Act::Drip => {
            let head = b"HTTP/1.1 200 OK\r\nX-Slow: ";
            for byte in head.iter().chain(std::iter::repeat(&b'x')) {
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        Act::Endless(head) => {
            if stream.write_all(head).await.is_err() {
                return;
            }
            let block = [b'x'; 16 * 1024];
            while stream.write_all(&block).await.is_ok() {
                sent.fetch_add(block.len(), Ordering::SeqCst);
            }
        }
    }
}

fn reply(status: &str, body: &str) -> Act {
    let length = body.len();
    Act::Reply(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes())
}

async fn call(act: Act) -> (Attempt, Receiver) {
    let receiver = receiver(act).await;
    let deliverer = deliverer(true, Names::new(&[&["127.0.0.1"]]));
    let url = format!("http://hooks.example.com:{}/cb?company=A", receiver.port);
    (
        deliverer.deliver(&callback(&url), ReplyRule::NotDenied).await,
        receiver,
    )
}

#[tokio::test]
async fn a_callback_arrives_as_a_form() {
    let (attempt, receiver) = call(reply("200 OK", "success")).await;
    assert_eq!(attempt.outcome, Outcome::Received);
    assert_eq!((attempt.status, attempt.reply.as_str()), (Some(200), "success"));
    assert_eq!(attempt.address, Some("127.0.0.1".parse().unwrap()));
    let requests = receiver.requests.lock().unwrap();
    let head = requests[0].split("\r\n\r\n").next().unwrap().to_lowercase();
    let signature = "signature=f1b4b3bfd8a394220e4562c520209e3d&timestamp=1700000000000";
    assert!(
        head.starts_with(&format!("post /cb?company=a&{signature} http/1.1\r\n")),
        "{head}"
    );
    assert!(
        head.contains(&format!("host: hooks.example.com:{}\r\n", receiver.port)),
        "{head}"
    );
    assert!(
        head.contains("content-type: application/x-www-form-urlencoded;charset=utf-8\r\n"),
        "{head}"
    );
    assert!(
        head.contains("webhook-id: 77\r\n") && head.contains("webhook-signature: v1,"),
        "{head}"
    );
    assert!(!head.contains("accept-encoding"), "{head}");
}

#[tokio::test]
async fn replies_without_a_length_and_empty_ones_count() {
    let (attempt, _) = call(Act::Reply(b"HTTP/1.1 200 OK\r\n\r\nsuccess".to_vec())).await;
    assert_eq!(
        (attempt.outcome, attempt.reply.as_str()),
        (Outcome::Received, "success")
    );
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfail\r\n0\r\n\r\n".to_vec();
    let (attempt, _) = call(Act::Reply(chunked)).await;
    assert_eq!(
        attempt.outcome,
        Outcome::Denied(Failure::Reply("fail".to_owned()))
    );
    let (attempt, _) = call(reply("204 No Content", "")).await;
    assert!(attempt.is_received());
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let target = receiver(reply("200 OK", "success")).await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("{status}\r\nLocation: http://127.0.0.1:{}/", target.port);
        let (attempt, _) = call(reply(&location, "")).await;
        assert!(
            matches!(attempt.outcome, Outcome::Denied(Failure::Status(300..=308))),
            "{:?}",
            attempt.outcome
        );
    }
    assert!(target.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn hostile_receivers_cost_little_and_are_no_success() {
    let (attempt, _) = call(Act::Silent).await;
    assert!(matches!(attempt.outcome, Outcome::NoReply(_)), "{attempt:?}");
    assert!(attempt.took < Duration::from_secs(3), "{attempt:?}");
    let (attempt, _) = call(Act::Drip).await;
    assert!(
        matches!(attempt.outcome, Outcome::NoReply(_)) && attempt.took < Duration::from_secs(3),
        "{attempt:?}"
    );

    let (attempt, receiver) = call(Act::Endless(b"HTTP/1.1 200 OK\r\nX-Long: ")).await;
    assert!(matches!(attempt.outcome, Outcome::NoReply(_)), "{attempt:?}");
    assert!(
        receiver.sent.load(Ordering::SeqCst) < 8 << 20,
        "an endless head is not read"
    );

    let (attempt, receiver) = call(Act::Endless(b"HTTP/1.1 500 No\r\n\r\n")).await;
    assert_eq!(attempt.outcome, Outcome::Denied(Failure::Status(500)));
    assert!(
        receiver.sent.load(Ordering::SeqCst) < 8 << 20,
        "an endless body is not read"
    );

    for bytes in [
        &b"SSH-2.0-OpenSSH\r\n"[..],
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nshort",
    ] {
        let (attempt, _) = call(Act::Reply(bytes.to_vec())).await;
        assert!(matches!(attempt.outcome, Outcome::NoReply(_)), "{attempt:?}");
    }
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: b\r\n".repeat(1000));
    let (attempt, _) = call(Act::Reply(many.into_bytes())).await;
    assert!(matches!(attempt.outcome, Outcome::NoReply(_)), "{attempt:?}");
}

#[tokio::test]
async fn compressed_replies_are_not_unpacked() {
    let (attempt, _) = call(reply("200 OK\r\nContent-Encoding: gzip", "fail")).await;
    assert_eq!(
        attempt.outcome,
        Outcome::Denied(Failure::Reply("fail".to_owned()))
    );
}

#[tokio::test]
async fn internal_addresses_get_no_connection() {
    let receiver = receiver(reply("200 OK", "success")).await;
    let names: [&[&str]; 5] = [
        &["127.0.0.1"],
        &["8.8.8.8", "127.0.0.1"],
        &["::ffff:127.0.0.1"],
        &["169.254.169.254"],
        &["::1"],
    ];
    for answer in names {
        let deliverer = deliverer(false, Names::new(&[answer]));
        let url = format!("http://hooks.example.com:{}/", receiver.port);
        let attempt = deliverer.deliver(&callback(&url), ReplyRule::NotDenied).await;
        assert!(
            matches!(attempt.outcome, Outcome::Blocked(Blocked::Internal { .. })),
            "{answer:?} {attempt:?}"
        );
    }
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
    ] {
        let deliverer = deliverer(false, Names::new(&[&["127.0.0.1"]]));
        let url = format!("http://{host}:{}/", receiver.port);
        let attempt = deliverer.deliver(&callback(&url), ReplyRule::NotDenied).await;
        assert!(
            matches!(attempt.outcome, Outcome::Blocked(_)),
            "{host} {attempt:?}"
        );
    }
    assert!(receiver.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_changing_resolver_is_asked_once_per_try_and_its_answer_is_the_one_used() {
    let receiver = receiver(reply("200 OK", "success")).await;
    // First a good answer, then an internal one: the second try must see and block it.
    let names = Names::new(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let deliverer = deliverer(true, Arc::clone(&names));
    let url = format!("http://hooks.example.com:{}/", receiver.port);
    let first = deliverer.deliver(&callback(&url), ReplyRule::NotDenied).await;
    assert!(first.is_received(), "{first:?}");
    assert_eq!(names.asked.load(Ordering::SeqCst), 1);
    let second = deliverer.deliver(&callback(&url), ReplyRule::NotDenied).await;
    assert!(matches!(second.outcome, Outcome::Blocked(_)), "{second:?}");
    assert_eq!(receiver.requests.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_refuses() {
    let receiver = receiver(reply("200 OK", "success")).await;
    let deliverer = deliverer(true, Names::new(&[&["127.0.0.9", "127.0.0.1"]]));
    let url = format!("http://hooks.example.com:{}/", receiver.port);
    let attempt = deliverer.deliver(&callback(&url), ReplyRule::NotDenied).await;
    assert!(attempt.is_received(), "{attempt:?}");
    let nobody = deliverer
        .deliver(&callback("http://hooks.example.com:1/"), ReplyRule::NotDenied)
        .await;
    assert!(matches!(nobody.outcome, Outcome::NoReply(_)), "{nobody:?}");
}

/// A receiver with TLS, and the certificate to trust.
async fn secure_receiver() -> (u16, rustls::pki_types::CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["hooks.example.com".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess")
                .await;
            let _ = stream.shutdown().await;
        }
    });
    (port, certificate)
}

#[tokio::test]
async fn a_secure_receiver_must_be_trusted_and_have_the_right_name() {
    let (port, certificate) = secure_receiver().await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let policy = AddressPolicy {
        allow_loopback: true,
        ..AddressPolicy::default()
    };
    let names = Names::new(&[&["127.0.0.1"]]);
    let trusting = Deliverer::with_parts(policy, Arc::<Names>::clone(&names), tls_config(roots), SHORT);
    let rule = ReplyRule::NotDenied;

    let good = trusting
        .deliver(&callback(&format!("https://hooks.example.com:{port}/")), rule)
        .await;
    assert!(good.is_received(), "{good:?}");
    let wrong_name = trusting
        .deliver(&callback(&format!("https://other.example.com:{port}/")), rule)
        .await;
    assert!(
        matches!(&wrong_name.outcome, Outcome::NoReply(why) if why.contains("secure")),
        "{wrong_name:?}"
    );
    let stranger = deliverer(true, names)
        .deliver(&callback(&format!("https://hooks.example.com:{port}/")), rule)
        .await;
    assert!(
        matches!(&stranger.outcome, Outcome::NoReply(why) if why.contains("secure")),
        "{stranger:?}"
    );
}

#[tokio::test]
async fn a_deliverer_with_the_systems_certificates_can_be_made() {
    let deliverer = Deliverer::new(AddressPolicy::default()).unwrap();
    let attempt = deliverer
        .deliver(&callback("http://127.0.0.1:9/"), ReplyRule::NotDenied)
        .await;
    assert!(matches!(attempt.outcome, Outcome::Blocked(_)), "{attempt:?}");
}
