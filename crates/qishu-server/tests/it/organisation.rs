//! What the tests of companies, employees and seals share: a stranger, tables of refusals, pictures, a receiver of callbacks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_app::application::{NewApplication, create_application};
use qishu_app::company::{NewCompany, create_company};
use qishu_model::application::RequestRules;
use qishu_model::rights::Area;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::app::TestApp;

/// Token and secret of an application.
pub(crate) struct Credentials {
    pub(crate) token: String,
    pub(crate) secret: String,
}

impl TestApp {
    /// An application of `company`, confined to `areas`.
    pub(crate) async fn application_of(&self, company: &str, areas: &[Area]) -> Credentials {
        let new = NewApplication {
            company: company.to_owned(),
            name: "另一个系统".to_owned(),
            callback_url: None,
            rules: RequestRules {
                areas: areas.to_vec(),
                ..RequestRules::default()
            },
        };
        let made = create_application(&self.app, new).await.unwrap();
        Credentials {
            token: made.token,
            secret: made.secrets[0].expose().to_owned(),
        }
    }

    /// A platform company without any relation to the demo's, and its application.
    pub(crate) async fn stranger(&self) -> Credentials {
        self.company("路人科技有限公司", None, true).await;
        self.application_of("路人科技有限公司", &[]).await
    }

    pub(crate) async fn company(&self, name: &str, register_no: Option<&str>, authenticated: bool) {
        let new = NewCompany {
            name: name.to_owned(),
            register_no: register_no.map(str::to_owned),
            legal_person: Some("赵六".to_owned()),
            parent: None,
            authenticated,
        };
        create_company(&self.app, new).await.unwrap();
    }

    /// Every call of the table answers its code, and the message names what it must.
    pub(crate) async fn assert_refused(&self, path: &str, table: &[(Value, i64, &str)]) {
        for (body, code, named) in table {
            let answer = self.post(path, body).await;
            assert_eq!(answer.code(), *code, "{path} {body} {}", answer.text());
            assert!(answer.text().contains(named), "{path} {body} {}", answer.text());
        }
    }

    /// The same for calls by GET.
    pub(crate) async fn assert_get_refused(&self, table: &[(&str, i64)]) {
        for (target, code) in table {
            let answer = self.get(target).await;
            assert_eq!(answer.code(), *code, "{target} {}", answer.text());
        }
    }

    /// What was stored still fits the ledger (P2, P7).
    pub(crate) async fn assert_promises(&self) {
        let mut reader = self.app.store.read("promises");
        let replay = qishu_store::ledger::replay_and_compare(&mut reader)
            .await
            .unwrap();
        assert_eq!(replay.differences, []);
        let chain = qishu_store::ledger::verify_chain(&mut reader, &[]).await.unwrap();
        assert_eq!(chain.faults, []);
    }
}

/// A receiver of callbacks: answers each with `reply` and hands on what it got.
pub(crate) async fn receiver(reply: &'static str) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, received) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let mut buffer = [0; 4096];
            let body = loop {
                let count = stream.read(&mut buffer).await.unwrap_or_default();
                bytes.extend_from_slice(&buffer[..count]);
                if let Some(body) = whole_body(&bytes) {
                    break body;
                }
                if count == 0 {
                    break String::new();
                }
            };
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{reply}",
                reply.len()
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let _ = sender.send(body);
        }
    });
    (address, received)
}

fn whole_body(request: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(request).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.eq_ignore_ascii_case("content-length")).then(|| value.trim().parse::<usize>().ok())?
    })?;
    (body.len() >= length).then(|| body.to_owned())
}

/// The value of a field of a form, decoded.
pub(crate) fn form_field(form: &str, name: &str) -> Option<String> {
    let pair = form
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    let mut bytes = Vec::new();
    let mut rest = pair.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

/// A scan as a bitmap: white paper with a red square in it; Base64 as clients send it.
pub(crate) fn scanned_seal() -> String {
    const SIDE: u32 = 60;
    let mut file = b"BM".to_vec();
    for number in [54 + SIDE * SIDE * 3, 0, 54, 40, SIDE, SIDE] {
        file.extend_from_slice(&number.to_le_bytes());
    }
    file.extend_from_slice(&[1, 0, 24, 0]);
    file.extend_from_slice(&[0; 24]);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let ink = (10..40).contains(&x) && (20..50).contains(&y);
            file.extend_from_slice(if ink { &[30, 20, 210] } else { &[252, 250, 251] });
        }
    }
    STANDARD.encode(file)
}

/// Width and height in pixels, colour type, and pixels per metre of a PNG.
pub(crate) fn png_header(file: &[u8]) -> (u32, u32, u8, Option<u32>) {
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!(&file[..8], b"\x89PNG\r\n\x1a\n");
    let density = file.windows(4).position(|window| window == b"pHYs");
    (number(16), number(20), file[25], density.map(|at| number(at + 4)))
}
