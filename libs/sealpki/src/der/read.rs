//! Strict reading: a cursor over borrowed bytes. It never recurses and never copies.

use super::tag;

/// Why bytes are not the DER that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DerError {
    /// The bytes end inside an element.
    #[error("the data ends inside an element")]
    Truncated,
    /// Bytes follow where the structure is over.
    #[error("there are bytes after the end of the structure")]
    TrailingData,
    /// A length that is indefinite, not minimal or larger than 4 GiB (X.690 10.1).
    #[error("a length is not in DER form")]
    Length,
    /// A multi-byte tag number; no structure read here has one.
    #[error("a tag number above 30 is not supported")]
    HighTag,
    /// Another element than the structure demands.
    #[error("expected tag {expected:#04x}, found {found:#04x}")]
    Tag {
        /// The identifier octet demanded.
        expected: u8,
        /// The identifier octet found.
        found: u8,
    },
    /// A value that breaks the rules of its type (X.690 8 and 11).
    #[error("a value is not in DER form")]
    Value,
}

/// One element: identifier octet, contents and the whole encoding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) contents: &'a [u8],
    pub(crate) whole: &'a [u8],
}

/// A cursor over the elements of one level.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Reads the only element of `bytes`, which must have this tag, and opens it.
    pub(crate) fn open_only(bytes: &'a [u8], tag: u8) -> Result<Self, DerError> {
        let mut outer = Self::new(bytes);
        let inner = outer.open(tag)?;
        outer.finish()?;
        Ok(inner)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn finish(&self) -> Result<(), DerError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(DerError::TrailingData)
        }
    }

    pub(crate) fn peek_tag(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// All bytes that are left, as they stand.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, DerError> {
        let (tag, header, length) = parse_header(self.rest)?;
        let end = header.checked_add(length).ok_or(DerError::Length)?;
        let whole = self.rest.get(..end).ok_or(DerError::Truncated)?;
        self.rest = self.rest.get(end..).ok_or(DerError::Truncated)?;
        let contents = whole.get(header..).ok_or(DerError::Truncated)?;
        Ok(Element { tag, contents, whole })
    }

    /// The next element, which must have this tag.
    pub(crate) fn element(&mut self, tag: u8) -> Result<Element<'a>, DerError> {
        match self.peek_tag() {
            Some(found) if found == tag => self.any(),
            Some(found) => Err(DerError::Tag { expected: tag, found }),
            None => Err(DerError::Truncated),
        }
    }

    /// The next element when it has this tag.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, DerError> {
        if self.peek_tag() == Some(tag) {
            self.any().map(Some)
        } else {
            Ok(None)
        }
    }

    /// The elements inside the next one.
    pub(crate) fn open(&mut self, tag: u8) -> Result<Reader<'a>, DerError> {
        Ok(Reader::new(self.element(tag)?.contents))
    }

    pub(crate) fn oid(&mut self) -> Result<&'a [u8], DerError> {
        let contents = self.element(tag::OID)?.contents;
        // X.690 8.19.2: the last octet of each arc has bit 8 clear, no arc starts with 0x80.
        let ends = contents.last().is_some_and(|last| last & 0x80 == 0);
        let mut at_start = true;
        for &octet in contents {
            if at_start && octet == 0x80 {
                return Err(DerError::Value);
            }
            at_start = octet & 0x80 == 0;
        }
        if ends { Ok(contents) } else { Err(DerError::Value) }
    }

    /// Two's complement contents of an INTEGER in minimal form.
    pub(crate) fn integer(&mut self) -> Result<&'a [u8], DerError> {
        let contents = self.element(tag::INTEGER)?.contents;
        match contents {
            [] => Err(DerError::Value),
            [0x00, second, ..] if second & 0x80 == 0 => Err(DerError::Value),
            [0xff, second, ..] if second & 0x80 != 0 => Err(DerError::Value),
            _ => Ok(contents),
        }
    }

    /// An INTEGER from 0 to 255.
    pub(crate) fn small_integer(&mut self) -> Result<u8, DerError> {
        match self.integer()? {
            [value] if value & 0x80 == 0 => Ok(*value),
            [0x00, value] => Ok(*value),
            _ => Err(DerError::Value),
        }
    }

    /// The contents of an INTEGER that is not negative, with the zero octet of the sign where there is one.
    pub(crate) fn unsigned_integer(&mut self) -> Result<&'a [u8], DerError> {
        let contents = self.integer()?;
        match contents.first() {
            Some(first) if first & 0x80 == 0 => Ok(contents),
            _ => Err(DerError::Value),
        }
    }

    /// An INTEGER from 0 to 4 294 967 295.
    pub(crate) fn integer_u32(&mut self) -> Result<u32, DerError> {
        u32_of(self.unsigned_integer()?)
    }

    /// An ENUMERATED from 0 to 255.
    pub(crate) fn enumerated(&mut self) -> Result<u8, DerError> {
        match self.element(tag::ENUMERATED)?.contents {
            [value] if value & 0x80 == 0 => Ok(*value),
            [0x00, value] if value & 0x80 != 0 => Ok(*value),
            _ => Err(DerError::Value),
        }
    }

    /// The only element inside an `[n] EXPLICIT` field, when that field is there.
    pub(crate) fn optional_explicit(&mut self, number: u8) -> Result<Option<Element<'a>>, DerError> {
        let Some(tagged) = self.optional(tag::context_constructed(number))? else {
            return Ok(None);
        };
        let mut inner = Reader::new(tagged.contents);
        let element = inner.any()?;
        inner.finish()?;
        Ok(Some(element))
    }

    /// A BOOLEAN `DEFAULT FALSE`: absent is false, and DER never writes false.
    pub(crate) fn default_false(&mut self) -> Result<bool, DerError> {
        match self.optional(tag::BOOLEAN)? {
            None => Ok(false),
            Some(element) if element.contents == [0xff] => Ok(true),
            Some(_) => Err(DerError::Value),
        }
    }

    pub(crate) fn octet_string(&mut self) -> Result<&'a [u8], DerError> {
        Ok(self.element(tag::OCTET_STRING)?.contents)
    }

    /// A BIT STRING of whole octets, as keys and signatures are.
    pub(crate) fn bit_string_octets(&mut self) -> Result<&'a [u8], DerError> {
        match self.element(tag::BIT_STRING)?.contents.split_first() {
            Some((0, octets)) => Ok(octets),
            _ => Err(DerError::Value),
        }
    }
}

