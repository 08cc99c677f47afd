//! Reading content streams (7.8.2) as far as it takes to know that all viewers draw the same: words, operands, nesting. What
//! one viewer repairs another one skips, so a file is refused for it before anybody signs what others will not see.

use crate::error::{Place, ReadError};
use crate::lexer::{Lexer, is_delimiter, is_white};
use crate::object::Object;

/// Arrays and dictionaries among the operands are never nested deeper by honest writers.
const DEPTH: usize = 32;

/// How many operands an operator takes (annex A).
fn operands(operator: &[u8]) -> Option<std::ops::RangeInclusive<usize>> {
    Some(match operator {
        b"b" | b"B" | b"b*" | b"B*" | b"BT" | b"BX" | b"EMC" | b"ET" | b"EX" | b"f" | b"F" | b"f*" | b"h"
        | b"n" | b"q" | b"Q" | b"s" | b"S" | b"T*" | b"W" | b"W*" => 0..=0,
        b"BMC" | b"CS" | b"cs" | b"Do" | b"G" | b"g" | b"gs" | b"i" | b"J" | b"j" | b"M" | b"MP" | b"ri"
        | b"sh" | b"Tc" | b"Tj" | b"TJ" | b"TL" | b"Tr" | b"Ts" | b"Tw" | b"Tz" | b"w" | b"'" => 1..=1,
        b"BDC" | b"d" | b"d0" | b"DP" | b"l" | b"m" | b"Td" | b"TD" | b"Tf" => 2..=2,
        b"RG" | b"rg" | b"\"" => 3..=3,
        b"K" | b"k" | b"re" | b"v" | b"y" => 4..=4,
        b"c" | b"cm" | b"d1" | b"Tm" => 6..=6,
        b"SC" | b"sc" | b"SCN" | b"scn" => 1..=33,
        _ => return None,
    })
}

/// The streams of one page, or one form, in their order.
pub(super) struct Content {
    place: Place,
    operands: usize,
    saved: usize,
    compatible: usize,
    /// More states were restored than saved: fine at the end, but nothing may be drawn any more.
    is_over: bool,
    ends_in_a_word: bool,
}

impl Content {
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            operands: 0,
            saved: 0,
            compatible: 0,
            is_over: false,
            ends_in_a_word: false,
        }
    }

    fn fail<T>(&self, what: &'static str) -> Result<T, ReadError> {
        Err(ReadError::damaged(self.place, what))
    }

    /// Checks the next stream.
    pub(super) fn add(&mut self, data: &[u8]) -> Result<(), ReadError> {
        let is_regular = |byte: &u8| !is_white(*byte) && !is_delimiter(*byte);
        // 7.8.2: streams are cut between words only; some viewers join the halves of a word and some do not.
        if self.ends_in_a_word && data.first().is_some_and(is_regular) {
            return self.fail("a word of the page content goes on in another stream");
        }
        let mut lexer = Lexer::new(data, 0, DEPTH);
        loop {
            lexer.skip_white();
            let Some(byte) = lexer.peek() else { break };
            let start = lexer.pos;
            if byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.') {
                self.number(&mut lexer, data)?;
            } else if is_regular(&byte) {
                let end = data[start..]
                    .iter()
                    .position(|byte| !is_regular(byte))
                    .map_or(data.len(), |length| start + length);
                lexer.pos = end;
                self.word(&data[start..end], &mut lexer, data)?;
            } else if let Some(end) = object_end(data, start) {
                lexer.pos = end;
                self.operands += 1;
            } else {
                return self.fail(
                    "the page content has a string, name, array or dictionary that is not well formed",
                );
            }
        }
        if let Some(last) = data.last() {
            self.ends_in_a_word = is_regular(last);
        }
        Ok(())
    }

    /// One sign, digits, one point.
    fn number(&mut self, lexer: &mut Lexer<'_>, data: &[u8]) -> Result<(), ReadError> {
        let rest = &data[lexer.pos..];
        let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
        let length = rest[sign..]
            .iter()
            .position(|byte| !byte.is_ascii_digit() && *byte != b'.')
            .map_or(rest.len(), |length| length + sign);
        let text = &rest[sign..length];
        let points = text.iter().filter(|byte| **byte == b'.').count();
        let ends = rest
            .get(length)
            .is_none_or(|byte| is_white(*byte) || is_delimiter(*byte));
        if points > 1 || text.len() == points || !ends {
            return self.fail("the page content has a number in no notation of the standard");
        }
        lexer.pos += length;
        self.operands += 1;
        Ok(())
    }

    fn word(&mut self, word: &[u8], lexer: &mut Lexer<'_>, data: &[u8]) -> Result<(), ReadError> {
        match word {
            b"true" | b"false" | b"null" => {
                self.operands += 1;
                return Ok(());
            }
            b"BI" => {
                self.operands = 0;
                return self.inline_image(lexer, data);
            }
            _ => {}
        }
        let given = std::mem::take(&mut self.operands);
        match operands(word) {
            Some(wanted) if !wanted.contains(&given) => {
                return self.fail("an operator of the page content has too few or too many operands");
            }
            None if self.compatible == 0 => {
                return self.fail("the page content has an operator the standard does not know");
            }
            _ => {}
        }
        match word {
            b"q" => self.saved += 1,
            b"BX" => self.compatible += 1,
            b"EX" => self.compatible = self.compatible.saturating_sub(1),
            b"Q" => match self.saved.checked_sub(1) {
                Some(saved) => self.saved = saved,
                None => self.is_over = true,
            },
            _ => {}
        }
        if self.is_over && word != b"Q" {
            return self.fail("the page content restores more graphics states than it saved");
        }
        Ok(())
    }

    /// From `BI` to `EI` (8.9.7). Where nothing packs the data their length is known; else they end at the first `EI` that
    /// stands alone and is followed by text.
    fn inline_image(&mut self, lexer: &mut Lexer<'_>, data: &[u8]) -> Result<(), ReadError> {
        let mut entries = Vec::new();
        loop {
            lexer.skip_white();
            if lexer.take_word(b"ID") {
                break;
            }
            let (Ok(key), Ok(value)) = (lexer.object(), lexer.object()) else {
                return self.fail("an inline image of the page content is not well formed");
            };
            let Some(key) = key.as_name().cloned() else {
                return self.fail("an inline image of the page content is not well formed");
            };
            entries.push((key, value));
        }
        let start = lexer.pos + 1;
        let value = |short: &str, long: &str| {
            let found = entries.iter().find(|(key, _)| *key == short || *key == long);
            found.map(|(_, value)| value)
        };
        let known = plain_length(value).map(|length| start.saturating_add(length));
        let mut at = known.unwrap_or(start);
        while let Some(rest) = data.get(at..) {
            let Some(found) = memchr::memmem::find(rest, b"EI") else {
                break;
            };
            let (before, after) = (at + found, at + found + 2);
            let alone = data
                .get(before.wrapping_sub(1))
                .is_some_and(|byte| is_white(*byte))
                || Some(before) == known;
            let text = data[after..].iter().take(8);
            let followed = data.get(after).is_none_or(|byte| is_white(*byte))
                && text
                    .clone()
                    .all(|byte| is_white(*byte) || byte.is_ascii_graphic());
            if alone && followed {
                lexer.pos = after;
                return Ok(());
            }
            at = before + 1;
        }
        self.fail("an inline image of the page content has no end")
    }
}

