//! Who may do what: one function that API, pages and jobs ask. What it does not allow is refused.
//!
//! An application acts for its platform company and the subsidiaries below it, within the areas that the operator left
//! it. A person acts as the employee of one company, by roles (`organisation` 2.5) and by being named as the user of
//! a seal (`organisation` chapter 5). What people do in the name of a company, on a page or named by a call, is an
//! [`Operation`]; [`Operation::right`] is the table of what each needs.

use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::company::{Employee, EmployeeStatus, Role};
use crate::contact::User;
use crate::contract::Contract;
use crate::id::CompanyId;
use crate::seal::{Seal, SealOwner, SealStatus, SealType};

/// Part of the Open API that an application can be confined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Area {
    /// Contracts, documents, signing.
    Contracts,
    /// Authentication of people and companies, verification, evidence.
    Identity,
    /// Companies, employees, roles, customers.
    Organisation,
    /// Seals.
    Seals,
    /// Templates and categories.
    Templates,
}

impl Area {
    /// Every area.
    pub const ALL: [Self; 5] = [
        Self::Contracts,
        Self::Identity,
        Self::Organisation,
        Self::Seals,
        Self::Templates,
    ];

    /// Name in commands and in stored rules.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contracts => "CONTRACTS",
            Self::Identity => "IDENTITY",
            Self::Organisation => "ORGANISATION",
            Self::Seals => "SEALS",
            Self::Templates => "TEMPLATES",
        }
    }
}

/// Something that needs a right.
#[derive(Debug, Clone, Copy)]
pub enum Right<'a> {
    /// Change the company: subsidiaries, customers, its own data.
    AdministerCompany,
    /// Add, change and remove employees, give and take roles.
    AdministerEmployees,
    /// Make, change, enable, disable and remove seals.
    AdministerSeals,
    /// Make and change templates and categories.
    AdministerTemplates,
    /// Decide on this contract for its initiator: take it back, end it, start it anew, prove it.
    GovernContract(&'a Contract),
    /// Start contracts, and whatever else every employee does for the company.
    StartContracts,
    /// Put this seal on a contract.
    UseSeal(&'a Seal),
    /// Ask who people and companies are.
    VerifyIdentity,
}

impl Right<'_> {
    /// The area it belongs to.
    #[must_use]
    pub const fn area(&self) -> Area {
        match self {
            Self::AdministerCompany | Self::AdministerEmployees => Area::Organisation,
            Self::AdministerSeals => Area::Seals,
            Self::AdministerTemplates => Area::Templates,
            Self::GovernContract(_) | Self::StartContracts | Self::UseSeal(_) => Area::Contracts,
            Self::VerifyIdentity => Area::Identity,
        }
    }
}

/// What people do in the name of a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Change the authenticated data of the company: the applicant of `company/changeinfo`.
    ChangeCompanyData,
    /// Draft, or start anew by call: the `creator`.
    CreateContract,
    /// Exchange parties and people of steps: the `operator` of `/v3/signatory/edit` and `signatory/operators/edit`.
    EditParties,
    /// End a contract on the page.
    EndContract,
    /// Notarise data, or have them proved: `operatorInfo`.
    NotariseData,
    /// Have a contract proved: `operatorInfo`.
    ProveContract,
    /// Take a contract back on the page.
    RecallContract,
    /// Start a contract anew on the page.
    ResendContract,
    /// Put a seal on a contract on the page.
    SealContract,
}

