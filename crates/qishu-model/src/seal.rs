//! Seals of companies and signatures of persons.

use serde::{Deserialize, Serialize};

use crate::contact::User;
use crate::id::{CompanyId, PersonId, SealId};
use crate::time::Timestamp;

/// What a seal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SealType {
    /// Seal of an organisation.
    Enterprise,
    /// Seal of the legal representative.
    Lp,
    /// A person's handwritten or generated signature (never listed by the seal endpoints).
    Personal,
    /// Personal seal of a profession.
    PracticingSeal,
}

impl SealType {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Enterprise => "ENTERPRISE",
            Self::Lp => "LP",
            Self::Personal => "PERSONAL",
            Self::PracticingSeal => "PRACTICING_SEAL",
        }
    }
}

/// Whether a seal may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SealStatus {
    /// In use.
    Normal,
    /// Disabled.
    Freeze,
}

impl SealStatus {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Freeze => "FREEZE",
        }
    }
}

/// Whom a seal belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SealOwner {
    /// A company's seal.
    Company(CompanyId),
    /// A person's signature.
    Person(PersonId),
}

/// A seal or personal signature; its pictures are blobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// Id.
    pub id: SealId,
    /// Owner.
    pub owner: SealOwner,
    /// Name; at most 100 characters.
    pub name: String,
    /// Kind.
    pub seal_type: SealType,
    /// Size name of `organisation-and-identity` 14.2, e.g. `CIRCULAR_42`; `DIY_SPEC` for drawn signatures.
    pub spec: String,
    /// Whether it may be used.
    pub status: SealStatus,
    /// Width on paper in micrometres.
    pub width_um: u32,
    /// Height on paper in micrometres.
    pub height_um: u32,
    /// SHA-256 (hex) of the PNG that `seal/image` answers.
    pub image: String,
    /// SHA-256 (hex) of the picture prepared for signing.
    pub picture: String,
    /// People who may use it besides the seal administrators.
    pub users: Vec<User>,
    /// When created.
    pub create_time: Timestamp,
    /// When last changed.
    pub modify_time: Timestamp,
}
