//! Applications for picture seals, and the decision on them (`organisation` 5.7, 16.5.3, D-22).

use serde::{Deserialize, Serialize};

use crate::contact::User;
use crate::id::{ApplicationId, CompanyId, SealId, SealReviewId};
use crate::seal::{Seal, SealOwner, SealStatus, SealType};
use crate::time::Timestamp;

/// Where an application stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum ReviewState {
    /// Somebody still has to look at it.
    Pending,
    /// The seal was made.
    Passed {
        /// The seal.
        seal_id: SealId,
        /// When.
        at: Timestamp,
    },
    /// Refused.
    Rejected {
        /// Why, for the one who asked.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

impl ReviewState {
    /// Name in the database.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Passed { .. } => "PASSED",
            Self::Rejected { .. } => "REJECTED",
        }
    }
}

/// An application for a seal made from a picture. Everything the seal needs is prepared when it is made, so that the
/// decision only has to be yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealReview {
    /// Id; `applyId` on the wire.
    pub id: SealReviewId,
    /// Future owner.
    pub company_id: CompanyId,
    /// Application that asked, whose secrets the callback uses.
    pub application_id: ApplicationId,
    /// Name of the seal.
    pub name: String,
    /// `ENTERPRISE` or `LP`.
    pub seal_type: SealType,
    /// Wire name of the size.
    pub spec: String,
    /// Width on paper in micrometres.
    pub width_um: u32,
    /// Height on paper in micrometres.
    pub height_um: u32,
    /// SHA-256 (hex) of the PNG that `seal/image` will answer.
    pub image: String,
    /// SHA-256 (hex) of the picture prepared for signing.
    pub picture: String,
    /// SHA-256 (hex) of the picture as it was uploaded (D-45).
    pub original: String,
    /// SHA-256 (hex) of the legal representative's letter; only for `LP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<String>,
    /// People who may use the seal.
    pub users: Vec<User>,
    /// Where the result is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Where it stands.
    pub state: ReviewState,
    /// When it was made.
    pub create_time: Timestamp,
}

/// The decision was taken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the application is {state} already")]
pub struct AlreadyDecided {
    /// Name of the state it is in.
    pub state: &'static str,
}

impl SealReview {
    /// The application granted, and the seal it gives.
    ///
    /// # Errors
    /// [`AlreadyDecided`].
    pub fn passed(mut self, seal_id: SealId, now: Timestamp) -> Result<(Self, Seal), AlreadyDecided> {
        self.require_pending()?;
        let seal = Seal {
            id: seal_id,
            owner: SealOwner::Company(self.company_id),
            name: self.name.clone(),
            seal_type: self.seal_type,
            spec: self.spec.clone(),
            status: SealStatus::Normal,
            width_um: self.width_um,
            height_um: self.height_um,
            image: self.image.clone(),
            picture: self.picture.clone(),
            users: self.users.clone(),
            create_time: now,
            modify_time: now,
        };
        self.state = ReviewState::Passed { seal_id, at: now };
        Ok((self, seal))
    }

    /// The application refused.
    ///
    /// # Errors
    /// [`AlreadyDecided`].
    pub fn rejected(mut self, reason: String, now: Timestamp) -> Result<Self, AlreadyDecided> {
        self.require_pending()?;
        self.state = ReviewState::Rejected { reason, at: now };
        Ok(self)
    }

    fn require_pending(&self) -> Result<(), AlreadyDecided> {
        match self.state {
            ReviewState::Pending => Ok(()),
            _ => Err(AlreadyDecided {
                state: self.state.name(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_140_000_000);

    fn review() -> SealReview {
        SealReview {
            id: SealReviewId::new(1),
            company_id: CompanyId::new(2),
            application_id: ApplicationId::new(3),
            name: "法定代表人章".to_owned(),
            seal_type: SealType::Lp,
            spec: "SQUARE_20_20".to_owned(),
            width_um: 20_000,
            height_um: 20_000,
            image: "aa".to_owned(),
            picture: "bb".to_owned(),
            original: "cc".to_owned(),
            letter: Some("dd".to_owned()),
            users: Vec::new(),
            callback_url: None,
            state: ReviewState::Pending,
            create_time: NOW,
        }
    }

    #[test]
    fn a_decision_is_taken_once() {
        let (passed, seal) = review().passed(SealId::new(9), NOW).unwrap();
        assert_eq!(
            (seal.id, seal.seal_type, seal.width_um),
            (SealId::new(9), SealType::Lp, 20_000)
        );
        assert_eq!(seal.owner, SealOwner::Company(CompanyId::new(2)));
        assert_eq!(
            passed.clone().rejected("x".to_owned(), NOW).unwrap_err().state,
            "PASSED"
        );
        assert_eq!(passed.passed(SealId::new(10), NOW).unwrap_err().state, "PASSED");
        let rejected = review().rejected("不清晰".to_owned(), NOW).unwrap();
        assert_eq!(
            rejected.passed(SealId::new(9), NOW).unwrap_err().state,
            "REJECTED"
        );
    }
}
