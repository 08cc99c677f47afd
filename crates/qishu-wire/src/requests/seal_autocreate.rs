//! 创建印章 — POST `/v2/seal/autocreate`

use qishu_model::contact::User;

use super::objects::{NAME, tenant_name, users};
use crate::fields::{FieldError, Fields, Object, Problem};

/// Style of a drawn seal (14.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SealStyle {
    /// 单位电子章: star.
    #[default]
    Universal,
    /// 专用章: empty centre, text below it.
    Special,
    /// 专用章带星: star, text below it.
    SpecialWithStar,
    /// 共青团章.
    YouthLeague,
    /// 外资企业公章（中文）: ellipse.
    Foreign,
    /// 外资企业公章（中英文）: ellipse, English name on the lower rim.
    ForeignMix,
}

impl SealStyle {
    /// Every style.
    pub const ALL: [Self; 6] = [
        Self::Universal,
        Self::Special,
        Self::SpecialWithStar,
        Self::YouthLeague,
        Self::Foreign,
        Self::ForeignMix,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Universal => "UNIVERSAL_SEAL",
            Self::Special => "SPECIAL_SEAL",
            Self::SpecialWithStar => "SPECIAL_SEAL_WITHSTAR",
            Self::YouthLeague => "YOUTH_LEAGUE_SEAL",
            Self::Foreign => "FOREIGN_SEAL",
            Self::ForeignMix => "FOREIGN_MIX_SEAL",
        }
    }

    /// The size that is meant when none is given (D-41).
    #[must_use]
    pub const fn default_spec(self) -> SealSpec {
        match self {
            Self::Foreign | Self::ForeignMix => SealSpec::Oval45x30,
            _ => SealSpec::Circular42,
        }
    }
}

/// Size of a drawn seal: every circle and ellipse of the picture seals (D-14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SealSpec {
    /// Circle of 60 mm.
    Circular60,
    /// Circle of 58 mm.
    Circular58,
    /// Circle of 50 mm.
    Circular50,
    /// Circle of 46 mm.
    Circular46,
    /// Circle of 45 mm.
    Circular45,
    /// Circle of 44 mm.
    Circular44,
    /// Circle of 42 mm.
    Circular42,
    /// Circle of 40 mm.
    Circular40,
    /// Circle of 38 mm.
    Circular38,
    /// Ellipse of 45 × 30 mm.
    Oval45x30,
    /// Ellipse of 40 × 30 mm.
    Oval40x30,
}

impl SealSpec {
    /// Every size.
    pub const ALL: [Self; 11] = [
        Self::Circular60,
        Self::Circular58,
        Self::Circular50,
        Self::Circular46,
        Self::Circular45,
        Self::Circular44,
        Self::Circular42,
        Self::Circular40,
        Self::Circular38,
        Self::Oval45x30,
        Self::Oval40x30,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Circular60 => "CIRCULAR_60",
            Self::Circular58 => "CIRCULAR_58",
            Self::Circular50 => "CIRCULAR_50",
            Self::Circular46 => "CIRCULAR_46",
            Self::Circular45 => "CIRCULAR_45",
            Self::Circular44 => "CIRCULAR_44",
            Self::Circular42 => "CIRCULAR_42",
            Self::Circular40 => "CIRCULAR_40",
            Self::Circular38 => "CIRCULAR_38",
            Self::Oval45x30 => "OVAL_45_30",
            Self::Oval40x30 => "OVAL_40_30",
        }
    }
}

/// Appearance of a drawn seal (2.7).
#[derive(Debug, Clone, PartialEq)]
pub struct SealImageInfo {
    /// Style; default `UNIVERSAL_SEAL`.
    pub style: SealStyle,
    /// Size; default by style.
    pub spec: SealSpec,
    /// First line below the centre: name of a branch.
    pub branch_name: Option<String>,
    /// Text below the centre; never set for `FOREIGN_MIX_SEAL`.
    pub foot: Option<String>,
    /// Registration code on the lower rim: 13 to 15 digits.
    pub enterprise_code: Option<String>,
    /// English name.
    pub en_content: Option<String>,
    /// Width of the rim in mm, 0.5 to 3; default by size.
    pub edge_width_mm: Option<f64>,
    /// Diameter of the star in mm, 5 to 30; default by size.
    pub star_size_mm: Option<f64>,
}

/// A seal that is drawn and usable at once (5.4).
#[derive(Debug, Clone, PartialEq)]
pub struct SealAutoCreateRequest {
    /// Owner; absent = platform company. Its name runs along the rim.
    pub tenant_name: Option<String>,
    /// Name of the seal.
    pub name: String,
    /// Appearance; everything has a default (D-13).
    pub image: SealImageInfo,
    /// People who may use it; empty = the company's seal administrators.
    pub users: Vec<User>,
}

impl SealAutoCreateRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the name is missing, the style lacks a text it needs, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let image = match root.object("sealImageInfo")? {
            Some(object) => seal_image_info(&object)?,
            None => seal_image_info(&Fields::default().root())?,
        };
        Ok(Self {
            tenant_name: tenant_name(&root)?,
            name: root.require("name", root.text("name", NAME)?)?,
            image,
            users: users(&root, "users")?,
        })
    }
}

fn seal_image_info(object: &Object<'_>) -> Result<SealImageInfo, FieldError> {
    let style = object
        .one_of("style", &SealStyle::ALL, SealStyle::name)?
        .unwrap_or_default();
    let spec = object.one_of("spec", &SealSpec::ALL, SealSpec::name)?;
    // A text that the style has no place for is ignored, not refused.
    let foot = object
        .text("foot", NAME)?
        .filter(|_| style != SealStyle::ForeignMix);
    if style == SealStyle::Special && foot.is_none() {
        return Err(object.error("foot", Problem::Missing));
    }
    let en_content = object.text("enContent", 2 * NAME)?;
    if style == SealStyle::ForeignMix && en_content.is_none() {
        return Err(object.error("enContent", Problem::Missing));
    }
    let enterprise_code = object.text("enterpriseCode", NAME)?;
    let is_code = |code: &String| (13..=15).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
    if enterprise_code.as_ref().is_some_and(|code| !is_code(code)) {
        return Err(object.error("enterpriseCode", Problem::Not("13 to 15 digits")));
    }
    Ok(SealImageInfo {
        style,
        spec: spec.unwrap_or(style.default_spec()),
        branch_name: object.text("branchName", NAME)?,
        foot,
        enterprise_code,
        en_content,
        edge_width_mm: object.decimal("edgeWidth", 0.5..=3.0)?,
        star_size_mm: object.decimal("starSize", 5.0..=30.0)?,
    })
}
