//! Decoders for the filters that structure and text are stored with (ISO 32000-1, 7.4): Flate and LZW with
//! predictors, ASCIIHex, ASCII85 and RunLength. Picture formats (DCT, JPX, JBIG2, CCITT) are passed through
//! untouched everywhere and have no decoder here. Output is limited before it is produced.

use std::io::Read as _;

use crate::error::{Place, ReadError};
use crate::lexer::{hex_value, is_white};
use crate::object::{Dictionary, Name};

/// Parameters of one filter in a chain, references already resolved.
pub(crate) struct FilterStep {
    pub(crate) name: Name,
    pub(crate) parameters: Dictionary,
}

/// Runs a chain of filters. `limit` bounds the output of every step.
pub(crate) fn decode(
    data: &[u8],
    steps: &[FilterStep],
    limit: usize,
    place: Place,
) -> Result<Vec<u8>, ReadError> {
    let mut current: Option<Vec<u8>> = None;
    for step in steps {
        let input = current.as_deref().unwrap_or(data);
        current = Some(decode_step(input, step, limit, place)?);
    }
    match current {
        Some(decoded) => Ok(decoded),
        None if data.len() > limit => Err(too_large(limit)),
        None => Ok(data.to_vec()),
    }
}

fn decode_step(input: &[u8], step: &FilterStep, limit: usize, place: Place) -> Result<Vec<u8>, ReadError> {
    let bad = |what: &'static str| ReadError::damaged(place, what);
    // The short names are for inline images; viewers accept them everywhere and they mean nothing else.
    match step.name.as_bytes() {
        b"FlateDecode" | b"Fl" => predict(inflate(input, limit, place)?, step, limit, place),
        b"LZWDecode" | b"LZW" => {
            let early = step.parameters.get("EarlyChange").and_then(|v| v.as_integer()) != Some(0);
            let data = lzw(input, early, limit)?.ok_or_else(|| bad("LZW data of a stream is not valid"))?;
            predict(data, step, limit, place)
        }
        b"ASCIIHexDecode" | b"AHx" => {
            ascii_hex(input).ok_or_else(|| bad("ASCIIHex data of a stream is not valid"))
        }
        b"ASCII85Decode" | b"A85" => {
            ascii_85(input, limit)?.ok_or_else(|| bad("ASCII85 data of a stream is not valid"))
        }
        b"RunLengthDecode" | b"RL" => {
            run_length(input, limit)?.ok_or_else(|| bad("run-length data of a stream is not valid"))
        }
        _ => Err(ReadError::unsupported(
            place,
            format!("the stream filter {:?}", step.name),
        )),
    }
}

fn too_large(limit: usize) -> ReadError {
    ReadError::LimitExceeded {
        what: "bytes in one decoded stream",
        limit,
    }
}

fn inflate(input: &[u8], limit: usize, place: Place) -> Result<Vec<u8>, ReadError> {
    let mut out = Vec::new();
    let mut reader = flate2::read::ZlibDecoder::new(input).take(limit as u64 + 1);
    // Bytes after the end of the compressed data (usually a line break counted in /Length) are ignored by
    // every viewer; a broken or cut compression is not read the same and is refused.
    reader
        .read_to_end(&mut out)
        .map_err(|_| ReadError::damaged(place, "the compressed data of a stream is broken"))?;
    if out.len() > limit {
        return Err(too_large(limit));
    }
    Ok(out)
}

