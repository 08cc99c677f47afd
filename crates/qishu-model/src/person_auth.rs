//! Authentication of persons (`organisation` chapters 8 and 16): which methods are offered, what a result leads to, and how long
//! a link lives. Decided here and nowhere else.

use serde::{Deserialize, Serialize};

use crate::contact::User;
use crate::contract::ModifyField;
use crate::id::{ApplicationId, CompanyAuthId, CompanyId, PersonAuthId, PersonId};
use crate::time::Timestamp;

/// An unopened link dies after this (8.1).
pub const UNOPENED_MS: i64 = 5 * 60_000;
/// A page once opened lasts this long (8.1).
pub const OPEN_MS: i64 = 15 * 60_000;
/// A method is given up after so many refusals.
pub const MOST_TRIES: usize = 3;

/// A way to prove who somebody is (16.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum AuthMode {
    /// Confirmation by a third party.
    Alipay,
    /// Bank card, four elements.
    Bank,
    /// Face.
    Face,
    /// Mobile number, three elements.
    Ivs,
    /// Review by staff.
    Manual,
}

impl AuthMode {
    /// Every way.
    pub const ALL: [Self; 5] = [Self::Alipay, Self::Bank, Self::Face, Self::Ivs, Self::Manual];

    /// Name in requests and callbacks.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alipay => "ALIPAY",
            Self::Bank => "BANK",
            Self::Face => "FACE",
            Self::Ivs => "IVS",
            Self::Manual => "MANUAL",
        }
    }

    /// Name in the answer of the query, which calls a face check otherwise (D-28).
    #[must_use]
    pub const fn query_name(self) -> &'static str {
        match self {
            Self::Face => "FACEID",
            other => other.name(),
        }
    }

    /// Whether the result comes from a page of somebody else.
    #[must_use]
    pub const fn is_elsewhere(self) -> bool {
        matches!(self, Self::Alipay | Self::Face)
    }

    /// Operators and banks know identity cards only (16.1).
    const fn accepts(self, paper: PaperType) -> bool {
        matches!(paper, PaperType::IdCard) || matches!(self, Self::Face | Self::Manual)
    }
}

/// The method that the integrator demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum WantedMode {
    /// The person may choose (D-50).
    #[default]
    Any,
    /// This one; others only after it failed, and only those that were named.
    Only(AuthMode),
}

/// Kind of the identity document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PaperType {
    /// Permit for residents of Hong Kong and Macao.
    Hkmp,
    /// Identity card.
    #[default]
    IdCard,
    /// Permit for residents of Taiwan.
    Mtps,
    /// Passport.
    Passport,
}

impl PaperType {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Hkmp, Self::IdCard, Self::Mtps, Self::Passport];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hkmp => "HKMP",
            Self::IdCard => "IDCARD",
            Self::Mtps => "MTPS",
            Self::Passport => "PASSPORT",
        }
    }
}

/// What identifies a person. It is kept under the person's own key only.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonData {
    /// Real name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Number of the identity document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_card_no: Option<String>,
    /// Mobile number known to the operator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Bank card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_no: Option<String>,
    /// Mobile number known to the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_mobile: Option<String>,
}

/// Shows which members there are, never what they are.
impl std::fmt::Debug for PersonData {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let members = [
            ("name", self.name.is_some()),
            ("id_card_no", self.id_card_no.is_some()),
            ("mobile", self.mobile.is_some()),
            ("bank_no", self.bank_no.is_some()),
            ("bank_mobile", self.bank_mobile.is_some()),
        ];
        let given = members.iter().filter(|(_, given)| *given).map(|(name, _)| name);
        formatter.write_str("PersonData")?;
        formatter.debug_list().entries(given).finish()
    }
}

impl PersonData {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: ModifyField) -> Option<&str> {
        match field {
            ModifyField::BankMobile => self.bank_mobile.as_deref(),
            ModifyField::BankNo => self.bank_no.as_deref(),
            ModifyField::IdCardNo => self.id_card_no.as_deref(),
            ModifyField::Mobile => self.mobile.as_deref(),
            ModifyField::UserName => self.name.as_deref(),
        }
    }

    /// Sets a field.
    pub fn set(&mut self, field: ModifyField, value: Option<String>) {
        let place = match field {
            ModifyField::BankMobile => &mut self.bank_mobile,
            ModifyField::BankNo => &mut self.bank_no,
            ModifyField::IdCardNo => &mut self.id_card_no,
            ModifyField::Mobile => &mut self.mobile,
            ModifyField::UserName => &mut self.name,
        };
        *place = value;
    }
}

