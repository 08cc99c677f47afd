//! Bounds what the interpreter may unpack, before it sees the file: it decodes streams without a limit of its own.

use super::{TextError, TextLimits};
use crate::{Document, Object, ReadError, Reference};

/// Decodes every stream once with the limits of the document and adds up the sizes.
pub(super) fn check_streams(document: &Document<'_>, limits: &TextLimits) -> Result<(), TextError> {
    let mut total = 0usize;
    for number in 1..document.next_object_number() {
        let Ok(Object::Stream(stream)) = document.object(Reference::new(number)) else {
            continue;
        };
        match document.decode(&stream) {
            Ok(decoded) => total = total.saturating_add(decoded.len()),
            Err(refusal @ ReadError::LimitExceeded { .. }) => return Err(refusal.into()),
            // Pictures are not decoded here and not by the interpreter either; a broken stream shows no text.
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
