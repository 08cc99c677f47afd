//! The language a caller wants messages and pages in (D2).

/// Language of messages and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Simplified Chinese, the default.
    #[default]
    Chinese,
    /// English.
    English,
}

/// Header that newer client libraries send; a field `lang` of the request beats it.
pub const LANGUAGE_HEADER: &str = "x-qys-open-language";

impl Language {
    /// Reads a value of the header or of `lang`. What is not known to mean English is Chinese, never an error.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let text = text.trim().to_ascii_lowercase();
        let english = ["en", "eg", "eng", "en_us", "en-us"].contains(&text.as_str());
        if english { Self::English } else { Self::Chinese }
    }

    /// The value that `lang` has for this language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chinese => "cn",
            Self::English => "en",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for text in ["en", "eg", "eng", "en_US", "en-US", "EN", " En "] {
            assert_eq!(Language::read(text), Language::English, "{text}");
        }
        for text in ["cn", "zh", "zh_CN", "zh-CN", "CN", "", "fr", "english"] {
            assert_eq!(Language::read(text), Language::Chinese, "{text}");
        }
    }
}
