//! Finding the employee a request names.

use qishu_model::company::{Company, Employee, EmployeeStatus};
use qishu_model::contact::User;
use qishu_model::id::CompanyId;
use qishu_model::rights::{About, Operation, permits};
use qishu_store::{Reader, Scope, Versioned, employee};

use crate::AppError;

/// The current, registered employee of `company` that `user` names.
///
/// # Errors
/// `1701` not an employee, `1702` has left, `1705` has not registered.
pub(crate) async fn require_employee(
    reader: &mut Reader,
    company: &Company,
    user: &User,
) -> Result<Employee, AppError> {
    Ok(current_employee(reader, company, user).await?.value)
}

/// Like [`require_employee`], with the version that was read.
///
/// # Errors
/// `1701` not an employee, `1702` has left, `1705` has not registered.
pub(crate) async fn current_employee(
    reader: &mut Reader,
    company: &Company,
    user: &User,
) -> Result<Versioned<Employee>, AppError> {
    let contact = user.masked();
    let name = company.name.clone();
    let scope = Scope::Company(company.id);
    let found = employee::find_by_contact(reader, scope, user.contact_type, &user.contact).await?;
    // Somebody who came back after leaving has two rows; the current one counts.
    let gone = |employee: &Versioned<Employee>| employee.value.status != EmployeeStatus::Active;
    let Some(employee) = found.into_iter().min_by_key(gone) else {
        return Err(AppError::EmployeeNotFound {
            contact,
            company: name,
        });
    };
    match employee.value.status {
        EmployeeStatus::Active => Ok(employee),
        EmployeeStatus::Dismissed => Err(AppError::EmployeeDismissed {
            contact,
            company: name,
        }),
        EmployeeStatus::Unregistered => Err(AppError::EmployeeUnregistered { contact }),
    }
}

/// The current employee that `user` names, if their roles allow `operation` on `about` in the company.
///
/// # Errors
/// As [`require_employee`]; `1002` when it takes another role.
pub(crate) async fn require_operator(
    reader: &mut Reader,
    company: &Company,
    user: &User,
    operation: Operation,
    about: About<'_>,
) -> Result<Employee, AppError> {
    let employee = require_employee(reader, company, user).await?;
    if permits(&employee, operation, about, company.id) {
        Ok(employee)
    } else {
        Err(AppError::PermissionDenied {
            reason: "the roles of this person in the company do not allow it",
        })
    }
}

/// Whether somebody works in the company now.
pub(crate) fn is_current(employee: &Employee) -> bool {
    employee.status == EmployeeStatus::Active
}

/// The current employee of a company that `user` names, if there is one.
pub(crate) async fn find_employee(
    reader: &mut Reader,
    company: CompanyId,
    user: &User,
) -> Result<Option<Employee>, AppError> {
    let scope = Scope::Company(company);
    let found = employee::find_by_contact(reader, scope, user.contact_type, &user.contact).await?;
    Ok(found.into_iter().map(|found| found.value).find(is_current))
}
