//! Why a seal could not be drawn.

/// Why a seal could not be drawn. [`SealArtError::field`] gives the wire name of the parameter to change.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SealArtError {
    /// A parameter that this kind of seal needs is absent or empty.
    #[error("{field} is missing: {reason}")]
    Missing {
        /// Wire name of the parameter.
        field: &'static str,
        /// Who needs it.
        reason: &'static str,
    },
    /// A parameter holds a value outside its list or its form.
    #[error("{field} is {value:?}: {expected}")]
    Invalid {
        /// Wire name of the parameter.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        expected: String,
    },
    /// A size in millimetres is outside its range.
    #[error("{field} is {value_mm} mm: allowed are {min_mm} to {max_mm} mm")]
    OutOfRange {
        /// Wire name of the parameter.
        field: &'static str,
        /// What was given, in millimetres.
        value_mm: f64,
        /// Smallest allowed value, in millimetres.
        min_mm: f64,
        /// Largest allowed value, in millimetres.
        max_mm: f64,
    },
    /// The bundled faces have no picture for a character.
    #[error("{field} holds the character {character:?} (U+{:04X}), which the seal typeface cannot draw", *character as u32)]
    MissingGlyph {
        /// Wire name of the parameter.
        field: &'static str,
        /// The character.
        character: char,
    },
    /// A text has more characters than fit legibly.
    #[error("{field} has {count} characters: on this seal there is room for about {room}")]
    TooLong {
        /// Wire name of the parameter.
        field: &'static str,
        /// How many characters it has.
        count: usize,
        /// About how many fit.
        room: usize,
    },
    /// The picture asked for has no pixel, or too many.
    #[error(
        "{dpi} dpi gives a picture of {width_px} x {height_px} pixels: allowed are 1 to {max_px} on each side"
    )]
    Resolution {
        /// Dots per inch asked for.
        dpi: f64,
        /// Width in pixels that follows.
        width_px: f64,
        /// Height in pixels that follows.
        height_px: f64,
        /// Most pixels on a side.
        max_px: u32,
    },
    /// A bundled typeface cannot be read: the build is damaged.
    #[error(
        "the bundled typeface {face} cannot be read: {cause}; the program file is damaged, install it again"
    )]
    Font {
        /// File name of the face.
        face: &'static str,
        /// What the reader said.
        cause: String,
    },
    /// The PNG encoder failed.
    #[error("the seal picture could not be encoded as PNG: {0}")]
    Png(String),
}

impl SealArtError {
    /// Wire name of the parameter that must change, when the caller's input is the cause.
    #[must_use]
    pub fn field(&self) -> Option<&'static str> {
        match self {
            Self::Missing { field, .. }
            | Self::Invalid { field, .. }
            | Self::OutOfRange { field, .. }
            | Self::MissingGlyph { field, .. }
            | Self::TooLong { field, .. } => Some(field),
            Self::Resolution { .. } | Self::Font { .. } | Self::Png(_) => None,
        }
    }
}
