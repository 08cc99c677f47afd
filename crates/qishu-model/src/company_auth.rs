//! Authentication of companies (`organisation` chapters 9 and 16.3): basic data, then the legal representative online or a
//! stamped letter with a payment. Every step and what it tells is decided here and nowhere else.

use serde::{Deserialize, Serialize};

use crate::contact::User;
use crate::id::{ApplicationId, CompanyAuthId, CompanyId, PersonId};
use crate::time::Timestamp;

/// An unopened link dies after this (D-53).
pub const UNOPENED_MS: i64 = 30 * 60_000;
/// Once opened, a link may be opened again for so long (D-53).
pub const REOPEN_DAYS: i64 = 7;
/// An authentication is good for this long.
pub const VALID_YEARS: i32 = 1;
/// Wrong amounts before the payment has failed.
pub const MOST_AMOUNTS: u32 = 3;

/// A field of the link that the applicant may change (9.1, 9.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CompanyField {
    /// Name of the company.
    CorpName,
    /// Contact of the legal representative.
    LegalContact,
    /// Name of the legal representative.
    LegalPerson,
    /// Business licence.
    License,
    /// Registration number.
    RegisterNo,
}

impl CompanyField {
    /// Every field.
    pub const ALL: [Self; 5] = [
        Self::CorpName,
        Self::LegalContact,
        Self::LegalPerson,
        Self::License,
        Self::RegisterNo,
    ];

    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CorpName => "corpName",
            Self::LegalContact => "legalContact",
            Self::LegalPerson => "legalPerson",
            Self::License => "license",
            Self::RegisterNo => "registerNo",
        }
    }
}

/// What a company says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CompanyData {
    /// Full legal name.
    pub name: String,
    /// Registration number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register_no: Option<String>,
    /// Name of the legal representative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_person: Option<String>,
    /// Contact of the legal representative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_contact: Option<String>,
    /// SHA-256 (hex) of the business licence, sealed under the applicant's key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
}

/// The payment that proves a bank account (reverse payment).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Amount that was paid, in fen.
    pub amount_fen: i64,
    /// The provider's number of it.
    pub number: String,
    /// Wrong amounts given.
    pub wrong: u32,
    /// The right one was given.
    pub confirmed: bool,
    /// When it was made.
    pub at: Timestamp,
    /// No money moved.
    pub simulated: bool,
}

/// The amount is a secret between the bank and the company.
impl std::fmt::Debug for Payment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Payment({}, wrong {})", self.number, self.wrong)
    }
}

/// The stamped letter of authorisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// SHA-256 (hex) of it, sealed under the applicant's key.
    pub blob: String,
    /// Staff accepted it.
    pub accepted: bool,
}

/// Where an authentication stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum CompanyAuthState {
    /// Basic data are right; the authorisation is missing.
    Authorising,
    /// Basic data were refused.
    BasicFailed {
        /// Why.
        reason: String,
    },
    /// Nothing was submitted.
    Issued,
    /// The identity of the legal representative was refused by the staff.
    LegalFailed {
        /// Why.
        reason: String,
    },
    /// The letter was refused.
    LetterFailed {
        /// Why.
        reason: String,
    },
    /// Done.
    Passed {
        /// When.
        at: Timestamp,
        /// Until when it is good.
        until: Timestamp,
    },
    /// The amount was wrong too often.
    PaymentFailed,
    /// Basic data are looked at.
    Reviewing,
}

impl CompanyAuthState {
    /// Name in the database and on the page.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Authorising => "AUTHORISING",
            Self::BasicFailed { .. } => "BASIC_FAILED",
            Self::Issued => "ISSUED",
            Self::LegalFailed { .. } => "LEGAL_FAILED",
            Self::LetterFailed { .. } => "LETTER_FAILED",
            Self::Passed { .. } => "PASSED",
            Self::PaymentFailed => "PAYMENT_FAILED",
            Self::Reviewing => "REVIEWING",
        }
    }
}

/// What a callback tells (16.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompanyNews {
    /// Basic data approved.
    BasicApproved,
    /// Basic data refused.
    BasicRefused,
    /// Basic data submitted.
    BasicSubmitted,
    /// The staff refused the identity of the legal representative.
    LegalRefused,
    /// The letter was refused.
    LetterRefused,
    /// Authenticated.
    Passed,
    /// The payment failed.
    PaymentFailed,
}

