//! Attempts to do what a worker must not: for `qishu doctor`, for the check at start, and for tests. A sandbox is
//! believed when it has refused, not when it was set up.

use std::hint::black_box;
use std::io::Write as _;
use std::net::{TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::Command;

use super::frame::{pack, unpack};

/// What to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// Use up memory until there is none left.
    Memory,
    /// Compute for ever.
    Spin,
    /// Sockets, other programs, reading and writing files, listing folders. The paths are tried in addition to usual
    /// ones: files are read, folders are listed and written into.
    Trespass(Vec<PathBuf>),
}

/// Something that should have been refused and was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trespass(pub String);

impl Probe {
    /// The probe as a job.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Memory => pack(&[b"memory"]),
            Self::Spin => pack(&[b"spin"]),
            Self::Trespass(paths) => {
                let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
                let mut items: Vec<&[u8]> = vec![b"trespass"];
                items.extend(paths.iter().map(String::as_bytes));
                pack(&items)
            }
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let items = unpack(bytes)?;
        let (kind, rest) = items.split_first()?;
        match *kind {
            b"memory" => Some(Self::Memory),
            b"spin" => Some(Self::Spin),
            b"trespass" => Some(Self::Trespass(
                rest.iter()
                    .map(|path| PathBuf::from(String::from_utf8_lossy(path).into_owned()))
                    .collect(),
            )),
            _ => None,
        }
    }

    /// What the answer to a probe says: empty when everything was refused, `None` when it is no answer.
    #[must_use]
    pub fn read_answer(answer: &[u8]) -> Option<Vec<Trespass>> {
        let items = unpack(answer)?;
        let (mark, found) = items.split_first()?;
        (*mark == b"tried").then(|| {
            found
                .iter()
                .map(|text| Trespass(String::from_utf8_lossy(text).into_owned()))
                .collect()
        })
    }
}

/// Carries a probe out, in a worker.
#[must_use]
pub fn perform_probe(job: &[u8]) -> Vec<u8> {
    let found = match Probe::from_bytes(job) {
        Some(Probe::Memory) => vec![use_up_memory()],
        Some(Probe::Spin) => spin(),
        Some(Probe::Trespass(paths)) => trespass(&paths),
        None => vec!["the probe was not understood".to_owned()],
    };
    let mut items: Vec<&[u8]> = vec![b"tried"];
    items.extend(found.iter().map(String::as_bytes));
    pack(&items)
}

/// More than any worker may have. Each piece is written to, so that it really is used.
fn use_up_memory() -> String {
    const PIECE: usize = 16 << 20;
    let pieces: Vec<Vec<u8>> = (0..1024u32)
        .map(|index| black_box(vec![index as u8 | 1; PIECE]))
        .collect();
    format!("{} MB of memory were used", pieces.len() * (PIECE >> 20))
}

fn spin() -> ! {
    let mut count = 0u64;
    loop {
        count = black_box(count.wrapping_add(1));
    }
}

fn trespass(paths: &[PathBuf]) -> Vec<String> {
    let mut found = Vec::new();
    let mut note = |succeeded: bool, what: String| {
        if succeeded {
            found.push(what);
        }
    };
    note(
        UdpSocket::bind("127.0.0.1:0").is_ok(),
        "a UDP socket was opened".to_owned(),
    );
    // A refused connection would mean that there was a socket to try it with.
    let connected = TcpStream::connect("127.0.0.1:9");
    let reached = !matches!(&connected, Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied);
    note(reached, "a TCP socket was opened".to_owned());
    note(
        std::os::unix::net::UnixDatagram::unbound().is_ok(),
        "a local socket was opened".to_owned(),
    );
    note(
        Command::new("/bin/true").status().is_ok(),
        "a program was started".to_owned(),
    );
    note(
        std::thread::Builder::new().spawn(|| ()).is_ok(),
        "a thread was started".to_owned(),
    );
    let usual = ["/etc/passwd", "/proc/self/environ", "/", "/tmp"].map(PathBuf::from);
    for path in usual.iter().chain(paths) {
        note(
            std::fs::read(path).is_ok(),
            format!("{} was read", path.display()),
        );
        note(
            std::fs::read_dir(path).is_ok(),
            format!("{} was listed", path.display()),
        );
        let name = path.join("qishu-probe");
        let written = std::fs::File::create(&name).and_then(|mut file| file.write_all(b"probe"));
        note(
            written.is_ok() || name.exists(),
            format!("{} was written into", path.display()),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_travel_as_bytes() {
        for probe in [
            Probe::Memory,
            Probe::Spin,
            Probe::Trespass(vec![PathBuf::from("/etc"), PathBuf::from("/数据")]),
        ] {
            assert_eq!(Probe::from_bytes(&probe.to_bytes()), Some(probe));
        }
        assert_eq!(Probe::from_bytes(b"anything"), None);
    }

    #[test]
    fn without_a_sandbox_trespasses_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let probe = Probe::Trespass(vec![folder.path().to_owned()]);
        let found = Probe::read_answer(&perform_probe(&probe.to_bytes())).unwrap();
        for expected in ["a UDP socket was opened", "/etc/passwd was read"] {
            assert!(found.contains(&Trespass(expected.to_owned())), "{found:?}");
        }
        assert!(folder.path().join("qishu-probe").exists());
    }
}
