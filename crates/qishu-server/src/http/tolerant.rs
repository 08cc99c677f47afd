//! Connections whose request lines are mended before the HTTP library reads them: old clients write raw blanks into the
//! query, which it would refuse before any handler (specification, point 8).
//!
//! The adapter follows the stream just far enough to know where a request begins: it reads each head, takes the length of
//! the body from it and lets the body pass. When it cannot know the length (chunked bodies, a head that is too long), it
//! lets everything pass from there on; the library then judges the rest as it came.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use qishu_wire::request_line::repair;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// A head longer than this is not looked at; the library refuses it.
const MOST_HEAD_BYTES: usize = 64 * 1024;

/// A listener whose connections mend request lines.
pub(crate) struct TolerantListener {
    inner: TcpListener,
}

impl TolerantListener {
    pub(crate) const fn new(inner: TcpListener) -> Self {
        Self { inner }
    }
}

impl axum::serve::Listener for TolerantListener {
    type Io = TolerantStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            match self.inner.accept().await {
                Ok((stream, address)) => {
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "TCP_NODELAY cannot be set");
                    }
                    return (TolerantStream::new(stream), address);
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    // Out of descriptors, most likely: others must close first.
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}

enum Stage {
    /// A head is being collected.
    Head,
    /// So many bytes of body pass unseen.
    Body(u64),
    /// Nothing is looked at any more.
    Pass,
}

/// See the module.
pub(crate) struct TolerantStream<S> {
    inner: S,
    stage: Stage,
    /// Bytes of a head that is not complete yet.
    head: Vec<u8>,
    /// Bytes ready to be read, and how many of them were.
    ready: Vec<u8>,
    given: usize,
}

impl<S> TolerantStream<S> {
    const fn new(inner: S) -> Self {
        Self {
            inner,
            stage: Stage::Head,
            head: Vec::new(),
            ready: Vec::new(),
            given: 0,
        }
    }

    /// Takes bytes as they came from the client.
    fn take(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.stage {
                Stage::Pass => {
                    self.ready.extend_from_slice(bytes);
                    return;
                }
                Stage::Body(left) => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                    let (body, rest) = bytes.split_at(here);
                    self.ready.extend_from_slice(body);
                    bytes = rest;
                    let left = left - here as u64;
                    self.stage = if left == 0 { Stage::Head } else { Stage::Body(left) };
                }
                Stage::Head => bytes = self.take_head(bytes),
            }
        }
    }

    /// Collects a head; gives back what lies behind it.
    fn take_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let seen = self.head.len().saturating_sub(3);
        self.head.extend_from_slice(bytes);
        let end = self
            .head
            .get(seen..)
            .and_then(|tail| tail.windows(4).position(|window| window == b"\r\n\r\n"));
        let Some(end) = end.map(|end| seen + end + 4) else {
            if self.head.len() > MOST_HEAD_BYTES {
                self.ready.append(&mut self.head);
                self.stage = Stage::Pass;
            }
            return &[];
        };
        let behind = self.head.len() - end;
        self.head.truncate(end);
        let head = std::mem::take(&mut self.head);
        self.stage = after(&head);
        push_mended(&mut self.ready, &head);
        bytes.get(bytes.len() - behind..).unwrap_or_default()
    }

    /// What is left at the end of the stream goes on as it is.
    fn flush_head(&mut self) {
        self.ready.append(&mut self.head);
    }
}

fn push_mended(ready: &mut Vec<u8>, head: &[u8]) {
    let line_end = head
        .windows(2)
        .position(|window| window == b"\r\n")
        .unwrap_or(head.len());
    let (line, rest) = head.split_at(line_end);
    ready.extend_from_slice(&repair(line));
    ready.extend_from_slice(rest);
}

/// What follows a head.
fn after(head: &[u8]) -> Stage {
    let mut length: Option<u64> = None;
    for line in head.split(|byte| *byte == b'\n').skip(1) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            continue;
        };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"transfer-encoding") || name.eq_ignore_ascii_case(b"upgrade") {
            return Stage::Pass;
        }
        if name.eq_ignore_ascii_case(b"content-length") {
            let stated = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
            // Two different lengths, or none that can be read: the library refuses the request.
            if stated.is_none() || length.is_some_and(|known| Some(known) != stated) {
                return Stage::Pass;
            }
            length = stated;
        }
    }
    match length {
        None | Some(0) => Stage::Head,
        Some(length) => Stage::Body(length),
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TolerantStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let this = &mut *self;
            if let Some(waiting) = this.ready.get(this.given..).filter(|waiting| !waiting.is_empty()) {
                let count = waiting.len().min(buffer.remaining());
                buffer.put_slice(&waiting[..count]);
                this.given += count;
                if this.given == this.ready.len() {
                    this.ready.clear();
                    this.given = 0;
                }
                return Poll::Ready(Ok(()));
            }
            let mut chunk = [0_u8; 16 * 1024];
            let mut read = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.inner).poll_read(context, &mut read))?;
            if read.filled().is_empty() {
                this.flush_head();
                if this.ready.is_empty() {
                    return Poll::Ready(Ok(()));
                }
                continue;
            }
            let filled = read.filled().to_vec();
            this.take(&filled);
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TolerantStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything the library gets to read when the client's bytes come in pieces of `size`.
    fn through(bytes: &[u8], size: usize) -> String {
        let mut stream = TolerantStream::new(());
        for piece in bytes.chunks(size) {
            stream.take(piece);
        }
        stream.flush_head();
        String::from_utf8(stream.ready).unwrap()
    }

    #[test]
    fn raw_blanks_are_escaped_in_every_request_of_a_connection() {
        let sent = "GET /a?x=1 2 HTTP/1.1\r\nHost: h\r\n\r\n\
                    POST /b?y=a b HTTP/1.1\r\nContent-Length: 13\r\n\r\nGET /c d \r\n\r\n\
                    GET /e?z=甲 乙 HTTP/1.1\r\n\r\n";
        let read = "GET /a?x=1%202 HTTP/1.1\r\nHost: h\r\n\r\n\
                    POST /b?y=a%20b HTTP/1.1\r\nContent-Length: 13\r\n\r\nGET /c d \r\n\r\n\
                    GET /e?z=甲%20乙 HTTP/1.1\r\n\r\n";
        for size in [1, 2, 3, 7, 64, 4096] {
            assert_eq!(through(sent.as_bytes(), size), read, "pieces of {size}");
        }
    }

    #[test]
    fn bodies_of_unknown_length_pass_untouched() {
        let sent = "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\nGET /a b HTTP/1.1\r\n\r\n";
        assert_eq!(through(sent.as_bytes(), 5), sent);
    }

    #[test]
    fn contradicting_lengths_are_left_to_the_library() {
        let sent =
            "POST /b HTTP/1.1\r\nContent-Length: 1\r\ncontent-length: 2\r\n\r\nGET /a b HTTP/1.1\r\n\r\n";
        assert_eq!(through(sent.as_bytes(), 9), sent);
    }

    #[test]
    fn endless_heads_are_not_collected() {
        let sent = "x".repeat(MOST_HEAD_BYTES * 2);
        assert_eq!(through(sent.as_bytes(), 1000), sent);
    }
}