/// Where the object that starts here ends. Each is read on its own, as the number of values is bounded for one object only.
fn object_end(data: &[u8], start: usize) -> Option<usize> {
    let mut lexer = Lexer::new(data, start, DEPTH);
    lexer.object().ok().map(|_| lexer.pos)
}

/// Bytes of an image that no filter packs and whose colours tell how many bits a pixel takes. `value` gives the value of an
/// entry by its short or its long name.
pub(super) fn plain_length<'o>(value: impl Fn(&str, &str) -> Option<&'o Object>) -> Option<usize> {
    let number = |short, long| value(short, long).and_then(|value| usize::try_from(value.as_integer()?).ok());
    if value("F", "Filter").is_some() {
        return None;
    }
    let is_mask = value("IM", "ImageMask").is_some_and(|mask| mask.as_boolean() == Some(true));
    let components = match value("CS", "ColorSpace").and_then(|space| space.as_name()) {
        _ if is_mask => 1,
        Some(name) if *name == "G" || *name == "DeviceGray" => 1,
        Some(name) if *name == "RGB" || *name == "DeviceRGB" => 3,
        Some(name) if *name == "CMYK" || *name == "DeviceCMYK" => 4,
        _ => return None,
    };
    let bits = if is_mask {
        1
    } else {
        number("BPC", "BitsPerComponent")?
    };
    let row = number("W", "Width")?
        .checked_mul(components)?
        .checked_mul(bits)?
        .div_ceil(8);
    row.checked_mul(number("H", "Height")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(streams: &[&str]) -> Option<String> {
        let mut content = Content::new(Place::Page(1));
        let result = streams
            .iter()
            .try_for_each(|stream| content.add(stream.as_bytes()));
        result.err().map(|error| error.to_string())
    }

    #[test]
    fn ordinary_content_passes() {
        for good in [
            "q 1 0 0 1 .5 -72. cm BT /F1 12 Tf [(a\\)b) -20 <41>] TJ 0 0 (x) \" ET Q",
            "/P << /MCID 0 /Lang (de) >> BDC EMC /Cs8 cs 0.1 0.2 /P1 scn 1 0 0 rg\n% comment ) >>\n0 0 1 1 re f*",
            "BI /W 4 /H 1 /BPC 8 /CS /G ID \0 EI EI 0 g",
            "BI /W 4 /H 4 /F /AHx /CS /RGB /BPC 8 ID 00 EI00> EI 0 g",
            "BX 1 2 3 blurb EX 0 g",
            "0 g Q Q",
            "",
        ] {
            assert_eq!(check(&[good]), None, "{good}");
        }
        // Operands may stand in another stream than their operator, and words may end with a stream.
        assert_eq!(
            check(&["1 0 0", " rg q", "(x) pop".get(..3).unwrap(), " Tj"]),
            None
        );
    }

    #[test]
    fn what_viewers_repair_differently_is_refused() {
        for (bad, reason) in [
            ("--20 0 m", "in no notation"),
            ("2e1 0 m", "in no notation"),
            ("20-0 0 m", "in no notation"),
            ("2.0.5 0 m", "in no notation"),
            ("- 0 m", "in no notation"),
            (". 0 m", "in no notation"),
            ("1 2 20 20 60 60 re", "too few or too many"),
            ("20 20 re", "too few or too many"),
            ("1 2 3 blurb", "does not know"),
            ("0 g endstream 0 g", "does not know"),
            ("Q 0 0 1 1 re f", "restores more"),
            ("(abc", "not well formed"),
            ("<4x> Tj", "not well formed"),
            ("[1 2", "not well formed"),
            (")", "not well formed"),
            ("BI /W 1 /H 1 /BPC 8 /CS /G ID \0", "has no end"),
            ("BI /W 1 /H ID", "not well formed"),
        ] {
            let found = check(&[bad]);
            assert!(
                found.as_deref().is_some_and(|found| found.contains(reason)),
                "{bad}: {found:?}"
            );
        }
        let found = check(&["0 g 2", "0 20 60 60 re f"]).unwrap();
        assert!(found.contains("goes on in another stream"), "{found}");
    }
}
