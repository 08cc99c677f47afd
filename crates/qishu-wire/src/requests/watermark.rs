//! 合同文档添加水印 — POST `/v2/contract/addwartermark`

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qishu_model::contract::draft::ContractAddress;
use qishu_model::contract::watermark::{Density, MotifOrder, Position, ViewPermission, WatermarkOrder};

use super::objects::contract_address;
use crate::fields::{FieldError, Fields, Object, Problem};

/// Characters of a text.
const TEXT: usize = 20;
/// Bytes of a picture.
const PICTURE_BYTES: usize = 200 * 1024;
/// Characters that such a picture has as Base64, with line breaks.
const PICTURE_TEXT: usize = 400 * 1024;

/// Marks over all pages of a contract (3.13, 4.19).
#[derive(Debug, Clone, PartialEq)]
pub struct AddWatermarkRequest {
    /// The contract.
    pub address: ContractAddress,
    /// Remove earlier marks first; default false.
    pub delete_old: bool,
    /// The marks; may be empty when earlier ones are removed.
    pub watermarks: Vec<WatermarkOrder>,
}

impl AddWatermarkRequest {
    /// Reads the request.
    ///
    /// # Errors
    /// When the address or the marks are missing, or a field has the wrong form or breaks a limit of 3.13.
    pub fn read(fields: &Fields) -> Result<Self, FieldError> {
        let root = fields.root();
        let delete_old = root.boolean("deleteOldData")?.unwrap_or_default();
        let watermarks: Vec<WatermarkOrder> = root
            .objects("watermarks")?
            .iter()
            .map(watermark)
            .collect::<Result<_, _>>()?;
        if watermarks.is_empty() && !delete_old {
            return Err(root.error("watermarks", Problem::Missing));
        }
        Ok(Self {
            address: contract_address(&root)?,
            delete_old,
            watermarks,
        })
    }
}

/// Kinds as the wire names them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Grating,
    No,
    Notary,
    Pic,
    QrCode,
    Text,
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Grating,
        Self::No,
        Self::Notary,
        Self::Pic,
        Self::QrCode,
        Self::Text,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Grating => "GRATING",
            Self::No => "NO",
            Self::Notary => "NOTARY",
            Self::Pic => "PIC",
            Self::QrCode => "QRCODE",
            Self::Text => "TEXT",
        }
    }
}

fn watermark(object: &Object<'_>) -> Result<WatermarkOrder, FieldError> {
    let kind = object.require("type", object.one_of("type", &Kind::ALL, Kind::name)?)?;
    let position = object.one_of("position", &Position::ALL, Position::name)?;
    let position = position.unwrap_or_default();
    if matches!(kind, Kind::Grating | Kind::QrCode) && !position.is_corner() {
        return Err(object.error("position", Problem::Not("a corner of the page for this type")));
    }
    object.one_of("gratingSize", &["SQUARE_10"], |size| size)?;
    let permission = object.one_of("viewPermission", &ViewPermission::ALL, ViewPermission::name)?;
    let density = object.one_of("tileDensity", &Density::ALL, Density::name)?;
    Ok(WatermarkOrder {
        motif: motif(object, kind, permission.unwrap_or_default())?,
        position,
        font_size: object.decimal("fontSize", 6.0..=72.0)?.unwrap_or(16.0),
        angle: object.integer("angle", 0..=180_u16)?.unwrap_or_default(),
        colour: colour(object)?,
        transparency: object.decimal("diaphaneity", 0.0..=100.0)?.unwrap_or(30.0),
        image_scale: object.decimal("imgScale", 0.1..=4.0)?.unwrap_or(0.5),
        density: density.unwrap_or_default(),
    })
}

fn motif(object: &Object<'_>, kind: Kind, permission: ViewPermission) -> Result<MotifOrder, FieldError> {
    let content = object.opaque("content", PICTURE_TEXT)?;
    let content = content
        .as_deref()
        .map(str::trim)
        .filter(|content| !content.is_empty());
    let required = || object.require("content", content);
    Ok(match kind {
        Kind::No => MotifOrder::No,
        Kind::Notary => MotifOrder::Notary,
        Kind::QrCode => MotifOrder::QrCode(permission),
        Kind::Text => {
            let text = required()?;
            // Limits of this object are answered with 1005 (4.19), not with 1011.
            if text.chars().count() > TEXT {
                return Err(object.error("content", Problem::Not("a text of at most 20 characters")));
            }
            MotifOrder::Text(text.to_owned())
        }
        Kind::Grating => {
            let mut characters = required()?.chars();
            match (characters.next(), characters.next()) {
                (Some(letter), None) if letter.is_ascii_alphanumeric() => MotifOrder::Grating(letter),
                _ => return Err(object.error("content", Problem::Not("one digit or letter"))),
            }
        }
        Kind::Pic => MotifOrder::Pic(picture(object, required()?)?),
    })
}

/// A picture in Base64, also as a data address.
fn picture(object: &Object<'_>, content: &str) -> Result<Vec<u8>, FieldError> {
    let refused = |what| object.error("content", Problem::Not(what));
    let text = match content.strip_prefix("data:") {
        Some(rest) => rest.split_once(',').map_or("", |(_, data)| data),
        None => content,
    };
    let text: String = text.split_ascii_whitespace().collect();
    let bytes = STANDARD
        .decode(text)
        .map_err(|_| refused("Base64 of a picture"))?;
    if bytes.is_empty() || bytes.len() > PICTURE_BYTES {
        return Err(refused("a picture of at most 200 KB"));
    }
    Ok(bytes)
}

/// `#RRGGBB`, black when absent.
fn colour(object: &Object<'_>) -> Result<[u8; 3], FieldError> {
    let Some(text) = object.opaque("fontColor", 100)? else {
        return Ok([0; 3]);
    };
    let digits = text
        .trim()
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6 && digits.is_ascii());
    let part = |start: usize| {
        let digits = digits?.get(start..start + 2)?;
        u8::from_str_radix(digits, 16).ok()
    };
    match (part(0), part(2), part(4)) {
        (Some(red), Some(green), Some(blue)) => Ok([red, green, blue]),
        _ => Err(object.error("fontColor", Problem::Not("a colour, #RRGGBB"))),
    }
}
