//! Messages between server and worker: a length of eight bytes, big-endian, then that many bytes. Inside, several byte
//! strings are put together the same way.

use std::io::{self, Read, Write};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

const LENGTH: usize = 8;

/// Several byte strings as one.
#[must_use]
pub fn pack(items: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::with_capacity(items.iter().map(|item| LENGTH + item.len()).sum());
    for item in items {
        out.extend_from_slice(&(item.len() as u64).to_be_bytes());
        out.extend_from_slice(item);
    }
    out
}

/// What [`pack`] put together; `None` for anything else.
#[must_use]
pub fn unpack(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut items = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_at_checked(LENGTH)?;
        let length = usize::try_from(u64::from_be_bytes(length.try_into().ok()?)).ok()?;
        let (item, rest) = rest.split_at_checked(length)?;
        items.push(item);
        bytes = rest;
    }
    Some(items)
}

/// One message; `None` when the other side has closed before one began.
pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; LENGTH];
    match from.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = usize::try_from(u64::from_be_bytes(length)).map_err(io::Error::other)?;
    let mut message = vec![0; length];
    from.read_exact(&mut message)?;
    Ok(Some(message))
}

pub(super) fn write(to: &mut impl Write, message: &[u8]) -> io::Result<()> {
    to.write_all(&(message.len() as u64).to_be_bytes())?;
    to.write_all(message)?;
    to.flush()
}

/// As [`read`], but an end is an error and the length has a limit: the other side is not trusted.
pub(super) async fn receive(from: &mut (impl AsyncRead + Unpin), limit: u64) -> io::Result<Vec<u8>> {
    let length = from.read_u64().await?;
    if length > limit {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("a message of {length} bytes, at most {limit} are allowed"),
        ));
    }
    // Grows with what really comes: a length alone allocates nothing.
    let mut message = Vec::new();
    from.take(length).read_to_end(&mut message).await?;
    if message.len() as u64 == length {
        Ok(message)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

pub(super) async fn send(to: &mut (impl AsyncWrite + Unpin), message: &[u8]) -> io::Result<()> {
    to.write_u64(message.len() as u64).await?;
    to.write_all(message).await?;
    to.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_come_apart_as_they_were_put_together() {
        let packed = pack(&[b"one", b"", b"three"]);
        assert_eq!(unpack(&packed).unwrap(), [b"one".as_slice(), b"", b"three"]);
        assert_eq!(unpack(b"").unwrap(), Vec::<&[u8]>::new());
    }

    #[test]
    fn cut_or_lying_strings_are_refused() {
        let packed = pack(&[b"one", b"two"]);
        for length in 1..packed.len() {
            let whole = length == packed.len() / 2;
            assert_eq!(unpack(&packed[..length]).is_some(), whole, "cut at {length}");
        }
        assert!(unpack(&u64::MAX.to_be_bytes()).is_none());
    }

    #[tokio::test]
    async fn messages_are_read_within_their_limit() {
        let mut wire = Vec::new();
        write(&mut wire, b"hello").unwrap();
        assert_eq!(receive(&mut wire.as_slice(), 5).await.unwrap(), b"hello");
        assert_eq!(
            receive(&mut wire.as_slice(), 4).await.unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
        assert_eq!(
            receive(&mut &wire[..wire.len() - 1], 5).await.unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
        assert_eq!(read(&mut wire.as_slice()).unwrap().unwrap(), b"hello");
        assert!(read(&mut [].as_slice()).unwrap().is_none());
    }
}
