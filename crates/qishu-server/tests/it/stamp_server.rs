//! A time-stamp server of somebody else, on a loopback address: its own root, its own certificate, and a switch.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qishu_authority::{TimeStampServers, TimeStampSettings};
use qishu_testkit::FakeClock;
use sealpki::{
    AttributeKind, Certificate, CertificateTemplate, DistinguishedName, Issuer, KeyAlgorithm, PrivateKey,
    Profile, SerialNumber, TimeStampAuthority, sign_certificate,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const DAY_S: i64 = 86_400;
const ROOT_DAYS: i64 = 30 * 365;

struct Inner {
    clock: FakeClock,
    root: Certificate,
    root_key: PrivateKey,
    authority: Mutex<TimeStampAuthority>,
    up: AtomicBool,
    asked: AtomicU32,
}

/// The server. Clones are the same one.
#[derive(Clone)]
pub(crate) struct StampServer {
    inner: Arc<Inner>,
    url: String,
}

impl StampServer {
    /// A server whose certificate is valid for some days from now.
    pub(crate) async fn start(clock: &FakeClock, days: i64) -> Self {
        let root_key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
        let now_s = clock.now_ms() / 1000;
        let root = certificate(
            Profile::Root,
            "Test Stamp Root",
            &root_key,
            None,
            now_s,
            ROOT_DAYS,
        );
        let authority = authority(&root, &root_key, now_s, days);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            clock: clock.clone(),
            root,
            root_key,
            authority: Mutex::new(authority),
            up: AtomicBool::new(true),
            asked: AtomicU32::new(0),
        });
        let server = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = Arc::clone(&server);
                tokio::spawn(async move { answer(&server, stream).await });
            }
        });
        Self { inner, url }
    }

    /// From now on it answers, or does not.
    pub(crate) fn switch(&self, up: bool) {
        self.inner.up.store(up, Ordering::SeqCst);
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> u32 {
        self.inner.asked.load(Ordering::SeqCst)
    }

    /// It gets a new certificate, valid for some days from now.
    pub(crate) fn renew(&self, days: i64) {
        let now_s = self.inner.clock.now_ms() / 1000;
        let next = authority(&self.inner.root, &self.inner.root_key, now_s, days);
        *self.inner.authority.lock().unwrap() = next;
    }

    pub(crate) fn root(&self) -> Certificate {
        self.inner.root.clone()
    }

    /// As the settings name it.
    pub(crate) fn client(&self) -> TimeStampServers {
        TimeStampServers::new(TimeStampSettings {
            urls: vec![self.url.clone()],
            anchors: vec![self.root()],
            timeout: Duration::from_secs(5),
        })
        .unwrap()
    }
}

fn authority(root: &Certificate, root_key: &PrivateKey, now_s: i64, days: i64) -> TimeStampAuthority {
    let key = PrivateKey::generate(KeyAlgorithm::EcdsaP256).unwrap();
    let issuer = Some((root, root_key));
    let own = certificate(
        Profile::TimeStamping,
        "Test Stamp Server",
        &key,
        issuer,
        now_s,
        days,
    );
    TimeStampAuthority::new(key, own, &[], "1.3.6.1.4.1.99999.1", None).unwrap()
}

fn certificate(
    profile: Profile,
    name: &str,
    key: &PrivateKey,
    issuer: Option<(&Certificate, &PrivateKey)>,
    now_s: i64,
    days: i64,
) -> Certificate {
    let subject =
        DistinguishedName::new(&[(AttributeKind::Country, "CN"), (AttributeKind::CommonName, name)]).unwrap();
    let own = Issuer {
        name: subject.clone(),
        key_id: key.public_key().key_id().to_vec(),
    };
    let mut serial = [0; 16];
    aws_lc_rs::rand::fill(&mut serial).unwrap();
    let template = CertificateTemplate {
        serial: SerialNumber::from_random(serial),
        issuer: issuer.map_or(own, |(issuer, _)| Issuer::from_certificate(issuer)),
        subject,
        not_before_unix_s: now_s - 60,
        not_after_unix_s: now_s + days * DAY_S,
        public_key: key.public_key().clone(),
        profile,
        ca_issuers_url: None,
        ocsp_url: None,
        crl_url: None,
    };
    sign_certificate(&template, issuer.map_or(key, |(_, key)| key)).unwrap()
}

async fn answer(server: &Inner, mut stream: TcpStream) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    let body = loop {
        let Ok(read @ 1..) = stream.read(&mut buffer).await else {
            return;
        };
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let length = text.split("content-length:").nth(1).unwrap();
        let length: usize = length.split("\r\n").next().unwrap().trim().parse().unwrap();
        if request.len() >= end + 4 + length {
            break request[end + 4..].to_vec();
        }
    };
    server.asked.fetch_add(1, Ordering::SeqCst);
    let mut serial = [0; 16];
    aws_lc_rs::rand::fill(&mut serial).unwrap();
    let now_s = server.clock.now_ms() / 1000;
    let (status, reply) = if server.up.load(Ordering::SeqCst) {
        let authority = server.authority.lock().unwrap();
        let answer = authority.respond(&body, SerialNumber::from_random(serial), now_s);
        ("200 OK", answer.response)
    } else {
        ("503 Service Unavailable", Vec::new())
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        reply.len()
    );
    // Whoever asked may be gone.
    let _ = stream.write_all(&[head.as_bytes(), &reply].concat()).await;
}
