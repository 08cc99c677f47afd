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
    /// Removed for good: it answers like an unknown one, and stays for the contracts it was used on.
    Removed,
}

impl SealStatus {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Freeze => "FREEZE",
            Self::Removed => "REMOVED",
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

/// Why a seal cannot be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only a disabled seal can be removed, and only once; this one is {status}")]
pub struct NotRemovable {
    /// Wire name of the status it has.
    pub status: &'static str,
}

impl Seal {
    /// The seal enabled or disabled (`organisation` 5.8). Doing so again changes nothing.
    #[must_use]
    pub fn with_enabled(mut self, enabled: bool, now: Timestamp) -> Self {
        let status = if enabled {
            SealStatus::Normal
        } else {
            SealStatus::Freeze
        };
        if self.status != SealStatus::Removed && self.status != status {
            self.status = status;
            self.modify_time = now;
        }
        self
    }

    /// The seal removed (`organisation` 5.9).
    ///
    /// # Errors
    /// [`NotRemovable`] unless it is disabled.
    pub fn removed(mut self, now: Timestamp) -> Result<Self, NotRemovable> {
        if self.status != SealStatus::Freeze {
            return Err(NotRemovable {
                status: self.status.name(),
            });
        }
        self.status = SealStatus::Removed;
        self.modify_time = now;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_140_000_000);

    fn seal(status: SealStatus) -> Seal {
        Seal {
            id: SealId::new(1),
            owner: SealOwner::Company(CompanyId::new(2)),
            name: "公章".to_owned(),
            seal_type: SealType::Enterprise,
            spec: "CIRCULAR_42".to_owned(),
            status,
            width_um: 42_000,
            height_um: 42_000,
            image: String::new(),
            picture: String::new(),
            users: Vec::new(),
            create_time: NOW.plus_ms(-1),
            modify_time: NOW.plus_ms(-1),
        }
    }

    #[test]
    fn only_disabled_seals_are_removed_and_only_once() {
        let removed = seal(SealStatus::Freeze).removed(NOW).unwrap();
        assert_eq!((removed.status, removed.modify_time), (SealStatus::Removed, NOW));
        assert_eq!(removed.removed(NOW).unwrap_err().status, "REMOVED");
        assert_eq!(
            seal(SealStatus::Normal).removed(NOW).unwrap_err().status,
            "NORMAL"
        );
    }

    #[test]
    fn enabling_again_changes_nothing_and_removed_seals_stay_removed() {
        let same = seal(SealStatus::Normal).with_enabled(true, NOW);
        assert_eq!(same, seal(SealStatus::Normal));
        let disabled = same.with_enabled(false, NOW);
        assert_eq!((disabled.status, disabled.modify_time), (SealStatus::Freeze, NOW));
        let removed = disabled.removed(NOW).unwrap().with_enabled(true, NOW);
        assert_eq!(removed.status, SealStatus::Removed);
    }
}
