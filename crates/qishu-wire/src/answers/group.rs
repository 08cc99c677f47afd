//! The group of companies, accounts, and ids of what a request started (2.3, 4.1, 4.15 of the organisation group).

use qishu_model::account::{Account, yuan};
use qishu_model::company::{Company, CompanyStatus};
use qishu_model::id::{CompanyId, CustomerId, InvitationId, SealReviewId};
use serde::Serialize;

use super::company::CompanyAnswer;

/// Result of `company/list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompanyListAnswer {
    /// The platform company.
    pub platform: CompanyAnswer,
    /// Those below it.
    pub sub_companies: Vec<SubCompanyAnswer>,
}

/// A subsidiary with its place in the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubCompanyAnswer {
    /// Id.
    pub id: CompanyId,
    /// Full legal name.
    pub name: String,
    /// Registration number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register_no: Option<String>,
    /// From the platform company down to this one.
    pub departments: Vec<DepartmentAnswer>,
}

/// One level of the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DepartmentAnswer {
    /// Name.
    pub name: String,
    /// From 1.
    pub level: u32,
}

impl CompanyListAnswer {
    /// The answer for a platform company and its subsidiaries.
    #[must_use]
    pub fn new(platform: &Company, subsidiaries: &[Company]) -> Self {
        let level = |name: &str, level| DepartmentAnswer {
            name: name.to_owned(),
            level,
        };
        let subsidiary = |company: &Company| SubCompanyAnswer {
            id: company.id,
            name: company.name.clone(),
            register_no: company.register_no.clone(),
            departments: vec![level(&platform.name, 1), level(&company.name, 2)],
        };
        Self {
            platform: CompanyAnswer::from(platform),
            sub_companies: subsidiaries.iter().map(subsidiary).collect(),
        }
    }
}

/// Result of `company/detail`. An unknown company comes back as it was asked for, without id (D-11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CompanyDetailAnswer {
    /// `UNREGISTERED` or `AUTH_SUCCESS`.
    pub status: &'static str,
    /// Id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<CompanyId>,
    /// Full legal name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Registration number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub register_no: Option<String>,
    /// Name of the legal representative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_person: Option<String>,
}

impl CompanyDetailAnswer {
    /// The answer for a company nobody knows, with what was asked.
    #[must_use]
    pub const fn unknown(name: Option<String>, register_no: Option<String>) -> Self {
        Self {
            status: CompanyStatus::Unregistered.name(),
            id: None,
            name,
            register_no,
            legal_person: None,
        }
    }
}

impl From<&Company> for CompanyDetailAnswer {
    fn from(company: &Company) -> Self {
        Self {
            status: company.status.name(),
            id: Some(company.id),
            name: Some(company.name.clone()),
            register_no: company.register_no.clone(),
            legal_person: company.legal_person.clone(),
        }
    }
}

/// Result of `company/fee/info` (D-19).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FeeAnswer {
    /// Id of the company.
    pub company_id: CompanyId,
    /// Its name.
    pub company_name: String,
    /// What is left, in yuan with two decimals; `0.00` when nothing is counted.
    pub balance: String,
    /// Nothing is counted.
    pub unlimited: bool,
    /// What the balance is for.
    pub items: Vec<FeeItemAnswer>,
}

/// Something that is paid for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeeItemAnswer {
    /// `CONTRACT`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Used and remaining together.
    pub total: u64,
    /// Used so far.
    pub used: u64,
    /// What the balance still pays for.
    pub remaining: u64,
}

impl FeeAnswer {
    /// The answer for a company and the account that pays for it, if there is one.
    #[must_use]
    pub fn new(company: &Company, account: Option<&Account>) -> Self {
        let item = |account: &Account| FeeItemAnswer {
            kind: "CONTRACT",
            name: "合同",
            total: account.sent + account.remaining(),
            used: account.sent,
            remaining: account.remaining(),
        };
        Self {
            company_id: company.id,
            company_name: company.name.clone(),
            balance: yuan(account.map_or(0, |account| account.balance_fen)),
            unlimited: account.is_none(),
            items: account.map(item).into_iter().collect(),
        }
    }
}

/// Result of `seal/createbyimage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplyIdAnswer {
    /// Id of the application, not of the seal.
    pub apply_id: SealReviewId,
}

/// Result of `subcompany/invite`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InviteIdAnswer {
    /// Id of the invitation.
    pub invite_id: InvitationId,
}

/// Result of `customer/add` (D-30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CustomerIdAnswer {
    /// Id of the customer.
    pub id: CustomerId,
}
