//! Compares data of people and companies with official ones: one trait per question, because an operator may ask a different
//! supplier for each. The simulators of all of them are in [`simulated`].

mod simulated;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use simulated::{IdentitySimulator, SIMULATOR_NAME};

use crate::error::SendError;

/// A comparison under way.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<IdentityResult, SendError>> + Send + 'a>>;
/// Something else that a supplier was asked.
pub type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, SendError>> + Send + 'a>>;

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityResult {
    /// Names of the fields that differ, as in the request; empty = everything agrees, unless it is undecided.
    pub mismatch: Vec<&'static str>,
    /// The source knows nothing for sure: staff has to look.
    pub undecided: bool,
    /// Who was asked.
    pub provider: &'static str,
    /// The provider's number of the check.
    pub number: Option<String>,
    /// Nobody official was asked.
    pub simulated: bool,
}

impl IdentityResult {
    /// Everything agrees, for sure.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.mismatch.is_empty() && !self.undecided
    }
}

/// A person as the caller describes them.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonClaim {
    /// Name.
    pub name: String,
    /// Number of the identity card.
    pub card_no: String,
    /// Mobile number registered with the operator, or with the bank when there is a card.
    pub mobile: Option<String>,
    /// Bank card.
    pub bankcard_no: Option<String>,
}

/// A company as the caller describes it.
#[derive(Clone, PartialEq, Eq)]
pub struct CompanyClaim {
    /// Full legal name.
    pub name: String,
    /// Registration number.
    pub register_no: String,
    /// Legal representative.
    pub legal_person: Option<String>,
}

/// A person who is to show their face, or to confirm at a third party.
#[derive(Clone, PartialEq, Eq)]
pub struct FaceClaim {
    /// Our number of the check, unique.
    pub order: String,
    /// Name.
    pub name: String,
    /// Number of the identity document.
    pub card_no: String,
    /// Where the supplier's page leads back to.
    pub return_url: String,
}

/// A check of a face that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaceStart {
    /// The supplier's ticket, with which its result is asked for.
    pub ticket: String,
    /// The supplier's page; absent for a simulator, which has none.
    pub page_url: Option<String>,
    /// Nobody official was asked.
    pub simulated: bool,
}

/// Result of a check of a face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaceResult {
    /// The person is not through yet.
    Pending,
    /// It is decided.
    Done {
        /// The face is that of the document.
        passed: bool,
        /// Who was asked.
        provider: &'static str,
        /// The supplier's number of the check.
        number: Option<String>,
        /// Nobody official was asked.
        simulated: bool,
    },
}

/// A small payment to a company's account, whose amount only the account's owner learns.
#[derive(Clone, PartialEq, Eq)]
pub struct TransferClaim {
    /// Our number of the payment, unique.
    pub order: String,
    /// Owner of the account.
    pub account_name: String,
    /// Number of the account.
    pub account_no: String,
    /// Bank, with its branch.
    pub bank_name: String,
    /// Amount in fen, 1 to 99.
    pub amount_fen: i64,
}

/// A payment that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferReceipt {
    /// The supplier's number of it.
    pub number: String,
    /// No money moved.
    pub simulated: bool,
    /// The amount, told only by a simulator, because nobody can look at an account.
    pub shown_fen: Option<i64>,
}

/// Somebody who knows official data of people.
pub trait PersonCheck: Send + Sync {
    /// Compares a person's data; `now_ms` is the time in milliseconds since 1970.
    fn check_person<'a>(&'a self, claim: &'a PersonClaim, now_ms: i64) -> Checking<'a>;
}

/// Somebody who knows official data of companies.
pub trait CompanyCheck: Send + Sync {
    /// Compares a company's data; `now_ms` is the time in milliseconds since 1970.
    fn check_company<'a>(&'a self, claim: &'a CompanyClaim, now_ms: i64) -> Checking<'a>;
}

/// Somebody who compares faces with those of documents. Pictures never pass through us.
pub trait FaceCheck: Send + Sync {
    /// Begins a check.
    fn start_face<'a>(&'a self, claim: &'a FaceClaim, now_ms: i64) -> Asking<'a, FaceStart>;

    /// Asks for its result.
    fn face_result<'a>(&'a self, ticket: &'a str, order: &'a str, now_ms: i64) -> Asking<'a, FaceResult>;
}

/// Somebody who pays small amounts to companies.
pub trait BankTransfer: Send + Sync {
    /// Pays.
    fn pay<'a>(&'a self, claim: &'a TransferClaim, now_ms: i64) -> Asking<'a, TransferReceipt>;
}

/// Who is asked what; absent = nobody can be asked.
#[derive(Clone, Default)]
pub struct IdentityServices {
    /// Name and number, with or without the mobile number.
    pub person: Option<Arc<dyn PersonCheck>>,
    /// The same with a bank card.
    pub bank_card: Option<Arc<dyn PersonCheck>>,
    /// Companies.
    pub company: Option<Arc<dyn CompanyCheck>>,
    /// Faces.
    pub face: Option<Arc<dyn FaceCheck>>,
    /// Confirmation by a third party.
    pub third_party: Option<Arc<dyn FaceCheck>>,
    /// Small payments.
    pub transfer: Option<Arc<dyn BankTransfer>>,
}

impl IdentityServices {
    /// Everything by the simulator.
    #[must_use]
    pub fn simulated() -> Self {
        Self {
            person: Some(Arc::new(IdentitySimulator)),
            bank_card: Some(Arc::new(IdentitySimulator)),
            company: Some(Arc::new(IdentitySimulator)),
            face: Some(Arc::new(IdentitySimulator)),
            third_party: Some(Arc::new(IdentitySimulator)),
            transfer: Some(Arc::new(IdentitySimulator)),
        }
    }
}