impl CompanyNews {
    /// `actionEvent`.
    #[must_use]
    pub const fn action_event(self) -> u8 {
        match self {
            Self::BasicSubmitted => 0,
            Self::BasicApproved => 1,
            Self::BasicRefused => 2,
            Self::LetterRefused => 4,
            Self::PaymentFailed => 6,
            Self::Passed => 7,
            Self::LegalRefused => 9,
        }
    }

    /// `status` of the callback: 0 in progress, 1 success, 2 failure. Not the scale of the query.
    #[must_use]
    pub const fn status(self) -> u8 {
        match self {
            Self::BasicSubmitted | Self::BasicApproved => 0,
            Self::Passed => 1,
            Self::BasicRefused | Self::LetterRefused | Self::PaymentFailed | Self::LegalRefused => 2,
        }
    }
}

/// Why something cannot be done with an authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompanyAuthRefusal {
    /// The link's time is over.
    #[error("the link of the authentication is over")]
    Over,
    /// It is not the time for this step.
    #[error("this step of the authentication is not open")]
    WrongStep,
}

/// An authentication of a company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyAuth {
    /// Id inside.
    pub id: CompanyAuthId,
    /// `requestId` on the wire: a lower-case UUID.
    pub request_id: String,
    /// Platform company of the application that asked; nobody else sees it.
    pub platform_id: CompanyId,
    /// Application that asked.
    pub application_id: ApplicationId,
    /// What the link filled in.
    pub prefill: CompanyData,
    /// What counts now.
    pub data: CompanyData,
    /// Prefilled fields that may be changed.
    #[serde(default)]
    pub modify_fields: Vec<CompanyField>,
    /// Who submits; becomes the system administrator.
    pub applicant: User,
    /// The same, as we know them.
    pub applicant_id: PersonId,
    /// Where results are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// The stamped letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter: Option<Letter>,
    /// The payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
    /// Where it stands.
    pub state: CompanyAuthState,
    /// When the link was opened first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Timestamp>,
    /// When the link was made, or made anew.
    pub create_time: Timestamp,
}

