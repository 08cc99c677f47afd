//! Objects to bytes. The output is plain: one blank between tokens that need it, reals as the shortest
//! decimal that reads back the same, every other byte of a name escaped. What is written here is read the
//! same by every viewer.

use std::io::Write as _;

use crate::lexer::{is_delimiter, is_white};
use crate::object::{Dictionary, Name, Object, PdfString, Stream};

/// Appends an object. `file` is the file that streams with [`crate::StreamData::File`] were read from;
/// `/Length` of a stream is always written as the true number.
pub fn write_object(out: &mut Vec<u8>, object: &Object, file: &[u8]) {
    match object {
        Object::Null => token(out, b"null"),
        Object::Boolean(true) => token(out, b"true"),
        Object::Boolean(false) => token(out, b"false"),
        Object::Integer(value) => {
            separate(out);
            // Writing to a vector cannot fail.
            let _ = write!(out, "{value}");
        }
        Object::Real(value) => write_real(out, *value),
        Object::String(value) => write_string(out, value),
        Object::Name(value) => write_name(out, value),
        Object::Array(items) => {
            out.push(b'[');
            for item in items {
                write_object(out, item, file);
            }
            out.push(b']');
        }
        Object::Dictionary(dictionary) => write_dictionary(out, dictionary, file),
        Object::Stream(stream) => write_stream(out, stream, file),
        Object::Reference(reference) => {
            separate(out);
            let _ = write!(out, "{reference}");
        }
    }
}

/// Appends a dictionary.
pub fn write_dictionary(out: &mut Vec<u8>, dictionary: &Dictionary, file: &[u8]) {
    out.extend_from_slice(b"<<");
    for (name, value) in dictionary.iter() {
        write_name(out, name);
        write_object(out, value, file);
    }
    out.extend_from_slice(b">>");
}

/// Appends a stream with its `/Length` set to the number of bytes it has.
pub fn write_stream(out: &mut Vec<u8>, stream: &Stream, file: &[u8]) {
    let data = stream.data.bytes(file);
    out.extend_from_slice(b"<<");
    for (name, value) in stream.dictionary.iter().filter(|(name, _)| **name != "Length") {
        write_name(out, name);
        write_object(out, value, file);
    }
    let _ = write!(out, "/Length {}>>\nstream\n", data.len());
    out.extend_from_slice(data);
    out.extend_from_slice(b"\nendstream");
}

/// Appends a name with its slash.
pub fn write_name(out: &mut Vec<u8>, name: &Name) {
    out.push(b'/');
    for &byte in name.as_bytes() {
        if (0x21..0x7f).contains(&byte) && byte != b'#' && !is_delimiter(byte) {
            out.push(byte);
        } else {
            let _ = write!(out, "#{byte:02X}");
        }
    }
}

/// Appends a string in the notation it asks for.
pub fn write_string(out: &mut Vec<u8>, string: &PdfString) {
    if string.hex {
        out.push(b'<');
        for byte in &string.bytes {
            out.push(hex_digit(byte >> 4));
            out.push(hex_digit(byte & 15));
        }
        out.push(b'>');
        return;
    }
    out.push(b'(');
    for &byte in &string.bytes {
        match byte {
            b'(' | b')' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            // A bare CR would be read back as LF.
            b'\r' => out.extend_from_slice(b"\\r"),
            _ => out.push(byte),
        }
    }
    out.push(b')');
}

fn hex_digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0' + value,
        _ => b'A' + value - 10,
    }
}

fn write_real(out: &mut Vec<u8>, value: f64) {
    separate(out);
    if value.is_finite() {
        // Rust never writes an exponent for `{}`, which PDF has no notation for (7.3.3).
        let _ = write!(out, "{value}");
    } else {
        out.push(b'0');
    }
}

fn token(out: &mut Vec<u8>, word: &[u8]) {
    separate(out);
    out.extend_from_slice(word);
}

/// A blank, unless the last byte already ends a token.
fn separate(out: &mut Vec<u8>) {
    if out
        .last()
        .is_some_and(|last| !is_white(*last) && !matches!(last, b'[' | b']' | b'<' | b'>' | b'(' | b')'))
    {
        out.push(b' ');
    }
}