/// Undoes a predictor (7.4.4.4).
fn predict(data: Vec<u8>, step: &FilterStep, limit: usize, place: Place) -> Result<Vec<u8>, ReadError> {
    let number = |key: &str, default: usize| match step.parameters.get(key) {
        None => Ok(default),
        Some(value) => value
            .as_integer()
            .and_then(|v| usize::try_from(v).ok())
            .ok_or_else(|| ReadError::damaged(place, "a stream has unusable /DecodeParms")),
    };
    let predictor = number("Predictor", 1)?;
    if predictor == 1 {
        return Ok(data);
    }
    let (colors, bits, columns) = (
        number("Colors", 1)?,
        number("BitsPerComponent", 8)?,
        number("Columns", 1)?,
    );
    let usable =
        (1..=32).contains(&colors) && matches!(bits, 1 | 2 | 4 | 8 | 16) && (1..=limit).contains(&columns);
    if !usable {
        return Err(ReadError::damaged(place, "a stream has unusable /DecodeParms"));
    }
    let pixel = (colors * bits).div_ceil(8);
    let row = columns.saturating_mul(colors * bits).div_ceil(8);
    match predictor {
        2 if bits == 8 => Ok(undo_tiff(data, row, colors)),
        10..=15 => undo_png(&data, row, pixel)
            .ok_or_else(|| ReadError::damaged(place, "the predictor of a stream does not fit its data")),
        _ => Err(ReadError::unsupported(
            place,
            format!("the predictor {predictor}"),
        )),
    }
}

fn undo_tiff(mut data: Vec<u8>, row: usize, colors: usize) -> Vec<u8> {
    for line in data.chunks_mut(row) {
        for i in colors..line.len() {
            let left = line.get(i - colors).copied().unwrap_or(0);
            if let Some(byte) = line.get_mut(i) {
                *byte = byte.wrapping_add(left);
            }
        }
    }
    data
}

