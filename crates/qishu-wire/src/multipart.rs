//! `multipart/form-data` as the client libraries write it (2.5, 1.5): line break before the first boundary, headers
//! without blanks after colons, raw UTF-8 or full paths as file names, text parts without charset.
//!
//! Works on bytes that are already here and copies no file: parts are slices of the body. What is not well-formed is
//! refused; a body cut short never counts as complete.

use bytes::Bytes;
use memchr::memmem;

use crate::body::{BodyError, Limits};
use crate::fields::{Fields, UploadedFile};
use crate::text::{decode, percent_decode};
use crate::tree::{TreeBuilder, short};

/// Longest boundary; RFC 2046 allows 70.
const BOUNDARY_BYTES: usize = 200;
/// Most bytes of one part's headers.
const HEADER_BYTES: usize = 8 * 1024;
/// Longest file name kept, in characters.
const FILE_NAME_CHARACTERS: usize = 255;

/// Reads all parts: files apart, texts into the tree.
pub(crate) fn read(body: &Bytes, boundary: &[u8], limits: &Limits) -> Result<Fields, BodyError> {
    let mut tree = TreeBuilder::new(limits);
    let mut files = Vec::new();
    let mut parts = Parts::start(body, boundary)?;
    let mut count = 0;
    while let Some(part) = parts.next_part()? {
        count += 1;
        if count > limits.parts {
            return Err(BodyError::TooManyParts { limit: limits.parts });
        }
        let header = PartHeader::read(part.header)?;
        if !header.is_file() {
            tree.add(&header.name, decode(part.content))?;
        } else if !(part.content.is_empty() && header.file_name.as_deref() == Some("")) {
            if part.content.len() > limits.file_bytes {
                return Err(BodyError::FileTooLarge {
                    name: short(&header.name),
                    limit: limits.file_bytes,
                });
            }
            files.push(UploadedFile {
                field: header.name,
                file_name: header.file_name.as_deref().and_then(base_name),
                content_type: header.content_type,
                bytes: body.slice_ref(part.content),
            });
        }
    }
    Ok(Fields::new(tree.finish(), files))
}

/// The boundary that a body's first line names, for bodies whose content type lost it.
pub(crate) fn boundary_in_body(body: &[u8]) -> Option<&[u8]> {
    let start = body.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let line = body.get(start..)?.strip_prefix(b"--")?;
    let end = memchr::memchr2(b'\r', b'\n', line)?;
    line.get(..end).filter(|boundary| is_boundary(boundary))
}

fn is_boundary(boundary: &[u8]) -> bool {
    (1..=BOUNDARY_BYTES).contains(&boundary.len()) && boundary.iter().all(|byte| (0x20..=0x7e).contains(byte))
}

/// One part, as slices of the body.
struct RawPart<'a> {
    header: &'a [u8],
    content: &'a [u8],
}

/// Walks from delimiter to delimiter.
struct Parts<'a> {
    /// What follows the delimiter that was read last.
    rest: &'a [u8],
    /// `\r\n--boundary`, or with a bare line feed when the first line ended so.
    delimiter: Vec<u8>,
    line_end: &'static [u8],
}

impl<'a> Parts<'a> {
    fn start(body: &'a [u8], boundary: &[u8]) -> Result<Self, BodyError> {
        if !is_boundary(boundary) {
            return Err(BodyError::Multipart("the content type names no usable boundary"));
        }
        let opening = [b"--", boundary].concat();
        let rest = memmem::find_iter(body, &opening)
            .filter(|at| *at == 0 || body.get(at - 1) == Some(&b'\n'))
            .find_map(|at| {
                body.get(at + opening.len()..)
                    .filter(|rest| delimiter_end(rest).is_some())
            })
            .ok_or(BodyError::Multipart(
                "the boundary of the content type does not occur in the body",
            ))?;
        let line_end: &[u8] = if trim_padding(rest).starts_with(b"\n") {
            b"\n"
        } else {
            b"\r\n"
        };
        Ok(Self {
            rest,
            delimiter: [line_end, &opening].concat(),
            line_end,
        })
    }

