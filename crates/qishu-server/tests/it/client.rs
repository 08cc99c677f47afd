//! Requests as bytes on a socket, so that tests decide about every one of them.

use std::sync::atomic::{AtomicU64, Ordering};

use md5::{Digest as _, Md5};
use qishu_app::demo::{APP_SECRET, APP_TOKEN};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::app::TestApp;

static NONCE: AtomicU64 = AtomicU64::new(0);

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn code(&self) -> i64 {
        self.json()["code"].as_i64().unwrap()
    }

    /// `result` of a success.
    pub(crate) fn result(&self) -> Value {
        assert_eq!(self.code(), 0, "{}", self.text());
        self.json()["result"].clone()
    }
}

impl TestApp {
    /// Sends bytes on a connection of their own and reads the answer.
    pub(crate) async fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let end = bytes
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
            .expect("an answer with a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer {
            status,
            head,
            body: bytes[end + 4..].to_vec(),
        }
    }

    /// The four headers of the request signature, with a nonce never used before.
    pub(crate) fn signed_headers(&self) -> String {
        self.headers_of(APP_TOKEN, APP_SECRET)
    }

    pub(crate) fn headers_of(&self, token: &str, secret: &str) -> String {
        let nonce = format!("n{}", NONCE.fetch_add(1, Ordering::Relaxed));
        let timestamp = self.clock.now_ms().to_string();
        let signature = md5(&[token, secret, &timestamp, &nonce]);
        format!(
            "x-qys-open-accesstoken: {token}\r\nx-qys-open-timestamp: {timestamp}\r\n\
             x-qys-open-nonce: {nonce}\r\nx-qys-open-signature: {signature}\r\n"
        )
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.get_with(target, &self.signed_headers()).await
    }

    pub(crate) async fn get_with(&self, target: &str, headers: &str) -> Answer {
        self.raw(format!("GET {target} HTTP/1.1\r\nHost: h\r\n{headers}Connection: close\r\n\r\n").as_bytes())
            .await
    }

    pub(crate) async fn post(&self, target: &str, body: &Value) -> Answer {
        self.post_with(target, &self.signed_headers(), body).await
    }

    pub(crate) async fn post_with(&self, target: &str, headers: &str, body: &Value) -> Answer {
        self.post_bytes(
            target,
            headers,
            "application/json;charset=UTF-8",
            body.to_string().as_bytes(),
        )
        .await
    }

    pub(crate) async fn post_bytes(&self, target: &str, headers: &str, kind: &str, body: &[u8]) -> Answer {
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: h\r\n{headers}Content-Type: {kind}\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        self.raw(&[head.as_bytes(), body].concat()).await
    }

    /// A file as the Java and C# libraries send it: a line break before the first boundary, headers without blanks.
    pub(crate) async fn upload(&self, target: &str, fields: &[(&str, &str)], file: &[u8]) -> Answer {
        self.upload_with(target, &self.signed_headers(), fields, ("file", file))
            .await
    }

    pub(crate) async fn upload_with(
        &self,
        target: &str,
        headers: &str,
        fields: &[(&str, &str)],
        (name, file): (&str, &[u8]),
    ) -> Answer {
        let mut body = b"\r\n".to_vec();
        for (name, value) in fields {
            let part = format!(
                "------sdkboundaryAb1\r\nContent-Disposition:form-data;name=\"{name}\"\r\nContent-Type:text/plain\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        let part = format!(
            "------sdkboundaryAb1\r\nContent-Disposition:form-data;name=\"{name}\";filename=\"streamFile\"\r\n\
             Content-Type:application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(part.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(b"\r\n------sdkboundaryAb1--\r\n");
        let kind = "multipart/form-data;charset=UTF-8; boundary=----sdkboundaryAb1";
        self.post_bytes(target, headers, kind, &body).await
    }

    /// A request of a page: session in the header, proof of origin.
    pub(crate) async fn page(&self, path: &str, session: &str, body: Option<&Value>) -> Answer {
        let headers = format!("X-Qishu-Session: {session}\r\nX-Qishu-Page: 1\r\n");
        let target = format!("/page/api{path}");
        match body {
            Some(body) => self.post_with(&target, &headers, body).await,
            None => self.get_with(&target, &headers).await,
        }
    }
}

pub(crate) fn md5(parts: &[&str]) -> String {
    hex::encode(Md5::digest(parts.concat().as_bytes()))
}

/// The contract of the examples: two pages, Chinese.
pub(crate) fn contract_pdf() -> &'static [u8] {
    include_bytes!("../../../../examples/contract.pdf")
}
