//! The people who may use a seal.

use qishu_model::company::{Company, Employee, Role};
use qishu_model::contact::{ContactType, User};
use qishu_model::id::CompanyId;
use qishu_model::seal::{Seal, SealOwner};
use qishu_model::time::Timestamp;
use qishu_store::seal::{self, SealFilter};
use qishu_store::{Page, Reader, Transaction, Versioned, employee};

use crate::AppError;
use crate::company::{is_current, require_employee};

/// Seals read at a time.
const PAGE: u32 = 1000;

/// Current employees of the owner, as seals name them: each once, by the contact under which they are reached.
///
/// # Errors
/// `1701`, `1702`, `1705`.
pub(super) async fn seal_users(
    reader: &mut Reader,
    company: &Company,
    users: &[User],
) -> Result<Vec<User>, AppError> {
    let mut named: Vec<User> = Vec::with_capacity(users.len());
    for user in users {
        let found = as_user(&require_employee(reader, company, user).await?);
        if !named.iter().any(|known| known.same_contact(&found)) {
            named.push(found);
        }
    }
    Ok(named)
}

/// An employee as lists of people name them.
pub(crate) fn as_user(employee: &Employee) -> User {
    employee.reachable_user().unwrap_or_else(|| User {
        name: Some(employee.name.clone()),
        contact: employee.id.to_string(),
        contact_type: ContactType::EmployeeId,
    })
}

/// The seal as it is shown: one for which nobody is named belongs to the company's seal administrators
/// (`organisation` 5.4).
///
/// # Errors
/// Internal when the store fails.
pub(super) async fn with_users(reader: &mut Reader, mut seal: Seal) -> Result<Seal, AppError> {
    let SealOwner::Company(company) = seal.owner else {
        return Ok(seal);
    };
    if seal.users.is_empty() {
        let all = employee::list(reader, company).await?;
        let administrators = all
            .iter()
            .map(|employee| &employee.value)
            .filter(|employee| is_current(employee) && employee.has_role(Role::SealAdmin));
        seal.users = administrators.map(as_user).collect();
    }
    Ok(seal)
}

/// Puts `heir`, if there is one, in the place of somebody who leaves, on every seal of the company.
///
/// # Errors
/// `Busy` when a seal is changed at the same time.
pub(crate) async fn hand_over_seals(
    transaction: &mut Transaction,
    company: CompanyId,
    leaving: &Employee,
    heir: Option<&User>,
    now: Timestamp,
) -> Result<(), AppError> {
    let filter = SealFilter {
        company,
        status: None,
        modified_from: None,
        modified_to: None,
    };
    let mut offset = 0;
    loop {
        let page = Page { offset, limit: PAGE };
        // By time of creation, so that changing a seal moves nothing from one page to another.
        let listed = seal::list(transaction, &filter, page).await?;
        let count = listed.rows.len();
        for stored in listed.rows {
            let Some(users) = without(&stored.value.users, leaving, heir) else {
                continue;
            };
            let changed = Versioned {
                version: stored.version,
                value: Seal {
                    users,
                    modify_time: now,
                    ..stored.value
                },
            };
            seal::update(transaction, &changed).await?;
        }
        if count < PAGE as usize {
            return Ok(());
        }
        offset += PAGE;
    }
}

/// The users with `heir` in the place of somebody; nothing when that person is not among them.
fn without(users: &[User], leaving: &Employee, heir: Option<&User>) -> Option<Vec<User>> {
    let mut rest: Vec<User> = users.iter().filter(|user| !leaving.is(user)).cloned().collect();
    if rest.len() == users.len() {
        return None;
    }
    let heir = heir.filter(|heir| !rest.iter().any(|user| user.same_contact(heir)));
    rest.extend(heir.cloned());
    Some(rest)
}