    fn next_part(&mut self) -> Result<Option<RawPart<'a>>, BodyError> {
        let start = match delimiter_end(self.rest) {
            Some(DelimiterEnd::Last) => return Ok(None),
            Some(DelimiterEnd::PartFollows(start)) => start,
            None => return Err(BodyError::Multipart("a boundary line is broken")),
        };
        let part = self.rest.get(start..).unwrap_or_default();
        let (header, content_start) = self.split_header(part)?;
        let content = part.get(content_start..).unwrap_or_default();
        // The content of an empty part may share its line break with the delimiter behind it.
        let search_from = content_start.saturating_sub(self.line_end.len());
        let searched = part.get(search_from..).unwrap_or_default();
        let at = memmem::find_iter(searched, &self.delimiter)
            .find(|at| {
                searched
                    .get(at + self.delimiter.len()..)
                    .is_some_and(|rest| delimiter_end(rest).is_some())
            })
            .ok_or(BodyError::Multipart("the body ends before the closing boundary"))?;
        self.rest = searched.get(at + self.delimiter.len()..).unwrap_or_default();
        let end = (search_from + at).saturating_sub(content_start);
        Ok(Some(RawPart {
            header,
            content: content.get(..end).unwrap_or_default(),
        }))
    }

    /// The header block and where the content starts.
    fn split_header(&self, part: &'a [u8]) -> Result<(&'a [u8], usize), BodyError> {
        if part.starts_with(self.line_end) {
            return Ok((&[], self.line_end.len()));
        }
        let blank_line = [self.line_end, self.line_end].concat();
        let window = part.get(..part.len().min(HEADER_BYTES)).unwrap_or_default();
        let end = memmem::find(window, &blank_line).ok_or(BodyError::Multipart(
            "the headers of a part do not end or are too long",
        ))?;
        Ok((part.get(..end).unwrap_or_default(), end + blank_line.len()))
    }
}

enum DelimiterEnd {
    /// `--`: no part follows.
    Last,
    /// A line end; the part starts at this place.
    PartFollows(usize),
}

/// What the bytes behind `--boundary` say; `None` when they make it ordinary content.
fn delimiter_end(rest: &[u8]) -> Option<DelimiterEnd> {
    if rest.starts_with(b"--") {
        return Some(DelimiterEnd::Last);
    }
    let padding = rest.len() - trim_padding(rest).len();
    let rest = trim_padding(rest);
    if rest.starts_with(b"\r\n") {
        return Some(DelimiterEnd::PartFollows(padding + 2));
    }
    rest.starts_with(b"\n")
        .then_some(DelimiterEnd::PartFollows(padding + 1))
}

fn trim_padding(rest: &[u8]) -> &[u8] {
    let start = rest
        .iter()
        .position(|byte| !matches!(byte, b' ' | b'\t'))
        .unwrap_or(rest.len());
    rest.get(start..).unwrap_or_default()
}

/// What the headers of a part say.
#[derive(Debug, Default, PartialEq, Eq)]
struct PartHeader {
    name: String,
    file_name: Option<String>,
    content_type: Option<String>,
}

