//! The stored form of an index: a mark, a version, then little-endian numbers and lengths. Nothing is trusted on the
//! way back: every length is checked against what is left.

use super::{PageText, Run, RunGlyph, TextError};

/// Mark and version. The version changes with the form and with what is put in.
const MARK: &[u8; 8] = b"PDFTEXT\x01";

pub(super) fn write(pages: &[PageText]) -> Vec<u8> {
    let mut out = MARK.to_vec();
    put_length(&mut out, pages.len());
    for page in pages {
        put_floats(&mut out, &[page.width, page.height]);
        put_length(&mut out, page.runs.len());
        page.runs.iter().for_each(|run| put_run(&mut out, run));
    }
    out
}

fn put_run(out: &mut Vec<u8>, run: &Run) {
    put_floats(out, &run.origin);
    put_floats(out, &run.direction);
    put_floats(out, &run.next_line);
    put_floats(out, &[run.size]);
    out.push(u8::from(run.vertical));
    put_length(out, run.glyphs.len());
    for glyph in &run.glyphs {
        put_floats(out, &[glyph.start, glyph.advance]);
        put_length(out, glyph.text.len());
        out.extend_from_slice(glyph.text.as_bytes());
    }
}

fn put_floats(out: &mut Vec<u8>, values: &[f32]) {
    values
        .iter()
        .for_each(|value| out.extend_from_slice(&value.to_le_bytes()));
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
fn put_length(out: &mut Vec<u8>, mut length: usize) {
    loop {
        let low = u8::try_from(length & 0x7f).unwrap_or_default();
        length >>= 7;
        if length == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

pub(super) fn read(stored: &[u8]) -> Result<Vec<PageText>, TextError> {
    let mut input = Input { bytes: stored, at: 0 };
    if input.take(MARK.len())? != MARK {
        return Err(TextError::StoredIndex { at: 0 });
    }
    let pages = input.list(Input::page)?;
    if input.at == stored.len() {
        Ok(pages)
    } else {
        Err(input.damaged())
    }
}

struct Input<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Input<'b> {
    fn damaged(&self) -> TextError {
        TextError::StoredIndex { at: self.at }
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], TextError> {
        let end = self.at.checked_add(length).ok_or_else(|| self.damaged())?;
        let taken = self.bytes.get(self.at..end).ok_or_else(|| self.damaged())?;
        self.at = end;
        Ok(taken)
    }

    /// Reads a list. Its length is not used to reserve memory: a wrong one fails at the end of the bytes.
    fn list<T>(&mut self, item: fn(&mut Self) -> Result<T, TextError>) -> Result<Vec<T>, TextError> {
        let length = self.length()?;
        (0..length).map(|_| item(self)).collect()
    }

    fn page(&mut self) -> Result<PageText, TextError> {
        let [width, height] = self.floats()?;
        Ok(PageText {
            width,
            height,
            runs: self.list(Self::run)?,
        })
    }

    fn run(&mut self) -> Result<Run, TextError> {
        let (origin, direction, next_line) = (self.floats()?, self.floats()?, self.floats()?);
        let [size] = self.floats()?;
        let vertical = match self.take(1)? {
            [0] => false,
            [1] => true,
            _ => return Err(self.damaged()),
        };
        Ok(Run {
            origin,
            direction,
            next_line,
            size,
            vertical,
            glyphs: self.list(Self::glyph)?,
        })
    }

    fn glyph(&mut self) -> Result<RunGlyph, TextError> {
        let [start, advance] = self.floats()?;
        let length = self.length()?;
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| self.damaged())?;
        Ok(RunGlyph {
            text: text.into(),
            start,
            advance,
        })
    }

    fn floats<const N: usize>(&mut self) -> Result<[f32; N], TextError> {
        let mut values = [0.0; N];
        for value in &mut values {
            let bytes = <[u8; 4]>::try_from(self.take(4)?).map_err(|_| self.damaged())?;
            *value = f32::from_le_bytes(bytes);
            if !value.is_finite() {
                return Err(self.damaged());
            }
        }
        Ok(values)
    }

    fn length(&mut self) -> Result<usize, TextError> {
        let mut length = 0usize;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = *self.take(1)? else {
                return Err(self.damaged());
            };
            length |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(length);
            }
        }
        Err(self.damaged())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> Vec<PageText> {
        let glyph = |text: &str, start| RunGlyph {
            text: text.into(),
            start,
            advance: 12.0,
        };
        let run = Run {
            origin: [72.0, 700.5],
            direction: [1.0, 0.0],
            next_line: [0.0, -1.0],
            size: 12.0,
            vertical: false,
            glyphs: vec![glyph("甲", 0.0), glyph("ffi", 12.0)],
        };
        vec![
            PageText {
                width: 595.0,
                height: 842.0,
                runs: vec![run; 10],
            },
            PageText::default(),
        ]
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(read(&write(&sample())).unwrap(), sample());
        assert_eq!(read(&write(&[])).unwrap(), []);
    }

    #[test]
    fn cut_longer_and_foreign_bytes_are_refused() {
        let good = write(&sample());
        for length in 0..good.len() {
            assert!(read(&good[..length]).is_err(), "cut to {length}");
        }
        assert_eq!(
            read(&[&good[..], b"x"].concat()),
            Err(TextError::StoredIndex { at: good.len() })
        );
        assert_eq!(read(b"PDFTEXT\x02\0"), Err(TextError::StoredIndex { at: 0 }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_index_or_an_error(tail in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(pages) = read(&[MARK.as_slice(), &tail].concat()) {
                prop_assert_eq!(read(&write(&pages)).unwrap(), pages);
            }
        }
    }
}
