//! 创建图片印章 — POST `/v2/seal/createbyimage`

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use qishu_model::contact::User;
use qishu_model::seal::SealType;

use super::objects::{CALLBACK_URL, NAME, tenant_name, users, web_address};
use crate::fields::{FieldError, Fields, Object, Problem};

/// Most bytes of a picture once decoded (D-22).
const PICTURE_BYTES: usize = 5 * 1024 * 1024;

/// Base64 with or without the filling at its end: libraries differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Sizes of picture seals with a name (14.2), in the order of the documentation: name, width and height in millimetres.
const SIZES: [(&str, u32, u32); 17] = [
    ("CIRCULAR_60", 60, 60),
    ("CIRCULAR_58", 58, 58),
    ("CIRCULAR_50", 50, 50),
    ("CIRCULAR_46", 46, 46),
    ("CIRCULAR_45", 45, 45),
    ("CIRCULAR_44", 44, 44),
    ("CIRCULAR_42", 42, 42),
    ("CIRCULAR_40", 40, 40),
    ("CIRCULAR_38", 38, 38),
    ("OVAL_45_30", 45, 30),
    ("OVAL_40_30", 40, 30),
    ("SQUARE_25_25", 25, 25),
    ("SQUARE_22_22", 22, 22),
    ("SQUARE_20_20", 20, 20),
    ("SQUARE_18_18", 18, 18),
    ("RECTANGLE_50_30", 50, 30),
    ("RECTANGLE_40_16", 40, 16),
];

/// The size that carries its own measures.
const OWN_SIZE: &str = "DIY_SPEC";

/// Physical size of a picture seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureSize {
    /// Wire name.
    pub spec: &'static str,
    /// Width in millimetres.
    pub width_mm: u32,
    /// Height in millimetres.
    pub height_mm: u32,
}

/// A seal to be made from a picture (5.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealByImageRequest {
    /// Owner; absent = platform company.
    pub tenant_name: Option<String>,
    /// Name of the seal.
    pub name: String,
    /// The picture, decoded.
    pub image: Vec<u8>,
    /// `ENTERPRISE` or `LP`.
    pub seal_type: SealType,
    /// Letter of the legal representative, decoded; always there for `LP`.
    pub letter: Option<Vec<u8>>,
    /// Physical size.
    pub size: PictureSize,
    /// People who may use it; empty = the company's seal administrators.
    pub users: Vec<User>,
    /// Where the result of the review is told.
    pub callback_url: Option<String>,
}

impl SealByImageRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When name or picture are missing, a legal representative's seal has no letter, a size has no measures, a picture is
    /// too large, or a field has the wrong form.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let types = [SealType::Enterprise, SealType::Lp];
        let seal_type = root.one_of("sealType", &types, SealType::name)?;
        let seal_type = seal_type.unwrap_or(SealType::Enterprise);
        let letter = picture(&root, "lpLetter")?;
        if seal_type == SealType::Lp && letter.is_none() {
            return Err(root.error("lpLetter", Problem::Missing));
        }
        Ok(Self {
            tenant_name: tenant_name(&root)?,
            name: root.require("sealName", root.text("sealName", NAME)?)?,
            image: root.require("sealImage", picture(&root, "sealImage")?)?,
            seal_type,
            letter: letter.filter(|_| seal_type == SealType::Lp),
            size: size(&root, seal_type)?,
            users: users(&root, "sealUsers")?,
            callback_url: web_address(&root, "callbackUrl", CALLBACK_URL)?,
        })
    }
}

fn size(root: &Object<'_>, seal_type: SealType) -> Result<PictureSize, FieldError> {
    let mut names: Vec<&'static str> = SIZES.iter().map(|size| size.0).collect();
    names.push(OWN_SIZE);
    let usual = match seal_type {
        SealType::Lp => "SQUARE_20_20",
        _ => "CIRCULAR_42",
    };
    let spec = root.one_of("sealSpec", &names, |name| name)?.unwrap_or(usual);
    if let Some((spec, width_mm, height_mm)) = SIZES.into_iter().find(|size| size.0 == spec) {
        return Ok(PictureSize {
            spec,
            width_mm,
            height_mm,
        });
    }
    let side = |name: &str| root.require(name, root.integer::<u32>(name, 1..=200)?);
    Ok(PictureSize {
        spec: OWN_SIZE,
        width_mm: side("width")?,
        height_mm: side("height")?,
    })
}

/// Reads a file in Base64; a `data:` prefix and line breaks are tolerated (D-22).
fn picture(root: &Object<'_>, name: &str) -> Result<Option<Vec<u8>>, FieldError> {
    // The body's limit bounds it; a text that is too long is a file that is too large (1010), no long parameter.
    let Some(text) = root.opaque(name, usize::MAX)? else {
        return Ok(None);
    };
    let body = match text.trim_start().strip_prefix("data:") {
        Some(rest) => rest
            .split_once(";base64,")
            .map(|(_, body)| body)
            .ok_or_else(|| root.error(name, Problem::Not("Base64")))?,
        None => text.as_str(),
    };
    // A plus sign of a form that was not escaped arrives as a blank.
    let compact: String = body
        .trim()
        .chars()
        .filter(|c| !matches!(c, '\r' | '\n' | '\t'))
        .map(|c| if c == ' ' { '+' } else { c })
        .collect();
    let bytes = BASE64.decode(compact);
    let bytes = bytes.map_err(|_| root.error(name, Problem::Not("Base64")))?;
    if bytes.len() > PICTURE_BYTES {
        let limit = PICTURE_BYTES;
        return Err(root.error(name, Problem::FileTooLarge { limit }));
    }
    Ok(Some(bytes))
}
