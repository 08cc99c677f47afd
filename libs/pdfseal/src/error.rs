//! Why a file is not accepted. The reader never repairs: what two viewers might read differently is
//! refused, and the message says what is wrong and where, for the person who has to make a better file.

use std::borrow::Cow;
use std::fmt;

use crate::object::Reference;

/// Where in a file something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The catalog, the root of the document (ISO 32000-1, 7.7.2).
    Catalog,
    /// An indirect object.
    Object(Reference),
    /// A byte position counted from the start of the file.
    Offset(usize),
    /// A page, counted from 1.
    Page(usize),
    /// A byte position inside the decoded data of the object stream with this object number.
    ObjectStream(u32, usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalog => write!(f, "in the document catalog"),
            Self::Object(reference) => {
                write!(f, "in object {} {}", reference.number, reference.generation)
            }
            Self::Offset(offset) => write!(f, "at byte {offset}"),
            Self::Page(number) => write!(f, "on page {number}"),
            Self::ObjectStream(number, offset) => {
                write!(f, "in object stream {number} at decoded byte {offset}")
            }
        }
    }
}

/// A refusal. Each message is one sentence an integrator can be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The file breaks the rules of ISO 32000 in a way that viewers repair differently.
    #[error("the PDF file is damaged {place}: {what}; open it in a PDF viewer and save it anew")]
    Damaged {
        /// Where.
        place: Place,
        /// What is wrong.
        what: Cow<'static, str>,
    },
    /// The file needs a password or carries permissions enforced by encryption.
    #[error("the PDF file is encrypted; remove the password and the permission settings first")]
    Encrypted,
    /// The file is larger or deeper than the caller allows.
    #[error("the PDF file has more than {limit} {what}")]
    LimitExceeded {
        /// The thing counted, in the plural.
        what: &'static str,
        /// The allowed number.
        limit: usize,
    },
    /// The bytes are no PDF file at all.
    #[error("the file is not a PDF file: {what}")]
    NotPdf {
        /// What was expected and not found.
        what: &'static str,
    },
    /// The file already carries a signature; changing anything but by appending would break it.
    #[error("the PDF file is already signed and can only be appended to")]
    Signed,
    /// The file is legal but uses something this engine does not handle on purpose.
    #[error("the PDF file uses {what} {place}, which is not supported")]
    Unsupported {
        /// Where.
        place: Place,
        /// The feature.
        what: Cow<'static, str>,
    },
}

impl ReadError {
    pub(crate) fn damaged(place: Place, what: impl Into<Cow<'static, str>>) -> Self {
        Self::Damaged {
            place,
            what: what.into(),
        }
    }

    pub(crate) fn unsupported(place: Place, what: impl Into<Cow<'static, str>>) -> Self {
        Self::Unsupported {
            place,
            what: what.into(),
        }
    }

    /// Moves an error found while reading a decoded object stream to that stream.
    pub(crate) fn inside_object_stream(self, container: u32) -> Self {
        match self {
            Self::Damaged {
                place: Place::Offset(at),
                what,
            } => Self::Damaged {
                place: Place::ObjectStream(container, at),
                what,
            },
            Self::Unsupported {
                place: Place::Offset(at),
                what,
            } => Self::Unsupported {
                place: Place::ObjectStream(container, at),
                what,
            },
            other => other,
        }
    }
}
