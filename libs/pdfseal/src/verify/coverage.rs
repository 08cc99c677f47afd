//! Which bytes a signature covers, checked against the bytes themselves.
//!
//! The known forgeries live here (R-51): missing or indirect elements, ranges with gaps, ranges that end before the end of
//! their revision, other bytes in the place of the signature. So nothing is taken from the parsed dictionary that is not
//! found again at its very offset in the file.

use std::ops::Range;

use super::{SubIndication, Verdict, fields::text, locks::Locks};
use crate::{
    document::Document,
    object::{Dictionary, Object, Reference},
};

/// What is in `/Contents` (ISO 32000-2, table 255 and 12.8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// `ETSI.CAdES.detached`: a CMS as PAdES wants it (ETSI EN 319 142-1).
    Cades,
    /// `adbe.pkcs7.detached`: a CMS.
    Pkcs7,
    /// `adbe.pkcs7.sha1`: a CMS that signs the SHA-1 of the document.
    Pkcs7Sha1,
    /// `ETSI.RFC3161`: a time-stamp of the document.
    TimeStamp,
    /// A signature with an electronic seal of GB/T 38540 or GM/T 0031, under any of the names in use.
    Seal,
}

/// Names under which SES_Signature is found; none is registered.
const SEAL_FILTERS: [&str; 2] = ["GM.PKILite", "Gomain.GMPkiLite"];
const SEAL_SUB_FILTERS: [&str; 2] = ["GM.SM2", "GM.sm2seal"];

/// What a well-formed signature dictionary says.
#[derive(Debug)]
pub(super) struct Coverage {
    pub(super) format: Format,
    pub(super) locks: Locks,
    /// The hexadecimal string of `/Contents` with its brackets.
    pub(super) hole: Range<usize>,
    /// End of the covered bytes.
    pub(super) end: usize,
    /// Index of the revision that ends there.
    pub(super) revision: usize,
    /// Decoded `/Contents` with its padding.
    pub(super) contents: Vec<u8>,
    /// `/M` as written.
    pub(super) signing_time: Option<String>,
}

pub(super) fn read(document: &Document<'_>, value: Reference) -> Result<Coverage, Verdict> {
    let span = document
        .object_span(value)?
        .ok_or_else(|| bad("the signature is inside an object stream"))?;
    let object = document.object(value)?;
    let Object::Dictionary(dictionary) = object else {
        return Err(bad("the signature is not a dictionary"));
    };
    let format = read_format(&dictionary)?;
    let raw = document.raw_dictionary(value)?;
    let mut contents = raw.entries.iter().filter(|entry| entry.name == "Contents");
    let (Some(entry), None) = (contents.next(), contents.next()) else {
        return Err(bad("the signature does not have exactly one /Contents"));
    };
    let hole = entry.value.clone();
    let contents = decode_hole(document.bytes().get(hole.clone()).unwrap_or_default())?;
    let end = check_range(&dictionary, &hole, document.bytes().len())?;
    let revision = check_revision(document, &span, end)?;
    let signing_time = dictionary.get("M").and_then(Object::as_string).map(text);
    Ok(Coverage {
        format,
        locks: Locks::of_signature(document, &dictionary)?,
        hole,
        end,
        revision,
        contents,
        signing_time,
    })
}

fn bad(detail: &str) -> Verdict {
    Verdict::failed(SubIndication::FormatFailure, detail)
}

fn read_format(dictionary: &Dictionary) -> Result<Format, Verdict> {
    let is_time_stamp = match dictionary.get("Type") {
        None => false,
        Some(Object::Name(name)) if *name == "Sig" => false,
        Some(Object::Name(name)) if *name == "DocTimeStamp" => true,
        Some(_) => return Err(bad("the signature is of another /Type")),
    };
    let Some(Object::Name(filter)) = dictionary.get("Filter") else {
        return Err(bad("the signature has no /Filter"));
    };
    let Some(Object::Name(name)) = dictionary.get("SubFilter") else {
        return Err(bad("the signature has no /SubFilter"));
    };
    let format = match name.as_str() {
        Some("ETSI.CAdES.detached") => Format::Cades,
        Some("ETSI.RFC3161") => Format::TimeStamp,
        Some("adbe.pkcs7.detached") => Format::Pkcs7,
        Some("adbe.pkcs7.sha1") => Format::Pkcs7Sha1,
        Some(name) if SEAL_SUB_FILTERS.contains(&name) => Format::Seal,
        _ if filter.as_str().is_some_and(|name| SEAL_FILTERS.contains(&name)) => Format::Seal,
        _ => {
            let name = String::from_utf8_lossy(name.as_bytes()).into_owned();
            let what = format!("signatures of the kind {name} are not judged");
            return Err(Verdict::indeterminate(SubIndication::Generic, what));
        }
    };
    // 12.8.5: a time-stamp says so twice; half of it is a signature passing for something else.
    if is_time_stamp == (format == Format::TimeStamp) {
        Ok(format)
    } else {
        Err(bad("/Type and /SubFilter of the signature contradict each other"))
    }
}

