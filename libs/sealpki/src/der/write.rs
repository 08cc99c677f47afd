//! Writing: nested elements whose lengths are filled in when they close.

use super::tag;

/// Builds one level of DER; nested levels are closures.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Elements that are encoded already.
    pub(crate) fn raw(&mut self, encoded: &[u8]) {
        self.bytes.extend_from_slice(encoded);
    }

    pub(crate) fn element(&mut self, tag: u8, contents: &[u8]) {
        header(&mut self.bytes, tag, contents.len());
        self.raw(contents);
    }

    pub(crate) fn nested(&mut self, tag: u8, fill: impl FnOnce(&mut Self)) {
        let mut inner = Self::new();
        fill(&mut inner);
        self.element(tag, &inner.bytes);
    }

    pub(crate) fn sequence(&mut self, fill: impl FnOnce(&mut Self)) {
        self.nested(tag::SEQUENCE, fill);
    }

    /// A SET OF: its elements in ascending order of their encodings (X.690 11.6).
    pub(crate) fn set_of(&mut self, tag: u8, mut elements: Vec<Vec<u8>>) {
        elements.sort();
        self.element(tag, &elements.concat());
    }

    pub(crate) fn oid(&mut self, oid: &[u8]) {
        self.element(tag::OID, oid);
    }

    pub(crate) fn null(&mut self) {
        self.element(tag::NULL, &[]);
    }

    pub(crate) fn true_value(&mut self) {
        self.element(tag::BOOLEAN, &[0xff]);
    }

    pub(crate) fn small_integer(&mut self, value: u8) {
        self.unsigned_integer(&[value]);
    }

    /// A non-negative INTEGER from big-endian octets, in minimal form.
    pub(crate) fn unsigned_integer(&mut self, octets: &[u8]) {
        let start = octets
            .iter()
            .position(|&octet| octet != 0)
            .unwrap_or(octets.len());
        let digits = octets.get(start..).unwrap_or_default();
        let needs_zero = digits.first().is_none_or(|&first| first & 0x80 != 0);
        header(
            &mut self.bytes,
            tag::INTEGER,
            digits.len() + usize::from(needs_zero),
        );
        if needs_zero {
            self.bytes.push(0);
        }
        self.raw(digits);
    }

    pub(crate) fn integer_u32(&mut self, value: u32) {
        self.unsigned_integer(&value.to_be_bytes());
    }

    pub(crate) fn enumerated(&mut self, value: u8) {
        self.element(tag::ENUMERATED, &[value & 0x7f]);
    }

    /// `[number] EXPLICIT`.
    pub(crate) fn explicit(&mut self, number: u8, fill: impl FnOnce(&mut Self)) {
        self.nested(tag::context_constructed(number), fill);
    }

    pub(crate) fn octet_string(&mut self, contents: &[u8]) {
        self.element(tag::OCTET_STRING, contents);
    }

    /// A BIT STRING of whole octets.
    pub(crate) fn bit_string_octets(&mut self, octets: &[u8]) {
        header(&mut self.bytes, tag::BIT_STRING, octets.len() + 1);
        self.bytes.push(0);
        self.raw(octets);
    }
}

/// Encodes what `fill` writes.
pub(crate) fn encode(fill: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::new();
    fill(&mut writer);
    writer.into_bytes()
}

/// Appends identifier and length octets.
pub(crate) fn header(bytes: &mut Vec<u8>, tag: u8, length: usize) {
    bytes.push(tag);
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let octets = length.to_be_bytes();
            let used = octets.get(length_octets_skipped(length)..).unwrap_or_default();
            bytes.push(0x80 | u8::try_from(used.len()).unwrap_or(8));
            bytes.extend_from_slice(used);
        }
    }
}

/// The number of bytes [`header`] appends for contents of this length.
pub(crate) const fn header_len(length: usize) -> usize {
    if length < 0x80 {
        2
    } else {
        2 + size_of::<usize>() - length_octets_skipped(length)
    }
}

const fn length_octets_skipped(length: usize) -> usize {
    length.leading_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_minimal_and_foreseen() {
        for length in [0usize, 1, 127, 128, 255, 256, 65_535, 65_536, 20_000_000] {
            let mut bytes = Vec::new();
            header(&mut bytes, tag::SEQUENCE, length);
            assert_eq!(bytes.len(), header_len(length), "{length}");
        }
        let mut bytes = Vec::new();
        header(&mut bytes, 0x30, 300);
        assert_eq!(bytes, [0x30, 0x82, 0x01, 0x2c]);
    }

    #[test]
    fn integers_are_minimal_and_positive() {
        assert_eq!(encode(|w| w.unsigned_integer(&[0, 0, 5])), [2, 1, 5]);
        assert_eq!(encode(|w| w.unsigned_integer(&[0x80])), [2, 2, 0, 0x80]);
        assert_eq!(encode(|w| w.unsigned_integer(&[])), [2, 1, 0]);
        assert_eq!(encode(|w| w.unsigned_integer(&[0, 0])), [2, 1, 0]);
    }

    #[test]
    fn sets_are_sorted_by_encoding() {
        let set = encode(|w| w.set_of(tag::SET, vec![vec![4, 1, 9], vec![2, 1, 3], vec![4, 1, 2]]));
        assert_eq!(set, [0x31, 9, 2, 1, 3, 4, 1, 2, 4, 1, 9]);
    }
}