/// The value of big-endian contents octets of an INTEGER that was read as not negative.
pub(crate) fn u32_of(octets: &[u8]) -> Result<u32, DerError> {
    let digits = octets.strip_prefix(&[0]).unwrap_or(octets);
    if digits.len() > 4 {
        return Err(DerError::Value);
    }
    Ok(digits
        .iter()
        .fold(0u32, |sum, &octet| (sum << 8) | u32::from(octet)))
}

/// The length in bytes of the element `bytes` begin with, header included.
///
/// Separates a signature from the zero padding of the space that was reserved for it.
///
/// # Errors
/// [`DerError`] when no complete definite-length element is there.
pub fn element_len(bytes: &[u8]) -> Result<usize, DerError> {
    Reader::new(bytes).any().map(|element| element.whole.len())
}

/// Tag, header length and contents length of the element at the start of `bytes`.
fn parse_header(bytes: &[u8]) -> Result<(u8, usize, usize), DerError> {
    let (&tag, after_tag) = bytes.split_first().ok_or(DerError::Truncated)?;
    if tag & 0x1f == 0x1f {
        return Err(DerError::HighTag);
    }
    let (&first, after_first) = after_tag.split_first().ok_or(DerError::Truncated)?;
    if first < 0x80 {
        return Ok((tag, 2, usize::from(first)));
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > 4 {
        return Err(DerError::Length);
    }
    let octets = after_first.get(..count).ok_or(DerError::Truncated)?;
    let length = octets
        .iter()
        .fold(0u64, |sum, &octet| (sum << 8) | u64::from(octet));
    // X.690 10.1: the definite form with the fewest octets.
    if octets.first() == Some(&0) || length < 0x80 {
        return Err(DerError::Length);
    }
    let length = usize::try_from(length).map_err(|_| DerError::Length)?;
    Ok((tag, 2 + count, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_minimal_definite_lengths_are_read() {
        assert_eq!(element_len(&[0x30, 0x00, 0xaa]), Ok(2));
        assert_eq!(element_len(&[0x30, 0x80, 0x00, 0x00]), Err(DerError::Length));
        assert_eq!(element_len(&[0x04, 0x81, 0x01, 0xaa]), Err(DerError::Length));
        assert_eq!(element_len(&[0x04, 0x82, 0x00, 0x80]), Err(DerError::Length));
        assert_eq!(element_len(&[0x04, 0x85, 1, 0, 0, 0, 0]), Err(DerError::Length));
        assert_eq!(element_len(&[0x04, 0x03, 1, 2]), Err(DerError::Truncated));
        assert_eq!(element_len(&[0x1f, 0x81, 0x01, 0x00]), Err(DerError::HighTag));
        assert_eq!(element_len(&[]), Err(DerError::Truncated));
        assert_eq!(
            element_len(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]),
            Err(DerError::Truncated)
        );
    }

    #[test]
    fn values_outside_der_are_refused() {
        assert_eq!(Reader::new(&[2, 2, 0, 1]).integer(), Err(DerError::Value));
        assert_eq!(Reader::new(&[2, 2, 0xff, 0x80]).integer(), Err(DerError::Value));
        assert_eq!(Reader::new(&[2, 0]).integer(), Err(DerError::Value));
        assert_eq!(Reader::new(&[2, 2, 0, 0x80]).small_integer(), Ok(128));
        assert_eq!(Reader::new(&[2, 4, 0, 0xff, 0, 1]).integer_u32(), Ok(0x00ff_0001));
        assert_eq!(
            Reader::new(&[2, 5, 0, 0xff, 0xff, 0xff, 0xff]).integer_u32(),
            Ok(u32::MAX)
        );
        assert_eq!(
            Reader::new(&[2, 5, 1, 0, 0, 0, 0]).integer_u32(),
            Err(DerError::Value)
        );
        assert_eq!(
            Reader::new(&[2, 1, 0x80]).unsigned_integer(),
            Err(DerError::Value)
        );
        assert_eq!(Reader::new(&[10, 1, 6]).enumerated(), Ok(6));
        assert_eq!(Reader::new(&[10, 2, 0, 6]).enumerated(), Err(DerError::Value));
        assert_eq!(Reader::new(&[1, 1, 0]).default_false(), Err(DerError::Value));
        assert_eq!(Reader::new(&[1, 1, 1]).default_false(), Err(DerError::Value));
        assert_eq!(
            Reader::new(&[3, 2, 1, 0x80]).bit_string_octets(),
            Err(DerError::Value)
        );
        assert_eq!(Reader::new(&[6, 2, 0x80, 1]).oid(), Err(DerError::Value));
        assert_eq!(Reader::new(&[6, 1, 0x81]).oid(), Err(DerError::Value));
        assert_eq!(Reader::new(&[6, 0]).oid(), Err(DerError::Value));
    }
}
