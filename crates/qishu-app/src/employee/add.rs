//! 添加员工: `POST /v2/employee/create` (D-15).

use qishu_model::company::{Company, Employee, EmployeeStatus, Person, Role};
use qishu_model::contact::User;
use qishu_model::id::{EmployeeId, PersonId};
use qishu_store::ledger::{Actor, Entry};
use qishu_store::{Transaction, Versioned, employee, person};
use serde_json::json;

use super::read::{EmployeeView, view};
use super::{again_while_busy, claim_number, contacts, duplicate};
use crate::company::acting_company;
use crate::contract::check_contact;
use crate::{ApiCaller, App, AppError};

/// Somebody to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEmployee {
    /// Name and contact, a mobile number or mail address.
    pub user: User,
    /// Employee number.
    pub number: Option<String>,
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
}

/// Adds an employee. A new contact becomes known by it; a current employee is answered as they are, with the new number;
/// somebody who had left comes back, without the roles of before.
///
/// # Errors
/// `1005` for a contact that is none; `1703` when the person is known for sure under another name; `1707` number taken;
/// `1801`, `1802`.
pub async fn add_employee(
    app: &App,
    caller: &ApiCaller,
    new: &NewEmployee,
) -> Result<EmployeeView, AppError> {
    check_contact("user.contact", &new.user)?;
    again_while_busy!(app, add(app, caller, new));
    Err(AppError::Busy)
}

async fn add(app: &App, caller: &ApiCaller, new: &NewEmployee) -> Result<EmployeeView, AppError> {
    let mut transaction = app.store.begin("add_employee");
    let company = acting_company(&mut transaction, caller, new.tenant_name.as_deref()).await?;
    let wanted = Wanted {
        user: &new.user,
        number: new.number.as_deref(),
        roles: &[],
    };
    let employee = place(app, &mut transaction, &company, &wanted, caller.actor()).await?;
    let view = view(&mut transaction, caller.company.id, employee).await?;
    transaction.commit().await?;
    Ok(view)
}

/// What an employment is to be like.
pub(crate) struct Wanted<'a> {
    pub(crate) user: &'a User,
    pub(crate) number: Option<&'a str>,
    /// Roles given in addition to those held.
    pub(crate) roles: &'a [Role],
}

/// Puts somebody into a company, within the caller's transaction.
pub(crate) async fn place(
    app: &App,
    transaction: &mut Transaction,
    company: &Company,
    wanted: &Wanted<'_>,
    actor: Actor,
) -> Result<Employee, AppError> {
    let person = known_person(app, transaction, wanted.user).await?;
    if let Some(number) = wanted.number {
        claim_number(transaction, company, number, person.id).await?;
    }
    let employments = employee::list_of_person(transaction, person.id).await?;
    let here = employments
        .into_iter()
        .find(|employment| employment.value.company_id == company.id);
    let employee = match here {
        Some(stored) => {
            let changed = Versioned {
                version: stored.version,
                value: changed(stored.value.clone(), &person, wanted),
            };
            if changed.value == stored.value {
                return Ok(stored.value);
            }
            employee::update(transaction, &changed)
                .await
                .map_err(|error| duplicate(error, company, &changed.value))?;
            changed.value
        }
        None => {
            check_name(&person, wanted.user)?;
            let employee = employment(app, company, &person, wanted);
            employee::insert(transaction, &employee)
                .await
                .map_err(|error| duplicate(error, company, &employee))?;
            employee
        }
    };
    transaction.record(Entry {
        at: app.now(),
        tenant: Some(company.id),
        kind: "EMPLOYEE_ADD",
        subject: Some(employee.id.get()),
        actor,
        details: json!({ "roles": employee.roles }),
    });
    Ok(employee)
}

/// The person behind a contact, made known when they are new.
///
/// # Errors
/// [`AppError::Busy`] when somebody else made them known at the same time.
pub(crate) async fn known_person(
    app: &App,
    transaction: &mut Transaction,
    user: &User,
) -> Result<Person, AppError> {
    if let Some(known) = person::find_by_contact(transaction, user.contact_type, &user.contact).await? {
        return Ok(known.value);
    }
    let (mobile, email) = contacts(user);
    let person = Person {
        id: PersonId::new(app.next_id()),
        name: user.name.clone().unwrap_or_default(),
        mobile,
        email,
        verified: false,
        create_time: app.now(),
    };
    person::insert(transaction, &person)
        .await
        .map_err(|error| match error {
            qishu_store::StoreError::Duplicate { .. } => AppError::Busy,
            other => other.into(),
        })?;
    Ok(person)
}

/// A verified person under another name is most likely the wrong one, as for receivers (D-23 of the contract group).
fn check_name(person: &Person, user: &User) -> Result<(), AppError> {
    match &user.name {
        Some(name) if person.verified && *name != person.name => Err(AppError::NameMismatch {
            contact: user.masked(),
        }),
        _ => Ok(()),
    }
}

fn changed(mut employee: Employee, person: &Person, wanted: &Wanted<'_>) -> Employee {
    if employee.status != EmployeeStatus::Active {
        employee.status = EmployeeStatus::Active;
        employee.roles.clear();
        if let (false, Some(name)) = (person.verified, &wanted.user.name) {
            employee.name.clone_from(name);
        }
    }
    if let Some(number) = wanted.number {
        employee.number = Some(number.to_owned());
    }
    for role in wanted.roles {
        if !employee.roles.contains(role) {
            employee.roles.push(*role);
        }
    }
    employee
}

fn employment(app: &App, company: &Company, person: &Person, wanted: &Wanted<'_>) -> Employee {
    let (mobile, email) = contacts(wanted.user);
    Employee {
        id: EmployeeId::new(app.next_id()),
        company_id: company.id,
        person_id: person.id,
        name: wanted.user.name.clone().unwrap_or_else(|| person.name.clone()),
        mobile: mobile.or_else(|| person.mobile.clone()),
        email: email.or_else(|| person.email.clone()),
        number: wanted.number.map(str::to_owned),
        biz_id: None,
        status: EmployeeStatus::Active,
        roles: wanted.roles.to_vec(),
        create_time: app.now(),
    }
}