impl CompanyAuth {
    /// Whether it still goes on: a new link of the same company continues it (D-53).
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        let passed = matches!(self.state, CompanyAuthState::Passed { .. });
        !passed && self.deadline() > now
    }

    /// When the link stops working.
    #[must_use]
    pub fn deadline(&self) -> Timestamp {
        match self.opened {
            Some(opened) => opened.plus_days(REOPEN_DAYS),
            None => self.create_time.plus_ms(UNOPENED_MS),
        }
    }

    /// `status` of the query: 1 not submitted, 2 passed, 3 failed, 4 in progress, 6 lapsed.
    #[must_use]
    pub fn query_status(&self, now: Timestamp) -> i8 {
        match &self.state {
            CompanyAuthState::Issued => 1,
            CompanyAuthState::Passed { until, .. } if now > *until => 6,
            CompanyAuthState::Passed { .. } => 2,
            CompanyAuthState::Authorising | CompanyAuthState::Reviewing => 4,
            _ => 3,
        }
    }

    /// `basicStatus` of the query: 1 under review, 2 failed, 3 passed.
    #[must_use]
    pub const fn basic_status(&self) -> Option<u8> {
        match self.state {
            CompanyAuthState::Issued => None,
            CompanyAuthState::Reviewing => Some(1),
            CompanyAuthState::BasicFailed { .. } => Some(2),
            _ => Some(3),
        }
    }

    /// Whether the applicant may change a field: empty ones always.
    #[must_use]
    pub fn may_change(&self, field: CompanyField) -> bool {
        let given = match field {
            CompanyField::CorpName => true,
            CompanyField::LegalContact => self.prefill.legal_contact.is_some(),
            CompanyField::LegalPerson => self.prefill.legal_person.is_some(),
            CompanyField::License => self.prefill.license.is_some(),
            CompanyField::RegisterNo => self.prefill.register_no.is_some(),
        };
        !given || self.modify_fields.contains(&field)
    }

    /// The page was opened.
    ///
    /// # Errors
    /// [`CompanyAuthRefusal::Over`].
    pub fn opened(mut self, now: Timestamp) -> Result<Self, CompanyAuthRefusal> {
        if now >= self.deadline() {
            return Err(CompanyAuthRefusal::Over);
        }
        self.opened.get_or_insert(now);
        Ok(self)
    }

    /// Basic data were submitted, for the first time or again after a failure.
    ///
    /// # Errors
    /// [`CompanyAuthRefusal::WrongStep`] while they are looked at, or after success.
    pub fn submitted(mut self, data: CompanyData) -> Result<(Self, CompanyNews), CompanyAuthRefusal> {
        match self.state {
            CompanyAuthState::Reviewing | CompanyAuthState::Passed { .. } => {
                return Err(CompanyAuthRefusal::WrongStep);
            }
            _ => {}
        }
        self.data = data;
        self.letter = None;
        self.payment = None;
        self.state = CompanyAuthState::Reviewing;
        Ok((self, CompanyNews::BasicSubmitted))
    }

    /// Basic data were compared with the register, or looked at by the staff.
    ///
    /// # Errors
    /// [`CompanyAuthRefusal::WrongStep`] when none wait.
    pub fn basics_judged(
        mut self,
        refused: Option<String>,
    ) -> Result<(Self, CompanyNews), CompanyAuthRefusal> {
        if self.state != CompanyAuthState::Reviewing {
            return Err(CompanyAuthRefusal::WrongStep);
        }
        let news = match refused {
            None => {
                self.state = CompanyAuthState::Authorising;
                CompanyNews::BasicApproved
            }
            Some(reason) => {
                self.state = CompanyAuthState::BasicFailed { reason };
                CompanyNews::BasicRefused
            }
        };
        Ok((self, news))
    }

    /// Whether an authorisation may be given now: basic data are right, and it is not done. A refused letter or payment and a
    /// refused representative may be tried again.
    ///
    /// # Errors
    /// [`CompanyAuthRefusal::WrongStep`].
    pub const fn require_authorising(&self) -> Result<(), CompanyAuthRefusal> {
        match self.state {
            CompanyAuthState::Authorising
            | CompanyAuthState::LegalFailed { .. }
            | CompanyAuthState::LetterFailed { .. }
            | CompanyAuthState::PaymentFailed => Ok(()),
            _ => Err(CompanyAuthRefusal::WrongStep),
        }
    }

    /// A stamped letter was uploaded; the staff looks at it.
    ///
    /// # Errors
    /// [`CompanyAuthRefusal::WrongStep`].
    pub fn letter_uploaded(mut self, blob: String) -> Result<Self, CompanyAuthRefusal> {
        self.require_authorising()?;
        self.letter = Some(Letter {
            blob,
            accepted: false,
        });
        self.state = CompanyAuthState::Authorising;
        Ok(self)
    }

    /// The staff looked at the letter. Together with a confirmed payment, or where no payment is asked for, an accepted
    /// one ends the authentication.
    ///
    /// # Errors
    /// [`CompanyAuthRefusal::WrongStep`] when no letter waits.
    pub fn letter_judged(
        mut self,
        refused: Option<String>,
        payment_asked: bool,
        now: Timestamp,
    ) -> Result<(Self, Option<CompanyNews>), CompanyAuthRefusal> {
        self.require_authorising()?;
        let letter = self
            .letter
            .as_mut()
            .filter(|letter| !letter.accepted)
            .ok_or(CompanyAuthRefusal::WrongStep)?;
        if let Some(reason) = refused {
            self.letter = None;
            self.state = CompanyAuthState::LetterFailed { reason };
            return Ok((self, Some(CompanyNews::LetterRefused)));
        }
        letter.accepted = true;
        Ok(self.passed_by_letter(payment_asked, now))
    }

    /// A payment was made.
    ///
    /// # Errors
    /// [`CompanyAuthRefusal::WrongStep`] without a letter, or while a payment waits to be confirmed.
    pub fn paid(mut self, payment: Payment) -> Result<Self, CompanyAuthRefusal> {
        self.require_authorising()?;
        if self.letter.is_none() || self.payment.is_some() {
            return Err(CompanyAuthRefusal::WrongStep);
        }
        self.payment = Some(payment);
        self.state = CompanyAuthState::Authorising;
        Ok(self)
    }

    /// The company says which amount it got; `None` in the answer means that it was wrong and may be given again.
    ///
    /// # Errors
    /// [`CompanyAuthRefusal::WrongStep`] when no payment waits.
    pub fn amount_given(
        mut self,
        amount_fen: i64,
        now: Timestamp,
    ) -> Result<(Self, Option<CompanyNews>), CompanyAuthRefusal> {
        self.require_authorising()?;
        let payment = self
            .payment
            .as_mut()
            .filter(|payment| !payment.confirmed)
            .ok_or(CompanyAuthRefusal::WrongStep)?;
        if payment.amount_fen == amount_fen {
            payment.confirmed = true;
            return Ok(self.passed_by_letter(true, now));
        }
        payment.wrong += 1;
        if payment.wrong < MOST_AMOUNTS {
            return Ok((self, None));
        }
        self.payment = None;
        self.state = CompanyAuthState::PaymentFailed;
        Ok((self, Some(CompanyNews::PaymentFailed)))
    }

    fn passed_by_letter(mut self, payment_asked: bool, now: Timestamp) -> (Self, Option<CompanyNews>) {
        let letter = self.letter.as_ref().is_some_and(|letter| letter.accepted);
        let paid = self.payment.as_ref().is_some_and(|payment| payment.confirmed);
        if !letter || (payment_asked && !paid) {
            return (self, None);
        }
        self.state = passed(now);
        (self, Some(CompanyNews::Passed))
    }

    /// The legal representative authorised it online.
    ///
    /// # Errors
    /// [`CompanyAuthRefusal::WrongStep`].
    pub fn authorised_by_legal_person(
        mut self,
        now: Timestamp,
    ) -> Result<(Self, CompanyNews), CompanyAuthRefusal> {
        self.require_authorising()?;
        self.state = passed(now);
        Ok((self, CompanyNews::Passed))
    }

    /// The staff refused the pictures of the legal representative's document.
    ///
    /// # Errors
    /// [`CompanyAuthRefusal::WrongStep`].
    pub fn legal_person_refused(mut self, reason: String) -> Result<(Self, CompanyNews), CompanyAuthRefusal> {
        self.require_authorising()?;
        self.state = CompanyAuthState::LegalFailed { reason };
        Ok((self, CompanyNews::LegalRefused))
    }
}

