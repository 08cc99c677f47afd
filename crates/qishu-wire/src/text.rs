//! Bytes to text: percent sequences, encodings other than UTF-8, and names a client made up (D11, D12).

use std::borrow::Cow;

/// UTF-8 when it is valid, otherwise GBK as old Windows programs write it; bytes that are neither become U+FFFD.
pub(crate) fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::GBK.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Replaces valid percent sequences and leaves invalid ones as they are.
pub(crate) fn percent_decode(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'%') {
        return Cow::Borrowed(bytes);
    }
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        match (first, escaped_byte(rest)) {
            (b'%', Some(byte)) => {
                decoded.push(byte);
                rest = rest.get(3..).unwrap_or_default();
            }
            _ => {
                decoded.push(*first);
                rest = tail;
            }
        }
    }
    Cow::Owned(decoded)
}

/// The byte that `%XX` at the start of `bytes` stands for.
fn escaped_byte(bytes: &[u8]) -> Option<u8> {
    let digit = |index: usize| bytes.get(index).and_then(|byte| char::from(*byte).to_digit(16));
    let value = digit(1)? * 16 + digit(2)?;
    u8::try_from(value).ok()
}

/// Undoes a second escaping: some callers escape values and their library escapes the whole query again. Only a text
/// that consists of nothing but ASCII and valid sequences, and becomes valid UTF-8, is taken for one.
pub(crate) fn undo_second_escaping(text: String) -> String {
    let sequences_are_valid = || {
        text.bytes()
            .enumerate()
            .all(|(at, byte)| byte != b'%' || escaped_byte(&text.as_bytes()[at..]).is_some())
    };
    if !text.is_ascii() || !text.contains('%') || !sequences_are_valid() {
        return text;
    }
    match std::str::from_utf8(&percent_decode(text.as_bytes())) {
        Ok(decoded) if !decoded.chars().any(char::is_control) => decoded.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(text: &str) -> String {
        decode(&percent_decode(text.as_bytes()))
    }

    #[test]
    fn valid_sequences_are_replaced_and_others_stay() {
        assert_eq!(percent("%E5%90%88%e5%90%8c"), "合同");
        assert_eq!(percent("100%"), "100%");
        assert_eq!(percent("100%zz%4"), "100%zz%4");
        assert_eq!(percent("%%41"), "%A");
        assert_eq!(percent("合%E5%90%8C"), "合同");
    }

    #[test]
    fn gbk_is_the_second_choice() {
        assert_eq!(decode(&[0xba, 0xcf, 0xcd, 0xac]), "合同");
        assert_eq!(percent("%BA%CF%CD%AC"), "合同");
    }

    #[test]
    fn second_escaping() {
        let undo = |text: &str| undo_second_escaping(text.to_owned());
        assert_eq!(undo("%E5%90%88%E5%90%8C"), "合同");
        assert_eq!(undo("CONTRACT%2CSIGNLOG"), "CONTRACT,SIGNLOG");
        assert_eq!(undo("100%"), "100%");
        assert_eq!(undo("合同%41"), "合同%41");
        assert_eq!(undo("%E5%90"), "%E5%90");
        assert_eq!(undo("a%00b"), "a%00b");
    }
}