/// What an operation is about.
#[derive(Debug, Clone, Copy)]
pub enum About<'a> {
    /// The company as such.
    Company,
    /// One of its contracts.
    Contract(&'a Contract),
    /// One of its seals.
    Seal(&'a Seal),
}

impl Operation {
    /// Every operation.
    pub const ALL: [Self; 9] = [
        Self::ChangeCompanyData,
        Self::CreateContract,
        Self::EditParties,
        Self::EndContract,
        Self::NotariseData,
        Self::ProveContract,
        Self::RecallContract,
        Self::ResendContract,
        Self::SealContract,
    ];

    /// The right an operation needs; none for what it cannot be about, which nobody may.
    #[must_use]
    pub const fn right(self, about: About<'_>) -> Option<Right<'_>> {
        match (self, about) {
            (Self::ChangeCompanyData, About::Company) => Some(Right::AdministerCompany),
            (Self::CreateContract | Self::EditParties | Self::NotariseData, About::Company) => {
                Some(Right::StartContracts)
            }
            (
                Self::EndContract | Self::ProveContract | Self::RecallContract | Self::ResendContract,
                About::Contract(contract),
            ) => Some(Right::GovernContract(contract)),
            (Self::SealContract, About::Seal(seal)) => Some(Right::UseSeal(seal)),
            _ => None,
        }
    }
}

/// Whether an employee may do this in the company `within`.
#[must_use]
pub fn permits(employee: &Employee, operation: Operation, about: About<'_>, within: CompanyId) -> bool {
    operation
        .right(about)
        .is_some_and(|right| may(Who::Employee(employee), right, within))
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// An application whose signature was verified.
    Application(&'a Application),
    /// An employee whose log-in was verified.
    Employee(&'a Employee),
}

/// Whether `who` may do `what` in the company `within`. That an application's companies are its platform company and those
/// below it is for the caller to establish first: here only what it may do there is decided.
#[must_use]
pub fn may(who: Who<'_>, what: Right<'_>, within: CompanyId) -> bool {
    match who {
        Who::Application(application) => {
            application.enabled && allows(application, what.area()) && fits(what, within)
        }
        Who::Employee(employee) => {
            let works_here = employee.status == EmployeeStatus::Active && employee.company_id == within;
            works_here && employee_may(employee, what) && fits(what, within)
        }
    }
}

/// Whether an application may call an area of the Open API.
#[must_use]
pub fn allows(application: &Application, area: Area) -> bool {
    application.rules.areas.is_empty() || application.rules.areas.contains(&area)
}

/// A seal is used for its owner only, and only while it is enabled; a contract is governed by its initiator.
fn fits(what: Right<'_>, within: CompanyId) -> bool {
    match what {
        Right::GovernContract(contract) => contract.company_id == within,
        Right::UseSeal(seal) => seal.owner == SealOwner::Company(within) && seal.status == SealStatus::Normal,
        _ => true,
    }
}

fn employee_may(employee: &Employee, what: Right<'_>) -> bool {
    match what {
        Right::AdministerCompany | Right::AdministerEmployees | Right::VerifyIdentity => {
            employee.has_role(Role::SystemAdmin)
        }
        Right::AdministerSeals => employee.has_role(Role::SealAdmin),
        Right::AdministerTemplates => employee.has_role(Role::TemplateAdmin),
        Right::GovernContract(contract) => {
            let handler = contract.sponsor().and_then(|party| party.receiver.as_ref());
            let is_theirs = |user: &User| employee.is(user);
            employee.has_role(Role::SystemAdmin) || contract.creator.iter().chain(handler).any(is_theirs)
        }
        Right::StartContracts => true,
        Right::UseSeal(seal) => {
            let own = seal.seal_type == SealType::Lp && employee.has_role(Role::LegalPerson);
            own || employee.has_role(Role::SealAdmin) || seal.users.iter().any(|user| employee.is(user))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::{CallbackSettings, EncryptType, RequestRules, SecretText};
    use crate::contact::{ContactType, User};
    use crate::id::{ApplicationId, EmployeeId, PersonId, SealId};
    use crate::time::Timestamp;

    const HERE: CompanyId = CompanyId::new(1);
    const ELSEWHERE: CompanyId = CompanyId::new(2);
    const NOW: Timestamp = Timestamp::from_ms(1_795_140_000_000);

    fn employee(roles: &[Role]) -> Employee {
        Employee {
            id: EmployeeId::new(3),
            company_id: HERE,
            person_id: PersonId::new(4),
            name: "王晓".to_owned(),
            mobile: Some("13800000001".to_owned()),
            email: None,
            number: None,
            biz_id: None,
            status: EmployeeStatus::Active,
            roles: roles.to_vec(),
            create_time: NOW,
        }
    }

    fn seal(seal_type: SealType, users: &[&str]) -> Seal {
        let user = |contact: &&str| User {
            name: None,
            contact: (*contact).to_owned(),
            contact_type: ContactType::Mobile,
        };
        Seal {
            id: SealId::new(5),
            owner: SealOwner::Company(HERE),
            name: "公章".to_owned(),
            seal_type,
            spec: "CIRCULAR_42".to_owned(),
            status: SealStatus::Normal,
            width_um: 42_000,
            height_um: 42_000,
            image: String::new(),
            picture: String::new(),
            users: users.iter().map(user).collect(),
            create_time: NOW,
            modify_time: NOW,
        }
    }

    fn application(areas: &[Area]) -> Application {
        Application {
            id: ApplicationId::new(6),
            company_id: HERE,
            name: "人事系统".to_owned(),
            token: "token".to_owned(),
            secrets: Vec::new(),
            enabled: true,
            callback: CallbackSettings {
                url: None,
                encrypt: false,
                encrypt_type: EncryptType::AesEcb,
                secret_key: SecretText::new("0123456789abcdef".to_owned()),
                signature_in_form: false,
                webhook_secrets: Vec::new(),
            },
            rules: RequestRules {
                areas: areas.to_vec(),
                ..RequestRules::default()
            },
            return_origins: Vec::new(),
            theme_color: None,
            sso: None,
            create_time: NOW,
        }
    }

    /// A line per role, a column per right: company, employees, seals, templates, start, seal of others, identity.
    #[test]
    fn roles_give_exactly_these_rights() {
        let foreign = seal(SealType::Enterprise, &["13800000009"]);
        let rights = [
            Right::AdministerCompany,
            Right::AdministerEmployees,
            Right::AdministerSeals,
            Right::AdministerTemplates,
            Right::StartContracts,
            Right::UseSeal(&foreign),
            Right::VerifyIdentity,
        ];
        for (roles, expected) in [
            (vec![], "....x.."),
            (vec![Role::LegalPerson], "....x.."),
            (vec![Role::TemplateAdmin], "...xx.."),
            (vec![Role::SealAdmin], "..x.xx."),
            (vec![Role::SystemAdmin], "xxxxxxx"),
        ] {
            let employee = employee(&roles);
            let line: String = rights
                .iter()
                .map(|right| {
                    if may(Who::Employee(&employee), *right, HERE) {
                        'x'
                    } else {
                        '.'
                    }
                })
                .collect();
            assert_eq!(line, expected, "{roles:?}");
            assert!(
                rights
                    .iter()
                    .all(|right| !may(Who::Employee(&employee), *right, ELSEWHERE)),
                "{roles:?} elsewhere"
            );
        }
    }

    #[test]
    fn seals_are_used_by_those_named_and_only_while_enabled() {
        let named = seal(SealType::Enterprise, &["+86 138 0000 0001"]);
        let plain = employee(&[]);
        assert!(may(Who::Employee(&plain), Right::UseSeal(&named), HERE));
        let mut disabled = named.clone();
        disabled.status = SealStatus::Freeze;
        assert!(!may(Who::Employee(&plain), Right::UseSeal(&disabled), HERE));
        assert!(!may(
            Who::Application(&application(&[])),
            Right::UseSeal(&disabled),
            HERE
        ));
        let legal = employee(&[Role::LegalPerson]);
        assert!(may(
            Who::Employee(&legal),
            Right::UseSeal(&seal(SealType::Lp, &[])),
            HERE
        ));
        let mut gone = employee(&[Role::SystemAdmin]);
        gone.status = EmployeeStatus::Dismissed;
        assert!(!may(Who::Employee(&gone), Right::UseSeal(&named), HERE));
    }

    #[test]
    fn applications_may_what_their_areas_say() {
        let everything = application(&[]);
        let confined = application(&[Area::Organisation]);
        assert!(Area::ALL.iter().all(|area| allows(&everything, *area)));
        assert!(may(Who::Application(&confined), Right::AdministerEmployees, HERE));
        assert!(!may(Who::Application(&confined), Right::AdministerSeals, HERE));
        let mut disabled = everything;
        disabled.enabled = false;
        assert!(!may(Who::Application(&disabled), Right::StartContracts, HERE));
    }

    /// A line per role, a column per operation in their order; the contract and the seal are nobody's in particular.
    #[test]
    fn roles_may_exactly_these_operations() {
        let contract = a_contract(HERE, None);
        let stranger = seal(SealType::Enterprise, &["13800000009"]);
        for (roles, expected) in [
            (vec![], ".xx.x...."),
            (vec![Role::LegalPerson], ".xx.x...."),
            (vec![Role::TemplateAdmin], ".xx.x...."),
            (vec![Role::SealAdmin], ".xx.x...x"),
            (vec![Role::SystemAdmin], "xxxxxxxxx"),
        ] {
            let employee = employee(&roles);
            let abouts = [About::Company, About::Contract(&contract), About::Seal(&stranger)];
            let line: String = Operation::ALL
                .into_iter()
                .map(|operation| {
                    let allowed = abouts
                        .iter()
                        .filter(|about| permits(&employee, operation, **about, HERE))
                        .count();
                    assert!(allowed <= 1, "{operation:?} is about one thing");
                    if allowed == 1 { 'x' } else { '.' }
                })
                .collect();
            assert_eq!(line, expected, "{roles:?}");
            let elsewhere = |operation: Operation| {
                abouts
                    .iter()
                    .any(|about| permits(&employee, operation, *about, ELSEWHERE))
            };
            assert!(!Operation::ALL.into_iter().any(elsewhere), "{roles:?} elsewhere");
        }
    }

    #[test]
    fn a_contract_is_governed_by_those_who_made_it_and_never_by_other_companies() {
        let user = |contact: &str| User {
            name: None,
            contact: contact.to_owned(),
            contact_type: ContactType::Mobile,
        };
        let (made, others) = (
            a_contract(HERE, Some(user("13800000001"))),
            a_contract(HERE, Some(user("13800000002"))),
        );
        let plain = employee(&[]);
        let may_end = |employee: &Employee, contract: &Contract| {
            permits(
                employee,
                Operation::EndContract,
                About::Contract(contract),
                employee.company_id,
            )
        };
        assert!(may_end(&plain, &made) && !may_end(&plain, &others));
        let administrator = employee(&[Role::SystemAdmin]);
        assert!(may_end(&administrator, &others));
        assert!(!may_end(&administrator, &a_contract(ELSEWHERE, None)));
    }

    fn a_contract(company: CompanyId, creator: Option<User>) -> Contract {
        Contract {
            company_id: company,
            creator,
            ..crate::contract::example()
        }
    }
}
