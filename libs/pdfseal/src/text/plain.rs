//! The forms in which text is compared.

use unicode_normalization::UnicodeNormalization as _;

use super::radicals;

/// Which differences count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// Every character as it is written.
    Exact,
    /// Compatible characters are equal.
    Compatible,
}

impl Comparison {
    /// Adds the characters of a text that count.
    ///
    /// Decomposition (NFKD) is used instead of composition: two texts have the same NFKC form when they have the same
    /// NFKD form, and the NFKD form of a line is that of its glyphs one after the other.
    pub(super) fn for_each(self, text: &str, mut add: impl FnMut(char)) {
        match self {
            Self::Exact => text.chars().filter(|c| !is_blank(*c)).for_each(add),
            Self::Compatible => {
                // Radicals first: some of them stand for ideographs that have a decomposition themselves.
                let decomposed = text
                    .chars()
                    .map(radicals::unified)
                    .nfkd()
                    .filter(|c| !is_blank(*c));
                decomposed.for_each(&mut add);
            }
        }
    }
}

/// Blanks, line breaks, and characters without a shape.
fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
