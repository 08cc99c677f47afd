//! What a person allows a company: to sign with their signature by API (个人签名授权, D-48).

use serde::{Deserialize, Serialize};

use crate::id::{ApplicationId, AuthorisationId, CompanyId, PersonId};
use crate::time::Timestamp;

/// A person's authorisation. It is in force from its granting until it lapses or is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalAuthorisation {
    /// Id.
    pub id: AuthorisationId,
    /// Who allows it.
    pub person_id: PersonId,
    /// Which company may sign.
    pub company_id: CompanyId,
    /// Application that asked for it.
    pub application_id: ApplicationId,
    /// What it is for, as the person was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// The person may be signed for as a party of their own, not only for steps inside the company.
    #[serde(default)]
    pub allow_personal_auto: bool,
    /// Last moment.
    pub until: Timestamp,
    /// When it was granted.
    pub granted: Timestamp,
    /// When it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Timestamp>,
}

impl PersonalAuthorisation {
    /// Whether it is in force at `now`.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.withdrawn.is_none() && self.granted <= now && now <= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorisation_lapses_and_can_be_withdrawn() {
        let granted = Timestamp::from_ms(1_795_000_000_000);
        let mut authorisation = PersonalAuthorisation {
            id: AuthorisationId::new(1),
            person_id: PersonId::new(2),
            company_id: CompanyId::new(3),
            application_id: ApplicationId::new(4),
            remark: None,
            allow_personal_auto: true,
            until: granted.plus_days(30),
            granted,
            withdrawn: None,
        };
        assert!(!authorisation.is_in_force(granted.plus_ms(-1)));
        assert!(authorisation.is_in_force(granted));
        assert!(authorisation.is_in_force(granted.plus_days(30)));
        assert!(!authorisation.is_in_force(granted.plus_days(30).plus_ms(1)));
        authorisation.withdrawn = Some(granted);
        assert!(!authorisation.is_in_force(granted.plus_days(1)));
    }
}
