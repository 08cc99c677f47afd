//! Invitations of companies into a group (`organisation` 4.2, D-10).

use serde::{Deserialize, Serialize};

use crate::id::{ApplicationId, CompanyId, InvitationId};
use crate::time::Timestamp;

/// An invitation can be accepted for this long (D-10).
const VALID_DAYS: i64 = 30;

/// Where an invitation stands. That its time is over follows from the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvitationState {
    /// The company joined the group.
    Accepted,
    /// Nobody has answered.
    Open,
    /// The company does not want to.
    Refused,
}

impl InvitationState {
    /// Name in the database and in callbacks.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "ACCEPTED",
            Self::Open => "OPEN",
            Self::Refused => "REFUSED",
        }
    }
}

/// An invitation of a company to become subordinate to a platform company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Id; `inviteId` on the wire.
    pub id: InvitationId,
    /// Who invites.
    pub platform_id: CompanyId,
    /// Who is invited.
    pub company_id: CompanyId,
    /// Application that asked, whose secrets the callback uses.
    pub application_id: ApplicationId,
    /// The caller's own id of the invitation; at most 50 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_id: Option<String>,
    /// Where the answer is told; at most 300 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Where it stands.
    pub state: InvitationState,
    /// When it was made, or made anew.
    pub create_time: Timestamp,
}

/// The invitation cannot be answered any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvitationClosed {
    /// It was answered.
    #[error("the invitation was answered before: {0}")]
    Answered(&'static str),
    /// Its 30 days are over.
    #[error("the invitation has expired")]
    Expired,
}

impl Invitation {
    /// When it can no longer be accepted.
    #[must_use]
    pub fn expire_time(&self) -> Timestamp {
        self.create_time.plus_days(VALID_DAYS)
    }

    /// Whether an answer is still awaited.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == InvitationState::Open && now <= self.expire_time()
    }

    /// The invitation answered.
    ///
    /// # Errors
    /// [`InvitationClosed`].
    pub fn answered(mut self, accepted: bool, now: Timestamp) -> Result<Self, InvitationClosed> {
        if self.state != InvitationState::Open {
            return Err(InvitationClosed::Answered(self.state.name()));
        }
        if !self.is_open(now) {
            return Err(InvitationClosed::Expired);
        }
        self.state = if accepted {
            InvitationState::Accepted
        } else {
            InvitationState::Refused
        };
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_140_000_000);

    fn invitation() -> Invitation {
        Invitation {
            id: InvitationId::new(1),
            platform_id: CompanyId::new(2),
            company_id: CompanyId::new(3),
            application_id: ApplicationId::new(4),
            biz_id: None,
            callback_url: None,
            state: InvitationState::Open,
            create_time: NOW,
        }
    }

    #[test]
    fn an_invitation_is_answered_once_within_thirty_days() {
        let last = NOW.plus_days(30);
        let accepted = invitation().answered(true, last).unwrap();
        assert_eq!(accepted.state, InvitationState::Accepted);
        assert_eq!(
            accepted.answered(false, last),
            Err(InvitationClosed::Answered("ACCEPTED"))
        );
        assert_eq!(
            invitation().answered(true, last.plus_ms(1)),
            Err(InvitationClosed::Expired)
        );
        assert_eq!(
            invitation().answered(false, NOW).unwrap().state,
            InvitationState::Refused
        );
    }
}