fn undo_png(data: &[u8], row: usize, pixel: usize) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0_u8; row];
    for line in data.chunks(row.checked_add(1)?) {
        let (&kind, encoded) = line.split_first()?;
        let mut current = Vec::with_capacity(row);
        for (i, &byte) in encoded.iter().enumerate() {
            let left = if i >= pixel {
                current.get(i - pixel).copied()?
            } else {
                0
            };
            let up = above.get(i).copied()?;
            let corner = if i >= pixel {
                above.get(i - pixel).copied()?
            } else {
                0
            };
            let predicted = match kind {
                0 => 0,
                1 => left,
                2 => up,
                3 => ((u16::from(left) + u16::from(up)) / 2) as u8,
                4 => paeth(left, up, corner),
                _ => return None,
            };
            current.push(byte.wrapping_add(predicted));
        }
        out.extend_from_slice(&current);
        current.resize(row, 0);
        above = current;
    }
    Some(out)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let estimate = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |value: u8| (estimate - i16::from(value)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

fn ascii_hex(input: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(input.len() / 2);
    let mut half = None;
    for &byte in input {
        if let Some(value) = hex_value(byte) {
            match half.take() {
                None => half = Some(value),
                Some(high) => out.push(high << 4 | value),
            }
        } else if byte == b'>' {
            break;
        } else if !is_white(byte) {
            return None;
        }
    }
    out.extend(half.map(|high: u8| high << 4));
    Some(out)
}

fn ascii_85(input: &[u8], limit: usize) -> Result<Option<Vec<u8>>, ReadError> {
    let mut out = Vec::with_capacity(input.len() / 5 * 4);
    let mut group: Vec<u8> = Vec::with_capacity(5);
    for &byte in input {
        match byte {
            b'!'..=b'u' => group.push(byte - b'!'),
            b'z' if group.is_empty() => out.extend_from_slice(&[0; 4]),
            b'~' => break,
            _ if is_white(byte) => continue,
            _ => return Ok(None),
        }
        if group.len() == 5 {
            let Some(bytes) = ascii_85_group(&group) else {
                return Ok(None);
            };
            out.extend_from_slice(&bytes);
            group.clear();
        }
        if out.len() > limit {
            return Err(too_large(limit));
        }
    }
    let used = group.len();
    if used == 1 {
        return Ok(None);
    }
    if used > 1 {
        group.resize(5, 84);
        let Some(bytes) = ascii_85_group(&group) else {
            return Ok(None);
        };
        out.extend(bytes.iter().take(used - 1));
    }
    Ok(Some(out))
}

fn ascii_85_group(group: &[u8]) -> Option<[u8; 4]> {
    let value = group
        .iter()
        .fold(0_u64, |sum, digit| sum * 85 + u64::from(*digit));
    u32::try_from(value).ok().map(u32::to_be_bytes)
}

fn run_length(input: &[u8], limit: usize) -> Result<Option<Vec<u8>>, ReadError> {
    let mut out = Vec::new();
    let mut rest = input;
    while let Some((&length, tail)) = rest.split_first() {
        match length {
            128 => break,
            0..=127 => {
                let Some((run, after)) = tail.split_at_checked(usize::from(length) + 1) else {
                    return Ok(None);
                };
                out.extend_from_slice(run);
                rest = after;
            }
            129.. => {
                let Some((&byte, after)) = tail.split_first() else {
                    return Ok(None);
                };
                out.resize(out.len() + 257 - usize::from(length), byte);
                rest = after;
            }
        }
        if out.len() > limit {
            return Err(too_large(limit));
        }
    }
    Ok(Some(out))
}

const LZW_CLEAR: usize = 256;
const LZW_END: usize = 257;
const LZW_FIRST: usize = 258;

/// LZW (7.4.4.2): variable code length of 9 to 12 bits, the change one code early unless told otherwise.
fn lzw(input: &[u8], early: bool, limit: usize) -> Result<Option<Vec<u8>>, ReadError> {
    let mut out: Vec<u8> = Vec::new();
    // Each table entry is a range of the output: the string of a code has always been written before.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    let (mut bits, mut buffer, mut width) = (0_u32, 0_u32, 9_u32);
    for &byte in input {
        buffer = buffer << 8 | u32::from(byte);
        bits += 8;
        if bits < width {
            continue;
        }
        bits -= width;
        let code = (buffer >> bits) as usize & ((1 << width) - 1);
        buffer &= (1 << bits) - 1;
        match code {
            LZW_END => return Ok(Some(out)),
            LZW_CLEAR => {
                table.clear();
                previous = None;
                width = 9;
                continue;
            }
            _ => {}
        }
        let start = out.len();
        if !lzw_emit(&mut out, code, &table, previous) {
            return Ok(None);
        }
        if let Some((from, length)) = previous
            && table.len() + LZW_FIRST < 4096
        {
            // The previous string and the first byte after it stand next to each other in the output.
            table.push((from, length + 1));
        }
        previous = Some((start, out.len() - start));
        let next = table.len() + LZW_FIRST + usize::from(early) + 1;
        width = match next {
            ..=512 => 9,
            513..=1024 => 10,
            1025..=2048 => 11,
            _ => 12,
        };
        if out.len() > limit {
            return Err(too_large(limit));
        }
    }
    Ok(Some(out))
}

/// Writes the string of one code; false when the code cannot occur here.
fn lzw_emit(
    out: &mut Vec<u8>,
    code: usize,
    table: &[(usize, usize)],
    previous: Option<(usize, usize)>,
) -> bool {
    if let Ok(byte) = u8::try_from(code) {
        out.push(byte);
        return true;
    }
    let known = code
        .checked_sub(LZW_FIRST)
        .and_then(|index| table.get(index).copied());
    let (from, length) = match (known, previous) {
        (Some(entry), _) => entry,
        // The one code not in the table yet: the previous string and its own first byte.
        (None, Some((from, length))) if code == table.len() + LZW_FIRST => (from, length + 1),
        _ => return false,
    };
    for i in from..from + length {
        let Some(&byte) = out.get(i) else { return false };
        out.push(byte);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, parameters: &[(&str, i64)]) -> FilterStep {
        let mut dictionary = Dictionary::new();
        for (key, value) in parameters {
            dictionary.insert(key, *value);
        }
        FilterStep {
            name: Name::new(name),
            parameters: dictionary,
        }
    }

    fn run(data: &[u8], steps: &[FilterStep]) -> Result<Vec<u8>, ReadError> {
        decode(data, steps, 1000, Place::Offset(0))
    }

    #[test]
    fn hex_ignores_blanks_and_fills_the_last_digit() {
        assert_eq!(
            run(b"48 65\n6c6C 6f2>", &[step("ASCIIHexDecode", &[])]).unwrap(),
            b"Hello "
        );
        assert!(run(b"4x", &[step("AHx", &[])]).is_err());
    }

    #[test]
    fn ascii_85_of_the_usual_example() {
        assert_eq!(
            run(b"87cUR\nD]i,\"Ebo80~>", &[step("ASCII85Decode", &[])]).unwrap(),
            b"Hello World!"
        );
        assert_eq!(run(b"z~>", &[step("A85", &[])]).unwrap(), [0; 4]);
        assert!(run(b"uuuuu~>", &[step("A85", &[])]).is_err());
    }

    #[test]
    fn run_lengths() {
        assert_eq!(
            run(b"\x02abc\xfex\x80zz", &[step("RunLengthDecode", &[])]).unwrap(),
            b"abcxxx"
        );
        assert!(run(b"\x05abc", &[step("RL", &[])]).is_err());
    }

    #[test]
    fn lzw_of_the_standard() {
        // ISO 32000-1, 7.4.4.2, example 2.
        let data = [0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01];
        assert_eq!(
            run(&data, &[step("LZWDecode", &[])]).unwrap(),
            [45, 45, 45, 45, 45, 65, 45, 45, 45, 66]
        );
        assert!(run(&[0xff, 0xff, 0xff], &[step("LZW", &[])]).is_err());
    }

    #[test]
    fn lzw_grows_its_codes() {
        // 9-bit codes for 600 different strings force 10-bit codes; made with libtiff's rules by hand here:
        // only literals, so the table grows by one entry per code.
        let text: Vec<u8> = (0..900_u32).map(|i| (i * 7 % 251) as u8).collect();
        let mut bits = Vec::new();
        let mut push = |code: usize, width: u32| {
            for i in (0..width).rev() {
                bits.push(code >> i & 1 == 1);
            }
        };
        push(LZW_CLEAR, 9);
        for (i, byte) in text.iter().enumerate() {
            // Entries known when this code is written, plus the early change.
            let next = LZW_FIRST + i.saturating_sub(1) + 2;
            push(
                usize::from(*byte),
                if next <= 512 {
                    9
                } else if next <= 1024 {
                    10
                } else {
                    11
                },
            );
        }
        let data: Vec<u8> = bits
            .chunks(8)
            .map(|c| {
                c.iter()
                    .enumerate()
                    .fold(0, |b, (i, bit)| b | u8::from(*bit) << (7 - i))
            })
            .collect();
        let out = run(&data, &[step("LZWDecode", &[])]).unwrap();
        assert_eq!(out.get(..text.len()).unwrap(), text);
    }

    #[test]
    fn png_predictors_are_undone() {
        use std::io::Write as _;
        let rows = [0, 1, 2, 3, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 1, 4, 1, 1, 1];
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&rows).unwrap();
        let data = encoder.finish().unwrap();
        let out = run(
            &data,
            &[step("FlateDecode", &[("Predictor", 15), ("Columns", 3)])],
        )
        .unwrap();
        assert_eq!(out, [1, 2, 3, 1, 2, 3, 2, 3, 4, 2, 3, 4, 3, 4, 5]);
    }

    #[test]
    fn tiff_predictor_adds_the_left_pixel() {
        let steps = [step("ASCIIHexDecode", &[])];
        let plain = run(b"010101020202>", &steps).unwrap();
        assert_eq!(undo_tiff(plain, 3, 1), [1, 2, 3, 2, 4, 6]);
    }

    #[test]
    fn output_is_limited() {
        use std::io::Write as _;
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(&[0; 5000]).unwrap();
        let data = encoder.finish().unwrap();
        let error = run(&data, &[step("FlateDecode", &[])]).unwrap_err();
        assert_eq!(error, too_large(1000));
        assert!(run(&[0x81; 40], &[step("RL", &[])]).is_err());
    }

    #[test]
    fn unknown_filters_and_cut_data_are_refused() {
        assert!(matches!(
            run(b"", &[step("DCTDecode", &[])]),
            Err(ReadError::Unsupported { .. })
        ));
        assert!(run(b"x\x9c\x4b", &[step("FlateDecode", &[])]).is_err());
        let odd = step("FlateDecode", &[("Predictor", 12), ("Columns", -1)]);
        assert!(predict(vec![0; 4], &odd, 100, Place::Offset(0)).is_err());
    }
}
