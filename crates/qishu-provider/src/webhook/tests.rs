use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::{Channel, MessageKind};

const SECRET: &str = "0123456789abcdef";

fn message() -> Message {
    Message {
        channel: Channel::Sms,
        contact: "13900000001".to_owned(),
        kind: MessageKind::Code,
        subject: String::new(),
        text: "您的验证码是 123456".to_owned(),
        code: Some("123456".to_owned()),
        id: "3014826187358859384".to_owned(),
    }
}

/// A gateway that takes one connection, keeps the request and writes `answer` as it is; an empty one means silence.
async fn gateway(answer: Vec<u8>) -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !is_complete(&request) {
            let n = stream.read(&mut buffer).await.unwrap();
            request.extend_from_slice(&buffer[..n]);
        }
        *keep.lock().unwrap() = request;
        if answer.is_empty() {
            std::future::pending::<()>().await;
        }
        // A client that has seen enough closes early.
        let _ = stream.write_all(&answer).await;
        let _ = stream.shutdown().await;
    });
    (format!("http://{address}/send?key=k"), seen)
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.split("\r\n").next());
    body.len() >= length.unwrap().parse::<usize>().unwrap()
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn send_to(url: &str) -> Result<Receipt, SendError> {
    let settings = WebhookSettings {
        url: url.to_owned(),
        secret: SECRET.to_owned(),
        timeout: Duration::from_millis(600),
    };
    WebhookSms::new(&settings)
        .unwrap()
        .send(&message(), 1_700_000_000_000)
        .await
}

#[tokio::test]
async fn the_gateway_can_verify_what_it_gets() {
    let body = r#"{"id":"3014826187358859384","accepted":true,"message_id":"m-1"}"#;
    let (url, seen) = gateway(answer("200 OK", body)).await;
    let receipt = send_to(&url).await.unwrap();
    assert_eq!(
        receipt,
        Receipt {
            provider_id: Some("m-1".to_owned()),
            simulated: false
        }
    );

    let request = String::from_utf8(seen.lock().unwrap().clone()).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /send?key=k HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert!(head.contains("x-qishu-timestamp: 1700000000000"), "{head}");
    let signature = webhook_signature(SECRET, 1_700_000_000_000, body.as_bytes());
    assert!(
        head.contains(&format!("x-qishu-signature: {signature}")),
        "{head}"
    );
    assert_eq!(
        body,
        r#"{"id":"3014826187358859384","contact":"13900000001","kind":"CODE","text":"您的验证码是 123456","code":"123456"}"#
    );
}

#[test]
fn the_signature_has_a_known_value() {
    // printf '1700000000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef
    let expected = "cd08d6ce62dd5fb4489d9aff87256f4aa94716385a04d368cd6ac41d5516bc4b";
    assert_eq!(webhook_signature(SECRET, 1_700_000_000_000, b"{}"), expected);
}

#[tokio::test]
async fn no_fault_is_taken_for_success() {
    let ok = r#"{"id":"3014826187358859384","accepted":true}"#;
    let cases: Vec<(&str, Vec<u8>, bool)> = vec![
        (
            "refused",
            answer(
                "200 OK",
                r#"{"id":"3014826187358859384","accepted":false,"reason":"bad number"}"#,
            ),
            false,
        ),
        (
            "other message",
            answer("200 OK", r#"{"id":"1","accepted":true}"#),
            true,
        ),
        ("no id", answer("200 OK", r#"{"accepted":true}"#), true),
        (
            "text for a flag",
            answer("200 OK", r#"{"id":"3014826187358859384","accepted":"true"}"#),
            true,
        ),
        ("not JSON", answer("200 OK", "OK"), true),
        ("empty", answer("200 OK", ""), true),
        ("no content", answer("204 No Content", ""), false),
        (
            "login page",
            answer("302 Found\r\nlocation: http://127.0.0.1:1/", ok),
            false,
        ),
        ("client error", answer("400 Bad Request", ok), false),
        ("server error", answer("503 Unavailable", ok), true),
        ("too often", answer("429 Too Many Requests", ok), true),
        (
            "cut off",
            b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"id\":".to_vec(),
            true,
        ),
        ("not HTTP", b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(), true),
        (
            "huge",
            answer("200 OK", &format!("{ok}{}", " ".repeat(100_000))),
            true,
        ),
        ("silence", Vec::new(), true),
    ];
    for (name, bytes, transient) in cases {
        let (url, _) = gateway(bytes).await;
        let error = send_to(&url).await.expect_err(name);
        assert_eq!(error.is_transient(), transient, "{name}: {error}");
        assert!(!error.to_string().contains("key=k"), "{name}: {error}");
    }
    let error = send_to("http://127.0.0.1:1/").await.unwrap_err();
    assert!(matches!(error, SendError::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let settings = |url: &str, secret: &str| WebhookSettings {
        url: url.to_owned(),
        secret: secret.to_owned(),
        timeout: Duration::from_secs(1),
    };
    for url in ["http://sms.example.com/", "ftp://127.0.0.1/", "sms", ""] {
        let error = WebhookSms::new(&settings(url, SECRET)).err().unwrap();
        assert!(error.to_string().starts_with("sms.webhook_url"), "{error}");
    }
    assert!(WebhookSms::new(&settings("https://sms.example.com/", "")).is_err());
    assert!(WebhookSms::new(&settings("https://sms.example.com/", SECRET)).is_ok());
}