fn passed(now: Timestamp) -> CompanyAuthState {
    CompanyAuthState::Passed {
        at: now,
        until: now.plus_years(VALID_YEARS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::ContactType;

    const NOW: Timestamp = Timestamp::from_ms(1_795_140_000_000);

    fn auth() -> CompanyAuth {
        let data = CompanyData {
            name: "某某科技有限公司".to_owned(),
            register_no: Some("91310000MA1QISHU01".to_owned()),
            ..CompanyData::default()
        };
        CompanyAuth {
            id: CompanyAuthId::new(1),
            request_id: "0".to_owned(),
            platform_id: CompanyId::new(2),
            application_id: ApplicationId::new(3),
            prefill: data.clone(),
            data,
            modify_fields: vec![CompanyField::CorpName],
            applicant: User {
                name: Some("李明".to_owned()),
                contact: "13900000000".to_owned(),
                contact_type: ContactType::Mobile,
            },
            applicant_id: PersonId::new(4),
            callback_url: None,
            letter: None,
            payment: None,
            state: CompanyAuthState::Issued,
            opened: None,
            create_time: NOW,
        }
    }

    fn approved() -> CompanyAuth {
        let data = auth().data;
        let (auth, news) = auth().submitted(data).unwrap();
        assert_eq!((news.status(), news.action_event()), (0, 0));
        assert_eq!((auth.query_status(NOW), auth.basic_status()), (4, Some(1)));
        let (auth, news) = auth.basics_judged(None).unwrap();
        assert_eq!((news.status(), news.action_event()), (0, 1));
        assert_eq!((auth.query_status(NOW), auth.basic_status()), (4, Some(3)));
        auth
    }

    fn payment() -> Payment {
        Payment {
            amount_fen: 37,
            number: "n".to_owned(),
            wrong: 0,
            confirmed: false,
            at: NOW,
            simulated: true,
        }
    }

    #[test]
    fn a_link_dies_unopened_after_half_an_hour_and_lives_a_week_once_opened() {
        assert_eq!(
            auth().opened(NOW.plus_ms(UNOPENED_MS)),
            Err(CompanyAuthRefusal::Over)
        );
        let opened = auth().opened(NOW).unwrap();
        assert!(opened.is_open(NOW.plus_days(6)) && !opened.is_open(NOW.plus_days(7)));
        assert_eq!((opened.query_status(NOW), opened.basic_status()), (1, None));
        assert!(opened.may_change(CompanyField::CorpName) && !opened.may_change(CompanyField::RegisterNo));
    }

    #[test]
    fn refused_basics_are_corrected_and_submitted_again() {
        let data = auth().data;
        let (waiting, _) = auth().submitted(data.clone()).unwrap();
        assert_eq!(
            waiting.clone().submitted(data.clone()),
            Err(CompanyAuthRefusal::WrongStep)
        );
        let (refused, news) = waiting.basics_judged(Some("号码不符".to_owned())).unwrap();
        assert_eq!((news.status(), news.action_event()), (2, 2));
        assert_eq!((refused.query_status(NOW), refused.basic_status()), (3, Some(2)));
        assert_eq!(
            refused.clone().letter_uploaded("00".to_owned()),
            Err(CompanyAuthRefusal::WrongStep)
        );
        assert!(refused.submitted(data).is_ok());
    }

    #[test]
    fn the_legal_representative_ends_it_at_once() {
        let (passed, news) = approved().authorised_by_legal_person(NOW).unwrap();
        assert_eq!((news.status(), news.action_event()), (1, 7));
        assert_eq!(passed.query_status(NOW), 2);
        assert_eq!(passed.query_status(NOW.plus_days(367)), 6);
        let (refused, news) = approved().legal_person_refused("看不清".to_owned()).unwrap();
        assert_eq!((news.status(), news.action_event()), (2, 9));
        assert_eq!((refused.query_status(NOW), refused.basic_status()), (3, Some(3)));
        assert!(refused.authorised_by_legal_person(NOW).is_ok());
    }

    #[test]
    fn letter_and_payment_are_both_needed_in_either_order() {
        let with_letter = approved().letter_uploaded("00".to_owned()).unwrap();
        let paid = with_letter.clone().paid(payment()).unwrap();
        let (accepted, news) = paid.clone().letter_judged(None, true, NOW).unwrap();
        assert_eq!(news, None);
        let (passed, news) = accepted.amount_given(37, NOW).unwrap();
        assert_eq!((passed.query_status(NOW), news), (2, Some(CompanyNews::Passed)));
        let (confirmed, news) = paid.amount_given(37, NOW).unwrap();
        assert_eq!(news, None);
        let (_, news) = confirmed.letter_judged(None, true, NOW).unwrap();
        assert_eq!(news, Some(CompanyNews::Passed));
        let (_, news) = with_letter.letter_judged(None, false, NOW).unwrap();
        assert_eq!(news, Some(CompanyNews::Passed), "no payment is asked for");
    }

    #[test]
    fn letter_and_payment_fail_with_events_of_their_own() {
        let letter = approved().letter_uploaded("00".to_owned()).unwrap();
        let (refused, news) = letter
            .clone()
            .letter_judged(Some("无章".to_owned()), true, NOW)
            .unwrap();
        assert_eq!(news.map(CompanyNews::action_event), Some(4));
        assert!(refused.clone().paid(payment()).is_err());
        assert!(refused.letter_uploaded("01".to_owned()).is_ok());
        let mut paid = letter.paid(payment()).unwrap();
        let mut news = None;
        for _ in 0..MOST_AMOUNTS {
            assert_eq!(news, None);
            (paid, news) = paid.amount_given(38, NOW).unwrap();
        }
        assert_eq!(news.map(CompanyNews::action_event), Some(6));
        assert_eq!(paid.amount_given(37, NOW), Err(CompanyAuthRefusal::WrongStep));
    }
}
