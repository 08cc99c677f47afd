//! Marks drawn over the pages before the first signature (`contracts` 3.13).

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Where a mark stands; wire names as in [`Position::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Position {
    /// Lower left corner.
    BottomLeft,
    /// Lower right corner.
    BottomRight,
    /// Once, as large as the page allows.
    Fill,
    /// Middle of the page.
    MiddleCenter,
    /// Again and again over the whole page.
    Tile,
    /// Upper left corner.
    #[default]
    TopLeft,
    /// Upper right corner.
    TopRight,
}

impl Position {
    /// Every position.
    pub const ALL: [Self; 7] = [
        Self::BottomLeft,
        Self::BottomRight,
        Self::Fill,
        Self::MiddleCenter,
        Self::Tile,
        Self::TopLeft,
        Self::TopRight,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BottomLeft => "BOTTOM_LEFT",
            Self::BottomRight => "BOTTOM_RIGHT",
            Self::Fill => "FILL",
            Self::MiddleCenter => "MIDDLE_CENTER",
            Self::Tile => "TILE",
            Self::TopLeft => "TOP_LEFT",
            Self::TopRight => "TOP_RIGHT",
        }
    }

    /// One of the four corners.
    #[must_use]
    pub const fn is_corner(self) -> bool {
        matches!(
            self,
            Self::BottomLeft | Self::BottomRight | Self::TopLeft | Self::TopRight
        )
    }
}

/// How close tiles stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Density {
    /// Close.
    Dense,
    /// In between.
    #[default]
    Moderate,
    /// Far apart.
    Sparse,
}

impl Density {
    /// Every density.
    pub const ALL: [Self; 3] = [Self::Dense, Self::Moderate, Self::Sparse];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dense => "DENSE",
            Self::Moderate => "MODERATE",
            Self::Sparse => "SPARSE",
        }
    }
}

/// Who may open the contract behind a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ViewPermission {
    /// People of the contract, after logging in.
    #[default]
    Private,
    /// Everybody who has the paper.
    Public,
}

impl ViewPermission {
    /// Every permission.
    pub const ALL: [Self; 2] = [Self::Private, Self::Public];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Private => "PRIVATE",
            Self::Public => "PUBLIC",
        }
    }
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "UPPERCASE")]
pub enum Motif {
    /// A letter hidden in a square of fine lines, 10 mm wide: copies lose it.
    Grating {
        /// One digit or Latin letter.
        letter: char,
    },
    /// A note that the contract is kept by this platform, with its number.
    Notary,
    /// A picture.
    Pic {
        /// SHA-256 (hex) of the PNG or JPEG file.
        image: String,
    },
    /// A QR code with a link to the contract.
    QrCode {
        /// Who may follow it.
        permission: ViewPermission,
    },
    /// A line of text.
    Text {
        /// At most 20 characters.
        text: String,
    },
}

/// What is asked for; [`Motif`] once its picture is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MotifOrder {
    /// One digit or Latin letter.
    Grating(char),
    /// Nothing.
    No,
    /// The note of this platform.
    Notary,
    /// A PNG or JPEG file.
    Pic(Vec<u8>),
    /// A link to the contract.
    QrCode(ViewPermission),
    /// At most 20 characters.
    Text(String),
}

/// A mark as it is asked for; fields as in [`Watermark`].
#[derive(Debug, Clone, PartialEq)]
pub struct WatermarkOrder {
    /// What.
    pub motif: MotifOrder,
    /// Where.
    pub position: Position,
    /// Font size in points.
    pub font_size: f64,
    /// Degrees, counter-clockwise.
    pub angle: u16,
    /// Red, green and blue.
    pub colour: [u8; 3],
    /// Percent.
    pub transparency: f64,
    /// 1 is 40 mm.
    pub image_scale: f64,
    /// How close tiles stand.
    pub density: Density,
}

/// A mark on every page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watermark {
    /// What is drawn.
    pub motif: Motif,
    /// Where.
    #[serde(default)]
    pub position: Position,
    /// Font size in points, 6 to 72.
    pub font_size: f64,
    /// Turned counter-clockwise by this many degrees, 0 to 180.
    pub angle: u16,
    /// Red, green and blue of text.
    pub colour: [u8; 3],
    /// 0 (covers) to 100 (not visible) percent.
    pub transparency: f64,
    /// Size of pictures and QR codes: 1 is 40 mm.
    pub image_scale: f64,
    /// How close tiles stand.
    #[serde(default)]
    pub density: Density,
    /// When it was asked for.
    pub create_time: Timestamp,
}