impl PartHeader {
    fn read(block: &[u8]) -> Result<Self, BodyError> {
        let mut header = Self::default();
        let mut disposition = None;
        for line in block.split(|byte| *byte == b'\n') {
            let line = decode(line);
            let Some((name, value)) = line.split_once(':') else {
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            if name.eq_ignore_ascii_case("content-disposition") {
                disposition = Some(value.to_owned());
            } else if name.eq_ignore_ascii_case("content-type") {
                header.content_type = Some(value.to_owned());
            } else if name.eq_ignore_ascii_case("content-transfer-encoding") && !is_plain_encoding(value) {
                return Err(BodyError::Multipart(
                    "parts must not be sent as base64 or quoted-printable",
                ));
            }
        }
        let disposition = disposition.ok_or(BodyError::Multipart("a part has no content disposition"))?;
        for (name, value) in parameters(&disposition) {
            match name.to_ascii_lowercase().as_str() {
                "name" => header.name = value,
                "filename" => header.file_name = header.file_name.or(Some(value)),
                "filename*" => header.file_name = extended_value(&value).or(header.file_name),
                _ => {}
            }
        }
        if header.name.trim().is_empty() {
            return Err(BodyError::Multipart("a part has no name"));
        }
        Ok(header)
    }

    /// Parts with a file name are files; so is one whose type is neither text nor JSON.
    fn is_file(&self) -> bool {
        let essence = self
            .content_type
            .as_deref()
            .map(|kind| kind.split(';').next().unwrap_or_default().trim());
        let is_text = essence.is_none_or(|kind| {
            let kind = kind.to_ascii_lowercase();
            kind.is_empty() || kind.starts_with("text/") || kind == "application/json"
        });
        self.file_name.is_some() || !is_text
    }
}

fn is_plain_encoding(value: &str) -> bool {
    ["7bit", "8bit", "binary"]
        .iter()
        .any(|plain| plain.eq_ignore_ascii_case(value))
}

/// Parameters of a content disposition or content type: `form-data;name="a";filename="b;c.pdf"`.
pub(crate) fn parameters(header: &str) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    let mut rest = header.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((name, value)) = rest.split_once('=') {
        let name = name.trim_matches([' ', '\t', ';']).to_owned();
        let value = value.trim_start();
        let (value, tail) = match value.strip_prefix('"') {
            Some(quoted) => quoted_value(quoted),
            None => {
                let end = value.find(';').unwrap_or(value.len());
                let (value, tail) = value.split_at(end);
                (value.trim().to_owned(), tail)
            }
        };
        parameters.push((name, value));
        rest = tail.trim_start_matches([' ', '\t', ';']);
    }
    parameters
}

/// The text up to the closing quote, which is one with nothing but a semicolon or the end behind it: file names may
/// hold quotes of their own. Backslashes are kept, they are part of full paths; only `\"` is a quote.
fn quoted_value(quoted: &str) -> (String, &str) {
    let closes = |at: &usize| {
        let behind = quoted
            .get(at + 1..)
            .unwrap_or_default()
            .trim_start_matches([' ', '\t']);
        let escaped = quoted.get(..*at).unwrap_or_default().ends_with('\\');
        (behind.is_empty() || behind.starts_with(';')) && (!escaped || behind.is_empty())
    };
    let end = quoted
        .match_indices('"')
        .map(|(at, _)| at)
        .find(closes)
        .unwrap_or(quoted.len());
    let value = quoted.get(..end).unwrap_or_default().replace("\\\"", "\"");
    (value, quoted.get(end + 1..).unwrap_or_default())
}

/// `UTF-8''%E5%90%88.pdf` (RFC 5987).
fn extended_value(value: &str) -> Option<String> {
    let (_charset, rest) = value.split_once('\'')?;
    let (_language, encoded) = rest.split_once('\'')?;
    Some(decode(&percent_decode(encoded.as_bytes())))
}

