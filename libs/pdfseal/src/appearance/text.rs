//! One line of drawn text, such as a date, with its font embedded.

use super::{
    emit::{push_integer, push_number, push_numbers},
    picture::{PictureError, PreparedObject, StampPicture, form_object, push_stream},
    vector::Rgb,
};
use crate::{
    font::EmbeddedFont,
    object::{Dictionary, Object},
    serialize::{write_name, write_object},
};

impl StampPicture {
    /// Prepares a line of text at a font size in points. The picture is as wide as the text and as high as the font's
    /// ascent and descent; it stays text that readers can search and copy. Every character must be in the font's subset.
    ///
    /// # Errors
    /// [`PictureError::Text`] for a character the font does not have, [`PictureError::NoSize`] for an empty text or a size
    /// that is not positive.
    pub fn from_text(
        font: &EmbeddedFont,
        text: &str,
        size_pt: f64,
        colour: Rgb,
    ) -> Result<Self, PictureError> {
        let (width, descent) = (font.width(text, size_pt)?, font.descent(size_pt));
        let height = font.ascent(size_pt) - descent;
        if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
            return Err(PictureError::NoSize { width, height });
        }
        let mut content = Vec::new();
        let Rgb(red, green, blue) = colour;
        push_numbers(
            &mut content,
            &[red, green, blue].map(|value| f64::from(value) / 255.0),
        );
        content.extend_from_slice(b" rg BT /F ");
        push_number(&mut content, size_pt);
        content.extend_from_slice(b" Tf 0 ");
        push_number(&mut content, -descent);
        content.extend_from_slice(b" Td <");
        for byte in font.encode(text)? {
            content.extend_from_slice(format!("{byte:02X}").as_bytes());
        }
        content.extend_from_slice(b"> Tj ET");
        // The reference goes after the blank behind the name.
        const RESOURCES: &[u8] = b"<< /Font << /F  >> >>";
        let mut objects = vec![form_object([width, height], RESOURCES, &content, vec![(15, 1)])];
        // Numbered from 1, the font's objects refer to each other by their places behind the form.
        objects.extend(font.objects(1)?.iter().map(|(_, object)| prepared(object)));
        Ok(Self::assemble([width, height], [width, height], objects))
    }
}

fn prepared(object: &Object) -> PreparedObject {
    let mut out = PreparedObject::default();
    match object {
        Object::Stream(stream) => {
            out.bytes.extend_from_slice(b"<<");
            let mut dictionary = stream.dictionary.clone();
            dictionary.remove("Length");
            push_entries(&mut out, &dictionary);
            push_stream(&mut out.bytes, b"", stream.data.bytes(&[]));
        }
        other => push_value(&mut out, other),
    }
    out
}

/// Nested as deep as a font dictionary is: the objects are our own.
fn push_value(out: &mut PreparedObject, value: &Object) {
    out.bytes.push(b' ');
    match value {
        Object::Reference(reference) => {
            out.push_reference_to(usize::try_from(reference.number).unwrap_or(usize::MAX));
        }
        Object::Integer(number) if *number >= 0 => push_integer(&mut out.bytes, number.unsigned_abs()),
        Object::Array(items) => {
            out.bytes.push(b'[');
            items.iter().for_each(|item| push_value(out, item));
            out.bytes.push(b']');
        }
        Object::Dictionary(dictionary) => {
            out.bytes.extend_from_slice(b"<<");
            push_entries(out, dictionary);
            out.bytes.extend_from_slice(b" >>");
        }
        other => write_object(&mut out.bytes, other, &[]),
    }
}

fn push_entries(out: &mut PreparedObject, dictionary: &Dictionary) {
    for (name, value) in dictionary.iter() {
        out.bytes.push(b' ');
        write_name(&mut out.bytes, name);
        push_value(out, value);
    }
}
