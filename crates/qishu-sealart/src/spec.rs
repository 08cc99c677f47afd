//! Styles and sizes with their wire names.

use std::str::FromStr;

use crate::error::SealArtError;

/// What a company seal looks like (`style`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SealStyle {
    /// 单位电子章: circle with a star.
    #[default]
    Universal,
    /// 专用章: circle with an empty centre; needs `foot`.
    Special,
    /// 专用章带星: circle with a star and `foot`.
    SpecialWithStar,
    /// 共青团章: circle with the Youth League emblem.
    YouthLeague,
    /// 外资企业公章（中文）: ellipse without a star.
    Foreign,
    /// 外资企业公章（中英文）: ellipse with the English name on the lower rim; needs `enContent`.
    ForeignMix,
}

impl SealStyle {
    /// Every style, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Universal,
        Self::Special,
        Self::SpecialWithStar,
        Self::YouthLeague,
        Self::Foreign,
        Self::ForeignMix,
    ];

    /// Name in requests and answers.
    #[must_use]
    pub fn wire_name(self) -> &'static str {
        match self {
            Self::Universal => "UNIVERSAL_SEAL",
            Self::Special => "SPECIAL_SEAL",
            Self::SpecialWithStar => "SPECIAL_SEAL_WITHSTAR",
            Self::YouthLeague => "YOUTH_LEAGUE_SEAL",
            Self::Foreign => "FOREIGN_SEAL",
            Self::ForeignMix => "FOREIGN_MIX_SEAL",
        }
    }

    /// Size that an absent `spec` means (D-41).
    #[must_use]
    pub fn default_spec(self) -> SealSpec {
        if self.is_foreign() {
            SealSpec::Oval45x30
        } else {
            SealSpec::Circular42
        }
    }

    pub(crate) fn is_foreign(self) -> bool {
        matches!(self, Self::Foreign | Self::ForeignMix)
    }

    /// Whether the convention puts an emblem in the centre; ellipses never have one (D-41).
    pub(crate) fn has_emblem(self) -> bool {
        matches!(self, Self::Universal | Self::SpecialWithStar | Self::YouthLeague)
    }
}

impl FromStr for SealStyle {
    type Err = SealArtError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|s| s.wire_name() == text)
            .ok_or_else(|| unknown("style", text, Self::ALL.map(Self::wire_name).as_slice()))
    }
}

macro_rules! specs {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $width:literal, $height:literal;)*) => {
        /// Shape and size of a seal (`spec`, `sealSpec`). `DIY_SPEC`, which carries its own size, is not in the list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum SealSpec {
            $($(#[$doc])* $variant,)*
        }

        impl SealSpec {
            /// Every size, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Name in requests and answers.
            #[must_use]
            pub fn wire_name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Width and height in millimetres.
            #[must_use]
            pub fn size_mm(self) -> (f64, f64) {
                match self { $(Self::$variant => ($width, $height),)* }
            }
        }
    };
}

specs! {
    /// Circle of 60 mm.
    Circular60 = "CIRCULAR_60", 60.0, 60.0;
    /// Circle of 58 mm.
    Circular58 = "CIRCULAR_58", 58.0, 58.0;
    /// Circle of 50 mm.
    Circular50 = "CIRCULAR_50", 50.0, 50.0;
    /// Circle of 46 mm.
    Circular46 = "CIRCULAR_46", 46.0, 46.0;
    /// Circle of 45 mm.
    Circular45 = "CIRCULAR_45", 45.0, 45.0;
    /// Circle of 44 mm.
    Circular44 = "CIRCULAR_44", 44.0, 44.0;
    /// Circle of 42 mm.
    Circular42 = "CIRCULAR_42", 42.0, 42.0;
    /// Circle of 40 mm.
    Circular40 = "CIRCULAR_40", 40.0, 40.0;
    /// Circle of 38 mm (D-14).
    Circular38 = "CIRCULAR_38", 38.0, 38.0;
    /// Ellipse of 45 × 30 mm.
    Oval45x30 = "OVAL_45_30", 45.0, 30.0;
    /// Ellipse of 40 × 30 mm.
    Oval40x30 = "OVAL_40_30", 40.0, 30.0;
    /// Square of 25 mm.
    Square25 = "SQUARE_25_25", 25.0, 25.0;
    /// Square of 22 mm.
    Square22 = "SQUARE_22_22", 22.0, 22.0;
    /// Square of 20 mm.
    Square20 = "SQUARE_20_20", 20.0, 20.0;
    /// Square of 18 mm.
    Square18 = "SQUARE_18_18", 18.0, 18.0;
    /// Rectangle of 50 × 30 mm.
    Rectangle50x30 = "RECTANGLE_50_30", 50.0, 30.0;
    /// Rectangle of 40 × 16 mm.
    Rectangle40x16 = "RECTANGLE_40_16", 40.0, 16.0;
}

impl SealSpec {
    /// Whether [`crate::company_seal`] can draw this size: circles and ellipses (D-14). The others are for pictures.
    #[must_use]
    pub fn is_round(self) -> bool {
        let name = self.wire_name();
        name.starts_with("CIRCULAR") || name.starts_with("OVAL")
    }
}

impl FromStr for SealSpec {
    type Err = SealArtError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names: Vec<_> = Self::ALL.iter().map(|s| s.wire_name()).collect();
        Self::ALL
            .iter()
            .copied()
            .find(|s| s.wire_name() == text)
            .ok_or_else(|| unknown("spec", text, &names))
    }
}

fn unknown(field: &'static str, value: &str, names: &[&str]) -> SealArtError {
    let value = value.chars().take(64).collect();
    SealArtError::Invalid {
        field,
        value,
        expected: format!("allowed are {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_come_back() {
        for style in SealStyle::ALL {
            assert_eq!(style.wire_name().parse(), Ok(style));
        }
        for &spec in SealSpec::ALL {
            assert_eq!(spec.wire_name().parse(), Ok(spec));
        }
    }

    #[test]
    fn unknown_names_say_what_is_allowed() {
        let error = "ROUND".parse::<SealStyle>().unwrap_err();
        assert_eq!(error.field(), Some("style"));
        assert!(
            error.to_string().contains("UNIVERSAL_SEAL, SPECIAL_SEAL"),
            "{error}"
        );
        let error = "circular_42".parse::<SealSpec>().unwrap_err();
        assert!(error.to_string().contains("CIRCULAR_42"), "{error}");
    }

    #[test]
    fn foreign_styles_default_to_the_ellipse() {
        assert_eq!(SealStyle::ForeignMix.default_spec(), SealSpec::Oval45x30);
        assert_eq!(SealStyle::YouthLeague.default_spec(), SealSpec::Circular42);
    }
}