/// The last step of what may be a full path, without control characters (PHP sends paths).
fn base_name(file_name: &str) -> Option<String> {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last
        .chars()
        .filter(|c| !c.is_control())
        .take(FILE_NAME_CHARACTERS)
        .collect();
    let name = name.trim();
    (!name.is_empty() && name != "." && name != "..").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn fields(body: &[u8], boundary: &str) -> Result<Fields, BodyError> {
        let limits = Limits {
            parts: 5,
            file_bytes: 100,
            ..Limits::default()
        };
        read(&Bytes::copy_from_slice(body), boundary.as_bytes(), &limits)
    }

    fn texts(body: &str) -> Value {
        fields(body.as_bytes(), "B").unwrap().to_value()
    }

    fn refusal(body: &str) -> BodyError {
        fields(body.as_bytes(), "B").unwrap_err()
    }

    /// As the Java and C# clients write: no blanks in headers, text parts typed, file part with a raw UTF-8 name.
    const JAVA: &str = "\r\n------sdkboundaryAbC123\r\n\
        Content-Disposition:form-data;name=\"title\"\r\nContent-Type:text/plain\r\n\r\n采购合同\r\n\
        ------sdkboundaryAbC123\r\n\
        Content-Disposition:form-data;name=\"file\";filename=\"采购;合同.pdf\"\r\n\
        Content-Type:application/octet-stream\r\n\r\n%PDF-1.4\r\n\r\n--not a boundary\r\n\
        ------sdkboundaryAbC123--\r\n";

    #[test]
    fn java_and_csharp_bodies() {
        for body in [JAVA, &JAVA[2..], &format!("\r\n{JAVA}")] {
            let fields = fields(body.as_bytes(), "----sdkboundaryAbC123").unwrap();
            assert_eq!(fields.to_value(), json!({"title": "采购合同"}));
            let file = fields.file("file").unwrap();
            assert_eq!(file.file_name.as_deref(), Some("采购;合同.pdf"));
            assert_eq!(file.content_type.as_deref(), Some("application/octet-stream"));
            assert_eq!(file.bytes.as_ref(), b"%PDF-1.4\r\n\r\n--not a boundary");
        }
    }

    #[test]
    fn files_are_slices_of_the_body() {
        let body = Bytes::copy_from_slice(JAVA.as_bytes());
        let fields = read(&body, b"----sdkboundaryAbC123", &Limits::default()).unwrap();
        let file = fields.file("file").unwrap();
        assert!(body.as_ptr_range().contains(&file.bytes.as_ptr()));
    }

    #[test]
    fn parts_in_any_order_and_repeated() {
        let body = "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"b.pdf\"\r\n\r\nB\r\n\
            --B\r\nContent-Disposition: form-data; name=\"contractId\"\r\n\r\n42\r\n\
            --B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a.png\"\r\n\r\nA\r\n\
            --B\r\nContent-Disposition: form-data; name=\"stampers[0].type\"\r\n\r\nCOMPANY\r\n--B--";
        let fields = fields(body.as_bytes(), "B").unwrap();
        assert_eq!(
            fields.to_value(),
            json!({"contractId": "42", "stampers": [{"type": "COMPANY"}]})
        );
        let names: Vec<_> = fields
            .files("files")
            .map(|file| file.file_name.as_deref())
            .collect();
        assert_eq!(names, [Some("b.pdf"), Some("a.png")]);
    }

    #[test]
    fn file_names() {
        let name = |disposition: &str| {
            let body = format!("--B\r\nContent-Disposition:form-data;{disposition}\r\n\r\nx\r\n--B--\r\n");
            fields(body.as_bytes(), "B")
                .unwrap()
                .file("file")
                .unwrap()
                .file_name
                .clone()
        };
        assert_eq!(
            name("name=\"file\";filename=\"/var/www/合同.pdf\"").as_deref(),
            Some("合同.pdf")
        );
        assert_eq!(
            name("name=\"file\";filename=\"C:\\合同\\采购.docx\"").as_deref(),
            Some("采购.docx")
        );
        assert_eq!(
            name("name=\"file\";filename=\"a\"b\".pdf\"").as_deref(),
            Some("a\"b\".pdf")
        );
        assert_eq!(
            name("name=\"file\"; filename=\"a\\\"b.pdf\"").as_deref(),
            Some("a\"b.pdf")
        );
        assert_eq!(
            name("filename=streamFile; name=file").as_deref(),
            Some("streamFile")
        );
        assert_eq!(
            name("name=\"file\"; filename=\"x.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C.pdf").as_deref(),
            Some("合同.pdf")
        );
        assert_eq!(name("name=\"file\";filename=\"..\""), None);
        assert_eq!(name("name=\"file\";filename=\"\""), None);
    }

    #[test]
    fn gbk_names_and_texts() {
        let mut body = b"--B\r\nContent-Disposition:form-data;name=\"title\"\r\n\r\n".to_vec();
        body.extend_from_slice(&encoding_rs::GBK.encode("合同").0);
        body.extend_from_slice(b"\r\n--B\r\nContent-Disposition:form-data;name=\"file\";filename=\"");
        body.extend_from_slice(&encoding_rs::GBK.encode("合同.pdf").0);
        body.extend_from_slice(b"\"\r\n\r\nx\r\n--B--\r\n");
        let fields = fields(&body, "B").unwrap();
        assert_eq!(fields.to_value(), json!({"title": "合同"}));
        assert_eq!(
            fields.file("file").unwrap().file_name.as_deref(),
            Some("合同.pdf")
        );
    }

    #[test]
    fn empty_parts_and_bare_line_feeds() {
        assert_eq!(
            texts("--B\r\nContent-Disposition:form-data;name=\"a\"\r\n\r\n\r\n--B--"),
            json!({"a": ""})
        );
        assert_eq!(
            texts("--B\nContent-Disposition:form-data;name=\"a\"\n\nx\r\n--B--"),
            json!({"a": "x\r"})
        );
        assert_eq!(
            texts("preamble\r\n--B  \r\nContent-Disposition:form-data;name=a\r\n\r\n1\r\n--B--"),
            json!({"a": "1"})
        );
        assert_eq!(texts("--B--\r\n"), json!({}));
        let empty_file = "--B\r\nContent-Disposition:form-data;name=\"file\";filename=\"\"\r\n\r\n\r\n--B--";
        assert!(fields(empty_file.as_bytes(), "B").unwrap().file("file").is_none());
    }

    #[test]
    fn a_boundary_inside_a_longer_word_is_content() {
        let body = "--B\r\nContent-Disposition:form-data;name=\"a\"\r\n\r\nx\r\n--Boundary\r\ny\r\n--B--";
        assert_eq!(texts(body), json!({"a": "x\r\n--Boundary\r\ny"}));
    }

    #[test]
    fn parts_without_file_name_but_with_a_binary_type_are_files() {
        let body = "--B\r\nContent-Disposition:form-data;name=\"file\"\r\nContent-Type:application/pdf\r\n\r\nx\r\n\
            --B\r\nContent-Disposition:form-data;name=\"a\"\r\nContent-Type:application/json;charset=UTF-8\r\n\r\n[]\r\n--B--";
        let fields = fields(body.as_bytes(), "B").unwrap();
        assert!(fields.file("file").is_some());
        assert_eq!(fields.to_value(), json!({"a": "[]"}));
    }

    #[test]
    fn broken_bodies_are_refused() {
        for body in [
            "",
            "no boundary at all",
            "--B\r\nContent-Disposition:form-data;name=\"a\"\r\n\r\ncut short",
            "--B\r\nContent-Disposition:form-data;name=\"a\"\r\n",
            "--B\r\n\r\nno headers\r\n--B--",
            "--B\r\nContent-Disposition:form-data\r\n\r\nno name\r\n--B--",
            "--B\r\nContent-Disposition:form-data;name=\"a\"\r\nContent-Transfer-Encoding:base64\r\n\r\neA==\r\n--B--",
        ] {
            assert!(matches!(refusal(body), BodyError::Multipart(_)), "{body}");
        }
        let no_boundary = fields(b"--\r\n", "").unwrap_err();
        assert!(matches!(no_boundary, BodyError::Multipart(_)));
    }

    #[test]
    fn limits_hold() {
        let part = "--B\r\nContent-Disposition:form-data;name=\"a\"\r\n\r\n1\r\n";
        assert_eq!(
            refusal(&format!("{}--B--", part.repeat(6))),
            BodyError::TooManyParts { limit: 5 }
        );
        let file = format!(
            "--B\r\nContent-Disposition:form-data;name=\"file\";filename=\"a\"\r\n\r\n{}\r\n--B--",
            "x".repeat(101)
        );
        assert_eq!(
            refusal(&file),
            BodyError::FileTooLarge {
                name: "file".to_owned(),
                limit: 100
            }
        );
        let header = format!("--B\r\nX:{}\r\n\r\n1\r\n--B--", "x".repeat(9000));
        assert!(matches!(refusal(&header), BodyError::Multipart(_)));
    }
}
