//! Why a field cannot be read.

use std::fmt;

use crate::code::ErrorCode;

/// A field that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path} {problem}")]
pub struct FieldError {
    /// Path of the field, e.g. `stampers[2].documentId`.
    pub path: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl FieldError {
    /// The code to answer: 1011 for what is too long, 1010 for a file, 1005 for all else.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self.problem {
            Problem::TooLong { .. } => ErrorCode::ParamTooLong,
            Problem::FileTooLarge { .. } => ErrorCode::FileTooLarge,
            _ => ErrorCode::InvalidParam,
        }
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Mandatory and not given.
    Missing,
    /// Mandatory unless another one is given; holds the names of the others.
    MissingUnless(&'static str),
    /// Given more than once with different values.
    Repeated,
    /// Longer than this many characters.
    TooLong {
        /// Most characters.
        limit: usize,
    },
    /// A list of more members than this.
    TooMany {
        /// Most members.
        limit: usize,
    },
    /// Files larger than this together.
    FileTooLarge {
        /// Most bytes.
        limit: usize,
    },
    /// Holds control characters.
    ControlCharacter,
    /// Of another kind than this.
    Not(&'static str),
    /// None of these values.
    NotOneOf(String),
    /// A number outside these bounds.
    OutOfRange {
        /// Smallest and largest value as text.
        allowed: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => formatter.write_str("is missing"),
            Self::MissingUnless(others) => write!(formatter, "is missing, give it or {others}"),
            Self::Repeated => formatter.write_str("is given more than once"),
            Self::TooLong { limit } => write!(formatter, "is longer than {limit} characters"),
            Self::TooMany { limit } => write!(formatter, "has more than {limit} members"),
            Self::FileTooLarge { limit } => write!(formatter, "is larger than {limit} bytes"),
            Self::ControlCharacter => formatter.write_str("holds a control character"),
            Self::Not(kind) => write!(formatter, "must be {kind}"),
            Self::NotOneOf(allowed) => write!(formatter, "must be one of {allowed}"),
            Self::OutOfRange { allowed } => write!(formatter, "must be {allowed}"),
        }
    }
}
