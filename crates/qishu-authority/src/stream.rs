//! Sealed streams of any length: what leaves the machine, as backups do, is as protected as the columns of the database (R-67, P10).
//!
//! Chunks of 64 KiB are sealed with AES-256-GCM under a key of their own stream; number and "this is the last one" are part of each
//! nonce (the STREAM construction), so that chunks cannot be changed, exchanged, left out or cut off unseen.

use std::io::{self, Read, Write};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::rand;

use crate::MasterKey;

const MAGIC: &[u8; 8] = b"QISHUS\x00\x01";
const SALT_LEN: usize = 16;
const TAG_LEN: usize = 16;
/// Plain bytes of every chunk but the last.
const CHUNK: usize = 64 * 1024;

fn stream_key(master: &MasterKey, purpose: &str, salt: &[u8]) -> io::Result<LessSafeKey> {
    let key = master.keyed_digest(&format!("qishu sealed stream: {purpose}"), salt);
    let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| failed("the key cannot be used"))?;
    Ok(LessSafeKey::new(key))
}

fn nonce(number: u32, last: bool) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    let (_, end) = bytes.split_at_mut(NONCE_LEN - 5);
    end.iter_mut()
        .zip(number.to_be_bytes().into_iter().chain([u8::from(last)]))
        .for_each(|(octet, value)| *octet = value);
    Nonce::assume_unique_for_key(bytes)
}

fn failed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn next_number(number: u32) -> io::Result<u32> {
    number
        .checked_add(1)
        .ok_or_else(|| failed("the stream is too long"))
}

/// Seals what is written to it. Without [`SealedWriter::finish`] the stream has no end and is refused when it is opened.
pub struct SealedWriter<W: Write> {
    out: W,
    key: LessSafeKey,
    number: u32,
    chunk: Vec<u8>,
}

impl<W: Write> SealedWriter<W> {
    /// Starts a stream; `purpose` must be given again to open it.
    ///
    /// # Errors
    /// When nothing can be written, or the system gives no random bytes.
    pub fn new(master: &MasterKey, purpose: &str, mut out: W) -> io::Result<Self> {
        let mut salt = [0; SALT_LEN];
        rand::fill(&mut salt).map_err(|_| io::Error::other("the system gave no random bytes"))?;
        out.write_all(MAGIC)?;
        out.write_all(&salt)?;
        Ok(Self {
            out,
            key: stream_key(master, purpose, &salt)?,
            number: 0,
            chunk: Vec::with_capacity(CHUNK + TAG_LEN),
        })
    }

    /// Writes the end.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let sealed =
            self.key
                .seal_in_place_append_tag(nonce(self.number, last), Aad::from(MAGIC), &mut self.chunk);
        sealed.map_err(|_| failed("a chunk cannot be sealed"))?;
        self.out.write_all(&self.chunk)?;
        self.chunk.clear();
        self.number = next_number(self.number)?;
        Ok(())
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() == CHUNK {
            self.seal(false)?;
        }
        let taken = bytes.len().min(CHUNK - self.chunk.len());
        self.chunk
            .extend_from_slice(bytes.get(..taken).unwrap_or_default());
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens a stream that [`SealedWriter`] made. Gives no byte of a chunk that was changed.
pub struct SealedReader<R: Read> {
    input: R,
    key: LessSafeKey,
    number: u32,
    /// Sealed bytes of the next chunk, and one byte more if there are any: only then is it not the last.
    ahead: Vec<u8>,
    plain: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> SealedReader<R> {
    /// Reads the head of a stream.
    ///
    /// # Errors
    /// When it is no stream of ours, or cannot be read.
    pub fn new(master: &MasterKey, purpose: &str, mut input: R) -> io::Result<Self> {
        let mut magic = [0; MAGIC.len()];
        let mut salt = [0; SALT_LEN];
        input.read_exact(&mut magic)?;
        if &magic != MAGIC {
            return Err(failed("this is no sealed file of qishu"));
        }
        input.read_exact(&mut salt)?;
        Ok(Self {
            input,
            key: stream_key(master, purpose, &salt)?,
            number: 0,
            ahead: Vec::new(),
            plain: Vec::new(),
            given: 0,
            ended: false,
        })
    }

    fn open_next(&mut self) -> io::Result<()> {
        let wanted = CHUNK + TAG_LEN + 1;
        let missing = wanted.saturating_sub(self.ahead.len()) as u64;
        self.input.by_ref().take(missing).read_to_end(&mut self.ahead)?;
        let last = self.ahead.len() < wanted;
        let mut chunk = std::mem::take(&mut self.ahead);
        if !last {
            self.ahead.extend(chunk.pop());
        }
        let opened = self
            .key
            .open_in_place(nonce(self.number, last), Aad::from(MAGIC), &mut chunk);
        let length = opened
            .map_err(|_| failed("the file is damaged, cut off, or sealed with another master key"))?
            .len();
        chunk.truncate(length);
        self.plain = chunk;
        self.given = 0;
        self.ended = last;
        self.number = next_number(self.number)?;
        Ok(())
    }
}

impl<R: Read> Read for SealedReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.plain.len() {
            if self.ended {
                return Ok(0);
            }
            self.open_next()?;
        }
        let mut rest = self.plain.get(self.given..).unwrap_or_default();
        let read = rest.read(out)?;
        self.given += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(octet: u8) -> MasterKey {
        MasterKey::from_bytes([octet; 32])
    }

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut writer = SealedWriter::new(&key(1), "test", Vec::new()).unwrap();
        writer.write_all(plain).unwrap();
        writer.finish().unwrap()
    }

    fn opened(sealed: &[u8], master: &MasterKey, purpose: &str) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        SealedReader::new(master, purpose, sealed)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn streams_of_every_length_come_back() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 7] {
            let plain: Vec<u8> = (0..length)
                .map(|place| u8::try_from(place % 251).unwrap())
                .collect();
            assert_eq!(
                opened(&sealed(&plain), &key(1), "test").unwrap(),
                plain,
                "{length}"
            );
        }
    }

    #[test]
    fn only_the_right_key_and_purpose_open_a_stream() {
        let stream = sealed(b"contract");
        assert!(opened(&stream, &key(2), "test").is_err());
        assert!(opened(&stream, &key(1), "other").is_err());
        assert!(opened(b"something else, and long enough", &key(1), "test").is_err());
    }

    #[test]
    fn changed_exchanged_missing_and_cut_chunks_are_found() {
        let plain = vec![7; 2 * CHUNK + 100];
        let stream = sealed(&plain);
        let head = MAGIC.len() + SALT_LEN;
        let chunk = CHUNK + TAG_LEN;
        for place in (0..stream.len()).step_by(4_099) {
            let mut changed = stream.clone();
            changed[place] ^= 1;
            assert!(opened(&changed, &key(1), "test").is_err(), "{place}");
        }
        let (first, second) = (
            &stream[head..head + chunk],
            &stream[head + chunk..head + 2 * chunk],
        );
        let end = &stream[head + 2 * chunk..];
        for spoilt in [
            [&stream[..head], second, first, end].concat(),
            [&stream[..head], first, end].concat(),
            stream[..head + chunk].to_vec(),
            stream[..stream.len() - 1].to_vec(),
            [&stream[..], b"more"].concat(),
            stream[..head].to_vec(),
        ] {
            assert!(opened(&spoilt, &key(1), "test").is_err());
        }
    }
}
