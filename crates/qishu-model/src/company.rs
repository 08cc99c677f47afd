//! Companies, the people who work in them, and what a person is known by.

use serde::{Deserialize, Serialize};

use crate::contact::{ContactType, User, normalise};
use crate::id::{CompanyId, EmployeeId, PersonId};
use crate::time::Timestamp;

/// Whether a company passed authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CompanyStatus {
    /// Not authenticated.
    Unregistered,
    /// Authentication under way.
    Certifying,
    /// Authenticated.
    AuthSuccess,
}

impl CompanyStatus {
    /// Wire name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unregistered => "UNREGISTERED",
            Self::Certifying => "CERTIFYING",
            Self::AuthSuccess => "AUTH_SUCCESS",
        }
    }
}

/// A company: the platform company, or a subsidiary below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Id.
    pub id: CompanyId,
    /// Full legal name, unique.
    pub name: String,
    /// Unified social credit code or registration number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register_no: Option<String>,
    /// Name of the legal representative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_person: Option<String>,
    /// Authentication.
    pub status: CompanyStatus,
    /// The platform company this one is subordinate to; absent for the platform company itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<CompanyId>,
    /// Until when its authentication is good; absent when nobody authenticated it here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_end: Option<Timestamp>,
    /// When it became known.
    pub create_time: Timestamp,
}

impl Company {
    /// Whether it is authenticated now: its authentication may have lapsed.
    #[must_use]
    pub fn is_authenticated(&self, now: Timestamp) -> bool {
        self.status == CompanyStatus::AuthSuccess && self.auth_end.is_none_or(|end| now <= end)
    }

    /// Whether an application of `platform` may act for this company: its own company or a subordinate one.
    #[must_use]
    pub fn belongs_to(&self, platform: CompanyId) -> bool {
        self.id == platform || self.parent == Some(platform)
    }
}

/// A person known to the platform, with the contacts that lead to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Id.
    pub id: PersonId,
    /// Name; the real name once [`Person::verified`] is set.
    pub name: String,
    /// Mobile number, normalised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Mail address, normalised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Passed real-name authentication.
    pub verified: bool,
    /// When they became known.
    pub create_time: Timestamp,
}

/// A signing password as it is kept: never the password, only an Argon2id hash of it with the costs it was made with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignPassword {
    /// Random salt, hex.
    pub salt: String,
    /// Hash, hex.
    pub hash: String,
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// When it was set.
    pub set_time: Timestamp,
}

/// The hash must not reach a log.
impl std::fmt::Debug for SignPassword {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SignPassword(set {})", self.set_time.ms())
    }
}

/// What an employee may do beyond being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// The company's legal representative.
    LegalPerson,
    /// May use and administer every seal of the company.
    SealAdmin,
    /// May do everything in the company.
    SystemAdmin,
    /// May administer templates.
    TemplateAdmin,
}

impl Role {
    /// Code on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LegalPerson => "LEGAL_PERSON",
            Self::SealAdmin => "SEAL_ADMIN",
            Self::SystemAdmin => "SYSTEM_ADMIN",
            Self::TemplateAdmin => "TEMPLATE_ADMIN",
        }
    }
}

/// Standing of an employee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EmployeeStatus {
    /// Works in the company.
    Active,
    /// Has left.
    Dismissed,
    /// Added, but the person has never registered.
    Unregistered,
}

/// One person's employment in one company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employee {
    /// Id; usable as `contactType=EMPLOYEEID`.
    pub id: EmployeeId,
    /// Employer.
    pub company_id: CompanyId,
    /// Who it is.
    pub person_id: PersonId,
    /// Name as the company wrote it.
    pub name: String,
    /// Mobile number, normalised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Mail address, normalised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Employee number; usable as `contactType=NUMBER`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The integrator's own number of the person; usable as `contactType=BIZID`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biz_id: Option<String>,
    /// Standing.
    pub status: EmployeeStatus,
    /// Roles held.
    pub roles: Vec<Role>,
    /// When added.
    pub create_time: Timestamp,
}

impl Employee {
    /// Whether the employee holds `role`; the system administrator holds every administrative role.
    #[must_use]
    pub fn has_role(&self, role: Role) -> bool {
        let by_admin = role != Role::LegalPerson && self.roles.contains(&Role::SystemAdmin);
        by_admin || self.roles.contains(&role)
    }

    /// Whether `user` names this employee.
    #[must_use]
    pub fn is(&self, user: &User) -> bool {
        let wanted = user.normalised();
        let own = match user.contact_type {
            ContactType::BizId => self.biz_id.clone(),
            ContactType::Email => self
                .email
                .as_deref()
                .map(|mail| normalise(mail, ContactType::Email)),
            ContactType::EmployeeId => Some(self.id.to_string()),
            ContactType::Mobile => self
                .mobile
                .as_deref()
                .map(|mobile| normalise(mobile, ContactType::Mobile)),
            ContactType::Number => self.number.clone(),
        };
        own.is_some_and(|own| own == wanted)
    }

    /// The contact under which messages reach the employee: mobile first, then mail.
    #[must_use]
    pub fn reachable_user(&self) -> Option<User> {
        let (contact, contact_type) = match (&self.mobile, &self.email) {
            (Some(mobile), _) => (mobile.clone(), ContactType::Mobile),
            (None, Some(email)) => (email.clone(), ContactType::Email),
            (None, None) => return None,
        };
        Some(User {
            name: Some(self.name.clone()),
            contact,
            contact_type,
        })
    }
}
