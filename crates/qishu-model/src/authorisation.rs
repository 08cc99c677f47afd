//! What a person allows a company: to sign with their signature by API (个人签名授权, D-48).

use serde::{Deserialize, Serialize};

use crate::contact::User;
use crate::contract::IntentionConfirm;
use crate::id::{ApplicationId, AuthorisationId, CompanyId, PersonId};
use crate::time::Timestamp;

/// How the person has to confirm an authorisation (D-32).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthMethod {
    /// The person chooses.
    Default,
    /// By face.
    Face,
    /// By face where it can be, else as the person chooses.
    FaceDefault,
    /// By a code sent to the contact.
    Pin,
    /// By the signing password.
    #[serde(rename = "SIGNPWD")]
    SignPwd,
}

impl AuthMethod {
    /// Every way.
    pub const ALL: [Self; 5] = [
        Self::Default,
        Self::Face,
        Self::FaceDefault,
        Self::Pin,
        Self::SignPwd,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "DEFAULT",
            Self::Face => "FACE",
            Self::FaceDefault => "FACE_DEFAULT",
            Self::Pin => "PIN",
            Self::SignPwd => "SIGNPWD",
        }
    }

    /// Whether a confirmation satisfies the demand.
    #[must_use]
    pub const fn is_met_by(self, confirm: IntentionConfirm) -> bool {
        match self {
            Self::Default | Self::FaceDefault => true,
            Self::Face => matches!(confirm, IntentionConfirm::Face),
            Self::Pin => matches!(confirm, IntentionConfirm::Sms | IntentionConfirm::Email),
            Self::SignPwd => matches!(confirm, IntentionConfirm::SignPwd),
        }
    }
}

/// Where an authorisation stands, with its wire name: lower case, because an unknown word breaks the Java client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorisationStatus {
    /// In force.
    Authorized,
    /// Withdrawn.
    Deauthorized,
    /// Its time is over.
    Expired,
    /// Refused by the person.
    Refused,
    /// The person has not answered.
    Unauthorized,
}

impl AuthorisationStatus {
    /// Those that a query may ask for (11.4).
    pub const QUERIED: [Self; 3] = [Self::Authorized, Self::Deauthorized, Self::Expired];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authorized => "authorized",
            Self::Deauthorized => "deauthorized",
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::Unauthorized => "unauthorized",
        }
    }
}

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
    /// Contact under which the person was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// What it is for, as the person was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// How it has to be confirmed; absent = as the person chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_method: Option<AuthMethod>,
    /// How it was confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<IntentionConfirm>,
    /// The person may change the deadline.
    #[serde(default)]
    pub until_modifiable: bool,
    /// Where it is told; absent = the application's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// The person may be signed for as a party of their own, not only for steps inside the company.
    #[serde(default)]
    pub allow_personal_auto: bool,
    /// Last moment.
    pub until: Timestamp,
    /// When it was asked for; absent = when it was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested: Option<Timestamp>,
    /// When it was granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted: Option<Timestamp>,
    /// When the person refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Timestamp>,
    /// When it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Timestamp>,
}

/// It was answered before, or its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the authorisation is {0} already")]
pub struct AuthorisationClosed(pub &'static str);

impl PersonalAuthorisation {
    /// Whether it is in force at `now`.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.status(now) == AuthorisationStatus::Authorized && self.granted.is_some_and(|at| at <= now)
    }

    /// Where it stands at `now`.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> AuthorisationStatus {
        match (self.withdrawn, self.refused, self.granted) {
            (Some(_), _, _) => AuthorisationStatus::Deauthorized,
            (None, Some(_), _) => AuthorisationStatus::Refused,
            _ if now > self.until => AuthorisationStatus::Expired,
            (None, None, Some(_)) => AuthorisationStatus::Authorized,
            (None, None, None) => AuthorisationStatus::Unauthorized,
        }
    }

    /// When it was asked for or, for those granted without being asked for, granted.
    #[must_use]
    pub fn create_time(&self) -> Timestamp {
        self.requested.or(self.granted).unwrap_or(self.until)
    }

    /// When something happened to it last.
    #[must_use]
    pub fn update_time(&self) -> Timestamp {
        let changes = [self.withdrawn, self.refused, self.granted];
        changes
            .into_iter()
            .flatten()
            .max()
            .unwrap_or_else(|| self.create_time())
    }

    /// The person agrees.
    ///
    /// # Errors
    /// [`AuthorisationClosed`].
    pub fn granted(mut self, confirm: IntentionConfirm, now: Timestamp) -> Result<Self, AuthorisationClosed> {
        self.require_unanswered(now)?;
        self.granted = Some(now);
        self.confirmed = Some(confirm);
        Ok(self)
    }

    /// The person refuses.
    ///
    /// # Errors
    /// [`AuthorisationClosed`].
    pub fn refused(mut self, now: Timestamp) -> Result<Self, AuthorisationClosed> {
        self.require_unanswered(now)?;
        self.refused = Some(now);
        Ok(self)
    }

    fn require_unanswered(&self, now: Timestamp) -> Result<(), AuthorisationClosed> {
        match self.status(now) {
            AuthorisationStatus::Unauthorized => Ok(()),
            other => Err(AuthorisationClosed(other.name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_ms(1_795_000_000_000);

    fn asked() -> PersonalAuthorisation {
        PersonalAuthorisation {
            id: AuthorisationId::new(1),
            person_id: PersonId::new(2),
            company_id: CompanyId::new(3),
            application_id: ApplicationId::new(4),
            user: None,
            remark: None,
            auth_method: None,
            confirmed: None,
            until_modifiable: false,
            callback_url: None,
            allow_personal_auto: true,
            until: NOW.plus_days(30),
            requested: Some(NOW),
            granted: None,
            refused: None,
            withdrawn: None,
        }
    }

    #[test]
    fn an_authorisation_lapses_and_can_be_withdrawn() {
        let mut authorisation = asked().granted(IntentionConfirm::Sms, NOW).unwrap();
        assert!(!authorisation.is_in_force(NOW.plus_ms(-1)));
        assert!(authorisation.is_in_force(NOW));
        assert!(authorisation.is_in_force(NOW.plus_days(30)));
        assert!(!authorisation.is_in_force(NOW.plus_days(30).plus_ms(1)));
        authorisation.withdrawn = Some(NOW);
        assert!(!authorisation.is_in_force(NOW.plus_days(1)));
        assert_eq!(authorisation.status(NOW).name(), "deauthorized");
    }

    #[test]
    fn it_is_answered_once_and_in_time() {
        assert_eq!(asked().status(NOW).name(), "unauthorized");
        assert!(!asked().is_in_force(NOW));
        let refused = asked().refused(NOW).unwrap();
        assert_eq!(refused.status(NOW).name(), "refused");
        assert_eq!(
            refused.granted(IntentionConfirm::Sms, NOW),
            Err(AuthorisationClosed("refused"))
        );
        let late = NOW.plus_days(31);
        assert_eq!(
            asked().granted(IntentionConfirm::Sms, late),
            Err(AuthorisationClosed("expired"))
        );
    }

    #[test]
    fn a_demanded_method_must_be_used() {
        assert!(AuthMethod::Pin.is_met_by(IntentionConfirm::Email));
        assert!(!AuthMethod::Pin.is_met_by(IntentionConfirm::SignPwd));
        assert!(!AuthMethod::Face.is_met_by(IntentionConfirm::Sms));
        assert!(AuthMethod::FaceDefault.is_met_by(IntentionConfirm::Sms));
    }
}
