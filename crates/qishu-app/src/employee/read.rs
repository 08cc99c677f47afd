//! 员工列表: `GET /v2/employee/list`; 员工详情: `POST /v2/employee/detail`.

use std::collections::HashMap;

use qishu_model::company::{Company, Employee, Role};
use qishu_model::contact::User;
use qishu_model::id::{CompanyId, PersonId};
use qishu_store::{Listed, Page, Reader, Scope, company, employee, person};

use crate::company::{acting_company, is_current, require_employee};
use crate::{ApiCaller, App, AppError};

/// Which employees to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeeQuery {
    /// Company; absent = platform company.
    pub tenant_name: Option<String>,
    /// Only holders of this role.
    pub role: Option<Role>,
    /// Rows to skip.
    pub offset: u32,
    /// Rows at most.
    pub limit: u32,
}

/// An employee with what is known about the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployeeView {
    /// The employment.
    pub employee: Employee,
    /// The person passed real-name authentication.
    pub real_name: bool,
    /// Companies of the caller's group the person works in.
    pub companies: Vec<Company>,
}

/// Current employees of a company, newest first.
///
/// # Errors
/// `1801`, `1802`.
pub async fn list_employees(
    app: &App,
    caller: &ApiCaller,
    query: EmployeeQuery,
) -> Result<Listed<EmployeeView>, AppError> {
    let mut reader = app.store.read("list_employees");
    let company = acting_company(&mut reader, caller, query.tenant_name.as_deref()).await?;
    let page = Page {
        offset: query.offset,
        limit: query.limit,
    };
    let (total, rows) = match query.role {
        None => {
            let listed = employee::list_current(&mut reader, company.id, page).await?;
            let rows = listed.rows.into_iter().map(|row| row.value).collect();
            (listed.total, rows)
        }
        Some(role) => with_role(&mut reader, company.id, role, page).await?,
    };
    let rows = views(&mut reader, caller.company.id, rows).await?;
    Ok(Listed { total, rows })
}

/// Roles lie in the sealed body, so all employees are opened; there are few holders.
async fn with_role(
    reader: &mut Reader,
    company: CompanyId,
    role: Role,
    page: Page,
) -> Result<(u64, Vec<Employee>), AppError> {
    let all = employee::list(reader, company).await?;
    let holders = all
        .into_iter()
        .rev()
        .map(|row| row.value)
        .filter(|employee| is_current(employee) && employee.roles.contains(&role));
    let holders: Vec<Employee> = holders.collect();
    let total = holders.len() as u64;
    let skipped = holders.into_iter().skip(page.offset as usize);
    Ok((total, skipped.take(page.limit as usize).collect()))
}

/// One current employee.
///
/// # Errors
/// `1701`, `1702`, `1705`, `1801`, `1802`.
pub async fn employee_detail(
    app: &App,
    caller: &ApiCaller,
    user: &User,
    tenant_name: Option<&str>,
) -> Result<EmployeeView, AppError> {
    let mut reader = app.store.read("employee_detail");
    let company = acting_company(&mut reader, caller, tenant_name).await?;
    let employee = require_employee(&mut reader, &company, user).await?;
    view(&mut reader, caller.company.id, employee).await
}

pub(super) async fn view(
    reader: &mut Reader,
    platform: CompanyId,
    employee: Employee,
) -> Result<EmployeeView, AppError> {
    let id = employee.id;
    let mut all = views(reader, platform, vec![employee]).await?;
    all.pop()
        .ok_or_else(|| AppError::Internal(format!("employee {id} has no view")))
}

/// Adds what is known about the persons: a few look-ups for the whole page.
async fn views(
    reader: &mut Reader,
    platform: CompanyId,
    employees: Vec<Employee>,
) -> Result<Vec<EmployeeView>, AppError> {
    let ids: Vec<PersonId> = employees.iter().map(|employee| employee.person_id).collect();
    let persons = person::list(reader, &ids).await?;
    let real: HashMap<PersonId, bool> = persons
        .into_iter()
        .map(|person| (person.value.id, person.value.verified))
        .collect();
    let group = company::list(reader, Scope::Platform(platform)).await?;
    let employments = employee::list_of_persons(reader, &ids).await?;
    let mut places: HashMap<PersonId, Vec<Company>> = HashMap::new();
    for employment in employments.into_iter().map(|row| row.value).filter(is_current) {
        let company = group
            .iter()
            .find(|company| company.value.id == employment.company_id);
        if let Some(company) = company {
            places
                .entry(employment.person_id)
                .or_default()
                .push(company.value.clone());
        }
    }
    let views = employees.into_iter().map(|employee| EmployeeView {
        real_name: real.get(&employee.person_id).copied().unwrap_or_default(),
        companies: places.get(&employee.person_id).cloned().unwrap_or_default(),
        employee,
    });
    Ok(views.collect())
}