/// Only digits between the brackets, all in the same case: no second notation of the same bytes passes.
fn decode_hole(text: &[u8]) -> Result<Vec<u8>, Verdict> {
    let digits = text
        .strip_prefix(b"<")
        .and_then(|rest| rest.strip_suffix(b">"))
        .ok_or_else(|| bad("/Contents is not a hexadecimal string"))?;
    let (mut upper, mut lower) = (false, false);
    let mut bytes = Vec::with_capacity(digits.len() / 2);
    for pair in digits.chunks(2) {
        let &[high, low] = pair else {
            return Err(bad("/Contents has an odd number of digits"));
        };
        for digit in pair {
            upper |= digit.is_ascii_uppercase();
            lower |= digit.is_ascii_lowercase();
        }
        match (crate::lexer::hex_value(high), crate::lexer::hex_value(low)) {
            (Some(high), Some(low)) => bytes.push(high << 4 | low),
            _ => return Err(bad("/Contents has other characters than hexadecimal digits")),
        }
    }
    if upper && lower {
        return Err(bad("/Contents mixes upper and lower case digits"));
    }
    if bytes.iter().all(|byte| *byte == 0) {
        return Err(bad("/Contents is empty"));
    }
    Ok(bytes)
}

/// `[0 a b c]`: from the start of the file to the hole, from the hole to the end of the revision.
fn check_range(dictionary: &Dictionary, hole: &Range<usize>, file_length: usize) -> Result<usize, Verdict> {
    let Some(Object::Array(range)) = dictionary.get("ByteRange") else {
        return Err(bad("the signature has no direct /ByteRange"));
    };
    let numbers: Vec<usize> = range
        .iter()
        .filter_map(|number| match number {
            Object::Integer(number) => usize::try_from(*number).ok(),
            _ => None,
        })
        .collect();
    let [0, before, after, rest] = numbers[..] else {
        return Err(bad("/ByteRange is not [0 a b c] with whole numbers"));
    };
    if range.len() != 4 || before != hole.start || after != hole.end {
        return Err(bad(
            "/ByteRange does not leave out exactly the value of /Contents",
        ));
    }
    after
        .checked_add(rest)
        .filter(|end| *end <= file_length)
        .ok_or_else(|| bad("/ByteRange points beyond the end of the file"))
}

/// The covered bytes must end where a revision ends, and the signature must belong to that very revision.
fn check_revision(document: &Document<'_>, span: &Range<usize>, end: usize) -> Result<usize, Verdict> {
    let file = document.bytes();
    let ends_here = |revision_end: usize| {
        let tail = file.get(revision_end..end);
        tail.is_some_and(|tail| matches!(tail, b"" | b"\n" | b"\r" | b"\r\n"))
    };
    let revisions = document.revisions();
    let index = revisions
        .iter()
        .position(|revision| revision.end_offset <= end && ends_here(revision.end_offset))
        .ok_or_else(|| bad("/ByteRange does not end where a revision of the file ends"))?;
    let start = index
        .checked_sub(1)
        .and_then(|before| revisions.get(before))
        .map_or(0, |before| before.end_offset);
    if span.start < start || span.end > end {
        return Err(bad(
            "the signature stands in another revision than the one it covers",
        ));
    }
    let is_last = index + 1 == revisions.len();
    if is_last && !matches!(file.get(end..), Some(b"" | b"\n" | b"\r" | b"\r\n")) {
        return Err(bad("bytes follow the signed revision that belong to no other"));
    }
    Ok(index)
}
