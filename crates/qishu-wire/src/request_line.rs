//! The first line of a request as old clients write it: with raw blanks and other characters that HTTP libraries refuse
//! before any handler sees them (2.5; PHP 1.x and the download calls of Go).

use std::borrow::Cow;

/// Escapes what a strict HTTP parser refuses in the target of a request line, so that the request reaches
/// [`crate::query`], which reads escaped and raw characters alike. A line that is fine comes back as it is, and so does
/// one that is no request line.
///
/// `line` is without its line end: `GET /v2/contract/list?tenantName=契书 公司 HTTP/1.1`. Bytes from 0x80 on stay, since
/// parsers take them. Control characters stay too, and with them the refusal.
#[must_use]
pub fn repair(line: &[u8]) -> Cow<'_, [u8]> {
    let parts = split(line).filter(|(_, target, _)| target.iter().any(|byte| is_refused(*byte)));
    let Some((method, target, version)) = parts else {
        return Cow::Borrowed(line);
    };
    let mut repaired = Vec::with_capacity(line.len() + 16);
    repaired.extend_from_slice(method);
    repaired.push(b' ');
    for byte in target {
        if is_refused(*byte) {
            repaired.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            repaired.push(*byte);
        }
    }
    repaired.push(b' ');
    repaired.extend_from_slice(version);
    Cow::Owned(repaired)
}

/// Method, target and version: what stands before the first blank, between, and behind the last.
fn split(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let first = line.iter().position(|byte| *byte == b' ')?;
    let last = line.iter().rposition(|byte| *byte == b' ')?;
    let (method, target, version) = (
        line.get(..first)?,
        line.get(first + 1..last)?,
        line.get(last + 1..)?,
    );
    let is_request = !method.is_empty()
        && method.iter().all(u8::is_ascii_uppercase)
        && target.starts_with(b"/")
        && version.starts_with(b"HTTP/1.");
    is_request.then_some((method, target, version))
}

/// Printable ASCII that RFC 3986 does not allow in a path or query.
const fn is_refused(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(line: &str) -> String {
        String::from_utf8(repair(line.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn refused_characters_are_escaped() {
        assert_eq!(
            repaired(
                "GET /v2/contract/list?publishTimeStart=2026-01-01 00:00:00&tenantName=契书 公司 HTTP/1.1"
            ),
            "GET /v2/contract/list?publishTimeStart=2026-01-01%2000:00:00&tenantName=契书%20公司 HTTP/1.1"
        );
        assert_eq!(
            repaired("GET /a?x={\"b\":\"c|d\"} HTTP/1.0"),
            "GET /a?x=%7B%22b%22:%22c%7Cd%22%7D HTTP/1.0"
        );
    }

    #[test]
    fn everything_else_stays() {
        for line in [
            "GET /v2/contract/list?a=%20b%zz HTTP/1.1",
            "POST /v2/contract/draft HTTP/1.1",
            "GET http://example.com/ x HTTP/1.1",
            "get / x HTTP/1.1",
            "GET / x",
            "PRI * HTTP/2.0",
            "",
            " ",
        ] {
            assert!(
                matches!(repair(line.as_bytes()), Cow::Borrowed(same) if same == line.as_bytes()),
                "{line}"
            );
        }
    }
}
