//! Small pieces of PDF syntax written straight into a byte buffer.

use std::io::Write as _;

use flate2::{Compression, write::ZlibEncoder};

/// Writes a number with at most four decimals and no exponent (ISO 32000-2, 7.3.3); not-a-number becomes 0.
pub(crate) fn push_number(out: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        out.push(b'0');
        return;
    }
    let scaled = (value.clamp(-1e9, 1e9) * 10_000.0).round();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "clamped to 1e13, which i64 holds exactly"
    )]
    let scaled = scaled as i64;
    if scaled < 0 {
        out.push(b'-');
    }
    let magnitude = scaled.unsigned_abs();
    push_integer(out, magnitude / 10_000);
    let mut fraction = magnitude % 10_000;
    if fraction == 0 {
        return;
    }
    out.push(b'.');
    let mut divisor = 1_000;
    while fraction > 0 {
        out.push(b'0' + u8::try_from(fraction / divisor).unwrap_or(0));
        fraction %= divisor;
        divisor /= 10;
    }
}

/// Writes a non-negative integer.
pub(crate) fn push_integer(out: &mut Vec<u8>, value: u64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = value;
    loop {
        at -= 1;
        digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Writes an indirect reference, `12 0 R`.
pub(crate) fn push_reference(out: &mut Vec<u8>, number: u32, generation: u16) {
    push_integer(out, u64::from(number));
    out.push(b' ');
    push_integer(out, u64::from(generation));
    out.extend_from_slice(b" R");
}

/// Writes numbers separated by blanks, without brackets.
pub(crate) fn push_numbers(out: &mut Vec<u8>, values: &[f64]) {
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        push_number(out, *value);
    }
}

/// Compresses for `/FlateDecode`. Done when a picture is prepared, never while signing.
pub(crate) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len() / 4 + 64), Compression::best());
    // Writing into a vector cannot fail; should it ever, the empty stream below is still valid PDF.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: f64) -> String {
        let mut out = Vec::new();
        push_number(&mut out, value);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_short_and_never_use_exponents() {
        assert_eq!(number(0.0), "0");
        assert_eq!(number(12.0), "12");
        assert_eq!(number(-0.5), "-0.5");
        assert_eq!(number(1.00004), "1");
        assert_eq!(number(0.0625), "0.0625");
        assert_eq!(number(841.8898), "841.8898");
        assert_eq!(number(f64::NAN), "0");
        assert_eq!(number(1e300), "1000000000");
    }

    #[test]
    fn integers_and_references() {
        let mut out = Vec::new();
        push_integer(&mut out, u64::MAX);
        out.push(b' ');
        push_reference(&mut out, 12, 0);
        assert_eq!(out, b"18446744073709551615 12 0 R");
    }
}
