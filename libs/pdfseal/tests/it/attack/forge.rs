//! Tools of an attacker: revisions by hand, signatures over whatever one likes, bytes exchanged in place.

use sealpki::SignerIdentity;

/// Room for `/ByteRange` while a revision is laid out.
const RANGE: &str = "________________________________________";

/// A revision in the making on top of a file.
pub(crate) struct Update {
    file: Vec<u8>,
    previous: usize,
    offsets: Vec<(u32, usize, bool)>,
    /// Further trailer entries.
    trailer: String,
    root: u32,
}

/// What a forged signature dictionary is written from: texts of its byte range and of its contents.
pub(crate) type Dictionary<'d> = &'d dyn Fn(&str, &str) -> String;

/// How the byte range of a forged signature is computed: start and end of the hole, length of the file.
pub(crate) type Range<'r> = &'r dyn Fn(usize, usize, usize) -> String;

impl Update {
    pub(crate) fn of(file: &[u8]) -> Self {
        let mut file = file.to_vec();
        if file.last() != Some(&b'\n') {
            file.push(b'\n');
        }
        Self {
            previous: last_startxref(&file),
            file,
            offsets: Vec::new(),
            trailer: "/Info 8 0 R".to_owned(),
            root: 1,
        }
    }

    pub(crate) fn object(mut self, number: u32, body: &str) -> Self {
        self.offsets.push((number, self.file.len(), true));
        self.file
            .extend(format!("{number} 0 obj\n{body}\nendobj\n").into_bytes());
        self
    }

    pub(crate) fn objects(self, objects: &[(u32, String)]) -> Self {
        objects
            .iter()
            .fold(self, |update, (number, body)| update.object(*number, body))
    }

    /// Marks an object as free.
    pub(crate) fn free(mut self, number: u32) -> Self {
        self.offsets.push((number, 0, false));
        self
    }

    /// Lists an object at a place of one's choice.
    pub(crate) fn entry(mut self, number: u32, offset: usize) -> Self {
        self.offsets.push((number, offset, true));
        self
    }

    /// Does not list an object that was written.
    pub(crate) fn hidden(mut self, number: u32) -> Self {
        self.offsets.retain(|one| one.0 != number);
        self
    }

    pub(crate) fn root(mut self, number: u32) -> Self {
        self.root = number;
        self
    }

    pub(crate) fn trailer(mut self, entries: &str) -> Self {
        self.trailer = format!("{} {entries}", self.trailer);
        self
    }

    pub(crate) fn len(&self) -> usize {
        self.file.len()
    }

    /// Ends the revision without a signature.
    pub(crate) fn unsigned(mut self) -> Vec<u8> {
        let xref = self.file.len();
        self.offsets.sort_unstable();
        let mut table = "xref\n".to_owned();
        for (number, offset, used) in &self.offsets {
            let kind = if *used { "00000 n" } else { "00001 f" };
            table += &format!("{number} 1\n{offset:010} {kind} \n");
        }
        let size = self
            .offsets
            .iter()
            .map(|one| one.0 + 1)
            .max()
            .unwrap_or(1)
            .max(99);
        self.file.extend(
            format!(
                "{table}trailer\n<< /Size {size} /Root {} 0 R /Prev {} {} >>\nstartxref\n{xref}\n%%EOF\n",
                self.root, self.previous, self.trailer
            )
            .into_bytes(),
        );
        self.file
    }

    /// Ends the revision with signature object 90 over all of it.
    pub(crate) fn signed(self, signer: &SignerIdentity) -> Vec<u8> {
        self.signed_as(signer, &plain, &|start, end, length| {
            format!("[0 {start} {end} {}]", length - end)
        })
    }

    /// The same with a dictionary and a byte range of one's choice. What is signed is what an honest range would cover.
    pub(crate) fn signed_as(
        mut self,
        signer: &SignerIdentity,
        dictionary: Dictionary<'_>,
        range: Range<'_>,
    ) -> Vec<u8> {
        // Room for what an attacker adds to the signature.
        let hole = format!("<{}>", "0".repeat((signer.cms_len_max() + 4_000) * 2));
        let start = self.file.len();
        self = self.object(90, &dictionary(RANGE, &hole));
        let mut file = self.unsigned();
        let find = |file: &[u8], needle: &str| {
            file.get(start..)
                .and_then(|tail| position(tail, needle.as_bytes()))
                .map(|at| at + start)
        };
        let hole_start = find(&file, &hole);
        let (from, to) = hole_start.map_or((start, start), |at| (at, at + hole.len()));
        let text = format!("{:<40}", range(from, to, file.len()));
        if let Some(at) = find(&file, RANGE) {
            file[at..at + RANGE.len()].copy_from_slice(&text.as_bytes()[..RANGE.len()]);
        }
        let covered = [&file[..from], &file[to..]].concat();
        if let Some(at) = hole_start {
            fill(
                &mut file,
                at,
                &signer
                    .sign_detached(&signer.digest_algorithm().digest(&covered))
                    .unwrap(),
            );
        }
        file
    }
}

/// A signature dictionary as it should be.
pub(crate) fn plain(range: &str, contents: &str) -> String {
    format!(
        "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange {range} /Contents {contents} >>"
    )
}

/// Writes a CMS into the hexadecimal string that starts at `at`.
pub(crate) fn fill(file: &mut [u8], at: usize, cms: &[u8]) {
    let hex: String = cms.iter().map(|byte| format!("{byte:02X}")).collect();
    file[at + 1..at + 1 + hex.len()].copy_from_slice(hex.as_bytes());
}

pub(crate) fn position(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

pub(crate) fn last_position(haystack: &[u8], needle: &[u8]) -> usize {
    haystack
        .windows(needle.len())
        .rposition(|window| window == needle)
        .unwrap()
}

pub(crate) fn last_startxref(file: &[u8]) -> usize {
    let at = last_position(file, b"startxref\n") + 10;
    let digits: String = file[at..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .map(|byte| char::from(*byte))
        .collect();
    digits.parse().unwrap()
}

/// Exchanges the last occurrence of some bytes for others of the same length.
pub(crate) fn exchanged(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "{}", String::from_utf8_lossy(from));
    let mut file = file.to_vec();
    let at = last_position(&file, from);
    file[at..at + to.len()].copy_from_slice(to);
    file
}

/// The CMS of the last signature of a file, without padding, and where its hexadecimal string starts.
pub(crate) fn last_cms(file: &[u8]) -> (usize, Vec<u8>) {
    let at = last_position(file, b"/Contents <") + 10;
    let end = at + position(&file[at..], b">").unwrap();
    let bytes: Vec<u8> = file[at + 1..end]
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    let length = sealpki::element_len(&bytes).unwrap();
    (at, bytes[..length].to_vec())
}

/// The same file with another CMS in its last signature, zeros behind it.
pub(crate) fn with_cms(file: &[u8], cms: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let (at, _) = last_cms(&file);
    let end = at + position(&file[at..], b">").unwrap();
    assert!(
        cms.len() * 2 < end - at,
        "the forged CMS has {} bytes, the hole takes {}",
        cms.len(),
        (end - at) / 2
    );
    file[at + 1..end].fill(b'0');
    fill(&mut file, at, cms);
    file
}