/// What an authentication knows of the person besides its own course: kept apart, under the person's key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AuthMaterial {
    /// What the integrator filled in.
    pub prefill: PersonData,
    /// What the person gave last.
    #[serde(default)]
    pub entered: PersonData,
}

/// The real name and number on record, under the person's key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityMaterial {
    /// Real name.
    pub name: String,
    /// Number of the identity document.
    pub id_card_no: String,
    /// Bank card, when one was checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_no: Option<String>,
    /// Mobile number known to that bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_mobile: Option<String>,
}

impl std::fmt::Debug for IdentityMaterial {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("IdentityMaterial(…)")
    }
}

/// How a person's identity was proven; holds nothing personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonIdentity {
    /// Whose.
    pub person_id: PersonId,
    /// By which method.
    pub mode: AuthMode,
    /// Kind of the document.
    pub paper_type: PaperType,
    /// Who vouches for it: name of the provider, or `staff`.
    pub provider: String,
    /// The provider's number of the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Nobody official was asked.
    pub simulated: bool,
    /// When.
    pub at: Timestamp,
}

/// One result of a method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthTry {
    /// Which method.
    pub mode: AuthMode,
    /// When.
    pub at: Timestamp,
    /// It proved the identity.
    pub passed: bool,
    /// Fields that differ from the official ones, by their wire names; empty also when nothing is known about it.
    #[serde(default)]
    pub mismatch: Vec<String>,
    /// Who was asked.
    pub provider: String,
    /// The provider's number of the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Nobody official was asked.
    pub simulated: bool,
}

/// A check that goes on at somebody else's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElsewhereCheck {
    /// Which method.
    pub mode: AuthMode,
    /// The provider's ticket.
    pub ticket: String,
    /// The data were compared with official ones before: a face is never the only proof. Absent for documents
    /// that no official source knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_check: Option<AuthTry>,
    /// When it began.
    pub at: Timestamp,
}

/// That the person agreed to something, in the version of the words they saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// To what, e.g. `FACE`.
    pub what: String,
    /// Which words.
    pub version: String,
    /// When.
    pub at: Timestamp,
}

/// A picture of a document for the staff, sealed under the person's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthPhoto {
    /// `FRONT` or `BACK`.
    pub side: PhotoSide,
    /// SHA-256 (hex) of the sealed bytes.
    pub blob: String,
}

/// Side of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum PhotoSide {
    /// With the crest, or the second page.
    Back,
    /// With the portrait.
    Front,
}

impl PhotoSide {
    /// Name on the page and in storage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Back => "BACK",
            Self::Front => "FRONT",
        }
    }
}

/// Where an authentication stands. That its time is over follows from the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum PersonAuthState {
    /// No way is left.
    Failed {
        /// Last method.
        mode: AuthMode,
        /// When.
        at: Timestamp,
        /// What the staff said, after a review.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The link was not opened yet.
    Issued,
    /// The person is on the page.
    Open {
        /// Until when.
        until: Timestamp,
    },
    /// The identity is proven.
    Passed {
        /// By which method.
        mode: AuthMode,
        /// When.
        at: Timestamp,
    },
    /// Staff looks at pictures.
    Reviewing {
        /// Since when.
        since: Timestamp,
    },
}

impl PersonAuthState {
    /// Name in the database and on the page.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Failed { .. } => "FAILED",
            Self::Issued => "ISSUED",
            Self::Open { .. } => "OPEN",
            Self::Passed { .. } => "PASSED",
            Self::Reviewing { .. } => "REVIEWING",
        }
    }
}

/// What a callback tells (16.5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthNews {
    /// `2`
    Failed(AuthMode),
    /// `1`
    Passed(AuthMode),
    /// `3`
    Reviewing(AuthMode),
}

