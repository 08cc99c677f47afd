//! Bounds what the interpreter may unpack, before it sees the file: it decodes streams without a limit of its own.
//!
//! Every stream is decoded once under the limits of the document and the sizes are added up. Pictures are left out,
//! for they are large and the interpreter does not decode what nobody paints; but only those that nothing uses in
//! another way, or a page content could hide as a picture.

use std::collections::HashSet;

use super::{TextError, TextLimits};
use crate::{Dictionary, Document, Object, ReadError, Reference};

/// Decodes every stream that may be unpacked.
pub(super) fn check_streams(document: &Document<'_>, limits: &TextLimits) -> Result<(), TextError> {
    let objects: Vec<(u32, Object)> = (1..document.next_object_number())
        .filter_map(|number| {
            document
                .object(Reference::new(number))
                .ok()
                .map(|object| (number, object))
        })
        .filter(|(_, object)| !object.is_null())
        .collect();
    let uses = Uses::of(&objects);
    let mut total = 0usize;
    for (number, object) in &objects {
        let Object::Stream(stream) = object else { continue };
        if stream.dictionary.is_name("Subtype", "Image") && !uses.other.contains(number) {
            continue;
        }
        match document.decode(stream) {
            Ok(decoded) => total = total.saturating_add(decoded.len()),
            Err(refusal @ ReadError::LimitExceeded { .. }) => return Err(refusal.into()),
            // A broken stream shows no text.
            Err(_) => {}
        }
        if total > limits.decoded_bytes {
            return Err(TextError::LimitExceeded {
                what: "decoded bytes",
                limit: limits.decoded_bytes,
            });
        }
    }
    Ok(())
}

/// What a value stands for where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The table of external objects of a resource dictionary.
    ExternalObjects,
    /// A picture or its mask.
    Picture,
    /// Anything else.
    Other,
}

#[derive(Default)]
struct Uses {
    /// Objects that are tables of external objects.
    tables: HashSet<u32>,
    /// Objects used as anything but a picture.
    other: HashSet<u32>,
}

impl Uses {
    fn of(objects: &[(u32, Object)]) -> Self {
        let mut uses = Self::default();
        for (_, object) in objects {
            uses.find_tables(object);
        }
        for (number, object) in objects {
            let is_table = uses.tables.contains(number);
            uses.note(
                object,
                if is_table {
                    Role::ExternalObjects
                } else {
                    Role::Other
                },
            );
        }
        uses
    }

    fn find_tables(&mut self, object: &Object) {
        match object {
            Object::Array(items) => items.iter().for_each(|item| self.find_tables(item)),
            _ => {
                for (name, value) in object.as_dictionary().into_iter().flat_map(Dictionary::iter) {
                    match value {
                        Object::Reference(table) if name == "XObject" => {
                            self.tables.insert(table.number);
                        }
                        _ => self.find_tables(value),
                    }
                }
            }
        }
    }

    fn note(&mut self, object: &Object, role: Role) {
        match object {
            Object::Reference(target) => {
                if role == Role::Other {
                    self.other.insert(target.number);
                }
            }
            Object::Array(items) => items.iter().for_each(|item| self.note(item, Role::Other)),
            _ => {
                for (name, value) in object.as_dictionary().into_iter().flat_map(Dictionary::iter) {
                    let of_value = match role {
                        Role::ExternalObjects => Role::Picture,
                        _ if name == "XObject" => Role::ExternalObjects,
                        _ if name == "SMask" || name == "Mask" || name == "Thumb" => Role::Picture,
                        _ => Role::Other,
                    };
                    self.note(value, of_value);
                }
            }
        }
    }
}
