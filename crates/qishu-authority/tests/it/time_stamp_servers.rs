//! Time-stamp servers that do everything wrong, one after the other: none of it counts as a time-stamp.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use qishu_authority::{AuthorityServices, TimeStampServers, TimeStampSettings};
use sealpki::{Certificate, DigestAlgorithm, MessageImprint, TimeStampFailure, TimeStampRequest};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::authority::{NOW_MS, create, master};

/// What a server answers to the request in its body; `None` = nothing, ever.
type Answer = Arc<dyn Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync>;

fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A server on a loopback address; answers its address and how often it was asked.
async fn serve(answer: Answer) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/tsa", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(reply(stream, Arc::clone(&answer)));
        }
    });
    (url, asked)
}

async fn reply(mut stream: TcpStream, answer: Answer) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    // The requests of these tests are far shorter than one segment.
    while !request.windows(4).any(|four| four == b"\r\n\r\n") || request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(read @ 1..) => request.extend_from_slice(&buffer[..read]),
            _ => break,
        }
    }
    let start = request
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap_or_default()
        + 4;
    match answer(request.get(start..).unwrap_or_default()) {
        Some(reply) => {
            let _ = stream.write_all(&reply).await;
        }
        None => std::future::pending::<()>().await,
    }
}

/// A good authority to answer with.
fn services() -> (tempfile::TempDir, Arc<AuthorityServices>, Certificate) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("authority");
    let authority = create(&folder).unwrap();
    let services = AuthorityServices::open(&folder, &master(), &authority, NOW_MS).unwrap();
    (parent, Arc::new(services), authority.root_certificate().clone())
}

fn client(urls: Vec<String>, anchors: Vec<Certificate>) -> TimeStampServers {
    TimeStampServers::new(TimeStampSettings {
        urls,
        anchors,
        timeout: Duration::from_millis(400),
    })
    .unwrap()
}

fn imprint() -> MessageImprint {
    MessageImprint::of(DigestAlgorithm::Sha256, b"file")
}

fn good(services: &Arc<AuthorityServices>, now_ms: i64) -> Answer {
    let services = Arc::clone(services);
    Arc::new(move |request| Some(ok(&services.answer_time_stamp(request, [4; 16], now_ms).response)))
}

#[tokio::test]
async fn the_first_server_that_gives_a_good_stamp_is_enough() {
    let (_parent, services, root) = services();
    let (first, asked_first) = serve(good(&services, NOW_MS)).await;
    let (second, asked_second) = serve(good(&services, NOW_MS)).await;
    let stamp = client(vec![first, second], vec![root.clone()])
        .time_stamp(&imprint(), [1; 8], NOW_MS)
        .await
        .unwrap();
    assert_eq!(&stamp.certificate, services.time_stamping_certificate());
    assert_eq!(stamp.chain.last(), Some(&root));
    assert_eq!(
        (
            asked_first.load(Ordering::SeqCst),
            asked_second.load(Ordering::SeqCst)
        ),
        (1, 0)
    );
}

#[tokio::test]
async fn no_fault_of_a_server_passes_for_a_time_stamp() {
    let (_elsewhere, strangers, _) = services();
    let (_parent, services, root) = services();
    let other_bytes =
        TimeStampRequest::new(MessageImprint::of(DigestAlgorithm::Sha256, b"other"), [1; 8]).to_der();
    let other_nonce = TimeStampRequest::new(imprint(), [9; 8]).to_der();
    let replayed = |request: Vec<u8>| -> Answer {
        let services = Arc::clone(&services);
        Arc::new(move |_| {
            Some(ok(&services
                .answer_time_stamp(&request, [4; 16], NOW_MS)
                .response))
        })
    };
    let fixed = |bytes: Vec<u8>| -> Answer { Arc::new(move |_| Some(bytes.clone())) };
    let failed =
        b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec();
    let endless = ok(&vec![b'a'; 100 * 1024]);
    let refused = ok(&qishu_authority::refuse_time_stamp(
        TimeStampFailure::SystemFailure,
    ));
    let faults: [(&str, Answer); 12] = [
        ("HTTP error", fixed(failed)),
        ("redirect", fixed(moved)),
        ("nothing", fixed(ok(b""))),
        ("no DER", fixed(ok(b"<html>"))),
        (
            "cut off",
            fixed(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n0\x82".to_vec()),
        ),
        ("too long", fixed(endless)),
        ("no answer", Arc::new(|_| None)),
        ("refusal", fixed(refused)),
        ("about other bytes", replayed(other_bytes)),
        ("of another request", replayed(other_nonce)),
        ("stranger", good(&strangers, NOW_MS)),
        ("another time", good(&services, NOW_MS + 3_600_000)),
    ];
    for (name, fault) in faults {
        let (url, asked) = serve(fault).await;
        let bad = client(vec![url.clone()], vec![root.clone()]);
        let outage = bad.time_stamp(&imprint(), [1; 8], NOW_MS).await.unwrap_err();
        assert!(outage.to_string().contains(&url), "{name}: {outage}");
        assert_eq!(bad.health()[0].failures, 1, "{name}");
        assert!(bad.health()[0].problem.is_some(), "{name}");
        // The next server of the list takes its place.
        let (next, _) = serve(good(&services, NOW_MS)).await;
        let both = client(vec![url, next], vec![root.clone()]);
        assert!(
            both.time_stamp(&imprint(), [1; 8], NOW_MS).await.is_ok(),
            "{name}"
        );
        assert_eq!(asked.load(Ordering::SeqCst), 2, "{name}");
    }
}

#[tokio::test]
async fn a_server_that_fails_again_and_again_rests_and_then_gets_another_chance() {
    let (_parent, services, root) = services();
    let broken = Arc::new(AtomicUsize::new(1));
    let switch = Arc::clone(&broken);
    let inner = good(&services, NOW_MS);
    let (url, asked) = serve(Arc::new(move |request| match switch.load(Ordering::SeqCst) {
        0 => inner(request),
        _ => Some(ok(b"")),
    }))
    .await;
    let servers = client(vec![url], vec![root]);
    for _ in 0..5 {
        assert!(servers.time_stamp(&imprint(), [1; 8], NOW_MS).await.is_err());
    }
    assert_eq!(
        asked.load(Ordering::SeqCst),
        2,
        "after the second failure it is left alone"
    );
    broken.store(0, Ordering::SeqCst);
    assert!(
        servers
            .time_stamp(&imprint(), [1; 8], NOW_MS + 10_000)
            .await
            .is_err()
    );
    assert!(
        servers
            .time_stamp(&imprint(), [1; 8], NOW_MS + 20_000)
            .await
            .is_ok()
    );
    assert_eq!(servers.health()[0].failures, 0);
}

#[test]
fn servers_without_an_anchor_are_refused() {
    let settings = TimeStampSettings {
        urls: vec!["http://127.0.0.1:1/".to_owned()],
        anchors: Vec::new(),
        timeout: Duration::from_secs(1),
    };
    assert!(TimeStampServers::new(settings).is_err());
}