impl AuthNews {
    /// `status` of the callback: text, not a number.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Failed(_) => "2",
            Self::Passed(_) => "1",
            Self::Reviewing(_) => "3",
        }
    }

    /// `mode` of the callback.
    #[must_use]
    pub const fn mode(self) -> AuthMode {
        match self {
            Self::Failed(mode) | Self::Passed(mode) | Self::Reviewing(mode) => mode,
        }
    }
}

/// Why something cannot be done with an authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuthRefusal {
    /// The link was opened, or its time or that of the page is over.
    #[error("the link or the page of the authentication is over")]
    Over,
    /// The method is not offered, or no more.
    #[error("this way of authentication is not offered")]
    NotOffered,
    /// There is nothing to review.
    #[error("no pictures wait for a review")]
    NotReviewing,
    /// Pictures of the document are missing.
    #[error("a picture of the document is missing")]
    PictureMissing,
}

/// An authentication of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAuth {
    /// Id; `authId` on the wire.
    pub id: PersonAuthId,
    /// Platform company of the application that asked; nobody else sees it.
    pub platform_id: CompanyId,
    /// Application that asked, whose secrets the callback uses; absent when a page of ours asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// The authentication of a company that needs it, when the person is the legal representative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_company: Option<CompanyAuthId>,
    /// Who is to be authenticated.
    pub person_id: PersonId,
    /// Contact by which they were named.
    pub user: User,
    /// Method demanded.
    pub mode: WantedMode,
    /// What is on record is not enough: it confirms something that is done now.
    #[serde(default)]
    pub fresh: bool,
    /// Methods offered after a failure.
    #[serde(default)]
    pub other_modes: Vec<AuthMode>,
    /// Kind of document.
    #[serde(default)]
    pub paper_type: PaperType,
    /// Prefilled fields that the person may change.
    #[serde(default)]
    pub modify_fields: Vec<ModifyField>,
    /// Where the result is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Results so far.
    #[serde(default)]
    pub tries: Vec<AuthTry>,
    /// A check at somebody else's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<ElsewhereCheck>,
    /// What the person agreed to.
    #[serde(default)]
    pub consents: Vec<Consent>,
    /// Pictures for the staff.
    #[serde(default)]
    pub photos: Vec<AuthPhoto>,
    /// Where it stands.
    pub state: PersonAuthState,
    /// When it was asked for.
    pub create_time: Timestamp,
}

impl PersonAuth {
    /// Whether a document can be checked by the demanded method at all.
    #[must_use]
    pub const fn fits(mode: WantedMode, paper: PaperType) -> bool {
        match mode {
            WantedMode::Any => true,
            WantedMode::Only(mode) => mode.accepts(paper),
        }
    }

    /// Methods that the person may use now, the first one first (16.1, D-50).
    #[must_use]
    pub fn offered(&self) -> Vec<AuthMode> {
        let mut modes = match self.mode {
            WantedMode::Only(mode) => vec![mode],
            WantedMode::Any => {
                let after_mobile = self.has_failed(AuthMode::Ivs) || self.paper_type != PaperType::IdCard;
                let face = after_mobile.then_some(AuthMode::Face);
                let choice = [Some(AuthMode::Ivs), face, Some(AuthMode::Bank)];
                choice.into_iter().flatten().collect()
            }
        };
        if self.tries.iter().any(|tried| !tried.passed) {
            for mode in &self.other_modes {
                if !modes.contains(mode) {
                    modes.push(*mode);
                }
            }
        }
        modes.retain(|mode| mode.accepts(self.paper_type) && self.failures(*mode) < MOST_TRIES);
        modes
    }

    fn failures(&self, mode: AuthMode) -> usize {
        let failed = |tried: &&AuthTry| tried.mode == mode && !tried.passed;
        self.tries.iter().filter(failed).count()
    }

    fn has_failed(&self, mode: AuthMode) -> bool {
        self.failures(mode) > 0
    }

    /// Whether the person may change a field: empty ones always, prefilled ones when the integrator allows it (D-51).
    #[must_use]
    pub fn may_change(&self, field: ModifyField, prefill: &PersonData) -> bool {
        prefill.get(field).is_none() || self.modify_fields.contains(&field)
    }

