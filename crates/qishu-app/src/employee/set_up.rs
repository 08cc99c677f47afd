//! First set-up without a console: employees with their roles, made by the operator.

use qishu_model::company::{Employee, Role};
use qishu_model::contact::User;

use super::add::{Wanted, place};
use super::again_while_busy;
use crate::company::{find_company, operator_actor};
use crate::contract::check_contact;
use crate::{App, AppError};

/// Somebody to be made an employee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Full name of the company.
    pub company: String,
    /// Name and contact, a mobile number or mail address.
    pub user: User,
    /// Employee number.
    pub number: Option<String>,
    /// Roles; those held already stay.
    pub roles: Vec<Role>,
}

/// Puts somebody into a company with roles. The same person again gets the roles in addition.
///
/// # Errors
/// `1005` for a contact that is none; `1703`, `1707`; `1801` for an unknown company.
pub async fn create_user(app: &App, new: &NewUser) -> Result<Employee, AppError> {
    check_contact("contact", &new.user)?;
    again_while_busy!(app, create(app, new));
    Err(AppError::Busy)
}

async fn create(app: &App, new: &NewUser) -> Result<Employee, AppError> {
    let mut transaction = app.store.begin("create_user");
    let company = find_company(&mut transaction, &new.company).await?;
    let wanted = Wanted {
        user: &new.user,
        number: new.number.as_deref(),
        roles: &new.roles,
    };
    let employee = place(app, &mut transaction, &company, &wanted, operator_actor()).await?;
    transaction.commit().await?;
    Ok(employee)
}
