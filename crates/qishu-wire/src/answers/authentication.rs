//! Authentication of people and companies, authorisations (2.11, 2.15, chapters 8, 9 and 11 of the organisation group).

use qishu_model::id::{ApplicationId, AuthorisationId, CompanyId, PersonAuthId, PersonId};
use serde::Serialize;

use super::IdentityAnswer;

/// Result of `personalauth`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonAuthLinkAnswer {
    /// The link.
    pub auth_url: String,
    /// Id to ask for the result with.
    pub auth_id: PersonAuthId,
}

/// Result of `personalauth/result`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PersonAuthResultAnswer {
    /// The person is known for sure.
    pub real_name: bool,
    /// By which method; a face is `FACEID` here (D-28).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<&'static str>,
    /// Who it is; numbers masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<IdentityAnswer>,
}

/// Result of the four link endpoints of `companyauth`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompanyAuthLinkAnswer {
    /// The link.
    pub auth_url: String,
    /// Id to ask for the result with.
    pub request_id: String,
}

/// Result of `companyauth/result`. Applicant and contact are there unmasked whenever a record exists, because integrators
/// compare them with their own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompanyAuthResultAnswer {
    /// -1 no record, 1 not submitted, 2 passed, 3 failed, 4 in progress, 6 lapsed.
    pub status: i8,
    /// Name of the company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Registration number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register_no: Option<String>,
    /// Legal representative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_person: Option<String>,
    /// Applicant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applicant_name: Option<String>,
    /// The same under its older name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applicant: Option<String>,
    /// Contact of the applicant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applicant_phone: Option<String>,
    /// The details as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_info: Option<String>,
    /// 1 under review, 2 failed, 3 passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basic_status: Option<u8>,
    /// Why the basic data failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basic_reason: Option<String>,
    /// Why the letter failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oper_authorization_reason: Option<String>,
    /// Until when it is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_end_time: Option<String>,
}

/// Result of endpoints that answer a page: `pageUrl` alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PageAnswer {
    /// The link.
    pub page_url: String,
}

/// One row of `personalsign/query` (2.15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorisationAnswer {
    /// Record.
    pub id: AuthorisationId,
    /// Service provider: this platform.
    pub agent_id: &'static str,
    /// Application.
    pub token_id: ApplicationId,
    /// Its name.
    pub app_name: String,
    /// Company that may sign.
    pub company_id: CompanyId,
    /// Its name.
    pub company_name: String,
    /// Who allowed it.
    pub user_id: PersonId,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// How it was confirmed; absent while it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_method: Option<&'static str>,
    /// Where it stands, in lower case.
    pub auth_status: &'static str,
    /// Last moment.
    pub auth_deadline: String,
    /// When it was asked for.
    pub create_time: String,
    /// When something happened to it last.
    pub update_time: String,
    /// Where it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_url: Option<String>,
    /// Also for contracts in which the person is a party of their own.
    pub allow_personal_auto: bool,
    /// Records are never removed.
    pub delete: bool,
}