    /// The page was opened; `record` says how the person was authenticated before, if at all. A record that satisfies
    /// the demand ends the authentication at once: nobody is asked twice.
    ///
    /// # Errors
    /// [`AuthRefusal::Over`] for the second opening, and after five minutes.
    pub fn opened(
        mut self,
        record: Option<&PersonIdentity>,
        now: Timestamp,
    ) -> Result<(Self, Option<AuthNews>), AuthRefusal> {
        if self.state != PersonAuthState::Issued || now >= self.create_time.plus_ms(UNOPENED_MS) {
            return Err(AuthRefusal::Over);
        }
        let satisfies = |record: &&PersonIdentity| match self.mode {
            WantedMode::Any => true,
            WantedMode::Only(mode) => record.mode == mode,
        };
        if let Some(record) = record.filter(|_| !self.fresh).filter(satisfies) {
            let mode = record.mode;
            self.state = PersonAuthState::Passed { mode, at: now };
            return Ok((self, Some(AuthNews::Passed(mode))));
        }
        self.state = PersonAuthState::Open {
            until: now.plus_ms(OPEN_MS),
        };
        Ok((self, None))
    }

    /// Whether a method may be used now.
    ///
    /// # Errors
    /// [`AuthRefusal::Over`] when the page is over, [`AuthRefusal::NotOffered`].
    pub fn require_offered(&self, mode: AuthMode, now: Timestamp) -> Result<(), AuthRefusal> {
        match self.state {
            PersonAuthState::Open { until } if now < until => {}
            _ => return Err(AuthRefusal::Over),
        }
        if self.offered().contains(&mode) {
            Ok(())
        } else {
            Err(AuthRefusal::NotOffered)
        }
    }

    /// A method gave a result. The first that passes ends the authentication; so does the last that fails.
    ///
    /// # Errors
    /// As [`PersonAuth::require_offered`].
    pub fn judged(mut self, tried: AuthTry) -> Result<(Self, Option<AuthNews>), AuthRefusal> {
        self.require_offered(tried.mode, tried.at)?;
        let (mode, at, passed) = (tried.mode, tried.at, tried.passed);
        self.tries.push(tried);
        self.elsewhere = None;
        if passed {
            self.state = PersonAuthState::Passed { mode, at };
            return Ok((self, Some(AuthNews::Passed(mode))));
        }
        if !self.offered().is_empty() {
            return Ok((self, None));
        }
        self.state = PersonAuthState::Failed {
            mode,
            at,
            reason: None,
        };
        Ok((self, Some(AuthNews::Failed(mode))))
    }

    /// The person hands pictures of the document over to the staff.
    ///
    /// # Errors
    /// As [`PersonAuth::require_offered`]; [`AuthRefusal::PictureMissing`] without the side with the portrait.
    pub fn handed_over(mut self, now: Timestamp) -> Result<(Self, AuthNews), AuthRefusal> {
        self.require_offered(AuthMode::Manual, now)?;
        if !self.photos.iter().any(|photo| photo.side == PhotoSide::Front) {
            return Err(AuthRefusal::PictureMissing);
        }
        self.state = PersonAuthState::Reviewing { since: now };
        Ok((self, AuthNews::Reviewing(AuthMode::Manual)))
    }

    /// The staff decided. The pictures are no longer needed then.
    ///
    /// # Errors
    /// [`AuthRefusal::NotReviewing`].
    pub fn reviewed(
        mut self,
        passed: bool,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<(Self, AuthNews), AuthRefusal> {
        if !matches!(self.state, PersonAuthState::Reviewing { .. }) {
            return Err(AuthRefusal::NotReviewing);
        }
        let mode = AuthMode::Manual;
        self.tries.push(AuthTry {
            mode,
            at: now,
            passed,
            mismatch: Vec::new(),
            provider: "staff".to_owned(),
            number: None,
            simulated: false,
        });
        self.photos.clear();
        if passed {
            self.state = PersonAuthState::Passed { mode, at: now };
            return Ok((self, AuthNews::Passed(mode)));
        }
        self.state = PersonAuthState::Failed {
            mode,
            at: now,
            reason,
        };
        Ok((self, AuthNews::Failed(mode)))
    }

    /// The method that proved the identity.
    #[must_use]
    pub const fn passed_by(&self) -> Option<AuthMode> {
        match self.state {
            PersonAuthState::Passed { mode, .. } => Some(mode),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
