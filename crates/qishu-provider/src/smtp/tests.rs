use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::*;
use crate::{Channel, MessageKind};

/// What a server does instead of answering normally.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    RefuseReceiver,
    Busy,
    Silent,
    DropAfterData,
    RefuseLogin,
}

/// A mail server for one connection; answers the lines it got.
async fn server(fault: Fault) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&seen);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        if fault == Fault::Silent {
            std::future::pending::<()>().await;
        }
        write.write_all(b"220 double ESMTP\r\n").await.unwrap();
        let mut data = false;
        while let Ok(Some(line)) = lines.next_line().await {
            keep.lock().unwrap().push(line.clone());
            let reply: &[u8] = match (data, line.split(' ').next().unwrap_or_default()) {
                (true, ".") if fault == Fault::DropAfterData => return,
                (true, ".") => {
                    data = false;
                    b"250 2.0.0 queued as ABC123\r\n"
                }
                (true, _) => continue,
                (false, "EHLO") => b"250-double\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n",
                (false, "AUTH") if fault == Fault::RefuseLogin => b"535 5.7.8 bad credentials\r\n",
                (false, "AUTH") => b"235 2.7.0 ok\r\n",
                (false, "MAIL") if fault == Fault::Busy => b"451 4.3.0 try later\r\n",
                (false, "RCPT") if fault == Fault::RefuseReceiver => b"550 5.1.1 no such user\r\n",
                (false, "DATA") => {
                    data = true;
                    b"354 go on\r\n"
                }
                (false, "QUIT") => b"221 bye\r\n",
                (false, _) => b"250 ok\r\n",
            };
            // A client that has seen enough closes early.
            if write.write_all(reply).await.is_err() {
                return;
            }
        }
    });
    (port, seen)
}

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port,
        protection: SmtpProtection::Plain,
        login: Some(("user".to_owned(), "hunter2".to_owned())),
        from: "契书 <no-reply@qishu.example>".to_owned(),
        timeout: Duration::from_millis(800),
    }
}

fn message(contact: &str) -> Message {
    Message {
        channel: Channel::Mail,
        contact: contact.to_owned(),
        kind: MessageKind::Code,
        subject: "您的验证码".to_owned(),
        text: "您的验证码是 123456，5 分钟内有效。\n.\n结束".to_owned(),
        code: Some("123456".to_owned()),
        id: "3014826187358859384".to_owned(),
    }
}

async fn send(fault: Fault) -> (Result<Receipt, SendError>, Vec<String>) {
    let (port, seen) = server(fault).await;
    let mail = SmtpMail::new(&settings(port)).unwrap();
    let result = mail.send(&message("a@example.com"), 1_700_000_000_000).await;
    let lines = seen.lock().unwrap().clone();
    (result, lines)
}

#[tokio::test]
async fn the_server_gets_the_whole_message() {
    let (result, lines) = send(Fault::None).await;
    assert!(!result.unwrap().simulated);
    let all = lines.join("\n");
    assert!(all.starts_with("EHLO qishu.example\nAUTH PLAIN "), "{all}");
    assert!(all.contains("MAIL FROM:<no-reply@qishu.example>"), "{all}");
    assert!(all.contains("RCPT TO:<a@example.com>"), "{all}");
    assert!(
        all.contains("Message-ID: <3014826187358859384@qishu.example>"),
        "{all}"
    );
    assert!(all.contains("Date: Tue, 14 Nov 2023 22:13:20 +0000"), "{all}");
    assert!(all.contains("Content-Type: text/plain; charset=utf-8"), "{all}");
    let body: String = all
        .split("\n\n")
        .nth(1)
        .unwrap()
        .split("\n.\n")
        .next()
        .unwrap()
        .replace('\n', "");
    let decoded = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).unwrap();
    let text = String::from_utf8(decoded).unwrap().replace("\r\n", "\n");
    assert_eq!(text, message("").text);
}

#[tokio::test]
async fn no_fault_is_taken_for_success() {
    let cases = [
        (Fault::RefuseReceiver, false),
        (Fault::RefuseLogin, false),
        (Fault::Busy, true),
        (Fault::Silent, true),
        (Fault::DropAfterData, true),
    ];
    for (fault, transient) in cases {
        let (result, _) = send(fault).await;
        let error = result.unwrap_err();
        assert_eq!(error.is_transient(), transient, "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    let nobody = SmtpMail::new(&settings(1))
        .unwrap()
        .send(&message("a@example.com"), 0)
        .await
        .unwrap_err();
    assert!(matches!(nobody, SendError::Unavailable { .. }), "{nobody}");
}

#[tokio::test]
async fn a_server_without_tls_is_not_used_when_tls_is_wanted() {
    for protection in [SmtpProtection::Tls, SmtpProtection::StartTls] {
        let (port, seen) = server(Fault::None).await;
        let mail = SmtpMail::new(&SmtpSettings {
            protection,
            ..settings(port)
        })
        .unwrap();
        mail.send(&message("a@example.com"), 0).await.unwrap_err();
        let lines = seen.lock().unwrap().join("\n");
        assert!(!lines.contains("AUTH") && !lines.contains("MAIL FROM"), "{lines}");
    }
}

#[tokio::test]
async fn headers_cannot_be_injected() {
    let mail = SmtpMail::new(&settings(1)).unwrap();
    for contact in [
        "a@example.com\r\nBcc: b@example.com",
        "a@example.com, b@example.com",
        "13900000001",
        "",
    ] {
        let error = mail.send(&message(contact), 0).await.unwrap_err();
        assert!(matches!(error, SendError::Message { .. }), "{contact}: {error}");
    }
    let message = Message {
        subject: "x\r\nBcc: b@example.com".to_owned(),
        ..message("a@example.com")
    };
    assert!(matches!(
        mail.send(&message, 0).await.unwrap_err(),
        SendError::Message { .. }
    ));
}

#[test]
fn a_sender_that_is_no_address_is_refused() {
    let error = SmtpMail::new(&SmtpSettings {
        from: "nobody".to_owned(),
        ..settings(1)
    })
    .err()
    .unwrap();
    assert!(error.to_string().starts_with("mail.from"), "{error}");
}
