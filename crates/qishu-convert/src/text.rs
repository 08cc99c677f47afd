//! Text of unknown encoding: UTF-8, UTF-16 with its mark, or GB 18030 (which has GBK and GB 2312 in it).

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes in which a page states its encoding.
const HEAD: usize = 4096;

/// Plain text; `None` when it is none, or in another encoding.
#[must_use]
pub fn decode_text(bytes: &[u8]) -> Option<String> {
    let text = decode(bytes, None)?;
    let is_text = text
        .chars()
        .all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}'));
    is_text.then_some(text)
}

/// Text of an HTML page: its own statement counts after the mark at the beginning.
pub(crate) fn decode_html(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..HEAD).unwrap_or(bytes)).to_ascii_lowercase();
    let stated = head.split_once("charset=").and_then(|(_, rest)| {
        let label = rest.trim_start_matches(['"', '\'', ' ']);
        let end = label.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        Encoding::for_label(label.get(..end.unwrap_or(label.len()))?.as_bytes())
    });
    decode(bytes, stated)
}

fn decode(bytes: &[u8], stated: Option<&'static Encoding>) -> Option<String> {
    let strictly = |encoding: &'static Encoding, bytes: &[u8]| {
        let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
        Some(text.into_owned())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => strictly(UTF_8, rest),
        [0xff, 0xfe, rest @ ..] => strictly(UTF_16LE, rest),
        [0xfe, 0xff, rest @ ..] => strictly(UTF_16BE, rest),
        _ => stated
            .filter(|encoding| encoding.is_ascii_compatible())
            .and_then(|encoding| strictly(encoding, bytes))
            .or_else(|| strictly(UTF_8, bytes))
            .or_else(|| strictly(GB18030, bytes)),
    }
}

/// Character references that can hide a word (HTML, 13.5); names of other characters stay as they are.
pub(crate) fn unescape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '#');
        let reference = after.get(..end.unwrap_or(after.len())).unwrap_or_default();
        match referred(reference) {
            Some(character) => {
                out.push(character);
                let behind = after.get(reference.len()..).unwrap_or_default();
                rest = behind.strip_prefix(';').unwrap_or(behind);
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn referred(reference: &str) -> Option<char> {
    if let Some(number) = reference.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    Some(match reference {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "colon" => ':',
        "sol" => '/',
        "Tab" => '\t',
        "NewLine" => '\n',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_encodings_are_read() {
        let text = "甲方（盖章）：\r\n\t乙方 A-1\n";
        let gbk = encoding_rs::GBK.encode(text).0;
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        for bytes in [text.as_bytes(), &gbk, &wide, format!("\u{feff}{text}").as_bytes()] {
            assert_eq!(decode_text(bytes).as_deref(), Some(text));
        }
        for binary in [
            b"\0\0\0".as_slice(),
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xff\xff",
            b"a\x1bb",
        ] {
            assert_eq!(decode_text(binary), None, "{binary:?}");
        }
    }

    #[test]
    fn a_page_states_its_encoding() {
        let page = "<meta charset='GBK'><p>甲方</p>";
        let bytes = encoding_rs::GBK.encode(page).0;
        assert_eq!(decode_html(&bytes).as_deref(), Some(page));
        // A wrong statement does not spoil what is plainly UTF-8.
        let wrong = "<meta charset=utf-16><p>甲方</p>";
        assert_eq!(decode_html(wrong.as_bytes()).as_deref(), Some(wrong));
    }

    #[test]
    fn references_are_resolved() {
        assert_eq!(
            unescape("java&#115;cript&colon;&#x41;&amp;&copy;&"),
            "javascript:A&&copy;&"
        );
    }
}
