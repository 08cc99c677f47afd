//! One HTTP exchange over one connection to one checked address.
//!
//! A small client instead of a large one, because each thing a large one does by itself is a way around the guard: it
//! resolves again, follows redirects, reads proxy variables, keeps connections, and decompresses.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use crate::body::Prepared;
use crate::deliver::Limits;

/// Most header fields of a reply.
const MOST_HEADERS: usize = 64;

/// An HTTP reply, cut at the limit.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Where an exchange failed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// No connection: nothing was sent.
    Connect(String),
    /// TLS failed: nothing was sent.
    Tls(String),
    /// The exchange itself failed.
    Exchange(String),
}

/// Sends a request to the first of the addresses that accepts a connection: a callback by POST, or a question by GET.
pub(crate) async fn send(
    method: Method,
    prepared: &Prepared,
    addresses: &[SocketAddr],
    tls: &Arc<rustls::ClientConfig>,
    limits: &Limits,
) -> Result<Reply, Fault> {
    let stream = connect(addresses, limits.connect_timeout).await?;
    if prepared.url.scheme() == "http" {
        return exchange(stream, method, prepared, limits).await;
    }
    let name = server_name(&prepared.url)?;
    let handshake = TlsConnector::from(Arc::clone(tls)).connect(name, stream);
    let stream = timeout(limits.connect_timeout, handshake)
        .await
        .map_err(|_| Fault::Tls("the TLS handshake took too long".to_owned()))?
        .map_err(|error| Fault::Tls(error.to_string()))?;
    exchange(stream, method, prepared, limits).await
}

async fn connect(addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, Fault> {
    let attempt = async {
        let mut last = "the host has no address".to_owned();
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error.to_string(),
            }
        }
        Err(Fault::Connect(last))
    };
    timeout(limit, attempt)
        .await
        .map_err(|_| Fault::Connect("connecting took too long".to_owned()))?
}

fn server_name(url: &Url) -> Result<ServerName<'static>, Fault> {
    let host = url
        .host_str()
        .unwrap_or_default()
        .trim_start_matches('[')
        .trim_end_matches(']');
    ServerName::try_from(host.trim_end_matches('.').to_owned()).map_err(|error| Fault::Tls(error.to_string()))
}

async fn exchange<S>(stream: S, method: Method, prepared: &Prepared, limits: &Limits) -> Result<Reply, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| Fault::Exchange(describe(&error));
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(limits.reply_header_bytes)
        .max_headers(MOST_HEADERS)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(failed)?;
    // The connection lives in this future, so that giving up closes it: no task is left behind.
    let talk = async {
        let response = sender
            .send_request(request(method, prepared)?)
            .await
            .map_err(failed)?;
        read(response, limits.reply_bytes).await
    };
    tokio::pin!(connection);
    tokio::pin!(talk);
    tokio::select! {
        biased;
        reply = &mut talk => reply,
        ended = &mut connection => {
            if let Err(error) = ended {
                return Err(failed(error));
            }
            // The receiver closed in good order; what it sent may still be waiting to be read.
            talk.await
        }
    }
}

fn request(method: Method, prepared: &Prepared) -> Result<Request<Full<Bytes>>, Fault> {
    let url = &prepared.url;
    let target = url.query().map_or_else(
        || url.path().to_owned(),
        |query| format!("{}?{query}", url.path()),
    );
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => String::new(),
    };
    let is_post = method == Method::POST;
    let mut builder = Request::builder()
        .method(method)
        .uri(target)
        .header(HOST, host)
        .header(USER_AGENT, concat!("qishu/", env!("CARGO_PKG_VERSION")))
        .header(CONNECTION, "close");
    if is_post {
        builder = builder
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded;charset=UTF-8")
            .header(CONTENT_LENGTH, prepared.body.len());
    }
    for (name, value) in &prepared.headers {
        builder = builder.header(*name, value);
    }
    let body = Full::new(Bytes::from(prepared.body.clone()));
    builder
        .body(body)
        .map_err(|error| Fault::Exchange(error.to_string()))
}

/// Reads the body up to the limit; what comes after it is not read.
async fn read(response: Response<Incoming>, limit: usize) -> Result<Reply, Fault> {
    let status = response.status().as_u16();
    let mut incoming = response.into_body();
    let mut body = Vec::new();
    while body.len() < limit {
        let Some(frame) = incoming.frame().await else {
            break;
        };
        let frame = frame.map_err(|error| Fault::Exchange(describe(&error)))?;
        if let Some(data) = frame.data_ref() {
            body.extend_from_slice(data.get(..data.len().min(limit - body.len())).unwrap_or_default());
        }
    }
    Ok(Reply { status, body })
}

fn describe(error: &hyper::Error) -> String {
    let cause = std::error::Error::source(error)
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default();
    format!("{error}{cause}")
}
