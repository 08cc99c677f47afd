//! Employees: listing, adding, changing, giving and taking roles, removing.

mod add;
mod read;
mod remove;
mod roles;
mod set_up;
mod update;

pub use add::{NewEmployee, add_employee};
pub(crate) use add::{Wanted, known_person, place};
pub use read::{EmployeeQuery, EmployeeView, employee_detail, list_employees};
pub use remove::{Removal, remove_employee};
pub use roles::{RoleChange, manage_role};
pub use set_up::{NewUser, create_user};
pub use update::{EmployeeUpdate, update_employee};

use qishu_model::company::{Company, Employee, EmployeeStatus};
use qishu_model::contact::{ContactType, User};
use qishu_model::id::PersonId;
use qishu_store::{Scope, StoreError, Transaction, employee};

use crate::AppError;

/// Attempts of an operation that others may be faster with.
const ATTEMPTS: u32 = 5;

/// Does something again while somebody else was faster at the same row, and returns what comes of it. A macro, because
/// closures that borrow across an await are not `Send` for every lifetime.
macro_rules! again_while_busy {
    ($app:expr, $work:expr) => {
        for attempt in 0..$crate::employee::ATTEMPTS {
            match $work.await {
                Err($crate::AppError::Busy) => $app.pause(attempt).await,
                answer => return answer,
            }
        }
    };
}
use again_while_busy;

/// Sees to it that `number` is free for `owner` in the company: somebody who has left gives it up, somebody who works there
/// keeps it.
///
/// # Errors
/// `1707` when a current employee has it.
async fn claim_number(
    transaction: &mut Transaction,
    company: &Company,
    number: &str,
    owner: PersonId,
) -> Result<(), AppError> {
    let scope = Scope::Company(company.id);
    for mut holder in employee::find_by_contact(transaction, scope, ContactType::Number, number).await? {
        if holder.value.person_id == owner {
            continue;
        }
        if holder.value.status != EmployeeStatus::Dismissed {
            return Err(taken(company, number));
        }
        holder.value.number = None;
        employee::update(transaction, &holder).await?;
    }
    Ok(())
}

fn taken(company: &Company, number: &str) -> AppError {
    AppError::DuplicateEmployeeNumber {
        number: number.to_owned(),
        company: company.name.clone(),
    }
}

/// A row that somebody else stored first: the number is taken, anything else is worth another look.
fn duplicate(error: StoreError, company: &Company, employee: &Employee) -> AppError {
    match error {
        StoreError::Duplicate { what } if what == "employee.number_digest" => {
            taken(company, employee.number.as_deref().unwrap_or_default())
        }
        StoreError::Duplicate { .. } => AppError::Busy,
        other => other.into(),
    }
}

/// Mobile number and mail address that a contact gives.
fn contacts(user: &User) -> (Option<String>, Option<String>) {
    let contact = user.normalised();
    match user.contact_type {
        ContactType::Mobile => (Some(contact), None),
        ContactType::Email => (None, Some(contact)),
        ContactType::BizId | ContactType::EmployeeId | ContactType::Number => (None, None),
    }
}
