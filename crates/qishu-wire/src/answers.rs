//! The shapes of results, with the exact field names clients read.
//!
//! Ids are strings, times China time, absent values left out altogether: an empty text where a client expects an id,
//! number or date makes typed clients fail (1.3). Lists that clients index without looking are there even when empty.
//! Finish times carry both spellings, `complateTime` and `completeTime` (D-13).
//!
//! Left out on purpose although the request has them: `callbackUrl` of a contract, which one client library reads into a
//! boolean and fails, and `userAuthInfo` of a party, which is identity data (D-08 of the organisation group).

mod application;
mod authentication;
mod category;
mod chain;
mod company;
mod contract;
mod document;
mod employee;
mod group;
mod identity;
mod links;
mod ocr;
mod party;
mod seal;
mod stamper;
mod stream;
mod template;
#[cfg(test)]
mod tests;
mod user;
mod verification;

use qishu_model::time::Timestamp;
use serde::Serialize;

pub use application::ApplicationAnswer;
pub use authentication::{
    AuthorisationAnswer, CompanyAuthLinkAnswer, CompanyAuthResultAnswer, PageAnswer, PersonAuthLinkAnswer,
    PersonAuthResultAnswer,
};
pub use category::{
    CategoryAnswer, CategoryRow, CategoryTemplateAnswer, PresetActionAnswer, PresetSignatoryAnswer,
};
pub use chain::{NotaryAnswer, ProofAnswer, ProveIdAnswer, ProveStatusAnswer};
pub use company::CompanyAnswer;
pub use contract::{
    CategoryRefAnswer, ContractAnswer, ContractRow, CopySendReceiverAnswer, CustomFieldAnswer, DetailView,
    Owner, RelatedContractAnswer,
};
pub use document::{DocumentAnswer, DocumentParamAnswer, TemplateParamAnswer};
pub use employee::{EmployeeAnswer, RemovedEmployeeAnswer};
pub use group::{
    ApplyIdAnswer, CompanyDetailAnswer, CompanyListAnswer, CustomerIdAnswer, DepartmentAnswer, FeeAnswer,
    FeeItemAnswer, InviteIdAnswer, SubCompanyAnswer,
};
pub use identity::IdentityAnswer;
pub use links::{
    AttachmentIdAnswer, DocumentIdAnswer, DocumentUrlAnswer, DownloadUrlsAnswer, JoinUrlAnswer,
    JoinUrlsAnswer, PageLinkAnswer, PageUrlAnswer, ShortUrlAnswer, TemplatePageAnswer, TicketAnswer,
    ViewUrlAnswer,
};
pub use ocr::{BankCardAnswer, IdentityCardAnswer};
pub use party::{ActionAnswer, AddedSignatoryAnswer, AttachmentAnswer, SealStatAnswer, SignatoryAnswer};
pub use seal::SealAnswer;
pub use stamper::{Place, StamperAnswer};
pub use stream::StreamEntry;
pub use template::{
    CreatedTemplateAnswer, ParameterAnswer, RequiredDetailAnswer, RequiredDocumentAnswer,
    RequiredParamAnswer, TemplateAnswer,
};
pub use user::UserAnswer;
pub use verification::{IdentityCheckAnswer, SignatureAnswer, SignatureItem, VerificationAnswer};

/// A page of rows; `totalCount` counts all matches and is a number (D-58).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListAnswer<T> {
    /// All matching rows.
    pub total_count: u64,
    /// The rows of this page.
    pub list: Vec<T>,
}

fn time_text(time: Option<Timestamp>) -> Option<String> {
    time.map(Timestamp::date_time_text)
}
