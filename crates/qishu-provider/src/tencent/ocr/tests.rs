//! Against a double of the service, which checks the signature of each request as the service does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::tencent::{TencentSettings, authorization};

const SECRET_ID: &str = "AKIDexample";
const SECRET_KEY: &str = "secret-of-the-example";
const NOW_MS: i64 = 1_795_140_000_123;

/// Answers one request with `answer`, after checking its signature; an empty answer means silence. What was asked is kept.
async fn service(status: &'static str, answer: String) -> (TencentOcr, Arc<Mutex<String>>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let seen = Arc::new(Mutex::new(String::new()));
    let (keep, name) = (Arc::clone(&seen), host.clone());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        let (head, body) = loop {
            let count = stream.read(&mut buffer).await.unwrap();
            request.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&request).into_owned();
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && body.len() >= header(head, "content-length").parse::<usize>().unwrap()
            {
                break (head.to_owned(), body.to_owned());
            }
        };
        let now_s: i64 = header(&head, "x-tc-timestamp").parse().unwrap();
        assert_eq!(now_s, NOW_MS / 1000);
        assert_eq!(header(&head, "host"), name);
        let expected = authorization(&settings("", SECRET_KEY), "ocr", &name, &body, now_s);
        let (status, answer) = if header(&head, "authorization") == expected {
            (status, answer)
        } else {
            ("200 OK", error_answer("AuthFailure.SignatureFailure"))
        };
        *keep.lock().unwrap() = format!("{} {body}", header(&head, "x-tc-action"));
        if answer.is_empty() {
            std::future::pending::<()>().await;
        }
        let reply = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
            answer.len()
        );
        let _ = stream.write_all(reply.as_bytes()).await;
        let _ = stream.shutdown().await;
    });
    let endpoint = format!("http://{host}");
    (reader(&endpoint, SECRET_KEY), seen, endpoint)
}

fn header<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
        .unwrap_or_else(|| panic!("no {name} in {head}"))
}

fn settings(endpoint: &str, secret_key: &str) -> TencentSettings {
    TencentSettings {
        secret_id: SECRET_ID.to_owned(),
        secret_key: secret_key.to_owned(),
        region: "ap-guangzhou".to_owned(),
        endpoint: Some(endpoint.to_owned()),
        timeout: Duration::from_millis(600),
    }
}

fn reader(endpoint: &str, secret_key: &str) -> TencentOcr {
    TencentOcr::new(TencentClient::new(settings(endpoint, secret_key)).unwrap())
}

fn error_answer(code: &str) -> String {
    format!(r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"m"}},"RequestId":"r"}}}}"#)
}

#[tokio::test]
async fn cards_are_read_and_written_in_our_form() {
    let front = r#"{"Response":{"Name":"李明","Sex":"男","Nation":"汉","Birth":"1987/1/1","Address":"北京市石景山区",
        "IdNum":"440524198701010014","Authority":"","ValidDate":"","AdvancedInfo":"{}","RequestId":"r"}}"#;
    let (ocr, seen, _) = service("200 OK", front.to_owned()).await;
    let card = ocr.identity_card(b"abc", NOW_MS).await.ok().unwrap();
    assert_eq!(
        (card.side, card.name.as_deref()),
        (Some(CardSide::Front), Some("李明"))
    );
    assert_eq!(
        (card.birth.as_deref(), card.authority),
        (Some("1987-01-01"), None)
    );
    assert_eq!(
        seen.lock().unwrap().as_str(),
        r#"IDCardOCR {"ImageBase64":"YWJj"}"#
    );

    let back = r#"{"Response":{"Name":"","IdNum":"","Authority":"赣州市公安局","ValidDate":"2010.07.21-长期","RequestId":"r"}}"#;
    let card = service("200 OK", back.to_owned())
        .await
        .0
        .identity_card(b"abc", NOW_MS)
        .await
        .ok()
        .unwrap();
    assert_eq!(
        (card.side, card.valid_from.as_deref(), card.valid_to.as_deref()),
        (Some(CardSide::Back), Some("2010-07-21"), Some("长期"))
    );

    let bank = r#"{"Response":{"CardNo":"6225 7888 8888 8888","BankInfo":"招商银行(03080010)","ValidDate":"07/2023","CardType":"贷记卡","RequestId":"r"}}"#;
    let card = service("200 OK", bank.to_owned())
        .await
        .0
        .bank_card(b"abc", NOW_MS)
        .await
        .ok()
        .unwrap();
    assert_eq!(
        (card.number.as_str(), card.bank.as_deref(), card.credit),
        ("6225788888888888", Some("招商银行"), Some(true))
    );
}

#[tokio::test]
async fn documented_errors_are_told_apart() {
    for (code, picture) in [
        ("FailedOperation.ImageBlur", true),
        ("FailedOperation.ImageNoIdCard", true),
        ("FailedOperation.OcrFailed", true),
        ("LimitExceeded.TooLargeFileError", true),
        ("FailedOperation.UnOpenError", false),
        ("AuthFailure.SecretIdNotFound", false),
    ] {
        let read = service("200 OK", error_answer(code))
            .await
            .0
            .identity_card(b"abc", NOW_MS)
            .await;
        match read.err().unwrap() {
            OcrError::Unreadable { reason } => assert!(picture && reason == code, "{code}"),
            OcrError::Service(SendError::Refused { reason, .. }) => {
                assert!(!picture && reason.starts_with(code), "{code}");
            }
            other => panic!("{code}: {other}"),
        }
    }
    let busy = service("200 OK", error_answer("RequestLimitExceeded"))
        .await
        .0
        .bank_card(b"abc", NOW_MS)
        .await;
    assert!(busy.is_err_and(|error| matches!(error, OcrError::Service(error) if error.is_transient())));
}

#[tokio::test]
async fn a_wrong_key_is_refused_by_the_signature() {
    let (_, _, endpoint) = service("200 OK", String::new()).await;
    let forged = reader(&endpoint, "another key");
    let refused = forged.bank_card(b"abc", NOW_MS).await.err().unwrap();
    assert!(
        refused.to_string().contains("AuthFailure.SignatureFailure"),
        "{refused}"
    );
}

#[tokio::test]
async fn what_proves_nothing_is_no_answer() {
    for (status, answer) in [
        ("200 OK", "<html>".to_owned()),
        ("200 OK", "{}".to_owned()),
        (
            "200 OK",
            r#"{"Response":{"CardNo":"6225788888888888"}}"#.to_owned(),
        ),
        (
            "200 OK",
            r#"{"Response":{"CardNo":"","RequestId":"r"}}"#.to_owned(),
        ),
        ("200 OK", "x".repeat(64 * 1024 + 1)),
        (
            "302 Found",
            r#"{"Response":{"CardNo":"6225788888888888","RequestId":"r"}}"#.to_owned(),
        ),
        ("500 Internal Server Error", String::from("{}")),
        ("200 OK", String::new()),
    ] {
        let shown: String = answer.chars().take(40).collect();
        let read = service(status, answer).await.0.bank_card(b"abc", NOW_MS).await;
        let transient = matches!(&read, Err(OcrError::Service(error)) if error.is_transient());
        assert!(transient, "{status} {shown}");
    }
}
