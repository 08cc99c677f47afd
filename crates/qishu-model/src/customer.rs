//! External customers in a platform company's address book (`organisation` 10.1).

use serde::{Deserialize, Serialize};

use crate::contact::User;
use crate::contract::TenantType;
use crate::id::{CompanyId, CustomerId};
use crate::time::Timestamp;

/// A company or person that contracts are made with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// Id.
    pub id: CustomerId,
    /// Platform company whose address book it is in.
    pub company_id: CompanyId,
    /// `COMPANY` or `PERSONAL`.
    pub tenant_type: TenantType,
    /// Name of the company; only for companies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// The person, or the company's contact person.
    pub user: User,
    /// Second contact value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_contact: Option<String>,
    /// When added.
    pub create_time: Timestamp,
    /// When last added again.
    pub modify_time: Timestamp,
}

impl Customer {
    /// What makes two customers of one address book the same: kind, company and contact (D-30).
    #[must_use]
    pub fn key(&self) -> String {
        format!(
            "{}|{}|{}|{}",
            self.tenant_type.name(),
            self.company_name.as_deref().unwrap_or_default(),
            self.user.contact_type.name(),
            self.user.normalised()
        )
    }
}
